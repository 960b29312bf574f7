"""Households and persons of the demonstration while they are being made up, as growing columns.

Years are told by number; states and assistance have one column for each year of `YEARS`.
"""

import numpy as np

FIRST_YEAR, LAST_YEAR = 2011, 2023
YEARS = range(FIRST_YEAR, LAST_YEAR + 1)
FOR_EVER = 9999

ABSENT, NO_STATUS, NEEDY, LOW_INCOME, BOTH = range(5)
"""A household's state in a year; BOTH: it held each of the two statuses at some time of the year."""

NOT_APPLICABLE, EMPLOYED, UNEMPLOYED, PUBLIC_WORKS, CHILDCARE_LEAVE = range(5)
ACTIVITIES = np.array(["not_applicable", "employed", "unemployed", "public_works", "childcare_leave"])

NEW_UNITS_SHARE = 0.40
"""Share of households in the towns and parishes that joined the municipality in July 2021."""

_NO_DAY = np.datetime64("NaT", "D")

_HOUSEHOLD = {"ukrainian": False, "new_unit": False}
_PERSON = {
    "household": 0,
    "born": 0,  # year
    "last": FOR_EVER,  # last year of membership
    "head": False,
    "disabled": False,
    "activity": NOT_APPLICABLE,  # in the last year that matters; earlier years are drawn from it
    "born_on": _NO_DAY,  # a day that is settled already
    "left_on": _NO_DAY,
}


class World:
    """Columns of households (`self.households`) and persons (`self.persons`)."""

    def __init__(self, rng: np.random.Generator) -> None:
        self.rng = rng
        self.households = {name: np.empty(0, type(default)) for name, default in _HOUSEHOLD.items()}
        self.persons = {name: np.array([default])[:0] for name, default in _PERSON.items()}
        self.state = np.empty((0, len(YEARS)), np.int8)
        self.assisted = np.empty((0, len(YEARS)), bool)

    def __len__(self) -> int:
        return len(self.state)

    def add_households(self, number: int, **columns) -> np.ndarray:
        """Add households; returns their numbers, from 0."""
        self.households = _grown(self.households, _HOUSEHOLD, number, columns)
        empty = np.zeros((number, len(YEARS)), np.int8)
        self.state = np.concatenate([self.state, empty])
        self.assisted = np.concatenate([self.assisted, empty.astype(bool)])
        return np.arange(len(self) - number, len(self))

    def add_persons(self, household: np.ndarray, **columns) -> np.ndarray:
        """Add a person to each household named; returns their numbers, from 0."""
        number = len(household)
        self.persons = _grown(self.persons, _PERSON, number, columns | {"household": household})
        return np.arange(len(self.persons["household"]) - number, len(self.persons["household"]))

    def keep_persons(self, kept: np.ndarray) -> None:
        """Forget the other persons; those kept are numbered anew."""
        self.persons = {name: values[kept] for name, values in self.persons.items()}

    def size(self, year: int) -> np.ndarray:
        """Members of each household in a year."""
        return np.bincount(self.persons["household"][self.members(year)], minlength=len(self))

    def members(self, year: int) -> np.ndarray:
        """Which persons are members at some time of a year."""
        return (self.persons["born"] <= year) & (self.persons["last"] >= year)

    def children(self, year: int) -> np.ndarray:
        """Which persons are members and younger than 18 on 31 December of a year."""
        return self.members(year) & (self.persons["born"] > year - 18)

    def head_born(self) -> np.ndarray:
        """Year of birth of each household's head."""
        born = np.zeros(len(self), int)
        head = self.persons["head"]
        born[self.persons["household"][head]] = self.persons["born"][head]
        return born


def sizes(rng: np.random.Generator, households: int, persons: int, largest: int = 9) -> np.ndarray:
    """Sizes of households: many small, few large, together exactly so many persons."""
    if not households <= persons <= households * largest:
        raise ValueError(f"{persons} persons cannot live in {households} households")
    size = np.ones(households, int)
    weight = rng.gamma(1.1, size=households) + 1e-6
    missing = persons - households
    while missing:
        room = weight * (size < largest)
        size += rng.multinomial(missing, room / room.sum())
        missing = int((size - largest).clip(0).sum())
        size = size.clip(max=largest)
    return size


def column(year: int) -> int:
    """Place of a year in `state` and `assisted`."""
    return year - FIRST_YEAR


def _grown(columns: dict, defaults: dict, number: int, given: dict) -> dict[str, np.ndarray]:
    return {
        name: np.concatenate(
            [
                columns[name],
                np.broadcast_to(np.asarray(given.get(name, default), columns[name].dtype), number),
            ]
        )
        for name, default in defaults.items()
    }
