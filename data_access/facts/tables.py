"""The tables of the case database as a question reads them: names and types of columns, and nothing else.

A copy of a table of the schema brings its keys along, and each foreign key a listener: of putting a statement together
that is a third of the time (4 ms instead of 6 for the five questions of the overview).
"""

from types import SimpleNamespace

from sqlalchemy import Table, TableClause, column, table

from data_access import schema


def _read(of: Table) -> TableClause:
    return table(of.name, *(column(one.name, one.type) for one in of.columns))


tables = SimpleNamespace(**{of.name: _read(of) for of in schema.metadata.sorted_tables})
