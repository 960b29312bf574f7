"""What a load would change: rows and cents of what it replaces, before and after."""

from collections.abc import Mapping
from datetime import date
from typing import NamedTuple

import pandas as pd
from sqlalchemy import Connection, Date, cast, func, select

from data_access import schema
from data_access.loading.checking import ORDER
from data_access.loading.checks_state import DAY

MONTH_OF = {
    "statuses": (schema.status_decisions, "valid_from"),
    **{kind: (getattr(schema, kind), day) for kind, day in DAY.items()},
}
UNIT_TABLES = {
    "centre": (schema.centres, "centre"),
    "branch": (schema.branches, "branch"),
    "psychologist": (schema.psychologists, "psychologist"),
}


class Change(NamedTuple):
    """What a load does to one kind: rows and cents of what it replaces, before and after."""

    kind: str
    replaced: tuple[str, ...]  # months as 2023-01; codes of units; empty for households
    rows_before: int
    rows_after: int
    cents_before: int | None
    cents_after: int | None


def replaced_by(kind: str, rows: pd.DataFrame) -> frozenset[str]:
    """Months (2023-01) or keys of households of which these rows replace what is there; a unit is only changed."""
    if kind == "members":
        return frozenset(rows["household_key"])
    if kind not in MONTH_OF:
        return frozenset()
    return frozenset(rows[MONTH_OF[kind][1]].dt.strftime("%Y-%m"))


def changes(connection: Connection, accepted: Mapping[str, pd.DataFrame], adding: bool = False) -> list[Change]:
    """What loading these rows would do to each kind; `adding`: nothing is replaced."""
    found = []
    for kind in ORDER:
        rows = accepted.get(kind)
        if rows is None or rows.empty:
            continue
        if kind == "units":
            found.append(_units_changed(connection, rows))
        elif kind == "members":
            found.append(_households_changed(connection, rows))
        else:
            found.append(_months_changed(connection, kind, rows))
    return [_added(change) for change in found] if adding else found


def _added(change: Change) -> Change:
    cents = None if change.cents_before is None else change.cents_before + change.cents_after
    return change._replace(rows_after=change.rows_before + change.rows_after, cents_after=cents)


def _units_changed(connection: Connection, rows: pd.DataFrame) -> Change:
    before = 0
    for unit_kind, (table, code) in UNIT_TABLES.items():
        codes = set(rows.loc[rows["unit_kind"] == unit_kind, "code"])
        before += len(codes & set(connection.scalars(select(table.c[code]))))
    return Change("units", tuple(sorted(set(rows["code"]))), before, len(rows), None, None)


def _households_changed(connection: Connection, rows: pd.DataFrame) -> Change:
    households, memberships = schema.households, schema.memberships
    counts = connection.execute(
        select(households.c.household_key, func.count())
        .join_from(memberships, households, memberships.c.household_id == households.c.household_id)
        .group_by(households.c.household_key)
    )
    named = set(rows["household_key"])
    before = sum(count for key, count in counts if key in named)
    after = len(rows.drop_duplicates(["household_key", "person_key", "member_from"]))
    return Change("members", (), before, after, None, None)


def _months_changed(connection: Connection, kind: str, rows: pd.DataFrame) -> Change:
    table, day = MONTH_OF[kind]
    by = ["branch"] if kind == "visits" else []
    money = kind == "payments"
    month = cast(func.date_trunc("month", table.c[day]), Date)
    columns = [month.label("month"), *(table.c[name] for name in by)]
    query = (
        select(*columns, func.count().label("rows"), *([func.sum(table.c.cents).label("cents")] if money else []))
        .where(table.c[day].between(rows[day].min().replace(day=1).date(), _last_of_month(rows[day].max())))
        .group_by(*columns)
    )
    result = connection.execute(query)
    there = pd.DataFrame(list(result), columns=list(result.keys()))
    months = rows[day].dt.strftime("%Y-%m")
    replaced = set(zip(months, *(rows[name] for name in by), strict=True))
    keys = zip(pd.to_datetime(there["month"]).dt.strftime("%Y-%m"), *(there[name] for name in by), strict=True)
    there = there.loc[pd.Series([key in replaced for key in keys], index=there.index, dtype="bool")]
    return Change(
        kind,
        tuple(sorted(set(months))),
        int(there["rows"].sum()),
        len(rows),
        int(there["cents"].sum()) if money else None,
        int(rows["cents"].sum()) if money else None,
    )


def _last_of_month(day: pd.Timestamp) -> date:
    return (day + pd.offsets.MonthEnd(0)).date()
