"""A report as an XLSX workbook: what it is and its sheets, a sheet a table, the figures of the text, its own checks."""

import io
import re
import textwrap
from collections.abc import Sequence
from decimal import Decimal

import xlsxwriter
from xlsxwriter.format import Format
from xlsxwriter.worksheet import Worksheet

from data_access.language import NO_BREAK_SPACE
from data_access.report.model import Heading, Placed, Report, Table, Text
from data_access.report.own_checks import checks_not_told
from data_access.report.words import Shown, words

_FORMULA = re.compile(r"^\s*[=+\-@\t\r]")
_SETTINGS = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
_WIDE, _MIDDLE, _NARROW = 60, 24, 16  # characters of a column
_LINE = 15  # points of a line
_FILLED = 0.9  # of a line, as some letters are wider than others
_TITLE = 1.3  # how much larger the letters of a title are
_HEAD = 3  # the row of a table's head
_A4 = 9
_PATTERNS = {"euros": "#,##0.00", "count": "#,##0"}


def as_xlsx(report: Report) -> bytes:
    """The workbook. Figures are numbers, money in euros; what is withheld or not known is its mark."""
    t, out = words(), io.BytesIO()
    with xlsxwriter.Workbook(out, _SETTINGS) as book:
        book.set_properties({"title": report.title, "comments": "; ".join(report.said)})
        formats = _formats(book)
        about = book.add_worksheet(t("report.about_sheet"))
        for table in report.tables:
            _write_table(book.add_worksheet(_name(table)), table, report, formats)
        _write_figures(book.add_worksheet(t("report.figures_sheet")), report, formats)
        _write_checks(book.add_worksheet(t("report.checks_sheet")), report, formats)
        _write_about(about, book.worksheets()[1:], report, formats)
        for page in book.worksheets():
            page.set_landscape()
            page.set_paper(_A4)
            page.fit_to_pages(1, 0)
    return out.getvalue()


def _write_about(page: Worksheet, sheets: Sequence[Worksheet], report: Report, formats: dict[str, Format]) -> None:
    """What the report is, and all other sheets with what is on them."""
    t = words()
    page.set_column(0, 0, _MIDDLE + _NARROW)
    page.set_column(1, 1, 2 * _WIDE)
    above = [report.title, *report.said, "", *report.about]
    for row, text in enumerate(above):
        style = formats["title" if row == 0 else "merged"]
        page.merge_range(row, 0, row, 1, "", style)
        page.write_string(row, 0, _harmless(text), style)
        if row:
            page.set_row(row, _height((text, _MIDDLE + _NARROW + 2 * _WIDE)))
    first = len(above) + 1
    for place, name in enumerate(("sheet", "contains")):
        page.write_string(first, place, t(f"report.{name}"), formats["heading"])
    contained = [*(table.caption for table in report.tables), t("report.figures_contained"), t("report.titles.checks")]
    for row, (sheet, text) in enumerate(zip(sheets, contained, strict=True), start=first + 1):
        page.write_url(row, 0, f"internal:'{sheet.get_name()}'!A1", formats["link"], sheet.get_name())
        page.write_string(row, 1, _harmless(text), formats["text"])
        page.set_row(row, _height((text, 2 * _WIDE)))


def _write_table(page: Worksheet, table: Table, report: Report, formats: dict[str, Format]) -> None:
    """What the table is, the table, and what has to be said of it."""
    across = _WIDE + _NARROW * len(table.columns)
    page.set_column(0, 0, _WIDE)
    page.set_column(1, len(table.columns), _NARROW)
    title = words()("report.caption", number=table.number, text=table.caption)
    _write_lines(page, [title, " · ".join(report.said)], 0, across, formats, ("title", "note"))
    units = [{row.cells[place].shown.unit for row in table.rows} for place in range(len(table.columns))]
    page.write_string(_HEAD, 0, _harmless(table.corner), formats["heading"])
    names = [f"{name}, EUR" if unit == {"cents"} else name for name, unit in zip(table.columns, units, strict=True)]
    for place, name in enumerate(names, start=1):
        page.write_string(_HEAD, place, _harmless(name), formats["heading_right"])
    page.set_row(_HEAD, _height(*((name, _NARROW) for name in names)))
    for number, row in enumerate(table.rows, start=_HEAD + 1):
        style = formats["total" if row.total else "text"]
        if row.label.isdecimal():  # a year
            page.write_number(number, 0, int(row.label), style)
        else:
            page.write_string(number, 0, _harmless(row.label), style)
        for place, cell in enumerate(row.cells, start=1):
            _write(page, number, place, cell.shown, formats, row.total)
        page.set_row(number, _height((row.label, _WIDE)))
    below = _HEAD + len(table.rows) + 2
    _write_lines(page, [*table.notes, *table.breaks], below, across, formats, ("note",))
    back = below + len(table.notes) + len(table.breaks)
    about = words()("report.about_sheet")
    page.write_url(back, 0, f"internal:'{about}'!A1", formats["link"], about)
    page.freeze_panes(_HEAD + 1, 1)
    page.repeat_rows(_HEAD)


