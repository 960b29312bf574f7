"""The server around the pages: what it says of its health, what it forbids browsers, and whom it turns away."""

import asyncio
import http.client
import json
import shutil
import threading
from collections.abc import Callable, Iterator
from datetime import date
from pathlib import Path
from urllib.parse import urlsplit

import duckdb
import pytest
from sqlalchemy import make_url

from data_access import DatabaseMissing, DatabaseUnavailable, Health
from data_access.migrations import migrate
from pages.server import ahead, health
from pages.server.gate import Gate
from tests.infrastructure.browser import StreamlitServer, Visitor, settled
from tests.infrastructure.coroutines import run
from tests.infrastructure.pages import NAVIGATION

pytestmark = pytest.mark.browser

NAME = "statistics.example.test"
FORWARDED = {"X-Forwarded-For": "192.0.2.7"}
BEHIND_TLS = FORWARDED | {"X-Forwarded-Proto": "https"}
WEBSOCKET = {
    "Connection": "Upgrade",
    "Upgrade": "websocket",
    "Sec-WebSocket-Version": "13",
    "Sec-WebSocket-Key": "dGhlIHNhbXBsZSBub25jZQ==",
}


@pytest.fixture(scope="module")
def server(streamlit_server: Callable[..., StreamlitServer], demonstration_url: str) -> StreamlitServer:
    return streamlit_server({"DATABASE_URL": demonstration_url, "STREAMLIT_SERVER_ALLOWED_HOSTS": f"127.0.0.1 {NAME}"})


def ask(
    server: StreamlitServer, path: str, method: str = "GET", body: bytes | None = None, **headers: str
) -> http.client.HTTPResponse:
    """An answer to a request made by hand, read to its end."""
    connection = http.client.HTTPConnection(urlsplit(server.url).netloc, timeout=20)
    try:
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        connection.request(method, path, body, named)
        answer = connection.getresponse()
        if answer.status != 101:
            answer.body = answer.read()
        return answer
    finally:
        connection.close()


# ── headers ──────────────────────────────────────────────────────────────────────────────────────


def asset(server: StreamlitServer) -> str:
    """A script of Streamlit's own."""
    return next(part for part in ask(server, "/").body.decode().split('"') if part.startswith("./static/js/"))[1:]


def test_every_answer_forbids_what_is_not_ours(server: StreamlitServer) -> None:
    answers = {
        path: ask(server, path) for path in ("/", "/benefits", asset(server), "/healthz", "/media/none.csv", "//none")
    }
    answers["refused"] = ask(server, "/", Host="elsewhere.example.test")
    assert [answer.status for answer in answers.values()] == [200, 200, 200, 200, 404, 400, 421]
    for path, answer in answers.items():
        told = {name.lower(): value for name, value in answer.getheaders()}
        assert told["x-content-type-options"] == "nosniff", path
        assert told["x-frame-options"] == "DENY", path
        assert told["referrer-policy"] == "same-origin", path
        assert "geolocation=()" in told["permissions-policy"], path
        assert "strict-transport-security" not in told, path
        rules = {words[0]: words[1:] for rule in told["content-security-policy"].split(";") if (words := rule.split())}
        assert rules["default-src"] == rules["frame-ancestors"] == rules["base-uri"] == ["'none'"], path
        assert rules["connect-src"] == ["'self'"], path
        assert [name for name, words in rules.items() if "'unsafe-inline'" in words] == ["style-src-attr"], path
        assert not any("'unsafe-eval'" in words or "*" in "".join(words) for words in rules.values()), path


def test_behind_tls_browsers_stay_with_it_and_so_do_cookies(server: StreamlitServer) -> None:
    plain, behind = ask(server, "/_stcore/host-config"), ask(server, "/_stcore/host-config", **BEHIND_TLS)
    assert int(behind.getheader("Strict-Transport-Security").removeprefix("max-age=")) >= 60 * 60 * 24 * 180
    cookies = [ask(server, "/_stcore/health", **headers).getheader("Set-Cookie") for headers in ({}, BEHIND_TLS)]
    assert plain.getheader("Strict-Transport-Security") is None
    assert ["Secure" in cookie for cookie in cookies] == [False, True]
    assert all("SameSite=Strict" in cookie for cookie in cookies)


