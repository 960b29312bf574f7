"""Who may ask what: every role by every page, measure and dimension, and attacks at the door itself.

What each role gives is written here a second time, by hand, from what the service has settled.
"""

from collections import Counter
from dataclasses import replace

import pytest

from data_access import (
    COUNCIL,
    INTERNAL,
    NotAllowed,
    Question,
    dimensions,
    dimensions_of,
    measures,
    open_access,
    open_database,
    open_for,
    read_loads,
    read_open_rejected,
)
from data_access.access import OpenToOthers, VisitorsDatabase
from data_access.access.table import Access, access, departments, roles
from data_access.deck import make_deck, prepared_deck
from data_access.telling.builder.reading import default
from data_access.telling.builder.world import World, subject
from data_access.telling.reader import Reader
from tests.infrastructure.pages import NAVIGATION

STORIES = {"overview", "benefits", "households", "psychologists", "day_centres"}
EVERYBODY = {
    "director": access("director"),
    "analyst": access("analyst"),
    "clerk": access("clerk"),
    "councillor": access("councillor"),
    **{name: access("department_head", name) for name in departments()},
}
PAGES = {
    "director": {*STORIES, "builder", "presentation", "report", "method", "quality", "loading", "audits"},
    "analyst": {*STORIES, "builder", "presentation", "report", "method", "quality"},
    "clerk": {*STORIES, "method", "quality", "loading"},
    "councillor": {*STORIES, "builder", "presentation", "method"},
    "benefits": {"benefits", "households", "builder", "presentation", "method"},
    "psychologists": {"psychologists", "builder", "presentation", "method"},
    "day_centres": {"day_centres", "builder", "presentation", "method"},
    "gadc": {"day_centres", "builder", "presentation", "method"},
    "saime": {"day_centres", "builder", "presentation", "method"},
    "social_day_care_centre": {"day_centres", "builder", "presentation", "method"},
}
MONEY_AND_STATUS = {
    *("spend", "payments", "households_assisted", "persons_assisted", "recipients"),
    *("households_with_status", "persons_with_status", "households_on_date", "persons_on_date"),
    *("statuses_granted", "statuses_renewed", "statuses_ended"),
}
OF_PSYCHOLOGISTS = {"consultations", "missed_share", "psychologist_clients", "other_consultations", "other_clients"}
OF_CENTRES = {"visits", "visitors"}
MEASURES = {
    **dict.fromkeys(("director", "analyst", "clerk", "councillor"), MONEY_AND_STATUS | OF_PSYCHOLOGISTS | OF_CENTRES),
    "benefits": MONEY_AND_STATUS,
    "psychologists": OF_PSYCHOLOGISTS,
    **dict.fromkeys(("day_centres", "gadc", "saime", "social_day_care_centre"), OF_CENTRES),
}
CLOSED = {"problem_area", "problem_category", "psychologist"}
MAY_USE_CLOSED = {"director", "analyst", "psychologists"}
MAY_DOWNLOAD = set(EVERYBODY) - {"clerk"}
MAY_LOAD = {"director", "clerk"}
MAY_SEE_RECORDS = {"director", "analyst", "clerk"}


class Kept:
    """A witness who remembers."""

    def __init__(self) -> None:
        self.asked: list[Question] = []
        self.rows: list[int] = []
        self.refusals: list[str] = []

    def answered(self, question: Question, rows: int) -> None:
        self.asked.append(question)
        self.rows.append(rows)

    def refused(self, error: NotAllowed, question: Question | None = None) -> None:
        self.refusals.append(error.what)


class Shared:
    """What is remembered for all visitors, as pages do; `found` counts what had to be found."""

    def __init__(self) -> None:
        self.known: dict = {}
        self.found: Counter = Counter()

    def __call__(self, what, version, find):
        key = (repr(what), version)
        if key not in self.known:
            self.found[key] += 1
            self.known[key] = find()
        return self.known[key]


@pytest.fixture
def witness() -> Kept:
    return Kept()


