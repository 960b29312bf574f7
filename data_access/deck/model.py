"""A deck: what it asks, and what has been made of it. Nothing here draws; page, PPTX and PDF do.

A `Deck` is kept: its slides ask by an address of the table builder whose years are relative to the deck's. A `MadeDeck`
is told: its slides have figures and words, and whoever draws them adds neither.
"""

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any

from data_access.answer import Withheld
from data_access.question import COUNCIL
from data_access.telling.tables import Table
from data_access.telling.withheld import is_number

TITLE, FIGURES, TABLE, METHOD = "title", "figures", "table", "method"
KINDS = (TITLE, FIGURES, TABLE, METHOD)
BARS, COLUMNS, STACKED, LINES, MOVERS, NONE = "bars", "columns", "stacked", "lines", "movers", "none"
CHARTS = (BARS, COLUMNS, STACKED, LINES, MOVERS, NONE)
# The deck's own chart for one of the builder's; a heat map becomes the one that fits.
OF_BUILDER = {"lines": LINES, "bars": BARS, "stack": STACKED, "heat": None, "movers": MOVERS, "none": NONE}
MOST_SLIDES, MOST_FIGURES = 60, 6
LONGEST_HEADLINE, LONGEST_COMMENT, LONGEST_NAME = 220, 400, 100  # letters

_RELATIVE = re.compile(r"\{year(?:([+-])(\d{1,2}))?\}")
_YEAR = re.compile(r"(?<!\d)(?:19|20)\d\d(?!\d)")

Address = Mapping[str, str]
Figure = int | float | Withheld | None


@dataclass(frozen=True)
class Slide:
    """A slide as it is kept. `kind`: one of KINDS.

    `address` is what a TABLE slide asks: a request of the table builder as it stands in an address, with `{year}`,
    `{year-1}` in place of years. `figures` are those of a FIGURES slide: each an address whose `name` says how it is
    called. `headline` None: made from the figures. `chart` None: the one that fits. `table`: a small table beside it.
    `frozen` are figures that were kept (`telling.builder.freezing`) on the day `frozen_on`: they are told, not asked.
    """

    kind: str = TABLE
    address: Address = field(default_factory=dict)
    headline: str | None = None
    comment: str = ""
    chart: str | None = None
    table: bool = False
    figures: tuple[Address, ...] = ()
    frozen: str = ""
    frozen_on: str = ""

    @classmethod
    def of(cls, kept: Mapping[str, Any]) -> "Slide":
        """A slide from plain data, as `kept` gives it; raises ValueError where it is none."""
        if not isinstance(kept, Mapping) or not set(kept) <= set(cls.__dataclass_fields__):
            raise ValueError("no slide")
        kind, chart = kept.get("kind", TABLE), kept.get("chart")
        if kind not in KINDS or chart not in (None, *CHARTS):
            raise ValueError(f"{kind} {chart}")
        headline = kept.get("headline")
        return cls(
            kind,
            _address(kept.get("address", {})),
            str(headline)[:LONGEST_HEADLINE] if headline else None,
            str(kept.get("comment", ""))[:LONGEST_COMMENT],
            chart,
            bool(kept.get("table", False)),
            tuple(_address(one) for one in kept.get("figures", ())[:MOST_FIGURES]),
            str(kept.get("frozen", "")),
            date.fromisoformat(kept["frozen_on"]).isoformat() if kept.get("frozen_on") else "",
        )

    def kept(self) -> dict[str, Any]:
        """The slide as plain data; what is as usual is left out."""
        values = {
            "kind": self.kind,
            "address": dict(self.address),
            "headline": self.headline,
            "comment": self.comment,
            "chart": self.chart,
            "table": self.table,
            "figures": [dict(one) for one in self.figures],
            "frozen": self.frozen,
            "frozen_on": self.frozen_on,
        }
        usual = Slide()
        return {name: value for name, value in values.items() if value and value != getattr(usual, name)}


def _address(found: Any) -> dict[str, str]:
    if not isinstance(found, Mapping):
        raise ValueError("no address")
    return {str(name): str(text) for name, text in found.items()}


@dataclass(frozen=True)
class Deck:
    """Slides of a year for an audience. `name` None: the prepared deck's own."""

    slides: tuple[Slide, ...]
    year: int
    name: str | None = None
    audience: str = COUNCIL

    def of_year(self, year: int) -> "Deck":
        """The same deck of another year."""
        return replace(self, year=year)


def slides_as_text(slides: Sequence[Slide]) -> str:
    """Slides as text, for keeping."""
    return json.dumps([slide.kept() for slide in slides], ensure_ascii=False)


def slides_from_text(text: str) -> tuple[Slide, ...]:
    """The slides that a text keeps. Raises ValueError if it is none."""
    found = json.loads(text)
    if not isinstance(found, list) or len(found) > MOST_SLIDES:
        raise ValueError("no slides")
    return tuple(Slide.of(one) for one in found)


