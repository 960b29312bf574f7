"""Centres, branches and psychologists: a row of an export changes the unit that it names, or adds it."""

import pandas as pd
from sqlalchemy import Column, ColumnElement, Date, Integer, String, Table, case, exists, func, insert, literal, select

from data_access import schema
from data_access.bulk import append
from data_access.loading.replacing import change, names, stage
from data_access.loading.staging import Load, number_column, temporary

_units = temporary(
    "staged_units",
    number_column("number"),
    Column("code", String(64)),
    Column("name", String(200)),
    Column("parent", String(64)),
    Column("territory", String(64)),
    Column("workload", String(64)),
    Column("valid_from", Date),
    Column("valid_to", Date),
)


def write_units(load: Load, frame: pd.DataFrame) -> None:
    """A unit that is known is changed where the row says something else of it."""
    for kind, writer in (("centre", _write_centres), ("branch", _write_branches), ("psychologist", _write_staff)):
        rows = frame[frame["unit_kind"] == kind].drop_duplicates("code", keep="last")
        if rows.empty:
            continue
        stage(load.connection, _units)
        columns = [name for name in names(_units) if name in rows.columns]
        rows = rows[columns].assign(number=range(1, len(rows) + 1))
        append(load.connection, _units, rows)
        writer(load)


def _write_centres(load: Load) -> None:
    table = schema.centres
    change(load.connection, table, load.load_id, _units, table.c.centre == _units.c.code, _renamed(table))
    _add_units(load, table, "centre", {})


def _write_branches(load: Load) -> None:
    table = schema.branches
    described = {
        "centre": func.coalesce(_units.c.parent, table.c.centre),
        "territory": func.coalesce(_units.c.territory, table.c.territory),
        "opened_on": func.coalesce(_units.c.valid_from, table.c.opened_on),
        "closed_on": _units.c.valid_to,
    }
    match = table.c.branch == _units.c.code
    change(load.connection, table, load.load_id, _units, match, described | _renamed(table))
    _add_units(
        load,
        table,
        "branch",
        {
            "centre": _units.c.parent,
            "territory": _units.c.territory,
            "opened_on": _units.c.valid_from,
            "closed_on": _units.c.valid_to,
        },
    )


def _write_staff(load: Load) -> None:
    table = schema.psychologists
    described = {
        "workload": func.coalesce(_units.c.workload, table.c.workload),
        "employed_from": func.coalesce(_units.c.valid_from, table.c.employed_from),
        "employed_to": _units.c.valid_to,
    }
    change(load.connection, table, load.load_id, _units, table.c.psychologist == _units.c.code, described)
    values = {
        "workload": _units.c.workload,
        "employed_from": _units.c.valid_from,
        "employed_to": _units.c.valid_to,
    }
    _insert_new(load, table, "psychologist", values)


def _renamed(table: Table) -> dict[str, ColumnElement]:
    """An export has one name; the English one stays as long as the Latvian one does."""
    name = func.coalesce(_units.c.name, table.c.name_lv)
    return {"name_lv": name, "name_en": case((table.c.name_lv == name, table.c.name_en), else_=name)}


def _add_units(load: Load, table: Table, code: str, values: dict[str, ColumnElement]) -> None:
    last = load.connection.scalar(select(func.max(table.c.sort_order))) or 0
    name = func.coalesce(_units.c.name, _units.c.code)
    own = {"sort_order": literal(last, Integer) + _units.c.number, "name_lv": name, "name_en": name}
    _insert_new(load, table, code, values | own)


def _insert_new(load: Load, table: Table, code: str, values: dict[str, ColumnElement]) -> None:
    values = {code: _units.c.code, **values, "load_id": literal(load.load_id)}
    known = exists(select(literal(1)).select_from(table).where(table.c[code] == _units.c.code))
    rows = select(*values.values()).where(~known).order_by(_units.c.number)
    load.connection.execute(insert(table).from_select(list(values), rows))
