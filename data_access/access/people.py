"""Who has which role: the installation's own `access.toml`, read again whenever it has changed.

Without the file nobody has a role. The list of people by their name of sign-in counts before claims of the provider,
and whoever is `blocked` has none, whatever else says so.
"""

import os
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from data_access.access.errors import AccessNotSet
from data_access.access.table import DEPARTMENT_HEAD, Access, Rows, access, departments, roles
from data_access.access.turns import Limits
from data_access.measures import dimensions

ENVIRONMENT = "ACCESS_FILE"
DEFAULT_FILE = Path(__file__).parents[2] / ".streamlit" / "access.toml"
_DATA = Path(__file__).parents[2] / "data"
_KEYS = {
    "contact",
    "identity",
    "name",
    "idle_minutes",
    "longest_hours",
    "sign_ins",
    "people",
    "blocked",
    "claim",
    "audit",
    "limits",
}
_AUDIT_KEYS = {"folder", "keep_months"}
_LIMITS_KEYS = {"questions_a_minute", "questions_at_once"}
_GRANT_KEYS = {"role", "department", "rows"}


@dataclass(frozen=True)
class Grant:
    """A role as it stands in the settings; `rows` limit it further."""

    role: str
    department: str | None = None
    rows: Rows = ()


@dataclass(frozen=True)
class Settings:
    """What an installation has settled.

    `contact`: whom to ask for a role. `identity`, `name`: the claims by which people are known and called. `claim`: the
    claim whose values give roles (`a.b` is b in a), `by_claim` its values in their order: the first that a person has
    counts. `idle_minutes`, `longest_hours`: how long a sign-in lasts without a click, and at all; it is remembered in
    `sign_ins_folder`. `audit_folder`, `audit_months`: where the audit log is, and how many whole months of it are kept.
    `limits`: how much one visitor may ask.
    """

    contact: str = ""
    identity: str = "email"
    name: str = "name"
    idle_minutes: int = 30
    longest_hours: int = 10
    people: Mapping[str, Grant] = field(default_factory=dict)
    blocked: frozenset[str] = frozenset()
    claim: str = ""
    by_claim: tuple[tuple[str, Grant], ...] = ()
    sign_ins_folder: Path = _DATA / "sign_ins"
    audit_folder: Path = _DATA / "audit"
    audit_months: int = 24
    limits: Limits = field(default_factory=Limits)

    def who(self, claims: Mapping[str, Any]) -> str:
        """How a signed-in person is known here; empty if the provider does not say, or has not verified it."""
        if self.identity == "email" and claims.get("email_verified") is False:
            return ""
        value = _claim(claims, self.identity)
        return _folded(value) if isinstance(value, str) else ""

    def access_of(self, claims: Mapping[str, Any]) -> Access | None:
        """What a signed-in person may do, or None: whoever is named nowhere may do nothing."""
        who = self.who(claims)
        if not who or who in self.blocked:
            return None
        grant = self.people.get(who) or self._by_claim(claims)
        return access(grant.role, grant.department, grant.rows, self.contact) if grant else None

    def _by_claim(self, claims: Mapping[str, Any]) -> Grant | None:
        held = _claim(claims, self.claim) if self.claim else ()
        held = [held] if isinstance(held, str) else held if isinstance(held, list | tuple) else ()
        return next((grant for value, grant in self.by_claim if value in held), None)


def _claim(claims: Mapping[str, Any], path: str) -> Any:
    if path in claims:
        return claims[path]
    found: Any = claims
    for name in path.split("."):
        found = found.get(name) if isinstance(found, Mapping) else None
    return found


def _folded(who: str) -> str:
    return who.strip().casefold()


def settings_file() -> Path:
    """Where the settings are: ACCESS_FILE, else `.streamlit/access.toml`."""
    return Path(os.environ.get(ENVIRONMENT) or DEFAULT_FILE)


_read: dict[Path, tuple[tuple[int, int, int], Settings]] = {}


def settings() -> Settings:
    """The settings as the file has them now. Raises AccessNotSet if it is missing or wrong."""
    path = settings_file()
    try:
        stat = path.stat()
        seen = (stat.st_mtime_ns, stat.st_size, stat.st_ino)
        known = _read.get(path)
        if not known or known[0] != seen:
            _read[path] = known = (seen, parse(path.read_text(encoding="utf-8")))
    except (OSError, UnicodeDecodeError) as error:
        raise AccessNotSet(reason=f"{path}: {error.__class__.__name__}") from error
    return known[1]


