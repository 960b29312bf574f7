"""Which further cells to withhold: the fewest, and the least important, that make every need hold.

The choice is an integer program (Fischetti and Salazar's): each need that an outsider's linear program finds not
to hold becomes, by duality, a condition on what has to be withheld; solved again until none fails. What leaves is
always verified: the last word is the outsider's.
"""

from dataclasses import dataclass

import numpy as np

from data_access.errors import NotProtected
from data_access.protection.outsider import Failure, Outsider
from data_access.protection.program import Program
from data_access.protection.system import Rows, System

EXACT_ROUNDS = 60
# Not seconds: the same figures have to be protected in the same way on a busy server, too. Two ways would tell more
# than each of them.
NODES_A_ROUND = 500
# By which share of the cost a cell may raise it at least, to be thought of at first; of few cells, all are.
LIKELY, ALL, FEW = 0.005, np.inf, 300
WHOLE = 1e-6  # how far from a whole number a solver's may lie
CLOSE = 1e-7  # how far short of a condition a solver may stop


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
    chooser, among = _Chooser(system), LIKELY if len(withheld) > FEW else ALL
    for turn in range(EXACT_ROUNDS + len(withheld)):
        chooser.learn(failed)
        withheld, best = chooser.cheapest(among)
        failed = outsider.failures(withheld)
        if not failed and (best or among == ALL):
            proven = best and (chooser.must == system.sensitive).all()
            return Choice(withheld if proven else _without_idle(system, outsider, withheld), proven)
        if not failed:
            # Among the likely cells nothing better was found: whether there is among all is asked once, at the end.
            among = ALL
            chooser.enough = system.weights[withheld].sum()
        if turn >= EXACT_ROUNDS:
            # What has been chosen stays chosen, so that this ends.
            chooser.keep(withheld)
            among = ALL
    raise NotProtected()


class _Lonely:
    """A cell that is withheld alone in a relation is worked out from it at once: another one must be, too.

    Where nothing is withheld these conditions say nothing, and they are many: they are stated when they are met.
    """

    def __init__(self, system: System):
        unknown = {place for need in system.needs for place in need.unknown}
        known = np.array([one for one in range(system.relations.height) if one not in unknown], dtype=int)
        self._relations = system.relations.chosen(known, np.arange(system.relations.width))
        self._stated = np.zeros(len(known), dtype=bool)

    def broken(self, withheld: np.ndarray, *, around: bool = False) -> list[Rows]:
        """The conditions of relations of which one cell is withheld more than the others together; with `around`
        those of the relations that share cells with them, too: what will be met with next."""
        where = self._relations
        if not where.height:
            return []
        share = np.abs(withheld[where.columns])
        most, all_of_it = np.maximum.reduceat(share, where.starts[:-1]), np.add.reduceat(share, where.starts[:-1])
        met = (2 * most > all_of_it + WHOLE) & ~self._stated
        if around:
            met = where.with_any(where.having(met)) & ~self._stated
        found = np.flatnonzero(met)
        self._stated[found] = True
        return [self._of(place) for place in found]

    def _of(self, place: int) -> Rows:
        cells = self._relations.columns[slice(*self._relations.starts[place : place + 2])]
        many = len(cells)
        factors = (np.ones((many, many)) - 2 * np.eye(many)).ravel()
        starts = np.arange(0, many * many + 1, many, dtype=np.int32)
        return Rows(starts, np.tile(cells, many), factors, self._relations.width)


class _Chooser:
    """The cheapest cells that meet the conditions known so far.

    Its linear program without whole numbers is a bound, and says by how much each cell would raise it. It is kept from
    round to round: after some new conditions few steps are left to be made.
    """

    def __init__(self, system: System):
        self.must = system.sensitive.copy()
        self.enough = np.inf  # the cost of the cheapest choice that is known to do
        self._weights, self._lonely = system.weights, _Lonely(system)
        width = len(self._weights)
        self._conditions, self._least = Rows.of([], width), np.zeros(0)
        self._relaxed = Program(self._weights, self._bounds(), self._conditions, (np.zeros(0), np.zeros(0)))

    def _bounds(self) -> tuple[np.ndarray, np.ndarray]:
        return self.must.astype(float), np.ones(len(self.must))

    def keep(self, withheld: np.ndarray) -> None:
        """These cells stay withheld."""
        self.must = withheld
        self._relaxed.bound(*self._bounds())

    def learn(self, failed: list[Failure]) -> None:
        """What fails becomes conditions on what has to be withheld."""
        if failed:
            found = [zip(one.cells, one.worth / one.short, strict=True) for one in failed]
            self._state([Rows.of(found, len(self.must))], 1.0)

    def _state(self, conditions: list[Rows], least: float) -> None:
        more = Rows.stacked(conditions)
        at_least = np.full(more.height, least - CLOSE)
        self._conditions = Rows.stacked([self._conditions, more])
        self._least = np.append(self._least, at_least)
        self._relaxed.add(more, at_least)

    def cheapest(self, among: float) -> tuple[np.ndarray, bool]:
        """The cheapest cells, and whether nothing cheaper would do.

        Cells that would raise the bound by more than the share `among` of it are left out, and those that no choice
        cheaper than one that is known can have.
        """
        while True:
            relaxed = self._relaxed.solve()
            if relaxed is None:
                raise NotProtected()
            if not (more := self._lonely.broken(relaxed.values)):
                break
            self._state(more, 0.0)
        if (np.abs(relaxed.values - relaxed.values.round()) < WHOLE).all():
            return relaxed.values > 0.5, True
        while True:
            dearest = min(relaxed.total * among, self.enough - relaxed.total + WHOLE)
            withheld, optimal = self._whole(~self.must & (relaxed.costs <= dearest))
            if withheld is None and among == ALL:
                raise NotProtected()
            if withheld is None:
                among = ALL
            elif more := self._lonely.broken(withheld.astype(float), around=True):
                self._state(more, 0.0)
            else:
                total = self._weights[withheld].sum()
                return withheld, optimal and total <= relaxed.total * (1 + among)

    def _whole(self, free: np.ndarray) -> tuple[np.ndarray | None, bool]:
        """The cheapest choice where only the free cells are chosen, and whether it is; None if there is none."""
        cells = np.flatnonzero(free)
        least = self._least - self._conditions.times(self.must.astype(float))
        rows = self._conditions.chosen(np.arange(len(least)), cells)
        most = np.full(len(least), np.inf)
        bounds = (np.zeros(len(cells)), np.ones(len(cells)))
        solved = Program(self._weights[cells], bounds, rows, (least, most), NODES_A_ROUND).solve()
        if solved is None:
            return None, False
        withheld = self.must.copy()
        withheld[cells[solved.values > 0.5]] = True
        return withheld, solved.optimal


def _without_idle(system: System, outsider: Outsider, withheld: np.ndarray) -> np.ndarray:
    """Shows again what need not be withheld, the most important first."""
    extra = np.flatnonzero(withheld & ~system.sensitive)
    for cell in extra[np.argsort(-system.weights[extra])]:
        fewer = withheld.copy()
        fewer[cell] = False
        if not outsider.failures(fewer):
            withheld = fewer
    return withheld
