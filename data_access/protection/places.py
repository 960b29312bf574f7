"""Places on the axes of one family and year: which values there are, what lies within what, and what cannot occur."""

from collections.abc import Iterable, Mapping
from itertools import product

from data_access.protection.cuts import Cut, axis_of, impossible, levels_of
from data_access.protection.figures import Figure, Key
from data_access.question import UNKNOWN

Path = tuple[str, ...]


class Places:
    """The trees of values seen on each axis. The root of an axis, the empty path, is its total.

    A code says where it stands only together with its level: a centre and its branch can have the same one.
    """

    def __init__(self, figures: Iterable[Mapping[Key, Figure]]):
        self._within: dict[str, dict[Path, set[Path]]] = {}
        self._of_code: dict[tuple[str, int, str], set[Path]] = {}
        for key in {key for one in figures for key in one}:
            for axis, path in key:
                tree = self._within.setdefault(axis, {(): set()})
                for depth, code in enumerate(path):
                    tree.setdefault(path[:depth], set()).add(path[: depth + 1])
                    # What is not known on one level is not known on the finer ones either, and has no places there.
                    deepest = len(levels_of(axis)) if code == UNKNOWN else depth + 1
                    for level in range(depth, deepest):
                        self._of_code.setdefault((axis, level, code), set()).add(path[: depth + 1])

    def within(self, axis: str, path: Path, depth: int) -> list[Path]:
        """The places right under one, on the first `depth` levels."""
        return sorted(self._within.get(axis, {}).get(path, ())) if len(path) < depth else []

    def all(self, axis: str, depth: int) -> list[Path]:
        """Every place on the first `depth` levels of an axis, its root first."""
        found = [()]
        for path in found:
            found += self.within(axis, path, depth)
        return found

    def keys(self, cut: Cut) -> list[Key]:
        """Every cell that a cut could show."""
        axes = cut.depths
        paths = product(*(self.all(axis, depth) for axis, depth in axes.items()))
        return [key_of(zip(axes, one, strict=True)) for one in paths]

    def key(self, codes: Iterable[tuple[str, str]]) -> Key | None:
        """The cell of these (dimension, code) pairs; None if nothing has been seen there, so that it counts zero.

        Raises SeveralPlaces where they are no cell but several together.
        """
        paths: dict[str, Path] = {}
        given = [(*axis_of(name), code) for name, code in codes]
        for axis, level, code in given:
            found = self._of_code.get((axis, level, code), set())
            if len(found) > 1:
                raise SeveralPlaces()
            for path in found:
                paths[axis] = max(paths.get(axis, ()), path, key=len)
        if any(not self._stands(paths.get(axis, ()), level, code) for axis, level, code in given):
            return None
        return key_of(paths.items())

    @staticmethod
    def _stands(path: Path, level: int, code: str) -> bool:
        return bool(path) and path[min(level, len(path) - 1)] == code


class SeveralPlaces(LookupError):
    """Codes that stand for more than one place of an axis: such figures are protected by no cell of their own."""


def key_of(paths: Iterable[tuple[str, Path]]) -> Key:
    return tuple(sorted((axis, path) for axis, path in paths if path))


def replaced(key: Key, axis: str, path: Path) -> Key:
    """The cell that differs from one by its place on one axis."""
    return key_of({**dict(key), axis: path}.items())


def cannot_occur(key: Key) -> bool:
    """Whether everybody knows that nobody can be in a cell."""
    paths = dict(key)
    return any(
        all(set(codes) & set(paths.get(axis_of(name)[0], ())) for name, codes in one.items()) for one in impossible()
    )
