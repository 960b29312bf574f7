"""A slow database, and visitors who ask much of it: what is stopped, who waits, and what is refused."""

import re
import threading
import time
from concurrent.futures import ThreadPoolExecutor

import pytest
import streamlit as st
from sqlalchemy import text
from streamlit.testing.v1 import AppTest

from data_access import (
    Answer,
    Asking,
    CalledOff,
    DataAccessError,
    Database,
    NotAllowed,
    Question,
    QuestionTooLarge,
    TooManyQuestions,
    Turns,
    database,
    engines,
    open_access,
    open_for,
    turns_of,
)
from data_access.access.turns import Limits
from data_access.errors import QuestionTooLong
from data_access.protection import masking
from pages.parts import annual_report, patience
from pages.parts.presenting import looking
from tests.infrastructure.case_database import Case
from tests.infrastructure.pages import open_page, registered_pages

EVERYTHING = open_access(demonstration_only=False)
SOON = 10  # seconds within which something has to happen on a busy computer
# Some hours of work, and a second way to see whether it goes on.
ENDLESS = {
    "duckdb": "select sum(a.range * b.range % 7) from range(10000000) a, range(10000000) b",
    "postgresql": "select pg_sleep(3600)",
}


def until(happens) -> None:
    give_up = time.monotonic() + SOON
    while not happens():
        assert time.monotonic() < give_up
        time.sleep(0.02)


# ── calling off ──────────────────────────────────────────────────────────────────────────────────


def test_what_is_called_off_stops_where_it_is_worked_on(case: Case) -> None:
    case.payment(case.household(), "2023-05-05", cents=5)
    engine = case.database.engine
    statement = text(ENDLESS[case.engine_name])
    asking = Asking(lambda: engines.read(engine, lambda connection: connection.scalar(statement)))
    until(lambda: asking.seconds > 0.2)
    assert not asking.ended(0)
    asking.call_off()
    assert asking.ended(SOON)
    with pytest.raises(CalledOff):
        asking.result()
    if case.engine_name == "postgresql":
        active = "select count(*) from pg_stat_activity where state = 'active' and query like 'select pg_sleep(3600)%'"
        assert engines.read(engine, lambda connection: connection.scalar(text(active))) == 0
    assert case.ask("spend", 2023).value() == 5


def test_what_was_called_off_before_its_turn_is_not_begun(case: Case) -> None:
    engine, reached, go_on = case.database.engine, threading.Event(), threading.Event()
    begun = []

    def find() -> None:
        reached.set()
        go_on.wait(SOON)
        engines.read(engine, begun.append)

    asking = Asking(find)
    assert reached.wait(SOON)
    asking.call_off()
    go_on.set()
    with pytest.raises(CalledOff):
        asking.result()
    assert begun == []


def test_tables_of_further_years_are_not_protected_once_nobody_waits(monkeypatch: pytest.MonkeyPatch) -> None:
    begun = []

    def choose(family: int) -> None:
        begun.append(family)
        until(lambda: Asking.current().off)

    monkeypatch.setattr(masking, "read_families", lambda name, years, read: {year: year for year in years})
    monkeypatch.setattr(masking, "_mask", choose)
    asking = Asking(lambda: masking.make_masks("assistance", (2022, 2023), None))
    until(lambda: begun)
    asking.call_off()
    assert asking.ended(SOON)
    with pytest.raises(CalledOff):
        asking.result()
    assert begun == [2022]


def test_a_further_step_is_not_begun_once_nobody_waits() -> None:
    steps, done = patience.Steps(lambda done, of: f"{done} no {of}"), []

    def make() -> None:
        for number in (1, 2):
            done.append(number)
            steps(number, 2)
            until(lambda: Asking.current().off)

    asking = Asking(make)
    until(lambda: done)
    asking.call_off()
    with pytest.raises(CalledOff):
        asking.result()
    assert done == [1, 2]  # the second has told of itself, and went no further


def page_that_waits() -> None:
    import streamlit as st

    from data_access import DataAccessError
    from pages.parts import patience
    from tests import test_patience

    try:
        st.write(patience.wait_for(test_patience.find))
    except DataAccessError as error:
        st.error(error.key)


def find() -> str:
    """What the page waits for: replaced by each test."""
    raise NotImplementedError


