"""Clicks: every mark and every row leads to the records that it counts, and to nothing else."""

import json
from collections.abc import Iterator
from dataclasses import dataclass, replace

import pytest

from data_access import COUNCIL, INTERNAL, Database, Period, Question, dimension, open_database
from data_access.telling.builder.asking import question_of
from data_access.telling.builder.drilling import further, is_answered, only, split
from data_access.telling.builder.reading import read
from data_access.telling.builder.request import Request, address_of
from data_access.telling.builder.world import World
from data_access.telling.reader import Reader
from data_access.telling.tables import Table
from pages.parts import going_deeper
from pages.parts.filters import View
from pages.parts.going_deeper import Ways, choices_of
from pages.parts.texts import FOLDER
from tests.infrastructure.pages import FILTERED_PAGES, open_page, sections
from tests.infrastructure.views import VIEWS, name_of

# The change of a figure, and a sum since January: no records have them.
NOT_OF_RECORDS = {"movers", "two_years"}


@dataclass(frozen=True)
class Told:
    """A section as it was told, with where its figures lead."""

    page: str
    name: str
    ways: Ways
    table: Table


@pytest.fixture
def told(monkeypatch: pytest.MonkeyPatch, demonstration_url: str) -> list[Told]:
    """The sections of the pages that are opened."""
    monkeypatch.setenv("DATABASE_URL", demonstration_url)
    found: list[Told] = []
    offer = going_deeper.offer_rows

    def noted(view: View, section: str, ways: Ways, table: Table) -> None:
        found.append(Told(view.page, section, ways, table))
        offer(view, section, ways, table)

    monkeypatch.setattr(going_deeper, "offer_rows", noted)
    return found


def figure_behind(database: Database, world: World, request: Request, codes: dict[str, str]) -> set[str]:
    """What the builder counts of these records only, in words: one figure of each measure."""
    question = question_of(request, world)
    answer = database.ask(question)
    reader = Reader(database.vocabulary, "lv", (FOLDER,))
    where = {name: code for name, code in codes.items() if name in question.by}
    return {reader.figure(code, answer.value(code, **where)) for code in question.measures}


