"""A real OpenID Connect provider, and a dashboard into which people sign in with it."""

import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.infrastructure.access import Access
from tests.infrastructure.browser import StreamlitServer
from tests.infrastructure.postgres import free_loopback_port

STARTS_WITHIN = 30  # seconds
# Outside of this process: what it is made of warns of its own age.
_PROVIDER = """
import sys
from oidc_provider_mock import User, app
people = [User(sub=who, claims={"email": f"{who}@example.test", "email_verified": True, "name": who.title()})
          for who in sys.argv[2:]]
app(user_claims=people).run(host="127.0.0.1", port=int(sys.argv[1]), debug=False, use_reloader=False)
"""
_SECRETS = """
[auth]
redirect_uri = "{address}/oauth2callback"
cookie_secret = "only-for-tests-only-for-tests-only-for-tests"  # pragma: allowlist secret
client_id = "dashboard"
client_secret = "only for tests"  # pragma: allowlist secret
server_metadata_url = "{provider}/.well-known/openid-configuration"
"""


@dataclass(frozen=True)
class SignedInServer:
    """A dashboard, its settings of access, and the address of its provider."""

    server: StreamlitServer
    access: Access
    provider: str


@contextmanager
def started_provider(*people: str) -> Iterator[str]:
    """The address of a provider who knows these people by their first names."""
    port = free_loopback_port()
    command = [sys.executable, "-W", "ignore", "-c", _PROVIDER, str(port), *people]
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    address = f"http://127.0.0.1:{port}"
    try:
        _wait_for(f"{address}/.well-known/openid-configuration", process)
        yield address
    finally:
        process.terminate()
        process.wait(timeout=10)


@pytest.fixture(scope="session")
def provider_of() -> Iterator[Callable[..., str]]:
    """`provider_of("anna")` starts a provider who knows these people, and gives its address."""
    with ExitStack() as stack:
        yield lambda *people: stack.enter_context(started_provider(*people))


def _wait_for(address: str, process: subprocess.Popen) -> None:
    give_up = time.monotonic() + STARTS_WITHIN
    while time.monotonic() < give_up and process.poll() is None:
        try:
            with urllib.request.urlopen(address, timeout=2):
                return
        except (urllib.error.URLError, OSError):
            time.sleep(0.1)
    pytest.fail(f"nothing answers at {address}", pytrace=False)


def settle_people(folder: Path, more: str = "", **people: str) -> Access:
    """Settings of access, in a folder, for people by their first names.

    A role stands as in the settings: `director`, or `{ role = "department_head", department = "psychologists" }`.
    """
    access = Access(folder)
    roles = {name: role if role.startswith("{") else f'"{role}"' for name, role in people.items()}
    lines = [f'"{name}@example.test" = {role}' for name, role in roles.items()]
    access.settle("\n".join(['contact = "IT, 100. kabinets"', *filter(None, [more]), "[people]", *lines]))
    return access


def write_secrets(path: Path, provider: str, address: str = "http://127.0.0.1:{port}") -> None:
    """The secrets of a dashboard at an address; by itself wherever it is started."""
    path.parent.mkdir(exist_ok=True)
    path.write_text(_SECRETS.format(address=address, provider=provider), encoding="utf-8")


@pytest.fixture(scope="module")
def signed_in_server(
    provider_of, streamlit_server, empty_url: str, tmp_path_factory: pytest.TempPathFactory
) -> SignedInServer:
    """A dashboard for a director, a clerk, a head of department, a councillor and somebody without a role.

    It has no cases, to be quick.
    """
    folder: Path = tmp_path_factory.mktemp("signed_in")
    provider = provider_of("director", "clerk", "head", "councillor", "nobody")
    roles = {name: name for name in ("director", "clerk", "councillor")}
    roles["head"] = '{ role = "department_head", department = "day_centres" }'
    access = settle_people(folder, **roles)
    write_secrets(folder / ".streamlit" / "secrets.toml", provider)
    server = streamlit_server({"DATABASE_URL": empty_url, "ACCESS_FILE": str(access.file), "HOME": str(folder)})
    return SignedInServer(server, access, provider)
