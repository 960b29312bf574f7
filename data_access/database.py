"""A case database, opened for reading: its address, engine, version, vocabulary, and the door for questions."""

import os
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from datetime import date
from functools import cached_property, partial
from pathlib import Path

import sqlalchemy
from sqlalchemy import Connection, Engine, create_engine, exists, func, literal, select
from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import DBAPIError, ProgrammingError

from data_access import schema
from data_access.answer import Answer, AsOf
from data_access.answering import answer_from_rows
from data_access.coverage import Coverage
from data_access.duckdb_engine import duckdb_engine
from data_access.errors import (
    DatabaseEmpty,
    DatabaseError,
    DatabaseMissing,
    DatabaseUnavailable,
    DatabaseVersion,
    UnknownName,
    WritingRole,
)
from data_access.measures import dimension, nearest
from data_access.period import Period
from data_access.pointer import resolve
from data_access.protection import Mask, make_mask, masked, refuse_unlisted
from data_access.question import COUNCIL, UNKNOWN, Question
from data_access.roles import may_write, role_of
from data_access.statement import statement
from data_access.vocabulary import Vocabulary, read_vocabulary

DEFAULT_FILE = Path(__file__).parent.parent / "data" / "case.duckdb"


def address(url: str | None = None) -> URL:
    """Where the case database is: the URL given, else DATABASE_URL, else the file `data/case.duckdb`."""
    text = url or os.environ.get("DATABASE_URL")
    return make_url(text) if text else URL.create("duckdb", database=str(DEFAULT_FILE))


_role_allowed: ContextVar[bool] = ContextVar("writing role allowed", default=False)


@contextmanager
def writing_role_allowed() -> Iterator[None]:
    """Inside, a database may be opened with a role that may write: for commands, which load with it."""
    token = _role_allowed.set(True)
    try:
        yield
    finally:
        _role_allowed.reset(token)


def _writing_role_allowed() -> bool:
    return _role_allowed.get() or os.environ.get("ALLOW_WRITING_ROLE", "").lower() == "yes"


def open_database(url: str | None = None) -> "Database":
    """The case database at an address, for reading only.

    Cheap to call on every rerun: engines are kept, and a DuckDB file that was put in place of
    another is noticed by its real path. Raises DatabaseMissing, DatabaseUnavailable, DatabaseVersion;
    WritingRole on PostgreSQL with a role that may write, unless ALLOW_WRITING_ROLE is `yes`.
    """
    place = address(url)
    if place.get_backend_name() == "duckdb":
        real = resolve(Path(place.database))
        if not real.exists():
            raise DatabaseMissing(address=place.database)
        place = place.set(database=str(real))
    return _opened(place)


_databases: dict[URL, "Database"] = {}
_opening = threading.Lock()
_choosing = threading.Lock()


def _opened(place: URL) -> "Database":
    with _opening:
        known = _databases.get(place)
        if known and known.version == known.read_version():
            return known
        if not known and place.get_backend_name() == "duckdb":
            # The file was replaced: a process stays on the old data while any connection to it lives.
            for other in [u for u in _databases if u.get_backend_name() == "duckdb"]:
                if not Path(other.database).exists() or _same_pointer(other, place):
                    _databases.pop(other).engine.dispose()
        engine = known.engine if known else _engine(place)
        try:
            _databases[place] = Database(engine)
        except DatabaseError:
            engine.dispose()
            raise
        return _databases[place]


def _same_pointer(a: URL, b: URL) -> bool:
    return Path(a.database).parent == Path(b.database).parent


def _engine(place: URL) -> Engine:
    if place.get_backend_name() == "duckdb":
        return duckdb_engine(place, connect_args={"read_only": True})
    return create_engine(
        place,
        pool_pre_ping=True,
        connect_args={"options": "-c default_transaction_read_only=on", "connect_timeout": 5},
    )


def state_of(connection: Connection) -> str:
    """Names what has been loaded and undone in a database, wherever it stands."""
    loads = schema.loads
    moments = (func.count(), func.max(loads.c.load_id), func.max(loads.c.loaded_at), func.max(loads.c.undone_at))
    return "@".join(map(str, connection.execute(select(*moments).select_from(loads)).one()))


class _Changed(Exception):
    """Something was loaded since this state of the database was opened."""


