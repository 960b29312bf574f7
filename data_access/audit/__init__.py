"""Who looked at what: an append-only log in which a missing or changed line shows."""

from data_access.audit.chain import AuditLog, Seal
from data_access.audit.errors import AuditUnavailable
from data_access.audit.events import Diary
from data_access.audit.reading import EVENTS, by_person, months, read_month
from data_access.audit.verifying import Finding, Verified, verify

__all__ = [
    "EVENTS",
    "AuditLog",
    "AuditUnavailable",
    "Diary",
    "Finding",
    "Seal",
    "Verified",
    "by_person",
    "months",
    "read_month",
    "verify",
]
