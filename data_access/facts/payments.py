"""Payments of benefits, the members of the households that got them, and the persons they are for."""

from sqlalchemy import (
    ColumnElement,
    FromClause,
    and_,
    case,
    null,
)

from data_access import schema
from data_access.facts.homes import household_dimensions, households
from data_access.facts.people import MEMBER_DIMENSIONS, person_dimensions, persons
from data_access.facts.scope import Expression, Fact, Scope, open_until
from data_access.facts.spans import day_grains


def _payments(scope: Scope) -> dict[str, ColumnElement]:
    p = scope.start(schema.payments)
    scope.in_period(p.c.payment_date)
    return {"cents": p.c.cents, "household_id": p.c.household_id}


def _present_on_payment(scope: Scope, member: FromClause) -> ColumnElement:
    day = scope.tables["payments"].c.payment_date
    return and_(member.c.valid_from <= day, open_until(member.c.valid_to, day))


def _payment_members(scope: Scope) -> dict[str, ColumnElement]:
    """Members of the household on the payment's date."""
    _payments(scope)
    p = scope.tables["payments"]
    m = scope.join(
        schema.memberships,
        lambda m: and_(m.c.household_id == p.c.household_id, _present_on_payment(scope, m)),
    )
    scope.join(schema.persons, lambda q: q.c.person_id == m.c.person_id)
    return {"person_id": m.c.person_id}


def _payment_recipients(scope: Scope) -> dict[str, ColumnElement]:
    _payments(scope)
    p = scope.tables["payments"]
    scope.join(schema.persons, lambda q: q.c.person_id == p.c.person_id)
    return {"person_id": p.c.person_id}


def _benefit_types(scope: Scope) -> FromClause:
    p = scope.tables["payments"]
    return scope.join(schema.benefit_types, lambda t: t.c.benefit_type == p.c.benefit_type, outer=True)


def _benefits(scope: Scope) -> FromClause:
    types = _benefit_types(scope)
    return scope.join(schema.benefits, lambda b: b.c.benefit == types.c.benefit, outer=True)


def _yes_no(value: ColumnElement) -> ColumnElement:
    return case((value.is_(None), null()), (value, "yes"), else_="no")


_PAYMENT_DIMENSIONS: dict[str, Expression] = {
    **day_grains(lambda s: s.tables["payments"].c.payment_date),
    "benefit_group": lambda s: _benefits(s).c.benefit_group,
    "benefit": lambda s: _benefit_types(s).c.benefit,
    "benefit_type": lambda s: s.tables["payments"].c.benefit_type,
    "income_tested": lambda s: _yes_no(_benefits(s).c.income_tested),
    "social_assistance": lambda s: _yes_no(_benefits(s).c.social_assistance),
    "form": lambda s: s.tables["payments"].c.form,
    "status": lambda s: s.tables["payments"].c.status,
    "population": lambda s: households(s).c.population,
    "territory": lambda s: s.tables["payments"].c.territory,
    **household_dimensions("payments", _present_on_payment),
}


FACTS = (
    Fact("payments", "assistance", _payments, _PAYMENT_DIMENSIONS),
    Fact("payment_members", "assistance", _payment_members, {**_PAYMENT_DIMENSIONS, **MEMBER_DIMENSIONS}),
    Fact(
        "payment_recipients",
        "assistance",
        _payment_recipients,
        {**_PAYMENT_DIMENSIONS, **person_dimensions(persons)},
    ),
)
