"""Households of 2011-2022 with social assistance or a status, made backwards from 2023.

The charts print households and persons for each year. A year keeps households of the year after it, with
the members they had then, and adds others that were gone later. Each class of households has a fixed
number of households of each size, so the counts come out exactly.
"""

from dataclasses import dataclass

import numpy as np

from data_access.demo.assistance.people import PENSION_FROM, furnish
from data_access.demo.assistance.world import (
    BOTH,
    FIRST_YEAR,
    LAST_YEAR,
    LOW_INCOME,
    NEEDY,
    NEW_UNITS_SHARE,
    NO_STATUS,
    UNEMPLOYED,
    World,
    column,
    sizes,
)
from data_access.demo.targets import count

REFORM = 2021
"""In July of this year the municipality grew."""

KEPT = 0.85
"""At most this share of the households of one class and size was there in the year after as well."""

# Not published: 2022 has no total of social assistance, and its needy households only with Ukrainian
# civilians among them. The numbers fit the money that is published for either population.
ASSISTED_2022 = (1390, 2050)
UKRAINE_NEEDY_2022 = (330, 520)
UKRAINE_LOW_INCOME_2022 = (60, 82)
UKRAINE_NO_STATUS_2022 = (190, 410)

NEEDY_ASSISTED, LOW_INCOME_ASSISTED = 0.92, 0.78
"""Shares of the households with a status that got a benefit."""


@dataclass(frozen=True)
class Class:
    """Households of a year that are alike: how many, and how many persons in all."""

    state: int
    assisted: bool
    households: int
    persons: int
    ukrainian: bool = False


def build(world: World) -> None:
    """Add the years before 2023."""
    for year in range(LAST_YEAR - 1, FIRST_YEAR - 1, -1):
        _leavers(world, year)
        for one in classes(year):
            _fill(world, year, one)
        # Who left a household that is not told of in the year was never told of.
        persons = world.persons
        world.keep_persons((persons["last"] != year) | (world.state[persons["household"], column(year)] > 0))


def classes(year: int) -> list[Class]:
    """The households of a year by state and assistance, adding up to the published counts."""
    needy, low_income = _series("needy", year), _series("low_income", year)
    if year == 2022:
        assisted = np.array(ASSISTED_2022)
        needy = needy - UKRAINE_NEEDY_2022
    else:
        assisted = _series("assistance", year)
    both = _part(np.minimum(needy, low_income), 0.06)
    needy, low_income = needy - both, low_income - both
    needy_assisted = _part(needy, NEEDY_ASSISTED)
    low_assisted = _part(low_income, LOW_INCOME_ASSISTED)
    if assisted[0] - both[0] - needy_assisted[0] - low_assisted[0] < 0.05 * assisted[0]:
        remaining = 0.88 * assisted[0] - both[0] - needy_assisted[0]
        low_assisted = _part(low_income, remaining / low_income[0])
    none = assisted - both - needy_assisted - low_assisted
    found = [
        Class(BOTH, True, *both),
        Class(NEEDY, True, *needy_assisted),
        Class(NEEDY, False, *(needy - needy_assisted)),
        Class(LOW_INCOME, True, *low_assisted),
        Class(LOW_INCOME, False, *(low_income - low_assisted)),
        Class(NO_STATUS, True, *none),
    ]
    if year == 2022:
        found += [
            Class(NEEDY, True, *UKRAINE_NEEDY_2022, ukrainian=True),
            Class(LOW_INCOME, True, *UKRAINE_LOW_INCOME_2022, ukrainian=True),
            Class(NO_STATUS, True, *UKRAINE_NO_STATUS_2022, ukrainian=True),
        ]
    return found


def _series(name: str, year: int) -> np.ndarray:
    return np.array([count(f"series.{name}_{measure}.{year}") for measure in ("households", "persons")])


def _part(whole: np.ndarray, share: float) -> np.ndarray:
    """A share of so many households and persons, as whole numbers."""
    return np.rint(whole * share).astype(int)


def _leavers(world: World, year: int) -> None:
    """Give some households of later years a member who left in this one: a grown child or an old parent."""
    rng = world.rng
    head_born = world.head_born()
    later = world.state[:, column(year) + 1] > 0
    chosen = np.flatnonzero(later & (year - head_born > 40) & (rng.random(len(world)) < 0.05))
    age = np.minimum(rng.integers(19, 27, len(chosen)), year - head_born[chosen] - 20).clip(19)
    old = rng.random(len(chosen)) < 0.3
    age = np.where(old, rng.integers(PENSION_FROM + 8, 93, len(chosen)), age)
    world.add_persons(chosen, born=year - age, last=year, activity=UNEMPLOYED)


def _fill(world: World, year: int, one: Class) -> None:
    """Find or add the households of a class, so many of each size."""
    rng, place = world.rng, column(year)
    wanted = np.bincount(sizes(rng, one.households, one.persons))
    size, score = world.size(year), _score(world, year, one)
    new = []
    for number, households in enumerate(wanted):
        able = np.flatnonzero((size == number) & (score > 0))
        kept = able[np.argsort(-score[able], kind="stable")][: int(households * KEPT)]
        world.state[kept, place] = one.state
        world.assisted[kept, place] = one.assisted
        new += [number] * (households - len(kept))
    new_unit = (rng.random(len(new)) < NEW_UNITS_SHARE) if year >= REFORM else False
    if one.state == BOTH and year == REFORM:
        new_unit = False  # half a year is too short for two statuses
    household = world.add_households(len(new), ukrainian=one.ukrainian, new_unit=new_unit)
    world.state[household, place] = one.state
    world.assisted[household, place] = one.assisted
    furnish(world, household, np.array(new, int), year, family=0.8 if one.ukrainian else 0.45)


def _score(world: World, year: int, one: Class) -> np.ndarray:
    """How well each household fits a class in a year; 0: not at all."""
    rng, place = world.rng, column(year)
    score = rng.random(len(world))
    after = world.state[:, place + 1]
    later = world.state[:, min(place + 2, column(LAST_YEAR))]
    score += 1.0 * (after == one.state) + 0.6 * ((after == BOTH) | (one.state == BOTH))
    score += 0.5 * (world.assisted[:, place + 1] & one.assisted)
    score[after == 0] -= 0.75  # back after a year without
    score[(after == 0) & (later == 0)] = 0
    able = (world.state[:, place] == 0) & (world.households["ukrainian"] == one.ukrainian)
    able &= world.head_born() <= year - 19
    if year < REFORM or (year == REFORM and one.state == BOTH):
        able &= ~world.households["new_unit"]
    return np.where(able, score.clip(0), 0)