@pytest.fixture
def waiting(monkeypatch: pytest.MonkeyPatch):
    """`waiting(find)` is a page that waits for something, and says after a moment that it is slow."""

    def page(what) -> AppTest:
        monkeypatch.setattr("tests.test_patience.find", what)
        monkeypatch.setattr(patience, "SLOW", 0.2)
        return AppTest.from_function(page_that_waits, default_timeout=SOON)

    return page


def test_a_page_says_that_it_is_slow_until_the_answer_is_there(waiting, monkeypatch: pytest.MonkeyPatch) -> None:
    slow, say_slow = threading.Event(), patience._say_slow

    def said():
        slot = say_slow()
        slow.set()
        return slot

    monkeypatch.setattr(patience, "_say_slow", said)
    app = waiting(lambda: slow.wait(SOON) and "the answer").run()
    assert [told.value for told in app.markdown] == ["the answer"]
    assert [button.key for button in app.button] == []


def test_after_calling_off_only_what_is_quick_is_waited_for(waiting) -> None:
    asked: list[Asking] = []

    def endless() -> None:
        asked.append(Asking.current())
        until(lambda: Asking.current().off)

    app = waiting(endless)
    app.session_state["called_off"] = True
    app.run()
    assert [error.value for error in app.error] == ["errors.called_off"]
    assert asked[0].off
    quick = waiting(lambda: "the answer")
    quick.session_state["called_off"] = True
    assert [told.value for told in quick.run().markdown] == ["the answer"]


def test_a_statement_that_takes_too_long_is_stopped_on_duckdb_too(waiting, monkeypatch, new_case) -> None:
    engine = new_case("duckdb", "hand_made").database.engine
    monkeypatch.setattr(patience, "LONGEST", 0.3)
    endless = text(ENDLESS["duckdb"])
    app = waiting(lambda: engines.read(engine, lambda connection: connection.scalar(endless))).run()
    assert [error.value for error in app.error] == ["errors.question_too_large"]


# ── decks and reports ────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("page", "maker", "answered", "shown", "files"),
    [
        ("presentation", looking, 4, r"Gatavo slaidus: [1-9] no \d+", {"PowerPoint", "PDF"}),
        ("report", annual_report, 3, r"Gatavo pārskatu: atbildēti jautājumi – [1-9] no \d+", {"DOCX", "XLSX"}),
    ],
    ids=["presentation", "report"],
)
def test_a_deck_or_report_that_is_being_made_is_called_off_with_its_statement(
    monkeypatch: pytest.MonkeyPatch,
    demonstration_url: str,
    page: str,
    maker,
    answered: int,
    shown: str,
    files: set[str],
) -> None:
    """After some answers the database is stuck; the visitor presses the button as soon as it is there."""
    monkeypatch.setenv("DATABASE_URL", demonstration_url)
    registered_pages()  # the first page is not what is slow here
    answer, show, said, asked = Database.ask, patience.Steps.show, [], []

    def stuck(self: Database, question: Question, *within: Answer | None):
        asked.append(Asking.current())
        if len(asked) <= answered:
            return answer(self, question, *within)
        return engines.read(self.engine, lambda connection: connection.scalar(text(ENDLESS["duckdb"])))

    def press(self: patience.Steps) -> None:
        show(self)
        until(lambda: len(asked) > answered)
        said.append(self._words(*self._told))
        patience._call_off()
        st.rerun()

    with monkeypatch.context() as slow:
        slow.setattr(maker, "remember", lambda what, version, find: find())
        slow.setattr(Database, "ask", stuck)
        slow.setattr(patience.Steps, "show", press)
        slow.setattr(patience, "MANY", patience.QUICK + 0.1)
        app = open_page(page)
    assert len(said) == 1
    assert re.fullmatch(shown, said[0])
    assert [box.value for box in app.info] == ["Vaicājums ir atcelts: datubāze to vairs nerēķina."]
    assert not app.error
    assert not app.get("progress")
    assert not app.get("download_button")
    assert {one.off and one.ended(SOON) for one in asked[answered:]} == {True}
    # Nothing half-made is left: it is made anew, and whole.
    app.button(key="retry").click().run()
    offered = {button.label.rpartition("(")[2].rstrip(")") for button in app.get("download_button")}
    assert files <= offered


# ── how much one visitor is answered ─────────────────────────────────────────────────────────────


class Clock:
    now = 1000.0

    def __call__(self) -> float:
        return self.now


class Told:
    """A witness who keeps what was refused."""

    def __init__(self) -> None:
        self.refusals: list[DataAccessError] = []
        self.answers = 0

    def answered(self, question: Question, rows: int) -> None:
        self.answers += 1

    def refused(self, error: NotAllowed, question: Question | None = None) -> None:
        self.refusals.append(error)


