"""Charts: a tidy frame goes in, a figure comes out. Nothing is asked and nothing is shown here.

Every chart writes its figures beside its marks, keeps a transparent background for the theme behind it, and puts long
names above their bars and not beside them, so that it can be read on a telephone.
"""

import textwrap
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import groupby

import pandas as pd
import plotly.graph_objects as go

from data_access import TOTAL, Note, dimension, measure
from data_access.language import format_euros
from pages.parts.palette import (
    GREY,
    HEAT_DARK,
    HEAT_LIGHT,
    HEAT_MIDDLE,
    INK_ON_DARK,
    INK_ON_LIGHT,
    SQUARES,
    Mark,
    mark,
)
from pages.parts.reader import Reader

NO_BREAK_SPACE = "\u00a0"
SEPARATORS = {"lv": f",{NO_BREAK_SPACE}", "en": ".,"}
CLEAR = "rgba(0,0,0,0)"
GRID = "rgba(123,133,143,0.35)"
BUTTON = 26  # pixels above a chart, for the button that saves it
SHADE = "rgba(123,133,143,0.18)"
PATTERN = {"fillmode": "overlay", "fgcolor": INK_ON_DARK, "size": 6, "solidity": 0.25}
PALE = 0.45  # opacity of marks beside one that was clicked
LABEL = 13  # points: names and figures
SMALL = 12  # axes
LONGEST_LINE = 48  # letters of a name over a bar
LINE = 17  # pixels of a line of names
ROW = 40  # pixels of a bar with its name above it
BREAKS_DRAWN = "breaks"  # stands in `layout.meta` of a figure whose breaks carry numbers
HEADING = 44  # pixels more for a heading over a group of bars
HEAT_ROW = 46  # pixels of a row of a heat map with its name above it
HEAT_CELL = 24  # pixels of its cells
MOST_WRITTEN = 6  # columns of a heat map whose figures are written in letters of full size
UPRIGHT = 6  # pixels of a letter in a name of a column that stands upright
HEAT_HEAD = 34  # pixels of the names of its columns
MOST_TICKS = 14  # calendar cells of which each is named on an axis
LINE_HEIGHT = 340  # pixels of a chart with a time axis


def config(reader: Reader, name: str) -> dict:
    """How a chart behaves: nothing but a button that saves it as a picture, made in the browser, named `name`."""
    words = {
        "Download plot": reader.t("charts.download"),
        "Preparing image - this may take a few seconds": reader.t("charts.preparing"),
        "Image download succeeded": reader.t("charts.saved"),
        "Sorry, there was a problem downloading your image!": reader.t("charts.not_saved"),
    }
    return {
        "displayModeBar": True,
        "modeBarButtons": [["toImage"]],
        "toImageButtonOptions": {"format": "svg", "filename": name},
        "locale": reader.language,
        "locales": {reader.language: {"dictionary": words}},
        "scrollZoom": False,
        "doubleClick": False,
        "responsive": True,
    }


def _scaled(code: str, values: Iterable) -> list[float | None]:
    """Figures as they are drawn: money in euros, gaps as nothing."""
    divisor = 100 if measure(code).unit == "cents" else 1
    return [None if pd.isna(value) else float(value) / divisor for value in values]


def _axis_figure(reader: Reader, code: str, value) -> str:
    """A figure beside a mark: whole euros, as cents would crowd the chart; the table has them."""
    if pd.isna(value):
        return ""
    if measure(code).unit == "cents":
        return format_euros(value, reader.language, places=0)
    return reader.figure(code, value)


def _figure(reader: Reader, height: int, traces: list[dict], **layout) -> go.Figure:
    """The figure of some traces: made in one go, as Plotly looks at everything again for each thing added later."""
    layout = {
        "height": height,
        "margin": {"l": 4, "r": 4, "t": BUTTON, "b": 8},
        "paper_bgcolor": CLEAR,
        "plot_bgcolor": CLEAR,
        "separators": SEPARATORS[reader.language],
        "font": {"size": LABEL},
        "dragmode": False,
        "hoverlabel": {"font": {"size": LABEL}},
        "modebar": {"bgcolor": CLEAR, "color": GREY, "activecolor": GREY},
        "showlegend": False,
        **layout,
    }
    return go.Figure(data=traces, layout=layout)


