"""The rules on one row as a pandera schema for each kind.

Pandera looks at whole columns, so a million rows take half a second, and every failure comes back with its row.
"""

from collections.abc import Collection, Iterator, Mapping
from datetime import date

import pandas as pd
import pandera.pandas as pandera
from pandera.errors import SchemaErrors

from data_access.loading.checks_rows import OLDEST_BIRTH, ORDER, PAST, each_in, in_order_column
from data_access.loading.kinds import KINDS


def failures_of(
    kind: str, frame: pd.DataFrame, codes: Mapping[str, Collection[str]], today: date
) -> pd.DataFrame | None:
    """What fails in a frame of one kind, a row for each failure (`index`, `column`, `check`); None for nothing."""
    try:
        _schema(kind, frame, codes, today).validate(frame, lazy=True)
    except SchemaErrors as errors:
        return errors.failure_cases
    return None


def _schema(kind: str, frame: pd.DataFrame, codes: Mapping, today: date) -> pandera.DataFrameSchema:
    columns = {}
    for column in KINDS[kind].columns:
        checks = list(_checks(kind, column, codes, today))
        columns[column.name] = pandera.Column(checks=checks, nullable=not column.required)
    for earlier, later in ORDER[kind]:
        in_order = pandera.Check.eq(True, error="order")
        columns[in_order_column(earlier, later)] = pandera.Column(checks=in_order)
    return pandera.DataFrameSchema({name: column for name, column in columns.items() if name in frame})


def _checks(kind: str, column, codes: Mapping, today: date) -> Iterator[pandera.Check]:
    allowed = codes.get(column.name)
    if allowed is not None:
        yield pandera.Check(lambda values: each_in(values, allowed), error="not_allowed")
    if column.name in PAST[kind]:
        yield pandera.Check.le(pd.Timestamp(today), error="in_future")
    if column.name == "birth_date":
        yield pandera.Check.ge(pd.Timestamp(OLDEST_BIRTH), error="too_old")
    if column.name == "cents":
        yield pandera.Check.ne(0, error="zero")
