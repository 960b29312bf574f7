"""What has been loaded, what was rejected on the way and not mended since, and what looked odd."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from functools import cache

from sqlalchemy import Row, Select, and_, func, select

from data_access import schema
from data_access.language import texts
from data_access.loading.load_notes import SUBJECTS, SubjectChange
from data_access.period import Period

# Subjects whose figures a kind's rows go into, where these are not just the subject that they are counted as.
_CONCERNS = {"members": ("assistance", "status"), "units": ()}


@dataclass(frozen=True)
class FileLoaded:
    """A file of a load, or the part of a workbook that is of one kind."""

    kind: str
    name: str
    rows_read: int
    rows_accepted: int
    rows_rejected: int

    @property
    def subject(self) -> str:
        """What its rows are counted as; households and units are subjects of their own here."""
        return SUBJECTS[self.kind]


@dataclass(frozen=True)
class Load:
    """A load: when (UTC), by whom (None: not known), what, and whether it was undone."""

    load_id: int
    loaded_at: datetime
    loaded_by: str | None
    source: str
    demonstration: bool
    undone_at: datetime | None
    undone_by: str | None
    subjects: tuple[SubjectChange, ...]
    files: tuple[FileLoaded, ...]


@dataclass(frozen=True)
class OpenRejected:
    """How many rejected rows of one kind a load has that are not mended.

    `days`: those that its records reach, None if they have none.
    """

    load_id: int
    kind: str
    rows: int
    days: tuple[date, date] | None

    @property
    def subjects(self) -> tuple[str, ...]:
        return _CONCERNS.get(self.kind, (SUBJECTS[self.kind],))

    def concerns(self, period: Period) -> bool:
        """Whether the rows may belong into a period; without days they may belong anywhere."""
        return self.days is None or period.overlaps(*self.days)


@dataclass(frozen=True)
class RejectedRow:
    """One thing wrong with a row that is still rejected.

    `reason`: in Latvian, as stored. `key`: its name, None if this program does not know it.
    """

    load_id: int
    kind: str
    file: str
    sheet: str | None
    row: int | None
    column: str | None
    value: str | None
    reason: str
    key: str | None

    def why(self, language: str) -> str:
        """Why rows like this one are rejected; what differs from row to row is left out."""
        return why_rejected(self.key, language) if self.key else self.reason

    def mend(self, language: str) -> str:
        """How to mend it, or an empty text."""
        return texts(language)(f"loading.mend.{self.key}") if self.key else ""


@dataclass(frozen=True)
class LoadWarning:
    """Something odd in rows that a load accepted. `month` is 202301, or None; the text is Latvian, as stored."""

    load_id: int
    kind: str
    month: int | None
    text: str
    count: int


def read_loads(database) -> list[Load]:
    """Every load, also undone ones, the newest first. Raises DatabaseUnavailable."""
    changed, known, loads = schema.load_subjects, schema.load_files, schema.loads
    subjects: dict[int, list[SubjectChange]] = {}
    for row in database.read(
        select(
            changed.c.load_id,
            changed.c.subject,
            changed.c.data_from,
            changed.c.data_until,
            changed.c.rows_before,
            changed.c.rows_after,
            changed.c.cents_before,
            changed.c.cents_after,
        ).order_by(changed.c.subject)
    ):
        load_id, *fields = row
        subjects.setdefault(load_id, []).append(SubjectChange(*fields))
    files: dict[int, list[FileLoaded]] = {}
    for row in database.read(
        select(
            known.c.load_id,
            known.c.kind,
            known.c.file_name,
            known.c.rows_read,
            known.c.rows_accepted,
            known.c.rows_rejected,
        ).order_by(known.c.file_name, known.c.kind)
    ):
        load_id, *fields = row
        files.setdefault(load_id, []).append(FileLoaded(*fields))
    columns = (
        loads.c.load_id,
        loads.c.loaded_at,
        loads.c.loaded_by,
        loads.c.source,
        loads.c.demonstration,
        loads.c.undone_at,
        loads.c.undone_by,
    )
    return [
        Load(*row, subjects=tuple(subjects.get(row.load_id, ())), files=tuple(files.get(row.load_id, ())))
        for row in database.read(select(*columns).order_by(loads.c.load_id.desc()))
    ]


def undoable(loads: Iterable[Load]) -> Load | None:
    """The load that can be taken back, of loads the newest first: the newest of the service's own that counts."""
    return next((load for load in loads if load.undone_at is None and not load.demonstration), None)


