"""Tables of the case database.

Reference tables are keyed by readable codes; persons and households by numbers that mean nothing
outside the database. There is no column for a name, a personal code or an address.

Days: every `valid_to`, `employed_to`, `closed_on`, `dissolved_on` is the last day *inclusive*; NULL is an
open end. Constraints and indexes are emitted on PostgreSQL only: DuckDB with keys on the fact tables
took 232 s and 1479 MB to load 17 million payments, without them 14 s and 193 MB, and its foreign-key
checks refuse some valid updates. What loads the tables validates the keys instead.

A row that a load replaced or changed stands in `<table>_replaced` as it was, until the load is undone.
A change here is a new version: it needs a migration in `data_access/migrations`.
"""

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Date,
    DateTime,
    ForeignKeyConstraint,
    Index,
    Integer,
    MetaData,
    PrimaryKeyConstraint,
    SmallInteger,
    String,
    Table,
    UniqueConstraint,
)

SCHEMA_VERSION = 3

metadata = MetaData()


def _key(*columns: str) -> PrimaryKeyConstraint:
    return PrimaryKeyConstraint(*columns).ddl_if(dialect="postgresql")


def _unique(table: str, column: str) -> UniqueConstraint:
    return UniqueConstraint(column, name=f"uq_{table}_{column}").ddl_if(dialect="postgresql")


def _refers(column: str, target: str) -> ForeignKeyConstraint:
    return ForeignKeyConstraint([column], [target]).ddl_if(dialect="postgresql")


def _index(table: Table, *columns: str) -> Index:
    name = f"ix_{table.name}_{'_'.join(columns)}"
    return Index(name, *(table.c[column] for column in columns)).ddl_if(dialect="postgresql")


def _code(name: str, comment: str, nullable: bool = False) -> Column:
    return Column(name, String(64), nullable=nullable, comment=comment)


def _number(name: str, comment: str, nullable: bool = False) -> Column:
    return Column(name, Integer, nullable=nullable, autoincrement=False, comment=comment)


def _day(name: str, comment: str, nullable: bool = False) -> Column:
    return Column(name, Date, nullable=nullable, comment=comment)


def _load(comment: str = "Load that brought the row") -> Column:
    return _number("load_id", comment)


def _names() -> tuple[Column, Column]:
    return (
        Column("name_lv", String(200), nullable=False, comment="Name in Latvian"),
        Column("name_en", String(200), nullable=False, comment="Name in English"),
    )


# ── reference ────────────────────────────────────────────────────────────────────────────────────

territories = Table(
    "territories",
    metadata,
    _code("territory", "Code of the town or parish"),
    _code("kind", "town or parish"),
    _number("sort_order", "Place in lists: towns, then parishes in Latvian order"),
    *_names(),
    _key("territory"),
    comment="Towns and parishes of the municipality",
)

benefits = Table(
    "benefits",
    metadata,
    _code("benefit", "Code of the benefit"),
    _code("benefit_group", "Group in which the annual report places it"),
    Column("income_tested", Boolean, nullable=False, comment="Granted after assessing income"),
    Column(
        "social_assistance",
        Boolean,
        nullable=False,
        comment="Counted in chapter 1 of the annual report: income-tested benefits and the crisis benefit",
    ),
    Column("legal_basis_lv", String(200), nullable=False, comment="Legal basis, in Latvian"),
    _day("valid_from", "First day on which it can be granted"),
    _day("valid_to", "Last day on which it can be granted; NULL: still granted", nullable=True),
    _number("sort_order", "Place in lists"),
    *_names(),
    _key("benefit"),
    comment="Benefits",
)

benefit_types = Table(
    "benefit_types",
    metadata,
    _code("benefit_type", "Code of the benefit's component"),
    _code("benefit", "Benefit it is part of"),
    _number("sort_order", "Place in lists"),
    *_names(),
    _key("benefit_type"),
    _refers("benefit", "benefits.benefit"),
    comment="Components of benefits, as the annual report names them; a benefit without components has one",
)

