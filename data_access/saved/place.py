"""The small database of the dashboard's own, in which visitors save.

SQLite in `data/dashboard.sqlite`, or PostgreSQL at DASHBOARD_DATABASE_URL; never the case database, which the dashboard
only reads. Nothing is written until something is saved; a database of an earlier version is read as it is, and brought
up to this one when something is saved into it.
"""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path

from sqlalchemy import (
    Column,
    Connection,
    Engine,
    Integer,
    MetaData,
    Select,
    Table,
    create_engine,
    event,
    inspect,
    select,
)
from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import ArgumentError, DBAPIError, IntegrityError, NoSuchModuleError

from data_access.database import address as case_address
from data_access.errors import DataAccessError, SavedElsewhere, SavedUnavailable, SavedVersion

DEFAULT_FILE = Path(__file__).parents[2] / "data" / "dashboard.sqlite"
VERSION = 2  # 1 had no decks
WAITS = 10  # seconds for another session that is saving
LONGEST_NAME, LONGEST_WHO = 100, 80  # letters

metadata = MetaData()
_version = Table("dashboard_version", metadata, Column("version", Integer, primary_key=True))


def folded(text: str) -> str:
    """A name as it is compared: without regard to capitals and spaces."""
    return " ".join(text.split()).casefold()


def cut(text: str, most: int) -> str:
    """A text on one line, no longer than its column."""
    printable = "".join(letter if letter.isprintable() else " " for letter in text)
    return " ".join(printable.split())[:most].strip()


def place() -> URL:
    """Where visitors save. Raises SavedElsewhere for an address that cannot be meant."""
    text = os.environ.get("DASHBOARD_DATABASE_URL")
    if not text:
        return URL.create("sqlite", database=str(DEFAULT_FILE))
    try:
        url = make_url(text)
        case = case_address()
    except ArgumentError as error:
        raise SavedElsewhere() from error
    same = (url.host, url.port, url.database) == (case.host, case.port, case.database)
    if url.get_backend_name() not in ("sqlite", "postgresql") or same:
        raise SavedElsewhere()
    return url


@cache
def _engine(url: URL) -> Engine:
    if url.get_backend_name() != "sqlite":
        return create_engine(url, pool_pre_ping=True, connect_args={"connect_timeout": 5})
    engine = create_engine(url, connect_args={"timeout": WAITS})

    @event.listens_for(engine, "connect")
    def _leave_transactions_to_us(connection, _record) -> None:
        connection.isolation_level = None

    @event.listens_for(engine, "begin")
    def _begin(connection: Connection) -> None:
        # Who is going to write waits at the beginning: a lock that is taken later can only fail.
        reading = connection.get_execution_options().get("reading")
        connection.exec_driver_sql("BEGIN" if reading else "BEGIN IMMEDIATE")

    return engine


class Place:
    """The tables of one kind of thing. `name_taken` and `not_saved` are the errors of whoever saves there.

    Every method raises SavedUnavailable or SavedVersion where there is nothing to talk to.
    """

    def __init__(self, table: Table, name_taken: type[DataAccessError], not_saved: type[DataAccessError]) -> None:
        self._url, self._table = place(), table
        self._name_taken, self._not_saved = name_taken, not_saved

    def rows(self, query: Select) -> list:
        """Rows of the table; none where nothing has been saved yet."""
        if self._url.get_backend_name() == "sqlite" and not Path(self._url.database).exists():
            return []
        try:
            with _engine(self._url).connect().execution_options(reading=True) as connection:
                if not inspect(connection).has_table(_version.name):
                    return []
                _found_version(connection)
                return list(connection.execute(query)) if inspect(connection).has_table(self._table.name) else []
        except (DBAPIError, NoSuchModuleError) as error:
            raise SavedUnavailable() from error

    @contextmanager
    def writing(self) -> Iterator[Connection]:
        """A transaction; the tables are made when the first thing is saved."""
        try:
            if self._url.get_backend_name() == "sqlite":
                Path(self._url.database).parent.mkdir(parents=True, exist_ok=True)
            self._make()
            with _engine(self._url).begin() as connection:
                yield connection
        except IntegrityError as error:
            raise self._name_taken() from error
        except (DBAPIError, NoSuchModuleError, OSError) as error:
            raise self._not_saved() from error

    def _make(self) -> None:
        """The tables, if there are none or they are of an earlier version. Two sessions that come at once make them
        once."""
        engine = _engine(self._url)
        with engine.connect().execution_options(reading=True) as connection:
            if inspect(connection).has_table(_version.name) and _found_version(connection) == VERSION:
                return
        try:
            with engine.begin() as connection:
                if not inspect(connection).has_table(_version.name):
                    metadata.create_all(connection)
                    connection.execute(_version.insert().values(version=VERSION))
                elif _found_version(connection, waiting=True) < VERSION:
                    metadata.create_all(connection)  # what there is stays as it is
                    connection.execute(_version.update().values(version=VERSION))
        except DBAPIError:
            with engine.connect().execution_options(reading=True) as connection:
                if not inspect(connection).has_table(self._table.name):
                    raise


def _found_version(connection: Connection, waiting: bool = False) -> int:
    """The version of the tables; `waiting` for another session that is changing it. Raises SavedVersion for a later
    one."""
    query = select(_version.c.version)
    found = connection.scalar(query.with_for_update() if waiting else query) or 0
    if not 1 <= found <= VERSION:
        raise SavedVersion(found=found, expected=VERSION)
    return found
