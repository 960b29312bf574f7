"""Every figure that a family shows of a year, with how many stand behind it and who has most of it."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from itertools import product
from typing import ClassVar

from sqlalchemy import (
    BigInteger,
    ColumnElement,
    FromClause,
    Integer,
    Select,
    case,
    cast,
    func,
    literal,
    null,
    select,
    tuple_,
)
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.visitors import InternalTraversal
from sqlalchemy.types import NullType

from data_access.facts import OF_AGE, Scope
from data_access.grains import grouping_mask
from data_access.measures import dimension, measure
from data_access.period import Period
from data_access.protection.cuts import Cut
from data_access.question import UNKNOWN

TIME = "time"
YEAR = "year"

# Where a cell stands on each of its axes: pairs of an axis and the path there from coarse to fine. What is not named
# is a total. (("benefit", ("yes", "basic", "gmi")), ("population", ("residents",)))
Key = tuple[tuple[str, tuple[str, ...]], ...]


@dataclass(frozen=True)
class Figure:
    """One figure: `units` persons or households stand behind it, and of money the two that have most have so much."""

    value: int
    units: int
    largest: int
    second: int


@dataclass(frozen=True)
class _Behind:
    """Whose a figure is, and how much one record adds to it; without `amount` the units themselves are counted."""

    unit: Callable[[Mapping[str, ColumnElement]], ColumnElement]
    amount: Callable[[Mapping[str, ColumnElement]], ColumnElement] | None = None


def _column(name: str) -> Callable[[Mapping[str, ColumnElement]], ColumnElement]:
    return lambda row: row[name]


def _one(row: Mapping[str, ColumnElement]) -> ColumnElement:
    return literal(1, Integer)


def _of_kind(kind: str) -> Callable[[Mapping[str, ColumnElement]], ColumnElement]:
    return lambda row: case((row["decision_kind"] == kind, row["household_id"]))


_HOUSEHOLDS, _PERSONS = _Behind(_column("household_id")), _Behind(_column("person_id"))
_BEHIND = {
    "spend": _Behind(_column("household_id"), _column("cents")),
    "households_assisted": _HOUSEHOLDS,
    "persons_assisted": _PERSONS,
    "households_with_status": _HOUSEHOLDS,
    "persons_with_status": _PERSONS,
    "households_on_date": _HOUSEHOLDS,
    "persons_on_date": _PERSONS,
    "statuses_granted": _Behind(_of_kind("granted"), _one),
    "statuses_renewed": _Behind(_of_kind("renewed"), _one),
    "statuses_ended": _Behind(_column("household_id"), _one),
    "consultations": _Behind(_column("person_id"), _one),
    "psychologist_clients": _Behind(lambda row: case((row["attendance"] == "attended", row["person_id"]))),
    "visits": _Behind(_column("person_id"), _one),
    "visitors": _PERSONS,
}


def counts_units(code: str) -> bool:
    """Whether a measure counts persons or households, and not what was paid or done for them."""
    return _BEHIND[code].amount is None


def is_money(code: str) -> bool:
    return measure(code).unit == "cents"


def figures_statement(code: str, cut: Cut, years: Period) -> Select:
    """All figures of a measure in one cut and each of some years, totals of the year included: `grouped`, the year, the
    dimensions, and a `Figure`."""
    names = [YEAR, *_names(cut)]
    rows = _rows(code, names, years)
    units = select(*(rows.c[name] for name in names), rows.c.unit, func.sum(rows.c.amount).label("amount"))
    units = units.where(rows.c.unit.is_not(None)).group_by(*(rows.c[name] for name in names), rows.c.unit).subquery()
    keys = [units.c[name] for name in names]
    chosen = product(*(_depths(code, axis, of) for axis, of in cut.levels.items()))
    sets = [[units.c[YEAR], *_set(units, one)] for one in chosen]
    amount = cast(func.coalesce(func.sum(units.c.amount), 0), BigInteger)
    if is_money(code):
        return _with_largest(units, keys, sets, amount)
    cell = [grouping_mask(keys).label("grouped"), *keys]
    return (
        select(*cell, amount, cast(func.count(units.c.unit.distinct()), BigInteger), null())
        .group_by(func.grouping_sets(*(tuple_(*one) for one in sets)))
        .having(func.count() > 0)
    )


def _names(cut: Cut) -> list[str]:
    return [name for levels in cut.levels.values() for name in levels]


def _with_largest(
    units: FromClause, keys: Sequence[ColumnElement], sets: Sequence[list[ColumnElement]], amount: ColumnElement
) -> Select:
    """Sums of each household are made first, at every grain, so that the largest can be told."""
    each = (
        select(grouping_mask(keys).label("grouped"), *keys, units.c.unit, amount.label("amount"))
        .group_by(func.grouping_sets(*(tuple_(*one, units.c.unit) for one in sets)))
        .subquery()
    )
    cell = [each.c.grouped, *(each.c[key.name] for key in keys)]
    return select(
        *cell,
        cast(func.sum(each.c.amount), BigInteger),
        cast(func.count(), BigInteger),
        _two_largest(each.c.amount),
    ).group_by(*cell)


class _two_largest(ColumnElement):
    """The two largest values of a group as a list, the largest first; of one value a list of one."""

    inherit_cache = True
    type = NullType()
    _traverse_internals: ClassVar = [("of", InternalTraversal.dp_clauseelement)]

    def __init__(self, of: ColumnElement):
        self.of = of


@compiles(_two_largest)
def _of_all_sorted(element: _two_largest, compiler, **options) -> str:
    of = compiler.process(element.of, **options)
    return f"(array_agg({of} ORDER BY {of} DESC))[1:2]"


@compiles(_two_largest, "duckdb")
def _of_two_kept(element: _two_largest, compiler, **options) -> str:
    # Ranks by a window take the whole statement twice its time: 1.7 s instead of 0.9 by benefit and month, 2011–2023.
    return f"max({compiler.process(element.of, **options)}, 2)"


def _rows(code: str, names: Sequence[str], years: Period) -> FromClause:
    asked, behind = measure(code), _BEHIND[code]
    scope = Scope(
        years,
        years.cells("month" if asked.stock else YEAR),
        by=tuple(names),
        each_year=True,
        with_ages=not OF_AGE.isdisjoint(names),
    )
    entities = asked.fact.begin(scope)
    split = [scope.value(asked.fact.dimensions, name).label(name) for name in names]
    amount = behind.amount(entities) if behind.amount else literal(1, Integer)
    chosen = select(*split, behind.unit(entities).label("unit"), amount.label("amount"))
    chosen = chosen.select_from(scope.source).where(*scope.conditions)
    return (chosen if behind.amount else chosen.distinct()).subquery()


def _depths(code: str, axis: str, names: Sequence[str]) -> list[tuple[str, ...]]:
    """The levels of an axis to which figures go; a stock has no total over time."""
    depths = [tuple(names[:depth]) for depth in range(len(names) + 1)]
    return depths[-1:] if axis == TIME and measure(code).stock else depths


def _set(rows: FromClause, chosen: Sequence[tuple[str, ...]]) -> list[ColumnElement]:
    return [rows.c[name] for names in chosen for name in names]


def read_figures(code: str, rows: Sequence, cut: Cut, years: Period) -> dict[int, dict[Key, Figure]]:
    """Figures of each year by their place, from the rows of `figures_statement`."""
    names = _names(cut)
    cells = {name: {cell.key: cell.code for cell in years.cells(name)} for name in names if _is_time(name)}
    found: dict[int, dict[Key, Figure]] = {cell.start.year: {} for cell in years.cells(YEAR)}
    for grouped, year, *row in rows:
        codes = dict(zip(names, row, strict=False))
        value, units, most = row[len(names) :]
        largest, second, *_ = [*(most or ()), 0, 0]
        over = {name for place, name in enumerate(reversed(names)) if grouped >> place & 1}
        key = []
        for axis, levels in cut.levels.items():
            path = _path([cells[n].get(codes[n]) if n in cells else codes[n] for n in levels if n not in over])
            if path:
                key.append((axis, path))
        counted = units if counts_units(code) else value
        found[year][tuple(sorted(key))] = Figure(int(counted), int(units), int(largest), int(second))
    return found


def _path(codes: list[str | None]) -> tuple[str, ...]:
    """A place on an axis; what is not known on one level has no further ones."""
    path = []
    for code in codes:
        path.append(code or UNKNOWN)
        if code is None:
            break
    return tuple(path)


def _is_time(name: str) -> bool:
    return dimension(name).kind == "time"
