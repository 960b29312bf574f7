"""Who may see what: the table of roles, the installation's settings, and the door that keeps to them."""

from data_access.access.door import Nobody, VisitorsDatabase, Witness, open_for
from data_access.access.errors import AccessNotSet, NotAllowed, OpenToOthers
from data_access.access.people import Settings, settings
from data_access.access.table import OPEN, Access, open_access

__all__ = [
    "OPEN",
    "Access",
    "AccessNotSet",
    "Nobody",
    "NotAllowed",
    "OpenToOthers",
    "Settings",
    "VisitorsDatabase",
    "Witness",
    "open_access",
    "open_for",
    "settings",
]
