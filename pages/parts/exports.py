"""Files of exactly what is shown: the same table, with its title, choices, notes and origin inside the file."""

import csv
import io
import re
import textwrap
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal

import xlsxwriter
from xlsxwriter.utility import xl_rowcol_to_cell

from data_access import WITHHELD
from data_access.telling.reader import Reader
from data_access.telling.tables import Column, Row, Table
from data_access.telling.withheld import is_number

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
CSV = "text/csv"
NARROW, WIDE = 12, 60  # characters of a column
SENTENCE = 90  # the same of what is said about a table
LINE = 15  # points of its lines
CHART_WIDTH, CHART_HEIGHT = 760, 380  # pixels of a native chart
FORMULA = re.compile(r"^\s*[=+\-@\t\r]")


@dataclass(frozen=True)
class NativeChart:
    """A chart that the spreadsheet program draws itself, over these columns and rows of the table by their places.

    A series is a column, or a row if `by_row`. `kind` is one of xlsxwriter's: line, bar.
    """

    kind: str
    columns: tuple[int, ...]
    rows: tuple[int, ...]
    by_row: bool = False
    stacked: bool = False


@dataclass(frozen=True)
class Sheet:
    """A table with what has to be said about it: title, pairs of words (period, filters, source …), notes."""

    title: str
    said: tuple[tuple[str, str], ...]
    table: Table
    notes: tuple[str, ...]
    reader: Reader
    chart: NativeChart | None = None


def harmless(text: str) -> str:
    """A text that no spreadsheet takes for a formula."""
    return f"'{text}" if FORMULA.match(text) else text


def file_name(*words: str, ending: str = "") -> str:
    """A name in plain letters: `pabalsti_2023.xlsx`."""
    text = unicodedata.normalize("NFKD", "_".join(words)).encode("ascii", "ignore").decode()
    return re.sub(r"[^A-Za-z0-9]+", "_", text).strip("_").lower() + (f".{ending}" if ending else "")


def _number(unit: str, figure):
    """A figure as a number in its unit: money in euros, exactly."""
    if unit == "cents":
        return Decimal(int(figure)) / 100
    if unit == "percent":
        return Decimal(str(figure)).quantize(Decimal("0.1"), ROUND_HALF_UP)
    return int(figure)


def _missing(sheet: Sheet, column: Column, figure) -> str:
    """What stands where there is no number."""
    if figure is WITHHELD:
        return sheet.reader.withheld
    return "" if column.words else column.missing(sheet.reader)


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
    if figure is None or figure is WITHHELD:
        return _missing(sheet, column, figure)
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
    """Two worksheets: what the table is (title, choices, notes, origin), and the table with its chart."""
    out = io.BytesIO()
    settings = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
    with xlsxwriter.Workbook(out, settings) as book:
        formats = _formats(book)
        _write_about(book.add_worksheet(sheet.reader.t("exports.about")), sheet, formats)
        page = book.add_worksheet(sheet.reader.t("exports.sheet"))
        _write_table(page, sheet, formats)
        if sheet.chart:
            _draw(book, page, sheet)
    return out.getvalue()


def _write_table(page, sheet: Sheet, formats: dict) -> None:
    """The table from the first cell on, so that it can be sorted and reckoned with as it stands."""
    table = sheet.table
    page.write_string(0, 0, harmless(table.corner), formats["heading"])
    for place, column in enumerate(table.columns, start=1):
        page.write_string(0, place, harmless(_heading(column)), formats["heading" if column.words else "heading_right"])
    for number, row in enumerate(table.rows, start=1):
        page.write_string(number, 0, harmless(_row_name(row)), formats["total" if row.total else "text"])
        for place, (column, figure) in enumerate(zip(table.columns, row.figures, strict=True), start=1):
            unit = Table.unit(row, column)
            style = formats[_style(unit, row.total)]
            if column.words:
                page.write_string(number, place, harmless(figure or ""), formats["words"])
            elif figure is None or figure is WITHHELD:
                page.write_string(number, place, _missing(sheet, column, figure), style)
            else:
                page.write_number(number, place, float(_number(unit, figure)), style)
    page.freeze_panes(1, 1)
    page.set_column(0, 0, _width([table.corner, *(_row_name(row) for row in table.rows)]))
    for place, column in enumerate(table.columns, start=1):
        words = [row.figures[place - 1] or "" for row in table.rows] if column.words else []
        page.set_column(place, place, _width([_heading(column), *words], most=WIDE if words else 22))
    page.set_landscape()
    page.fit_to_pages(1, 0)
    page.repeat_rows(0)


