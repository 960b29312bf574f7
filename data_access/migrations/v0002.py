"""Households get a key, everything loaded names its load, and loads say what they read, replaced and rejected."""

from sqlalchemy import (
    BigInteger,
    Column,
    Connection,
    Date,
    DateTime,
    ForeignKeyConstraint,
    Integer,
    MetaData,
    PrimaryKeyConstraint,
    String,
    Table,
    inspect,
    text,
)

LOADED = (
    "centres",
    "branches",
    "psychologists",
    "persons",
    "households",
    "residences",
    "memberships",
    "status_decisions",
    "payments",
    "visits",
    "visit_activities",
    "consultations",
    "client_problem_areas",
)

# The load of rows that did not name theirs: that of their subject; 0 where the program itself brought them.
_LOAD_OF = "coalesce((SELECT min(load_id) FROM loads WHERE subject = '{}'), 0)"
_LOADS = {
    "centres": "0",
    "branches": "0",
    "psychologists": _LOAD_OF.format("psychologists"),
    "persons": "coalesce((SELECT min(load_id) FROM loads), 0)",
    "households": _LOAD_OF.format("assistance"),
    "residences": _LOAD_OF.format("assistance"),
    "memberships": _LOAD_OF.format("assistance"),
    "visit_activities": _LOAD_OF.format("day_centres"),
    "client_problem_areas": _LOAD_OF.format("psychologists"),
}
_ROW = "Load that brought the row"
_ROW_OR_PROGRAM = f"{_ROW}; 0: it came with the program"


def upgrade(connection: Connection) -> None:
    _household_keys(connection)
    for table, load in _LOADS.items():
        comment = _ROW_OR_PROGRAM if load == "0" else _ROW
        column = Column("load_id", Integer, nullable=False, autoincrement=False, comment=comment)
        _add(connection, table, column, load)
    _loads(connection)
    _replaced(connection)


def _run(connection: Connection, *statements: str) -> None:
    for statement in statements:
        connection.execute(text(statement))


def _add(connection: Connection, table: str, column: Column, value: str) -> None:
    """Adds a column that must be filled, and fills it with an SQL expression."""
    if connection.dialect.name == "duckdb":
        return _add_by_copy(connection, table, column, value)
    _add_empty(connection, table, column)
    _run(
        connection,
        f"UPDATE {table} SET {column.name} = {value}",
        f"ALTER TABLE {table} ALTER COLUMN {column.name} SET NOT NULL",
    )


def _add_by_copy(connection: Connection, table: str, column: Column, value: str) -> None:
    # DuckDB lets no column become NOT NULL in the transaction that filled it.
    inspector = inspect(connection)
    columns = [
        Column(c["name"], c["type"], nullable=c["nullable"], autoincrement=False, comment=c["comment"])
        for c in inspector.get_columns(table)
    ]
    names = ", ".join(c.name for c in columns)
    comment = inspector.get_table_comment(table)["text"]
    Table(f"{table}_new", MetaData(), *columns, column, comment=comment).create(connection)
    _run(
        connection,
        f"INSERT INTO {table}_new SELECT {names}, {value} FROM {table}",
        f"DROP TABLE {table}",
        f"ALTER TABLE {table}_new RENAME TO {table}",
    )


def _add_empty(connection: Connection, table: str, column: Column) -> None:
    comment = column.comment.replace("'", "''")
    _run(
        connection,
        f"ALTER TABLE {table} ADD COLUMN {column.name} {column.type.compile(connection.dialect)}",
        f"COMMENT ON COLUMN {table}.{column.name} IS '{comment}'",
    )


def _household_keys(connection: Connection) -> None:
    # A household of the first version had no case number: its key only has to be its own.
    comment = "Pseudonymous key of the case number; nothing can be read out of it"
    column = Column("household_key", String(64), nullable=False, comment=comment)
    _add(connection, "households", column, "md5('household ' || CAST(household_id AS VARCHAR))")
    if connection.dialect.name == "postgresql":
        _run(
            connection,
            "ALTER TABLE households ADD CONSTRAINT uq_households_household_key UNIQUE (household_key)",
            "ALTER TABLE persons ADD CONSTRAINT uq_persons_person_key UNIQUE (person_key)",
        )


