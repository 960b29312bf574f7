"""What is wrong where the audit log cannot be kept."""

from data_access.errors import DatabaseError


class AuditUnavailable(DatabaseError):
    """The audit log cannot be written: what cannot be kept is not shown."""

    key = "errors.audit_unavailable"
