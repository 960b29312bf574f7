"""Lines over time: breaks and gaps drawn and numbered, the last figure and the name of a line beside its end."""

from collections.abc import Sequence
from datetime import date
from itertools import groupby

import pandas as pd
import plotly.graph_objects as go

from data_access import TOTAL, WITHHELD, Note
from data_access.telling.palette import SHADE, Mark, mark
from data_access.telling.reader import Reader
from data_access.telling.withheld import column
from pages.parts.charts.figure import (
    BUTTON,
    END,
    HAND,
    LABEL,
    LEADER,
    LETTER,
    LINE,
    SMALL,
    apart,
    axis_figure,
    end_label,
    end_room,
    legend,
    named_ticks,
    new_figure,
    scaled,
    units,
    upright,
)

GRID = "rgba(123,133,143,0.35)"
BREAKS_DRAWN = "breaks"  # stands in `layout.meta` of a figure whose breaks carry numbers
LINE_HEIGHT = 340  # pixels of a chart with a time axis
NUMBERS = 18  # pixels over it, for the numbers of breaks
PLOT = 240  # pixels of its lines, at least
OVER = 1.08  # of the highest figure is shown
CELLS = (HAND - 80, 560)  # pixels of all its cells, on a telephone and beside a table
Span = tuple[float, float]  # the figures at the foot and at the top of a chart
CLEAR_OF = 8  # pixels between a point and a figure above or below it


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
    return _lined(reader, traces, drawn, time, cells, codes[0], _gaps(reader, cells, drawn), notes, positions)