def _loads(connection: Connection) -> None:
    new = MetaData()
    if connection.dialect.name == "postgresql":
        Table("loads", new, autoload_with=connection)

    def number(name: str, comment: str, nullable: bool = False) -> Column:
        return Column(name, Integer, nullable=nullable, autoincrement=False, comment=comment)

    def many(name: str, comment: str, nullable: bool = False) -> Column:
        return Column(name, BigInteger, nullable=nullable, comment=comment)

    def words(name: str, length: int, comment: str, nullable: bool = False) -> Column:
        return Column(name, String(length), nullable=nullable, comment=comment)

    def of_a_load() -> ForeignKeyConstraint:
        return ForeignKeyConstraint(["load_id"], ["loads.load_id"], link_to_name=True).ddl_if(dialect="postgresql")

    tables = [
        Table(
            "load_subjects",
            new,
            number("load_id", "Load"),
            words("subject", 64, "assistance, status, psychologists, day_centres; households and units have no days"),
            Column("data_from", Date, comment="First day that its records reach; NULL: they have no days"),
            Column("data_until", Date, comment="Last day that its records reach; NULL: they have no days"),
            many("rows_before", "Rows of the subject before the load"),
            many("rows_after", "Rows of the subject after it"),
            many("cents_before", "Sum in cents before the load; NULL: not money", nullable=True),
            many("cents_after", "Sum in cents after it; NULL: not money", nullable=True),
            PrimaryKeyConstraint("load_id", "subject").ddl_if(dialect="postgresql"),
            of_a_load(),
            comment="What a load changed, by subject, and up to which day its records reach",
        ),
        Table(
            "load_files",
            new,
            number("load_id", "Load"),
            words("kind", 64, "Kind of export: units, members, statuses, payments, visits or consultations"),
            words("file_hash", 64, "SHA-256 of the file"),
            words("file_name", 200, "Name of the file, without anything personal"),
            many("rows_read", "Rows read"),
            many("rows_accepted", "Rows accepted"),
            many("rows_rejected", "Rows rejected"),
            of_a_load(),
            comment="Files of a load; a workbook with several kinds has a row for each",
        ),
        Table(
            "rejected_rows",
            new,
            number("load_id", "Load that rejected the row"),
            words("kind", 64, "Kind of export"),
            words("file_name", 200, "File"),
            words("sheet", 200, "Sheet of a workbook", nullable=True),
            many("row", "Row number that a person sees; NULL: the file as a whole", nullable=True),
            words("column_name", 200, "Heading of the column; NULL: the row as a whole", nullable=True),
            words("value", 400, "What stood there, without anything personal", nullable=True),
            words("reason", 1000, "Why it was rejected, in Latvian"),
            number(
                "resolved_by",
                "Load that brought the row mended, or its whole file anew; NULL: still open",
                nullable=True,
            ),
            of_a_load(),
            comment="Rows that loads have rejected",
        ),
        Table(
            "load_warnings",
            new,
            number("load_id", "Load"),
            words("kind", 64, "Kind of export"),
            words("warning", 1000, "What is odd but possible, in Latvian"),
            number("month", "Month as a number, 202301; NULL: none in particular", nullable=True),
            many("count", "Rows that it concerns"),
            of_a_load(),
            comment="What loads found odd but accepted",
        ),
    ]
    for table in tables:
        table.create(connection)
    _run(
        connection,
        "INSERT INTO load_subjects (load_id, subject, data_from, data_until, rows_before, rows_after)"
        " SELECT load_id, subject, data_from, data_until, 0, rows_loaded FROM loads",
        *(f"ALTER TABLE loads DROP COLUMN {name}" for name in ("subject", "data_from", "data_until", "rows_loaded")),
    )
    for column in (
        Column("loaded_by", String(200), comment="Who loaded it; NULL: unknown"),
        Column("undone_at", DateTime, comment="When it was undone, UTC; NULL: it counts"),
        Column("undone_by", String(200), comment="Who undid it"),
    ):
        _add_empty(connection, "loads", column)
    comment = "Loads: what came in when, by whom, and whether it still counts"
    _run(connection, f"COMMENT ON TABLE loads IS '{comment}'")


def _replaced(connection: Connection) -> None:
    inspector = inspect(connection)
    for name in LOADED:
        columns = [
            Column(c["name"], c["type"], nullable=c["nullable"], autoincrement=False, comment=c["comment"])
            for c in inspector.get_columns(name)
        ]
        Table(
            f"{name}_replaced",
            MetaData(),
            *columns,
            Column(
                "replaced_by",
                Integer,
                nullable=False,
                autoincrement=False,
                comment="Load that replaced or changed the row",
            ),
            comment=f"Rows of {name} as they were before a load replaced or changed them",
        ).create(connection)
