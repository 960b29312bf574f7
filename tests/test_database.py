"""Opening a case database: what is refused, what is noticed, and that nothing can be written."""

import os
import random
import subprocess
import sys
from datetime import date, datetime
from pathlib import Path

import pytest
import sqlalchemy
from sqlalchemy.exc import DBAPIError

from data_access import (
    DatabaseError,
    DatabaseMissing,
    DatabaseUnavailable,
    DatabaseVersion,
    Question,
    open_database,
    pointer,
    schema,
)
from data_access.__main__ import main
from data_access.duckdb_engine import duckdb_engine
from data_access.errors import BadSetting
from tests.infrastructure.case_database import Case, make_tables
from tests.infrastructure.postgres import PostgresServer, free_loopback_port

REPOSITORY = Path(__file__).resolve().parents[1]


def make_file(path: Path, *, version: int = schema.SCHEMA_VERSION, cents: int = 0) -> Path:
    """A DuckDB file with one payment."""
    engine = sqlalchemy.create_engine(f"duckdb:///{path}")
    make_tables(engine, version)
    fill(engine, cents=cents)
    engine.dispose()
    return path


def fill(engine: sqlalchemy.Engine, *, cents: int, load: int = 1) -> None:
    """A load that brings one payment."""
    row = {"load_id": load, "loaded_at": datetime(2024, 1, 2, 3, 4), "demonstration": False, "source": "test"}
    subject = {
        "load_id": load,
        "subject": "assistance",
        "data_from": date(2023, 1, 1),
        "data_until": date(2023, 12, 31),
        "rows_before": load - 1,
        "rows_after": load,
    }
    with engine.begin() as connection:
        connection.execute(schema.loads.insert(), row)
        connection.execute(schema.load_subjects.insert(), subject)
        span = {name: subject[name] for name in ("load_id", "subject", "data_from", "data_until")}
        connection.execute(schema.load_spans.insert(), span)
        if load == 1:
            household = {"household_id": 1, "household_key": "a", "formed_on": date(2020, 1, 1), "load_id": 1}
            connection.execute(schema.households.insert(), household)
        payment = {"payment_id": load, "payment_date": date(2023, 5, 5), "household_id": 1, "cents": cents}
        connection.execute(schema.payments.insert(), payment | {"load_id": load})


def spend(url: str) -> int:
    return open_database(url).ask(Question.of("spend", 2023)).value()


def test_a_file_that_is_not_there(tmp_path: Path) -> None:
    path = tmp_path / "none.duckdb"
    with pytest.raises(DatabaseMissing) as caught:
        open_database(f"duckdb:///{path}")
    assert str(path) in str(caught.value)
    assert not path.exists()  # asking for it has not made it


def test_a_pointer_to_a_file_that_is_gone(tmp_path: Path) -> None:
    path = tmp_path / "case.duckdb"
    path.symlink_to(tmp_path / "gone.duckdb")
    with pytest.raises(DatabaseMissing):
        open_database(f"duckdb:///{path}")


def test_a_database_of_another_version(tmp_path: Path, postgres_server: PostgresServer) -> None:
    file = make_file(tmp_path / "old.duckdb", version=schema.SCHEMA_VERSION + 1)
    url = postgres_server.create_database("old_version")
    engine = sqlalchemy.create_engine(url)
    make_tables(engine, schema.SCHEMA_VERSION + 1)
    engine.dispose()
    for address in (f"duckdb:///{file}", url):
        with pytest.raises(DatabaseVersion) as caught:
            open_database(address)
        assert str(schema.SCHEMA_VERSION + 1) in str(caught.value)


def test_a_database_that_is_no_case_database(tmp_path: Path, postgres_server: PostgresServer) -> None:
    file = tmp_path / "other.duckdb"
    engine = sqlalchemy.create_engine(f"duckdb:///{file}")
    with engine.begin() as connection:
        connection.execute(sqlalchemy.text("create table something (else_ integer)"))
    engine.dispose()
    for address in (f"duckdb:///{file}", postgres_server.create_database("no_cases")):
        with pytest.raises(DatabaseVersion):
            open_database(address)


def test_a_file_that_is_no_database(tmp_path: Path) -> None:
    file = tmp_path / "letter.duckdb"
    file.write_text("Dear service, " * 1000)
    with pytest.raises(DatabaseError):
        open_database(f"duckdb:///{file}")


