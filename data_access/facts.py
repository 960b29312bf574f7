"""The records that can be counted, and how each is split: tables, joins and the rules of counting in SQL.

A fact is a relation with one row for each thing that a measure counts or adds up. Its dimensions are
expressions over it; a dimension that needs a further table joins it when it is asked for. Rules are those
of `counting.md`, by number where they are applied.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import timedelta

from sqlalchemy import (
    BigInteger,
    ColumnElement,
    Date,
    FromClause,
    Integer,
    Table,
    and_,
    case,
    cast,
    column,
    exists,
    extract,
    func,
    literal,
    null,
    or_,
    select,
    true,
    values,
)

from data_access import schema
from data_access.ages import CHILD, FAMILY_GROUPS, PSYCHOLOGISTS_GROUPS, THRESHOLDS, born_by, pension_age
from data_access.period import GRAINS, Cell, Period, cell_key


@dataclass
class Scope:
    """The FROM and WHERE of one fact while a statement is put together."""

    period: Period
    cells: list[Cell]
    tables: dict[str, FromClause] = field(default_factory=dict)
    source: FromClause | None = None
    conditions: list[ColumnElement] = field(default_factory=list)
    cell: FromClause | None = None
    stock: bool = False

    def start(self, table: Table) -> FromClause:
        alias = table.alias()
        self.tables[table.name] = alias
        self.source = alias
        return alias

    def start_cells(self, stock: bool) -> FromClause:
        """Begin with the calendar cells of the period: one row a cell.

        For a stock each cell is one day, its last, with the birth dates that bound the age groups on that day.
        """
        self.stock = stock
        rows = [_cell_row(cell, stock) for cell in self.cells]
        columns = [*(column(grain, Integer) for grain in GRAINS), column("first_day", Date), column("after", Date)]
        if stock:
            columns += [column(f"born_by_{months}", Date) for months in THRESHOLDS]
            columns.append(column("born_by_pension", Date))
        # A CTE of selects, not a bare VALUES list: DuckDB and PostgreSQL both read typed columns out of it.
        self.cell = values(*columns, name="cells").data(rows)
        self.source = self.cell
        return self.cell

    def join(self, table: Table, on: Callable[[FromClause], ColumnElement], outer: bool = False) -> FromClause:
        """Join a table once; asked for again, it is the same one."""
        if table.name not in self.tables:
            alias = table.alias()
            self.tables[table.name] = alias
            self.source = self.source.join(alias, on(alias), isouter=outer)
        return self.tables[table.name]

    def reached(self, birth_date: ColumnElement, months: int | None) -> ColumnElement:
        """Whether a person has reached an age, in months (None: pension age), on the day that counts (rule 3)."""
        if self.stock:
            name = "pension" if months is None else months
            return birth_date <= self.cell.c[f"born_by_{name}"]
        day = self.period.last_day
        return birth_date <= literal(born_by(day, pension_age(day) if months is None else months), Date)


def _cell_row(cell: Cell, stock: bool) -> tuple:
    last = cell.end - timedelta(days=1)
    keys = tuple(cell_key(cell.start, grain) for grain in GRAINS)
    if not stock:
        return (*keys, cell.start, cell.end)
    born = tuple(born_by(last, months) for months in THRESHOLDS)
    return (*keys, last, cell.end, *born, born_by(last, pension_age(last)))


Expression = Callable[[Scope], ColumnElement]


@dataclass(frozen=True)
class Fact:
    """One countable relation. `begin` builds it and returns the columns that aggregates use, by name."""

    code: str
    subject: str
    begin: Callable[[Scope], dict[str, ColumnElement]]
    dimensions: Mapping[str, Expression]


# ── time ─────────────────────────────────────────────────────────────────────────────────────────


def _day_grains(day: Callable[[Scope], ColumnElement]) -> dict[str, Expression]:
    """Calendar cells of a day, as the numbers of `period.cell_key`."""

    def part(scope: Scope, months: int) -> ColumnElement:
        return (cast(extract("month", day(scope)), Integer) - 1) // months + 1

    def year(scope: Scope) -> ColumnElement:
        return cast(extract("year", day(scope)), Integer)

    return {
        "year": year,
        "half_year": lambda s: year(s) * 10 + part(s, 6),
        "quarter": lambda s: year(s) * 10 + part(s, 3),
        "month": lambda s: year(s) * 100 + part(s, 1),
    }


_CELL_GRAINS: dict[str, Expression] = {
    grain: (lambda s, grain=grain: s.cell.c[grain]) for grain in GRAINS
}


def _in_period(scope: Scope, day: ColumnElement) -> None:
    """Rule 2: half-open."""
    scope.conditions += [day >= literal(scope.period.start, Date), day < literal(scope.period.end, Date)]


def _open_until(last: ColumnElement, day: ColumnElement) -> ColumnElement:
    """Rule 2: an end is inclusive, and an open end is no end."""
    return or_(last.is_(None), last >= day)


def _overlap(a: FromClause, b: FromClause) -> ColumnElement:
    """Two spans with inclusive ends share a day."""
    return and_(_open_until(a.c.valid_to, b.c.valid_from), _open_until(b.c.valid_to, a.c.valid_from))


def _touches_cell(scope: Scope, span: FromClause) -> ColumnElement:
    return and_(span.c.valid_from < scope.cell.c.after, _open_until(span.c.valid_to, scope.cell.c.first_day))


# ── persons ──────────────────────────────────────────────────────────────────────────────────────


def _groups(scope: Scope, birth_date: ColumnElement, groups: tuple) -> ColumnElement:
    branches = [(birth_date.is_(None), null())]
    branches += [(~scope.reached(birth_date, months), code) for code, months in groups if months]
    return case(*branches, else_=groups[-1][0])


def _age_class(scope: Scope, birth_date: ColumnElement) -> ColumnElement:
    return _groups(scope, birth_date, (("child", CHILD), ("adult", None)))


def _by_sex(scope: Scope, person: FromClause, groups: Mapping[tuple[str, str], str]) -> ColumnElement:
    age = _age_class(scope, person.c.birth_date)
    return case(*((and_(age == a, person.c.sex == s), code) for (a, s), code in groups.items()), else_=null())


def _visitor_group(scope: Scope, person: FromClause) -> ColumnElement:
    """The day centre's own three groups: an adult needs no sex to be one."""
    age = _age_class(scope, person.c.birth_date)
    return case(
        (age == "adult", "adults"),
        (and_(age == "child", person.c.sex == "female"), "girls"),
        (and_(age == "child", person.c.sex == "male"), "boys"),
        else_=null(),
    )


