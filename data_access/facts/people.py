"""How persons are split: age, sex, disability, and their place in the household (rule 3)."""

from collections.abc import Callable, Mapping

from sqlalchemy import (
    ColumnElement,
    FromClause,
    and_,
    case,
    null,
)

from data_access.ages import CHILD, FAMILY_GROUPS, PSYCHOLOGISTS_GROUPS
from data_access.facts.scope import Expression, Scope
from data_access.facts.tables import tables

# Dimensions that need to know how old somebody is on the day that counts: whoever is counted, or anybody at all.
OF_OWN_AGE = frozenset({"age_class", "age_group", "age_group_family", "person_group", "visitor_group", "member_group"})
OF_AGE = OF_OWN_AGE | {"children_in_household", "pension_age_in_household"}

# Dimensions that a change of activity changes.
OF_ACTIVITY = frozenset({"activity", "member_group"})


def _groups(scope: Scope, birth_date: ColumnElement, groups: tuple) -> ColumnElement:
    branches = [(birth_date.is_(None), null())]
    branches += [(~scope.reached(birth_date, months), code) for code, months in groups if months]
    return case(*branches, else_=groups[-1][0])


def age_class(scope: Scope, birth_date: ColumnElement) -> ColumnElement:
    return _groups(scope, birth_date, (("child", CHILD), ("adult", None)))


def _by_sex(scope: Scope, person: FromClause, groups: Mapping[tuple[str, str], str]) -> ColumnElement:
    age = age_class(scope, person.c.birth_date)
    return case(*((and_(age == a, person.c.sex == s), code) for (a, s), code in groups.items()), else_=null())


def _visitor_group(scope: Scope, person: FromClause) -> ColumnElement:
    """The day centre's own three groups: an adult needs no sex to be one."""
    age = age_class(scope, person.c.birth_date)
    return case(
        (age == "adult", "adults"),
        (and_(age == "child", person.c.sex == "female"), "girls"),
        (and_(age == "child", person.c.sex == "male"), "boys"),
        else_=null(),
    )


def person_dimensions(person: Callable[[Scope], FromClause]) -> dict[str, Expression]:
    four = {
        ("child", "female"): "girls",
        ("child", "male"): "boys",
        ("adult", "female"): "women",
        ("adult", "male"): "men",
    }
    return {
        "sex": lambda s: person(s).c.sex,
        "disability": lambda s: person(s).c.disability,
        "age_class": lambda s: age_class(s, person(s).c.birth_date),
        "age_group": lambda s: _groups(s, person(s).c.birth_date, PSYCHOLOGISTS_GROUPS),
        "age_group_family": lambda s: _groups(s, person(s).c.birth_date, FAMILY_GROUPS),
        "person_group": lambda s: _by_sex(s, person(s), four),
        "visitor_group": lambda s: _visitor_group(s, person(s)),
    }


def _member_group(scope: Scope) -> ColumnElement:
    """Each member in one group, as the report counts them: pension age before disability, both before work."""
    person, member = persons(scope), scope.tables["memberships"]
    return case(
        (person.c.birth_date.is_(None), null()),
        (~scope.reached(person.c.birth_date, CHILD), "child"),
        (scope.reached(person.c.birth_date, None), "pension_age"),
        (person.c.disability == "with", "disability"),
        (member.c.activity.in_(("unemployed", "public_works")), "unemployed"),
        (member.c.activity.in_(("employed", "childcare_leave")), member.c.activity),
        else_=null(),
    )


def persons(scope: Scope) -> FromClause:
    """Whoever is counted; joined only for what is asked of them."""
    return scope.join(tables.persons, lambda p: p.c.person_id == scope.person_id)


MEMBER_DIMENSIONS: dict[str, Expression] = {
    **person_dimensions(persons),
    "member_group": _member_group,
    "activity": lambda s: s.tables["memberships"].c.activity,
}
