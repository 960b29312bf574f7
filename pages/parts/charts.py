"""Charts: a tidy frame goes in, a figure comes out. Nothing is asked and nothing is shown here.

Every chart writes its figures beside its marks, keeps a transparent background for the theme behind it, and puts long
names above their bars and not beside them, so that it can be read on a telephone.
"""

from collections.abc import Sequence
from datetime import date

import pandas as pd
import plotly.graph_objects as go

from data_access import TOTAL, Note, measure
from data_access.language import format_integer
from pages.parts.palette import GREY, HEAT_DARK, HEAT_LIGHT, INK_ON_DARK, INK_ON_LIGHT, mark
from pages.parts.reader import Reader

CONFIG = {"displayModeBar": False, "scrollZoom": False, "doubleClick": False, "responsive": True}

NO_BREAK_SPACE = "\u00a0"
SEPARATORS = {"lv": f",{NO_BREAK_SPACE}", "en": ".,"}
CLEAR = "rgba(0,0,0,0)"
GRID = "rgba(123,133,143,0.35)"
SHADE = "rgba(123,133,143,0.18)"
PATTERN = {"fillmode": "overlay", "fgcolor": "#FFFFFF", "size": 6, "solidity": 0.25}
LABEL = 13  # points: names and figures
SMALL = 12  # axes
ROW = 40  # pixels of a bar with its name above it
BREAKS_DRAWN = "breaks"  # stands in `layout.meta` of a figure whose breaks carry numbers
HEADING = 44  # pixels more for a heading over a group of bars
LINE_HEIGHT = 340  # pixels of a chart with a time axis


def _scaled(code: str, values: pd.Series) -> list[float | None]:
    """Figures as they are drawn: money in euros, gaps as nothing."""
    divisor = 100 if measure(code).unit == "cents" else 1
    return [None if pd.isna(value) else float(value) / divisor for value in values]


def _axis_figure(reader: Reader, code: str, value) -> str:
    """A figure beside a mark: whole euros, as cents would crowd the chart; the table has them."""
    if pd.isna(value):
        return ""
    if measure(code).unit == "cents":
        whole = format_integer(round(int(value) / 100), reader.language)
        return f"{whole}{NO_BREAK_SPACE}€" if reader.language == "lv" else f"€{whole}".replace("€−", "−€")
    return reader.figure(code, value)


def _layout(reader: Reader, height: int, **more) -> go.Layout:
    return go.Layout(
        **{
            "height": height,
            "margin": {"l": 4, "r": 4, "t": 8, "b": 8},
            "paper_bgcolor": CLEAR,
            "plot_bgcolor": CLEAR,
            "separators": SEPARATORS[reader.language],
            "font": {"size": LABEL},
            "dragmode": False,
            "hoverlabel": {"font": {"size": LABEL}},
            "showlegend": False,
            **more,
        }
    )


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
    figure.update_layout(font={"color": ink}, legend={"font": {"color": ink}})
    figure.update_xaxes(tickfont={"color": ink})
    figure.update_yaxes(tickfont={"color": ink})
    figure.update_traces(textfont={"color": ink}, selector={"type": "bar"})
    figure.update_traces(textfont={"color": ink}, selector={"type": "scatter"})
    return figure


def bars(reader: Reader, frame: pd.DataFrame, dimension: str, code: str, group: str | None = None) -> go.Figure:
    """Horizontal bars of one measure, the longest first; within headings if the frame has a `group` column."""
    rows = _bar_rows(reader, frame, dimension, code, group)
    places, y = [], 0.0
    for kind, _ in rows:
        y -= HEADING / ROW if kind == "heading" else 1
        places.append(y)
    bar_places = [place for (kind, _), place in zip(rows, places, strict=True) if kind == "bar"]
    shown = [row for kind, row in rows if kind == "bar"]
    values = _scaled(code, pd.Series([row[code] for row in shown], dtype="object"))
    marks = [mark(dimension, row[dimension]) for row in shown]
    names = [reader.label(dimension, row[dimension]) for row in shown]
    figures = [_axis_figure(reader, code, row[code]) for row in shown]
    figure = go.Figure(layout=_layout(reader, int(-y * ROW) + 24))
    figure.add_bar(
        x=values,
        y=bar_places,
        width=0.36,
        orientation="h",
        marker={"color": [look.colour for look in marks]},
        text=figures,
        textposition="outside",
        constraintext="none",
        textfont={"size": LABEL},
        cliponaxis=False,
        customdata=[[name, reader.figure(code, row[code])] for name, row in zip(names, shown, strict=True)],
        hovertemplate="%{customdata[0]}: %{customdata[1]}<extra></extra>",
    )
    for (kind, row), place in zip(rows, places, strict=True):
        text = f"<b>{row}</b>" if kind == "heading" else reader.label(dimension, row[dimension])
        _name_above(figure, text, place - (0.3 if kind == "heading" else 0))
    known = [value for value in values if value is not None]
    _bar_axes(figure, min(known, default=0), max(known, default=1), y)
    return figure


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


