"""What a load would do, before it does it: files are read and checked, and nothing is written until `apply`."""

import hashlib
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from collections.abc import Mapping as AnyMapping
from dataclasses import dataclass, field, replace
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import IO, NamedTuple

import pandas as pd
from sqlalchemy import Connection, select

from data_access import schema
from data_access.database import address, open_database
from data_access.errors import DataAccessError
from data_access.loading import applying
from data_access.loading.applying import LoadedFile, LoadResult, already_loaded, refuse_demonstration
from data_access.loading.checking import ORDER, Checked, Warning, check, read_state
from data_access.loading.checks_rows import FINDING, PLACE, no_findings
from data_access.loading.errors import FileUnopened
from data_access.loading.key_of_records import key_of_records
from data_access.loading.keys import fingerprint, without_personal_codes
from data_access.loading.mapping import Mapping, load_mapping
from data_access.loading.parsing import Parsed, parse
from data_access.loading.plan_changes import Change, changes, replaced_by
from data_access.loading.raw_tables import Note, RawTable
from data_access.loading.reading import read
from data_access.loading.rejected import as_text, heading_of, mended_load, original_places, why, write_rejected

Progress = Callable[[float, str], None]
Source = Path | tuple[str, bytes]

TABLES = (".csv", ".tsv", ".txt", ".xlsx", ".xlsm", ".xls", ".xlsb", ".ods")


class MendedApart(DataAccessError):
    """Mended rows are added to their load and exports replace months: they are not loaded together."""

    key = "errors.mended_apart"


class NoFiles(DataAccessError):
    """A folder without a single table."""

    key = "errors.no_files"


class Part(NamedTuple):
    """One table of a file, in numbers."""

    file: str
    sheet: str
    kind: str
    read: int
    accepted: int
    rejected: int
    dropped: int


@dataclass(frozen=True)
class Plan:
    """A load that is ready, and what a person must see before confirming it. Nothing in it is personal."""

    url: str | None
    parts: list[Part]
    changes: list[Change]
    warnings: list[Warning]
    notes: list[tuple[str, Note]]  # how each file was read: columns left out, totals below the table
    already_loaded: list[str]
    unread: list[tuple[str, DataAccessError]]
    mends: int | None  # the load whose rejected rows these are, mended
    rejections: pd.DataFrame = field(repr=False)
    state: str = field(repr=False)  # of the database that the rows were checked against
    key_fingerprint: str = field(repr=False)
    accepted: AnyMapping[str, pd.DataFrame] = field(repr=False)
    files: tuple[LoadedFile, ...] = field(repr=False)
    rejected_rows: AnyMapping[str, pd.DataFrame] = field(repr=False)
    origins: AnyMapping[tuple, tuple] = field(repr=False)  # of mended rows: where they stood at first

    @property
    def empty(self) -> bool:
        """Nothing would change: no row is accepted, nor any rejected that would have to be remembered."""
        return not any(len(frame) for frame in self.accepted.values()) and self.rejections.empty

    @property
    def all_rejected(self) -> bool:
        """No row would be loaded; the load would only remember what was rejected, to be found and mended later."""
        return not self.empty and not any(len(frame) for frame in self.accepted.values())

    @property
    def rows_rejected(self) -> int:
        return sum(part.rejected for part in self.parts)

    def why_rejected(self, language: str = "lv") -> list[str]:
        """The reasons for which something is rejected, each once."""
        reasons = zip(self.rejections["reason"], self.rejections["params"], strict=True)
        return list(dict.fromkeys(why(reason, params, language) for reason, params in reasons))

    def write_rejected(self, target: Path | IO[bytes], language: str = "lv", load_id: int | None = None) -> None:
        """Writes the rejected rows as a workbook; with the number of the load they can be added to it, mended."""
        write_rejected(target, self.rejections, self.rejected_rows, language, load_id)

    def apply(self, who: str, progress: Progress | None = None) -> LoadResult:
        """Brings the accepted rows into the database.

        Raises ChangedMeanwhile when the database is not the one that the rows were checked against, and as
        `applying.apply`.
        """
        return applying.apply(
            self.url,
            {kind: self._with_origins(rows) for kind, rows in self.accepted.items()},
            who=who,
            files=self.files,
            rejected=_as_stored(self.rejections),
            warnings=pd.DataFrame(
                [(w.kind, w.text("lv"), w.month, w.count) for w in self.warnings],
                columns=["kind", "warning", "month", "count"],
            ),
            source=", ".join(dict.fromkeys(file.name for file in self.files)),
            mends=self.mends,
            rejected_again=self._rejected_again(),
            key_fingerprint=self.key_fingerprint,
            expected_state=self.state,
            progress=progress,
        )

    def _rejected_again(self) -> frozenset[tuple]:
        """Kinds and first places of mended rows that are wrong still, or wrong in another way."""
        places = self.rejections[["kind", *PLACE]].itertuples(index=False, name=None)
        return frozenset((kind, *self.origins[tuple(place)]) for kind, *place in places if tuple(place) in self.origins)

    def _with_origins(self, rows: pd.DataFrame) -> pd.DataFrame:
        """Mended rows under the places of those they mend, so that these are no longer open."""
        if not self.origins or rows.empty:
            return rows
        places = [self.origins.get(place, place) for place in rows[PLACE].itertuples(index=False, name=None)]
        return rows.assign(**dict(zip(PLACE, zip(*places, strict=True), strict=True)))


