"""A question on a thread of its own, which whoever asked can call off while the database works on it."""

import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager, suppress
from contextvars import ContextVar, copy_context
from typing import Generic, TypeVar

import psycopg
from sqlalchemy import Connection

from data_access.errors import CalledOff

Found = TypeVar("Found")

# Seconds.
_AGAIN = 0.2  # between two statements nothing can be stopped: until it has ended, it is tried again
_STOPPING = 3  # how long a server may take to be told

# By far more than work at once: most wait for a lock or for their turn.
_threads = ThreadPoolExecutor(max_workers=256, thread_name_prefix="question")
_current: ContextVar["Asking | None"] = ContextVar("what this thread was begun for", default=None)


class Asking(Generic[Found]):
    """Something that is being found out; it begins when this is made."""

    def __init__(self, find: Callable[[], Found]) -> None:
        self._off, self._ended = threading.Event(), threading.Event()
        self._raw, self._since = None, 0.0
        self._changing = threading.Lock()
        self._future: Future[Found] = _threads.submit(copy_context().run, self._run, find)
        self._future.add_done_callback(lambda _: self._ended.set())

    @staticmethod
    def current() -> "Asking | None":
        """What this thread was begun for, if it was."""
        return _current.get()

    def ended(self, within: float) -> bool:
        """Whether it has ended by so many seconds from now."""
        return self._ended.wait(within)

    def result(self) -> Found:
        """What was found, or raises what was raised; to be asked when it has ended."""
        return self._future.result()

    @property
    def seconds(self) -> float:
        """How long the database has been working on what it has now."""
        return time.monotonic() - self._since if self._raw is not None else 0.0

    @property
    def off(self) -> bool:
        """Whether it was called off."""
        return self._off.is_set()

    def check(self) -> None:
        """Raises CalledOff."""
        if self.off:
            raise CalledOff()

    def call_off(self) -> None:
        """Stops what the database does for it, without waiting until that has stopped."""
        self._off.set()
        threading.Thread(target=self._stop, name="calling off", daemon=True).start()

    @contextmanager
    def using(self, connection: Connection) -> Iterator[None]:
        """Inside, what this connection does can be stopped. Raises CalledOff where there is no use in beginning."""
        self.check()
        with self._changing:
            self._raw, self._since = connection.connection.dbapi_connection, time.monotonic()
        try:
            yield
        finally:
            with self._changing:
                self._raw = None
            if self.off:
                connection.invalidate()  # what stops it may still be under way, and would meet whoever has it next

    def _run(self, find: Callable[[], Found]) -> Found:
        _current.set(self)
        return find()

    def _stop(self) -> None:
        while True:
            with self._changing:
                if self._raw is not None:
                    _stop(self._raw)
            if self._ended.wait(_AGAIN):
                return


def _stop(raw) -> None:
    if isinstance(raw, psycopg.Connection):
        with suppress(psycopg.Error):  # a server that is away works on nothing
            raw.cancel_safe(timeout=_STOPPING)
    else:
        raw.interrupt()
