"""Rows that a load replaces, changes and brings, and how they come back: the same statements for every table.

What stood there before is kept in `<table>_replaced` under the load's number. See docs/decisions.md, 21.
"""

from collections.abc import Mapping, Sequence

from sqlalchemy import (
    ColumnElement,
    Connection,
    FromClause,
    Table,
    and_,
    delete,
    exists,
    func,
    insert,
    literal,
    or_,
    select,
    text,
    update,
)
from sqlalchemy.schema import CreateTable

from data_access import schema


def names(table: FromClause) -> list[str]:
    return [column.name for column in table.c]


def stage(connection: Connection, table: Table) -> None:
    """Makes a temporary table, empty; it goes with the connection."""
    connection.execute(CreateTable(table, if_not_exists=True))
    connection.execute(delete(table))


def next_number(connection: Connection, table: Table, column: str) -> int:
    """A number that no row of the table has, nor one that may come back."""
    largest = [connection.scalar(select(func.max(each.c[column]))) or 0 for each in (table, _kept(table))]
    return max(largest) + 1


def keep(connection: Connection, table: Table, load_id: int, condition: ColumnElement) -> None:
    """Keeps rows as they are now."""
    rows = select(*table.c, literal(load_id)).where(condition)
    connection.execute(insert(_kept(table)).from_select([*names(table), "replaced_by"], rows))


def replace(connection: Connection, table: Table, load_id: int, condition: ColumnElement) -> None:
    """Takes rows out of a table and keeps them."""
    keep(connection, table, load_id, condition)
    connection.execute(delete(table).where(condition))


def change(
    connection: Connection,
    table: Table,
    load_id: int,
    source: FromClause,
    match: ColumnElement,
    values: Mapping[str, ColumnElement],
) -> None:
    """Gives the rows that match a row of the source new values, where they differ, and keeps them as they were."""
    differs = or_(*(table.c[name].is_distinct_from(value) for name, value in values.items()))
    keep(connection, table, load_id, exists(select(literal(1)).select_from(source).where(match, differs)))
    connection.execute(update(table).values(dict(values)).where(match, differs))


def put_back(connection: Connection, load_id: int) -> None:
    """Every table as it was before a load: changed rows, then those it brought, then those it replaced."""
    for table in schema.LOADED:
        kept = _kept(table)
        rest = [name for name in names(table) if name not in _key(table)]
        if rest:
            connection.execute(
                update(table)
                .values({name: kept.c[name] for name in rest})
                .where(_same(table, kept), kept.c.replaced_by == load_id, table.c.load_id != load_id)
            )
    for table in reversed(schema.LOADED):
        connection.execute(delete(table).where(table.c.load_id == load_id))
    for table in schema.LOADED:
        kept = _kept(table)
        gone = ~exists(select(literal(1)).select_from(table).where(_same(table, kept)))
        rows = select(*(kept.c[name] for name in names(table))).where(kept.c.replaced_by == load_id, gone)
        connection.execute(insert(table).from_select(names(table), rows))
        connection.execute(delete(kept).where(kept.c.replaced_by == load_id))


def replaced_since(connection: Connection, tables: Sequence[Table], load_id: int) -> bool:
    """Whether any row that a load brought has been replaced by a later one."""
    for table in tables:
        kept = _kept(table)
        lives = exists(select(literal(1)).select_from(table).where(_same(table, kept), table.c.load_id == load_id))
        if connection.scalar(select(exists(select(literal(1)).where(kept.c.load_id == load_id, ~lives)))):
            return True
    return False


def brings(connection: Connection, table: Table, load_id: int) -> bool:
    """Whether any row that a load brought is there."""
    return connection.scalar(select(exists(select(literal(1)).where(table.c.load_id == load_id))))


def replaced_whole(connection: Connection, tables: Sequence[Table], load_id: int, by: int) -> bool:
    """Whether a load has replaced the last of what an earlier one brought."""
    left = any(brings(connection, table, load_id) for table in tables)
    return not left and replaces(connection, tables, load_id, by)


def replaces(connection: Connection, tables: Sequence[Table], load_id: int, by: int) -> bool:
    """Whether a load has replaced anything of what an earlier one brought."""
    taken = (
        select(exists(select(literal(1)).where(kept.c.load_id == load_id, kept.c.replaced_by == by)))
        for kept in map(_kept, tables)
    )
    return any(connection.scalar(query) for query in taken)


def strangers(connection: Connection, load_id: int) -> tuple[str, str] | None:
    """A column of the rows that a load brought, with the table that lacks one of its values: (column, table)."""
    for table in schema.LOADED:
        for reference in table.foreign_keys:
            column, target = reference.parent, reference.column
            known = exists(select(literal(1)).where(target == column).correlate(table))
            unknown = select(literal(1)).where(table.c.load_id == load_id, column.is_not(None), ~known)
            if connection.scalar(select(exists(unknown))):
                return column.name, target.table.name
    return None


def analyze(connection: Connection, tables: Sequence[Table]) -> None:
    """PostgreSQL plans by what it knows of the rows."""
    if connection.dialect.name == "postgresql" and tables:
        connection.execute(text("ANALYZE " + ", ".join(table.name for table in tables)))


def _kept(table: Table) -> Table:
    return schema.REPLACED[table.name]


def _key(table: Table) -> list[str]:
    return [column.name for column in table.primary_key]


def _same(a: Table, b: Table) -> ColumnElement:
    return and_(*(a.c[name] == b.c[name] for name in _key(a)))
