"""Why somebody does not get in: no sign-in, no role, or settings of access that are missing or wrong."""

from data_access.errors import DataAccessError
from data_access.language import texts


class AccessNotSet(DataAccessError):
    """The settings of access are missing or wrong; nobody gets in by them."""

    key = "errors.access_not_set"
    exit_code = 1


class OpenToOthers(DataAccessError):
    """Real records were to be shown without sign-in to more than this computer."""

    key = "errors.open_to_others"
    exit_code = 1


class SignInOver(DataAccessError):
    """A sign-in that no longer counts: not used for too long, too old, or ended in another tab (`why`)."""

    def __init__(self, why: str):
        self.key = f"errors.sign_in_{why}"
        super().__init__()


class NoRole(DataAccessError):
    """Somebody who has signed in and has no role here."""

    def __init__(self, ask: str):
        self.key = "errors.no_role"
        self._ask = ask
        super().__init__()

    def text(self, language: str) -> str:
        t = texts(language)
        return t(self.key, ask=self._ask or t("errors.not_allowed_nobody"))