def _person_dimensions(person: Callable[[Scope], FromClause]) -> dict[str, Expression]:
    four = {
        ("child", "female"): "girls",
        ("child", "male"): "boys",
        ("adult", "female"): "women",
        ("adult", "male"): "men",
    }
    return {
        "sex": lambda s: person(s).c.sex,
        "disability": lambda s: person(s).c.disability,
        "age_class": lambda s: _age_class(s, person(s).c.birth_date),
        "age_group": lambda s: _groups(s, person(s).c.birth_date, PSYCHOLOGISTS_GROUPS),
        "age_group_family": lambda s: _groups(s, person(s).c.birth_date, FAMILY_GROUPS),
        "person_group": lambda s: _by_sex(s, person(s), four),
        "visitor_group": lambda s: _visitor_group(s, person(s)),
    }


def _member_group(scope: Scope) -> ColumnElement:
    """Each member in one group, as the report counts them: pension age before disability, both before work."""
    person, member = _persons(scope), scope.tables["memberships"]
    return case(
        (person.c.birth_date.is_(None), null()),
        (~scope.reached(person.c.birth_date, CHILD), "child"),
        (scope.reached(person.c.birth_date, None), "pension_age"),
        (person.c.disability == "with", "disability"),
        (member.c.activity.in_(("unemployed", "public_works")), "unemployed"),
        (member.c.activity.in_(("employed", "childcare_leave")), member.c.activity),
        else_=null(),
    )


