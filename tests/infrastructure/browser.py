"""The dashboard as a reader sees it: a real server, a real Chromium, nothing fetched from outside."""

import os
import re
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright
from playwright.sync_api import TimeoutError as PlaywrightTimeout

REPOSITORY = Path(__file__).resolve().parents[2]
CHROMIUM = Path("/usr/bin/chromium-headless-shell")  # takes three quarters of the time of the browser with a window
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    # Pages of one visitor's context share a process while one is open: what it has compiled of Streamlit's and Plotly's
    # scripts is not compiled anew for each page, a quarter of its cost.
    "--process-per-site",
    # No name but the loopback address can be looked up, so what slips through still goes nowhere.
    "--host-resolver-rules=MAP localhost 127.0.0.1, MAP * ~NOTFOUND, EXCLUDE 127.0.0.1",
]
# Otherwise the first stack trace has all scripts parsed anew: half a second each time a page is opened. And what runs
# for a few seconds is not worth being optimised: a tenth of a page's cost. Whoever stays longer waits for it.
OF_SHORT_VISITS = ["--js-flags=--no-enable-lazy-source-positions --no-maglev --no-turbofan"]
# What no test of these servers looks at would take ten seconds of a processor from the others.
WITHOUT_WORK_AHEAD = {"PROTECT_AHEAD": "no"}
SERVER_STARTS_WITHIN = 60  # seconds
PAGE_SETTLES_WITHIN = 60  # seconds
QUIET_FOR = 0.4  # seconds; what has been clicked is sent within a tenth of a second, or two where keys are waited for

# A click has been answered when the server has said something since: on a busy computer later than after any pause.
LISTEN = """
(() => {
    const send = WebSocket.prototype.send;
    WebSocket.prototype.send = function (message) {
        if (this.url.endsWith('/_stcore/stream')) {
            if (!this.isListenedTo) this.addEventListener('message', () => { window.isUnanswered = false; });
            this.isListenedTo = true;
            window.isUnanswered = true;
        }
        send.call(this, message);
    };
})();
"""

# Streamlit says on its outermost element whether the script runs; charts and tables that load
# later leave skeletons, and elements of the run before are marked stale.
SETTLED = """
(quiet) => {
    const app = document.querySelector('[data-testid="stApp"]');
    const chartsMissing = [...document.querySelectorAll('[data-testid="stPlotlyChart"]')]
        .some((chart) => !chart.querySelector('.main-svg'));
    const busy = !app
        || window.isUnanswered
        || app.dataset.testScriptState !== 'notRunning'
        || app.dataset.testConnectionState !== 'CONNECTED'
        || chartsMissing
        || document.querySelector('[data-testid="stSkeleton"], [data-testid="stSpinner"]')
        || document.querySelector('[data-stale="true"]');
    const now = performance.now();
    if (busy) { window.quietSince = undefined; return false; }
    window.quietSince ??= now;
    return now - window.quietSince >= quiet * 1000;
}
"""

WHAT_IS_BUSY = """
() => {
    const app = document.querySelector('[data-testid="stApp"]');
    const busy = '[data-testid="stSkeleton"], [data-testid="stSpinner"], [data-stale="true"]';
    return JSON.stringify({
        document: document.readyState,
        unanswered: window.isUnanswered,
        script: app?.dataset.testScriptState,
        connection: app?.dataset.testConnectionState,
        waiting: [...document.querySelectorAll(busy)].map((one) => one.outerHTML.slice(0, 200)),
    });
}
"""

# Opened by a link to a page, Streamlit looks for its server beneath that page first, and then where it is.
LOOKING_FOR_ITS_SERVER = re.compile(r"/[a-z_]+/_stcore/(health|host-config)$")
TROUBLE_IN_LOG = re.compile(r"Traceback|Uncaught|not a valid config option|deprecated|will be removed")
ESCAPES = re.compile(r"\x1b\[[0-9;]*m")


def is_loopback(address: str) -> bool:
    parts = urlsplit(address)
    if parts.scheme in {"data", "blob", "about"}:
        return True
    return parts.hostname in {"127.0.0.1", "localhost", "::1"}


