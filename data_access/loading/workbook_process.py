"""Reads a workbook from its standard input and writes its cells as JSON to its standard output.

Runs as a process of its own, started by `reading`: a damaged workbook can make the reading library ask for a
terabyte of memory and abort, and nothing but another process survives that. Uses nothing of this program, so that it
starts at once. Nothing is written to a disk.
"""

import io
import json
import re
import sys
import zipfile
from datetime import date, datetime, time
from decimal import Decimal
from xml.etree import ElementTree

from python_calamine import CalamineError, PasswordError, SheetTypeEnum, XmlError, ZipError, load_workbook

MEMORY = 3 << 30  # bytes
SECONDS = 120  # of work
MOST_CELLS = 30_000_000  # of a sheet, empty ones too
NO_RESULT = "#FORMULA"

_CELL_ERROR = re.compile(rb'<(?:\w+:)?c\s([^<>]*\bt="e"[^<>]*)>(?:<(?:\w+:)?f\b[^<>]*(?:/>|>[^<]*</(?:\w+:)?f>))?'
                         rb"<(?:\w+:)?v>([^<]*)<")  # fmt: skip
_NO_RESULT = re.compile(rb"<(?:\w+:)?c\s([^<>]*)><(?:\w+:)?f\b[^<>]*(?:/>|>[^<]*</(?:\w+:)?f>)"
                        rb"(?:<(?:\w+:)?v\s*/>|<(?:\w+:)?v></(?:\w+:)?v>)?</(?:\w+:)?c>")  # fmt: skip
_PLACE = re.compile(rb'\br="([A-Z]{1,3})([0-9]{1,7})"')


def main() -> int:
    _limit()
    content = sys.stdin.buffer.read()
    try:
        said = {"sheets": list(read(content))}
    except PasswordError:
        said = {"error": "encrypted"}
    except (CalamineError, XmlError, ZipError, zipfile.BadZipFile, ElementTree.ParseError, ValueError, KeyError):
        said = {"error": "broken"}
    except (MemoryError, OverflowError):
        said = {"error": "too_large"}
    json.dump(said, sys.stdout, ensure_ascii=True, check_circular=False)
    return 0


def _limit() -> None:
    try:
        import resource
    except ImportError:  # Windows has no such limits
        return
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    resource.setrlimit(resource.RLIMIT_CPU, (SECONDS, SECONDS))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))  # a dump of the memory would be a file with personal codes


def read(content: bytes):
    """Every sheet with cells: its name and its rows from the first one on, as text."""
    parts = _parts_of_sheets(content)
    with load_workbook(io.BytesIO(content)) as book:
        for number, about in enumerate(book.sheets_metadata):
            if about.typ != SheetTypeEnum.WorkSheet:
                continue
            sheet = book.get_sheet_by_index(number)
            if sheet.start is None:
                yield {"name": about.name, "rows": []}
                continue
            if (sheet.end[0] + 1) * (sheet.end[1] + 1) > MOST_CELLS:
                raise MemoryError
            rows = [[as_text(value) for value in row] for row in sheet.to_python(skip_empty_area=False)]
            if about.name in parts:
                _put_errors(rows, content, parts[about.name])
            yield {"name": about.name, "rows": rows}


def as_text(value: object) -> str:
    """A cell as text: days as 2023-12-31, numbers with the fifteen digits that a spreadsheet has."""
    if isinstance(value, str):
        return value
    if isinstance(value, bool):
        return "TRUE" if value else "FALSE"
    if isinstance(value, int | float):
        return number_as_text(value)
    if isinstance(value, datetime):
        return value.date().isoformat() if value.time() == time() else value.isoformat(" ", "seconds")
    return value.isoformat() if isinstance(value, date | time) else str(value)


def number_as_text(value: float) -> str:
    if value == int(value) and abs(value) < 1e15 if abs(value) < 1e300 else False:
        return str(int(value))
    text = f"{value:.15g}"
    return f"{Decimal(text):f}" if "e" in text and abs(value) < 1e30 else text


def _put_errors(rows: list[list[str]], content: bytes, part: str) -> None:
    """The library reads #REF! and formulas without a result as empty cells; here they are values that are wrong."""
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        xml = archive.read(part)
    found = []
    if b't="e"' in xml:
        found += [(cell[1], cell[2].decode("utf-8", "replace")) for cell in _CELL_ERROR.finditer(xml)]
    if b"<f" in xml or b":f" in xml:
        found += [(cell[1], NO_RESULT) for cell in _NO_RESULT.finditer(xml) if b't="str"' not in cell[1]]
    for about, text in found:
        place = _PLACE.search(about)
        if not place:
            continue
        column = 0
        for letter in place[1]:
            column = column * 26 + letter - 64
        row = int(place[2]) - 1
        if row >= len(rows) and row < MOST_CELLS:
            continue
        cells = rows[row]
        cells.extend([""] * (column - len(cells)))
        cells[column - 1] = text


def _parts_of_sheets(content: bytes) -> dict[str, str]:
    """Name of a sheet → its part of an XLSX; nothing for other workbooks."""
    if not content.startswith(b"PK"):
        return {}
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        names = set(archive.namelist())
        if not {"xl/workbook.xml", "xl/_rels/workbook.xml.rels"} <= names:
            return {}
        relations = {
            relation.get("Id"): relation.get("Target", "")
            for relation in ElementTree.fromstring(archive.read("xl/_rels/workbook.xml.rels"))
        }
        found = {}
        for sheet in ElementTree.fromstring(archive.read("xl/workbook.xml")).iter():
            if sheet.tag.rpartition("}")[2] != "sheet":
                continue
            relation = next((value for name, value in sheet.attrib.items() if name.endswith("}id")), None)
            target = relations.get(relation, "")
            part = target.lstrip("/") if target.startswith("/") else f"xl/{target}"
            if part in names:
                found[sheet.get("name", "")] = part
    return found


if __name__ == "__main__":
    sys.exit(main())
