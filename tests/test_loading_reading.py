"""Files as people have them, and files that nobody can read: each is read right or named."""

import io
import subprocess
import zipfile
from collections.abc import Callable
from datetime import date, datetime
from pathlib import Path

import openpyxl
import pytest

from data_access.language import LANGUAGES
from data_access.loading import errors, limits, workbooks
from data_access.loading.mapping import read_mapping
from data_access.loading.raw_tables import RawTable
from data_access.loading.reading import read

HEADINGS = ("Lietas numurs", "Pabalsta veids", "Izmaksas veids", "Izmaksas datums", "Summa")
ROWS = (
    ("SP-1", "Pabalsts veselības aprūpei", "Naudā", "31.01.2023.", "1 234,56"),
    ("SP-2", "gmi", "", "01.02.2023.", "10,00"),
)


def text(separator: str = ";", end: str = "\r\n", rows=(HEADINGS, *ROWS)) -> str:
    return "".join(separator.join(row) + end for row in rows)


def workbook(*sheets: tuple[str, list]) -> bytes:
    book = openpyxl.Workbook()
    book.remove(book.active)
    for name, rows in sheets:
        sheet = book.create_sheet(name)
        for row in rows:
            sheet.append(list(row))
    return saved(book)


def saved(book: openpyxl.Workbook) -> bytes:
    content = io.BytesIO()
    book.save(content)
    return content.getvalue()


def repacked(content: bytes, change: Callable[[dict[str, bytes]], dict[str, bytes]], how: int = 8) -> bytes:
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", how) as archive:
        for name, part in change(parts).items():
            archive.writestr(name, part)
    return target.getvalue()


def sheet_changed(change: Callable[[bytes], bytes]) -> bytes:
    part = "xl/worksheets/sheet1.xml"
    return repacked(workbook(("Lapa", [HEADINGS, *ROWS])), lambda parts: parts | {part: change(parts[part])})


def cells(table: RawTable) -> list[tuple]:
    return list(table.frame.drop(columns="row").itertuples(index=False, name=None))


def only(content: bytes, name: str = "izmaksas.csv", **options) -> RawTable:
    [table] = read(content, name, **options)
    return table


# ── text ─────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("separator", [";", ",", "\t", "|"])
@pytest.mark.parametrize(
    "encoding", ["utf-8", "utf-8-sig", "cp1257", "iso8859_13", "cp775", "utf-16", "utf-16-le", "utf-16-be", "utf-32"]
)
def test_encodings_and_separators(encoding: str, separator: str) -> None:
    rows = [row if separator != "," else tuple(f'"{cell}"' for cell in row) for row in (HEADINGS, *ROWS)]
    table = only(text(separator, rows=rows).encode(encoding))
    assert table.kind == "payments"
    assert cells(table) == list(ROWS)
    assert list(table.frame["row"]) == [2, 3]


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_line_ends(end: str) -> None:
    assert cells(only(text(end=end).encode())) == list(ROWS)
    assert cells(only(text(end=end).rstrip().encode())) == list(ROWS)


def test_rows_are_numbered_as_a_person_sees_them() -> None:
    rows = (("Sociālais dienests",), ("Izmaksas 2023",), (), HEADINGS, ROWS[0], ("", "", ""), (" ",), ROWS[1], ())
    table = only(text(rows=rows).encode())
    assert list(table.frame["row"]) == [5, 8]
    content = workbook(("Lapa", rows))
    assert list(only(content, "a.xlsx").frame["row"]) == [5, 8]


def test_a_cell_of_two_lines_is_one_row() -> None:
    rows = (HEADINGS, ('"SP\n1"', *ROWS[0][1:]), ROWS[1])
    assert list(only(text(rows=rows).encode()).frame["row"]) == [2, 3]


@pytest.mark.parametrize("label", ["Kopā", "KOPĀ:", "Pavisam", "Pavisam kopā", "Summa kopā", "Total"])
def test_totals_are_dropped_and_reported(label: str) -> None:
    rows = (HEADINGS, *ROWS, (label, "", "", "", "1 244,56"))
    for table in (only(text(rows=rows).encode()), only(workbook(("Lapa", rows)), "a.xlsx")):
        assert cells(table) == list(ROWS)
        assert list(table.dropped["row"]) == [4]
        assert list(table.dropped["reason"]) == ["total"]
        assert [note.reason for note in table.notes] == ["total"]
        assert all(note.text(language) for note in table.notes for language in LANGUAGES)