def open_rejected_queries() -> tuple[Select, Select]:
    """What `open_rejected` is made of: open rejected rows by load and kind, and the days of loads that have days."""
    rejected, loads, subjects = schema.rejected_rows, schema.loads, schema.load_subjects
    rows = (
        select(rejected.c.load_id, rejected.c.kind, rejected.c.file_name, rejected.c.sheet, rejected.c.row)
        .join_from(rejected, loads, rejected.c.load_id == loads.c.load_id)
        .where(rejected.c.resolved_by.is_(None), loads.c.undone_at.is_(None))
        .distinct()
        .subquery()
    )
    counted = select(rows.c.load_id, rows.c.kind, func.count().label("rows")).group_by(rows.c.load_id, rows.c.kind)
    days = select(subjects.c.load_id, subjects.c.subject, subjects.c.data_from, subjects.c.data_until)
    return counted, days.where(subjects.c.data_from.is_not(None))


def open_rejected(counted: Iterable[Row], days: Iterable[Row]) -> list[OpenRejected]:
    """Loads with rejected rows that are not mended, by kind. A row counts once, however much is wrong with it."""
    reached = {(row.load_id, row.subject): (row.data_from, row.data_until) for row in days}
    found = [
        OpenRejected(row.load_id, row.kind, row.rows, reached.get((row.load_id, SUBJECTS[row.kind]))) for row in counted
    ]
    return sorted(found, key=lambda one: (-one.load_id, one.kind))


def read_open_rejected(database) -> list[RejectedRow]:
    """Everything wrong with rows that are still rejected: the newest load first, then as they stand in their files."""
    rejected, loads = schema.rejected_rows, schema.loads
    rows = database.read(
        select(rejected)
        .join_from(rejected, loads, rejected.c.load_id == loads.c.load_id)
        .where(rejected.c.resolved_by.is_(None), loads.c.undone_at.is_(None))
        .order_by(
            rejected.c.load_id.desc(),
            rejected.c.kind,
            rejected.c.file_name,
            rejected.c.sheet,
            rejected.c.row,
            rejected.c.column_name,
        )
    )
    return [
        RejectedRow(
            row.load_id,
            row.kind,
            row.file_name,
            row.sheet,
            row.row,
            row.column_name,
            row.value,
            row.reason,
            reason_key(row.reason),
        )
        for row in rows
    ]


def read_load_warnings(database) -> list[LoadWarning]:
    """Warnings of loads that count: the newest month first, those of no month in particular last."""
    warned, loads = schema.load_warnings, schema.loads
    rows = database.read(
        select(warned)
        .join_from(warned, loads, and_(warned.c.load_id == loads.c.load_id, loads.c.undone_at.is_(None)))
        .order_by(warned.c.load_id.desc(), warned.c.kind, warned.c.warning)
    )
    found = [LoadWarning(row.load_id, row.kind, row.month, row.warning, row.count) for row in rows]
    return sorted(found, key=lambda one: -(one.month or 0))


# ── reasons ──────────────────────────────────────────────────────────────────────────────────────

_REASONS = "loading.why."
_PLACEHOLDER = re.compile(r"\{[^{}]*\}")


def reason_key(text: str) -> str | None:
    """The key of a stored Latvian reason, None for one that this program does not know."""
    return next((key for key, pattern in _patterns().items() if pattern.fullmatch(text)), None)


@cache
def _patterns() -> Mapping[str, re.Pattern]:
    """By key what its sentence looks like with anything filled in; the ones with most words of their own first."""
    known = {key.removeprefix(_REASONS): text for key, text in texts("lv").starting_with(_REASONS).items()}
    ordered = sorted(known.items(), key=lambda pair: -len(_PLACEHOLDER.sub("", pair[1])))
    return {key: re.compile(".*".join(map(re.escape, _PLACEHOLDER.split(text))), re.DOTALL) for key, text in ordered}


def why_rejected(key: str, language: str) -> str:
    """A reason without what differs from row to row: „Datums ir agrāks nekā …”."""
    return _PLACEHOLDER.sub("…", texts(language).starting_with(_REASONS)[_REASONS + key])