centres = Table(
    "centres",
    metadata,
    _code("centre", "Code of the day centre"),
    _number("sort_order", "Place in lists"),
    *_names(),
    _load("Load that brought the row; 0: it came with the program"),
    _key("centre"),
    comment="Day centres",
)

branches = Table(
    "branches",
    metadata,
    _code("branch", "Code of the branch"),
    _code("centre", "Centre it belongs to"),
    _code("territory", "Town or parish where it stands", nullable=True),
    _day("opened_on", "First day of work"),
    _day("closed_on", "Last day of work; NULL: open", nullable=True),
    _number("sort_order", "Place in lists"),
    *_names(),
    _load("Load that brought the row; 0: it came with the program"),
    _key("branch"),
    _refers("centre", "centres.centre"),
    _refers("territory", "territories.territory"),
    comment="Branches of day centres",
)

psychologists = Table(
    "psychologists",
    metadata,
    _code("psychologist", "Code, never a name"),
    _code("workload", "full_time or part_time"),
    _day("employed_from", "First day of work"),
    _day("employed_to", "Last day of work; NULL: employed", nullable=True),
    _load(),
    _key("psychologist"),
    comment="Psychologists, by code",
)

problem_areas = Table(
    "problem_areas",
    metadata,
    _code("problem_area", "Code of the problem area"),
    Column(
        "bit",
        BigInteger,
        nullable=False,
        comment="A power of two of its own: the sum of a client's distinct bits names the set of areas",
    ),
    _number("sort_order", "Place in lists"),
    *_names(),
    _key("problem_area"),
    comment="Problem areas that psychologists record",
)

problem_categories = Table(
    "problem_categories",
    metadata,
    _code("age_class", "child or adult: the report prints a list for each"),
    _code("problem_category", "Code of the row in the report"),
    Column(
        "bits",
        BigInteger,
        nullable=False,
        comment="Sum of the bits of exactly the areas it stands for; 0: any set the report does not name",
    ),
    _number("sort_order", "Place in the report's list"),
    *_names(),
    _key("age_class", "problem_category"),
    comment="The report's exclusive categories of problem areas",
)

series_events = Table(
    "series_events",
    metadata,
    _number("event_id", "Number"),
    _code("subject", "assistance, status, psychologists, day_centres or all"),
    _code("kind", "break: the series changes meaning or size; gap: figures of these days are not published"),
    _day("first_day", "Day of the break, or first day of the gap"),
    _day("last_day", "Last day of the gap; NULL for a break", nullable=True),
    _code("measure", "Measure that a gap concerns; NULL: every measure of the subject", nullable=True),
    _code("lifted_by", "Dimension whose split or filter makes the gap's figures known", nullable=True),
    _code("of_dimension", "Dimension of which a gap concerns one value only; NULL: all records", nullable=True),
    _code("of_code", "That value", nullable=True),
    Column("text_lv", String(400), nullable=False, comment="Reason in Latvian"),
    Column("text_en", String(400), nullable=False, comment="Reason in English"),
    Column("source", String(100), nullable=False, comment="Where it is known from"),
    _key("event_id"),
    comment="Breaks and gaps in series",
)

# ── people ───────────────────────────────────────────────────────────────────────────────────────

persons = Table(
    "persons",
    metadata,
    _number("person_id", "Number of the person in this database"),
    Column("person_key", String(64), nullable=False, comment="Pseudonymous key; nothing can be read out of it"),
    _day("birth_date", "Birth date; NULL: unknown", nullable=True),
    _code("sex", "female or male; NULL: unknown", nullable=True),
    _code("disability", "with or without; NULL: unknown", nullable=True),
    _code("population", "residents or ukraine_civilians; NULL: unknown", nullable=True),
    _load(),
    _key("person_id"),
    _unique("persons", "person_key"),
    comment="Persons; no names, personal codes or addresses",
)

