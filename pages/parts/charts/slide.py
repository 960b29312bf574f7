"""The chart of a slide, large enough for a wall: drawn of what has been made, with letters of the size asked for."""

import textwrap
from collections.abc import Sequence
from itertools import pairwise
from math import ceil

import plotly.graph_objects as go

from data_access import deck
from data_access.telling.palette import GREY, mark
from data_access.telling.reader import Reader
from data_access.telling.withheld import is_number
from pages.parts.charts.bars import PATTERN
from pages.parts.charts.figure import CLEAR, NO_BREAK_SPACE, apart, new_figure, upright

LINE_HEIGHT = 1.25  # of its letters
IN_HAND = 500  # pixels: in a narrower chart the names of lines stand above it, not at their ends
WIDE = 0.56  # of its height: a letter
NARROW = 0.5  # the same of names, which have few capitals and figures
NAMES = 0.45  # of the width may be names of bars
HAIR = 1e-6  # of the longest bar: one without a length would have no figure
MOST_FIGURES = 14  # along one line


def slide(reader: Reader, chart: deck.Chart, height: int, letters: int, width: int) -> go.Figure:
    """A chart `height` pixels high with `letters` of as many pixels; `width` is how wide it will be at least."""
    if chart.kind == "lines":
        return _lines(reader, chart, height, letters, width)
    if chart.kind == "columns":
        return _columns(reader, chart, height, letters, width)
    return _bars(reader, chart, height, letters, width)


def slide_table(reader: Reader, table: deck.SmallTable, height: int, letters: int) -> go.Figure:
    """A small table in letters that can be read from afar."""
    rows = [[row.name, *row.cells] for row in table.rows]
    cells = [
        [f"<b>{row[place]}</b>" if one.total else row[place] for row, one in zip(rows, table.rows, strict=True)]
        for place in range(len(table.columns) + 1)
    ]
    look = {"align": ["left", *["right"] * len(table.columns)], "fill": {"color": CLEAR}, "line": {"color": GREY}}
    look |= {"font": {"size": letters}}
    trace = {
        "type": "table",
        "header": {"values": [f"<b>{name}</b>" for name in (table.corner, *table.columns)], **look},
        "cells": {"values": cells, "height": round(letters * 1.6), **look},
        "columnwidth": [2, *[1] * len(table.columns)],
    }
    return new_figure(reader, height, [trace], font={"size": letters}, margin={"l": 0, "r": 0, "t": 8, "b": 0})


def words(lines: Sequence[str], letters: int, height: int) -> go.Figure:
    """A text as a picture, in letters larger than Markdown has them."""
    text = {"text": "<br>".join(f"<b>{line}</b>" for line in lines), "x": 0, "y": 1, "xref": "paper", "yref": "paper"}
    text |= {"xanchor": "left", "yanchor": "top", "align": "left", "showarrow": False, "font": {"size": letters}}
    none = {"visible": False, "fixedrange": True}
    layout = {"height": height, "margin": {"l": 0, "r": 0, "t": 0, "b": 0}, "paper_bgcolor": CLEAR, "dragmode": False}
    return go.Figure(layout={**layout, "plot_bgcolor": CLEAR, "xaxis": none, "yaxis": none, "annotations": [text]})


def _scaled(chart: deck.Chart, values: Sequence) -> list[float | None]:
    divisor = 100 if chart.unit == "cents" else 1
    return [float(value) / divisor if is_number(value) else None for value in values]


def _told(reader: Reader, chart: deck.Chart, series: deck.Series) -> list[list]:
    """What a mark says when it is pointed at or clicked: its category, the exact figure, the series, its codes."""
    say = reader.change if chart.kind == "movers" else reader.value
    name = series.name if len(chart.series) > 1 else ""
    return [
        [category, say(chart.unit, value), codes, name]
        for category, value, codes in zip(chart.categories, series.values, chart.codes, strict=True)
    ]


def _look(chart: deck.Chart, series: deck.Series, drawn: Sequence[float | None]) -> dict:
    look = mark(*series.look)
    if chart.kind == "movers":
        return {"color": [mark("change", "less" if (value or 0) < 0 else "more").colour for value in drawn]}
    pattern = {"pattern": PATTERN | {"shape": look.pattern}} if len(chart.series) > 1 else {}
    return {"color": look.colour, **pattern}


def _common(reader: Reader, chart: deck.Chart, series: deck.Series, letters: int) -> dict:
    return {
        "name": series.name,
        "customdata": _told(reader, chart, series),
        "hovertemplate": "%{customdata[0]}: %{customdata[1]}<extra>%{customdata[3]}</extra>",
        "textfont": {"size": letters},
        "cliponaxis": False,
    }


