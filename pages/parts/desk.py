"""What one clerk is doing on the loading page: choosing files, looking at a plan, waiting, reading the outcome.

It lives in the clerk's session. Nothing is written to the database before `confirm`, and what is begun goes on
without the clerk.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

import streamlit as st

from data_access import loader
from pages.entrance import visitor
from pages.parts.jobs import Job

CHECK, LOAD, UNDO = "check", "load", "undo"
LONGEST_NAME = 60  # letters of who loads


class Outcome(NamedTuple):
    """A load that was brought in, and what of its plan is still needed."""

    load: loader.LoadResult
    plan: loader.Plan


@dataclass
class Desk:
    """One clerk's work. `round` counts the choices of files, so that each begins with an empty form."""

    who: str = ""
    round: int = 0
    plan: loader.Plan | None = field(default=None, repr=False)
    job: Job | None = None

    @property
    def stage(self) -> str:
        """choosing, working, preview, failed, loaded or undone."""
        job = self.job
        if job is None:
            return "choosing"
        if job.running:
            return "working"
        if job.error:
            return "failed"
        return {CHECK: "preview", LOAD: "loaded", UNDO: "undone"}[job.kind]

    @property
    def may_try_again(self) -> bool:
        """Whether what has failed is still at hand, and may succeed now."""
        return self.job.kind == LOAD and self.plan is not None and isinstance(self.job.error, loader.PASSING)

    def check(self, files: Sequence[tuple[str, bytes]], mapping: tuple[str, bytes] | None) -> None:
        """Begins to read files; a mapping of the clerk's own takes the place of the configured one."""
        source, access = mapping or loader.configured_mapping(), _clerk().access
        self._begin(CHECK, lambda tell: loader.plan(access, files, source, tell))

    def confirm(self, plan: loader.Plan) -> None:
        """Begins to bring a plan in, unless that has begun already."""
        if self.stage not in ("preview", "failed"):
            return
        self.plan, who, clerk = plan, self.who, _clerk()

        def work(tell) -> Outcome:
            clerk.keep("load", stage="begun", files=len({part.file for part in plan.parts}))
            found = loader.apply(clerk.access, plan, who, tell)
            clerk.keep("load", stage="done", load=found.load_id)
            return Outcome(found, loader.without_records(plan))

        _public.job = self._begin(LOAD, work)

    def undo(self, load_id: int) -> None:
        """Begins to take a load back."""
        if self.stage == "working":
            return
        who, clerk = self.who, _clerk()

        def work(tell) -> loader.LoadResult:
            tell(0.0, "undoing")
            clerk.keep("undo", load=load_id)
            return loader.undo(clerk.access, load_id, who)

        _public.job = self._begin(UNDO, work)

    def clear(self) -> None:
        """Puts everything away: the next files are chosen."""
        self.job = self.plan = None
        self.round += 1

    def _begin(self, kind: str, work) -> Job:
        self.job = Job(kind, self.who, work)
        return self.job


def _clerk() -> visitor.Visitor:
    """Who is at the desk, if she may load: looked up for each press of a button, whatever the page has offered."""
    who = visitor.current()
    who.require("loading")
    return who


@dataclass
class _Public:
    """What everybody may know: the newest load or undoing of this server, whoever has begun it."""

    job: Job | None = None


_public = _Public()


def desk() -> Desk:
    """The desk of this visitor."""
    mine = st.session_state.setdefault("desk", Desk())
    if mine.job is not None and not mine.job.running and not mine.job.error:
        mine.plan = None  # its rows are in the database now
    return mine


def others_job(mine: Desk) -> Job | None:
    """A load that somebody else has begun and that runs, or that has failed without anyone seeing it here."""
    job = _public.job
    if job is None or job is mine.job:
        return None
    return job if job.running or job.error else None


def wrong_name(who: str) -> str | None:
    """The key of the sentence that says why this cannot stand for who loads; None where it can."""
    if not who:
        return "upload.no_who"
    return "upload.who_is_code" if loader.has_personal_code(who) else None
