"""How households are split: population, and who lives in them."""

from collections.abc import Callable

from sqlalchemy import (
    ColumnElement,
    FromClause,
    case,
    exists,
    literal,
    select,
)

from data_access.ages import CHILD
from data_access.facts.scope import Expression, Scope
from data_access.facts.tables import tables


def households(scope: Scope) -> FromClause:
    fact = scope.tables.get("payments", scope.tables.get("status_decisions"))
    return scope.join(tables.households, lambda h: h.c.household_id == fact.c.household_id)


def _household_has(
    scope: Scope,
    household_id: ColumnElement,
    present: Callable[[FromClause], ColumnElement],
    who: Callable[[FromClause], ColumnElement],
) -> ColumnElement:
    member, person = tables.memberships.alias(), tables.persons.alias()
    found = exists(
        select(literal(1))
        .select_from(member.join(person, person.c.person_id == member.c.person_id))
        .where(member.c.household_id == household_id, present(member), who(person))
    )
    return case((found, "with"), else_="without")


def household_dimensions(fact: str, present: Callable[[Scope, FromClause], ColumnElement]) -> dict[str, Expression]:
    """Who lives in the household on the day that counts."""

    def has(who: Callable[[Scope, FromClause], ColumnElement]) -> Expression:
        return lambda s: _household_has(s, s.tables[fact].c.household_id, lambda m: present(s, m), lambda p: who(s, p))

    return {
        "children_in_household": has(lambda s, p: ~s.reached(p.c.birth_date, CHILD)),
        "disability_in_household": has(lambda s, p: p.c.disability == "with"),
        "pension_age_in_household": has(lambda s, p: s.reached(p.c.birth_date, None)),
    }
