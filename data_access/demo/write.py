"""Builds the demonstration database: reference tables, synthetic records, and what loads say about them."""

import hashlib
from collections.abc import Callable
from datetime import UTC, date, datetime
from pathlib import Path

import duckdb
import pandas as pd
from sqlalchemy import (
    URL,
    BigInteger,
    Connection,
    Numeric,
    Table,
    cast,
    create_engine,
    delete,
    func,
    insert,
    inspect,
    literal,
    select,
    text,
    true,
)

from data_access import schema
from data_access.bulk import append
from data_access.changing import version_of
from data_access.database import address
from data_access.demo.assistance import assistance_records
from data_access.demo.day_centres import day_centre_records
from data_access.demo.psychologists import psychologist_records
from data_access.duckdb_engine import duckdb_engine
from data_access.errors import DatabaseError
from data_access.migrations import create
from data_access.pointer import clean, new_version, resolve, switch, writing
from data_access.reference_rows import reference_frames

Progress = Callable[[float, str], None]
Frames = dict[str, pd.DataFrame]

GAPS = Path(__file__).parent / "gaps.csv"
DATA_UNTIL = date(2023, 12, 31)
SOURCE = "Demonstrācijas dati: sintētiski ieraksti, saskaņoti ar publicēto 2023. gada pārskatu"

# What a subject's load brings; the first table's days say from which year on.
LOADS = {
    "assistance": (
        ("payments", "payment_date"),
        ("assistance_persons", "households", "residences", "memberships"),
    ),
    "status": (("status_decisions", "valid_from"), ()),
    "psychologists": (
        ("consultations", "consultation_date"),
        ("psychologist_persons", "psychologists", "client_problem_areas", "psychologist_functions"),
    ),
    "day_centres": (("visits", "visit_date"), ("day_centre_persons", "visit_activities")),
}
# Rows lie in the order of their days, so that DuckDB skips what lies outside a period.
ORDER = {
    "payments": ["payment_date", "benefit_type", "payment_id"],
    "status_decisions": ["valid_from", "decision_id"],
    "visits": ["visit_date", "visit_id"],
    "consultations": ["consultation_date", "consultation_id"],
}

# Copies of the municipality: every number of a copy is that of the original and a multiple of this.
NUMBERS_A_COPY = 2_000_000
NUMBERED = {"person_id", "household_id", "decision_id", "payment_id", "visit_id", "consultation_id", "function_id"}
KEYS = {"person_key", "household_key"}
MOST_COPIES = 1_000
MEMORY = "4GB"


class NotDemonstration(DatabaseError):
    """The database holds records that are not synthetic; demonstration records never replace them."""

    key = "errors.not_demonstration"


def build(target: str | None = None, *, seed: int = 2023, scale: int = 1, progress: Progress | None = None) -> None:
    """Builds the demonstration database at an address (None: the usual one) in place of the one there.

    Readers have the old records or the new ones, whole, at every moment; a build that is stopped
    leaves the old ones. `scale` makes that many municipalities out of one. `progress` is told how
    much is done (0 to 1) and what is being done: assistance, psychologists, day_centres, writing.
    Raises NotDemonstration, BeingWritten.
    """
    if not 1 <= scale <= MOST_COPIES:
        raise ValueError(f"scale {scale} is not between 1 and {MOST_COPIES}")
    place = address(target)
    tell = progress or (lambda done, step: None)
    if place.get_backend_name() == "duckdb":
        _build_file(Path(place.database), seed, scale, tell)
    else:
        _build_in_place(place, seed, scale, tell)
    tell(1.0, "writing")


def _build_file(path: Path, seed: int, scale: int, tell: Progress) -> None:
    with writing(path):
        _refuse_real_records(path)
        clean(path)
        frames = _records(seed, tell)
        new_file = new_version(path)
        engine = duckdb_engine(
            URL.create("duckdb", database=str(new_file)), connect_args={"config": {"memory_limit": MEMORY}}
        )
        try:
            with engine.begin() as connection:
                create(connection)
                _fill(connection, frames, scale, tell)
        finally:
            engine.dispose()
        switch(path, new_file)
        clean(path)


def _refuse_real_records(path: Path) -> None:
    if not resolve(path).exists():
        return
    # Attached to a database of its own, because a dashboard in this process may have it open already.
    name = str(resolve(path)).replace("'", "''")
    with duckdb.connect() as connection:
        connection.execute(f"ATTACH '{name}' AS present (READ_ONLY)")
        known = connection.execute(
            "SELECT count(*) FROM duckdb_tables() WHERE database_name = 'present' AND table_name = 'loads'"
        ).fetchone()[0]
        if not known or connection.execute("SELECT count(*) FROM present.loads WHERE NOT demonstration").fetchone() != (
            0,
        ):
            raise NotDemonstration(address=str(path))


def _build_in_place(place: URL, seed: int, scale: int, tell: Progress) -> None:
    engine = create_engine(place)
    try:
        frames = _records(seed, tell)
        with engine.begin() as connection:
            connection.execute(select(func.pg_advisory_xact_lock(func.hashtext("case database"))))
            _make_room(connection, place)
            _fill(connection, frames, scale, tell)
            connection.execute(text("ANALYZE " + ", ".join(schema.metadata.tables)))
    finally:
        engine.dispose()


