"""The language of Streamlit's page as it is sent. It says English (1.67) whatever will be on it, so that screen readers
read Latvian aloud as English; it is named “Streamlit”, and tells who has no scripts of an interface that is off."""

import re
from html import escape
from urllib.parse import parse_qs

from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from data_access.language import LANGUAGES
from pages.parts.address import LANGUAGE
from pages.parts.texts import words

# With these a browser would be told that its page is still good, or be sent it packed.
_AS_IT_IS = (b"accept-encoding", b"if-none-match", b"if-modified-since", b"range")
_OF_THE_FILE = ("etag", "last-modified", "accept-ranges")
_WITHOUT_SCRIPTS = re.compile(rb"(?<=<noscript>).*?(?=</noscript>)", re.DOTALL)


class PageLanguage:
    """Says in Streamlit's page in which language it is: the one that the address names, by default the first."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or not _wants_a_page(scope):
            await self._app(scope, receive, send)
            return
        unpacked = [(name, value) for name, value in scope["headers"] if name.lower() not in _AS_IT_IS]
        start: Message | None = None
        body = b""

        async def send_told(message: Message) -> None:
            nonlocal start, body
            if message["type"] == "http.response.start":
                is_page = MutableHeaders(scope=message).get("content-type", "").startswith("text/html")
                start = message if is_page else None
            if start is None:
                await send(message)
            elif message["type"] == "http.response.body":
                body += message.get("body", b"")
                if not message.get("more_body"):
                    await _send_page(send, start, told(body, _language(scope)))

        await self._app({**scope, "headers": unpacked}, receive, send_told)


def told(page: bytes, language: str) -> bytes:
    """Streamlit's page in a language."""
    title, without_scripts = words(language)("frame.title"), words(language)("frame.without_scripts")
    page = page.replace(b'<html lang="en">', f'<html lang="{language}">'.encode(), 1)
    page = page.replace(b"<title>Streamlit</title>", f"<title>{escape(title)}</title>".encode(), 1)
    return _WITHOUT_SCRIPTS.sub(lambda _: escape(without_scripts).encode(), page, count=1)


def _wants_a_page(scope: Scope) -> bool:
    return any(name.lower() == b"accept" and b"text/html" in value for name, value in scope["headers"])


def _language(scope: Scope) -> str:
    asked = parse_qs(scope["query_string"].decode("latin-1")).get(LANGUAGE, [])
    return next((code for code in asked if code in LANGUAGES), LANGUAGES[0])


async def _send_page(send: Send, start: Message, page: bytes) -> None:
    headers = MutableHeaders(scope=start)
    for name in _OF_THE_FILE:
        if name in headers:
            del headers[name]
    headers["content-length"] = str(len(page))
    await send(start)
    await send({"type": "http.response.body", "body": page})
