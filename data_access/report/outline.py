"""The outline of the annual report, read from `outline.toml` and checked: chapters, texts, tables, what adds up."""

import csv
import tomllib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import Any

from data_access.check import PUBLISHED
from data_access.measures import dimension, measure
from data_access.question import Question, parse_filters
from data_access.report.breaks import Concern
from data_access.report.words import COUNTS, OPTIONALS, words

_FOLDER = Path(__file__).parent
PARAGRAPH, BULLETED, NESTED, TABLED, THRESHOLD = "", "- ", "-- ", "# ", "! "
LEANING = "+"
TOTAL, ONLY_IF_ANY = "= ", "? "
ALL_YEARS = "all"
ALWAYS, IF_ANY, WITHOUT = "all", "if_any", "without_"  # forms of what a text may say besides


class BadOutline(ValueError):
    """The outline names something that is not there: a mistake of whoever edited it."""


@dataclass(frozen=True)
class Asked:
    """What a figure is: a measure (None where a row or a column of a table has it), filters, and of which year."""

    measure: str | None
    where: tuple[tuple[str, tuple[str, ...]], ...]
    back: int = 0

    @classmethod
    def of(cls, text: str) -> "Asked":
        """From "spend benefit=gmi year=-1"; an empty text asks for nothing further."""
        parts = text.split()
        code = parts.pop(0) if parts and "=" not in parts[0] else None
        if code:
            measure(code)
        filters = parse_filters(parts)
        back = -int(filters.pop("year", ("0",))[0])
        for name in filters:
            dimension(name)
        return cls(code, tuple(filters.items()), back)

    def within(self, outer: "Asked") -> "Asked":
        """The same figure inside a chapter, a row or a column that says more."""
        both = dict(outer.where) | dict(self.where)
        return Asked(self.measure or outer.measure, tuple(sorted(both.items())), self.back + outer.back)

    def question(self, year: int, audience: str) -> Question:
        return Question.of(self.measure, year - self.back, where=dict(self.where), audience=audience)


@dataclass(frozen=True)
class Line:
    """A row or a column of a table: its label, what it asks for, whether it is the total of the others, and whether it
    is there only when it has something.

    The label is a key of `report.labels`, or the name of a dimension of which it has one value.
    """

    label: str
    asked: Asked
    total: bool
    only_if_any: bool

    @classmethod
    def of(cls, pair: Sequence[str]) -> "Line":
        label, asked = pair
        line = cls(label.lstrip(TOTAL + ONLY_IF_ANY), Asked.of(asked), label[:2] == TOTAL, label[:2] == ONLY_IF_ANY)
        if line.label not in dict(line.asked.where):
            _there(f"report.labels.{line.label}")
        return line


@dataclass(frozen=True)
class TableOutline:
    """A table: rows (or the last `years`, 0 for all) by columns. `chart` is how it is drawn, if it is.

    `row_sums` and `column_sums` are the places of a total and of its parts; whether a household or a person may be in
    several of them is `rows_overlap`.
    """

    code: str
    asked: Asked
    columns: tuple[Line, ...]
    rows: tuple[Line, ...]
    years: int | None
    chart: str
    row_sums: tuple[tuple[int, tuple[int, ...]], ...]
    column_sums: tuple[tuple[int, tuple[int, ...]], ...]
    rows_overlap: bool


@dataclass(frozen=True)
class Item:
    """A piece of a chapter: a paragraph or bullet of several texts, a table, or the thresholds of a rule.

    A name that begins with LEANING is of a sentence that says nothing without the one before it.
    """

    kind: str
    names: tuple[str, ...]


@dataclass(frozen=True)
class Chapter:
    """A chapter: the figures that its texts name, its pieces, its tables, and the published chapters that it covers.

    A `listed` one, of which there are no records, is a point in the list of the chapter before it.
    """

    code: str
    level: int
    published: tuple[str, ...]
    figures: Mapping[str, Asked]
    body: tuple[Item, ...]
    tables: Mapping[str, TableOutline]
    lacking: tuple[str, ...]
    listed: bool


