"""Bars: one measure by the values of a dimension, stacked by a second, or its changes."""

from collections.abc import Iterable, Mapping, Sequence
from itertools import accumulate

import pandas as pd
import plotly.graph_objects as go

from data_access import TOTAL, WITHHELD, measure
from data_access.telling.palette import GREY, INK_ON_DARK, SHADE, mark
from data_access.telling.reader import Reader
from data_access.telling.withheld import cell, column, is_number
from pages.parts.charts.figure import (
    BUTTON,
    HAND,
    LINE,
    NO_BREAK_SPACE,
    ROW,
    axis_figure,
    legend,
    lines_of,
    names_above,
    new_figure,
    scaled,
    wide,
)

PATTERN = {"fillmode": "overlay", "fgcolor": INK_ON_DARK, "size": 6, "solidity": 0.25}
MOST_PARTS = 3  # of a stack, whose figures have room behind their total on a telephone
WIDTH = 0.36  # of a bar, in rows
AROUND = 8  # pixels of room around a text at the end of a bar
LEAST = 0.25  # of a telephone's width the longest bar takes
HEADING = 44  # pixels more for a heading over a group of bars


def bars(reader: Reader, frame: pd.DataFrame, dimension: str, code: str, group: str | None = None) -> go.Figure:
    """Horizontal bars of one measure as the frame has them; within headings if it has a `group` column."""
    rows = _bar_rows(reader, frame, dimension, group)
    places, y = [], 0.0
    for kind, row in rows:
        y += -HEADING / ROW if kind == "heading" else _places([lines_of(reader.label(dimension, row[dimension]))])[0]
        places.append(y)
    shown = [(row, place) for (kind, row), place in zip(rows, places, strict=True) if kind == "bar"]
    figures = [cell(row, code) for row, _ in shown]
    names = [
        (f"<b>{row}</b>", place - 0.3)
        if kind == "heading"
        else (lines_of(reader.label(dimension, row[dimension])), place)
        for (kind, row), place in zip(rows, places, strict=True)
    ]
    bar = _bar(
        x=scaled(code, figures),
        y=[place for _, place in shown],
        marker={"color": [mark(dimension, row[dimension]).colour for row, _ in shown]},
        text=[axis_figure(reader, code, value) for value in figures],
        customdata=[
            [reader.label(dimension, row[dimension]), reader.figure(code, value), {dimension: row[dimension]}]
            for (row, _), value in zip(shown, figures, strict=True)
        ],
        hovertemplate="%{customdata[0]}: %{customdata[1]}<extra></extra>",
    )
    axes, left = _bar_axes(bar["x"], bar["text"], y)
    traces = [bar, *_withheld(bar), names_above(names, left)]
    return new_figure(reader, int(-y * ROW) + BUTTON + 16, traces, **axes)


def _places(names: Iterable[str]) -> list[float]:
    """Where bars stand one under the other, each with its name above it, in one line or in several."""
    return list(accumulate(-1 - name.count("<br>") * LINE / ROW for name in names))


def _withheld(bar: dict) -> list[dict]:
    """The marks of withheld figures where their bars would begin: a bar without a length has no text of its own."""
    places = [place for place, length in enumerate(bar["x"]) if length is None and bar["text"][place]]
    if not places:
        return []
    return [
        {
            "type": "scatter",
            "mode": "text",
            "x": [0] * len(places),
            "textposition": "middle right",
            "cliponaxis": False,
            "showlegend": False,
            "hovertemplate": bar["hovertemplate"],
            **{name: [bar[name][place] for place in places] for name in ("y", "text", "customdata")},
        }
    ]


def _bar(**more) -> dict:
    """A trace of horizontal bars, each with its figure at its end."""
    return {
        "type": "bar",
        "orientation": "h",
        "width": WIDTH,
        "textposition": "outside",
        "constraintext": "none",
        "cliponaxis": False,
        **more,
    }


def _bar_rows(reader, frame, dimension, group) -> list[tuple[str, object]]:
    """Headings and bars from top to bottom."""
    frame = frame[frame[dimension] != TOTAL]
    if group is None:
        return [("bar", row) for row in frame.to_dict("records")]
    rows: list[tuple[str, object]] = []
    for name in dict.fromkeys(frame[group]):
        if name == TOTAL:
            continue
        rows.append(("heading", reader.label(group, name)))
        rows += [("bar", row) for row in frame[frame[group] == name].to_dict("records")]
    return rows


def _bar_axes(lengths: Sequence[float | None], texts: Sequence[str], lowest: float) -> tuple[dict, float]:
    """Axes with room for the text at the end of each bar, on a telephone too; and their left end."""
    ends = [(length or 0, wide(text) + AROUND) for length, text in zip(lengths, texts, strict=True)]
    right = [end for end in ends if end[0] >= 0] or [(0, 0)]
    left = [(-length, room) for length, room in ends if length < 0] or [(0, 0)]
    # Pixels of one: as many as the two bars allow that want most on either side.
    scale = min(
        max(HAND - one_room - other_room, LEAST * HAND) / ((one + other) or 1)
        for one, one_room in right
        for other, other_room in left
    )
    start, end = (max(length + room / scale for length, room in side) for side in (left, right))
    axes = {
        "xaxis": {"range": [-start, end], "visible": False, "fixedrange": True},
        "yaxis": {"range": [lowest - 0.5, 0], "visible": False, "fixedrange": True},
    }
    return axes, -start


