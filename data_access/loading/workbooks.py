"""Workbooks (XLSX, XLS, XLSB, ODS) → raw tables; what is broken, protected or a bomb is found before it is unpacked."""

import io
import json
import subprocess
import sys
import zipfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any
from zlib import error as zlib_error

import pandas as pd

from data_access.language import LANGUAGES, texts
from data_access.loading import errors, limits
from data_access.loading.keys import without_personal_codes
from data_access.loading.mapping import Mapping
from data_access.loading.raw_tables import Note, RawTable, find_heading, table_under

_PROCESS = Path(__file__).with_name("workbook_process.py")
OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"


def read_workbook(content: bytes, shown: str, mapping: Mapping) -> list[RawTable]:
    """The tables of a workbook, in the order of its sheets. Raises an error of `loading.errors`."""
    limits.check_size(len(content), limits.MOST_WORKBOOK, shown)
    if content.startswith(OLE):
        _check_ole(content, shown)
    else:
        _check_zip(content, shown)
    sheets = read_sheets(content, shown)
    tables: list[RawTable] = []
    skipped: list[Note] = []
    for sheet in sheets:
        rows = sheet["rows"]
        title = without_personal_codes(sheet["name"])
        if len(rows) > limits.MOST_ROWS:
            raise errors.TooManyRows(name=shown, most=limits.MOST_ROWS)
        if rows and max(map(len, rows[: limits.ROWS_ABOVE])) > 50 * limits.MOST_COLUMNS:
            raise errors.TooManyColumns(name=shown, most=limits.MOST_COLUMNS)
        found = find_heading(rows[: limits.ROWS_ABOVE], mapping)
        if found is None or not (found.recognised or found.score[0]):
            if any(any(row) for row in rows) and sheet["name"] not in _own_sheets():
                skipped.append(Note("sheet_skipped", {"sheet": title}))
            continue
        tables.append(table_under(_frame(rows), found, shown, title, mapping, overfull=False))
    if not tables:
        raise errors.NoHeadings(name=shown)
    # The library reads a cell with an error as an empty one; in XLSX the process has looked itself.
    is_ods = b"opendocument.spreadsheet" in content[:200]
    unseen = [Note("errors_unseen", {})] if is_ods or content.startswith(OLE) else []
    return [_with_notes(tables[0], [*skipped, *unseen]), *tables[1:]]


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
    if len(parts) > limits.MOST_PARTS:
        raise errors.ZipBomb(name=shown)
    for part in parts:
        if part.file_size > limits.LARGE_PART and part.file_size > limits.MOST_TIMES * max(part.compress_size, 1):
            raise errors.ZipBomb(name=shown)
    largest, whole = max(part.file_size for part in parts), sum(part.file_size for part in parts)
    for size, most in ((largest, limits.MOST_SHEET), (whole, limits.MOST_UNPACKED)):
        if size > most:
            raise errors.SheetTooLarge(name=shown, size=size // 10**6, most=most // 10**6)


def read_sheets(content: bytes, shown: str) -> list[dict[str, Any]]:
    """Cells of a workbook, read by a process of its own that may break or stand still without harm."""
    try:
        done = subprocess.run(
            [sys.executable, "-I", str(_PROCESS)],
            input=content,
            capture_output=True,
            timeout=limits.SECONDS,
            check=False,
        )
        said = json.loads(done.stdout) if done.returncode == 0 else {"error": "broken"}
    except (subprocess.TimeoutExpired, ValueError):
        said = {"error": "broken"}
    except OSError:
        raise errors.FileUnopened(name=shown) from None
    if "error" in said:
        wrong = {"encrypted": errors.EncryptedWorkbook, "too_large": errors.TooManyRows}
        raise wrong.get(said["error"], errors.BrokenFile)(name=shown, most=limits.MOST_ROWS)
    return said["sheets"]
