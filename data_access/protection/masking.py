"""What is withheld of a family's year, and how an answer looks without it."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from itertools import product

import pandas as pd

from data_access.asking import Asking
from data_access.facts import OF_WHOLE_PERIOD
from data_access.measures import dimension, measure
from data_access.period import Period
from data_access.protection.cuts import axis_of, cuts, family_of, ratios
from data_access.protection.family import Family
from data_access.protection.figures import TIME, Figure, Key, figures_statement, read_figures, read_together
from data_access.protection.listing import YEAR, years_of
from data_access.protection.places import Places, SeveralPlaces
from data_access.question import TOTAL, Question
from data_access.vocabulary import Vocabulary, in_order

Reader = Callable[[object], list]


@dataclass(frozen=True)
class Mask:
    """The cells of a family's year that are withheld, by measure. `proven`: protecting it costs no less."""

    places: Places
    withheld: Mapping[str, frozenset[Key]]
    proven: bool

    def hides(self, code: str, codes: Iterable[tuple[str, str]]) -> bool:
        """Whether the cell of a measure with these (dimension, code) pairs is withheld; what is no one cell is."""
        given = tuple(codes)
        ratio = ratios().get(code)
        if ratio is None:
            try:
                return self.places.key(given) in self.withheld.get(code, ())
            except SeveralPlaces:
                return True
        whole, parted = self.hides(ratio.of, given), any(name == ratio.part[0] for name, _ in given)
        return whole or (not parted and self.hides(ratio.of, (*given, ratio.part)))


MasksOf = Callable[[str, tuple[int, ...]], Mapping[int, Mask]]


def read_families(name: str, years: Sequence[int], read: Reader) -> dict[int, Family]:
    """A family's years from the database; `read` runs a statement.

    One statement reads all years of measures and cuts that are read together. Where a dimension depends on all days of
    the period, each year has to be asked for itself.
    """
    figures: dict[int, dict[str, dict[Key, Figure]]] = {year: {} for year in years}
    shown = [(code, cut) for cut in cuts() if cut.family == name for code in cut.measures if code not in ratios()]
    span = Period(Period.year(min(years)).start, Period.year(max(years)).end)
    for codes, of_cuts in read_together(shown):
        alone = any(OF_WHOLE_PERIOD & set(cut.by) for cut in of_cuts)
        for period in map(Period.year, years) if alone else [span]:
            found = read_figures(codes, read(figures_statement(codes, of_cuts, period)), of_cuts, period)
            for year in found.keys() & figures.keys():
                for code, of_code in found[year].items():
                    figures[year].setdefault(code, {}).update(of_code)
    return {year: Family(of_year, shown) for year, of_year in figures.items()}


def make_masks(
    name: str, years: Sequence[int], read: Reader, ahead: dict[int, Family] | None = None
) -> dict[int, Mask]:
    """Chooses what to withhold of each of a family's years, all tables of a year together.

    `ahead` keeps years that are read with them and not chosen yet. Of one year it is the year before, with which most
    is compared: two take little longer than one. Raises NotProtected, and CalledOff where nobody waits any more.
    """
    ahead = {} if ahead is None else ahead
    if missing := [year for year in years if year not in ahead]:
        before = [year - 1 for year in missing if len(missing) == 1 and year - 1 not in ahead]
        ahead.update(read_families(name, [*before, *missing], read))
    masks = {}
    for year in years:
        if asking := Asking.current():
            asking.check()
        masks[year] = _mask(ahead.pop(year))
    return masks


def _mask(family: Family) -> Mask:
    # Its solver is read only here: a third of a second that whoever chooses nothing does not need.
    from data_access.protection.choosing import choose

    choice = choose(family.system())
    withheld: dict[str, set[Key]] = {}
    for (code, key), hidden in zip(family.all, choice.withheld, strict=True):
        if hidden:
            withheld.setdefault(code, set()).add(key)
    return Mask(family.places, {code: frozenset(keys) for code, keys in withheld.items()}, choice.proven)


