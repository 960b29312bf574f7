"""A database that is slow, goes away and comes back, as whoever sits before it sees it."""

import socket
from collections.abc import Callable
from pathlib import Path

import psycopg
import pytest

from tests.infrastructure.access import Access
from tests.infrastructure.browser import StreamlitServer, Visitor, settled
from tests.infrastructure.postgres import PostgresServer
from tests.infrastructure.provider import write_secrets

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
    page = visit(server, "/quality")  # which is remembered: other pages have marks of it
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
        # What is made of many answers says how far it is, and can be left as well.
        for name, making in (("presentation", "Gatavo slaidus"), ("report", "Gatavo pārskatu")):
            page.goto(f"{server.url}/{name}", wait_until="domcontentloaded")
            page.get_by_text(making).wait_for(timeout=15_000)
            assert postgres_server.run_sql(waits) == [(1,)]
            page.get_by_role("button", name="Atcelt").click()
            page.get_by_text(CANCELLED).wait_for()
            settled(page)
            assert page.get_by_text(making).count() == 0
            assert page.get_by_test_id("stDownloadButton").count() == 0
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


def test_who_signs_in_while_the_provider_is_away_reads_a_sentence(
    streamlit_server: Callable[..., StreamlitServer], empty_url: str, tmp_path: Path, visit: Visitor
) -> None:
    with socket.socket() as provider:
        provider.bind(("127.0.0.1", 0))  # nothing listens yet
        write_secrets(tmp_path / ".streamlit" / "secrets.toml", f"http://127.0.0.1:{provider.getsockname()[1]}")
        access = Access(tmp_path)
        access.settle('contact = "IT"')
        server = streamlit_server({"DATABASE_URL": empty_url, "ACCESS_FILE": str(access.file), "HOME": str(tmp_path)})
        page = visit(server)
        for happens in ("refused", "taken and never answered"):
            page.get_by_role("button", name="Pierakstīties").click()
            page.get_by_text("Pašlaik nevar pierakstīties").wait_for(timeout=20_000)
            assert "Nobody can sign in just now" in page.inner_text("body"), happens
            page.get_by_role("link", name="Atpakaļ uz paneli").click()
            settled(page)
            provider.listen()
    assert [trouble for trouble in visit.troubles if "503" not in trouble] == []
    visit.troubles.clear()
    visit._logs_before.clear()  # the log tells at length what was caused here
