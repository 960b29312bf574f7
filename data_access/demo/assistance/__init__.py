"""Households, persons, statuses and payments of the demonstration, 2011-2023.

Their counts equal the published figures, or the reading that stands for one (`targets.py`); everything
else about them is invented.
"""

import hashlib

import numpy as np
import pandas as pd

from data_access.demo.assistance import (
    dates,
    history,
    other,
    places,
    social,
    status,
    year_2023,
)
from data_access.demo.assistance.people import activities
from data_access.demo.assistance.world import (
    ACTIVITIES,
    CHILDCARE_LEAVE,
    FIRST_YEAR,
    LAST_YEAR,
    NEEDY,
    NOT_APPLICABLE,
    YEARS,
    World,
)

_STATUS = np.array(["none", "", "needy", "low_income"])
_POPULATION = np.array(["residents", "ukraine_civilians"])
_DAY = np.timedelta64(1, "D")

UNKNOWN_ACTIVITY = 0.01
"""Share of members before 2022 whose work nobody wrote down."""


def assistance_records(seed: int) -> dict[str, pd.DataFrame]:
    """The frames of the tables, without load_id; the same for the same seed."""
    world = World(np.random.default_rng(seed))
    got = year_2023.build(world)
    history.build(world)
    spells = status.spells(world)
    decisions = _dated(status.decisions(world, spells))
    months = status.months(world, spells)
    tested = social.payments(world, got, months)
    dates.births_and_leavings(world, tested, decisions)
    payments = pd.concat([tested, other.payments(world)], ignore_index=True)
    dates.births_and_leavings(world, payments.iloc[:0], decisions.iloc[:0])  # of those added since
    formed, dissolved = dates.lives(world, payments, decisions)
    homes = places.Places(world, formed, dissolved)
    return {
        "persons": _persons(world, seed),
        "households": pd.DataFrame(
            {
                "household_id": np.arange(1, len(world) + 1),
                "population": _POPULATION[world.households["ukrainian"].astype(int)],
                "formed_on": formed,
                "dissolved_on": dissolved,
            }
        ),
        "residences": homes.residences(),
        "memberships": _memberships(world, formed, dissolved),
        "status_decisions": _status_decisions(decisions),
        "payments": _payments(payments, months, homes),
    }


def _dated(decisions: pd.DataFrame) -> pd.DataFrame:
    """Decisions with days for months."""
    start = np.datetime64(f"{FIRST_YEAR}-01", "M")
    first = (start + decisions["start"].to_numpy()).astype("datetime64[D]")
    after = (start + decisions["stop"].to_numpy() + 1).astype("datetime64[D]")
    return decisions.assign(valid_from=first, valid_to=after - _DAY)


def _persons(world: World, seed: int) -> pd.DataFrame:
    persons, rng = world.persons, world.rng
    number = len(persons["born"])
    female = np.where(persons["born"] <= LAST_YEAR - 62, 0.72, np.where(persons["head"], 0.62, 0.49))
    female = np.where(persons["activity"] == CHILDCARE_LEAVE, 0.97, female)
    keys = [hashlib.sha256(f"{seed}:{person}".encode()).hexdigest() for person in range(1, number + 1)]
    return pd.DataFrame(
        {
            "person_id": np.arange(1, number + 1),
            "person_key": keys,
            "birth_date": persons["born_on"],
            "sex": np.where(rng.random(number) < female, "female", "male"),
            "disability": np.where(persons["disabled"], "with", "without"),
            "population": _POPULATION[world.households["ukrainian"][persons["household"]].astype(int)],
        }
    )


def _memberships(world: World, formed: np.ndarray, dissolved: np.ndarray) -> pd.DataFrame:
    """A row for each stay and activity: an activity changes with the year."""
    persons = world.persons
    home = persons["household"]
    joined = np.maximum(formed[home], persons["born_on"])
    left = np.fmin(persons["left_on"], dissolved[home])
    table = activities(world, YEARS)
    new_year = np.array([f"{year}-01-01" for year in YEARS], "datetime64[D]")
    changes = np.zeros(table.shape, bool)
    changes[:, 1:] = table[:, 1:] != table[:, :-1]
    changes &= (new_year > joined[:, None]) & ~(new_year > left[:, None])
    person, year = np.nonzero(changes)
    person = np.concatenate([np.arange(len(home)), person])
    begin = np.concatenate([joined, new_year[year]])
    order = np.lexsort((begin, person))
    person, begin = person[order], begin[order]
    end = left[person]
    follows = person[1:] == person[:-1]
    end[:-1][follows] = begin[1:][follows] - _DAY
    place = (begin.astype("datetime64[Y]").astype(int) + 1970 - FIRST_YEAR).clip(0)
    unknown = (table[person, place] != NOT_APPLICABLE) & (end < new_year[-2])
    unknown &= world.rng.random(len(person)) < UNKNOWN_ACTIVITY
    return pd.DataFrame(
        {
            "household_id": home[person] + 1,
            "person_id": person + 1,
            "activity": np.where(unknown, None, ACTIVITIES[table[person, place]]),
            "valid_from": begin,
            "valid_to": end,
        }
    )


def _status_decisions(decisions: pd.DataFrame) -> pd.DataFrame:
    return pd.DataFrame(
        {
            "decision_id": np.arange(1, len(decisions) + 1),
            "household_id": decisions["household"] + 1,
            "status": np.where(decisions["status"] == NEEDY, "needy", "low_income"),
            "decision_kind": np.where(decisions["renewed"], "renewed", "granted"),
            "valid_from": decisions["valid_from"],
            "valid_to": decisions["valid_to"],
        }
    )


def _payments(payments: pd.DataFrame, months: np.ndarray, places) -> pd.DataFrame:
    """In order of time; status and territory are those of the household on the day."""
    payments = payments.sort_values(["date", "household", "type"], kind="stable", ignore_index=True)
    household, date = payments["household"].to_numpy(), payments["date"].to_numpy("datetime64[D]")
    month = (date.astype("datetime64[M]") - np.datetime64(f"{FIRST_YEAR}-01", "M")).astype(int)
    status = np.zeros(len(payments), np.int8)
    known = household < len(months)
    status[known] = months[household[known], month[known]]
    return pd.DataFrame(
        {
            "payment_id": np.arange(1, len(payments) + 1),
            "payment_date": date,
            "household_id": household + 1,
            "person_id": (payments["person"] + 1).astype("Int64"),
            "benefit_type": payments["type"],
            "form": payments["form"],
            "cents": payments["cents"].astype(np.int64),
            "status": _STATUS[status],
            "territory": places.on(household, date),
        }
    )