def masked(
    question: Question, frame: pd.DataFrame, masks_of: MasksOf, vocabulary: Vocabulary
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """An answer's frame without what is withheld, and a frame of booleans for its measures: what was withheld.

    A combination that does not occur is no row of an answer; where its zero is withheld it becomes one. Rows of a
    total over several years are withheld altogether: each year is protected for itself.
    """
    years = tuple(year.start.year for year in years_of(question))
    chosen = {family: masks_of(family, years) for family in {family_of(code) for code in question.measures}}
    masks = {(code, str(year)): chosen[family_of(code)][year] for code in question.measures for year in years}
    frame = in_order(_with_hidden_rows(question, frame, masks), question.by, vocabulary)
    hidden = pd.DataFrame(False, index=frame.index, columns=list(question.measures))
    rows = _codes(question, frame)
    for code in question.measures:
        asked = [_asked(question, code, row) for row in rows]
        hides = [year is None or masks[code, year].hides(code, codes) for year, codes in asked]
        hidden[code] = pd.Series(hides, index=frame.index, dtype=bool) & frame[code].notna()
        frame[code] = frame[code].mask(hidden[code])
    return frame, hidden


def _codes(question: Question, frame: pd.DataFrame) -> list[tuple[str, ...]]:
    """The codes of each row; without a split there is one row, of everything."""
    return list(zip(*(frame[name] for name in question.by), strict=True)) if question.by else [()] * len(frame)


def _asked(question: Question, code: str, row: tuple[str, ...]) -> tuple[str | None, tuple[tuple[str, str], ...]]:
    """The year of a row (None: several) and its (dimension, code) pairs; a stock is that of its last month."""
    pairs = [(name, value) for name, value in zip(question.by, row, strict=True) if value != TOTAL]
    time = [value for name, value in pairs if dimension(name).kind == "time"]
    if question.period.grain:
        time.append(question.period.code)
    if not time:
        return None, ()
    codes = [(name, value) for name, value in pairs if dimension(name).kind != "time"]
    codes += [(name, value) for name, (value,) in question.where]
    span = min(map(_parsed, time), key=lambda one: one.end - one.start)
    if measure(code).stock:
        codes.append(("month", span.cells("month")[-1].code))
    elif span.grain != YEAR:
        codes.append((span.grain, span.code))
    return str(span.start.year), tuple(codes)


@cache
def _parsed(code: str) -> Period:
    return Period.parse(code)


def _with_hidden_rows(question: Question, frame: pd.DataFrame, masks: Mapping[tuple[str, str], Mask]) -> pd.DataFrame:
    by = list(question.by)
    seen = set(_codes(question, frame))
    added: dict[tuple[str, ...], None] = {}
    for (code, year), mask in masks.items():
        asked = ratios()[code].of if code in ratios() else code
        for key in mask.withheld.get(asked, ()):
            for row in _rows_of(question, key, year):
                _, codes = _asked(question, code, row)
                if row not in seen and codes and mask.hides(code, codes):
                    added[row] = None
    if not added:
        return frame
    more = pd.DataFrame(list(added), columns=by).reindex(columns=frame.columns)
    for code in question.measures:
        more[code] = pd.Series(0 if code not in ratios() else pd.NA, index=more.index, dtype=frame[code].dtype)
    return pd.concat([frame, more], ignore_index=True)


def _rows_of(question: Question, key: Key, year: str) -> Iterable[tuple[str, ...]]:
    """The rows of an answer that could stand for a cell."""
    paths, choices = dict(key), []
    for name in question.by:
        axis, level = (YEAR, 0) if name == YEAR else axis_of(name)
        path = (year,) if axis == YEAR else paths.get(axis, ())
        choices.append([TOTAL, *path[level : level + 1]])
    for row in product(*choices):
        shown = {axis_of(name)[0] for name, code in zip(question.by, row, strict=True) if code != TOTAL}
        shown |= {axis_of(name)[0] for name, _ in question.where} | ({TIME} & set(paths))
        if set(paths) <= shown | {YEAR}:
            yield row
