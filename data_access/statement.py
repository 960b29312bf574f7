"""A question as one SQL statement.

Each fact that the question touches becomes: an inner select with one column for each dimension, filtered;
around it each counted thing once; around that the aggregates over GROUPING SETS of every combination of
the dimensions, so that each total and subtotal is counted at its own grain (rule 1). The facts are stacked
with UNION ALL and folded into one row for each combination. `grouped` is a bit mask, first dimension
highest: a set bit means "over all values".
"""

from collections.abc import Mapping
from datetime import date
from itertools import combinations

from sqlalchemy import (
    BigInteger,
    ColumnElement,
    FromClause,
    Integer,
    Select,
    String,
    cast,
    func,
    literal,
    null,
    select,
    tuple_,
    union_all,
)

from data_access.facts import FACTS, OF_AGE, Fact, Scope
from data_access.measures import PARTS_OF_RATIOS, Aggregate, Distinct, Rows, Sum, dimension, measure
from data_access.period import GRAINS, Cell
from data_access.question import UNKNOWN, Question

GROUPED = "grouped"


def finest_grain(by: tuple[str, ...]) -> str | None:
    """The smallest calendar grain among dimensions, or None."""
    found = [grain for grain in GRAINS if grain in by]
    return found[-1] if found else None


def cells_of(question: Question, last: date | None) -> list[Cell]:
    """Cells that a question about states in force counts: the whole period, or its cells by the finest grain.

    `last` is the last day that the data reach: a stock of a month that is not over is that of this day.
    """
    until = question.period.until(last) if last and last >= question.period.start else question.period
    grain = finest_grain(question.by)
    if grain:
        return until.cells(grain)
    return [Cell(0, "", until.start, until.end)]


def counted(question: Question) -> dict[str, tuple[str, Aggregate]]:
    """What the statement counts, by column: (fact, aggregate). A ratio stands as its two parts."""
    columns = {}
    for code in question.measures:
        asked = measure(code)
        if asked.ratio:
            columns |= {part: PARTS_OF_RATIOS[part] for part in asked.ratio}
        else:
            columns[code] = (asked.fact.code, asked.aggregate)
    used = {*question.by, *(name for name, _ in question.where)}
    return {
        name: (fact, how.aggregate(used) if isinstance(how, Rows) else how) for name, (fact, how) in columns.items()
    }


def statement(question: Question, last_days: Mapping[str, date]) -> Select:
    """The statement that answers a question: columns `grouped`, the dimensions, and those of `counted`.

    `last_days`: for each subject the last day that its data reach.
    """
    columns = counted(question)
    by_fact: dict[str, dict[str, Aggregate]] = {}
    for name, (fact, aggregate) in columns.items():
        by_fact.setdefault(fact, {})[name] = aggregate
    ages = not OF_AGE.isdisjoint({*question.by, *(name for name, _ in question.where)})
    where = tuple((name, tuple(None if code == UNKNOWN else code for code in codes)) for name, codes in question.where)
    shared: dict[str, FromClause] = {}
    parts = []
    for code, aggregates in by_fact.items():
        fact = FACTS[code]
        scope = Scope(
            question.period,
            cells_of(question, last_days.get(fact.subject)),
            by=question.by,
            where=where,
            facts=frozenset(by_fact),
            each_year=question.ages == "each_year",
            with_ages=ages,
            shared=shared,
        )
        parts.append(_fact_select(question, fact, scope, aggregates, list(columns)))
    if len(parts) == 1:
        return parts[0]
    stacked = union_all(*parts).subquery()
    keys = [stacked.c[GROUPED], *(stacked.c[name] for name in question.by)]
    folded = [func.max(stacked.c[name]).label(name) for name in columns]
    return select(*keys, *folded).group_by(*keys)


def _fact_select(
    question: Question, fact: Fact, scope: Scope, aggregates: Mapping[str, Aggregate], columns: list[str]
) -> Select:
    entities = fact.begin(scope)
    split = [scope.value(fact.dimensions, name).label(name) for name in question.by]
    scope.filter(fact.dimensions)
    rows = (
        select(*split, *(aggregate.of(entities).label(name) for name, aggregate in aggregates.items()))
        .select_from(scope.source)
        .where(*scope.conditions)
        .subquery()
    )
    once = rows if scope.grouped else _once(rows, question.by, aggregates)
    figures = [_figure(once, name, aggregates.get(name)).label(name) for name in columns]
    keys = [once.c[name] for name in question.by]
    chosen = select(grouping_mask(keys).label(GROUPED), *(_typed(key) for key in keys), *figures).select_from(once)
    if not keys:
        return chosen
    sets = [tuple_(*some) for size in range(len(keys), -1, -1) for some in combinations(keys, size)]
    return chosen.group_by(func.grouping_sets(*sets))


def _once(rows: FromClause, by: tuple[str, ...], aggregates: Mapping[str, Aggregate]) -> FromClause:
    """Each counted thing once for each combination of the dimensions, with its sums.

    Totals are then counted over a few thousand households instead of all payments. Where things stand once already
    this would only take time: a quarter of it for persons by month, 2011–2023, of 16 million payments.
    """
    keys = [rows.c[name] for name in by]
    counted_once = [rows.c[name] for name, aggregate in aggregates.items() if isinstance(aggregate, Distinct)]
    sums = [func.sum(rows.c[name]).label(name) for name, aggregate in aggregates.items() if isinstance(aggregate, Sum)]
    return select(*keys, *counted_once, *sums).group_by(*keys, *counted_once).subquery()


def _figure(once: FromClause, name: str, aggregate: Aggregate | None) -> ColumnElement:
    if aggregate is None:
        return cast(null(), BigInteger)
    if isinstance(aggregate, Distinct):
        return cast(func.count(once.c[name].distinct()), BigInteger)
    return cast(func.coalesce(func.sum(once.c[name]), 0), BigInteger)


def grouping_mask(keys: list[ColumnElement]) -> ColumnElement:
    """A bit for each key, the first highest: set where a row is counted over all its values."""
    mask: ColumnElement = literal(0, Integer)
    for place, key in enumerate(reversed(keys)):
        mask = mask + cast(func.grouping(key), Integer) * (1 << place)
    return mask


def _typed(key: ColumnElement) -> ColumnElement:
    kind = Integer if dimension(key.name).kind == "time" else String
    return cast(key, kind).label(key.name)
