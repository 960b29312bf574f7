"""Engines for DuckDB files that say nothing of their own and take no more processors than they are given."""

import os
from typing import Any

from sqlalchemy import URL, Engine, create_engine, event

from data_access.errors import BadSetting

# How many processors one question may have; all of them if nothing is said. Threads that wait for each other take a
# fifth more of a processor at demonstration size, where several processes share a computer.
THREADS = "DUCKDB_THREADS"


def duckdb_engine(place: URL, **options: Any) -> Engine:
    """An engine; `options` are those of SQLAlchemy. Raises BadSetting."""
    threads = os.environ.get(THREADS, "")
    if threads and not (threads.isascii() and threads.isdecimal() and int(threads)):
        raise BadSetting(name=THREADS, value=threads)
    engine = create_engine(place, **options)
    event.listen(engine, "connect", _without_bar)
    if threads:
        event.listen(engine, "connect", lambda connection, _: connection.execute(f"SET threads = {int(threads)}"))
    return engine


def _without_bar(connection, _record) -> None:
    # In a notebook and under `python -c` DuckDB draws a bar into whatever is printed; this is no option of a file.
    connection.execute("SET enable_progress_bar = false")
