"""From random cases to files and into a database: what is counted there is what was made up."""

import csv
import io
import logging
import subprocess
import sys
import threading
from collections import Counter
from collections.abc import Callable
from pathlib import Path

import openpyxl
import pytest
import sqlalchemy
from sqlalchemy.engine import make_url

from data_access import DataAccessError, Question, open_database, schema
from data_access.__main__ import main
from data_access.loading.applying import ChangedMeanwhile, undo
from data_access.loading.plan import Plan, plan
from tests.infrastructure.exports import ORDER, STYLES, TODAY, Service, Style, spoken
from tests.infrastructure.slow_answers import slow_answer

KEY = b"0123456789abcdef0123456789abcdef"  # pragma: allowlist secret

QUESTIONS = (
    (("spend", "payments", "households_assisted"), ("benefit_type",), {}),
    (("spend", "persons_assisted"), ("month",), {}),
    (("households_assisted",), ("territory", "status"), {}),
    (("recipients",), ("sex",), {}),
    (("spend",), ("form",), {"population": ["ukraine_civilians"]}),
    (("households_with_status", "persons_with_status"), ("status", "territory"), {}),
    (("statuses_granted", "statuses_renewed", "statuses_ended"), ("month",), {}),
    (("consultations", "psychologist_clients"), ("problem_area",), {}),
    (("consultations",), ("workload", "attendance"), {}),
    (("visits", "visitors"), ("branch", "age_group"), {}),
    (("visits",), ("service_activity",), {}),
)


@pytest.fixture(params=[pytest.param("duckdb"), pytest.param("postgresql", marks=pytest.mark.postgres)])
def new_url(request: pytest.FixtureRequest, migrated_copy, tmp_path: Path) -> Callable[[], str]:
    """Makes empty databases of one engine."""
    (tmp_path / "case").mkdir()
    return lambda: migrated_copy(request.param, tmp_path / "case")


def planned(url: str, paths, **options) -> Plan:
    return plan(list(paths), url=url, key=KEY, today=TODAY, **options)


def load(url: str, paths) -> Plan:
    ready = planned(url, paths)
    assert ready.why_rejected("lv") == []
    assert ready.unread == []
    ready.apply("Pārbaude")
    return ready


def assert_counts_what_was_made_up(url: str, service: Service) -> None:
    database = open_database(url)
    rows = service.rows()
    for measures, by, where in QUESTIONS:
        question = Question.of(measures, 2023, by, where)
        answer = database.ask(question)
        found = {
            tuple(row[name] for name in by): {code: _plain(row[code]) for code in measures}
            for row in answer.frame.to_dict("records")
        }
        assert found == slow_answer(rows, question), (measures, by)


def _plain(value):
    return None if value is None or value != value else int(value)


def contents(url: str) -> dict[str, Counter]:
    """Every row of every table that is counted, without the numbers of loads."""
    engine = sqlalchemy.create_engine(
        make_url(url), **({"connect_args": {"read_only": True}} if url.startswith("duckdb") else {})
    )
    with engine.connect() as connection:
        found = {
            table.name: Counter(tuple(map(str, row)) for row in connection.execute(sqlalchemy.select(*table.c)))
            for table in schema.LOADED
        }
    engine.dispose()
    return found


@pytest.mark.parametrize("how", ["csv", "xlsx", "workbook"])
def test_what_is_loaded_equals_what_was_made_up(new_url, how: str, tmp_path: Path) -> None:
    service = Service(seed=["csv", "xlsx", "workbook"].index(how) + 11)
    url = new_url()
    load(url, service.write(tmp_path, how))
    assert_counts_what_was_made_up(url, service)


@pytest.mark.parametrize("style", range(len(STYLES)))
def test_every_way_of_writing_a_table_is_read(new_url, style: int, tmp_path: Path) -> None:
    service = Service(seed=40 + style, homes=10, payments_a_month=5)
    url = new_url()
    load(url, service.write(tmp_path, "csv", style=STYLES[style]))
    assert_counts_what_was_made_up(url, service)


def test_a_month_after_a_month(new_url, tmp_path: Path) -> None:
    """Households first, then a file of each month's payments, and what is left of the year in one."""
    service = Service(seed=21, homes=10, payments_a_month=6)
    url = new_url()
    load(url, service.write(tmp_path / "base", "csv", [kind for kind in ORDER if kind != "payments"]))
    whole = service.payments
    for months in ((1,), (2,), (3,), range(4, 13)):
        service.payments = [row for row in whole if row["payment_date"].month in months]
        load(url, service.write(tmp_path / str(months[0]), "csv", ["payments"]))
    service.payments = whole
    assert_counts_what_was_made_up(url, service)


