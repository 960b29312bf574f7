"""A question as one SQL statement.

Each fact that the question touches becomes: an inner select with one column for each dimension, filtered;
around it the aggregates over GROUPING SETS of every combination of the dimensions, so that each total and
subtotal is counted at its own grain (rule 1). The facts are stacked with UNION ALL and folded into one row
for each combination. `grouped` is a bit mask, first dimension highest: a set bit means "over all values".
"""

from collections.abc import Mapping
from datetime import date
from itertools import combinations

from sqlalchemy import (
    BigInteger,
    ColumnElement,
    Integer,
    Select,
    String,
    and_,
    cast,
    func,
    literal,
    null,
    or_,
    select,
    true,
    tuple_,
    union_all,
)

from data_access.facts import FACTS, Fact, Scope
from data_access.measures import PARTS_OF_RATIOS, Aggregate, dimension, measure
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
    return columns


def statement(question: Question, last_days: Mapping[str, date]) -> Select:
    """The statement that answers a question: columns `grouped`, the dimensions, and those of `counted`.

    `last_days`: for each subject the last day that its data reach.
    """
    columns = counted(question)
    by_fact: dict[str, dict[str, Aggregate]] = {}
    for name, (fact, aggregate) in columns.items():
        by_fact.setdefault(fact, {})[name] = aggregate
    parts = [
        _fact_select(question, FACTS[code], aggregates, list(columns), last_days.get(FACTS[code].subject))
        for code, aggregates in by_fact.items()
    ]
    if len(parts) == 1:
        return parts[0]
    stacked = union_all(*parts).subquery()
    keys = [stacked.c[GROUPED], *(stacked.c[name] for name in question.by)]
    folded = [func.max(stacked.c[name]).label(name) for name in columns]
    return select(*keys, *folded).group_by(*keys)


def _fact_select(
    question: Question, fact: Fact, aggregates: Mapping[str, Aggregate], columns: list[str], last: date | None
) -> Select:
    scope = Scope(question.period, cells_of(question, last), each_year=question.ages == "each_year")
    entities = fact.begin(scope)
    split = [fact.dimensions[name](scope).label(name) for name in question.by]
    for name, codes in question.where:
        scope.conditions.append(_one_of(fact.dimensions[name](scope), codes))
    rows = (
        select(*split, *(column.label(f"_{name}") for name, column in entities.items()))
        .select_from(scope.source)
        .where(and_(true(), *scope.conditions))
        .subquery()
    )
    row = {name: rows.c[f"_{name}"] for name in entities}
    keys = [rows.c[name] for name in question.by]
    figures = [
        (aggregates[name](row) if name in aggregates else cast(null(), BigInteger)).label(name) for name in columns
    ]
    chosen = select(_mask(keys).label(GROUPED), *(_typed(key) for key in keys), *figures).select_from(rows)
    if not keys:
        return chosen
    sets = [tuple_(*some) for size in range(len(keys), -1, -1) for some in combinations(keys, size)]
    return chosen.group_by(func.grouping_sets(*sets))


def _one_of(expression: ColumnElement, codes: tuple[str, ...]) -> ColumnElement:
    known = [code for code in codes if code != UNKNOWN]
    if len(known) == len(codes):
        return expression.in_(known)
    return or_(expression.is_(None), expression.in_(known)) if known else expression.is_(None)


def _mask(keys: list[ColumnElement]) -> ColumnElement:
    mask: ColumnElement = literal(0, Integer)
    for place, key in enumerate(reversed(keys)):
        mask = mask + cast(func.grouping(key), Integer) * (1 << place)
    return mask


def _typed(key: ColumnElement) -> ColumnElement:
    kind = Integer if dimension(key.name).kind == "time" else String
    return cast(key, kind).label(key.name)
