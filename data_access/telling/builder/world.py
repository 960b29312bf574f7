"""What can be asked of one state of the data: its values and the days that it reaches."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from data_access.audiences import dimensions_for
from data_access.database import Database
from data_access.measures import dimension, measure, measures
from data_access.period import Period
from data_access.question import COUNCIL, INTERNAL, UNKNOWN, Question
from data_access.vocabulary import Vocabulary

SUBJECTS = ("assistance", "status", "psychologists", "day_centres")
ALL = "all"  # as a period: every year with records


@dataclass(frozen=True)
class World:
    """The vocabulary and, for each subject, the first and the last day of its records; `may_ask` says what the visitor
    is answered."""

    vocabulary: Vocabulary
    coverage: Mapping[str, Any]
    first_day: date
    last_day: date
    may_ask: Callable[[Question], bool]

    @classmethod
    def of(cls, database: Database) -> "World":
        days = database.as_of
        return cls(database.vocabulary, database.coverage, days.data_from, days.data_until, database.may_ask)

    def offered_measures(self, name: str, audience: str) -> tuple[str, ...]:
        """Those measures of a subject for an audience that the visitor may ask."""
        return tuple(code for code in measures_of(name, audience) if self._answered(code))

    def offered_dimensions(self, codes: tuple[str, ...], audience: str) -> tuple[str, ...]:
        """Those dimensions of some measures for an audience by which the visitor may split and filter."""
        return tuple(name for name in possible(codes, audience) if self._answered(codes, by=name))

    def offered_values(self, codes: tuple[str, ...], name: str) -> tuple[str, ...]:
        """The values of a dimension by which the visitor may filter, and that it is not known."""
        unknown = (UNKNOWN,) if self._answered(codes, where={name: UNKNOWN}) else ()
        return (*self.vocabulary.codes(name), *unknown)

    def _answered(self, codes: str | tuple[str, ...], **asked: Any) -> bool:
        return self.may_ask(Question.of(codes, self.last_day.year, **asked))

    @property
    def years(self) -> list[int]:
        """Calendar years with records, newest first."""
        return list(range(self.last_day.year, self.first_day.year - 1, -1))

    def newest(self, audience: str) -> int:
        """The year that is asked about where none is named: the newest, for the council the newest that is over."""
        over = [year for year in self.years if Period.year(year).last_day <= self.last_day]
        return over[0] if over and audience == COUNCIL else self.years[0]

    @property
    def whole(self) -> Period:
        """Every year with records."""
        return Period(date(self.first_day.year, 1, 1), date(self.last_day.year + 1, 1, 1))

    def period(self, text: str) -> Period:
        """The days that a request's period names; `text` has been read before."""
        return self.whole if text == ALL else Period.parse(text)


def subject(code: str) -> str:
    return measure(code).fact.subject


def measures_of(name: str, audience: str = INTERNAL) -> tuple[str, ...]:
    """Measures of a subject in the order of the method page: those that may stand in one table for an audience."""
    return tuple(code for code in measures() if subject(code) == name and dimensions_for(audience, code))


def possible(codes: tuple[str, ...], audience: str = INTERNAL) -> tuple[str, ...]:
    """Dimensions by which every one of these measures can be split for an audience."""
    shown = [dimensions_for(audience, code) for code in codes]
    return tuple(name for name in shown[0] if all(name in names for names in shown))


def is_time(name: str) -> bool:
    return dimension(name).kind == "time"
