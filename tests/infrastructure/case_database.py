"""A small case database of hand-made rows, on DuckDB and on PostgreSQL.

A test that asks for `case` runs on both engines. It writes rows with defaults and asks:

    home = case.household()
    case.payment(home, "2023-12-31", cents=1000)  # last day of the year: counted
    assert case.ask("spend", 2023).value() == 1000

Rows are written when something is asked, through an address of its own; the answer comes through
`open_database`, read-only, as on the dashboard. Subjects without a `case.load` have data for all days.
"""

import csv
import itertools
import shutil
from collections.abc import Iterator
from datetime import date, datetime, timedelta
from pathlib import Path

import pytest
import sqlalchemy

from data_access import Answer, Database, Question, open_database, schema

REFERENCE = Path(__file__).resolve().parents[2] / "data_access" / "reference"
ENGINES = ("duckdb", "postgresql")
SUBJECTS = ("assistance", "status", "psychologists", "day_centres")
ALL_DAYS = (date(1990, 1, 1), date(2049, 12, 31))
LONG_AGO = date(2000, 1, 1)

# Tables that keep their rows from test to test, in the order of their foreign keys.
_LASTING = ("territories", "benefits", "benefit_types", "centres", "problem_areas", "problem_categories")
# Tables that every test fills anew, in the order of their foreign keys.
_FILLED = (
    "branches",
    "psychologists",
    "series_events",
    "persons",
    "households",
    "residences",
    "memberships",
    "status_decisions",
    "payments",
    "visits",
    "visit_activities",
    "consultations",
    "psychologist_functions",
    "client_problem_areas",
    "loads",
    "load_subjects",
    "load_spans",
    "load_files",
    "rejected_rows",
    "load_warnings",
)
_YES_NO = ("income_tested", "social_assistance")
_DAYS = ("valid_from", "valid_to", "opened_on", "closed_on")

_moments = itertools.count()


def day(value: date | str | None) -> date | None:
    return date.fromisoformat(value) if isinstance(value, str) else value


def _read(name: str) -> list[dict]:
    with (REFERENCE / f"{name}.csv").open(encoding="utf-8", newline="") as file:
        rows = [{key: value or None for key, value in row.items()} for row in csv.DictReader(file)]
    for place, row in enumerate(rows):
        row["sort_order"] = place
        row |= {key: row[key] == "true" for key in _YES_NO if key in row}
        row |= {key: day(row[key]) for key in _DAYS if key in row}
    return rows


def reference_rows() -> dict[str, list[dict]]:
    """The rows of the reference tables, as `data_access/reference` has them."""
    rows = {name: _read(name) for name in (*_LASTING, "branches")}
    bits = {}
    for place, row in enumerate(rows["problem_areas"]):
        row["bit"] = bits[row["problem_area"]] = 2**place
    for row in rows["problem_categories"]:
        areas = row.pop("problem_areas")
        row["bits"] = sum(bits[area] for area in areas.split(";")) if areas else 0
    return rows


def _insert(connection: sqlalchemy.Connection, name: str, rows: list[dict]) -> None:
    if rows:
        table = getattr(schema, name)
        of_a_load = {"load_id": 1} if "load_id" in table.c else {}
        every = dict.fromkeys(name for row in rows for name in row)  # rows written together have the same columns
        connection.execute(table.insert().values([every | of_a_load | row for row in rows]))


def make_tables(engine: sqlalchemy.Engine, version: int = schema.SCHEMA_VERSION) -> None:
    """An empty case database with its reference tables."""
    with engine.begin() as connection:
        schema.metadata.create_all(connection)
        _insert(connection, "schema_version", [{"version": version}])
        reference = reference_rows()
        for name in _LASTING:
            _insert(connection, name, reference[name])