def assert_paid(url: str, service: Service) -> None:
    paid = sum(row["cents"] for row in service.payments)
    assert open_database(url).ask(Question.of("spend", 2023)).value() == paid


def test_the_same_files_again_change_nothing(new_url, tmp_path: Path) -> None:
    service = Service(seed=3)
    url = new_url()
    paths = service.write(tmp_path, "csv")
    load(url, paths)
    before = contents(url)
    again = planned(url, paths)
    assert again.empty
    assert sorted(again.already_loaded) == sorted(path.name for path in paths)
    with pytest.raises(DataAccessError):
        again.apply("Pārbaude")
    assert contents(url) == before


def test_a_corrected_month_replaces_that_month_and_can_be_undone(new_url, tmp_path: Path) -> None:
    service = Service(seed=4)
    url = new_url()
    load(url, service.write(tmp_path / "first", "csv"))
    before = contents(url)
    first = {str(row[0]) for row in before["payments"]}

    old = [row for row in service.payments if row["payment_date"].month == 5]
    service.correct(5)
    new = [row for row in service.payments if row["payment_date"].month == 5]
    whole, service.payments = service.payments, new
    [path] = service.write(tmp_path / "second", "csv", ["payments"])
    service.payments = whole

    ready = planned(url, [path])
    [change] = ready.changes
    assert change.replaced == ("2023-05",)
    assert (change.rows_before, change.rows_after) == (len(old), len(new))
    assert (change.cents_before, change.cents_after) == tuple(sum(row["cents"] for row in rows) for rows in (old, new))
    ready.apply("Pārbaude")
    assert_counts_what_was_made_up(url, service)
    after = contents(url)
    kept = before["payments"] & after["payments"]
    assert sum(kept.values()) == sum(before["payments"].values()) - len(old)
    assert first

    undo(url, who="Pārbaude")
    assert contents(url) == before