def test_a_sum_without_a_word_and_notes_below_are_dropped() -> None:
    rows = (HEADINGS, *ROWS, ("", "", "", "", "1 244,56"))
    assert list(only(text(rows=rows).encode()).dropped["reason"]) == ["total"]
    rows = (HEADINGS, *ROWS, (), ("Sagatavoja:", "sociālais darbinieks"), ("Izdrukāts 01.02.2023.",))
    assert list(only(text(rows=rows).encode()).dropped["reason"]) == ["footer", "footer"]


def test_headings_on_every_page_are_dropped() -> None:
    table = only(text(rows=(HEADINGS, ROWS[0], HEADINGS, ROWS[1])).encode())
    assert cells(table) == list(ROWS)
    assert list(table.dropped["reason"]) == ["heading_again"]


def test_an_incomplete_row_is_a_row() -> None:
    rows = (HEADINGS, ("SP-1", "gmi", "", "", "5,00"), *ROWS, ("SP-3", "", "", "", "5,00"))
    table = only(text(rows=rows).encode())
    assert len(table.frame) == 4
    assert table.dropped.empty


def test_headings_in_other_words() -> None:
    rows = (("LIETAS  NUMURS", "Pabalsts", "Form", "payment_date", "Summa, EUR"), *ROWS)
    rows = tuple(tuple(f'"{cell}"' for cell in row) for row in rows)
    table = only(text(",", rows=rows).encode())
    assert cells(table) == list(ROWS)
    assert table.headings["cents"] == "Summa, EUR"


def test_headings_of_a_mapping_and_fixed_values() -> None:
    mapping = read_mapping(
        b'[payments.headings]\n"ID" = "Lietas numurs"\n"Kad" = "Izmaksas datums"\n"Cik" = "Summa"\n'
        b'[payments.fixed]\nbenefit_type = "gmi"\n',
        "m.toml",
    )
    rows = (("ID", "Kad", "Cik"), ("SP-1", "31.01.2023.", "5"))
    assert only(text(rows=rows).encode(), mapping=mapping).kind == "payments"
    with pytest.raises(errors.NoHeadings):
        only(text(rows=rows).encode())


def test_unknown_columns_are_named_and_not_kept() -> None:
    rows = ((*HEADINGS, "Uzvārds", "Personas kds"), (*ROWS[0], "Paraudziņš", "x"))
    table = only(text(rows=rows).encode())
    assert {note.params["heading"]: note.params.get("nearest") for note in table.notes} == {
        "Uzvārds": None,
        "Personas kds": "Personas kods",
    }
    assert "Paraudziņš" not in table.frame.to_csv()


def test_a_cell_without_a_heading_is_noticed_in_text() -> None:
    table = only(text(rows=(HEADINGS, (*ROWS[0], "", "lieks"), (*ROWS[1], ""))).encode())
    assert table.overfull == {2}


def test_names_are_cleaned_of_personal_codes() -> None:
    table = only(workbook(("000000-00000", [HEADINGS, *ROWS])), "izmaksas 00000000000.xlsx")
    assert (table.file, table.sheet) == ("izmaksas •••.xlsx", "•••")
    with pytest.raises(errors.FileMissing) as caught:
        read(Path("/nav/000000-00000.csv"))
    assert "000000" not in str(caught.value)


def test_nothing_of_a_table_is_shown_by_accident() -> None:
    assert "SP-1" not in repr(only(text().encode()))


# ── workbooks ────────────────────────────────────────────────────────────────────────────────────


def test_days_and_numbers_of_a_workbook_are_exact() -> None:
    rows = [HEADINGS, ("SP-1", 7, True, date(2023, 1, 31), 1234.56), (10101, "", "", datetime(2023, 1, 31, 9, 30), 0.1)]
    table = only(workbook(("Lapa", rows)), "a.xlsx")
    assert cells(table) == [
        ("SP-1", "7", "TRUE", "2023-01-31", "1234.56"),
        ("10101", "", "", "2023-01-31 09:30:00", "0.1"),
    ]


