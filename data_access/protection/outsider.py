"""The outsider's side: how far the figures that he must imagine possible can lie from the true ones, by linear
programming over everything that is published.

One set of values that he can imagine often shows of several needs that they hold, and shows it for every choice that
withholds the same cells: only what is left is tried.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np

from data_access.protection.program import Program
from data_access.protection.system import Need, Rows, System

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
    """Tries the needs of one system on one choice of withheld cells after another."""

    system: System
    # For a need, the cells that some values which he can imagine and which meet it have changed.
    _met_by: dict[Need, np.ndarray] = field(default_factory=dict)

    def failures(self, withheld: np.ndarray) -> list[Failure]:
        """The needs that do not hold when these cells are withheld."""
        left = [need for need in self.system.needs if not (need in self._met_by and withheld[self._met_by[need]].all())]
        if not left:
            return []
        parts, pieces = self._parts(withheld), {}
        for need in left:
            cells = self._cells(need, withheld, parts)
            pieces.setdefault((cells.tobytes(), need.unknown, need.unlimited), (cells, []))[1].append(need)
        return [failure for cells, needs in pieces.values() for failure in self._tried(cells, needs)]

    def _cells(self, need: Need, withheld: np.ndarray, parts: np.ndarray) -> np.ndarray:
        if need.unknown or need.unlimited:
            # What is tied together for others is not for one who does not know all relations.
            return np.flatnonzero(withheld)
        return np.flatnonzero(withheld & np.isin(parts, [parts[cell] for cell, _ in need.terms]))

    def _parts(self, withheld: np.ndarray) -> np.ndarray:
        """A number for each cell: withheld cells that relations tie together have the same one."""
        numbers = np.arange(len(withheld))
        tied = [rows.chosen(np.arange(rows.height), np.flatnonzero(withheld)) for rows in self._known]
        where, numbered = np.flatnonzero(withheld), np.arange(withheld.sum())
        while True:
            least = numbered.copy()
            for rows in tied:
                of_row = np.full(rows.height, len(numbered))
                np.minimum.at(of_row, rows.row_of, least[rows.columns])
                np.minimum.at(least, rows.columns, of_row[rows.row_of])
            if (least == numbered).all():
                break
            numbered = least
        numbers[where] = where[numbered]
        return numbers

    @property
    def _known(self) -> tuple[Rows, Rows]:
        return self.system.relations, self.system.limits

    def _tried(self, cells: np.ndarray, needs: Sequence[Need]) -> list[Failure]:
        """Needs of which the same is known: one program, solved on for one after another.

        What is aimed at is capped: how far beyond the need it could go does not matter.
        """
        known, limited = self._rows_about(cells, needs[0])
        if not len(cells):
            return [self._failure(need, (known, np.zeros(0)), (limited, np.zeros(0))) for need in needs]
        aims, reach = self._aims(needs, cells), np.array([need.reach for need in needs])
        program, first = self._program(cells, known, limited, aims), len(known) + len(limited)
        enough = reach - TOLERANCE * np.maximum(1.0, reach)
        left, found = np.full(len(needs), True), []
        for place, need in enumerate(needs):
            if not left[place]:
                continue
            program.charge(-aims[place])
            program.limit(first + place, -np.inf, need.reach)
            solved = program.solve()
            program.limit(first + place, -np.inf, np.inf)
            if solved is None:
                raise ArithmeticError(need)
            met = left & (aims @ solved.values >= enough)
            left &= ~met
            changed = cells[np.abs(solved.values) > TOLERANCE / 1000]
            self._met_by.update({needs[one]: changed for one in np.flatnonzero(met)})
            if not met[place]:
                prices = np.split(-solved.prices, [len(known), first])
                found.append(self._failure(need, (known, prices[0]), (limited, prices[1])))
        return found

    def _program(self, cells: np.ndarray, known: np.ndarray, limited: np.ndarray, aims: np.ndarray) -> Program:
        """All that is known of some cells, and the sums that needs are about, not yet limited."""
        aimed = Rows.of((zip(np.flatnonzero(aim), aim[aim != 0], strict=True) for aim in aims), len(cells))
        of_cells = [self.system.relations.chosen(known, cells), self.system.limits.chosen(limited, cells), aimed]
        zeros, endless = np.zeros(len(known)), np.full(len(aims), np.inf)
        return Program(
            np.zeros(len(cells)),
            (-self.system.down[cells], np.full(len(cells), np.inf)),
            Rows.stacked(of_cells),
            (
                np.concatenate([zeros, np.full(len(limited), -np.inf), -endless]),
                np.concatenate([zeros, self.system.slack[limited], endless]),
            ),
        )

    def _rows_about(self, cells: np.ndarray, need: Need) -> tuple[np.ndarray, np.ndarray]:
        """The relations and limits of these cells that the need's outsider knows."""
        about, found = np.zeros(len(self.system.values), dtype=bool), []
        about[cells] = True
        for rows, unknown in zip(self._known, (need.unknown, need.unlimited), strict=True):
            known = rows.with_any(about)
            known[list(unknown)] = False
            found.append(np.flatnonzero(known))
        return found[0], found[1]

    def _aims(self, needs: Sequence[Need], cells: np.ndarray) -> np.ndarray:
        """For each need the factors of the cells in the sum that it is about."""
        place = np.full(len(self.system.values), len(cells))
        place[cells] = np.arange(len(cells))
        aims = np.zeros((len(needs), len(cells) + 1))
        for aim, need in zip(aims, needs, strict=True):
            for cell, factor in need.terms:
                aim[place[cell]] += factor
        return aims[:, :-1]

    def _failure(self, need: Need, relations: tuple, limits: tuple) -> Failure:
        """By duality: no values can reach further than the prices of the cells that may move allow."""
        s = self.system
        left = -self._priced(s.relations, *relations) - self._priced(s.limits, *limits)
        for cell, factor in need.terms:
            left[cell] += factor
        left[np.abs(left) < TOLERANCE] = 0
        limited, limit_prices = limits
        short = need.reach - limit_prices @ s.slack[limited]
        far_up, far_down = np.where(left > 0, np.inf, 0.0), np.where(left < 0, -left * s.down, 0.0)
        worth = np.minimum(np.nan_to_num(far_up, posinf=short) + np.nan_to_num(far_down, posinf=short), short)
        cells = np.flatnonzero(worth > 0)
        return Failure(need, cells, worth[cells], short)

    @staticmethod
    def _priced(rows: Rows, numbers: np.ndarray, prices: np.ndarray) -> np.ndarray:
        of_each = np.zeros(rows.height)
        of_each[numbers] = prices
        return rows.weighted(of_each)
