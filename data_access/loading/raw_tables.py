"""Raw tables of text, with the rows that a person sees, and the search for the heading above one.

A table is found by its headings: of every row near the top, that one is the heading which has most columns of a kind.
Raw tables have personal codes in them: they exist only in memory, only until they are parsed.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from functools import cache
from typing import Any, NamedTuple

import numpy as np
import pandas as pd

from data_access.language import texts
from data_access.loading import errors
from data_access.loading.keys import has_personal_code, without_personal_codes
from data_access.loading.kinds import KINDS, Column, Kind, fold
from data_access.loading.mapping import Mapping, nearest

_TOTAL = re.compile(r"(?:pavisam|kopa|kopsumma|starpsumma|kopeja summa|summa kopa|total|grand total|subtotal)\b")


class Note(NamedTuple):
    """Something a person should know of how a file was read: `loading.notes.<reason>`."""

    reason: str
    params: dict[str, Any]

    def text(self, language: str = "lv") -> str:
        return texts(language)(f"loading.notes.{self.reason}", **self.params)


@dataclass(frozen=True)
class RawTable:
    """A table as it stands in a file. The frame has a column of text for each known heading, and `row`."""

    kind: str
    file: str  # without anything personal, like every name here
    sheet: str
    headings: dict[str, str]  # column → its heading in the file
    rows_read: int
    notes: tuple[Note, ...] = ()
    dropped: pd.DataFrame = field(default_factory=pd.DataFrame, repr=False)  # file, sheet, row, reason
    overfull: frozenset[int] = field(default=frozenset(), repr=False)  # rows with more cells than headings
    total: str = ""  # what the last total row has for an amount
    frame: pd.DataFrame = field(default_factory=pd.DataFrame, repr=False)


@dataclass(frozen=True)
class Heading:
    """A row that may be the heading of a kind."""

    kind: Kind
    row: int
    columns: dict[str, int]
    missing: tuple[Column, ...]
    doubled: tuple[str, ...]

    @property
    def score(self) -> tuple[bool, int]:
        return (not self.missing, len(self.columns))

    @property
    def recognised(self) -> bool:
        """Enough of the kind's columns to say that it is this kind, even when some are missing."""
        required = [column for column in self.kind.columns if column.required]
        there = len(required) - len(self.missing)
        return len(self.columns) >= 3 and 2 * there >= len(required)


def find_heading(rows: Sequence[Sequence[str]], mapping: Mapping) -> Heading | None:
    """The row and the kind that fit best; of equal ones the first."""
    best: Heading | None = None
    known = {name: _headings(kind, mapping) for name, kind in KINDS.items()}
    fixed = {name: set(mapping.fixed_of(name)) for name in KINDS}
    for place, row in enumerate(rows):
        words = [fold(str(cell)[:200]) for cell in row]
        for name, kind in KINDS.items():
            columns: dict[str, int] = {}
            doubled = []
            for position, word in enumerate(words):
                column = known[name].get(word)
                if column is None:
                    continue
                if column in columns:
                    doubled.append(column)
                columns.setdefault(column, position)
            missing = tuple(
                c for c in kind.columns if c.required and c.name not in columns and c.name not in fixed[name]
            )
            found = Heading(kind, place, columns, missing, tuple(doubled))
            if columns and (best is None or _better(found, best)):
                best = found
    return best


def _better(found: Heading, best: Heading) -> bool:
    if found.score != best.score:
        return found.score > best.score
    return found.row == best.row and len(found.missing) < len(best.missing)


def _headings(kind: Kind, mapping: Mapping) -> dict[str, str]:
    return _own_headings(kind.name) | mapping.headings_of(kind.name)


@cache
def _own_headings(kind: str) -> dict[str, str]:
    return {fold(heading): column.name for column in KINDS[kind].columns for heading in column.headings()}


# ── tables ───────────────────────────────────────────────────────────────────────────────────────


