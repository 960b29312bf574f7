"""An owner that loads and a reader for the dashboard: made by our SQL, tried on a real server."""

import itertools

import pytest
import sqlalchemy
from sqlalchemy import create_engine, make_url, text
from sqlalchemy.exc import DBAPIError

from data_access import Question, open_database
from data_access.__main__ import main
from data_access.errors import MayNotWrite, WritingRole
from data_access.loading.applying import apply
from data_access.migrations import migrate
from data_access.roles import roles_sql
from tests.infrastructure.loading import file_of, typed

pytestmark = pytest.mark.postgres
_numbers = itertools.count()


@pytest.fixture
def urls(postgres_server, monkeypatch):
    """(administrator, owner, reader) of a database of its own."""
    monkeypatch.delenv("ALLOW_WRITING_ROLE")
    number = next(_numbers)
    place = make_url(postgres_server.create_database(f"roles-{number}"))
    owner, reader = f"owner {number}", f"reader {number}"
    engine = create_engine(place, isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        connection.exec_driver_sql(roles_sql(place, owner, reader).replace("%", "%%"))
    engine.dispose()
    return [str(each.render_as_string(hide_password=False)) for each in (place, place.set(username=owner),
                                                                         place.set(username=reader))]  # fmt: skip


def load(url: str) -> None:
    frame = typed("payments", {"household_key": "home", "payment_date": "2023-01-05", "cents": 100})
    apply(url, {"payments": frame}, who="A", files=[file_of("payments", frame)])


def test_the_owner_loads_and_the_dashboard_reads(urls) -> None:
    _, owner, reader = urls
    migrate(make_url(owner))
    load(owner)
    assert open_database(reader).ask(Question.of("spend", 2023)).value() == 100


@pytest.mark.parametrize("place", [0, 1], ids=["administrator", "owner"])
def test_the_dashboard_refuses_a_role_that_may_write(urls, monkeypatch, place: int) -> None:
    migrate(make_url(urls[1]))
    load(urls[1])
    with pytest.raises(WritingRole) as caught:
        open_database(urls[place])
    assert make_url(urls[place]).username in str(caught.value)
    assert "python -m data_access roles" in str(caught.value)
    monkeypatch.setenv("ALLOW_WRITING_ROLE", "yes")
    assert open_database(urls[place]).years == [2023]


def test_one_right_too_many_is_noticed(urls) -> None:
    administrator, owner, reader = urls
    migrate(make_url(owner))
    engine = create_engine(administrator)
    with engine.begin() as connection:
        connection.execute(text(f'GRANT DELETE ON load_warnings TO "{make_url(reader).username}"'))
    engine.dispose()
    with pytest.raises(WritingRole):
        open_database(reader)


@pytest.mark.parametrize(
    "statement",
    [
        "insert into problem_areas values ('x', 0, 1, 'x', 'x')",
        "update payments set cents = 0",
        "delete from payments",
        "truncate payments",
        "drop table payments",
        "create table more (n integer)",
        "create temporary table more (n integer)",
    ],
)
def test_the_reader_can_write_nothing_even_when_it_tries(urls, statement: str) -> None:
    _, owner, reader = urls
    migrate(make_url(owner))
    engine = create_engine(reader, connect_args={"options": "-c default_transaction_read_only=off"})
    with pytest.raises(DBAPIError, match=r"permission denied|must be owner"), engine.begin() as connection:
        connection.execute(sqlalchemy.text(statement))
    engine.dispose()


def test_loading_with_the_reader_is_refused_with_a_sentence(urls) -> None:
    _, owner, reader = urls
    migrate(make_url(owner))
    with pytest.raises(MayNotWrite):
        load(reader)


def test_tables_that_were_there_before_become_the_owners(postgres_server) -> None:
    place = make_url(postgres_server.create_database("roles_later"))
    migrate(place)
    engine = create_engine(place, isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        connection.exec_driver_sql(roles_sql(place, "later_owner", "later_reader").replace("%", "%%"))
    engine.dispose()
    load(place.set(username="later_owner").render_as_string())
    reader = open_database(place.set(username="later_reader").render_as_string())
    assert reader.ask(Question.of("spend", 2023)).value() == 100


def test_the_command_prints_the_statements(capsys, postgres_url: str) -> None:
    assert main(["roles", "--database", postgres_url]) == 0
    assert 'CREATE ROLE "case_reader"' in capsys.readouterr().out
    assert main(["roles", "--database", "duckdb:///nothing.duckdb"]) == 2


def test_commands_may_use_the_owner(urls, capsys) -> None:
    owner = urls[1]
    assert main(["migrate", "--database", owner]) == 0
    load(owner)
    assert main(["query", "spend", "--period", "2023", "--database", owner]) == 0
    assert main(["undo", "--database", owner]) == 0
    assert main(["undo", "--database", owner]) == 1
    assert "1. ielāde ir atsaukta." in capsys.readouterr().out