def _as_stored(rejections: pd.DataFrame) -> pd.DataFrame:
    """Rejections in the words and columns that a database keeps."""
    return pd.DataFrame(
        {
            "kind": rejections["kind"],
            "file_name": rejections["file"],
            "sheet": rejections["sheet"],
            "row": rejections["row"],
            "column_name": [heading_of(*names) for names in zip(rejections["kind"], rejections["column"], strict=True)],
            "value": rejections["value"],
            "reason": [why(*said) for said in zip(rejections["reason"], rejections["params"], strict=True)],
        }
    )


# ── making a plan ────────────────────────────────────────────────────────────────────────────────


class _Table(NamedTuple):
    """A table of a file, parsed."""

    kind: str
    file: str
    hash: str
    sheet: str
    parsed: Parsed

    @property
    def frame(self) -> pd.DataFrame:
        return self.parsed.frame


@dataclass
class _Reading:
    """Everything that was read of the files of one load."""

    tables: list[_Table] = field(default_factory=list)
    unread: list[tuple[str, DataAccessError]] = field(default_factory=list)
    twice: list[str] = field(default_factory=list)
    mends: set[int | None] = field(default_factory=set)
    origins: dict[tuple, tuple] = field(default_factory=dict)


def plan(
    files: Iterable[Source],
    *,
    url: str | None = None,
    mapping: Source | None = None,
    key: bytes | None = None,
    today: date | None = None,
    progress: Progress | None = None,
) -> Plan:
    """Reads and checks files, and folders of files, against the database at an address.

    A file is a path, or a name and its content. `progress` is told how much is done and which step begins: reading,
    checking. A file that cannot be read is named in `unread`, with its reason. Raises MendedApart, NoFiles,
    DemonstrationPresent, BadKeyFile, KeyFileMissing, OtherKey, an error of the mapping file, DatabaseMissing,
    DatabaseUnavailable, DatabaseVersion.
    """
    tell = progress or (lambda done, step: None)
    tell(0.0, "reading")
    database = open_database(url)
    state = database.read_state()
    with database.engine.connect() as connection:
        refuse_demonstration(connection, address(url))
        key = key_of_records(connection, key)
        reading = _read_all(list(files), load_mapping(mapping), key, _branch_names(connection), today, tell)
        if len(reading.mends) > 1:
            raise MendedApart()
        mends = next(iter(reading.mends), None)
        tables = reading.tables
        tell(0.7, "checking")
        checked = _checked(tables, connection, today, mends is not None)
        parts = _parts(tables, checked)
        described = _files(tables, parts, checked)
        known = {(file.kind, file.name) for file in already_loaded(connection, described)}
        if known:
            tables = [table for table in tables if (table.kind, table.file) not in known]
            checked = _checked(tables, connection, today, mends is not None)
            parts = _parts(tables, checked)
            described = _files(tables, parts, checked)
        would_change = changes(connection, checked.accepted, mends is not None)
    tell(1.0, "checking")
    return Plan(
        url=url,
        parts=parts,
        changes=would_change,
        warnings=checked.warnings,
        notes=[(table.file, note) for table in tables if mends is None for note in table.parsed.notes],
        already_loaded=list(
            dict.fromkeys(
                [*(table.file for table in reading.tables if (table.kind, table.file) in known), *reading.twice]
            )
        ),
        unread=reading.unread,
        mends=mends,
        rejections=checked.rejections,
        state=state,
        key_fingerprint=fingerprint(key),
        accepted=checked.accepted,
        files=described,
        rejected_rows=_rejected_rows(tables, checked),
        origins=reading.origins,
    )


