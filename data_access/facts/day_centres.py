"""Visits to day-centre branches (rule 8)."""

from sqlalchemy import (
    ColumnElement,
    FromClause,
)

from data_access.facts.people import person_dimensions, persons
from data_access.facts.scope import Expression, Fact, Scope
from data_access.facts.spans import day_grains
from data_access.facts.tables import tables


def _visits(scope: Scope) -> dict[str, ColumnElement]:
    v = scope.start(tables.visits)
    scope.in_period(v.c.visit_date)
    scope.person_id = v.c.person_id
    return {"visit_id": v.c.visit_id, "person_id": v.c.person_id}


def _branches(scope: Scope) -> FromClause:
    v = scope.tables["visits"]
    return scope.join(tables.branches, lambda b: b.c.branch == v.c.branch)


def _visit_activities(scope: Scope) -> FromClause:
    v = scope.tables["visits"]
    return scope.join(tables.visit_activities, lambda a: a.c.visit_id == v.c.visit_id, outer=True)


_VISIT_DIMENSIONS: dict[str, Expression] = {
    **day_grains(lambda s: s.tables["visits"].c.visit_date),
    **person_dimensions(persons),
    "population": lambda s: persons(s).c.population,
    "centre": lambda s: _branches(s).c.centre,
    "branch": lambda s: s.tables["visits"].c.branch,
    "service_activity": lambda s: _visit_activities(s).c.service_activity,
}


FACTS = (Fact("visits", "day_centres", _visits, _VISIT_DIMENSIONS),)
