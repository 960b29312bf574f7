"""A case database as one visitor may see it: the one door that pages have.

Every check stands before any cache, so that an answer that was made for somebody else is told only to whom it would be
made anew; and limits on records are part of the question, so that they are part of what it is remembered by.
"""

from collections.abc import Callable, Iterable, Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any, Protocol, TypeVar

import sqlalchemy

from data_access import check
from data_access.access.errors import OpenToOthers
from data_access.access.table import Access
from data_access.access.turns import TooManyQuestions, Turns
from data_access.answer import Answer, AsOf, Note
from data_access.coverage import Coverage
from data_access.database import Database, open_database
from data_access.errors import NotAllowed, NotForCouncil
from data_access.language import LANGUAGES
from data_access.measures import dimension
from data_access.quality import Quality, read_quality
from data_access.question import Question
from data_access.report.making import make_report
from data_access.report.model import Report
from data_access.together import Progress, no_progress
from data_access.vocabulary import Vocabulary

Found = TypeVar("Found")
Refusal = NotAllowed | NotForCouncil | TooManyQuestions
Remember = Callable[[Question | str, str, Callable[[], Found]], Found]
"""What was asked, the version of the data, and how it is found where it is not remembered."""


def at_once(_what: Question | str, _version: str, find: Callable[[], Found]) -> Found:
    """Remembers nothing."""
    return find()


class Witness(Protocol):
    """Is told what a visitor is answered and refused; raises where it cannot keep it."""

    def answered(self, question: Question, rows: int) -> None: ...

    def refused(self, error: Refusal, question: Question | None = None) -> None: ...


class Nobody:
    """A witness who keeps nothing."""

    def answered(self, question: Question, rows: int) -> None:
        """Keeps nothing."""

    def refused(self, error: Refusal, question: Question | None = None) -> None:
        """Keeps nothing."""


def open_for(
    access: Access,
    witness: Witness | None = None,
    url: str | None = None,
    now: Callable[[], Access] | None = None,
    turns: Turns | None = None,
) -> "VisitorsDatabase":
    """The case database as a visitor may see it; raises as `open_database`, and OpenToOthers.

    `now` tells what she may do at the moment of each question, where that can change; or raises.
    `turns` are those of the visitor in all her tabs; by itself she has some of her own.
    """
    database = open_database(url)
    if access.demonstration_only and not (database.coverage and database.demonstration):
        raise OpenToOthers()
    return VisitorsDatabase(database, access, witness or Nobody(), now or (lambda: access), turns or Turns())


class _Remembering:
    """A database that answers by itself what is remembered: for what asks many questions of everything."""

    def __init__(self, database: Database, remember: Remember):
        self._database, self._remember = database, remember

    def ask(self, question: Question) -> Answer:
        return self._remember(question, self._database.version, lambda: self._database.ask(question))

    def __getattr__(self, name: str):
        return getattr(self._database, name)