def marks(chart) -> Iterator[tuple[str, dict[str, str]]]:
    """The figure and the codes of some marks of each trace."""
    for trace in json.loads(chart.proto.spec)["data"]:
        points = [point for point in trace.get("customdata", ()) if len(point) > 2]
        for place in sorted({0, len(points) // 2, len(points) - 1} if points else ()):
            yield points[place][1], points[place][2]


@pytest.mark.parametrize(
    ("page", "view"), [(page, view) for page, view in VIEWS if page in FILTERED_PAGES], ids=name_of
)
def test_every_mark_of_a_page_leads_to_the_records_that_it_counts(
    told: list[Told], demonstration_url: str, page: str, view: dict[str, str]
) -> None:
    app = open_page(page, **view)
    database = open_database(demonstration_url)
    world = World.of(database)
    told = [section for section in told if section.page == page]
    assert told
    gone_into = 0
    with_charts = [section.chart for section in sections(app) if section.files]
    assert len(with_charts) == len(told)
    for section, chart in zip(told, with_charts, strict=True):
        places = section.ways.places or [section.ways]
        for request in [place.request for place in places]:
            # The link of a whole question opens it, without a word of what could not be understood.
            assert read(address_of(request), world) == (request, ())
        for figure, codes in marks(chart) if chart else ():
            deeper, troubles = read(address_of(only(section.ways.request, codes, section.ways.periods)), world)
            assert not troubles
            # Rule 3: ages are those of the last day, so a group of some months is not quite that of the year.
            aged = any(dimension(name).of_age for name in codes) and Period.parse(deeper.period).grain != "year"
            if section.name not in NOT_OF_RECORDS and not aged:
                assert figure in figure_behind(database, world, deeper, codes), (section.name, codes)
            gone_into += 1
    assert gone_into or page == "benefits"


@pytest.mark.parametrize("page", FILTERED_PAGES)
def test_the_link_asks_what_the_page_asked(
    told: list[Told], monkeypatch: pytest.MonkeyPatch, demonstration_url: str, page: str
) -> None:
    asked: list[Question] = []
    ask = going_deeper.ways_from

    def noted(view: View, of) -> Ways:
        if view.page == page:
            asked.append(of.question if hasattr(of, "question") else of.now.question)
        return ask(view, of)

    monkeypatch.setattr(going_deeper, "ways_from", noted)
    open_page(page, population="residents")
    world = World.of(open_database(demonstration_url))
    requests = [section.ways.request for section in told if section.page == page and not section.ways.places]
    assert requests
    for request, question in zip(requests, asked, strict=True):
        same = question_of(request, world)
        assert (same.measures, same.period, same.by) == (question.measures, question.period, question.by)
        assert {name: set(codes) for name, codes in same.where} == {name: set(codes) for name, codes in question.where}
    if page != "day_centres":
        assert all(("population", ("residents",)) in request.where for request in requests)


def test_rows_lead_to_their_codes_and_totals_nowhere(told: list[Told]) -> None:
    open_page("benefits")
    by_benefit, by_form = [section for section in told if section.page == "benefits"]
    codes = {row.name: row.codes for row in by_benefit.table.rows}
    assert codes["Mājokļa pabalsts"] == {"benefit": "housing"}
    assert codes["Pamata sociālās palīdzības pabalsti"] == {"benefit_group": "basic"}
    assert codes["Kopā"] == {}
    assert {name for row in by_form.table.rows for name in row.codes} == {"benefit"}


def test_a_key_figure_leads_to_its_own_question(told: list[Told], demonstration_url: str) -> None:
    open_page("overview")
    places = {place.name: place for place in told[0].ways.places}
    needy = places["Trūcīgas mājsaimniecības"]
    database = open_database(demonstration_url)
    world = World.of(database)
    # Report of 2023: 823 households were needy, 10 097 visits to the day centre.
    assert figure_behind(database, world, only(needy.request, needy.codes), {}) == {"823"}
    visits = places["Ģimenes atbalsta dienas centra apmeklējumi"]
    assert figure_behind(database, world, only(visits.request, visits.codes), {}) == {"10\u00a0097"}


def test_a_row_is_picked_and_the_page_filtered_without_a_mouse(told: list[Told]) -> None:
    app = open_page("benefits", view="places", year="2021")
    menu = app.menu_button(key="benefits_by_territory_deeper")
    [of_places] = [section for section in told if section.page == "benefits"]
    rows = [row.name for row in of_places.table.rows if row.codes]
    assert menu.options[: len(rows)] == rows
    menu.set_value(str(rows.index("Ikšķile"))).run()
    assert not app.exception
    links = {link.proto.label: link.proto.query_string for link in app.get("page_link")}
    assert "territory=ikskile" in links["Tikai šis Brīvajā atlasē"]
    assert "rows=status" in links["Statuss"]
    assert "territory=ikskile" in links["Statuss"]
    app.button(key="deeper_only_here").click().run()
    assert app.query_params == {"view": "places", "year": "2021", "territory": "ikskile"}
    assert not [button for button in app.button if button.key == "deeper_only_here"]


# ── what a page can show of itself ───────────────────────────────────────────────────────────────

HERE = [
    ({"territory": "ogre"}, {"territory": "ogre"}),
    ({"benefit": "gmi"}, None),  # no such filter
    ({"territory": "ogre", "benefit": "gmi"}, None),
    ({"territory": "unknown"}, None),
    ({"population": "residents"}, None),  # so it is already
    ({}, None),
    ({"month": "2021-03"}, {"year": "2021", "part": "03"}),
    ({"quarter": "2021-Q3", "territory": "ogre"}, {"year": "2021", "part": "Q3", "territory": "ogre"}),
    ({"half_year": "2023-H2"}, {"year": None, "part": "H2"}),  # the newest year is chosen by itself
    ({"year": "2015"}, {"year": "2015", "part": None}),
    ({"year": "2023", "month": "2023-03"}, {"year": None, "part": "03"}),
    ({"year": "1999"}, None),
]


@pytest.mark.parametrize(("codes", "expected"), HERE)
def test_what_the_page_can_show_of_itself(demonstration_url: str, codes: dict, expected: dict | None) -> None:
    database = open_database(demonstration_url)
    offered = ("year", "part", "population", "territory")
    where = {"population": ("residents",)}
    reader = Reader(database.vocabulary, "lv", (FOLDER,))
    view = View("benefits", database, reader, INTERNAL, Period.year(2023), where, offered)
    found = choices_of(view, codes)
    if found is not None and "year" in found:
        # A series stays as long as it is: the first view is shown, and dates give way.
        assert [found.pop(name) for name in ("view", "from", "until")] == [None] * 3
    assert found == expected


def test_a_page_of_whole_years_cannot_show_a_month(demonstration_url: str) -> None:
    database = open_database(demonstration_url)
    view = View("overview", database, Reader(database.vocabulary, "lv", (FOLDER,)), Period.year(2023), {}, ("year",))
    assert choices_of(view, {"month": "2021-03"}) is None
    assert choices_of(view, {"year": "2021"})["year"] == "2021"


# ── edges ────────────────────────────────────────────────────────────────────────────────────────


def test_of_a_cell_at_the_edge_of_a_period_only_its_days_are_meant() -> None:
    request = Request(("spend",), "2023-01-15..2023-03-31", ("month",))
    period = Period.parse(request.period)
    assert only(request, {"month": "2023-01"}, [period]).period == "2023-01-15..2023-01-31"
    assert only(request, {"month": "2023-02"}, [period]).period == "2023-02"


def test_a_cell_of_the_year_before_is_of_that_year() -> None:
    """A year that ends on 20 May, compared with the same days: May before reaches to the 20th too."""
    request = Request(("spend",), "2023-01-01..2023-05-20", ("month",), compare="year")
    periods = [Period.parse("2023-01-01..2023-05-20"), Period.parse("2022-01-01..2022-05-20")]
    before = only(request, {"month": "2022-05"}, periods)
    assert (before.period, before.compare) == ("2022-05-01..2022-05-20", None)
    assert only(request, {"month": "2022-04"}, periods).period == "2022-04"


def test_a_comparison_stays_one_where_no_cell_was_picked() -> None:
    request = Request(("spend",), "2023", ("benefit",), compare="year")
    assert only(request, {"benefit": "gmi"}).compare == "year"
    assert split(request, {"benefit": "gmi"}, "territory").rows == ("territory",)


@pytest.mark.parametrize(
    ("address", "codes", "expected"),
    [
        # Money by benefit is listed by population, by form and by month, and neither by status nor by place.
        (
            {"m": "spend", "rows": "benefit"},
            {"benefit": "gmi"},
            {"year", "half_year", "quarter", "month", "population", "form", "benefit_group", "social_assistance"},
        ),
        (
            {"m": "spend", "rows": "territory"},
            {"territory": "ogre"},
            {"year", "half_year", "quarter", "month", "status"},
        ),
    ],
)
def test_the_council_is_led_to_nothing_that_it_is_refused(
    demonstration_url: str, address: dict[str, str], codes: dict[str, str], expected: set[str]
) -> None:
    world = World.of(open_database(demonstration_url))
    request, troubles = read({**address, "period": "2023", "audience": COUNCIL}, world)
    assert not troubles
    assert set(further(request, codes, world)) == expected
    assert is_answered(only(request, codes), world)
    whole = set(further(replace(request, audience=INTERNAL), codes, world))
    assert whole > expected