def settled(page: Page, within: float = PAGE_SETTLES_WITHIN) -> Page:
    """Waits until Streamlit has finished and all charts are drawn; use it after every click too."""
    page.evaluate("window.quietSince = undefined")
    try:
        page.wait_for_function(SETTLED, arg=QUIET_FOR, polling=50, timeout=within * 1000)
    except PlaywrightTimeout:
        busy = page.evaluate(WHAT_IS_BUSY)
        pytest.fail(f"{page.url} has not settled within {within:.0f} s: {busy}\n{page.inner_text('body')[:1000]}")
    return page


class StreamlitServer:
    """One `streamlit run dashboard.py` on a loopback port; `log()` is what it has printed."""

    def __init__(self, script: Path, environment: dict[str, str], folder: Path) -> None:
        self._log_path = folder / "streamlit.log"
        with socket.socket() as listener:
            listener.bind(("127.0.0.1", 0))
            port = listener.getsockname()[1]
        self.url = f"http://127.0.0.1:{port}"
        # The developer's own database and Streamlit settings must not leak into the tests.
        inherited = {
            name: value
            for name, value in os.environ.items()
            if name != "DATABASE_URL" and not name.startswith("STREAMLIT_")
        }
        command = [
            *(sys.executable, "-m", "streamlit", "run", str(script)),
            *("--server.port", str(port), "--server.address", "127.0.0.1"),
        ]
        with self._log_path.open("wb") as log_file:
            self._process = subprocess.Popen(
                command,
                cwd=script.parent,
                env=inherited | WITHOUT_WORK_AHEAD | {"HOME": str(folder), "NO_COLOR": "1"} | environment,
                stdin=subprocess.DEVNULL,
                stdout=log_file,
                stderr=subprocess.STDOUT,
            )

    def log(self) -> str:
        return ESCAPES.sub("", self._log_path.read_text(errors="replace"))

    def _is_healthy(self) -> bool:
        try:
            with urllib.request.urlopen(f"{self.url}/_stcore/health", timeout=2) as answer:
                return answer.status == 200
        except (urllib.error.URLError, OSError):
            return False

    def wait_until_healthy(self) -> None:
        give_up = time.monotonic() + SERVER_STARTS_WITHIN
        while not self._is_healthy():
            if self._process.poll() is not None or time.monotonic() > give_up:
                self.stop()
                pytest.fail(f"The dashboard's server did not start:\n{self.log()}", pytrace=False)
            time.sleep(0.1)

    def stop(self) -> None:
        if self._process.poll() is None:
            self._process.terminate()
            try:
                self._process.wait(timeout=10)
            except subprocess.TimeoutExpired:
                self._process.kill()
                self._process.wait()


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    if not CHROMIUM.exists():
        pytest.fail(
            f"These tests need {CHROMIUM}; `make test` installs it, or: apt-get install chromium-headless-shell",
            pytrace=False,
        )
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, headless=True, args=FLAGS + OF_SHORT_VISITS)
        yield browser
        browser.close()


@pytest.fixture(scope="session")
def streamlit_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Callable[..., StreamlitServer]]:
    """`streamlit_server({"DATABASE_URL": …})` gives a running server; asked twice, the same one."""
    running: dict[tuple, StreamlitServer] = {}

    def serve(environment: dict[str, str] | None = None, script: Path = REPOSITORY / "dashboard.py") -> StreamlitServer:
        key = (script, *sorted((environment or {}).items()))
        if key not in running:
            server = StreamlitServer(script, environment or {}, tmp_path_factory.mktemp("streamlit"))
            server.wait_until_healthy()
            running[key] = server
        return running[key]

    yield serve
    for server in running.values():
        server.stop()


