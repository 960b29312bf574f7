"""Work that goes on whatever the visitor does: a load is not stopped by a click, a reload or a closed tab.

Jobs of all visitors stand in one line, so that two large files are never in memory at once. The server waits for
a job when it is asked to stop.
"""

import logging
import traceback
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from datetime import UTC, datetime
from typing import Any

import streamlit as st

from data_access import DataAccessError, loader
from pages.parts.texts import t

log = logging.getLogger(__name__)

Tell = Callable[[float, str], None]

WAITING = "waiting"
_LOOK_AGAIN = 0.5  # seconds

_line = ThreadPoolExecutor(max_workers=1, thread_name_prefix="job")


class Job:
    """One piece of work, begun when it is made. `kind` and `who` are for those who meet it."""

    def __init__(self, kind: str, who: str, work: Callable[[Tell], Any]) -> None:
        self.kind = kind
        self.who = who
        self.began_at = datetime.now(UTC).replace(tzinfo=None)
        self.progress = (0.0, WAITING)
        self._future: Future = _line.submit(work, self._tell)
        self._future.add_done_callback(_ended)

    def _tell(self, done: float, step: str) -> None:
        self.progress = (min(done, 1.0), step)

    @property
    def running(self) -> bool:
        return not self._future.done()

    @property
    def error(self) -> BaseException | None:
        """Why it has failed; to be asked when it no longer runs."""
        return self._future.exception()

    @property
    def result(self) -> Any:
        """What it has brought; to be asked when it has not failed."""
        return self._future.result()


def _ended(future: Future) -> None:
    """An error is kept without its frames, which have whole files in them.

    What a mistake of the program says may quote a file too, so the log is told its place only.
    """
    error = future.exception()
    if error is None:
        return
    if not isinstance(error, DataAccessError):
        places = "".join(traceback.format_tb(error.__traceback__))
        log.error("A job ended with %s:\n%s", type(error).__name__, places)
    loader.forget_frames(error)


@st.fragment(run_every=_LOOK_AGAIN)
def watch(job: Job) -> None:
    """The progress of a job, looked at again and again; when it has ended, the page is told anew."""
    done, step = job.progress
    st.progress(done, text=t(f"loading.steps.{step}"))
    if not job.running:
        st.rerun()
