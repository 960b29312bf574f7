"""The outsider's side: how far the figures that he must imagine possible can lie from the true ones, by linear
programming over everything that is published."""

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
from scipy.optimize import linprog
from scipy.sparse import block_array, block_diag, csr_array, vstack
from scipy.sparse.csgraph import connected_components

from data_access.protection.system import Need, System

TOLERANCE = 1e-6


@dataclass(frozen=True)
class Failure:
    """A need that does not hold, and why: withholding more of `cells` would help, each by at most its `worth`;
    their sum has to be `short` or more."""

    need: Need
    cells: np.ndarray
    worth: np.ndarray
    short: float


@dataclass
class Outsider:
    """Tries the needs of one system on one choice of withheld cells after another; parts that stay are remembered."""

    system: System
    _known: dict[tuple[Need, bytes], Failure | None] = field(default_factory=dict)

    def failures(self, withheld: np.ndarray, needs: Sequence[Need] | None = None) -> list[Failure]:
        """The needs that do not hold when these cells are withheld."""
        parts = self._parts(withheld)
        asked = []
        for need in self.system.needs if needs is None else needs:
            cells = np.flatnonzero(withheld & np.isin(parts, [parts[cell] for cell, _ in need.terms]))
            if need.unknown or need.unlimited:
                # What is tied together for others is not for one who does not know all relations.
                cells = np.flatnonzero(withheld)
            asked.append((need, cells, (need, cells.tobytes())))
        new = [(need, cells, key) for need, cells, key in asked if key not in self._known]
        for start in range(0, len(new), _AT_ONCE):
            some = new[start : start + _AT_ONCE]
            found = self._tried([(need, cells) for need, cells, _ in some])
            self._known.update({key: one for (_, _, key), one in zip(some, found, strict=True)})
        return [self._known[key] for _, _, key in asked if self._known[key] is not None]

    def _parts(self, withheld: np.ndarray) -> np.ndarray:
        """A number for each cell: withheld cells that relations tie together have the same one."""
        tied = vstack([self.system.relations, self.system.limits], format="csc")[:, withheld]
        graph = block_array([[None, tied], [tied.T, None]], format="csr")
        numbers = -1 - np.arange(len(withheld))
        numbers[withheld] = connected_components(graph, directed=False)[1][tied.shape[0] :]
        return numbers

    def _tried(self, asked: Sequence[tuple[Need, np.ndarray]]) -> list[Failure | None]:
        """All needs in one linear program, side by side: a solver's call costs more than a small program."""
        s = self.system
        equal, at_most, slack, objective, bounds, shapes = [], [], [], [], [], []
        for need, cells in asked:
            aim = _aim(need, len(s.values))
            known = np.diff(s.relations[:, cells].indptr) > 0
            known[list(need.unknown)] = False
            known = np.flatnonzero(known)
            limits = np.diff(s.limits[:, cells].indptr) > 0
            limits[list(need.unlimited)] = False
            limits = np.flatnonzero(limits)
            equal.append(s.relations[known][:, cells])
            # What is aimed at is capped: how far beyond the need it could go does not matter.
            at_most.append(vstack([s.limits[limits][:, cells], csr_array(aim[cells].reshape(1, -1))], format="csr"))
            slack += [*s.slack[limits], need.reach]
            objective.append(-aim[cells])
            bounds += [(-low, None) for low in s.down[cells]]
            shapes.append((known, limits))
        if not any(len(cells) for _, cells in asked):
            nothing = (np.array([], dtype=int), np.array([]))
            return [self._failure(need, _aim(need, len(s.values)), nothing, nothing) for need, _ in asked]
        solved = linprog(
            np.concatenate(objective),
            A_eq=block_diag(equal, format="csr"),
            b_eq=np.zeros(sum(part.shape[0] for part in equal)),
            A_ub=block_diag(at_most, format="csr"),
            b_ub=slack,
            bounds=bounds,
            method="highs",
        )
        if solved.x is None:
            raise ArithmeticError(solved.message)
        found, x, e, u = [], 0, 0, 0
        for (need, cells), (known, limits) in zip(asked, shapes, strict=True):
            aim = _aim(need, len(s.values))
            z = solved.x[x : x + len(cells)]
            prices = -solved.eqlin.marginals[e : e + len(known)]
            limit_prices = -solved.ineqlin.marginals[u : u + len(limits)]
            x, e, u = x + len(cells), e + len(known), u + len(limits) + 1
            reached = aim[cells] @ z
            if reached >= need.reach - TOLERANCE * max(1.0, need.reach):
                found.append(None)
            else:
                found.append(self._failure(need, aim, (known, prices), (limits, limit_prices)))
        return found

    def _failure(self, need: Need, aim: np.ndarray, relations: tuple, limits: tuple) -> Failure:
        """By duality: no values can reach further than the prices of the cells that may move allow."""
        s = self.system
        (known, prices), (limited, limit_prices) = relations, limits
        left = aim - s.relations[known].T @ prices - s.limits[limited].T @ limit_prices
        left[np.abs(left) < TOLERANCE] = 0
        short = need.reach - limit_prices @ s.slack[limited]
        far_up, far_down = np.where(left > 0, np.inf, 0.0), np.where(left < 0, -left * s.down, 0.0)
        worth = np.minimum(np.nan_to_num(far_up, posinf=short) + np.nan_to_num(far_down, posinf=short), short)
        cells = np.flatnonzero(worth > 0)
        return Failure(need, cells, worth[cells], short)


_AT_ONCE = 60


def _aim(need: Need, width: int) -> np.ndarray:
    aim = np.zeros(width)
    for cell, factor in need.terms:
        aim[cell] += factor
    return aim
