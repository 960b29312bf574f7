"""A file of which every row is rejected is remembered, found again and mended; nothing else of the database changes."""

from pathlib import Path

import openpyxl
import pytest

from data_access import Question, open_database, schema
from data_access.__main__ import main
from data_access.loading.applying import NothingToLoad, undo
from data_access.loading.kinds import KINDS
from data_access.loading.plan import Plan, plan
from tests.infrastructure.exports import TODAY, Service, Style
from tests.infrastructure.loading import everything, rows_of

KEY = b"k" * 32
SPEND = Question.of("spend", 2023)


@pytest.fixture
def service(tmp_path: Path) -> Service:
    return Service(seed=61, homes=3, payments_a_month=2, months=(1, 2))


def planned(url: str, *files: Path) -> Plan:
    return plan(list(files), url=url, key=KEY, today=TODAY)


def spoilt(service: Service, folder: Path) -> Path:
    """Payments without a single amount."""
    [path] = service.write(folder, "csv", ["payments"], style=Style(amount=lambda cents: "x"))
    return path


def open_rows(url: str) -> list[tuple]:
    c = schema.rejected_rows.c
    rows = rows_of(url, c.load_id, c.file_name, c.row, c.resolved_by, c.column_name)
    return [row[:3] for row in rows if row[3] is None]


def test_what_was_rejected_whole_is_open_until_its_file_comes_mended(
    loading_url: str, service: Service, tmp_path: Path
) -> None:
    planned(loading_url, *service.write(tmp_path / "base", "csv", ["members", "statuses"])).apply("A")
    before, loaded_at = everything(loading_url), open_database(loading_url).as_of
    wrong = spoilt(service, tmp_path / "wrong")
    ready = planned(loading_url, wrong)
    assert (ready.empty, ready.all_rejected, ready.changes) == (False, True, [])
    assert ready.apply("A").load_id == 2
    assert open_rows(loading_url) == [(2, "payments.csv", row) for row in (2, 3, 4, 5)]
    assert everything(loading_url) == before
    database = open_database(loading_url)
    assert database.as_of == loaded_at  # nothing is fresher
    assert "assistance" not in database.coverage

    again = planned(loading_url, wrong)
    assert again.empty
    assert again.already_loaded == ["payments.csv"]
    with pytest.raises(NothingToLoad):
        again.apply("A")
    [right] = service.write(tmp_path / "right", "csv", ["payments"])
    planned(loading_url, right).apply("A")
    assert open_rows(loading_url) == []
    assert open_database(loading_url).ask(SPEND).value() == sum(row["cents"] for row in service.payments)
    undo(loading_url, who="A")
    undo(loading_url, who="A")
    assert everything(loading_url) == before
    assert planned(loading_url, wrong).all_rejected  # undone, it is news again


def test_a_row_that_is_mended_wrongly_is_open_once(loading_url: str, service: Service, tmp_path: Path) -> None:
    planned(loading_url, *service.write(tmp_path / "base", "csv", ["members"])).apply("A")
    ready = planned(loading_url, spoilt(service, tmp_path / "wrong"))
    load = ready.apply("A").load_id
    amounts = [row["cents"] / 100 for row in service.payments]
    # One amount is mended, one is wrong in another way and two are not looked at; then all of them are right.
    first = mended(ready, service, tmp_path / "first.xlsx", load, [amounts[0], 0, None, None])
    ready = planned(loading_url, first)
    assert (ready.mends, ready.rows_rejected) == (load, 3)
    load = ready.apply("A").load_id
    assert open_rows(loading_url) == [(load, "first.xlsx", row) for row in (3, 4, 5)]
    second = mended(ready, service, tmp_path / "second.xlsx", load, amounts[1:])
    ready = planned(loading_url, second)
    assert (ready.mends, ready.rows_rejected) == (load, 0)
    ready.apply("A")
    assert open_rows(loading_url) == []
    assert open_database(loading_url).ask(SPEND).value() == sum(row["cents"] for row in service.payments)
    undo(loading_url, who="A")
    assert open_rows(loading_url) == [(load, "first.xlsx", row) for row in (3, 4, 5)]


def mended(ready: Plan, service: Service, path: Path, load_id: int, amounts: list) -> Path:
    """The list of rejected rows, as a clerk sends it back: with amounts, and with what stands for persons."""
    ready.write_rejected(path, "lv", load_id)
    book = openpyxl.load_workbook(path)
    sheet = book.worksheets[1]
    place = {cell.value: cell.column for cell in sheet[1]}
    heading = {column.name: column.heading for column in KINDS["payments"].columns}
    rows = service.exported("payments")[-len(amounts) :]
    for number, (row, amount) in enumerate(zip(rows, amounts, strict=True), start=2):
        sheet.cell(number, place[heading["cents"]]).value = amount
        for name in ("household_key", "person_key"):
            sheet.cell(number, place[heading[name]]).value = row[name]
    book.save(path)
    return path


def test_the_command_line_says_that_only_a_list_is_kept(
    loading_url: str, service: Service, tmp_path: Path, monkeypatch, capsys
) -> None:
    monkeypatch.setenv("PERSON_KEY_FILE", str(tmp_path / "person.key"))
    wrong = spoilt(service, tmp_path / "wrong")
    assert main(["load", str(wrong), "--database", loading_url, "--yes"]) == 1
    said = " ".join(capsys.readouterr().out.split())
    assert "Visas rindas ir noraidītas" in said
    assert "Noraidīto rindu saraksts ir saglabāts" in said
    assert len(open_rows(loading_url)) == 4