def _figure(
    reader: Reader,
    chart: deck.Chart,
    height: int,
    letters: int,
    traces: list[dict],
    named: bool = False,
    **layout,
) -> go.Figure:
    several = named or (len(chart.series) > 1 and chart.kind != "lines")
    legend = {"orientation": "h", "x": 0, "yanchor": "bottom", "traceorder": "normal"}
    # Above the numbers of breaks, which stand right over the chart.
    rows = several + bool(chart.breaks)
    legend["y"] = 1.02 + (2 * letters / height if rows > 1 else 0)
    legend |= {"font": {"size": letters}, "itemclick": False, "itemdoubleclick": False, "title": {"text": ""}}
    return new_figure(
        reader,
        height,
        traces,
        font={"size": letters},
        hoverlabel={"font": {"size": letters}},
        showlegend=several,
        legend=legend,
        margin={"l": 8, "r": 8, "t": rows * (letters * 2 + 8) or 12, "b": 8},
        **layout,
    )


def _bars(reader: Reader, chart: deck.Chart, height: int, letters: int, width: int) -> go.Figure:
    drawn = [_scaled(chart, series.values) for series in chart.series]
    stacked = chart.kind == "stacked"
    names = [_wrapped(name, int(NAMES * width / NARROW / letters)) for name in chart.categories]
    # A row has room for the figures of its bars one under the other; names may not touch the next ones.
    lines = [name.count("<br>") + 1 for name in names]
    touching = [(one + other) / 2 for one, other in pairwise(lines)]
    most = max(1 if stacked else len(chart.series), *touching, 1)
    letters = min(letters, int((height - 2.5 * letters) / len(names) / most / LINE_HEIGHT))
    ends = [
        [one.labels[place] for one in chart.series if not stacked or one.values[place] != 0]
        for place in range(len(chart.categories))
    ]
    if stacked:
        lengths = [sum(value or 0 for value in row) for row in zip(*drawn, strict=True)]
        longest = max(len(" + ".join(row)) for row in ends)
    else:
        lengths = [value or 0 for line in drawn for value in line]
        longest = max(len(label) for row in ends for label in row)
    high, low = max([0, *lengths]), min([0, *lengths])
    span = (high - low) or 1
    traces = []
    for series, values in zip(chart.series, drawn, strict=True):
        traces.append(
            _common(reader, chart, series, letters)
            | {
                "type": "bar",
                "orientation": "h",
                "x": [value if stacked else value or HAIR * span for value in [one or 0 for one in values]],
                "y": list(range(len(values))),
                "marker": _look(chart, series, values),
                **({} if stacked else {"text": series.labels, "textposition": "outside", "constraintext": "none"}),
            }
        )
    if stacked:
        traces.append(
            {
                "type": "scatter",
                "mode": "text",
                "x": lengths,
                "y": list(range(len(lengths))),
                "text": [NO_BREAK_SPACE + " + ".join(row) for row in ends],
                "textposition": "middle right",
                "textfont": {"size": letters},
                "cliponaxis": False,
                "hoverinfo": "skip",
                "showlegend": False,
            }
        )
    # Beside the longest bar stands its figure; what its letters and the names take of the width, bars have not.
    named = max(len(line) for name in names for line in name.split("<br>")) * WIDE * letters
    figured = longest * WIDE * letters + letters
    sides = 2 if low < 0 else 1
    room = span * min(figured / max(width - named - sides * figured, figured), 1)
    return _figure(
        reader,
        chart,
        height,
        letters,
        traces,
        barmode="stack" if stacked else "group",
        bargap=0.3,
        xaxis={"visible": False, "fixedrange": True, "range": [low - (room if low < 0 else 0), high + room]},
        yaxis={
            "autorange": "reversed",
            "fixedrange": True,
            "tickvals": list(range(len(chart.categories))),
            "ticktext": names,
            "tickfont": {"size": letters},
            "automargin": True,
            "showgrid": False,
            "zeroline": False,
        },
    )


def _columns(reader: Reader, chart: deck.Chart, height: int, letters: int, width: int) -> go.Figure:
    count = len(chart.categories)
    crowded = count * len(chart.series) > 8
    small = round(letters * 0.7) if crowded else letters
    traces = []
    drawn = [_scaled(chart, series.values) for series in chart.series]
    highest = max([1e-9, *(value for line in drawn for value in line if value is not None)])
    for series, values in zip(chart.series, drawn, strict=True):
        traces.append(
            _common(reader, chart, series, small)
            | {
                "type": "bar",
                "x": list(range(count)),
                "y": [value or HAIR * highest for value in values],
                "text": series.labels,
                "textposition": "outside",
                "textangle": 0,
                "constraintext": "none",
                "marker": _look(chart, series, values),
            }
        )
    return _figure(
        reader,
        chart,
        height,
        letters,
        traces,
        bargap=0.25,
        xaxis=_cells(chart, letters, width),
        yaxis={"visible": False, "fixedrange": True, "range": [min([0, *_known(drawn)]), highest * 1.14]},
        **_breaks(chart, letters),
    )


