"""Engines for DuckDB files that say nothing of their own."""

from typing import Any

from sqlalchemy import URL, Engine, create_engine, event


def duckdb_engine(place: URL, **options: Any) -> Engine:
    """An engine; `options` are those of SQLAlchemy."""
    engine = create_engine(place, **options)
    event.listen(engine, "connect", _without_bar)
    return engine


def _without_bar(connection, _record) -> None:
    # In a notebook and under `python -c` DuckDB draws a bar into whatever is printed; this is no option of a file.
    connection.execute("SET enable_progress_bar = false")