def _draw(book, page, sheet: Sheet) -> None:
    """A native chart to the right of the table, over cells of it: it changes when a figure is changed."""
    table, native = sheet.table, sheet.chart
    chart = book.add_chart({"type": native.kind, **({"subtype": "stacked"} if native.stacked else {})})
    rows, columns, name = [row + 1 for row in native.rows], [place + 1 for place in native.columns], page.get_name()

    nothing = (0, len(table.columns) + 1)  # an empty cell: a gap, where words in a cell would be drawn as zero

    def cells(some_rows: Sequence[int], some_columns: Sequence[int], figures: bool = False) -> str:
        found = [(row, column) for row in some_rows for column in some_columns]
        if figures:
            found = [(r, c) if is_number(table.rows[r - 1].figures[c - 1]) else nothing for r, c in found]
        places = [xl_rowcol_to_cell(*place, row_abs=True, col_abs=True) for place in found]
        return f"=({','.join(f'{name}!{place}' for place in places)})"

    if native.by_row:
        series = [(cells([row], [0]), cells([0], columns), cells([row], columns, True)) for row in rows]
    else:
        series = [(cells([0], [place]), cells(rows, [0]), cells(rows, [place], True)) for place in columns]
    for title, categories, values in series:
        chart.add_series({"name": title.replace("(", "").replace(")", ""), "categories": categories, "values": values})
    chart.set_title({"name": sheet.title, "name_font": {"size": 11}, "overlay": False})
    # The names of rows stand at the edge: at zero they would lie across bars that are less.
    if native.kind == "bar":
        chart.set_y_axis({"reverse": True, "label_position": "low"})  # the first row on top, as in the table
    else:
        chart.set_x_axis({"label_position": "low"})
    if len(series) == 1:
        chart.set_legend({"none": True})
    height = max(CHART_HEIGHT, 22 * len(native.rows)) if native.kind == "bar" else CHART_HEIGHT
    chart.set_size({"width": CHART_WIDTH, "height": min(height, 4 * CHART_HEIGHT)})
    page.insert_chart(1, len(table.columns) + 2, chart, {"description": sheet.title})


def _style(unit: str, total: bool) -> str:
    kind = {"cents": "euros", "percent": "percent"}.get(unit, "count")
    return f"{kind}_total" if total else kind


def _formats(book) -> dict:
    bold = {"bold": True}
    numbers = {"euros": "#,##0.00", "percent": "0.0", "count": "#,##0"}
    formats = {
        "title": book.add_format({"bold": True, "font_size": 14, "text_wrap": True, "valign": "top"}),
        "text": book.add_format(),
        "words": book.add_format({"text_wrap": True, "valign": "top"}),
        "total": book.add_format(bold),
        "name": book.add_format({"italic": True, "valign": "top"}),
        "heading": book.add_format({"bold": True, "text_wrap": True, "valign": "top", "bottom": 1}),
        "heading_right": book.add_format(
            {"bold": True, "text_wrap": True, "valign": "top", "align": "right", "bottom": 1}
        ),
    }
    for kind, pattern in numbers.items():
        formats[kind] = book.add_format({"num_format": pattern, "align": "right"})
        formats[f"{kind}_total"] = book.add_format({"num_format": pattern, "align": "right", **bold})
    return formats


def _write_about(page, sheet: Sheet, formats: dict) -> None:
    """What has to be known about the table, one thing a row: long sentences in several lines, as high as they need."""
    narrow = _width([name for name, _ in sheet.said])
    page.set_column(0, 0, narrow)
    page.set_column(1, 1, SENTENCE)

    def across(row: int, text: str, style: str, line: float, letters: float = 1) -> None:
        page.merge_range(row, 0, row, 1, "", formats[style])
        page.write_string(row, 0, harmless(text), formats[style])
        page.set_row(row, line * _lines(text, (narrow + SENTENCE) / letters))

    across(0, sheet.title, "title", 19, letters=1.5)
    for row, (name, text) in enumerate(sheet.said, start=1):
        page.write_string(row, 0, harmless(name), formats["name"])
        page.write_string(row, 1, harmless(text), formats["words"])
        page.set_row(row, LINE * _lines(text, SENTENCE))
    for row, note in enumerate(sheet.notes, start=len(sheet.said) + 2):
        across(row, note, "words", LINE)
    page.set_landscape()
    page.fit_to_pages(1, 0)


def _lines(text: str, wide: float) -> int:
    """How many lines a text takes in a column so many letters wide, at most."""
    return len(textwrap.wrap(text, max(int(wide * 0.9), 1))) or 1


def _width(texts: Sequence[str], most: int = WIDE) -> int:
    return min(max([NARROW, *(len(text) + 2 for text in texts)]), most)
