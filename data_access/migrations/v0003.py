"""Loads remember the fingerprint of their key, and each span of days that they have records of."""

from sqlalchemy import (
    Column,
    Connection,
    Date,
    ForeignKeyConstraint,
    Integer,
    MetaData,
    PrimaryKeyConstraint,
    String,
    Table,
    text,
)

_FINGERPRINT = "Fingerprint of the key by which its persons and households are told apart; NULL: it has none"


def upgrade(connection: Connection) -> None:
    connection.execute(text("ALTER TABLE loads ADD COLUMN key_fingerprint VARCHAR(16)"))
    connection.execute(text(f"COMMENT ON COLUMN loads.key_fingerprint IS '{_FINGERPRINT}'"))
    _spans().create(connection)
    # The months between the first and the last day of a load were not told apart.
    connection.execute(
        text(
            "INSERT INTO load_spans (load_id, subject, data_from, data_until)"
            " SELECT load_id, subject, data_from, data_until FROM load_subjects WHERE data_from IS NOT NULL"
        )
    )


def _spans() -> Table:
    metadata = MetaData()
    Table("loads", metadata, Column("load_id", Integer))
    return Table(
        "load_spans",
        metadata,
        Column("load_id", Integer, nullable=False, autoincrement=False, comment="Load"),
        Column("subject", String(64), nullable=False, comment="assistance, status, psychologists or day_centres"),
        Column("data_from", Date, nullable=False, comment="First day of the span"),
        Column("data_until", Date, nullable=False, comment="Last day of the span"),
        PrimaryKeyConstraint("load_id", "subject", "data_from").ddl_if(dialect="postgresql"),
        ForeignKeyConstraint(["load_id"], ["loads.load_id"]).ddl_if(dialect="postgresql"),
        comment="Spans of days that a load has records of: whole months, without those in which it has none",
    )
