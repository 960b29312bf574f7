"""The one door to the case database: open it, ask a question, get an answer with its notes.

database = open_database()
answer = database.ask(Question.of("spend", 2023, by="benefit"))
answer.frame, answer.notes, answer.as_of
"""

from data_access import audit, check, deck, loader, report
from data_access.access import (
    Access,
    AccessNotSet,
    Limits,
    Nobody,
    NoRole,
    OpenToOthers,
    SignInOver,
    TooManyQuestions,
    Turns,
    Visitor,
    VisitorsDatabase,
    Witness,
    audits,
    open_access,
    open_for,
    settings,
    sign_out,
    turns_of,
    visitor_of,
)
from data_access.answer import WITHHELD, Answer, AsOf, Note, Withheld
from data_access.asking import Asking
from data_access.audiences import answerable, dimensions_for
from data_access.comparison import Comparison, compare_with, compare_with_year_before
from data_access.completeness import EMPTY, FEW, ODD, OPEN, USUAL, Month
from data_access.database import Database, open_database
from data_access.demo import build_demonstration
from data_access.errors import (
    CalledOff,
    DataAccessError,
    DatabaseEmpty,
    DatabaseError,
    DatabaseMissing,
    DatabaseUnavailable,
    DatabaseVersion,
    DataChanged,
    NotAllowed,
    NotForCouncil,
    NotProtected,
    QuestionTooLarge,
)
from data_access.health import Health, read_health
from data_access.load_log import (
    Load,
    LoadWarning,
    RejectedRow,
    read_load_warnings,
    read_loads,
    read_open_rejected,
    undoable,
)
from data_access.loading.load_notes import SubjectChange
from data_access.measures import Dimension, Measure, dimension, dimensions, dimensions_of, measure, measures, nearest
from data_access.period import GRAINS, Period
from data_access.quality import SUBJECTS as QUALITY_SUBJECTS
from data_access.quality import Quality, Unknown, read_quality, warnings_of
from data_access.question import COUNCIL, INTERNAL, TOTAL, UNKNOWN, Question, parse_filters
from data_access.saved import SavedDeck, SavedDecks, SavedView, SavedViews
from data_access.vocabulary import Value, Vocabulary

__all__ = [
    "COUNCIL",
    "EMPTY",
    "FEW",
    "GRAINS",
    "INTERNAL",
    "ODD",
    "OPEN",
    "QUALITY_SUBJECTS",
    "TOTAL",
    "UNKNOWN",
    "USUAL",
    "WITHHELD",
    "Access",
    "AccessNotSet",
    "Answer",
    "AsOf",
    "Asking",
    "CalledOff",
    "Comparison",
    "DataAccessError",
    "DataChanged",
    "Database",
    "DatabaseEmpty",
    "DatabaseError",
    "DatabaseMissing",
    "DatabaseUnavailable",
    "DatabaseVersion",
    "Dimension",
    "Health",
    "Limits",
    "Load",
    "LoadWarning",
    "Measure",
    "Month",
    "NoRole",
    "Nobody",
    "NotAllowed",
    "NotForCouncil",
    "NotProtected",
    "Note",
    "OpenToOthers",
    "Period",
    "Quality",
    "Question",
    "QuestionTooLarge",
    "RejectedRow",
    "SavedDeck",
    "SavedDecks",
    "SavedView",
    "SavedViews",
    "SignInOver",
    "SubjectChange",
    "TooManyQuestions",
    "Turns",
    "Unknown",
    "Value",
    "Visitor",
    "VisitorsDatabase",
    "Vocabulary",
    "Withheld",
    "Witness",
    "answerable",
    "audit",
    "audits",
    "build_demonstration",
    "check",
    "compare_with",
    "compare_with_year_before",
    "deck",
    "dimension",
    "dimensions",
    "dimensions_for",
    "dimensions_of",
    "loader",
    "measure",
    "measures",
    "nearest",
    "open_access",
    "open_database",
    "open_for",
    "parse_filters",
    "read_health",
    "read_load_warnings",
    "read_loads",
    "read_open_rejected",
    "read_quality",
    "report",
    "settings",
    "sign_out",
    "turns_of",
    "undoable",
    "visitor_of",
    "warnings_of",
]
