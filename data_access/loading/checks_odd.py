"""What is odd but possible: it is loaded, and somebody should look at it."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

import pandas as pd

from data_access.language import cell_label, texts
from data_access.loading.checks_between import Known, looked_up
from data_access.loading.checks_rows import PLACE
from data_access.loading.checks_state import DAY, State

MANY_TIMES = 10  # a payment that many times the usual of its type
ENOUGH = 20  # payments of a type from which on there is a usual one
GROWN_UP = 25  # years: nobody of this age gets a child's benefit
OLDEST = 105  # years
LARGE_HOUSEHOLD = 15
FEWER = 0.9  # a month with less than this part of the rows that it replaces
FEW = 3  # a month with less than one part in so many of the usual rows
MONTHS_BEFORE = 12  # among which the usual month is looked for
PLACES = 5  # rows that a warning names

FOR_CHILDREN = frozenset(
    {
        "meals_preschool",
        "meals_school",
        "foster_child_maintenance",
        "foster_clothing",
        "rehabilitation_children_disability",
        "emergency_guardian_child_maintenance",
    }
)


@dataclass(frozen=True)
class Warning:
    """Something odd in rows that were accepted; never names a person."""

    kind: str
    reason: str
    count: int
    month: int | None = None  # 202301
    params: Mapping[str, Any] = field(default_factory=dict)
    places: tuple[tuple[str, str, int], ...] = ()  # file, sheet, row of the first few

    def text(self, language: str = "lv") -> str:
        params = dict(self.params)
        if self.month:
            params["month"] = cell_label(f"{self.month // 100}-{self.month % 100:02}", language)
        return texts(language)(f"loading.warnings.{self.reason}", count=self.count, **params)


def odd(accepted: Mapping[str, pd.DataFrame], state: State, known: Known, today: date, adding: bool) -> list[Warning]:
    """Warnings about accepted rows."""
    found: list[Warning] = []
    if "payments" in accepted:
        found += _payments(accepted["payments"], _births(accepted, state), state)
    if "members" in accepted:
        found += _members(accepted["members"])
    for kind in ("members", "visits", "consultations"):
        if kind in accepted:
            found += _people(kind, accepted[kind], state, today)
    for kind in DAY:
        if kind in accepted and len(accepted[kind]) and not adding:
            found += _months(kind, accepted[kind], state)
    if "consultations" in accepted:
        found += _employment(accepted["consultations"], known)
    return found


def _of(kind: str, rows: pd.DataFrame, reason: str, month: int | None = None, **params) -> Iterator[Warning]:
    if len(rows):
        first = rows[PLACE].head(PLACES).itertuples(index=False, name=None)
        yield Warning(kind, reason, len(rows), month, params, tuple((f, s, int(r)) for f, s, r in first))


def _births(accepted: Mapping[str, pd.DataFrame], state: State) -> pd.Series:
    """Birth dates by person, of the database and of the load."""
    columns = ["person_key", "birth_date"]
    frames = [state.persons[columns]]
    frames += [accepted[kind][columns] for kind in ("members", "visits", "consultations") if kind in accepted]
    return pd.concat(frames).dropna().drop_duplicates("person_key", keep="last").set_index("person_key")["birth_date"]


# ── payments ─────────────────────────────────────────────────────────────────────────────────────


def _payments(payments: pd.DataFrame, births: pd.Series, state: State) -> Iterator[Warning]:
    amounts = payments["cents"].abs()
    types = payments["benefit_type"]
    usual = state.usual_amounts[state.usual_amounts["rows"] >= ENOUGH].set_index("benefit_type")["cents"]
    own = amounts.groupby(types).agg(["median", "size"])
    usual = usual.astype("float64").combine_first(own.loc[own["size"] >= ENOUGH, "median"])
    large = amounts > MANY_TIMES * looked_up(types, usual)
    yield from _of("payments", payments[large], "large_payment", times=MANY_TIMES)

    for_child = payments[types.isin(FOR_CHILDREN) & payments["person_key"].notna()]
    born = looked_up(for_child["person_key"], births)
    grown = (for_child["payment_date"] - pd.DateOffset(years=GROWN_UP) >= born).fillna(False)
    yield from _of("payments", for_child[grown], "grown_child", age=GROWN_UP)

    # Two children of a family may get the same on one day, and the export has no number for a payment.
    says = [column for column in payments if column not in PLACE]
    yield from _of("payments", payments[payments.duplicated(says)], "doubled_payment")


# ── people ───────────────────────────────────────────────────────────────────────────────────────


def _members(members: pd.DataFrame) -> Iterator[Warning]:
    now = members[members["member_to"].isna()].drop_duplicates(["household_key", "person_key"])
    large = now.groupby("household_key")["row"].transform("size") >= LARGE_HOUSEHOLD
    yield from _of("members", now[large].drop_duplicates("household_key"), "large_household", most=LARGE_HOUSEHOLD)
    homes = now.groupby("person_key")["household_key"].transform("nunique")
    yield from _of("members", now[homes > 1].drop_duplicates("person_key"), "two_households")


def _people(kind: str, rows: pd.DataFrame, state: State, today: date) -> Iterator[Warning]:
    people = rows.dropna(subset=["person_key"]).drop_duplicates("person_key")
    old = people["birth_date"] < pd.Timestamp(today) - pd.DateOffset(years=OLDEST)
    yield from _of(kind, people[old.fillna(False)], "very_old", age=OLDEST)
    before = state.persons.drop_duplicates("person_key").set_index("person_key")
    for column, reason in (("birth_date", "other_birth_date"), ("sex", "other_sex")):
        other = looked_up(people["person_key"], before[column])
        yield from _of(kind, people[other.notna() & people[column].notna() & (other != people[column])], reason)


def _employment(consultations: pd.DataFrame, known: Known) -> Iterator[Warning]:
    who, day = consultations["psychologist"], consultations["consultation_date"]
    first, last = (looked_up(who, known.psychologists[end]) for end in ("first", "last"))
    yield from _of("consultations", consultations[(day < first) | (day > last)], "not_employed")


# ── months ───────────────────────────────────────────────────────────────────────────────────────


def _months(kind: str, rows: pd.DataFrame, state: State) -> Iterator[Warning]:
    """Months that have far fewer rows than the ones before, or none between others."""
    own = rows.groupby(rows[DAY[kind]].dt.to_period("M")).size()
    before = state.months[state.months["kind"] == kind]
    there = pd.Series(before["rows"].to_numpy(), index=pd.PeriodIndex(pd.to_datetime(before["first_day"]), freq="M"))
    every = pd.concat([there[~there.index.isin(own.index)], own]).sort_index()
    every = every.reindex(pd.period_range(every.index[0], every.index[-1], freq="M"), fill_value=0)
    nearest_before = there.index[there.index < own.index[0]]
    first = nearest_before[-1] if len(nearest_before) else own.index[0]
    for month in pd.period_range(first, own.index[-1], freq="M"):
        number = month.year * 100 + month.month
        # Another branch's visits of the month stay as they are.
        if kind != "visits" and month in own.index and own[month] < FEWER * there.get(month, 0):
            yield Warning(kind, "fewer_rows", int(own[month]), number, {"before": int(there[month])})
        if every[month] == 0:
            yield Warning(kind, "empty_month", 0, number)
        elif month in own.index:
            usual = every[every.index < month].tail(MONTHS_BEFORE)
            if len(usual) >= FEW and every[month] * FEW < usual.median():
                yield Warning(kind, "few_rows", int(every[month]), number, {"usual": int(usual.median())})