def _lines(reader: Reader, chart: deck.Chart, height: int, letters: int, width: int) -> go.Figure:
    drawn = [_scaled(chart, series.values) for series in chart.series]
    highest = max([1e-9, *_known(drawn)])
    lowest = min([0, *_known(drawn)])
    named_above = len(chart.series) > 1 and width < IN_HAND
    traces, ends = [], []
    for series, values in zip(chart.series, drawn, strict=True):
        look, known = mark(*series.look), [place for place, value in enumerate(values) if value is not None]
        alone = len(chart.series) == 1 and len(known) <= MOST_FIGURES
        named = set(known[:-1] if alone else known[:1] if len(chart.series) <= 2 else ())
        traces.append(
            _common(reader, chart, series, letters)
            | {
                "type": "scatter",
                "mode": "lines+markers+text",
                "x": list(range(len(values))),
                "y": values,
                "text": [label if place in named else "" for place, label in enumerate(series.labels)],
                "textposition": "top center",
                "line": {"color": look.colour, "dash": look.dash, "width": letters / 7},
                "marker": {"symbol": look.symbol, "size": letters / 2.2, "color": look.colour},
                "connectgaps": False,
            }
        )
        if known:
            name = f" {series.name}" if len(chart.series) > 1 and not named_above else ""
            ends.append((values[known[-1]], f"<b>{series.labels[known[-1]]}</b>{name}", known[-1]))
    step = (highest - lowest) * 1.25 * letters * 1.35 / height
    free = apart([value for value, *_ in ends], [step] * len(ends), lowest, highest * 1.12)
    notes = [
        {"x": place, "y": y, "text": text, "xanchor": "left", "xshift": 14, "showarrow": False}
        for (_, text, place), y in zip(ends, free, strict=True)
    ]
    breaks = _breaks(chart, letters)
    right = round(max((len(text) - 7 for _, text, _ in ends), default=0) * WIDE * letters) + 30
    figure = _figure(
        reader,
        chart,
        height,
        letters,
        traces,
        named_above,
        xaxis=_cells(chart, letters, width - right),
        yaxis={
            "fixedrange": True,
            "range": [lowest, highest * 1.12],
            "nticks": 5,
            "gridcolor": "rgba(123,133,143,0.3)",
            "zeroline": False,
            "tickfont": {"size": round(letters * 0.8)},
            "tickformat": ",.0f",
            "ticksuffix": {"cents": f"{NO_BREAK_SPACE}€", "percent": f"{NO_BREAK_SPACE}%"}.get(chart.unit, ""),
        },
        shapes=breaks["shapes"],
        annotations=[*breaks["annotations"], *notes],
    )
    figure.layout.margin.r = right
    return figure


def _known(drawn: Sequence[Sequence[float | None]]) -> list[float]:
    return [value for line in drawn for value in line if value is not None]


def _cells(chart: deck.Chart, letters: int, width: int) -> dict:
    """The axis of categories from left to right; of many cells of a line not each is named."""
    count = len(chart.categories)
    size = letters if count < 9 else round(letters * 0.8)
    room = width / count
    every = 1
    if chart.kind == "lines":
        every = max(1, ceil((max(map(len, chart.categories)) + 1) * WIDE * size / room))
    places = list(range((count - 1) % every, count, every))
    return {
        "fixedrange": True,
        "showgrid": False,
        "zeroline": False,
        "range": [-0.5, count - 0.5],
        "tickvals": places,
        "ticktext": [_wrapped(chart.categories[place], max(6, int(room * every / WIDE / size))) for place in places],
        "tickfont": {"size": size},
        "tickangle": 0,
        "automargin": True,
    }


def _breaks(chart: deck.Chart, letters: int) -> dict:
    shapes = [upright(place) for place in sorted({one.place for one in chart.breaks})]
    annotations, seen = [], {}
    for one in chart.breaks:
        beside = seen.get(one.place, 0)
        seen[one.place] = beside + 1
        annotations.append(
            {
                "x": one.place,
                "y": 1,
                "yref": "paper",
                "yanchor": "bottom",
                "xshift": beside * letters * 1.5,
                "text": str(one.number),
                "showarrow": False,
                "bordercolor": GREY,
                "borderpad": 3,
                "font": {"size": round(letters * 0.7)},
            }
        )
    return {"shapes": shapes, "annotations": annotations}


def _wrapped(name: str, width: int) -> str:
    return "<br>".join(textwrap.wrap(name, width, break_long_words=False)) or name
