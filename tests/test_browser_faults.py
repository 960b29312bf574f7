"""A database that is slow, goes away and comes back, as whoever sits before it sees it."""

from collections.abc import Callable

import psycopg
import pytest

from tests.infrastructure.browser import StreamlitServer, Visitor, settled
from tests.infrastructure.postgres import PostgresServer

pytestmark = [pytest.mark.browser, pytest.mark.postgres]

SLOW, CANCELLED, AWAY = "Datubāze atbild lēni", "Vaicājums ir atcelts", "Datubāze neatbild"


def test_a_slow_database_can_be_left_and_one_that_was_away_is_found_again(
    new_case, postgres_server: PostgresServer, streamlit_server: Callable[..., StreamlitServer], visit: Visitor
) -> None:
    case = new_case("postgresql", "faults")
    case.payment(case.household(), "2049-05-05", cents=500)
    url = case.database.engine.url
    waits = f"select count(*) from pg_stat_activity where datname = '{url.database}' and wait_event_type = 'Lock'"
    server = streamlit_server({"DATABASE_URL": url.render_as_string(hide_password=False)})
    page = visit(server, "/loading")
    with psycopg.connect(f"{url.set(drivername='postgresql').render_as_string(hide_password=False)}") as other:
        other.execute("lock table payments in access exclusive mode")
        page.goto(f"{server.url}/benefits", wait_until="domcontentloaded")
        page.get_by_text(SLOW).wait_for(timeout=15_000)
        assert postgres_server.run_sql(waits) == [(1,)]
        page.get_by_role("button", name="Atcelt").click()
        page.get_by_text(CANCELLED).wait_for()
        settled(page)
        assert page.get_by_text(SLOW).count() == 0
        assert postgres_server.run_sql(waits) == [(0,)]
        # Whoever leaves without a word takes her question along, too.
        page.get_by_role("button", name="Mēģināt vēlreiz").click()
        page.get_by_text(SLOW).wait_for(timeout=15_000)
        page.goto("about:blank")
        page.wait_for_timeout(1500)
        assert postgres_server.run_sql(waits) == [(0,)]
    page.goto(f"{server.url}/benefits", wait_until="domcontentloaded")
    assert settled(page).get_by_role("table").count()
    # As if it were stopped: nobody is let in.
    postgres_server.run_sql(f"alter database {url.database} allow_connections false")
    postgres_server.run_sql(f"select pg_terminate_backend(pid) from pg_stat_activity where datname = '{url.database}'")
    page.reload()
    page.get_by_text(AWAY).wait_for()
    settled(page)
    assert page.get_by_role("table").count() == 0
    postgres_server.run_sql(f"alter database {url.database} allow_connections true")
    page.get_by_role("button", name="Mēģināt vēlreiz").click()
    assert settled(page).get_by_role("table").count()
    assert page.get_by_text(AWAY).count() == 0
    visit._logs_before.clear()  # the log tells at length what was caused here