def test_files_that_share_a_month_with_a_corrected_one_are_loaded_with_it(new_url, tmp_path: Path) -> None:
    """May stands in two files and June in two: to correct one of the first takes all three, and loses no euro."""
    service = Service(seed=6)
    url = new_url()

    def files(folder: str) -> list[Path]:
        whole, paths = service.payments, []
        may = [row for row in whole if row["payment_date"].month == 5]
        june = [row for row in whole if row["payment_date"].month == 6]
        rest = [row for row in whole if row["payment_date"].month not in (5, 6)]
        parts = {"one": may[::2] + rest, "two": may[1::2] + june[::2], "three": june[1::2]}
        for name, service.payments in parts.items():
            paths += service.write(tmp_path / folder / name, "csv", ["payments"])
        service.payments = whole
        return paths

    load(url, [*service.write(tmp_path / "base", "csv", ["members", "statuses"]), *files("first")])
    assert_paid(url, service)
    next(row for row in service.payments if row["payment_date"].month == 5)["cents"] += 100
    ready = planned(url, files("second"))
    assert ready.already_loaded == []
    assert [warning.reason for warning in ready.warnings if warning.reason == "fewer_rows"] == []
    ready.apply("Pārbaude")
    assert_paid(url, service)

    # Alone it would take the other half of May with it, which is said before.
    next(row for row in service.payments if row["payment_date"].month == 5)["cents"] += 100
    alone = planned(url, files("third")[:1])
    [fewer] = [warning for warning in alone.warnings if warning.reason == "fewer_rows"]
    may = sum(row["payment_date"].month == 5 for row in service.payments)
    assert (fewer.month, fewer.count, fewer.params["before"]) == (202305, (may + 1) // 2, may)


def test_undoing_everything_leaves_an_empty_database(new_url, tmp_path: Path) -> None:
    service = Service(seed=5, homes=6, payments_a_month=3)
    url = new_url()
    before = contents(url)
    load(url, service.write(tmp_path, "workbook"))
    undo(url, who="Pārbaude")
    assert contents(url) == before


def test_of_two_loads_planned_at_once_the_second_is_told(new_url, tmp_path: Path) -> None:
    first, second = Service(seed=6, homes=5), Service(seed=8, homes=6)
    url = new_url()
    plans = [planned(url, service.write(tmp_path / str(service.seed), "csv")) for service in (first, second)]
    outcomes: list[object] = [None, None]
    start = threading.Barrier(2)

    def run(number: int) -> None:
        start.wait()
        try:
            outcomes[number] = plans[number].apply("Pārbaude")
        except DataAccessError as error:
            outcomes[number] = error

    threads = [threading.Thread(target=run, args=(number,)) for number in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    failed = [number for number in range(2) if isinstance(outcomes[number], DataAccessError)]
    assert len(failed) == 1
    assert_counts_what_was_made_up(url, (first, second)[1 - failed[0]])
    with pytest.raises(ChangedMeanwhile):
        plans[failed[0]].apply("Pārbaude")


# ── what is rejected ─────────────────────────────────────────────────────────────────────────────


def spoilt(path: Path, heading: str, value: str, rows: range) -> None:
    with path.open(encoding="utf-8", newline="") as file:
        table = list(csv.reader(file, delimiter=";"))
    place = table[0].index(heading)
    for number in rows:
        table[number][place] = value
    with path.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file, delimiter=";").writerows(table)


def test_rejected_rows_come_as_a_workbook_and_can_be_mended(new_url, tmp_path: Path) -> None:
    service = Service(seed=9)
    url = new_url()
    paths = service.write(tmp_path, "csv")
    heading = next(c.heading for c in kind_columns("payments") if c.name == "cents")
    spoilt(tmp_path / "payments.csv", heading, "=1+1", range(3, 6))
    ready = planned(url, paths)
    assert ready.rows_rejected == 3
    [part] = [part for part in ready.parts if part.kind == "payments"]
    assert (part.read, part.accepted, part.rejected) == (len(service.payments), len(service.payments) - 3, 3)
    result = ready.apply("Pārbaude")

    target = tmp_path / "noraidītās.xlsx"
    ready.write_rejected(target, "lv", result.load_id)
    book = openpyxl.load_workbook(target)
    listed = list(book.worksheets[0].iter_rows(values_only=True))
    assert [row[:3] for row in listed[1:]] == [("payments.csv", None, number + 1) for number in range(3, 6)]
    assert all(cell.data_type != "f" for sheet in book for row in sheet.iter_rows() for cell in row)
    assert not any(code in target.read_bytes().decode("latin-1") for code in service.codes)

    # The clerk writes amounts and what stands for persons and households.
    sheet = book.worksheets[1]
    headings = [cell.value for cell in sheet[1]]
    exported = service.exported("payments")
    for line, number in enumerate(range(3, 6), start=2):
        row = exported[number - 1]
        for name in ("cents", "household_key", "person_key"):
            column = next(c.heading for c in kind_columns("payments") if c.name == name)
            value = row[name] / 100 if name == "cents" else row[name]
            sheet.cell(line, headings.index(column) + 1).value = value
    book.save(tmp_path / "labots.xlsx")
    mended = planned(url, [tmp_path / "labots.xlsx"])
    assert mended.rows_rejected == 0
    assert mended.mends == result.load_id
    mended.apply("Pārbaude")
    assert_counts_what_was_made_up(url, service)


def kind_columns(kind: str):
    from data_access.loading.kinds import KINDS

    return KINDS[kind].columns


@pytest.mark.parametrize("how", ["right", "one cent more", "a row rejected", "words"])
def test_a_total_that_is_not_that_of_the_rows_is_a_warning(clerk, tmp_path: Path, how: str) -> None:
    url, folder = clerk
    service = Service(seed=12, homes=5, payments_a_month=3)
    service.write(tmp_path / "with_total", "csv", ["payments"], style=Style(total=True, separator=";"))
    path = tmp_path / "with_total" / "payments.csv"
    whole = sum(row["cents"] for row in service.payments)
    right, wrong = spoken(whole), {"one cent more": spoken(whole + 1), "words": "divi"}.get(how, spoken(whole))
    text = path.read_text(encoding="utf-8")
    assert text.rstrip().endswith(right)
    path.write_text(text.rstrip().removesuffix(right) + wrong + "\n", encoding="utf-8")
    if how == "a row rejected":
        spoilt(path, next(c.heading for c in kind_columns("payments") if c.name == "payment_date"), "x", range(1, 2))
    ready = planned(url, [folder / "units.csv", folder / "members.csv", path])
    assert ready.rows_rejected == (how == "a row rejected")
    said = [warning.text().replace("\u00a0", "") for warning in ready.warnings if warning.reason == "other_total"]
    expected = (
        "Failā „payments.csv” kopsummas rindā ir {} €, bet rindu summa ir {} €. Pārbaudiet, vai failā ir visas rindas."
    )
    assert said == ([expected.format(wrong, right)] if how == "one cent more" else [])


# ── personal codes ───────────────────────────────────────────────────────────────────────────────


def test_no_personal_code_is_on_any_disk_we_write(new_url, tmp_path: Path, caplog, capsys) -> None:
    service = Service(seed=10)
    url = new_url()
    exports = service.write(tmp_path / "in", "csv")
    spoilt(
        tmp_path / "in" / "payments.csv",
        next(c.heading for c in kind_columns("payments") if c.name == "cents"),
        "x",
        range(1, 9),
    )
    with caplog.at_level(logging.DEBUG):
        ready = planned(url, exports)
        result = ready.apply("Pārbaude")
        ready.write_rejected(tmp_path / "rejected.xlsx", "lv", result.load_id)
    written = [repr(ready), caplog.text, *capsys.readouterr()]
    files = [tmp_path / "rejected.xlsx"]
    if url.startswith("duckdb"):
        files += [path for path in Path(make_url(url).database).parent.iterdir() if path.is_file()]
    written += [path.read_bytes().decode("latin-1") for path in files]
    written += [cell for path in files if path.suffix == ".xlsx" for cell in cells(path)]
    written += [repr(rows) for rows in everything(url)]
    whole = "\n".join(written)
    for code in service.codes:
        assert code not in whole
        assert code.replace("-", "") not in whole


def cells(path: Path):
    for sheet in openpyxl.load_workbook(path):
        for row in sheet.iter_rows(values_only=True):
            yield from (str(value) for value in row if value is not None)


def everything(url: str):
    options = {"connect_args": {"read_only": True}} if url.startswith("duckdb") else {}
    engine = sqlalchemy.create_engine(make_url(url), **options)
    with engine.connect() as connection:
        for table in schema.metadata.tables.values():
            yield connection.execute(sqlalchemy.select(table)).all()
    engine.dispose()


# ── the command line ─────────────────────────────────────────────────────────────────────────────


@pytest.fixture
def clerk(tmp_path: Path, migrated_copy, monkeypatch) -> tuple[str, Path]:
    """An empty DuckDB database and a folder of exports; the key comes from the environment."""
    (tmp_path / "db").mkdir()
    url = migrated_copy("duckdb", tmp_path / "db")
    Service(seed=12, homes=5, payments_a_month=3).write(tmp_path / "in", "csv")
    (tmp_path / "person.key").write_text(KEY.hex())
    monkeypatch.setenv("PERSON_KEY_FILE", str(tmp_path / "person.key"))
    return url, tmp_path / "in"


def test_the_command_line_loads_a_folder(clerk, capsys) -> None:
    url, folder = clerk
    assert main(["load", str(folder), "--database", url, "--dry-run"]) == 0
    assert "datubāze nav mainīta" in capsys.readouterr().out
    assert not any(contents(url)["payments"])
    assert main(["load", str(folder), "--database", url]) == 1  # nobody to ask
    assert not any(contents(url)["payments"])
    assert main(["load", str(folder), "--database", url, "--yes", "--who", "Pārbaude"]) == 0
    assert "Ielādes numurs: 1" in capsys.readouterr().out
    assert sum(contents(url)["payments"].values()) == 36
    assert main(["load", str(folder), "--database", url, "--yes"]) == 0
    assert "Nav nekā jauna" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("said", "loaded"), [("jā\n", True), ("j\n", True), ("nē\n", False), ("\n", False), ("", False)]
)
def test_a_clerk_is_asked(clerk, monkeypatch, said: str, loaded: bool) -> None:
    url, folder = clerk
    terminal = io.StringIO(said)
    terminal.isatty = lambda: True
    monkeypatch.setattr(sys, "stdin", terminal)
    assert main(["load", str(folder), "--database", url]) == (0 if loaded else 1)
    assert bool(contents(url)["payments"]) == loaded


def test_rejected_rows_make_the_exit_code_and_the_list(clerk, tmp_path: Path) -> None:
    url, folder = clerk
    heading = next(c.heading for c in kind_columns("payments") if c.name == "cents")
    spoilt(folder / "payments.csv", heading, "0", range(1, 3))
    target = tmp_path / "rejected.xlsx"
    assert main(["load", str(folder), "--database", url, "--yes", "--rejected", str(target)]) == 1
    assert openpyxl.load_workbook(target).worksheets[0].max_row == 3
    assert sum(contents(url)["payments"].values()) == 34


def test_a_wrong_word_ends_with_two(clerk) -> None:
    command = [sys.executable, "-m", "data_access", "load"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 2
    assert "Komanda nav saprasta" in done.stderr


def test_templates_are_loadable_files(tmp_path: Path) -> None:
    assert main(["templates", str(tmp_path)]) == 0
    assert {path.suffix for path in tmp_path.iterdir()} >= {".csv", ".xlsx"}
