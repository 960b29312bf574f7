"""Holding the database against the published report, once for each state of the data: what it says, as tables."""

from collections import Counter

import streamlit as st

from data_access import Database, check
from pages.parts.reader import Reader
from pages.parts.tables import Column, Row, Table

Words = tuple[list[str], list[list[str]]]  # a header, and rows of text


@st.cache_data(max_entries=4, show_spinner=False)
def _checked(version: str, _database: Database) -> list[check.CheckedFigure]:
    return check.check(_database)


def checked(database: Database, reader: Reader) -> list[check.CheckedFigure]:
    """Every published figure beside the database's; takes a second or two when the data are new."""
    with st.spinner(reader.t("method.checking")):
        return _checked(database.version, database)


def counts(results: list[check.CheckedFigure]) -> dict[str, int]:
    """How many figures had each outcome."""
    found = Counter(figure.outcome for figure in results)
    return {outcome: found[outcome] for outcome in check.OUTCOMES}


def by_chapter(reader: Reader, results: list[check.CheckedFigure]) -> Table:
    """A row a chapter of the report, a column an outcome."""
    t = reader.t
    columns = (*(t(f"check.outcomes.{outcome}") for outcome in check.OUTCOMES), t("words.total"))
    chapters = {t(f"check.chapters.{name}"): found for name, found in check.summary(results).items()}
    rows = [*chapters.items(), (t("words.total"), counts(results))]
    return Table(
        t("check.chapter"),
        tuple(Column(name, "count") for name in columns),
        tuple(
            Row(name, (*found.values(), sum(found.values())), total=number == len(chapters))
            for number, (name, found) in enumerate(rows)
        ),
    )


def contradictions(reader: Reader, results: list[check.CheckedFigure]) -> Words:
    """Figures that the report prints otherwise than it can be, each with the reading chosen and its reason."""
    t = reader.t
    known = [figure for figure in results if figure.outcome == check.CONTRADICTION]
    header = [t("check.chapter"), *(t(f"check.{name}") for name in ("label", "printed", "answered", "reason"))]
    rows = []
    for (chapter, *_), lines in check.as_tables(known, reader.language, verbose=True)[:-1]:
        rows += [[chapter, label, printed, answered, reason] for _, label, printed, answered, _, reason in lines]
    return header, rows


def not_covered(reader: Reader, results: list[check.CheckedFigure]) -> Words:
    """Why figures are not covered: a row a chapter and reason, with the number of figures."""
    t = reader.t
    left = [figure for figure in results if figure.outcome == check.NOT_COVERED]
    found = Counter((figure.chapter, figure.reason(reader.language)) for figure in left)
    header = [t("check.chapter"), t("method.figures"), t("check.reason")]
    return header, [[t(f"check.chapters.{chapter}"), str(n), reason] for (chapter, reason), n in found.items()]
