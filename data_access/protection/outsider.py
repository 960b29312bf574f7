"""The outsider's side: how far the figures that he must imagine possible can lie from the true ones, by linear
programming over everything that is published."""

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
from scipy.optimize import linprog
from scipy.sparse import block_array, coo_array, csr_array, vstack
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