def _persons(scope: Scope) -> FromClause:
    return scope.tables["persons"]


_MEMBER_DIMENSIONS: dict[str, Expression] = {
    **_person_dimensions(_persons),
    "member_group": _member_group,
    "activity": lambda s: s.tables["memberships"].c.activity,
}


def _households(scope: Scope) -> FromClause:
    fact = scope.tables.get("payments", scope.tables.get("status_decisions"))
    return scope.join(schema.households, lambda h: h.c.household_id == fact.c.household_id)


def _household_has(
    scope: Scope,
    household_id: ColumnElement,
    present: Callable[[FromClause], ColumnElement],
    who: Callable[[FromClause], ColumnElement],
) -> ColumnElement:
    member, person = schema.memberships.alias(), schema.persons.alias()
    found = exists(
        select(literal(1))
        .select_from(member.join(person, person.c.person_id == member.c.person_id))
        .where(member.c.household_id == household_id, present(member), who(person))
    )
    return case((found, "with"), else_="without")


def _household_dimensions(
    fact: str, present: Callable[[Scope, FromClause], ColumnElement]
) -> dict[str, Expression]:
    """Who lives in the household on the day that counts."""

    def has(who: Callable[[Scope, FromClause], ColumnElement]) -> Expression:
        return lambda s: _household_has(
            s, s.tables[fact].c.household_id, lambda m: present(s, m), lambda p: who(s, p)
        )

    return {
        "children_in_household": has(lambda s, p: ~s.reached(p.c.birth_date, CHILD)),
        "disability_in_household": has(lambda s, p: p.c.disability == "with"),
        "pension_age_in_household": has(lambda s, p: s.reached(p.c.birth_date, None)),
    }


# ── payments ─────────────────────────────────────────────────────────────────────────────────────


def _payments(scope: Scope) -> dict[str, ColumnElement]:
    p = scope.start(schema.payments)
    _in_period(scope, p.c.payment_date)
    return {"cents": p.c.cents, "household_id": p.c.household_id}


def _present_on_payment(scope: Scope, member: FromClause) -> ColumnElement:
    day = scope.tables["payments"].c.payment_date
    return and_(member.c.valid_from <= day, _open_until(member.c.valid_to, day))


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
    **_day_grains(lambda s: s.tables["payments"].c.payment_date),
    "benefit_group": lambda s: _benefits(s).c.benefit_group,
    "benefit": lambda s: _benefit_types(s).c.benefit,
    "benefit_type": lambda s: s.tables["payments"].c.benefit_type,
    "income_tested": lambda s: _yes_no(_benefits(s).c.income_tested),
    "social_assistance": lambda s: _yes_no(_benefits(s).c.social_assistance),
    "form": lambda s: s.tables["payments"].c.form,
    "status": lambda s: s.tables["payments"].c.status,
    "population": lambda s: _households(s).c.population,
    "territory": lambda s: s.tables["payments"].c.territory,
    **_household_dimensions("payments", _present_on_payment),
}


# ── statuses ─────────────────────────────────────────────────────────────────────────────────────


def _statuses(stock: bool) -> Callable[[Scope], dict[str, ColumnElement]]:
    """Decisions in force on at least one day of each cell; for a stock, on its last day."""

    def begin(scope: Scope) -> dict[str, ColumnElement]:
        scope.start_cells(stock)
        d = scope.join(schema.status_decisions, lambda d: _touches_cell(scope, d))
        return {"household_id": d.c.household_id}

    return begin


def _present_with_status(scope: Scope, member: FromClause) -> ColumnElement:
    """On a day of the cell on which the decision is in force: three spans that meet pairwise share a day."""
    return and_(_touches_cell(scope, member), _overlap(member, scope.tables["status_decisions"]))


