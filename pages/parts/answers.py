"""Questions of the pages, answered once for each state of the data.

The cache is shared by all visitors, so its key is the whole question, audience included, and the version
of the data; nothing about a visitor is in it.
"""

from collections.abc import Iterable, Mapping
from dataclasses import replace

import streamlit as st

from data_access import (
    Answer,
    Comparison,
    DataAccessError,
    Database,
    Note,
    NotForCouncil,
    NotProtected,
    Period,
    Question,
    compare_with_year_before,
)
from data_access.telling.withheld import marked

MOST_ANSWERS = 2000


class Refused(DataAccessError):
    """A question that is not answered to its audience. `nearest` is the nearest that is, if there is one."""

    def __init__(self, question: Question, error: NotForCouncil | NotProtected):
        self.key, self.question, self.error = error.key, question, error
        self.nearest: Question | None = getattr(error, "nearest", None)
        super().__init__(**error.params)

    def text(self, language: str) -> str:
        return self.error.text(language)


@st.cache_data(max_entries=MOST_ANSWERS, show_spinner=False)
def _answered(question: str, version: str, _question: Question, _database: Database) -> Answer:
    return _database.ask(_question)


def answer(database: Database, question: Question) -> Answer:
    """The answer to a question, from the cache if this state of the data has been asked before. Raises Refused."""
    try:
        return _answered(repr(question), database.version, question, database)
    except (NotForCouncil, NotProtected) as error:
        raise Refused(question, error) from error


class Remembering:
    """A database that answers from the cache what has been asked before: for what asks many questions by itself."""

    def __init__(self, database: Database):
        self._database = database

    def ask(self, question: Question) -> Answer:
        return _answered(repr(question), self._database.version, question, self._database)

    def __getattr__(self, name: str):
        return getattr(self._database, name)


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


def compare(
    view,
    measures: str | Iterable[str],
    by: str | Iterable[str] = (),
    where: Mapping[str, str | Iterable[str]] | None = None,
    period: str | int | Period | None = None,
) -> Comparison:
    """The answer beside that of the year before, marked as by `ask`. Raises Refused."""
    question = _question(view, measures, by, where, period)
    both = compare_with_year_before(view.database, question, ask=lambda one: answer(view.database, one))
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
