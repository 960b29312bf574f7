"""Marks: what a reader has to know of the records behind a page's figures, where they are not as they should be.

They count records, so that they are for internal use only: the council gets none.
"""

from collections.abc import Sequence
from datetime import date, datetime

import streamlit as st

from data_access import COUNCIL, QUALITY_SUBJECTS, Note, Period, Quality, VisitorsDatabase, warnings_of
from data_access.telling.reader import Reader
from data_access.telling.sentences import LOCAL_TIME
from pages.parts.answers import remember
from pages.parts.markdown import plain

QUALITY_PAGE = "records/quality.py"  # as seen from pages/app.py
# Whose records the figures of a page are counted from. Other pages carry no mark.
SUBJECTS = {
    "overview": QUALITY_SUBJECTS,
    "benefits": ("assistance",),
    "households": ("status",),
    "psychologists": ("psychologists",),
    "day_centres": ("day_centres",),
}


def quality(database: VisitorsDatabase) -> Quality:
    """The quality of the data that the visitor may see, read once for each state of them."""
    return database.quality(remember)


def today() -> date:
    return datetime.now(LOCAL_TIME).date()


def warnings(view, period: Period) -> tuple[Note, ...]:
    """What has to be said of the records behind a page's figures of a period; nothing if all is well."""
    return _warnings(view, SUBJECTS.get(view.page, ()), period)


def warnings_about(subject: str, view) -> tuple[Note, ...]:
    """What has to be said of the records of one subject."""
    return _warnings(view, (subject,), view.period)


def _warnings(view, subjects: Sequence[str], period: Period) -> tuple[Note, ...]:
    return () if view.audience == COUNCIL else warnings_of(quality(view.database), subjects, period, today())


def all_warnings(database: VisitorsDatabase, period: Period) -> tuple[Note, ...]:
    """What has to be said of the records of every subject."""
    return warnings_of(quality(database), QUALITY_SUBJECTS, period, today())


def show(view) -> None:
    """The mark of a page: the gravest warning, how many more there are, and the way to all of them."""
    found = warnings(view, view.period)
    if not found:
        return
    with st.container(border=True, gap="xsmall", key=f"{view.page}_mark"):
        st.markdown(f":material/warning: {said(view.reader, found)}")
        year = {"year": str(view.year)}
        st.page_link(QUALITY_PAGE, label=view.reader.t("quality.more"), icon=":material/fact_check:", query_params=year)


def said(reader: Reader, notes: Sequence[Note]) -> str:
    """The first of some warnings in a sentence, and how many more there are, for Markdown."""
    first, *others = (plain(note.text(reader.language)) for note in notes)
    return f"{first} {plain(reader.t('quality.others', count=len(others)))}" if others else first