@dataclass(frozen=True)
class VisitorsDatabase:
    """One state of a case database for one visitor: a `Database` that refuses and narrows as her role says.

    `access` is what she may do when it is opened, for what a page offers; what is asked is held against what she may do
    then. Everything that is refused raises NotAllowed and is told to the witness. Make it with `open_for`.
    """

    _database: Database = field(repr=False)
    access: Access
    _witness: Witness = field(repr=False)
    _now: Callable[[], Access] = field(repr=False)
    _turns: Turns = field(repr=False)

    # ── what every role may know: words, days, versions ──────────────────────────────────────────

    @property
    def version(self) -> str:
        """Names one state of the data."""
        return self._database.version

    @cached_property
    def vocabulary(self) -> Vocabulary:
        """Values of every dimension that the visitor can choose."""
        return self.access.of_vocabulary(self._database.vocabulary)

    @property
    def coverage(self) -> Mapping[str, Coverage]:
        """For each open subject the days that its records reach."""
        return {name: days for name, days in self._database.coverage.items() if name in self.access.subjects}

    @property
    def as_of(self) -> AsOf:
        """How fresh the database is. Raises DatabaseEmpty."""
        return self._database.as_of

    @property
    def demonstration(self) -> bool:
        """Whether any of the records are synthetic."""
        return self._database.demonstration

    @property
    def years(self) -> list[int]:
        """Calendar years with records, newest first."""
        return self._database.years

    @property
    def series_events(self) -> list[sqlalchemy.Row]:
        """Breaks and gaps in series, by day."""
        return self._database.series_events

    # ── what a role gives ────────────────────────────────────────────────────────────────────────

    def ask(self, question: Question, remember: Remember = at_once, within: Answer | None = None) -> Answer:
        """The answer to a question as it is admitted; raises NotAllowed, TooManyQuestions, and as `Database.ask`."""
        admitted = self._admitted(question)
        answer = self._found(admitted, remember, lambda: self._database.ask(admitted, within), admitted)
        self._witness.answered(admitted, len(answer.frame))
        limits = self.limits()
        return replace(answer, notes=(*answer.notes, limits)) if limits else answer

    def protecting(self, questions: Iterable[Question]) -> AbstractContextManager[None]:
        """As `Database.protecting`: nothing is told by it."""
        return self._database.protecting(questions)

    def may_ask(self, question: Question) -> bool:
        """Whether her role gives the visitor an answer: for what a page offers. It is asked by nobody, and not kept."""
        try:
            self.access.admitted(question)
        except NotAllowed:
            return False
        return True

    def require(self, what: str) -> None:
        """Raises NotAllowed unless the role gives it: `downloads`, `loading`, `records`, `whole`."""
        self._told(lambda: self._now().require(what))

    def require_page(self, page: str) -> None:
        """Raises NotAllowed for a page that the role does not open."""
        self._told(lambda: self._now().require_page(page))

    def require_kept(self, question: Question, understood: bool = True) -> None:
        """Raises NotAllowed if figures that were kept of a question hold more than the visitor would be told.

        What was asked when they were kept may not be `understood` wholly: then they are for who may see everything.
        """
        if self._admitted(question) != question or not (understood or self._now().whole):
            self._refuse(NotAllowed("kept", self.access.ask), question)

    def quality(self, remember: Remember = at_once) -> Quality:
        """What is known of the quality of open subjects' records; of nothing where only some records are open."""
        access = self._now()
        whole = self._found("quality", remember, lambda: read_quality(self._database))
        subjects = () if access.rows else access.subjects
        return Quality(
            tuple(one for one in whole.months if one.subject in subjects),
            tuple(one for one in whole.unknown if one.subject in subjects and one.dimension not in access.closed),
            tuple(one for one in whole.rejected if set(one.subjects) & set(subjects)),
            {subject: days for subject, days in whole.reach.items() if subject in subjects},
        )

    def checked(self, remember: Remember = at_once) -> list[check.CheckedFigure]:
        """Every published figure beside the database's."""
        self.require("whole")
        asking = _Remembering(self._database, remember)
        return self._found("check", remember, lambda: check.check(asking))

    def report(
        self, year: int, audience: str, remember: Remember = at_once, progress: Progress = no_progress
    ) -> Report:
        """The annual report of a year for an audience; raises as `make_report`, whose `progress` it is."""
        self.require("whole")
        asking = _Remembering(self._database, remember)
        return self._found(f"report {year} {audience}", remember, lambda: make_report(asking, year, audience, progress))

    def read(self, query: sqlalchemy.Select) -> list[sqlalchemy.Row]:
        """Rows of a statement of this package about the loads and the records themselves."""
        self.require("records")
        return self._found("", at_once, lambda: self._database.read(query))

    def limits(self) -> Note | None:
        """Which records only are counted, or None where all are."""
        rows = self._now().rows
        if not rows:
            return None
        labels: dict[str, Any] = {}
        for language in LANGUAGES:
            said = []
            for name, codes in rows:
                values = (self._database.vocabulary.label(name, code, language) for code in codes)
                said.append(f"{dimension(name).name(language)} – {', '.join(values)}")
            labels[f"records_{language}"] = "; ".join(said)
        return Note.of("limited", **labels)

    def _found(
        self, asked: Question | str, remember: Remember, find: Callable[[], Found], question: Question | None = None
    ) -> Found:
        """What is remembered, or is found when it is the visitor's turn."""

        def in_turn() -> Found:
            with self._turns.taken():
                return find()

        try:
            return remember(asked, self.version, in_turn)
        except TooManyQuestions as error:
            if error.first:
                self._witness.refused(error, question)
            raise
        except NotForCouncil as error:
            self._witness.refused(error, question)
            raise

    def _admitted(self, question: Question) -> Question:
        try:
            return self._now().admitted(question)
        except NotAllowed as error:
            self._refuse(error, question)

    def _told(self, check: Callable[[], None]) -> None:
        try:
            check()
        except NotAllowed as error:
            self._refuse(error)

    def _refuse(self, error: NotAllowed, question: Question | None = None) -> None:
        self._witness.refused(error, question)
        raise error
