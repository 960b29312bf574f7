"""The outsider's side: how far the figures that he must imagine possible can lie from the true ones, by linear
programming over everything that is published.

One set of values that he can imagine often shows of many needs at once that they hold, and shows it for every choice
that withholds the same cells: only what is left is tried one by one.
"""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
from scipy.optimize import Bounds, LinearConstraint, linprog, milp
from scipy.sparse import block_array, coo_array, csr_array, eye_array, vstack
from scipy.sparse.csgraph import connected_components

from data_access.protection.system import Need, System, rows

TOLERANCE = 1e-6
# Needs are tried together while there are so many, and for as long as an attempt settles such a share of them.
_MANY = 10
_WORTHWHILE = 0.25


@dataclass(frozen=True)
class Failure:
    """A need that does not hold, and why: withholding more of `cells` would help, each by at most its `worth`;
    their sum has to be `short` or more."""

    need: Need
    cells: np.ndarray
    worth: np.ndarray
    short: float


@dataclass(frozen=True)
class _Piece:
    """The withheld cells that one need is about and all that is known of them."""

    cells: np.ndarray
    down: np.ndarray
    known: np.ndarray
    limited: np.ndarray
    relations: coo_array
    limits: coo_array
    slack: np.ndarray


@dataclass
class Outsider:
    """Tries the needs of one system on one choice of withheld cells after another."""

    system: System
    # For a need, the cells that some values which he can imagine and which meet it have changed.
    _met_by: dict[Need, np.ndarray] = field(default_factory=dict)

    def failures(self, withheld: np.ndarray) -> list[Failure]:
        """The needs that do not hold when these cells are withheld."""
        left = [need for need in self.system.needs if not (need in self._met_by and withheld[self._met_by[need]].all())]
        alike = defaultdict(list)
        for need in left:
            alike[need.unknown, need.unlimited].append(need)
        left = [need for needs in alike.values() for need in self._not_met_together(withheld, needs)]
        parts = self._parts(withheld) if left else None
        found: list[Failure | None] = []
        for start in range(0, len(left), _AT_ONCE):
            found += self._tried(
                [(need, self._cells(need, withheld, parts)) for need in left[start : start + _AT_ONCE]]
            )
        return [one for one in found if one is not None]

    def _cells(self, need: Need, withheld: np.ndarray, parts: np.ndarray) -> np.ndarray:
        if need.unknown or need.unlimited:
            # What is tied together for others is not for one who does not know all relations.
            return np.flatnonzero(withheld)
        return np.flatnonzero(withheld & np.isin(parts, [parts[cell] for cell, _ in need.terms]))

    def _not_met_together(self, withheld: np.ndarray, needs: list[Need]) -> list[Need]:
        """Those of some needs, alike in what is not known, that no values have met that were to meet many."""
        cells = np.flatnonzero(withheld)
        if len(needs) < _MANY or not len(cells):
            return needs
        piece = self._piece(needs[0], cells)
        known = vstack([piece.relations, piece.limits])
        lower = np.append(np.zeros(len(piece.known)), np.full(len(piece.limited), -np.inf))
        upper = np.append(np.zeros(len(piece.known)), piece.slack)
        any_more = np.full(len(cells), np.inf)
        while len(needs) >= _MANY:
            reach = np.array([need.reach for need in needs])
            aims = rows((need.terms for need in needs), len(withheld))[:, cells]
            matrix = block_array([[known, None], [-aims, eye_array(len(needs))]], format="csc")
            solved = milp(
                np.append(np.zeros(len(cells)), -1 / reach),
                bounds=Bounds(np.append(-piece.down, np.full(len(needs), -np.inf)), np.append(any_more, reach)),
                constraints=LinearConstraint(
                    matrix,
                    np.append(lower, np.full(len(needs), -np.inf)),
                    np.append(upper, np.zeros(len(needs))),
                ),
            )
            if solved.x is None:
                return needs
            values = solved.x[: len(cells)]
            met = aims @ values >= reach - TOLERANCE * np.maximum(1.0, reach)
            changed = cells[np.abs(values) > TOLERANCE / 1000]
            self._met_by.update({need: changed for need, holds in zip(needs, met, strict=True) if holds})
            needs = [need for need, holds in zip(needs, met, strict=True) if not holds]
            if met.mean() < _WORTHWHILE:
                break
        return needs

    def _parts(self, withheld: np.ndarray) -> np.ndarray:
        """A number for each cell: withheld cells that relations tie together have the same one."""
        tied = vstack([self.system.relations, self.system.limits], format="csc")[:, withheld]
        graph = block_array([[None, tied], [tied.T, None]], format="csr")
        numbers = -1 - np.arange(len(withheld))
        numbers[withheld] = connected_components(graph, directed=False)[1][tied.shape[0] :]
        return numbers

    def _tried(self, asked: Sequence[tuple[Need, np.ndarray]]) -> list[Failure | None]:
        """All needs in one linear program, side by side: a solver's call costs more than a small program."""
        width, pieces, cuts = len(self.system.values), [], {}
        for need, cells in asked:
            same = (cells.tobytes(), need.unknown, need.unlimited)
            if same not in cuts:
                cuts[same] = self._piece(need, cells)
            pieces.append(cuts[same])
        solved = _solved(pieces, [(_aim(need, width), need.reach) for need, _ in asked])
        found = []
        for (need, _), piece, (z, prices, limit_prices) in zip(asked, pieces, solved, strict=True):
            aim = _aim(need, width)
            if aim[piece.cells] @ z >= need.reach - TOLERANCE * max(1.0, need.reach):
                found.append(None)
            else:
                found.append(self._failure(need, aim, (piece.known, prices), (piece.limited, limit_prices)))
        return found

    def _piece(self, need: Need, cells: np.ndarray) -> _Piece:
        relations, limits = self.system.relations[:, cells], self.system.limits[:, cells]
        known, limited = np.diff(relations.indptr) > 0, np.diff(limits.indptr) > 0
        known[list(need.unknown)] = False
        limited[list(need.unlimited)] = False
        known, limited = np.flatnonzero(known), np.flatnonzero(limited)
        return _Piece(
            cells,
            self.system.down[cells],
            known,
            limited,
            relations[known].tocoo(),
            limits[limited].tocoo(),
            self.system.slack[limited],
        )

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


