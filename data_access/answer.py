"""What comes back from a question: a tidy frame, and what has to be said about it."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from enum import Enum
from functools import cached_property
from typing import Any

import pandas as pd

from data_access.language import texts
from data_access.measures import dimension
from data_access.question import TOTAL, Question


class Withheld(Enum):
    """What stands in place of a figure that is not for the audience: no number, so that nothing can be made of it."""

    WITHHELD = "withheld"

    def __bool__(self) -> bool:
        return False


WITHHELD = Withheld.WITHHELD


@dataclass(frozen=True)
class Note:
    """One thing to know about an answer. `kind` is the key of its sentence under `notes` in the catalogues.

    Parameters that end in `_lv` are chosen by language: `reason_lv` and `reason_en` fill `{reason}`.
    """

    kind: str
    params: tuple[tuple[str, Any], ...] = ()

    @classmethod
    def of(cls, kind: str, **params: Any) -> "Note":
        return cls(kind, tuple(params.items()))

    def param(self, name: str) -> Any:
        return dict(self.params)[name]

    def text(self, language: str) -> str:
        """The note as a sentence in `lv` or `en`."""
        params = {}
        for name, value in self.params:
            if name.endswith(("_lv", "_en")):
                if name.endswith(language):
                    params[name[:-3]] = value
            else:
                params[name] = value
        return texts(language)(f"notes.{self.kind}", **params)


@dataclass(frozen=True)
class AsOf:
    """How fresh an answer is: when its records were loaded (UTC), the days they reach, and whether they are real."""

    loaded_at: datetime
    data_from: date
    data_until: date
    demonstration: bool


def _is_of_split(note: Note, name: str) -> bool:
    """Whether a note of an answer is one of its split by this dimension alone, too."""
    if note.kind == "unknown_values":
        return note.param("dimension_lv") == dimension(name).name_lv
    return note.kind != "overlap"


@dataclass(frozen=True)
class Answer:
    """The answer to a question.

    `frame` has a column of codes for each dimension of the question, in its order, and a column for each
    measure. A row is one combination of values that occurs; `total` in a dimension's column marks a row
    counted over all its values, at its own grain; `unknown` records without a value. Rows stand in
    vocabulary order, totals last. Measures are nullable: `cents` and counts Int64, percents Float64; <NA> is
    "not published" or "no records of those days", never zero.

    `withheld` has the rows of `frame` and a boolean for each measure: true where a figure is <NA> because it is
    not for the question's audience. Whoever sorts, compares or says anything does so from `frame` alone.
    """

    question: Question
    frame: pd.DataFrame
    notes: tuple[Note, ...]
    as_of: AsOf
    withheld: pd.DataFrame = field(default_factory=pd.DataFrame)

    @property
    def total(self) -> pd.Series:
        """The row counted over everything."""
        rows = self.frame
        for name in self.question.by:
            rows = rows[rows[name] == TOTAL]
        return rows.iloc[0]

    @property
    def parts(self) -> pd.DataFrame:
        """The rows of the finest grain, without totals."""
        rows = self.frame
        for name in self.question.by:
            rows = rows[rows[name] != TOTAL]
        return rows.reset_index(drop=True)

    @property
    def empty(self) -> bool:
        """Whether there is nothing here: no figure is known and different from zero."""
        figures = self.frame[list(self.question.measures)]
        return not (figures.notna() & (figures != 0)).to_numpy().any()

    def split_by(self, name: str) -> "Answer":
        """The answer to the same question split by one of its dimensions only; how parts overlap is left out, as it is
        said of all of them."""
        by = list(self.question.by)
        others = [one for one in by if one != name]
        rows = (self.frame[others] == TOTAL).all(axis="columns").to_numpy(dtype=bool)
        return replace(
            self,
            question=replace(self.question, by=(name,)),
            frame=self.frame.loc[rows].drop(columns=others).reset_index(drop=True),
            notes=tuple(note for note in self.notes if _is_of_split(note, name)),
            withheld=self.withheld.loc[rows].reset_index(drop=True),
        )

    def value(self, measure: str | None = None, **where: str) -> int | float | Withheld | None:
        """One figure: of the row with these codes, totals in all other dimensions. None if it is not known, WITHHELD
        if it is not for the audience.

        A combination that does not occur among records of covered days counts as 0; a calendar cell that no record
        reaches has no row at all, and is not known.
        """
        place = self._place(where)
        if place is None:
            reached = all(where.get(name, TOTAL) in cells for name, cells in self._times.items())
            return 0 if reached else None
        code = measure or self.question.measures[0]
        if code not in self._values:
            self._values[code] = self._listed(code)
        return self._values[code][place]

    def occurs(self, **where: str) -> bool:
        """Whether there is a row with these codes, totals in all other dimensions."""
        return self._place(where) is not None

    def _place(self, where: Mapping[str, str]) -> int | None:
        return self._places.get(tuple(where.get(name, TOTAL) for name in self.question.by))

    @cached_property
    def _places(self) -> dict[tuple[str, ...], int]:
        by = list(self.question.by)
        codes = self.frame[by].itertuples(index=False, name=None) if by else [()]
        return {row: place for place, row in enumerate(codes)}

    @cached_property
    def _values(self) -> dict[str, list[int | float | Withheld | None]]:
        """The figures of all rows by measure, of those that were looked up: a frame takes as long for one of them."""
        return {}

    def _listed(self, code: str) -> list[int | float | Withheld | None]:
        figures = self.frame[code].to_numpy(dtype="object", na_value=None).tolist()
        if code not in self.withheld:
            return figures
        return [WITHHELD if one else figure for figure, one in zip(figures, self.withheld[code], strict=True)]

    @cached_property
    def _times(self) -> dict[str, set[str]]:
        """The calendar cells of each time dimension that records reach."""
        return {name: set(self.frame[name]) for name in self.question.by if dimension(name).kind == "time"}
