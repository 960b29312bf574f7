"""Who looked at what: an append-only log in which a missing or changed line shows."""

from data_access.audit.chain import AuditLog, Seal
from data_access.audit.errors import AuditUnavailable
from data_access.audit.events import Diary, Looks
from data_access.audit.verifying import Finding, Verified, verify

__all__ = [
    "AuditLog",
    "AuditUnavailable",
    "Diary",
    "Finding",
    "Looks",
    "Seal",
    "Verified",
    "verify",
]
