"""The page on the quality of the data and the marks on the others: all well, something wrong, empty, real records."""

import csv
import io
from datetime import date

import openpyxl
import pytest
import streamlit as st
from streamlit.testing.v1 import AppTest

from data_access import check
from data_access.language import texts
from pages.parts import exports, section
from tests.infrastructure.case_database import Case
from tests.infrastructure.pages import COUNTING_PAGES, headlines, open_page, said, sections, shown

MARKED = {"overview", "day_centres"}  # pages whose subjects had an odd month in 2020


def plain(text: str) -> str:
    return text.replace("\u00a0", " ")


def table_under(app: AppTest, words: str) -> list[list[str]]:
    """The rows of the table under the first headline that has these words."""
    found = next(one for one in sections(app) if words in plain(one.headline))
    return [[plain(cell) for cell in row] for row in shown(found.table).to_numpy().tolist()]


def mark_of(app: AppTest) -> str:
    return plain(next((line for line in said(app).splitlines() if ":material/warning:" in line), ""))


@pytest.fixture
def full(monkeypatch: pytest.MonkeyPatch, demonstration_url: str) -> None:
    monkeypatch.setenv("DATABASE_URL", demonstration_url)


@pytest.fixture
def records(new_case) -> Case:
    """Payments of 2023 with a poor March and no May, three things wrong with two rows, and a load that was undone."""
    case = new_case("duckdb", "quality_page")
    home = case.household()
    for month, count in ((month, {3: 6, 5: 0}.get(month, 20)) for month in range(1, 13)):
        for number in range(count):
            territory = None if number == 0 else "ogre"
            case.payment(home, date(2023, month, 10), territory=territory)
    case.load("assistance", "2023-01-01", "2023-12-31")
    case.load("day_centres", "2023-01-01", "2023-12-31")
    case.rows["loads"][0] |= {"loaded_by": "grāmatvede"}
    case.rows["loads"][1] |= {"undone_by": "klientu nodaļa", "undone_at": case.rows["payments"][0]["payment_date"]}
    case.rows["load_subjects"][0] |= {"cents_before": 0, "cents_after": 206000}
    columns = ("kind", "file_name", "sheet")
    place = dict(zip(columns, ("payments", "maksajumi.csv", None), strict=True))
    why = texts("lv")
    for row, column, reason in ((4, "Summa", "zero"), (7, "Summa", "zero"), (7, "Izmaksas diena", "bad_date")):
        reason = why(f"loading.why.{reason}")
        case.log("rejected_rows", load_id=1, **place, row=row, column_name=column, value="=0", reason=reason)
    case.log("load_warnings", load_id=1, kind="payments", warning="Divas vienādas izmaksas: 2.", month=202304, count=2)
    file = {"kind": "payments", "file_hash": "0" * 64, "file_name": "maksajumi.csv"}
    case.log("load_files", load_id=1, **file, rows_read=208, rows_accepted=206, rows_rejected=2)
    return case


@pytest.fixture
def odd(monkeypatch: pytest.MonkeyPatch, records: Case) -> None:
    monkeypatch.setenv("DATABASE_URL", records.database.engine.url.render_as_string(hide_password=False))


# ── the demonstration ────────────────────────────────────────────────────────────────────────────


def test_of_a_good_year_the_verdict_is_one_line(full: None) -> None:
    app = open_page("quality", year="2023")
    [verdict] = app.success
    assert plain(verdict.value).replace("\\", "").startswith("2023. gadā dati ir pilnīgi")
    assert not app.warning


def test_of_the_year_of_the_pandemic_the_verdict_names_the_months(full: None) -> None:
    app = open_page("quality", year="2020")
    [verdict] = app.warning
    assert "2 brīdinājumi" in verdict.value
    assert "nav neviena ieraksta – 2020. gada aprīlis, 2020. gada maijs" in plain(verdict.value).replace("\\", "")
    assert [row[0] for row in table_under(app, "Visos gados")] == [
        f"Dienas centri, {month}"
        for month in ("2021. gada februāris", "2021. gada janvāris", "2020. gada maijs", "2020. gada aprīlis")
    ] + ["Dienas centri, 2020. gada marts"]
    assert {row[-1] for row in table_under(app, "Visos gados")} == {"Ārkārtējā situācija (2020. gads)"}


