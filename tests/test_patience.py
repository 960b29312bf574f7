"""A slow database: what the visitor is told, that she can give up, and that nothing goes on for nobody."""

import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest
import sqlalchemy
from playwright.sync_api import Page, expect
from sqlalchemy import make_url, text

from data_access import Cancelled, Cancelling, cancellable
from data_access.engines import read, reading_engine
from data_access.language import texts
from pages.parts import patience
from tests.infrastructure.browser import settled
from tests.infrastructure.case_database import SUBJECTS
from tests.infrastructure.demonstration import EMPTY_DAYS
from tests.infrastructure.pages import WORDS

WITHIN = 20  # seconds; each of these takes a moment
ENDLESS = {
    "duckdb": "SELECT count(*) FROM range(1000000000) a, range(1000) b WHERE a.range * b.range % 7 = 3",
    "postgresql": "SELECT pg_sleep(600)",
}
NOW_RUNNING = """SELECT count(*) FROM pg_stat_activity
    WHERE state = 'active' AND pid <> pg_backend_pid() AND datname = :name"""
words = texts("lv", *WORDS)


def waited_for(what: Callable[[], bool]) -> bool:
    end = time.monotonic() + WITHIN
    while not what() and time.monotonic() < end:
        time.sleep(0.05)
    return what()


# ── the statement ────────────────────────────────────────────────────────────────────────────────


@pytest.fixture(params=["duckdb", pytest.param("postgresql", marks=pytest.mark.postgres)])
def engine(request: pytest.FixtureRequest) -> Iterator[sqlalchemy.Engine]:
    if request.param == "duckdb":
        url = f"duckdb:///{request.getfixturevalue('empty_duckdb')}"
    else:
        url = request.getfixturevalue("postgres_server").url()
    engine = reading_engine(make_url(url))
    yield engine
    engine.dispose()


@pytest.mark.parametrize("when", ["before", "while it runs"])
def test_a_statement_that_is_given_up_ends_and_the_next_is_answered(engine: sqlalchemy.Engine, when: str) -> None:
    what, begun = Cancelling(), threading.Event()

    def endless(connection: sqlalchemy.Connection):
        begun.set()
        return connection.execute(text(ENDLESS[engine.dialect.name])).all()

    def ask():
        with cancellable(what):
            return read(engine, endless)

    if when == "before":
        what.cancel()
    with ThreadPoolExecutor(1) as beside:
        asked = beside.submit(ask)
        if when != "before":
            assert begun.wait(WITHIN)
            what.cancel()
        with pytest.raises(Cancelled):
            asked.result(WITHIN)
    assert begun.is_set() == (when != "before")
    assert read(engine, lambda connection: connection.scalar(text("SELECT 1"))) == 1


# ── a script that waits ──────────────────────────────────────────────────────────────────────────


class GoneOn(BaseException):
    """As Streamlit ends a script whose visitor wants something else."""


@pytest.fixture
def readers(monkeypatch: pytest.MonkeyPatch) -> dict[int, str]:
    """Who waits in which thread; whoever is `gone` goes on at the next look."""
    of_thread: dict[int, str] = {}

    def look(_waiting: object) -> None:
        if of_thread[threading.get_ident()] == "gone":
            raise GoneOn()

    monkeypatch.setattr(patience, "LOOK_AGAIN", 0.01)
    monkeypatch.setattr(patience, "get_script_run_ctx", lambda suppress_warning=False: object())
    monkeypatch.setattr(patience, "_visitor", lambda: of_thread[threading.get_ident()])
    monkeypatch.setattr(patience._Waiting, "on", look)
    return of_thread


def ask(readers: dict[int, str], who: str, find: Callable, key: object = None, told: Callable = lambda ident: None):
    readers[threading.get_ident()] = who
    told(threading.get_ident())
    return patience.found(find, key)


def test_who_asks_the_same_waits_for_the_same(readers: dict[int, str]) -> None:
    times, answer = [], threading.Event()

    def find() -> int:
        times.append(1)
        answer.wait(WITHIN)
        return 7

    with ThreadPoolExecutor(3) as scripts:
        asked = [scripts.submit(ask, readers, who, find, "one") for who in ("A", "B", "C")]
        assert waited_for(lambda: len(readers) == 3 and bool(times))
        answer.set()
        assert [one.result(WITHIN) for one in asked] == [7, 7, 7]
    assert len(times) == 1
    assert patience._running == {}


