"""Places on the axes of one family and year: which values there are, what lies within what, and what cannot occur."""

from collections.abc import Iterable, Mapping
from itertools import product

from data_access.protection.cuts import Cut, axis_of, impossible
from data_access.protection.figures import Figure, Key

Path = tuple[str, ...]


class Places:
    """The trees of values seen on each axis. The root of an axis, the empty path, is its total."""

    def __init__(self, figures: Iterable[Mapping[Key, Figure]]):
        self._within: dict[str, dict[Path, set[Path]]] = {}
        self._of_code: dict[tuple[str, str], Path] = {}
        for key in {key for one in figures for key in one}:
            for axis, path in key:
                tree = self._within.setdefault(axis, {(): set()})
                for depth in range(len(path)):
                    tree.setdefault(path[:depth], set()).add(path[: depth + 1])
                    self._of_code[axis, path[depth]] = path[: depth + 1]

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
        """The cell of these (dimension, code) pairs; None if nothing has been seen there, so that it counts zero."""
        paths: dict[str, Path] = {}
        given = list(codes)
        for name, code in given:
            axis, _ = axis_of(name)
            path = self._of_code.get((axis, code))
            if path is None:
                return None
            paths[axis] = max(paths.get(axis, ()), path, key=len)
        key = key_of(paths.items())
        return key if all(code in paths[axis_of(name)[0]] for name, code in given) else None


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
