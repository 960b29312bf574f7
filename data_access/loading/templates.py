"""Writes an empty workbook and an empty CSV of each kind: the documented format of what can be loaded."""

import csv
from pathlib import Path

import xlsxwriter
from xlsxwriter.format import Format
from xlsxwriter.worksheet import Worksheet

from data_access.language import texts
from data_access.loading.kinds import KINDS, Column, Kind, Value

_PREPARED_ROWS = 10_000  # rows of the empty table that have formats and lists of allowed values
_FORMATS = {"date": "dd.mm.yyyy.", "cents": "0.00"}


def write_templates(folder: Path | str, language: str = "lv") -> list[Path]:
    """Writes the templates of every kind into a folder, which is made where there is none."""
    folder = Path(folder)
    folder.mkdir(parents=True, exist_ok=True)
    written = []
    for kind in KINDS.values():
        name = texts(language)("loading.templates.file_name", kind=_file_name(kind, language))
        written += [folder / f"{name}.xlsx", folder / f"{name}.csv"]
        _write_workbook(written[-2], kind, language)
        _write_csv(written[-1], kind, language)
    return written


def _file_name(kind: Kind, language: str) -> str:
    return _in(kind, "title", language).lower().replace(" ", "_")


def _in(thing: Kind | Column | Value, what: str, language: str) -> str:
    """A word in a language; Latvian titles and headings are the plain attributes."""
    plain = what in ("title", "heading") and language == "lv"
    return getattr(thing, what if plain else f"{what}_{language}")


def _write_csv(path: Path, kind: Kind, language: str) -> None:
    with path.open("w", encoding="utf-8-sig", newline="") as file:
        writer = csv.writer(file, delimiter=";", lineterminator="\r\n")
        writer.writerow(_in(column, "heading", language) for column in kind.columns)
        writer.writerow(_in(column, "example", language) for column in kind.columns)


def _write_workbook(path: Path, kind: Kind, language: str) -> None:
    t = texts(language)
    with xlsxwriter.Workbook(path, {"strings_to_formulas": False, "strings_to_urls": False}) as book:
        heading = book.add_format({"bold": True, "bottom": 1, "text_wrap": True, "valign": "top"})
        wrapped = book.add_format({"text_wrap": True, "valign": "top"})
        example = book.add_format({"italic": True, "font_color": "#595959", "num_format": "@"})
        sheet = book.add_worksheet(_in(kind, "title", language))
        explanations = book.add_worksheet(t("loading.templates.sheet"))
        lists = book.add_worksheet(t("loading.templates.values_sheet"))
        lists.hide()
        sheet.freeze_panes(1, 0)
        for place, column in enumerate(kind.columns):
            title = _in(column, "heading", language)
            shape = book.add_format({"num_format": _FORMATS.get(column.type, "@")})
            sheet.set_column(place, place, max(14, len(title) + 2), shape)
            sheet.write_string(0, place, title, heading)
            sheet.write_string(1, place, _in(column, "example", language), example)
            if column.type == "value":
                _offer(sheet, lists, place, column, language)
        _explain(explanations, kind, language, heading, wrapped)


def _offer(sheet: Worksheet, lists: Worksheet, place: int, column: Column, language: str) -> None:
    """A list to choose from. Another value may be typed: the loader accepts codes and what a mapping says, too."""
    for row, value in enumerate(column.values):
        lists.write_string(row, place, _in(value, "name", language))
    letter = xlsxwriter.utility.xl_col_to_name(place)
    name = lists.get_name().replace("'", "''")
    source = f"='{name}'!${letter}$1:${letter}${len(column.values)}"
    options = {"validate": "list", "source": source, "error_type": "information"}
    sheet.data_validation(2, place, _PREPARED_ROWS, place, options)


def _explain(sheet: Worksheet, kind: Kind, language: str, heading: Format, wrapped: Format) -> None:
    t = texts(language)
    sheet.write_string(0, 0, _in(kind, "text", language))
    for place, (name, width) in enumerate(
        (("column", 28), ("text", 70), ("required", 26), ("values", 60), ("code", 34))
    ):
        sheet.set_column(place, place, width)
        sheet.write_string(2, place, t(f"loading.templates.{name}"), heading)
    row = 3
    for column in kind.columns:
        sheet.write_string(row, 0, _in(column, "heading", language), wrapped)
        sheet.write_string(row, 1, _in(column, "text", language), wrapped)
        sheet.write_string(row, 2, _required(kind, column, language), wrapped)
        if not column.values:
            sheet.write_string(row, 3, t(f"loading.templates.type_{column.type}"), wrapped)
            row += 1
        for value in column.values:
            sheet.write_string(row, 3, _in(value, "name", language), wrapped)
            sheet.write_string(row, 4, value.code, wrapped)
            row += 1
        if column.open:
            sheet.write_string(row, 3, t("loading.templates.open"), wrapped)
            row += 1


def _required(kind: Kind, column: Column, language: str) -> str:
    t = texts(language)
    if not column.required_for:
        return t("loading.templates.yes" if column.required else "loading.templates.no")
    [(other, codes)] = column.required_for.items()
    named = kind.column(other)
    names = [_in(value, "name", language) for value in named.values if value.code in codes]
    return t("loading.templates.required_for", column=_in(named, "heading", language), values=", ".join(names))
