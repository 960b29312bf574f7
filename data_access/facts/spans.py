"""Days and spans of days in SQL: calendar cells, inclusive and open ends, overlap (rule 2)."""

from collections.abc import Callable

from sqlalchemy import (
    ColumnElement,
    FromClause,
    Integer,
    Select,
    and_,
    case,
    cast,
    extract,
    func,
    literal,
    or_,
    select,
)

from data_access.facts.scope import Expression, Scope, open_until
from data_access.period import GRAINS


def day_grains(day: Callable[[Scope], ColumnElement]) -> dict[str, Expression]:
    """Calendar cells of a day, as the numbers of `period.cell_key`: whole ones, as DuckDB divides into fractions."""

    def part(scope: Scope, name: str) -> ColumnElement:
        return cast(extract(name, day(scope)), Integer)

    def year(scope: Scope) -> ColumnElement:
        return part(scope, "year")

    return {
        "year": year,
        "half_year": lambda s: year(s) * 10 + case((part(s, "month") <= 6, 1), else_=2),
        "quarter": lambda s: year(s) * 10 + part(s, "quarter"),
        "month": lambda s: year(s) * 100 + part(s, "month"),
    }


CELL_GRAINS: dict[str, Expression] = {grain: (lambda s, grain=grain: s.cell.c[grain]) for grain in GRAINS}


def overlap(a: FromClause, b: FromClause) -> ColumnElement:
    """Two spans with inclusive ends share a day."""
    return and_(open_until(a.c.valid_to, b.c.valid_from), open_until(b.c.valid_to, a.c.valid_from))


def apart(spans: FromClause) -> Select:
    """The same days of households in spans of which no two share one: each without the days that earlier ones have.

    `spans` have days as their ends.
    """
    earlier = {"partition_by": spans.c.household_id, "order_by": (spans.c.valid_from, spans.c.valid_to)}
    reached = func.max(spans.c.valid_to).over(**earlier, rows=(None, -1)).label("reached")
    rows = select(*spans.c, reached).subquery()
    follows = func.greatest(rows.c.valid_from, func.coalesce(rows.c.reached + literal(1, Integer), rows.c.valid_from))
    more = or_(rows.c.reached.is_(None), rows.c.valid_to > rows.c.reached)
    return select(rows.c.household_id, follows.label("valid_from"), rows.c.valid_to).where(more)
