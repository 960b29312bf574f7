"""Payments of benefits, the households that got them, and the persons they are for."""

from sqlalchemy import (
    ColumnElement,
    FromClause,
    Integer,
    and_,
    case,
    literal,
    null,
    select,
)

from data_access.facts.homes import household_dimensions, households
from data_access.facts.people import person_dimensions, persons
from data_access.facts.scope import Expression, Fact, Scope, open_until
from data_access.facts.spans import day_grains
from data_access.facts.tables import tables


def _payments(scope: Scope) -> dict[str, ColumnElement]:
    p = start_payments(scope)
    return {"cents": p.c.cents, "payments": literal(1, Integer), "household_id": p.c.household_id}


def start_payments(scope: Scope) -> FromClause:
    """Begin with the payments of the period."""
    p = scope.start(tables.payments)
    scope.in_period(p.c.payment_date)
    return p


def present_on(member: FromClause, day: ColumnElement) -> ColumnElement:
    """Whether a membership, or another span, has a day."""
    return and_(member.c.valid_from <= day, open_until(member.c.valid_to, day))


def _on_payment(scope: Scope, span: FromClause) -> ColumnElement:
    return present_on(span, scope.tables["payments"].c.payment_date)


def _payment_recipients(scope: Scope) -> dict[str, ColumnElement]:
    p = start_payments(scope)
    scope.conditions.append(p.c.person_id.is_not(None))
    scope.person_id = p.c.person_id
    return {"person_id": p.c.person_id}


def _kinds() -> FromClause:
    """Each type of a benefit with what is known of its benefit."""
    one, whole = tables.benefit_types, tables.benefits
    of_benefit = (whole.c.benefit_group, whole.c.income_tested, whole.c.social_assistance)
    found = select(one.c.benefit_type, one.c.benefit, *of_benefit)
    return found.select_from(one.join(whole, one.c.benefit == whole.c.benefit, isouter=True)).subquery("kinds")


# One table for the payments to meet instead of two: two thirds of the time of social assistance by year.
_KINDS = _kinds()


def _kind(scope: Scope) -> FromClause:
    p = scope.tables["payments"]
    return scope.join(_KINDS, lambda kind: kind.c.benefit_type == p.c.benefit_type, outer=True)


def _yes_no(value: ColumnElement) -> ColumnElement:
    return case((value.is_(None), null()), (value, "yes"), else_="no")


PAYMENT_DIMENSIONS: dict[str, Expression] = {
    **day_grains(lambda s: s.tables["payments"].c.payment_date),
    "benefit_group": lambda s: _kind(s).c.benefit_group,
    "benefit": lambda s: _kind(s).c.benefit,
    "benefit_type": lambda s: s.tables["payments"].c.benefit_type,
    "income_tested": lambda s: _yes_no(_kind(s).c.income_tested),
    "social_assistance": lambda s: _yes_no(_kind(s).c.social_assistance),
    "form": lambda s: s.tables["payments"].c.form,
    "status": lambda s: s.tables["payments"].c.status,
    "population": lambda s: households(s).c.population,
    "territory": lambda s: s.tables["payments"].c.territory,
    **household_dimensions("payments", _on_payment, added_up=True),
}


FACTS = (
    Fact("payments", "assistance", _payments, PAYMENT_DIMENSIONS),
    Fact(
        "payment_recipients",
        "assistance",
        _payment_recipients,
        {**PAYMENT_DIMENSIONS, **person_dimensions(persons)},
    ),
)
