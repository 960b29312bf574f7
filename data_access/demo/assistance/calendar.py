"""Days of payment: working days in the second and third week of a month."""

from functools import cache

import numpy as np

from data_access.demo.assistance.world import FIRST_YEAR, YEARS
from data_access.demo.working_days import working_days

FIRST_DAY, LAST_DAY = 8, 23
"""Days of a month on which payments are made."""


@cache
def _payment_days() -> tuple[np.ndarray, np.ndarray]:
    """For each month from January 2011 on: its payment days in a row, and how many they are."""
    months: list[list] = [[] for _ in range(12 * len(YEARS))]
    for year in YEARS:
        for day in working_days(year):
            if FIRST_DAY <= day.day <= LAST_DAY:
                months[12 * (year - FIRST_YEAR) + day.month - 1].append(day)
    longest = max(map(len, months))
    table = np.array([days + days[:1] * (longest - len(days)) for days in months], "datetime64[D]")
    return table, np.array([len(days) for days in months])


def payment_days(rng: np.random.Generator, month: np.ndarray) -> np.ndarray:
    """A payment day in each month, counted from January 2011."""
    days, number = _payment_days()
    month = np.asarray(month)
    return days[month, (rng.random(len(month)) * number[month]).astype(int)]
