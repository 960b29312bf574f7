"""Any file that people have → raw tables of text, with the rows that a person sees.

A table is found by its headings: of every row near the top, that one is the heading which has most columns of a kind.
The same search tells the separator and the encoding of a text file. What cannot be read raises an UnreadableFile.
Raw tables have personal codes in them: they exist only in memory, only until they are parsed.
"""

import csv
import io
import json
import re
import subprocess
import sys
import zipfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, NamedTuple
from zlib import error as zlib_error

import charset_normalizer
import numpy as np
import pandas as pd

from data_access.language import LANGUAGES, texts
from data_access.loading import errors
from data_access.loading.keys import has_personal_code, without_personal_codes
from data_access.loading.kinds import KINDS, Column, Kind, fold
from data_access.loading.mapping import NO_MAPPING, Mapping, nearest

MOST_TEXT = 256 * 10**6  # bytes of a text file
MOST_WORKBOOK = 100 * 10**6  # bytes of a workbook as it lies on a disk
MOST_SHEET = 150 * 10**6  # bytes of one part of a workbook, unpacked
MOST_UNPACKED = 400 * 10**6  # bytes of all its parts
MOST_TIMES = 200  # how many times smaller a large part may have become by packing
LARGE_PART = 10 * 10**6
MOST_PARTS = 5_000
MOST_ROWS = 2_000_000
MOST_COLUMNS = 200
ROWS_ABOVE = 50  # among which the heading is looked for
SECONDS = 180  # that reading a workbook may take

SEPARATORS = (";", ",", "\t", "|")
# What Latvian text is found in when it is not Unicode: Windows, ISO, DOS; the first that fits best.
ENCODINGS = ("cp1257", "iso8859_13", "cp775", "cp1252", "cp1250", "iso8859_4", "cp1251")

_PROCESS = Path(__file__).with_name("workbook_process.py")
_BYTE_MARKS = (
    (b"\xef\xbb\xbf", "utf-8-sig"),
    (b"\xff\xfe\x00\x00", "utf-32"),
    (b"\x00\x00\xfe\xff", "utf-32"),
    (b"\xff\xfe", "utf-16"),
    (b"\xfe\xff", "utf-16"),
)
_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_OTHER_FILES = (b"%PDF", b"\x89PNG", b"\xff\xd8\xff", b"GIF8", b"SQLite format 3", b"\x1f\x8b", b"7z\xbc\xaf", b"Rar!",
                b"\x7fELF", b"MZ\x90", b"{\\rtf", b"PAR1", b"BM")  # fmt: skip
_MARKUP = re.compile(rb"\s*<(?:!doctype|html|\?xml|table|head|meta|style|div)", re.IGNORECASE)
_TOTAL = re.compile(r"(?:pavisam|kopa|kopsumma|starpsumma|kopeja summa|summa kopa|total|grand total|subtotal)\b")


class Note(NamedTuple):
    """Something a person should know of how a file was read: `loading.notes.<reason>`."""

    reason: str
    params: dict[str, Any]

    def text(self, language: str = "lv") -> str:
        return texts(language)(f"loading.notes.{self.reason}", **self.params)


@dataclass(frozen=True)
class RawTable:
    """A table as it stands in a file. The frame has a column of text for each known heading, and `row`."""

    kind: str
    file: str  # without anything personal, like every name here
    sheet: str
    headings: dict[str, str]  # column → its heading in the file
    rows_read: int
    notes: tuple[Note, ...] = ()
    dropped: pd.DataFrame = field(default_factory=pd.DataFrame, repr=False)  # file, sheet, row, reason
    overfull: frozenset[int] = field(default=frozenset(), repr=False)  # rows with more cells than headings
    total: str = ""  # what the last total row has for an amount
    frame: pd.DataFrame = field(default_factory=pd.DataFrame, repr=False)