def test_what_one_of_two_gives_up_goes_on_for_the_other(readers: dict[int, str], engine: sqlalchemy.Engine) -> None:
    begun, idents = threading.Event(), {}

    def endless(connection: sqlalchemy.Connection):
        begun.set()
        return connection.execute(text(ENDLESS[engine.dialect.name])).all()

    with ThreadPoolExecutor(2) as scripts:
        asked = {
            who: scripts.submit(
                ask,
                readers,
                who,
                lambda: read(engine, endless),
                "one",
                lambda ident, who=who: idents.update({who: ident}),
            )
            for who in ("A", "B")
        }
        assert begun.wait(WITHIN)
        assert waited_for(lambda: [one.waiting for one in patience._running.values()] == [2])
        [asking] = patience._running.values()
        readers[idents["A"]] = "gone"
        with pytest.raises(GoneOn):
            asked["A"].result(WITHIN)
        assert not asking.future.done()
        readers[idents["B"]] = "gone"
        with pytest.raises(GoneOn):
            asked["B"].result(WITHIN)
        with pytest.raises(Cancelled):
            asking.future.result(WITHIN)


def test_one_visitor_holds_up_herself_and_nobody_else(readers: dict[int, str]) -> None:
    begun, answer = [], threading.Event()

    def find() -> None:
        begun.append(1)
        answer.wait(WITHIN)

    with ThreadPoolExecutor(10) as scripts:
        heavy = [scripts.submit(ask, readers, "heavy", find) for _ in range(8)]
        assert waited_for(lambda: len(begun) == patience.MOST_AT_ONCE)
        assert scripts.submit(ask, readers, "other", lambda: 1).result(WITHIN) == 1
        assert len(begun) == patience.MOST_AT_ONCE
        answer.set()
        for one in heavy:
            one.result(WITHIN)
    assert len(begun) == len(heavy)
    assert not patience._of_visitor


def test_what_has_failed_is_raised(readers: dict[int, str]) -> None:
    readers[threading.get_ident()] = "A"
    for error in (TimeoutError(), Cancelled()):

        def fail(error: Exception = error) -> None:
            raise error

        with pytest.raises(type(error)):
            patience.found(fail)


# ── a page, and a server that hangs on to a table ────────────────────────────────────────────────


@pytest.mark.postgres
@pytest.mark.browser
def test_a_slow_database_gets_a_sentence_and_can_be_given_up(new_case, streamlit_server, visit) -> None:
    case = new_case("postgresql", "slow")
    for subject in SUBJECTS:
        case.load(subject, *EMPTY_DAYS)
    case.payment(case.household(), "2023-05-05", cents=123456)
    url = case.database.engine.url.render_as_string(hide_password=False)
    page: Page = visit(streamlit_server({"DATABASE_URL": url}), "/day_centres")
    writer = sqlalchemy.create_engine(url, poolclass=sqlalchemy.NullPool)

    def running() -> int:
        with writer.connect() as connection:
            return connection.scalar(text(NOW_RUNNING), {"name": writer.url.database})

    with writer.begin() as connection:
        connection.execute(text("LOCK TABLE payments IN ACCESS EXCLUSIVE MODE"))
        page.get_by_role("link", name="Pabalsti").first.click()
        slow = page.get_by_text(words("patience.slow"))
        expect(slow).to_be_visible(timeout=WITHIN * 1000)
        assert running() > 0
        page.get_by_role("button", name=words("patience.give_up")).click()
        expect(page.get_by_text(words("errors.cancelled"))).to_be_visible(timeout=WITHIN * 1000)
        assert not slow.is_visible()
        assert waited_for(lambda: running() == 0)
        # Another page while one waits: nothing goes on for the first.
        page.get_by_role("button", name=words("frame.retry")).click()
        assert waited_for(lambda: running() > 0)
        page.get_by_role("link", name="Dienas centri").first.click()
        page.get_by_role("heading", name="Dienas centri", exact=True).wait_for()
        settled(page)
        assert waited_for(lambda: running() == 0)
        page.get_by_role("link", name="Pabalsti").first.click()
        assert waited_for(lambda: running() > 0)
    # The server is itself again: who has waited is answered.
    settled(page)
    assert "1 234,56 €".replace(" ", "\u00a0") in page.inner_text("body")
    writer.dispose()