def _status_members(stock: bool) -> Callable[[Scope], dict[str, ColumnElement]]:
    def begin(scope: Scope) -> dict[str, ColumnElement]:
        _statuses(stock)(scope)
        d = scope.tables["status_decisions"]
        m = scope.join(
            schema.memberships,
            lambda m: and_(m.c.household_id == d.c.household_id, _present_with_status(scope, m)),
        )
        scope.join(schema.persons, lambda q: q.c.person_id == m.c.person_id)
        return {"person_id": m.c.person_id}

    return begin


def _residences(scope: Scope) -> FromClause:
    """Rule 7: where the household lives on a day of the cell on which the decision is in force."""
    d = scope.tables["status_decisions"]
    return scope.join(
        schema.residences,
        lambda r: and_(r.c.household_id == d.c.household_id, _touches_cell(scope, r), _overlap(r, d)),
        outer=True,
    )


_STATUS_DIMENSIONS: dict[str, Expression] = {
    **_CELL_GRAINS,
    "status": lambda s: s.tables["status_decisions"].c.status,
    "population": lambda s: _households(s).c.population,
    "territory": lambda s: _residences(s).c.territory,
    **_household_dimensions("status_decisions", _present_with_status),
}


def _decisions_begun(scope: Scope) -> dict[str, ColumnElement]:
    d = scope.start(schema.status_decisions)
    _in_period(scope, d.c.valid_from)
    return {"decision_kind": d.c.decision_kind}


def _decisions_ended(scope: Scope) -> dict[str, ColumnElement]:
    """Last decisions: none of the same status and household begins by the day after."""
    d = scope.start(schema.status_decisions)
    _in_period(scope, d.c.valid_to)
    after = schema.status_decisions.alias()
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
    return {"decision_id": d.c.decision_id}


def _decision_dimensions(day: str) -> dict[str, Expression]:
    def on_day(scope: Scope) -> FromClause:
        d = scope.tables["status_decisions"]
        return scope.join(
            schema.residences,
            lambda r: and_(
                r.c.household_id == d.c.household_id,
                r.c.valid_from <= d.c[day],
                _open_until(r.c.valid_to, d.c[day]),
            ),
            outer=True,
        )

    return {
        **_day_grains(lambda s: s.tables["status_decisions"].c[day]),
        "status": lambda s: s.tables["status_decisions"].c.status,
        "population": lambda s: _households(s).c.population,
        "territory": lambda s: on_day(s).c.territory,
    }


# ── psychologists ────────────────────────────────────────────────────────────────────────────────


def _consultations(scope: Scope) -> dict[str, ColumnElement]:
    c = scope.start(schema.consultations)
    _in_period(scope, c.c.consultation_date)
    scope.join(schema.persons, lambda p: p.c.person_id == c.c.person_id)
    return {
        "consultation_id": c.c.consultation_id,
        "person_id": c.c.person_id,
        "attendance": c.c.attendance,
    }


def _areas_in_period(scope: Scope, areas: FromClause) -> ColumnElement:
    return and_(
        areas.c.valid_from < literal(scope.period.end, Date),
        _open_until(areas.c.valid_to, literal(scope.period.start, Date)),
    )


def _problem_area(scope: Scope) -> ColumnElement:
    """Rule 6, each area: a client stands in every area that was theirs on a day of the period."""
    person = _persons(scope)
    areas = scope.join(
        schema.client_problem_areas,
        lambda a: and_(a.c.person_id == person.c.person_id, _areas_in_period(scope, a)),
        outer=True,
    )
    return areas.c.problem_area


def _problem_category(scope: Scope) -> ColumnElement:
    """Rule 6, the report's categories: the set of a client's areas in the period names exactly one row."""
    if "client_area_sets" not in scope.tables:
        a, b = schema.client_problem_areas.alias(), schema.problem_areas.alias()
        sets = (
            select(a.c.person_id, cast(func.sum(b.c.bit.distinct()), BigInteger).label("bits"))
            .select_from(a.join(b, b.c.problem_area == a.c.problem_area))
            .where(_areas_in_period(scope, a))
            .group_by(a.c.person_id)
            .subquery()
        )
        person = _persons(scope)
        scope.source = scope.source.join(sets, sets.c.person_id == person.c.person_id, isouter=True)
        scope.tables["client_area_sets"] = sets
        scope.join(
            schema.problem_categories,
            lambda k: and_(
                k.c.bits == sets.c.bits, k.c.age_class == _age_class(scope, person.c.birth_date)
            ),
            outer=True,
        )
    sets, categories = scope.tables["client_area_sets"], scope.tables["problem_categories"]
    return case(
        (sets.c.bits.is_(None), null()),
        else_=func.coalesce(categories.c.problem_category, "combined_problems"),
    )


