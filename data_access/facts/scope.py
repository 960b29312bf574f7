"""A fact under construction: its FROM and WHERE, the calendar cells it meets, and the day on which ages count."""

from bisect import bisect_right
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from operator import itemgetter
from typing import ClassVar

from sqlalchemy import (
    ARRAY,
    Boolean,
    ColumnElement,
    Date,
    FromClause,
    Integer,
    TableClause,
    and_,
    case,
    column,
    func,
    literal,
    or_,
    select,
)
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.visitors import InternalTraversal

from data_access.ages import THRESHOLDS, born_by, pension_age
from data_access.period import GRAINS, Cell, Period, cell_key


class open_until(ColumnElement):
    """Rule 2: an end is inclusive, and an open end is no end: whether a span that ends on `last` reaches `day`.

    One predicate that each engine reads best in its own form: with the OR, DuckDB makes an outer join row by row
    (90 ms instead of 10 for the households with a status by territory); with coalesce, PostgreSQL misjudges
    how many rows meet (2 s instead of 170 ms for what households consist of).
    """

    type = Boolean()
    inherit_cache = True
    _traverse_internals: ClassVar = [
        ("last", InternalTraversal.dp_clauseelement),
        ("day", InternalTraversal.dp_clauseelement),
    ]

    def __init__(self, last: ColumnElement, day: ColumnElement):
        self.last = last
        self.day = day


@compiles(open_until)
def _or_null(element: open_until, compiler, **options) -> str:
    return compiler.process(or_(element.last.is_(None), element.last >= element.day).self_group(), **options)


@compiles(open_until, "duckdb")
def _coalesced(element: open_until, compiler, **options) -> str:
    return compiler.process(func.coalesce(element.last, literal(date.max, Date)) >= element.day, **options)


Expression = Callable[["Scope"], ColumnElement]


