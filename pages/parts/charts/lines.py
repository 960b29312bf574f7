"""Lines over time: breaks and gaps drawn and numbered, the last figure beside its end."""

from collections.abc import Sequence
from datetime import date
from itertools import groupby

import pandas as pd
import plotly.graph_objects as go

from data_access import TOTAL, WITHHELD, Note
from data_access.telling.palette import SHADE, Mark, mark
from data_access.telling.reader import Reader
from data_access.telling.withheld import column, is_number
from pages.parts.charts.figure import SMALL, axis_figure, legend, named_ticks, new_figure, scaled, units, upright

GRID = "rgba(123,133,143,0.35)"
BREAKS_DRAWN = "breaks"  # stands in `layout.meta` of a figure whose breaks carry numbers
LINE_HEIGHT = 340  # pixels of a chart with a time axis


def series(
    reader: Reader,
    frame: pd.DataFrame,
    time: str,
    codes: Sequence[str],
    split: str | None = None,
    notes: Sequence[Note] = (),
    total: bool = False,
) -> go.Figure:
    """Lines over calendar cells: one a measure, or one a code of `split`.

    A cell without a figure is a gap, shaded; a break in the series is a numbered upright, the number being
    that of the break among the notes. `total` draws the line of all codes of `split` too.
    """
    frame = frame[frame[time] != TOTAL]
    cells = sorted(set(frame[time]))
    positions = {cell: place for place, cell in enumerate(cells)}
    traces, drawn = [], []
    for name, label, look, rows, code in _lines(reader, frame, codes, split, total):
        values = dict(zip(rows[time], column(rows, code), strict=True))
        listed = [values.get(cell) for cell in cells]
        drawn.append(listed)
        names = [reader.label(time, cell) for cell in cells]
        which = {} if split is None or name == TOTAL else {split: name}
        traces.append(_line(reader, label, look, code, listed, names, [{time: cell} | which for cell in cells]))
    _label_ends(traces, drawn)
    traces += _withheld(reader, traces, drawn)
    shapes, words = _gaps(reader, cells, drawn)
    uprights, numbers = _breaks(notes, time, positions)
    return new_figure(
        reader,
        LINE_HEIGHT,
        traces,
        **_time_axes(reader, time, cells, codes[0]),
        shapes=[*shapes, *uprights],
        annotations=[*words, *numbers],
        meta=BREAKS_DRAWN if numbers else None,
        showlegend=len(drawn) > 1,
    )


def _line(
    reader: Reader,
    label: str,
    look: Mark,
    code: str,
    values: Sequence,
    cells: Sequence[str],
    codes: Sequence[dict[str, str]],
) -> dict:
    """A trace of one line over calendar cells, named and in codes; a figure that is not known is a gap in it."""
    return {
        "type": "scatter",
        "name": label,
        "x": list(range(len(values))),
        "y": scaled(code, values),
        "mode": "lines+markers+text",
        "connectgaps": False,
        "line": {"color": look.colour, "dash": look.dash, "width": 2.5},
        "marker": {"symbol": look.symbol, "size": 8, "color": look.colour},
        "text": [axis_figure(reader, code, value) for value in values],
        "cliponaxis": False,
        "customdata": [
            [cell, reader.figure(code, value), which] for cell, value, which in zip(cells, values, codes, strict=True)
        ],
        "hovertemplate": "%{customdata[0]}: %{customdata[1]}<extra>%{fullData.name}</extra>",
    }


def _lines(reader, frame, codes, split, total):
    """(code of `split`, name, look, rows, measure) of each line."""
    if split is None:
        for number, code in enumerate(codes):
            yield TOTAL, reader.measure(code), mark("measure", code, number), frame, code
        return
    for number, name in enumerate(name for name in dict.fromkeys(frame[split]) if total or name != TOTAL):
        yield name, reader.label(split, name), mark(split, name, number), frame[frame[split] == name], codes[0]


def _label_ends(traces: Sequence[dict], drawn: Sequence[Sequence]) -> None:
    """Leaves figures at the first and the last known point of each line; the rest is in the table.

    The highest line of a cell carries its figure above and the lowest below; one between them has no room.
    """
    foot = 0.08 * max((value for line in drawn for value in line if is_number(value)), default=0)
    for trace, values in zip(traces, drawn, strict=True):
        known = [place for place, value in enumerate(values) if is_number(value)]
        texts, sides = [""] * len(values), ["top center"] * len(values)
        for place in {known[0], known[-1]} if known else set():
            beside = [other[place] for other in drawn if is_number(other[place])]
            if values[place] in (max(beside), min(beside)):
                texts[place] = trace["text"][place]
            # Below a point at the foot of the chart stand the names of the cells.
            if foot <= values[place] < max(beside):
                sides[place] = "bottom center"
        trace |= {"text": texts, "textposition": sides}


def _withheld(reader: Reader, traces: Sequence[dict], drawn: Sequence[Sequence]) -> list[dict]:
    """A mark at the foot of each cell in which lines have a gap because a figure is withheld; it tells which lines."""
    found: dict[int, list[int]] = {}
    for line, values in enumerate(drawn):
        for place, value in enumerate(values):
            if value is WITHHELD:
                found.setdefault(place, []).append(line)
    if not found:
        return []
    return [
        {
            "type": "scatter",
            "mode": "text",
            "x": list(found),
            "y": [0] * len(found),
            "text": [reader.withheld] * len(found),
            "textposition": "top center",
            "textfont": {"size": SMALL},
            "cliponaxis": False,
            "showlegend": False,
            "customdata": [
                [traces[lines[0]]["customdata"][place][0], ", ".join(traces[line]["name"] for line in lines)]
                for place, lines in found.items()
            ],
            "hovertemplate": "%{customdata[0]}: %{text}<extra>%{customdata[1]}</extra>",
        }
    ]


