"""Squares: one measure over two dimensions, as shades with their figures."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import pandas as pd
import plotly.graph_objects as go

from data_access import TOTAL, WITHHELD, dimension
from data_access.telling.palette import SQUARES
from data_access.telling.reader import Reader
from data_access.telling.withheld import column as column_of
from pages.parts.charts.figure import (
    BUTTON,
    CLEAR,
    HEAT,
    KINDS,
    LABEL,
    LONGEST_LINE,
    MOST_TICKS,
    SCALES,
    SMALL,
    axis_figure,
    codes_in_order,
    named_ticks,
    names_above,
    new_figure,
    scaled,
)

HEAT_ROW = 46  # pixels of a row of a heat map with its name above it
HEAT_CELL = 24  # pixels of its cells
MOST_WRITTEN = 6  # columns of a heat map whose figures are written in letters of full size
UPRIGHT = 6  # pixels of a letter in a name of a column that stands upright
HEAT_HEAD = 34  # pixels of the names of its columns


def heat(reader: Reader, frame: pd.DataFrame, rows: str, columns: str, code: str) -> go.Figure:
    """A table of colours with its figures, its rows as the frame has them: the more, the further from the background,
    which zero and what is withheld have."""
    parts = frame[(frame[rows] != TOTAL) & (frame[columns] != TOTAL)]
    down, across = list(dict.fromkeys(parts[rows])), codes_in_order(reader, parts, columns)
    grid = dict(zip(zip(parts[rows], parts[columns], strict=True), column_of(parts, code), strict=True))
    cells = [[grid.get((row, column), 0) for column in across] for row in down]
    drawn = [[value or None for value in scaled(code, line)] for line in cells]
    most = max((value for line in drawn for value in line if value is not None), default=0)
    wide = len(across) > MOST_WRITTEN
    words = [
        {
            "x": column,
            "y": -(line + 1.0),
            "text": axis_figure(reader, code, value),
            "showarrow": False,
            "font": {"size": LABEL},
        }
        for line, (values, shades) in enumerate(zip(cells, drawn, strict=True))
        for column, (value, shade) in enumerate(zip(values, shades, strict=True))
        if shade and not wide
    ]
    if len(across) <= MOST_TICKS:
        words += _withheld(reader, cells)
    points = [
        (column, -(line + 1.0), value, {rows: row, columns: across[column]})
        for line, (row, values) in enumerate(zip(down, cells, strict=True))
        for column, value in enumerate(values)
    ]
    look = {"meta": HEAT, "colorscale": SCALES[HEAT][False]}
    if wide and len(across) <= MOST_TICKS:
        # Letters that shrink until they fit into a narrow cell.
        look |= {
            "text": [[axis_figure(reader, code, value) if value else "" for value in line] for line in cells],
            "texttemplate": "%{text}",
        }
    timed = dimension(columns).kind == "time"
    heads = named_ticks(reader, columns, across) if timed else dict(enumerate(reader.shorts(columns, across).values()))
    names = [reader.label(rows, row) for row in down]
    look |= {"hoverinfo": "skip"}
    over = [_points(reader, code, points)]
    # On a telephone long names have room only upright.
    upright = sum(map(len, heads.values())) > LONGEST_LINE
    return _squares(reader, names, heads, len(across), drawn, most, look, words, over, upright)


def _withheld(reader: Reader, cells: Sequence[Sequence]) -> list[dict]:
    """The mark in each square whose figure is withheld: it has no shade, so that it is written in the theme's ink."""
    return [
        {"x": column, "y": -(line + 1.0), "text": reader.withheld, "showarrow": False, "font": {"size": SMALL}}
        for line, values in enumerate(cells)
        for column, value in enumerate(values)
        if value is WITHHELD
    ]


def _points(reader: Reader, code: str, points: Sequence[tuple]) -> dict:
    """A trace of unseen marks over squares: a square cannot be clicked; a mark over it can, and tells its figure."""
    return {
        "type": "scatter",
        "mode": "markers",
        "x": [column for column, *_ in points],
        "y": [place for _, place, *_ in points],
        "marker": {"symbol": "square", "size": HEAT_CELL, "color": CLEAR},
        "customdata": [
            [", ".join(reader.label(*pair) for pair in which.items()), reader.figure(code, value), which]
            for _, _, value, which in points
        ],
        "hovertemplate": "%{customdata[0]}: %{customdata[1]}<extra></extra>",
        "showlegend": False,
    }


@dataclass(frozen=True)
class Square:
    """A coloured square: which of `palette.SQUARES`, what is written on it, and what is said of it under a pointer."""

    look: str
    text: str
    said: str


def squares(reader: Reader, rows: Mapping[str, Sequence[Square]], columns: Sequence[str]) -> go.Figure:
    """Rows of squares by name, of a few colours that each mean something, under the names of their columns."""
    looks = list(SQUARES)
    words = [
        {
            "x": column,
            "y": -(line + 1.0),
            "text": square.text,
            "showarrow": False,
            "font": {"size": SMALL, "color": SQUARES[square.look][-1]},
        }
        for line, row in enumerate(rows.values())
        for column, square in enumerate(row)
        if square.text
    ]
    return _squares(
        reader,
        list(rows),
        dict(enumerate(columns)),
        len(columns),
        [[looks.index(square.look) for square in row] for row in rows.values()],
        len(looks) - 1,
        {
            "meta": KINDS,
            "colorscale": SCALES[KINDS][False],
            "customdata": [[square.said for square in row] for row in rows.values()],
            "hovertemplate": "%{customdata}<extra></extra>",
        },
        words,
    )


def _squares(
    reader: Reader,
    names: Sequence[str],
    heads: Mapping[int, str],
    width: int,
    drawn: Sequence[Sequence],
    most: float,
    look: dict,
    words: Sequence[dict],
    over: Sequence[dict] = (),
    upright: bool = False,
) -> go.Figure:
    """A table of colours: the names of its rows above them, those of its columns on top, `words` on the squares.

    `heads` are the names of columns by their places, `width` is how many columns there are, `look` is what the trace of
    the squares has besides its figures, `over` are traces drawn over them; names stand `upright` if they are long.
    """
    places = [-(number + 1.0) for number in range(len(names))]
    trace = {
        "type": "heatmap",
        "z": drawn,
        "x": list(range(width)),
        "y": places,
        "zmin": 0,
        "zmax": most or 1,
        "showscale": False,
        "xgap": 2,
        "ygap": HEAT_ROW - HEAT_CELL,
        **look,
    }
    lowest = min(places, default=-1) - 0.5
    above = BUTTON + HEAT_HEAD + (UPRIGHT * max(map(len, heads.values())) if upright else 0)
    return new_figure(
        reader,
        int(-lowest * HEAT_ROW) + above,
        [trace, *over, names_above(list(zip(names, places, strict=True)), -0.5)],
        annotations=words,
        margin={"l": 4, "r": 4, "t": above, "b": 0},
        xaxis={
            "side": "top",
            **({"tickangle": -90} if upright else {}),
            "range": [-0.5, width - 0.5],
            "tickvals": list(heads),
            "ticktext": list(heads.values()),
            "fixedrange": True,
            "showgrid": False,
            "zeroline": False,
            "tickfont": {"size": LABEL},
        },
        yaxis={"range": [lowest, 0], "visible": False, "fixedrange": True},
    )
