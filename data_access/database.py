"""A case database, opened for reading: its address, engine, version, vocabulary, and the door for questions."""

import os
import threading
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager, suppress
from contextvars import ContextVar
from dataclasses import dataclass
from datetime import date
from functools import cached_property, partial
from pathlib import Path

import sqlalchemy
from sqlalchemy import Connection, Engine, exists, func, literal, select
from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import ProgrammingError

from data_access import schema
from data_access.answer import Answer, AsOf
from data_access.answering import answer_from_rows, answer_within
from data_access.asking import Asking
from data_access.coverage import Coverage
from data_access.engines import Found, read, reading_engine
from data_access.errors import (
    DatabaseEmpty,
    DatabaseError,
    DatabaseMissing,
    DatabaseVersion,
    DataChanged,
    NotProtected,
    QuestionTooLarge,
    UnknownName,
    WritingRole,
)
from data_access.measures import dimension, nearest
from data_access.pointer import resolve
from data_access.protection import (
    Family,
    Mask,
    families,
    family_of,
    is_listed,
    make_masks,
    masked,
    refuse_unlisted,
    years_of,
)
from data_access.question import COUNCIL, UNKNOWN, Question
from data_access.roles import may_write, role_of
from data_access.statement import statement
from data_access.vocabulary import Vocabulary, read_vocabulary

MOST_ROWS = 200_000  # of an answer; the largest table of a page shows 4 000 cells
YEARS_AT_ONCE = 3  # of which is chosen ahead what is withheld: a visitor who asks meanwhile waits for so many
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


_engines: dict[URL, Engine] = {}
_databases: dict[URL, "Database"] = {}
_opening = threading.Lock()
# One family at a time: whoever waits for figures of psychologists need not wait for those of assistance.
_choosing = {family: threading.Lock() for family in families()}


def _opened(place: URL) -> "Database":
    engine = _engine(place)
    known = _databases.get(place)
    # Not under the lock: while a server hangs, visitors must not wait for one another.
    if known and known.engine is engine and known.version == known.read_version():
        return known
    try:
        _databases[place] = database = Database(engine)
    except DatabaseError:
        engine.dispose()
        raise
    return database


def _engine(place: URL) -> Engine:
    with _opening:
        if place not in _engines:
            if place.get_backend_name() == "duckdb":
                _leave_replaced_files(place)
            _engines[place] = reading_engine(place)
        return _engines[place]


def _leave_replaced_files(place: URL) -> None:
    """A process stays on the old data while any connection to a file that was replaced lives."""
    for other in [known for known in _engines if known.get_backend_name() == "duckdb"]:
        if not Path(other.database).exists() or _same_pointer(other, place):
            _engines.pop(other).dispose()
            _databases.pop(other, None)


def _same_pointer(a: URL, b: URL) -> bool:
    return Path(a.database).parent == Path(b.database).parent


def state_of(connection: Connection) -> str:
    """Names what has been loaded and undone in a database, wherever it stands."""
    loads = schema.loads
    moments = (func.count(), func.max(loads.c.load_id), func.max(loads.c.loaded_at), func.max(loads.c.undone_at))
    return "@".join(map(str, connection.execute(select(*moments).select_from(loads)).one()))


