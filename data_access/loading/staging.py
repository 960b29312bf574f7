"""What the writers of records share: the load that they write for, and temporary tables beside it."""

from dataclasses import dataclass

import numpy as np
import pandas as pd
from sqlalchemy import Column, ColumnElement, Connection, Integer, MetaData, Table

from data_access.bulk import append
from data_access.loading.replacing import analyze, names, next_number, replace, stage

# The day that says in which month a row stands.
DAYS = {
    "statuses": "valid_from",
    "payments": "payment_date",
    "visits": "visit_date",
    "consultations": "consultation_date",
}

_staged = MetaData()


def temporary(name: str, *columns: Column) -> Table:
    """A table that goes with the connection; `stage` makes it."""
    return Table(name, _staged, *columns, prefixes=["TEMPORARY"])


def number_column(name: str) -> Column:
    return Column(name, Integer, autoincrement=False)


staged_ids = temporary("staged_ids", number_column("id"))


@dataclass(frozen=True)
class Load:
    """A load that is being written."""

    connection: Connection
    load_id: int
    replacing: bool  # else the rows are added to what is there

    def add(self, table: Table, frame: pd.DataFrame) -> None:
        """Appends rows under the number of the load."""
        columns = [name for name in names(table) if name in frame.columns or name == "load_id"]
        append(self.connection, table, frame.assign(load_id=self.load_id)[columns])

    def make_room(self, table: Table, condition: ColumnElement) -> None:
        """Takes out the rows in whose place the load's are to stand."""
        if self.replacing:
            replace(self.connection, table, self.load_id, condition)

    def numbered(self, table: Table, column: str, frame: pd.DataFrame) -> pd.DataFrame:
        """The rows with numbers of their own, in the order of their days."""
        first = next_number(self.connection, table, column)
        return frame.assign(**{column: np.arange(first, first + len(frame))})


def stage_ids(load: Load, numbers: pd.Series) -> None:
    """Puts numbers into `staged_ids`, each once, in place of those there."""
    stage(load.connection, staged_ids)
    append(load.connection, staged_ids, pd.DataFrame({"id": pd.Series(numbers).dropna().unique()}))
    analyze(load.connection, [staged_ids])