@dataclass(frozen=True)
class _Heading:
    """A row that may be the heading of a kind."""

    kind: Kind
    row: int
    columns: dict[str, int]
    missing: tuple[Column, ...]
    doubled: tuple[str, ...]

    @property
    def score(self) -> tuple[bool, int]:
        return (not self.missing, len(self.columns))

    @property
    def recognised(self) -> bool:
        """Enough of the kind's columns to say that it is this kind, even when some are missing."""
        required = [column for column in self.kind.columns if column.required]
        there = len(required) - len(self.missing)
        return len(self.columns) >= 3 and 2 * there >= len(required)


def read(source: Path | str | bytes, name: str = "", mapping: Mapping = NO_MAPPING) -> list[RawTable]:
    """The tables of a file, or of its content, in their order. Raises an error of `loading.errors`."""
    shown = without_personal_codes(Path(name or (str(source) if not isinstance(source, bytes) else "")).name)
    content = source if isinstance(source, bytes) else _content(Path(source), shown)
    if not content.strip():
        raise errors.FileEmpty(name=shown)
    if Path(name or shown).suffix.lower() in (".xlsm", ".xltm", ".xlam"):
        raise errors.MacroWorkbook(name=shown)
    if content.startswith((b"PK\x03\x04", b"PK\x05\x06", _OLE)):
        return _read_workbook(content, shown, mapping)
    return [_read_text(content, shown, mapping)]


def _content(path: Path, shown: str) -> bytes:
    try:
        _check_size(path.stat().st_size, MOST_TEXT, shown)
        return path.read_bytes()
    except FileNotFoundError:
        raise errors.FileMissing(name=shown) from None
    except (OSError, ValueError):
        raise errors.FileUnopened(name=shown) from None