households = Table(
    "households",
    metadata,
    _number("household_id", "Number of the household in this database"),
    _code("population", "residents or ukraine_civilians; NULL: unknown", nullable=True),
    _day("formed_on", "First day of the household's life"),
    _day("dissolved_on", "Last day of its life; NULL: it lives", nullable=True),
    Column(
        "household_key",
        String(64),
        nullable=False,
        comment="Pseudonymous key of the case number; nothing can be read out of it",
    ),
    _load(),
    _key("household_id"),
    _unique("households", "household_key"),
    comment="Households",
)

residences = Table(
    "residences",
    metadata,
    _number("household_id", "Household"),
    _code("territory", "Declared town or parish; NULL: unknown", nullable=True),
    _day("valid_from", "First day"),
    _day("valid_to", "Last day; NULL: open", nullable=True),
    _load(),
    _key("household_id", "valid_from"),
    _refers("household_id", "households.household_id"),
    _refers("territory", "territories.territory"),
    comment="Declared town or parish of a household over its whole life, without holes or overlap",
)

memberships = Table(
    "memberships",
    metadata,
    _number("household_id", "Household"),
    _number("person_id", "Member"),
    _code(
        "activity",
        "employed, unemployed, public_works, childcare_leave or not_applicable; NULL: unknown",
        nullable=True,
    ),
    _day("valid_from", "First day"),
    _day("valid_to", "Last day; NULL: open", nullable=True),
    _load(),
    _key("household_id", "person_id", "valid_from"),
    _refers("household_id", "households.household_id"),
    _refers("person_id", "persons.person_id"),
    comment="Membership of a person in a household; a change of activity ends one row and begins the next",
)

# ── facts ────────────────────────────────────────────────────────────────────────────────────────

status_decisions = Table(
    "status_decisions",
    metadata,
    _number("decision_id", "Number of the decision"),
    _number("household_id", "Household"),
    _code("status", "needy or low_income"),
    _code("decision_kind", "granted: anew; renewed: follows an earlier decision without a break"),
    _day("valid_from", "First day in force"),
    _day("valid_to", "Last day in force; NULL: open", nullable=True),
    _load(),
    _key("decision_id"),
    _refers("household_id", "households.household_id"),
    comment="Status decisions; one household's decisions of one status do not overlap",
)

payments = Table(
    "payments",
    metadata,
    Column("payment_id", BigInteger, nullable=False, autoincrement=False, comment="Number of the payment"),
    _day("payment_date", "Day of payment"),
    _number("household_id", "Household that got it"),
    _number("person_id", "Person it is for, where there is one", nullable=True),
    _code("benefit_type", "What it is; NULL: unknown", nullable=True),
    _code("form", "cash or in_kind; NULL: unknown", nullable=True),
    Column("cents", BigInteger, nullable=False, comment="Amount in euro cents; negative: a correction"),
    _code("status", "Status of the household on that day: needy, low_income, none; NULL: unknown", nullable=True),
    _code(
        "territory",
        "Declared town or parish of the household on that day (as in residences, resolved on loading); NULL: unknown",
        nullable=True,
    ),
    _load(),
    _key("payment_id"),
    _refers("household_id", "households.household_id"),
    _refers("person_id", "persons.person_id"),
    _refers("benefit_type", "benefit_types.benefit_type"),
    comment="Payments of benefits",
)

visits = Table(
    "visits",
    metadata,
    Column("visit_id", BigInteger, nullable=False, autoincrement=False, comment="Number of the visit"),
    _day("visit_date", "Day of the visit"),
    _number("person_id", "Visitor"),
    _code("branch", "Branch visited"),
    _load(),
    _key("visit_id"),
    _refers("person_id", "persons.person_id"),
    _refers("branch", "branches.branch"),
    comment="Visits to day-centre branches",
)