class Case:
    """Rows to be counted, and the database in which they are counted."""

    def __init__(self, engine_name: str):
        self.engine_name = engine_name
        self.rows: dict[str, list[dict]] = {}
        self._database: Database | None = None
        self.clear()

    def clear(self) -> None:
        self.rows = {name: [] for name in _FILLED} | reference_rows()
        self._database = None

    def _add(self, table: str, key: str | None = None, **row) -> int:
        self._database = None
        rows = self.rows[table]
        if key:
            row = {key: len(rows) + 1, **row}
        rows.append(row)
        return len(rows)

    # ── people ───────────────────────────────────────────────────────────────────────────────────

    def household(
        self,
        *,
        population: str | None = "residents",
        lives_in: str | None = "ogre",
        formed_on: date | str = LONG_AGO,
        dissolved_on: date | str | None = None,
    ) -> int:
        """`lives_in=None`: no residence is known."""
        home = self._add(
            "households",
            "household_id",
            household_key=f"case-{len(self.rows['households']) + 1}",
            population=population,
            formed_on=day(formed_on),
            dissolved_on=day(dissolved_on),
        )
        if lives_in:
            self.residence(home, lives_in, formed_on)
        return home

    def residence(
        self,
        household: int,
        territory: str | None,
        valid_from: date | str = LONG_AGO,
        valid_to: date | str | None = None,
    ) -> None:
        self._add(
            "residences",
            household_id=household,
            territory=territory,
            valid_from=day(valid_from),
            valid_to=day(valid_to),
        )

    def person(
        self,
        *,
        born: date | str | None = "1980-05-05",
        sex: str | None = "female",
        disability: str | None = "without",
        population: str | None = "residents",
    ) -> int:
        number = len(self.rows["persons"]) + 1
        return self._add(
            "persons",
            "person_id",
            person_key=f"key-{number}",
            birth_date=day(born),
            sex=sex,
            disability=disability,
            population=population,
        )

    def member(
        self,
        household: int,
        person: int | None = None,
        *,
        valid_from: date | str = LONG_AGO,
        valid_to: date | str | None = None,
        activity: str | None = "employed",
        **new_person,
    ) -> int:
        """Membership of a person, or of a new one: `case.member(home, born="2015-01-01")`."""
        person = person or self.person(**new_person)
        self._add(
            "memberships",
            household_id=household,
            person_id=person,
            activity=activity,
            valid_from=day(valid_from),
            valid_to=day(valid_to),
        )
        return person

    # ── facts ────────────────────────────────────────────────────────────────────────────────────

    def payment(
        self,
        household: int,
        on: date | str,
        *,
        cents: int = 1000,
        benefit_type: str | None = "gmi",
        form: str | None = "cash",
        status: str | None = "needy",
        territory: str | None = "ogre",
        person: int | None = None,
    ) -> int:
        return self._add(
            "payments",
            "payment_id",
            payment_date=day(on),
            household_id=household,
            person_id=person,
            benefit_type=benefit_type,
            form=form,
            cents=cents,
            status=status,
            territory=territory,
        )

    def status(
        self,
        household: int,
        valid_from: date | str,
        valid_to: date | str | None = None,
        *,
        status: str = "needy",
        kind: str = "granted",
    ) -> int:
        return self._add(
            "status_decisions",
            "decision_id",
            household_id=household,
            status=status,
            decision_kind=kind,
            valid_from=day(valid_from),
            valid_to=day(valid_to),
        )

    def psychologist(self, code: str, workload: str = "full_time") -> str:
        self._add("psychologists", psychologist=code, workload=workload, employed_from=LONG_AGO, employed_to=None)
        return code

    def consultation(
        self,
        person: int,
        on: date | str,
        *,
        attendance: str | None = "attended",
        psychologist: str | None = None,
    ) -> int:
        return self._add(
            "consultations",
            "consultation_id",
            consultation_date=day(on),
            person_id=person,
            psychologist=psychologist,
            attendance=attendance,
        )

    def function(self, on: date | str, function: str = "perpetrators_group", person: int | None = None) -> int:
        """Something that psychologists do besides consultations of clients."""
        columns = {"function_date": day(on), "psychologist_function": function, "person_id": person}
        return self._add("psychologist_functions", "function_id", **columns)

    def area(
        self,
        person: int,
        problem_area: str,
        valid_from: date | str = LONG_AGO,
        valid_to: date | str | None = None,
    ) -> None:
        self._add(
            "client_problem_areas",
            person_id=person,
            problem_area=problem_area,
            valid_from=day(valid_from),
            valid_to=day(valid_to),
        )

    def branch(
        self, code: str, opened_on: date | str, closed_on: date | str | None = None, centre: str = "gadc"
    ) -> str:
        """One more branch of a centre, the family support day centre if none is named."""
        self._add(
            "branches",
            branch=code,
            centre=centre,
            territory="ogre",
            opened_on=day(opened_on),
            closed_on=day(closed_on),
            sort_order=len(self.rows["branches"]),
            name_lv=code,
            name_en=code,
        )
        return code

    def visit(self, person: int, on: date | str, branch: str = "gadc_ogre", *, activities: tuple[str, ...] = ()) -> int:
        visit = self._add("visits", "visit_id", visit_date=day(on), person_id=person, branch=branch)
        for activity in activities:
            self._add("visit_activities", visit_id=visit, service_activity=activity)
        return visit

    # ── what is known of the records ─────────────────────────────────────────────────────────────

    def load(
        self,
        subject: str,
        data_from: date | str,
        data_until: date | str,
        *,
        demonstration: bool = False,
        undone: bool = False,
    ) -> None:
        """Says that the records of a subject reach these days; several loads of one subject may have holes between."""
        undone_at = datetime(2024, 1, 3) if undone else None
        load = self._add("loads", "load_id", demonstration=demonstration, source="hand-made rows", undone_at=undone_at)
        self._add("load_spans", load_id=load, subject=subject, data_from=day(data_from), data_until=day(data_until))
        self._add(
            "load_subjects",
            load_id=load,
            subject=subject,
            data_from=day(data_from),
            data_until=day(data_until),
            rows_before=0,
            rows_after=1,
        )

    def log(self, table: str, **row) -> None:
        """A row of what is written down about loads: `case.log("load_warnings", load_id=1, …)`."""
        self._add(table, **row)

    def event(
        self,
        kind: str,
        first_day: date | str,
        last_day: date | str | None = None,
        *,
        subject: str = "assistance",
        measure: str | None = None,
        lifted_by: str | None = None,
        of_dimension: str | None = None,
        of_code: str | None = None,
        text: str = "reason",
    ) -> None:
        self._add(
            "series_events",
            "event_id",
            subject=subject,
            kind=kind,
            first_day=day(first_day),
            last_day=day(last_day),
            measure=measure,
            lifted_by=lifted_by,
            of_dimension=of_dimension,
            of_code=of_code,
            text_lv=text,
            text_en=text,
            source="test",
        )

    # ── asking ───────────────────────────────────────────────────────────────────────────────────

    def ask(self, measures, period, by=(), where=None, **options) -> Answer:
        return self.database.ask(Question.of(measures, period, by, where, **options))

    @property
    def database(self) -> Database:
        """The database with the rows as they are now, opened for reading."""
        if self._database is None:
            for subject in SUBJECTS:
                if subject not in {row["subject"] for row in self.rows["load_subjects"]}:
                    self.load(subject, *ALL_DAYS)
            self._database = open_database(self._write())
        return self._database

    def _filled(self) -> dict[str, list[dict]]:
        # Each writing is a load of its own time, as the version of the data must differ.
        loaded_at = datetime(2024, 1, 2, 3, 4) + timedelta(seconds=next(_moments))
        loads = [{**row, "loaded_at": loaded_at} for row in self.rows["loads"]]
        return {name: self.rows[name] for name in _FILLED} | {"loads": loads}

    def _write(self) -> str:
        """Writes all rows; returns the address."""
        raise NotImplementedError


