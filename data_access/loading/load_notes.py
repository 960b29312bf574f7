"""What a database writes down about a load: its files, days, counts, sums, rejected rows and warnings."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime

import pandas as pd
from sqlalchemy import Connection, String, Table, func, insert, literal, select, update

from data_access import schema
from data_access.bulk import append
from data_access.coverage import Coverage, Span
from data_access.loading.replacing import names, replaced_whole, replaces
from data_access.loading.staging import DAYS

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


@dataclass(frozen=True)
class LoadedFile:
    """A file, or the part of a workbook that is of one kind; the name has nothing personal in it.

    `replaces`: the months, or the keys of households, of which its rows are all that will be left.
    """

    kind: str
    hash: str
    name: str
    rows_read: int
    rows_accepted: int
    rows_rejected: int = 0
    replaces: frozenset[str] = frozenset()


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


def counts(connection: Connection, kinds: Iterable[str]) -> dict[str, tuple[int, int | None]]:
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


def changes(spans: Mapping[str, Sequence[Span]], before: Mapping, after: Mapping) -> tuple[SubjectChange, ...]:
    """What a load changed, by subject, from counts before and after it."""

    def change(kind: str, days: Sequence[Span]) -> SubjectChange:
        (rows_before, cents_before), (rows_after, cents_after) = before[kind], after[kind]
        first, last = (days[0].first, days[-1].last) if days else (None, None)
        return SubjectChange(SUBJECTS[kind], first, last, rows_before, rows_after, cents_before, cents_after)

    return tuple(change(kind, days) for kind, days in spans.items())


def spans_of(kind: str, frame: pd.DataFrame, today: date) -> list[Span]:
    """The days that accepted rows reach: the months in which there are any, and the last one until today while it is
    not over. A month without a row is not known to have had none."""
    if kind not in DAYS:
        return []
    days = pd.to_datetime(frame[DAYS[kind]]).dt.normalize()
    last = days.max()
    until = min((last + pd.offsets.MonthEnd(0)).date(), max(last.date(), today))
    months = [(month.start_time.date(), month.end_time.date()) for month in days.dt.to_period("M").unique()]
    return list(Coverage.of((first, min(end, until)) for first, end in months).spans)


def write_spans(connection: Connection, load_id: int, spans: Mapping[str, Sequence[Span]]) -> None:
    """Writes the days of a load. Before its records: what is said of them depends on which days are loaded."""
    rows = [
        {"load_id": load_id, "subject": SUBJECTS[kind], "data_from": first, "data_until": last}
        for kind, days in spans.items()
        for first, last in days
    ]
    if rows:
        connection.execute(insert(schema.load_spans), rows)


def describe(
    connection: Connection,
    result: LoadResult,
    files: Sequence[LoadedFile],
    rejected: pd.DataFrame | None,
    warnings: pd.DataFrame | None,
) -> None:
    """Writes down what a load has read, rejected and found odd."""

    def write(table: Table, frame: pd.DataFrame | None) -> None:
        if frame is None or frame.empty:
            return
        columns = [name for name in names(table) if name in frame.columns]
        rows = frame[columns].assign(load_id=result.load_id)
        for name in columns:
            length = table.c[name].type.length if isinstance(table.c[name].type, String) else None
            if length:
                rows[name] = rows[name].map(lambda value, length=length: fit(value, length))
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


def close_rejected(
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
        same = (rejected.c.kind == file.kind, rejected.c.file_name == fit(file.name, 200))
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
    same = (known.c.load_id == load_id, known.c.kind == file.kind, known.c.file_name == fit(file.name, 200))
    return bool(connection.scalar(select(func.sum(known.c.rows_accepted)).where(*same)))


def now() -> datetime:
    """This moment, UTC, as it is kept."""
    return datetime.now(UTC).replace(tzinfo=None)


def fit(value, length: int):
    """A text cut to the length of its column; anything else as it is."""
    return value[:length] if isinstance(value, str) else value