visit_activities = Table(
    "visit_activities",
    metadata,
    Column("visit_id", BigInteger, nullable=False, comment="Visit"),
    _code("service_activity", "Service used or activity joined during it"),
    _load(),
    _key("visit_id", "service_activity"),
    _refers("visit_id", "visits.visit_id"),
    comment="What a visitor did during a visit, where it is recorded; several for one visit are possible",
)

consultations = Table(
    "consultations",
    metadata,
    Column("consultation_id", BigInteger, nullable=False, autoincrement=False, comment="Number"),
    _day("consultation_date", "Day of the consultation"),
    _number("person_id", "Client"),
    _code("psychologist", "Psychologist's code", nullable=True),
    _code("attendance", "attended or missed; NULL: unknown", nullable=True),
    _load(),
    _key("consultation_id"),
    _refers("person_id", "persons.person_id"),
    _refers("psychologist", "psychologists.psychologist"),
    comment="Psychologists' consultations",
)

psychologist_functions = Table(
    "psychologist_functions",
    metadata,
    Column("function_id", BigInteger, nullable=False, autoincrement=False, comment="Number"),
    _day("function_date", "Day"),
    _code("psychologist_function", "What it was: perpetrators_group, student_practice or covision"),
    _number("person_id", "Who took part, where it is known", nullable=True),
    _number("load_id", "Load that brought the row"),
    _key("function_id"),
    _refers("person_id", "persons.person_id"),
    comment="Consultations of psychologists besides those of their clients: one row a consultation and participant",
)

client_problem_areas = Table(
    "client_problem_areas",
    metadata,
    _number("person_id", "Client"),
    _code("problem_area", "Problem area"),
    _day("valid_from", "First day"),
    _day("valid_to", "Last day; NULL: open", nullable=True),
    _load(),
    _key("person_id", "problem_area", "valid_from"),
    _refers("person_id", "persons.person_id"),
    _refers("problem_area", "problem_areas.problem_area"),
    comment="Problem areas of psychologists' clients over time",
)

# ── loads ────────────────────────────────────────────────────────────────────────────────────────

loads = Table(
    "loads",
    metadata,
    _number("load_id", "Number of the load"),
    Column("loaded_at", DateTime, nullable=False, comment="When it was loaded, UTC"),
    Column("demonstration", Boolean, nullable=False, comment="Synthetic records, not the service's own"),
    Column("source", String(200), nullable=False, comment="What was loaded, in words"),
    Column("loaded_by", String(200), comment="Who loaded it; NULL: unknown"),
    Column("undone_at", DateTime, comment="When it was undone, UTC; NULL: it counts"),
    Column("undone_by", String(200), comment="Who undid it"),
    Column(
        "key_fingerprint",
        String(16),
        comment="Fingerprint of the key by which its persons and households are told apart; NULL: it has none",
    ),
    _key("load_id"),
    comment="Loads: what came in when, by whom, and whether it still counts",
)

load_subjects = Table(
    "load_subjects",
    metadata,
    _number("load_id", "Load"),
    _code("subject", "assistance, status, psychologists, day_centres; households and units have no days"),
    _day("data_from", "First day that its records reach; NULL: they have no days", nullable=True),
    _day("data_until", "Last day that its records reach; NULL: they have no days", nullable=True),
    Column("rows_before", BigInteger, nullable=False, comment="Rows of the subject before the load"),
    Column("rows_after", BigInteger, nullable=False, comment="Rows of the subject after it"),
    Column("cents_before", BigInteger, comment="Sum in cents before the load; NULL: not money"),
    Column("cents_after", BigInteger, comment="Sum in cents after it; NULL: not money"),
    _key("load_id", "subject"),
    _refers("load_id", "loads.load_id"),
    comment="What a load changed, by subject, and up to which day its records reach",
)

