"""A question as one SQL statement.

Each fact that the question touches becomes: an inner select with one column for each dimension, filtered;
around it the different things counted, many in a word of bits; around that the aggregates over GROUPING SETS of every
combination of the dimensions, so that each total and subtotal is counted at its own grain (rule 1). The facts are
stacked with UNION ALL and folded into one row for each combination. `grouped` is a bit mask, first dimension
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

from data_access.distinct import bit_of, ones, word_of
from data_access.facts import FACTS, OF_AGE, Fact, Scope
from data_access.measures import PARTS_OF_RATIOS, Aggregate, Distinct, Rows, Sum, dimension, measure
from data_access.period import GRAINS, Cell
from data_access.question import UNKNOWN, Question

GROUPED = "grouped"
_WORD = "word"


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
    together = _counted_together(columns)
    facts = frozenset(fact for fact, _ in together)
    ages = not OF_AGE.isdisjoint({*question.by, *(name for name, _ in question.where)})
    where = tuple((name, tuple(None if code == UNKNOWN else code for code in codes)) for name, codes in question.where)
    shared: dict[str, FromClause] = {}
    parts = []
    for code, aggregates in together:
        fact = FACTS[code]
        scope = Scope(
            question.period,
            cells_of(question, last_days.get(fact.subject)),
            by=question.by,
            where=where,
            facts=facts,
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


def _counted_together(columns: Mapping[str, tuple[str, Aggregate]]) -> list[tuple[str, dict[str, Aggregate]]]:
    """What each select over a fact counts: its sums and things of one kind, then each further kind for itself."""
    found = []
    for fact in dict.fromkeys(fact for fact, _ in columns.values()):
        of_fact = {name: how for name, (code, how) in columns.items() if code == fact}
        kinds = [name for name, how in of_fact.items() if isinstance(how, Distinct)]
        first = {name: how for name, how in of_fact.items() if name not in kinds[1:]}
        found += [(fact, first), *((fact, {name: of_fact[name]}) for name in kinds[1:])]
    return found


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
    keys = [rows.c[name] for name in question.by]
    distinct = [rows.c[name] for name, aggregate in aggregates.items() if isinstance(aggregate, Distinct)]
    sums = [rows.c[name] for name, aggregate in aggregates.items() if isinstance(aggregate, Sum)]
    if distinct:
        found = _counted_once(rows, keys, *distinct, sums)
    else:
        found = _over_all_sets(rows, keys, [], [_sum(column) for column in sums])
    figures = [_typed_figure(found, name, aggregates).label(name) for name in columns]
    return select(found.c[GROUPED], *(_typed(found.c[name]) for name in question.by), *figures)


def _counted_once(
    rows: FromClause, keys: list[ColumnElement], number: ColumnElement, sums: list[ColumnElement]
) -> FromClause:
    """Each different number once at every grain, and the sums beside it."""
    columns = [func.bit_or(bit_of(number)).label(number.name), *(_sum(column) for column in sums)]
    words = select(*keys, word_of(number).label(_WORD), *columns).select_from(rows)
    words = words.group_by(*keys, word_of(number)).subquery()
    keys = [words.c[key.name] for key in keys]
    columns = [func.bit_or(words.c[number.name]).label(number.name), *(_sum(words.c[column.name]) for column in sums)]
    each = _over_all_sets(words, keys, [words.c[_WORD]], columns)
    cell = [each.c[GROUPED], *(each.c[key.name] for key in keys)]
    counted = func.sum(ones(each.c[number.name])).label(number.name)
    return select(*cell, counted, *(_sum(each.c[column.name]) for column in sums)).group_by(*cell).subquery()


def _over_all_sets(
    rows: FromClause, keys: list[ColumnElement], always: list[ColumnElement], figures: list[ColumnElement]
) -> FromClause:
    """Figures of every combination of the keys and of every total over them; `always` are keys without totals."""
    chosen = select(grouping_mask(keys).label(GROUPED), *keys, *always, *figures).select_from(rows)
    if not keys:
        return chosen.group_by(*always).subquery()
    sets = [(*some, *always) for size in range(len(keys), -1, -1) for some in combinations(keys, size)]
    return chosen.group_by(func.grouping_sets(*(tuple_(*one) for one in sets))).subquery()


def _sum(column: ColumnElement) -> ColumnElement:
    return func.sum(column).label(column.name)


def _typed_figure(found: FromClause, name: str, aggregates: Mapping[str, Aggregate]) -> ColumnElement:
    return cast(func.coalesce(found.c[name], 0) if name in aggregates else null(), BigInteger)


def grouping_mask(keys: list[ColumnElement]) -> ColumnElement:
    """A bit for each key, the first highest: set where a row is counted over all its values."""
    mask: ColumnElement = literal(0, Integer)
    for place, key in enumerate(reversed(keys)):
        mask = mask + cast(func.grouping(key), Integer) * (1 << place)
    return mask


def _typed(key: ColumnElement) -> ColumnElement:
    kind = Integer if dimension(key.name).kind == "time" else String
    return cast(key, kind).label(key.name)