@dataclass(frozen=True)
class Database:
    """One state of a case database. Make it with `open_database`."""

    engine: Engine

    def __post_init__(self):
        self._check_role()
        self._check_schema()
        _ = self.version

    def _connect(self) -> Connection:
        try:
            return self.engine.connect()
        except DBAPIError as error:
            raise DatabaseUnavailable() from error

    def _rows(self, query: sqlalchemy.Select) -> list[sqlalchemy.Row]:
        with self._connect() as connection:
            try:
                return list(connection.execute(query))
            except DBAPIError as error:
                raise DatabaseUnavailable() from error

    def _check_role(self) -> None:
        """A dashboard that could write is one mistake away from doing so, whatever its transactions are set to."""
        if self.engine.dialect.name != "postgresql" or _writing_role_allowed():
            return
        with self._connect() as connection:
            try:
                if may_write(connection):
                    raise WritingRole(role=role_of(connection))
            except DBAPIError as error:
                raise DatabaseUnavailable() from error

    def _check_schema(self) -> None:
        with self._connect() as connection:
            try:
                found = connection.scalar(select(schema.schema_version.c.version))
            except ProgrammingError:
                found = "?"
            except DBAPIError as error:
                raise DatabaseUnavailable() from error
        if found != schema.SCHEMA_VERSION:
            raise DatabaseVersion(found=found, expected=schema.SCHEMA_VERSION)

    def read_version(self) -> str:
        """The data's version as the database has it now."""
        return self._version_of(self.read_state())

    def _version_of(self, state: str) -> str:
        return f"{self.engine.url.render_as_string(hide_password=True)}#{state}"

    def read_state(self) -> str:
        """Which loads count, as the database has it now; never again the same after a load or an undo."""
        with self._connect() as connection:
            try:
                return state_of(connection)
            except DBAPIError as error:
                raise DatabaseUnavailable() from error

    @cached_property
    def version(self) -> str:
        """Names one state of the data: two answers to one question under one version are equal."""
        return self.read_version()

    @cached_property
    def vocabulary(self) -> Vocabulary:
        """Values of every dimension."""
        with self._connect() as connection:
            try:
                return read_vocabulary(connection)
            except DBAPIError as error:
                raise DatabaseUnavailable() from error

    @cached_property
    def coverage(self) -> dict[str, Coverage]:
        """For each subject the days that its records reach, of all loads that count."""
        spans = schema.load_spans
        rows = self._rows(
            select(spans.c.subject, spans.c.data_from, spans.c.data_until)
            .join_from(spans, schema.loads, spans.c.load_id == schema.loads.c.load_id)
            .where(schema.loads.c.undone_at.is_(None))
        )
        found: dict[str, list[tuple[date, date]]] = {}
        for subject, first, last in rows:
            found.setdefault(subject, []).append((first, last))
        return {subject: Coverage.of(spans) for subject, spans in sorted(found.items())}

    @cached_property
    def as_of(self) -> AsOf:
        """How fresh the database is as a whole. Raises DatabaseEmpty before anything with days has been loaded."""
        loads, subjects = schema.loads, schema.load_subjects
        brought = exists(select(literal(1)).where(subjects.c.load_id == loads.c.load_id))  # else all was rejected
        [(loaded_at, demonstration)] = self._rows(
            select(func.max(loads.c.loaded_at), func.bool_or(loads.c.demonstration)).where(
                loads.c.undone_at.is_(None), brought
            )
        )
        if not self.coverage:
            raise DatabaseEmpty()
        first = min(covered.data_from for covered in self.coverage.values())
        last = max(covered.data_until for covered in self.coverage.values())
        return AsOf(loaded_at, first, last, demonstration)

    @property
    def demonstration(self) -> bool:
        """Whether any of the records are synthetic."""
        return self.as_of.demonstration

    @property
    def years(self) -> list[int]:
        """Calendar years with records of any subject, newest first."""
        return sorted(set().union(*(covered.years() for covered in self.coverage.values())), reverse=True)

    @cached_property
    def series_events(self) -> list[sqlalchemy.Row]:
        """Breaks and gaps in series, by day."""
        return self._rows(select(schema.series_events).order_by(schema.series_events.c.first_day))

    def check_values(self, question: Question) -> None:
        """Raises UnknownName for a filter value that the vocabulary does not have."""
        for name, codes in question.where:
            known = (*self.vocabulary.codes(name), UNKNOWN)
            for code in codes:
                if code not in known:
                    raise UnknownName("value", code, nearest(code, known), dimension=dimension(name).code)

    def ask(self, question: Question) -> Answer:
        """The answer to a question, in one statement; of one state, also while something is being loaded.

        To the council only listed questions are answered, and protected. Raises UnknownName for an unknown filter
        value, NotForCouncil, NotProtected, DatabaseUnavailable when the database does not answer.
        """
        self.check_values(question)
        about = (self.vocabulary, self.coverage, self.series_events, self.as_of)
        protect = None
        if question.audience == COUNCIL:
            refuse_unlisted(question, self.coverage, self.vocabulary)
            protect = partial(masked, question, mask_of=self._mask, vocabulary=self.vocabulary)
        last_days = {subject: covered.data_until for subject, covered in self.coverage.items()}
        try:
            return answer_from_rows(question, self._rows_of_state(statement(question, last_days)), *about, protect)
        except _Changed:
            return Database(self.engine).ask(question)

    @cached_property
    def _masks(self) -> dict[tuple[str, Period], Mask]:
        return {}

    def _mask(self, family: str, year: Period) -> Mask:
        """What is withheld of a family's year: chosen once for each state of the data."""
        with _choosing:
            if (family, year) not in self._masks:
                self._masks[family, year] = make_mask(family, year, self._rows_of_state)
            return self._masks[family, year]

    def _rows_of_state(self, query: sqlalchemy.Select) -> list[sqlalchemy.Row]:
        """Rows of the state that this is. A file is never changed; a server has other rows after a load."""
        if self.engine.dialect.name == "duckdb":
            return self._rows(query)
        with self._connect() as connection:
            try:
                connection = connection.execution_options(isolation_level="REPEATABLE READ")
                rows = list(connection.execute(query))
                version = self._version_of(state_of(connection))
            except DBAPIError as error:
                raise DatabaseUnavailable() from error
        if version != self.version:
            raise _Changed
        return rows
