"""Which further cells to withhold: the fewest, and the least important, that make every need hold.

The choice is an integer program (Fischetti and Salazar's): each need that an outsider's linear program finds not
to hold becomes, by duality, a condition on what has to be withheld; solved again until none fails. What leaves is
always verified: the last word is the outsider's.
"""

from dataclasses import dataclass

import numpy as np
from scipy.optimize import Bounds, LinearConstraint, linprog, milp
from scipy.sparse import csr_array, vstack

from data_access.errors import NotProtected
from data_access.protection.outsider import Failure, Outsider
from data_access.protection.system import System, rows

EXACT_ROUNDS = 60
# Not seconds: the same figures have to be protected in the same way on a busy server, too. Two ways would tell more
# than each of them.
NODES_A_ROUND = 500
LIKELY_ROOM = 0.01


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
    proven, must, cost = True, withheld.copy(), 0.0
    for turn in range(EXACT_ROUNDS + len(withheld)):
        conditions.append(_conditions(failed, len(withheld)))
        withheld, best = _cheapest(system, conditions, must, cost)
        proven, cost = proven and best, system.weights @ withheld
        if not (failed := outsider.failures(withheld)):
            return Choice(_without_idle(system, outsider, withheld) if not proven else withheld, proven)
        if turn >= EXACT_ROUNDS:
            # What has been chosen stays chosen, so that this ends.
            must, proven = withheld, False
    raise NotProtected()


def _lonely_cells(system: System) -> tuple[csr_array, np.ndarray]:
    """A cell that is withheld alone in a relation is worked out from it at once: another one must be, too."""
    unknown = {place for need in system.needs for place in need.unknown}
    known = [place for place in range(system.relations.shape[0]) if place not in unknown]
    relations = system.relations[known]
    many = np.diff(relations.indptr)
    # A row for each place in a relation, with all the cells of that relation.
    heights = np.repeat(many, many)
    columns = np.concatenate(
        [np.tile(cells, len(cells)) for cells in np.split(relations.indices, relations.indptr[1:-1])]
    )
    factors = np.ones(len(columns))
    starts = np.append(0, np.cumsum(heights))
    place = np.concatenate([np.arange(one) for one in many]) if len(many) else np.array([], dtype=int)
    factors[starts[:-1] + place] = -1.0
    return csr_array((factors, columns, starts), shape=(len(heights), len(system.values))), np.zeros(len(heights))


def _conditions(failed: list[Failure], width: int) -> tuple[csr_array, np.ndarray]:
    found = [zip(one.cells, one.worth / one.short, strict=True) for one in failed]
    return rows(found, width), np.ones(len(failed))


def _cheapest(system: System, conditions: list, must: np.ndarray, cost_before: float) -> tuple[np.ndarray, bool]:
    """The cheapest cells that meet the conditions, and whether nothing cheaper would. It will be no cheaper than it
    was under fewer conditions.

    The linear program without whole numbers says what each cell would cost at least; of the dear ones nothing needs
    to be asked once a choice is known that is cheaper than any with them.
    """
    matrix = vstack([one for one, _ in conditions], format="csr")
    least = np.concatenate([one for _, one in conditions]) - 1e-7
    low = must.astype(float)
    bound = linprog(
        system.weights, A_ub=-matrix, b_ub=-least, bounds=np.stack([low, np.ones(len(low))], axis=1), method="highs"
    )
    if bound.x is None:
        raise NotProtected()
    room = bound.fun * LIKELY_ROOM if cost_before < bound.fun * (1 + LIKELY_ROOM) else np.inf
    while True:
        solved = milp(
            system.weights,
            integrality=np.ones(len(must)),
            bounds=Bounds(low, np.where(must | (bound.lower.marginals <= room), 1.0, 0.0)),
            constraints=LinearConstraint(matrix, lb=least),
            options={"node_limit": NODES_A_ROUND},
        )
        dearer = np.inf if solved.x is None else solved.fun - bound.fun
        if dearer <= room:
            return solved.x > 0.5, solved.status == 0
        if room == np.inf:
            raise NotProtected()
        room = dearer


def _without_idle(system: System, outsider: Outsider, withheld: np.ndarray) -> np.ndarray:
    """Shows again what need not be withheld, the most important first."""
    extra = np.flatnonzero(withheld & ~system.sensitive)
    for cell in extra[np.argsort(-system.weights[extra])]:
        fewer = withheld.copy()
        fewer[cell] = False
        if not outsider.failures(fewer):
            withheld = fewer
    return withheld