def refused(visitor: Access, question: Question) -> str | None:
    try:
        visitor.admitted(question)
    except NotAllowed as error:
        return error.what
    return None


# ── the table ────────────────────────────────────────────────────────────────────────────────────


def test_every_role_and_department_is_told_here() -> None:
    assert {*roles(), *departments()} - {"department_head"} == set(EVERYBODY) == set(PAGES) == set(MEASURES)


@pytest.mark.parametrize("who", EVERYBODY)
def test_a_role_opens_its_pages_and_no_other(who: str) -> None:
    assert {page for page in (*NAVIGATION, "", "x") if EVERYBODY[who].opens(page)} == PAGES[who]


def test_every_page_is_open_to_the_director() -> None:
    assert set(NAVIGATION) <= PAGES["director"]


@pytest.mark.parametrize("who", EVERYBODY)
def test_a_role_is_answered_its_measures_split_and_filtered_by_what_is_open(who: str) -> None:
    visitor, wrong = EVERYBODY[who], []
    for code in measures():
        for name in (None, *dimensions_of(code)):
            may = code in MEASURES[who] and (name not in CLOSED or who in MAY_USE_CLOSED)
            asked = [Question.of(code, 2023, by=name or ())]
            if name and dimensions()[name].kind == "category" and name != "centre":
                asked.append(Question.of(code, 2023, where={name: "unknown"}))
            wrong += [question for question in asked if (refused(visitor, question) is None) != may]
    assert not wrong


@pytest.mark.parametrize("audience", [INTERNAL, COUNCIL])
@pytest.mark.parametrize("who", EVERYBODY)
def test_only_a_councillor_is_answered_for_the_council_whatever_is_asked(who: str, audience: str) -> None:
    [code, *_] = sorted(MEASURES[who])
    told = EVERYBODY[who].admitted(Question.of(code, 2023, audience=audience)).audience
    assert told == (COUNCIL if who == "councillor" else audience)


@pytest.mark.parametrize("who", EVERYBODY)
@pytest.mark.parametrize(
    ("what", "may"), [("downloads", MAY_DOWNLOAD), ("loading", MAY_LOAD), ("records", MAY_SEE_RECORDS)]
)
def test_what_else_a_role_gives(who: str, what: str, may: set[str]) -> None:
    if who in may:
        EVERYBODY[who].require(what)
    else:
        with pytest.raises(NotAllowed):
            EVERYBODY[who].require(what)


def test_everything_exact_is_open_to_the_director_and_the_analyst() -> None:
    assert {who for who, visitor in EVERYBODY.items() if visitor.whole} == {"director", "analyst"}


def test_who_is_given_nothing_may_nothing() -> None:
    nobody = Access("clerk")
    assert refused(nobody, Question.of("visits", 2023)) == "anything"
    assert refused(nobody, Question.of("visits", 2023, audience=COUNCIL)) == "anything"
    assert not nobody.pages
    for what in ("downloads", "loading", "records", "whole"):
        with pytest.raises(NotAllowed):
            nobody.require(what)


# ── records of one unit ──────────────────────────────────────────────────────────────────────────


def test_only_records_of_the_own_unit_are_counted(demonstration_url: str, witness: Kept) -> None:
    everything, own = open_database(demonstration_url), open_for(EVERYBODY["saime"], witness, demonstration_url)
    of_saime = everything.ask(Question.of("visits", 2023, where={"centre": "saime"})).value()
    of_all = everything.ask(Question.of("visits", 2023)).value()
    assert 0 < of_saime < of_all
    answer = own.ask(Question.of("visits", 2023))
    assert answer.value() == of_saime
    assert own.ask(Question.of("visits", 2023, where={"centre": "saime"})).value() == of_saime
    split = own.ask(Question.of("visits", 2023, by="branch")).frame
    assert set(split["branch"]) == {"saime", "total"}
    assert set(split["visits"]) == {of_saime}
    assert "Saime" in answer.notes[-1].text("lv")
    assert witness.asked[0].where == (("centre", ("saime",)),)


