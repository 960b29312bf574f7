"""An outsider who reads every table that is answered to the council and works out what he can.

Written without a line of `data_access/protection`: he knows the codes in the tables, how values lie within others,
that no count is negative, and by how much parts overlap to within a factor of two, or nothing of overlaps. Of each
withheld figure, or of a sum or difference of figures, he gets the least and the greatest value that all published
tables allow, by linear programming. `printed.py` is another, who does not even have this.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import combinations, pairwise, product

import numpy as np
import pandas as pd
from scipy.optimize import linprog
from scipy.sparse import csr_array

from data_access import TOTAL, Answer, Database, Question, measure

# Dimensions that are levels of one tree, coarse to fine.
LEVELS = (
    ("social_assistance", "benefit_group", "benefit"),
    ("centre", "branch"),
    ("age_class", "age_group"),
    ("half_year", "quarter", "month"),
)
TIME = LEVELS[-1]
# What an outsider knows to be at most something else of the same cell.
AT_MOST = {
    "households_assisted": "persons_assisted",
    "households_with_status": "persons_with_status",
    "households_on_date": "persons_on_date",
    "visitors": "visits",
}
# Where one of two is nothing, so is the other: the second is at most so much for each of the first, money in cents, and
# the first at most so much for each of the second.
TOGETHER = (
    ("households_assisted", "spend", 10_000_00, 0.01),
    ("households_assisted", "persons_assisted", 15, 1),
    ("households_with_status", "persons_with_status", 15, 1),
    ("households_on_date", "persons_on_date", 15, 1),
    ("visitors", "visits", 366, 1),
)
# A ratio, the count it is a share of, and which part of that it is.
RATIOS = {"missed_share": ("consultations", ("attendance", "missed"))}
TWICE, NOTHING = "twice", "nothing"  # how much of overlaps is known: to a factor of two; only that there may be some
SIDE_BY_SIDE = 4000  # variables of one linear program

Key = tuple[str, frozenset]  # measure, and what is not a total: (dimension, code) pairs of the finest level said
Aim = Mapping[Key, int]  # figures and their factors in a sum


@dataclass
class Tables:
    """All figures of all tables that share margins: true, and withheld or not."""

    true: dict[Key, int] = field(default_factory=dict)
    withheld: set[Key] = field(default_factory=set)
    sums: dict[Key, dict[str, set[Key]]] = field(default_factory=dict)
    ratios: set[Key] = field(default_factory=set)  # parts that a ratio shown tells
    shown: list[Answer] = field(default_factory=list)
    _published: set[Key] = field(default_factory=set)

    def take(self, database: Database, measures: Sequence[str], year: int, by: tuple[str, ...]) -> None:
        """Reads one table twice, exact and as the council gets it; the same cell must look the same everywhere."""
        exact = database.ask(Question.of(measures, year, by=by))
        shown = database.ask(Question.of(measures, year, by=by, audience="council"))
        self.shown.append(shown)
        true = {row[: len(by)]: row[len(by) :] for row in exact.frame.itertuples(index=False, name=None)}
        hidden = shown.withheld.itertuples(index=False, name=None)
        for row, marks in zip(shown.frame.itertuples(index=False, name=None), hidden, strict=True):
            codes, figures = row[: len(by)], row[len(by) :]
            values = true.get(codes, (0,) * len(measures))
            for code, value, figure, mark in zip(measures, values, figures, marks, strict=True):
                if pd.isna(value):  # a stock over time: no figure for anybody
                    continue
                assert pd.isna(figure) if mark else figure == value
                if code in RATIOS:
                    self._take_ratio(code, by, codes, mark)
                else:
                    self._take(code, by, codes, int(value), mark)

    def _take(self, code: str, by: tuple[str, ...], codes: tuple[str, ...], value: int, mark: bool) -> None:
        key = self.key(code, by, codes)
        assert self.true.setdefault(key, value) == value
        (self.withheld if mark else self._published).add(key)
        assert not self.withheld & self._published & {key}
        for place, name in enumerate(by):
            if codes[place] != TOTAL:
                total = self.key(code, by, (*codes[:place], TOTAL, *codes[place + 1 :]))
                if total != key:
                    self.sums.setdefault(total, {}).setdefault(name, set()).add(key)

    def _take_ratio(self, code: str, by: tuple[str, ...], codes: tuple[str, ...], mark: bool) -> None:
        of, (name, part) = RATIOS[code]
        if not mark:
            self.ratios |= {self.key(of, by, codes), self.key(of, (*by, name), (*codes, part))}

    @staticmethod
    def key(code: str, by: tuple[str, ...], codes: tuple[str, ...]) -> Key:
        """The one name of a figure, whatever question it answers."""
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

    def beside(self, other: "Tables", name: str) -> None:
        """Takes in tables that share no figure with these; `name` tells theirs apart."""

        def named(key: Key) -> Key:
            return key[0], key[1] | {("table", name)}

        self.true |= {named(key): value for key, value in other.true.items()}
        self.withheld |= {named(key) for key in other.withheld}
        for total, split in other.sums.items():
            self.sums[named(total)] = {axis: {named(part) for part in parts} for axis, parts in split.items()}

    def ranges(self, aims: Sequence[Aim], overlaps: str = TWICE) -> list[tuple[float, float]]:
        """The least and the greatest value that the published figures allow for each of these sums."""
        place = {key: number for number, key in enumerate(sorted(self.withheld, key=repr))}
        lowest = np.array([0.0 if self.true[key] >= 0 else -np.inf for key in place])
        program = _Program(lowest, self._equal(place, overlaps), self._at_most(place, overlaps))
        hidden = [{place[key]: factor for key, factor in aim.items() if key in place} for aim in aims]
        known = [sum(factor * self.true[key] for key, factor in aim.items() if key not in place) for aim in aims]
        found = program.extremes(hidden)
        return [(low + more, high + more) for (low, high), more in zip(found, known, strict=True)]

    def overlap(self, total: Key, name: str) -> int:
        """By how much the parts of a total along a dimension are more than it."""
        return sum(self.true[part] for part in self.sums[total][name]) - self.true[total]

    def _touched(self) -> Iterable[tuple[Key, str, set[Key]]]:
        for total, split in self.sums.items():
            for name, parts in split.items():
                if total in self.true and not self.withheld.isdisjoint({total, *parts}):
                    yield total, name, parts

    def _equal(self, place: Mapping[Key, int], overlaps: str) -> list:
        found = []
        for total, name, parts in self._touched():
            if not self.overlap(total, name) and (overlaps == TWICE or measure(total[0]).additive):
                found.append(self._row([(part, 1.0) for part in parts] + [(total, -1.0)], 0.0, place))
        return found

    def _at_most(self, place: Mapping[Key, int], overlaps: str) -> list:
        found = []
        for total, name, parts in self._touched():
            more = self.overlap(total, name)
            assert not more or not measure(total[0]).additive, (total, name)
            terms = [(part, 1.0) for part in parts] + [(total, -1.0)]
            if more and overlaps == TWICE:
                found.append(self._row(terms, 2.0 * more, place))
            if more or (overlaps == NOTHING and not measure(total[0]).additive):
                found.append(self._row([(key, -factor) for key, factor in terms], 0.0, place))
                found += [self._row([(part, 1.0), (total, -1.0)], 0.0, place) for part in parts]
        for (code, cell), value in self.true.items():
            other = (AT_MOST.get(code), cell)
            if not self.withheld.isdisjoint({(code, cell), other}) and value <= self.true.get(other, -1):
                found.append(self._row([((code, cell), 1.0), (other, -1.0)], 0.0, place))
        for one, other, most, least in TOGETHER:
            for code, cell in self.true:
                both = (one, cell), (other, cell)
                # What is not nothing tells no more than that the other is not, either.
                if code == one and self.true.get(both[1]) == self.true[both[0]] == 0 and self.withheld & {*both}:
                    found.append(self._row([(both[1], 1.0), (both[0], -most)], 0.0, place))
                    found.append(self._row([(both[0], 1.0), (both[1], -least)], 0.0, place))
        return found

    def _row(self, terms: list, right: float, place: Mapping[Key, int]) -> tuple[dict[int, float], float]:
        known = sum(factor * self.true[key] for key, factor in terms if key not in place)
        return {place[key]: factor for key, factor in terms if key in place}, right - known


Row = tuple[dict[int, float], float]


@dataclass
class _Program:
    """Variables with their least values, and rows that equal their right side or are at most it."""

    lowest: np.ndarray
    equal: list[Row]
    at_most: list[Row]

    def __post_init__(self):
        self._leader = list(range(len(self.lowest)))
        for row, _ in [*self.equal, *self.at_most]:
            first, *others = row or [None]
            for other in others:
                self._leader[self._group(other)] = self._group(first)
        self._rows: dict[int, tuple[list[Row], list[Row]]] = defaultdict(lambda: ([], []))
        for kind, rows in enumerate((self.equal, self.at_most)):
            for row in rows:
                if row[0]:
                    self._rows[self._group(next(iter(row[0])))][kind].append(row)
        self._members = defaultdict(list)
        for one in range(len(self.lowest)):
            self._members[self._group(one)].append(one)

    def _group(self, one: int) -> int:
        while self._leader[one] != one:
            one = self._leader[one]
        return one

    def extremes(self, aims: Sequence[Mapping[int, int]]) -> list[tuple[float, float]]:
        """The least and greatest value of each sum, as many linear programs side by side as make one of a good size."""
        found, waiting, size = [], [], 0
        for aim in aims:
            for sign in (1.0, -1.0):
                groups = sorted({self._group(one) for one in aim})
                waiting.append((aim, sign, groups))
                size += sum(len(self._members[group]) for group in groups)
            if size > SIDE_BY_SIDE:
                found, waiting, size = found + self._solved(waiting), [], 0
        found += self._solved(waiting)
        return list(zip(found[::2], found[1::2], strict=True))

    def _solved(self, programs: list) -> list[float]:
        goal, lowest, sides = [], [], (([], []), ([], []))
        starts = []
        for aim, sign, groups in programs:
            variables = [one for group in groups for one in self._members[group]]
            local = {one: len(goal) + number for number, one in enumerate(variables)}
            starts.append({one: local[one] for one in aim})
            goal += [sign * aim.get(one, 0) for one in variables]
            lowest += [self.lowest[one] for one in variables]
            for (rows, right), kind in zip(sides, (0, 1), strict=True):
                for row, value in (each for group in groups for each in self._rows[group][kind]):
                    rows.append({local[one]: factor for one, factor in row.items()})
                    right.append(value)
        if not goal:
            return [0.0] * len(programs)
        (equal, equals), (at_most, most) = sides
        solved = linprog(
            goal,
            A_eq=_matrix(equal, len(goal)) if equal else None,
            b_eq=equals or None,
            A_ub=_matrix(at_most, len(goal)) if at_most else None,
            b_ub=most or None,
            # No figure of a municipality is greater; without an end the program has none.
            bounds=np.stack([lowest, np.full(len(goal), 1e9)], axis=1),
        )
        assert solved.x is not None, solved.message
        return [
            sum(factor * solved.x[start[one]] for one, factor in aim.items())
            for (aim, _, _), start in zip(programs, starts, strict=True)
        ]


def _matrix(rows: list[dict[int, float]], width: int) -> csr_array:
    entries = [(number, cell, factor) for number, row in enumerate(rows) for cell, factor in row.items()]
    numbers, cells, factors = zip(*entries, strict=True)
    return csr_array((factors, (numbers, cells)), shape=(len(rows), width))


def ways_of_asking(by: tuple[str, ...]) -> list[tuple[str, ...]]:
    """Tables of at most three dimensions in which each level of each dimension of a cut meets each of the others."""
    levels = []
    for name in by:
        [tree] = [tree for tree in LEVELS if name in tree] or [(name,)]
        levels.append(tree[: tree.index(name) + 1])
    names = [name for tree in levels for name in tree]
    possible = [set(way) for way in combinations(names, min(3, len(names)))]
    left = [{*one} for one in product(*levels)]
    left += [set(pair) for tree in levels for pair in pairwise(tree)]
    chosen = []
    while left:
        best = max(possible, key=lambda way: sum(one <= way for one in left))
        chosen.append(tuple(name for name in names if name in best))
        left = [one for one in left if not one <= best]
    return chosen
