"""Views that visitors have saved, in a small database of the dashboard's own.

SQLite in `data/dashboard.sqlite`, or PostgreSQL at DASHBOARD_DATABASE_URL; never the case database, which the dashboard
only reads. Nothing is written until something is saved.
"""

import json
import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache
from pathlib import Path

from sqlalchemy import (
    Boolean,
    Column,
    Connection,
    DateTime,
    Engine,
    Integer,
    MetaData,
    Select,
    String,
    Table,
    Text,
    UniqueConstraint,
    create_engine,
    event,
    inspect,
    or_,
    select,
)
from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import ArgumentError, DBAPIError, IntegrityError, NoSuchModuleError

from data_access.database import address as case_address
from data_access.errors import (
    ViewGone,
    ViewNameTaken,
    ViewNotSaved,
    ViewsElsewhere,
    ViewsUnavailable,
    ViewsVersion,
    ViewWithoutName,
)

DEFAULT_FILE = Path(__file__).parent.parent / "data" / "dashboard.sqlite"
VERSION = 1
LONGEST_NAME, LONGEST_DESCRIPTION, LONGEST_WHO = 100, 500, 80  # letters
WAITS = 10  # seconds for another session that is saving

_metadata = MetaData()
_version = Table("dashboard_version", _metadata, Column("version", Integer, primary_key=True))
_views = Table(
    "saved_views",
    _metadata,
    Column("view_id", Integer, primary_key=True),
    Column("name", String(LONGEST_NAME), nullable=False),
    Column("name_key", String(LONGEST_NAME * 3), nullable=False),
    Column("description", String(LONGEST_DESCRIPTION), nullable=False),
    Column("who", String(LONGEST_WHO), nullable=False),
    Column("who_key", String(LONGEST_WHO * 3), nullable=False),
    Column("shared", Boolean, nullable=False),
    Column("address", Text, nullable=False),
    Column("saved_at", DateTime, nullable=False),
    Column("figures", Text),
    UniqueConstraint("who_key", "name_key"),
    sqlite_autoincrement=True,  # the number of a deleted view is in links: no other view may get it
)


@dataclass(frozen=True)
class SavedView:
    """A saved view: `address` are the choices that make it; a frozen one keeps its `figures` as of `saved_at` (UTC).

    In a list `figures` is left out.
    """

    view_id: int
    name: str
    description: str
    who: str
    shared: bool
    address: Mapping[str, str]
    saved_at: datetime
    frozen: bool
    figures: str | None = None

    def of(self, who: str) -> bool:
        """Whether somebody who calls himself so saved it."""
        return _folded(self.who) == _folded(who)


def _folded(text: str) -> str:
    return " ".join(text.split()).casefold()


def place() -> URL:
    """Where the saved views are. Raises ViewsElsewhere for an address that cannot be meant."""
    text = os.environ.get("DASHBOARD_DATABASE_URL")
    if not text:
        return URL.create("sqlite", database=str(DEFAULT_FILE))
    try:
        url = make_url(text)
        case = case_address()
    except ArgumentError as error:
        raise ViewsElsewhere() from error
    same = (url.host, url.port, url.database) == (case.host, case.port, case.database)
    if url.get_backend_name() not in ("sqlite", "postgresql") or same:
        raise ViewsElsewhere()
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


