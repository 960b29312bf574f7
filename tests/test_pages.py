"""Every page, run as a visitor would open it: with all data, with none, and with the database gone."""

import csv
import functools
import itertools
import json
import re
import shutil
import tempfile
from collections.abc import Callable, Iterator
from decimal import Decimal
from pathlib import Path

import plotly.graph_objects as go
import pytest
import sqlalchemy
import streamlit as st
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as strategies_of
from streamlit.testing.v1 import AppTest

from data_access import Answer, Database, DataChanged, Question, open_database
from data_access.language import texts
from data_access.pointer import resolve
from tests.infrastructure.case_database import SUBJECTS, PostgreSQLCase, make_tables
from tests.infrastructure.demonstration import EMPTY_DAYS
from tests.infrastructure.pages import (
    COUNTING_PAGES,
    FILTERED_PAGES,
    LANGUAGES,
    PAGES,
    REPOSITORY,
    WORDS,
    go_to,
    heading_levels,
    headlines,
    open_page,
    registered_pages,
    said,
    sections,
    shown,
)
from tests.infrastructure.postgres import PostgresServer
from tests.infrastructure.views import VIEWS, name_of

NUMBER_ON_CHART = {"lv": r"(\d+)\. atzīme diagrammā:", "en": r"Mark (\d+) in the chart:"}

every_page = pytest.mark.parametrize("page", PAGES)
every_filtered_page = pytest.mark.parametrize("page", FILTERED_PAGES)
every_counting_page = pytest.mark.parametrize("page", COUNTING_PAGES)
every_view = pytest.mark.parametrize(("page", "view"), VIEWS, ids=name_of)
every_counting_view = pytest.mark.parametrize(
    ("page", "view"),
    [(page, view) for page, view in VIEWS if page in COUNTING_PAGES],
    ids=name_of,
)


Reading = Callable[..., AppTest]


def words(key: str, language: str = "lv", **params: object) -> str:
    return texts(language, *WORDS)(key, **params)


def with_spaces(text: str) -> str:
    return text.replace("\u00a0", " ")


@pytest.fixture
def full(monkeypatch: pytest.MonkeyPatch, demonstration_url: str) -> str:
    monkeypatch.setenv("DATABASE_URL", demonstration_url)
    return demonstration_url


@pytest.fixture
def empty(monkeypatch: pytest.MonkeyPatch, empty_url: str) -> str:
    monkeypatch.setenv("DATABASE_URL", empty_url)
    return empty_url


def tables(app: AppTest) -> list[list[list[str]]]:
    """All tables as texts, each with its header."""
    return [[list(frame.columns), *frame.to_numpy().tolist()] for frame in map(shown, app.table)]


def assert_no_traceback(app: AppTest) -> None:
    assert not [box.value for box in app.exception]
    assert "Traceback" not in said(app)


def assert_no_answer(app: AppTest, sentence: str) -> None:
    """A sentence and a button, and nothing else that looks like figures."""
    assert_no_traceback(app)
    assert [box.value for box in app.error] == [sentence]
    assert [button.label for button in app.button] == [words("frame.retry")]
    assert not app.table
    assert not app.get("plotly_chart")


# ── with all data ────────────────────────────────────────────────────────────────────────────────


@pytest.fixture(scope="module")
def read(demonstration_url: str) -> Reading:
    """Opens a page of the demonstration to be looked at only; asked twice, the same one."""

    @functools.cache
    def opened(page: str, **address: str) -> AppTest:
        return open_page(page, **address)

    def read(page: str, **address: str) -> AppTest:
        with pytest.MonkeyPatch.context() as environment:
            environment.setenv("DATABASE_URL", demonstration_url)
            return opened(page, **dict(sorted(({"lang": "lv", "year": "2023"} | address).items())))

    return read


