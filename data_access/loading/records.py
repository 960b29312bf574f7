"""Typed tables of accepted rows become records: people and households by their keys, then what happened to them.

A typed table has the columns that `docs/loading.md` lists; a missing value is missing, never an empty text.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd
from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    ColumnElement,
    Connection,
    Date,
    FromClause,
    Integer,
    MetaData,
    String,
    Table,
    and_,
    case,
    cast,
    exists,
    false,
    func,
    insert,
    literal,
    null,
    or_,
    select,
    union,
    update,
)

from data_access import schema
from data_access.bulk import append
from data_access.coverage import Coverage
from data_access.facts.spans import open_until
from data_access.loading import areas
from data_access.loading.replacing import analyze, change, names, next_number, replace, stage

# The day that says in which month a row stands.
DAYS = {
    "statuses": "valid_from",
    "payments": "payment_date",
    "visits": "visit_date",
    "consultations": "consultation_date",
}
# What a later kind says of a person counts more than what an earlier one says.
_SAY_WHO = ("payments", "visits", "consultations", "members")
_ATTRIBUTES = ("birth_date", "sex", "disability", "population")

_staged = MetaData()


def _temporary(name: str, *columns: Column) -> Table:
    return Table(name, _staged, *columns, prefixes=["TEMPORARY"])


def _number(name: str) -> Column:
    return Column(name, Integer, autoincrement=False)


_persons = _temporary(
    "staged_persons",
    _number("number"),
    Column("person_key", String(64)),
    Column("birth_date", Date),
    Column("sex", String(64)),
    Column("disability", String(64)),
    Column("population", String(64)),
)
_households = _temporary(
    "staged_households",
    _number("number"),
    Column("household_key", String(64)),
    Column("population", String(64)),
    Column("formed_on", Date),
    Column("dissolved_on", Date),
    Column("named", Boolean),
)
_units = _temporary(
    "staged_units",
    _number("number"),
    Column("code", String(64)),
    Column("name", String(200)),
    Column("parent", String(64)),
    Column("territory", String(64)),
    Column("workload", String(64)),
    Column("valid_from", Date),
    Column("valid_to", Date),
)
_payments = _temporary(
    "staged_payments",
    Column("payment_id", BigInteger, autoincrement=False),
    Column("payment_date", Date),
    _number("household_id"),
    _number("person_id"),
    Column("benefit_type", String(64)),
    Column("form", String(64)),
    Column("cents", BigInteger),
)
_found = _temporary(
    "staged_found",
    Column("payment_id", BigInteger, autoincrement=False),
    Column("status", String(64)),
    Column("territory", String(64)),
)
_ids = _temporary("staged_ids", _number("id"))


@dataclass(frozen=True)
class _Load:
    connection: Connection
    load_id: int
    replacing: bool  # else the rows are added to what is there

    def add(self, table: Table, frame: pd.DataFrame) -> None:
        columns = [name for name in names(table) if name in frame.columns or name == "load_id"]
        append(self.connection, table, frame.assign(load_id=self.load_id)[columns])

    def make_room(self, table: Table, condition: ColumnElement) -> None:
        if self.replacing:
            replace(self.connection, table, self.load_id, condition)

    def numbered(self, table: Table, column: str, frame: pd.DataFrame) -> pd.DataFrame:
        """The rows with numbers of their own, in the order of their days."""
        first = next_number(self.connection, table, column)
        return frame.assign(**{column: np.arange(first, first + len(frame))})


def write(
    connection: Connection,
    load_id: int,
    accepted: Mapping[str, pd.DataFrame],
    *,
    replacing: bool,
    progress: Callable[[float, str], None],
) -> None:
    """Writes the rows of each kind; where `replacing`, in place of what they cover (docs/loading.md)."""
    load = _Load(connection, load_id, replacing)
    if "units" in accepted:
        _write_units(load, accepted["units"])
    progress(0.1, "people")
    persons = _write_persons(load, accepted)
    homes = _write_households(load, accepted)
    progress(0.3, "records")
    writers = {
        "members": _write_members,
        "statuses": _write_statuses,
        "payments": _write_payments,
        "visits": _write_visits,
        "consultations": _write_consultations,
    }
    analyze(connection, [schema.persons, schema.households])
    for place, kind in enumerate(kind for kind in writers if kind in accepted):
        frame = accepted[kind]
        ids = {"person_id": persons.get(kind), "household_id": homes.get(kind)}
        frame = frame.assign(**{name: values for name, values in ids.items() if values is not None})
        if kind in DAYS:
            frame = frame.assign(**{DAYS[kind]: pd.to_datetime(frame[DAYS[kind]])})
            frame = frame.sort_values(DAYS[kind], kind="stable", ignore_index=True)
        writers[kind](load, frame)
        progress(0.3 + 0.1 * (place + 1), "records")
    if {"members", "statuses"} & accepted.keys():
        _resolve_again(load, statuses_reach_further="statuses" in accepted)


# ── units ────────────────────────────────────────────────────────────────────────────────────────


def _write_units(load: _Load, frame: pd.DataFrame) -> None:
    for kind, writer in (("centre", _write_centres), ("branch", _write_branches), ("psychologist", _write_staff)):
        rows = frame[frame["unit_kind"] == kind].drop_duplicates("code", keep="last")
        if rows.empty:
            continue
        stage(load.connection, _units)
        columns = [name for name in names(_units) if name in rows.columns]
        rows = rows[columns].assign(number=range(1, len(rows) + 1))
        append(load.connection, _units, rows)
        writer(load)


def _write_centres(load: _Load) -> None:
    table = schema.centres
    change(load.connection, table, load.load_id, _units, table.c.centre == _units.c.code, _renamed(table))
    _add_units(load, table, "centre", {})


def _write_branches(load: _Load) -> None:
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


def _write_staff(load: _Load) -> None:
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


def _add_units(load: _Load, table: Table, code: str, values: dict[str, ColumnElement]) -> None:
    last = load.connection.scalar(select(func.max(table.c.sort_order))) or 0
    name = func.coalesce(_units.c.name, _units.c.code)
    own = {"sort_order": literal(last, Integer) + _units.c.number, "name_lv": name, "name_en": name}
    _insert_new(load, table, code, values | own)


def _insert_new(load: _Load, table: Table, code: str, values: dict[str, ColumnElement]) -> None:
    values = {code: _units.c.code, **values, "load_id": literal(load.load_id)}
    known = exists(select(literal(1)).select_from(table).where(table.c[code] == _units.c.code))
    rows = select(*values.values()).where(~known).order_by(_units.c.number)
    load.connection.execute(insert(table).from_select(list(values), rows))


# ── people ───────────────────────────────────────────────────────────────────────────────────────


def _write_persons(load: _Load, accepted: Mapping[str, pd.DataFrame]) -> dict[str, pd.Series]:
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


def _write_households(load: _Load, accepted: Mapping[str, pd.DataFrame]) -> dict[str, pd.Series]:
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


def _ids_of(load: _Load, staged: Table, table: Table, what: str, codes: Mapping[str, np.ndarray]) -> dict:
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


def _write_members(load: _Load, frame: pd.DataFrame) -> None:
    for name in ("member_from", "member_to", "residence_from"):
        frame[name] = pd.to_datetime(frame[name])
    _stage_ids(load, frame["household_id"])
    for table in (schema.memberships, schema.residences):
        load.make_room(table, table.c.household_id.in_(select(_ids.c.id)))
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


def _add_unknown(load: _Load, table: Table, frame: pd.DataFrame) -> None:
    """Adds rows; where nothing made room for them, only those whose key is new."""
    if not load.replacing:
        keys = [column.name for column in table.primary_key]
        known = load.connection.execute(select(*(table.c[name] for name in keys))).all()
        known = pd.DataFrame(known, columns=keys).astype({"household_id": "Int64"})
        known["valid_from"] = pd.to_datetime(known["valid_from"])
        frame = frame.merge(known.drop_duplicates(), on=keys, how="left", indicator="origin")
        frame = frame[frame["origin"] == "left_only"].drop(columns="origin")
    load.add(table, frame)


# ── what happened ────────────────────────────────────────────────────────────────────────────────


def _write_statuses(load: _Load, frame: pd.DataFrame) -> None:
    table = schema.status_decisions
    load.make_room(table, _in_months(table.c.valid_from, frame["valid_from"]))
    frame = load.numbered(table, "decision_id", frame)
    unsaid = frame["decision_kind"].isna()
    load.add(table, frame.assign(decision_kind=frame["decision_kind"].where(~unsaid, "granted")))
    _stage_ids(load, frame.loc[unsaid, "decision_id"])
    before = table.alias()
    follows = exists(
        select(literal(1)).where(
            before.c.household_id == table.c.household_id,
            before.c.status == table.c.status,
            before.c.valid_from < table.c.valid_from,
            before.c.valid_to + literal(1, Integer) >= table.c.valid_from,
        )
    )
    load.connection.execute(
        update(table)
        .values(decision_kind="renewed")
        .where(table.c.decision_id.in_(select(_ids.c.id)), table.c.load_id == load.load_id, follows)
    )
    analyze(load.connection, [table])


def _write_payments(load: _Load, frame: pd.DataFrame) -> None:
    table = schema.payments
    load.make_room(table, _in_months(table.c.payment_date, frame["payment_date"]))
    frame = load.numbered(table, "payment_id", frame)
    stage(load.connection, _payments)
    append(load.connection, _payments, frame[[name for name in names(_payments) if name in frame.columns]])
    analyze(load.connection, [_payments, schema.residences, schema.status_decisions])
    found = _found_on_the_day(load.connection, _payments)
    columns = [*names(_payments), "status", "territory", "load_id"]
    rows = (
        select(*_payments.c, found.c.status, found.c.territory, literal(load.load_id))
        .join_from(_payments, found, found.c.payment_id == _payments.c.payment_id)
        .order_by(_payments.c.payment_id)
    )
    load.connection.execute(insert(table).from_select(columns, rows))


def _found_on_the_day(connection: Connection, payments: FromClause) -> FromClause:
    """For each payment what was true of its household on that day: status and territory (rules 5 and 7).

    Being needy goes before having a low income. Without a decision the status is `none` on the days of which
    decisions have been loaded, and otherwise not known.
    """
    d, r = schema.status_decisions, schema.residences
    rank = func.min(case((d.c.status == "needy", 1), else_=2)).label("rank")
    statuses = (
        select(payments.c.payment_id, rank)
        .join_from(payments, d, _holds(d, payments))
        .group_by(payments.c.payment_id)
        .subquery("statuses")
    )
    homes = (
        select(payments.c.payment_id, func.max(r.c.territory).label("territory"))
        .join_from(payments, r, _holds(r, payments))
        .group_by(payments.c.payment_id)
        .subquery("homes")
    )
    spans, loads = schema.load_spans, schema.loads
    loaded = connection.execute(
        select(spans.c.data_from, spans.c.data_until)
        .join_from(spans, loads, spans.c.load_id == loads.c.load_id)
        .where(loads.c.undone_at.is_(None), spans.c.subject == "status")
    )
    days = Coverage.of(tuple(row) for row in loaded)
    known = or_(false(), *(payments.c.payment_date.between(*span) for span in days.spans))
    status = case((statuses.c.rank == 1, "needy"), (statuses.c.rank == 2, "low_income"), (known, "none"), else_=null())
    return (
        select(payments.c.payment_id, status.label("status"), homes.c.territory)
        .select_from(
            payments.outerjoin(statuses, statuses.c.payment_id == payments.c.payment_id).outerjoin(
                homes, homes.c.payment_id == payments.c.payment_id
            )
        )
        .subquery("found")
    )


def _holds(span: Table, payments: FromClause) -> ColumnElement:
    return and_(
        span.c.household_id == payments.c.household_id,
        span.c.valid_from <= payments.c.payment_date,
        open_until(span.c.valid_to, payments.c.payment_date),
    )


def _resolve_again(load: _Load, *, statuses_reach_further: bool) -> None:
    """Payments of earlier loads, of households whose decisions or residences are others now."""
    table = schema.payments
    spans = (schema.status_decisions, schema.residences)
    touched = union(
        *(select(t.c.household_id).where(t.c.load_id == load.load_id) for t in spans),
        *(select(k.c.household_id).where(k.c.replaced_by == load.load_id) for k in _kept(spans)),
    )
    concerned = table.c.household_id.in_(touched)
    if statuses_reach_further:
        concerned = or_(concerned, table.c.status.is_(None))
    earlier = select(table).where(table.c.load_id != load.load_id, concerned).subquery("earlier")
    found = _found_on_the_day(load.connection, earlier)
    different = or_(
        earlier.c.status.is_distinct_from(found.c.status), earlier.c.territory.is_distinct_from(found.c.territory)
    )
    stage(load.connection, _found)
    load.connection.execute(
        insert(_found).from_select(
            names(_found),
            select(*found.c).join_from(earlier, found, earlier.c.payment_id == found.c.payment_id).where(different),
        )
    )
    values = {"status": _found.c.status, "territory": _found.c.territory}
    change(load.connection, table, load.load_id, _found, table.c.payment_id == _found.c.payment_id, values)


def _kept(tables: Iterable[Table]) -> list[Table]:
    return [schema.REPLACED[table.name] for table in tables]


def _write_visits(load: _Load, frame: pd.DataFrame) -> None:
    visits, activities = schema.visits, schema.visit_activities
    covered = or_(
        *(
            and_(visits.c.branch == branch, _in_months(visits.c.visit_date, days))
            for branch, days in frame.groupby("branch")["visit_date"]
        )
    )
    load.make_room(activities, activities.c.visit_id.in_(select(visits.c.visit_id).where(covered)))
    load.make_room(visits, covered)
    frame = load.numbered(visits, "visit_id", frame)
    load.add(visits, frame)
    if "service_activity" in frame:
        done = split(frame, "service_activity")[["visit_id", "service_activity"]]
        load.add(activities, done.drop_duplicates())


def _write_consultations(load: _Load, frame: pd.DataFrame) -> None:
    table = schema.consultations
    covered = _in_months(table.c.consultation_date, frame["consultation_date"])
    load.make_room(table, covered)
    frame = load.numbered(table, "consultation_id", frame)
    load.add(table, frame)
    if "problem_areas" not in frame:
        return
    said = split(frame, "problem_areas")[["person_id", "problem_areas", "consultation_date"]]
    said.columns = ["person_id", "problem_area", "day"]
    _stage_ids(load, frame["person_id"])
    known = schema.client_problem_areas
    mine = known.c.person_id.in_(select(_ids.c.id))
    columns = [c for c in known.c if c.name != "load_id"]
    rows = load.connection.execute(select(*columns).where(mine)).all()
    present = pd.DataFrame(rows, columns=[c.name for c in columns])
    months = frame["consultation_date"] if load.replacing else frame["consultation_date"].iloc[:0]
    after = areas.over_time(present, said, months)
    changed = areas.differing_clients(present, after)
    _stage_ids(load, pd.Series(changed))
    replace(load.connection, known, load.load_id, known.c.person_id.in_(select(_ids.c.id)))
    load.add(known, after[after["person_id"].isin(changed)])


def split(frame: pd.DataFrame, column: str) -> pd.DataFrame:
    """A row for each of several values that stand in one, divided by `;`."""
    rows = frame.dropna(subset=[column])
    rows = rows.assign(**{column: rows[column].str.split(";")}).explode(column, ignore_index=True)
    rows[column] = rows[column].str.strip()
    return rows[rows[column] != ""]


# ── months ───────────────────────────────────────────────────────────────────────────────────────


def _in_months(column: ColumnElement, days: pd.Series) -> ColumnElement:
    """Days in the months of any of the given days."""
    months = sorted(days.dt.to_period("M").unique())
    if not months:
        return false()
    spans: list[list[pd.Period]] = []
    for month in months:
        if spans and spans[-1][1] + 1 == month:
            spans[-1][1] = month
        else:
            spans.append([month, month])
    return or_(*(column.between(first.start_time.date(), last.end_time.date()) for first, last in spans))


def _stage_ids(load: _Load, ids: pd.Series) -> None:
    stage(load.connection, _ids)
    append(load.connection, _ids, pd.DataFrame({"id": pd.Series(ids).dropna().unique()}))
    analyze(load.connection, [_ids])