@dataclass(frozen=True)
class Relation:
    """Figures that depend on one another: parts that add up to a whole, or one that is no more than another.

    `whole` and `parts` are (chapter, figure). Parts that `overlap` cover the whole, and may count one thing twice.
    """

    said: str
    whole: tuple[str, str]
    parts: tuple[tuple[str, str], ...]
    at_most: bool
    overlap: bool


@dataclass(frozen=True)
class Outline:
    chapters: tuple[Chapter, ...]
    relations: tuple[Relation, ...]
    concerns: Mapping[str, Concern]
    whole_euros: Callable[[Question], bool]


@dataclass(frozen=True)
class Threshold:
    """The income thresholds of a rule from a day on, in cents, and how many per cent of the median of income they are,
    where that is known."""

    valid_from: date
    first_person: int
    other_persons: int
    percent: int | None


@cache
def outline() -> Outline:
    """The outline of the report, read once."""
    return read_outline((_FOLDER / "outline.toml").read_text(encoding="utf-8"))


def read_outline(text: str) -> Outline:
    """An outline from TOML. Raises BadOutline, UnknownName for a measure or dimension."""
    found = tomllib.loads(text)
    chapters = tuple(_chapter(one, found["sets"]) for one in found["chapters"])
    relations = [_relations(one, chapters, at_most=False) for one in found["sums"]]
    relations += [_relations(one, chapters, at_most=True) for one in found["at_most"]]
    concerns = {source: _concern(one) for one in found.get("breaks", []) for source in one["sources"]}
    return Outline(
        chapters,
        tuple(each for several in relations for each in several),
        concerns,
        _whole_euros(found.get("whole_euros")),
    )


@cache
def reasons() -> Mapping[str, str]:
    """Why a published figure, or what is left of a chapter, is not in the database."""
    with (PUBLISHED / "not_covered.csv").open(encoding="utf-8", newline="") as file:
        return {row["figure_or_chapter"]: row["reason_lv"] for row in csv.DictReader(file)}


@cache
def thresholds() -> Mapping[str, tuple[Threshold, ...]]:
    """The thresholds that are known, by rule."""
    found: dict[str, list[Threshold]] = {}
    with (_FOLDER / "thresholds.csv").open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            amounts = (int(Decimal(row[name]) * 100) for name in ("first_person", "other_persons"))
            percent = int(row["percent_of_median"]) if row["percent_of_median"] else None
            found.setdefault(row["rule"], []).append(
                Threshold(date.fromisoformat(row["valid_from"]), *amounts, percent)
            )
    return {rule: tuple(sorted(several, key=lambda one: one.valid_from)) for rule, several in found.items()}


def _chapter(one: Mapping[str, Any], sets: Mapping[str, Mapping[str, str]]) -> Chapter:
    code, outer = one["code"], Asked.of(one.get("where", ""))
    _there(f"report.titles.{code}")
    named = {name: text for chosen in one.get("sets", []) for name, text in sets[chosen].items()}
    figures = {name: Asked.of(text).within(outer) for name, text in (named | one.get("figures", {})).items()}
    tables = {table["code"]: _table(table) for table in one.get("tables", [])}
    chapter = Chapter(
        code=code,
        level=one.get("level", 0),
        published=tuple(one.get("published", [code])),
        figures=figures,
        body=tuple(_item(text) for text in one.get("body", [])),
        tables=tables,
        lacking=tuple(one.get("lacking", [] if "body" in one else [code])),
        listed=one.get("listed", False),
    )
    _check(chapter)
    return chapter


def _whole_euros(one: Mapping[str, Any] | None) -> Callable[[Question], bool]:
    """Whether the sources have a figure in whole euros."""
    if one is None:
        return lambda question: False
    asked, until = Asked.of(one["figure"]), one["until"]
    return lambda question: (
        (asked.measure,) == question.measures
        and dict(asked.where) == dict(question.where)
        and question.period.start.year <= until
    )


def _concern(one: Mapping[str, Any]) -> Concern:
    never, only = (dict(Asked.of(one.get(name, "")).where) for name in ("never", "only"))
    return Concern(never, only, one.get("income_tested", False))


