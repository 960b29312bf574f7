"""Key figures: each with its change on the year before, its whole series as a small chart, and a sentence."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import streamlit as st

from data_access import TOTAL, WITHHELD, Answer, Comparison, Withheld, measure
from data_access.language import format_euros
from data_access.telling.reader import Reader
from data_access.telling.sentences import about, changed, counted, during, euros, say
from data_access.telling.tables import Column, Row, Table, known
from data_access.telling.withheld import cell, flag, is_number
from pages.parts.answers import Refused, compare_and_series
from pages.parts.filters import View
from pages.parts.frame import further
from pages.parts.going_deeper import Place, Ways, ways_from
from pages.parts.markdown import plain, small

NARROWEST = 230  # pixels of one figure


@dataclass(frozen=True)
class KeyFigure:
    """One key figure of a page: a row of a comparison, and the values of its series, gaps as None or WITHHELD."""

    label: str
    code: str
    now: int | float | Withheld | None
    before: int | float | Withheld | None
    change: int | float | Withheld | None
    change_percent: float | Withheld | None
    series: Sequence
    years: Sequence[str]  # of its series
    sentence: str
    than: str  # the year before, as it stands over a column
    beside: str  # that it is compared with it
    compared: Comparison
    where: Mapping[str, str]  # codes of its row
    further: str = ""  # what of a wider whole is told on its page, in words
    page: str = ""  # where that is


def key_figure(
    reader: Reader, label: str, compared: Comparison, series: Answer, code: str, said: str, noun: str, **where: str
) -> KeyFigure:
    """A key figure out of a comparison and the series of the same measure.

    `said` is the key of its sentence, `noun` the noun that is counted (a key under `count`, or `euros`), `where`
    the codes of its row.
    """
    columns = [f"{code}{ending}" for ending in ("", "_before", "_change", "_change_percent")]
    row = _row(compared, where, columns)
    before, years = compared.before.question.period, _cells(series)
    now, earlier, change, percent = (cell(row, column) for column in columns)
    words = euros(reader, now) if noun == "euros" else counted(reader, noun, now)
    if not is_number(now):
        said = "overview.withheld" if now is WITHHELD else "overview.unknown"
    when = during(reader, compared.now.question.period)
    return KeyFigure(
        label=label,
        code=code,
        now=now,
        before=earlier,
        change=change,
        change_percent=percent,
        series=[series.value(code, year=year, **where) for year in years],
        years=years,
        sentence=say(reader, said, when=when, figure=words, change=changed(reader, code, change, percent, before)),
        than=reader.period(before),
        beside=reader.t("figures.than", before=about(reader, before)),
        compared=compared,
        where=where,
    )


def ask_each(view: View, questions: Mapping[str, tuple]) -> tuple[dict[str, tuple[Comparison, Answer]], list[str]]:
    """For each question (measures, split, filter) by its name the year beside the year before, and the series of years.

    Those that are not for the audience are left out; why, stands in sentences. Raises Refused where all are.
    """
    found, refused = {}, []
    for name, (measures, by, where) in questions.items():
        try:
            found[name] = compare_and_series(view, measures, by, where)
        except Refused as error:
            refused.append(error)
    if not found:
        raise refused[0]
    return found, [_left_out(view.reader, error) for error in refused]


def _left_out(reader: Reader, refused: Refused) -> str:
    names = ", ".join(reader.measure(code) for code in refused.question.measures)
    return f"{names}. {refused.text(reader.language)}"


def _row(compared: Comparison, where: Mapping[str, str], columns: Sequence[str]) -> Mapping[str, Any]:
    """What stands in some columns in the row with these codes, totals in all other dimensions; without one, nothing."""
    frame, by = compared.frame, compared.now.question.by
    wanted = tuple(where.get(name, TOTAL) for name in by)
    keys = list(zip(*(frame[name].tolist() for name in by), strict=True)) if by else [()]
    if wanted not in keys:
        return dict.fromkeys(columns, 0)
    place, flags = keys.index(wanted), (flag(name) for name in columns)
    return {name: frame[name].tolist()[place] for name in (*columns, *flags) if name in frame}


def _cells(series: Answer) -> list[str]:
    return sorted({*series.frame["year"]} - {TOTAL})


def as_table(reader: Reader, figures: Sequence[KeyFigure], now: str) -> Table:
    """The key figures as a table: the year before, this year and the change."""
    than = figures[0].than
    columns = (
        Column(than, ""),
        Column(now, ""),
        Column(reader.t("tables.change"), "", change=True),
        Column(reader.t("tables.change_percent"), "percent", change=True),
    )
    rows = tuple(
        Row(f.label, known(f.before, f.now, f.change, f.change_percent), unit=measure(f.code).unit) for f in figures
    )
    return Table(reader.t("tables.figure"), columns, rows)


def ways(view: View, figures: Sequence[KeyFigure]) -> Ways:
    """Where key figures lead, each to its own question: the table has one row for each."""
    places, periods = [], []
    for figure in figures:
        of = ways_from(view, figure.compared)
        places.append(Place(figure.label, replace(of.request, measures=(figure.code,)), figure.where))
        periods += of.periods
    return Ways(places[0].request, tuple(dict.fromkeys(periods)), tuple(places))


def spark(values: Sequence) -> list[float]:
    """A series as a small chart takes it: a gap stays a gap, years before the first figure are left out.

    One figure makes no series: Streamlit would draw it twice, as if it were of two years.
    """
    listed = [float(value) if is_number(value) else float("nan") for value in values]
    while listed and listed[0] != listed[0]:
        listed.pop(0)
    return listed if sum(map(is_number, values)) > 1 else []


def span(figure: KeyFigure) -> str:
    """The first and the last year of the small chart of a figure: 2011–2023."""
    drawn = len(spark(figure.series))
    return f"{figure.years[-drawn]}–{figure.years[-1]}" if drawn else ""


def show(reader: Reader, figures: Sequence[KeyFigure]) -> None:
    """The figures side by side, as many as the width holds."""
    with st.grid(min_column_width=NARROWEST):
        for figure in figures:
            with st.container(border=True, height="stretch", gap="xsmall"):
                _show_one(reader, figure)


def _show_one(reader: Reader, figure: KeyFigure) -> None:
    known = is_number(figure.change)
    # The label stands above and not inside, as a metric cuts a long one off.
    st.markdown(f"**{plain(figure.label)}**")
    st.metric(
        figure.label,
        _short(reader, figure),
        delta=_delta(reader, figure) if known else None,
        delta_color="off",
        delta_arrow=_arrow(figure) if known else "off",
        delta_description=figure.beside if known else None,
        chart_data=spark(figure.series) or None,
        # Bars: beside a gap a line would leave a lonely dot, and a year stands for itself.
        chart_type="bar",
        label_visibility="collapsed",
    )
    if years := span(figure):
        st.caption(years)
    st.markdown(small(figure.sentence))
    if figure.further:
        further(figure.page, figure.further, year=figure.compared.now.question.period.code)


def _arrow(figure: KeyFigure) -> str:
    return "off" if figure.change == 0 else "up" if figure.change > 0 else "down"


def _short(reader: Reader, figure: KeyFigure) -> str:
    """The figure in its unit, money in whole euros: large letters have little room, and the table has the cents."""
    if not is_number(figure.now):
        return reader.withheld if figure.now is WITHHELD else "–"
    if measure(figure.code).unit == "cents":
        return format_euros(figure.now, reader.language, places=0)
    return reader.figure(figure.code, figure.now)


def _delta(reader: Reader, figure: KeyFigure) -> str:
    """The change in percent, or in its unit where there is nothing to compare with."""
    if not is_number(figure.change_percent):
        return reader.change(measure(figure.code).unit, figure.change)
    return reader.change("percent", figure.change_percent)
