"""Members of a household of a given size: who lives together, and how old they are."""

import numpy as np

from data_access.demo.assistance.world import (
    CHILDCARE_LEAVE,
    EMPLOYED,
    NOT_APPLICABLE,
    PUBLIC_WORKS,
    UNEMPLOYED,
    World,
)

PENSION_FROM = 65
"""Whole years at the end of a year by which everybody drawn as old is of pension age, in every year."""

WORKING_UNTIL = 61
"""Nobody drawn as of working age is older: the pension age was 62 in 2011."""


def furnish(world: World, household: np.ndarray, size: np.ndarray, year: int, family: float = 0.45) -> None:
    """Give each household so many members as of the year: a head, perhaps a partner or parent, children.

    `family` is the share of households of two that are a parent with a child; larger ones always have
    children.
    """
    rng, number = world.rng, len(household)
    has_children = (size > 2) | ((size == 2) & (rng.random(number) < family))
    second = (size > 1) & (~has_children | ((size > 2) & (rng.random(number) < 0.62)))
    old = ~has_children & (rng.random(number) < 0.62)
    age = np.where(old, rng.integers(PENSION_FROM + 1, 90, number), rng.integers(22, WORKING_UNTIL, number))
    age = np.where(has_children, rng.integers(25, 50, number), age)
    disabled = ~old & (rng.random(number) < np.where(has_children, 0.06, 0.32))
    add_adults(world, household, year - age, disabled, head=True)
    apart = rng.integers(-5, 5, number)
    partner = np.clip(age + apart, np.where(old, PENSION_FROM + 1, 20), np.where(old, 92, WORKING_UNTIL))
    add_adults(world, household[second], (year - partner)[second], rng.random(second.sum()) < 0.08)
    add_children(world, np.repeat(household, size - 1 - second), np.repeat(age, size - 1 - second), year)


def add_adults(world: World, household, born, disabled, head: bool = False) -> None:
    """Adults with an activity that fits them; the last year that matters is theirs to start from."""
    chance = world.rng.random(len(household))
    activity = np.select([disabled, chance < 0.42, chance < 0.95], [NOT_APPLICABLE, EMPLOYED, UNEMPLOYED], PUBLIC_WORKS)
    world.add_persons(household, born=born, disabled=disabled, head=head, activity=activity)


def add_children(world: World, household, parent_age, year: int) -> None:
    """Children of the year, at least 19 years younger than the head."""
    oldest = np.minimum(17, parent_age - 20)
    age = world.rng.integers(0, oldest + 1)
    world.add_persons(household, born=year - age, disabled=world.rng.random(len(household)) < 0.04)


def activities(world: World, years) -> np.ndarray:
    """Each person's activity in each year: drawn backwards from the last, one a year.

    Children and old people have none; a parent on childcare leave was at work or out of it before.
    """
    rng, persons = world.rng, world.persons
    now = persons["activity"].copy()
    table = np.empty((len(now), len(years)), np.int8)
    for place in reversed(range(len(years))):
        year = years[place]
        age = year - persons["born"]
        table[:, place] = np.where((age < 18) | (age >= PENSION_FROM), NOT_APPLICABLE, now)
        changes = (rng.random(len(now)) < 0.13) | (now == CHILDCARE_LEAVE) & (rng.random(len(now)) < 0.6)
        changes &= now != NOT_APPLICABLE
        drawn = np.where(rng.random(len(now)) < 0.45, EMPLOYED, UNEMPLOYED)
        now = np.where(changes, drawn, now)
        # who is old or disabled today may have worked before
        young = (now == NOT_APPLICABLE) & ~persons["disabled"] & (age < PENSION_FROM)
        now = np.where(young, drawn, now)
    return table
