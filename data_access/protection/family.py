"""A family's year as a system: its cells, how they add up, what is at most what, and what must not be found out.

Counts of different persons overlap: their parts add up to more than the total. An outsider is taken to know how much
more to within a factor of two, though nothing tells him: where parts hardly overlap, they protect each other
nearly as those of a sum do.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from math import log10

import numpy as np

from data_access.measures import measure
from data_access.protection.cuts import (
    Cut,
    at_most,
    attributes,
    follows,
    rules,
    together,
)
from data_access.protection.figures import TIME, Figure, Key, counts_units
from data_access.protection.places import Places, cannot_occur, replaced
from data_access.protection.system import Need, Rows, System

Cell = tuple[str, Key]
_NOTHING = Figure(0, 0, 0, 0)


@dataclass(frozen=True)
class Relation:
    """The parts of a total along one axis; `more` is by how much they exceed it, where they overlap."""

    total: int
    parts: tuple[int, ...]
    axis: str
    more: int

    @property
    def parts_less_total(self) -> tuple[tuple[int, int], ...]:
        return ((self.total, -1), *((part, 1) for part in self.parts))


@dataclass(frozen=True)
class _Limit:
    """Terms whose sum can grow by `slack` at most; `overlap` is the relation whose overlap it bounds, if any."""

    terms: tuple[tuple[int, int], ...]
    slack: float
    overlap: Relation | None = None


@dataclass
class Family:
    """Linked tables of one year, before they are protected: their figures, and the measures with the cuts that show
    them."""

    figures: Mapping[str, Mapping[Key, Figure]]
    shown: Sequence[tuple[str, Cut]]
    cells: dict[Cell, int] = field(default_factory=dict)
    relations: list[Relation] = field(default_factory=list)

    def __post_init__(self):
        self.places = Places(self.figures.values())
        for code, cut in self.shown:
            for key in self.places.keys(cut):
                if self._may_occur(code, key):
                    self.cells.setdefault((code, key), len(self.cells))
        self.all = list(self.cells)
        found: dict[tuple, Relation] = {}
        for code, cut in self.shown:
            for one in self._sums(code, cut):
                found.setdefault((one.total, one.axis, one.parts), one)
        self.relations = list(found.values())
        self._overlapping = {(self.all[one.total][0], one.axis) for one in self.relations if one.more}

    def figure(self, cell: Cell) -> Figure:
        code, key = cell
        return self.figures[code].get(key, _NOTHING)

    def _may_occur(self, code: str, key: Key) -> bool:
        """Of what is zero in total, everybody knows that its parts are, too. A stock has no total over time."""
        if self.figure((code, key)).units:
            return True
        totals = [replaced(key, axis, ()) for axis, _ in key if axis != TIME or not measure(code).stock]
        return bool(totals) and not cannot_occur(key) and all(self.figure((code, one)).units for one in totals)

    def _sums(self, code: str, cut: Cut) -> Iterator[Relation]:
        for key in self.places.keys(cut):
            total = self.cells.get((code, key))
            if total is None:
                continue
            for axis, depth in cut.depths.items():
                under = self.places.within(axis, dict(key).get(axis, ()), depth)
                parts = [self.cells.get((code, replaced(key, axis, path))) for path in under]
                parts = tuple(part for part in parts if part is not None)
                if parts:
                    yield Relation(total, parts, axis, self._more(total, parts))

    def _more(self, total: int, parts: tuple[int, ...]) -> int:
        return sum(self.figure(self.all[part]).value for part in parts) - self.figure(self.all[total]).value

    def system(self) -> System:
        """The numbers that the choice of cells is made from. Money is in euros."""
        values = np.array([self.figure(cell).value / _scale(cell) for cell in self.all])
        exact = [one for one in self.relations if not one.more]
        limits = [*self._at_most(values), *self._overlaps(), *self._nothing_together()]
        sensitive, needs = self._needs(values, exact, limits)
        return System(
            values=values,
            weights=np.array([_weight(cell, value) for cell, value in zip(self.all, values, strict=True)]),
            down=np.where(values < 0, np.inf, values),
            relations=Rows.of((one.parts_less_total for one in exact), len(values)),
            limits=Rows.of((one.terms for one in limits), len(values)),
            slack=np.array([one.slack for one in limits], dtype=float),
            sensitive=sensitive,
            needs=tuple(dict.fromkeys(needs)),
        )

    def _at_most(self, values: np.ndarray) -> list[_Limit]:
        """What is never more than something else. A record that breaks such a rule is nothing to build on."""
        found = [(part, one.total) for one in self.relations if self._may_overlap(one) for part in one.parts]
        for (code, key), less in self.cells.items():
            if code in at_most() and (more := self.cells.get((at_most()[code], key))) is not None:
                found.append((less, more))
        return [
            _Limit(((less, 1), (more, -1)), values[more] - values[less])
            for less, more in found
            if values[less] <= values[more]
        ]

    def _nothing_together(self) -> Iterator[_Limit]:
        """What a shown zero tells of another measure's cell; a figure that is not zero tells only that it is not."""
        for one, other, most in together():
            for (code, key), first in self.cells.items():
                second = self.cells.get((other, key))
                if code != one or second is None or self.figure((one, key)).units or self.figure((other, key)).units:
                    continue
                yield _Limit(((second, 1), (first, -most)), 0)
                yield _Limit(((first, 1), (second, -1)), 0)

    def _overlaps(self) -> list[_Limit]:
        """By how much parts exceed their total an outsider knows to be between nothing and twice as much as it is."""
        found = []
        for one in self.relations:
            if self._may_overlap(one):
                found.append(_Limit(tuple((cell, -factor) for cell, factor in one.parts_less_total), one.more))
            if one.more:
                found.append(_Limit(one.parts_less_total, one.more, one))
        return found

    def _may_overlap(self, one: Relation) -> bool:
        return (self.all[one.total][0], one.axis) in self._overlapping

    def _needs(self, values: np.ndarray, exact: list[Relation], limits: list[_Limit]) -> tuple[np.ndarray, list[Need]]:
        sensitive, needs = np.zeros(len(values), dtype=bool), []
        for cell, place in self.cells.items():
            if reach := self._reach(cell, values[place]):
                sensitive[place] = True
                up, down = reach
                needs += [Need(((place, 1),), up), *([Need(((place, -1),), down)] if down else [])]
        for one in self.relations:
            needs += self._between_parts(one, values)
            needs += self._in_several(one, values, exact, limits)
        return sensitive, needs

    def _reach(self, cell: Cell, value: float) -> tuple[float, float] | None:
        """How far above and below its value a figure must look possible; None if it may be shown."""
        code, key = cell
        figure, rule = self.figure(cell), rules()
        if not figure.units:
            return None
        if counts_units(code):
            if value < rule.smallest_count:
                return rule.smallest_count - value, value - 1
            households = self.figure((follows()[code], key)) if code in follows() else None
            few = households is not None and 0 < households.units < rule.smallest_count
            return _near(value) if few else None
        if measure(code).unit != "cents":
            return _near(value) if figure.units < rule.smallest_count else None
        others = max(figure.value - figure.largest - figure.second, 0) if figure.units > 2 else 0
        room = (figure.largest * rule.percent / 100 - others) / _scale(cell)
        if figure.units >= rule.fewest_households and room <= 0:
            return None
        return (max(room, 1.0), max(room, 1.0))

    def _between_parts(self, one: Relation, values: np.ndarray) -> Iterator[Need]:
        """What the difference of a total and its parts would tell."""
        code, _ = self.all[one.total]
        if not counts_units(code) or one.axis == TIME or not values[one.total]:
            return
        small = rules().smallest_count
        met = [part for part in one.parts if values[part]]
        for part in met:
            others = values[one.total] - values[part]
            terms = ((one.total, 1), (part, -1))
            if not others and one.axis in attributes() and len(one.parts) > 1:
                # Group disclosure: that somebody of this group has another value must look possible.
                yield Need(terms, 1)
            elif 0 < others < small and one.more:
                yield Need(terms, small - others)

    def _in_several(
        self, one: Relation, values: np.ndarray, exact: list[Relation], limits: list[_Limit]
    ) -> Iterator[Need]:
        """By how much parts exceed their total tells how many are in several: a count of persons, too. Who works it out
        knows of no overlap."""
        code, _ = self.all[one.total]
        met, small = [part for part in one.parts if values[part]], rules().smallest_count
        if not counts_units(code) or one.axis == TIME or len(met) < 2 or not 0 < one.more < small:
            return

        def alike(other: Relation | None) -> bool:
            return other is not None and other.axis == one.axis and self.all[other.total][0] == code

        yield Need(
            ((one.total, -1), *((part, 1) for part in met)),
            small - one.more,
            tuple(place for place, other in enumerate(exact) if alike(other)),
            tuple(place for place, limit in enumerate(limits) if alike(limit.overlap)),
        )


def _near(value: float) -> tuple[float, float]:
    room = max(1.0, value * rules().percent / 100)
    return room, room


def _scale(cell: Cell) -> int:
    return 100 if measure(cell[0]).unit == "cents" else 1


def _weight(cell: Cell, value: float) -> float:
    """Totals matter more than their parts, large figures more than small ones; a mark for a zero misleads."""
    _, key = cell
    known = sum(len(path) for _, path in key)
    return (2.0 if value == 0 else 1 + log10(1 + abs(value)) / 5) * (20.0 if known == 0 else 1 + 2 / known)