class Visitors:
    """Visitors of one browser: those with the same screen share what the browser keeps of the scripts it has read.

    It keeps that as long as a page is open, for which each context has an empty one that nobody sees. One who comes
    when the others have gone brings nothing of theirs along, neither cookies nor choices.
    """

    def __init__(self, browser: Browser) -> None:
        self._browser = browser
        self._contexts: dict[tuple, BrowserContext] = {}
        self._kept_open: dict[tuple, Page] = {}

    def new_page(self, address: str, **options: object) -> Page:
        """An empty page, for the site of an address. `options` are those of Playwright's contexts."""
        key = tuple(sorted((name, str(value)) for name, value in options.items()))
        site = "{0.scheme}://{0.netloc}".format(urlsplit(address))
        if key not in self._contexts:
            self._contexts[key] = self._browser.new_context(**options)
            self._contexts[key].add_init_script(LISTEN)
            self._kept_open[key] = self._contexts[key].new_page()
            self._kept_open[key].goto(f"{site}/_stcore/health")
        context = self._contexts[key]
        alone = context.pages == [self._kept_open[key]]
        page = context.new_page()
        if alone:
            context.clear_cookies()
            session = context.new_cdp_session(page)
            session.send("Storage.clearDataForOrigin", {"origin": site, "storageTypes": "local_storage,indexeddb"})
            session.detach()
        return page


class Visitor:
    """Opens pages and remembers everything that went wrong on them and in the servers' logs."""

    def __init__(self, visitors: Visitors) -> None:
        self._visitors = visitors
        self._pages: list[Page] = []
        self._logs_before: dict[StreamlitServer, int] = {}
        self.troubles: list[str] = []

    def _watch(self, page: Page) -> None:
        def outside(address: str) -> None:
            if not is_loopback(address):
                self.troubles.append(f"asked for {address}, which is outside this computer")

        page.on("request", lambda request: outside(request.url))
        page.on("websocket", lambda websocket: outside(websocket.url.replace("ws", "http", 1)))
        page.on("pageerror", lambda error: self.troubles.append(f"script error: {error}"))
        page.on("console", self._read)
        page.on("response", self._receive)

    def _read(self, message) -> None:
        if message.type == "error" and not LOOKING_FOR_ITS_SERVER.search(message.location.get("url", "")):
            self.troubles.append(f"console error: {message.text}")

    def _receive(self, answer) -> None:
        if answer.status >= 400 and not LOOKING_FOR_ITS_SERVER.search(answer.url):
            self.troubles.append(f"{answer.status} for {answer.url}")

    def __call__(
        self,
        server: StreamlitServer,
        path: str = "/",
        *,
        width: int = 1280,
        height: int = 900,
        **context_options: object,
    ) -> Page:
        """A new visitor's page, settled and free of trouble.

        `context_options` are Playwright's: `color_scheme="dark"`, `locale="en-GB"`, …
        """
        self._logs_before.setdefault(server, len(server.log()))
        options = {"locale": "lv-LV", "timezone_id": "Europe/Riga", "reduced_motion": "reduce"}
        address = f"{server.url}/{path.lstrip('/')}"
        page = self._visitors.new_page(address, **(options | context_options))
        self._pages.append(page)
        page.set_viewport_size({"width": width, "height": height})
        self._watch(page)
        page.goto(address, wait_until="domcontentloaded")
        settled(page)
        self.fail_on_trouble()
        return page

    def fail_on_trouble(self) -> None:
        for page in self._pages:
            for box in page.get_by_test_id("stException").all():
                self.troubles.append(f"an error on {page.url}: {box.inner_text()}")
        for server, before in self._logs_before.items():
            news = server.log()[before:]
            if TROUBLE_IN_LOG.search(news):
                self.troubles.append(f"the server's log says:\n{news}")
        if self.troubles:
            told = "\n".join(dict.fromkeys(self.troubles))
            self.troubles.clear()
            self._logs_before = {server: len(server.log()) for server in self._logs_before}
            pytest.fail(told, pytrace=False)

    def close(self) -> None:
        for page in self._pages:
            page.close()


@pytest.fixture(scope="session")
def visitors(chromium: Browser) -> Visitors:
    return Visitors(chromium)


@pytest.fixture
def visit(visitors: Visitors) -> Iterator[Visitor]:
    """`visit(server, "/path")` opens a page; the test fails on any error, then or later."""
    visitor = Visitor(visitors)
    try:
        yield visitor
        visitor.fail_on_trouble()
    finally:
        visitor.close()