def test_fifteen_digits_as_a_spreadsheet_has_them() -> None:
    table = only(workbook(("Lapa", [HEADINGS, ("SP-1", "gmi", "", date(2023, 1, 31), 0.1 + 0.2)])), "a.xlsx")
    assert cells(table)[0][-1] == "0.3"
    assert only(workbook(("Lapa", [HEADINGS, (32000000000, "", "", "", 1e20)])), "a").frame.iloc[0, 0] == "32000000000"


def test_a_merged_title_and_several_sheets() -> None:
    book = openpyxl.load_workbook(
        io.BytesIO(
            workbook(
                ("Piezīmes", [("Šeit nekā nav",)]),
                ("Janvāris", [("Sociālais dienests",), (), HEADINGS, ROWS[0]]),
                ("Februāris", [HEADINGS, ROWS[1]]),
                ("Tukša", []),
            )
        )
    )
    book["Janvāris"].merge_cells("A1:E2")
    january, february = read(saved(book), "a.xlsx")
    assert (january.sheet, february.sheet) == ("Janvāris", "Februāris")
    assert cells(january) + cells(february) == list(ROWS)
    assert list(january.frame["row"]) == [4]
    assert [note.params["sheet"] for note in january.notes] == ["Piezīmes"]


def test_errors_and_formulas_without_results_are_no_empty_cells() -> None:
    rows = [HEADINGS, ("SP-1", "gmi", "#REF!", date(2023, 1, 31), "=1+1"), ("SP-2", "gmi", "", "#N/A", 5)]
    table = only(workbook(("Lapa", rows)), "a.xlsx")
    assert [row[2:] for row in cells(table)] == [("#REF!", "2023-01-31", "#FORMULA"), ("", "#N/A", "5")]


def test_an_open_document() -> None:
    row = "<table:table-row>{}</table:table-row>"
    cell = '<table:table-cell office:value-type="string"><text:p>{}</text:p></table:table-cell>'
    content = (
        '<office:document-content xmlns:office="urn:oasis:names:tc:opendocument:xmlns:office:1.0" '
        'xmlns:table="urn:oasis:names:tc:opendocument:xmlns:table:1.0" '
        'xmlns:text="urn:oasis:names:tc:opendocument:xmlns:text:1.0"><office:body><office:spreadsheet>'
        '<table:table table:name="Lapa">'
        + "".join(row.format("".join(cell.format(value) for value in values)) for values in (HEADINGS, *ROWS))
        + "</table:table></office:spreadsheet></office:body></office:document-content>"
    )
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w") as archive:
        archive.writestr("mimetype", "application/vnd.oasis.opendocument.spreadsheet")
        archive.writestr("META-INF/manifest.xml", "<manifest/>")
        archive.writestr("content.xml", content)
    table = only(target.getvalue(), "a.ods")
    assert cells(table) == list(ROWS)
    # The library does not tell errors of such files apart from empty cells: the clerk is told so.
    assert [note.reason for note in table.notes] == ["errors_unseen"]
    assert only(workbook(("Lapa", [HEADINGS, *ROWS])), "a.xlsx").notes == ()


# ── what cannot be read ──────────────────────────────────────────────────────────────────────────

OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600)
GOOD = text().encode()
BOOK = workbook(("Lapa", [HEADINGS, *ROWS]))
FAR = b'<row r="1048576"><c r="XFD1048576"><v>1</v></c></row></sheetData>'

