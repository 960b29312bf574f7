"""Numbered migrations: how a case database of any version becomes one of this program's version.

A module a version, run in order, on either engine; a new database is made by running all of them. A migration
is never edited once it has been released. Why not Alembic: docs/decisions.md, 20.
"""

from collections.abc import Callable
from typing import NamedTuple

from sqlalchemy import URL, Connection, inspect, text, update

from data_access import schema
from data_access.changing import changing, version_of
from data_access.errors import DatabaseVersion
from data_access.migrations import v0001, v0002, v0003
from data_access.reference_rows import fill_reference

_UPGRADES: dict[int, Callable[[Connection], None]] = {1: v0001.upgrade, 2: v0002.upgrade, 3: v0003.upgrade}


class Migrated(NamedTuple):
    """Versions before and after; before is 0 where there was no database."""

    before: int
    after: int


def create(connection: Connection) -> None:
    """Makes the tables of this program's version, empty."""
    _upgrade(connection, 0)


def migrate(place: URL) -> Migrated:
    """Brings the database at an address to this program's version; where there is none, makes one without cases.

    Readers have the database of before until the new one is whole. Raises DatabaseVersion for a database of a
    newer version and for one that is no case database, BeingWritten, DatabaseUnavailable, NotChanged.
    """
    with changing(place, new=True) as connection:
        before = _found(connection)
        if before == 0:
            create(connection)
            fill_reference(connection)
        elif before < schema.SCHEMA_VERSION:
            _upgrade(connection, before)
    return Migrated(before, schema.SCHEMA_VERSION)


def _found(connection: Connection) -> int:
    """The version; 0 for a database without a table."""
    found = version_of(connection)
    if found is None and not inspect(connection).get_table_names():
        return 0
    if found is None or found > schema.SCHEMA_VERSION:
        raise DatabaseVersion(found=found, expected=schema.SCHEMA_VERSION)
    return found


def _upgrade(connection: Connection, before: int) -> None:
    for version, upgrade in _UPGRADES.items():
        if version > before:
            upgrade(connection)
    if before == 0:
        connection.execute(schema.schema_version.insert().values(version=schema.SCHEMA_VERSION))
    else:
        connection.execute(update(schema.schema_version).values(version=schema.SCHEMA_VERSION))
    if connection.dialect.name == "postgresql":
        connection.execute(text("ANALYZE"))
