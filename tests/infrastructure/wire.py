"""Visitors without a browser: they speak Streamlit's own protocol, and may say in it what no browser would say.

`Browser` signs in and keeps cookies, `Tab` is one of its sessions. What a tab is told by a run is in `told`.
"""

import asyncio
import re
import ssl
import threading
import time
from collections.abc import Coroutine, Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any, TypeVar
from urllib.parse import urljoin, urlsplit

import httpx2
from streamlit.proto.Alert_pb2 import Alert
from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ClientState_pb2 import ClientState
from streamlit.proto.Common_pb2 import FileURLs
from streamlit.proto.Element_pb2 import Element
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from streamlit.proto.WidgetStates_pb2 import WidgetState
from streamlit.web.server.starlette.starlette_server_config import XSRF_COOKIE_NAME
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed, InvalidHandshake
from websockets.typing import Subprotocol

PATIENCE = 60  # seconds
LARGEST = 64 * 1024 * 1024  # bytes of a message
AGAIN = ForwardMsg.ScriptFinishedStatus.FINISHED_EARLY_FOR_RERUN
SIGN_IN, SIGN_OUT = "sign_in", "sign_out"  # keys of the buttons


Outcome = TypeVar("Outcome")


class Silent(AssertionError):
    """Nothing more is said to a visitor who waits."""


@dataclass
class Told:
    """What one run of the script has told a tab, as it came; and how long it took, in seconds."""

    messages: list[ForwardMsg] = field(default_factory=list)
    took: float = 0.0

    def standing(self) -> "Told":
        """What is left of it when what was replaced or taken away again is gone.

        A spinner stands beside what is at its place (`new_transient`), and takes nothing away.
        """
        left: dict[tuple[int, ...], ForwardMsg] = {}
        for one in self.messages:
            if one.WhichOneof("type") == "delta" and one.delta.WhichOneof("type") != "new_transient":
                place = tuple(one.metadata.delta_path)
                for known in [known for known in left if known[: len(place)] == place]:
                    del left[known]
                if one.delta.new_element.WhichOneof("type") != "empty":
                    left[place] = one
        return Told(list(left.values()), self.took)

    @property
    def elements(self) -> Iterator[Element]:
        """Everything that was told of, in the order in which it was."""
        return (one.delta.new_element for one in self.messages if one.delta.WhichOneof("type") == "new_element")

    def of(self, *kinds: str) -> list:
        """What was told of some kinds: `table`, `plotly_chart`, `button`, …"""
        return [getattr(one, one.WhichOneof("type")) for one in self.elements if one.WhichOneof("type") in kinds]

    @property
    def words(self) -> str:
        """Titles, texts and boxes, without the marks of Markdown."""
        said = [one.body for one in self.of("heading", "markdown", "alert")]
        return re.sub(r"\\(.)", r"\1", "\n".join(said)).replace("\u00a0", " ")

    @property
    def figures(self) -> bool:
        """Whether anything that has figures stands on the page."""
        return bool(self.of("table", "plotly_chart", "metric", "dataframe"))

    @property
    def errors(self) -> list[str]:
        """What has gone wrong: Streamlit's own boxes, and those of a page that could not be told."""
        alerts = [one.body for one in self.of("alert") if one.format == Alert.ERROR]
        return [one.message for one in self.of("exception")] + alerts


class Browser:
    """Somebody's browser: its cookies, and what it asks for by plain HTTP."""

    def __init__(self, url: str, trusted: ssl.SSLContext | None = None) -> None:
        self.url, self.trusted = url, trusted
        self.who = ""
        self.http = httpx2.AsyncClient(base_url=url, verify=trusted or True, timeout=PATIENCE, trust_env=False)

    async def close(self) -> None:
        await self.http.aclose()

    async def __aenter__(self) -> "Browser":
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.close()

    @property
    def cookies(self) -> dict[str, str]:
        """Those for the dashboard, by name."""
        host = urlsplit(self.url).hostname
        return {one.name: one.value for one in self.http.cookies.jar if host in (one.domain, f"{one.domain}.local")}

    @property
    def token(self) -> str:
        """What shows that a request is made by the site's own page."""
        return self.cookies[XSRF_COOKIE_NAME]

    async def arrive(self) -> None:
        """What a browser asks for before its first session: it gets the cookie that keeps other sites out."""
        for path in ("/", "/_stcore/health"):
            answer = await self.http.get(path)
            assert answer.status_code == 200, answer.status_code

    async def sign_in(self, who: str) -> None:
        """By the button of the page, with the provider."""
        self.who = who
        await self.arrive()
        tab = await Tab.open(self)
        await self.follow(await tab.press_to_leave(SIGN_IN), who)
        await tab.close()

    async def follow(self, address: str, who: str) -> None:
        """To the provider, and back as `who` (the provider knows people by one word)."""
        answer = await self.http.get(address, follow_redirects=True)
        assert answer.status_code == 200, answer.text
        answer = await self.http.post(str(answer.url), data={"sub": who})
        assert answer.status_code in (302, 303), answer.text
        # Back at the dashboard: its page is nothing that a visitor without a browser looks at.
        answer = await self.http.get(urljoin(str(answer.url), answer.headers["Location"]))
        assert answer.status_code in (302, 303, 307), answer.text


