"""Which messages of a session the server takes: those that the pages' own browser side sends, and no other.

Streamlit (1.67) takes more from anybody who can connect, signed in or not: to empty the caches of all visitors, to tell
where the program's source comes from, to install things for its programmer.
"""

import logging

from google.protobuf.message import DecodeError
from starlette.types import ASGIApp, Message, Receive, Scope, Send
from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.runtime.runtime_util import get_max_widget_state_size_bytes

log = logging.getLogger(__name__)

TAKEN = {"rerun_script", "stop_script", "file_urls_request", "app_heartbeat", "backend_operation_request"}
OPERATIONS = {"deferred_file"}  # the file of a download's button


class OnlyKnownMessages:
    """Passes over messages that no page of ours sends."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        async def taken() -> Message:
            while True:
                message = await receive()
                if message["type"] != "websocket.receive" or _is_taken(message.get("bytes")):
                    return message

        await self._app(scope, taken if scope["type"] == "websocket" else receive, send)


def _is_taken(content: bytes | None) -> bool:
    if content is None or len(content) > get_max_widget_state_size_bytes():
        return True  # Streamlit ends the connection
    try:
        asked = BackMsg.FromString(content)
    except DecodeError:
        return True  # the same
    kind = asked.WhichOneof("type")
    operation = asked.backend_operation_request.WhichOneof("payload")
    if kind in TAKEN and (kind != "backend_operation_request" or operation in OPERATIONS):
        return True
    log.warning("a message was passed over: %s", operation or kind)
    return False