@every_view
@pytest.mark.parametrize("language", LANGUAGES)
def test_a_page_tells_its_subject(read: Reading, page: str, view: dict[str, str], language: str) -> None:
    app = read(page, lang=language, **view)
    assert_no_traceback(app)
    assert not app.error
    assert [title.value for title in app.title] == [words(f"pages.{page}.title", language)]
    assert headlines(app)
    for line in headlines(app):
        assert_whole_sentence(line)
    levels = heading_levels(app)
    assert levels[0] == 1
    assert all(lower - upper <= 1 for upper, lower in itertools.pairwise(levels)), levels
    if page != "presentation":  # begins with a title
        assert len(app.table) >= 1
    assert all(len(shown(table)) for table in app.table)


def test_a_single_published_year_makes_no_small_chart(read: Reading) -> None:
    """The report has clients of 2023 only, and consultations of two years."""
    drawn = {figure.label: list(figure.proto.chart_data) for figure in read("overview").metric}
    assert drawn[words("overview.clients")] == []
    assert drawn[words("overview.consultations")] == [1634, 1864]


@every_view
def test_plotly_knows_every_property_of_every_chart(read: Reading, page: str, view: dict[str, str]) -> None:
    for chart in read(page, **view).get("plotly_chart"):
        go.Figure(json.loads(chart.proto.spec))  # looks at each, as the page does not


WITH_BARS = {
    "benefits": ("types", "recipients", "places"),
    "households": ("statuses", "places"),
    "psychologists": ("clients", "problems", "ages", "caseload", "functions"),
    "day_centres": ("branches",),
}


@pytest.mark.parametrize(("page", "view"), [(page, view) for page, views in WITH_BARS.items() for view in views])
def test_a_table_has_the_order_of_its_picture(read: Reading, page: str, view: str) -> None:
    found = [one for one in sections(read(page, view=view)) if one.chart and one.table]
    assert found
    for one in found:
        *_, names = json.loads(one.chart.proto.spec)["data"]  # the last trace is that of the names
        drawn = [name.replace("<br>", " ") for name in names["text"] if not name.startswith("<b>")]
        assert len(drawn) > 1
        assert [name for name in shown(one.table).iloc[:, 0] if name in drawn] == drawn


@every_counting_page
@pytest.mark.parametrize("language", LANGUAGES)
def test_a_page_says_that_the_data_are_made_up_and_how_far_they_reach(read: Reading, page: str, language: str) -> None:
    text = said(read(page, lang=language))
    assert {"lv": "Demonstrācijas dati.", "en": "Demonstration data."}[language] in text
    assert {"lv": "31.12.2023.", "en": "31 December 2023"}[language] in text


@every_counting_view
def test_every_table_has_its_files_and_every_chart_its_text(read: Reading, page: str, view: dict[str, str]) -> None:
    for section in sections(read(page, **view)):
        if section.table is None:
            continue
        assert section.files == ["XLSX", "CSV"], section.headline
        assert section.table.proto.alt == section.headline
        if section.chart is not None:
            assert section.headline in section.chart.proto.alt


@every_counting_page
def test_most_sections_have_a_chart(read: Reading, page: str) -> None:
    assert read(page).get("plotly_chart")


@every_counting_view
@pytest.mark.parametrize("year", ["2023", "2021"])
def test_what_is_said_of_a_number_on_a_chart_has_that_number(
    read: Reading, page: str, view: dict[str, str], year: str
) -> None:
    for section in sections(read(page, year=year, **view)):
        numbers = re.findall(NUMBER_ON_CHART["lv"], section.text)
        if not numbers:
            continue
        assert section.chart is not None, section.headline
        layout = json.loads(section.chart.proto.spec)["layout"]
        drawn = {annotation["text"] for annotation in layout.get("annotations", [])}
        assert set(numbers) <= drawn, f"{section.headline}: {numbers} said, {drawn} drawn"


def assert_whole_sentence(line: str) -> None:
    assert not line.rstrip().endswith((":", "–", ",")), line
    assert "{" not in line
    for unknown in ("„Nav zināms” – nav publicēts", "“Not known”: not published", "nav publicēts izmaks"):
        assert unknown not in line, line