@pytest.mark.parametrize("damage", ["cut", "header", "middle"])
def test_a_damaged_file_is_an_error_with_a_sentence(
    demonstration_url: str, tmp_path: Path, damage: str, monkeypatch: pytest.MonkeyPatch, capsys
) -> None:
    whole = Path(sqlalchemy.make_url(demonstration_url).database).read_bytes()
    half = len(whole) // 2
    garbage = random.Random(1).randbytes(half - 100_000)
    damaged = {
        "cut": whole[:half],
        "header": garbage[:12_288] + whole[12_288:],
        "middle": whole[: half // 2] + garbage + whole[half // 2 + len(garbage) :],
    }
    file = tmp_path / "case.duckdb"
    file.write_bytes(damaged[damage])
    monkeypatch.setenv("DATABASE_URL", f"duckdb:///{file}")
    assert main(["query", "spend", "2011..2023", "--by", "benefit"]) == 1
    told = capsys.readouterr()
    assert "Datubāze neatbild. Mēģiniet vēlreiz pēc brīža." in told.out + told.err
    assert "Traceback" not in told.out + told.err


def test_a_server_that_does_not_answer() -> None:
    with pytest.raises(DatabaseUnavailable):
        open_database(f"postgresql+psycopg://postgres@127.0.0.1:{free_loopback_port()}/case")


def test_a_database_that_goes_away_is_an_error_with_a_sentence(postgres_server: PostgresServer) -> None:
    url = postgres_server.create_database("going_away")
    writer = sqlalchemy.create_engine(url)
    make_tables(writer)
    fill(writer, cents=5)
    database = open_database(url)
    assert database.ask(Question.of("spend", 2023)).value() == 5
    with writer.begin() as connection:
        connection.execute(sqlalchemy.text("drop table payments cascade"))
    with pytest.raises(DatabaseUnavailable) as caught:
        database.ask(Question.of("spend", 2023))
    writer.dispose()
    assert str(caught.value) == "Datubāze neatbild. Mēģiniet vēlreiz pēc brīža."


def test_opening_again_is_the_same_database(case: Case) -> None:
    url = case.database.engine.url.render_as_string(hide_password=False)
    assert open_database(url) is case.database


def test_a_file_put_in_place_of_another_is_noticed(tmp_path: Path) -> None:
    path = tmp_path / "case.duckdb"
    url = f"duckdb:///{path}"
    pointer.switch(path, make_file(pointer.new_version(path), cents=100))
    first = open_database(url)
    assert spend(url) == 100
    pointer.switch(path, make_file(pointer.new_version(path), cents=200))
    assert spend(url) == 200
    second = open_database(url)
    assert second is not first
    assert second.version != first.version  # so nothing cached for the first is shown for the second


def test_a_new_load_in_the_same_database_is_noticed(postgres_server: PostgresServer) -> None:
    url = postgres_server.create_database("two_loads")
    writer = sqlalchemy.create_engine(url)
    make_tables(writer)
    fill(writer, cents=100)
    before = open_database(url).version
    assert spend(url) == 100
    fill(writer, cents=11, load=2)
    writer.dispose()
    assert spend(url) == 111
    assert open_database(url).version != before


@pytest.mark.parametrize(
    "statement",
    [
        "insert into problem_areas values ('other', 0, 99, 'Cits', 'Other')",
        "update payments set cents = 0",
        "delete from payments",
        "create table more (n integer)",
        "drop table payments",
    ],
)
def test_nothing_can_be_written(case: Case, statement: str) -> None:
    case.payment(case.household(), "2023-01-01", cents=100)
    assert case.ask("spend", 2023).value() == 100
    with pytest.raises(DBAPIError, match=r"read-only"), case.database.engine.begin() as connection:
        connection.execute(sqlalchemy.text(statement))
    assert case.ask("spend", 2023).value() == 100


# Under `python -c`, as in a notebook, DuckDB would draw a bar into what is printed.
BAR = """
import sys
from sqlalchemy import make_url, text
from data_access import open_database
from data_access.changing import changing
asked = text("SELECT value FROM duckdb_settings() WHERE name = 'enable_progress_bar'")
url = sys.argv[1]
with open_database(url).engine.connect() as reading:
    print(reading.scalar(asked))
with changing(make_url(url)) as writing:
    print(writing.scalar(asked))
"""


def test_duckdb_draws_no_bar_of_its_own(tmp_path: Path) -> None:
    path = make_file(tmp_path / "case.duckdb")
    said = subprocess.run(
        [sys.executable, "-c", BAR, f"duckdb:///{path}"], capture_output=True, text=True, check=True, cwd=REPOSITORY
    )
    assert said.stdout.split() == ["false", "false"]


def test_a_question_takes_as_many_processors_as_it_is_given(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def threads(of: Path) -> int:
        with duckdb_engine(sqlalchemy.make_url(f"duckdb:///{of}")).connect() as connection:
            return connection.execute(sqlalchemy.text("SELECT current_setting('threads')")).scalar_one()

    monkeypatch.setenv("DUCKDB_THREADS", "3")
    assert threads(tmp_path / "three.duckdb") == 3
    monkeypatch.delenv("DUCKDB_THREADS")
    assert threads(tmp_path / "all.duckdb") == os.cpu_count()


@pytest.mark.parametrize("value", ["0", "-1", "two", "1.5", "²"])
def test_a_number_of_processors_that_is_none_is_said_to_be_so(tmp_path: Path, monkeypatch, value: str) -> None:
    path = make_file(tmp_path / "case.duckdb")
    monkeypatch.setenv("DUCKDB_THREADS", value)
    with pytest.raises(BadSetting, match=f"DUCKDB_THREADS nevar būt „{value}”"):
        open_database(f"duckdb:///{path}")


def test_no_password_in_the_version(postgres_server: PostgresServer) -> None:
    url = sqlalchemy.make_url(postgres_server.create_database("secret")).set(password="hunter2")
    engine = sqlalchemy.create_engine(url)
    make_tables(engine)
    fill(engine, cents=1)
    engine.dispose()
    assert "hunter2" not in open_database(url.render_as_string(hide_password=False)).version


def test_years_with_records_newest_first(case: Case) -> None:
    for subject in ("assistance", "status", "psychologists", "day_centres"):
        case.load(subject, "2021-06-01", "2023-05-14")
    assert case.database.years == [2023, 2022, 2021]
    assert case.database.demonstration is False


def test_the_environment_names_the_database(case: Case, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DATABASE_URL", case.database.engine.url.render_as_string(hide_password=False))
    assert open_database() is case.database