@pytest.mark.parametrize("page", COUNTING_PAGES)
def test_a_page_has_a_mark_where_the_period_of_its_subject_is_odd(full: None, page: str) -> None:
    assert mark_of(open_page(page, year="2023")) == ""
    assert ("Dienas centri: nav neviena ieraksta" in mark_of(open_page(page, year="2020"))) == (page in MARKED)
    if page != "overview":  # it shows whole years
        assert mark_of(open_page(page, year="2020", part="Q4")) == ""


def test_days_other_than_those_chosen_are_marked_at_their_section(full: None) -> None:
    """A section of all years stands under a page of a good one."""
    app = open_page("day_centres", year="2023", view="years")
    assert mark_of(app) == ""
    assert "Dienas centri: nav neviena ieraksta – 2020. gada aprīlis" in plain(said(app))
    whole = open_page("day_centres", year="2020", part="Q4", view="months")
    assert "Dienas centri: nav neviena ieraksta – 2020. gada aprīlis" in plain(said(whole))


def test_a_file_carries_the_warnings_of_its_days(full: None, monkeypatch: pytest.MonkeyPatch) -> None:
    sheets: list[exports.Sheet] = []
    monkeypatch.setattr(section, "_offer_files", lambda view, key, sheet, *rest: sheets.append(sheet))
    open_page("day_centres", year="2020")
    assert sheets
    for sheet in sheets:
        assert any("nav neviena ieraksta" in note for note in sheet.notes)
    sheets.clear()
    open_page("day_centres", year="2022")
    assert not any("ieraksta" in note for sheet in sheets for note in sheet.notes)


def test_every_known_contradiction_has_its_sentence_in_both_languages(full: None) -> None:
    """Whole sentences without the marks of the research that they come from."""
    known = check.contradictions()
    assert len(known) == 68
    for one in known:
        for language in ("lv", "en"):
            sentence = one.sentence(language)
            assert sentence.endswith("."), one.contradiction_id
            assert not {"[", "_", "="} & set(sentence), sentence
    app = open_page("quality", view="report")
    assert [one.sentence_lv for one in known] == [row[1] for row in shown(app.table[2]).to_numpy().tolist()]


# ── records with something wrong ─────────────────────────────────────────────────────────────────


def test_what_is_wrong_is_said_first_and_then_told(odd: None) -> None:
    app = open_page("quality", year="2023")
    [verdict] = app.warning
    text = plain(verdict.value).replace("\\", "")
    lines = [line for line in text.splitlines() if line.startswith("- ")]
    assert lines[0] == "- Pabalsti: nav neviena ieraksta – 2023. gada maijs."
    assert "- Pabalsti: mazāk nekā puse no parastā ierakstu skaita – 2023. gada marts (30 %)." in lines
    assert "- Pabalsti: 2 noraidītas rindas vēl nav izlabotas." in lines
    assert "2023. gadā ierakstu ir neparasti maz 2 mēnešos" in headlines(app)
    [row] = [row for row in table_under(app, "Pēdējoreiz") if row[0] == "Pabalsti"]
    assert row[1:3] == ["01.01.2023.", "31.12.2023."]
    assert row[-1] == "grāmatvede"


def test_loads_are_listed_with_sums_and_what_was_undone(odd: None) -> None:
    rows = {row[0]: row for row in table_under(open_page("quality", view="loads"), "ielādes")}
    assert rows["1. Pabalsti"][3:] == ["grāmatvede", "maksajumi.csv", "206", "2", "0", "1", "0,00 €", "2 060,00 €"]
    assert rows["1. Pabalsti"][1] == ""
    assert rows["2. Dienas centri"][1].startswith("Atsaukta ")
    assert rows["2. Dienas centri"][1].endswith("klientu nodaļa")


