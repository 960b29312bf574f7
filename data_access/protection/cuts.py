"""The closed list of what may leave the service: families of measures, and the dimensions that may split them."""

import tomllib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

_FILE = Path(__file__).parent.parent / "reference" / "council_cuts.toml"


@dataclass(frozen=True)
class Rules:
    """Which figures are too small or too much one household's to be shown."""

    smallest_count: int
    fewest_households: int
    percent: int


@dataclass(frozen=True)
class Cut:
    """Measures that may be shown split and filtered by these dimensions, coarser levels of them included."""

    family: str
    measures: tuple[str, ...]
    by: tuple[str, ...]

    @property
    def depths(self) -> dict[str, int]:
        """For each axis of the cut how many of its levels are shown."""
        return {axis_of(name)[0]: axis_of(name)[1] + 1 for name in self.by}

    @property
    def levels(self) -> dict[str, tuple[str, ...]]:
        """For each axis of the cut its dimensions, coarse to fine."""
        return {axis: levels_of(axis)[:depth] for axis, depth in self.depths.items()}

    def covers(self, names: Iterable[str]) -> set[str]:
        """Those of the dimensions that the cut has."""
        return {name for name in names if axis_of(name)[1] < self.depths.get(axis_of(name)[0], 0)}


@dataclass(frozen=True)
class Ratio:
    """A ratio as cells: of the measure `of`, the share that the cell with `part` besides is."""

    of: str
    part: tuple[str, str]


@cache
def _declared() -> Mapping[str, Any]:
    return tomllib.loads(_FILE.read_text(encoding="utf-8"))


@cache
def rules() -> Rules:
    return Rules(**_declared()["rules"])


@cache
def cuts() -> tuple[Cut, ...]:
    """Every cut, in the order in which the nearest one is looked for."""
    return tuple(Cut(one["family"], tuple(one["measures"]), tuple(one["by"])) for one in _declared()["cuts"])


def cuts_of(measure: str) -> tuple[Cut, ...]:
    """The cuts that show a measure; none if it is not for the council."""
    return tuple(cut for cut in cuts() if measure in cut.measures)


def family_of(measure: str) -> str:
    return cuts_of(measure)[0].family


def families() -> tuple[str, ...]:
    return tuple(dict.fromkeys(cut.family for cut in cuts()))


def levels_of(axis: str) -> tuple[str, ...]:
    """The dimensions of an axis, coarse to fine."""
    return tuple(_declared()["axes"].get(axis, (axis,)))


@cache
def axis_of(dimension: str) -> tuple[str, int]:
    """The axis of a dimension and its level there, 0 the coarsest."""
    for axis, names in _declared()["axes"].items():
        if dimension in names:
            return axis, names.index(dimension)
    return dimension, 0


@cache
def impossible() -> tuple[Mapping[str, tuple[str, ...]], ...]:
    """Combinations that cannot occur: in each the values of two dimensions that exclude one another."""
    return tuple({name: tuple(codes) for name, codes in one.items()} for one in _declared()["impossible"])


@cache
def attributes() -> frozenset[str]:
    """Axes of which it must not be told that a whole group has one value of them."""
    return frozenset(axis_of(name)[0] for name in _declared()["protection"]["attributes"])


@cache
def follows() -> Mapping[str, str]:
    """Counts of persons that are withheld where this count of households is small."""
    return _declared()["protection"]["follows"]


@cache
def at_most() -> Mapping[str, str]:
    """Measures that are never more than another."""
    return _declared()["protection"]["at_most"]


@cache
def together() -> Sequence[tuple[str, str, float]]:
    """Pairs of measures that are nothing together, and how much of the second there is at most for one of the first."""
    return [(*one["measures"], float(one["most"])) for one in _declared()["protection"]["together"]]


@cache
def ratios() -> Mapping[str, Ratio]:
    found = _declared()["protection"]["ratios"]
    return {name: Ratio(one["of"], next(iter(one["part"].items()))) for name, one in found.items()}
