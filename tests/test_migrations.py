"""A database of an older version becomes one of this version, row by row; a new one is made the same way."""

import itertools
from collections.abc import Iterator
from datetime import date, datetime
from pathlib import Path

import pytest
import sqlalchemy
from sqlalchemy import Engine, create_engine, inspect, make_url, select, text

from data_access import DatabaseVersion, migrations, open_database, pointer, schema
from data_access.changing import changing
from data_access.errors import MayNotWrite
from data_access.migrations import Migrated, migrate, v0001
from data_access.pointer import BeingWritten, resolve, writing

_numbers = itertools.count()
FIRST = date(2020, 1, 1)
V1_ROWS = {
    "territories": [{"territory": "ogre", "kind": "town", "sort_order": 1, "name_lv": "Ogre", "name_en": "Ogre"}],
    "centres": [{"centre": "gadc", "sort_order": 1, "name_lv": "ĢADC", "name_en": "FSDC"}],
    "branches": [
        {
            "branch": "gadc_ogre",
            "centre": "gadc",
            "territory": "ogre",
            "opened_on": FIRST,
            "sort_order": 1,
            "name_lv": "Ogre",
            "name_en": "Ogre",
        }
    ],
    "persons": [{"person_id": 1, "person_key": "a", "birth_date": FIRST}, {"person_id": 2, "person_key": "b"}],
    "households": [{"household_id": 1, "formed_on": FIRST}, {"household_id": 2, "formed_on": FIRST}],
    "memberships": [{"household_id": 1, "person_id": 1, "valid_from": FIRST}],
    "residences": [{"household_id": 1, "territory": "ogre", "valid_from": FIRST}],
    "payments": [
        {"payment_id": n, "payment_date": date(2023, n, 1), "household_id": 1, "cents": 100 * n, "load_id": 1}
        for n in (1, 2, 3)
    ],
    "visits": [{"visit_id": 1, "visit_date": FIRST, "person_id": 2, "branch": "gadc_ogre", "load_id": 4}],
    "visit_activities": [{"visit_id": 1, "service_activity": "laundry"}],
    "loads": [
        {
            "load_id": load,
            "subject": subject,
            "loaded_at": datetime(2024, 1, load, 12, 30),
            "data_from": date(2011, 1, 1),
            "data_until": date(2023, 12, 31),
            "rows_loaded": 10 * load,
            "demonstration": True,
            "source": "first version",
        }
        for load, subject in ((1, "assistance"), (4, "day_centres"))
    ],
    "schema_version": [{"version": 1}],
}


def fill_first_version(engine: Engine) -> None:
    with engine.begin() as connection:
        v0001.upgrade(connection)
        for name, rows in V1_ROWS.items():
            for row in rows:
                connection.execute(v0001.metadata.tables[name].insert(), row)


def engine_of(url: str) -> Engine:
    place = make_url(url)
    if place.get_backend_name() == "duckdb":
        place = place.set(database=str(resolve(place.database)))
    return create_engine(place)


def tables(engine: Engine) -> dict:
    """Everything of the tables that is not a row."""
    inspector = inspect(engine)
    return {
        name: {
            "comment": inspector.get_table_comment(name)["text"],
            "columns": [
                (column["name"], str(column["type"]), column["nullable"], column["default"], column["comment"])
                for column in inspector.get_columns(name)
            ],
            "key": inspector.get_pk_constraint(name)["constrained_columns"],
            "references": sorted(
                (key["name"], key["constrained_columns"], key["referred_table"])
                for key in inspector.get_foreign_keys(name)
            ),
            "indexes": sorted((index["name"], index["column_names"]) for index in inspector.get_indexes(name)),
        }
        for name in inspector.get_table_names()
    }


@pytest.fixture(params=["duckdb", pytest.param("postgresql", marks=pytest.mark.postgres)])
def new_url(request, tmp_path) -> Iterator:
    """`new_url("name")`: the address of a database that has nothing in it."""

    def make(name: str) -> str:
        if request.param == "duckdb":
            return f"duckdb:///{tmp_path / name}.duckdb"
        return request.getfixturevalue("postgres_server").create_database(f"migrations_{next(_numbers)}_{name}")

    return make


def test_a_new_database_has_the_tables_of_the_program(new_url) -> None:
    migrated, declared = new_url("a"), new_url("b")
    assert migrate(make_url(migrated)) == Migrated(0, schema.SCHEMA_VERSION)
    engine = create_engine(declared)
    with engine.begin() as connection:
        schema.metadata.create_all(connection)
    made = engine_of(migrated)
    assert tables(made) == tables(engine)
    with made.connect() as connection:
        assert connection.scalar(select(sqlalchemy.func.count()).select_from(schema.branches)) == 5
    made.dispose()
    assert open_database(migrated).vocabulary.codes("benefit")
    engine.dispose()


def test_the_newest_migration_is_that_of_the_program() -> None:
    assert list(migrations._UPGRADES) == list(range(1, schema.SCHEMA_VERSION + 1))