@every_counting_view
@pytest.mark.parametrize(
    "address",
    [{"year": "2022"}, {"year": "2015", "population": "ukraine_civilians"}, {"year": "2011", "lang": "en"}],
    ids=["2022", "2015", "2011"],
)
def test_no_headline_is_half_a_sentence(
    read: Reading, page: str, view: dict[str, str], address: dict[str, str]
) -> None:
    """Also where there is nothing, or nothing published."""
    for line in headlines(read(page, **view, **address)):
        assert_whole_sentence(line)


def test_in_2015_support_for_ukrainian_civilians_is_nothing(full: str) -> None:
    app = open_page("benefits", year="2015", population="ukraine_civilians")
    assert_no_traceback(app)
    assert words("states.nothing") in [box.value for box in app.info]


def test_households_of_2022_are_not_published(read: Reading) -> None:
    """The report's chart has a placeholder for 2022: no figure, and no zero."""
    figures = tables(read("overview", year="2022"))[0]
    assert [row[2] for row in figures[1:4]] == ["nav publicēts"] * 3  # spend, households and persons
    # The sums of the benefits are published, the households that got them are not.
    by_status = tables(read("benefits", year="2022", view="recipients"))[0]
    assert [row[2:] for row in by_status[1:]] == [["nav publicēts", "nav publicēts"]] * (len(by_status) - 1)
    assert all(row[1].endswith("€") and row[1] != "0,00\u00a0€" for row in by_status[1:])
    app = read("benefits", year="2022")
    [gmi] = [row for row in tables(app)[0] if row[0] == "Garantētā minimālā ienākuma pabalsts"]
    assert gmi[2:] == ["nav publicēts", "nav publicēts"]


# ── figures as published ─────────────────────────────────────────────────────────────────────────


def published() -> dict[str, dict[str, str]]:
    folder = REPOSITORY / "data_access" / "published"
    with (folder / "published_figures.csv").open(encoding="utf-8", newline="") as file:
        return {row["figure_id"]: row for row in csv.DictReader(file)}


def in_latvian(value: str, unit: str) -> str:
    """A number as the Latvian page writes it, without the program's own formats."""
    number = f"{Decimal(value):,.2f}" if unit == "EUR" else f"{int(Decimal(value)):,}"
    whole, _, part = number.replace(",", "\u00a0").partition(".")
    return f"{whole},{part}\u00a0€" if unit == "EUR" else whole