def _branch_names(connection: Connection) -> dict[str, str]:
    branches = schema.branches
    return {row.branch: row.name_lv for row in connection.execute(select(branches.c.branch, branches.c.name_lv))}


def _read_all(
    files: list[Source], mapping: Mapping, key: bytes, branches: dict[str, str], today: date | None, tell: Progress
) -> _Reading:
    """Reads one file after another; personal data of a file are gone before the next one is opened.

    Visits wait for the units, which bring the names of new branches.
    """
    reading = _Reading()
    seen: dict[str, str] = {}
    waiting: list[tuple[RawTable, str]] = []

    def parsed(raw: RawTable, digest: str) -> None:
        typed = parse(raw, mapping, key, {"branch": branches}, today)
        reading.tables.append(_Table(raw.kind, raw.file, digest, raw.sheet, typed))
        if raw.kind == "units":
            new = typed.frame[typed.frame["unit_kind"] == "branch"]
            branches.update(zip(new["code"], new["name"].fillna(new["code"]), strict=True))

    sources = list(_sources(files))
    for number, source in enumerate(sources):
        tell(0.7 * number / len(sources), "reading")
        name, where = (source.name, source) if isinstance(source, Path) else source
        shown = without_personal_codes(Path(name).name)
        try:
            raws = read(where, name, mapping)
            content = where.read_bytes() if isinstance(where, Path) else where
        except DataAccessError as error:
            reading.unread.append((shown, error))
            continue
        except OSError:
            reading.unread.append((shown, FileUnopened(name=shown)))
            continue
        digest = hashlib.sha256(content).hexdigest()
        if digest in seen:
            reading.twice.append(shown)
            continue
        mended = mended_load(content)
        if shown in seen.values():  # of two folders: names are told apart
            shown = f"{without_personal_codes(where.parent.name) if isinstance(where, Path) else number + 1}/{shown}"
        seen[digest] = shown
        reading.mends.add(mended)
        if mended is not None:
            reading.origins |= original_places(content, shown)
        del content
        for raw in raws:
            raw = replace(raw, file=shown)
            if raw.kind == "visits":
                waiting.append((raw, digest))
            else:
                parsed(raw, digest)
        del raws
    for raw, digest in waiting:
        parsed(raw, digest)
    return reading


def _sources(files: list[Source]) -> Iterator[Source]:
    """Files as they are named, and of folders those that may be tables."""
    for file in files:
        if not isinstance(file, Path) or not file.is_dir():
            yield file
            continue
        inside = sorted(path for path in file.iterdir() if path.suffix.lower() in TABLES and path.name[0] not in ".~")
        if not inside:
            raise NoFiles(name=without_personal_codes(file.name))
        yield from inside


