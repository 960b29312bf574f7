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
# By which share of the cost a cell may raise it at least, to be thought of at first; of few cells, all are.
LIKELY, ALL, FEW = 0.01, np.inf, 300
WHOLE = 1e-6  # how far from a whole number a solver's may lie


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
    conditions, lonely, must, among = [], _Lonely(system), withheld.copy(), LIKELY if len(withheld) > FEW else ALL
    for turn in range(EXACT_ROUNDS + len(withheld)):
        if failed:
            conditions.append(_conditions(failed, len(withheld)))
        withheld, best = _cheapest(system, conditions, lonely, must, among)
        failed = outsider.failures(withheld)
        if not failed and (best or among == ALL):
            proven = best and (must == system.sensitive).all()
            return Choice(withheld if proven else _without_idle(system, outsider, withheld), proven)
        if not failed:
            # Among the likely cells nothing better was found: whether there is among all is asked once, at the end.
            among = ALL
        if turn >= EXACT_ROUNDS:
            # What has been chosen stays chosen, so that this ends.
            must, among = withheld, ALL
    raise NotProtected()


class _Lonely:
    """A cell that is withheld alone in a relation is worked out from it at once: another one must be, too.

    Where nothing is withheld these conditions say nothing, and they are many: they are stated when they are met.
    """

    def __init__(self, system: System):
        unknown = {place for need in system.needs for place in need.unknown}
        self._relations = system.relations[[one for one in range(system.relations.shape[0]) if one not in unknown]]
        self._stated = np.zeros(self._relations.shape[0], dtype=bool)

    def broken(self, withheld: np.ndarray, *, around: bool = False) -> list[tuple[csr_array, np.ndarray]]:
        """The conditions of relations of which one cell is withheld more than the others together; with `around`
        those of the relations that share cells with them, too: what will be met with next."""
        where = self._relations
        if not where.nnz:
            return []
        share = np.abs(withheld[where.indices])
        most, all_of_it = np.maximum.reduceat(share, where.indptr[:-1]), np.add.reduceat(share, where.indptr[:-1])
        met = (2 * most > all_of_it + WHOLE) & ~self._stated
        if around:
            met = (abs(where) @ (abs(where).T @ met) > 0) & ~self._stated
        found = np.flatnonzero(met)
        self._stated[found] = True
        return [self._of(place) for place in found]

    def _of(self, place: int) -> tuple[csr_array, np.ndarray]:
        cells = self._relations.indices[slice(*self._relations.indptr[place : place + 2])]
        many = len(cells)
        factors = (np.ones((many, many)) - 2 * np.eye(many)).ravel()
        starts = np.arange(0, many * many + 1, many)
        return csr_array((factors, np.tile(cells, many), starts), (many, self._relations.shape[1])), np.zeros(many)


def _conditions(failed: list[Failure], width: int) -> tuple[csr_array, np.ndarray]:
    found = [zip(one.cells, one.worth / one.short, strict=True) for one in failed]
    return rows(found, width), np.ones(len(failed))


def _cheapest(
    system: System, conditions: list, lonely: _Lonely, must: np.ndarray, among: float
) -> tuple[np.ndarray, bool]:
    """The cheapest cells that meet the conditions, and whether nothing cheaper would.

    The linear program without whole numbers is a bound, and says by how much each cell would raise it: those that
    would by more than the share `among` of it are left out.
    """
    low = must.astype(float)
    ends = np.stack([low, np.ones(len(low))], axis=1)
    while True:
        matrix, least = _together(conditions)
        relaxed = linprog(system.weights, A_ub=-matrix, b_ub=-least, bounds=ends, method="highs")
        if relaxed.x is None:
            raise NotProtected()
        if not (more := lonely.broken(relaxed.x)):
            break
        conditions += more
    if (np.abs(relaxed.x - relaxed.x.round()) < WHOLE).all():
        return relaxed.x > 0.5, True
    while True:
        solved = milp(
            system.weights,
            integrality=np.ones(len(must)),
            bounds=Bounds(low, np.where(must | (relaxed.lower.marginals <= relaxed.fun * among), 1.0, 0.0)),
            constraints=LinearConstraint(matrix, lb=least),
            options={"node_limit": NODES_A_ROUND},
        )
        if solved.x is None and among == ALL:
            raise NotProtected()
        if solved.x is None:
            among = ALL
        elif more := lonely.broken(solved.x.round(), around=True):
            conditions += more
            matrix, least = _together(conditions)
        else:
            return solved.x > 0.5, solved.status == 0 and solved.fun <= relaxed.fun * (1 + among)


def _together(conditions: list[tuple[csr_array, np.ndarray]]) -> tuple[csr_array, np.ndarray]:
    return vstack([one for one, _ in conditions], format="csr"), np.concatenate([one for _, one in conditions]) - 1e-7


def _without_idle(system: System, outsider: Outsider, withheld: np.ndarray) -> np.ndarray:
    """Shows again what need not be withheld, the most important first."""
    extra = np.flatnonzero(withheld & ~system.sensitive)
    for cell in extra[np.argsort(-system.weights[extra])]:
        fewer = withheld.copy()
        fewer[cell] = False
        if not outsider.failures(fewer):
            withheld = fewer
    return withheld
