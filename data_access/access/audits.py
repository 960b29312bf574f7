"""The audit log as the director reads it: the lines of a month, how often who did what, and whether it is untouched."""

from collections import Counter
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from data_access.access.people import settings
from data_access.access.table import Access
from data_access.audit.chain import files, told
from data_access.audit.errors import AuditUnavailable
from data_access.audit.verifying import Verified, verify

PAGE = "audits"
EVENTS = ("sign_in", "sign_out", "page", "question", "download", "load", "undo", "refused")


def months(access: Access) -> list[str]:
    """Months of which there is a log, the newest first. Raises NotAllowed."""
    return [path.stem.removeprefix("audit-") for path in reversed(files(_folder(access)))]


def raw_month(access: Access, month: str) -> bytes:
    """The log of a month as it was written; nothing if there is none. Raises NotAllowed, AuditUnavailable."""
    for path in files(_folder(access)):
        if path.stem == f"audit-{month}":
            try:
                return path.read_bytes()
            except OSError as error:
                raise AuditUnavailable() from error
    return b""


def read_month(access: Access, month: str) -> list[Mapping[str, Any]]:
    """What was kept in a month, the newest first; damaged lines are left to `verified`.

    Raises NotAllowed, AuditUnavailable.
    """
    lines = reversed(raw_month(access, month).split(b"\n"))
    return [found for line in lines if (found := told(line)) is not None]


def verified(access: Access) -> Verified:
    """Whether the whole log is untouched. Raises NotAllowed, AuditUnavailable."""
    return verify(_folder(access))


def by_person(lines: Iterable[Mapping[str, Any]]) -> dict[tuple[str, str], Counter]:
    """How often each person, in each role, did what; those who did most first."""
    found: dict[tuple[str, str], Counter] = {}
    for line in lines:
        if line.get("event") in EVENTS:
            found.setdefault((str(line.get("who", "")), str(line.get("role", ""))), Counter())[line["event"]] += 1
    return dict(sorted(found.items(), key=lambda one: (-one[1].total(), one[0])))


def _folder(access: Access) -> Path:
    access.require_page(PAGE)
    return settings().audit_folder
