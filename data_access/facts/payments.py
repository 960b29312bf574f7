"""Payments of benefits, the households that got them, and the persons they are for."""

from collections.abc import Sequence

from sqlalchemy import (
    BigInteger,
    ColumnElement,
    FromClause,
    Integer,
    Select,
    and_,
    case,
    cast,
    func,
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
    if "payment_members" in scope.facts:
        paid = scope.source = households_paid(scope)
        scope.ready, scope.filtered = {name: paid.c[name] for name in split_by(scope)}, PAYMENT_DIMENSIONS.keys()
        return {name: paid.c[name] for name in ("cents", "payments", "household_id")}
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


def split_by(scope: Scope) -> list[str]:
    """What the question splits payments by."""
    return [name for name in scope.by if name in PAYMENT_DIMENSIONS]


def chosen_payments(scope: Scope, *, of: FromClause | None = None, split: bool = True) -> FromClause:
    """The payments that the question is about: their household, day and sum and, with `split`, what it splits them by.

    `of` has the households of which alone they are wanted: chosen first, in a CTE, as planners join all 16 million with
    what the splits need before they leave out any.
    """
    each = Scope(scope.period, scope.cells, scope.by, scope.where, each_year=scope.each_year, shared=scope.shared)
    p = start_payments(each)
    if of is not None:
        chosen = select(*p.c).where(*each.conditions, p.c.household_id.in_(select(of.c.household_id)))
        p = chosen.cte("their_payments").prefix_with("MATERIALIZED")
        each.source = each.tables["payments"] = p
        each.conditions.clear()
        each.day = p.c.payment_date
    each.filter(PAYMENT_DIMENSIONS)
    by = [PAYMENT_DIMENSIONS[name](each).label(name) for name in split_by(scope)] if split else []
    chosen = select(*by, p.c.household_id, p.c.payment_date, p.c.cents)
    return chosen.select_from(each.source).where(*each.conditions).subquery()


def days_paid(payments: FromClause, by: Sequence[str], *figures: ColumnElement) -> Select:
    """Households, in each combination of some dimensions, with the first and the last day of their payments."""
    keys = [payments.c[name] for name in (*by, "household_id")]
    days = (func.min(payments.c.payment_date).label("first_day"), func.max(payments.c.payment_date).label("last_day"))
    return select(*keys, *days, *figures).group_by(*keys)


def households_paid(scope: Scope) -> FromClause:
    """Households in each combination of what the question splits payments by: the days of the payments and, where they
    are counted too, their sum and number. Found once for payments and members, an eighth of the time of both."""
    name = "households_paid"
    if name not in scope.shared:
        payments = chosen_payments(scope)
        figures = (cast(func.sum(payments.c.cents), BigInteger).label("cents"), func.count().label("payments"))
        paid = days_paid(payments, split_by(scope), *(figures if "payments" in scope.facts else ()))
        scope.shared[name] = paid.cte(name).prefix_with("MATERIALIZED")
    return scope.shared[name]


FACTS = (
    Fact("payments", "assistance", _payments, PAYMENT_DIMENSIONS),
    Fact(
        "payment_recipients",
        "assistance",
        _payment_recipients,
        {**PAYMENT_DIMENSIONS, **person_dimensions(persons)},
    ),
)