def _make_room(connection: Connection, place: URL) -> None:
    """Empty tables of this version. Deleting, unlike TRUNCATE, lets readers go on with the old rows."""
    present = set(inspect(connection).get_table_names())
    found = version_of(connection)
    if "loads" in present:
        loads = schema.loads
        real = select(func.count()).select_from(loads).where(~loads.c.demonstration)
        if connection.scalar(real):
            raise NotDemonstration(address=place.render_as_string(hide_password=True))
    if found not in (None, schema.SCHEMA_VERSION):
        schema.metadata.drop_all(connection)
    if found != schema.SCHEMA_VERSION:
        create(connection)
    for table in reversed(schema.metadata.sorted_tables):
        if table is not schema.schema_version:
            connection.execute(delete(table))


# ── what is written ──────────────────────────────────────────────────────────────────────────────


def _records(seed: int, tell: Progress) -> Frames:
    """The rows of every table; persons stand in three frames, one a subject."""
    frames = reference_frames(*([GAPS] if GAPS.exists() else []))
    tell(0.0, "assistance")
    assistance = assistance_records(seed)
    tell(0.4, "psychologists")
    psychologists = psychologist_records(seed)
    tell(0.45, "day_centres")
    day_centres = day_centre_records(seed)
    tell(0.5, "writing")
    frames["assistance_persons"] = assistance.pop("persons")
    frames["psychologist_persons"] = psychologists.pop("persons")
    frames["day_centre_persons"] = day_centres.pop("persons")
    frames |= assistance | psychologists | day_centres
    for load_id, ((table, _), others) in enumerate(LOADS.values(), start=1):
        frames[table] = frames[table].sort_values(ORDER[table], ignore_index=True)
        for name in (table, *others):
            frames[name] = frames[name].assign(load_id=load_id)
    households = frames["households"]
    households["household_key"] = [_household_key(seed, number) for number in households["household_id"]]
    return frames


def _household_key(seed: int, number: int) -> str:
    return hashlib.sha256(f"household {seed} {number}".encode()).hexdigest()


def _loads(frames: Frames, scale: int) -> tuple[pd.DataFrame, pd.DataFrame]:
    now = datetime.now(UTC).replace(tzinfo=None)
    loads, subjects = [], []
    for load_id, (subject, ((table, day), others)) in enumerate(LOADS.items(), start=1):
        first = pd.to_datetime(frames[table][day]).min()
        brought = sum(len(frames[name]) for name in (table, *others)) * scale
        loads.append((load_id, now, True, SOURCE))
        subjects.append((load_id, subject, date(first.year, 1, 1), DATA_UNTIL, 0, brought))
    return (
        pd.DataFrame(loads, columns=["load_id", "loaded_at", "demonstration", "source"]),
        pd.DataFrame(subjects, columns=["load_id", "subject", "data_from", "data_until", "rows_before", "rows_after"]),
    )


def _fill(connection: Connection, frames: Frames, scale: int, tell: Progress) -> None:
    total = sum(len(frame) for frame in frames.values()) * scale
    written = 0

    def note(rows: int) -> None:
        nonlocal written
        written += rows
        tell(0.5 + 0.5 * min(written / total, 1.0), "writing")

    persons = ["assistance_persons", "psychologist_persons", "day_centre_persons"]
    for table in schema.metadata.sorted_tables:
        names = persons if table is schema.persons else [table.name]
        rows = 0
        for name in names:
            if name in frames:
                append(connection, table, frames[name])
                rows += len(frames[name])
        note(rows)
        if scale > 1 and NUMBERED & set(table.columns.keys()):
            _copy(connection, table, scale - 1)
            note(rows * (scale - 1))
    loads, subjects = _loads(frames, scale)
    append(connection, schema.loads, loads)
    append(connection, schema.load_subjects, subjects)
    append(connection, schema.load_spans, subjects[["load_id", "subject", "data_from", "data_until"]])


# ── many municipalities ──────────────────────────────────────────────────────────────────────────


def _copy(connection: Connection, table: Table, copies: int) -> None:
    """Adds copies of a table's rows with numbers of their own; amounts differ a little from copy to copy."""
    number = func.generate_series(1, copies).table_valued("number", name="copies").render_derived()
    shift = cast(number.c.number, BigInteger) * NUMBERS_A_COPY
    columns = []
    for column in table.columns:
        if column.name in NUMBERED:
            columns.append(cast(column + shift, column.type))
        elif column.name in KEYS:
            columns.append(func.md5(column + literal(" ") + cast(number.c.number, schema.persons.c.sex.type)))
        elif column.name == "cents":
            percent = 95 + number.c.number * 7 % 11
            columns.append(cast(func.round(cast(column, Numeric(18, 2)) * percent / 100), BigInteger))
        else:
            columns.append(column)
    rows = select(*columns).select_from(table.join(number, true()))
    days = [table.c[name] for name in ORDER.get(table.name, [])[:-1]]
    connection.execute(insert(table).from_select(table.columns.keys(), rows.order_by(*days)))