GMI, HOUSING = "Garantētā minimālā ienākuma pabalsts", "Mājokļa pabalsts"
# page, address, the row's name, the column's heading, the published figure
PUBLISHED_ON_PAGES = [
    ("overview", {}, "Sociālā palīdzība", "2023. gads", "assistance.total.spend.total.2023.all"),
    (
        "overview",
        {},
        "Mājsaimniecības, kas saņēma sociālo palīdzību",
        "2023. gads",
        "assistance.total.households.2023.all",
    ),
    ("overview", {}, "Personas šajās mājsaimniecībās", "2023. gads", "assistance.total.persons.2023.all"),
    ("overview", {}, "Trūcīgas mājsaimniecības", "2023. gads", "tables.status.needy.households.2023.all"),
    ("overview", {}, "Maznodrošinātas mājsaimniecības", "2023. gads", "tables.status.low_income.households.2023.all"),
    ("overview", {}, "Psihologu klienti", "2023. gads", "psych.persons.all.2023"),
    ("overview", {}, "Psihologu konsultācijas", "2023. gads", "psych.visits.total.2023"),
    ("overview", {}, "Ģimenes atbalsta dienas centra apmeklējumi", "2023. gads", "gadc.visits.total.2023"),
    ("overview", {}, "Ģimenes atbalsta dienas centra apmeklējumi", "2022. gads", "gadc.visits.total.2022"),
    ("benefits", {}, GMI, "Izlietots", "benefits.gmi.spend.total.2023.all"),
    ("benefits", {}, GMI, "Mājsaimniecības", "benefits.gmi.households.2023.all"),
    ("benefits", {}, GMI, "Personas mājsaimniecībās", "benefits.gmi.persons.2023.all"),
    ("benefits", {}, HOUSING, "Izlietots", "benefits.housing.spend.total.2023.all"),
    ("benefits", {}, HOUSING, "Mājsaimniecības", "benefits.housing.households.2023.all"),
    ("benefits", {}, HOUSING, "Naudā", "benefits.housing.spend.cash.2023.all"),
    ("benefits", {}, HOUSING, "Natūrā", "benefits.housing.spend.in_kind.2023.all"),
    ("benefits", {"population": "residents"}, GMI, "Izlietots", "tables.gmi.spend.2023.residents"),
    ("benefits", {"view": "report"}, GMI, "2022. gads", "tables.gmi.spend.2022.residents"),
    ("benefits", {"population": "ukraine_civilians"}, GMI, "Izlietots", "ukraine.gmi.spend.2023"),
    ("households", {}, "Trūcīga", "Mājsaimniecības ar statusu", "tables.status.needy.households.2023.all"),
    ("households", {}, "Maznodrošināta", "Mājsaimniecības ar statusu", "tables.status.low_income.households.2023.all"),
    ("households", {}, "Trūcīga", "Personas ar statusu", "tables.status.needy.persons.2023.all"),
    (
        "households",
        {"population": "residents"},
        "Trūcīga",
        "Mājsaimniecības ar statusu",
        "status.needy.households.2023.residents",
    ),
    (
        "households",
        {"view": "years", "population": "residents"},
        "2011. gads",
        "Trūcīga",
        "series.needy_households.2011",
    ),
    (
        "households",
        {"view": "years", "population": "residents"},
        "2022. gads",
        "Maznodrošināta",
        "series.low_income_households.2022",
    ),
    ("psychologists", {}, "18 un vairāk", "Sievietes", "psych.persons.all.women.2023"),
    ("psychologists", {}, "18 un vairāk", "Vīrieši", "psych.persons.all.men.2023"),
    ("psychologists", {}, "Kopā", "Zēni", "psych.persons.all.boys.2023"),
    ("psychologists", {}, "Kopā", "2023. gads", "psych.persons.all.2023"),
    ("psychologists", {"view": "consultations"}, "Kopā", "Apmeklēta", "psych.visits.attended.2023"),
    ("psychologists", {"view": "consultations"}, "Kopā", "Neapmeklēta", "psych.visits.missed.2023"),
    ("psychologists", {"view": "consultations"}, "Kopā", "2023. gads", "psych.visits.total.2023"),
    ("day_centres", {}, "Ģimenes atbalsta dienas centrs Ogrē", "Meitenes", "gadc.visits.ogre.girls.2023"),
    ("day_centres", {}, "Ģimenes atbalsta dienas centrs Ogrē", "Meitenes", "gadc.persons.ogre.girls.2023"),
    ("day_centres", {}, "Ģimenes atbalsta dienas centrs Ciemupē", "Pieaugušie", "gadc.visits.ciemupe.adults.2023"),
    ("day_centres", {"view": "years"}, "2022. gads", "Pieaugušie", "gadc.visits.adults.2022"),
    ("day_centres", {"view": "years"}, "2022. gads", "Kopā", "gadc.visits.total.2022"),
]


@pytest.mark.parametrize(("page", "address", "row", "column", "figure"), PUBLISHED_ON_PAGES)
def test_a_figure_on_a_page_is_the_published_one(
    read: Reading, page: str, address: dict[str, str], row: str, column: str, figure: str
) -> None:
    printed = published()[figure]
    found = {
        line[[*map(with_spaces, header)].index(column)]
        for header, *lines in tables(read(page, **address))
        if column in map(with_spaces, header)
        for line in lines
        if with_spaces(line[0]) == row
    }
    assert in_latvian(printed["value"], printed["unit"]) in found


def test_the_first_look_tells_the_year(full: str) -> None:
    """Figures of the report, whole euros: 964 068,71 € is 964 069 €."""
    app = open_page("overview")
    assert [metric.value for metric in app.metric] == [
        "964\u00a0069\u00a0€",
        "1\u00a0304",
        "1\u00a0972",
        "823",
        "793",
        "259",
        "1\u00a0864",
        "10\u00a0097",
    ]


