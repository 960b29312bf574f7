"""A database copied from a file to PostgreSQL and back: every row, or none and a sentence."""

import itertools
import shutil
from collections.abc import Callable
from datetime import date, datetime
from pathlib import Path

import pytest
from sqlalchemy import Engine, create_engine, insert, literal, make_url, select, text, update

from data_access import Question, copying, open_database, schema
from data_access.__main__ import main
from data_access.copying import NotCopied, copy_database
from data_access.loading.applying import apply, undo
from data_access.migrations import migrate
from data_access.pointer import resolve
from data_access.roles import roles_sql
from tests.infrastructure.loading import file_of, typed

pytestmark = pytest.mark.postgres

_numbers = itertools.count()
QUESTIONS = (
    Question.of(["spend", "households_assisted"], "2023", by=["territory"]),
    Question.of("spend", "2023", by=["month", "benefit"]),
    Question.of("visits", "2023", by=["branch"]),
    Question.of("consultations", "2023", by=["problem_area"]),
    Question.of("households_with_status", "2023", by=["status"]),
)


def engine_of(url: str) -> Engine:
    place = make_url(url)
    if place.get_backend_name() == "duckdb":
        place = place.set(database=str(resolve(place.database)))
    return create_engine(place)


def contents(url: str) -> dict[str, list[tuple]]:
    """Every row of every table, in no particular order."""
    engine = engine_of(url)
    with engine.connect() as connection:
        found = {
            table.name: sorted(map(tuple, connection.execute(select(table))), key=repr)
            for table in schema.metadata.sorted_tables
        }
    engine.dispose()
    return found


def change(url: str, *statements) -> None:
    engine = engine_of(url)
    with engine.begin() as connection:
        for statement in statements:
            connection.execute(statement)
    engine.dispose()


@pytest.fixture(scope="module")
def filled(new_case, tmp_path_factory) -> Path:
    """A file with something in every table."""
    case = new_case("duckdb", "copying")
    home, other = case.household(), case.household(lives_in=None, dissolved_on="2023-06-30")
    person = case.member(home, born=None, sex=None)
    case.payment(home, "2023-02-05", cents=12_345)
    case.payment(other, "2023-03-05", cents=-45, benefit_type=None, territory=None, person=person)
    case.status(home, "2023-01-01")
    case.visit(person, "2023-05-05", activities=("laundry", "shower"))
    case.consultation(person, "2023-05-06", psychologist=case.psychologist("PSI-1"))
    case.function("2023-05-07", person=person)
    case.area(person, "depression")
    case.event("gap", "2023-01-01", "2023-01-31")
    case.load("assistance", "2023-01-01", "2023-12-31")
    case.log("load_files", load_id=1, kind="payments", file_hash="0f", file_name='a "b", c.csv', rows_read=3,
             rows_accepted=2, rows_rejected=1)  # fmt: skip
    case.log("rejected_rows", load_id=1, kind="payments", file_name="a.csv", row=7, column_name="",
             value=r"\N", reason="kļūda")  # fmt: skip
    case.log("load_warnings", load_id=1, kind="payments", warning="dīvaini", month=None, count=2)
    file = tmp_path_factory.mktemp("copying") / "filled.duckdb"
    shutil.copyfile(case.database.engine.url.database, file)
    url = f"duckdb:///{file}"
    change(
        url,
        *(
            insert(kept).from_select([*table.c.keys(), "replaced_by"], select(*table.c, literal(2)))
            for table, kept in ((schema.metadata.tables[name], kept) for name, kept in schema.REPLACED.items())
        ),
        update(schema.loads).values(loaded_at=datetime(2024, 1, 2, 3, 4, 5, 678_901)),
    )
    assert not [name for name, rows in contents(url).items() if not rows]
    return file


@pytest.fixture
def source(filled: Path, tmp_path: Path) -> str:
    """The address of such a file, for one test."""
    return f"duckdb:///{shutil.copyfile(filled, tmp_path / 'source.duckdb')}"


@pytest.fixture
def empty(postgres_server, monkeypatch) -> Callable[[], tuple[str, str, str]]:
    """`empty()`: (administrator, owner, reader) of a new database with its tables."""
    monkeypatch.delenv("ALLOW_WRITING_ROLE", raising=False)

    def make() -> tuple[str, str, str]:
        number = next(_numbers)
        place = make_url(postgres_server.create_database(f"copying_{number}"))
        owner, reader = f"copy_owner_{number}", f"copy_reader_{number}"
        postgres_server.run_sql(roles_sql(place, owner, reader), place.database)
        owner, reader = place.set(username=owner), place.set(username=reader)
        migrate(owner)
        return tuple(each.render_as_string(hide_password=False) for each in (place, owner, reader))

    return make


def copy(source: str, target: str) -> None:
    copy_database(make_url(source), make_url(target), lambda done: None)


def test_everything_goes_to_postgresql_and_back(source, empty, tmp_path, postgres_server, monkeypatch, capsys) -> None:
    administrator, owner, reader = empty()
    # As it is done: the reader's address is that of the dashboard, the owner's stands in the settings.
    monkeypatch.setenv("DATABASE_URL", reader)
    monkeypatch.setenv("LOADING_DATABASE_URL", owner)
    monkeypatch.setenv("COLUMNS", "100")
    assert main(["copy", "--from", source]) == 0
    said = " ".join(capsys.readouterr().out.replace("\N{NO-BREAK SPACE}", " ").split())
    assert "payments │ 2 │ 123,00 €" in said
    assert "sakrīt katrā tabulā" in said

    before = contents(source)
    assert contents(owner) == before
    # The dashboard may read all of it and nothing more, and answers as before.
    read, file = open_database(reader), open_database(source)
    for question in QUESTIONS:
        assert read.ask(question).frame.equals(file.ask(question).frame)
    assert read.ask(Question.of("spend", "2023")).value() == 12_300
    # Numbers are counted on from what is there; no sequence has to be set.
    assert postgres_server.run_sql("SELECT count(*) FROM pg_sequences", make_url(administrator).database) == [(0,)]

    back = f"duckdb:///{tmp_path}/back.duckdb"
    migrate(make_url(back))
    copy(reader, back)
    assert contents(back) == before


