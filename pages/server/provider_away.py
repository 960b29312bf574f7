"""A sentence where Streamlit has two English words for whoever signs in while the provider does not answer."""

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from pages.server.plain import plain_page
from pages.server.way_back import CALLBACK, LOGIN

_SIGNING_IN = {LOGIN: "../", CALLBACK: "./"}  # and the way back from there to the dashboard


class ProviderAway:
    """Tells in both languages that nobody can sign in now, and leads back; no session knows the visitor's language."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        path = scope.get("path", "")  # starting and stopping have none
        back = next((way for end, way in _SIGNING_IN.items() if path.endswith(end)), None)
        if scope["type"] != "http" or back is None:
            await self._app(scope, receive, send)
            return
        refused = False

        async def send_unless_refused(message: Message) -> None:
            nonlocal refused
            if message["type"] == "http.response.start" and message["status"] >= 400:
                refused = True
            if not refused:
                await send(message)

        await self._app(scope, receive, send_unless_refused)
        if refused:
            await plain_page("entrance.provider_away", back, 503)(scope, receive, send)
