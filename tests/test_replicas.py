"""Several machines: reading from a standby, going on with the other server, and never mixing two states of the data.

Both servers are real. Nothing here is measured in seconds: what must not take for ever is given up after
`LONGEST_WAIT`, and what must happen is waited for.
"""

import itertools
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, suppress

import pytest
from sqlalchemy import Connection, create_engine, make_url, text
from sqlalchemy.exc import TimeoutError as PoolTimeout
from streamlit.testing.v1 import AppTest

from data_access import Database, DatabaseUnavailable, Question, engines, open_database
from data_access.errors import DataChanged, QuestionTooLarge, WritingRole
from data_access.loading.applying import apply
from data_access.migrations import migrate
from data_access.roles import roles_sql
from tests.infrastructure.loading import file_of, typed
from tests.infrastructure.pages import open_page, said, sections, shown
from tests.infrastructure.postgres import LONGEST_WAIT, Pair, PostgresServer, new_pair, wait_until

pytestmark = pytest.mark.postgres
_numbers = itertools.count()
EUROS = 100  # cents of a payment
SPEND = Question.of("spend", 2023)
HOUSEHOLDS = Question.of("households_assisted", 2023)
WHERE_AM_I = text("SELECT inet_server_port()")


class Served:
    """A case database on both servers; a load gives so many households one payment each, in place of those before."""

    def __init__(self, pair: Pair, name: str):
        self.pair, self.name = pair, name
        self.url = pair.url(name)  # what is written goes to the primary by the same address

    @classmethod
    def new(cls, pair: Pair, name: str) -> "Served":
        pair.primary.create_database(name)
        made = cls(pair, name)
        migrate(make_url(made.url))
        made.load(1)
        return made

    def copied(self, name: str) -> "Served":
        self.pair.primary.run_sql(f"CREATE DATABASE {name} TEMPLATE {self.name}")
        self.pair.wait_until_caught_up()
        return type(self)(self.pair, name)

    def load(self, households: int, *, followed: bool = True) -> None:
        rows = [{"household_key": f"home {n}", "payment_date": "2023-01-05", "cents": EUROS} for n in range(households)]
        frame = typed("payments", *rows)
        apply(self.url, {"payments": frame}, who="A", files=[file_of("payments", frame)])
        if followed:
            self.pair.wait_until_caught_up()

    def pause(self) -> None:
        """The standby goes on answering and gets nothing new."""
        self.pair.standby.run_sql("SELECT pg_wal_replay_pause()")
        wait_until(lambda: self.pair.standby.run_sql("SELECT pg_get_wal_replay_pause_state()") == [("paused",)])


@pytest.fixture(scope="module")
def model(started_pair: Pair) -> Served:
    return Served.new(started_pair, "model")


@pytest.fixture
def served(pair: Pair, model: Served) -> Iterator[Served]:
    """A database of the test's own, with one household, on two servers that run."""
    yield model.copied(f"served_{next(_numbers)}")
    if pair.standby.runs:
        pair.standby.run_sql("SELECT pg_wal_replay_resume()")


def reads_from(database: Database) -> PostgresServer | int:
    return engines.read(database.engine, lambda connection: connection.scalar(WHERE_AM_I))


def households(url: str) -> int:
    return open_database(url).ask(HOUSEHOLDS).value()


def within_bounds(do: Callable[[], object]) -> object:
    """What a function returns or raises, unless it hangs."""
    other = ThreadPoolExecutor(1)
    try:
        return other.submit(do).result(LONGEST_WAIT)
    finally:
        other.shutdown(wait=False)


# ── one of two stops ─────────────────────────────────────────────────────────────────────────────


def test_the_standby_is_read_from(served: Served) -> None:
    database = open_database(served.url)
    assert database.ask(SPEND).value() == EUROS
    assert reads_from(database) == served.pair.standby.port


def test_without_the_standby_the_primary_is_read_from(served: Served) -> None:
    database = open_database(served.url)
    assert reads_from(database) == served.pair.standby.port
    served.pair.standby.stop()
    assert database.ask(HOUSEHOLDS).value() == 1
    assert reads_from(database) == served.pair.primary.port
    assert open_database(served.url) is database  # what is in the cache holds good: the data are the same