def _time_axes(reader: Reader, time: str, cells: Sequence[str], code: str) -> dict:
    ticks = named_ticks(reader, time, cells)
    return {
        "xaxis": {
            "tickvals": list(ticks),
            "ticktext": list(ticks.values()),
            "range": [-0.9, len(cells) - 0.1],
            "showgrid": False,
            "zeroline": False,
            "fixedrange": True,
            "tickfont": {"size": SMALL},
        },
        "yaxis": {
            "rangemode": "tozero",
            "gridcolor": GRID,
            "zerolinecolor": GRID,
            "tickformat": ",.0f",
            **units(reader, code),
            "nticks": 5,
            "fixedrange": True,
            "tickfont": {"size": SMALL},
            "automargin": True,
        },
        "margin": {"l": 4, "r": 16, "t": 58, "b": 8},
        "legend": legend(),
        # With "x" a click is taken for one on the last line, wherever it was.
        "hovermode": "closest",
    }


def _gaps(reader: Reader, cells: Sequence[str], drawn: Sequence[Sequence]) -> tuple[list[dict], list[dict]]:
    """A shade over each cell of which nothing is published, and a word over each run of them."""
    empty = [place for place in range(len(cells)) if all(line[place] is None for line in drawn)]
    shades = [
        {
            "type": "rect",
            "x0": place - 0.5,
            "x1": place + 0.5,
            "y0": 0,
            "y1": 1,
            "yref": "paper",
            "fillcolor": SHADE,
            "line": {"width": 0},
            "layer": "below",
        }
        for place in empty
    ]
    text = reader.t("words.not_published")
    # Neighbours have the same distance to their number.
    runs = [
        [place for _, place in run]
        for _, run in groupby(enumerate(empty), key=lambda numbered: numbered[1] - numbered[0])
    ]
    words = [
        {
            "x": (run[0] + run[-1]) / 2,
            "y": 0.5,
            "yref": "paper",
            "text": text,
            "textangle": -90,
            "showarrow": False,
        }
        for run in runs
    ]
    return shades, words


def breaks(notes: Sequence[Note]) -> list[Note]:
    """The breaks among notes by their days: the order of their numbers on a chart."""
    return sorted((note for note in notes if note.kind == "break"), key=lambda note: note.param("day"))


def _breaks(notes: Sequence[Note], time: str, positions: dict[str, int]) -> tuple[list[dict], list[dict]]:
    """An upright and its number for each break within the axis."""
    uprights, numbers = [], []
    for number, note in enumerate(breaks(notes), start=1):
        place = _place_of_day(note.param("day"), time, positions)
        if place is not None:
            uprights.append(upright(place))
            numbers.append(
                {
                    "x": place,
                    "y": 1,
                    "yref": "paper",
                    "yanchor": "bottom",
                    "text": str(number),
                    "showarrow": False,
                    "font": {"size": SMALL},
                }
            )
    return uprights, numbers


def _place_of_day(day: date, time: str, positions: dict[str, int]) -> float | None:
    """Where a day stands between the cells of an axis: a cell reaches half a step to either side of its mark."""
    if time == "year":
        place, part = positions.get(f"{day.year}"), (day.timetuple().tm_yday - 1) / 366
    elif time == "half_year":
        half, month = divmod(day.month - 1, 6)
        place, part = positions.get(f"{day.year}-H{half + 1}"), (month + (day.day - 1) / 31) / 6
    elif time == "quarter":
        quarter, month = divmod(day.month - 1, 3)
        place, part = positions.get(f"{day.year}-Q{quarter + 1}"), (month + (day.day - 1) / 31) / 3
    else:
        place, part = positions.get(f"{day.year}-{day.month:02}"), (day.day - 1) / 31
    return None if place is None else place - 0.5 + part


def two_years(
    reader: Reader,
    frame: pd.DataFrame,
    time: str,
    code: str,
    names: tuple[str, str],
    notes: Sequence[Note] = (),
) -> go.Figure:
    """One year beside the year before, over the calendar cells of `time`; the frame has `<code>_before`.

    `names` are those of this year and of the year before. Breaks of both years are drawn, each on its day.
    """
    frame = frame[frame[time] != TOTAL]
    cells = list(frame[time])
    traces, drawn = [], []
    for name_of, look, name in ((f"{code}_before", "before", names[1]), (code, "now", names[0])):
        drawn.append(column(frame, name_of))
        labels = [reader.short(time, cell) for cell in cells]
        shown = cells if name_of == code else [_year_earlier(cell) for cell in cells]
        codes = [{time: cell} for cell in shown]
        traces.append(_line(reader, name, mark("year", look), code, drawn[-1], labels, codes))
    _label_ends(traces, drawn)
    traces += _withheld(reader, traces, drawn)
    positions = {cell: place for place, cell in enumerate(cells)}
    positions |= {_year_earlier(cell): place for cell, place in positions.items()}
    uprights, numbers = _breaks(notes, time, positions)
    return new_figure(
        reader,
        LINE_HEIGHT,
        traces,
        **_time_axes(reader, time, cells, code),
        shapes=uprights,
        annotations=numbers,
        meta=BREAKS_DRAWN if numbers else None,
        showlegend=True,
    )


def _year_earlier(cell: str) -> str:
    return f"{int(cell[:4]) - 1}{cell[4:]}"
