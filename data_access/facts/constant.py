"""Members of households who were there all the time that a question is about, whom their household stands for; and all
others, who have to be looked up at each record of it.

`days` gives the households that the question is about, with the first and the last day of their records; `of` names
those records, as one question may be about several.
"""

from collections.abc import Callable, Mapping
from dataclasses import replace

from sqlalchemy import ColumnElement, FromClause, Integer, and_, exists, func, literal, or_, select

from data_access.facts.people import OF_ACTIVITY
from data_access.facts.scope import MOST_OF_A_UNIT, Expression, Scope, open_until
from data_access.facts.tables import tables

Days = Callable[[Scope], FromClause]


def begin_constant(scope: Scope, of: str, days: Days, filtered: Mapping[str, Expression]) -> ColumnElement:
    """Begins with a row for each of those who were there all the time; their household. By `filtered` dimensions the
    records of the household are chosen already."""
    constant = _constant(scope, of, days)
    scope.source = scope.tables["memberships"] = constant
    scope.filtered, scope.person_id = filtered.keys(), constant.c.person_id
    return constant.c.household_id


def others(scope: Scope, of: str, days: Days, dimensions: Mapping[str, Expression]) -> FromClause:
    """The memberships of all others, those that the question is about, with their own `dimensions` that it splits by:
    found here, not for each of their records."""
    met, constant = _met(scope, of, days), _constant(scope, of, days)
    each = met.alias()
    here = replace(scope, tables={"memberships": each}, source=each, person_id=each.c.person_id, conditions=[])
    here.conditions.append(~exists(select(literal(1)).where(constant.c.person_id == each.c.person_id)))
    here.filter(dimensions)
    split = [here.value(dimensions, name).label(name) for name in scope.by if name in dimensions]
    found = select(each.c.household_id, each.c.person_id, each.c.valid_from, each.c.valid_to, *split)
    found = found.select_from(here.source).where(*here.conditions)
    return found.cte(f"{of}_others").prefix_with("MATERIALIZED")


def _met(scope: Scope, of: str, days: Days) -> FromClause:
    """Memberships that have a day between the first and the last record of their household, these days included: all
    others count nowhere."""
    name = f"{of}_memberships"
    if name not in scope.shared:
        whole = days(scope)
        m = tables.memberships.alias()
        meets = and_(
            m.c.household_id == whole.c.household_id,
            m.c.valid_from <= whole.c.last_day,
            open_until(m.c.valid_to, whole.c.first_day),
        )
        columns = (m.c.household_id, m.c.person_id, m.c.activity, m.c.valid_from, m.c.valid_to)
        met = select(*columns, whole.c.first_day, whole.c.last_day).select_from(m.join(whole, meets))
        scope.shared[name] = met.cte(name).prefix_with("MATERIALIZED")
    return scope.shared[name]


def _constant(scope: Scope, of: str, days: Days) -> FromClause:
    """Persons who were members of one household only, from its first record to its last without a day between.

    A change of activity ends a membership and begins the next, which is no break, unless the question is about
    activities: of those such a person has several.
    """
    name = f"{of}_constant"
    if name not in scope.shared:
        met = _met(scope, of, days)
        earlier = {"partition_by": met.c.person_id, "order_by": met.c.valid_from}
        rows = select(
            *met.c,
            func.lag(met.c.household_id).over(**earlier).label("household_before"),
            func.lag(met.c.valid_to).over(**earlier).label("last_before"),
        ).subquery()
        follows = or_(rows.c.last_before.is_(None), rows.c.valid_from <= rows.c.last_before + literal(1, Integer))
        unbroken = or_(rows.c.household_before.is_(None), and_(rows.c.household_before == rows.c.household_id, follows))
        persons = (
            select(
                rows.c.person_id,
                func.min(rows.c.household_id).label("household_id"),
                func.min(rows.c.activity).label("activity"),
            )
            .group_by(rows.c.person_id)
            .having(
                func.bool_and(unbroken),
                func.min(rows.c.valid_from) <= func.min(rows.c.first_day),
                func.bool_or(open_until(rows.c.valid_to, rows.c.last_day)),
                *([] if OF_ACTIVITY.isdisjoint(scope.asked) else [func.count() == 1]),
            )
            .subquery()
        )
        in_household = func.count().over(partition_by=persons.c.household_id).label("in_household")
        sized = select(*persons.c, in_household).subquery()
        found = select(sized.c.person_id, sized.c.household_id, sized.c.activity)
        found = found.where(sized.c.in_household <= MOST_OF_A_UNIT)
        scope.shared[name] = found.cte(name).prefix_with("MATERIALIZED")
    return scope.shared[name]
