"""Rules between rows: what a row refers to, whose life it lies in, what it overlaps.

A rule looks at rows that are right by themselves. `State` is what the database knows; `Known` is that and
what the same load brings.
"""

from dataclasses import dataclass

import pandas as pd

from data_access.loading.checks_rows import PLACE, Findings
from data_access.loading.checks_state import State

_FAR = pd.Timestamp("2200-12-31")  # days in nanoseconds end in 2262


@dataclass
class Known:
    """Everything that a row may refer to."""

    lives: pd.DataFrame  # by household_key: first, last
    persons: set[str]
    branches: pd.DataFrame  # by branch: first, last
    psychologists: pd.DataFrame  # by psychologist: first, last
    benefit_types: pd.DataFrame  # by benefit_type: first, last
    centres: set[str]


def known(state: State) -> Known:
    return Known(
        lives=_spans(state.households, "household_key", "formed_on", "dissolved_on"),
        persons=set(state.persons["person_key"]),
        branches=_spans(state.branches, "branch", "opened_on", "closed_on"),
        psychologists=_spans(state.psychologists, "psychologist", "employed_from", "employed_to"),
        benefit_types=_spans(state.benefit_types, "benefit_type", "valid_from", "valid_to"),
        centres=set(state.centres),
    )


def _spans(frame: pd.DataFrame, key: str, first: str, last: str) -> pd.DataFrame:
    """First and last day by key; an open end is the end of all days."""
    spans = pd.DataFrame({key: frame[key], "first": frame[first], "last": frame[last].fillna(_FAR)})
    return spans.groupby(key).agg(first=("first", "min"), last=("last", "max"))


def _newer(spans: pd.DataFrame, others: pd.DataFrame) -> pd.DataFrame:
    """What a load brings stands in the place of what the database had."""
    return pd.concat([spans[~spans.index.isin(others.index)], others]) if len(others) else spans


# ── units ────────────────────────────────────────────────────────────────────────────────────────


def check_units(units: Findings, known: Known) -> None:
    """A code names one unit; a branch belongs to a centre."""
    frame = units.frame
    units.drop(_doubled(frame))
    named = units.good & frame["code"].notna()
    again = frame["code"].where(named).duplicated() & named
    units.reject(again, "code", "unit_twice", **_first_place(frame, ["code"], named))
    centres = known.centres | set(frame.loc[units.good & (frame["unit_kind"] == "centre"), "code"])
    branch = frame["unit_kind"] == "branch"
    units.reject(branch & frame["parent"].isna(), "parent", "missing")
    units.reject(branch & frame["parent"].notna() & ~frame["parent"].isin(centres), "parent", "no_centre")


def learn_units(known: Known, units: pd.DataFrame) -> None:
    known.centres |= set(units.loc[units["unit_kind"] == "centre", "code"])
    branches = _spans(units[units["unit_kind"] == "branch"], "code", "valid_from", "valid_to")
    psychologists = _spans(units[units["unit_kind"] == "psychologist"], "code", "valid_from", "valid_to")
    known.branches = _newer(known.branches, branches)
    known.psychologists = _newer(known.psychologists, psychologists)


# ── members of households ────────────────────────────────────────────────────────────────────────


def check_members(members: Findings) -> None:
    """The same row twice is one. A person is in a household once at a time, is born and registered once."""
    frame = members.frame
    members.drop(_doubled(frame))
    for column in ("birth_date", "sex"):
        _one_value(members, ["person_key"], column)
    _one_value(members, ["household_key"], "population")
    _one_value(members, ["household_key", "residence_from"], "territory")
    # A household that has moved has a row for each home of each member; the membership is one.
    membership = ["household_key", "person_key", "member_from"]
    for column in ("member_to", "activity"):
        _one_value(members, membership, column)
    once = ~frame.loc[members.good, membership].duplicated().reindex(frame.index, fill_value=True)
    _no_overlap(members, ["household_key", "person_key"], "member_from", "member_to", "member_overlap", once)


def learn_members(known: Known, members: pd.DataFrame, adding: bool) -> None:
    first = members[["member_from", "residence_from"]].min(axis="columns")
    lives = _spans(members.assign(first_day=first), "household_key", "first_day", "member_to")
    if adding:
        both = pd.concat([known.lives, lives])
        known.lives = both.groupby(level=0).agg(first=("first", "min"), last=("last", "max"))
    else:
        known.lives = _newer(known.lives, lives)
    known.persons |= set(members["person_key"].dropna())


# ── status decisions ─────────────────────────────────────────────────────────────────────────────


def check_statuses(statuses: Findings, known: Known, state: State, adding: bool) -> None:
    """Decisions of one status of a household do not overlap, in the load nor with those that stay."""
    frame = statuses.frame
    statuses.drop(_doubled(frame))
    _known_household(statuses, known)
    _no_overlap(statuses, ["household_key", "status"], "valid_from", "valid_to", "status_overlap")
    # Months without an accepted row are not replaced: with every rejected row more decisions may stay.
    while True:
        months = set() if adding else set(_month(frame.loc[statuses.good, "valid_from"]))
        staying = state.decisions[~_month(state.decisions["valid_from"]).isin(months)]
        wrong, other = _overlaps_with(frame[statuses.good], staying, ["household_key", "status"])
        if not wrong.any():
            return
        mask = pd.Series(False, index=frame.index)
        mask[wrong[wrong].index] = True
        statuses.reject(mask, "valid_from", "status_overlap_database", other=other.reindex(frame.index))