class DuckDBCase(Case):
    """Every writing is a new file: a file that is being read cannot be written.

    All are written by one DuckDB that is there for it, as to start one takes longer than to write.
    """

    def __init__(self, empty: Path, folder: Path, writer: sqlalchemy.Engine):
        super().__init__("duckdb")
        self._empty = empty
        self._folder = folder
        self._writer = writer
        self._file: Path | None = None

    def _write(self) -> str:
        if self._file:
            self._file.unlink()
        self._file = self._folder / f"case-{next(_moments)}.duckdb"
        shutil.copyfile(self._empty, self._file)
        with self._writer.connect() as connection:
            connection.exec_driver_sql(f"ATTACH '{self._file}' AS written")
            connection.exec_driver_sql("USE written")
            for name, rows in self._filled().items():
                _insert(connection, name, rows)
            connection.exec_driver_sql("USE memory")
            connection.commit()
            connection.exec_driver_sql("DETACH written")
        return f"duckdb:///{self._file}"


class PostgreSQLCase(Case):
    """Every writing takes the place of the rows before it."""

    def __init__(self, url: str, engine: sqlalchemy.Engine):
        super().__init__("postgresql")
        self._url = url
        self._engine = engine

    def _write(self) -> str:
        filled = self._filled()
        with self._engine.begin() as connection:
            for name in reversed(filled):
                connection.execute(getattr(schema, name).delete())
            for name, rows in filled.items():
                _insert(connection, name, rows)
        return self._url


@pytest.fixture(scope="session")
def empty_duckdb(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A file with the reference tables and no cases."""
    path = tmp_path_factory.mktemp("case") / "empty.duckdb"
    engine = sqlalchemy.create_engine(f"duckdb:///{path}")
    make_tables(engine)
    engine.dispose()
    return path


@pytest.fixture(scope="session")
def new_case(request: pytest.FixtureRequest, empty_duckdb: Path, tmp_path_factory) -> Iterator:
    """`new_case("duckdb", "name")`: a case of its own; asked again for the same name, the same one, cleared."""
    made: dict[tuple[str, str], Case] = {}
    writers = [sqlalchemy.create_engine("duckdb:///:memory:")]

    def make(engine_name: str, name: str) -> Case:
        if (engine_name, name) in made:
            made[engine_name, name].clear()
        elif engine_name == "duckdb":
            made[engine_name, name] = DuckDBCase(empty_duckdb, tmp_path_factory.mktemp(name), writers[0])
        else:
            url = request.getfixturevalue("postgres_server").create_database(f"case_{name}")
            writers.append(sqlalchemy.create_engine(url))
            make_tables(writers[-1])
            made[engine_name, name] = PostgreSQLCase(url, writers[-1])
        return made[engine_name, name]

    yield make
    for engine in writers:
        engine.dispose()


@pytest.fixture(params=[pytest.param("duckdb"), pytest.param("postgresql", marks=pytest.mark.postgres)])
def case(request: pytest.FixtureRequest, new_case) -> Case:
    """An empty case database; the test runs once on each engine."""
    return new_case(request.param, "hand_made")