def _name_above(figure: go.Figure, text: str, place: float) -> None:
    figure.add_annotation(
        x=0,
        xref="paper",
        xanchor="left",
        y=place + 0.22,
        yanchor="bottom",
        text=text,
        showarrow=False,
        align="left",
        font={"size": LABEL},
    )


def _bar_axes(figure: go.Figure, least: float, most: float, lowest: float) -> None:
    """Room at the end of the longest bar for its figure, on a telephone too."""
    span = max(most, 0) - min(least, 0) or 1
    room = 0.36 * span
    figure.update_xaxes(
        range=[min(least, 0) - (room if least < 0 else 0), max(most, 0) + room],
        visible=False,
        fixedrange=True,
    )
    figure.update_yaxes(range=[lowest - 0.5, 0], visible=False, fixedrange=True)


def stacked(reader: Reader, frame: pd.DataFrame, dimension: str, split: str, code: str) -> go.Figure:
    """Horizontal bars of an additive measure divided by a second dimension, each part with its figure."""
    parts = frame[(frame[dimension] != TOTAL) & (frame[split] != TOTAL)]
    order = parts.groupby(dimension, sort=False)[code].sum().sort_values(ascending=False, kind="stable").index
    places = {name: -(number + 1.0) for number, name in enumerate(order)}
    figure = go.Figure(layout=_layout(reader, len(order) * ROW + 64, barmode="stack", legend=_legend()))
    for number, name in enumerate(dict.fromkeys(parts[split])):
        rows = parts[parts[split] == name]
        look = mark(split, name, number)
        figure.add_bar(
            name=reader.label(split, name),
            x=_scaled(code, rows[code]),
            y=[places[row] for row in rows[dimension]],
            width=0.36,
            orientation="h",
            marker={"color": look.colour, "pattern": PATTERN | {"shape": look.pattern}},
            customdata=[
                [reader.label(dimension, row), reader.figure(code, value)]
                for row, value in zip(rows[dimension], rows[code], strict=True)
            ],
            hovertemplate="%{customdata[0]}: %{customdata[1]}<extra>%{fullData.name}</extra>",
        )
    totals = parts.groupby(dimension, sort=False)[code].sum()
    for name, place in places.items():
        _name_above(figure, reader.label(dimension, name), place)
        pieces = parts[(parts[dimension] == name) & (parts[code].fillna(0) != 0)]
        figure.add_annotation(
            x=float(totals[name]) / (100 if measure(code).unit == "cents" else 1),
            y=place,
            xanchor="left",
            showarrow=False,
            font={"size": LABEL},
            text=NO_BREAK_SPACE + " + ".join(_axis_figure(reader, code, value) for value in pieces[code]),
        )
    most = max((float(total) for total in totals), default=1) / (100 if measure(code).unit == "cents" else 1)
    _bar_axes(figure, 0, most * 1.15, -len(order))
    figure.update_layout(showlegend=True)
    return figure