def test_loads_go_on_and_are_undone_as_before(empty, tmp_path) -> None:
    def load(url: str, *payments: tuple[str, str, int]) -> int:
        rows = [{"household_key": key, "payment_date": day, "cents": cents} for key, day, cents in payments]
        frame = typed("payments", *rows)
        return apply(url, {"payments": frame}, who="A", files=[file_of("payments", frame)]).load_id

    file, (_, owner, reader) = f"duckdb:///{tmp_path}/case.duckdb", empty()
    migrate(make_url(file))
    load(file, ("a", "2023-01-05", 100), ("b", "2023-02-05", 200))
    load(file, ("a", "2023-01-06", 1), ("c", "2023-01-07", 2))  # in place of January
    copy(file, owner)
    spend = Question.of("spend", "2023", by=["month"])
    assert load(owner, ("d", "2023-03-08", 4000)) == 3
    assert open_database(reader).ask(spend).total["spend"] == 1 + 2 + 200 + 4000
    for left in (1 + 2 + 200, 100 + 200):
        undo(owner, who="A")
        assert open_database(reader).ask(spend).total["spend"] == left


def make_older(url: str) -> None:
    change(url, update(schema.schema_version).values(version=schema.SCHEMA_VERSION - 1))


def add_a_person(url: str) -> None:
    change(url, insert(schema.persons).values(person_id=1, person_key="k", birth_date=date(2000, 1, 1), load_id=1))


@pytest.mark.parametrize(
    ("prepare", "reads", "sentences"),
    [
        (add_a_person, False, "jau ir ieraksti (tabulā „persons”)"),
        (make_older, False, "vecāka programmas versija (2)"),
        (None, True, "nedrīkst rakstīt"),
    ],
    ids=["records", "older", "reader"],
)
def test_a_database_that_nothing_can_be_copied_to_is_as_it_was(
    source, empty, prepare, reads, sentences, capsys
) -> None:
    _, owner, reader = empty()
    if prepare:
        prepare(owner)
    before = contents(owner)
    assert main(["copy", "--from", source, "--to", reader if reads else owner]) == 1
    said = capsys.readouterr().err
    assert "Uz datubāzi postgresql" in said
    assert sentences in said
    assert contents(owner) == before


def test_a_database_without_tables_is_sent_to_migrate(source, postgres_server, capsys) -> None:
    nothing = postgres_server.create_database("copying_nothing")
    assert main(["copy", "--from", source, "--to", nothing]) == 1
    said = capsys.readouterr().err
    assert "vēl nav tabulu" in said
    assert "python -m data_access migrate" in said
    assert postgres_server.run_sql("SELECT count(*) FROM pg_tables WHERE schemaname = 'public'", "copying_nothing") == [
        (0,)
    ]


def test_what_cannot_be_read_is_named(source, tmp_path, capsys) -> None:
    nowhere = "postgresql+psycopg://nobody:PASSWORD@127.0.0.1:9/none"

    def refused(address: str) -> str:
        assert main(["copy", "--from", address, "--to", nowhere]) == 1
        return capsys.readouterr().err

    assert "Datubāzes vēl nav" in refused(f"duckdb:///{tmp_path}/none.duckdb")
    (tmp_path / "other.duckdb").write_bytes(b"something else")
    assert "Datubāzi duckdb" in refused(f"duckdb:///{tmp_path}/other.duckdb")
    said = refused(source)
    assert "Uz datubāzi postgresql+psycopg://nobody:***@127.0.0.1:9/none" in said
    assert "neatbild" in said
    make_older(source)
    said = refused(source)
    assert f"Datubāzi {source} nevar pārkopēt" in said
    assert "vecāka programmas versija (2)" in said


def test_a_copy_that_ends_early_or_is_not_the_same_leaves_nothing(source, empty, monkeypatch) -> None:
    _, owner, _ = empty()
    before = contents(owner)

    def stop(done: float) -> None:
        if done > 0.5:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        copy_database(make_url(source), make_url(owner), stop)
    assert contents(owner) == before

    def lose(connection, table, frame) -> None:
        append(connection, table, frame.iloc[1:] if table is schema.payments else frame)

    append = copying.append
    monkeypatch.setattr(copying, "append", lose)
    with pytest.raises(NotCopied, match="„payments” nebija tāda pati"):
        copy(source, owner)
    assert contents(owner) == before
    monkeypatch.undo()

    # A file keeps no rules between tables, PostgreSQL does; nothing of the rows is said.
    change(source, text("UPDATE payments SET household_id = 777"))
    with pytest.raises(NotCopied, match=r"„payments”.*payments_household_id_fkey") as refused:
        copy(source, owner)
    assert "777" not in str(refused.value)
    assert contents(owner) == before


def test_somewhere_to_copy_to_has_to_be_named(source, monkeypatch, capsys) -> None:
    monkeypatch.delenv("LOADING_DATABASE_URL", raising=False)
    assert main(["copy", "--from", source, "--language", "en"]) == 2
    assert "LOADING_DATABASE_URL" in capsys.readouterr().err
