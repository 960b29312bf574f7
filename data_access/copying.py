"""A case database copied into another, empty one: from a file to PostgreSQL, or back.

Every row as it is, also those that loads have replaced and what is written down about loads, so that the next load and
`undo` go on as if nothing had happened. Whole or not at all: both are read again and compared before it counts.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pandas as pd
import psycopg
from sqlalchemy import URL, Connection, Row, Table, delete, exists, func, literal, select
from sqlalchemy.exc import DBAPIError, OperationalError

from data_access import schema
from data_access.bulk import append
from data_access.changing import changing, check_version, version_of
from data_access.engines import reading_engine
from data_access.errors import DataAccessError, DatabaseError, DatabaseMissing, DatabaseUnavailable
from data_access.language import texts
from data_access.loading.replacing import analyze
from data_access.pointer import resolve
from data_access.reference_rows import TABLES

# At a time: a payment takes about half a kilobyte on its way.
_ROWS = 50_000
# In the order of their references; the version is there already.
_COPIED = [table for table in schema.metadata.sorted_tables if table is not schema.schema_version]
# What a new database has is of the program that made it; what loads have made of it comes from the other one.
_REPLACED = [schema.metadata.tables[name] for name in reversed(TABLES)]

Progress = Callable[[float], None]


class NotCopied(DatabaseError):
    """One of the two databases is not fit for copying; `reason` says why. Nothing has changed."""

    def __init__(self, key: str, place: URL, reason: DataAccessError):
        self.key = key
        self.reason = reason
        super().__init__(address=place.render_as_string(hide_password=True))

    def text(self, language: str) -> str:
        return texts(language)(self.key, **self.params, reason=self.reason.text(language))


class NoTables(DatabaseError):
    """Nobody has made the tables yet where the copy was to go."""

    key = "errors.copy_no_tables"


class NotEmpty(DatabaseError):
    """There are records already where the copy was to go."""

    key = "errors.copy_not_empty"


class DoesNotFit(DatabaseError):
    """Rows break a rule that the other database keeps; `rule` is its name there, never a value."""

    key = "errors.copy_does_not_fit"


class Different(DatabaseError):
    """Read again, a table is not as the one that it was copied from."""

    key = "errors.copy_different"


@dataclass(frozen=True)
class CopiedTable:
    """A table that was copied: its rows, and the sum of its amounts in cents (None: it has none)."""

    name: str
    rows: int
    cents: int | None


def copy_database(source: URL, target: URL, progress: Progress) -> list[CopiedTable]:
    """Copies every row into an empty database of this version, in one transaction; `progress` is told how far (0 to 1).

    Readers of the target have an empty database until all is there. What is loaded into the source meanwhile does not
    come along. Raises NotCopied.
    """
    with _blaming("errors.copy_from", source), _reading(source) as old, old.begin():
        check_version(old)
        before = {table: _summary(old, table) for table in _COPIED}
        with _blaming("errors.copy_to", target), changing(target) as new:
            _check_empty(new)
            for table in _REPLACED:
                new.execute(delete(table))
            _copy(old, new, sum(row.rows for row in before.values()), progress)
            analyze(new, _COPIED)
            for table in _COPIED:
                if _summary(new, table) != before[table]:
                    raise Different(table=table.name)
    return [
        CopiedTable(table.name, row.rows, row._mapping.get("cents_sum")) for table, row in before.items() if row.rows
    ]


@contextmanager
def _blaming(key: str, place: URL) -> Iterator[None]:
    """Says of which of the two databases an error speaks."""
    try:
        yield
    except NotCopied:
        raise
    except DataAccessError as error:
        raise NotCopied(key, place, error) from error


@contextmanager
def _reading(place: URL) -> Iterator[Connection]:
    if place.get_backend_name() == "duckdb":
        real = resolve(Path(place.database))
        if not real.exists():
            raise DatabaseMissing(address=place.database)
        place = place.set(database=str(real))
    engine = reading_engine(place)
    try:
        with engine.connect() as connection:
            yield connection
    except OperationalError as error:
        raise DatabaseUnavailable() from error
    finally:
        engine.dispose()


def _check_empty(connection: Connection) -> None:
    if version_of(connection) is None:
        raise NoTables()
    check_version(connection)
    for table in _COPIED:
        if table not in _REPLACED and connection.scalar(select(exists(select(literal(1)).select_from(table)))):
            raise NotEmpty(table=table.name)


def _copy(old: Connection, new: Connection, total: int, progress: Progress) -> None:
    done = 0
    for table in _COPIED:
        for rows in _batches(old, table):
            frame = pd.DataFrame(rows, columns=table.c.keys(), dtype=object)
            try:
                append(new, table, frame)
            except (psycopg.DataError, psycopg.IntegrityError) as error:
                rule = error.diag.constraint_name or error.diag.column_name or type(error).__name__
                raise DoesNotFit(table=table.name, rule=rule) from error
            done += len(rows)
            progress(done / total)


def _batches(connection: Connection, table: Table) -> Iterator[list[Row]]:
    with _blaming("errors.copy_from", connection.engine.url):
        try:
            yield from connection.execute(select(table), execution_options={"yield_per": _ROWS}).partitions()
        except DBAPIError as error:
            raise DatabaseUnavailable() from error


def _summary(connection: Connection, table: Table) -> Row:
    """How many rows a table has, how many values each column, and the sums of its amounts."""
    sums = [func.sum(column).label(f"{column.name}_sum") for column in table.c if column.name.startswith("cents")]
    values = [func.count(column) for column in table.c]
    return connection.execute(select(func.count().label("rows"), *sums, *values).select_from(table)).one()