def of_year(address: Address, year: int) -> dict[str, str]:
    """An address with its years told: `{year-1}` of 2023 is 2022."""

    def told(match: re.Match) -> str:
        step = int(match[2] or 0)
        return str(year - step if match[1] == "-" else year + step)

    return {name: _RELATIVE.sub(told, text) for name, text in address.items()}


def relative(address: Address, year: int) -> dict[str, str]:
    """An address with its years relative to the deck's, so that the deck can be made of another year.

    A series of years keeps its first one: it begins where the records do.
    """

    def said(match: re.Match) -> str:
        step = int(match[0]) - year
        return "{year}" if not step else f"{{year{step:+d}}}" if abs(step) < 100 else match[0]

    found = dict(address)
    for name in ("period", "sort"):
        text = found.get(name, "")
        first, dots, last = text.partition("..")
        years = name == "period" and dots and len(first) == len(last) == 4
        if text:
            found[name] = f"{first}..{_YEAR.sub(said, last)}" if years else _YEAR.sub(said, text)
    return found


# ── what has been made ───────────────────────────────────────────────────────────────────────────


@dataclass(frozen=True)
class Series:
    """The figures of a chart under one name, one for each category: None is not known, WITHHELD is not shown.

    Money is in cents. `labels` are the figures as they stand on the slide: whole euros, with a sign where they are
    changes. `look` is what the series means to `telling.palette.mark`: a dimension, a code, its place among the series.
    """

    name: str
    values: tuple[Figure, ...]
    labels: tuple[str, ...]
    look: tuple[str, str, int]


@dataclass(frozen=True)
class Break:
    """A break in a series: in which category, and what is said of it. `number` is its mark in the chart."""

    place: int
    number: int
    text: str


@dataclass(frozen=True)
class Chart:
    """A chart as plain data. `kind` is one of CHARTS but NONE; of BARS the first category stands on top.

    `codes` are those of the categories, for whoever goes into a mark; empty for what has none (the rest).
    """

    kind: str
    categories: tuple[str, ...]
    codes: tuple[Mapping[str, str], ...]
    series: tuple[Series, ...]
    unit: str
    breaks: tuple[Break, ...] = ()


def without_figures(chart: Chart) -> dict[int, str]:
    """The categories none of whose figures is a number, by their place, and the word that stands in its place."""
    found = {}
    for place in range(len(chart.categories)):
        labels = {series.labels[place] for series in chart.series}
        if len(labels) == 1 and not any(is_number(series.values[place]) for series in chart.series):
            found[place] = labels.pop()
    return found


@dataclass(frozen=True)
class SmallRow:
    """A row of a small table: its name and its figures as they are written."""

    name: str
    cells: tuple[str, ...]
    total: bool = False


@dataclass(frozen=True)
class SmallTable:
    """The few figures that stand beside a chart, or in its place; `corner` is the heading over the rows' names."""

    corner: str
    columns: tuple[str, ...]
    rows: tuple[SmallRow, ...]


@dataclass(frozen=True)
class KeyFigure:
    """One of the large figures of a slide: what it is called, the figure and how it changed, in words and numbers."""

    label: str
    code: str
    value: Figure
    written: str
    change: str
    address: Address


@dataclass(frozen=True)
class MadeSlide:
    """A slide with its figures and words; whoever draws it adds none.

    `generated` is the headline as made from the figures, `headline` what stands there. `sentences` are its body where
    it has neither chart nor figures, `remarks` small print under the chart, `subtitle` that of the title. `foot` has
    source, as-of and protection; `notes` are for the speaker: definitions and the full numbers. `alternative` says in
    words what is to be seen. `full` is the whole table of the question, `table` the small one on the slide; `address`
    (of the table builder, in years) leads to it. `as_asked`: whether that is told which was asked for.
    """

    kind: str
    headline: str
    generated: str
    comment: str = ""
    subtitle: str = ""
    chart: Chart | None = None
    table: SmallTable | None = None
    figures: tuple[KeyFigure, ...] = ()
    sentences: tuple[str, ...] = ()
    remarks: tuple[str, ...] = ()
    foot: str = ""
    notes: str = ""
    alternative: str = ""
    full: Table | None = None
    address: Address | None = None
    as_asked: bool = True


@dataclass(frozen=True)
class MadeDeck:
    """A deck told in one language: what page, PPTX and PDF draw.

    `places` are those of its slides among the ones that were asked: of a prepared deck, those without a figure are
    left out. Empty: it has them all.
    """

    title: str
    year: int
    audience: str
    language: str
    demonstration: bool
    slides: tuple[MadeSlide, ...]
    places: tuple[int, ...] = ()
