"""Whoever has signed in comes back to the page and the choices she came for: Streamlit leads everybody to the first."""

import re
from http.cookies import SimpleCookie
from urllib.parse import parse_qsl, quote, unquote, urlencode, urlsplit

from starlette.datastructures import Headers, MutableHeaders
from starlette.requests import cookie_parser
from starlette.types import ASGIApp, Message, Receive, Scope, Send

LOGIN, CALLBACK = "/auth/login", "/oauth2callback"
COOKIE = "wanted"
_LASTS = 600  # seconds to sign in with the provider
_LONGEST = 3000  # characters; a browser keeps no cookie of more than 4096
_PAGE = re.compile(r"[a-z_]*(\?.*)?", re.DOTALL)


class WayBack:
    """Keeps in a cookie, from the press of the button to the provider's answer, which page of ours it was pressed on.

    What is kept is a page's name and its choices, and the way back is put together here: it leads to no other site,
    whatever somebody writes into the cookie, and to nothing that the same link would not have shown.
    """

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        path = scope.get("path", "") if scope["type"] == "http" else ""
        if path.endswith(LOGIN):
            site = path.removesuffix(LOGIN) + "/"
            kept, wanted = _cookie(_wanted(Headers(scope=scope).get("referer", ""), site), site), None
        elif path.endswith(CALLBACK):
            site = path.removesuffix(CALLBACK) + "/"
            given = cookie_parser(Headers(scope=scope).get("cookie", "")).get(COOKIE, "")
            kept, wanted = _cookie("", site), _safe(unquote(given))
        else:
            await self._app(scope, receive, send)
            return

        async def send_with_the_way(message: Message) -> None:
            if message["type"] == "http.response.start" and 300 <= message["status"] < 400:
                headers = MutableHeaders(scope=message)
                headers.append("Set-Cookie", kept)
                if wanted and headers.get("location") == site:
                    headers["location"] = site + wanted
            await send(message)

        await self._app(scope, receive, send_with_the_way)


def _wanted(referrer: str, site: str) -> str:
    """The page of ours and its choices from which a request came; empty for none."""
    parts = urlsplit(referrer)
    return _safe(f"{parts.path.removeprefix(site)}?{parts.query}") if parts.path.startswith(site) else ""


def _safe(wanted: str) -> str:
    """A page's name and its choices, put together anew; empty for what is neither."""
    if len(wanted) > _LONGEST or not _PAGE.fullmatch(wanted):
        return ""
    page, _, choices = wanted.partition("?")
    chosen = urlencode(parse_qsl(choices, keep_blank_values=True))
    return f"{page}?{chosen}" if chosen else page


def _cookie(wanted: str, site: str) -> str:
    """A header that keeps what is wanted, or forgets what was."""
    jar = SimpleCookie({COOKIE: quote(wanted, safe="")})
    jar[COOKIE].update({"path": site, "max-age": _LASTS if wanted else 0, "httponly": True, "samesite": "Lax"})
    return jar[COOKIE].OutputString()
