"""Figures of rows at every grain: of each combination of some dimensions, and of every total over them (rule 1).

Sums add up from grain to grain. Different things are counted in words of bits (`distinct.py`), which at each grain are
the OR of the words below. What those things carry (households their members) is looked up in masks, which say how many
each thing of a word has: pairs of a cell and a member, three times as many, are never made.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations

from sqlalchemy import ColumnElement, FromClause, Integer, case, cast, func, literal, select, tuple_, union_all

from data_access.distinct import bit_of, ones, word_of
from data_access.facts import BITS_OF_A_UNIT

GROUPED = "grouped"
UNIT = "unit"
# From so many dimensions on the words of the finest grain are not grouped once more: of 16 million payments a tenth of
# the time. Of fewer that takes a millisecond or two more than it saves at demonstration size.
MANY = 3
_WORD, _SIZE = "word", "size"


@dataclass(frozen=True)
class Carried:
    """What is counted by the things that carry it: `rows` has one for each of it, with its `unit` (the number of that
    thing) and the splits `own` that the things lack. `alone`: nothing else is counted beside it."""

    name: str
    own: Sequence[str]
    rows: FromClause
    alone: bool


def at_every_grain(by: Sequence[str], rows: FromClause, names: Sequence[str], sums: Sequence[str]) -> FromClause:
    """Sums over the rows: columns `grouped`, with a bit for each of the dimensions `by`, those `names` of them that the
    rows have, and the sums."""
    return _over_all_sets(by, rows, names, [], [_sum(rows.c[name]) for name in sums])


def counted_once(
    by: Sequence[str],
    rows: FromClause,
    names: Sequence[str],
    number: str,
    sums: Sequence[str],
    carried: Carried | None = None,
) -> FromClause:
    """Each different number once at every grain, the sums beside it, and what it has `carried`."""
    keys = [rows.c[name] for name in names]
    columns = [func.bit_or(bit_of(rows.c[number])).label(number), *(_sum(rows.c[name]) for name in sums)]
    words = select(*keys, word_of(rows.c[number]).label(_WORD), *columns).select_from(rows)
    words = words.group_by(*keys, word_of(rows.c[number]))
    once = len(by) >= MANY and len(keys) > 1
    words = words.cte().prefix_with("MATERIALIZED") if once else words.subquery()
    columns = [func.bit_or(words.c[number]).label(number), *(_sum(words.c[name]) for name in sums)]
    words = _over_all_sets(by, words, names, [_WORD], columns, once)
    cell = [words.c[name] for name in (GROUPED, *names)]
    counted = [func.sum(ones(words.c[number])).label(number), *(_sum(words.c[name]) for name in sums)]
    if carried is None:
        return select(*cell, *counted).group_by(*cell).subquery()
    masks = _masks(carried)
    own = [masks.c[name] for name in carried.own]
    many = func.sum(_looked_up(words.c[number], masks)).label(carried.name)
    found = select(*cell, *own, *counted, many).group_by(*cell, *own)
    found = found.select_from(words.join(masks, masks.c[_WORD] == words.c[_WORD], isouter=not carried.alone))
    if carried.alone:
        found = found.having(many > 0)  # a combination in which nobody is does not occur
    if not own:
        return found.subquery()
    found = found.subquery()
    return _over_all_sets(by, found, carried.own, [GROUPED, *names], [_sum(found.c[carried.name])])


def _masks(carried: Carried) -> FromClause:
    """For each word of units and each value of the own splits, how many each unit has: a column for each bit of it."""
    each = carried.rows
    sizes = select(*each.c, func.count().label(_SIZE)).group_by(*each.c).subquery()
    bit = bit_of(sizes.c[UNIT])
    bits = [
        func.bit_or(case((sizes.c[_SIZE].bitwise_and(1 << place) != 0, bit), else_=bit - bit)).label(_bit(place))
        for place in range(BITS_OF_A_UNIT)
    ]
    keys = [word_of(sizes.c[UNIT]), *(sizes.c[name] for name in carried.own)]
    return select(keys[0].label(_WORD), *keys[1:], *bits).group_by(*keys).subquery()


def _looked_up(word: ColumnElement, masks: FromClause) -> ColumnElement:
    """How many all units of a word have; NULL where none of them has any."""
    parts = (ones(word.bitwise_and(masks.c[_bit(place)])) * (1 << place) for place in range(BITS_OF_A_UNIT))
    return sum(parts, literal(0, Integer))


def _bit(place: int) -> str:
    return f"bit_{place}"


def _over_all_sets(
    by: Sequence[str],
    rows: FromClause,
    names: Sequence[str],
    always: Sequence[str],
    figures: Sequence[ColumnElement],
    once: bool = False,
) -> FromClause:
    """Figures of every combination of some columns and of every total over them. `always` are columns without totals;
    `grouped` among them says what the rows are totals over already. Where each combination stands `once` in the rows,
    a CTE, its figures are taken as they are, and at least one column has to be left to group by."""
    keys, kept = [rows.c[name] for name in names], [rows.c[name] for name in always]
    grouped = grouping_mask(keys, by)
    if GROUPED in always:
        grouped = grouped + rows.c[GROUPED]
    columns = [key for key in kept if key.name != GROUPED]
    chosen = select(grouped.label(GROUPED), *keys, *columns, *figures).select_from(rows)
    if not keys:
        return chosen.group_by(*kept).subquery()
    sets = [(*some, *kept) for size in range(len(keys), -1, -1) for some in combinations(keys, size)]
    if not once:
        return chosen.group_by(_sets(sets)).subquery()
    finest = select(literal(0, Integer).label(GROUPED), *keys, *columns, *(rows.c[one.name] for one in figures))
    return union_all(finest, chosen.group_by(_sets(sets[1:]))).subquery()


def _sets(sets: Sequence[Sequence[ColumnElement]]) -> ColumnElement:
    return func.grouping_sets(*(tuple_(*one) for one in sets))


def _sum(column: ColumnElement) -> ColumnElement:
    return func.sum(column).label(column.name)


def grouping_mask(keys: Sequence[ColumnElement], names: Sequence[str] = ()) -> ColumnElement:
    """A bit for each key, set where a row is counted over all its values; the first of the names, by default the keys',
    has the highest."""
    places = {name: place for place, name in enumerate(reversed(names or [key.name for key in keys]))}
    mask: ColumnElement = literal(0, Integer)
    for key in keys:
        mask = mask + cast(func.grouping(key), Integer) * (1 << places[key.name])
    return mask
