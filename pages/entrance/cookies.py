"""Who has signed in, by the cookies of a request or of a session's connection: where no page is being told."""

import json
from collections.abc import Mapping
from contextvars import ContextVar
from typing import Any

from streamlit.web.server.starlette.starlette_server_config import USER_COOKIE_NAME
from streamlit.web.server.starlette.starlette_websocket import _get_signed_cookie_with_chunks

CONNECTED: ContextVar[Mapping[str, Any] | None] = ContextVar("connected", default=None)
"""What `claims_in` gives of the connection whose message is being answered; None outside of any."""


def claims_in(cookies: Mapping[str, str]) -> dict[str, Any]:
    """What the provider has said of whoever has these cookies, as `visitor.claims` gives it; nothing of anybody else.

    The cookie is sealed: a visitor cannot change what is in it.
    """
    sealed = _get_signed_cookie_with_chunks(dict(cookies), USER_COOKIE_NAME)
    said = json.loads(sealed) if sealed else {}
    said.pop("origin", None)
    return said if said.get("is_logged_in") else {}