@dataclass
class Scope:
    """The FROM and WHERE of one fact while a statement is put together.

    `by` and `where` (None: not known) are those of the whole question, `facts` those that it counts from their own
    beginning, `shared` is what they have in common. `ready` are dimensions that stand as columns already, `filtered`
    those by which records are chosen already; `person_id` is of whoever is counted.
    """

    period: Period
    cells: list[Cell]
    by: tuple[str, ...] = ()
    where: tuple[tuple[str, tuple[str | None, ...]], ...] = ()
    ready: dict[str, ColumnElement] = field(default_factory=dict)
    filtered: Collection[str] = ()
    person_id: ColumnElement | None = None
    tables: dict[str, FromClause] = field(default_factory=dict)
    source: FromClause | None = None
    conditions: list[ColumnElement] = field(default_factory=list)
    cell: FromClause | None = None
    stock: bool = False
    day: ColumnElement | None = None
    each_year: bool = False
    with_ages: bool = False
    facts: Collection[str] = ()
    shared: dict[str, FromClause] = field(default_factory=dict)

    def start(self, table: TableClause) -> FromClause:
        alias = table.alias()
        self.tables[table.name] = alias
        self.source = alias
        return alias

    def start_spans(
        self, table: TableClause, columns: Sequence[str], stock: bool, once: Mapping[str, "Expression"]
    ) -> FromClause:
        """Begin with rows of a table that are in force in the calendar cells of the period: one row for each such cell,
        `valid_from` and `valid_to` being the days of the cell on which it is.

        For a stock each cell is one day, its last. `born_by_…` are the birth dates that bound the age groups
        on the day that counts for the cell. The rows are made first, as a CTE of their own: left to
        themselves, planners join the cells with all memberships (4.6 million rows for 60 month ends).
        `once`: dimensions that are evaluated with them, not anew by each fact. Only some `columns` of the table and
        the calendar cells that are asked for are carried along: each takes a tenth of a millisecond of SQLAlchemy.
        """
        self.stock = stock
        name = f"{table.name}_{'on_date' if stock else 'in_force'}"
        if name not in self.shared:
            pieces = self._pieces(table.alias(), columns)
            here = replace(self, tables={table.name: pieces}, source=pieces, cell=pieces)
            flags = [once[asked](here).label(asked) for asked in once if asked in self.asked]
            in_force = select(*pieces.c, *flags).select_from(here.source).cte(name)
            self.shared[name] = in_force.prefix_with("MATERIALIZED")
        self.cell = self.source = self.tables[table.name] = self.shared[name]
        self.ready = {asked: self.source.c[asked] for asked in once if asked in self.asked}
        return self.source

    def _pieces(self, span: FromClause, columns: Sequence[str]) -> FromClause:
        """Spans cut by the calendar cells."""
        cell = self._cells()
        first, last = cell.c.first_day, cell.c.last_day
        meets = and_(span.c.valid_from <= last, open_until(span.c.valid_to, first))
        ends = (
            func.greatest(span.c.valid_from, first).label("valid_from"),
            func.least(func.coalesce(span.c.valid_to, last), last).label("valid_to"),
        )
        of_cell = (of for of in cell.c if of.name not in (first.name, last.name))
        of_span = (span.c[name] for name in columns)
        return select(*of_cell, *of_span, *ends).select_from(cell.join(span, meets)).subquery()

    def _cells(self) -> FromClause:
        columns = [
            *(column(grain, Integer) for grain in self._grains),
            column("first_day", Date),
            column("last_day", Date),
        ]
        if self.with_ages:
            columns += [column(f"born_by_{months}", Date) for months in (*THRESHOLDS, "pension")]
        rows = [self._cell_row(cell) for cell in self.cells]
        if len(rows) > 1:
            # Not VALUES, which SQLAlchemy compiles anew each time: two fifths of the time of 13 years by status.
            lists = (
                literal(list(found), ARRAY(one.type))
                for one, found in zip(columns, zip(*rows, strict=True), strict=True)
            )
            each = (func.unnest(found, type_=one.type) for one, found in zip(columns, lists, strict=True))
        else:
            # The planner takes the days of one cell for what they are: constants.
            [row] = rows
            each = (literal(value, one.type) for one, value in zip(columns, row, strict=True))
        return select(*(of.label(one.name) for one, of in zip(columns, each, strict=True))).subquery("cells")

    def join(self, table: TableClause, on: Callable[[FromClause], ColumnElement], outer: bool = False) -> FromClause:
        """Join a table once; asked for again, it is the same one."""
        if table.name not in self.tables:
            alias = table.alias()
            self.tables[table.name] = alias
            self.source = self.source.join(alias, on(alias), isouter=outer)
        return self.tables[table.name]

    @property
    def asked(self) -> set[str]:
        """Every dimension that the question splits or filters by."""
        return {*self.by, *(name for name, _ in self.where)}

    @property
    def _grains(self) -> list[str]:
        return [grain for grain in GRAINS if grain in self.asked]

    def value(self, dimensions: Mapping[str, "Expression"], name: str) -> ColumnElement:
        """A dimension as a column."""
        return self.ready[name] if name in self.ready else dimensions[name](self)

    def filter(self, dimensions: Mapping[str, "Expression"]) -> None:
        """Only the records that the question is about."""
        for name, codes in self.where:
            if name in dimensions and name not in self.filtered:
                self.conditions.append(_one_of(self.value(dimensions, name), codes))

    def in_period(self, day: ColumnElement) -> None:
        """Rule 2: half-open. `day` is also the one whose year counts when ages are those of each year."""
        self.day = day
        self.conditions += [day >= literal(self.period.start, Date), day < literal(self.period.end, Date)]

    def reached(self, birth_date: ColumnElement, months: int | None) -> ColumnElement:
        """Whether a person has reached an age, in months (None: pension age), on the day that counts (rule 3)."""
        if self.cell is not None:
            name = "pension" if months is None else months
            return birth_date <= self.cell.c[f"born_by_{name}"]
        if not self.each_year:
            return birth_date <= _born_by(self.period.last_day, months)
        return self.day >= self.reaches(birth_date, months)

    def reaches(self, birth_date: ColumnElement, months: int | None) -> ColumnElement:
        """The first day on which a person counts as having reached an age; who does not, the day after the period."""
        days = ((birth_date <= _born_by(counts, months), literal(first, Date)) for first, counts in self._days_of_age())
        return case(*days, else_=literal(self.period.end, Date))

    def _days_of_age(self) -> list[tuple[date, date]]:
        """From which day on people are as old as on which day, in order (rule 3)."""
        if self.stock:
            return [(cell.start, _last(cell)) for cell in self.cells]
        if self.each_year:
            return [(cell.start, _last(cell)) for cell in self.period.cells("year")]
        return [(self.period.start, self.period.last_day)]

    def _cell_row(self, cell: Cell) -> tuple:
        keys = (cell_key(cell.start, grain) for grain in self._grains)
        days = (*keys, _last(cell) if self.stock else cell.start, _last(cell))
        if not self.with_ages:
            return days
        ages = self._days_of_age()
        _, counts = ages[bisect_right(ages, cell.start, key=itemgetter(0)) - 1]
        born = (born_by(counts, months) for months in THRESHOLDS)
        return (*days, *born, born_by(counts, pension_age(counts)))


def _last(cell: Cell) -> date:
    return cell.end - timedelta(days=1)


def _one_of(expression: ColumnElement, codes: tuple[str | None, ...]) -> ColumnElement:
    known = [code for code in codes if code is not None]
    if len(known) == len(codes):
        return expression.in_(known)
    return or_(expression.is_(None), expression.in_(known)) if known else expression.is_(None)


def _born_by(day: date, months: int | None) -> ColumnElement:
    return literal(born_by(day, pension_age(day) if months is None else months), Date)


# How many can be counted through one unit (see Through): their number is kept in bits.
BITS_OF_A_UNIT = 4
MOST_OF_A_UNIT = 2**BITS_OF_A_UNIT - 1


@dataclass(frozen=True)
class Through:
    """How most of what a fact counts is counted by the units of another fact: members of households by their household.

    Who belongs to one unit only, from its first record that the question is about to its last, counts wherever the unit
    does. `constant` begins with a row for each of those, at most MOST_OF_A_UNIT in a unit, and returns their unit: what
    the other fact's `begin` calls `unit`. `rest` begins with all others, as `Fact.begin` does.
    """

    fact: str
    unit: str
    constant: Callable[[Scope], ColumnElement]
    rest: Callable[[Scope], dict[str, ColumnElement]]


@dataclass(frozen=True)
class Fact:
    """One countable relation. `begin` builds it and returns the columns that aggregates use, by name."""

    code: str
    subject: str
    begin: Callable[[Scope], dict[str, ColumnElement]]
    dimensions: Mapping[str, Expression]
    through: Through | None = None
