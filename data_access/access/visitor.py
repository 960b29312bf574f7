"""From what the provider says of somebody to what she may do here, looked up anew each time."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from data_access.access.errors import AccessNotSet, NoRole, SignInOver
from data_access.access.people import Settings, settings
from data_access.access.sign_ins import GOOD, NEW, SignIns, name_of
from data_access.access.table import Access
from data_access.access.turns import Turns, turns_of
from data_access.audit.chain import AuditLog
from data_access.audit.errors import AuditUnavailable
from data_access.audit.events import Diary, Looks


@dataclass(frozen=True)
class Visitor:
    """Somebody who has signed in and has a role: how she is known and called, what she may do, who keeps it.

    `turns` are hers at the database.
    """

    who: str
    name: str
    access: Access
    diary: Diary = field(repr=False)
    turns: Turns = field(repr=False)


def visitor_of(claims: Mapping[str, Any], looks: Looks | None = None, used: bool = False) -> Visitor:
    """Who comes with these claims, as the settings are now; `used` for a click, `looks` for what she saw just before.

    A sign-in that is seen for the first time is kept in the audit log. Raises SignInOver, NoRole, AccessNotSet,
    AuditUnavailable.
    """
    found = settings()
    sign_ins = _sign_ins(found)
    try:
        state = sign_ins.state(claims, used)
    except OSError as error:
        raise AccessNotSet(reason=f"{found.sign_ins_folder}: {error.__class__.__name__}") from error
    access = found.access_of(claims)
    diary = _diary(found, claims, access, looks)
    if state not in (NEW, GOOD):
        raise SignInOver(state)
    if state == NEW:
        try:
            diary.keep("sign_in")
            if access is None:
                diary.keep("refused", what="role")
        except AuditUnavailable:
            sign_ins.forget(claims)
            raise
    if access is None:
        raise NoRole(found.contact)
    who = found.who(claims)
    return Visitor(who, str(claims.get(found.name) or who), access, diary, turns_of(who, found.limits))


def sign_out(claims: Mapping[str, Any]) -> None:
    """Ends a sign-in in every tab, and keeps that. Raises AccessNotSet, AuditUnavailable."""
    found = settings()
    try:
        _sign_ins(found).end(claims)
    except OSError as error:
        raise AccessNotSet(reason=f"{found.sign_ins_folder}: {error.__class__.__name__}") from error
    _diary(found, claims, found.access_of(claims), None).keep("sign_out")


def _sign_ins(found: Settings) -> SignIns:
    return SignIns(found.sign_ins_folder, timedelta(minutes=found.idle_minutes), timedelta(hours=found.longest_hours))


def _diary(found: Settings, claims: Mapping[str, Any], access: Access | None, looks: Looks | None) -> Diary:
    log = AuditLog(found.audit_folder, found.audit_months)
    role = "" if access is None else ":".join(filter(None, (access.role, access.department)))
    return Diary(log, found.who(claims), role, name_of(claims)[:12], looks)
