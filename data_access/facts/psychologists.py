"""Psychologists' consultations and clients, with both ways of counting problem areas (rule 6)."""

from sqlalchemy import (
    BigInteger,
    ColumnElement,
    Date,
    FromClause,
    and_,
    case,
    cast,
    func,
    literal,
    null,
    select,
)

from data_access.facts.people import age_class, person_dimensions, persons
from data_access.facts.scope import Expression, Fact, Scope, open_until
from data_access.facts.spans import day_grains
from data_access.facts.tables import tables

# What these say of a client depends on all days of the period.
OF_WHOLE_PERIOD = frozenset({"problem_area", "problem_category"})


def _consultations(scope: Scope) -> dict[str, ColumnElement]:
    c = scope.start(tables.consultations)
    scope.in_period(c.c.consultation_date)
    scope.person_id = c.c.person_id
    return {
        "consultation_id": c.c.consultation_id,
        "person_id": c.c.person_id,
        "attendance": c.c.attendance,
    }


def _areas_in_period(scope: Scope, areas: FromClause) -> ColumnElement:
    return and_(
        areas.c.valid_from < literal(scope.period.end, Date),
        open_until(areas.c.valid_to, literal(scope.period.start, Date)),
    )


def _problem_area(scope: Scope) -> ColumnElement:
    """Rule 6, each area: a client stands in every area that was theirs on a day of the period."""
    areas = scope.join(
        tables.client_problem_areas,
        lambda a: and_(a.c.person_id == scope.person_id, _areas_in_period(scope, a)),
        outer=True,
    )
    return areas.c.problem_area


def _problem_category(scope: Scope) -> ColumnElement:
    """Rule 6, the report's categories: the set of a client's areas in the period names exactly one row.

    One area that the list of the client's age does not have is a row by its own name.
    """
    if "client_area_sets" not in scope.tables:
        a, b = tables.client_problem_areas.alias(), tables.problem_areas.alias()
        sets = (
            select(a.c.person_id, cast(func.sum(b.c.bit.distinct()), BigInteger).label("bits"))
            .select_from(a.join(b, b.c.problem_area == a.c.problem_area))
            .where(_areas_in_period(scope, a))
            .group_by(a.c.person_id)
            .subquery()
        )
        person = persons(scope)
        scope.source = scope.source.join(sets, sets.c.person_id == person.c.person_id, isouter=True)
        scope.tables["client_area_sets"] = sets
        scope.join(
            tables.problem_categories,
            lambda k: and_(k.c.bits == sets.c.bits, k.c.age_class == age_class(scope, person.c.birth_date)),
            outer=True,
        )
    sets, categories = scope.tables["client_area_sets"], scope.tables["problem_categories"]
    single = scope.join(tables.problem_areas, lambda one: one.c.bit == sets.c.bits, outer=True)
    return case(
        (sets.c.bits.is_(None), null()),
        # The report has a list for children and one for adults: without an age there is none to look in.
        (persons(scope).c.birth_date.is_(None), null()),
        else_=func.coalesce(categories.c.problem_category, single.c.problem_area, "combined_problems"),
    )


def _psychologists(scope: Scope) -> FromClause:
    c = scope.tables["consultations"]
    return scope.join(tables.psychologists, lambda p: p.c.psychologist == c.c.psychologist, outer=True)


_CONSULTATION_DIMENSIONS: dict[str, Expression] = {
    **day_grains(lambda s: s.tables["consultations"].c.consultation_date),
    **person_dimensions(persons),
    "population": lambda s: persons(s).c.population,
    "attendance": lambda s: s.tables["consultations"].c.attendance,
    "psychologist": lambda s: s.tables["consultations"].c.psychologist,
    "workload": lambda s: _psychologists(s).c.workload,
    "problem_area": _problem_area,
    "problem_category": _problem_category,
}


def _functions(scope: Scope) -> dict[str, ColumnElement]:
    f = scope.start(tables.psychologist_functions)
    scope.in_period(f.c.function_date)
    return {"function_id": f.c.function_id, "person_id": f.c.person_id}


_FUNCTION_DIMENSIONS: dict[str, Expression] = {
    **day_grains(lambda s: s.tables["psychologist_functions"].c.function_date),
    "psychologist_function": lambda s: s.tables["psychologist_functions"].c.psychologist_function,
}


FACTS = (
    Fact("consultations", "psychologists", _consultations, _CONSULTATION_DIMENSIONS),
    Fact("psychologist_functions", "psychologists", _functions, _FUNCTION_DIMENSIONS),
)