def stacked(
    reader: Reader,
    frame: pd.DataFrame,
    dimension: str,
    split: str,
    code: str,
    *,
    apart: bool = False,
) -> go.Figure:
    """Horizontal bars divided by a second dimension, each part with its figure, as the frame has them.

    Of an additive measure, or of parts that stand `apart`, as when a person is in one group only.
    """
    if not (measure(code).additive or apart):
        raise ValueError(f"parts of {code} overlap and make no stack")
    whole = frame[(frame[dimension] != TOTAL) & (frame[split] == TOTAL)]
    parts = frame[(frame[dimension] != TOTAL) & (frame[split] != TOTAL)]
    labels = {name: lines_of(reader.label(dimension, name)) for name in whole[dimension]}
    places = dict(zip(labels, _places(labels.values()), strict=True))
    lowest = min(places.values(), default=0)
    order = sorted(set(parts[split]), key=lambda name: reader.vocabulary.rank(split, name))
    traces, pieces, drawn = [], {name: [] for name in places}, dict.fromkeys(places, 0.0)
    for number, name in enumerate(order):
        rows = parts[parts[split] == name]
        look = mark(split, name, number)
        found = list(zip(rows[dimension], column(rows, code), strict=True))
        for row, value in found:
            if value or value is WITHHELD:
                pieces[row].append(axis_figure(reader, code, value))
            drawn[row] += scaled(code, [value])[0] or 0
        traces.append(
            _bar(
                name=reader.label(split, name),
                x=scaled(code, [value for _, value in found]),
                y=[places[row] for row, _ in found],
                marker={"color": look.colour, "pattern": PATTERN | {"shape": look.pattern}},
                customdata=[
                    [reader.label(dimension, row), reader.figure(code, value), {dimension: row, split: name}]
                    for row, value in found
                ],
                hovertemplate="%{customdata[0]}: %{customdata[1]}<extra>%{fullData.name}</extra>",
            )
        )
    # Where a part is withheld, a frame shows how long the whole is, if that is known.
    wholes = dict(zip(whole[dimension], scaled(code, column(whole, code)), strict=True))
    lengths = [drawn[name] if length is None else length for name, length in wholes.items()]
    frames = [
        _frame(place, wholes[name])
        for name, place in places.items()
        if wholes[name] is not None and reader.withheld in pieces[name]
    ]
    texts = [NO_BREAK_SPACE + end for end in _ends(reader, code, whole, pieces, lengths)]
    ends = {
        "type": "scatter",
        "mode": "text",
        "x": lengths,
        "y": list(places.values()),
        "text": texts,
        "textposition": "middle right",
        "cliponaxis": False,
        "hoverinfo": "skip",
        "showlegend": False,
    }
    axes, left = _bar_axes(lengths, texts, lowest)
    names = names_above([(labels[name], place) for name, place in places.items()], left)
    return new_figure(
        reader,
        int(-lowest * ROW) + 64,
        [*traces, ends, names],
        barmode="stack",
        shapes=frames,
        showlegend=True,
        legend=legend() | {"y": 1.0},
        **axes,
    )


def _ends(
    reader: Reader, code: str, whole: pd.DataFrame, pieces: Mapping[str, Sequence[str]], lengths: Sequence[float]
) -> list[str]:
    """What stands at the end of each stack: its total, if it is shown, and its parts, if they have room or are
    withheld."""
    ends, longest = [], max(lengths, default=0) or 1
    for total, parts, length in zip(column(whole, code), pieces.values(), lengths, strict=True):
        said = " + ".join(parts)
        if is_number(total) and len(parts) > 1:
            all_said = f"<b>{axis_figure(reader, code, total)}</b> = {said}"
            room = HAND * (1 - LEAST * length / longest) - AROUND
            few = (len(parts) <= MOST_PARTS and wide(all_said) <= room) or reader.withheld in parts
            said = all_said if few else f"<b>{axis_figure(reader, code, total)}</b>"
        ends.append(said)
    return ends


def _frame(place: float, length: float) -> dict:
    """A frame around a bar of which parts are not shown."""
    line = {"color": GREY, "width": 1.5, "dash": "dot"}
    high = {"y0": place - WIDTH / 2, "y1": place + WIDTH / 2}
    return {"type": "rect", "x0": 0, "x1": length, **high, "line": line, "fillcolor": SHADE, "layer": "below"}


def movers(reader: Reader, frame: pd.DataFrame, dimension: str, code: str) -> go.Figure:
    """Bars to the right for what rose and to the left for what fell; the frame has `<code>_change`."""
    changes, labels = list(frame[f"{code}_change"]), [reader.label(dimension, name) for name in frame[dimension]]
    written = [lines_of(label) for label in labels]
    places = _places(written)
    lowest = min(places, default=0)
    bar = _bar(
        x=scaled(code, changes),
        y=places,
        marker={"color": [mark("change", "more" if value >= 0 else "less").colour for value in changes]},
        text=[("+" if value > 0 else "") + axis_figure(reader, code, value) for value in changes],
        customdata=[
            [label, reader.change(measure(code).unit, value), {dimension: name}]
            for label, value, name in zip(labels, changes, frame[dimension], strict=True)
        ],
        hovertemplate="%{customdata[0]}: %{customdata[1]}<extra></extra>",
    )
    axes, left = _bar_axes(bar["x"], bar["text"], lowest)
    names = names_above(list(zip(written, places, strict=True)), left)
    shapes = [_zero(place) for place in places]
    return new_figure(reader, int(-lowest * ROW) + BUTTON + 16, [bar, names], shapes=shapes, **axes)


def _zero(place: float) -> dict:
    """A piece of the line of no change, as high as one bar: the names between the bars stay clear of it."""
    line = {"color": GREY, "width": 1.5}
    return {"type": "line", "x0": 0, "x1": 0, "y0": place - 0.24, "y1": place + 0.24, "line": line}
