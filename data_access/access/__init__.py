"""Who may see what: the table of roles, the installation's settings, and the door that keeps to them."""

from data_access.access import audits
from data_access.access.door import Nobody, VisitorsDatabase, Witness, open_for
from data_access.access.errors import AccessNotSet, NoRole, OpenToOthers, SignInOver
from data_access.access.people import Settings, settings
from data_access.access.table import OPEN, Access, open_access
from data_access.access.turns import Limits, TooManyQuestions, Turns, turns_of
from data_access.access.visitor import Visitor, sign_out, visitor_of

__all__ = [
    "OPEN",
    "Access",
    "AccessNotSet",
    "Limits",
    "NoRole",
    "Nobody",
    "OpenToOthers",
    "Settings",
    "SignInOver",
    "TooManyQuestions",
    "Turns",
    "Visitor",
    "VisitorsDatabase",
    "Witness",
    "audits",
    "open_access",
    "open_for",
    "settings",
    "sign_out",
    "turns_of",
    "visitor_of",
]