@pytest.mark.parametrize(
    "where",
    [{"centre": "gadc"}, {"centre": ["saime", "gadc"]}, {"centre": "unknown"}],
)
def test_records_of_other_units_are_refused(demonstration_url: str, witness: Kept, where: dict) -> None:
    own = open_for(EVERYBODY["saime"], witness, demonstration_url)
    with pytest.raises(NotAllowed) as refusal:
        own.ask(Question.of("visits", 2023, where=where))
    assert "Centrs" in str(refusal.value)
    assert witness.refusals == ["rows"]
    # A branch of another centre is one filter more: there is no record of both.
    assert own.ask(Question.of("visits", 2023, where={"branch": "gadc_ogre"})).value() in (0, None)


def test_only_the_own_units_are_offered(demonstration_url: str) -> None:
    own = open_for(EVERYBODY["gadc"], url=demonstration_url).vocabulary
    assert own.codes("centre") == ("gadc",)
    assert own.codes("branch") == ("gadc_ogre", "gadc_ogresgals", "gadc_ciemupe")
    assert own.codes("problem_area") == own.codes("psychologist") == ()
    assert open_for(EVERYBODY["psychologists"], url=demonstration_url).vocabulary.codes("psychologist")


def test_what_cannot_be_limited_to_the_own_records_is_refused() -> None:
    of_parishes = access("director", rows=(("territory", ("ogre", "ikskile")),))
    assert refused(of_parishes, Question.of("visits", 2023)) == "measure"
    assert refused(of_parishes, Question.of("spend", 2023)) is None
    assert refused(of_parishes, Question.of(("spend", "recipients"), 2023, where={"territory": "tome"})) == "rows"
    assert not of_parishes.whole


def test_two_limits_leave_what_meets_both_and_never_more() -> None:
    both = access("department_head", "gadc", (("centre", ("gadc", "saime")), ("branch", ("gadc_ogre",))))
    assert dict(both.rows) == {"centre": ("gadc",), "branch": ("gadc_ogre",)}
    none = access("department_head", "gadc", (("centre", ("saime",)),))
    for where in ({}, {"centre": "gadc"}, {"centre": "saime"}):
        assert refused(none, Question.of("visits", 2023, where=where)) == "rows"


# ── the door ─────────────────────────────────────────────────────────────────────────────────────


def test_what_was_remembered_for_another_role_is_refused_all_the_same(demonstration_url: str, witness: Kept) -> None:
    shared = Shared()
    secret = Question.of("psychologist_clients", 2023, by="problem_area")
    assert not open_for(EVERYBODY["director"], url=demonstration_url).ask(secret, shared).empty
    with pytest.raises(NotAllowed) as refusal:
        open_for(EVERYBODY["clerk"], witness, demonstration_url).ask(secret, shared)
    assert "Problēmu joma" in str(refusal.value)
    assert witness.refusals == ["dimension"]
    assert witness.asked == []


def test_a_limited_answer_is_not_remembered_as_the_whole_one(demonstration_url: str) -> None:
    shared, asked = Shared(), Question.of("visits", 2023)
    own = open_for(EVERYBODY["saime"], url=demonstration_url).ask(asked, shared)
    whole = open_for(EVERYBODY["director"], url=demonstration_url).ask(asked, shared)
    assert own.value() < whole.value()
    assert not [note for note in whole.notes if note.kind == "limited"]
    # The director who chooses that centre is told nothing of a limit that is not hers.
    chosen = open_for(EVERYBODY["director"], url=demonstration_url).ask(own.question, shared)
    assert chosen.value() == own.value()
    assert not [note for note in chosen.notes if note.kind == "limited"]
    assert set(shared.found.values()) == {1}
    assert len(shared.found) == 2


