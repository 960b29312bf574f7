"""The dashboard behind its proxy: a session stays with its process, a killed one is replaced, files come through."""

import http.client
import socket
import ssl
from urllib.parse import parse_qs, urlsplit

import pytest
from playwright.sync_api import Page

from tests.infrastructure.browser import Visitor, settled
from tests.infrastructure.postgres import LONGEST_WAIT
from tests.infrastructure.proxied import NAME, Proxy
from tests.test_browser import downloaded, tables
from tests.test_serving import WEBSOCKET

pytestmark = pytest.mark.browser

MEGABYTE = 1024 * 1024
WATCH = """
() => {
    const app = document.querySelector('[data-testid="stApp"]');
    window.toldAnew = false;
    new MutationObserver(() => { window.toldAnew ||= app.dataset.testScriptState === 'running'; })
        .observe(app, {attributes: true});
}
"""


class Direct:
    """A visitor without a browser, at an address of this computer."""

    def __init__(self, proxy: Proxy, source: str = "127.0.0.1") -> None:
        self.proxy, self.source = proxy, source

    def ask(self, path: str, method: str = "GET", body: bytes | None = None, name: str = NAME, **headers: str):
        """An answer, read to its end, to a request for a name over TLS.

        Of one to a request that was not read to its end, the end may be lost.
        """
        trusted = ssl.create_default_context(cafile=self.proxy.folder / "fullchain.pem")
        trusted.check_hostname = False  # it is that of `NAME` whatever is asked for
        port = self.proxy.port
        with (
            socket.create_connection(("127.0.0.1", port), 20, (self.source, 0)) as plain,
            trusted.wrap_socket(plain, server_hostname=name) as tls,
        ):
            connection = http.client.HTTPConnection(name, port)
            connection.sock = tls
            connection.request(method, path, body, {key.replace("_", "-"): value for key, value in headers.items()})
            answer = connection.getresponse()
            if answer.status != 101:
                try:
                    answer.body = answer.read()
                except http.client.IncompleteRead as error:
                    answer.body = error.partial
            return answer


def node(page: Page) -> dict:
    """The cookie that says which process has the session."""
    [cookie] = [one for one in page.context.cookies() if one["name"] == "dashboard_node"]
    return cookie


def test_a_visitor_goes_on_when_the_process_of_her_session_is_killed_and_replaced(proxy: Proxy, visit: Visitor) -> None:
    page = visit(proxy, "/benefits?year=2022", ignore_https_errors=True)
    shown, cookie = tables(page), node(page)
    assert len(shown[0]) > 2
    assert (cookie["secure"], cookie["httpOnly"], cookie["sameSite"]) == (True, True, "Lax")
    assert "2022" in downloaded(page, "CSV", 0).decode("utf-8-sig")

    # Others of this browser come to the same process, whose files they may want.
    other = visit(proxy, "/households", ignore_https_errors=True)
    assert node(other) == cookie
    visit.fail_on_trouble()

    first = proxy.process(cookie["value"])
    page.evaluate(WATCH)
    with page.expect_websocket():
        first.kill()
    assert tables(page) == shown  # what was in sight stays
    page.get_by_text("English", exact=True).click()
    page.wait_for_function("() => window.toldAnew", timeout=LONGEST_WAIT * 1000)
    assert len(tables(settled(page))[0]) == len(shown[0])
    assert parse_qs(urlsplit(page.url).query)["year"] == ["2022"]
    second = node(page)["value"]
    assert second != cookie["value"]
    first.start()
    # Back again, the first has no session of hers: she stays where it is, with files and all.
    assert "2022" in downloaded(page, "CSV", 0).decode("utf-8-sig")
    first.wait_for("WATCHDOG=1")
    visit(proxy, "/households", ignore_https_errors=True)
    assert node(page)["value"] == second
    # That the connection was lost is what a browser complains of, rightly.
    visit.troubles = [told for told in visit.troubles if "WebSocket" not in told and "502" not in told]