class Tab:
    """One session: a page that is open. Whatever is sent is answered by a run of the script, whose end is awaited."""

    def __init__(self, browser: Browser, socket: ClientConnection, page: str, query: str, patience: float) -> None:
        self.browser, self.page, self.query, self.patience = browser, page, query, patience
        self.session = ""
        self.pages: dict[str, str] = {}  # hashes of pages by address
        self.offered: list[str] = []  # addresses of those in the navigation
        self.hash = ""
        self.told = Told()
        self.answers: list[ForwardMsg] = []  # to what is asked besides
        self._socket, self._states = socket, {}

    # ── coming and going ────────────────────────────────────────────────────────────────────────

    @classmethod
    async def open(
        cls, browser: Browser, page: str = "", query: str = "", session: str = "", patience: float = PATIENCE
    ) -> "Tab":
        """A tab that has been told a page. `session` is that of a connection before, to go on with."""
        tab = cls(browser, await cls._connect(browser, session), page, query, patience)
        await tab.run(page_name=page)
        return tab

    @staticmethod
    async def _connect(browser: Browser, session: str = "") -> ClientConnection:
        said = ["streamlit", browser.token, session] if session else ["streamlit", browser.token]
        address = f"{browser.url.replace('http', 'ws', 1)}/_stcore/stream"
        cookies = "; ".join(f"{name}={value}" for name, value in browser.cookies.items())
        socket = await connect(
            address,
            origin=browser.url,
            subprotocols=[Subprotocol(one) for one in said],
            additional_headers={"Cookie": cookies},
            compression=None,
            max_size=LARGEST,
            max_queue=None,
            proxy=None,
            ssl=browser.trusted,
            open_timeout=PATIENCE,
            ping_interval=None,
        )
        for header in socket.response.headers.get_all("Set-Cookie"):
            name, _, value = header.split(";")[0].partition("=")
            browser.http.cookies.set(name, value, urlsplit(browser.url).hostname or "")
        return socket

    async def reconnect(self) -> Told:
        """What a browser does when the connection is lost: the same session if the server has it, and all its choices.

        Tries until there is somebody to connect to.
        """
        give_up = time.monotonic() + PATIENCE
        while True:
            try:
                self._socket = await self._connect(self.browser, self.session)
                return await self.run()
            except (OSError, EOFError, ConnectionClosed, InvalidHandshake) as error:
                if time.monotonic() > give_up:
                    raise Silent(f"no connection to {self.browser.url}") from error
                await asyncio.sleep(0.1)

    async def lost(self) -> None:
        """Waits until the server has gone."""
        with suppress(ConnectionClosed):
            while True:
                await asyncio.wait_for(self._socket.recv(), PATIENCE)

    async def close(self) -> None:
        await self._socket.close()

    # ── what is sent ────────────────────────────────────────────────────────────────────────────

    async def send(self, message: BackMsg) -> None:
        """Anything at all."""
        await self._socket.send(message.SerializeToString())

    async def run(self, **said: object) -> Told:
        """Has the script run, as it is or with something else said: `page_script_hash`, `query_string`, …"""
        stands = {"query_string": self.query, "page_script_hash": self.hash, "page_name": ""}
        state = ClientState(**(stands | said))
        state.widget_states.widgets.extend(self._states.values())
        began = time.perf_counter()
        await self.send(BackMsg(rerun_script=state))
        await self._finish()
        self.told.took = time.perf_counter() - began
        return self.told

    async def run_with(self, states: Iterable[WidgetState]) -> Told:
        """With states of widgets that need not be on the page."""
        before = dict(self._states)
        self._states |= {one.id: one for one in states}
        try:
            return await self.run()
        finally:
            self._states = before

    def forget_choices(self) -> None:
        """From here on nothing is said of widgets: what was chosen is only known to the server."""
        self._states.clear()

    async def go_to(self, page: str, query: str = "", by_hash: str = "") -> Told:
        """Another page by the navigation, or one whose hash is known."""
        self.page, self.query, self._states = page, query, {}
        return await self.run(page_script_hash=by_hash or self.pages[page])

    async def set(self, widget: str, **value: object) -> Told:
        """A widget's value as a browser says it: `set(id, string_value="2022")`."""
        self._states[widget] = WidgetState(id=widget, **value)
        return await self.run()

    async def choose(self, key: str, option: str) -> Told:
        """An option of a selection, a row of radio buttons or of pills, as it is written on screen."""
        for one in self.told.of("selectbox", "radio"):
            if one.id.endswith(f"-{key}"):
                return await self.set(one.id, string_value=option)
        [group] = [one for one in self.told.of("button_group") if one.id.endswith(f"-{key}")]
        assert option in [one.content for one in group.options]
        value = WidgetState(id=group.id)
        value.string_array_value.data.append(option)
        self._states[group.id] = value
        return await self.run()

    async def press(self, key: str) -> Told:
        """A button."""
        [button] = [one for one in self.told.of("button") if one.id.endswith(f"-{key}")]
        return await self.press_by_id(button.id)

    async def press_by_id(self, widget: str) -> Told:
        """A button that may not be on the page."""
        return await self.run_with([WidgetState(id=widget, trigger_value=True)])

    async def press_to_leave(self, key: str) -> str:
        """A button that leads away; gives the address."""
        told = await self.press(key)
        [address] = [one.auth_redirect.url for one in told.messages if one.WhichOneof("type") == "auth_redirect"]
        return address

    async def make_file(self, file: str, session: str = "") -> str:
        """The address of a file that a button's `deferred_file_id` makes; empty if it is not made."""
        asked = BackMsg()
        asked.backend_operation_request.request_id = "file"
        asked.backend_operation_request.session_id = session or self.session
        asked.backend_operation_request.deferred_file.file_id = file
        answer = await self._answer(asked, "backend_operation_response")
        return answer.backend_operation_response.deferred_file.url

    async def place_for_a_file(self, name: str) -> str:
        """The address to which a file is to be sent."""
        return (await self._place(name)).upload_url

    async def upload(self, widget: str, name: str, content: bytes) -> None:
        """Sends a file and says it of its widget, as a form does: the script runs when its button is pressed."""
        place = await self._place(name)
        headers = {"X-Xsrftoken": self.browser.token}
        answer = await self.browser.http.put(place.upload_url, files={name: content}, headers=headers)
        assert answer.status_code == 204
        state = self._states.setdefault(widget, WidgetState(id=widget))
        state.file_uploader_state_value.uploaded_file_info.add(
            file_id=place.file_id, name=name, size=len(content), file_urls=place
        )

    async def _place(self, name: str) -> FileURLs:
        asked = BackMsg()
        asked.file_urls_request.request_id = "place"
        asked.file_urls_request.session_id = self.session
        asked.file_urls_request.file_names.append(name)
        answer = await self._answer(asked, "file_urls_response")
        return answer.file_urls_response.file_urls[0]

    async def beat(self) -> None:
        """Asks whether the connection lives, and waits for the answer: what was sent before has been taken then."""
        await self._answer(BackMsg(app_heartbeat=True), "heartbeat_ack")

    # ── what comes ──────────────────────────────────────────────────────────────────────────────

    async def _answer(self, asked: BackMsg, kind: str) -> ForwardMsg:
        await self.send(asked)
        while True:
            if (message := await self._receive()).WhichOneof("type") == kind:
                return message

    async def _finish(self) -> None:
        """Until the script has come to its end; one that begins anew of its own has not."""
        self.told = Told()
        while True:
            message = await self._receive()
            match message.WhichOneof("type"):
                case "new_session":
                    self.told.messages.clear()
                    self._learn(message)
                case "navigation":
                    known = message.navigation.app_pages
                    self.pages = {one.url_pathname: one.page_script_hash for one in known}
                    self.offered = [one.url_pathname for one in known if not one.is_hidden]
                    self.hash = message.navigation.page_script_hash
                case "page_info_changed":
                    self.query = message.page_info_changed.query_string
                case "script_finished" if message.script_finished != AGAIN:
                    return
            self.told.messages.append(message)

    def _learn(self, message: ForwardMsg) -> None:
        self.session = message.new_session.initialize.session_id
        self.hash = message.new_session.page_script_hash

    async def _receive(self) -> ForwardMsg:
        try:
            content = await asyncio.wait_for(self._socket.recv(), self.patience)
        except TimeoutError as error:
            raise Silent(f"nothing for {self.patience} s on {self.page}?{self.query}") from error
        return ForwardMsg.FromString(content)


class Loop:
    """Runs what is said here from tests that are no coroutines: in a thread, as Playwright has a loop in this one."""

    def __init__(self) -> None:
        self.loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self.loop.run_forever)
        self._thread.start()

    def __call__(self, what: Coroutine[Any, Any, Outcome]) -> Outcome:
        """What a coroutine returns or raises."""
        return asyncio.run_coroutine_threadsafe(what, self.loop).result()

    def close(self) -> None:
        self.loop.call_soon_threadsafe(self.loop.stop)
        self._thread.join()
        self.loop.close()