def test_a_councillor_gets_the_councils_answer_to_an_internal_question(demonstration_url: str, witness: Kept) -> None:
    shared, asked = Shared(), Question.of("visitors", 2023, by=("branch", "visitor_group"))
    exact = open_for(EVERYBODY["director"], url=demonstration_url).ask(asked, shared)
    told = open_for(EVERYBODY["councillor"], witness, demonstration_url).ask(asked, shared)
    assert told.withheld["visitors"].any()
    assert told.frame["visitors"].isna().any()
    assert not exact.frame["visitors"].isna().any()
    assert witness.asked == [replace(asked, audience=COUNCIL)]


def test_kept_figures_are_told_only_to_whom_they_would_be_counted(demonstration_url: str, witness: Kept) -> None:
    def may(who: str, question: Question) -> bool:
        try:
            open_for(EVERYBODY[who], witness, demonstration_url).require_kept(question)
        except NotAllowed:
            return False
        return True

    areas = Question.of("psychologist_clients", 2023, by="problem_area")
    visits = Question.of("visits", 2023)
    assert [who for who in EVERYBODY if may(who, areas)] == ["director", "analyst", "psychologists"]
    assert [who for who in EVERYBODY if may(who, visits)] == ["director", "analyst", "clerk", "day_centres"]
    assert may("saime", replace(visits, where=(("centre", ("saime",)),)))
    assert may("councillor", replace(visits, audience=COUNCIL))


@pytest.mark.parametrize("who", ["benefits", "saime", "councillor", "clerk"])
def test_the_whole_is_not_remembered_for_who_may_not_see_it(demonstration_url: str, who: str) -> None:
    visitor, told = open_for(EVERYBODY[who], url=demonstration_url), []

    def remembered(what, version, find):
        told.append(what)
        return "what another role was told"

    for ask in (visitor.checked, lambda remember: visitor.report(2023, COUNCIL, remember)):
        with pytest.raises(NotAllowed):
            ask(remembered)
    assert told == []
    assert open_for(EVERYBODY["analyst"], url=demonstration_url).checked(remembered) == "what another role was told"


def test_what_is_taken_away_after_the_page_was_opened_is_refused(demonstration_url: str, witness: Kept) -> None:
    role = [EVERYBODY["director"]]
    opened = open_for(EVERYBODY["director"], witness, demonstration_url, now=lambda: role[0])
    asked = Question.of("psychologist_clients", 2023, by="problem_area")
    shared = Shared()
    assert not opened.ask(asked, shared).empty
    role[0] = EVERYBODY["clerk"]
    for ask in (
        lambda: opened.ask(asked, shared),
        lambda: opened.checked(shared),
        lambda: opened.require_kept(asked),
        lambda: opened.require("downloads"),
        lambda: opened.require_page("report"),
    ):
        with pytest.raises(NotAllowed):
            ask()
    role[0] = EVERYBODY["saime"]
    assert set(opened.quality(shared).reach) == set()
    with pytest.raises(NotAllowed):
        opened.ask(Question.of("visits", 2023, where={"centre": "gadc"}), shared)
    # Limits that came meanwhile are part of the answer and said in it.
    assert [note.kind for note in opened.ask(Question.of("visits", 2023), shared).notes][-1] == "limited"


SPENT = [("spend", "benefit"), ("spend", "benefit"), ("households_with_status", "year"), ("spend", "territory")]
CLIENTS = [("psychologist_clients", "person_group"), ("psychologist_clients", "problem_area")]
BRANCHES, CHANGED = ("visits,visitors", "branch"), ("spend", "benefit")


