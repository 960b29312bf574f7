"""Which further cells to withhold: the fewest, and the least important, that make every need hold.

The choice is an integer program (Fischetti and Salazar's): each need that an outsider's linear program finds not
to hold becomes, by duality, a condition on what has to be withheld; solved again until none fails. What leaves is
always verified: the last word is the outsider's.
"""

from dataclasses import dataclass

import numpy as np
from scipy.optimize import Bounds, LinearConstraint, milp
from scipy.sparse import csr_array, vstack

from data_access.errors import NotProtected
from data_access.protection.outsider import Failure, Outsider
from data_access.protection.system import System, rows

EXACT_ROUNDS = 60
SECONDS_A_ROUND = 2.0


@dataclass(frozen=True)
class Choice:
    """`withheld`: a boolean for each cell. `proven`: nothing cheaper would do."""

    withheld: np.ndarray
    proven: bool


def choose(system: System) -> Choice:
    """Chooses the cells to withhold. Raises NotProtected if the needs hold whatever is withheld."""
    outsider = Outsider(system)
    withheld = system.sensitive.copy()
    if not (failed := outsider.failures(withheld)):
        return Choice(withheld, proven=True)
    conditions = [_lonely_cells(system)]
    proven, must = True, withheld.copy()
    for turn in range(EXACT_ROUNDS + len(withheld)):
        conditions.append(_conditions(failed, len(withheld)))
        withheld, best = _cheapest(system, conditions, must)
        proven = proven and best
        if not (failed := outsider.failures(withheld)):
            return Choice(_without_idle(system, outsider, withheld) if not proven else withheld, proven)
        if turn >= EXACT_ROUNDS:
            # What has been chosen stays chosen, so that this ends.
            must, proven = withheld, False
    raise NotProtected()


def _lonely_cells(system: System) -> tuple[csr_array, np.ndarray]:
    """A cell that is withheld alone in a relation is worked out from it at once: another one must be, too."""
    unknown = {place for need in system.needs for place in need.unknown}
    found = []
    for place in range(system.relations.shape[0]):
        if place not in unknown:
            start, end = system.relations.indptr[place : place + 2]
            cells = system.relations.indices[start:end]
            found += [[(other, -1.0 if other == cell else 1.0) for other in cells] for cell in cells]
    matrix = rows(found, len(system.values))
    return matrix, np.zeros(matrix.shape[0])


def _conditions(failed: list[Failure], width: int) -> tuple[csr_array, np.ndarray]:
    found = [zip(one.cells, one.worth / one.short, strict=True) for one in failed]
    return rows(found, width), np.ones(len(failed))


def _cheapest(system: System, conditions: list, must: np.ndarray) -> tuple[np.ndarray, bool]:
    matrix = vstack([one for one, _ in conditions], format="csr")
    least = np.concatenate([one for _, one in conditions])
    solved = milp(
        system.weights,
        integrality=np.ones(len(must)),
        bounds=Bounds(must.astype(float), 1.0),
        constraints=LinearConstraint(matrix, lb=least - 1e-7),
        options={"time_limit": SECONDS_A_ROUND},
    )
    if solved.x is None:
        raise NotProtected()
    return solved.x > 0.5, solved.status == 0


def _without_idle(system: System, outsider: Outsider, withheld: np.ndarray) -> np.ndarray:
    """Shows again what need not be withheld, the most important first."""
    extra = np.flatnonzero(withheld & ~system.sensitive)
    for cell in extra[np.argsort(-system.weights[extra])]:
        fewer = withheld.copy()
        fewer[cell] = False
        if not outsider.failures(fewer):
            withheld = fewer
    return withheld
