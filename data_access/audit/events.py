"""What one visitor does, as lines of the audit log: never a figure, never what a filter was set to."""

from collections.abc import Hashable
from typing import Any

from data_access.audit.chain import AuditLog
from data_access.errors import NotAllowed
from data_access.question import Question

LONGEST_WHO = 200  # letters


class Looks:
    """What was looked at by the run of the page before, and by this one.

    A page is told anew with each click. What was already asked by the run before, on the same page, is not a new look.
    """

    def __init__(self) -> None:
        self._before: set[Hashable] = set()
        self._now: set[Hashable] = set()

    def begin(self) -> None:
        """A page begins to be told."""
        self._before, self._now = self._now, set()

    def is_new(self, what: Hashable) -> bool:
        if what in self._now:
            return False
        self._now.add(what)
        return what not in self._before


class Diary:
    """Keeps what one visitor does in a log, each look once; the witness at the door."""

    def __init__(self, log: AuditLog, who: str, role: str, sign_in: str, looks: Looks | None = None):
        self._log = log
        self._by = {"who": who[:LONGEST_WHO], "role": role, "sign_in": sign_in}
        self._looks = looks or Looks()

    def keep(self, event: str, **details: Any) -> None:
        """Keeps a line. Raises AuditUnavailable."""
        self._log.append(event, **self._by, **details)

    def page(self, name: str, audience: str) -> None:
        """A page is opened, for an audience."""
        if self._looks.is_new((name, audience)):
            self.keep("page", page=name, audience=audience)

    def answered(self, question: Question, rows: int) -> None:
        """A question was answered with so many rows."""
        if self._looks.is_new(question):
            self.keep("question", **_asked(question), rows=rows)

    def refused(self, error: NotAllowed, question: Question | None = None) -> None:
        """Something was refused; each time that it is wanted."""
        if self._looks.is_new((error.what, error.page, question)):
            page = {"page": error.page} if error.page else {}
            self.keep("refused", what=error.what, **page, **(_asked(question) if question else {}))


def _asked(question: Question) -> dict[str, Any]:
    return {
        "measures": list(question.measures),
        "by": list(question.by),
        "where": [name for name, _ in question.where],
        "period": question.period.code,
        "audience": question.audience,
    }
