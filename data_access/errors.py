"""Everything that can go wrong with a question or a database, by name.

An error carries a key of the message catalogues and its parameters, so that the page, the command line
and a log each say it in their own language; `str(error)` is the Latvian sentence.
"""

from collections.abc import Callable
from typing import Any

from data_access.language import texts


class DataAccessError(Exception):
    """Base of all errors that this package raises on purpose; never a programming mistake."""

    key = "errors.unexpected"
    exit_code = 2

    def __init__(self, **params: Any):
        self.params = params
        super().__init__(self.text("lv"))

    def text(self, language: str) -> str:
        """The sentence for a person, in `lv` or `en`."""
        return texts(language)(self.key, **self.params)


class UnknownName(DataAccessError):
    """A measure, dimension or value that does not exist; names the nearest one that does."""

    def __init__(self, kind: str, name: str, nearest: str | None, **params: Any):
        self.key = f"errors.unknown_{kind}"
        self.nearest = nearest
        super().__init__(name=name, **params)

    def text(self, language: str) -> str:
        sentence = super().text(language)
        return f"{sentence} {texts(language)('errors.nearest', name=self.nearest)}" if self.nearest else sentence


class BadPeriod(DataAccessError):
    """A text that is no period, or a period that ends before it begins."""

    key = "errors.bad_period"


class BadFilter(DataAccessError):
    """A filter that is not written as dimension=value."""

    key = "errors.bad_filter"


class NotTogether(DataAccessError):
    """A dimension by which a measure cannot be split or filtered."""

    key = "errors.not_together"


class TooManyDimensions(DataAccessError):
    """More dimensions to split by than a question takes."""

    key = "errors.too_many_dimensions"


class QuestionTooLong(DataAccessError):
    """More measures, or more values of a filter, than a question takes."""

    key = "errors.question_too_long"


class NoMeasure(DataAccessError):
    """A question that asks for nothing."""

    key = "errors.no_measure"


class UnknownAudience(DataAccessError):
    """An audience that nobody has defined; nothing is answered to it."""

    key = "errors.unknown_audience"


class NotForCouncil(DataAccessError):
    """A question that is not on the closed list of what may leave the service.

    `nearest` is the nearest question that is on it, or None; `describe` says it in a language.
    """

    what, page = "council", None  # for the audit log

    def __init__(self, reason: str, nearest: Any = None, describe: Callable[[str], str] | None = None, **params: Any):
        self.key = f"errors.not_for_council_{reason}"
        self.nearest = nearest
        self.describe = describe
        super().__init__(**params)

    def text(self, language: str) -> str:
        sentence = super().text(language)
        if not self.describe:
            return sentence
        return f"{sentence} {texts(language)('errors.nearest_for_council', question=self.describe(language))}"


class NotAllowed(DataAccessError):
    """Something that a visitor's role does not give. `what` names its kind, `name` says it in a language.

    `ask` says whom to ask, as the installation has it; `page` is the page that was wanted.
    """

    def __init__(self, what: str, ask: str, name: Callable[[str], str] | None = None, page: str | None = None):
        self.key = f"errors.not_allowed_{what}"
        self.what, self.page, self._ask, self._name = what, page, ask, name
        super().__init__()

    def text(self, language: str) -> str:
        t = texts(language)
        said = t(self.key, name=self._name(language) if self._name else "")
        return f"{said} {t('errors.not_allowed_ask', ask=self._ask or t('errors.not_allowed_nobody'))}"


class NoRecordsOfYear(DataAccessError):
    """A report was wanted of a year of which nothing has been loaded."""

    key = "errors.no_records_of_year"


class BadEnding(DataAccessError):
    """A file whose ending is none of those that can be made."""

    key = "errors.bad_ending"


class TemplateUnreadable(DataAccessError):
    """A template that is not there, or is no DOCX document."""

    key = "errors.template_unreadable"


class TemplateStyles(DataAccessError):
    """A template that lacks styles which the report needs."""

    key = "errors.template_styles"


class DeckTemplateUnreadable(DataAccessError):
    """A template that is not there, or is no PPTX presentation."""

    key = "errors.deck_template_unreadable"


