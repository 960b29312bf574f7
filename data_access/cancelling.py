"""Statements that are given up when nobody waits for their answer any more."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext, suppress
from contextvars import ContextVar

import psycopg
from sqlalchemy import Connection
from sqlalchemy.exc import DBAPIError

from data_access.errors import DatabaseError

AGAIN, CANCELLING = 0.2, 3  # seconds: until the next attempt; for a server to be told


class Cancelled(DatabaseError):
    """The answer was not waited for."""

    key = "errors.cancelled"


class Cancelling:
    """What is being read, so that another thread can stop it: the statement that runs, and all that would follow."""

    def __init__(self) -> None:
        self._changed = threading.Condition()
        self._cancelled = False
        self._connection = None

    def cancel(self) -> None:
        """Stops the statement that runs, if any, and returns when it has ended.

        It is stopped again and again: what comes before a statement has begun stops nothing.
        """
        with self._changed:
            self._cancelled = True
            while self._connection is not None:
                self._interrupt()
                self._changed.wait(AGAIN)

    def _interrupt(self) -> None:
        if isinstance(self._connection, psycopg.Connection):
            with suppress(psycopg.Error):  # a server that is not there: the statement ends by itself
                self._connection.cancel_safe(timeout=CANCELLING)
        else:
            self._connection.interrupt()

    @contextmanager
    def holding(self, connection: Connection) -> Iterator[None]:
        """While a connection is read from. Raises Cancelled."""
        with self._changed:
            if self._cancelled:
                raise Cancelled()
            self._connection = connection.connection.driver_connection
        try:
            yield
        except DBAPIError as error:
            if self._cancelled:
                raise Cancelled() from error
            raise
        finally:
            # Under the lock: whoever has the connection next must not be stopped in place of this one.
            with self._changed:
                self._connection = None
                self._changed.notify_all()


_current: ContextVar[Cancelling | None] = ContextVar("what can be cancelled", default=None)


@contextmanager
def cancellable(what: Cancelling) -> Iterator[None]:
    """What is read in this context can be stopped."""
    token = _current.set(what)
    try:
        yield
    finally:
        _current.reset(token)


def holding(connection: Connection):
    """While a connection is read from, in whatever context."""
    what = _current.get()
    return what.holding(connection) if what else nullcontext()