def _solved(pieces: Sequence[_Piece], aims: Sequence[tuple[np.ndarray, float]]) -> list[tuple]:
    """For each piece the deviations that reach furthest, and the prices of its relations and limits."""
    widths = [len(piece.cells) for piece in pieces]
    if not sum(widths):
        return [(np.array([]), np.array([]), np.array([])) for _ in pieces]
    # What is aimed at is capped: how far beyond the need it could go does not matter.
    caps = [coo_array(aim[piece.cells].reshape(1, -1)) for piece, (aim, _) in zip(pieces, aims, strict=True)]
    slack = [np.append(piece.slack, reach) for piece, (_, reach) in zip(pieces, aims, strict=True)]
    solved = linprog(
        -np.concatenate([aim[piece.cells] for piece, (aim, _) in zip(pieces, aims, strict=True)]),
        A_eq=_diagonal([[piece.relations] for piece in pieces], widths),
        b_eq=np.zeros(sum(len(piece.known) for piece in pieces)),
        A_ub=_diagonal([[piece.limits, cap] for piece, cap in zip(pieces, caps, strict=True)], widths),
        b_ub=np.concatenate(slack),
        bounds=np.stack([-np.concatenate([piece.down for piece in pieces]), np.full(sum(widths), np.inf)], axis=1),
        method="highs",
    )
    if solved.x is None:
        raise ArithmeticError(solved.message)
    cells = np.cumsum(widths)[:-1]
    known = np.cumsum([len(piece.known) for piece in pieces])[:-1]
    limited = np.cumsum([len(piece.limited) + 1 for piece in pieces])[:-1]
    parts = (np.split(solved.x, cells), np.split(-solved.eqlin.marginals, known))
    return [
        (z, prices, limit_prices[:-1])
        for z, prices, limit_prices in zip(*parts, np.split(-solved.ineqlin.marginals, limited), strict=True)
    ]


def _diagonal(blocks: Sequence[Sequence[coo_array]], widths: Sequence[int]) -> csr_array:
    """Matrices along a diagonal, those of one block under one another."""
    rows, columns, factors, height, left = [], [], [], 0, 0
    for block, width in zip(blocks, widths, strict=True):
        for one in block:
            rows.append(one.coords[0] + height)
            columns.append(one.coords[1] + left)
            factors.append(one.data)
            height += one.shape[0]
        left += width
    places = (np.concatenate(rows), np.concatenate(columns))
    return csr_array((np.concatenate(factors), places), shape=(height, left))
