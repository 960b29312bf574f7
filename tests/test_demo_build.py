"""Building the demonstration database: on both engines, over an older one, many times over, never over real records."""

from collections.abc import Callable
from datetime import date, datetime
from functools import cache

import pandas as pd
import pytest
import sqlalchemy
from sqlalchemy import func, insert, select, update

from data_access import schema
from data_access.demo import NotDemonstration, build, write
from data_access.pointer import resolve

CENTS = [1234, -200, 99_999]


def small_assistance(seed: int) -> dict[str, pd.DataFrame]:
    """One household of two with three payments; the real records take some seconds."""
    first = date(2020, 1, 1)
    return {
        "persons": pd.DataFrame(
            {
                "person_id": [1, 2],
                "person_key": ["a", "b"],
                "birth_date": [first, None],
                "sex": ["female", None],
                "disability": ["without", None],
                "population": ["residents", None],
            }
        ),
        "households": pd.DataFrame(
            {"household_id": [1], "population": ["residents"], "formed_on": [first], "dissolved_on": [None]}
        ),
        "residences": pd.DataFrame(
            {"household_id": [1], "territory": ["ogre"], "valid_from": [first], "valid_to": [None]}
        ),
        "memberships": pd.DataFrame(
            {
                "household_id": [1, 1],
                "person_id": [1, 2],
                "activity": ["employed", None],
                "valid_from": [first, first],
                "valid_to": [None, None],
            }
        ),
        "status_decisions": pd.DataFrame(
            {
                "decision_id": [1],
                "household_id": [1],
                "status": ["needy"],
                "decision_kind": ["granted"],
                "valid_from": [date(2023, 1, 1)],
                "valid_to": [date(2023, 6, 30)],
            }
        ),
        "payments": pd.DataFrame(
            {
                "payment_id": [1, 2, 3],
                "payment_date": [date(2023, 3, 1), date(2023, 2, 1), date(2022, 1, 31)],
                "household_id": [1, 1, 1],
                "person_id": pd.array([None, 2, None], dtype="Int64"),
                "benefit_type": ["gmi", "gmi", None],
                "form": ["cash", "cash", None],
                "cents": CENTS,
                "status": ["needy", "needy", None],
                "territory": ["ogre", "ogre", None],
            }
        ),
    }


def made_once(make: Callable[[int], write.Frames]) -> Callable[[int], write.Frames]:
    """The real records; a build takes frames out and changes none of them."""
    made = cache(make)
    return lambda seed: dict(made(seed))


psychologist_records, day_centre_records = made_once(write.psychologist_records), made_once(write.day_centre_records)


@pytest.fixture(autouse=True)
def _small(monkeypatch):
    monkeypatch.setattr(write, "assistance_records", small_assistance)
    monkeypatch.setattr(write, "psychologist_records", psychologist_records)
    monkeypatch.setattr(write, "day_centre_records", day_centre_records)


@pytest.fixture(params=["duckdb", pytest.param("postgresql", marks=pytest.mark.postgres)])
def url(request, tmp_path):
    if request.param == "duckdb":
        return f"duckdb:///{tmp_path / 'case.duckdb'}"
    name = "build_" + request.node.name.partition("[")[0]
    return request.getfixturevalue("postgres_server").create_database(name)


def read(url: str, query) -> list[tuple]:
    place = sqlalchemy.make_url(url)
    if place.get_backend_name() == "duckdb":
        place = place.set(database=str(resolve(place.database)))
    engine = sqlalchemy.create_engine(place)
    with engine.connect() as connection:
        found = [tuple(row) for row in connection.execute(query)]
    engine.dispose()
    return found


# What only the loading of a service's own records fills.
OF_OWN_RECORDS = {
    *(table.name for table in schema.REPLACED.values()),
    "load_files",
    "rejected_rows",
    "load_warnings",
}


def counts(url: str) -> dict[str, int]:
    tables = [table for table in schema.metadata.sorted_tables if table.name not in OF_OWN_RECORDS]
    return {table.name: read(url, select(func.count()).select_from(table))[0][0] for table in tables}


def test_every_table_is_filled_and_a_second_build_replaces_the_first(url):
    told = []
    build(url, progress=lambda done, step: told.append((done, step)))
    first = counts(url)
    assert all(first.values())
    assert first["payments"] == 3
    assert first["persons"] > 2_000
    loaded = read(url, select(func.max(schema.loads.c.loaded_at)))

    build(url)
    assert counts(url) == first
    assert read(url, select(func.max(schema.loads.c.loaded_at))) > loaded

    assert [done for done, _ in told] == sorted(done for done, _ in told)
    assert told[0] == (0.0, "assistance")
    assert told[-1] == (1.0, "writing")
    assert {step for _, step in told} == {"assistance", "psychologists", "day_centres", "writing"}


