"""Accepted rows become one load in the database, whole or not at all; the newest load can be undone."""

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime

import pandas as pd
import psycopg
import psycopg.errors
from sqlalchemy import URL, Connection, String, Table, func, insert, literal, select, update
from sqlalchemy.exc import IntegrityError

from data_access import schema
from data_access.bulk import append
from data_access.changing import changing, check_version
from data_access.coverage import Coverage, Span
from data_access.database import address, state_of
from data_access.errors import DatabaseError
from data_access.loading import records
from data_access.loading.key_of_records import WITHOUT_KEYS
from data_access.loading.replacing import (
    analyze,
    brings,
    names,
    put_back,
    replaced_since,
    replaced_whole,
    replaces,
    strangers,
)

Progress = Callable[[float, str], None]

# The tables whose rows come from a kind of export.
TABLES = {
    "units": (schema.centres, schema.branches, schema.psychologists),
    "members": (schema.memberships, schema.residences),
    "statuses": (schema.status_decisions,),
    "payments": (schema.payments,),
    "visits": (schema.visits,),
    "consultations": (schema.consultations,),
}
# What a kind's records are counted as; households and units have no days.
SUBJECTS = {
    "units": "units",
    "members": "households",
    "statuses": "status",
    "payments": "assistance",
    "visits": "day_centres",
    "consultations": "psychologists",
}
_COUNTED = {
    "units": (schema.centres, schema.branches, schema.psychologists),
    "households": (schema.memberships,),
    "status": (schema.status_decisions,),
    "assistance": (schema.payments,),
    "day_centres": (schema.visits,),
    "psychologists": (schema.consultations,),
}


class AlreadyLoaded(DatabaseError):
    """A file that an active load of the same kind has brought, unchanged; `names` says which."""

    key = "errors.already_loaded"


class ChangedMeanwhile(DatabaseError):
    """Another load has changed the database since these rows were checked."""

    key = "errors.changed_meanwhile"


class NothingToLoad(DatabaseError):
    """Not a single row was accepted, and none rejected."""

    key = "errors.nothing_to_load"


class DemonstrationPresent(DatabaseError):
    """The database holds demonstration records; real ones are not mixed with them."""

    key = "errors.demonstration_present"


class BrokenReference(DatabaseError):
    """A row names something that is in no table."""

    key = "errors.broken_reference"


class NothingToUndo(DatabaseError):
    """No load of the service's own records counts."""

    key = "errors.nothing_to_undo"


class NotNewestLoad(DatabaseError):
    """A later load would have to be undone first."""

    key = "errors.not_newest_load"


@dataclass(frozen=True)
class LoadedFile:
    """A file, or the part of a workbook that is of one kind; the name has nothing personal in it."""

    kind: str
    hash: str
    name: str
    rows_read: int
    rows_accepted: int
    rows_rejected: int = 0


@dataclass(frozen=True)
class SubjectChange:
    """What a load changed; `cents` are None where there is no money, days where there are none."""

    subject: str
    data_from: date | None
    data_until: date | None
    rows_before: int
    rows_after: int
    cents_before: int | None = None
    cents_after: int | None = None


@dataclass(frozen=True)
class LoadResult:
    """A load, as it was applied or undone; of one undone, before is after."""

    load_id: int
    moment: datetime
    subjects: tuple[SubjectChange, ...]


