"""Persons and households by their keys, and who lives in which household and where."""

from collections.abc import Mapping

import numpy as np
import pandas as pd
from sqlalchemy import (
    Boolean,
    Column,
    ColumnElement,
    Date,
    Integer,
    String,
    Table,
    and_,
    case,
    cast,
    exists,
    func,
    insert,
    literal,
    null,
    select,
)

from data_access import schema
from data_access.bulk import append
from data_access.loading.replacing import analyze, change, next_number, stage
from data_access.loading.staging import DAYS, Load, number_column, stage_ids, staged_ids, temporary

# What a later kind says of a person counts more than what an earlier one says.
_SAY_WHO = ("payments", "visits", "consultations", "members")
_ATTRIBUTES = ("birth_date", "sex", "disability", "population")

_persons = temporary(
    "staged_persons",
    number_column("number"),
    Column("person_key", String(64)),
    Column("birth_date", Date),
    Column("sex", String(64)),
    Column("disability", String(64)),
    Column("population", String(64)),
)
_households = temporary(
    "staged_households",
    number_column("number"),
    Column("household_key", String(64)),
    Column("population", String(64)),
    Column("formed_on", Date),
    Column("dissolved_on", Date),
    Column("named", Boolean),
)


def write_persons(load: Load, accepted: Mapping[str, pd.DataFrame]) -> dict[str, pd.Series]:
    """For each kind the number of the person of each row; a person has one number, whatever says it."""
    tables = {kind: accepted[kind] for kind in _SAY_WHO if kind in accepted}
    codes, keys = _by_key(tables, "person_key")
    if not len(keys):
        return {}
    said = []
    for kind, frame in tables.items():
        present = [name for name in _ATTRIBUTES if name in frame.columns and kind != "payments"]
        if present:
            who = frame[present].assign(number=codes[kind])
            said.append(who[who["number"] >= 0].drop_duplicates())
    people = pd.DataFrame({"number": range(len(keys)), "person_key": keys})
    if said:
        said = pd.concat(said, ignore_index=True)
        if "birth_date" in said:
            said["birth_date"] = pd.to_datetime(said["birth_date"])
        people = people.join(said.groupby("number").last(), on="number")
    stage(load.connection, _persons)
    append(load.connection, _persons, people)
    analyze(load.connection, [_persons])

    table = schema.persons
    known = {name: func.coalesce(_persons.c[name], table.c[name]) for name in _ATTRIBUTES}
    match = table.c.person_key == _persons.c.person_key
    change(load.connection, table, load.load_id, _persons, match, known)
    first = next_number(load.connection, table, "person_id")
    new = select(
        _next_ids(first, _persons),
        *(_persons.c[name] for name in ("person_key", *_ATTRIBUTES)),
        literal(load.load_id),
    ).where(~exists(select(literal(1)).select_from(table).where(match)))
    columns = ["person_id", "person_key", *_ATTRIBUTES, "load_id"]
    load.connection.execute(insert(table).from_select(columns, new))
    return _ids_of(load, _persons, table, "person", codes)


def write_households(load: Load, accepted: Mapping[str, pd.DataFrame]) -> dict[str, pd.Series]:
    """For each kind the number of the household of each row; one that nobody knows is made."""
    tables = {kind: accepted[kind] for kind in ("members", "statuses", "payments") if kind in accepted}
    codes, keys = _by_key(tables, "household_key")
    if not len(keys):
        return {}
    homes = pd.DataFrame({"number": range(len(keys)), "household_key": keys, "named": False})
    homes = homes.join(_first_days(tables, codes).rename("formed_on"), on="number")
    if "members" in tables:
        lives = _lives(tables["members"].assign(number=codes["members"]))
        homes = homes.join(lives, on="number")
        homes["named"] = homes["number"].isin(lives.index)
        homes["formed_on"] = homes.pop("lives_from").where(homes["named"], homes["formed_on"])
    stage(load.connection, _households)
    append(load.connection, _households, homes)
    analyze(load.connection, [_households])

    table = schema.households
    begun, ended = _households.c.formed_on, _households.c.dissolved_on
    if not load.replacing:
        begun = func.least(begun, table.c.formed_on)
        ended = case(
            (ended.is_(None), null()),
            (table.c.dissolved_on.is_(None), null()),
            else_=func.greatest(ended, table.c.dissolved_on),
        )
    known = {
        "population": func.coalesce(_households.c.population, table.c.population),
        "formed_on": begun,
        "dissolved_on": ended,
    }
    match = table.c.household_key == _households.c.household_key
    change(load.connection, table, load.load_id, _households, and_(match, _households.c.named), known)
    first = next_number(load.connection, table, "household_id")
    columns = ("household_key", "population", "formed_on", "dissolved_on")
    new = select(
        _next_ids(first, _households), *(_households.c[name] for name in columns), literal(load.load_id)
    ).where(~exists(select(literal(1)).select_from(table).where(match)))
    load.connection.execute(insert(table).from_select(["household_id", *columns, "load_id"], new))
    return _ids_of(load, _households, table, "household", codes)


