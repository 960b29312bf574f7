"""Rows go into a table the same way on both databases."""

from datetime import date, datetime

import pandas as pd
import pytest
import sqlalchemy
from sqlalchemy import BigInteger, Boolean, Column, Date, DateTime, Integer, MetaData, String, Table, select

from data_access import schema
from data_access.bulk import append

TRIED = Table(
    "tried_rows",
    MetaData(),
    Column("number", BigInteger, nullable=False, autoincrement=False),
    Column("count", Integer, autoincrement=False),
    Column("name", String(40)),
    Column("day", Date),
    Column("moment", DateTime),
    Column("yes", Boolean),
)


@pytest.fixture(params=["duckdb", pytest.param("postgresql", marks=pytest.mark.postgres)])
def engine(request, tmp_path):
    if request.param == "duckdb":
        engine = sqlalchemy.create_engine(f"duckdb:///{tmp_path / 'bulk.duckdb'}")
    else:
        engine = sqlalchemy.create_engine(request.getfixturevalue("postgres_url"))
    yield engine
    with engine.begin() as connection:
        TRIED.drop(connection, checkfirst=True)
    engine.dispose()


@pytest.fixture
def connection(engine):
    with engine.connect() as connection:
        TRIED.create(connection)
        yield connection
        connection.rollback()


def written(connection) -> list[tuple]:
    return [tuple(row) for row in connection.execute(select(TRIED).order_by(TRIED.c.number))]


def test_values_and_missing_values(connection):
    moment = datetime(2023, 12, 31, 23, 59, 59, 123456)
    append(
        connection,
        TRIED,
        pd.DataFrame(
            {
                "number": [1, 2**62],
                "count": [7.0, None],  # pandas makes whole numbers with a gap floats
                "name": ["Ķeipene, „Saime”\n\"x\" 'y' \\", None],
                "day": [date(2023, 12, 31), None],
                "moment": [moment, None],
                "yes": [True, None],
            }
        ),
    )
    assert written(connection) == [
        (1, 7, "Ķeipene, „Saime”\n\"x\" 'y' \\", date(2023, 12, 31), moment, True),
        (2**62, None, None, None, None, None),
    ]


def test_other_kinds_of_columns(connection):
    append(
        connection,
        TRIED,
        pd.DataFrame(
            {
                "day": pd.to_datetime(["2023-01-01", None]),
                "name": [float("nan"), float("nan")],
                "yes": pd.array([False, None], dtype="boolean"),
                "number": pd.array([1, 2], dtype="int32"),
                "count": pd.array([None, 5], dtype="Int64"),
            }
        ),
    )
    assert written(connection) == [(1, None, None, date(2023, 1, 1), None, False), (2, 5, None, None, None, None)]


def test_columns_left_out_are_missing_and_rows_are_added(connection):
    append(connection, TRIED, pd.DataFrame({"number": [1]}))
    append(connection, TRIED, pd.DataFrame({"name": ["b"], "number": [2]}))
    append(connection, TRIED, pd.DataFrame({"number": []}))
    assert [(row[0], row[2]) for row in written(connection)] == [(1, None), (2, "b")]


def test_more_rows_than_one_write(connection):
    append(connection, TRIED, pd.DataFrame({"number": range(120_001), "name": "x"}))
    assert connection.scalar(select(sqlalchemy.func.sum(TRIED.c.number))) == 120_000 * 120_001 // 2


def test_rows_go_with_the_transaction(engine, connection):
    connection.commit()
    append(connection, TRIED, pd.DataFrame({"number": [1]}))
    connection.rollback()
    assert written(connection) == []


def test_what_does_not_fit_is_refused(connection):
    connection.commit()
    with pytest.raises((TypeError, ValueError)):
        append(connection, TRIED, pd.DataFrame({"number": [1.5]}))
    with pytest.raises(KeyError):
        append(connection, TRIED, pd.DataFrame({"number": [1], "nonsense": [1]}))
    with pytest.raises(Exception, match=r"(?i)null"):
        append(connection, TRIED, pd.DataFrame({"name": ["a"]}))
    connection.rollback()


def test_the_schema_comes_with_its_comments(request, engine):
    if engine.dialect.name == "postgresql":
        engine = sqlalchemy.create_engine(request.getfixturevalue("postgres_server").create_database("comments"))
    with engine.begin() as connection:
        schema.metadata.create_all(connection)
    inspector = sqlalchemy.inspect(engine)
    for table in schema.metadata.sorted_tables:
        assert inspector.get_table_comment(table.name)["text"] == table.comment
        comments = {column["name"]: column["comment"] for column in inspector.get_columns(table.name)}
        assert comments == {column.name: column.comment for column in table.columns}
    engine.dispose()
