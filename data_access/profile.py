"""Records by month, and things of which something is not known by year: one scan of each fact, not a question for each.

What is counted and how a dimension is found is declared where questions take it from (`measures.py`, `facts/`), so that
a number here equals that of a question; but marks stand on every page and have to be quick.
"""

from datetime import timedelta

from sqlalchemy import (
    BigInteger,
    ColumnElement,
    Integer,
    Select,
    and_,
    case,
    cast,
    exists,
    extract,
    func,
    literal,
    null,
    select,
)

from data_access import schema
from data_access.facts import FACTS, Scope
from data_access.measures import Distinct, measure
from data_access.period import Period

# For each subject the fact whose rows are its records: what an export of a month has rows of.
RECORDS = {
    "assistance": "payments",
    "status": "decisions_begun",
    "psychologists": "consultations",
    "day_centres": "visits",
}
# What should be known of the things that a measure counts. The pages say „Nav zināms” where it is not.
SHOULD_BE_KNOWN = {
    "payments": ("benefit_type", "form", "status", "territory"),
    "households_assisted": ("population",),
    "persons_assisted": ("sex", "age_group", "disability", "activity"),
    "households_with_status": ("population", "territory"),
    "persons_with_status": ("sex", "age_group", "disability", "activity"),
    "consultations": ("attendance", "psychologist"),
    "psychologist_clients": ("sex", "age_group", "population", "problem_area"),
    "visitors": ("sex", "age_group", "population"),
}


def records_by_month(subject: str, days: Period) -> Select:
    """Columns `month` (202301) and `rows`."""
    fact = FACTS[RECORDS[subject]]
    scope = Scope(days, [], by=("month",))
    fact.begin(scope)
    month = cast(scope.value(fact.dimensions, "month"), Integer).label("month")
    return select(month, func.count().label("rows")).select_from(scope.source).where(*scope.conditions).group_by(month)


def unknown_by_year(code: str, days: Period) -> Select:
    """Columns `year`, `whole` (what the measure counts) and, by each dimension, those of which it is not known."""
    asked, names = measure(code), SHOULD_BE_KNOWN[code]
    declared = {**asked.fact.dimensions, "problem_area": _area_in_the_year}
    scope = Scope(days, days.cells("year"), by=("year", *names), with_ages=True)
    entities = asked.fact.begin(scope)
    year = cast(scope.value(declared, "year"), Integer).label("year")
    unknown = {
        name: cast(case((scope.value(declared, name).is_(None), 1), else_=0), Integer).label(name) for name in names
    }
    distinct = isinstance(asked.aggregate, Distinct)
    counted = asked.aggregate.of(entities) if distinct else literal(1, Integer)
    rows = select(year, counted.label("counted"), *unknown.values()).select_from(scope.source).where(*scope.conditions)
    once = rows.subquery()
    if distinct:
        # Each thing once a year; it is unknown where any of its rows is, as in the row „Nav zināms” of an answer.
        once = (
            select(once.c.year, once.c.counted, *(func.max(once.c[name]).label(name) for name in unknown))
            .where(once.c.counted.is_not(None))
            .group_by(once.c.year, once.c.counted)
            .subquery()
        )
    sums = (cast(func.sum(once.c[name]), BigInteger).label(name) for name in unknown)
    return select(once.c.year, func.count().label("whole"), *sums).group_by(once.c.year)


def days_of(coverage) -> Period:
    """The covered days of a subject as a period."""
    return Period(coverage.data_from, coverage.data_until + timedelta(days=1))


def _area_in_the_year(scope: Scope) -> ColumnElement:
    """Rule 6 asks for the areas of a period; here each year is one. Something if the client had one, else NULL."""
    consultation, area = scope.tables["consultations"], schema.client_problem_areas.alias()

    def year(day: ColumnElement) -> ColumnElement:
        return cast(extract("year", day), Integer)

    held = year(consultation.c.consultation_date)
    of_year = and_(
        area.c.person_id == consultation.c.person_id,
        year(area.c.valid_from) <= held,
        case((area.c.valid_to.is_(None), held), else_=year(area.c.valid_to)) >= held,
    )
    return case((exists(select(area.c.person_id).where(of_year)), "known"), else_=null())
