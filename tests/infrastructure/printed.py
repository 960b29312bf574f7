"""A reader with nothing but the printed tables: no codes within others, no true figures, nothing known of overlaps.

Of each table he knows that a total is the sum of its parts or, where different persons are counted, no more than
their sum and no less than any of them. One linear program after another, from the printed figures as they stand.
"""

from functools import cached_property

import numpy as np
import pandas as pd
from scipy.optimize import linprog

from data_access import TOTAL, Answer, measure

Cell = tuple[str, frozenset]


class Printed:
    """What stands in some tables: a number in a cell, or a mark."""

    def __init__(self, answers: list[Answer]):
        self.figures: dict[Cell, float | None] = {}
        self._tables = []
        for answer in answers:
            by, rows = list(answer.question.by), {}
            everywhere = {(name, value) for name, (value,) in answer.question.where}
            totals = {(name, TOTAL) for name in by}
            counts = [code for code in answer.question.measures if measure(code).unit != "percent"]
            for row, marks in zip(answer.frame.to_dict("records"), answer.withheld.to_dict("records"), strict=True):
                codes = tuple(row[name] for name in by)
                for code in counts:
                    if marks[code] or not pd.isna(row[code]):
                        cell = code, frozenset(zip(by, codes, strict=True)) - totals | everywhere
                        rows[code, codes] = cell
                        self.figures[cell] = None if marks[code] else float(row[code])
            self._tables.append(rows)
        self.marked = [cell for cell, figure in self.figures.items() if figure is None]

    def range(self, cell: Cell) -> tuple[float, float]:
        """The least and the greatest value that a marked figure can have for all that is printed."""
        equal, equals, at_most, most = self._known
        place = self.marked.index(cell)
        ends = []
        for sign in (1.0, -1.0):
            solved = linprog(
                [sign * (number == place) for number in range(len(self.marked))],
                A_eq=equal,
                b_eq=equals,
                A_ub=at_most,
                b_ub=most,
                bounds=(0, 1e9),
            )
            assert solved.x is not None, solved.message
            ends.append(solved.x[place])
        return ends[0], ends[1]

    @cached_property
    def _known(self) -> tuple[np.ndarray | None, ...]:
        equal, at_most = {}, {}
        for rows in self._tables:
            parts: dict[tuple, list[Cell]] = {}
            for (code, codes), cell in rows.items():
                for place, value in enumerate(codes):
                    if value != TOTAL:
                        parts.setdefault((code, (*codes[:place], TOTAL, *codes[place + 1 :]), place), []).append(cell)
            for (code, codes, _), cells in parts.items():
                total = rows.get((code, codes))
                if total is None or not any(self.figures[one] is None for one in (total, *cells)):
                    continue
                terms = {total: -1.0} | dict.fromkeys(cells, 1.0)
                if measure(code).additive or len(cells) == 1:
                    equal[frozenset(terms.items())] = self._row(terms)
                else:
                    at_most[frozenset(terms.items())] = self._row({one: -factor for one, factor in terms.items()})
                    for one in cells:
                        at_most[one, total] = self._row({one: 1.0, total: -1.0})
        sides = [(np.array(side) for side in zip(*rows.values(), strict=True)) for rows in (equal, at_most) if rows]
        found = [array for side in sides for array in side]
        none = (None, None)
        return (*(found[:2] if equal else none), *(found[-2:] if at_most else none))

    def _row(self, terms: dict[Cell, float]) -> tuple[list[float], float]:
        known = sum(factor * self.figures[cell] for cell, factor in terms.items() if self.figures[cell] is not None)
        return [terms.get(cell, 0.0) for cell in self.marked], -known