class DeckTemplateLayouts(DataAccessError):
    """A template of which no layout has a place for a headline."""

    key = "errors.deck_template_layouts"


class FileNotWritten(DataAccessError):
    """A file could not be written where it was wanted."""

    key = "errors.file_not_written"
    exit_code = 1


class DatabaseError(DataAccessError):
    """Base of the errors that say that there is no answer, whatever the question."""

    exit_code = 1


class BadSetting(DatabaseError):
    """A setting of the environment that is no such value."""

    key = "errors.bad_setting"


class DatabaseMissing(DatabaseError):
    """There is no case database at the address."""

    key = "errors.database_missing"


class DatabaseUnavailable(DatabaseError):
    """The database does not answer."""

    key = "errors.database_unavailable"


class DataChanged(DatabaseError):
    """The database has other data than when it was opened: opened again, it answers."""

    key = "errors.data_changed"


class QuestionTooLarge(DataAccessError):
    """The database would have to work on the answer for longer than anybody waits."""

    key = "errors.question_too_large"


class CalledOff(DatabaseError):
    """Whoever asked did not wait for the answer."""

    key = "errors.called_off"


class DatabaseVersion(DatabaseError):
    """The database was made by another version of the program, or is no case database (`found` is no number)."""

    def __init__(self, found: Any, expected: int):
        if not isinstance(found, int):
            self.key = "errors.database_without_version"
        elif found < expected:
            self.key = "errors.database_older"
        else:
            self.key = "errors.database_version"
        super().__init__(found=found, expected=expected)


class DatabaseEmpty(DatabaseError):
    """The database has tables, but nothing has been loaded into it yet."""

    key = "errors.database_empty"


class WritingRole(DatabaseError):
    """The dashboard was to read with a role that may write."""

    key = "errors.writing_role"


class NotProtected(DatabaseError):
    """No way was found to protect a family of tables; nothing of it leaves."""

    key = "errors.not_protected"


class NotChanged(DatabaseError):
    """A change could not be written; the database is as it was."""

    key = "errors.not_changed"


class DiskFull(NotChanged):
    """There is no room on the disk; the database is as it was."""

    key = "errors.disk_full"


class MayNotWrite(NotChanged):
    """The role may only read; the database is as it was."""

    key = "errors.may_not_write"


class SavedUnavailable(DataAccessError):
    """The database in which visitors save does not answer."""

    key = "errors.saved_unavailable"


class SavedElsewhere(DataAccessError):
    """The address of the database in which visitors save is none, or is that of the case database."""

    key = "errors.saved_elsewhere"


class SavedVersion(DataAccessError):
    """What visitors have saved was kept by a later version of the program."""

    key = "errors.saved_version"


class ViewGone(DataAccessError):
    """A saved view that is not there, or is somebody else's own."""

    key = "errors.view_gone"


class ViewNameTaken(DataAccessError):
    """Somebody already has a view of this name."""

    key = "errors.view_name_taken"


class ViewWithoutName(DataAccessError):
    """A view that was to be saved without its name or that of who saves it."""

    key = "errors.view_without_name"


class ViewNotSaved(DataAccessError):
    """A view could not be written: the disk may only be read, or is full."""

    key = "errors.view_not_saved"


class DeckGone(DataAccessError):
    """A saved deck that is not there, or is somebody else's own."""

    key = "errors.deck_gone"


class DeckNameTaken(DataAccessError):
    """Somebody already has a deck of this name."""

    key = "errors.deck_name_taken"


class DeckWithoutName(DataAccessError):
    """A deck that was to be saved without its name or that of who saves it."""

    key = "errors.deck_without_name"


class DeckNotSaved(DataAccessError):
    """A deck could not be written: the disk may only be read, or is full."""

    key = "errors.deck_not_saved"


class DeckChanged(DataAccessError):
    """A deck was changed elsewhere since it was read: what was to be done would undo that."""

    key = "errors.deck_changed"


class DeckFull(DataAccessError):
    """A deck has as many slides as it can."""

    key = "errors.deck_full"


class DeckUnreadable(DataAccessError):
    """Slides that this version of the program cannot tell."""

    key = "errors.deck_unreadable"
