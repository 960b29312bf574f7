"""What every answer of the server forbids a browser: to load, run, frame or pass on anything that is not ours."""

import base64
import hashlib
import re
from functools import cache
from pathlib import Path

import streamlit
from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

ALWAYS = {
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",  # `frame-ancestors` for older browsers
    "Referrer-Policy": "same-origin",  # an address has the whole question in it
    "Permissions-Policy": "camera=(), display-capture=(), geolocation=(), microphone=(), payment=(), usb=()",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
}
# Half a year, for this name only: those below it are not ours.
BEHIND_TLS = {"Strict-Transport-Security": "max-age=15552000"}

# Style sheets that scripts of Streamlit 1.67 write into the page, by the hash of their text. A browser that refuses one
# names its hash in the console, and each test in a browser fails there: that is how to find those of a new version.
_STYLES = {
    "empty ones, filled rule by rule": "47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=",  # pragma: allowlist secret
    "React Aria, what can be pressed": "38RhXrc7EdReTKsOm23ZPOCUgniTUUcjky8QOOrQx6o=",  # pragma: allowlist secret
    "Plotly, its maps, which no page has": "2GF9hCGTDj/GGFNlQA54jDdMGl2fvoeZmZjAvBSiAtM=",  # pragma: allowlist secret
    "Vega, the bars in a figure's box": "AxXafLC2yNU/3Lg+zDmkYjwsZc5mxpXIdju+mGfmiCg=",  # pragma: allowlist secret
    "Vega, its tooltip": "3DGwvqeuzfpl1OM1mb285/TwB5+qWlC5a2FoZJ0askE=",  # pragma: allowlist secret
}
_INLINE_SCRIPT = re.compile(r"<script>(.*?)</script>", re.DOTALL)


@cache
def content_security_policy() -> str:
    """What a page may load and run: what this server has sent, and nothing that is made of text.

    Not even Plotly needs `unsafe-eval`. It does write `style` attributes; they can neither load nor send anything here.
    """
    page = (Path(streamlit.__file__).parent / "static" / "index.html").read_text(encoding="utf-8")
    rules = {
        "default-src": ["'none'"],
        # WebAssembly: protobuf reckons with 64 bits in it. It does without, but complains on every page.
        "script-src": ["'self'", *map(_hashed, _INLINE_SCRIPT.findall(page)), "'wasm-unsafe-eval'"],
        "style-src-elem": ["'self'", *(f"'sha256-{known}'" for known in _STYLES.values())],
        "style-src-attr": ["'unsafe-inline'"],
        "img-src": ["'self'", "data:"],
        "font-src": ["'self'", "data:"],
        "connect-src": ["'self'"],
        "base-uri": ["'none'"],
        "form-action": ["'none'"],
        "frame-ancestors": ["'none'"],
    }
    return "; ".join(" ".join((name, *values)) for name, values in rules.items())


def _hashed(text: str) -> str:
    return f"'sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}'"


class SecurityHeaders:
    """Puts them on every answer; behind TLS cookies stay there, too."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        # A proxy on this computer says so in X-Forwarded-Proto.
        behind_tls = scope["scheme"] == "https"

        async def send_with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                headers["Content-Security-Policy"] = content_security_policy()
                headers.update(ALWAYS)
                if behind_tls:
                    headers.update(BEHIND_TLS)
                    message["headers"] = [_secure(*header) for header in message["headers"]]
            await send(message)

        await self._app(scope, receive, send_with_headers)


def _secure(name: bytes, value: bytes) -> tuple[bytes, bytes]:
    """A header; a cookie is only ever sent over TLS again."""
    if name.lower() == b"set-cookie" and b"secure" not in [part.strip().lower() for part in value.split(b";")]:
        return name, value + b"; Secure"
    return name, value