def _legend() -> dict:
    return {
        "orientation": "h",
        "x": 0,
        "xanchor": "left",
        "y": 1.09,
        "yanchor": "bottom",
        "title": {"text": ""},
        "font": {"size": LABEL},
        "itemclick": False,
        "itemdoubleclick": False,
        "traceorder": "normal",
    }


def inked(figure: go.Figure, dark: bool) -> go.Figure:
    """The figure with its letters in the full text colour of the theme: the theme's own are fainter than 4.5 : 1."""
    ink = INK_ON_DARK if dark else INK_ON_LIGHT
    figure.layout.font.color = ink
    figure.layout.legend.font.color = ink
    figure.layout.xaxis.tickfont.color = ink
    figure.layout.yaxis.tickfont.color = ink
    # What is not clicked grows pale, but its letters stay; Plotly wants to be told of both.
    letters = {"color": ink}
    for trace in figure.data:
        if trace.type in ("bar", "scatter"):
            trace.selected = {"textfont": letters}
            trace.unselected = {"textfont": letters, "marker": {"opacity": PALE}}
    return figure


def bars(reader: Reader, frame: pd.DataFrame, dimension: str, code: str, group: str | None = None) -> go.Figure:
    """Horizontal bars of one measure, the longest first; within headings if the frame has a `group` column."""
    rows = _bar_rows(reader, frame, dimension, code, group)
    places, y = [], 0.0
    for kind, row in rows:
        lines = 1 if kind == "heading" else _lines_of(reader.label(dimension, row[dimension])).count("<br>") + 1
        y -= HEADING / ROW if kind == "heading" else 1 + (lines - 1) * LINE / ROW
        places.append(y)
    shown = [(row, place) for (kind, row), place in zip(rows, places, strict=True) if kind == "bar"]
    figures = [row[code] for row, _ in shown]
    names = [
        (f"<b>{row}</b>", place - 0.3)
        if kind == "heading"
        else (_lines_of(reader.label(dimension, row[dimension])), place)
        for (kind, row), place in zip(rows, places, strict=True)
    ]
    bar = _bar(
        x=_scaled(code, figures),
        y=[place for _, place in shown],
        marker={"color": [mark(dimension, row[dimension]).colour for row, _ in shown]},
        text=[_axis_figure(reader, code, value) for value in figures],
        customdata=[
            [reader.label(dimension, row[dimension]), reader.figure(code, row[code]), {dimension: row[dimension]}]
            for row, _ in shown
        ],
        hovertemplate="%{customdata[0]}: %{customdata[1]}<extra></extra>",
    )
    known = [value for value in bar["x"] if value is not None]
    axes, left = _bar_axes(min(known, default=0), max(known, default=1), y)
    return _figure(reader, int(-y * ROW) + BUTTON + 16, [bar, _names(names, left)], **axes)


def _bar(**more) -> dict:
    """A trace of horizontal bars, each with its figure at its end."""
    return {
        "type": "bar",
        "orientation": "h",
        "width": 0.36,
        "textposition": "outside",
        "constraintext": "none",
        "cliponaxis": False,
        **more,
    }


def _names(names: Sequence[tuple[str, float]], left: float) -> dict:
    """A trace of names above the bars at their places."""
    return {
        "type": "scatter",
        "mode": "text",
        "x": [left] * len(names),
        "y": [place + 0.42 + text.count("<br>") * LINE / ROW / 2 for text, place in names],
        "text": [text for text, _ in names],
        "textposition": "middle right",
        "cliponaxis": False,
        "hoverinfo": "skip",
        "showlegend": False,
    }


def _lines_of(name: str) -> str:
    """A name that may stand over a bar on a telephone: a long one in several lines."""
    return "<br>".join(textwrap.wrap(name, LONGEST_LINE, break_long_words=False))


def _bar_rows(reader, frame, dimension, code, group) -> list[tuple[str, object]]:
    """Headings and bars from top to bottom."""
    frame = frame[frame[dimension] != TOTAL]
    if group is None:
        ranked = frame.sort_values(code, ascending=False, kind="stable", na_position="last")
        return [("bar", row) for row in ranked.to_dict("records")]
    rows: list[tuple[str, object]] = []
    for name in dict.fromkeys(frame[group]):
        if name == TOTAL:
            continue
        rows.append(("heading", reader.label(group, name)))
        ranked = frame[frame[group] == name].sort_values(code, ascending=False, kind="stable")
        rows += [("bar", row) for row in ranked.to_dict("records")]
    return rows