DAMAGED = {
    "empty": (b"", errors.FileEmpty),
    "blank": (b" \r\n\r\n ", errors.FileEmpty),
    "NULs": (GOOD[:40] + bytes(9) + GOOD[40:], errors.NulInFile),
    "cut in a letter": (GOOD[: GOOD.index("ā".encode()) + 1], errors.BadEncoding),
    "a damaged letter": (text(rows=(HEADINGS, *ROWS * 9)).encode() + b"\xc4;;;;\r\n", errors.BadEncoding),
    "UTF-16 cut": (text().encode("utf-16")[:-1], errors.BadEncoding),
    "an open quote": (GOOD.replace(b"SP-1", b'"SP-1'), errors.OpenQuote),
    "no headings": (text(rows=ROWS).encode(), errors.NoHeadings),
    "one column": (GOOD.replace(b";", b"~"), errors.NoHeadings),
    "a column is missing": (text(rows=[row[:4] for row in (HEADINGS, *ROWS)]).encode(), errors.MissingColumns),
    "a heading twice": (text(rows=[(*row, row[0]) for row in (HEADINGS, *ROWS)]).encode(), errors.HeadingTwice),
    "an endless line": (GOOD + b";" * 500, errors.TooManyColumns),
    "PDF": (b"%PDF-1.7\n" + GOOD, errors.NotATable),
    "a web page": (b"<html><table><tr><td>1</td></tr></table></html>", errors.NotATable),
    "a zip of something": (repacked(BOOK, lambda parts: {"a.txt": b"a"}), errors.NotATable),
    "a cut workbook": (BOOK[: len(BOOK) // 2], errors.BrokenFile),
    "a beginning of a zip": (b"PK\x03\x04" + GOOD, errors.BrokenFile),
    "no workbook part": (
        repacked(BOOK, lambda parts: {n: p for n, p in parts.items() if n != "xl/workbook.xml"}),
        errors.BrokenFile,
    ),
    "cut XML": (sheet_changed(lambda part: part[: len(part) // 2]), errors.BrokenFile),
    "a cell at the end of the world": (
        sheet_changed(lambda part: part.replace(b"</sheetData>", FAR)),
        errors.BrokenFile,
    ),
    "macros": (repacked(BOOK, lambda parts: parts | {"xl/vbaProject.bin": b"x"}), errors.MacroWorkbook),
    "an old workbook with macros": (OLE + "Workbook_VBA_PROJECT".encode("utf-16-le"), errors.MacroWorkbook),
    "a password": (OLE + "EncryptedPackage".encode("utf-16-le"), errors.EncryptedWorkbook),
    "an old document": (OLE + "WordDocument".encode("utf-16-le"), errors.NotATable),
    "a broken old workbook": (OLE + "Workbook".encode("utf-16-le"), errors.BrokenFile),
    "a bomb": (sheet_changed(lambda part: part + b" " * 30_000_000), errors.ZipBomb),
    "other tables": (workbook(("Lapa", [("a", "b"), (1, 2)])), errors.NoHeadings),
}


@pytest.mark.parametrize("damage", DAMAGED)
def test_what_cannot_be_read_is_named(damage: str) -> None:
    content, error = DAMAGED[damage]
    with pytest.raises(error) as caught:
        read(content, "izmaksas.csv")
    assert type(caught.value) is error
    for language in LANGUAGES:
        sentence = caught.value.text(language)
        assert "izmaksas.csv" in sentence
        assert sentence.endswith(".")


def test_a_macro_workbook_is_refused_by_its_name() -> None:
    with pytest.raises(errors.MacroWorkbook):
        read(BOOK, "izmaksas.XLSM")


def test_a_large_sheet_is_refused_before_it_is_unpacked(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limits, "MOST_SHEET", 1000)
    monkeypatch.setattr(workbooks, "read_sheets", None)
    with pytest.raises(errors.SheetTooLarge):
        read(BOOK, "a.xlsx")


def test_a_large_file_is_refused_before_it_is_read(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_bytes(GOOD)
    monkeypatch.setattr(limits, "MOST_TEXT", 10)
    monkeypatch.setattr(Path, "read_bytes", None)
    with pytest.raises(errors.FileTooLarge):
        read(tmp_path / "a.csv")


def test_too_many_rows_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limits, "MOST_ROWS", 2)
    for content in (GOOD, BOOK):
        with pytest.raises(errors.TooManyRows):
            read(content, "a")


def test_a_workbook_that_takes_forever_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    def forever(*args, **kwargs):
        raise subprocess.TimeoutExpired("", 1)

    monkeypatch.setattr(subprocess, "run", forever)
    with pytest.raises(errors.BrokenFile):
        read(BOOK, "a.xlsx")


def test_a_file_that_cannot_be_opened(tmp_path: Path) -> None:
    with pytest.raises(errors.FileMissing):
        read(tmp_path / "nav.csv")
    with pytest.raises(errors.FileUnopened):
        read(tmp_path)
