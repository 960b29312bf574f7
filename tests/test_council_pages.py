"""The pages as the council sees them: nothing withheld reaches the browser or a file, and no page falls silent."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from functools import cache
from itertools import accumulate
from operator import or_
from types import SimpleNamespace
from typing import Any

import pandas as pd
import pytest
from streamlit.testing.v1 import AppTest

from data_access import (
    COUNCIL,
    INTERNAL,
    WITHHELD,
    Answer,
    Database,
    Period,
    Question,
    SavedViews,
    VisitorsDatabase,
    dimension,
    measure,
    open_database,
)
from data_access.language import format_euros, format_value, texts
from data_access.telling.builder import asking, freezing
from data_access.telling.builder.drilling import asked_by
from data_access.telling.builder.reading import read
from data_access.telling.builder.request import address_of
from data_access.telling.builder.world import World
from pages.parts import answers, filters
from pages.parts.answers import Refused
from tests.infrastructure.pages import (
    COUNTING_PAGES,
    WORDS,
    go_to,
    open_page,
    registered_pages,
    said,
    sections,
    shown,
)
from tests.infrastructure.printed import Printed
from tests.infrastructure.sent import Sent, collect, watch_sheets
from tests.infrastructure.views import VIEWS, name_of

MARK = "(k)"
SMALLEST, ROUNDING = 5, 1e-4
# Below this a figure occurs by chance.
UNMISTAKABLE, UNMISTAKABLE_CENTS = 100, 1000_00
# Questions of the builder with withheld figures in each of its pictures, with shares, changes, sums and a rest.
TABLES = [
    {"m": "spend", "rows": "benefit", "col": "month", "chart": "heat"},
    {"m": "spend", "rows": "benefit", "col": "form", "share": "total"},
    {"m": "spend,households_assisted", "rows": "benefit", "compare": "year", "sort": "spend.change"},
    {"m": "spend", "rows": "benefit_group,benefit", "share": "total"},
    {"m": "spend", "rows": "benefit", "top": "3"},
    {"m": "visits", "rows": "branch", "col": "visitor_group", "share": "row", "sort": "visits.boys"},
    {"m": "visits", "rows": "visitor_group", "top": "3", "sort": "visits"},
]
ADDRESSES = [(page, view) for page, view in VIEWS if page in COUNTING_PAGES and page != "builder"]
ADDRESSES += [("benefits", {"view": "months", "cumulative": "yes", "year": "2022"})]
ADDRESSES += [("benefits", {"view": "months", "benefit_group": "ukraine_support", "cumulative": "yes"})]
ADDRESSES += [("psychologists", {"view": "problems", "areas": "problem_area"})]
ADDRESSES += [("builder", table) for table in TABLES]


def words(key: str, **params: object) -> str:
    return texts("lv", *WORDS)(key, **params)


@dataclass
class Asked:
    """What pages ask from now on, with its answers, what goes through the door, and which questions are refused."""

    answers: dict[Question, Answer] = field(default_factory=dict)
    at_the_door: list[Question] = field(default_factory=list)
    refused: list[Refused] = field(default_factory=list)


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch, demonstration_url: str) -> Asked:
    monkeypatch.setenv("DATABASE_URL", demonstration_url)
    registered_pages()  # it opens the first page, which nobody asked for here
    found, answer, ask, refuse = Asked(), answers._answered, Database.ask, Refused.__init__

    def answered(_asked: Question, **more: Any) -> Any:
        found.answers[_asked] = told = answer(_asked=_asked, **more)
        return told

    def at_the_door(database: Database, question: Question, *within: Answer | None) -> Answer:
        found.at_the_door.append(question)
        return ask(database, question, *within)

    def refused(self: Refused, *more) -> None:
        refuse(self, *more)
        found.refused.append(self)

    # Each year more has to be protected first; two have everything.
    monkeypatch.setattr(Database, "years", [2023, 2022])
    monkeypatch.setattr(answers, "_answered", answered)
    monkeypatch.setattr(Database, "ask", at_the_door)
    monkeypatch.setattr(Refused, "__init__", refused)
    return found


# ── what is withheld does not leave ──────────────────────────────────────────────────────────────


def forms(code: str, value) -> set[str | float]:
    """How a figure can be told: as it is read, as a change, and as a number."""
    if pd.isna(value) or measure(code).unit == "percent":
        return set()
    value = int(value)
    if measure(code).unit == "cents":
        written = {format_value(abs(value), "cents", "lv")}
        if abs(value) >= UNMISTAKABLE_CENTS:
            written.add(format_euros(abs(value), "lv", places=0))
        return {text.replace("\u00a0", " ") for text in written} | {
            abs(value) / 100,
            -abs(value) / 100,
            float(abs(value)),
        }
    if abs(value) < UNMISTAKABLE:
        return set()
    return {format_value(abs(value), "count", "lv").replace("\u00a0", " "), float(abs(value)), -float(abs(value))}


@cache
def exact(database: Database, question: Question) -> Answer:
    return database.ask(replace(question, audience=INTERNAL))


def secret_forms(database: Database, council: Mapping[Question, Answer]) -> set[str | float]:
    """Forms of the figures that some answers withhold and of what follows from them, but for those also shown."""
    secret, open_ = set(), set()

    def note(code: str, figure, hidden: bool) -> None:
        (secret if hidden else open_).update(forms(code, figure))

    for question, answer in council.items():
        true, before = exact(database, question), council.get(question.during(question.period.year_before()))
        rows = answer.frame[list(question.by)].to_dict("records")
        for code in question.measures:
            figures = [(true.value(code, **row), answer.value(code, **row) is WITHHELD) for row in rows]
            for figure, hidden in figures:
                note(code, figure, hidden)
            if measure(code).additive:
                known = [(figure, hidden) for figure, hidden in figures if figure is not None]
                hides = list(accumulate((hidden for _, hidden in known), or_))
                for total, hidden in zip(accumulate(figure for figure, _ in known), hides, strict=True):
                    note(code, total, hidden)
            if before and not any(dimension(name).kind == "time" for name in question.by):
                earlier = exact(database, before.question)
                for row, (figure, hidden) in zip(rows, figures, strict=True):
                    if None not in (figure, earlier.value(code, **row)):
                        change = figure - earlier.value(code, **row)
                        note(code, change, hidden or before.value(code, **row) is WITHHELD)
    return secret - open_


def told(sent: Sent, secret: set[str | float]) -> dict[str | float, str]:
    """Which of some forms stand in what was sent, each as a whole number and not within another, and where."""
    text = sent.text
    found: dict[str | float, str] = dict.fromkeys(secret & sent.numbers, "a number")
    for form in secret:
        if isinstance(form, str) and form in text:
            place = re.search(rf"(?<![\d.,])(?<!\d ){re.escape(form)}(?![ ,.]?\d)(?! €)", text)
            if place:
                found[form] = text[max(place.start() - 40, 0) : place.end() + 20]
    return found


def worked_out(database: Database, council: Mapping[Question, Answer]) -> list[tuple]:
    """Small counts of one page that its own tables give away to somebody who reads nothing else."""
    of_period: dict[Period, list[Answer]] = {}
    for question, answer in council.items():
        of_period.setdefault(question.period, []).append(answer)
    found = []
    for answers_of_page in of_period.values():
        printed, true = Printed(answers_of_page), Printed([exact(database, one.question) for one in answers_of_page])
        for cell in printed.marked:
            counted = measure(cell[0]).unit in ("persons", "households")
            if counted and 0 < true.figures.get(cell, 0) < SMALLEST:
                low, high = printed.range(cell)
                if low > 1 + ROUNDING or high < SMALLEST - ROUNDING:
                    found.append((cell, low, high))
    return found


@pytest.mark.parametrize(("page", "address"), ADDRESSES, ids=lambda value: name_of(value)[:40])
def test_nothing_withheld_reaches_the_browser_or_a_file(
    asked: Asked, monkeypatch: pytest.MonkeyPatch, demonstration_url: str, page: str, address: dict[str, str]
) -> None:
    sheets = watch_sheets(monkeypatch)
    app = open_page(page, audience=COUNCIL, **address)
    assert not app.exception
    assert not app.error
    assert {question.audience for question in (*asked.answers, *asked.at_the_door)} <= {COUNCIL}
    database = open_database(demonstration_url)
    assert not told(collect(app, sheets), secret_forms(database, asked.answers))
    assert not worked_out(database, asked.answers)
    for sheet in sheets:
        pairs = dict(sheet.said)
        assert pairs[words("exports.audience")] == words("audience.council")
        assert MARK in pairs[words("exports.protection")]


# ── what is not on the closed list ───────────────────────────────────────────────────────────────


def test_a_section_that_is_not_for_the_council_leaves_the_others(asked: Asked) -> None:
    """Forms of payment are not shown for one population, the benefits are."""
    app = open_page("benefits", audience=COUNCIL, population="residents")
    told_section, refused_section = sections(app)
    assert told_section.table is not None
    assert refused_section.table is None
    assert "pēc izmaksas veida" in refused_section.headline
    [refused] = [error for error in asked.refused if "form" in error.question.by]
    assert refused.text("lv") in said(app)
    assert [link.proto.label for link in app.get("page_link")].count(words("audience.nearest")) == 1


@pytest.mark.parametrize(
    ("page", "address"),
    [
        ("benefits", {"territory": "ogre"}),
        ("benefits", {"view": "months", "territory": "ogre", "population": "residents"}),
        ("households", {"territory": "ogre", "status": "needy"}),
        ("psychologists", {"view": "caseload"}),
        ("psychologists", {"view": "problems", "population": "residents"}),
        ("overview", {"population": "residents"}),
    ],
    ids=lambda value: name_of(value)[:40],
)
def test_what_is_refused_leads_to_a_table_that_is_not(asked: Asked, page: str, address: dict[str, str]) -> None:
    app = open_page(page, audience=COUNCIL, **address)
    assert not app.exception
    assert asked.refused
    database = open_database()
    for refused in asked.refused:
        assert refused.question.audience == refused.nearest.audience == COUNCIL
        request, troubles = read(address_of(asked_by(refused.nearest, database.vocabulary)), World.of(database))
        assert not troubles
        question = asking.question_of(request, World.of(database))
        assert database.ask(question).question.measures == refused.nearest.measures
        assert {*question.by} == {*refused.nearest.by}
        assert question.where == refused.nearest.where


def test_filters_that_lead_nowhere_can_be_removed(asked: Asked) -> None:
    app = open_page("benefits", audience=COUNCIL, territory="ogre")
    assert not app.table
    first, *_ = [button for button in app.button if button.label == words("audience.without_filters")]
    first.click().run()
    assert app.table
    assert "territory" not in app.query_params


# ── the choice ───────────────────────────────────────────────────────────────────────────────────


def choice(app: AppTest) -> str:
    [found] = [group for group in app.button_group if group.label == words("audience.label")]
    return found.value


def test_the_audience_stays_over_pages_and_stands_in_each_address(asked: Asked) -> None:
    app = open_page("day_centres", audience=COUNCIL)
    for page in ("benefits", "builder", "method"):
        go_to(app, page)
        assert choice(app) == COUNCIL
        assert app.query_params["audience"] == COUNCIL
        assert words("audience.protected", mark=MARK) in "\n".join(text.value for text in app.markdown)
    go_to(app, "quality")
    assert words("audience.internal_page") in [box.value for box in app.warning]


def test_an_audience_that_is_none_sees_what_the_council_sees(asked: Asked) -> None:
    app = open_page("benefits", audience="publik")
    assert choice(app) == COUNCIL
    assert {question.audience for question in asked.answers} == {COUNCIL}


def test_records_behind_the_figures_are_not_counted_for_the_council(asked: Asked, monkeypatch) -> None:
    def read_nothing(*_: object) -> None:
        raise AssertionError("the quality of the records was read")

    monkeypatch.setattr(VisitorsDatabase, "quality", read_nothing)
    for page in ("benefits", "builder"):
        assert not open_page(page, audience=COUNCIL).exception
    assert open_page("benefits").exception


def test_only_finished_years_are_offered_to_the_council() -> None:
    def database(last_day: date) -> SimpleNamespace:
        return SimpleNamespace(years=[2024, 2023], as_of=SimpleNamespace(data_until=last_day))

    assert filters._finished(database(date(2024, 12, 30))) == [2023]
    assert filters._finished(database(date(2024, 12, 31))) == [2024, 2023]
    for last_day, newest in ((date(2024, 12, 30), 2023), (date(2024, 12, 31), 2024)):
        world = World(None, {}, date(2023, 1, 1), last_day, lambda question: True)
        assert (world.newest(INTERNAL), world.newest(COUNCIL)) == (2024, newest)


# ── the builder ──────────────────────────────────────────────────────────────────────────────────


def test_psychologists_are_not_offered_to_the_council(asked: Asked) -> None:
    """They are persons. Also what is said of a wrong code must not tell a right one."""
    codes = open_database().vocabulary.codes("psychologist")
    labels = {open_database().vocabulary.label("psychologist", code, "lv") for code in codes}
    app = open_page("builder", audience=COUNCIL, m="consultations", rows="psychologist", psychologist=f"{codes[0]}x")
    sent = collect(app, [])
    assert not [text for text in sent.texts if any(label in text for label in labels)]
    internal = collect(open_page("builder", m="consultations"), [])
    assert [text for text in internal.texts if any(label in text for label in labels)]
    assert words("builder.dimension_internal", dimension="Psihologs") in said(app)


def test_figures_kept_for_internal_use_are_not_opened_for_the_council(asked: Asked, saved_views_file) -> None:
    internal = open_page("builder", m="spend", rows="benefit")
    assert not internal.exception
    database = open_database()
    request, _ = read({"m": "spend", "rows": "benefit", "period": "2023"}, World.of(database))
    kept = freezing.frozen(asking.ask(request, database, World.of(database), database.ask))
    number = SavedViews().save("Pabalsti", "Anna", address_of(request), "", True, kept)
    app = open_page("builder", audience=COUNCIL, saved=str(number))
    assert words("builder.kept_internal") in [box.value for box in app.info]
    assert not app.table
    assert open_page("builder", saved=str(number)).table


def test_kept_figures_of_the_council_keep_their_marks(asked: Asked, saved_views_file) -> None:
    database = open_database()
    request, _ = read({"m": "spend", "rows": "benefit", "period": "2023", "audience": COUNCIL}, World.of(database))
    kept = freezing.frozen(asking.ask(request, database, World.of(database), database.ask))
    number = SavedViews().save("Pabalsti", "Anna", address_of(request), "", True, kept)
    [table] = open_page("builder", saved=str(number)).table
    live = shown(open_page("builder", audience=COUNCIL, m="spend", rows="benefit").table[0])
    assert shown(table).equals(live)
    assert MARK in shown(table).to_numpy()


def test_a_refused_table_leads_to_the_nearest_and_the_address_goes_along(asked: Asked) -> None:
    app = open_page("builder", audience=COUNCIL, m="spend", rows="benefit", col="territory")
    assert not app.table
    [nearest] = [button for button in app.button if button.label == words("audience.nearest")]
    nearest.click().run()
    assert app.table
    assert app.query_params["rows"] == "benefit"
    assert "col" not in app.query_params


@pytest.mark.parametrize(
    ("by", "rows", "column"),
    [
        ((), (), None),
        (("benefit",), ("benefit",), None),
        (("benefit", "form"), ("benefit",), "form"),
        (("benefit_group", "benefit"), ("benefit_group", "benefit"), None),
        (("year", "month"), ("year", "month"), None),
    ],
)
def test_a_question_as_a_table(
    demonstration_url: str, by: tuple[str, ...], rows: tuple[str, ...], column: str | None
) -> None:
    question = Question.of("spend", 2023, by=by, where={"population": "residents"}, audience=COUNCIL)
    request = asked_by(question, open_database(demonstration_url).vocabulary)
    assert (request.rows, request.column, request.audience) == (rows, column, COUNCIL)
    assert request.where == (("population", ("residents",)),)
