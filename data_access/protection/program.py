"""Linear and integer programs, solved by HiGHS through its own bindings.

A program is kept: conditions are added, costs and bounds changed, and it is solved on from where it stood. Through
scipy each was built, checked and presolved anew, which took longer than most of them, and reading it half a second.
"""

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from data_access.protection.system import Rows

_OPTIONS = {
    "output_flag": False,
    # One thread and no clock: the same figures are protected in the same way wherever and whenever it is.
    "threads": 1,
    "parallel": "off",
    "random_seed": 0,
}
# Searches for a good solution before the tree, which is small here, take twice its time. No gap: the cheapest is meant.
_WHOLE = {
    "mip_rel_gap": 0.0,
    "mip_heuristic_run_rins": False,
    "mip_heuristic_run_rens": False,
    "mip_heuristic_run_root_reduced_cost": False,
    "mip_heuristic_run_feasibility_jump": False,
}


@dataclass(frozen=True)
class Solved:
    """`costs` says by how much each value would raise the total for one more of it, `prices` what each row costs.

    `optimal`: nothing better exists. Of a program of whole numbers that met its limit of nodes it is not known.
    """

    values: np.ndarray
    total: float
    optimal: bool
    costs: np.ndarray
    prices: np.ndarray


class Program:
    """The values between `low` and `high` that cost least, with each row of `rows` between `least` and `most`."""

    def __init__(
        self,
        cost: np.ndarray,
        bounds: tuple[np.ndarray, np.ndarray],
        rows: "Rows",
        limits: tuple[np.ndarray, np.ndarray],
        nodes: int | None = None,
    ):
        """With `nodes` in whole numbers, and no more than so many nodes of a tree looked at."""
        from highspy import Highs, HighsVarType, MatrixFormat, ObjSense

        width = len(cost)
        self._solver = Highs()
        whole = {**_WHOLE, "mip_max_nodes": nodes} if nodes else {}
        for name, value in {**_OPTIONS, **whole}.items():
            self._solver.setOptionValue(name, value)
        kind = HighsVarType.kInteger if nodes else HighsVarType.kContinuous
        self._solver.passModel(
            width,
            rows.height,
            len(rows.columns),
            int(MatrixFormat.kRowwise.value),
            int(ObjSense.kMinimize.value),
            0.0,
            cost,
            *bounds,
            *limits,
            rows.starts,
            rows.columns,
            rows.factors,
            np.full(width, int(kind.value), dtype=np.int32),
        )
        self._whole = nodes is not None
        self._all = np.arange(width, dtype=np.int32)

    def add(self, rows: "Rows", least: np.ndarray) -> None:
        """Conditions that rows are at least so much."""
        most = np.full(rows.height, np.inf)
        self._solver.addRows(rows.height, least, most, len(rows.columns), rows.starts[:-1], rows.columns, rows.factors)

    def charge(self, cost: np.ndarray) -> None:
        self._solver.changeColsCost(len(cost), self._all, cost)

    def limit(self, row: int, least: float, most: float) -> None:
        self._solver.changeRowBounds(row, least, most)

    def bound(self, low: np.ndarray, high: np.ndarray) -> None:
        self._solver.changeColsBounds(len(low), self._all, low, high)

    def solve(self) -> Solved | None:
        """None if nothing fits, or within the limit of nodes nothing has been found."""
        from highspy import SolutionStatus

        self._solver.run()
        if not self._optimal and not self._whole:
            # Solved on from where it stood a program can come to no end; from its beginning it does.
            self._solver.clearSolver()
            self._solver.run()
        if self._solver.getInfo().primal_solution_status != SolutionStatus.kSolutionStatusFeasible:
            return None
        found = self._solver.getSolution()
        return Solved(
            np.array(found.col_value),
            self._solver.getInfo().objective_function_value,
            self._optimal,
            np.array(found.col_dual),
            np.array(found.row_dual),
        )

    @property
    def _optimal(self) -> bool:
        from highspy import HighsModelStatus

        return self._solver.getModelStatus() == HighsModelStatus.kOptimal
