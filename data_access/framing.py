"""From the rows of a statement to the frame of an answer: codes, completeness, ratios and order.

Of lists until there is a frame: most answers have few rows, of which pandas takes longer than the database.
"""

from collections.abc import Mapping, Sequence
from itertools import product
from typing import Any

import pandas as pd

from data_access.coverage import Coverage
from data_access.measures import dimension, measure
from data_access.period import Cell
from data_access.question import TOTAL, UNKNOWN, Question
from data_access.statement import counted, finest_grain
from data_access.vocabulary import Vocabulary, order_of

# Above this many rows, combinations that do not occur are left out rather than shown as zero.
MOST_COMPLETED_ROWS = 5000

# The codes of each row, and what is counted of it (`statement.counted`); None is nothing.
Found = list[tuple[tuple[str, ...], tuple[int | None, ...]]]


def time_dimensions(question: Question) -> list[str]:
    """The calendar dimensions by which a question is split."""
    return [name for name in question.by if dimension(name).kind == "time"]


def cells_by_key(question: Question) -> dict[str, dict[int, Cell]]:
    """For each calendar dimension of a question the cells of its period, by the keys that rows have."""
    return {name: {cell.key: cell for cell in question.period.cells(name)} for name in time_dimensions(question)}


def framed(
    question: Question,
    rows: Sequence[Any],
    cells: Mapping[str, Mapping[int, Cell]],
    coverage: Mapping[str, Coverage],
    vocabulary: Vocabulary,
) -> pd.DataFrame:
    """The frame of an answer out of the rows of its statement: a column of codes for each dimension, then the measures,
    rows in the order of the vocabulary. `cells` are those of `cells_by_key`."""
    return _in_order(question, _completed(question, _coded(question, rows, cells), cells, coverage), vocabulary)


def _coded(question: Question, rows: Sequence[Any], cells: Mapping[str, Mapping[int, Cell]]) -> Found:
    """Codes in place of values: calendar cells, `unknown` for NULL, `total` where rolled up."""
    everything = (1 << len(question.by)) - 1
    if not any(row[0] == everything for row in rows):  # of no records a statement has no row; their number is 0
        rows = [*rows, (everything, *[None] * len(question.by), *[0] * len(counted(question)))]
    grouped, *values = zip(*rows, strict=True)
    codes, figures = values[: len(question.by)], values[len(question.by) :]
    coded = []
    for place, (name, found) in enumerate(zip(question.by, codes, strict=True)):
        bit = 1 << (len(question.by) - 1 - place)
        if name in cells:
            found = [cells[name][value].code if value in cells[name] else None for value in found]
        coded.append(
            [
                TOTAL if mask & bit else UNKNOWN if value is None else value
                for mask, value in zip(grouped, found, strict=True)
            ]
        )
    keys = zip(*coded, strict=True) if coded else [()] * len(rows)
    return list(zip(keys, zip(*figures, strict=True), strict=True))


def _completed(
    question: Question, found: Found, cells: Mapping[str, Mapping[int, Cell]], coverage: Mapping[str, Coverage]
) -> Found:
    """Add the calendar cells in which nothing happened: on covered days, no records mean zero."""
    covered = [coverage[s] for s in {measure(code).fact.subject for code in question.measures} if s in coverage]
    if not cells or not covered:
        return found
    first, last = min(c.data_from for c in covered), max(c.data_until for c in covered)
    time = list(cells)
    spells = {(TOTAL,) * len(time)}
    for cell in cells[finest_grain(question.by)].values():
        if cell.start <= last and cell.end > first:
            spells |= set(product(*((_code_at(cells, name, cell), TOTAL) for name in time)))
    others = [name for name in question.by if name not in cells]
    seen = dict.fromkeys(tuple(key[question.by.index(name)] for name in others) for key, _ in found)
    if len(spells) * len(seen) > MOST_COMPLETED_ROWS:
        return found
    figures, nothing = dict(found), (None,) * len(found[0][1])
    places = [[*others, *time].index(name) for name in question.by]
    wanted = (tuple(codes[place] for place in places) for codes in (one + two for one in seen for two in spells))
    return [(key, figures.get(key, nothing)) for key in wanted]


def _code_at(cells: Mapping[str, Mapping[int, Cell]], grain: str, cell: Cell) -> str:
    for wider in cells[grain].values():
        if wider.start <= cell.start < wider.end:
            return wider.code
    raise AssertionError("cells of two grains of one period tile the same days")


def _in_order(question: Question, found: Found, vocabulary: Vocabulary) -> pd.DataFrame:
    """Rows in order: codes, and nullable figures in the question's order; ratios from their parts at the same grain, in
    percent."""
    codes = [[key[place] for key, _ in found] for place in range(len(question.by))]
    order = order_of(codes, question.by, vocabulary, len(found))
    # Of few rows pandas' own strings take half as long again as Python's.
    columns = {
        name: pd.Series([one[row] for row in order], dtype="object")
        for name, one in zip(question.by, codes, strict=True)
    }
    summed = {name: [found[row][1][place] or 0 for row in order] for place, name in enumerate(counted(question))}
    for code in question.measures:
        if ratio := measure(code).ratio:
            parts = zip(*(summed[name] for name in ratio), strict=True)
            shares = [part / whole * 100 if whole else None for part, whole in parts]
            columns[code] = pd.array(shares, dtype="Float64")
        else:
            columns[code] = pd.array(summed[code], dtype="Int64")
    return pd.DataFrame(columns)
