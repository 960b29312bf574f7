"""Damaged files: whatever is wrong with a file, there is a sentence, and the database is as it was."""

import hashlib
import io
import random
import zipfile
from collections import Counter
from collections.abc import Callable
from pathlib import Path

import openpyxl
import pytest
from sqlalchemy.engine import make_url

from data_access.loading.plan import NoFiles, plan
from data_access.migrations import migrate
from data_access.pointer import resolve
from tests.infrastructure.exports import ORDER, STYLES, TODAY, Service, Style

KEY = b"k" * 32
BIG = 20_000_000
THOUSAND = 1000  # damaged files in all
TOGETHER = 100  # damaged files in one load, as in a folder

Damage = Callable[[bytes, random.Random], bytes]


# ── ways to damage a file ────────────────────────────────────────────────────────────────────────


def cut(content: bytes, draw: random.Random) -> bytes:
    return content[: draw.randrange(len(content))]


def bytes_changed(content: bytes, draw: random.Random) -> bytes:
    changed = bytearray(content)
    for _ in range(draw.randrange(1, 20)):
        changed[draw.randrange(len(changed))] = draw.randrange(256)
    return bytes(changed)


def a_piece_missing(content: bytes, draw: random.Random) -> bytes:
    first = draw.randrange(len(content))
    return content[:first] + content[first + draw.randrange(1, 400) :]


def nul_bytes(content: bytes, draw: random.Random) -> bytes:
    place = draw.randrange(len(content))
    return content[:place] + b"\x00" * draw.randrange(1, 50) + content[place:]


def only_nul_bytes(content: bytes, draw: random.Random) -> bytes:
    return b"\x00" * len(content)


def noise(content: bytes, draw: random.Random) -> bytes:
    return draw.randbytes(draw.randrange(1, 5000))


def nothing(content: bytes, draw: random.Random) -> bytes:
    return b""


def text_of(content: bytes) -> str:
    return content.decode("utf-8")


def other_encoding(content: bytes, draw: random.Random) -> bytes:
    name = draw.choice(["utf-16", "utf-32", "utf-16-le", "cp1251", "cp437", "ascii", "shift_jis"])
    return text_of(content).encode(name, errors="replace")


def twice_encoded(content: bytes, draw: random.Random) -> bytes:
    return content.decode("cp1252", errors="replace").encode("utf-8")


def columns_swapped(content: bytes, draw: random.Random) -> bytes:
    heading, *lines = text_of(content).splitlines()
    cells = [line.split(";") for line in lines]
    a, b = draw.sample(range(len(heading.split(";"))), 2)
    for row in cells:
        row[a], row[b] = row[b], row[a]
    return "\r\n".join([heading, *(";".join(row) for row in cells)]).encode()


def cells_replaced(*values: str) -> Damage:
    def damage(content: bytes, draw: random.Random) -> bytes:
        heading, *lines = text_of(content).splitlines()
        cells = [line.split(";") for line in lines]
        for _ in range(draw.randrange(1, 10)):
            row = draw.choice(cells)
            row[draw.randrange(len(row))] = draw.choice(values)
        return "\r\n".join([heading, *(";".join(row) for row in cells)]).encode()

    return damage


def no_heading(content: bytes, draw: random.Random) -> bytes:
    return content.split(b"\r\n", 1)[1]


def heading_twice(content: bytes, draw: random.Random) -> bytes:
    return content.split(b"\r\n", 1)[0] + b"\r\n" + content


def other_separator(content: bytes, draw: random.Random) -> bytes:
    return content.replace(b";", draw.choice([b"|", b" ", b"~", b"::"]))


def open_quote(content: bytes, draw: random.Random) -> bytes:
    place = draw.randrange(len(content))
    return content[:place] + b'"' + content[place:]


def one_endless_line(content: bytes, draw: random.Random) -> bytes:
    return content.replace(b"\r\n", b";") * 20


def old_line_ends(content: bytes, draw: random.Random) -> bytes:
    return content.replace(b"\r\n", b"\r")


def another_format(content: bytes, draw: random.Random) -> bytes:
    return draw.choice(
        [
            b"\x89PNG\r\n\x1a\n" + content,
            b"%PDF-1.7\n" + content,
            b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + content,  # an old or encrypted workbook
            b"<html><body><table><tr><td>1</td></tr></table></body></html>",
            b'{"rows": []}',
            b"PK\x03\x04" + content,
            b"SQLite format 3\x00" + content,
        ]
    )


FORMULAS = ("=1+1", "=cmd|' /C calc'!A0", "+371", "@SUM(A1:A9)", '=HYPERLINK("http://x")', "-2+3")
EXCEL_ERRORS = ("#REF!", "#VALUE!", "#N/A", "#DIV/0!", "#NAME?", "########")
ODD_TEXTS = (
    *("🎉👨‍👩‍👧", "𝟙𝟚𝟛", "\u202e123", "\u0000", "１２", "٣", "NaN", "inf", "1e999", "-0", "\ufeff"),
    *("9" * 400, "a" * 70_000, "'; DROP TABLE payments; --"),
)
ODD_DAYS = ("32.13.2023.", "00.00.0000.", "29.02.2023.", "01.01.9999.", "01.01.0001.", "45291", "2023-1", "1.1.23")