def table_under(
    cells: pd.DataFrame, found: Heading, shown: str, sheet: str, mapping: Mapping, overfull: bool
) -> RawTable:
    """What stands under a heading, without blank rows, totals and notes below."""
    kind = found.kind
    if found.missing:
        if not found.recognised:
            raise errors.NoHeadings(name=shown)
        columns = ", ".join(f"„{column.heading}”" for column in found.missing)
        raise errors.MissingColumns(name=shown, kind=kind.title, columns=columns)
    headings = [str(cell).strip() for cell in cells.iloc[found.row]]
    for name in found.doubled:
        raise errors.HeadingTwice(name=shown, column=kind.column(name).heading)
    below = cells.iloc[found.row + 1 :]
    frame = pd.DataFrame({name: below[place].str.strip() for name, place in found.columns.items()})
    frame["row"] = np.arange(found.row + 2, found.row + 2 + len(below), dtype=np.int64)
    names = list(found.columns)
    filled = sum(((frame[name] != "").astype(np.int16) for name in names), start=pd.Series(0, index=frame.index))
    others = below.drop(columns=list(found.columns.values()))
    unheaded = [place for place in others if not headings[place]]
    too_many: frozenset[int] = frozenset()
    if overfull:
        wide = pd.Series(False, index=frame.index)
        for place in unheaded:
            wide |= others[place].str.strip() != ""
        too_many = frozenset(frame.loc[wide, "row"])
    reasons = _left_out(frame, others, filled, found, headings, mapping)
    dropped = frame.loc[reasons != "", ["row"]].assign(reason=reasons[reasons != ""], file=shown, sheet=sheet)
    kept = frame[(reasons == "") & (filled > 0)].reset_index(drop=True)
    return RawTable(
        kind=kind.name,
        file=shown,
        sheet=sheet,
        headings={name: without_personal_codes(headings[place]) for name, place in found.columns.items()},
        rows_read=len(kept) + len(dropped),
        notes=tuple(_notes(headings, found, others, dropped)),
        dropped=dropped[["file", "sheet", "row", "reason"]].reset_index(drop=True),
        overfull=too_many,
        total=next(iter(frame.loc[reasons == "total", "cents"].iloc[::-1]), "") if "cents" in frame else "",
        frame=kept,
    )


def _left_out(
    frame: pd.DataFrame,
    others: pd.DataFrame,
    filled: pd.Series,
    found: Heading,
    headings: Sequence[str],
    mapping: Mapping,
) -> pd.Series:
    """Why a row is no row of the table: a total, a note below it, the heading again, the template's example."""
    kind = found.kind
    reasons = pd.Series("", index=frame.index, dtype=object)
    names = list(found.columns)
    fixed = mapping.fixed_of(kind.name)
    needed = [column.name for column in kind.columns if column.required and column.name not in fixed]
    whole = pd.Series(True, index=frame.index)
    for name in needed:
        whole &= frame[name] != ""
    for column in (kind.column(name) for name in names):
        if column.required:
            known = {fold(heading) for heading in headings}
            again = frame[column.name].isin({headings[found.columns[column.name]], *column.headings()})
            for place in frame.index[again & whole]:
                if sum(fold(cell) in known for cell in frame.loc[place, names]) * 2 > len(names):
                    reasons[place] = "heading_again"
            break
    for place in frame.index[_examples(frame, kind, names) & (reasons == "")]:
        reasons[place] = "example"
    last_whole = frame.index[whole][-1] if whole.any() else -1
    suspects = frame.index[~whole]
    if len(suspects) == 0:
        return reasons
    only_amount = "cents" in found.columns
    last = frame.index[filled > 0][-1] if (filled > 0).any() else -1
    for place, cells in zip(suspects, _filled_cells(frame.loc[suspects, names], others.loc[suspects]), strict=True):
        if not cells:
            continue
        if any(_TOTAL.match(fold(cell[:100])) for cell in cells):
            reasons[place] = "total"
        elif place > last_whole and last_whole >= 0:
            single = len(cells) == 1 or cells[0].endswith(":")
            if only_amount and place == last and frame.at[place, "cents"] != "" and len(cells) == 1:
                reasons[place] = "total"
            elif single or filled[place] == 0:
                reasons[place] = "footer"
        elif filled[place] == 0:
            reasons[place] = "footer"
    return reasons


def _examples(frame: pd.DataFrame, kind: Kind, names: Sequence[str]) -> pd.Series:
    """Rows that a clerk has left in a template."""
    found = pd.Series(False, index=frame.index)
    for language in ("lv", "en"):
        same = pd.Series(True, index=frame.index)
        for name in names:
            same &= frame[name] == getattr(kind.column(name), f"example_{language}")
            if not same.any():
                break
        found |= same
    return found


def _filled_cells(*frames: pd.DataFrame) -> Iterator[list[str]]:
    for rows in zip(*(frame.itertuples(index=False, name=None) for frame in frames), strict=True):
        yield [cell.strip() for row in rows for cell in row if cell.strip()]


def _notes(headings: Sequence[str], found: Heading, others: pd.DataFrame, dropped: pd.DataFrame) -> Iterator[Note]:
    for place in others:
        heading = headings[place]
        if not heading or has_personal_code(heading):
            continue
        free = [c.heading for c in found.kind.columns if c.name not in found.columns]
        near = nearest(heading[:100], free)
        if near:
            yield Note("column_ignored_nearest", {"heading": heading[:100], "nearest": near})
        else:
            yield Note("column_ignored", {"heading": heading[:100]})
    for reason, count in dropped["reason"].value_counts(sort=False).items():
        yield Note(reason, {"count": int(count)})