def movers(reader: Reader, frame: pd.DataFrame, dimension: str, code: str) -> go.Figure:
    """Bars to the right for what rose and to the left for what fell; the frame has `<code>_change`."""
    rows = frame.to_dict("records")
    places = [-(number + 1.0) for number in range(len(rows))]
    changes = [row[f"{code}_change"] for row in rows]
    values = _scaled(code, pd.Series(changes, dtype="object"))
    looks = [mark("change", "more" if value >= 0 else "less") for value in changes]
    figure = go.Figure(layout=_layout(reader, len(rows) * ROW + 24))
    figure.add_bar(
        x=values,
        y=places,
        width=0.36,
        orientation="h",
        marker={"color": [look.colour for look in looks]},
        text=[("+" if value > 0 else "") + _axis_figure(reader, code, value) for value in changes],
        textposition="outside",
        constraintext="none",
        cliponaxis=False,
        customdata=[
            [reader.label(dimension, row[dimension]), reader.change(measure(code).unit, row[f"{code}_change"])]
            for row in rows
        ],
        hovertemplate="%{customdata[0]}: %{customdata[1]}<extra></extra>",
    )
    for row, place in zip(rows, places, strict=True):
        _name_above(figure, reader.label(dimension, row[dimension]), place)
    _bar_axes(figure, min(values, default=0), max(values, default=0), -len(rows))
    figure.add_vline(x=0, line={"color": GREY, "width": 1})
    return figure


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
    figure = go.Figure(layout=_layout(reader, LINE_HEIGHT, legend=_legend(), hovermode="x"))
    drawn: list[pd.Series] = []
    for label, look, rows, code in _lines(reader, frame, codes, split, total):
        values = dict(zip(rows[time], rows[code], strict=True))
        listed = pd.Series([values.get(cell, pd.NA) for cell in cells], dtype="object")
        drawn.append(listed)
        figure.add_scatter(
            name=label,
            x=list(range(len(cells))),
            y=_scaled(code, listed),
            mode="lines+markers+text",
            connectgaps=False,
            line={"color": look.colour, "dash": look.dash, "width": 2.5},
            marker={"symbol": look.symbol, "size": 8, "color": look.colour},
            text=[_axis_figure(reader, code, value) for value in listed],
            textfont={"size": LABEL},
            cliponaxis=False,
            customdata=[
                [reader.label(time, cell), reader.figure(code, v)] for cell, v in zip(cells, listed, strict=True)
            ],
            hovertemplate="%{customdata[0]}: %{customdata[1]}<extra>%{fullData.name}</extra>",
        )
    _label_ends(figure, drawn)
    _time_axis(figure, reader, time, cells)
    _gaps(figure, reader, frame, time, codes, positions)
    _breaks(figure, notes, time, positions)
    figure.update_layout(showlegend=len(figure.data) > 1)
    return figure


def _lines(reader, frame, codes, split, total):
    """(name, look, rows, measure) of each line."""
    if split is None:
        for number, code in enumerate(codes):
            yield reader.measure(code), mark("measure", code, number), frame, code
        return
    for number, name in enumerate(name for name in dict.fromkeys(frame[split]) if total or name != TOTAL):
        yield reader.label(split, name), mark(split, name, number), frame[frame[split] == name], codes[0]


def _label_ends(figure: go.Figure, drawn: Sequence[pd.Series]) -> None:
    """Leaves figures at the first and the last known point of each line; the rest is in the table.

    The highest line of a cell carries its figure above and the lowest below; one between them has no room.
    """
    for line, values in zip(figure.data, drawn, strict=True):
        known = [place for place, value in enumerate(values) if not pd.isna(value)]
        texts, sides = [""] * len(values), ["top center"] * len(values)
        for place in {known[0], known[-1]} if known else set():
            beside = [other[place] for other in drawn if not pd.isna(other[place])]
            if values[place] in (max(beside), min(beside)):
                texts[place] = line.text[place]
            if len(beside) > 1 and values[place] < max(beside):
                sides[place] = "bottom center"
        line.update(text=texts, textposition=sides)


def _time_axis(figure: go.Figure, reader: Reader, time: str, cells: Sequence[str]) -> None:
    figure.update_xaxes(
        tickvals=list(range(len(cells))),
        ticktext=[reader.short(time, cell) for cell in cells],
        range=[-0.6, len(cells) - 0.4],
        showgrid=False,
        zeroline=False,
        fixedrange=True,
        tickfont={"size": SMALL},
    )
    figure.update_yaxes(
        rangemode="tozero",
        gridcolor=GRID,
        zerolinecolor=GRID,
        tickformat=",.0f",
        nticks=5,
        fixedrange=True,
        tickfont={"size": SMALL},
        automargin=True,
    )
    figure.update_layout(margin={"l": 4, "r": 12, "t": 58, "b": 8})


def _gaps(figure, reader, frame, time, codes, positions) -> None:
    for cell, place in positions.items():
        if frame.loc[frame[time] == cell, list(codes)].isna().to_numpy().all():
            figure.add_vrect(x0=place - 0.5, x1=place + 0.5, fillcolor=SHADE, line_width=0, layer="below")
            figure.add_annotation(
                x=place, y=0.5, yref="paper", text=reader.t("words.not_published"), textangle=-90, showarrow=False
            )