def test_an_address_that_is_no_page_is_told_so_and_those_of_pages_are_left_alone(server: StreamlitServer) -> None:
    page = ask(server, "/").body
    assert [name for name in (*NAVIGATION[1:], "home") if ask(server, f"/{name}").body != page] == []
    for path in ("/pabalsti", "/Benefits", "/benefits/deeper", "/%C4%81?year=2022"):
        answer = ask(server, path)
        assert (answer.status, answer.getheader("Cache-Control")) == (404, "no-store"), path
        told = answer.body.decode()
        assert "Panelī nav lapas ar šādu adresi" in told
        assert "no page with this address" in told
        assert '<a href="/">' in told
        assert "script" not in told
    first = ask(server, "/overview?year=2022&lang=en")
    assert (first.status, first.getheader("Location")) == (302, "/?year=2022&lang=en")
    assert ask(server, "/favicon.png").status == 200
    assert ask(server, "/benefits/_stcore/health").getheader("Content-Type", "").startswith("text/plain")


@pytest.mark.parametrize(
    ("address", "language", "title", "without_scripts"),
    [
        ("/", "lv", "Sociālā dienesta statistika", "Lai redzētu skaitļus, pārlūkā jāatļauj skripti."),
        ("/benefits?year=2022", "lv", "Sociālā dienesta statistika", "Lai redzētu skaitļus, pārlūkā jāatļauj skripti."),
        ("/benefits?lang=en", "en", "Social service statistics", "To see the figures, allow scripts in the browser."),
        ("/?lang=xx", "lv", "Sociālā dienesta statistika", "Lai redzētu skaitļus, pārlūkā jāatļauj skripti."),
    ],
)
def test_the_page_says_in_which_language_it_is(server, address, language, title, without_scripts) -> None:
    answer = ask(server, address, Accept="text/html,*/*", Accept_Encoding="gzip")
    page = answer.body.decode()
    assert f'<html lang="{language}">' in page
    assert f"<title>{title}</title>" in page
    assert without_scripts in page
    assert "You need to enable" not in page
    assert (answer.getheader("Content-Encoding"), answer.getheader("ETag")) == (None, None)
    again = ask(server, address, Accept="text/html", If_Modified_Since="Sun, 01 Jan 2090 00:00:00 GMT")
    assert (again.status, again.body) == (200, answer.body)


# ── who is turned away ───────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("host", "status"),
    [
        (NAME, 200),
        (f"{NAME}:8443", 200),
        ("elsewhere.example.test", 421),
        (f"{NAME}.elsewhere.test", 421),
        (f"elsewhere.test@{NAME}", 421),
        ("", 421),
    ],
)
def test_only_the_names_that_are_settled_are_answered(server: StreamlitServer, host: str, status: int) -> None:
    assert ask(server, "/", Host=host).status == status
    assert ask(server, "/_stcore/stream", **WEBSOCKET, Host=host).status == (101 if status == 200 else 403)


@pytest.mark.parametrize(
    ("origin", "status"),
    [
        (f"https://{NAME}", 101),
        ("https://elsewhere.example.test", 403),
        (f"https://{NAME}.elsewhere.test", 403),
        (f"https://{NAME}:8443", 403),
        ("http://localhost:3000", 403),
        ("null", 403),
    ],
)
def test_no_other_site_opens_a_session(server: StreamlitServer, origin: str, status: int) -> None:
    assert ask(server, "/_stcore/stream", **WEBSOCKET, Host=NAME, Origin=origin).status == status


