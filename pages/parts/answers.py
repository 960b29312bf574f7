"""Questions of the pages, answered once for each state of the data.

The cache is shared by all visitors, so its key is the whole question, audience included, and the version
of the data; nothing about a visitor is in it. What a visitor may be told is decided before it is looked at, by her
database.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import replace
from functools import partial
from typing import Any

import streamlit as st

from data_access import (
    COUNCIL,
    Answer,
    Comparison,
    DataAccessError,
    NotAllowed,
    Note,
    NotForCouncil,
    NotProtected,
    Period,
    Question,
    VisitorsDatabase,
    compare_with_year_before,
)
from data_access.telling.withheld import marked
from pages.parts.patience import wait_for

MOST_ANSWERS = 2000


class Refused(DataAccessError):
    """A question that is not answered to its audience or its visitor. `nearest` is the nearest that is, if any."""

    def __init__(self, question: Question, error: NotAllowed | NotForCouncil | NotProtected):
        self.key, self.question, self.error = error.key, question, error
        self.nearest: Question | None = getattr(error, "nearest", None)
        super().__init__(**error.params)

    def text(self, language: str) -> str:
        return self.error.text(language)


@st.cache_data(max_entries=MOST_ANSWERS, show_spinner=False)
def _answered(asked: str, version: str, _asked: Question, _find: Callable[[], Any]) -> Any:
    return _find()


@st.cache_resource(max_entries=MOST_ANSWERS, show_spinner=False)
def _shared(asked: str, version: str, _find: Callable[[], Any]) -> Any:
    return _find()


class _NotKept(Exception):
    """What was found is no longer in the cache."""


def _nothing() -> Any:
    raise _NotKept


_found: set[tuple[str, str]] = set()  # what is in the cache as a rule: it is looked up without a thread


def remember(asked: Question | str, version: str, find: Callable[[], Any]) -> Any:
    """What has been asked of a state of the data, from the cache if it has been found before; else it is waited for.

    The answer to a question is a copy of one's own. All else is the same for everybody, as nobody changes it: to copy
    what is known of the records took 10 ms each time a page was told.
    """
    key = (repr(asked), version)
    # By their names: Streamlit would look up the names of a function's parameters at each call.
    named = {"asked": key[0], "version": version}
    look_up = partial(_shared, **named) if isinstance(asked, str) else partial(_answered, **named, _asked=asked)
    if key in _found:
        with suppress(_NotKept):
            return look_up(_find=_nothing)
    found = wait_for(lambda: look_up(_find=find))
    if len(_found) >= MOST_ANSWERS:
        _found.clear()
    _found.add(key)
    return found


def answer(database: VisitorsDatabase, question: Question, within: Answer | None = None) -> Answer:
    """The answer to a question, from the cache if this state of the data has been asked before. Raises Refused.

    `within` is an answer that may hold it: `Database.ask`.
    """
    try:
        return database.ask(question, remember, within)
    except (NotAllowed, NotForCouncil, NotProtected) as error:
        raise Refused(question, error) from error


def ask(
    view,
    measures: str | Iterable[str],
    by: str | Iterable[str] = (),
    where: Mapping[str, str | Iterable[str]] | None = None,
    period: str | int | Period | None = None,
    ages: str = "period",
) -> Answer:
    """The answer to a question under what the visitor has chosen; `where` is asked besides or instead of it.

    Its frame says beside each figure whether it is withheld. Raises Refused.
    """
    found = answer(view.database, _question(view, measures, by, where, period, ages))
    return replace(found, frame=marked(found.frame, found.withheld))


def ask_splits(view, measures: str | Iterable[str], names: Sequence[str]) -> dict[str, Answer]:
    """The answers split by each of a few dimensions alone: out of one question, which would tell the council of few
    households; for it each is asked for itself. Raises Refused."""
    if view.audience == COUNCIL:
        return {name: ask(view, measures, by=name) for name in names}
    together = ask(view, measures, by=names)
    return {name: together.split_by(name) for name in names}


def compare(
    view,
    measures: str | Iterable[str],
    by: str | Iterable[str] = (),
    where: Mapping[str, str | Iterable[str]] | None = None,
    period: str | int | Period | None = None,
) -> Comparison:
    """The answer beside that of the year before, marked as by `ask`. Raises Refused."""
    return _compared(view, _question(view, measures, by, where, period))


def compare_and_series(
    view, measures: str | Iterable[str], by: str | Iterable[str], where: Mapping[str, str | Iterable[str]]
) -> tuple[Comparison, Answer]:
    """The answer beside that of the year before, and that to the same question by years, all marked. Raises Refused.

    The series is asked first: it holds whole years, which are then not asked about once more.
    """
    question = _question(view, measures, by, where, None)
    series = answer(view.database, question.by_years(view.all_years))
    return _compared(view, question, series), replace(series, frame=marked(series.frame, series.withheld))


def _compared(view, question: Question, within: Answer | None = None) -> Comparison:
    both = compare_with_year_before(view.database, question, ask=lambda one: answer(view.database, one, within))
    return replace(both, frame=marked(both.frame, both.withheld))


def without(notes: Iterable[Note], kind: str) -> list[Note]:
    """Notes but those of one kind: of what is not shown, nothing has to be said."""
    return [note for note in notes if note.kind != kind]


def notes_of(comparison: Comparison) -> list[Note]:
    """What has to be said of a comparison. That parts overlap is said of the later year only, in whose words it is."""
    return [note for note in comparison.notes if note.kind != "overlap" or note in comparison.now.notes]


def _question(view, measures, by, where, period, ages="period") -> Question:
    where = {**view.where, **(where or {})}
    return Question.of(measures, period or view.period, by=by, where=where, audience=view.audience, ages=ages)