def _overlaps_with(rows: pd.DataFrame, staying: pd.DataFrame, by: list[str]) -> tuple[pd.Series, pd.Series]:
    pairs = rows.reset_index()[["index", *by, "valid_from", "valid_to"]].merge(staying, on=by, suffixes=("", "_other"))
    hit = (pairs["valid_from"] <= pairs["valid_to_other"].fillna(_FAR)) & (
        pairs["valid_from_other"] <= pairs["valid_to"].fillna(_FAR)
    )
    first = pairs[hit].drop_duplicates("index").set_index("index")["valid_from_other"]
    wrong = pd.Series(rows.index.isin(first.index), index=rows.index)
    return wrong, first


# ── payments ─────────────────────────────────────────────────────────────────────────────────────


def check_payments(payments: Findings, known: Known) -> None:
    """A payment is in its household's life and in the days of its benefit; whom it is for is known."""
    frame = payments.frame
    _known_household(payments, known)
    _known_person(payments, known)
    _inside(payments, "payment_date", "household_key", known.lives, "before_household", "after_household")
    _inside(payments, "payment_date", "benefit_type", known.benefit_types, "before_benefit", "after_benefit")
    types = frame["benefit_type"]
    payments.reject(types.notna() & ~types.isin(known.benefit_types.index), "benefit_type", "not_allowed")


# ── day centres and psychologists ────────────────────────────────────────────────────────────────


def check_visits(visits: Findings, known: Known) -> None:
    """A visit is to a branch that is known and open."""
    branch = visits.frame["branch"]
    visits.reject(branch.notna() & ~branch.isin(known.branches.index), "branch", "no_branch")
    _inside(visits, "visit_date", "branch", known.branches, "before_opening", "after_closing")
    _one_value(visits, ["person_key"], "birth_date")


def check_consultations(consultations: Findings, known: Known) -> None:
    """A consultation is held by a psychologist who is known, or by nobody who is named."""
    who = consultations.frame["psychologist"]
    consultations.reject(who.notna() & ~who.isin(known.psychologists.index), "psychologist", "no_psychologist")
    _one_value(consultations, ["person_key"], "birth_date")


def learn_persons(known: Known, rows: pd.DataFrame) -> None:
    known.persons |= set(rows["person_key"].dropna())


# ── parts ────────────────────────────────────────────────────────────────────────────────────────


def _known_household(findings: Findings, known: Known) -> None:
    keys = findings.frame["household_key"]
    findings.reject(keys.notna() & ~keys.isin(known.lives.index), "household_key", "no_household")


def _known_person(findings: Findings, known: Known) -> None:
    keys = findings.frame["person_key"]
    findings.reject(keys.notna() & ~keys.isin(known.persons), "person_key", "no_person")


def _inside(findings: Findings, day: str, key: str, spans: pd.DataFrame, before: str, after: str) -> None:
    days, keys = findings.frame[day], findings.frame[key]
    first, last = looked_up(keys, spans["first"]), looked_up(keys, spans["last"])
    findings.reject(days < first, day, before, day=first)
    findings.reject(days > last, day, after, day=last)


def looked_up(keys: pd.Series, values: pd.Series) -> pd.Series:
    """The value of each key; like `map`, which does not take an empty series of days."""
    return values.reindex(keys).set_axis(keys.index)


def _doubled(frame: pd.DataFrame) -> pd.Series:
    """The second and further of equal rows, wherever they stand."""
    return frame.duplicated([column for column in frame.columns if column not in PLACE])


def _one_value(findings: Findings, by: list[str], column: str) -> None:
    """Rows of one thing say the same of it, or nothing; the first one that says something is believed."""
    frame = findings.frame
    said = findings.good & frame[[*by, column]].notna().all(axis="columns")
    rows = frame.loc[said, [*by, column]]
    if rows.empty:
        return
    first = rows.groupby(by, sort=False)[column].transform("first")
    wrong = pd.Series(False, index=frame.index)
    wrong[rows.index] = rows[column] != first
    if wrong.any():
        findings.reject(wrong, column, "contradiction", **_first_place(frame, by, said))


def _first_place(frame: pd.DataFrame, by: list[str], among: pd.Series) -> dict[str, pd.Series]:
    """Where the first row of the same thing stands."""
    first = frame.loc[among].groupby(by, sort=False)[["file", "row"]].transform("first").reindex(frame.index)
    return _place(first)


def _place(rows: pd.DataFrame) -> dict[str, pd.Series]:
    """Row numbers are texts: no number of a row is grouped by thousands."""
    return {"file": rows["file"], "row": rows["row"].astype("Int64").astype("str")}


def _no_overlap(
    findings: Findings, by: list[str], first: str, last: str, reason: str, among: pd.Series | bool = True
) -> None:
    """Spans of one thing do not overlap: of those that do, the one that begins first stays."""
    frame = findings.frame
    rows = frame.loc[findings.good & among & frame[[*by, first]].notna().all(axis="columns"), [*by, first, last, "row"]]
    if rows.empty:
        return
    rows = rows.sort_values([*by, first, "row"], kind="stable")
    thing = rows.groupby(by, sort=False).ngroup()
    ends = rows[last].fillna(_FAR)
    before = ends.groupby(thing).cummax().groupby(thing).shift()
    suspects = thing[(rows[first] <= before).fillna(False)].unique()
    instead = {}
    for _, group in rows[thing.isin(suspects)].groupby(thing[thing.isin(suspects)], sort=False):
        kept = None
        for place, begin, end in zip(group.index, group[first], group[last].fillna(_FAR), strict=True):
            if kept and begin <= kept[0]:
                instead[place] = kept[1]
            else:
                kept = (end, place)
    if instead:
        others = frame.loc[list(instead.values()), ["file", "row"]].set_axis(list(instead)).reindex(frame.index)
        findings.reject(pd.Series(frame.index.isin(list(instead)), index=frame.index), first, reason, **_place(others))


def _month(days: pd.Series) -> pd.Series:
    return days.dt.year * 12 + days.dt.month
