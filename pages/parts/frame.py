"""What every page does first and last: the data, the words, how fresh and how real the figures are, and what
is said when there are none."""

import logging
import os
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import streamlit as st

from data_access import (
    INTERNAL,
    CalledOff,
    DataAccessError,
    DatabaseEmpty,
    DatabaseError,
    DatabaseMissing,
    DataChanged,
    VisitorsDatabase,
)
from data_access.telling.reader import Reader
from data_access.telling.sentences import as_of_words
from pages.entrance import visitor
from pages.parts import address, audience, patience
from pages.parts.markdown import plain, small
from pages.parts.patience import wait_for
from pages.parts.texts import FOLDER, language, t

log = logging.getLogger(__name__)

# As seen from pages/app.py:
METHOD_PAGE = "statistics/method.py"
LOADING_PAGE = "records/loading.py"
TOLD_ANEW = "told_anew"  # whether the page is being told again, of newer data
_building = threading.Lock()


@dataclass(frozen=True)
class Here:
    """The page that is being told: its name, the data, who reads and for whom it is meant."""

    page: str
    database: VisitorsDatabase
    reader: Reader
    audience: str


@contextmanager
def page(name: str, needs_records: bool = True, of_records: bool = False, on_stage: bool = False) -> Iterator[Here]:
    """Runs a page's story. Where there is no answer, a sentence stands in its place, never a traceback.

    It is told to whoever has a role that opens it, looked up here. With `needs_records=False` it is told of a database
    into which nothing has been loaded yet, too. A page `of_records` tells of them as they are: it is for internal use
    only. `on_stage` nothing but the story is told.
    """
    if not on_stage:
        st.title(t(f"pages.{name}.title"), anchor=False)
    try:
        who = visitor.current()
        database = wait_for(lambda: _opened(who))
        database.require_page(name)
        reader = Reader(database.vocabulary, language(), (FOLDER,))
        if not on_stage and (needs_records or database.coverage):
            _standing(name, database, reader)
        if of_records:
            audience.warn_of_records(reader)
        shown = INTERNAL if of_records else _audience(name, reader, database, on_stage)
        who.looks_at(name, shown)
        wrong = st.empty()
        yield Here(name, database, reader, shown)
        if address.missed() and not on_stage:
            wrong.warning(_missed(reader), icon=":material/rule:")
        st.session_state.pop(TOLD_ANEW, None)
        patience.begin_anew()
    except DataChanged as error:
        _tell_anew(error)
    except DatabaseMissing as error:
        _missing(error)
    except DataAccessError as error:
        _no_answer(error)
        # Before the story has begun, a context manager can only leave by an exception.
        st.stop()


def _opened(who: visitor.Visitor) -> VisitorsDatabase:
    """The database with all that every page reads of it."""
    database = who.open()
    _ = database.vocabulary, database.coverage
    return database


def _audience(page: str, reader: Reader, database: VisitorsDatabase, on_stage: bool) -> str:
    return audience.chosen(database.access) if on_stage else audience.choose(reader, page, database.access)


def _standing(page: str, database: VisitorsDatabase, reader: Reader) -> None:
    """How far the figures reach, which records they count, and whether they are real."""
    st.markdown(small(as_of_words(reader, database.as_of)))
    if limits := database.limits():
        st.info(plain(limits.text(reader.language)), icon=":material/filter_alt:")
    if database.demonstration:
        with st.container(border=True, gap="xsmall"):
            st.markdown(t("frame.demonstration"))
            if page != "method":
                st.page_link(METHOD_PAGE, label=t("frame.demonstration_more"), icon=":material/menu_book:")


def _missed(reader: Reader) -> str:
    """What of the address could not be chosen, and what is shown instead: a line each."""
    lines = []
    for one in address.missed():
        key = "filters.not_here" if one.shown is None else "filters.missed"
        line = reader.t(key, asked=one.text, label=one.label, shown=one.shown)
        if one.nearest:
            line += " " + reader.t("builder.nearest", name=one.nearest, label=one.nearest_label)
        lines.append(plain(line))
    return "\n".join(f"- {line}" for line in lines) if len(lines) > 1 else lines[0]


def links(*names: str) -> None:
    """Links to further pages that the visitor may open, under their titles."""
    opened = visitor.current().access
    with st.container(horizontal=True):
        for name in filter(opened.opens, names):
            st.page_link(f"statistics/{name}.py", label=t(f"pages.{name}.title"), icon=":material/arrow_forward:")


def further(name: str, words: str, **choices: str) -> None:
    """Words, and the way to the page that tells more of it for a visitor who may open it. A link is cut off where it is
    long, so that it has the page's name only."""
    st.markdown(small(words))
    if visitor.current().access.opens(name):
        title = t(f"pages.{name}.title")
        st.page_link(f"statistics/{name}.py", label=title, icon=":material/arrow_forward:", query_params=choices)


def say_unexpected(error: Exception) -> bool:
    """A mistake of the program: the visitor gets a sentence, the log the whole story.

    What is refused to the press of a button comes here, too, as no page is being told then.
    """
    if not isinstance(error, visitor.REFUSALS):
        log.error("%s", error, exc_info=error)
    said = error.text(language()) if isinstance(error, DataAccessError) else t("frame.unexpected")
    st.error(said, icon=":material/error:")
    return True


def _no_answer(error: DataAccessError) -> None:
    patience.begin_anew()
    if isinstance(error, CalledOff):
        st.info(error.text(language()), icon=":material/cancel:")
        st.button(t("frame.retry"), icon=":material/refresh:", key="retry")
        return
    refused = isinstance(error, visitor.REFUSALS)
    if not refused:  # nothing has gone wrong then, and the audit log has it
        log.warning("%s", error, exc_info=error)
    st.error(error.text(language()), icon=":material/lock:" if refused else ":material/error:")
    if isinstance(error, DatabaseEmpty) and visitor.current().access.loading:
        st.page_link(LOADING_PAGE, label=t("pages.loading.title"), icon=":material/upload_file:")
    if isinstance(error, DatabaseError):
        st.button(t("frame.retry"), icon=":material/refresh:", key="retry")


def _tell_anew(error: DataChanged) -> None:
    """Something was loaded while the page was told: once it is told again by itself, of the new data."""
    if st.session_state.pop(TOLD_ANEW, False):
        _no_answer(error)
        st.stop()
    st.session_state[TOLD_ANEW] = True
    st.rerun()


def _missing(error: DatabaseMissing) -> None:
    """The first start has no database: make the demonstration, unless an installation has named its own."""
    if os.environ.get("DATABASE_URL"):
        _no_answer(error)
        st.stop()
    try:
        _build_demonstration()
    except DataAccessError as other:
        _no_answer(other)
        st.stop()
    st.rerun()


def _build_demonstration() -> None:
    from data_access import build_demonstration

    st.info(t("frame.building"), icon=":material/database:")
    bar = st.progress(0.0, text=t("frame.building_waits"))
    with _building:
        try:
            visitor.current().open()
        except DatabaseMissing:
            build_demonstration(lambda done, step: bar.progress(min(done, 1.0), text=t(f"demo.{step}")))