def breaks(notes: Sequence[Note]) -> list[Note]:
    """The breaks among notes by their days: the order of their numbers on a chart."""
    return sorted((note for note in notes if note.kind == "break"), key=lambda note: note.param("day"))


def _breaks(figure: go.Figure, notes: Sequence[Note], time: str, positions: dict[str, int]) -> None:
    for number, note in enumerate(breaks(notes), start=1):
        place = _place_of_day(note.param("day"), time, positions)
        if place is None:
            continue
        figure.update_layout(meta=BREAKS_DRAWN)
        figure.add_vline(x=place, line={"color": GREY, "width": 1.5, "dash": "dot"}, layer="below")
        figure.add_annotation(
            x=place, y=1, yref="paper", yanchor="bottom", text=str(number), showarrow=False, font={"size": SMALL}
        )


def _place_of_day(day: date, time: str, positions: dict[str, int]) -> float | None:
    """Where a day stands between the cells of an axis: a cell reaches half a step to either side of its mark."""
    if time == "year":
        place, part = positions.get(f"{day.year}"), (day.timetuple().tm_yday - 1) / 366
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
    figure = go.Figure(layout=_layout(reader, LINE_HEIGHT, legend=_legend(), hovermode="x"))
    for column, look, name in ((f"{code}_before", "before", names[1]), (code, "now", names[0])):
        one = mark("year", look)
        figure.add_scatter(
            name=name,
            x=list(range(len(cells))),
            y=_scaled(code, frame[column]),
            mode="lines+markers+text",
            connectgaps=False,
            line={"color": one.colour, "dash": one.dash, "width": 2.5},
            marker={"symbol": one.symbol, "size": 8, "color": one.colour},
            text=[_axis_figure(reader, code, value) for value in frame[column]],
            textfont={"size": LABEL},
            cliponaxis=False,
            customdata=[[reader.figure(code, value)] for value in frame[column]],
            hovertemplate="%{customdata[0]}<extra>%{fullData.name}</extra>",
        )
    _label_ends(figure, [frame[name].reset_index(drop=True) for name in (f"{code}_before", code)])
    _time_axis(figure, reader, time, cells)
    positions = {cell: place for place, cell in enumerate(cells)}
    _breaks(figure, notes, time, positions | {_year_earlier(cell): place for cell, place in positions.items()})
    figure.update_layout(showlegend=True)
    return figure


def _year_earlier(cell: str) -> str:
    return f"{int(cell[:4]) - 1}{cell[4:]}"


def heat(reader: Reader, frame: pd.DataFrame, rows: str, columns: str, code: str) -> go.Figure:
    """A table of colours with the figure in every cell: the more, the darker."""
    parts = frame[(frame[rows] != TOTAL) & (frame[columns] != TOTAL)]
    down, across = list(dict.fromkeys(parts[rows])), list(dict.fromkeys(parts[columns]))
    grid = parts.set_index([rows, columns])[code]
    cells = [[grid.get((row, column), 0) for column in across] for row in down]
    drawn = [_scaled(code, pd.Series(line, dtype="object")) for line in cells]
    most = max((value for line in drawn for value in line if value is not None), default=0)
    figure = go.Figure(layout=_layout(reader, 32 * len(down) + 70))
    figure.add_heatmap(
        z=drawn,
        x=[reader.short(columns, column) for column in across],
        y=[reader.label(rows, row) for row in down],
        colorscale=[[0, HEAT_LIGHT], [1, HEAT_DARK]],
        zmin=0,
        zmax=most or 1,
        showscale=False,
        xgap=2,
        ygap=2,
        hovertemplate="%{y}, %{x}: %{z}<extra></extra>",
    )
    for row, line, shades in zip(down, cells, drawn, strict=True):
        for column, value, shade in zip(across, line, shades, strict=True):
            if shade:
                figure.add_annotation(
                    x=reader.short(columns, column),
                    y=reader.label(rows, row),
                    text=_axis_figure(reader, code, value),
                    showarrow=False,
                    font={"size": SMALL, "color": INK_ON_DARK if shade > most / 2 else INK_ON_LIGHT},
                )
    figure.update_xaxes(side="top", fixedrange=True, showgrid=False, tickfont={"size": SMALL})
    figure.update_yaxes(
        autorange="reversed", fixedrange=True, showgrid=False, automargin=True, tickfont={"size": SMALL}
    )
    return figure
