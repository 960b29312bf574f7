"""What is refused to a visitor, and what is wrong with the settings of access."""

from collections.abc import Callable

from data_access.errors import DataAccessError
from data_access.language import texts


class NotAllowed(DataAccessError):
    """Something that a visitor's role does not give. `what` names its kind, `name` says it in a language.

    `ask` says whom to ask, as the installation has it.
    """

    def __init__(self, what: str, ask: str, name: Callable[[str], str] | None = None):
        self.key = f"errors.not_allowed_{what}"
        self.what, self._ask, self._name = what, ask, name
        super().__init__()

    def text(self, language: str) -> str:
        t = texts(language)
        said = t(self.key, name=self._name(language) if self._name else "")
        return f"{said} {t('errors.not_allowed_ask', ask=self._ask or t('errors.not_allowed_nobody'))}"


class AccessNotSet(DataAccessError):
    """The settings of access are missing or wrong; nobody gets in by them."""

    key = "errors.access_not_set"
    exit_code = 1


class OpenToOthers(DataAccessError):
    """Real records were to be shown without sign-in to more than this computer."""

    key = "errors.open_to_others"
    exit_code = 1
