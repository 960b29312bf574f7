"""The page of the annual report: its files, the published report beside it, its checks; and what the council sees."""

import io
from collections.abc import Iterator

import docx
import pytest
from streamlit.testing.v1 import AppTest

from data_access import Database, check, open_database
from pages.parts import annual_report
from tests.infrastructure.pages import headlines, open_page, said, sections, shown


@pytest.fixture(autouse=True)
def full(monkeypatch: pytest.MonkeyPatch, demonstration_url: str) -> None:
    monkeypatch.setenv("DATABASE_URL", demonstration_url)


@pytest.fixture
def files(monkeypatch: pytest.MonkeyPatch) -> Iterator[dict[str, bytes]]:
    """The files that the page offers, made when it is told."""
    made = {}
    offer = annual_report.st.download_button

    def watched(label: str, data, **more):
        if more["key"].startswith("report_docx"):
            made[more["file_name"]] = data()
        return offer(label, data=data, **more)

    monkeypatch.setattr(annual_report.st, "download_button", watched)
    return made


def tables(app: AppTest) -> list[list[list[str]]]:
    return [[list(frame.columns), *frame.to_numpy().tolist()] for frame in map(shown, app.table)]


def test_the_page_offers_the_report_and_holds_it_against_the_published_one(files: dict[str, bytes]) -> None:
    app = open_page("report", chapter="housing")
    assert not app.exception
    first, published, checks = headlines(app)
    assert "tabulas – 21" in first
    assert "sakrīt 452 skaitļi, zināmas pretrunas – 28, atšķiras 0" in published
    assert "visas pārbaudes izpildās" in checks
    [(name, content)] = files.items()
    assert name == "ogres_novada_sociala_dienesta_2023_gada_parskats_ieksejai_lietosanai.docx"
    assert docx.Document(io.BytesIO(content)).paragraphs[0].text.startswith("Ogres novada Sociālā dienesta 2023.")
    lines = tables(app)[0]
    # Report: 7809 of 1356 persons of pension age, which is a slip; the other groups leave 709.
    [slip] = [line for line in lines if line[0] == "pensijas vecuma personas"]
    assert slip[1:4] == ["7\u00a0809", "709", "Zināma pretruna"]
    assert len(lines) == 1 + sum(one.chapter == "housing" for one in check.check(open_database()))
    assert sections(app)[0].files == ["Dokuments (DOCX)", "Darbgrāmata (XLSX)"]


def test_the_council_gets_its_own_report_and_no_single_figures(
    files: dict[str, bytes], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Database, "years", property(lambda self: [2023, 2022]))  # see tests/test_report.py
    app = open_page("report", audience="council", lang="en")
    assert not app.exception
    [(name, content)] = files.items()
    assert "council" in name
    header = docx.Document(io.BytesIO(content)).sections[0].header.paragraphs[0].text
    assert header == "Demonstrācijas dati · Domei un sabiedrībai"
    assert "7\u00a0809" not in str(tables(app))
    assert "for internal use only" in said(app)
    assert "Checks of exact figures that the council is not shown:" in said(app)


def test_a_year_without_a_published_report_says_so() -> None:
    app = open_page("report", year="2021")
    assert not app.exception
    assert "2021" in headlines(app)[0]
    assert "salīdzināt nav ar ko" in said(app)