def test_loads_say_what_came_in(url):
    build(url)
    c, loads = schema.load_subjects.c, schema.loads.c
    columns = (c.subject, c.data_from, c.data_until, loads.demonstration)
    found = read(url, select(*columns).where(c.load_id == loads.load_id).order_by(c.load_id))
    until = date(2023, 12, 31)
    assert found == [
        ("assistance", date(2022, 1, 1), until, True),
        ("status", date(2023, 1, 1), until, True),
        ("psychologists", date(2022, 1, 1), until, True),
        ("day_centres", date(2019, 1, 1), until, True),
    ]
    assert read(url, select(schema.schema_version)) == [(schema.SCHEMA_VERSION,)]


def test_reference_tables(url):
    build(url)
    areas, categories = schema.problem_areas.c, schema.problem_categories.c
    bits = dict(read(url, select(areas.problem_area, areas.bit)))
    assert sorted(bits.values()) == [2**place for place in range(len(bits))]
    sets = dict(read(url, select(categories.problem_category, categories.bits).where(categories.age_class == "child")))
    assert sets["combined_problems"] == 0
    assert sets["anxiety_autism_spectrum"] == bits["anxiety"] + bits["autism_spectrum"]
    towns = schema.territories.c
    assert read(url, select(towns.territory).where(towns.sort_order == 1)) == [("ogre",)]
    events = schema.series_events.c
    assert read(url, select(func.count()).where(events.measure == "nan")) == [(0,)]


def test_payments_lie_in_the_order_of_their_days(tmp_path):
    build(f"duckdb:///{tmp_path / 'case.duckdb'}")
    c = schema.payments.c
    query = select(c.payment_date).order_by(sqlalchemy.literal_column("rowid"))
    days = [day for (day,) in read(f"duckdb:///{tmp_path / 'case.duckdb'}", query)]
    assert days == sorted(days)


def test_many_municipalities(url):
    build(url)
    one = counts(url)
    build(url, scale=3)
    three = counts(url)
    lasting = {
        "territories",
        "benefits",
        "benefit_types",
        "centres",
        "branches",
        "psychologists",
        "problem_areas",
        "problem_categories",
        "series_events",
        "loads",
        "load_subjects",
        "load_spans",
        "schema_version",
    }
    for name in one:
        assert three[name] == one[name] * (1 if name in lasting else 3), name

    payments, persons, visits = schema.payments.c, schema.persons.c, schema.visits.c
    amounts = read(url, select(payments.cents).order_by(payments.payment_id))
    assert [cents for (cents,) in amounts[:3]] == CENTS, "the original stays as it is"
    assert all(cents and (cents < 0) == (CENTS[place % 3] < 0) for place, (cents,) in enumerate(amounts))
    for column in (payments.payment_id, persons.person_id, persons.person_key, visits.visit_id):
        assert read(url, select(func.count(column) - func.count(column.distinct()))) == [(0,)]
    strangers = select(func.count()).where(visits.person_id.not_in(select(persons.person_id)))
    assert read(url, strangers) == [(0,)]


@pytest.mark.parametrize("scale", [0, 100_000])
def test_impossible_scale(tmp_path, scale):
    with pytest.raises(ValueError, match="scale"):
        build(f"duckdb:///{tmp_path / 'case.duckdb'}", scale=scale)


def test_real_records_are_never_replaced(url):
    place = sqlalchemy.make_url(url)
    build(url)
    if place.get_backend_name() == "duckdb":
        place = place.set(database=str(resolve(place.database)))
    engine = sqlalchemy.create_engine(place)
    with engine.begin() as connection:
        connection.execute(
            insert(schema.loads).values(
                load_id=5,
                loaded_at=datetime(2024, 1, 1),
                demonstration=False,
                source="real",
            )
        )
    engine.dispose()
    before = counts(url)
    with pytest.raises(NotDemonstration):
        build(url)
    assert counts(url) == before


def test_a_file_of_something_else_is_never_replaced(tmp_path):
    path = tmp_path / "case.duckdb"
    engine = sqlalchemy.create_engine(f"duckdb:///{path}")
    with engine.begin() as connection:
        connection.execute(sqlalchemy.text("CREATE TABLE accounts AS SELECT 1 AS number"))
    engine.dispose()
    with pytest.raises(NotDemonstration):
        build(f"duckdb:///{path}")
    assert not path.is_symlink()


def test_a_dashboard_that_reads_the_file_goes_on_with_it(tmp_path):
    url = f"duckdb:///{tmp_path / 'case.duckdb'}"
    build(url)
    reader = sqlalchemy.create_engine(
        sqlalchemy.make_url(url).set(database=str(resolve(tmp_path / "case.duckdb"))),
        connect_args={"read_only": True},
    )
    with reader.connect() as connection:
        connection.execute(select(schema.loads))
        build(url)
        build(url)
        assert connection.execute(select(func.count()).select_from(schema.payments)).scalar() == 3
    reader.dispose()


@pytest.mark.postgres
def test_tables_of_another_version_are_made_anew(postgres_server):
    url = postgres_server.create_database("build_other_version")
    build(url)
    engine = sqlalchemy.create_engine(url)
    with engine.begin() as connection:
        connection.execute(update(schema.schema_version).values(version=schema.SCHEMA_VERSION - 1))
        connection.execute(sqlalchemy.text("ALTER TABLE payments DROP COLUMN form"))
    engine.dispose()
    build(url)
    assert counts(url)["payments"] == 3
