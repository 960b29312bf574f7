"""Status decisions: households and members in a period or on a day, and decisions begun and ended (rules 5, 7)."""

from collections.abc import Callable
from dataclasses import replace

from sqlalchemy import (
    ColumnElement,
    FromClause,
    Integer,
    and_,
    exists,
    func,
    literal,
    select,
)

from data_access.facts.constant import begin_constant, others
from data_access.facts.homes import household_dimensions, households
from data_access.facts.people import MEMBER_DIMENSIONS
from data_access.facts.scope import Expression, Fact, Scope, Through, open_until
from data_access.facts.spans import CELL_GRAINS, day_grains, overlap
from data_access.facts.tables import tables

_KEPT = ("household_id", "status")


def _statuses(stock: bool) -> Callable[[Scope], dict[str, ColumnElement]]:
    """Decisions in force on at least one day of each cell; for a stock, on its last day."""

    def begin(scope: Scope) -> dict[str, ColumnElement]:
        d = scope.start_spans(tables.status_decisions, _KEPT, stock, _OF_HOUSEHOLD)
        return {"household_id": d.c.household_id}

    return begin


def _with_status(scope: Scope, span: FromClause) -> ColumnElement:
    """On a day of the cell on which the decision is in force."""
    return overlap(span, scope.tables["status_decisions"])


def _status_members(stock: bool) -> Callable[[Scope], dict[str, ColumnElement]]:
    def begin(scope: Scope) -> dict[str, ColumnElement]:
        _statuses(stock)(scope)
        return _with_members(scope, tables.memberships.alias())

    return begin


def _with_members(scope: Scope, members: FromClause) -> dict[str, ColumnElement]:
    there = and_(members.c.household_id == scope.source.c.household_id, _with_status(scope, members))
    scope.source, scope.tables["memberships"] = scope.source.join(members, there), members
    scope.person_id = members.c.person_id
    return {"person_id": members.c.person_id}


def _through(stock: bool) -> Through:
    """By their households: whoever is a member from the first day of a decision that counts to the last."""
    of, fact = ("on_date", "statuses_on_date") if stock else ("in_force", "statuses")

    def days(scope: Scope) -> FromClause:
        d = replace(scope, tables={}).start_spans(tables.status_decisions, _KEPT, stock, _OF_HOUSEHOLD)
        ends = func.min(d.c.valid_from).label("first_day"), func.max(d.c.valid_to).label("last_day")
        return select(d.c.household_id, *ends).group_by(d.c.household_id).subquery()

    def rest(scope: Scope) -> dict[str, ColumnElement]:
        members = others(scope, of, days, MEMBER_DIMENSIONS)
        _statuses(stock)(scope)
        scope.ready |= {name: members.c[name] for name in scope.by if name in MEMBER_DIMENSIONS}
        scope.filtered = MEMBER_DIMENSIONS.keys()
        return _with_members(scope, members)

    return Through(fact, "household_id", lambda scope: begin_constant(scope, of, days, _STATUS_DIMENSIONS), rest)


def _residences(scope: Scope) -> FromClause:
    """Rule 7: where the household lives on a day of the cell on which the decision is in force, and, where
    members are counted, on which the member is one: three spans that meet pairwise share a day."""
    d = scope.tables["status_decisions"]
    spans = [d, scope.tables["memberships"]] if "memberships" in scope.tables else [d]
    return scope.join(
        tables.residences,
        lambda r: and_(
            r.c.household_id == d.c.household_id,
            *(overlap(r, span) for span in spans),
        ),
        outer=True,
    )


_OF_HOUSEHOLD = household_dimensions("status_decisions", _with_status, added_up=False)

_STATUS_DIMENSIONS: dict[str, Expression] = {
    **CELL_GRAINS,
    "status": lambda s: s.tables["status_decisions"].c.status,
    "population": lambda s: households(s).c.population,
    "territory": lambda s: _residences(s).c.territory,
    **_OF_HOUSEHOLD,
}


def _decisions_begun(scope: Scope) -> dict[str, ColumnElement]:
    d = scope.start(tables.status_decisions)
    scope.in_period(d.c.valid_from)
    return {"decision_kind": d.c.decision_kind, "household_id": d.c.household_id}


def _decisions_ended(scope: Scope) -> dict[str, ColumnElement]:
    """Last decisions: none of the same status and household begins by the day after."""
    d = scope.start(tables.status_decisions)
    scope.in_period(d.c.valid_to)
    after = tables.status_decisions.alias()
    scope.conditions.append(
        ~exists(
            select(literal(1)).where(
                after.c.household_id == d.c.household_id,
                after.c.status == d.c.status,
                after.c.valid_from > d.c.valid_from,
                after.c.valid_from <= d.c.valid_to + literal(1, Integer),
            )
        )
    )
    return {"decision_id": d.c.decision_id, "household_id": d.c.household_id}


def _decision_dimensions(day: str) -> dict[str, Expression]:
    def on_day(scope: Scope) -> FromClause:
        d = scope.tables["status_decisions"]
        return scope.join(
            tables.residences,
            lambda r: and_(
                r.c.household_id == d.c.household_id,
                r.c.valid_from <= d.c[day],
                open_until(r.c.valid_to, d.c[day]),
            ),
            outer=True,
        )

    return {
        **day_grains(lambda s: s.tables["status_decisions"].c[day]),
        "status": lambda s: s.tables["status_decisions"].c.status,
        "population": lambda s: households(s).c.population,
        "territory": lambda s: on_day(s).c.territory,
    }


_OF_MEMBERS = {**_STATUS_DIMENSIONS, **MEMBER_DIMENSIONS}

FACTS = (
    Fact("statuses", "status", _statuses(stock=False), _STATUS_DIMENSIONS),
    Fact("status_members", "status", _status_members(stock=False), _OF_MEMBERS, _through(stock=False)),
    Fact("statuses_on_date", "status", _statuses(stock=True), _STATUS_DIMENSIONS),
    Fact("status_members_on_date", "status", _status_members(stock=True), _OF_MEMBERS, _through(stock=True)),
    Fact("decisions_begun", "status", _decisions_begun, _decision_dimensions("valid_from")),
    Fact("decisions_ended", "status", _decisions_ended, _decision_dimensions("valid_to")),
)