def _lined(
    reader: Reader,
    traces: list[dict],
    drawn: Sequence[Sequence],
    time: str,
    cells: Sequence[str],
    code: str,
    gaps: tuple[list[dict], list[dict]],
    notes: Sequence[Note],
    positions: dict[str, int],
) -> go.Figure:
    """The figure of these lines: `drawn` are their figures as they were answered, `gaps` what is drawn over cells of
    which nothing is known, `positions` the places of the cells in which breaks are drawn."""
    uprights, numbers = _breaks(notes, time, positions)
    shades, words = gaps
    shown = [value for trace in traces for value in trace["y"] if value is not None]
    span = (min(shown, default=0) * OVER, max(shown, default=0) * OVER)
    span = (min(span[0], 0), max(span[1], 0) or 1)
    ends = _ends(traces, span)
    _label_beginnings(traces, span)
    drawn_to = [shape["x0"] for shape in uprights] + [shape[edge] for shape in shades for edge in ("x0", "x1")]
    width = [min([-min(0.9, 0.07 * len(cells)), *drawn_to]), max([len(cells) - 1 + 0.015 * len(cells), *drawn_to])]
    axes = _time_axes(reader, time, cells, code)
    axes["xaxis"]["range"], axes["yaxis"]["range"] = width, list(span)
    axes["margin"] = {"l": 4, "r": end_room(one["text"] for one in ends), "t": BUTTON + NUMBERS, "b": 8}
    return new_figure(
        reader,
        LINE_HEIGHT,
        [*traces, *_withheld(reader, traces, drawn)],
        **axes,
        shapes=[*shades, *uprights],
        annotations=[*words, *numbers, *ends],
        meta=BREAKS_DRAWN if numbers else None,
        # A line of which nothing is known has no end to stand beside.
        showlegend=len(traces) > max(len(ends), 1),
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


def _ends(traces: Sequence[dict], span: Span) -> list[dict]:
    """The last figure of each line and its name, to the right of its end and bound to it by a piece of line."""
    ends: dict[int, list[tuple[dict, float, str]]] = {}
    for trace in traces:
        known = _known(trace)
        if known:
            text = end_label(trace["text"][known[-1]], trace["name"] if len(traces) > 1 else "")
            ends.setdefault(known[-1], []).append((trace, _height(trace["y"][known[-1]], span), text))
    found = []
    for place, labels in ends.items():
        wanted = [height for _, height, _ in labels]
        heights = [LINE * (text.count("<br>") + 1) for *_, text in labels]
        lowest, top = min(heights) / 2 - LINE, PLOT
        if place < len(labels[0][0]["y"]) - 1:
            lowest, top = _beside(traces, place, wanted, sum(heights), span)
        for (trace, height, text), moved in zip(labels, apart(wanted, heights, lowest, top), strict=True):
            found.append(
                {
                    "name": END,
                    "x": place,
                    "y": trace["y"][place],
                    "text": text,
                    "align": "left",
                    "xanchor": "left",
                    "ax": LEADER,
                    "ay": round(height - moved),
                    "showarrow": True,
                    "arrowhead": 0,
                    "arrowwidth": 1.5,
                    "arrowcolor": trace["line"]["color"],
                    "standoff": 6,
                    "font": {"size": LABEL},
                }
            )
    return found


def _beside(traces: Sequence[dict], place: int, wanted: Sequence[float], tall: float, span: Span) -> tuple:
    """Between which heights labels have room whose lines end before others do: over or under those that go on."""
    going_on = [
        _height(value, span)
        for trace in traces
        for value in trace["y"][place : place + 4]
        if value is not None and max(_known(trace)) > place
    ]
    middle = sum(wanted) / len(wanted)
    above = max(going_on, default=0) + LINE
    below = min(going_on, default=0) - LINE
    if below - tall < 0 or (above + tall < PLOT and above - middle < middle - below):
        return above, max(PLOT, above + tall)
    return 0, below


def _height(value: float, span: Span) -> float:
    """Pixels from the foot of the chart to a figure."""
    return (value - span[0]) / (span[1] - span[0]) * PLOT


def _known(trace: dict) -> list[int]:
    return [place for place, value in enumerate(trace["y"]) if value is not None]


def _label_beginnings(traces: Sequence[dict], span: Span) -> None:
    """Leaves the figure at the first known point of each line, above or below it, where no line runs through it; the
    rest is in the table."""
    taken: list[tuple[int, float]] = []
    for trace in sorted(traces, key=lambda trace: -max((trace["y"][place] for place in _known(trace)[:1]), default=0)):
        texts, sides = [""] * len(trace["y"]), ["top center"] * len(trace["y"])
        known = _known(trace)
        for place in known[: len(known) > 1]:
            at, half = _height(trace["y"][place], span), LETTER * len(trace["text"][place]) / 2
            for side, middle in (
                ("top center", at + CLEAR_OF + LINE / 2),
                ("bottom center", at - CLEAR_OF - LINE / 2),
            ):
                others = [height for cell, height in taken if cell == place]
                points = [_height(one["y"][place], span) for one in traces if one["y"][place] is not None]
                if (
                    middle > LINE / 2
                    and all(abs(middle - other) >= LINE for other in others)
                    # Beyond another line it would be taken for the figure of that one.
                    and not any(min(at, middle) < point < max(at, middle) for point in points)
                    and not any(_runs_through(one["y"], place, half, middle, span) for one in traces)
                ):
                    texts[place], sides[place] = trace["text"][place], side
                    taken.append((place, middle))
                    break
        trace |= {"text": texts, "textposition": sides}


def _runs_through(values: Sequence[float | None], place: int, half: float, middle: float, span: Span) -> bool:
    """Whether a line runs through a text of half this width, in the middle over or under a cell."""
    for cells in CELLS:
        for left in range(max(place - 2, 0), min(place + 3, len(values) - 1)):
            if values[left] is None or values[left + 1] is None:
                continue
            for step in range(11):
                away = (left + step / 10 - place) * cells / len(values)
                height = _height(values[left] + (values[left + 1] - values[left]) * step / 10, span)
                if abs(away) < half and abs(height - middle) < LINE / 2:
                    return True
    return False


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
            "showgrid": False,
            "zeroline": False,
            "fixedrange": True,
            "tickfont": {"size": SMALL},
        },
        "yaxis": {
            "gridcolor": GRID,
            "zerolinecolor": GRID,
            "tickformat": ",.0f",
            **units(reader, code),
            "nticks": 5,
            "fixedrange": True,
            "tickfont": {"size": SMALL},
            "automargin": True,
        },
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
    positions = {cell: place for place, cell in enumerate(cells)}
    positions |= {_year_earlier(cell): place for cell, place in positions.items()}
    return _lined(reader, traces, drawn, time, cells, code, ([], []), notes, positions)


def _year_earlier(cell: str) -> str:
    return f"{int(cell[:4]) - 1}{cell[4:]}"