def apply(
    url: str | None,
    accepted: Mapping[str, pd.DataFrame],
    *,
    who: str,
    files: Iterable[LoadedFile],
    rejected: pd.DataFrame | None = None,
    warnings: pd.DataFrame | None = None,
    source: str = "",
    mends: int | None = None,
    rejected_again: Collection[tuple[str, str, str, int]] = (),
    key_fingerprint: str | None = None,
    expected_state: str | None = None,
    progress: Progress | None = None,
) -> LoadResult:
    """Brings the accepted rows of each kind into the database as one load; where every row was rejected, the load
    brings none and is there to remember what has to be mended.

    `rejected` has the columns kind, file_name, sheet, row, column_name, value, reason; `warnings` kind, warning,
    month (202301 or missing), count. `mends` names the load whose rejected rows these are, mended: they are added
    to what is there and replace nothing; `rejected_again` are those of its rejected rows (kind, file, sheet, row)
    that this load rejects as well. `key_fingerprint` names the key of its persons and households, `expected_state`
    is what `database.state_of` said when the rows were checked. `progress` is told how much is done and which step
    begins: preparing, people, records, finishing.

    Raises AlreadyLoaded, ChangedMeanwhile, NothingToLoad, DemonstrationPresent, BrokenReference, DatabaseVersion,
    BeingWritten, DatabaseMissing, DatabaseUnavailable, DiskFull, MayNotWrite, NotChanged; the database is then as it
    was.
    """
    tell = progress or (lambda done, step: None)
    files = tuple(files)
    accepted = {kind: accepted[kind] for kind in TABLES if kind in accepted and len(accepted[kind])}
    if not accepted and (rejected is None or rejected.empty):
        raise NothingToLoad()
    tell(0.0, "preparing")
    place = address(url)
    with changing(place) as connection:
        check_version(connection)
        # Nobody else can change it from here on.
        if expected_state is not None and state_of(connection) != expected_state:
            raise ChangedMeanwhile()
        refuse_demonstration(connection, place)
        if same := already_loaded(connection, files):
            raise AlreadyLoaded(names=", ".join(dict.fromkeys(file.name for file in same)))
        load = _begin(connection, who, source, key_fingerprint if accepted.keys() - WITHOUT_KEYS else None)
        before = _counts(connection, accepted)
        spans = {kind: spans_of(kind, frame, load.moment.date()) for kind, frame in accepted.items()}
        _write_spans(connection, load.load_id, spans)
        try:
            records.write(connection, load.load_id, accepted, replacing=mends is None, progress=tell)
        except IntegrityError as error:
            raise _broken(error.orig) or error from error
        except psycopg.IntegrityError as error:
            raise _broken(error) or error from error
        tell(0.9, "finishing")
        if found := strangers(connection, load.load_id):
            raise BrokenReference(column=found[0], table=found[1])
        result = LoadResult(load.load_id, load.moment, _changes(spans, before, _counts(connection, accepted)))
        _close_rejected(connection, load.load_id, accepted, files, mends, rejected_again)
        _describe(connection, result, files, rejected, warnings)
        analyze(connection, [table for table in schema.LOADED if brings(connection, table, load.load_id)])
    tell(1.0, "finishing")
    return result


def undo(url: str | None = None, load_id: int | None = None, *, who: str) -> LoadResult:
    """Puts the database back to what it was before the newest load that counts.

    Raises NothingToUndo, NotNewestLoad when another load is named, and as `apply`.
    """
    loads, subjects = schema.loads, schema.load_subjects
    with changing(address(url)) as connection:
        check_version(connection)
        newest = connection.scalar(
            select(func.max(loads.c.load_id)).where(loads.c.undone_at.is_(None), ~loads.c.demonstration)
        )
        if newest is None:
            raise NothingToUndo()
        if load_id not in (None, newest):
            raise NotNewestLoad(newest=newest)
        put_back(connection, newest)
        moment = _now()
        connection.execute(
            update(loads).where(loads.c.load_id == newest).values(undone_at=moment, undone_by=_fit(who, 200))
        )
        rejected = schema.rejected_rows
        connection.execute(update(rejected).where(rejected.c.resolved_by == newest).values(resolved_by=None))
        columns = [c for c in subjects.c if c.name != "load_id"]
        rows = connection.execute(select(*columns).where(subjects.c.load_id == newest).order_by(subjects.c.subject))
        undone = tuple(
            SubjectChange(
                row.subject,
                row.data_from,
                row.data_until,
                row.rows_after,
                row.rows_before,
                row.cents_after,
                row.cents_before,
            )
            for row in rows
        )
        analyze(connection, schema.LOADED)
    return LoadResult(newest, moment, undone)


def already_loaded(connection: Connection, files: Iterable[LoadedFile]) -> list[LoadedFile]:
    """Those files whose rows stand in the database as a load has brought them."""
    return [file for file in files if _is_loaded(connection, file)]


