"""Engines for reading, and reading with them: a DuckDB file, or PostgreSQL on one server or several.

Whatever a server does, a visitor has an answer or a sentence within seconds: one that refuses is left for another at
once, one that hangs after a few seconds. Which one is tried first, libpq and psycopg decide by the address
(`target_session_attrs`); how to set it up: docs/several_machines.md.
"""

from collections.abc import Callable
from typing import TypeVar

import psycopg
import psycopg.errors
from sqlalchemy import Connection, Engine, create_engine, event
from sqlalchemy.engine import URL
from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as PoolTimeout

from data_access.asking import Asking
from data_access.duckdb_engine import duckdb_engine
from data_access.errors import CalledOff, DataAccessError, DatabaseUnavailable, QuestionTooLarge

# Seconds. Each server may be tried twice, first as a standby and then as it is.
CONNECTING = 3
SILENCE = 3  # of a server in the middle of a question, until it is asked whether it is still there
LONGEST_QUESTION = 60
RETURNING = 300  # until a connection is made anew, so that reading goes back to a standby that was away
WAITING_FOR_OTHERS = 10  # when every connection is taken

# What a standby drops a question with when it is in the way of what the primary sends.
_CONFLICTS = (psycopg.errors.SerializationFailure, psycopg.errors.DeadlockDetected)

Found = TypeVar("Found")


def reading_engine(place: URL) -> Engine:
    """An engine that only reads; on PostgreSQL what one connection reads is of one moment."""
    if place.get_backend_name() == "duckdb":
        return duckdb_engine(place, connect_args={"read_only": True})
    engine = create_engine(
        place,
        isolation_level="REPEATABLE READ",
        pool_pre_ping=True,
        pool_recycle=RETURNING,
        pool_timeout=WAITING_FOR_OTHERS,
        # The connection used last comes first: while several servers are in use, most is asked of one of them.
        pool_use_lifo=True,
        connect_args=_settings(place),
    )
    event.listen(engine, "do_connect", _connect_patiently)
    return engine


def read(engine: Engine, what: Callable[[Connection], Found]) -> Found:
    """What a function reads from a connection; tried a second time when the server went away meanwhile.

    Raises DatabaseUnavailable, QuestionTooLarge; CalledOff where whoever asked no longer waits.
    """
    try:
        return _read(engine, what)
    except DBAPIError as error:
        if not _passes(error):
            raise _named(error) from error
    except PoolTimeout as error:
        raise DatabaseUnavailable() from error
    try:
        return _read(engine, what)
    except (DBAPIError, PoolTimeout) as error:
        raise _named(error) from error


def _read(engine: Engine, what: Callable[[Connection], Found]) -> Found:
    asking = Asking.current()
    with engine.connect() as connection:
        if asking is None:
            return what(connection)
        with asking.using(connection):
            return what(connection)


def _passes(error: DBAPIError) -> bool:
    """Whether it is worth asking again: the connection broke, or a standby had to drop rows that were being read."""
    return error.connection_invalidated or isinstance(error.orig, _CONFLICTS)


def _named(error: DBAPIError | PoolTimeout) -> DataAccessError:
    asking = Asking.current()
    if asking and asking.off:
        return CalledOff()
    if isinstance(error, DBAPIError) and isinstance(error.orig, psycopg.errors.QueryCanceled):
        return QuestionTooLarge()
    return DatabaseUnavailable()


def _settings(place: URL) -> dict[str, object]:
    """What every connection is made with; the address may say otherwise."""
    usual = {
        "connect_timeout": CONNECTING,
        # For a server whose computer is gone: nothing comes back, not even from its kernel.
        "tcp_user_timeout": 2000 * CONNECTING,  # milliseconds
        "keepalives_idle": CONNECTING,
        "keepalives_interval": 1,
        "keepalives_count": CONNECTING,
    }
    # Without jit: compiling took longer than it saved (who lives in a household: 570 ms with, 300 ms without).
    options = f"-c default_transaction_read_only=on -c jit=off -c statement_timeout={LONGEST_QUESTION}s"
    given = place.query.get("options", "")
    return {name: value for name, value in usual.items() if name not in place.query} | {
        "options": f"{options} {given}".rstrip()
    }


def _connect_patiently(dialect, record, arguments: list, settings: dict) -> psycopg.Connection:
    return _PatientConnection.connect(*arguments, **settings)


class _PatientConnection(psycopg.Connection):
    """A connection that leaves a server that hangs.

    Its kernel still confirms whatever is sent, so no setting of TCP notices, and its own statement_timeout
    hangs with it. A server that is only slow takes new connections meanwhile: that tells them apart.
    """

    def wait(self, gen, interval: float = 0.1, timeout: float | None = None):
        if timeout is not None:
            return super().wait(gen, interval, timeout)
        while True:
            try:
                return super().wait(gen, interval, SILENCE)
            except psycopg.errors._WaitTimeout as silent:
                if not self._server_lives():
                    self.close()
                    raise psycopg.OperationalError("the server hangs") from silent

    def _server_lives(self) -> bool:
        settings = self.info.get_parameters() | {"password": self.info.password, "connect_timeout": CONNECTING}
        try:
            psycopg.connect(**settings).close()
        except psycopg.errors.ConnectionTimeout:
            return False
        except psycopg.OperationalError:
            pass  # it refuses, so it lives: it may have no connection left
        return True
