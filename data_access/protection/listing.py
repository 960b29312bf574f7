"""Whether a question may be answered to the council, and which is the nearest one that may."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import date

from data_access.coverage import Coverage
from data_access.errors import NotForCouncil
from data_access.facts import OF_AGE, OF_THE_PERIOD
from data_access.language import format_period
from data_access.measures import dimension, measure
from data_access.period import Period
from data_access.protection.cuts import Cut, cuts_of
from data_access.question import Question
from data_access.vocabulary import Vocabulary

YEAR = "year"


def refuse_unlisted(question: Question, coverage: Mapping[str, Coverage], vocabulary: Vocabulary) -> None:
    """Raises NotForCouncil, which names the nearest listed question, for one that is not on the closed list."""
    reason = _reason(question, coverage)
    if reason:
        nearest = _nearest(question, coverage)
        describe = (lambda language: _described(nearest, vocabulary, language)) if nearest else None
        raise NotForCouncil(reason, nearest, describe)


def is_listed(question: Question, coverage: Mapping[str, Coverage]) -> bool:
    """Whether the council may ask a question."""
    return _reason(question, coverage) is None


def years_of(question: Question) -> list[Period]:
    """The calendar years that a listed question asks about."""
    return [Period.year(cell.start.year) for cell in question.period.cells(YEAR)]


def _reason(question: Question, coverage: Mapping[str, Coverage]) -> str | None:
    """Why a question is not on the list, as a key of `errors.not_for_council_…`; None if it is."""
    if not all(cuts_of(code) for code in question.measures):
        return "measure"
    if any(len(codes) != 1 for _, codes in question.where):
        return "values"
    if not all(any(_fits(question, cut) for cut in cuts_of(code)) for code in question.measures):
        return "dimensions"
    if not _whole(question):
        return "period"
    if question.period.end > _finished(question, coverage).end or _has_holes(question, coverage):
        return "unfinished"
    return None


def _names(question: Question) -> list[str]:
    """The dimensions that a question splits or filters by, and the part of the year that it asks about."""
    names = [name for name in question.by if name != YEAR] + [name for name, _ in question.where]
    grain = question.period.grain
    return [*names, grain] if grain and grain != YEAR else names


def _fits(question: Question, cut: Cut) -> bool:
    names = _names(question)
    return len(cut.covers(names)) == len(set(names))


def _whole(question: Question) -> bool:
    """Whether the period is a calendar cell, or years one by one, and says of everybody what the year says."""
    names, grain = set(_names(question)), question.period.grain
    if grain == YEAR:
        return True
    if grain:
        return not names & OF_THE_PERIOD
    years = question.period.cells(YEAR)
    if YEAR not in question.by or any(cell.start.day != 1 or cell.start.month != 1 for cell in years):
        return False
    if question.period.end != Period.year(years[-1].start.year).end:
        return False
    return not names & OF_THE_PERIOD or (not names & (OF_THE_PERIOD - OF_AGE) and question.ages == "each_year")


def _finished(question: Question, coverage: Mapping[str, Coverage]) -> Period:
    """Until the end of the last year that all records of the question reach whole: a year that is not over changes
    with every load, and two versions of a table can be subtracted."""
    last = [coverage[s].data_until for s in {measure(code).fact.subject for code in question.measures} if s in coverage]
    until = min(last, default=date.min)
    end = date(until.year + (until.month == 12 and until.day == 31), 1, 1) if last else date.max
    return Period(date.min, end)


def _has_holes(question: Question, coverage: Mapping[str, Coverage]) -> bool:
    """Whether days within the question's years have not been loaded yet."""
    subjects = {measure(code).fact.subject for code in question.measures} & coverage.keys()
    whole = [(year.start, year.end) for year in years_of(question)]
    holes = [hole for subject in subjects for hole in coverage[subject].holes()]
    return any(hole.first < end and hole.last >= start for hole in holes for start, end in whole)


def _nearest(question: Question, coverage: Mapping[str, Coverage]) -> Question | None:
    """The listed question that keeps the most of what was asked."""
    listed = [code for code in question.measures if cuts_of(code)]
    if not listed:
        return None
    # Of several values of a filter the council sees each one by itself, in a row.
    several = [name for name, codes in question.where if len(codes) > 1 and name not in question.by]
    by = (*question.by, *several)
    names = [name for name in by if name != YEAR] + [name for name, codes in question.where if len(codes) == 1]
    cut = max(cuts_of(listed[0]), key=lambda one: len(one.covers(names)))
    kept = cut.covers(names)
    asked = replace(
        question,
        measures=tuple(code for code in listed if code in cut.measures),
        by=tuple(name for name in by if name == YEAR or name in kept),
        where=tuple((name, codes) for name, codes in question.where if name in kept and len(codes) == 1),
        ages="period",
    )
    last = _finished(asked, coverage).end.year - 1
    first = min(question.period.start.year, last)
    year, series = Period.year(first), Period(Period.year(first).start, Period.year(last).end)
    each = "each_year" if YEAR in asked.by else "period"
    for one in (
        asked,
        replace(asked, period=series, ages=each),
        replace(asked, period=year, ages=each),
        replace(asked, period=year, ages="period", by=tuple(name for name in asked.by if name != YEAR)),
    ):
        if _reason(one, coverage) is None:
            return one
    return None


def _described(question: Question, vocabulary: Vocabulary, language: str) -> str:
    """A question in words: measures, in brackets how they are split and filtered, the period."""
    names = [dimension(name).name(language) for name in question.by]
    filters = [
        f"{dimension(name).name(language)}: {vocabulary.label(name, code, language)}"
        for name, (code,) in question.where
    ]
    split = f" ({'; '.join([*names, *filters])})" if names or filters else ""
    period = question.period
    said = ", ".join(measure(code).name(language) for code in question.measures)
    return f"{said}{split}, {format_period(period.start, period.end, period.code, language)}"