def _item(text: str) -> Item:
    for kind in (NESTED, BULLETED, TABLED, THRESHOLD):
        if text.startswith(kind):
            return Item(kind, tuple(text.removeprefix(kind).split()))
    return Item(PARAGRAPH, tuple(text.split()))


def _table(one: Mapping[str, Any]) -> TableOutline:
    for part in ("captions", "corners", "sheets"):
        _there(f"report.{part}.{one['code']}")
    columns, rows = (tuple(map(Line.of, one.get(name, []))) for name in ("columns", "rows"))
    years = one.get("years")
    return TableOutline(
        code=one["code"],
        asked=Asked.of(one.get("where", "")),
        columns=columns,
        rows=rows,
        years=0 if years == ALL_YEARS else years,
        chart=one.get("chart", ""),
        row_sums=_sums(one["code"], rows, one.get("row_sums", [])),
        column_sums=_sums(one["code"], columns, one.get("column_sums", [])),
        rows_overlap=one.get("rows_overlap", False),
    )


def _sums(table: str, lines: Sequence[Line], named: Sequence[Sequence[str]]) -> tuple[tuple[int, tuple[int, ...]], ...]:
    """The places of totals and of their parts: of the total of all others, and of those that are named."""
    places = {line.label: place for place, line in enumerate(lines)}
    try:
        explicit = [(places[whole], tuple(places[part] for part in parts)) for whole, *parts in named]
    except KeyError as error:
        raise BadOutline(f"{table}: {error} is no row or column of it") from error
    others = tuple(place for place, line in enumerate(lines) if not line.total)
    return (*((place, others) for place, line in enumerate(lines) if line.total), *explicit)


def _check(chapter: Chapter) -> None:
    """Every text is there and finds its figures, every figure and table is used."""
    used, placed = set(), set()
    for item in chapter.body:
        if item.kind == TABLED:
            placed |= set(item.names)
        elif item.kind == THRESHOLD:
            for rule in item.names:
                _there(f"report.rules.{rule}")
        else:
            for name in item.names:
                used |= _figures_of(f"report.say.{name.removeprefix(LEANING)}")
    if used != set(chapter.figures):
        raise BadOutline(f"{chapter.code}: {sorted(used ^ set(chapter.figures))} on one side only")
    if placed != set(chapter.tables):
        raise BadOutline(f"{chapter.code}: {sorted(placed ^ set(chapter.tables))} on one side only")
    for name in chapter.lacking:
        if name not in reasons():
            raise BadOutline(f"{chapter.code}: no reason for {name}")


def _figures_of(key: str) -> set[str]:
    """The figures of a text and of what it may say besides."""
    _there(key)
    named = words().figures(key)
    for form in named.values():
        if form:
            _there(f"{COUNTS}{form}")
    used = set(named)
    for name, forms in words().optional(key).items():
        if not forms or not all(form in (ALWAYS, IF_ANY) or form.startswith(WITHOUT) for form in forms):
            raise BadOutline(f"there is no text {OPTIONALS}{name}")
        used = used.union(*map(_figures_of, forms.values()))
    return used


def _relations(one: Mapping[str, Any], chapters: Sequence[Chapter], *, at_most: bool) -> list[Relation]:
    _there(f"report.checks.said.{one['said']}")
    whole, parts = (one["more"], [one["less"]]) if at_most else (one["whole"], one["parts"])
    overlap = one.get("overlap", False)
    if "." in whole:
        found = [Relation(one["said"], _named(whole), tuple(map(_named, parts)), at_most, overlap)]
    else:
        found = [
            Relation(
                one["said"], (chapter.code, whole), tuple((chapter.code, part) for part in parts), at_most, overlap
            )
            for chapter in chapters
            if {whole, *parts} <= set(chapter.figures)
        ]
    known = {(chapter.code, name) for chapter in chapters for name in chapter.figures}
    if not found or any(not {each.whole, *each.parts} <= known for each in found):
        raise BadOutline(f"the check {one['said']} names figures that no chapter has")
    return found


def _named(text: str) -> tuple[str, str]:
    chapter, _, name = text.partition(".")
    return chapter, name


def _there(key: str) -> None:
    if key not in words():
        raise BadOutline(f"there is no text {key}")
