"""Birth and meals benefits: families outside social assistance, and children inside it."""

import numpy as np
import pandas as pd

from data_access.demo.assistance.calendar import payment_days
from data_access.demo.assistance.people import add_adults
from data_access.demo.assistance.world import (
    FIRST_YEAR,
    FOR_EVER,
    LAST_YEAR,
    LOW_INCOME,
    NEEDY,
    NEW_UNITS_SHARE,
    YEARS,
    World,
    column,
    sizes,
)
from data_access.demo.targets import cents, count

BIRTH_AMOUNT = (100, 200, 300)
"""Euro for the first, the second, and each further child."""

BIRTH_FAMILIES = {2021: 290}
BIRTH_FAMILIES_BEFORE = 170
"""Families a year that have a child and nothing else; earlier children of later families come on top."""

MEALS_FAMILIES = 60
"""Families that leave the meals benefit in a year before 2023."""

SCHOOL_MONTHS = np.array([1, 1, 1, 1, 1, 0, 0, 0, 1, 1, 1, 1], bool)
PRESCHOOL_CHANCE = np.array([0.95] * 6 + [0.5, 0.75] + [0.95] * 4)
SCHOOL, PRESCHOOL = 7, 2
"""Ages, at the end of the year, from which a child has meals there."""


def births(world: World, born_on: np.ndarray) -> pd.DataFrame:
    """Birth benefits 2011-2023; `born_on` are the birth dates of the persons there are already."""
    own = _births_in_assistance(world, born_on)
    found = [own]
    for year in YEARS:
        before = own[own["year"] == year]
        if year < 2022:
            orders = world.rng.choice(3, BIRTH_FAMILIES.get(year, BIRTH_FAMILIES_BEFORE), p=(0.38, 0.38, 0.24))
        else:
            orders = _orders(world, year, before)
        found.append(_birth_families(world, year, orders))
    return pd.concat(found, ignore_index=True)


