"""Measures and dimensions, declared once: what can be asked, in which unit, and in whose words.

Codes, names and sentences stand in `reference/measures.csv` and `reference/dimensions.csv`; here is how
each measure is counted.
"""

import csv
import difflib
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from sqlalchemy import ColumnElement, Integer, case, literal

from data_access.errors import UnknownName
from data_access.facts import FACTS, OF_AGE, Fact

_REFERENCE = Path(__file__).parent / "reference"

Row = Mapping[str, ColumnElement]


@dataclass(frozen=True)
class Sum:
    """Adds up an expression over the rows of a fact."""

    of: Callable[[Row], ColumnElement]


@dataclass(frozen=True)
class Distinct:
    """Counts each value of an expression once; NULL is none."""

    of: Callable[[Row], ColumnElement]


Aggregate = Sum | Distinct


@dataclass(frozen=True)
class Rows:
    """Counts the rows of a fact, those with a value of a column where one is named, each once.

    A split or filter by a dimension of `repeated_by` can make several rows of one: only then keys are counted, which
    takes three times as long (visits by year and group, 2019–2023).
    """

    key: str
    repeated_by: tuple[str, ...] = ()
    having: tuple[str, str] | None = None

    def aggregate(self, used: Collection[str]) -> Aggregate:
        """How the rows are counted in a question that uses these dimensions."""
        if not set(used).isdisjoint(self.repeated_by):
            return _distinct_if(self.key, *self.having) if self.having else _distinct(self.key)
        return _rows_if(*self.having) if self.having else _ROWS


@dataclass(frozen=True)
class Measure:
    """Something that can be counted. `unit`: cents, percent, or what one counted thing is (households, persons …).

    `additive`: parts add up to their total. `stock`: counted on one day, so it has no total over time.
    """

    code: str
    unit: str
    fact: Fact
    aggregate: Aggregate | Rows | None
    additive: bool
    stock: bool
    ratio: tuple[str, str] | None
    name_lv: str
    name_en: str
    definition_lv: str
    definition_en: str

    def name(self, language: str) -> str:
        return getattr(self, f"name_{language}")

    def definition(self, language: str) -> str:
        return getattr(self, f"definition_{language}")


@dataclass(frozen=True)
class Dimension:
    """Something to split or filter by. `kind`: time (a calendar cell) or category (a code)."""

    code: str
    kind: str
    name_lv: str
    name_en: str
    definition_lv: str
    definition_en: str

    def name(self, language: str) -> str:
        return getattr(self, f"name_{language}")

    def definition(self, language: str) -> str:
        return getattr(self, f"definition_{language}")

    @property
    def of_age(self) -> bool:
        """Whether it depends on ages, which are those of the last day of the period asked for (rule 3)."""
        return self.code in OF_AGE


def _distinct(name: str) -> Distinct:
    return Distinct(lambda row: row[name])


def _distinct_if(name: str, flag: str, value: str) -> Distinct:
    return Distinct(lambda row: case((row[flag] == value, row[name])))


def _rows_if(flag: str, value: str) -> Sum:
    return Sum(lambda row: case((row[flag] == value, 1), else_=0))


_CENTS = Sum(lambda row: row["cents"])
_ROWS = Sum(lambda row: literal(1, Integer))


@dataclass(frozen=True)
class _Counting:
    fact: str
    aggregate: Aggregate | Rows | None
    additive: bool = False
    stock: bool = False
    ratio: tuple[str, str] | None = None


# A client stands once in each problem area and a visit once in each activity.
_AREAS, _ACTIVITIES = ("problem_area",), ("service_activity",)
_COUNTING = {
    "spend": _Counting("payments", _CENTS, additive=True),
    "payments": _Counting("payments", Sum(lambda row: row["payments"]), additive=True),
    "households_assisted": _Counting("payments", _distinct("household_id")),
    "persons_assisted": _Counting("payment_members", _distinct("person_id")),
    "recipients": _Counting("payment_recipients", _distinct("person_id")),
    "households_with_status": _Counting("statuses", _distinct("household_id")),
    "persons_with_status": _Counting("status_members", _distinct("person_id")),
    "households_on_date": _Counting("statuses_on_date", _distinct("household_id"), stock=True),
    "persons_on_date": _Counting("status_members_on_date", _distinct("person_id"), stock=True),
    "statuses_granted": _Counting("decisions_begun", _rows_if("decision_kind", "granted"), additive=True),
    "statuses_renewed": _Counting("decisions_begun", _rows_if("decision_kind", "renewed"), additive=True),
    "statuses_ended": _Counting("decisions_ended", _ROWS, additive=True),
    "consultations": _Counting("consultations", Rows("consultation_id", _AREAS)),
    "missed_share": _Counting("consultations", None, ratio=("consultations_missed", "consultations")),
    "psychologist_clients": _Counting("consultations", _distinct_if("person_id", "attendance", "attended")),
    "other_consultations": _Counting("psychologist_functions", _ROWS),
    "other_clients": _Counting("psychologist_functions", _distinct("person_id")),
    "visits": _Counting("visits", Rows("visit_id", _ACTIVITIES)),
    "visitors": _Counting("visits", _distinct("person_id")),
}

# Counted only to make a ratio of.
PARTS_OF_RATIOS: Mapping[str, tuple[str, Rows]] = {
    "consultations": ("consultations", _COUNTING["consultations"].aggregate),
    "consultations_missed": ("consultations", Rows("consultation_id", _AREAS, ("attendance", "missed"))),
}


def _read(name: str) -> list[dict[str, str]]:
    with (_REFERENCE / name).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


@cache
def measures() -> Mapping[str, Measure]:
    """Every measure by its code, in the order of the method page."""
    declared = {}
    for row in _read("measures.csv"):
        code, how = row["measure"], _COUNTING[row["measure"]]
        declared[code] = Measure(
            code=code,
            unit=row["unit"],
            fact=FACTS[how.fact],
            aggregate=how.aggregate,
            additive=how.additive,
            stock=how.stock,
            ratio=how.ratio,
            **{key: row[key] for key in ("name_lv", "name_en", "definition_lv", "definition_en")},
        )
    return declared


@cache
def dimensions() -> Mapping[str, Dimension]:
    """Every dimension by its code."""
    return {row["dimension"]: Dimension(row.pop("dimension"), **row) for row in _read("dimensions.csv")}


def nearest(name: str, names: Iterable[str]) -> str | None:
    """The name that is most like a mistyped one, or None if none is like it."""
    found = difflib.get_close_matches(name.lower(), list(names), n=1, cutoff=0.4)
    return found[0] if found else None


def measure(code: str) -> Measure:
    """A measure by its code. Raises UnknownName, which names the nearest one."""
    if code not in measures():
        raise UnknownName("measure", code, nearest(code, measures()))
    return measures()[code]


def dimension(code: str) -> Dimension:
    """A dimension by its code. Raises UnknownName, which names the nearest one."""
    if code not in dimensions():
        raise UnknownName("dimension", code, nearest(code, dimensions()))
    return dimensions()[code]


def dimensions_of(code: str) -> tuple[str, ...]:
    """Codes of the dimensions by which a measure can be split or filtered, in the order of the vocabulary."""
    possible = measure(code).fact.dimensions
    return tuple(name for name in dimensions() if name in possible)
