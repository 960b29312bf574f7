"""The list of rejected rows as a workbook: what is wrong and how to mend it, and the rows to be mended.

The first sheet has a line for each thing that is wrong. After it stands a sheet for each kind with the rejected
rows under the headings of the template, so that a mended sheet can be loaded. What stands for a person
is left empty: it is not known any more, and the clerk has it in the export.
"""

import io
import re
import zipfile
import zlib
from collections.abc import Mapping
from pathlib import Path
from typing import IO

import pandas as pd
import xlsxwriter
from xlsxwriter.format import Format

from data_access.language import LANGUAGES, texts
from data_access.loading.checks_rows import HIDDEN, PLACE, shown
from data_access.loading.kinds import KINDS
from data_access.loading.workbooks import read_sheets

MOST_ROWS = 100_000  # nobody mends more by hand; a million take four minutes to write
MENDS = "rejected by load"  # a property of the workbook; its value is the number of the load
LONGEST = 32_000  # letters in a cell of Excel
_PROPERTIES = "docProps/custom.xml"
_MOST_BYTES = 100_000
_LIST = ("file", "sheet_name", "row", "column", "value", "reason", "mend")
_WIDTH = {"file": 24, "sheet_name": 14, "row": 8, "column": 22, "value": 18, "reason": 60, "mend": 60}


def why(reason: str, params: Mapping, language: str = "lv") -> str:
    """Why a value is rejected, in a sentence."""
    return texts(language)(f"loading.why.{reason}", **params)


def how_to_mend(reason: str, language: str = "lv") -> str:
    return texts(language)(f"loading.mend.{reason}")


def as_text(rows: pd.DataFrame) -> pd.DataFrame:
    """Typed rows as a person would write them; what stands for persons and households is left empty."""
    columns = {name: rows[name] if name in PLACE else shown(rows[name], name) for name in rows}
    return pd.DataFrame(columns, index=rows.index)


def write_rejected(
    target: Path | IO[bytes],
    rejections: pd.DataFrame,
    rows: Mapping[str, pd.DataFrame],
    language: str = "lv",
    load_id: int | None = None,
) -> None:
    """Writes the workbook. `rows` are the rejected rows of each kind, as text; `load_id` the load that lacks them."""
    options = {"constant_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
    with xlsxwriter.Workbook(str(target) if isinstance(target, Path) else target, options) as book:
        if load_id is not None:
            book.set_custom_property(MENDS, load_id)
        heading = book.add_format({"bold": True, "bottom": 1, "text_wrap": True})
        text = book.add_format({"num_format": "@"})
        quoted = book.add_format({"num_format": "@", "quote_prefix": True})
        _write_list(book, rejections, language, heading, text, quoted)
        for kind, frame in rows.items():
            if len(frame):
                _write_rows(book, kind, frame, rejections, language, heading, text, quoted)


def _write_list(book, rejections: pd.DataFrame, language: str, heading: Format, text: Format, quoted: Format) -> None:
    t = texts(language)
    sheet = book.add_worksheet(t("loading.rejected.sheet"))
    sheet.freeze_panes(1, 0)
    for place, name in enumerate(_LIST):
        sheet.set_column(place, place, _WIDTH[name])
        sheet.write_string(0, place, t(f"loading.rejected.{name}"), heading)
    for number, found in enumerate(rejections.head(MOST_ROWS).itertuples(index=False), start=1):
        cells = (
            found.file,
            found.sheet,
            found.row,
            heading_of(found.kind, found.column),
            found.value,
            why(found.reason, found.params, language),
            how_to_mend(found.reason, language),
        )
        for place, value in enumerate(cells):
            _write(sheet, number, place, value, text, quoted)


def _write_rows(book, kind, frame, rejections, language, heading: Format, text: Format, quoted: Format) -> None:
    t = texts(language)
    columns = [column for column in KINDS[kind].columns if column.name in frame]
    frame = frame.head(MOST_ROWS)
    own = rejections[rejections["kind"] == kind]
    own = own[own["row"].isin(frame["row"])]
    reasons = {
        place: "; ".join(
            dict.fromkeys(f"{heading_of(kind, f.column)}: {why(f.reason, f.params, language)}" for f in rows)
        )
        for place, rows in _grouped(own).items()
    }
    sheet = book.add_worksheet(_title(kind))
    sheet.freeze_panes(1, 0)
    headings = [column.heading for column in columns]
    headings += [t(f"loading.rejected.{name}") for name in ("file", "sheet_name", "row", "reason")]
    for place, name in enumerate(headings):
        sheet.set_column(place, place, 60 if place == len(headings) - 1 else 18)
        sheet.write_string(0, place, name, heading)
    written = {c.name: [""] * len(frame) if c.name in HIDDEN else frame[c.name].fillna("") for c in columns}
    places = list(zip(*(frame[name] for name in PLACE), strict=True))
    for number, (place_in_file, values) in enumerate(
        zip(places[:MOST_ROWS], zip(*written.values(), strict=True), strict=False), start=1
    ):
        for place, value in enumerate((*values, *place_in_file, reasons.get(place_in_file, ""))):
            _write(sheet, number, place, value, text, quoted)


def _grouped(rejections: pd.DataFrame) -> dict[tuple, list]:
    groups: dict[tuple, list] = {}
    for found in rejections.itertuples(index=False):
        groups.setdefault((found.file, found.sheet, found.row), []).append(found)
    return groups


def _title(kind: str) -> str:
    return KINDS[kind].title[:31]  # as long as Excel lets it be


def heading_of(kind: str, name: str) -> str:
    """The heading that a column has in the template; another word where it is no column."""
    if kind not in KINDS:
        return str(name or "")
    return next((column.heading for column in KINDS[kind].columns if column.name == name), str(name or ""))


def _write(sheet, row: int, place: int, value: object, text: Format, quoted: Format) -> None:
    """Numbers of rows are numbers; everything else is text, and what looks like a formula stays text when edited."""
    if value is None or (not isinstance(value, str) and pd.isna(value)) or value == "":
        return
    if isinstance(value, int):
        sheet.write_number(row, place, value)
        return
    value = str(value)[:LONGEST]
    sheet.write_string(row, place, value, quoted if value[0] in "=+-@\t\r" else text)


def mended_load(content: bytes) -> int | None:
    """The load whose rejected rows a workbook has; None for every other file."""
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            properties = archive.open(_PROPERTIES).read(_MOST_BYTES).decode("utf-8", errors="replace")
    except (OSError, KeyError, zipfile.BadZipFile, NotImplementedError, RuntimeError, EOFError, zlib.error):
        return None
    # Each program that saves a workbook writes this in its own way.
    found = re.search(rf"""name=["']{MENDS}["'][^>]*>\s*<[\w:]+[^>]*>(\d+)<""", properties)
    return int(found.group(1)) if found else None


def original_places(content: bytes, name: str) -> dict[tuple, tuple]:
    """Where the rows of a workbook of rejected rows stood: (file, sheet, row) here → there."""
    found = {}
    for sheet in read_sheets(content, name):
        rows = sheet["rows"]
        for language in LANGUAGES if rows else ():
            headings = [texts(language)(f"loading.rejected.{part}") for part in ("file", "sheet_name", "row")]
            if all(heading in rows[0] for heading in headings):
                file, title, row = (rows[0].index(heading) for heading in headings)
                for number, cells in enumerate(rows[1:], start=2):
                    if cells[row].isdecimal():
                        found[name, sheet["name"], number] = (cells[file], cells[title], int(cells[row]))
    return found
