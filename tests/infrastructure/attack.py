"""An outsider who reads every table that is answered to the council and works out what he can.

Written without a line of `data_access/protection`: he knows the codes in the tables, how values lie within others,
that no count is negative, and by how much parts overlap to within a factor of two. For each withheld figure he gets
the least and the greatest value that all published tables allow, by linear programming.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from itertools import combinations

import numpy as np
import pandas as pd
from scipy.optimize import linprog
from scipy.sparse import block_diag, csr_array

from data_access import TOTAL, Database, Question, measure

# Dimensions that are levels of one tree, coarse to fine.
LEVELS = (
    ("social_assistance", "benefit_group", "benefit"),
    ("centre", "branch"),
    ("age_class", "age_group"),
    ("half_year", "quarter", "month"),
)
# What an outsider knows to be at most something else of the same cell.
AT_MOST = {
    "households_assisted": "persons_assisted",
    "households_with_status": "persons_with_status",
    "households_on_date": "persons_on_date",
    "visitors": "visits",
}

Key = tuple[str, frozenset]  # measure, and what is not a total: (dimension, code) pairs of the finest level said


@dataclass
class Tables:
    """All figures of all tables that share margins: true, and withheld or not."""

    true: dict[Key, int] = field(default_factory=dict)
    withheld: set[Key] = field(default_factory=set)
    sums: dict[Key, dict[str, set[Key]]] = field(default_factory=dict)

    def take(self, database: Database, measures: Iterable[str], year: int, by: tuple[str, ...]) -> None:
        """Reads one table twice, exact and as the council gets it; the same cell must look the same everywhere."""
        exact = database.ask(Question.of(measures, year, by=by))
        shown = database.ask(Question.of(measures, year, by=by, audience="council"))
        seen = set(exact.frame[list(by)].itertuples(index=False, name=None))
        rows = exact.frame.set_index(list(by))
        for place, codes in enumerate(shown.frame[list(by)].itertuples(index=False, name=None)):
            for code in measures:
                key = self._key(code, by, codes)
                true = rows.loc[codes, code] if codes in seen else 0
                if pd.isna(true):  # a stock over time: no figure for anybody
                    continue
                hidden = bool(shown.withheld.iloc[place][code])
                assert pd.isna(shown.frame.iloc[place][code]) if hidden else shown.frame.iloc[place][code] == true
                assert self.true.setdefault(key, int(true)) == true
                if hidden:
                    assert key in self.withheld or key not in self._published
                    self.withheld.add(key)
                else:
                    assert key not in self.withheld
                    self._published.add(key)
                for name, value in zip(by, codes, strict=True):
                    if value != TOTAL:
                        total = self._key(
                            code, by, tuple(TOTAL if n == name else c for n, c in zip(by, codes, strict=True))
                        )
                        if total != key:
                            self.sums.setdefault(total, {}).setdefault(name, set()).add(key)

    _published: set[Key] = field(default_factory=set)

    @staticmethod
    def _key(code: str, by: tuple[str, ...], codes: tuple[str, ...]) -> Key:
        said = {name: value for name, value in zip(by, codes, strict=True) if value != TOTAL}
        for names in LEVELS:
            finest = [name for name in names if name in said]
            for name in finest[:-1]:
                # What is unknown on a coarse level is so on a fine one.
                del said[name]
        for names in LEVELS:
            for name in names:
                if said.get(name) == "unknown":
                    said[names[0]] = said.pop(name)
        return code, frozenset(said.items())

    def ranges(self, cells: Iterable[Key]) -> dict[Key, tuple[float, float]]:
        """The least and the greatest value that the published figures allow for each of these cells."""
        hidden = sorted(self.withheld, key=repr)
        place = {key: number for number, key in enumerate(hidden)}
        equal, at_most = [], []
        for total, by_dimension in self.sums.items():
            for name, parts in by_dimension.items():
                if total not in self.true or not {total, *parts} & self.withheld:
                    continue
                more = sum(self.true[part] for part in parts) - self.true[total]
                terms = [(part, 1.0) for part in parts] + [(total, -1.0)]
                if not more:
                    equal.append(self._row(terms, 0.0, place))
                else:
                    assert not measure(total[0]).additive, (total, name)
                    at_most.append(self._row(terms, 2.0 * more, place))
                    at_most.append(self._row([(key, -factor) for key, factor in terms], 0.0, place))
                    at_most += [self._row([(part, 1.0), (total, -1.0)], 0.0, place) for part in parts]
        for code, cell in self.true:
            other = (AT_MOST.get(code), cell)
            if (
                other in self.true
                and self.true[code, cell] <= self.true[other]
                and {(code, cell), other} & self.withheld
            ):
                at_most.append(self._row([((code, cell), 1.0), (other, -1.0)], 0.0, place))
        bounds = [(0, None) if self.true[key] >= 0 else (None, None) for key in hidden]
        found = extremes(equal, at_most, bounds, [place[cell] for cell in cells])
        return dict(zip(cells, found, strict=True))

    def _row(self, terms: list, right: float, place: Mapping[Key, int]) -> tuple[list[tuple[int, float]], float]:
        known = sum(factor * self.true[key] for key, factor in terms if key not in place)
        return [(place[key], factor) for key, factor in terms if key in place], right - known


def extremes(equal: list, at_most: list, bounds: list, cells: list[int]) -> list[tuple[float, float]]:
    """The least and greatest value of each variable; all linear programs side by side in one."""
    width, aims = len(bounds), [(cell, sign) for cell in cells for sign in (1.0, -1.0)]
    if not aims:
        return []
    found = []
    for start in range(0, len(aims), 50):
        some = aims[start : start + 50]
        goal = np.zeros(width * len(some))
        for number, (cell, sign) in enumerate(some):
            goal[number * width + cell] = sign
        solved = linprog(
            goal,
            A_eq=block_diag([_matrix(equal, width)] * len(some), format="csr") if equal else None,
            b_eq=[right for _, right in equal] * len(some) if equal else None,
            A_ub=block_diag([_matrix(at_most, width)] * len(some), format="csr") if at_most else None,
            b_ub=[right for _, right in at_most] * len(some) if at_most else None,
            # No figure of a municipality is greater; without an end the program has none.
            bounds=[(low, 1e9 if high is None else high) for low, high in bounds] * len(some),
        )
        assert solved.x is not None, solved.message
        found += [solved.x[number * width + cell] for number, (cell, _) in enumerate(some)]
    return list(zip(found[::2], found[1::2], strict=True))


def _matrix(rows: list, width: int) -> csr_array:
    entries = [(number, cell, factor) for number, (row, _) in enumerate(rows) for cell, factor in row]
    numbers, cells, factors = zip(*entries, strict=True) if entries else ((), (), ())
    return csr_array((factors, (numbers, cells)), shape=(len(rows), width))


def ways_of_asking(by: tuple[str, ...]) -> list[tuple[str, ...]]:
    """All tables of at most three dimensions that show a cut with the coarser levels of its dimensions."""
    names = []
    for name in by:
        [levels] = [levels for levels in LEVELS if name in levels] or [(name,)]
        names += levels[: levels.index(name) + 1]
    return list(combinations(names, min(3, len(names))))