def _check_size(size: int, most: int, shown: str) -> None:
    if size > most:
        raise errors.FileTooLarge(name=shown, size=size // 10**6, most=most // 10**6)


# ── workbooks ────────────────────────────────────────────────────────────────────────────────────


def _read_workbook(content: bytes, shown: str, mapping: Mapping) -> list[RawTable]:
    _check_size(len(content), MOST_WORKBOOK, shown)
    if content.startswith(_OLE):
        _check_ole(content, shown)
    else:
        _check_zip(content, shown)
    sheets = read_sheets(content, shown)
    tables: list[RawTable] = []
    skipped: list[Note] = []
    for sheet in sheets:
        rows = sheet["rows"]
        title = without_personal_codes(sheet["name"])
        if len(rows) > MOST_ROWS:
            raise errors.TooManyRows(name=shown, most=MOST_ROWS)
        if rows and max(map(len, rows[:ROWS_ABOVE])) > 50 * MOST_COLUMNS:
            raise errors.TooManyColumns(name=shown, most=MOST_COLUMNS)
        found = _find_heading(rows[:ROWS_ABOVE], mapping)
        if found is None or not (found.recognised or found.score[0]):
            if any(any(row) for row in rows) and sheet["name"] not in _own_sheets():
                skipped.append(Note("sheet_skipped", {"sheet": title}))
            continue
        tables.append(_table(_frame(rows), found, shown, title, mapping, overfull=False))
    if not tables:
        raise errors.NoHeadings(name=shown)
    return [_with_notes(tables[0], skipped), *tables[1:]]


def _own_sheets() -> set[str]:
    """Sheets of the templates that have no rows to load."""
    return {
        texts(language)(f"loading.templates.{name}") for language in LANGUAGES for name in ("sheet", "values_sheet")
    }


def _with_notes(table: RawTable, notes: Sequence[Note]) -> RawTable:
    return RawTable(**{**vars(table), "notes": (*table.notes, *notes)})


def _frame(rows: list[list[str]]) -> pd.DataFrame:
    width = max(map(len, rows))
    columns = zip(*(row + [""] * (width - len(row)) for row in rows), strict=True)
    return pd.DataFrame({place: pd.Series(cells, dtype="str") for place, cells in enumerate(columns)})


def _check_ole(content: bytes, shown: str) -> None:
    """An old workbook; what Excel protects with a password is packed into the same kind of file."""

    def has(name: str) -> bool:
        return name.encode("utf-16-le") in content

    if has("EncryptedPackage"):
        raise errors.EncryptedWorkbook(name=shown)
    if has("_VBA_PROJECT"):
        raise errors.MacroWorkbook(name=shown)
    if not (has("Workbook") or has("Book")):
        raise errors.NotATable(name=shown)


def _check_zip(content: bytes, shown: str) -> None:
    """What kind of workbook it is, and that it does not unpack to more than is read, before anything is unpacked."""
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            parts = archive.infolist()
            kind = archive.read("mimetype")[:100] if "mimetype" in archive.namelist() else b""
    except (zipfile.BadZipFile, zipfile.LargeZipFile, zlib_error, NotImplementedError, RuntimeError, OSError, EOFError,
            ValueError, KeyError, IndexError):  # fmt: skip
        raise errors.BrokenFile(name=shown) from None
    names = {part.filename for part in parts}
    if any(part.flag_bits & 1 for part in parts):
        raise errors.EncryptedWorkbook(name=shown)
    if any(name.lower().endswith("vbaproject.bin") or name.startswith("Basic/") for name in names):
        raise errors.MacroWorkbook(name=shown)
    if not any(name.startswith("xl/workbook") and name.endswith(".xml") for name in names) and (
        b"opendocument.spreadsheet" not in kind
    ):
        damaged = any(name.startswith("xl/worksheets/") for name in names)
        raise (errors.BrokenFile if damaged else errors.NotATable)(name=shown)
    if len(parts) > MOST_PARTS:
        raise errors.ZipBomb(name=shown)
    for part in parts:
        if part.file_size > LARGE_PART and part.file_size > MOST_TIMES * max(part.compress_size, 1):
            raise errors.ZipBomb(name=shown)
    largest, whole = max(part.file_size for part in parts), sum(part.file_size for part in parts)
    for size, most in ((largest, MOST_SHEET), (whole, MOST_UNPACKED)):
        if size > most:
            raise errors.SheetTooLarge(name=shown, size=size // 10**6, most=most // 10**6)


def read_sheets(content: bytes, shown: str) -> list[dict[str, Any]]:
    """Cells of a workbook, read by a process of its own that may break or stand still without harm."""
    try:
        done = subprocess.run(
            [sys.executable, "-I", str(_PROCESS)], input=content, capture_output=True, timeout=SECONDS, check=False
        )
        said = json.loads(done.stdout) if done.returncode == 0 else {"error": "broken"}
    except (subprocess.TimeoutExpired, ValueError):
        said = {"error": "broken"}
    except OSError:
        raise errors.FileUnopened(name=shown) from None
    if "error" in said:
        wrong = {"encrypted": errors.EncryptedWorkbook, "too_large": errors.TooManyRows}
        raise wrong.get(said["error"], errors.BrokenFile)(name=shown, most=MOST_ROWS)
    return said["sheets"]


# ── text ─────────────────────────────────────────────────────────────────────────────────────────


def _read_text(content: bytes, shown: str, mapping: Mapping) -> RawTable:
    _check_size(len(content), MOST_TEXT, shown)
    if content.startswith(_OTHER_FILES):
        raise errors.NotATable(name=shown)
    if _MARKUP.match(content.removeprefix(b"\xef\xbb\xbf")):
        raise errors.NotATable(name=shown)
    content, found, separator = _as_utf8(content, shown, mapping)
    if found is None:
        raise errors.NoHeadings(name=shown)
    width = _width(content, separator, shown)
    if width > MOST_COLUMNS:
        raise errors.TooManyColumns(name=shown, most=MOST_COLUMNS)
    try:
        frame = pd.read_csv(
            io.BytesIO(content),
            sep=separator,
            header=None,
            names=range(width),
            index_col=False,
            dtype="str",
            na_filter=False,
            skip_blank_lines=False,
            encoding="utf-8",
        )
    except pd.errors.ParserError as error:
        wrong = errors.OpenQuote if "EOF inside string" in str(error) else errors.BrokenFile
        raise wrong(name=shown) from None
    if len(frame) > MOST_ROWS:
        raise errors.TooManyRows(name=shown, most=MOST_ROWS)
    return _table(frame, found, shown, "", mapping, overfull=True)


def _as_utf8(content: bytes, shown: str, mapping: Mapping) -> tuple[bytes, _Heading | None, str]:
    """The text as UTF-8, its heading and separator. The encoding is the one in which most headings are words."""
    encoding = next((name for mark, name in _BYTE_MARKS if content.startswith(mark)), None) or _two_bytes(content)
    if encoding and encoding != "utf-8-sig":
        try:
            content = content.decode(encoding).removeprefix("\ufeff").encode("utf-8")
        except UnicodeError:
            raise errors.BadEncoding(name=shown, row=1) from None
    content = content.removeprefix(b"\xef\xbb\xbf")
    if b"\x00" in content:
        raise errors.NulInFile(name=shown)
    try:
        content.decode("utf-8")
    except UnicodeDecodeError as error:
        bad = error.start
    else:
        return content, *_separated(_head(content, "utf-8"), mapping)
    row = content.count(b"\n", 0, bad) + 1
    as_unicode, _ = _separated(_head(content, "utf-8"), mapping)
    if encoding == "utf-8-sig":
        raise errors.BadEncoding(name=shown, row=row)
    best: tuple[tuple, str, _Heading | None, str] | None = None
    for name in _candidates(content):
        try:
            head = _head(content, name, "strict")
        except UnicodeError:
            continue
        found, separator = _separated(head, mapping)
        score = found.score if found else (False, 0)
        if best is None or score > best[0]:
            best = (score, name, found, separator)
    if best is None or (as_unicode and as_unicode.score > best[0]):
        raise errors.BadEncoding(name=shown, row=row)
    _, name, found, separator = best
    if as_unicode and as_unicode.score == best[0] and _mostly_unicode(content):
        raise errors.BadEncoding(name=shown, row=row)
    try:
        return content.decode(name).encode("utf-8"), found, separator
    except UnicodeDecodeError as error:
        raise errors.BadEncoding(name=shown, row=content.count(b"\n", 0, error.start) + 1) from None


def _two_bytes(content: bytes) -> str | None:
    """UTF-16 without a mark: every other byte of Latin text is zero."""
    some = content[:4000]
    zeros = (some[0::2].count(0), some[1::2].count(0))
    if max(zeros) * 2 < 0.6 * len(some) or min(zeros) * 2 > 0.2 * len(some):
        return None
    return "utf-16-le" if zeros[1] > zeros[0] else "utf-16-be"


def _mostly_unicode(content: bytes) -> bool:
    """Whether most letters outside ASCII are letters of UTF-8, which other text has by accident only: a few bytes are
    damaged, or the end is cut off."""
    text = content.decode("utf-8", "replace")
    wrong = text.count("\ufffd")
    return len(re.findall(r"[Ā-ž–—„”€]", text)) > wrong


def _candidates(content: bytes) -> list[str]:
    sample = content[:20_000]
    guess = charset_normalizer.from_bytes(sample, cp_isolation=list(ENCODINGS)).best()
    return list(dict.fromkeys([*ENCODINGS[:1], *([guess.encoding] if guess else []), *ENCODINGS[1:]]))


def _head(content: bytes, encoding: str, wrong: str = "replace") -> str:
    """The first lines as text."""
    end = 0
    for _ in range(ROWS_ABOVE):
        following = content.find(b"\n", end) + 1
        if not following:
            end = len(content)
            break
        end = following
    return content[: min(end, 500_000)].decode(encoding, wrong)


def _separated(head: str, mapping: Mapping) -> tuple[_Heading | None, str]:
    """The heading and the separator that makes most of it."""
    best: tuple[_Heading | None, str] = (None, SEPARATORS[0])
    for separator in SEPARATORS:
        try:
            rows = list(csv.reader(io.StringIO(head, newline=""), delimiter=separator))[:ROWS_ABOVE]
        except csv.Error:
            continue
        found = _find_heading(rows, mapping)
        if found and (best[0] is None or found.score > best[0].score):
            best = (found, separator)
    return best


def _width(content: bytes, separator: str, shown: str) -> int:
    """Cells of the widest row. Only quotation marks make this more than counting."""
    if b'"' in content:
        text = io.TextIOWrapper(io.BytesIO(content), encoding="utf-8", newline="")
        try:
            return max(map(len, csv.reader(text, delimiter=separator)), default=1) or 1
        except csv.Error:
            raise errors.OpenQuote(name=shown) from None
    letters = np.frombuffer(content, dtype=np.uint8)
    ends = np.flatnonzero(letters == (10 if b"\n" in content else 13))
    separators = np.flatnonzero(letters == ord(separator))
    before = np.searchsorted(separators, np.append(ends, len(letters)))
    return int(np.diff(before, prepend=0).max()) + 1


# ── headings ─────────────────────────────────────────────────────────────────────────────────────


def _find_heading(rows: Sequence[Sequence[str]], mapping: Mapping) -> _Heading | None:
    """The row and the kind that fit best; of equal ones the first."""
    best: _Heading | None = None
    known = {name: _headings(kind, mapping) for name, kind in KINDS.items()}
    fixed = {name: set(mapping.fixed_of(name)) for name in KINDS}
    for place, row in enumerate(rows):
        words = [fold(str(cell)[:200]) for cell in row]
        for name, kind in KINDS.items():
            columns: dict[str, int] = {}
            doubled = []
            for position, word in enumerate(words):
                column = known[name].get(word)
                if column is None:
                    continue
                if column in columns:
                    doubled.append(column)
                columns.setdefault(column, position)
            missing = tuple(
                c for c in kind.columns if c.required and c.name not in columns and c.name not in fixed[name]
            )
            found = _Heading(kind, place, columns, missing, tuple(doubled))
            if columns and (best is None or _better(found, best)):
                best = found
    return best


def _better(found: _Heading, best: _Heading) -> bool:
    if found.score != best.score:
        return found.score > best.score
    return found.row == best.row and len(found.missing) < len(best.missing)


def _headings(kind: Kind, mapping: Mapping) -> dict[str, str]:
    known = {fold(heading): column.name for column in kind.columns for heading in column.headings()}
    return known | mapping.headings_of(kind.name)


# ── tables ───────────────────────────────────────────────────────────────────────────────────────


def _table(cells: pd.DataFrame, found: _Heading, shown: str, sheet: str, mapping: Mapping, overfull: bool) -> RawTable:
    """What stands under a heading, without blank rows, totals and notes below."""
    kind = found.kind
    if found.missing:
        if not found.recognised:
            raise errors.NoHeadings(name=shown)
        columns = ", ".join(f"„{column.heading}”" for column in found.missing)
        raise errors.MissingColumns(name=shown, kind=kind.title, columns=columns)
    headings = [str(cell).strip() for cell in cells.iloc[found.row]]
    for name in found.doubled:
        raise errors.HeadingTwice(name=shown, column=kind.column(name).heading)
    below = cells.iloc[found.row + 1 :]
    frame = pd.DataFrame({name: below[place].str.strip() for name, place in found.columns.items()})
    frame["row"] = np.arange(found.row + 2, found.row + 2 + len(below), dtype=np.int64)
    names = list(found.columns)
    filled = sum(((frame[name] != "").astype(np.int16) for name in names), start=pd.Series(0, index=frame.index))
    others = below.drop(columns=list(found.columns.values()))
    unheaded = [place for place in others if not headings[place]]
    too_many: frozenset[int] = frozenset()
    if overfull:
        wide = pd.Series(False, index=frame.index)
        for place in unheaded:
            wide |= others[place].str.strip() != ""
        too_many = frozenset(frame.loc[wide, "row"])
    reasons = _left_out(frame, others, filled, found, headings, mapping)
    dropped = frame.loc[reasons != "", ["row"]].assign(reason=reasons[reasons != ""], file=shown, sheet=sheet)
    kept = frame[(reasons == "") & (filled > 0)].reset_index(drop=True)
    return RawTable(
        kind=kind.name,
        file=shown,
        sheet=sheet,
        headings={name: without_personal_codes(headings[place]) for name, place in found.columns.items()},
        rows_read=len(kept) + len(dropped),
        notes=tuple(_notes(headings, found, others, dropped)),
        dropped=dropped[["file", "sheet", "row", "reason"]].reset_index(drop=True),
        overfull=too_many,
        total=next(iter(frame.loc[reasons == "total", "cents"].iloc[::-1]), "") if "cents" in frame else "",
        frame=kept,
    )


def _left_out(
    frame: pd.DataFrame,
    others: pd.DataFrame,
    filled: pd.Series,
    found: _Heading,
    headings: Sequence[str],
    mapping: Mapping,
) -> pd.Series:
    """Why a row is no row of the table: a total, a note below it, the heading again, the template's example."""
    kind = found.kind
    reasons = pd.Series("", index=frame.index, dtype=object)
    names = list(found.columns)
    fixed = mapping.fixed_of(kind.name)
    needed = [column.name for column in kind.columns if column.required and column.name not in fixed]
    whole = pd.Series(True, index=frame.index)
    for name in needed:
        whole &= frame[name] != ""
    for column in (kind.column(name) for name in names):
        if column.required:
            known = {fold(heading) for heading in headings}
            again = frame[column.name].isin({headings[found.columns[column.name]], *column.headings()})
            for place in frame.index[again & whole]:
                if sum(fold(cell) in known for cell in frame.loc[place, names]) * 2 > len(names):
                    reasons[place] = "heading_again"
            break
    for place in frame.index[_examples(frame, kind, names) & (reasons == "")]:
        reasons[place] = "example"
    last_whole = frame.index[whole][-1] if whole.any() else -1
    suspects = frame.index[~whole]
    if len(suspects) == 0:
        return reasons
    only_amount = "cents" in found.columns
    last = frame.index[filled > 0][-1] if (filled > 0).any() else -1
    for place, cells in zip(suspects, _filled_cells(frame.loc[suspects, names], others.loc[suspects]), strict=True):
        if not cells:
            continue
        if any(_TOTAL.match(fold(cell[:100])) for cell in cells):
            reasons[place] = "total"
        elif place > last_whole and last_whole >= 0:
            single = len(cells) == 1 or cells[0].endswith(":")
            if only_amount and place == last and frame.at[place, "cents"] != "" and len(cells) == 1:
                reasons[place] = "total"
            elif single or filled[place] == 0:
                reasons[place] = "footer"
        elif filled[place] == 0:
            reasons[place] = "footer"
    return reasons


def _examples(frame: pd.DataFrame, kind: Kind, names: Sequence[str]) -> pd.Series:
    """Rows that a clerk has left in a template."""
    found = pd.Series(False, index=frame.index)
    for language in ("lv", "en"):
        same = pd.Series(True, index=frame.index)
        for name in names:
            same &= frame[name] == getattr(kind.column(name), f"example_{language}")
            if not same.any():
                break
        found |= same
    return found


def _filled_cells(*frames: pd.DataFrame) -> Iterator[list[str]]:
    for rows in zip(*(frame.itertuples(index=False, name=None) for frame in frames), strict=True):
        yield [cell.strip() for row in rows for cell in row if cell.strip()]


def _notes(headings: Sequence[str], found: _Heading, others: pd.DataFrame, dropped: pd.DataFrame) -> Iterator[Note]:
    for place in others:
        heading = headings[place]
        if not heading or has_personal_code(heading):
            continue
        free = [c.heading for c in found.kind.columns if c.name not in found.columns]
        near = nearest(heading[:100], free)
        if near:
            yield Note("column_ignored_nearest", {"heading": heading[:100], "nearest": near})
        else:
            yield Note("column_ignored", {"heading": heading[:100]})
    for reason, count in dropped["reason"].value_counts(sort=False).items():
        yield Note(reason, {"count": int(count)})
