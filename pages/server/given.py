"""Files, and places for files, only for whom they were made: whoever was told the address in a session of her own.

Streamlit (1.67) gives `/media/…` to anybody who asks, without sign-in. The address is a hash of what is in the file:
who guesses a table could ask the server whether she is right. `/_stcore/upload_file/…` takes files from anybody who has
any session, into any session, and keeps them in memory. And a button's file is made for any session that names it.
"""

import asyncio
import hashlib
import json
from collections import OrderedDict
from collections.abc import Iterator, Mapping
from typing import Any
from urllib.parse import unquote, urlsplit

from starlette.requests import HTTPConnection
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send
from streamlit import config
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg

from data_access import DataAccessError
from pages.entrance import visitor
from pages.entrance.cookies import CONNECTED, claims_in

MEGABYTE = 1024 * 1024
MOST = 20_000  # addresses that are remembered, the newest
FORBIDDEN, NOT_FOUND = 403, 404  # as Streamlit says it: of a file not even that there is one
_MEDIA, _UPLOADS = "/media/", "/_stcore/upload_file/"


class OnlyGiven:
    """Refuses files and uploads at an address that was not told to a session of the same sign-in."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app
        self._given: OrderedDict[tuple[str, str], None] = OrderedDict()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "websocket":
            await self._listen(scope, receive, send)
        elif scope["type"] == "http" and _guarded(scope["path"]):
            # In a thread, as the audit log is written.
            if await asyncio.to_thread(self._may, scope["path"], claims_in(HTTPConnection(scope).cookies)):
                await self._app(scope, receive, send)
            else:
                refused = NOT_FOUND if scope["path"].startswith(_base() + _MEDIA) else FORBIDDEN
                await _read_on(receive)
                await Response(status_code=refused)(scope, receive, send)
        else:
            await self._app(scope, receive, send)

    async def _listen(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Remembers which addresses a session is told; and who it is, for whatever its messages bring about."""
        claims = claims_in(HTTPConnection(scope).cookies)
        CONNECTED.set(claims)
        whose = _name(claims)

        async def sent(message: Message) -> None:
            for address in filter(None, _addresses(message.get("bytes") or b"")):
                self._give(whose, unquote(urlsplit(address).path))
            await send(message)

        await self._app(scope, receive, sent)

    def _give(self, whose: str, path: str) -> None:
        self._given[whose, path] = None
        self._given.move_to_end((whose, path))
        if len(self._given) > MOST:
            self._given.popitem(last=False)

    def _may(self, path: str, claims: Mapping[str, Any]) -> bool:
        given = (_name(claims), path) in self._given
        if not visitor.signs_in():
            return given
        try:
            who = visitor.by_claims(claims)
            if path.startswith(_base() + _UPLOADS):
                who.require("loading")
            if not given:
                who.refuse_file()
        except DataAccessError:
            return False
        return True


async def _read_on(receive: Receive) -> None:
    """Reads what a refused request sends and keeps nothing of it: a connection that is closed before takes the answer
    with it, and the proxy then tells of a file that is too large."""
    left = config.get_option("server.maxUploadSize") * MEGABYTE
    while left > 0:
        message = await receive()
        left -= len(message.get("body", b""))
        if not message.get("more_body"):
            return


def _base() -> str:
    base = config.get_option("server.baseUrlPath").strip("/")
    return f"/{base}" if base else ""


def _guarded(path: str) -> bool:
    return path.startswith((_base() + _MEDIA, _base() + _UPLOADS))


def _addresses(content: bytes) -> Iterator[str]:
    """What is told to a session with a download's button, in answer to its press, and for a file that was chosen.

    Only there: in what a page says otherwise a visitor may have written an address herself.
    """
    if _MEDIA.encode() not in content and _UPLOADS.encode() not in content:
        return
    told = ForwardMsg.FromString(content)
    match told.WhichOneof("type"):
        case "delta":
            yield told.delta.new_element.download_button.url
        case "backend_operation_response":
            yield told.backend_operation_response.deferred_file.url
        case "file_urls_response":
            for one in told.file_urls_response.file_urls:
                yield from (one.upload_url, one.delete_url)


def _name(claims: Mapping[str, Any]) -> str:
    """The name of a sign-in; without sign-in one for all."""
    return hashlib.sha256(json.dumps(claims, sort_keys=True).encode()).hexdigest()
