"""Many rows into one table, quickly, on either database."""

import pandas as pd
from sqlalchemy import (
    Boolean,
    Column,
    Connection,
    Date,
    DateTime,
    Integer,
    Table,
    column,
    insert,
    select,
    table,
)

_ROWS_A_WRITE = 50_000
_NULL = "\x1f"  # stands for a missing value; PostgreSQL's own mark, a backslash and N, somebody may have typed


def append(connection: Connection, target: Table, frame: pd.DataFrame) -> None:
    """Appends the rows of a frame to a table, inside the connection's transaction.

    The frame's columns are columns of the table, in any order; a missing value becomes NULL.
    Values take the column's type; one that does not fit raises instead of being bent.
    """
    if frame.empty:
        return
    typed = pd.DataFrame({name: _typed(frame[name], target.c[name]) for name in frame.columns})
    if connection.dialect.name == "duckdb":
        _append_duckdb(connection, target, typed)
    else:
        _append_postgresql(connection, target, typed)


def _typed(values: pd.Series, target: Column) -> pd.Series:
    if isinstance(target.type, Date | DateTime):
        return pd.to_datetime(values)
    if isinstance(target.type, Boolean):
        return values.astype("boolean")
    if isinstance(target.type, Integer):
        return values.astype("Int64")
    return values.astype(object).where(values.notna(), None).astype("str")


def _append_duckdb(connection: Connection, target: Table, frame: pd.DataFrame) -> None:
    # The dialect's own executemany goes row by row; DuckDB reads a registered frame whole.
    raw = connection.connection.dbapi_connection
    rows = table("appended_rows", *(column(name) for name in frame.columns))
    raw.register(rows.name, frame)
    try:
        connection.execute(insert(target).from_select(list(frame.columns), select(rows)))
    finally:
        raw.unregister(rows.name)


def _append_postgresql(connection: Connection, target: Table, frame: pd.DataFrame) -> None:
    if not connection.in_transaction():  # SQLAlchemy does not see what runs on the driver's own cursor
        connection.begin()
    quote = connection.dialect.identifier_preparer
    columns = ", ".join(quote.quote(name) for name in frame.columns)
    statement = f"COPY {quote.format_table(target)} ({columns}) FROM STDIN (FORMAT csv, NULL '{_NULL}')"
    with connection.connection.dbapi_connection.cursor() as cursor, cursor.copy(statement) as copy:
        for start in range(0, len(frame), _ROWS_A_WRITE):
            part = frame.iloc[start : start + _ROWS_A_WRITE]
            copy.write(part.to_csv(header=False, index=False, na_rep=_NULL))
