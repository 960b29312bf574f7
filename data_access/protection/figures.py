"""Every figure that a family shows of a year, with how many stand behind it and who has most of it."""

from collections.abc import Callable, Iterator, Mapping, Sequence
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

from data_access.distinct import bit_of, ones, word_of
from data_access.facts import OF_OWN_AGE, OF_WHOLE_PERIOD, Scope
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
    "spend": _Behind(_HOUSEHOLDS.unit, _column("cents")),
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
    "visits": _Behind(_PERSONS.unit, _one),
    "visitors": _PERSONS,
}


def counts_units(code: str) -> bool:
    """Whether a measure counts persons or households, and not what was paid or done for them."""
    return _BEHIND[code].amount is None


def is_money(code: str) -> bool:
    return measure(code).unit == "cents"


def read_together(shown: Sequence[tuple[str, Cut]]) -> list[tuple[tuple[str, ...], tuple[Cut, ...]]]:
    """Measures and cuts of which one statement reads all figures.

    A measure's cuts share its records, and whoever is behind an amount is counted with it. What depends on all days of
    the period has several rows for one record: each such cut is read for itself.
    """
    found: dict[tuple, tuple[dict[str, None], dict[Cut, None]]] = {}
    for code, cut in shown:
        alone = cut if OF_WHOLE_PERIOD & set(cut.by) else None
        codes, cuts = found.setdefault((measure(code).fact.code, _BEHIND[code].unit, alone), ({}, {}))
        codes[code] = cuts[cut] = None
    return [(tuple(codes), tuple(cuts)) for codes, cuts in found.values()]


def figures_statement(codes: Sequence[str], cuts: Sequence[Cut], years: Period) -> Select:
    """All figures of measures that are read together, in some cuts and each of some years, totals of the year included:
    `grouped`, the year, the dimensions, and a `Figure`."""
    code = next((one for one in codes if _BEHIND[one].amount), codes[0])
    names = _names(cuts)
    rows = _rows(code, [YEAR, *names], years)
    grouped = dict.fromkeys(one for cut in cuts for one in _groupings(code, cut, names))
    sets = [(YEAR, *one) for one in grouped]
    return (_with_largest if is_money(code) else _counted)(rows, [YEAR, *names], sets)


def _counted(rows: FromClause, names: Sequence[str], sets: Sequence[tuple[str, ...]]) -> Select:
    """Different units by words of bits, at every grain, and the sums of what they add."""
    keys, unit = [rows.c[name] for name in names], rows.c.unit
    words = (
        select(*keys, word_of(unit).label("word"), func.bit_or(bit_of(unit)).label("units"), _sum(rows.c.amount))
        .where(unit.is_not(None))
        .group_by(*keys, word_of(unit))
        .subquery()
    )
    keys = [words.c[name] for name in names]
    each = (
        select(
            grouping_mask(keys).label("grouped"), *keys, func.bit_or(words.c.units).label("units"), _sum(words.c.amount)
        )
        .group_by(func.grouping_sets(*(tuple_(*(words.c[name] for name in one), words.c.word) for one in sets)))
        .subquery()
    )
    cell = [each.c.grouped, *(each.c[name] for name in names)]
    amount, units = func.sum(each.c.amount), func.sum(ones(each.c.units))
    return select(*cell, cast(amount, BigInteger), cast(units, BigInteger), null()).group_by(*cell)


def _sum(column: ColumnElement) -> ColumnElement:
    return func.sum(column).label(column.name)


def _names(cuts: Sequence[Cut]) -> list[str]:
    return [name for levels in _levels(cuts).values() for name in levels]


def _levels(cuts: Sequence[Cut]) -> dict[str, tuple[str, ...]]:
    """For each axis of some cuts its dimensions, coarse to fine."""
    found: dict[str, tuple[str, ...]] = {}
    for cut in cuts:
        for axis, names in cut.levels.items():
            found[axis] = max(found.get(axis, ()), names, key=len)
    return found


def _with_largest(rows: FromClause, names: Sequence[str], sets: Sequence[tuple[str, ...]]) -> Select:
    """Sums of each household are made first, at every grain, so that the largest can be told."""
    keys = [rows.c[name] for name in names]
    units = select(*keys, rows.c.unit, _sum(rows.c.amount)).where(rows.c.unit.is_not(None))
    units = units.group_by(*keys, rows.c.unit).subquery()
    keys = [units.c[name] for name in names]
    each = (
        select(grouping_mask(keys).label("grouped"), *keys, units.c.unit, _sum(units.c.amount))
        .group_by(func.grouping_sets(*(tuple_(*(units.c[name] for name in one), units.c.unit) for one in sets)))
        .subquery()
    )
    cell = [each.c.grouped, *(each.c[name] for name in names)]
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
        with_ages=not OF_OWN_AGE.isdisjoint(names),
    )
    entities = asked.fact.begin(scope)
    split = [scope.value(asked.fact.dimensions, name).label(name) for name in names]
    amount = behind.amount(entities) if behind.amount else literal(1, Integer)
    chosen = select(*split, behind.unit(entities).label("unit"), amount.label("amount"))
    return chosen.select_from(scope.source).where(*scope.conditions).subquery()


def _depths(code: str, axis: str, names: Sequence[str]) -> list[tuple[str, ...]]:
    """The levels of an axis to which figures go; a stock has no total over time."""
    depths = [tuple(names[:depth]) for depth in range(len(names) + 1)]
    return depths[-1:] if axis == TIME and measure(code).stock else depths


def _groupings(code: str, cut: Cut, names: Sequence[str]) -> Iterator[tuple[str, ...]]:
    """The dimensions of each table of a cut, always in the order of `names`: that of another cut may be the same."""
    for chosen in product(*(_depths(code, axis, of) for axis, of in cut.levels.items())):
        grouped = {name for of_axis in chosen for name in of_axis}
        yield tuple(name for name in names if name in grouped)


def _masks(code: str, cuts: Sequence[Cut], names: Sequence[str]) -> set[int]:
    """What `grouped` is in the rows that a measure shows."""
    return {
        sum(1 << place for place, name in enumerate(reversed(names)) if name not in one)
        for cut in cuts
        if code in cut.measures
        for one in _groupings(code, cut, names)
    }


def read_figures(
    codes: Sequence[str], rows: Sequence, cuts: Sequence[Cut], years: Period
) -> dict[int, dict[str, dict[Key, Figure]]]:
    """Figures of each year and measure by their place, from the rows of `figures_statement`."""
    levels, names = _levels(cuts), _names(cuts)
    cells = {name: {cell.key: cell.code for cell in years.cells(name)} for name in names if _is_time(name)}
    found = {cell.start.year: {code: {} for code in codes} for cell in years.cells(YEAR)}
    shown = {code: _masks(code, cuts, names) for code in codes}
    for grouped, year, *row in rows:
        codes_of = dict(zip(names, row, strict=False))
        value, units, most = row[len(names) :]
        largest, second, *_ = [*(most or ()), 0, 0]
        over = {name for place, name in enumerate(reversed(names)) if grouped >> place & 1}
        key = []
        for axis, of_axis in levels.items():
            path = _path([cells[n].get(codes_of[n]) if n in cells else codes_of[n] for n in of_axis if n not in over])
            if path:
                key.append((axis, path))
        key = tuple(sorted(key))
        of_units = Figure(int(units), int(units), 0, 0)
        of_amount = Figure(int(value), int(units), int(largest), int(second))
        for code in codes:
            if grouped in shown[code]:
                found[year][code][key] = of_units if counts_units(code) else of_amount
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
