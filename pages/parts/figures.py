"""Key figures: each with its change on the year before, its whole series as a small chart, and a sentence."""

from collections.abc import Sequence
from dataclasses import dataclass

import pandas as pd
import streamlit as st

from data_access import TOTAL, Answer, Comparison, measure
from data_access.language import format_euros
from pages.parts.reader import Reader, plain, small
from pages.parts.sentences import changed, counted, during, euros, say
from pages.parts.tables import Column, Row, Table, known

NARROWEST = 230  # pixels of one figure


@dataclass(frozen=True)
class KeyFigure:
    """One key figure of a page: a row of a comparison, and the values of its series, gaps as <NA>."""

    label: str
    code: str
    now: int | float | None
    before: int | float | None
    change: int | float | None
    change_percent: float | None
    series: Sequence
    sentence: str
    than: str  # the year before, in words


def key_figure(
    reader: Reader, label: str, compared: Comparison, series: Answer, code: str, said: str, noun: str, **where: str
) -> KeyFigure:
    """A key figure out of a comparison and the series of the same measure.

    `said` is the key of its sentence, `noun` the noun that is counted (a key under `count`, or `euros`), `where`
    the codes of its row.
    """
    row = _row(compared.frame, compared.now.question.by, where)
    before = compared.before.question.period
    words = euros(reader, row[code]) if noun == "euros" else counted(reader, noun, row[code])
    if pd.isna(row[code]):
        said = "overview.unknown"
    change = changed(reader, code, row[f"{code}_change"], row[f"{code}_change_percent"], before)
    when = during(reader, compared.now.question.period)
    return KeyFigure(
        label=label,
        code=code,
        now=row[code],
        before=row[f"{code}_before"],
        change=row[f"{code}_change"],
        change_percent=row[f"{code}_change_percent"],
        series=[series.value(code, year=year, **where) for year in _cells(series)],
        sentence=say(reader, said, when=when, figure=words, change=change),
        than=reader.period(before),
    )


def _row(frame: pd.DataFrame, by: Sequence[str], where: dict[str, str]) -> pd.Series:
    for name in by:
        frame = frame[frame[name] == where.get(name, TOTAL)]
    return frame.iloc[0] if len(frame) else pd.Series(0, index=frame.columns)


def _cells(series: Answer) -> list[str]:
    years = series.frame["year"]
    return sorted(set(years[years != TOTAL]))


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


def spark(values: Sequence) -> list[float]:
    """A series as a small chart takes it: a gap stays a gap, years before the first figure are left out."""
    listed = [float("nan") if pd.isna(value) else float(value) for value in values]
    while listed and listed[0] != listed[0]:
        listed.pop(0)
    return listed


def show(reader: Reader, figures: Sequence[KeyFigure]) -> None:
    """The figures side by side, as many as the width holds."""
    with st.grid(min_column_width=NARROWEST):
        for figure in figures:
            with st.container(border=True, height="stretch", gap="xsmall"):
                _show_one(reader, figure)


def _show_one(reader: Reader, figure: KeyFigure) -> None:
    known = not pd.isna(figure.change)
    # The label stands above and not inside, as a metric cuts a long one off.
    st.markdown(f"**{plain(figure.label)}**")
    st.metric(
        figure.label,
        _short(reader, figure),
        delta=_delta(reader, figure) if known else None,
        delta_color="off",
        delta_arrow=_arrow(figure) if known else "off",
        delta_description=reader.t("figures.than", before=figure.than) if known else None,
        chart_data=spark(figure.series),
        # Bars: beside a gap a line would leave a lonely dot, and a year stands for itself.
        chart_type="bar",
        label_visibility="collapsed",
    )
    st.markdown(small(figure.sentence))


def _arrow(figure: KeyFigure) -> str:
    return "off" if figure.change == 0 else "up" if figure.change > 0 else "down"


def _short(reader: Reader, figure: KeyFigure) -> str:
    """The figure in its unit, money in whole euros: large letters have little room, and the table has the cents."""
    if pd.isna(figure.now):
        return "–"
    if measure(figure.code).unit == "cents":
        return format_euros(figure.now, reader.language, places=0)
    return reader.figure(figure.code, figure.now)


def _delta(reader: Reader, figure: KeyFigure) -> str:
    """The change in percent, or in its unit where there is nothing to compare with."""
    if pd.isna(figure.change_percent):
        return reader.change(measure(figure.code).unit, figure.change)
    return reader.change("percent", figure.change_percent)