load_spans = Table(
    "load_spans",
    metadata,
    _number("load_id", "Load"),
    _code("subject", "assistance, status, psychologists or day_centres"),
    _day("data_from", "First day of the span"),
    _day("data_until", "Last day of the span"),
    _key("load_id", "subject", "data_from"),
    _refers("load_id", "loads.load_id"),
    comment="Spans of days that a load has records of: whole months, without those in which it has none",
)

load_files = Table(
    "load_files",
    metadata,
    _number("load_id", "Load"),
    _code("kind", "Kind of export: units, members, statuses, payments, visits or consultations"),
    Column("file_hash", String(64), nullable=False, comment="SHA-256 of the file"),
    Column("file_name", String(200), nullable=False, comment="Name of the file, without anything personal"),
    Column("rows_read", BigInteger, nullable=False, comment="Rows read"),
    Column("rows_accepted", BigInteger, nullable=False, comment="Rows accepted"),
    Column("rows_rejected", BigInteger, nullable=False, comment="Rows rejected"),
    _refers("load_id", "loads.load_id"),
    comment="Files of a load; a workbook with several kinds has a row for each",
)

rejected_rows = Table(
    "rejected_rows",
    metadata,
    _number("load_id", "Load that rejected the row"),
    _code("kind", "Kind of export"),
    Column("file_name", String(200), nullable=False, comment="File"),
    Column("sheet", String(200), comment="Sheet of a workbook"),
    Column("row", BigInteger, comment="Row number that a person sees; NULL: the file as a whole"),
    Column("column_name", String(200), comment="Heading of the column; NULL: the row as a whole"),
    Column("value", String(400), comment="What stood there, without anything personal"),
    Column("reason", String(1000), nullable=False, comment="Why it was rejected, in Latvian"),
    _number("resolved_by", "Load that brought the row mended, or its whole file anew; NULL: still open", nullable=True),
    _refers("load_id", "loads.load_id"),
    comment="Rows that loads have rejected",
)

load_warnings = Table(
    "load_warnings",
    metadata,
    _number("load_id", "Load"),
    _code("kind", "Kind of export"),
    Column("warning", String(1000), nullable=False, comment="What is odd but possible, in Latvian"),
    _number("month", "Month as a number, 202301; NULL: none in particular", nullable=True),
    Column("count", BigInteger, nullable=False, comment="Rows that it concerns"),
    _refers("load_id", "loads.load_id"),
    comment="What loads found odd but accepted",
)

schema_version = Table(
    "schema_version",
    metadata,
    Column("version", SmallInteger, nullable=False, comment="Version of these tables"),
    comment="One row: the version that made the tables",
)

_index(payments, "payment_date")
_index(payments, "household_id")
_index(payments, "person_id")
_index(memberships, "household_id")
_index(memberships, "person_id")
_index(status_decisions, "household_id")
_index(residences, "household_id")
_index(visits, "visit_date")
_index(visits, "person_id")
_index(consultations, "consultation_date")
_index(consultations, "person_id")
_index(client_problem_areas, "person_id")
_index(visit_activities, "visit_id")


# ── rows that loads have replaced ────────────────────────────────────────────────────────────────

# What a load may write: every row names the load that brought it. In the order of their references.
LOADED = (
    centres,
    branches,
    psychologists,
    persons,
    households,
    residences,
    memberships,
    status_decisions,
    payments,
    visits,
    visit_activities,
    consultations,
    client_problem_areas,
)


def _replaced_rows(table: Table) -> Table:
    columns = [Column(c.name, c.type, nullable=c.nullable, autoincrement=False, comment=c.comment) for c in table.c]
    return Table(
        f"{table.name}_replaced",
        metadata,
        *columns,
        _number("replaced_by", "Load that replaced or changed the row"),
        comment=f"Rows of {table.name} as they were before a load replaced or changed them",
    )


REPLACED = {table.name: _replaced_rows(table) for table in LOADED}
