"""What an outsider knows and must not find out, as numbers: cells, relations between them, and needs.

An outsider sees the published cells, knows every relation, that no figure is negative and what is at most what.
Of the withheld cells he can imagine any values that fit. `z` is how far such values lie from the true ones.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from scipy.sparse import csr_array


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
class System:
    """Cells and what is known of them.

    `values` are the true figures, `weights` what it costs to withhold each. `down` says how far below its true
    value a cell may be imagined. Every row of `relations` is zero for the deviations `z`; every row of `limits`
    is at most its `slack`. `sensitive` cells are withheld in any case; `needs` have to hold.
    """

    values: np.ndarray
    weights: np.ndarray
    down: np.ndarray
    relations: "csr_array"
    limits: "csr_array"
    slack: np.ndarray
    sensitive: np.ndarray
    needs: tuple[Need, ...]


def rows(found: Iterable[Iterable[tuple[int, float]]], width: int) -> "csr_array":
    """A sparse matrix from rows of (column, factor) pairs."""
    from scipy.sparse import csr_array

    listed = [list(row) for row in found]
    places = np.repeat(np.arange(len(listed)), [len(row) for row in listed])
    columns = np.array([column for row in listed for column, _ in row], dtype=int)
    factors = np.array([factor for row in listed for _, factor in row], dtype=float)
    return csr_array((factors, (places, columns)), shape=(len(listed), width))
