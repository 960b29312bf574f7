"""From the frame of a question to its answer: what nobody knows is taken out, and what has to be said is said.

Rules of `counting.md` applied here: overlap said (1), breaks and gaps (10), as of (11), nothing dropped (12).
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import timedelta
from typing import Any

import numpy as np
import pandas as pd

from data_access.answer import Answer, AsOf, Note
from data_access.coverage import Coverage, Span
from data_access.facts import OF_THE_PERIOD
from data_access.framing import cells_by_key, framed, time_dimensions
from data_access.language import format_period, texts
from data_access.measures import Measure, dimension, measure
from data_access.period import Cell, Period
from data_access.question import INTERNAL, TOTAL, UNKNOWN, Question
from data_access.statement import finest_grain
from data_access.vocabulary import Vocabulary

# A note names this many spans of days and says how many more there are.
MOST_SPANS = 6
YEAR = "year"
_ONE_DAY = timedelta(days=1)

Protect = Callable[[pd.DataFrame], tuple[pd.DataFrame, pd.DataFrame]]


def answer_from_rows(
    question: Question,
    rows: Sequence[Any],
    vocabulary: Vocabulary,
    coverage: Mapping[str, Coverage],
    events: Sequence[Any],
    as_of: AsOf,
    protect: Protect | None = None,
) -> Answer:
    """The answer to a question from the rows that its statement returned.

    `protect` takes out what is not for the audience, before anything is said about the figures, and says where.
    """
    cells = cells_by_key(question)
    frame = framed(question, rows, cells, coverage, vocabulary)
    return _told(question, frame, cells, coverage, events, as_of, protect)


def answer_within(
    question: Question, series: Answer, coverage: Mapping[str, Coverage], events: Sequence[Any]
) -> Answer | None:
    """The answer to a question about a calendar year out of that to the same question by years, where it holds it.

    None where the year has to be asked about: where the other is not such a series, or where it has zeros in the year,
    which may stand for combinations that do not occur in it.
    """
    year = question.period
    by_years = question.by_years(series.question.period)
    names = {*question.by, *(name for name, _ in question.where)}
    if series.question != by_years or year.grain != YEAR or names & (OF_THE_PERIOD | {YEAR}):
        return None
    if not series.question.period.start <= year.start < year.end <= series.question.period.end:
        return None
    rows = (series.frame[YEAR] == year.code).to_numpy()
    if not rows.any():
        return None
    columns = {name: series.frame[name].array[rows] for name in (*question.by, *question.measures)}
    frame = pd.DataFrame({name: pd.Series(values, dtype=values.dtype) for name, values in columns.items()})
    withheld = series.withheld[rows].reset_index(drop=True)
    occurs = _are_total(question, frame)(question.by) | withheld.to_numpy().any(axis=1)
    for code in question.measures:
        occurs |= (frame[code].array != 0).to_numpy(dtype=bool, na_value=False)
    if not occurs.all():
        return None
    protected = question.audience != INTERNAL
    protect = (lambda frame: (frame, withheld)) if protected else None
    return _told(question, frame, {}, coverage, events, series.as_of, protect)


def _told(
    question: Question,
    frame: pd.DataFrame,
    cells: Mapping[str, Mapping[int, Cell]],
    coverage: Mapping[str, Coverage],
    events: Sequence[Any],
    as_of: AsOf,
    protect: Protect | None,
) -> Answer:
    """The answer that has these figures: without those that nobody has recorded or published, and with its notes."""
    notes = []
    stocks = [code for code in question.measures if measure(code).stock]
    grain = finest_grain(question.by)
    if stocks and grain:
        frame.loc[_total_over_time(question, frame), stocks] = pd.NA
        notes.append(Note.of("stock_no_total", **_measure_names(stocks[0])))
    notes += _without_records(question, frame, cells, coverage)
    notes += _gaps(question, frame, cells, events)
    withheld = pd.DataFrame(False, index=frame.index, columns=list(question.measures))
    if protect:
        frame, withheld = protect(frame)
        notes.append(Note.of("protected"))
    notes = [*_unknowns(question, frame), *notes]
    notes += _overlaps(question, frame)
    notes += _breaks(question, events)
    notes += _not_over(question, coverage)
    if as_of.demonstration:
        notes.append(Note.of("demonstration"))
    return Answer(question, frame, tuple(dict.fromkeys(notes)), as_of, withheld)


def _measure_names(code: str) -> dict[str, str]:
    return {"measure_lv": measure(code).name_lv, "measure_en": measure(code).name_en}


def _are_total(question: Question, frame: pd.DataFrame) -> Callable[[Iterable[str]], np.ndarray]:
    """Tells for each row whether it is counted over all values of some dimensions, and over those only."""
    counted_over = {name: (frame[name].to_numpy() == TOTAL) for name in question.by}

    def over(names: Iterable[str]) -> np.ndarray:
        rows = np.ones(len(frame), dtype=bool)
        for name, total in counted_over.items():
            rows &= total == (name in names)
        return rows

    return over


def _overlaps(question: Question, frame: pd.DataFrame) -> list[Note]:
    """Rule 1: say by itself where parts overlap, with the number counted more than once."""
    notes, over = [], _are_total(question, frame)
    for code in question.measures:
        asked: Measure = measure(code)
        kept = [name for name in question.by if not (asked.stock and dimension(name).kind == "time")]
        if asked.additive or asked.ratio or not kept or (asked.stock and len(kept) < len(question.by)):
            continue
        figures = frame[code].array
        parts, total = figures[over(set(question.by) - set(kept))], figures[over(question.by)]
        # Without every figure the number counted more than once is not known, and a hidden one must not be said.
        if parts.isna().any() or total.isna().any():
            continue
        more = int(parts.sum() - total.sum())
        if more > 0:
            notes.append(Note.of("overlap", **_measure_names(code), more=more, total=int(total.sum())))
    return notes


def _unknowns(question: Question, frame: pd.DataFrame) -> list[Note]:
    notes = []
    for name in question.by:
        rows = frame[name].to_numpy() == UNKNOWN
        if rows.any() and any((frame[code].array[rows] != 0).any() for code in question.measures):
            asked = dimension(name)
            notes.append(Note.of("unknown_values", dimension_lv=asked.name_lv, dimension_en=asked.name_en))
    return notes


def _total_over_time(question: Question, frame: pd.DataFrame) -> pd.Series:
    """Rows that have no single day: rolled up over the finest calendar dimension."""
    return frame[finest_grain(question.by)] == TOTAL


def _rows_of_cell(question: Question, frame: pd.DataFrame, grain: str | None, code: str) -> pd.Series:
    if grain is None:
        return (frame[time_dimensions(question)] == TOTAL).all(axis="columns")
    return frame[grain] == code


def _spells(question: Question, cells: Mapping[str, Mapping[int, Cell]]) -> list[tuple[str | None, Cell]]:
    """The days that rows stand for: every calendar cell of every time dimension, and the whole period."""
    found = [(name, cell) for name in cells for cell in cells[name].values()]
    return [*found, (None, Cell(0, question.period.code, question.period.start, question.period.end))]


def _without_records(
    question: Question, frame: pd.DataFrame, cells: Mapping[str, Mapping[int, Cell]], coverage: Mapping[str, Coverage]
) -> list[Note]:
    """Days of which nothing has been loaded have no figure, zero would be a claim; which they are is said."""
    notes = []
    missing: dict[tuple[Span, ...], list[str]] = {}
    for code in question.measures:
        covered = coverage.get(measure(code).fact.subject)
        begins = None
        for grain, cell in _spells(question, cells):
            if covered and _is_known(code, covered, cell):
                continue
            frame.loc[_rows_of_cell(question, frame, grain, cell.code), code] = pd.NA
            if covered and cell.end <= covered.data_from:
                begins = covered.data_from
            elif covered and cell.start > covered.data_until:
                notes.append(Note.of("not_yet", **_measure_names(code), last=covered.data_until))
        if begins:
            notes.append(Note.of("not_loaded", **_measure_names(code), first=begins))
        days = _days_missing(question.period, covered, from_start=begins is None) if covered else ()
        if days:
            missing.setdefault(days, []).append(code)
    notes += [_missing_note(codes, days) for days, codes in missing.items()]
    return list(dict.fromkeys(notes))


def _is_known(code: str, covered: Coverage, cell: Cell) -> bool:
    """A figure is known when records reach any of its days; a stock, when they reach its one day."""
    if not measure(code).stock:
        return covered.reaches(cell.start, cell.end)
    day = min(cell.end - _ONE_DAY, covered.data_until)
    return day >= cell.start and covered.has(day)


def _days_missing(period: Period, covered: Coverage, *, from_start: bool) -> tuple[Span, ...]:
    """Days of a period that nobody has loaded, although later ones are: those between loads and, where the period
    does have records, those before the first. What lies after the last load is still to come."""
    holes = covered.holes()
    if from_start and period.overlaps(covered.data_from, None) and period.start < covered.data_from:
        holes.insert(0, Span(period.start, covered.data_from - _ONE_DAY))
    return tuple(
        Span(max(hole.first, period.start), min(hole.last, period.last_day)) for hole in holes if period.overlaps(*hole)
    )


def _missing_note(codes: Sequence[str], days: Sequence[Span]) -> Note:
    params = {}
    for language, between in (("lv", "”, „"), ("en", "”, “")):
        periods = [Period(first, last + _ONE_DAY) for first, last in days[:MOST_SPANS]]
        said = "; ".join(format_period(each.start, each.end, each.code, language) for each in periods)
        if len(days) > MOST_SPANS:
            said += texts(language)("notes.days_more", more=len(days) - MOST_SPANS)
        params |= {
            f"measures_{language}": between.join(measure(code).name(language) for code in codes),
            f"days_{language}": said,
        }
    return Note.of("days_missing", **params)


def _gaps(
    question: Question, frame: pd.DataFrame, cells: Mapping[str, Mapping[int, Cell]], events: Sequence[Any]
) -> list[Note]:
    """Rule 10: a figure that was never published is a gap, unless the split or filter makes it known."""
    notes = []
    used, spells = {*question.by, *(name for name, _ in question.where)}, _spells(question, cells)
    for event in events:
        if event.kind != "gap" or event.lifted_by in used:
            continue
        codes = [
            code
            for code in question.measures
            if measure(code).fact.subject == event.subject and event.measure in (None, code)
        ]
        met = [(g, c) for g, c in spells if c.start <= event.last_day and c.end > event.first_day]
        if not codes or not met:
            continue
        rows = _rows_of(question, frame, event)
        if not rows.any():
            continue
        for code in codes:
            for grain, cell in met:
                if event.first_day <= cell.start and cell.end <= event.last_day + _ONE_DAY:
                    frame.loc[rows & _rows_of_cell(question, frame, grain, cell.code), code] = pd.NA
            days = {"first": event.first_day, "last": event.last_day}
            reason = {"reason_lv": event.text_lv, "reason_en": event.text_en}
            notes.append(Note.of("gap", measure=code, **days, **reason))
    return list(dict.fromkeys(notes))


def _rows_of(question: Question, frame: pd.DataFrame, event: Any) -> pd.Series:
    """The rows that count only records that an event concerns; every row if it concerns all records."""
    name, codes = event.of_dimension, _codes_of(event)
    if name is None or codes.issuperset(dict(question.where).get(name, (None,))):
        return pd.Series(True, index=frame.index)
    if name in question.by:
        return frame[name].isin(codes)
    return pd.Series(False, index=frame.index)


def _codes_of(event: Any) -> set[str]:
    """The values of a dimension whose records an event concerns."""
    return set(event.of_code.split(";")) if event.of_dimension else set()


def _crosses(question: Question, event: Any) -> bool:
    """Whether a break is one of the records that are counted; what a filter leaves out breaks nothing."""
    if event.kind != "break" or not question.period.start < event.first_day < question.period.end:
        return False
    kept = dict(question.where).get(event.of_dimension)
    return kept is None or not _codes_of(event).isdisjoint(kept)


def _breaks(question: Question, events: Sequence[Any]) -> list[Note]:
    """Breaks inside the period, on answers that are a series."""
    if not time_dimensions(question):
        return []
    subjects = {measure(code).fact.subject for code in question.measures} | {"all"}
    return [
        Note.of("break", day=event.first_day, reason_lv=event.text_lv, reason_en=event.text_en)
        for event in events
        if event.subject in subjects and _crosses(question, event)
    ]


def _not_over(question: Question, coverage: Mapping[str, Coverage]) -> list[Note]:
    subjects = {measure(code).fact.subject for code in question.measures}
    last = [coverage[name].data_until for name in subjects if name in coverage]
    if not last or min(last) >= question.period.last_day or min(last) < question.period.start:
        return []
    return [Note.of("period_not_over", day=min(last))]