def _bar_axes(least: float, most: float, lowest: float) -> tuple[dict, float]:
    """Axes with room at the end of the longest bar for its figure, on a telephone too; and their left end."""
    span = max(most, 0) - min(least, 0) or 1
    room = 0.36 * span
    left = min(least, 0) - (room if least < 0 else 0)
    axes = {
        "xaxis": {"range": [left, max(most, 0) + room], "visible": False, "fixedrange": True},
        "yaxis": {"range": [lowest - 0.5, 0], "visible": False, "fixedrange": True},
    }
    return axes, left


def stacked(
    reader: Reader,
    frame: pd.DataFrame,
    dimension: str,
    split: str,
    code: str,
    *,
    apart: bool = False,
    ranked: bool = True,
) -> go.Figure:
    """Horizontal bars divided by a second dimension, each part with its figure; the longest first if `ranked`.

    Of an additive measure, or of parts that stand `apart`, as when a person is in one group only.
    """
    if not (measure(code).additive or apart):
        raise ValueError(f"parts of {code} overlap and make no stack")
    whole = frame[(frame[dimension] != TOTAL) & (frame[split] == TOTAL)]
    if ranked:
        whole = whole.sort_values(code, ascending=False, kind="stable")
    else:
        whole = whole.set_index(dimension).loc[_in_order(reader, whole, dimension)].reset_index()
    parts = frame[(frame[dimension] != TOTAL) & (frame[split] != TOTAL)]
    places = {name: -(number + 1.0) for number, name in enumerate(whole[dimension])}
    order = sorted(set(parts[split]), key=lambda name: reader.vocabulary.rank(split, name))
    traces, pieces = [], {name: [] for name in places}
    for number, name in enumerate(order):
        rows = parts[parts[split] == name]
        look = mark(split, name, number)
        found = list(zip(rows[dimension], rows[code], strict=True))
        for row, value in found:
            if not pd.isna(value) and value:
                pieces[row].append(_axis_figure(reader, code, value))
        traces.append(
            _bar(
                name=reader.label(split, name),
                x=_scaled(code, rows[code]),
                y=[places[row] for row, _ in found],
                marker={"color": look.colour, "pattern": PATTERN | {"shape": look.pattern}},
                customdata=[
                    [reader.label(dimension, row), reader.figure(code, value), {dimension: row, split: name}]
                    for row, value in found
                ],
                hovertemplate="%{customdata[0]}: %{customdata[1]}<extra>%{fullData.name}</extra>",
            )
        )
    lengths = _scaled(code, whole[code])
    ends = {
        "type": "scatter",
        "mode": "text",
        "x": lengths,
        "y": list(places.values()),
        "text": [NO_BREAK_SPACE + " + ".join(pieces[name]) for name in places],
        "textposition": "middle right",
        "cliponaxis": False,
        "hoverinfo": "skip",
        "showlegend": False,
    }
    axes, left = _bar_axes(0, max((length or 0 for length in lengths), default=1) * 1.15, -len(places))
    names = _names([(reader.label(dimension, name), place) for name, place in places.items()], left)
    return _figure(
        reader,
        len(places) * ROW + 64,
        [*traces, ends, names],
        barmode="stack",
        showlegend=True,
        legend=_legend() | {"y": 1.0},
        **axes,
    )


def movers(reader: Reader, frame: pd.DataFrame, dimension: str, code: str) -> go.Figure:
    """Bars to the right for what rose and to the left for what fell; the frame has `<code>_change`."""
    changes, labels = list(frame[f"{code}_change"]), [reader.label(dimension, name) for name in frame[dimension]]
    places = [-(number + 1.0) for number in range(len(changes))]
    bar = _bar(
        x=_scaled(code, changes),
        y=places,
        marker={"color": [mark("change", "more" if value >= 0 else "less").colour for value in changes]},
        text=[("+" if value > 0 else "") + _axis_figure(reader, code, value) for value in changes],
        customdata=[
            [label, reader.change(measure(code).unit, value), {dimension: name}]
            for label, value, name in zip(labels, changes, frame[dimension], strict=True)
        ],
        hovertemplate="%{customdata[0]}: %{customdata[1]}<extra></extra>",
    )
    axes, left = _bar_axes(min(bar["x"], default=0), max(bar["x"], default=0), -len(changes))
    names = _names(list(zip(labels, places, strict=True)), left)
    return _figure(
        reader, len(changes) * ROW + BUTTON + 16, [bar, names], shapes=[_zero(place) for place in places], **axes
    )


