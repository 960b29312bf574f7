"""Changing a case database: one process at a time, whole or not at all, under readers that go on reading.

DuckDB: the current file is copied to a new version, changed there in one transaction and put in place by the
pointer. PostgreSQL: one transaction under an advisory lock. Whoever is killed leaves the database as it was.
"""

import errno
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import duckdb
import psycopg
import psycopg.errors
from sqlalchemy import URL, Connection, create_engine, func, inspect, select
from sqlalchemy.exc import DBAPIError, OperationalError

from data_access import schema
from data_access.duckdb_engine import duckdb_engine
from data_access.errors import (
    DatabaseMissing,
    DatabaseUnavailable,
    DatabaseVersion,
    DiskFull,
    MayNotWrite,
    NotChanged,
)
from data_access.pointer import BeingWritten, clean, copied_version, new_version, resolve, switch, writing

# DuckDB's own share; the frames to be written stand beside it.
_MEMORY = os.environ.get("LOADING_MEMORY", "1GB")
LOCK = func.hashtext("case database")
_NOT_OURS = (
    *(duckdb.DataError, duckdb.IntegrityError, duckdb.OperationalError),
    *(psycopg.DataError, psycopg.IntegrityError, psycopg.OperationalError),
)
_NO_RIGHT = (psycopg.errors.InsufficientPrivilege, psycopg.errors.ReadOnlySqlTransaction)


@contextmanager
def changing(place: URL, *, new: bool = False) -> Iterator[Connection]:
    """A connection whose changes all count when the block ends, or none when it does not.

    `new`: there need not be a database yet. Raises BeingWritten, DatabaseMissing, DatabaseUnavailable, DiskFull,
    MayNotWrite, NotChanged.
    """
    changes = _changing_file if place.get_backend_name() == "duckdb" else _changing_in_place
    try:
        with changes(place, new) as connection:
            yield connection
    except OSError as error:
        raise (DiskFull() if error.errno == errno.ENOSPC else NotChanged()) from error
    except DBAPIError as error:
        if named := _named(error.orig):
            raise named from error
        raise
    except (duckdb.Error, psycopg.Error) as error:  # from what goes past SQLAlchemy, for speed
        if named := _named(error):
            raise named from error
        raise


def version_of(connection: Connection) -> int | None:
    """The version of the tables; None where there is no case database."""
    if not inspect(connection).has_table(schema.schema_version.name):
        return None
    return connection.scalar(select(schema.schema_version.c.version))


def check_version(connection: Connection) -> None:
    """Raises DatabaseVersion unless the tables are those of this program."""
    found = version_of(connection)
    if found != schema.SCHEMA_VERSION:
        raise DatabaseVersion(found=found, expected=schema.SCHEMA_VERSION)


@contextmanager
def _changing_file(place: URL, new: bool) -> Iterator[Connection]:
    path = Path(place.database)
    with writing(path):
        present = resolve(path).exists()
        if not present and not new:
            raise DatabaseMissing(address=str(path))
        try:
            clean(path)
            new_file = copied_version(path) if present else new_version(path)
            config = {"memory_limit": _MEMORY}
            engine = duckdb_engine(
                URL.create("duckdb", database=str(new_file)), connect_args={"config": config}, pool_size=1
            )
            try:
                with engine.connect() as connection:
                    with connection.begin():
                        yield connection
                    connection.connection.dbapi_connection.execute("CHECKPOINT")
            finally:
                engine.dispose()
            switch(path, new_file)
        finally:
            clean(path)


@contextmanager
def _changing_in_place(place: URL, new: bool) -> Iterator[Connection]:
    # Of several servers only one takes what is written, whichever the dashboard reads from.
    place = place.update_query_dict({"target_session_attrs": "primary"})
    engine = create_engine(place, connect_args={"connect_timeout": 5})
    try:
        try:
            connection = engine.connect()
        except OperationalError as error:
            raise DatabaseUnavailable() from error
        with connection, connection.begin():
            if not connection.scalar(select(func.pg_try_advisory_xact_lock(LOCK))):
                raise BeingWritten(address=place.render_as_string(hide_password=True))
            yield connection
    finally:
        engine.dispose()


def _named(error: BaseException | None) -> NotChanged | None:
    """None for what is a mistake of this program."""
    if isinstance(error, psycopg.errors.DiskFull) or "No space left" in str(error):
        return DiskFull()
    if isinstance(error, _NO_RIGHT):
        return MayNotWrite()
    return NotChanged() if isinstance(error, _NOT_OURS) else None
