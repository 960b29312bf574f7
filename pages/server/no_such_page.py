"""A sentence for an address that is no page: Streamlit gives its own page for each, and says there in English what is
wrong. The first page by its name, which Streamlit takes for no page either (1.67), is the dashboard's own address."""

from starlette.datastructures import Headers
from starlette.responses import RedirectResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send
from streamlit import config

from pages.parts.known import FIRST, NAMES
from pages.server.plain import plain_page


class NoSuchPage:
    """Answers instead of Streamlit where it would give its page at an address that none of ours has."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        folder = f"/{config.get_option('server.baseUrlPath').strip('/')}/".replace("//", "/")
        name = scope.get("path", "").removeprefix(folder).strip("/")
        if scope["type"] != "http" or not name or name in NAMES - {FIRST}:
            await self._app(scope, receive, send)
            return
        given = False  # Streamlit's page

        async def send_unless_page(message: Message) -> None:
            nonlocal given
            if message["type"] == "http.response.start" and message["status"] == 200:
                given = Headers(raw=message["headers"]).get("content-type", "").startswith("text/html")
            if not given:
                await send(message)

        await self._app(scope, receive, send_unless_page)
        if given and name == FIRST:
            choices = scope["query_string"].decode("latin-1")
            await RedirectResponse(f"{folder}?{choices}" if choices else folder, 302)(scope, receive, send)
        elif given:
            await plain_page("entrance.no_such_page", folder, 404)(scope, receive, send)