def _zero(place: float) -> dict:
    """A piece of the line of no change, as high as one bar: the names between the bars stay clear of it."""
    line = {"color": GREY, "width": 1.5}
    return {"type": "line", "x0": 0, "x1": 0, "y0": place - 0.24, "y1": place + 0.24, "line": line}


def _upright(place: float) -> dict:
    return {
        "type": "line",
        "x0": place,
        "x1": place,
        "y0": 0,
        "y1": 1,
        "yref": "paper",
        "line": {"color": GREY, "width": 1.5, "dash": "dot"},
        "layer": "below",
    }


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
        values = dict(zip(rows[time], rows[code], strict=True))
        listed = [values.get(cell, pd.NA) for cell in cells]
        drawn.append(listed)
        names = [reader.label(time, cell) for cell in cells]
        which = {} if split is None or name == TOTAL else {split: name}
        traces.append(_line(reader, label, look, code, listed, names, [{time: cell} | which for cell in cells]))
    _label_ends(traces, drawn)
    shapes, words = _gaps(reader, cells, drawn)
    uprights, numbers = _breaks(notes, time, positions)
    return _figure(
        reader,
        LINE_HEIGHT,
        traces,
        **_time_axes(reader, time, cells),
        shapes=[*shapes, *uprights],
        annotations=[*words, *numbers],
        meta=BREAKS_DRAWN if numbers else None,
        showlegend=len(traces) > 1,
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
        "y": _scaled(code, values),
        "mode": "lines+markers+text",
        "connectgaps": False,
        "line": {"color": look.colour, "dash": look.dash, "width": 2.5},
        "marker": {"symbol": look.symbol, "size": 8, "color": look.colour},
        "text": [_axis_figure(reader, code, value) for value in values],
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
    foot = 0.08 * max((value for line in drawn for value in line if not pd.isna(value)), default=0)
    for trace, values in zip(traces, drawn, strict=True):
        known = [place for place, value in enumerate(values) if not pd.isna(value)]
        texts, sides = [""] * len(values), ["top center"] * len(values)
        for place in {known[0], known[-1]} if known else set():
            beside = [other[place] for other in drawn if not pd.isna(other[place])]
            if values[place] in (max(beside), min(beside)):
                texts[place] = trace["text"][place]
            # Below a point at the foot of the chart stand the names of the cells.
            if foot <= values[place] < max(beside):
                sides[place] = "bottom center"
        trace |= {"text": texts, "textposition": sides}


def _ticks(reader: Reader, time: str, cells: Sequence[str]) -> dict[int, str]:
    """What stands along an axis and where: every cell; of very many, the years where they begin."""
    if len(cells) <= MOST_TICKS:
        return dict(enumerate(reader.shorts(time, cells).values()))
    years = {}
    for place, cell in enumerate(cells):
        years.setdefault(cell[:4], place)
    return {place: year for year, place in years.items()}


def _time_axes(reader: Reader, time: str, cells: Sequence[str]) -> dict:
    ticks = _ticks(reader, time, cells)
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
            "nticks": 5,
            "fixedrange": True,
            "tickfont": {"size": SMALL},
            "automargin": True,
        },
        "margin": {"l": 4, "r": 16, "t": 58, "b": 8},
        "legend": _legend(),
        "hovermode": "x",
    }