def test_a_visitor_who_asks_too_much_is_told_until_when_and_it_is_kept_once_a_minute(case: Case) -> None:
    case.payment(case.household(), "2023-05-05", cents=5)
    url = case.database.engine.url.render_as_string(hide_password=False)
    clock, told = Clock(), Told()
    hers = open_for(EVERYTHING, told, url, turns=Turns(Limits(a_minute=2), clock))
    question = Question.of("spend", 2023)
    hers.ask(question)
    clock.now += 20
    hers.ask(question)
    for moment, seconds in ((20, 40), (30, 30), (59, 1)):
        clock.now = 1000 + moment
        with pytest.raises(TooManyQuestions) as caught:
            hers.ask(question)
        assert caught.value.params == {"count": seconds}
    assert str(caught.value).endswith("Mēģiniet vēlreiz pēc 1 sekundes.")
    assert len(told.refusals) == 1
    # What is answered from a cache takes no turn, and somebody else has her own.
    kept = hers._database.ask(question)
    assert hers.ask(question, lambda *_: kept).value() == 5
    assert open_for(EVERYTHING, told, url, turns=Turns(Limits(a_minute=2), clock)).ask(question).value() == 5
    clock.now = 1060
    assert hers.ask(question).value() == 5
    for _ in range(2):
        clock.now = 1079  # more than a minute after the first of those that count
        with pytest.raises(TooManyQuestions):
            hers.ask(question)
    assert len(told.refusals) == 1
    clock.now = 1081
    hers.ask(question)
    with pytest.raises(TooManyQuestions):
        hers.ask(question)
    assert len(told.refusals) == 2
    assert told.answers == 6


def test_one_visitor_in_many_tabs_does_not_hold_up_another(case: Case, monkeypatch: pytest.MonkeyPatch) -> None:
    case.payment(case.household(), "2023-05-05", cents=5)
    url = case.database.engine.url.render_as_string(hide_password=False)
    release, running, answer = threading.Event(), [], Database.ask

    def slowly(self: Database, question: Question, *within: Answer | None):
        running.append(question)
        assert release.wait(SOON)
        return answer(self, question, *within)

    monkeypatch.setattr(database.Database, "ask", slowly)

    def ask(who: str):
        return open_for(EVERYTHING, url=url, turns=turns_of(who, Limits(at_once=2))).ask(Question.of("spend", 2023))

    with ThreadPoolExecutor(8) as tabs:
        hers = [tabs.submit(ask, "heavy@example.test") for _ in range(6)]
        until(lambda: len(running) == 2)
        other = tabs.submit(ask, "light@example.test")
        until(lambda: len(running) == 3)
        time.sleep(0.3)
        assert len(running) == 3  # four of hers wait, and nobody for them
        release.set()
        assert [one.result().value() for one in (*hers, other)] == [5] * 7


def test_who_waits_for_her_turn_can_leave() -> None:
    turns = Turns(Limits(at_once=1))

    def wait() -> None:
        with turns.taken():
            raise AssertionError("it was not her turn")

    with turns.taken():
        asking = Asking(wait)
        assert not asking.ended(0.2)
        asking.call_off()
        with pytest.raises(CalledOff):
            asking.result()


# ── how large a question is ──────────────────────────────────────────────────────────────────────


def test_an_enormous_question_is_refused_before_it_is_asked() -> None:
    for enormous in ({"measures": ["spend"] * 21}, {"measures": "spend", "where": {"benefit": ["gmi"] * 1001}}):
        with pytest.raises(QuestionTooLong) as caught:
            Question.of(period=2023, **enormous)
    assert (
        str(caught.value)
        == "Vienā jautājumā var būt ne vairāk kā 20 rādītāji un 1\N{NO-BREAK SPACE}000 filtru vērtības."
    )


def test_an_answer_of_too_many_rows_is_none(case: Case, monkeypatch: pytest.MonkeyPatch) -> None:
    home = case.household()
    for month in (1, 2, 3):
        case.payment(home, f"2023-{month:02}-05", cents=5)
    monkeypatch.setattr(database, "MOST_ROWS", 4)  # three months and their total
    assert case.ask("spend", 2023, by="month").value() == 15
    monkeypatch.setattr(database, "MOST_ROWS", 3)
    with pytest.raises(QuestionTooLarge):
        case.ask("spend", 2023, by="month")
