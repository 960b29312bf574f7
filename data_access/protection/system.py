"""What an outsider knows and must not find out, as numbers: cells, relations between them, and needs.

An outsider sees the published cells, knows every relation, that no figure is negative and what is at most what.
Of the withheld cells he can imagine any values that fit. `z` is how far such values lie from the true ones.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np


@dataclass(frozen=True)
class Need:
    """Something that has to stay possible in an outsider's eyes: that the sum of some cells is higher by `reach`.

    `terms` are (cell, factor) pairs. `unknown` are relations, `unlimited` limits that this outsider does not know.
    """

    terms: tuple[tuple[int, int], ...]
    reach: float
    unknown: tuple[int, ...] = ()
    unlimited: tuple[int, ...] = ()


@dataclass(frozen=True)
class Rows:
    """A matrix that is mostly zero: row i has its factors from `starts[i]` to `starts[i + 1]`, in those columns."""

    starts: np.ndarray
    columns: np.ndarray
    factors: np.ndarray
    width: int

    @classmethod
    def of(cls, found: Iterable[Iterable[tuple[int, float]]], width: int) -> "Rows":
        """From rows of (column, factor) pairs, each column once."""
        listed = [list(row) for row in found]
        columns = np.array([column for row in listed for column, _ in row], dtype=np.int32)
        factors = np.array([factor for row in listed for _, factor in row], dtype=float)
        return cls(_starts([len(row) for row in listed]), columns, factors, width)

    @classmethod
    def stacked(cls, blocks: Sequence["Rows"]) -> "Rows":
        """Rows of matrices of one width under one another."""
        many = np.concatenate([np.diff(one.starts) for one in blocks])
        columns, factors = (np.concatenate([getattr(one, name) for one in blocks]) for name in ("columns", "factors"))
        return cls(_starts(many), columns, factors, blocks[0].width)

    @property
    def height(self) -> int:
        return len(self.starts) - 1

    @cached_property
    def row_of(self) -> np.ndarray:
        """The row of each factor."""
        return np.repeat(np.arange(self.height), np.diff(self.starts))

    def weighted(self, prices: np.ndarray) -> np.ndarray:
        """The sum of the rows, each times its price."""
        return np.bincount(self.columns, self.factors * prices[self.row_of], self.width)

    def times(self, values: np.ndarray) -> np.ndarray:
        """Each row's sum of values."""
        return np.bincount(self.row_of, self.factors * values[self.columns], self.height)

    def with_any(self, columns: np.ndarray) -> np.ndarray:
        """Which rows have a factor in one of the columns, given as booleans."""
        return np.bincount(self.row_of, columns[self.columns], self.height) > 0

    def having(self, rows: np.ndarray) -> np.ndarray:
        """Which columns have a factor in one of the rows, given as booleans."""
        return np.bincount(self.columns, rows[self.row_of], self.width) > 0

    def chosen(self, rows: np.ndarray, columns: np.ndarray) -> "Rows":
        """Those rows and columns, given as numbers."""
        place, kept = np.full(self.height, -1), np.full(self.width, -1, dtype=np.int32)
        place[rows], kept[columns] = np.arange(len(rows)), np.arange(len(columns))
        among = (place[self.row_of] >= 0) & (kept[self.columns] >= 0)
        many = np.bincount(place[self.row_of[among]], minlength=len(rows))
        return Rows(_starts(many), kept[self.columns[among]], self.factors[among], len(columns))


def _starts(many: Sequence[int]) -> np.ndarray:
    return np.concatenate([[0], np.cumsum(many)]).astype(np.int32)


@dataclass(frozen=True)
class System:
    """Cells and what is known of them.

    `values` are the true figures, `weights` what it costs to withhold each. `down` says how far below its true
    value a cell may be imagined. Every row of `relations` is zero for the deviations `z`; every row of `limits`
    is at most its `slack`. `sensitive` cells are withheld in any case; `needs` have to hold.
    """

    values: np.ndarray
    weights: np.ndarray
    down: np.ndarray
    relations: Rows
    limits: Rows
    slack: np.ndarray
    sensitive: np.ndarray
    needs: tuple[Need, ...]