def _gaps(reader: Reader, cells: Sequence[str], drawn: Sequence[Sequence]) -> tuple[list[dict], list[dict]]:
    """A shade over each cell in which no line has a figure, and a word over each run of them."""
    empty = [place for place in range(len(cells)) if all(pd.isna(line[place]) for line in drawn)]
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
            uprights.append(_upright(place))
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
    for column, look, name in ((f"{code}_before", "before", names[1]), (code, "now", names[0])):
        drawn.append(list(frame[column]))
        labels = [reader.short(time, cell) for cell in cells]
        shown = cells if column == code else [_year_earlier(cell) for cell in cells]
        codes = [{time: cell} for cell in shown]
        traces.append(_line(reader, name, mark("year", look), code, drawn[-1], labels, codes))
    _label_ends(traces, drawn)
    positions = {cell: place for place, cell in enumerate(cells)}
    positions |= {_year_earlier(cell): place for cell, place in positions.items()}
    uprights, numbers = _breaks(notes, time, positions)
    return _figure(
        reader,
        LINE_HEIGHT,
        traces,
        **_time_axes(reader, time, cells),
        shapes=uprights,
        annotations=numbers,
        meta=BREAKS_DRAWN if numbers else None,
        showlegend=True,
    )


def _year_earlier(cell: str) -> str:
    return f"{int(cell[:4]) - 1}{cell[4:]}"


def heat(reader: Reader, frame: pd.DataFrame, rows: str, columns: str, code: str) -> go.Figure:
    """A table of colours with its figures: the more, the darker. Zero stays without a figure."""
    parts = frame[(frame[rows] != TOTAL) & (frame[columns] != TOTAL)]
    down, across = _in_order(reader, parts, rows), _in_order(reader, parts, columns)
    grid = parts.set_index([rows, columns])[code]
    cells = [[grid.get((row, column), 0) for column in across] for row in down]
    drawn = [_scaled(code, line) for line in cells]
    most = max((value for line in drawn for value in line if value is not None), default=0)
    wide = len(across) > MOST_WRITTEN
    words = [
        {
            "x": column,
            "y": -(line + 1.0),
            "text": _axis_figure(reader, code, value),
            "showarrow": False,
            "font": {"size": LABEL, "color": INK_ON_DARK if shade > most / 2 else INK_ON_LIGHT},
        }
        for line, (values, shades) in enumerate(zip(cells, drawn, strict=True))
        for column, (value, shade) in enumerate(zip(values, shades, strict=True))
        if shade and not wide
    ]
    points = [
        (column, -(line + 1.0), value, {rows: row, columns: across[column]})
        for line, (row, values) in enumerate(zip(down, cells, strict=True))
        for column, value in enumerate(values)
    ]
    look = {"colorscale": [[0, HEAT_LIGHT], [1, HEAT_DARK]]}
    if wide and len(across) <= MOST_TICKS:
        # Letters that shrink until they fit into a narrow cell have one colour, so the cells stay pale enough for it.
        look = {
            "text": [[_axis_figure(reader, code, value) if value else "" for value in line] for line in cells],
            "texttemplate": "%{text}",
            "textfont": {"color": INK_ON_LIGHT},
            "colorscale": [[0, HEAT_LIGHT], [1, HEAT_MIDDLE]],
        }
    timed = dimension(columns).kind == "time"
    heads = _ticks(reader, columns, across) if timed else dict(enumerate(reader.shorts(columns, across).values()))
    names = [reader.label(rows, row) for row in down]
    look |= {"hoverinfo": "skip"}
    over = [_points(reader, code, points)]
    # On a telephone long names have room only upright.
    upright = sum(map(len, heads.values())) > LONGEST_LINE
    return _squares(reader, names, heads, len(across), drawn, most, look, words, over, upright)


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
    steps = len(looks) - 1
    words = [
        {
            "x": column,
            "y": -(line + 1.0),
            "text": square.text,
            "showarrow": False,
            "font": {"size": SMALL, **({"color": SQUARES[square.look][1]} if SQUARES[square.look][1] else {})},
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
        steps,
        {
            "colorscale": [[number / steps, SQUARES[look][0]] for number, look in enumerate(looks)],
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
    return _figure(
        reader,
        int(-lowest * HEAT_ROW) + above,
        [trace, *over, _names(list(zip(names, places, strict=True)), -0.5)],
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


def _in_order(reader: Reader, frame: pd.DataFrame, name: str) -> list[str]:
    """Codes of a dimension that occur, as the vocabulary has them; calendar cells by day."""
    return sorted(set(frame[name]), key=lambda code: (reader.vocabulary.rank(name, code), code))