def test_what_passes_the_proxy_and_what_does_not(proxy: Proxy) -> None:
    here, elsewhere = Direct(proxy), Direct(proxy, source="127.0.0.2")
    page = here.ask("/")
    assert page.status == 200
    assert page.getheader("Strict-Transport-Security")
    assert "default-src 'none'" in page.getheader("Content-Security-Policy")
    assert here.ask("/healthz").status == here.ask("/livez").status == 200
    assert [elsewhere.ask(path).status for path in ("/", "/healthz", "/livez")] == [200, 403, 403]
    closed = ("metrics", "agent/mcp", "script-health-check")
    assert [here.ask(f"/_stcore/{path}").status for path in closed] == [404] * 3
    script = next(part for part in page.body.decode().split('"') if part.startswith("./static/js/"))[1:]
    packed = here.ask(script, Accept_Encoding="gzip")
    assert (packed.status, packed.getheader("Content-Encoding")) == (200, "gzip")
    with pytest.raises(ssl.SSLError):
        here.ask("/", name="elsewhere.example.test")
    with pytest.raises(http.client.BadStatusLine):
        answered(proxy, "elsewhere.example.test")
    assert answered(proxy, NAME) == (301, f"https://{NAME}/benefits?year=2022")


def answered(proxy: Proxy, name: str) -> tuple[int, str | None]:
    """What is said to somebody who does not come over TLS."""
    connection = http.client.HTTPConnection("127.0.0.1", proxy.plain_port, timeout=20)
    try:
        connection.request("GET", "/benefits?year=2022", headers={"Host": name})
        answer = connection.getresponse()
        return answer.status, answer.getheader("Location")
    finally:
        connection.close()


def test_sessions_are_opened_by_the_site_itself_only_and_say_where_they_are(proxy: Proxy) -> None:
    ports = {str(process.port) for process in proxy.processes}
    opened = Direct(proxy).ask(
        "/_stcore/stream", **WEBSOCKET, Origin=f"https://{NAME}:{proxy.port}", Host=f"{NAME}:{proxy.port}"
    )
    assert opened.status == 101
    assert opened.getheader("Set-Cookie").split(";")[0].removeprefix("dashboard_node=") in ports
    refused = Direct(proxy).ask("/_stcore/stream", **WEBSOCKET, Origin="https://elsewhere.example.test", Host=NAME)
    assert (refused.status, refused.getheader("Set-Cookie")) == (403, None)
    for port in ports:
        stays = Direct(proxy).ask("/_stcore/stream", **WEBSOCKET, Host=NAME, Cookie=f"dashboard_node={port}")
        assert stays.getheader("Set-Cookie").startswith(f"dashboard_node={port};")


def test_no_upload_reaches_the_disk_of_the_proxy_and_none_is_too_large(proxy: Proxy) -> None:
    """A folder in which a file was made and removed again is younger than before."""
    folders = [proxy.folder / name for name in ("body", "proxy")]
    before = [folder.stat().st_mtime_ns for folder in folders]
    one = Direct(proxy).ask("/_stcore/upload_file/session/file", "PUT", b"x" * MEGABYTE)
    assert one.status == 403  # without a token; the dashboard has read it
    assert Direct(proxy).ask("/", "POST", b"x" * MEGABYTE).status == 413
    assert [folder.stat().st_mtime_ns for folder in folders] == before


def test_the_log_has_no_question_no_session_and_no_file(proxy: Proxy) -> None:
    # pragma: allowlist nextline secret
    for path in ("/benefits?year=2021", "/media/0123456789abcdef.csv", "/_stcore/upload_file/0123456789abcdef/1"):
        Direct(proxy).ask(path)
    log = (proxy.folder / "access.log").read_text(encoding="utf-8")
    assert '"GET /benefits" 200' in log
    assert "/media" in log
    assert "2021" not in log
    assert "0123456789abcdef" not in log