def _is_loaded(connection: Connection, file: LoadedFile) -> bool:
    loads, known = schema.loads, schema.load_files
    found = connection.scalars(
        select(known.c.load_id)
        .join_from(known, loads, known.c.load_id == loads.c.load_id)
        .where(
            loads.c.undone_at.is_(None),
            known.c.kind == file.kind,
            known.c.file_hash == file.hash,
            # More may be accepted than then: what a row refers to may have come since.
            known.c.rows_accepted == file.rows_accepted,
        )
    ).all()
    return any(not _overtaken(connection, file.kind, load_id) for load_id in found)


def _overtaken(connection: Connection, kind: str, load_id: int) -> bool:
    """A later load has replaced what this one brought, so its file is news again."""
    if kind != "units":  # a unit is changed, not replaced
        return replaced_since(connection, TABLES[kind], load_id)
    loads, known = schema.loads, schema.load_files
    later = connection.scalar(
        select(func.max(known.c.load_id))
        .join_from(known, loads, known.c.load_id == loads.c.load_id)
        .where(loads.c.undone_at.is_(None), known.c.kind == kind, known.c.rows_accepted > 0)
    )
    return later is not None and later > load_id


def refuse_demonstration(connection: Connection, place: URL) -> None:
    """Raises DemonstrationPresent where the records of the database are synthetic."""
    loads = schema.loads
    demonstration = select(func.count()).select_from(loads).where(loads.c.demonstration, loads.c.undone_at.is_(None))
    if connection.scalar(demonstration):
        raise DemonstrationPresent(address=place.render_as_string(hide_password=True))


def _begin(connection: Connection, who: str, source: str, key_fingerprint: str | None) -> LoadResult:
    number = (connection.scalar(select(func.max(schema.loads.c.load_id))) or 0) + 1
    moment = _now()
    connection.execute(
        insert(schema.loads).values(
            load_id=number,
            loaded_at=moment,
            demonstration=False,
            source=_fit(source, 200),
            loaded_by=_fit(who, 200),
            key_fingerprint=key_fingerprint,
        )
    )
    return LoadResult(number, moment, ())


def _broken(error: BaseException | None) -> BrokenReference | None:
    """PostgreSQL checks the references itself; its constraints are called `<table>_<column>_fkey`."""
    if not isinstance(error, psycopg.errors.ForeignKeyViolation):
        return None
    said = error.diag
    column = said.constraint_name.removeprefix(f"{said.table_name}_").removesuffix("_fkey")
    [reference] = schema.metadata.tables[said.table_name].c[column].foreign_keys
    return BrokenReference(column=column, table=reference.column.table.name)


# ── what is written down about a load ────────────────────────────────────────────────────────────


def _counts(connection: Connection, kinds: Iterable[str]) -> dict[str, tuple[int, int | None]]:
    """Rows, and cents where there are some, of each kind."""
    counts = {}
    for kind in kinds:
        tables = _COUNTED[SUBJECTS[kind]]
        rows = sum(connection.scalar(select(func.count()).select_from(table)) for table in tables)
        cents = None
        if kind == "payments":
            cents = int(connection.scalar(select(func.coalesce(func.sum(schema.payments.c.cents), 0))))
        counts[kind] = rows, cents
    return counts


def _changes(spans: Mapping[str, Sequence[Span]], before: Mapping, after: Mapping) -> tuple[SubjectChange, ...]:
    def change(kind: str, days: Sequence[Span]) -> SubjectChange:
        (rows_before, cents_before), (rows_after, cents_after) = before[kind], after[kind]
        first, last = (days[0].first, days[-1].last) if days else (None, None)
        return SubjectChange(SUBJECTS[kind], first, last, rows_before, rows_after, cents_before, cents_after)

    return tuple(change(kind, days) for kind, days in spans.items())


def spans_of(kind: str, frame: pd.DataFrame, today: date) -> list[Span]:
    """The days that accepted rows reach: the months in which there are any, and the last one until today while it is
    not over. A month without a row is not known to have had none."""
    if kind not in records.DAYS:
        return []
    days = pd.to_datetime(frame[records.DAYS[kind]]).dt.normalize()
    last = days.max()
    until = min((last + pd.offsets.MonthEnd(0)).date(), max(last.date(), today))
    months = [(month.start_time.date(), month.end_time.date()) for month in days.dt.to_period("M").unique()]
    return list(Coverage.of((first, min(end, until)) for first, end in months).spans)


