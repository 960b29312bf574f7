"""What the database knows already, as far as checking needs it: keys, spans, codes, and what is usual."""

from dataclasses import dataclass

import pandas as pd
from sqlalchemy import Connection, Date, Select, cast, func, select

from data_access import schema

_DAYS = ("formed_on", "dissolved_on", "valid_from", "valid_to", "opened_on", "closed_on", "employed_from",
         "employed_to", "birth_date", "first_day")  # fmt: skip

DAY = {"payments": "payment_date", "visits": "visit_date", "consultations": "consultation_date"}


@dataclass(frozen=True)
class State:
    """A frame for each thing that rows may refer to; `codes` are the allowed values of a column."""

    households: pd.DataFrame  # household_key, population, formed_on, dissolved_on
    persons: pd.DataFrame  # person_key, birth_date, sex
    decisions: pd.DataFrame  # household_key, status, valid_from, valid_to
    branches: pd.DataFrame  # branch, opened_on, closed_on
    psychologists: pd.DataFrame  # psychologist, employed_from, employed_to
    benefit_types: pd.DataFrame  # benefit_type, valid_from, valid_to
    usual_amounts: pd.DataFrame  # benefit_type, cents (the median without its sign), rows
    months: pd.DataFrame  # kind, first_day, rows
    territories: frozenset[str]
    centres: frozenset[str]
    problem_areas: frozenset[str]


def read_state(connection: Connection) -> State:
    """The state of a case database."""
    types, benefits = schema.benefit_types, schema.benefits
    decisions, households, payments = schema.status_decisions, schema.households, schema.payments
    amount = func.percentile_cont(0.5).within_group(func.abs(payments.c.cents))

    def frame(query: Select) -> pd.DataFrame:
        result = connection.execute(query)
        rows = pd.DataFrame(list(result), columns=list(result.keys()))
        for column in rows:
            if column in _DAYS:
                rows[column] = pd.to_datetime(rows[column])
            elif column not in ("cents", "rows"):
                rows[column] = rows[column].astype("str")
        return rows

    def codes(column) -> frozenset[str]:
        return frozenset(connection.scalars(select(column)))

    return State(
        households=frame(
            select(
                households.c.household_key, households.c.population, households.c.formed_on, households.c.dissolved_on
            )
        ),
        persons=frame(select(schema.persons.c.person_key, schema.persons.c.birth_date, schema.persons.c.sex)),
        decisions=frame(
            select(
                households.c.household_key, decisions.c.status, decisions.c.valid_from, decisions.c.valid_to
            ).join_from(decisions, households, decisions.c.household_id == households.c.household_id)
        ),
        branches=frame(select(schema.branches.c.branch, schema.branches.c.opened_on, schema.branches.c.closed_on)),
        psychologists=frame(
            select(
                schema.psychologists.c.psychologist,
                schema.psychologists.c.employed_from,
                schema.psychologists.c.employed_to,
            )
        ),
        benefit_types=frame(
            select(types.c.benefit_type, benefits.c.valid_from, benefits.c.valid_to).join_from(
                types, benefits, types.c.benefit == benefits.c.benefit
            )
        ),
        usual_amounts=frame(
            select(payments.c.benefit_type, amount.label("cents"), func.count().label("rows"))
            .where(payments.c.benefit_type.is_not(None))
            .group_by(payments.c.benefit_type)
        ),
        months=pd.concat([frame(_months(kind)).assign(kind=kind) for kind in DAY], ignore_index=True),
        territories=codes(schema.territories.c.territory),
        centres=codes(schema.centres.c.centre),
        problem_areas=codes(schema.problem_areas.c.problem_area),
    )


def _months(kind: str) -> Select:
    day = getattr(schema, kind).c[DAY[kind]]
    month = cast(func.date_trunc("month", day), Date)
    return select(month.label("first_day"), func.count().label("rows")).group_by(month).order_by(month)
