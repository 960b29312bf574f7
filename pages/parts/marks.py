"""Marks: what a reader has to know of the records behind a page's figures, where they are not as they should be."""

from collections.abc import Sequence
from datetime import date, datetime

import streamlit as st

from data_access import QUALITY_SUBJECTS, Database, Note, Period, Quality, read_quality, warnings_of
from pages.parts.frame import LOCAL_TIME
from pages.parts.reader import Reader, plain

QUALITY_PAGE = "records/quality.py"  # as seen from pages/app.py
# Whose records the figures of a page are counted from. Other pages carry no mark.
SUBJECTS = {
    "overview": QUALITY_SUBJECTS,
    "benefits": ("assistance",),
    "households": ("status",),
    "psychologists": ("psychologists",),
    "day_centres": ("day_centres",),
}


@st.cache_data(max_entries=4, show_spinner=False)
def _quality(version: str, _database: Database) -> Quality:
    return read_quality(_database)


def quality(database: Database) -> Quality:
    """The quality of the data, read once for each state of them."""
    return _quality(database.version, database)


def today() -> date:
    return datetime.now(LOCAL_TIME).date()


def warnings(page: str, database: Database, period: Period) -> tuple[Note, ...]:
    """What has to be said of the records behind a page's figures of a period; nothing if all is well."""
    return warnings_of(quality(database), SUBJECTS.get(page, ()), period, today())


def warnings_about(subject: str, database: Database, period: Period) -> tuple[Note, ...]:
    """What has to be said of the records of one subject."""
    return warnings_of(quality(database), (subject,), period, today())


def all_warnings(database: Database, period: Period) -> tuple[Note, ...]:
    """What has to be said of the records of every subject."""
    return warnings_of(quality(database), QUALITY_SUBJECTS, period, today())


def show(page: str, database: Database, reader: Reader, period: Period) -> None:
    """The mark of a page: the gravest warning, how many more there are, and the way to all of them."""
    found = warnings(page, database, period)
    if not found:
        return
    with st.container(border=True, gap="xsmall", key=f"{page}_mark"):
        st.markdown(f":material/warning: {said(reader, found)}")
        year = {"year": str(period.start.year)}
        st.page_link(QUALITY_PAGE, label=reader.t("quality.more"), icon=":material/fact_check:", query_params=year)


def said(reader: Reader, notes: Sequence[Note]) -> str:
    """The first of some warnings in a sentence, and how many more there are, for Markdown."""
    first, *others = (plain(note.text(reader.language)) for note in notes)
    return f"{first} {plain(reader.t('quality.others', count=len(others)))}" if others else first
