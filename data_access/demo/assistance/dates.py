"""Days of birth, of leaving and of a household's life, so that everybody counted was there to be counted."""

import numpy as np
import pandas as pd

from data_access.demo.assistance.world import FIRST_YEAR, LAST_YEAR, YEARS, World

END = np.datetime64(f"{LAST_YEAR}-12-31", "D")
REFORM = np.datetime64("2021-07-01", "D")
"""The municipality's new towns and parishes, and their households, are known from this day on."""

UKRAINIANS_FROM = np.datetime64("2022-03-01", "D")


def births_and_leavings(world: World, payments: pd.DataFrame, decisions: pd.DataFrame) -> None:
    """Settle days that are open: a child is born before its household's last payment and last day of either
    status in that year (in 2023: of each benefit), and nobody leaves before the first ones."""
    rng, persons = world.rng, world.persons
    first, last = _bounds(world, payments, decisions)
    open_ = np.isnat(persons["born_on"])
    start = _day(persons["born"][open_])
    until = _day(persons["born"][open_] + 1) - 1
    active = persons["born"][open_] >= FIRST_YEAR
    at = (persons["household"][open_][active], persons["born"][open_][active] - FIRST_YEAR)
    until[active] = np.minimum(until[active], last[at])
    days = (until - start).astype(int)
    persons["born_on"][open_] = start + (rng.random(len(days)) * (days + 1)).astype(int)

    leaving = np.isnat(persons["left_on"]) & (persons["last"] <= LAST_YEAR)
    year = persons["last"][leaving]
    start = np.maximum(_day(year), first[persons["household"][leaving], year - FIRST_YEAR])
    days = (_day(year + 1) - 1 - start).astype(int)
    persons["left_on"][leaving] = start + (rng.random(len(days)) * (days + 1)).astype(int)


def _bounds(world: World, payments: pd.DataFrame, decisions: pd.DataFrame) -> tuple[np.ndarray, np.ndarray]:
    """By household and year: the latest of the first, and the earliest of the last days that count somebody."""
    shape = (len(world), len(YEARS))
    first, last = np.full(shape, _day(FIRST_YEAR)), np.full(shape, END)
    for place, year in enumerate(YEARS):
        here = payments[payments["date"].dt.year == year]
        keys = ["household", "type"] if year == LAST_YEAR else ["household"]
        days = here.groupby(keys)["date"].agg(["min", "max"]).reset_index()
        _narrow(first, last, days["household"], place, days["min"], days["max"])
        start, stop = _day(year), _day(year + 1) - 1
        valid = decisions[(decisions["valid_from"] <= stop) & (decisions["valid_to"] >= start)]
        days = (
            valid.groupby(["household", "status"]).agg(min=("valid_from", "min"), max=("valid_to", "max")).reset_index()
        )
        _narrow(first, last, days["household"], place, days["min"].clip(lower=start), days["max"].clip(upper=stop))
    return first, last


def _narrow(first, last, household, place, begin, end) -> None:
    at = (household.to_numpy(), np.full(len(household), place))
    np.maximum.at(first, at, begin.to_numpy("datetime64[D]"))
    np.minimum.at(last, at, end.to_numpy("datetime64[D]"))


def lives(world: World, payments: pd.DataFrame, decisions: pd.DataFrame) -> tuple[np.ndarray, np.ndarray]:
    """First and last day of each household's life; no last day: it lives."""
    rng, number = world.rng, len(world)
    begin, end = np.full(number, END), np.full(number, _day(FIRST_YEAR))
    for table, start, stop in ((payments, "date", "date"), (decisions, "valid_from", "valid_to")):
        np.minimum.at(begin, table["household"].to_numpy(), table[start].to_numpy("datetime64[D]"))
        np.maximum.at(end, table["household"].to_numpy(), table[stop].to_numpy("datetime64[D]"))
    leaves = ~np.isnat(world.persons["left_on"])
    home, left_on = world.persons["household"][leaves], world.persons["left_on"][leaves]
    np.minimum.at(begin, home, left_on)
    np.maximum.at(end, home, left_on)

    formed = begin - rng.integers(20, 3500, number)
    floor = np.select([world.households["ukrainian"], world.households["new_unit"]], [UKRAINIANS_FROM, REFORM],
                      _day(1960))  # fmt: skip
    # The head is of age.
    of_age = _day(np.full(number, 1900))
    head = world.persons["head"]
    of_age[world.persons["household"][head]] = _day(world.persons["born"][head] + 19)
    formed = np.minimum(np.maximum.reduce([formed, floor, of_age]), begin)

    age = LAST_YEAR - world.head_born()
    room = (END - end).astype(int)
    ends = (room > 400) & (rng.random(number) < np.where(age > 74, 0.5, 0.08))
    dissolved = np.where(ends, end + (30 + rng.random(number) * (room - 60)).astype(int), np.datetime64("NaT", "D"))
    return formed, dissolved


def _day(year) -> np.ndarray:
    """1 January of a year."""
    return (np.asarray(year) - 1970).astype("datetime64[Y]").astype("datetime64[D]")
