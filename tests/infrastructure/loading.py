"""Accepted rows of every kind, small and by hand, and a database without cases to load them into, on both engines."""

import hashlib
import itertools
import shutil
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import date
from functools import cache
from pathlib import Path

import pandas as pd
import pytest
from sqlalchemy import URL, Connection, create_engine, make_url, select

from data_access import schema
from data_access.loading.applying import LoadedFile
from data_access.migrations import migrate
from data_access.pointer import new_version, resolve, switch

MIGRATED = "migrated"
_numbers = itertools.count()
_COLUMNS = {
    "units": "unit_kind code name parent territory workload valid_from valid_to",
    "members": "household_key population territory residence_from person_key birth_date sex disability activity"
    " member_from member_to",
    "statuses": "household_key status decision_kind valid_from valid_to",
    "payments": "household_key person_key benefit_type form payment_date cents",
    "visits": "branch visit_date person_key birth_date sex population service_activity",
    "consultations": "psychologist consultation_date person_key birth_date sex population attendance problem_areas",
}
_DAYS = {
    *("valid_from", "valid_to", "residence_from", "birth_date", "member_from", "member_to"),
    *("payment_date", "visit_date", "consultation_date"),
}
_USUAL = {
    "members": {
        "population": "residents",
        "territory": "ogre",
        "residence_from": "2020-01-01",
        "birth_date": "1980-05-05",
        "sex": "female",
        "disability": "without",
        "activity": "employed",
        "member_from": "2020-01-01",
    },
    "statuses": {"status": "needy"},
    "payments": {"benefit_type": "gmi", "form": "cash", "cents": 1000},
    "visits": {"branch": "gadc_ogre"},
    "consultations": {"attendance": "attended"},
}


def typed(kind: str, *rows: dict) -> pd.DataFrame:
    """A typed table as `docs/loading.md` describes it; what a row leaves out is usual or missing."""
    columns = _COLUMNS[kind].split()
    frame = pd.DataFrame([_USUAL.get(kind, {}) | row for row in rows], columns=columns)
    for name in columns:
        if name in _DAYS:
            frame[name] = pd.to_datetime(frame[name])
        elif name == "cents":
            frame[name] = frame[name].astype("Int64")
        else:
            frame[name] = frame[name].astype("str")
    return frame.assign(file=f"{kind}.csv", sheet="", row=range(2, len(frame) + 2))


def file_of(kind: str, frame: pd.DataFrame, *, name: str | None = None, rejected: int = 0) -> LoadedFile:
    said = frame.to_csv(index=False).encode()
    return LoadedFile(
        kind,
        hashlib.sha256(said).hexdigest(),
        name or f"{kind}.csv",
        len(frame) + rejected,
        len(frame),
        rejected,
    )


def rows_of(url: str, *columns, order: bool = True) -> list[tuple]:
    """Columns, or every column of a table, from the database as it is now."""
    with _reading(url) as connection:
        found = [tuple(row) for row in connection.execute(select(*columns))]
    return sorted(found, key=lambda row: tuple(map(str, row))) if order else found


def everything(url: str) -> dict[str, Counter[tuple]]:
    """How often each record is there, without what is said about loads."""
    with _reading(url) as connection:
        return {
            table.name: Counter(tuple(row) for row in connection.execute(select(table)))
            for table in (*schema.LOADED, *schema.REPLACED.values())
        }


@contextmanager
def _reading(url: str) -> Iterator[Connection]:
    place, options = make_url(url), {}
    if place.get_backend_name() == "duckdb":
        place = place.set(database=str(resolve(place.database)))
        options["read_only"] = True
    engine = create_engine(place, connect_args=options)
    with engine.connect() as connection:
        yield connection
    engine.dispose()


@pytest.fixture(params=["duckdb", pytest.param("postgresql", marks=pytest.mark.postgres)])
def loading_url(request: pytest.FixtureRequest, new_loading_url: Callable[[str], str]) -> str:
    """The address of a database without cases; the test runs once on each engine."""
    return new_loading_url(request.param)


@pytest.fixture
def new_loading_url(migrated_copy: Callable[[str, Path], str], tmp_path: Path) -> Callable[[str], str]:
    return lambda engine: migrated_copy(engine, tmp_path)


@pytest.fixture(scope="session")
def migrated_copy(request: pytest.FixtureRequest, tmp_path_factory) -> Callable[[str, Path], str]:
    """Makes databases without cases, on an engine and in a folder: each a copy of one that was migrated."""
    folder = tmp_path_factory.mktemp("migrated")

    @cache
    def migrated(engine: str) -> URL:
        if engine == "duckdb":
            url = f"duckdb:///{folder}/case.duckdb"
        else:
            url = request.getfixturevalue("postgres_server").create_database(MIGRATED)
        migrate(make_url(url))
        return make_url(url)

    def make(engine: str, folder: Path) -> str:
        template, name = migrated(engine), f"own_{next(_numbers)}"
        if engine != "duckdb":
            return request.getfixturevalue("postgres_server").create_database(name, template.database)
        path = folder / f"{name}.duckdb"
        copy = new_version(path)
        shutil.copyfile(resolve(template.database), copy)
        switch(path, copy)
        return f"duckdb:///{path}"

    return make


def day(text: str) -> date:
    return date.fromisoformat(text)