# ── choices ──────────────────────────────────────────────────────────────────────────────────────


def other_value(name: str, database: Database) -> str:
    return {"year": "2022", "part": "Q1"}.get(name) or database.vocabulary.codes(name)[0]


@every_filtered_page
def test_every_filter_changes_what_is_shown_and_the_address(full: str, page: str) -> None:
    database = open_database(full)
    names = [box.key.removeprefix("choice_") for box in open_page(page).selectbox]
    assert "year" in names
    for name in names:
        app = open_page(page)
        before = tables(app), said(app)
        code = other_value(name, database)
        app.selectbox(key=f"choice_{name}").set_value(code).run()
        assert_no_traceback(app)
        assert (tables(app), said(app)) != before, name
        assert app.query_params == {name: code}
        by_link = open_page(page, **{name: code})
        assert (tables(by_link), headlines(by_link)) == (tables(app), headlines(app)), name


@every_page
def test_the_language_is_switched_and_the_choice_stays(full: str, page: str) -> None:
    app = open_page(page, year="2022")
    [switch] = [widget for widget in app.sidebar if getattr(widget, "key", None) == "choice_lang"]
    switch.set_value("en").run()
    assert_no_traceback(app)
    assert [title.value for title in app.title] == [words(f"pages.{page}.title", "en")]
    assert app.query_params["lang"] == "en"
    if page in FILTERED_PAGES:
        assert app.query_params["year"] == "2022"


def test_what_is_chosen_on_one_page_is_chosen_on_the_next(full: str) -> None:
    app = open_page("benefits")
    app.selectbox(key="choice_year").set_value("2021").run()
    go_to(app, "households")
    assert app.selectbox(key="choice_year").value == "2021"
    assert app.query_params["year"] == "2021"


def test_any_two_days_make_a_period(full: str) -> None:
    """The first and the last day count: the whole year by its days is the year."""
    by_days = open_page("benefits", part="dates", **{"from": "2023-01-01", "until": "2023-12-31"})
    assert_no_traceback(by_days)
    assert tables(by_days)[0] == tables(open_page("benefits"))[0]


DAMAGED = {
    "year": "abc",
    "part": "13",
    "population": "' or 1=1 --",
    "territory": "<script>alert(1)</script>",
    "benefit_group": "total",
    "status": "unknown\x00",
    "cumulative": "perhaps",
    "from": "2023-02-30",
    "until": "9" * 500,
    "lang": "xx",
    "nonsense": "…",
}


@pytest.mark.parametrize("page", [name for name in PAGES if name != "builder"])
def test_a_damaged_address_is_as_good_as_none(full: str, page: str) -> None:
    whole, damaged = open_page(page), open_page(page, **DAMAGED)
    assert_no_traceback(damaged)
    assert (headlines(damaged), tables(damaged)) == (headlines(whole), tables(whole))


@every_filtered_page
@pytest.mark.parametrize(
    "days",
    [
        {"from": "9999-12-31", "until": "0001-01-01"},
        {"from": "2023-12-31", "until": "2023-01-01"},
        {"from": "soon"},
        {"until": ""},
    ],
)
def test_days_that_make_no_period_are_mended(full: str, page: str, days: dict[str, str]) -> None:
    app = open_page(page, part="dates", **days)
    assert_no_traceback(app)
    assert not app.error


@settings(max_examples=20, deadline=None, derandomize=True, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    address=strategies_of.dictionaries(
        strategies_of.sampled_from(sorted(DAMAGED)), strategies_of.text(max_size=12), max_size=4
    )
)
def test_no_address_breaks_a_page(full: str, address: dict[str, str]) -> None:
    app = open_page(PAGES[0], **address)
    assert_no_traceback(app)
    assert not app.error


# ── without data ─────────────────────────────────────────────────────────────────────────────────


