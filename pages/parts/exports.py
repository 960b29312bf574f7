"""Files of exactly what is shown: the same table, with its title, choices, notes and origin inside the file."""

import csv
import io
import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal

import xlsxwriter

from pages.parts.reader import Reader
from pages.parts.tables import Column, Row, Table

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
CSV = "text/csv"
NARROW, WIDE = 12, 60  # characters of a column
FORMULA = re.compile(r"^\s*[=+\-@\t\r]")


@dataclass(frozen=True)
class Sheet:
    """A table with what has to be said about it: title, pairs of words (period, filters, source …), notes."""

    title: str
    said: tuple[tuple[str, str], ...]
    table: Table
    notes: tuple[str, ...]
    reader: Reader


def harmless(text: str) -> str:
    """A text that no spreadsheet takes for a formula."""
    return f"'{text}" if FORMULA.match(text) else text


def file_name(*words: str, ending: str) -> str:
    """A name in plain letters: `pabalsti_2023.xlsx`."""
    text = unicodedata.normalize("NFKD", "_".join(words)).encode("ascii", "ignore").decode()
    return re.sub(r"[^A-Za-z0-9]+", "_", text).strip("_").lower() + f".{ending}"


def _number(unit: str, figure):
    """A figure as a number in its unit: money in euros, exactly."""
    if unit == "cents":
        return Decimal(int(figure)) / 100
    if unit == "percent":
        return Decimal(str(figure)).quantize(Decimal("0.1"), ROUND_HALF_UP)
    return int(figure)


def _missing(sheet: Sheet, column: Column) -> str:
    if column.words:
        return ""
    return "–" if column.change or column.dash else sheet.reader.t("words.not_published")


def as_csv(sheet: Sheet) -> bytes:
    """Semicolons, decimal commas and a byte order mark, as spreadsheets in Latvia expect; notes before the table."""
    out = io.StringIO()
    write = csv.writer(out, delimiter=";", lineterminator="\r\n").writerow
    write([harmless(sheet.title)])
    for name, text in sheet.said:
        write([harmless(name), harmless(text)])
    for note in sheet.notes:
        write([harmless(note)])
    write([])
    table = sheet.table
    write([harmless(table.corner), *(harmless(_heading(column)) for column in table.columns)])
    for row in table.rows:
        figures = zip(table.columns, row.figures, strict=True)
        write([harmless(_row_name(row)), *(_csv_figure(sheet, row, column, figure) for column, figure in figures)])
    return ("\ufeff" + out.getvalue()).encode("utf-8")


def _csv_figure(sheet: Sheet, row: Row, column: Column, figure) -> str:
    if figure is None:
        return _missing(sheet, column)
    if column.words:
        return harmless(figure)
    unit = Table.unit(row, column)
    places = {"cents": ".2f", "percent": ".1f"}.get(unit, "")
    return format(_number(unit, figure), places).replace(".", ",")


def _row_name(row: Row) -> str:
    """The name of a row, with its unit if it has one of its own."""
    return f"{row.name}, EUR" if row.unit == "cents" else row.name


def _heading(column: Column) -> str:
    """In a file the unit stands in the heading, as the cells hold bare numbers."""
    unit = {"cents": "EUR", "percent": "%"}.get(column.unit)
    return column.name if unit is None or unit in column.name else f"{column.name}, {unit}"


def as_xlsx(sheet: Sheet) -> bytes:
    """One worksheet: title, choices and notes, then the table under a header that stays in sight."""
    out = io.BytesIO()
    settings = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
    with xlsxwriter.Workbook(out, settings) as book:
        page = book.add_worksheet(sheet.reader.t("exports.sheet"))
        formats = _formats(book)
        first = _preamble(page, sheet, formats)
        table = sheet.table
        page.write_string(first, 0, harmless(table.corner), formats["heading"])
        for place, column in enumerate(table.columns, start=1):
            heading = formats["heading" if column.words else "heading_right"]
            page.write_string(first, place, harmless(_heading(column)), heading)
        for number, row in enumerate(table.rows, start=first + 1):
            page.write_string(number, 0, harmless(_row_name(row)), formats["total" if row.total else "text"])
            for place, (column, figure) in enumerate(zip(table.columns, row.figures, strict=True), start=1):
                unit = Table.unit(row, column)
                style = formats[_style(unit, row.total)]
                if column.words:
                    page.write_string(number, place, harmless(figure or ""), formats["words"])
                elif figure is None:
                    page.write_string(number, place, _missing(sheet, column), style)
                else:
                    page.write_number(number, place, float(_number(unit, figure)), style)
        page.freeze_panes(first + 1, 1)
        page.set_column(0, 0, _width([table.corner, *(_row_name(row) for row in table.rows)]))
        for place, column in enumerate(table.columns, start=1):
            words = [row.figures[place - 1] or "" for row in table.rows] if column.words else []
            page.set_column(place, place, _width([_heading(column), *words], most=WIDE if words else 22))
        page.set_landscape()
        page.fit_to_pages(1, 0)
        page.repeat_rows(first)
    return out.getvalue()


def _style(unit: str, total: bool) -> str:
    kind = {"cents": "euros", "percent": "percent"}.get(unit, "count")
    return f"{kind}_total" if total else kind


def _formats(book) -> dict:
    bold = {"bold": True}
    numbers = {"euros": "#,##0.00", "percent": "0.0", "count": "#,##0"}
    formats = {
        "title": book.add_format({"bold": True, "font_size": 14}),
        "text": book.add_format(),
        "words": book.add_format({"text_wrap": True, "valign": "top"}),
        "total": book.add_format(bold),
        "name": book.add_format({"italic": True}),
        "heading": book.add_format({"bold": True, "text_wrap": True, "valign": "top", "bottom": 1}),
        "heading_right": book.add_format(
            {"bold": True, "text_wrap": True, "valign": "top", "align": "right", "bottom": 1}
        ),
    }
    for kind, pattern in numbers.items():
        formats[kind] = book.add_format({"num_format": pattern, "align": "right"})
        formats[f"{kind}_total"] = book.add_format({"num_format": pattern, "align": "right", **bold})
    return formats


def _preamble(page, sheet: Sheet, formats: dict) -> int:
    """Writes what stands before the table; the row where the table begins."""
    page.write_string(0, 0, harmless(sheet.title), formats["title"])
    row = 1
    for name, text in sheet.said:
        page.write_string(row, 0, harmless(name), formats["name"])
        page.write_string(row, 1, harmless(text), formats["text"])
        row += 1
    for note in sheet.notes:
        page.write_string(row, 0, harmless(note), formats["text"])
        row += 1
    return row + 1


def _width(texts: Sequence[str], most: int = WIDE) -> int:
    return min(max(NARROW, *(len(text) + 2 for text in texts)), most)