@pytest.mark.parametrize(
    ("who", "figures", "tables"),
    [
        ("director", 6, [*SPENT, *CLIENTS, BRANCHES, CHANGED]),
        ("councillor", 6, [*SPENT, CLIENTS[0], BRANCHES, CHANGED]),
        ("benefits", 4, [*SPENT, CHANGED]),
        ("psychologists", 1, CLIENTS),
        ("gadc", 1, [BRANCHES]),
        ("saime", 0, [BRANCHES]),
    ],
)
def test_the_prepared_deck_has_what_the_role_is_answered(
    demonstration_url: str, witness: Kept, who: str, figures: int, tables: list[tuple[str, str]]
) -> None:
    opened = open_for(EVERYBODY[who], witness, demonstration_url)
    deck = prepared_deck(2023, COUNCIL if who == "councillor" else INTERNAL, World.of(opened))
    asked = [(slide.address["m"], slide.address["rows"]) for slide in deck.slides if slide.kind == "table"]
    assert (asked, sum(len(slide.figures) for slide in deck.slides)) == (tables, figures)
    assert [deck.slides[0].kind, deck.slides[-1].kind] == ["title", "method"]
    assert all(slide.figures for slide in deck.slides if slide.kind == "figures")
    made = make_deck(opened, Reader(opened.vocabulary, "lv"), deck)
    assert not [slide for slide in made.slides if slide.headline == "Šo slaidu nevar izveidot"]
    assert not witness.refusals


def test_loads_are_read_by_whom_records_are_open_to(demonstration_url: str, witness: Kept) -> None:
    assert read_loads(open_for(EVERYBODY["clerk"], url=demonstration_url))
    for read in (read_loads, read_open_rejected):
        with pytest.raises(NotAllowed):
            read(open_for(EVERYBODY["benefits"], witness, demonstration_url))
    assert witness.refusals == ["records", "records"]


def test_quality_is_told_of_open_subjects_only(demonstration_url: str) -> None:
    def told(who: str) -> set[str]:
        quality = open_for(EVERYBODY[who], url=demonstration_url).quality(shared)
        return {one.subject for one in (*quality.months, *quality.unknown)} | set(quality.reach)

    shared = Shared()
    assert told("director") == {"assistance", "status", "psychologists", "day_centres"}
    assert told("day_centres") == {"day_centres"}
    assert told("saime") == set()
    unknown = open_for(EVERYBODY["clerk"], url=demonstration_url).quality(shared).unknown
    assert unknown
    assert not {one.dimension for one in unknown} & CLOSED


def test_a_page_offers_open_subjects_only(demonstration_url: str) -> None:
    def subjects(who: str) -> list[str]:
        return list(open_for(EVERYBODY[who], url=demonstration_url).coverage)

    assert subjects("director") == ["assistance", "day_centres", "psychologists", "status"]
    assert subjects("saime") == ["day_centres"]
    own = World.of(open_for(EVERYBODY["saime"], url=demonstration_url))
    assert subject(default(own).measures[0]) == "day_centres"


def test_the_visitors_database_shows_nothing_past_its_door() -> None:
    public = {name for name in dir(VisitorsDatabase) if not name.startswith("_")}
    words_and_days = {"access", "version", "vocabulary", "coverage", "as_of", "demonstration", "years", "series_events"}
    checked = {
        "ask",
        "quality",
        "checked",
        "report",
        "read",
        "require",
        "require_page",
        "require_kept",
        "limits",
        "may_ask",
        "protecting",  # gives nothing back
    }
    assert public == words_and_days - {"access"} | checked


# ── nobody signs in ──────────────────────────────────────────────────────────────────────────────


def test_without_sign_in_everything_but_the_audits_is_open(demonstration_url: str) -> None:
    visitor = open_access(demonstration_only=True)
    assert set(visitor.pages) == PAGES["director"] - {"audits"}
    assert visitor.whole
    assert open_for(visitor, url=demonstration_url).ask(Question.of("visits", 2023)).value()


def test_real_records_are_not_open_to_other_computers_without_sign_in(new_case) -> None:
    case = new_case("duckdb", "hand_made")
    case.visit(case.person(), "2023-05-01")
    url = case.database.engine.url.render_as_string(hide_password=False)
    with pytest.raises(OpenToOthers):
        open_for(open_access(demonstration_only=True), url=url)
    assert open_for(open_access(demonstration_only=False), url=url).ask(Question.of("visits", 2023)).value() == 1
    assert open_for(EVERYBODY["director"], url=url).ask(Question.of("visits", 2023)).value() == 1