OF_ANY = (cut, bytes_changed, a_piece_missing, nul_bytes, only_nul_bytes, noise, nothing, another_format)
OF_TEXT = (
    other_encoding,
    twice_encoded,
    columns_swapped,
    cells_replaced(*FORMULAS),
    cells_replaced(*EXCEL_ERRORS),
    cells_replaced(*ODD_TEXTS),
    cells_replaced(*ODD_DAYS),
    no_heading,
    heading_twice,
    other_separator,
    open_quote,
    one_endless_line,
    old_line_ends,
)


# ── workbooks ────────────────────────────────────────────────────────────────────────────────────


def part_changed(content: bytes, draw: random.Random) -> bytes:
    """One part of a workbook is damaged and the archive around it is whole."""
    return _rezipped(
        content, lambda names: draw.choice(names), lambda part: bytes_changed(part, draw) if part else b"x"
    )


def part_missing(content: bytes, draw: random.Random) -> bytes:
    return _rezipped(content, lambda names: draw.choice(names), lambda part: None)


def part_cut(content: bytes, draw: random.Random) -> bytes:
    return _rezipped(content, lambda names: draw.choice(names), lambda part: part[: len(part) // 2])


def macros(content: bytes, draw: random.Random) -> bytes:
    added = _with_part(content, "xl/vbaProject.bin", draw.randbytes(2000))
    return _rezipped(
        added,
        lambda names: "[Content_Types].xml",
        lambda part: part.replace(b"spreadsheetml.sheet.main+xml", b"ms-excel.sheet.macroEnabled.main+xml"),
    )


def zip_bomb(content: bytes, draw: random.Random) -> bytes:
    """Twenty kilobytes that unpack to twenty megabytes of one sheet, many times over."""
    heading, end = b'<worksheet><sheetData><row r="1"><c r="A1"><v>', b"</v></c></row></sheetData></worksheet>"
    bomb = heading + b"0" * (10 * BIG) + end
    return _rezipped(content, lambda names: next(n for n in names if "sheet1.xml" in n), lambda part: bomb)


def entities(content: bytes, draw: random.Random) -> bytes:
    """Entities that stand for entities: a few hundred bytes that stand for gigabytes."""
    levels = "".join(f'<!ENTITY a{n} "{f"&a{n - 1};" * 10}">' for n in range(1, 10))
    head = f'<!DOCTYPE worksheet [<!ENTITY a0 "aaaaaaaaaa">{levels}]>'.encode()
    return _rezipped(
        content,
        lambda names: next(n for n in names if "sheet1.xml" in n),
        lambda part: head + part.replace(b"<v>", b"<v>&a9;", 1),
    )


def workbook_cells(*values: object) -> Damage:
    def damage(content: bytes, draw: random.Random) -> bytes:
        book = openpyxl.load_workbook(io.BytesIO(content))
        for sheet in book:
            for _ in range(5):
                sheet.cell(draw.randrange(3, 10), draw.randrange(1, 7)).value = draw.choice(values)
        saved = io.BytesIO()
        book.save(saved)
        return saved.getvalue()

    return damage


def _rezipped(content: bytes, choose: Callable, change: Callable[[bytes], bytes | None]) -> bytes:
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    name = choose(sorted(parts))
    parts[name] = change(parts[name])
    return _zipped(parts)


def _with_part(content: bytes, name: str, part: bytes) -> bytes:
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        parts = {each: archive.read(each) for each in archive.namelist()}
    return _zipped(parts | {name: part})


def _zipped(parts: dict[str, bytes | None]) -> bytes:
    saved = io.BytesIO()
    with zipfile.ZipFile(saved, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, part in parts.items():
            if part is not None:
                archive.writestr(name, part)
    return saved.getvalue()


OF_WORKBOOK = (
    part_changed,
    part_missing,
    part_cut,
    macros,
    entities,
    workbook_cells(*FORMULAS),
    workbook_cells(*EXCEL_ERRORS),
    workbook_cells("🎉", 1e300, True, -1, 0.001, "Kopā"),
)


# ── the tests ────────────────────────────────────────────────────────────────────────────────────


@pytest.fixture(scope="module")
def service() -> Service:
    return Service(seed=7, homes=3, payments_a_month=1)


@pytest.fixture(scope="module")
def healthy(service: Service, tmp_path_factory: pytest.TempPathFactory) -> dict[str, bytes]:
    """Good files, by name."""
    folder = tmp_path_factory.mktemp("healthy")
    paths = service.write(folder, "csv") + service.write(folder, "xlsx") + service.write(folder, "workbook")
    return {path.name: path.read_bytes() for path in paths}


@pytest.fixture(scope="module")
def url(service: Service, tmp_path_factory: pytest.TempPathFactory) -> str:
    """A database that has the service's households and psychologists, so that good rows of any kind are accepted."""
    folder = tmp_path_factory.mktemp("case")
    url = f"duckdb:///{folder}/case.duckdb"
    migrate(make_url(url))
    plan(service.write(folder / "in", "csv", ["units", "members"]), url=url, key=KEY, today=TODAY).apply("Pārbaude")
    return url


def fingerprint(url: str) -> str:
    path = Path(make_url(url).database)
    names = sorted(entry.name for entry in path.parent.iterdir() if not entry.name.endswith(".lock"))
    return hashlib.sha256(resolve(path).read_bytes()).hexdigest() + str(names)


def outcomes(url: str, paths: list[Path], codes: set[str]) -> list[str]:
    """What happened to each of the files of one load; fails where there is no sentence, or one names a person."""
    before = fingerprint(url)
    planned = plan(paths, url=url, key=KEY, today=TODAY)
    assert fingerprint(url) == before
    unread = {name: error.text("lv") for name, error in planned.unread}
    rejected = set(planned.rejections["file"])
    assert all(part.rejected == 0 or part.file in rejected for part in planned.parts)
    said = [*unread.values(), *(warning.text() for warning in planned.warnings), *planned.why_rejected("lv")]
    assert all(sentence.strip() for sentence in said)
    assert len(planned.why_rejected("lv")) >= bool(rejected)
    for code in codes:
        assert code not in "\n".join(said)
        assert code.replace("-", "") not in "\n".join(said)
    return ["unread" if path.name in unread else "rejected" if path.name in rejected else "accepted" for path in paths]


def damaged(number: int, healthy: dict[str, bytes]) -> tuple[str, bytes]:
    """The name and the content of one damaged file, drawn by its number."""
    draw = random.Random(number)
    kind = draw.choice(ORDER)
    workbook = draw.random() < 0.35
    name = draw.choice([f"{kind}.xlsx", "eksports.xlsx"]) if workbook else f"{kind}.csv"
    damage = draw.choice(OF_ANY + (OF_WORKBOOK if workbook else OF_TEXT))
    if draw.random() < 0.05:
        name = name.replace(".xlsx", ".csv") if workbook else name.replace(".csv", ".xlsx")
        content = healthy[f"{kind}.xlsx" if workbook else f"{kind}.csv"]
    else:
        content = healthy[name]
    return name, damage(content, draw)


@pytest.mark.parametrize("first", range(0, THOUSAND, TOGETHER))
def test_damaged_files_end_in_sentences_and_an_unchanged_database(
    first: int, healthy: dict[str, bytes], url: str, service: Service, tmp_path: Path
) -> None:
    paths = []
    for number in range(first, first + TOGETHER):
        name, content = damaged(number, healthy)
        paths.append(tmp_path / f"{number}-{name}")
        paths[-1].write_bytes(content)
    happened = Counter(outcomes(url, paths, service.codes))
    assert happened.total() == TOGETHER
    assert happened["accepted"] < TOGETHER / 2, happened
    assert happened["rejected"] > TOGETHER / 10, happened
    assert happened["unread"] > TOGETHER / 10, happened


def test_a_good_file_is_accepted(healthy: dict[str, bytes], url: str, service: Service, tmp_path: Path) -> None:
    for name in ("payments.csv", "payments.xlsx", "eksports.xlsx"):
        (tmp_path / name).write_bytes(healthy[name])
        assert outcomes(url, [tmp_path / name], service.codes) == ["accepted"]


def test_a_zip_bomb_is_refused(healthy: dict[str, bytes], url: str, service: Service, tmp_path: Path) -> None:
    path = tmp_path / "bomb.xlsx"
    path.write_bytes(zip_bomb(healthy["payments.xlsx"], random.Random(1)))
    assert path.stat().st_size < 500_000
    assert outcomes(url, [path], service.codes) == ["unread"]


def test_a_file_that_is_not_there_is_said_so(url: str, tmp_path: Path) -> None:
    assert outcomes(url, [tmp_path / "nav.csv"], set()) == ["unread"]
    (tmp_path / "tukša").mkdir()
    before = fingerprint(url)
    with pytest.raises(NoFiles, match="tukša"):
        plan([tmp_path / "tukša"], url=url, key=KEY, today=TODAY)
    assert fingerprint(url) == before


@pytest.mark.parametrize("style", STYLES, ids=range(len(STYLES)))
def test_swapped_personal_codes_are_shown_to_nobody(style: Style, url: str, service: Service, tmp_path: Path) -> None:
    """Codes in the wrong column: in the one of towns, of amounts, of days."""
    [path] = service.write(tmp_path, "csv", ["members"], style)
    lines = path.read_text(encoding=style.encoding).splitlines()
    start = next(number for number, line in enumerate(lines) if line.count(style.separator) > 5)
    for shift in range(1, 11):
        rows = [line.split(style.separator) for line in lines[start + 1 :]]
        rotated = [style.separator.join(row[shift:] + row[:shift]) for row in rows]
        path.write_text("\r\n".join([*lines[: start + 1], *rotated]), encoding=style.encoding)
        assert outcomes(url, [path], service.codes) != ["accepted"]
