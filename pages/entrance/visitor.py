"""Who visits: looked up anew for each run, each press of a button and each file, so that what is taken away is gone."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from ipaddress import ip_address
from pathlib import Path
from typing import Any

import streamlit as st
from streamlit import config
from streamlit.auth_util import get_secrets_auth_section
from streamlit.runtime.secrets import secrets_singleton

from data_access import (
    Access,
    AccessNotSet,
    DataAccessError,
    Nobody,
    NoRole,
    NotAllowed,
    SignInOver,
    Turns,
    VisitorsDatabase,
    Witness,
    audit,
    open_access,
    open_for,
    visitor_of,
)
from pages.entrance.cookies import CONNECTED

SHORTEST_SECRET = 32  # letters of `cookie_secret`, with which the sign-in in a browser is sealed
_LOOKS, _TURNS = "looks", "turns"


class NotSignedIn(DataAccessError):
    """Nobody has signed in, where that is needed."""

    key = "errors.not_signed_in"


REFUSALS = (NotAllowed, NotSignedIn, NoRole, SignInOver)


@dataclass(frozen=True)
class Visitor:
    """Who visits. `who` and `name` are empty where nobody signs in; then nothing is kept of anybody."""

    who: str
    name: str
    access: Access
    witness: Witness
    turns: Turns = field(repr=False)
    claims: Mapping[str, Any] = field(default_factory=dict, repr=False)

    def open(self) -> VisitorsDatabase:
        """The case database as this visitor may see it; raises as `open_for`."""
        return open_for(self.access, self.witness, now=self._access_now if self.who else None, turns=self.turns)

    def _access_now(self) -> Access:
        """What the visitor may do at this moment: a part of a page can be told again without the page."""
        return _of(self.claims, None, used=False).access

    def looks_at(self, page: str, audience: str) -> None:
        """Keeps that a page is opened, if anything is kept. Raises AuditUnavailable."""
        if isinstance(self.witness, audit.Diary):
            self.witness.page(page, audience)

    def require(self, what: str) -> None:
        """Raises NotAllowed unless the role gives it, and keeps that it was wanted."""
        try:
            self.access.require(what)
        except NotAllowed as error:
            self.witness.refused(error)
            raise

    def refuse_file(self) -> None:
        """Raises NotAllowed for a file that was not made for this visitor, and keeps that it was wanted."""
        error = NotAllowed("file", self.access.ask)
        self.witness.refused(error)
        raise error

    def keep(self, event: str, **details: Any) -> None:
        """Keeps what the visitor does, if anything is kept. Raises AuditUnavailable."""
        if isinstance(self.witness, audit.Diary):
            self.witness.keep(event, **details)

    def again(self) -> "Visitor":
        """The visitor as she is now: for what happens after the page has been told, where no page is.

        Raises NotAllowed if somebody else brings it about.
        """
        if not self.who:
            return self
        connected = CONNECTED.get()
        if connected is not None and connected != self.claims:
            by_claims(connected).refuse_file()
        return _of(self.claims, None, used=True)


@cache
def signs_in() -> bool:
    """Whether visitors sign in: as `[auth]` stands in the secrets when the server starts.

    Raises AccessNotSet for secrets that cannot be read: Streamlit takes them for none, which would open the door.
    """
    there = [path for path in config.get_option("secrets.files") if Path(path).exists()]
    if there and not secrets_singleton.load_if_toml_exists():
        raise AccessNotSet(reason=", ".join(there))
    section = get_secrets_auth_section()
    if not section:
        return False
    for name, shortest in (("redirect_uri", 1), ("cookie_secret", SHORTEST_SECRET)):
        if len(str(section.get(name, ""))) < shortest:
            raise AccessNotSet(reason=f"secrets.toml, [auth] {name}")
    return True


def claims() -> dict[str, Any]:
    """What the provider says of whoever visits. Raises NotSignedIn."""
    if not st.user.get("is_logged_in"):
        raise NotSignedIn()
    return {name: value for name, value in st.user.to_dict().items() if name != "tokens"}


def begin() -> Visitor:
    """Who visits, at the beginning of a run: what was looked at before is past, and the sign-in is in use."""
    looks().begin()
    return _of(claims(), looks(), used=True) if signs_in() else _anybody()


def current() -> Visitor:
    """Who visits now. Raises NotSignedIn, SignInOver, NoRole, AccessNotSet, AuditUnavailable."""
    return _of(claims(), looks(), used=False) if signs_in() else _anybody()


def by_claims(claims: Mapping[str, Any]) -> Visitor:
    """Who asks for something outside of any page, by what `cookies.claims_in` gives; raises as `current`."""
    if not claims:
        raise NotSignedIn()
    return _of(claims, None, used=False)


def looks() -> audit.Looks:
    """What this session has looked at."""
    return st.session_state.setdefault(_LOOKS, audit.Looks())


def _of(claims: Mapping[str, Any], looks: audit.Looks | None, used: bool) -> Visitor:
    found = visitor_of(claims, looks, used)
    return Visitor(found.who, found.name, found.access, found.diary, found.turns, claims)


def _anybody() -> Visitor:
    """Without sign-in real records are for this computer only: whoever came through a proxy comes from elsewhere."""
    headers = st.context.headers
    through = any(name in headers for name in ("X-Forwarded-For", "Forwarded", "X-Real-Ip"))
    here = listens_here_only() and not through and is_here(_without_port(headers.get("Host") or "localhost"))
    return Visitor(
        "", "", open_access(demonstration_only=not here), Nobody(), st.session_state.setdefault(_TURNS, Turns())
    )


def listens_here_only() -> bool:
    """Whether only this computer can connect to the server."""
    return is_here(config.get_option("server.address") or "")


def is_here(address: str) -> bool:
    """Whether an address is that of this computer itself, and of no network."""
    if address.lower() == "localhost":
        return True
    try:
        return ip_address(address.strip("[]")).is_loopback
    except ValueError:
        return False


def _without_port(host: str) -> str:
    name, colon, port = host.rpartition(":")
    return name if colon and port.isdecimal() and not name.endswith(":") else host