class SavedViews:
    """The saved views. Every method raises ViewsUnavailable or ViewsVersion where there is nothing to talk to."""

    def __init__(self) -> None:
        self._place = place()

    def seen_by(self, who: str) -> list[SavedView]:
        """Shared views and somebody's own, by name."""
        chosen = or_(_views.c.shared, _views.c.who_key == _folded(who))
        columns = [column for column in _views.c if column is not _views.c.figures]
        query = select(*columns, _views.c.figures.is_not(None).label("frozen")).where(chosen)
        return [_view(row) for row in self._rows(query.order_by(_views.c.name_key, _views.c.view_id))]

    def get(self, view_id: int, who: str) -> SavedView:
        """One view with its figures. Raises ViewGone if it is not there, or is somebody else's own."""
        query = select(_views, _views.c.figures.is_not(None).label("frozen")).where(
            _views.c.view_id == view_id, or_(_views.c.shared, _views.c.who_key == _folded(who))
        )
        for row in self._rows(query):
            return _view(row)
        raise ViewGone()

    def save(
        self,
        name: str,
        who: str,
        address: Mapping[str, str],
        description: str = "",
        shared: bool = False,
        figures: str | None = None,
    ) -> int:
        """Saves a view, frozen if it has figures, and returns its number.

        Raises ViewWithoutName, ViewNameTaken, ViewNotSaved.
        """
        values = _named(name, description) | {
            "who": _cut(who, LONGEST_WHO),
            "who_key": _folded(_cut(who, LONGEST_WHO)),
            "shared": shared,
            "address": json.dumps(dict(address), ensure_ascii=False),
            "figures": figures,
            "saved_at": datetime.now(UTC).replace(tzinfo=None, microsecond=0),
        }
        if not values["who"]:
            raise ViewWithoutName()
        with self._writing() as connection:
            return connection.execute(_views.insert().values(values)).inserted_primary_key[0]

    def rename(self, view_id: int, who: str, name: str, description: str) -> None:
        """Gives one's own view another name and description. Raises ViewGone, ViewWithoutName, ViewNameTaken."""
        with self._writing() as connection:
            self._one(connection.execute(_own(_views.update(), view_id, who).values(_named(name, description))))

    def delete(self, view_id: int, who: str) -> None:
        """Deletes one's own view. Raises ViewGone."""
        with self._writing() as connection:
            self._one(connection.execute(_own(_views.delete(), view_id, who)))

    @staticmethod
    def _one(result) -> None:
        if result.rowcount != 1:
            raise ViewGone()

    def _rows(self, query: Select) -> list:
        if self._place.get_backend_name() == "sqlite" and not Path(self._place.database).exists():
            return []
        try:
            with _engine(self._place).connect().execution_options(reading=True) as connection:
                if not inspect(connection).has_table(_views.name):
                    return []
                _check_version(connection)
                return list(connection.execute(query))
        except (DBAPIError, NoSuchModuleError) as error:
            raise ViewsUnavailable() from error

    @contextmanager
    def _writing(self) -> Iterator[Connection]:
        """A transaction; the database is made when the first view is saved."""
        try:
            if self._place.get_backend_name() == "sqlite":
                Path(self._place.database).parent.mkdir(parents=True, exist_ok=True)
            self._make()
            with _engine(self._place).begin() as connection:
                yield connection
        except IntegrityError as error:
            raise ViewNameTaken() from error
        except (DBAPIError, NoSuchModuleError, OSError) as error:
            raise ViewNotSaved() from error

    def _make(self) -> None:
        """The tables, if there are none. Two sessions that come at once make them once."""
        engine = _engine(self._place)
        try:
            with engine.begin() as connection:
                if not inspect(connection).has_table(_version.name):
                    _metadata.create_all(connection)
                    connection.execute(_version.insert().values(version=VERSION))
        except DBAPIError:
            with engine.connect().execution_options(reading=True) as connection:
                if not inspect(connection).has_table(_views.name):
                    raise
        with engine.connect().execution_options(reading=True) as connection:
            _check_version(connection)


def _check_version(connection: Connection) -> None:
    found = connection.scalar(select(_version.c.version))
    if found != VERSION:
        raise ViewsVersion(found=found or 0, expected=VERSION)


def _own(statement, view_id: int, who: str):
    return statement.where(_views.c.view_id == view_id, _views.c.who_key == _folded(who))


def _cut(text: str, most: int) -> str:
    """A text on one line, no longer than its column."""
    printable = "".join(letter if letter.isprintable() else " " for letter in text)
    return " ".join(printable.split())[:most].strip()


def _named(name: str, description: str) -> dict[str, str]:
    short = _cut(name, LONGEST_NAME)
    if not short:
        raise ViewWithoutName()
    return {
        "name": short,
        "name_key": _folded(short),
        "description": _cut(description, LONGEST_DESCRIPTION),
    }


def _view(row) -> SavedView:
    values = row._mapping
    return SavedView(
        values["view_id"],
        values["name"],
        values["description"],
        values["who"],
        values["shared"],
        json.loads(values["address"]),
        values["saved_at"],
        values["frozen"],
        values.get("figures"),
    )