def test_a_standby_that_stops_in_the_middle_of_a_question(served: Served) -> None:
    asked = []

    def question(connection: Connection) -> int:
        asked.append(connection.scalar(WHERE_AM_I))
        served.pair.standby.stop()
        return connection.scalar(WHERE_AM_I)

    assert engines.read(open_database(served.url).engine, question) == served.pair.primary.port
    assert asked == [served.pair.standby.port, served.pair.primary.port]


def test_reading_goes_back_to_a_standby_that_returns(served: Served, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(engines, "RETURNING", 0)  # instead of some minutes
    served.pair.standby.stop()
    database = open_database(served.url)
    assert reads_from(database) == served.pair.primary.port
    served.pair.standby.launch()
    wait_until(lambda: reads_from(database) == served.pair.standby.port)
    assert database.ask(HOUSEHOLDS).value() == 1


def test_without_the_primary_the_standby_is_read_from(served: Served) -> None:
    database = open_database(served.url)
    served.pair.primary.stop()
    assert database.ask(HOUSEHOLDS).value() == 1
    database.engine.dispose()  # new connections are made, too
    assert households(served.url) == 1
    assert reads_from(database) == served.pair.standby.port


def test_without_both_there_is_a_sentence_until_one_is_back(served: Served) -> None:
    database = open_database(served.url)
    served.pair.standby.stop()
    served.pair.primary.stop()
    for ask in (lambda: database.ask(SPEND), lambda: open_database(served.url)):
        with pytest.raises(DatabaseUnavailable) as caught:
            ask()
        assert str(caught.value) == "Datubāze neatbild. Mēģiniet vēlreiz pēc brīža."
    served.pair.standby.launch()
    assert households(served.url) == 1


def test_a_standby_that_became_the_primary() -> None:
    with new_pair() as pair:
        served = Served.new(pair, "promoted")
        assert households(served.url) == 1
        pair.primary.stop("immediate")
        pair.standby.promote()
        assert households(served.url) == 1
        served.load(2, followed=False)  # the same address leads to it
        assert households(served.url) == 2


# ── one of two hangs ─────────────────────────────────────────────────────────────────────────────


@pytest.fixture
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(engines, "SILENCE", 0.5)
    monkeypatch.setattr(engines, "CONNECTING", 2)  # libpq takes no less


@pytest.mark.usefixtures("impatient")
def test_a_standby_that_hangs_is_left(served: Served) -> None:
    database = open_database(served.url)
    assert database.ask(SPEND).value() == EUROS
    with served.pair.standby.frozen():
        assert within_bounds(lambda: database.ask(HOUSEHOLDS)).value() == 1
        assert reads_from(database) == served.pair.primary.port
        database.engine.dispose()
        assert within_bounds(lambda: households(served.url)) == 1


@pytest.mark.usefixtures("impatient")
def test_a_standby_that_hangs_in_the_middle_of_a_question(served: Served) -> None:
    engine = open_database(served.url).engine
    with ExitStack() as hanging:

        def question(connection: Connection) -> int:
            if connection.scalar(WHERE_AM_I) == served.pair.standby.port:
                hanging.enter_context(served.pair.standby.frozen())
            return connection.scalar(WHERE_AM_I)

        assert within_bounds(lambda: engines.read(engine, question)) == served.pair.primary.port


@pytest.mark.usefixtures("impatient")
def test_while_both_hang_every_visitor_gets_a_sentence_without_waiting_for_the_others(served: Served) -> None:
    open_database(served.url)
    arrived = []
    with (
        ThreadPoolExecutor(2) as visitors,
        served.pair.standby.frozen(),
        served.pair.primary.frozen(),
        pytest.MonkeyPatch.context() as patch,
    ):
        read = Database.read_version

        def waiting(database: Database) -> str:
            arrived.append(1)
            wait_until(lambda: len(arrived) == 2)  # never, if the one who waits kept the other out
            return read(database)

        patch.setattr(Database, "read_version", waiting)
        asked = [visitors.submit(open_database, served.url) for _ in range(2)]
        for visit in asked:
            with pytest.raises(DatabaseUnavailable):
                visit.result(LONGEST_WAIT)
    assert households(served.url) == 1


@pytest.mark.usefixtures("impatient")
def test_a_slow_question_is_waited_for(served: Served) -> None:
    """Its server takes new connections meanwhile, or says that it has none left."""
    administrator = served.pair.primary
    administrator.run_sql("CREATE ROLE single LOGIN CONNECTION LIMIT 1")
    served.pair.wait_until_caught_up()
    for user in ("postgres", "single"):
        engine = engines.reading_engine(make_url(served.pair.url(served.name, user)))
        slow = text("SELECT inet_server_port() FROM pg_sleep(1.2)")
        assert engines.read(engine, lambda connection, slow=slow: connection.scalar(slow)) == served.pair.standby.port
        engine.dispose()


def test_a_question_that_takes_too_long(served: Served, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(engines, "LONGEST_QUESTION", 1)
    engine = open_database(served.url).engine
    with pytest.raises(QuestionTooLarge) as caught:
        within_bounds(lambda: engines.read(engine, lambda connection: connection.scalar(text("SELECT pg_sleep(600)"))))
    assert "Vaicājums ir pārāk liels" in str(caught.value)


def test_the_address_may_allow_more_time_and_no_writing(served: Served) -> None:
    engine = engines.reading_engine(make_url(f"{served.url}&options=-c statement_timeout=7s&connect_timeout=9"))
    settings = text("SELECT current_setting('statement_timeout'), current_setting('transaction_read_only')")
    assert engines.read(engine, lambda connection: connection.execute(settings).one()) == ("7s", "on")
    parameters = engines.read(engine, lambda connection: connection.connection.driver_connection.info.get_parameters())
    assert parameters["connect_timeout"] == "9"
    engine.dispose()


def test_when_every_connection_is_taken_there_is_a_sentence(served: Served, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(engines, "WAITING_FOR_OTHERS", 0)
    database = open_database(served.url)
    with ExitStack() as taken:
        with suppress(PoolTimeout):
            while True:
                taken.enter_context(database.engine.connect())
        with pytest.raises(DatabaseUnavailable):
            database.ask(SPEND)
    assert database.ask(SPEND).value() == EUROS


# ── one of two is behind ─────────────────────────────────────────────────────────────────────────


def test_a_standby_that_is_behind_answers_under_its_own_version(served: Served) -> None:
    before = open_database(served.url)
    served.pause()
    served.load(2, followed=False)
    assert open_database(served.url) is before
    assert before.ask(HOUSEHOLDS).value() == 1
    served.pair.standby.stop()
    with pytest.raises(DataChanged):  # the primary has other data: they are not this version's
        before.ask(HOUSEHOLDS)
    after = open_database(served.url)
    assert (after.ask(SPEND).value(), after.ask(HOUSEHOLDS).value()) == (2 * EUROS, 2)
    assert after.version != before.version


def test_what_a_database_keeps_of_itself_is_of_its_version(served: Served) -> None:
    before = open_database(served.url)
    served.load(2)
    for read in ("vocabulary", "coverage", "series_events", "as_of"):
        with pytest.raises(DataChanged):
            getattr(before, read)


def test_the_version_and_the_rows_are_of_one_moment(served: Served, monkeypatch: pytest.MonkeyPatch) -> None:
    """A load between the two is not seen by the question."""
    database = open_database(served.url)
    assert database.ask(SPEND).value() == EUROS
    version_on = Database._version_on

    def and_then_a_load(self: Database, connection: Connection) -> str:
        found = version_on(self, connection)
        monkeypatch.undo()
        served.load(2)
        return found

    monkeypatch.setattr(Database, "_version_on", and_then_a_load)
    assert database.ask(HOUSEHOLDS).value() == 1
    assert households(served.url) == 2


def test_answers_never_mix_two_loads(served: Served) -> None:
    """Every load has as many households as payments of one euro; servers stop and come back meanwhile."""
    cache: dict[tuple[str, Question], int] = {}
    most = 8

    def ask(database: Database, question: Question) -> int:
        key = (database.version, question)
        if key not in cache:
            cache[key] = database.ask(question).value()
        return cache[key]

    def look() -> int:
        try:
            database = open_database(served.url)
            spent, homes = ask(database, SPEND), ask(database, HOUSEHOLDS)
        except (DataChanged, DatabaseUnavailable):
            return 0
        assert spent == homes * EUROS
        return homes

    def load() -> None:
        for number in range(2, most + 1):
            if number == 4:
                served.pair.standby.stop()
            if number == 6:
                served.pair.standby.launch()
            served.load(number, followed=False)

    with ThreadPoolExecutor(1) as loader:
        loading = loader.submit(load)
        wait_until(lambda: look() == most or (loading.done() and loading.exception() is not None))
        loading.result()
    versions: dict[str, dict[Question, int]] = {}
    for (version, question), value in cache.items():
        versions.setdefault(version, {})[question] = value
    whole = [found for found in versions.values() if len(found) == 2]
    assert all(found[SPEND] == found[HOUSEHOLDS] * EUROS for found in whole)
    assert whole


def test_a_standby_that_must_drop_rows_being_read_is_asked_again() -> None:
    with new_pair() as pair:
        served = Served.new(pair, "conflict")
        pair.primary.run_sql("CREATE TABLE passing AS SELECT 1 AS number", served.name)
        pair.standby.run_sql("ALTER SYSTEM SET max_standby_streaming_delay = 0")
        pair.standby.run_sql("SELECT pg_reload_conf()")
        pair.wait_until_caught_up()
        asked = []

        def is_read() -> bool:
            sleeping = "SELECT count(*) FROM pg_stat_activity WHERE wait_event = 'PgSleep'"
            return pair.standby.run_sql(sleeping) == [(1,)]

        def conflict() -> None:
            wait_until(is_read)
            pair.primary.run_sql("UPDATE passing SET number = 2", served.name)
            pair.primary.run_sql("VACUUM FULL passing", served.name)

        def question(connection: Connection) -> int:
            asked.append(connection.scalar(text("SELECT number FROM passing")))
            if len(asked) == 1:
                connection.execute(text(f"SELECT pg_sleep({LONGEST_WAIT})"))
            return asked[-1]

        with ThreadPoolExecutor(1) as other:
            conflicting = other.submit(conflict)
            assert within_bounds(lambda: engines.read(open_database(served.url).engine, question)) == 2
            conflicting.result()
        assert asked == [1, 2]


# ── roles ────────────────────────────────────────────────────────────────────────────────────────


def test_the_role_is_checked_on_the_standby(served: Served, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("ALLOW_WRITING_ROLE")
    place = make_url(served.url).update_query_dict({"target_session_attrs": "primary"})
    engine = create_engine(place, isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        connection.exec_driver_sql(roles_sql(place, "pair_owner", "pair_reader").replace("%", "%%"))
    engine.dispose()
    served.pair.wait_until_caught_up()
    database = open_database(served.pair.url(served.name, "pair_reader"))
    assert database.ask(SPEND).value() == EUROS
    assert reads_from(database) == served.pair.standby.port
    with pytest.raises(WritingRole):
        open_database(served.pair.url(served.name, "pair_owner"))


# ── on a page ────────────────────────────────────────────────────────────────────────────────────


def spent_on_page(app: AppTest) -> str:
    assert not app.exception
    assert not app.error
    return shown(sections(app)[0].table).to_csv()


def test_a_visitor_goes_on_while_servers_come_and_go(served: Served, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(engines, "RETURNING", 0)
    monkeypatch.setenv("DATABASE_URL", served.url)
    pair = served.pair
    app = open_page("benefits")
    assert "1,00" in spent_on_page(app)

    served.pause()
    served.load(3, followed=False)
    assert "1,00" in spent_on_page(app.run())

    pair.standby.stop()
    assert "3,00" in spent_on_page(app.run())  # the primary's own, not what was remembered of the standby's

    pair.primary.stop()
    app.run()
    assert [error.value for error in app.error] == ["Datubāze neatbild. Mēģiniet vēlreiz pēc brīža."]
    assert not app.exception

    pair.primary.launch()
    app.button(key="retry").click().run()
    assert "3,00" in spent_on_page(app)

    pair.standby.launch()
    pair.wait_until_caught_up()
    assert "3,00" in spent_on_page(app.run())
    assert reads_from(open_database()) == pair.standby.port
    assert "Datubāze neatbild" not in said(app)
