"""Turns at the database: one visitor, in all her tabs, has a few at a time and so many a minute.

What is answered from a cache takes none. Each process of the server counts for itself; a visitor stays with one.
"""

import math
import threading
import time
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from data_access.asking import Asking
from data_access.errors import DatabaseError

MINUTE = 60.0
_LOOKS_EVERY = 0.1  # seconds: whether who waits has called it off


@dataclass(frozen=True)
class Limits:
    """How much is asked of the database for one visitor: statements in a minute, and at the same time."""

    a_minute: int = 300
    at_once: int = 3


class TooManyQuestions(DatabaseError):
    """A visitor has asked more in a minute than is answered. `first`: nothing was refused so in the minute before."""

    key = "errors.too_many_questions"
    what, page = "too_many", None  # for the audit log

    def __init__(self, seconds: int, first: bool):
        self.first = first
        super().__init__(count=seconds)


@dataclass
class Turns:
    """The turns of one visitor."""

    limits: Limits = Limits()
    clock: Callable[[], float] = time.monotonic
    _taken: deque[float] = field(default_factory=deque, repr=False)
    _at_once: int = field(default=0, repr=False)
    _refused: float = field(default=-math.inf, repr=False)
    _free: threading.Condition = field(default_factory=threading.Condition, repr=False)

    @contextmanager
    def taken(self) -> Iterator[None]:
        """Inside, one turn is taken, after those before it. Raises TooManyQuestions; CalledOff while it waits."""
        asking = Asking.current()
        with self._free:
            self._count()
            while self._at_once >= self.limits.at_once:
                if asking:
                    asking.check()
                self._free.wait(_LOOKS_EVERY)
            self._at_once += 1
        try:
            yield
        finally:
            with self._free:
                self._at_once -= 1
                self._free.notify()

    def _count(self) -> None:
        at = self.clock()
        while self._taken and at - self._taken[0] >= MINUTE:
            self._taken.popleft()
        if len(self._taken) >= self.limits.a_minute:
            first = at - self._refused >= MINUTE
            if first:
                self._refused = at
            raise TooManyQuestions(math.ceil(MINUTE - (at - self._taken[0])), first)
        self._taken.append(at)


_turns: dict[str, Turns] = {}
_making = threading.Lock()


def turns_of(who: str, limits: Limits) -> Turns:
    """The turns of somebody who signs in, the same in all her tabs, under the limits as they are settled now."""
    with _making:
        found = _turns.setdefault(who, Turns())
    found.limits = limits
    return found