def test_the_first_version_becomes_this_one(new_url) -> None:
    old, fresh = new_url("a"), new_url("b")
    engine = create_engine(old)
    fill_first_version(engine)
    engine.dispose()
    with pytest.raises(DatabaseVersion, match="migrate"):
        open_database(old)

    assert migrate(make_url(old)) == Migrated(1, schema.SCHEMA_VERSION)
    assert migrate(make_url(old)) == Migrated(schema.SCHEMA_VERSION, schema.SCHEMA_VERSION)

    migrate(make_url(fresh))
    engine, other = engine_of(old), engine_of(fresh)
    assert tables(engine) == tables(other)
    other.dispose()
    with engine.connect() as connection:
        for name, rows in V1_ROWS.items():
            if name == "schema_version":
                continue
            table = schema.metadata.tables[name]
            kept = [c for c in list(v0001.metadata.tables[name].c.keys()) if c in table.c]
            found = connection.execute(select(*(table.c[c] for c in kept)).order_by(*list(table.c)[:2])).all()
            assert [tuple(row) for row in found] == [tuple(row.get(c) for c in kept) for row in rows]
        assert connection.execute(select(schema.schema_version.c.version)).all() == [(schema.SCHEMA_VERSION,)]
        keys = connection.scalars(select(schema.households.c.household_key)).all()
        assert len(set(keys)) == 2
        subjects = connection.execute(select(schema.load_subjects).order_by(schema.load_subjects.c.load_id)).all()
        days = (date(2011, 1, 1), date(2023, 12, 31))
        assert [tuple(row) for row in subjects] == [
            (1, "assistance", *days, 0, 10, None, None),
            (4, "day_centres", *days, 0, 40, None, None),
        ]
        spans = connection.execute(select(schema.load_spans).order_by(schema.load_spans.c.load_id)).all()
        assert [tuple(row) for row in spans] == [(1, "assistance", *days), (4, "day_centres", *days)]
        assert set(connection.scalars(select(schema.loads.c.key_fingerprint))) == {None}
        loads = {name: connection.scalars(select(schema.metadata.tables[name].c.load_id)).all() for name in V1_ROWS
                 if "load_id" in schema.metadata.tables[name].c}  # fmt: skip
    assert loads == {
        "centres": [0],
        "branches": [0],
        "persons": [1, 1],
        "households": [1, 1],
        "memberships": [1],
        "residences": [1],
        "payments": [1, 1, 1],
        "visits": [4],
        "visit_activities": [4],
        "loads": [1, 4],
    }
    engine.dispose()
    assert open_database(old).coverage["assistance"].data_until == date(2023, 12, 31)


@pytest.mark.parametrize("found", ["newer", "none"])
def test_another_database_is_refused_and_left_alone(new_url, found: str) -> None:
    url = new_url("a")
    engine = create_engine(url)
    with engine.begin() as connection:
        if found == "newer":
            connection.execute(text(f"CREATE TABLE schema_version AS SELECT {schema.SCHEMA_VERSION + 1} AS version"))
        connection.execute(text("CREATE TABLE accounts AS SELECT 1 AS number"))
    before = tables(engine)
    engine.dispose()
    with pytest.raises(DatabaseVersion) as caught:
        migrate(make_url(url))
    assert ("jaunāka" in str(caught.value)) == (found == "newer")
    engine = engine_of(url)
    assert tables(engine) == before
    engine.dispose()


def test_a_migration_that_fails_changes_nothing(new_url, monkeypatch) -> None:
    url = new_url("a")
    engine = create_engine(url)
    fill_first_version(engine)
    before = tables(engine)
    engine.dispose()

    def fail(connection) -> None:
        migrations.v0002.upgrade(connection)
        raise RuntimeError("half way")

    monkeypatch.setitem(migrations._UPGRADES, 2, fail)
    with pytest.raises(RuntimeError, match="half way"):
        migrate(make_url(url))
    engine = engine_of(url)
    assert tables(engine) == before
    engine.dispose()
    assert not [name for name in Path(make_url(url).database).parent.glob("*.unfinished*") if "duckdb" in url]


def test_one_change_at_a_time(new_url) -> None:
    url = make_url(new_url("a"))
    migrate(url)
    with changing(url), pytest.raises(BeingWritten):
        migrate(url)
    assert migrate(url).before == schema.SCHEMA_VERSION


def test_a_file_by_hand_whose_changes_lie_beside_it(tmp_path) -> None:
    path = tmp_path / "case.duckdb"
    engine = create_engine(f"duckdb:///{path}")
    fill_first_version(engine)
    engine.dispose()
    with writing(path):
        copy = pointer.copied_version(path)
    assert copy.read_bytes() == path.read_bytes()


@pytest.mark.postgres
def test_who_may_only_read_is_told_so(postgres_server) -> None:
    url = make_url(postgres_server.create_database("migrate_reader"))
    reading = url.update_query_dict({"options": "-c default_transaction_read_only=on"})
    with pytest.raises(MayNotWrite):
        migrate(reading)
