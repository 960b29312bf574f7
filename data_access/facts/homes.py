"""How households are split: population, and who lives in them."""

from collections.abc import Callable
from datetime import date

from sqlalchemy import (
    ColumnElement,
    Date,
    FromClause,
    Integer,
    and_,
    case,
    func,
    literal,
    select,
)

from data_access.ages import CHILD
from data_access.facts.scope import Expression, Scope
from data_access.facts.spans import apart
from data_access.facts.tables import tables

_DAY = literal(1, Integer)


def households(scope: Scope) -> FromClause:
    fact = scope.tables.get("payments", scope.tables.get("status_decisions"))
    return scope.join(tables.households, lambda h: h.c.household_id == fact.c.household_id)


def household_dimensions(
    fact: str, present: Callable[[Scope, FromClause], ColumnElement], added_up: bool
) -> dict[str, Expression]:
    """Who lives in the household on a day that counts: `present` says whether a span of days has one.

    Records that are `added_up`, not counted as different things, meet one span at most.
    """

    def has(name: str) -> Expression:
        def found(scope: Scope) -> ColumnElement:
            household_id = scope.tables[fact].c.household_id
            days = scope.join(
                _days_with(scope, name, added_up),
                lambda d: and_(d.c.household_id == household_id, present(scope, d)),
                outer=True,
            )
            return case((days.c.household_id.is_(None), "without"), else_="with")

        return found

    return {name: has(name) for name in _WHO}


# ── the days on which somebody of a kind lives in a household ────────────────────────────────────

# Of a member and the person: the first and the last day on which the member is one of the kind, and who can be at all.
_Member = tuple[ColumnElement, ColumnElement, ColumnElement]


def _last_day(member: FromClause) -> ColumnElement:
    return func.coalesce(member.c.valid_to, literal(date.max, Date))


def _child(scope: Scope, member: FromClause, person: FromClause) -> _Member:
    last_of_childhood = scope.reaches(person.c.birth_date, CHILD) - _DAY
    days = member.c.valid_from, func.least(_last_day(member), last_of_childhood)
    return *days, person.c.birth_date.is_not(None)


def _with_disability(scope: Scope, member: FromClause, person: FromClause) -> _Member:
    return member.c.valid_from, _last_day(member), person.c.disability == "with"


def _of_pension_age(scope: Scope, member: FromClause, person: FromClause) -> _Member:
    days = func.greatest(member.c.valid_from, scope.reaches(person.c.birth_date, None)), _last_day(member)
    return *days, person.c.birth_date.is_not(None)


_WHO: dict[str, Callable[[Scope, FromClause, FromClause], _Member]] = {
    "children_in_household": _child,
    "disability_in_household": _with_disability,
    "pension_age_in_household": _of_pension_age,
}


def _days_with(scope: Scope, name: str, once: bool) -> FromClause:
    """Spans of days on which somebody of a kind lives in a household; each of its days `once` where that is needed,
    as it takes half of the time of a question about one year.

    They are found for each household: looked up for each of 16 million payments it takes 6.2 s of a processor, so 1.1.
    """
    key = f"{name}{'_on_date' if scope.stock else ''}{'_once' if once else ''}"
    if key not in scope.shared:
        member, person = tables.memberships.alias(), tables.persons.alias()
        first, last, can_be = _WHO[name](scope, member, person)
        start, end = literal(scope.period.start, Date), literal(scope.period.end, Date)
        of_kind = select(member.c.household_id, first.label("valid_from"), last.label("valid_to"))
        of_kind = of_kind.select_from(member.join(person, person.c.person_id == member.c.person_id))
        of_kind = of_kind.where(first < end, last >= start, first <= last, can_be)
        scope.shared[key] = (apart(of_kind.subquery()) if once else of_kind).cte(key)
    return scope.shared[key]