def _by_key(tables: Mapping[str, pd.DataFrame], column: str) -> tuple[dict[str, np.ndarray], pd.Index]:
    """The distinct keys, and for each table the place of each row's key among them; -1: the row has none."""
    tables = {kind: frame for kind, frame in tables.items() if column in frame.columns}
    if not tables:
        return {}, pd.Index([])
    codes, keys = pd.factorize(pd.concat([frame[column].astype("str") for frame in tables.values()]))
    ends = np.cumsum([len(frame) for frame in tables.values()])
    return dict(zip(tables, np.split(codes, ends[:-1]), strict=True)), keys


def _next_ids(first: int, staged: Table) -> ColumnElement:
    return cast(func.row_number().over(order_by=staged.c.number) + literal(first - 1, Integer), Integer)


def _ids_of(load: Load, staged: Table, table: Table, what: str, codes: Mapping[str, np.ndarray]) -> dict:
    key, number = f"{what}_key", f"{what}_id"
    query = select(table.c[number]).join_from(staged, table, table.c[key] == staged.c[key]).order_by(staged.c.number)
    ids = np.array([*load.connection.scalars(query), 0])
    return {
        # A row without a key has the place -1.
        kind: pd.Series(ids[places], dtype="Int64").mask(places < 0).array
        for kind, places in codes.items()
    }


def _first_days(tables: Mapping[str, pd.DataFrame], codes: Mapping[str, np.ndarray]) -> pd.Series:
    """A household of which nothing else is known has lived since it is first heard of."""
    days = {"members": "member_from", **DAYS}
    heard = [
        pd.DataFrame({"number": codes[kind], "day": pd.to_datetime(frame[days[kind]]).array})
        for kind, frame in tables.items()
    ]
    return pd.concat(heard).groupby("number")["day"].min()


def _lives(members: pd.DataFrame) -> pd.DataFrame:
    """From the first member or residence to the last member's end."""
    days = members[["number"]].copy()
    for name in ("member_from", "member_to", "residence_from"):
        days[name] = pd.to_datetime(members[name])
    groups = days.groupby("number")
    first = pd.concat([groups["member_from"].min(), groups["residence_from"].min()], axis="columns").min(axis="columns")
    ended = groups["member_to"].count() == groups.size()
    return pd.DataFrame(
        {
            "lives_from": first,
            "dissolved_on": groups["member_to"].max().where(ended),
            "population": members.groupby("number")["population"].last(),
        }
    )


def write_members(load: Load, frame: pd.DataFrame) -> None:
    """Memberships and residences in place of those of the same households."""
    for name in ("member_from", "member_to", "residence_from"):
        frame[name] = pd.to_datetime(frame[name])
    stage_ids(load, frame["household_id"])
    for table in (schema.memberships, schema.residences):
        load.make_room(table, table.c.household_id.in_(select(staged_ids.c.id)))
    members = frame.rename(columns={"member_from": "valid_from", "member_to": "valid_to"})
    members = members.dropna(subset=["person_id"]).drop_duplicates(
        ["household_id", "person_id", "valid_from"], keep="last"
    )
    _add_unknown(load, schema.memberships, members[["household_id", "person_id", "activity", "valid_from", "valid_to"]])
    _add_unknown(load, schema.residences, _residences(frame))


def _residences(frame: pd.DataFrame) -> pd.DataFrame:
    """A residence lasts until the day before the next one, the last one as long as the household."""
    groups = frame.groupby("household_id")
    last_day = groups["member_to"].max().where(groups["member_to"].count() == groups.size())
    homes = frame[["household_id", "territory", "residence_from"]].copy()
    homes["valid_from"] = homes["residence_from"].fillna(homes["household_id"].map(groups["member_from"].min()))
    homes = homes.sort_values(["household_id", "valid_from"], kind="stable")
    homes = homes.drop_duplicates(["household_id", "valid_from"], keep="last")
    until = homes.groupby("household_id")["valid_from"].shift(-1) - pd.Timedelta(days=1)
    homes["valid_to"] = until.fillna(homes["household_id"].map(last_day))
    homes["valid_to"] = homes["valid_to"].mask(homes["valid_to"] < homes["valid_from"], homes["valid_from"])
    return homes[["household_id", "territory", "valid_from", "valid_to"]]


def _add_unknown(load: Load, table: Table, frame: pd.DataFrame) -> None:
    """Adds rows; where nothing made room for them, only those whose key is new."""
    if not load.replacing:
        keys = [column.name for column in table.primary_key]
        known = load.connection.execute(select(*(table.c[name] for name in keys))).all()
        known = pd.DataFrame(known, columns=keys).astype({"household_id": "Int64"})
        known["valid_from"] = pd.to_datetime(known["valid_from"])
        frame = frame.merge(known.drop_duplicates(), on=keys, how="left", indicator="origin")
        frame = frame[frame["origin"] == "left_only"].drop(columns="origin")
    load.add(table, frame)
