"""Who is turned away before Streamlit looks: requests for another name, other sites' pages, whoever wants metrics."""

from urllib.parse import urlsplit

from starlette.datastructures import Headers
from starlette.responses import Response
from starlette.types import ASGIApp, Receive, Scope, Send
from starlette.websockets import WebSocketClose
from streamlit import config
from streamlit.web.server.starlette.starlette_websocket import is_host_allowed

from pages.entrance.visitor import is_here

MISDIRECTED = 421
METRICS = "_stcore/metrics"  # names of pages and their caches, for nobody but this computer
_THROUGH_A_PROXY = ("x-forwarded-for", "forwarded", "x-real-ip")


class Gate:
    """Refuses requests of another host than `server.allowedHosts` names, sessions from other sites, and metrics.

    Streamlit looks at the host at the beginning of a session only. And before it refuses another site, it asks a
    service outside for this computer's public address.
    """

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http":
            refused = _refused(scope)
            await (Response(status_code=refused) if refused else self._app)(scope, receive, send)
        elif scope["type"] == "websocket" and not _may_open_a_session(Headers(scope=scope)):
            await WebSocketClose()(scope, receive, send)
        else:
            await self._app(scope, receive, send)


def _refused(scope: Scope) -> int | None:
    """The status with which a request is refused."""
    headers = Headers(scope=scope)
    if not is_host_allowed(headers.get("host")):
        return MISDIRECTED
    if scope["path"].strip("/").endswith(METRICS) and not _from_here(scope, headers):
        return 404
    return None


def _may_open_a_session(headers: Headers) -> bool:
    host, origin = headers.get("host"), headers.get("origin")
    if not is_host_allowed(host):
        return False
    # Programs say no origin, browsers always do.
    return origin is None or urlsplit(origin).netloc == host or origin in config.get_option("server.corsAllowedOrigins")


def _from_here(scope: Scope, headers: Headers) -> bool:
    client = scope.get("client")
    return bool(client) and is_here(client[0]) and not any(name in headers for name in _THROUGH_A_PROXY)
