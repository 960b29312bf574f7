"""A made deck as a PDF: pages of 16:9 with real text, vector charts, tags and alternative texts (PDF/UA-1).

Typst sets the pages: one wheel without further packages, programs or the network. `slides.typ` says how a slide looks.
"""

import json
from dataclasses import asdict
from functools import cache
from math import floor, log10
from pathlib import Path
from typing import Any

import typst

from data_access.deck.model import LINES, MOVERS, STACKED, Chart, MadeDeck, MadeSlide, Series
from data_access.language import format_euros, format_value
from data_access.telling.palette import BLUE, INK_ON_LIGHT, mark
from data_access.telling.withheld import is_number

_FOLDER = Path(__file__).parent
_LOOK = {
    "font": "Source Sans Pro",
    "ink": INK_ON_LIGHT,
    "faint": "#55606B",
    "rule": "#C9D2DB",
    "accent": BLUE,
}
# Names of the palette's dashes in Typst.
_DASHES = {
    "solid": None,
    "dash": "dashed",
    "dot": "dotted",
    "dashdot": "dash-dotted",
    "longdash": "loosely-dashed",
    "longdashdot": "loosely-dash-dotted",
}
_TICKS = 4  # about as many round figures stand along an axis
MOST_FIGURES = 14  # along one line


def as_pdf(deck: MadeDeck) -> bytes:
    """The deck as a PDF file."""
    told = {
        "title": deck.title,
        "author": "",
        "language": deck.language,
        "look": _LOOK,
        "slides": [_slide(slide, deck.language) for slide in deck.slides],
    }
    text = json.dumps(told, ensure_ascii=False)
    try:
        return _set(text, ["ua-1"])
    except typst.TypstError as error:
        # A picture or a foreign letter that the font has not, in somebody's comment, is a box, which PDF/UA forbids.
        if "could not be displayed" not in str(error):
            raise
        return _set(text, [])


def _set(text: str, standards: list[str]) -> bytes:
    """The pages, tagged in any case."""
    return typst.compile(
        _FOLDER / "slides.typ", font_paths=_fonts(), sys_inputs={"deck": text}, pdf_standards=standards
    )


@cache
def _fonts() -> typst.Fonts:
    """The fonts that come with the program; those of the computer would look different on each."""
    return typst.Fonts(include_system_fonts=False, include_embedded_fonts=False, font_paths=[_FOLDER / "fonts"])


def _slide(slide: MadeSlide, language: str) -> dict[str, Any]:
    return {
        "kind": slide.kind,
        "headline": slide.headline,
        "subtitle": slide.subtitle,
        "comment": slide.comment,
        "alternative": slide.alternative,
        "chart": _chart(slide.chart, language) if slide.chart else None,
        "table": asdict(slide.table) if slide.table else None,
        "figures": [{"label": one.label, "written": one.written, "change": one.change} for one in slide.figures],
        "sentences": slide.sentences,
        "remarks": slide.remarks,
        "foot": slide.foot,
    }


def _chart(chart: Chart, language: str) -> dict[str, Any]:
    series = [_series(chart, one) for one in chart.series]
    known = [value for one in series for value in one["values"] if value is not None]
    ends: list[str] = []
    if chart.kind == STACKED:
        wholes = [sum(value or 0 for value in row) for row in zip(*(one["values"] for one in series), strict=True)]
        known = wholes
        ends = [
            " + ".join(one.labels[place] for one in chart.series if one.values[place] != 0)
            for place in range(len(chart.categories))
        ]
    low, high = min([0, *known]), max([0, *known])
    ticks = _ticks(low, high or 1)
    if chart.kind == LINES:
        high = max(high, ticks[-1])
        _place_figures(series)
    return {
        "kind": chart.kind,
        "categories": chart.categories,
        "series": series,
        "ends": ends,
        "low": low,
        "high": high if high > low else low + 1,
        "ticks": [{"value": tick, "label": _tick(tick, chart.unit, language)} for tick in ticks],
        "breaks": [asdict(one) for one in chart.breaks],
    }


def _series(chart: Chart, series: Series) -> dict[str, Any]:
    look = mark(*series.look)
    divisor = 100 if chart.unit == "cents" else 1
    values = [float(value) / divisor if is_number(value) else None for value in series.values]
    colours = None
    if chart.kind == MOVERS:
        colours = [mark("change", "less" if (value or 0) < 0 else "more").colour for value in values]
    return {
        "name": series.name,
        "values": values,
        "labels": series.labels,
        "colour": look.colour,
        "colours": colours,
        "pattern": look.pattern if len(chart.series) > 1 else "",
        "line": chart.kind == LINES,
        "dash": _DASHES[look.dash],
        "symbol": look.symbol,
    }


def _place_figures(series: list[dict[str, Any]]) -> None:
    """Which points of lines have their figure beside them, the last one apart, and whether above the point or under it.

    One line has all, if there are few; of two the first ones; of more none, as they would lie one over another.
    """
    for one in series:
        values = one["values"]
        known = [place for place, value in enumerate(values) if value is not None]
        if len(series) == 1 and len(known) <= MOST_FIGURES:
            one["shown"] = known[:-1]
            one["above"] = [_is_high(values, place) for place in range(len(values))]
        else:
            one["shown"] = known[:-1][:1] if len(series) <= 2 else []
            others = [other["values"] for other in series if other is not one]
            one["above"] = [
                all(other[place] is None or other[place] <= (value or 0) for other in others)
                for place, value in enumerate(values)
            ]


def _is_high(values: list[float | None], place: int) -> bool:
    """Whether a point lies no lower than those beside it, so that no line crosses what stands above it."""
    beside = [
        value for value in (*values[max(place - 1, 0) : place], *values[place + 1 : place + 2]) if value is not None
    ]
    return values[place] is None or not beside or values[place] >= sum(beside) / len(beside)


def _ticks(low: float, high: float) -> list[float]:
    """Round figures from nothing to beyond the largest."""
    raw = (high - low) / _TICKS
    size = 10 ** floor(log10(raw))
    step = next(size * factor for factor in (1, 2, 5, 10) if size * factor >= raw)
    step = max(step, 1)
    first, last = floor(low / step), -floor(-high / step)
    return [place * step for place in range(first, last + 1)]


def _tick(value: float, unit: str, language: str) -> str:
    if unit == "cents":
        return format_euros(round(value * 100), language, places=0)
    return format_value(value, unit, language)