def _checked(tables: list[_Table], connection: Connection, today: date | None, adding: bool) -> Checked:
    parsed = {}
    for kind in ORDER:
        frames = [table.frame for table in tables if table.kind == kind]
        if frames:
            parsed[kind] = frames[0] if len(frames) == 1 else pd.concat(frames, ignore_index=True)
    checked = check(parsed, read_state(connection), today, adding=adding)
    found = [table.parsed.rejections for table in tables if len(table.parsed.rejections)] + [checked.rejections]
    found = [rows for rows in found if len(rows)]
    rejections = pd.concat(found, ignore_index=True)[FINDING] if found else no_findings()
    left_out = [table.parsed.dropped[["kind", *PLACE]] for table in tables if len(table.parsed.dropped)]
    dropped = pd.concat([checked.dropped, *left_out], ignore_index=True) if left_out else checked.dropped
    return Checked(checked.accepted, rejections, dropped, [*checked.warnings, *_other_totals(tables)])


def _other_totals(tables: list[_Table]) -> Iterator[Warning]:
    """Files whose total row says another sum than that of their rows: some are missing, or are there twice."""
    for table in tables:
        if table.parsed.totals and table.parsed.totals[0] != table.parsed.totals[1]:
            total, rows = (Decimal(cents) / 100 for cents in table.parsed.totals)
            params = {"file": table.file, "total": total, "rows": rows}
            yield Warning(table.kind, "other_total", table.parsed.rows_read, params=params)


def _parts(tables: list[_Table], checked: Checked) -> list[Part]:
    """How many rows of each table are accepted, rejected and left out."""
    counted = [_rows_of_tables(rows.assign(kind=kind)) for kind, rows in checked.accepted.items()]
    accepted = {table: rows for one in counted for table, rows in one.items()}
    rejected, dropped = _rows_of_tables(checked.rejections), _rows_of_tables(checked.dropped)
    found = []
    for table in tables:
        name = (table.kind, table.file, table.sheet)
        rows = (each.get(name, 0) for each in (accepted, rejected, dropped))
        found.append(Part(table.file, table.sheet, table.kind, table.parsed.rows_read, *rows))
    return found


def _rows_of_tables(rows: pd.DataFrame) -> Counter[tuple[str, str, str]]:
    """By kind, file and sheet the number of different rows."""
    different = rows[["kind", *PLACE]].drop_duplicates()
    return Counter(different[["kind", "file", "sheet"]].itertuples(index=False, name=None))


def _files(tables: list[_Table], parts: list[Part], checked: Checked) -> tuple[LoadedFile, ...]:
    """Files as the database keeps them: sheets of one kind in one file are counted together."""
    files: dict[tuple[str, str, str], list[Part]] = {}
    for table, part in zip(tables, parts, strict=True):
        files.setdefault((table.kind, table.hash, table.file), []).append(part)
    return tuple(
        LoadedFile(
            *names,
            rows_read=sum(part.read for part in of_file),
            rows_accepted=sum(part.accepted for part in of_file),
            rows_rejected=sum(part.rejected for part in of_file),
            replaces=replaced_by(names[0], _of_file(checked.accepted[names[0]], names[2])),
        )
        for names, of_file in files.items()
    )


def _of_file(rows: pd.DataFrame, name: str) -> pd.DataFrame:
    return rows[rows["file"] == name]


def _rejected_rows(tables: list[_Table], checked: Checked) -> dict[str, pd.DataFrame]:
    """The rejected rows themselves, by kind, in the order in which they stand in the files."""
    rows = {}
    with_any = set(checked.rejections["file"])
    wrong = pd.MultiIndex.from_frame(checked.rejections[["kind", *PLACE]].astype("str"))
    for table in tables:
        if table.file not in with_any:
            continue
        keys = pd.MultiIndex.from_frame(table.frame[PLACE].assign(kind=table.kind)[["kind", *PLACE]].astype("str"))
        typed = table.frame[keys.isin(wrong)]
        both = pd.concat([as_text(typed), table.parsed.rejected]).sort_values("row", kind="stable")
        rows.setdefault(table.kind, []).append(both)
    return {kind: pd.concat(frames, ignore_index=True) for kind, frames in rows.items() if any(map(len, frames))}
