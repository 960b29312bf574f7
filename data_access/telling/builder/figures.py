"""Figures of an answered request by their codes: what did not occur is zero, what is not known stays unknown."""

from collections.abc import Iterator, Sequence
from itertools import combinations

import pandas as pd

from data_access.answer import WITHHELD, Withheld
from data_access.question import TOTAL, UNKNOWN
from data_access.telling.builder.asking import Answered
from data_access.telling.builder.request import Request
from data_access.telling.builder.world import is_time
from data_access.telling.withheld import cell, is_flag

Codes = tuple[str, ...]
REST = "rest"  # the codes of a dimension below its first ones
PERCENT = "_change_percent"


class Figures:
    """The frame of an answer as a table to look up."""

    def __init__(self, request: Request, answered: Answered):
        self.by = request.by
        columns = [name for name in answered.frame.columns if name not in self.by]
        keys = answered.frame[list(self.by)].itertuples(index=False, name=None) if self.by else [()]
        rows = answered.frame[columns].itertuples(index=False, name=None)
        self._rows: dict[Codes, dict] = {
            key: dict(zip(columns, row, strict=True)) for key, row in zip(keys, rows, strict=True)
        }

    def get(self, codes: Codes, column: str) -> int | float | Withheld | None:
        """One figure: of these codes, in this column of the frame. None if it is not known."""
        row = self._rows.get(codes)
        if row is not None:
            return cell(row, column)
        # A combination that occurs nowhere counts nothing, unless a whole in which it lies is not known either.
        # Where its zero is withheld, it has a row.
        return None if any(cell(whole, column) is None for whole in self._wholes(codes)) else 0

    def _wholes(self, codes: Codes) -> Iterator[dict]:
        """The rows counted over some of the categories of a combination."""
        places = [place for place, name in enumerate(self.by) if not is_time(name) and codes[place] != TOTAL]
        for size in range(1, len(places) + 1):
            for some in combinations(places, size):
                whole = self._rows.get(tuple(TOTAL if n in some else code for n, code in enumerate(codes)))
                if whole is not None:
                    yield whole

    def with_rest(self, kept: Sequence[str]) -> "Figures":
        """The same figures with those of all codes of the first dimension but the kept ones, under the code `rest`.

        Only for additive measures: the total less what is kept, which anybody reckons from the two. Withheld where
        one of these is.
        """
        more = Figures.__new__(Figures)
        more.by, more._rows = self.by, dict(self._rows)
        for codes, whole in self._rows.items():
            if codes[0] == TOTAL:
                parts = [self._rows.get((code, *codes[1:]), {}) for code in kept]
                more._rows[(REST, *codes[1:])] = _less(whole, parts) | _withheld_of(whole, parts)
        return more

    def codes(self, place: int, within: Codes = ()) -> list[str]:
        """Codes that occur in one dimension, in order, within codes of the dimensions before it; no totals."""
        found = (codes[place] for codes in self._rows if codes[: len(within)] == within)
        return [code for code in dict.fromkeys(found) if code != TOTAL]

    def nothing(self, place: int, code: str, columns: Sequence[str]) -> bool:
        """Whether a code has no figure but zero in any column, and none that is withheld."""
        rows = (row for codes, row in self._rows.items() if codes[place] == code)
        found = (cell(row, column) for row in rows for column in columns)
        return not any(figure or figure is WITHHELD for figure in found)

    def filled(self, place: int, codes: Sequence[str], columns: Sequence[str]) -> list[str]:
        """The codes without that of unknown values, if there is nothing in it."""
        return [code for code in codes if code != UNKNOWN or not self.nothing(place, code, columns)]


def _withheld_of(whole: dict, parts: Sequence[dict]) -> dict[str, bool]:
    """Which figures of a row less some of its parts are withheld: those that cannot be reckoned from what is shown."""
    return {name: any(row.get(name, False) for row in (whole, *parts)) for name in whole if is_flag(name)}


def _less(whole: dict, parts: Sequence[dict]) -> dict:
    """A row less some of its parts; a change in percent is made anew from what is left."""
    figures = {name: value for name, value in whole.items() if not is_flag(name)}
    left = {name: value - sum(part.get(name, 0) for part in parts) for name, value in figures.items()}
    for name in figures:
        if name.endswith(PERCENT):
            code = name.removesuffix(PERCENT)
            before = left[f"{code}_before"]
            left[name] = pd.NA if pd.isna(before) or not before else 100 * left[f"{code}_change"] / before
    return left