def _births_in_assistance(world: World, born_on: np.ndarray) -> pd.DataFrame:
    """Children born into resident households that get social assistance in the year of the payment."""
    rng, persons = world.rng, world.persons
    person = np.flatnonzero(persons["born"] >= FIRST_YEAR)
    month = (born_on[person].astype("datetime64[M]") - np.datetime64(f"{FIRST_YEAR}-01", "M")).astype(int)
    month = month + rng.integers(1, 4, len(person))
    household = persons["household"][person]
    able = (month < 12 * len(YEARS)) & ~world.households["ukrainian"][household]
    able[able] &= world.assisted[household[able], month[able] // 12]
    able &= (month >= 126) | ~world.households["new_unit"][household]
    person, month, household = person[able], month[able], household[able]
    found = pd.DataFrame({"household": household, "person": person, "month": month, "year": month // 12 + FIRST_YEAR})
    found = found.sort_values(["household", "month"]).drop_duplicates(["household", "year"])
    others = pd.DataFrame({"household": persons["household"], "born_other": born_on})[~persons["head"]]
    pairs = found.assign(born=born_on[found["person"]]).reset_index().merge(others, on="household")
    of_age = pairs["born_other"] + pd.DateOffset(years=18)
    young = (pairs["born_other"] < pairs["born"]) & (of_age > pairs["born"])
    older = young.groupby(pairs["index"]).sum()
    return found.assign(order=older.reindex(found.index).fillna(0).clip(upper=2).astype(int), population="residents")


def _orders(world: World, year: int, before: pd.DataFrame) -> np.ndarray:
    """Orders of birth that make the published sum, and in 2023 the published number of households."""
    total = cents(f"tables.birth.spend.{year}.residents") // 10000
    left = total - int((before["order"] + 1).sum())
    if year == LAST_YEAR:
        households = count("benefits.birth.households.2023") - 1 - before["household"].nunique()
    else:
        households = round(left / 1.95)
    third = households // 4
    second = left - households - 2 * third
    return np.repeat([0, 1, 2], [households - second - third, second, third])


def _birth_families(world: World, year: int, orders: np.ndarray, ukrainian: bool = False) -> pd.DataFrame:
    """Families with a child born shortly before a payment in the year, and their elder children's payments."""
    rng, number = world.rng, len(orders)
    new_unit = (rng.random(number) < NEW_UNITS_SHARE) & (year >= 2022) & (not ukrainian)
    household = world.add_households(number, ukrainian=ukrainian, new_unit=new_unit)
    siblings = np.where(orders == 2, 2 + (rng.random(number) < 0.25), orders)
    age = rng.integers(22, 30, number) + 4 * siblings
    add_adults(world, household, year - age, rng.random(number) < 0.01, head=True)
    partner = rng.random(number) < 0.86
    add_adults(
        world,
        household[partner],
        (year - age)[partner] + rng.integers(-3, 2, partner.sum()),
        np.zeros(partner.sum(), bool),
    )
    month = 12 * column(year) + rng.integers(4 if ukrainian else 0, 12, number)
    baby = _born(world, household, month, year)
    found = [pd.DataFrame({"household": household, "person": baby, "month": month, "order": orders})]
    for gap in range(1, 4):
        has = siblings >= gap
        earlier = month[has] - 3 - 30 * gap - rng.integers(0, 8, has.sum())
        child = _born(world, household[has], earlier, year)
        order = np.minimum(siblings[has] - gap, 2)
        part = pd.DataFrame({"household": household[has], "person": child, "month": earlier, "order": order})
        known = (part["month"] >= 0) & (part["month"] < 12 * column(2022)) & ~new_unit[has] & (not ukrainian)
        found.append(part[known])
    population = "ukraine_civilians" if ukrainian else "residents"
    paid = pd.concat(found, ignore_index=True)
    return paid.assign(year=paid["month"] // 12 + FIRST_YEAR, population=population)


def _born(world: World, household, month, year: int) -> np.ndarray:
    """Children born one to three months before the month of payment."""
    rng = world.rng
    birth = np.datetime64(f"{FIRST_YEAR}-01", "M") + (month - rng.integers(1, 4, len(month)))
    day = birth.astype("datetime64[D]") + rng.integers(0, 28, len(month))
    return world.add_persons(household, born=birth.astype("datetime64[Y]").astype(int) + 1970, born_on=day)


def ukrainian_birth(world: World, year: int) -> pd.DataFrame:
    """The Ukrainian family whose child's benefit is the printed sum of the year."""
    order = cents(f"ukraine.birth.spend.{year}") // 10000 - 1
    return _birth_families(world, year, np.array([order]), ukrainian=True)


def meals_families(world: World, year: int, number: int, persons: int | None = None) -> tuple[np.ndarray, np.ndarray]:
    """Families with children at preschool or school in a year; returns them and their first year of meals."""
    rng = world.rng
    size = sizes(rng, number, (persons or 4 * number) - number, 8) + 1
    new_unit = (rng.random(number) < NEW_UNITS_SHARE) & (year >= 2022)
    household = world.add_households(number, new_unit=new_unit)
    two = (size > 2) & (rng.random(number) < 0.78)
    age = rng.integers(29, 47, number)
    add_adults(world, household, year - age, rng.random(number) < 0.02, head=True)
    add_adults(world, household[two], year - (age + rng.integers(-3, 5, number))[two], np.zeros(two.sum(), bool))
    home = np.repeat(np.arange(number), size - 1 - two)
    oldest = np.minimum(17, age[home] - 21)
    world.add_persons(household[home], born=year - rng.integers(PRESCHOOL, oldest + 1))
    first = np.maximum(year - rng.integers(0, 8, number), FIRST_YEAR)
    return household, np.where(new_unit, np.maximum(first, 2021), first)


def meals(world: World, household: np.ndarray, first, last) -> pd.DataFrame:
    """Meals month by month of the children of households, from a first to a last year of each."""
    rng, persons = world.rng, world.persons
    begin, end = np.full(len(world), FOR_EVER), np.full(len(world), 0)
    begin[household], end[household] = first, last
    parts = []
    for year in YEARS:
        home = persons["household"]
        age = year - persons["born"]
        able = (begin[home] <= year) & (end[home] >= year) & (age >= PRESCHOOL) & (age < 18)
        able &= (persons["last"] > year) & ~persons["head"]
        person = np.flatnonzero(able)
        school = age[person] >= SCHOOL
        present = rng.random((len(person), 12)) < np.where(school[:, None], 0.93 * SCHOOL_MONTHS, PRESCHOOL_CHANCE)
        present[:, 9] = True
        if year == 2021:
            present[:, :6] &= ~world.households["new_unit"][home[person]][:, None]
        elif year == 2022:
            present[:, :2] &= ~world.households["ukrainian"][home[person]][:, None]
        row, month = np.nonzero(present)
        parts.append(
            pd.DataFrame(
                {
                    "person": person[row],
                    "month": 12 * column(year) + month,
                    "type": np.where(school[row], "meals_school", "meals_preschool"),
                    "weight": rng.uniform(20, 42, len(person))[row] * rng.uniform(0.75, 1.1, len(row)),
                }
            )
        )
    found = pd.concat(parts, ignore_index=True)
    price = 65 + 3 * (found["month"] // 12)
    found["weight"] = found["weight"] * price  # cents before 2022; in the published years only a weight
    return found.assign(household=persons["household"][found["person"]], date=payment_days(rng, found["month"]))


def meals_in_assistance(world: World) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Assisted households with a status whose children have meals; first and last year of each."""
    with_status = world.assisted & (world.state >= NEEDY) & (world.state <= LOW_INCOME + 1)
    able = np.flatnonzero(with_status.any(axis=1))
    able = able[world.rng.random(len(able)) < 0.65]
    chosen = with_status[able]
    last = chosen.shape[1] - 1 - np.argmax(chosen[:, ::-1], axis=1)
    gap = ~chosen & (np.arange(chosen.shape[1]) <= last[:, None])
    first = np.where(gap.any(axis=1), chosen.shape[1] - np.argmax(gap[:, ::-1], axis=1), 0)
    return able, FIRST_YEAR + first, FIRST_YEAR + last