def _write_lines(
    page: Worksheet, texts: Sequence[str], first: int, across: float, formats: dict[str, Format], styles: Sequence[str]
) -> None:
    """Sentences, each over the whole breadth of the table."""
    for number, text in enumerate(texts, start=first):
        style = styles[min(number - first, len(styles) - 1)]
        last = max(1, round((across - _WIDE) / _NARROW))
        page.merge_range(number, 0, number, last, "", formats[style])
        page.write_string(number, 0, _harmless(text), formats[style])
        size = _TITLE if style == "title" else 1
        page.set_row(number, _height((text, across / size), size=size))


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
                page.set_row(number, _height((chapter, _MIDDLE + _NARROW), (block.text, 2 * _WIDE)))
                number += 1
    page.freeze_panes(1, 0)
    page.set_column(0, 0, _MIDDLE + _NARROW)
    page.set_column(1, 1, 2 * _WIDE)
    page.set_column(2, 3, _NARROW)


def _write_checks(page: Worksheet, report: Report, formats: dict[str, Format]) -> None:
    for place, name in enumerate(("what", "whole", "parts", "outcome")):
        page.write_string(0, place, words()(f"report.checks.{name}"), formats["heading"])
    told = [check for check in report.checks if check.told]
    for number, check in enumerate(told, start=1):
        page.write_string(number, 0, _harmless(check.said), formats["text"])
        for place, shown in enumerate((check.whole, check.parts), start=1):
            if shown is not None:
                _write(page, number, place, shown, formats)
        page.write_string(number, 3, _harmless(check.outcome), formats["text"])
        page.set_row(number, _height((check.said, 2 * _WIDE), (check.outcome, _WIDE)))
    for number, said in enumerate(checks_not_told(report), start=len(told) + 2):
        page.write_string(number, 0, said, formats["text"])
        page.set_row(number, _height((said, 2 * _WIDE)))
    page.freeze_panes(1, 0)
    page.set_column(0, 0, 2 * _WIDE)
    page.set_column(1, 2, _MIDDLE)
    page.set_column(3, 3, _WIDE)


def _height(*texts: tuple[str, float], size: float = 1) -> float:
    """The height in points of a row in which each text has so many letters across: programs do not all find it out."""
    lines = [len(textwrap.wrap(text, max(1, int(across * _FILLED)))) for text, across in texts]
    return _LINE * size * max(1, *lines)


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
    """A name that is no other's, which in Excel has 31 letters at most."""
    name = f"{table.number}. {words()(f'report.sheets.{table.code}')}"
    return name.replace(NO_BREAK_SPACE, " ")  # it is typed in formulas


def _harmless(text: str) -> str:
    """A text that no spreadsheet takes for a formula."""
    return f"'{text}" if _FORMULA.match(text) else text


def _formats(book: xlsxwriter.Workbook) -> dict[str, Format]:
    formats = {
        "title": book.add_format({"bold": True, "font_size": 14, "text_wrap": True, "valign": "top"}),
        "text": book.add_format({"text_wrap": True, "valign": "top", "align": "left"}),
        "total": book.add_format({"bold": True, "text_wrap": True, "valign": "top", "align": "left"}),
        "merged": book.add_format({"text_wrap": True, "valign": "top"}),
        "note": book.add_format({"italic": True, "text_wrap": True, "valign": "top"}),
        "link": book.add_format({"font_color": "#0563C1", "underline": 1, "valign": "top"}),
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