def parse(text: str) -> Settings:
    """Settings out of a text. Raises AccessNotSet, which says what is wrong; nothing unknown is passed over."""
    try:
        given = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise AccessNotSet(reason=str(error)) from error
    _only(given, _KEYS, "")
    audit, claim = _table(given, "audit"), _table(given, "claim")
    limits = _table(given, "limits")
    _only(audit, _AUDIT_KEYS, "audit.")
    _only(limits, _LIMITS_KEYS, "limits.")
    _only(claim, {"name", "gives"}, "claim.")
    gives = [_given(one) for one in _typed(claim, "gives", list, [], "claim.")]
    found = {
        "contact": _typed(given, "contact", str, ""),
        "identity": _typed(given, "identity", str, Settings.identity),
        "name": _typed(given, "name", str, Settings.name),
        "idle_minutes": _number(given, "idle_minutes", Settings.idle_minutes),
        "longest_hours": _number(given, "longest_hours", Settings.longest_hours),
        "sign_ins_folder": Path(_typed(given, "sign_ins", str, str(Settings.sign_ins_folder))),
        "people": {_folded(who): _grant(who, what) for who, what in _table(given, "people").items()},
        "blocked": frozenset(_folded(_text("blocked", who)) for who in _typed(given, "blocked", list, [])),
        "claim": _typed(claim, "name", str, "", "claim."),
        "by_claim": tuple(gives),
        "audit_folder": Path(_typed(audit, "folder", str, str(Settings.audit_folder), "audit.")),
        "audit_months": _number(audit, "keep_months", Settings.audit_months, "audit."),
        "limits": Limits(
            _number(limits, "questions_a_minute", Limits.a_minute, "limits."),
            _number(limits, "questions_at_once", Limits.at_once, "limits."),
        ),
    }
    if gives and not found["claim"]:
        raise AccessNotSet(reason="claim.name")
    return Settings(**found)


def _given(one: Any) -> tuple[str, Grant]:
    if not isinstance(one, dict) or "value" not in one:
        raise AccessNotSet(reason=f"claim.gives: {one}")
    grant = {key: value for key, value in one.items() if key != "value"}
    return _text("claim.gives", one["value"]), _grant(f"claim.gives {one['value']}", grant)


def _grant(who: str, what: Any) -> Grant:
    given = {"role": what} if isinstance(what, str) else what
    if not isinstance(given, dict):
        raise AccessNotSet(reason=f"{who}: {what}")
    _only(given, _GRANT_KEYS, f"{who}: ")
    role, department = given.get("role"), given.get("department")
    if role not in roles():
        raise AccessNotSet(reason=f"{who}: role = {role}")
    if (role == DEPARTMENT_HEAD) != (department in departments()) or (department and role != DEPARTMENT_HEAD):
        raise AccessNotSet(reason=f"{who}: department = {department}")
    limits = []
    for name, codes in _table(given, "rows").items():
        category = name in dimensions() and dimensions()[name].kind == "category"
        if not category or not isinstance(codes, list) or not codes:
            raise AccessNotSet(reason=f"{who}: rows.{name} = {codes}")
        limits.append((name, tuple(_text(f"{who}: rows.{name}", code) for code in codes)))
    return Grant(role, department, tuple(limits))


def _only(given: Mapping, keys: set[str], where: str) -> None:
    for key in given:
        if key not in keys:
            raise AccessNotSet(reason=f"{where}{key}")


def _table(given: Mapping, key: str) -> Mapping:
    return _typed(given, key, dict, {})


def _typed(given: Mapping, key: str, kind: type, otherwise: Any, where: str = "") -> Any:
    value = given.get(key, otherwise)
    if not isinstance(value, kind):
        raise AccessNotSet(reason=f"{where}{key} = {value}")
    return value


def _number(given: Mapping, key: str, otherwise: int, where: str = "") -> int:
    value = given.get(key, otherwise)
    if type(value) is not int or value < 1:
        raise AccessNotSet(reason=f"{where}{key} = {value}")
    return value


def _text(where: str, value: Any) -> str:
    if not isinstance(value, str) or not value.strip():
        raise AccessNotSet(reason=f"{where} = {value}")
    return value
