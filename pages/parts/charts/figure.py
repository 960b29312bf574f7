"""What all charts have in common: letters, axes, names above marks, and how a figure is shown and saved."""

import re
import textwrap
from collections.abc import Iterable, Sequence
from math import ceil

import pandas as pd
import plotly.graph_objects as go

from data_access import WITHHELD, measure
from data_access.language import format_euros
from data_access.telling.palette import (
    GREY,
    HEAT_LIGHT,
    HEAT_MIDDLE,
    HEAT_NIGHT,
    HEAT_NIGHT_MIDDLE,
    INK_ON_DARK,
    INK_ON_LIGHT,
    SQUARES,
)
from data_access.telling.reader import Reader
from data_access.telling.withheld import is_number

NO_BREAK_SPACE = "\u00a0"
SEPARATORS = {"lv": f",{NO_BREAK_SPACE}", "en": ".,"}
CLEAR = "rgba(0,0,0,0)"
HEAT, KINDS = "heat", "kinds"  # stand in `meta` of squares: shades of one colour, or one for each meaning
SCALES = {  # of squares, by whether the theme is dark
    HEAT: ([[0, HEAT_LIGHT], [1, HEAT_MIDDLE]], [[0, HEAT_NIGHT], [1, HEAT_NIGHT_MIDDLE]]),
    KINDS: tuple(
        [[place / (len(SQUARES) - 1), fills[dark]] for place, fills in enumerate(SQUARES.values())] for dark in (0, 1)
    ),
}
BUTTON = 26  # pixels above a chart, for the button that saves it
PALE = 0.45  # opacity of marks beside one that was clicked
BOX_ON_LIGHT, BOX_ON_DARK = "#FFFFFF", "#1E2731"  # behind the words of a mark that is pointed at
LABEL = 13  # pixels: names and figures
LETTER = 6.8  # pixels of one of their letters, at most as wide as most
SPACE = 3  # pixels of a space
SMALL = 12  # axes
LONGEST_LINE = 48  # letters of a name over a bar
LONGEST_END = 22  # letters of a line of a label at the end of a line
LINE = 17  # pixels of a line of names
ROW = 40  # pixels of a bar with its name above it
HAND = 320  # pixels of a chart's width on a telephone
LEGEND_ROW = 19  # pixels of a row of a legend
LEGEND_MARK = 45  # pixels of a mark in a legend, and around its name
LEADER = 24  # pixels from the end of a line to its label
END = "end"  # name of the label at the end of a line
MOST_TICKS = 14  # calendar cells of which each is named on an axis


def config(reader: Reader, name: str, taken_along: bool) -> dict:
    """How a chart behaves: nothing but a button that saves it as a picture, made in the browser, named `name`.

    The button is there if what is shown may be `taken_along`.
    """
    words = {
        "Download plot": reader.t("charts.download"),
        "Preparing image - this may take a few seconds": reader.t("charts.preparing"),
        "Image download succeeded": reader.t("charts.saved"),
        "Sorry, there was a problem downloading your image!": reader.t("charts.not_saved"),
    }
    return {
        "displayModeBar": taken_along,
        "modeBarButtons": [["toImage"]],
        "toImageButtonOptions": {"format": "svg", "filename": name},
        "locale": reader.language,
        "locales": {reader.language: {"dictionary": words}},
        "scrollZoom": False,
        "doubleClick": False,
        "responsive": True,
    }


def scaled(code: str, values: Iterable) -> list[float | None]:
    """Figures as they are drawn: money in euros, gaps and what is withheld as nothing."""
    divisor = 100 if measure(code).unit == "cents" else 1
    return [float(value) / divisor if is_number(value) else None for value in values]


def axis_figure(reader: Reader, code: str, value) -> str:
    """A figure beside its mark: whole euros, as cents would crowd the chart; the table has them."""
    if value is WITHHELD:
        return reader.withheld
    if pd.isna(value):
        return ""
    if measure(code).unit == "cents":
        return format_euros(value, reader.language, places=0)
    return reader.figure(code, value)


def new_figure(reader: Reader, height: int, traces: list[dict], **layout) -> go.Figure:
    """The figure of some traces.

    Plotly would look at each property, as often as one is set or added, a third of a page's time; that each drawn chart
    is one whose properties it knows is tested.
    """
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
    return go.Figure(data=traces, layout=layout, _validate=False)


def legend() -> dict:
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


def end_label(figure: str, name: str) -> str:
    """What stands at the end of a line: its last figure and, where there are several lines, its name."""
    lines = textwrap.wrap(f"{figure} {name}", LONGEST_END, break_long_words=False, break_on_hyphens=False)
    return "<br>".join(lines).replace(figure, f"<b>{figure}</b>", 1)


def end_room(labels: Iterable[str]) -> int:
    """Pixels that labels at the ends of lines take beside a chart."""
    return round(LEADER + 6 + max((wide(line) for label in labels for line in label.split("<br>")), default=0))


