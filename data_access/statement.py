"""A question as one SQL statement.

Each fact that the question touches becomes: an inner select with one column for each dimension, filtered; around it
what is counted at every grain (`grains.py`), so that each total and subtotal is counted for itself (rule 1). The facts
are stacked with UNION ALL and folded into one row for each combination. `grouped` is a bit mask, first dimension
highest: a set bit means "over all values".

Members of households are counted through these where that pays (`Through`): whoever was one all the time counts
wherever the household does, and only the few who came or went are looked up payment by payment.
"""

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, replace
from datetime import date

from sqlalchemy import (
    BigInteger,
    ColumnElement,
    FromClause,
    Integer,
    Select,
    String,
    cast,
    func,
    null,
    select,
    union_all,
)

from data_access.facts import FACTS, OF_AGE, OF_OWN_AGE, Fact, Scope
from data_access.grains import GROUPED, UNIT, Carried, at_every_grain, counted_once
from data_access.measures import PARTS_OF_RATIOS, Aggregate, Distinct, Rows, dimension, measure
from data_access.period import GRAINS, Cell
from data_access.question import UNKNOWN, Question

# Members are found one by one in up to so many calendar cells: of 13 years by year that takes 5.2 s of a processor at
# 16 million payments and 3.7 through their households, but at 400 000 only 100 ms and not 130; by month 14 s and 4.9.
FEW_CELLS = 24

Begin = Callable[[Scope], dict[str, ColumnElement]]


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
    used = _asked(question)
    return {
        name: (fact, how.aggregate(used) if isinstance(how, Rows) else how) for name, (fact, how) in columns.items()
    }


@dataclass(frozen=True)
class _Part:
    """One select of a statement: what is counted over a fact. `through` is counted besides by the fact's things: the
    name of a measure and the fact it is of."""

    fact: Fact
    counts: Mapping[str, Aggregate]
    begin: Begin
    through: tuple[str, Fact] | None = None

    @property
    def of(self) -> set[str]:
        """The measures that it has figures of."""
        return {*self.counts, *([self.through[0]] if self.through else [])}


def statement(question: Question, last_days: Mapping[str, date]) -> Select:
    """The statement that answers a question: columns `grouped`, the dimensions, and those of `counted`.

    `last_days`: for each subject the last day that its data reach.
    """
    columns = counted(question)
    where = tuple((name, tuple(None if code == UNKNOWN else code for code in codes)) for name, codes in question.where)
    parts = _parts(question, columns)
    begun = {part.fact.code for part in parts if part.begin is part.fact.begin}
    shared: dict[str, FromClause] = {}

    def scope_of(fact: Fact) -> Scope:
        return Scope(
            question.period,
            cells_of(question, last_days.get(fact.subject)),
            by=question.by,
            where=where,
            each_year=question.ages == "each_year",
            with_ages=not OF_OWN_AGE.isdisjoint(_asked(question)),
            facts=begun,
            shared=shared,
        )

    selects = [_select(question, part, scope_of, list(columns)) for part in parts]
    if len(selects) == 1:
        return selects[0]
    stacked = union_all(*selects).subquery()
    keys = [stacked.c[GROUPED], *(stacked.c[name] for name in question.by)]
    folded = [cast(func.sum(stacked.c[name]), BigInteger).label(name) for name in columns]
    return select(*keys, *folded).group_by(*keys)


def _asked(question: Question) -> set[str]:
    return {*question.by, *(name for name, _ in question.where)}


def _parts(question: Question, columns: Mapping[str, tuple[str, Aggregate]]) -> list[_Part]:
    """What each select over a fact counts: its sums and things of one kind, then each further kind for itself."""
    found = []
    for code in dict.fromkeys(code for code, _ in columns.values()):
        fact = FACTS[code]
        of_fact = {name: how for name, (of, how) in columns.items() if of == code}
        kinds = [name for name, how in of_fact.items() if isinstance(how, Distinct)]
        first = {name: how for name, how in of_fact.items() if name not in kinds[1:]}
        found += [_Part(fact, counts, fact.begin) for counts in (first, *({name: of_fact[name]} for name in kinds[1:]))]
    for part in [part for part in found if _goes_through(question, part.fact)]:
        units = FACTS[part.fact.through.fact]
        carrier = next((one for one in found if one.fact is units), _Part(units, {}, units.begin))
        [name] = part.counts
        found = [one for one in found if one not in (part, carrier)]
        found += [replace(part, begin=part.fact.through.rest), replace(carrier, through=(name, part.fact))]
    return found


def _goes_through(question: Question, fact: Fact) -> bool:
    """Whether what a fact counts is counted through the things of another: where there are many calendar cells. To find
    out who can be takes as long as a dozen cells do. Ages of each year, or of each last day of a cell, are several of
    one person."""
    if fact.through is None:
        return False
    grain, own = finest_grain(question.by), _asked(question) - FACTS[fact.through.fact].dimensions.keys()
    cells = len(question.period.cells(grain)) if grain else 1
    several_ages = question.ages == "each_year" or any(measure(code).stock for code in question.measures)
    return cells > FEW_CELLS and not (several_ages and own & OF_AGE)


def _select(question: Question, part: _Part, scope_of: Callable[[Fact], Scope], columns: list[str]) -> Select:
    fact, scope = part.fact, scope_of(part.fact)
    entities = part.begin(scope)
    names = [name for name in question.by if name in fact.dimensions]
    split = [scope.value(fact.dimensions, name).label(name) for name in names]
    scope.filter(fact.dimensions)
    columns_of = {name: aggregate.of(entities) for name, aggregate in part.counts.items()}
    distinct = [name for name, aggregate in part.counts.items() if isinstance(aggregate, Distinct)]
    carried = None
    if part.through:
        _, carried_fact = part.through
        carried = _carried(question, part, scope_of(carried_fact))
        if not distinct:
            distinct = [UNIT]
            columns_of[UNIT] = entities[carried_fact.through.unit]
    rows = select(*split, *(of.label(name) for name, of in columns_of.items()))
    rows = rows.select_from(scope.source).where(*scope.conditions).subquery()
    sums = [name for name in columns_of if name not in distinct]
    if distinct:
        found = counted_once(question.by, rows, names, distinct[0], sums, carried)
    else:
        found = at_every_grain(question.by, rows, names, sums)
    figures = [_typed_figure(found, name, part.of).label(name) for name in columns]
    return select(found.c[GROUPED], *(_typed(found.c[name]) for name in question.by), *figures)


def _carried(question: Question, part: _Part, scope: Scope) -> Carried:
    """What is counted through the things of a part: a row for each, its unit and the splits that the part lacks."""
    name, fact = part.through
    unit = fact.through.constant(scope)
    own = [dim for dim in question.by if dim not in part.fact.dimensions]
    split = [scope.value(fact.dimensions, dim).label(dim) for dim in own]
    scope.filter(fact.dimensions)
    rows = select(unit.label(UNIT), *split).select_from(scope.source).where(*scope.conditions).subquery()
    return Carried(name, own, rows, alone=not part.counts)


def _typed_figure(found: FromClause, name: str, of: Collection[str]) -> ColumnElement:
    return cast(func.coalesce(found.c[name], 0) if name in of else null(), BigInteger)


def _typed(key: ColumnElement) -> ColumnElement:
    kind = Integer if dimension(key.name).kind == "time" else String
    return cast(key, kind).label(key.name)