def test_another_site_is_refused_before_streamlit_looks_at_it() -> None:
    """Streamlit would ask a service outside for this computer's public address first."""
    sent = []

    async def streamlit(*_: object) -> None:
        pytest.fail("Streamlit has looked at it")

    async def send(message: dict) -> None:
        sent.append(message["type"])

    headers = [(b"host", b"127.0.0.1"), (b"origin", b"https://elsewhere.example.test")]
    scope = {"type": "websocket", "path": "/_stcore/stream", "headers": headers}
    run(Gate(streamlit)(scope, None, send))
    assert sent == ["websocket.close"]


def test_metrics_are_for_this_computer_only(server: StreamlitServer) -> None:
    paths = ("/_stcore/metrics", "/_stcore/metrics/", "/%5fstcore/metrics", "/benefits/_stcore/metrics")
    assert ask(server, paths[0]).status == 200
    assert [ask(server, path, **FORWARDED).status for path in paths] == [404] * len(paths)
    assert ask(server, paths[0], X_Real_IP="192.0.2.7").status == 404


def test_nothing_is_uploaded_without_the_token_of_ones_own_page(server: StreamlitServer) -> None:
    path = "/_stcore/upload_file/session/file"
    assert ask(server, path, "PUT").status == 403
    # As from the proxy, and more than fits into what stands between the two: it is read to its end.
    assert ask(server, path, "PUT", bytes(50_000_000), Connection="close").status == 403


# ── in a browser ─────────────────────────────────────────────────────────────────────────────────

# Each is a way by which a text in a page could do something; what the browser refuses it tells by name.
TRIED = """
async () => {
    const refused = [];
    addEventListener('securitypolicyviolation', (event) => refused.push(event.effectiveDirective));
    const put = (name, values) => document.body.append(Object.assign(document.createElement(name), values));
    put('script', {textContent: 'window.ran = "a script in the page"'});
    put('script', {src: 'https://elsewhere.example.test/a.js'});
    put('style', {textContent: 'body { background: url(https://elsewhere.example.test/style) }'});
    put('img', {src: 'https://elsewhere.example.test/picture'});
    put('iframe', {src: 'https://elsewhere.example.test/'});
    put('base', {href: 'https://elsewhere.example.test/'});
    setTimeout('window.ran = "a text"', 0);
    await fetch('https://elsewhere.example.test/').catch(() => {});
    await new Promise((done) => setTimeout(done, 200));
    return [refused.sort(), window.ran ?? 'nothing'];
}
"""


def test_a_page_with_charts_keeps_the_policy_and_the_policy_holds(server: StreamlitServer, visit: Visitor) -> None:
    """That no page breaks it every other test in a browser finds, too: a browser complains in its console."""
    page = visit(server, "/benefits")
    with page.expect_download() as picture:
        page.locator(".modebar-btn").first.click(force=True)
    assert Path(picture.value.path()).read_text(encoding="utf-8").startswith("<svg")
    visit.fail_on_trouble()
    refused, ran = page.evaluate(TRIED)
    assert ran == "nothing"
    expected = {"base-uri", "connect-src", "frame-src", "img-src", "script-src", "script-src-elem", "style-src-elem"}
    assert set(refused) == expected
    settled(page)
    visit.troubles.clear()


# ── health ───────────────────────────────────────────────────────────────────────────────────────


def healthz() -> tuple[int, dict]:
    [_, ready] = health.routes()
    answer = run(ready.endpoint(None))
    return answer.status_code, json.loads(answer.body)


def test_health_tells_database_age_and_versions_and_no_figure(server: StreamlitServer) -> None:
    told = json.loads(ask(server, "/healthz").body)
    assert (told["ready"], told["database"], told["data_until"]) == (True, "ready", "2023-12-31")
    assert told["data_age_days"] == (date.today() - date(2023, 12, 31)).days
    names = {"ready", "database", "data_until", "data_age_days", "loaded_at", "schema_version", "version"}
    assert set(told) == names
    assert ask(server, "/healthz").getheader("Cache-Control") == "no-store"
    assert json.loads(ask(server, "/livez").body) == {"alive": True, "version": "development"}