def wide(text: str) -> float:
    """Pixels of a line of letters, at most."""
    letters = re.sub("<[^>]*>", "", text)
    spaces = letters.count(" ") + letters.count(NO_BREAK_SPACE)
    return LETTER * (len(letters) - spaces) + SPACE * spaces


def apart(wanted: Sequence[float], heights: Sequence[float], lowest: float, highest: float) -> list[float]:
    """Places as near as can be to those that labels of these heights want, in their order, so that none touches
    another."""
    order = sorted(range(len(wanted)), key=lambda one: (wanted[one], -one))
    # How far above the lowest label each has to be, if all stand close together.
    above, piled = [], 0.0
    for number, one in enumerate(order):
        piled += (heights[order[number - 1]] + heights[one]) / 2 if number else 0
        above.append(piled)
    # Labels that would touch make a pile that stands in the middle of what they want.
    piles: list[list[float]] = []
    for number, one in enumerate(order):
        piles.append([wanted[one] - above[number], 1])
        while len(piles) > 1 and piles[-2][0] / piles[-2][1] > piles[-1][0] / piles[-1][1]:
            total, count = piles.pop()
            piles[-1][0] += total
            piles[-1][1] += count
    foot = max(highest - piled, lowest)
    places = dict.fromkeys(order, 0.0)
    bases = [total / count for total, count in piles for _ in range(int(count))]
    for one, base, more in zip(order, bases, above, strict=True):
        places[one] = min(max(base, lowest), foot) + more
    return [places[one] for one in range(len(wanted))]


def in_hand(figure: go.Figure) -> go.Figure:
    """The figure for a telephone: names at the ends of its lines have no room there and stand in a legend above, which
    has rows of its own under the button."""
    ends = [one for one in figure.layout.annotations if one.name == END]
    for one in ends:
        one.text = one.text.partition("</b>")[0] + "</b>"
    if ends:
        figure.layout.margin.r = end_room(one.text for one in ends)
    names = [trace.name for trace in figure.data if trace.name and trace.showlegend is not False]
    if len(names) > 1:
        across = max(int(HAND / (LETTER * max(map(len, names)) + LEGEND_MARK)), 1)
        above = BUTTON + LEGEND_ROW * ceil(len(names) / across)
        figure.layout.height += above - BUTTON
        figure.layout.margin.t += above - BUTTON
        figure.layout.showlegend = True
    return figure


def inked(figure: go.Figure, dark: bool, pale: float = PALE) -> go.Figure:
    """The figure with its letters in the full text colour of the theme: the theme's own are fainter than 4.5 : 1.

    `pale` is the opacity of the marks beside one that is clicked.
    """
    ink = INK_ON_DARK if dark else INK_ON_LIGHT
    figure.layout.font.color = ink
    figure.layout.legend.font.color = ink
    figure.layout.hoverlabel.font.color = ink
    figure.layout.hoverlabel.bgcolor = BOX_ON_DARK if dark else BOX_ON_LIGHT
    figure.layout.xaxis.tickfont.color = ink
    figure.layout.yaxis.tickfont.color = ink
    # What is not clicked grows pale, but its letters stay; Plotly wants to be told of both.
    letters = {"color": ink}
    for trace in figure.data:
        if trace.type == "heatmap":
            trace.colorscale = SCALES[trace.meta][dark]
            trace.textfont = letters
        if trace.type in ("bar", "scatter"):
            trace.selected = {"textfont": letters}
            trace.unselected = {"textfont": letters, "marker": {"opacity": pale}}
    return figure


def units(reader: Reader, code: str) -> dict:
    """How the steps of an axis are written: with the unit of a measure where it is money or a share."""
    unit = measure(code).unit
    if unit == "cents" and reader.language != "lv":
        return {"tickprefix": "€"}
    space = NO_BREAK_SPACE if reader.language == "lv" else ""
    return {"ticksuffix": {"cents": f"{space}€", "percent": f"{space}%"}.get(unit, "")}


def names_above(names: Sequence[tuple[str, float]], left: float) -> dict:
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


def lines_of(name: str) -> str:
    """A name that may stand over a bar on a telephone: a long one in several lines."""
    return "<br>".join(textwrap.wrap(name, LONGEST_LINE, break_long_words=False))


def upright(place: float) -> dict:
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


def named_ticks(reader: Reader, time: str, cells: Sequence[str]) -> dict[int, str]:
    """What stands along an axis and where: every cell; of very many, the years where they begin."""
    if len(cells) <= MOST_TICKS:
        return dict(enumerate(reader.shorts(time, cells).values()))
    years = {}
    for place, cell in enumerate(cells):
        years.setdefault(cell[:4], place)
    return {place: year for year, place in years.items()}


def codes_in_order(reader: Reader, frame: pd.DataFrame, name: str) -> list[str]:
    """Codes of a dimension that occur, as the vocabulary has them; calendar cells by day."""
    return sorted(set(frame[name]), key=lambda code: (reader.vocabulary.rank(name, code), code))
