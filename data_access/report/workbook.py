"""A report as an XLSX workbook: what it is, a sheet a table, the figures of the text, its own checks."""

import io
import re
from decimal import Decimal

import xlsxwriter
from xlsxwriter.format import Format
from xlsxwriter.worksheet import Worksheet

from data_access.report.model import Heading, Placed, Report, Table, Text
from data_access.report.words import Shown, words

_FORMULA = re.compile(r"^\s*[=+\-@\t\r]")
_SETTINGS = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
_WIDE, _MIDDLE, _NARROW = 60, 24, 16  # characters of a column
_LONGEST_NAME = 31  # letters of a sheet's name, in Excel
_PATTERNS = {"euros": "#,##0.00", "count": "#,##0"}


def as_xlsx(report: Report) -> bytes:
    """The workbook. Figures are numbers, money in euros; what is withheld or not known is its mark."""
    t, out = words(), io.BytesIO()
    with xlsxwriter.Workbook(out, _SETTINGS) as book:
        book.set_properties({"title": report.title, "comments": "; ".join(report.said)})
        formats = _formats(book)
        about = book.add_worksheet(t("report.about_sheet"))
        for row, text in enumerate([report.title, *report.said, "", *report.about]):
            about.write_string(row, 0, _harmless(text), formats["title" if row == 0 else "text"])
        about.set_column(0, 0, 2 * _WIDE)
        for table in report.tables:
            _write_table(book.add_worksheet(_name(table)), table, report, formats)
        _write_figures(book.add_worksheet(t("report.figures_sheet")), report, formats)
        _write_checks(book.add_worksheet(t("report.checks_sheet")), report, formats)
        for page in book.worksheets():
            page.set_landscape()
            page.fit_to_pages(1, 0)
    return out.getvalue()


def _write_table(page: Worksheet, table: Table, report: Report, formats: dict[str, Format]) -> None:
    """The table from the first cell on, what has to be said of it below."""
    units = [{row.cells[place].shown.unit for row in table.rows} for place in range(len(table.columns))]
    page.write_string(0, 0, _harmless(table.corner), formats["heading"])
    for place, name in enumerate(table.columns):
        name = f"{name}, EUR" if units[place] == {"cents"} else name
        page.write_string(0, place + 1, _harmless(name), formats["heading_right"])
    for number, row in enumerate(table.rows, start=1):
        page.write_string(number, 0, _harmless(row.label), formats["total" if row.total else "text"])
        for place, cell in enumerate(row.cells, start=1):
            _write(page, number, place, cell.shown, formats, row.total)
    below = [table.caption, *table.notes, *report.said, *report.about]
    for number, text in enumerate(below, start=len(table.rows) + 2):
        page.write_string(number, 0, _harmless(text), formats["note"])
    page.freeze_panes(1, 1)
    page.repeat_rows(0)
    page.set_column(0, 0, _WIDE)
    page.set_column(1, len(table.columns), _NARROW)


def _write_figures(page: Worksheet, report: Report, formats: dict[str, Format]) -> None:
    """A row a figure of the text: its chapter, the sentence, the figure."""
    t = words()
    names = (t("report.chapter"), t("report.sentence"), t("report.figure"), t("report.unit"))
    for place, name in enumerate(names):
        page.write_string(0, place, name, formats["heading"])
    chapter, number = "", 1
    for block in report.blocks:
        if isinstance(block, Heading):
            chapter = block.text
        elif isinstance(block, Text):
            for placed in block.figures:
                page.write_string(number, 0, _harmless(chapter), formats["text"])
                page.write_string(number, 1, _harmless(block.text), formats["text"])
                _write(page, number, 2, placed.shown, formats)
                page.write_string(number, 3, _unit(placed), formats["text"])
                number += 1
    page.freeze_panes(1, 0)
    page.set_column(0, 1, _WIDE)
    page.set_column(2, 3, _NARROW)


def _write_checks(page: Worksheet, report: Report, formats: dict[str, Format]) -> None:
    for place, name in enumerate(("what", "whole", "parts", "outcome")):
        page.write_string(0, place, words()(f"report.checks.{name}"), formats["heading"])
    for number, check in enumerate((one for one in report.checks if one.told), start=1):
        page.write_string(number, 0, _harmless(check.said), formats["text"])
        for place, shown in enumerate((check.whole, check.parts), start=1):
            if shown is not None:
                _write(page, number, place, shown, formats)
        page.write_string(number, 3, _harmless(check.outcome), formats["text"])
    page.freeze_panes(1, 0)
    page.set_column(0, 0, 2 * _WIDE)
    page.set_column(1, 2, _MIDDLE)
    page.set_column(3, 3, _WIDE)


def _write(
    page: Worksheet, row: int, column: int, shown: Shown, formats: dict[str, Format], total: bool = False
) -> None:
    style = formats[("euros" if shown.unit == "cents" else "count") + ("_total" if total else "")]
    if not isinstance(shown.value, int):
        page.write_string(row, column, str(shown), style)
        return
    value = Decimal(shown.value) / 100 if shown.unit == "cents" else shown.value
    page.write_number(row, column, float(value), style)


def _unit(placed: Placed) -> str:
    return "EUR" if placed.shown.unit == "cents" else ""


def _name(table: Table) -> str:
    """A name that is no other's: the number of the table and the beginning of its caption."""
    text = re.sub(r"[\[\]:*?/\\']", " ", f"{table.number}. {table.caption}")
    return text[:_LONGEST_NAME].rstrip()


def _harmless(text: str) -> str:
    """A text that no spreadsheet takes for a formula."""
    return f"'{text}" if _FORMULA.match(text) else text


def _formats(book: xlsxwriter.Workbook) -> dict[str, Format]:
    formats = {
        "title": book.add_format({"bold": True, "font_size": 14}),
        "text": book.add_format({"text_wrap": True, "valign": "top"}),
        "total": book.add_format({"bold": True, "text_wrap": True, "valign": "top"}),
        "note": book.add_format({"italic": True}),
        "heading": book.add_format({"bold": True, "text_wrap": True, "valign": "top", "bottom": 1}),
        "heading_right": book.add_format(
            {"bold": True, "text_wrap": True, "valign": "top", "align": "right", "bottom": 1}
        ),
    }
    for kind, pattern in _PATTERNS.items():
        formats[kind] = book.add_format({"num_format": pattern, "align": "right", "valign": "top"})
        formats[f"{kind}_total"] = book.add_format(
            {"num_format": pattern, "align": "right", "valign": "top", "bold": True}
        )
    return formats
