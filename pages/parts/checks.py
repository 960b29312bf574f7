"""Holding the database against the published report, once for each state of the data: what it says, as tables."""

from collections import Counter

import streamlit as st

from data_access import COUNCIL, VisitorsDatabase, check
from data_access.telling.reader import Reader
from data_access.telling.tables import Column, Row, Table, of_words
from pages.parts.answers import remember
from pages.parts.filters import View
from pages.parts.section import head, tell


def checked(database: VisitorsDatabase, reader: Reader) -> list[check.CheckedFigure]:
    """Every published figure beside the database's; takes a second or two when the data are new."""
    with st.spinner(reader.t("method.checking")):
        return database.checked(remember)


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


def contradictions(reader: Reader, results: list[check.CheckedFigure]) -> Table:
    """Figures that the report prints otherwise than it can be, each with the reading chosen and its reason."""
    t = reader.t
    known = [figure for figure in results if figure.outcome == check.CONTRADICTION]
    rows = []
    for (chapter, *_), lines in check.as_tables(known, reader.language, verbose=True)[:-1]:
        rows += [[chapter, label, printed, answered, reason] for _, label, printed, answered, _, reason in lines]
    return of_words([t(f"check.{name}") for name in ("chapter", "label", "printed", "answered", "reason")], rows)


def all_contradictions(reader: Reader) -> Table:
    """Every place where the report contradicts itself, in a sentence."""
    t = reader.t
    rows = [[t(f"check.chapters.{one.chapter}"), one.sentence(reader.language)] for one in check.contradictions()]
    return of_words([t("check.chapter"), t("check.reason")], rows)


def not_covered(reader: Reader, results: list[check.CheckedFigure]) -> Table:
    """Why figures are not covered: a row a chapter and reason, with the number of figures."""
    t = reader.t
    left = [figure for figure in results if figure.outcome == check.NOT_COVERED]
    found = Counter((figure.chapter, figure.reason(reader.language)) for figure in left)
    rows = [Row(t(f"check.chapters.{chapter}"), (n, reason)) for (chapter, reason), n in found.items()]
    columns = (Column(t("method.figures"), "count"), Column(t("check.reason"), "text"))
    return Table(t("check.chapter"), columns, tuple(rows))


def tell_agreement(view: View) -> None:
    """Tells how the database agrees with the published report, and where the report does not agree with itself.

    It is made of every subject, so it is told to those who may see all of them.
    """
    if not view.database.access.whole:
        return
    reader, t = view.reader, view.reader.t
    results = check.comparable(checked(view.database, reader), view.database.coverage)
    if all(figure.outcome == check.NOT_COVERED for figure in results):
        head(view, "agreement", t("method.nothing_published"))
        st.info(t("method.nothing_published_said"), icon=":material/event_busy:")
        return
    headline = t("method.agreement", **counts(results), all=len(results))
    said = [t("method.agreement_said"), *([t("method.calibrated")] if view.database.demonstration else [])]
    tell(view, "agreement", headline, by_chapter(reader, results), remarks=said, period=view.all_years)
    folded = {"not_covered": not_covered(reader, results)}
    if view.audience != COUNCIL:
        # They name single figures, however small.
        found = {"contradictions": contradictions(reader, results), "all_contradictions": all_contradictions(reader)}
        folded = found | folded
    for key, table in folded.items():
        with st.expander(t(f"method.{key}"), key=f"{view.page}_{key}"):
            tell(view, key, t(f"method.{key}"), table, period=view.all_years, headed=True)
