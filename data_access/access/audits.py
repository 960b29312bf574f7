"""The audit log as the director reads it: the lines of a month, and how often who did what."""

from collections import Counter
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from data_access.access.table import Access
from data_access.audit.chain import files, told
from data_access.audit.errors import AuditUnavailable

PAGE = "audits"
EVENTS = ("sign_in", "sign_out", "page", "question", "report", "download", "load", "undo", "refused")


def months(access: Access, folder: Path) -> list[str]:
    """Months of which there is a log, the newest first. Raises NotAllowed."""
    access.require_page(PAGE)
    return [path.stem.removeprefix("audit-") for path in reversed(files(folder))]


def read_month(access: Access, folder: Path, month: str) -> list[Mapping[str, Any]]:
    """What was kept in a month, the newest first; damaged lines are left to `verify`.

    Raises NotAllowed, AuditUnavailable.
    """
    access.require_page(PAGE)
    for path in files(folder):
        if path.stem == f"audit-{month}":
            try:
                lines = path.read_bytes().split(b"\n")
            except OSError as error:
                raise AuditUnavailable() from error
            return [found for line in reversed(lines) if (found := told(line)) is not None]
    return []


def by_person(lines: Iterable[Mapping[str, Any]]) -> dict[tuple[str, str], Counter]:
    """How often each person, in each role, did what; those who did most first."""
    found: dict[tuple[str, str], Counter] = {}
    for line in lines:
        if line.get("event") in EVENTS:
            found.setdefault((str(line.get("who", "")), str(line.get("role", ""))), Counter())[line["event"]] += 1
    return dict(sorted(found.items(), key=lambda one: (-one[1].total(), one[0])))