def test_a_version_is_told_where_one_is_installed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "VERSION").write_text("v1.2-3-gabcdef\n", encoding="utf-8")
    monkeypatch.setattr(health, "_VERSION", tmp_path / "VERSION")
    assert health.program_version() == "v1.2-3-gabcdef"


def test_health_of_an_empty_old_missing_damaged_and_unreachable_database(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def found(url: str) -> tuple[int, str]:
        monkeypatch.setenv("DATABASE_URL", url)
        status, told = healthz()
        assert told["ready"] == (status == 200)
        return status, told["database"]

    empty = tmp_path / "empty.duckdb"
    migrate(make_url(f"duckdb:///{empty}"))
    assert found(f"duckdb:///{empty}") == (200, "empty")
    old, damaged = tmp_path / "old.duckdb", tmp_path / "damaged.duckdb"
    shutil.copyfile(empty, old)
    with duckdb.connect(str(old)) as connection:
        connection.execute("UPDATE schema_version SET version = version - 1")
    assert found(f"duckdb:///{old}") == (503, "other version")
    assert found(f"duckdb:///{tmp_path}/none.duckdb") == (503, "missing")
    damaged.write_bytes(b"\0" * 4096 + old.read_bytes()[4096:20480])
    assert found(f"duckdb:///{damaged}") == (503, "unavailable")
    assert found("postgresql+psycopg://nobody@127.0.0.1:1/none") == (503, "unavailable")


def test_a_database_that_says_nothing_is_asked_once_and_waited_for_seconds_only(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    asked, answers = [], threading.Event()

    def hangs() -> Health:
        asked.append(1)
        answers.wait()
        return Health("ready")

    async def three() -> list[int]:
        [alive, ready] = health.routes()
        together = await asyncio.gather(ready.endpoint(None), ready.endpoint(None))
        assert [json.loads(answer.body)["database"] for answer in together] == ["silent"] * 2
        assert (await alive.endpoint(None)).status_code == 200
        assert len(asked) == 1
        answers.set()
        monkeypatch.setattr(health, "PATIENCE", None)
        return [answer.status_code for answer in (*together, await ready.endpoint(None))]

    monkeypatch.setattr(health, "read_health", hangs)
    monkeypatch.setattr(health, "PATIENCE", 0.05)
    assert run(three()) == [503, 503, 200]


class State:
    """A state of the data, and how often it was prepared for the council."""

    times = 0

    def protect_ahead(self) -> Iterator[None]:
        self.times += 1
        yield


@pytest.mark.parametrize(("said", "wanted"), [(None, True), ("", True), ("yes", True), ("no", False), ("NO", False)])
def test_a_server_chooses_ahead_unless_it_is_told_not_to(
    monkeypatch: pytest.MonkeyPatch, said: str | None, wanted: bool
) -> None:
    begun = []

    def choose(done: None) -> None:
        begun.append(done)

    async def serve() -> None:
        async with ahead.ahead(None):
            await asyncio.sleep(0.05)

    monkeypatch.delenv("PROTECT_AHEAD", raising=False)
    if said is not None:
        monkeypatch.setenv("PROTECT_AHEAD", said)
    monkeypatch.setattr(ahead, "AFTER_START", 0)
    monkeypatch.setattr(ahead, "chosen", choose)
    run(serve())
    assert bool(begun) == wanted


def test_what_is_withheld_is_chosen_once_for_each_state_of_the_data(monkeypatch: pytest.MonkeyPatch) -> None:
    first, second, found = State(), State(), []
    now = iter([DatabaseMissing(address=""), first, first, DatabaseUnavailable(), second])

    def open_now() -> State:
        state = next(now)
        if isinstance(state, Exception):
            raise state
        return state

    monkeypatch.setattr(ahead, "open_database", open_now)
    for _ in range(5):
        found.append(ahead.chosen(found[-1] if found else None))
    assert found == [None, first, first, first, second]
    assert (first.times, second.times) == (1, 1)
