"""Status decisions: when each household was needy or low-income, month by month."""

import numpy as np
import pandas as pd

from data_access.demo.assistance.world import (
    BOTH,
    FIRST_YEAR,
    LOW_INCOME,
    NEEDY,
    YEARS,
    World,
    column,
)

MONTHS = 12 * len(YEARS)
MONTH_STARTS = np.datetime64(f"{FIRST_YEAR}-01", "M") + np.arange(MONTHS + 1)

EDGE = 0.6
"""Share of spells that were there before 2011 already, or go on after 2023."""

LONG = 12
"""Months of a decision for the old; other decisions last three or six."""


def earliest_month(world: World, year: int) -> np.ndarray:
    """First month (0-11) of a year in which a household can get anything."""
    joined = world.households["new_unit"] & (year == 2021)
    arrived = world.households["ukrainian"] & (year == 2022)
    return np.select([joined, arrived], [6, 2], 0)


def spells(world: World) -> pd.DataFrame:
    """Unbroken times in one status: household, status, first and last month counted from January 2011.

    A spell runs over the years in a row in which the household holds the status; its length is a multiple
    of three months. In a year with both statuses one spell ends where the other begins.
    """
    rng = world.rng
    state = world.state
    turn = rng.integers(1, 4, state.shape) * 3  # month of a year with both statuses in which the second begins
    needy_first = _needy_first(rng, state)
    found = []
    for status in (NEEDY, LOW_INCOME):
        holds = (state == status) | (state == BOTH)
        first = (state == BOTH) & (needy_first == (status == NEEDY))  # the first of two
        second = (state == BOTH) & ~first
        broken = rng.random(state.shape) < 0.08
        joined = holds[:, :-1] & holds[:, 1:] & ~first[:, :-1] & ~second[:, 1:] & ~broken[:, 1:]
        no = np.zeros((len(state), 1), bool)
        begins, ends = holds & ~np.hstack([no, joined]), holds & ~np.hstack([joined, no])
        household, begin = np.nonzero(begins)
        end = np.nonzero(ends)[1]
        earliest = np.stack([earliest_month(world, year) for year in YEARS], axis=1)[household, begin]
        from_turn, to_turn = second[household, begin], first[household, end]
        start, stop = _months(rng, begin, end, earliest, np.where(from_turn, turn[household, begin], -1),
                              np.where(to_turn, turn[household, end], -1))  # fmt: skip
        lasting = (stop >= MONTHS - 3) & (rng.random(len(stop)) < 0.94)  # into the year after the last
        stop = stop + lasting * rng.integers(1, 3, len(stop)) * 3
        found.append(pd.DataFrame({"household": household, "status": status, "start": start, "stop": stop}))
    return pd.concat(found, ignore_index=True)


def months(world: World, spell: pd.DataFrame) -> np.ndarray:
    """Status of each household in each month from January 2011 on; 0: none."""
    steps = np.zeros((len(world), MONTHS + 1), np.int8)
    np.add.at(steps, (spell["household"], spell["start"]), spell["status"].astype(np.int8))
    np.add.at(steps, (spell["household"], (spell["stop"] + 1).clip(upper=MONTHS)), -spell["status"].astype(np.int8))
    return np.cumsum(steps, axis=1, dtype=np.int8)[:, :-1]


def decisions(world: World, spell: pd.DataFrame) -> pd.DataFrame:
    """Spells cut into decisions; `start` and `stop` are months, `renewed` follows one without a break."""
    rng = world.rng
    old = (world.head_born() <= FIRST_YEAR - 62 + 8)[spell["household"]]
    parts, rest = [], spell.assign(old=old)
    while len(rest):
        left = (rest["stop"] - rest["start"] + 1).to_numpy()
        length = np.where(rng.random(len(rest)) < 0.45, 3, 6)
        length = np.where(rest["old"] & (rng.random(len(rest)) < 0.7), LONG, length)
        length = np.minimum(length, left)
        length = np.where(length == 9, 6, length)
        parts.append(rest.assign(stop=rest["start"] + length - 1))
        more = length < left
        rest = rest.assign(start=rest["start"] + length)[more]
    cut = pd.concat(parts, ignore_index=True)
    # What is renewed on the day after the last is known by then: without it a status would seem to have ended.
    cut = cut[cut["start"] <= MONTHS].sort_values(["household", "status", "start"])
    earlier = cut[["household", "status", "stop"]].shift()
    cut["renewed"] = (
        cut["household"].eq(earlier["household"])
        & cut["status"].eq(earlier["status"])
        & cut["start"].eq(earlier["stop"] + 1)
    )
    return cut.sort_values(["start", "household", "status"], kind="stable", ignore_index=True)


def _needy_first(rng, state: np.ndarray) -> np.ndarray:
    """In a year with both statuses: which came first, as the years around it suggest."""
    before = np.pad(state, ((0, 0), (1, 0)))[:, :-1]
    after = np.pad(state, ((0, 0), (0, 1)))[:, 1:]
    suits = (before == NEEDY).astype(int) + (after == LOW_INCOME) - (before == LOW_INCOME) - (after == NEEDY)
    return np.where(suits == 0, rng.random(state.shape) < 0.5, suits > 0)


def _months(rng, begin, end, earliest, begin_turn, end_turn) -> tuple[np.ndarray, np.ndarray]:
    """First and last month of spells from one year to another, given turns of either where there are any.

    Most spells of the first year began with it, and most of the last year last until its end.
    """
    start, stop = np.empty(len(begin), int), np.empty(len(begin), int)
    for i in range(len(begin)):
        years, low, last_year = end[i] - begin[i], earliest[i], end[i] == len(YEARS) - 1
        if begin_turn[i] >= 0:
            firsts = [begin_turn[i]]
        elif end_turn[i] >= 0:
            firsts = [m for m in range(low, 12) if (end_turn[i] - m) % 3 == 0 and (years or m < end_turn[i] - 1)]
        else:
            # In the last year, what begins late goes on after it.
            firsts = range(low, 12 if years or last_year else 10)
        begun = begin[i] == 0 and rng.random() < EDGE
        first = firsts[0] if begun else firsts[int(len(firsts) * rng.random() ** 1.4)]
        if end_turn[i] >= 0:
            last = end_turn[i] - 1
        else:
            lasts = [m for m in range(12) if (m - first + 1) % 3 == 0 and (years or m > first)] or [first + 2]
            goes_on = last_year and rng.random() < EDGE
            last = lasts[-1] if goes_on else lasts[int(len(lasts) * rng.random() ** 0.6)]
        start[i], stop[i] = 12 * begin[i] + first, 12 * end[i] + last
    return start, stop


def year_months(table: np.ndarray, year: int) -> np.ndarray:
    """The twelve columns of a year out of a table by months."""
    place = 12 * column(year)
    return table[:, place : place + 12]