def _write_spans(connection: Connection, load_id: int, spans: Mapping[str, Sequence[Span]]) -> None:
    rows = [
        {"load_id": load_id, "subject": SUBJECTS[kind], "data_from": first, "data_until": last}
        for kind, days in spans.items()
        for first, last in days
    ]
    if rows:
        connection.execute(insert(schema.load_spans), rows)


def _describe(
    connection: Connection,
    result: LoadResult,
    files: Sequence[LoadedFile],
    rejected: pd.DataFrame | None,
    warnings: pd.DataFrame | None,
) -> None:
    def write(table: Table, frame: pd.DataFrame | None) -> None:
        if frame is None or frame.empty:
            return
        columns = [name for name in names(table) if name in frame.columns]
        rows = frame[columns].assign(load_id=result.load_id)
        for name in columns:
            length = table.c[name].type.length if isinstance(table.c[name].type, String) else None
            if length:
                rows[name] = rows[name].map(lambda value, length=length: _fit(value, length))
        append(connection, table, rows)

    write(schema.load_subjects, pd.DataFrame([vars(change) for change in result.subjects]))
    described = [
        {"kind": f.kind, "file_hash": f.hash, "file_name": f.name, "rows_read": f.rows_read,
         "rows_accepted": f.rows_accepted, "rows_rejected": f.rows_rejected}
        for f in files
    ]  # fmt: skip
    write(schema.load_files, pd.DataFrame(described))
    write(schema.rejected_rows, rejected)
    write(schema.load_warnings, warnings)


def _close_rejected(
    connection: Connection,
    load_id: int,
    accepted: Mapping[str, pd.DataFrame],
    files: Sequence[LoadedFile],
    mends: int | None,
    rejected_again: Collection[tuple[str, str, str, int]],
) -> None:
    """Rejected rows are no longer open when they come mended or are rejected again, so that each is open once; when
    their file comes again; and when everything that their load brought has been replaced.

    Exports of every month may have one name: a file comes again when it replaces rows of the earlier one, or when
    that had none.
    """
    rejected = schema.rejected_rows
    still_open = rejected.c.resolved_by.is_(None)

    def close(*conditions) -> None:
        connection.execute(update(rejected).where(still_open, *conditions).values(resolved_by=load_id))

    if mends is not None:
        places = {
            (kind, str(file), None if pd.isna(sheet) else str(sheet), None if pd.isna(row) else int(row))
            for kind, frame in accepted.items()
            for file, sheet, row in frame[["file", "sheet", "row"]].itertuples(index=False)
        }
        for kind, file, sheet, row in places | set(rejected_again):
            close(
                rejected.c.load_id == mends,
                rejected.c.kind == kind,
                rejected.c.file_name == file,
                rejected.c.sheet.is_not_distinct_from(literal(sheet, String)),
                rejected.c.row == row,
            )
        return

    def loads_with(*conditions) -> Sequence[int]:
        return connection.scalars(select(rejected.c.load_id).where(still_open, *conditions).distinct()).all()

    for file in files:
        same = (rejected.c.kind == file.kind, rejected.c.file_name == _fit(file.name, 200))
        for other in loads_with(*same):
            if not _accepted(connection, other, file) or (
                file.kind == "units" or replaces(connection, TABLES[file.kind], other, by=load_id)
            ):
                close(*same, rejected.c.load_id == other)
    for kind in accepted.keys() - {"units"}:
        for other in loads_with(rejected.c.kind == kind):
            if replaced_whole(connection, TABLES[kind], other, by=load_id):
                close(rejected.c.kind == kind, rejected.c.load_id == other)


def _accepted(connection: Connection, load_id: int, file: LoadedFile) -> bool:
    """Whether a load had brought any row of a file of this kind and name."""
    known = schema.load_files
    same = (known.c.load_id == load_id, known.c.kind == file.kind, known.c.file_name == _fit(file.name, 200))
    return bool(connection.scalar(select(func.sum(known.c.rows_accepted)).where(*same)))


def _now() -> datetime:
    return datetime.now(UTC).replace(tzinfo=None)


def _fit(value, length: int):
    return value[:length] if isinstance(value, str) else value