def _psychologists(scope: Scope) -> FromClause:
    c = scope.tables["consultations"]
    return scope.join(schema.psychologists, lambda p: p.c.psychologist == c.c.psychologist, outer=True)


_CONSULTATION_DIMENSIONS: dict[str, Expression] = {
    **_day_grains(lambda s: s.tables["consultations"].c.consultation_date),
    **_person_dimensions(_persons),
    "population": lambda s: _persons(s).c.population,
    "attendance": lambda s: s.tables["consultations"].c.attendance,
    "psychologist": lambda s: s.tables["consultations"].c.psychologist,
    "workload": lambda s: _psychologists(s).c.workload,
    "problem_area": _problem_area,
    "problem_category": _problem_category,
}


# ── day centres ──────────────────────────────────────────────────────────────────────────────────


def _visits(scope: Scope) -> dict[str, ColumnElement]:
    v = scope.start(schema.visits)
    _in_period(scope, v.c.visit_date)
    scope.join(schema.persons, lambda p: p.c.person_id == v.c.person_id)
    return {"visit_id": v.c.visit_id, "person_id": v.c.person_id}


def _branches(scope: Scope) -> FromClause:
    v = scope.tables["visits"]
    return scope.join(schema.branches, lambda b: b.c.branch == v.c.branch)


def _visit_activities(scope: Scope) -> FromClause:
    v = scope.tables["visits"]
    return scope.join(schema.visit_activities, lambda a: a.c.visit_id == v.c.visit_id, outer=True)


_VISIT_DIMENSIONS: dict[str, Expression] = {
    **_day_grains(lambda s: s.tables["visits"].c.visit_date),
    **_person_dimensions(_persons),
    "population": lambda s: _persons(s).c.population,
    "centre": lambda s: _branches(s).c.centre,
    "branch": lambda s: s.tables["visits"].c.branch,
    "service_activity": lambda s: _visit_activities(s).c.service_activity,
}


_ALL = (
    Fact("payments", "assistance", _payments, _PAYMENT_DIMENSIONS),
    Fact("payment_members", "assistance", _payment_members, {**_PAYMENT_DIMENSIONS, **_MEMBER_DIMENSIONS}),
    Fact(
        "payment_recipients",
        "assistance",
        _payment_recipients,
        {**_PAYMENT_DIMENSIONS, **_person_dimensions(_persons)},
    ),
    Fact("statuses", "status", _statuses(stock=False), _STATUS_DIMENSIONS),
    Fact(
        "status_members",
        "status",
        _status_members(stock=False),
        {**_STATUS_DIMENSIONS, **_MEMBER_DIMENSIONS},
    ),
    Fact("statuses_on_date", "status", _statuses(stock=True), _STATUS_DIMENSIONS),
    Fact(
        "status_members_on_date",
        "status",
        _status_members(stock=True),
        {**_STATUS_DIMENSIONS, **_MEMBER_DIMENSIONS},
    ),
    Fact("decisions_begun", "status", _decisions_begun, _decision_dimensions("valid_from")),
    Fact("decisions_ended", "status", _decisions_ended, _decision_dimensions("valid_to")),
    Fact("consultations", "psychologists", _consultations, _CONSULTATION_DIMENSIONS),
    Fact("visits", "day_centres", _visits, _VISIT_DIMENSIONS),
)

FACTS: Mapping[str, Fact] = {fact.code: fact for fact in _ALL}
