"""Random draws with fixed sums, which the demonstration records are made of."""

from datetime import date, timedelta

import numpy as np


def spread(
    rng: np.random.Generator, total: int, weights: np.ndarray, *, least: int = 1, most: int = 10**9
) -> np.ndarray:
    """Whole numbers from `least` to `most` that add up to `total`, roughly in proportion to the weights."""
    counts = np.full(len(weights), least)
    left = total - counts.sum()
    if left < 0 or total > most * len(weights):
        raise ValueError(f"{total} cannot be spread over {len(weights)} parts of {least} to {most}")
    while left:
        open_parts = np.where(counts < most, weights, 0.0)
        counts += rng.multinomial(left, open_parts / open_parts.sum())
        left = (over := np.maximum(counts - most, 0)).sum()
        counts -= over
    return counts


def uneven(rng: np.random.Generator, size: int, shape: float = 0.9) -> np.ndarray:
    """Weights of people of whom a few come often and many rarely; small `shape`: more uneven."""
    return rng.gamma(shape, size=size) + 0.05


def births(
    rng: np.random.Generator, year: int, youngest: int, oldest: int, size: int, usual: float | None = None
) -> list[date]:
    """Birth dates of people who are `youngest` to `oldest` years old on 31 December of the year.

    The first two stand on the borders: born on the first and on the last possible day.
    """
    peak = (youngest + oldest) / 2 if usual is None else usual
    ages = np.minimum(np.floor(rng.triangular(youngest, peak, oldest + 1, size)).astype(int), oldest)
    dates = [date(year - age, 1, 1) + timedelta(days=int(rng.integers(365))) for age in ages]
    edges = [date(year - oldest, 1, 1), date(year - youngest, 12, 31)]
    dates[: min(size, 2)] = edges[:size]
    return dates


def age_at_year_end(birth: date, year: int) -> int:
    """Whole years on 31 December: everybody born in a year has had the birthday by then."""
    return year - birth.year


def pick(rng: np.random.Generator, weights: np.ndarray, size: int) -> np.ndarray:
    """Places of `size` different items, in order; likelier where the weight is larger, never where 0."""
    possible = np.flatnonzero(weights)
    if size > len(possible):
        raise ValueError(f"{size} of {len(possible)} cannot be picked")
    keys = rng.exponential(size=len(possible)) / weights[possible]
    return np.sort(possible[np.argsort(keys)[:size]])


def key(rng: np.random.Generator) -> str:
    """A pseudonymous key that says nothing."""
    return rng.bytes(16).hex()