def test_open_rejected_rows_are_grouped_by_reason_and_offered_whole(odd: None, monkeypatch: pytest.MonkeyPatch) -> None:
    sheets: dict[str, exports.Sheet] = {}
    monkeypatch.setattr(section, "_offer_files", lambda view, key, sheet, *rest: sheets.update({key: sheet}))
    app = open_page("quality", view="loads")
    rows = table_under(app, "Vēl neizlabots: 2 noraidītas rindas")
    assert [row[:4] for row in rows] == [
        ["Summa ir nulle.", "2", "Izmaksas", "Summa"],
        ["Šis nav datums. Datumu raksta, piemēram, 31.12.2023.", "1", "Izmaksas", "Izmaksas diena"],
    ]
    assert rows[0][4] == "Ierakstiet summu vai izdzēsiet rindu."
    [row] = table_under(app, "Ielādējot pamanīts: 1 brīdinājums")
    assert row == ["2023. gada aprīlis", "Divas vienādas izmaksas: 2.", "Izmaksas", "2", "1"]
    _, page = openpyxl.load_workbook(io.BytesIO(exports.as_xlsx(sheets["every_rejected"]))).worksheets
    lines = [[cell.value for cell in line] for line in page.iter_rows()]
    wrong = [line for line in lines if line[0] == "maksajumi.csv"]
    assert [line[2:4] for line in wrong] == [["4", "Summa"], ["7", "Izmaksas diena"], ["7", "Summa"]]
    # A value that looks like a formula is none in the workbook, nor in the text.
    assert {line[4] for line in wrong} == {"'=0"}
    text = exports.as_csv(sheets["every_rejected"]).decode("utf-8-sig")
    assert {line[4] for line in csv.reader(io.StringIO(text), delimiter=";") if line[:1] == ["maksajumi.csv"]} == {
        "'=0"
    }


def test_reasons_are_in_the_visitors_language(odd: None) -> None:
    rows = table_under(open_page("quality", view="loads", lang="en"), "Not mended yet: 2 rejected rows")
    assert rows[0][:3] == ["The amount is zero.", "2", "Payments"]


def test_what_is_not_known_stands_with_its_share(odd: None) -> None:
    app = open_page("quality", year="2023", view="unknown")
    rows = {row[0]: row[1:] for row in table_under(app, "visbiežāk nav zināms")}
    assert rows["Izmaksu skaits: Pilsēta vai pagasts"] == ["5,3 %", "11", "–", "–"]  # 11 of 206


def test_a_page_marks_the_gravest_and_says_how_many_more(odd: None) -> None:
    app = open_page("benefits", year="2023")
    mark = mark_of(app).replace("\\", "")
    assert "Pabalsti: nav neviena ieraksta – 2023. gada maijs. Vēl 3 brīdinājumi." in mark
    assert "2023. gada marts (30 %)" in mark_of(open_page("benefits", year="2023", part="03"))


def test_of_years_for_which_nothing_is_published_it_is_said(new_case, monkeypatch: pytest.MonkeyPatch) -> None:
    case = new_case("duckdb", "quality_page_real")
    for subject in ("assistance", "status", "psychologists", "day_centres"):
        case.load(subject, "2025-01-01", "2025-12-31")
    case.payment(case.household(), "2025-05-05")
    monkeypatch.setenv("DATABASE_URL", case.database.engine.url.render_as_string(hide_password=False))
    app = open_page("quality", view="report")
    assert headlines(app) == ["Publicētu skaitļu par šo datu gadiem nav"]
    assert not app.table
    assert "nav ar ko salīdzināt" in app.info[0].value


# ── without records ──────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("view", ["summary", "loads", "unknown"])
@pytest.mark.parametrize("language", ["lv", "en"])
def test_an_empty_database_has_a_page_without_false_alarms(
    monkeypatch: pytest.MonkeyPatch, empty_url: str, view: str, language: str
) -> None:
    monkeypatch.setenv("DATABASE_URL", empty_url)
    st.cache_data.clear()
    app = open_page("quality", view=view, lang=language)
    assert not app.exception
    assert not app.error
    assert headlines(app)