@every_counting_view
@pytest.mark.parametrize("language", LANGUAGES)
def test_where_nothing_is_the_page_says_so(empty: str, page: str, view: dict[str, str], language: str) -> None:
    app = open_page(page, lang=language, **view)
    assert_no_traceback(app)
    assert not app.error
    unknown = words("states.not_in_database", language, period="|").split("|")
    for box in app.info:
        assert box.value == words("states.nothing", language) or box.value.startswith(unknown[0]), box.value
    assert words("states.nothing", language) in [box.value for box in app.info]
    assert not app.table
    assert not app.get("plotly_chart")
    assert not app.get("download_button")
    # Nothing of the demonstration: these would be real records.
    assert "Demonstrācij" not in said(app)


@every_page
def test_a_database_that_is_not_there_gets_a_sentence_and_a_retry(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, page: str
) -> None:
    """DATABASE_URL is set, so the installation has named its own: no demonstration is built in its place."""
    monkeypatch.setenv("DATABASE_URL", f"duckdb:///{tmp_path}/none.duckdb")
    app = open_page(page)
    assert_no_answer(app, words("errors.database_missing", address=f"{tmp_path}/none.duckdb"))
    assert not list(tmp_path.iterdir())


def test_the_sentence_is_in_the_visitors_language(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("DATABASE_URL", f"duckdb:///{tmp_path}/none.duckdb")
    app = open_page(PAGES[0], lang="en")
    sentence = words("errors.database_missing", "en", address=f"{tmp_path}/none.duckdb")
    assert [box.value for box in app.error] == [sentence]


def test_the_overview_tells_one_population(full: str) -> None:
    """The report has 823 needy households, 691 of them residents (`status.needy.households`)."""
    for population, needy in (("residents", "691"), ("ukraine_civilians", "132")):
        app = open_page("overview", year="2023", population=population)
        assert {metric.label: metric.value for metric in app.metric}[words("overview.needy")] == needy


@pytest.mark.parametrize("times", [1, 2, 3])
def test_a_page_is_told_again_when_data_change_under_it(monkeypatch: pytest.MonkeyPatch, full: str, times: int) -> None:
    """Once by itself; when they change again, the visitor is told and can try once more."""
    ask, changed = Database.ask, iter(range(times))

    def changing(database: Database, question: Question, *within: Answer | None) -> Answer:
        if next(changed, None) is not None:
            raise DataChanged()
        return ask(database, question, *within)

    monkeypatch.setattr(Database, "ask", changing)
    st.cache_data.clear()
    app = open_page(PAGES[0])
    assert [error.value for error in app.error] == ([] if times == 1 else [DataChanged().text("lv")])
    if times > 1:
        app.button(key="retry").click().run()
        assert not app.error
        assert app.metric


@pytest.fixture
def copied(monkeypatch: pytest.MonkeyPatch, demonstration_file: Path, tmp_path: Path) -> Path:
    """A demonstration database of this test's own."""
    path = tmp_path / "case.duckdb"
    shutil.copy(resolve(demonstration_file), path)
    monkeypatch.setenv("DATABASE_URL", f"duckdb:///{path}")
    return path


@every_page
def test_a_database_that_goes_away_gets_a_sentence_and_comes_back(copied: Path, page: str) -> None:
    app = open_page(page)
    before = tables(app)
    copied.rename(copied.with_suffix(".away"))
    app.run()
    assert_no_answer(app, words("errors.database_missing", address=str(copied)))
    copied.with_suffix(".away").rename(copied)
    app.button(key="retry").click().run()
    assert_no_traceback(app)
    assert not app.error
    assert tables(app) == before


def test_a_file_that_is_no_database_gets_a_sentence(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    path = tmp_path / "case.duckdb"
    path.write_bytes(b"no database" * 1000)
    monkeypatch.setenv("DATABASE_URL", f"duckdb:///{path}")
    assert_no_answer(open_page("benefits"), words("errors.database_unavailable"))


@every_page
def test_a_database_of_another_version_gets_a_sentence(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, page: str
) -> None:
    url = f"duckdb:///{tmp_path}/case.duckdb"
    engine = sqlalchemy.create_engine(url)
    make_tables(engine, version=999)
    engine.dispose()
    monkeypatch.setenv("DATABASE_URL", url)
    app = open_page(page)
    assert_no_traceback(app)
    [sentence] = [box.value for box in app.error]
    assert "999" in sentence
    assert not app.table


@pytest.fixture
def own_server() -> Iterator[PostgresServer]:
    """A PostgreSQL server that a test may stop."""
    with tempfile.TemporaryDirectory(prefix="case-postgres-") as folder:
        server = PostgresServer(Path(folder))
        server.start()
        try:
            yield server
        finally:
            if (Path(folder) / "cluster" / "postmaster.pid").exists():
                server.stop()


@pytest.mark.postgres
def test_a_server_that_is_stopped_gets_a_sentence(monkeypatch: pytest.MonkeyPatch, own_server: PostgresServer) -> None:
    writer = sqlalchemy.create_engine(own_server.url())
    make_tables(writer)
    case = PostgreSQLCase(own_server.url(), writer)
    for subject in SUBJECTS:
        case.load(subject, *EMPTY_DAYS)
    home = case.household()
    case.payment(home, "2023-05-05", cents=123456)
    assert case.database.years[0] == 2023
    writer.dispose()
    monkeypatch.setenv("DATABASE_URL", own_server.url())
    app = open_page("benefits")
    assert_no_traceback(app)
    assert tables(app)[0][1][1] == "1\u00a0234,56\u00a0€"
    own_server.stop()
    app.run()
    assert_no_answer(app, words("errors.database_unavailable"))
    for page in PAGES:
        assert_no_answer(open_page(page), words("errors.database_unavailable"))


@pytest.mark.postgres
@every_counting_view
def test_postgresql_and_duckdb_make_the_same_page(
    monkeypatch: pytest.MonkeyPatch, read: Reading, demonstration_postgres_url: str, page: str, view: dict[str, str]
) -> None:
    monkeypatch.setenv("DATABASE_URL", demonstration_postgres_url)
    on_postgres = open_page(page, **view)
    assert_no_traceback(on_postgres)
    assert without_moments(on_postgres) == without_moments(read(page, **view))


def without_moments(app: AppTest) -> str:
    """Headlines and tables but the moments of loading: each database was built at its own."""
    return re.sub(
        r"[\d.]+ plkst. [\d.]+", "", with_spaces(json.dumps([headlines(app), tables(app)], ensure_ascii=False))
    )


# ── asking ───────────────────────────────────────────────────────────────────────────────────────


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[Question]]:
    """Every question that reaches a database, with nothing in the cache."""
    questions: list[Question] = []
    ask: Callable = Database.ask

    def recorded(self: Database, question: Question, *within: Answer | None):
        questions.append(question)
        return ask(self, question, *within)

    monkeypatch.setattr(Database, "ask", recorded)
    st.cache_data.clear()
    st.cache_resource.clear()
    yield questions
    st.cache_data.clear()
    st.cache_resource.clear()


def test_no_question_is_asked_twice_by_any_pages(full: str, asked: list[Question]) -> None:
    registered_pages()  # it opens the first page, which nobody asked for here
    st.cache_data.clear()
    asked.clear()
    for page, view in VIEWS:
        app = open_page(page, **view)
        assert len(asked) == len(set(asked)), page
        before = list(asked)
        app.run()
        assert asked == before
    assert asked


def test_another_visitor_asks_nothing_again(full: str, asked: list[Question]) -> None:
    open_page("benefits", territory="ogre")
    asked.clear()
    open_page("benefits", territory="ogre", lang="en")
    assert asked == []


def test_other_data_are_asked_anew(monkeypatch, full: str, empty_url: str, asked: list[Question]) -> None:
    open_page("benefits")
    asked.clear()
    monkeypatch.setenv("DATABASE_URL", empty_url)
    open_page("benefits")
    assert asked


@every_filtered_page
def test_a_choice_asks_only_what_it_changes(full: str, asked: list[Question], page: str) -> None:
    app = open_page(page)
    before = set(asked)
    asked.clear()
    app.selectbox(key="choice_year").set_value("2022").run()
    assert len(asked) == len(set(asked))
    assert not before & set(asked)
