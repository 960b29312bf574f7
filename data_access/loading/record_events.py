"""What happened: status decisions, payments, visits and consultations, in place of those of the same months."""

from collections.abc import Iterable

import pandas as pd
from sqlalchemy import (
    BigInteger,
    Column,
    ColumnElement,
    Connection,
    Date,
    FromClause,
    Integer,
    String,
    Table,
    and_,
    case,
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
from data_access.loading.replacing import analyze, change, names, replace, stage
from data_access.loading.staging import Load, number_column, stage_ids, staged_ids, temporary

_payments = temporary(
    "staged_payments",
    Column("payment_id", BigInteger, autoincrement=False),
    Column("payment_date", Date),
    number_column("household_id"),
    number_column("person_id"),
    Column("benefit_type", String(64)),
    Column("form", String(64)),
    Column("cents", BigInteger),
)
_found = temporary(
    "staged_found",
    Column("payment_id", BigInteger, autoincrement=False),
    Column("status", String(64)),
    Column("territory", String(64)),
)


def write_statuses(load: Load, frame: pd.DataFrame) -> None:
    """Decisions in place of those that begin in the same months; what is a renewal is worked out where not said."""
    table = schema.status_decisions
    load.make_room(table, _in_months(table.c.valid_from, frame["valid_from"]))
    frame = load.numbered(table, "decision_id", frame)
    unsaid = frame["decision_kind"].isna()
    load.add(table, frame.assign(decision_kind=frame["decision_kind"].where(~unsaid, "granted")))
    stage_ids(load, frame.loc[unsaid, "decision_id"])
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
        .where(table.c.decision_id.in_(select(staged_ids.c.id)), table.c.load_id == load.load_id, follows)
    )
    analyze(load.connection, [table])


def write_payments(load: Load, frame: pd.DataFrame) -> None:
    """Payments in place of those of the same months, with what was true of the household on their day."""
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


def resolve_again(load: Load, *, statuses_reach_further: bool) -> None:
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


def write_visits(load: Load, frame: pd.DataFrame) -> None:
    """Visits, and what was done, in place of those of the same branches and months."""
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


def write_consultations(load: Load, frame: pd.DataFrame) -> None:
    """Consultations in place of those of the same months, and the areas of their clients over time."""
    table = schema.consultations
    covered = _in_months(table.c.consultation_date, frame["consultation_date"])
    load.make_room(table, covered)
    frame = load.numbered(table, "consultation_id", frame)
    load.add(table, frame)
    if "problem_areas" not in frame:
        return
    said = split(frame, "problem_areas")[["person_id", "problem_areas", "consultation_date"]]
    said.columns = ["person_id", "problem_area", "day"]
    stage_ids(load, frame["person_id"])
    known = schema.client_problem_areas
    mine = known.c.person_id.in_(select(staged_ids.c.id))
    columns = [c for c in known.c if c.name != "load_id"]
    rows = load.connection.execute(select(*columns).where(mine)).all()
    present = pd.DataFrame(rows, columns=[c.name for c in columns])
    months = frame["consultation_date"] if load.replacing else frame["consultation_date"].iloc[:0]
    after = areas.over_time(present, said, months)
    changed = areas.differing_clients(present, after)
    stage_ids(load, pd.Series(changed))
    replace(load.connection, known, load.load_id, known.c.person_id.in_(select(staged_ids.c.id)))
    load.add(known, after[after["person_id"].isin(changed)])


def split(frame: pd.DataFrame, column: str) -> pd.DataFrame:
    """A row for each of several values that stand in one, divided by `;`."""
    rows = frame.dropna(subset=[column])
    rows = rows.assign(**{column: rows[column].str.split(";")}).explode(column, ignore_index=True)
    rows[column] = rows[column].str.strip()
    return rows[rows[column] != ""]


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
