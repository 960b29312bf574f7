"""What has been loaded so far: the loads with their files and sums, and which of them can be taken back."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, select
from sqlalchemy.exc import DBAPIError

from data_access import schema
from data_access.database import Database
from data_access.errors import DatabaseUnavailable
from data_access.loading.applying import LoadedFile, SubjectChange


@dataclass(frozen=True)
class Load:
    """A load as it was applied. Moments are UTC; `undone_at` is None while it counts."""

    load_id: int
    loaded_at: datetime
    loaded_by: str | None
    demonstration: bool
    undone_at: datetime | None
    undone_by: str | None
    files: tuple[LoadedFile, ...]
    subjects: tuple[SubjectChange, ...]


def last_loads(database: Database, most: int = 10) -> list[Load]:
    """The newest loads, the newest first. Raises DatabaseUnavailable."""
    loads = schema.loads
    try:
        with database.engine.connect() as connection:
            rows = connection.execute(select(loads).order_by(loads.c.load_id.desc()).limit(most)).all()
            return [_load(connection, row) for row in rows]
    except DBAPIError as error:
        raise DatabaseUnavailable() from error


def undoable(loads: list[Load]) -> Load | None:
    """The load that can be taken back: the newest of the service's own that counts."""
    return next((load for load in loads if load.undone_at is None and not load.demonstration), None)


def _load(connection: Connection, row) -> Load:
    files, subjects = schema.load_files, schema.load_subjects
    return Load(
        load_id=row.load_id,
        loaded_at=row.loaded_at,
        loaded_by=row.loaded_by,
        demonstration=row.demonstration,
        undone_at=row.undone_at,
        undone_by=row.undone_by,
        files=tuple(
            LoadedFile(f.kind, f.file_hash, f.file_name, f.rows_read, f.rows_accepted, f.rows_rejected)
            for f in connection.execute(
                select(files).where(files.c.load_id == row.load_id).order_by(files.c.file_name, files.c.kind)
            )
        ),
        subjects=tuple(
            SubjectChange(
                s.subject, s.data_from, s.data_until, s.rows_before, s.rows_after, s.cents_before, s.cents_after
            )
            for s in connection.execute(
                select(subjects).where(subjects.c.load_id == row.load_id).order_by(subjects.c.subject)
            )
        ),
    )
