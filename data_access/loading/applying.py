"""Accepted rows become one load in the database, whole or not at all; the newest load can be undone."""

from collections.abc import Callable, Collection, Iterable, Mapping

import pandas as pd
import psycopg
import psycopg.errors
from sqlalchemy import URL, Connection, func, insert, select, update
from sqlalchemy.exc import IntegrityError

from data_access import schema
from data_access.changing import changing, check_version
from data_access.database import address, state_of
from data_access.errors import DatabaseError
from data_access.loading import records
from data_access.loading.key_of_records import WITHOUT_KEYS
from data_access.loading.load_notes import (
    TABLES,
    LoadedFile,
    LoadResult,
    SubjectChange,
    changes,
    close_rejected,
    counts,
    describe,
    fit,
    now,
    spans_of,
    write_spans,
)
from data_access.loading.replacing import (
    analyze,
    brings,
    put_back,
    replaced_since,
    strangers,
)

Progress = Callable[[float, str], None]


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
        before = counts(connection, accepted)
        spans = {kind: spans_of(kind, frame, load.moment.date()) for kind, frame in accepted.items()}
        write_spans(connection, load.load_id, spans)
        try:
            records.write(connection, load.load_id, accepted, replacing=mends is None, progress=tell)
        except IntegrityError as error:
            raise _broken(error.orig) or error from error
        except psycopg.IntegrityError as error:
            raise _broken(error) or error from error
        tell(0.9, "finishing")
        if found := strangers(connection, load.load_id):
            raise BrokenReference(column=found[0], table=found[1])
        result = LoadResult(load.load_id, load.moment, changes(spans, before, counts(connection, accepted)))
        close_rejected(connection, load.load_id, accepted, files, mends, rejected_again)
        describe(connection, result, files, rejected, warnings)
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
        moment = now()
        connection.execute(
            update(loads).where(loads.c.load_id == newest).values(undone_at=moment, undone_by=fit(who, 200))
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
    """Those files whose rows stand in the database as a load has brought them.

    Not those that share a month with a file that is news: its rows would replace theirs.
    """
    files = list(files)
    known = [file for file in files if _is_loaded(connection, file)]
    news = [file for file in files if file not in known]
    while touched := [file for file in known if any(_share(file, other) for other in news)]:
        news += touched
        known = [file for file in known if file not in touched]
    return known


def _share(one: LoadedFile, other: LoadedFile) -> bool:
    return one.kind == other.kind and not one.replaces.isdisjoint(other.replaces)


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
    moment = now()
    connection.execute(
        insert(schema.loads).values(
            load_id=number,
            loaded_at=moment,
            demonstration=False,
            source=fit(source, 200),
            loaded_by=fit(who, 200),
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