@dataclass(frozen=True)
class Database:
    """One state of a case database. Make it with `open_database`."""

    engine: Engine

    def __post_init__(self):
        self._check_role()
        self._check_schema()
        _ = self.version, self._masks, self._read_ahead  # made by one thread

    def _read(self, what: Callable[[Connection], Found]) -> Found:
        """What a function reads from a connection, all of it of this state of the data.

        On PostgreSQL a load may have come between, or another server may answer than the one that told the
        version; on DuckDB new data are a new file.
        """
        return read(self.engine, self._of_this_version(what) if self._on_a_server else what)

    def _of_this_version(self, what: Callable[[Connection], Found]) -> Callable[[Connection], Found]:
        def checked(connection: Connection) -> Found:
            if self._version_on(connection) != self.version:
                raise DataChanged()
            return what(connection)

        return checked

    @property
    def _on_a_server(self) -> bool:
        return self.engine.dialect.name == "postgresql"

    def _rows(self, query: sqlalchemy.Select) -> list[sqlalchemy.Row]:
        return self._read(lambda connection: list(connection.execute(query)))

    def read(self, query: sqlalchemy.Select) -> list[sqlalchemy.Row]:
        """Rows of a statement of this package that is no question. Raises DatabaseUnavailable."""
        return self._rows(query)

    def _check_role(self) -> None:
        """A dashboard that could write is one mistake away from doing so, whatever its transactions are set to."""

        def check(connection: Connection) -> None:
            if may_write(connection):
                raise WritingRole(role=role_of(connection))

        if self._on_a_server and not _writing_role_allowed():
            read(self.engine, check)

    def _check_schema(self) -> None:
        def found_on(connection: Connection) -> object:
            try:
                return connection.scalar(select(schema.schema_version.c.version))
            except ProgrammingError:
                return "?"

        found = read(self.engine, found_on)
        if found != schema.SCHEMA_VERSION:
            raise DatabaseVersion(found=found, expected=schema.SCHEMA_VERSION)

    def _version_on(self, connection: Connection) -> str:
        return f"{self.engine.url.render_as_string(hide_password=True)}#{state_of(connection)}"

    def read_version(self) -> str:
        """The data's version as the database has it now."""
        return read(self.engine, self._version_on)

    def read_state(self) -> str:
        """Which loads count, as the database has it now; never again the same after a load or an undo."""
        return read(self.engine, state_of)

    @cached_property
    def version(self) -> str:
        """Names one state of the data: two answers to one question under one version are equal."""
        return self.read_version()

    @cached_property
    def vocabulary(self) -> Vocabulary:
        """Values of every dimension."""
        return self._read(read_vocabulary)

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

    def may_ask(self, question: Question) -> bool:
        """Whether whoever has this database may ask so: all do."""
        return True

    def ask(self, question: Question, within: Answer | None = None) -> Answer:
        """The answer to a question, in one statement; in none where the answer `within` holds it.

        That is the answer of the same state of the data to the same question by years.

        To the council only listed questions are answered, and protected. Raises UnknownName for an unknown filter
        value, NotForCouncil, NotProtected, DatabaseUnavailable when the database does not answer, QuestionTooLarge
        when it would take too long or have too many rows, DataChanged when it has other data by now: open it again.
        """
        self.check_values(question)
        protect = None
        if question.audience == COUNCIL:
            refuse_unlisted(question, self.coverage, self.vocabulary)
            protect = partial(masked, question, masks_of=self._masks_of, vocabulary=self.vocabulary)
        if within and (found := answer_within(question, within, self.coverage, self.series_events)):
            return found
        last_days = {subject: covered.data_until for subject, covered in self.coverage.items()}
        rows = self._rows(statement(question, last_days).limit(MOST_ROWS + 1))
        if len(rows) > MOST_ROWS:
            raise QuestionTooLarge()
        about = (self.vocabulary, self.coverage, self.series_events, self.as_of)
        return answer_from_rows(question, rows, *about, protect)

    @cached_property
    def _masks(self) -> dict[tuple[str, int], Mask]:
        return {}

    @cached_property
    def _read_ahead(self) -> dict[str, dict[int, Family]]:
        return {family: {} for family in families()}

    def _masks_of(self, family: str, years: tuple[int, ...]) -> dict[int, Mask]:
        """What is withheld of a family's years: chosen once for each state of the data."""
        with _choosing[family]:
            missing = [year for year in years if (family, year) not in self._masks]
            if missing:
                found = make_masks(family, missing, self._rows, self._read_ahead[family])
                self._masks.update({(family, year): mask for year, mask in found.items()})
            return {year: self._masks[family, year] for year in years}

    @contextmanager
    def protecting(self, questions: Iterable[Question]) -> Iterator[None]:
        """Inside, what is withheld of the answers to these questions is chosen beside everything else, each family on a
        thread of its own: whoever asks one of them meanwhile finds it chosen, or waits for its families only.

        What fails is raised to who asks.
        """
        wanted: dict[str, set[int]] = {}
        for question in questions:
            if question.audience == COUNCIL and is_listed(question, self.coverage):
                years = {year.start.year for year in years_of(question)}
                for code in question.measures:
                    wanted.setdefault(family_of(code), set()).update(years)
        begun = [Asking(partial(self._masks_of, family, tuple(sorted(years)))) for family, years in wanted.items()]
        try:
            yield
        finally:
            for one in begun:
                if not one.ended(within=0):
                    one.call_off()

    def protect_ahead(self) -> Iterator[None]:
        """Chooses what is withheld of all families and years, the newest first, so that no visitor waits for it.

        That takes some 8 s at demonstration size, a part at each step. Raises DatabaseUnavailable, DataChanged.
        """
        for start in range(0, len(self.years), YEARS_AT_ONCE):
            for family in families():
                with suppress(NotProtected):  # who asks for it is told
                    self._masks_of(family, tuple(self.years[start : start + YEARS_AT_ONCE]))
                yield
