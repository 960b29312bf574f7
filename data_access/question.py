"""The one form in which anything is asked of the case database."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace

from data_access.errors import (
    BadFilter,
    NoMeasure,
    NotTogether,
    QuestionTooLong,
    TooManyDimensions,
    UnknownAudience,
)
from data_access.measures import dimension, dimensions_of
from data_access.period import Period

INTERNAL, COUNCIL = AUDIENCES = ("internal", "council")
AGES = ("period", "each_year")
MOST_DIMENSIONS = 3
MOST_MEASURES = 20
MOST_VALUES = 1000  # of all filters; by far more than any vocabulary has
UNKNOWN = "unknown"
TOTAL = "total"


@dataclass(frozen=True)
class Question:
    """What to count, split by what, of which records, in which days, for whom.

    `where` holds (dimension, values) pairs: the values of one dimension are alternatives, the pairs
    all hold. The value `unknown` stands for records whose value is not known. Every answer is made for an
    audience: `internal` sees exact figures, `council` (everything that leaves the service) protected ones of listed
    questions only; an audience that nobody has defined gets nothing.

    `ages`: ages are those on the last day of the period, so that a person is in one age group of a table
    (rule 3). `each_year`, for a series by year, takes the last day of each row's year, as the yearly reports
    did; a person can then stand in two groups over the years, and the note of overlap says so.
    """

    measures: tuple[str, ...]
    period: Period
    by: tuple[str, ...] = ()
    where: tuple[tuple[str, tuple[str, ...]], ...] = ()
    audience: str = INTERNAL
    ages: str = "period"

    def __post_init__(self):
        if self.ages not in AGES or (self.ages == "each_year" and "year" not in self.by):
            raise ValueError(f"ages={self.ages!r} with by={self.by!r}")
        if not self.measures:
            raise NoMeasure()
        if self.audience not in AUDIENCES:
            raise UnknownAudience(name=self.audience)
        if len(self.by) > MOST_DIMENSIONS:
            raise TooManyDimensions(most=MOST_DIMENSIONS)
        if len(self.measures) > MOST_MEASURES or sum(len(codes) for _, codes in self.where) > MOST_VALUES:
            raise QuestionTooLong(measures=MOST_MEASURES, values=MOST_VALUES)
        for name in self.measures:
            possible = dimensions_of(name)
            for code in self.by:
                if dimension(code).code not in possible:
                    raise NotTogether(dimension=code, measure=name)
            for code, _ in self.where:
                if dimension(code).kind == "time" or code not in possible:
                    raise NotTogether(dimension=code, measure=name)

    @classmethod
    def of(
        cls,
        measures: str | Iterable[str],
        period: str | int | Period,
        by: str | Iterable[str] = (),
        where: Mapping[str, str | Iterable[str]] | None = None,
        audience: str = INTERNAL,
        ages: str = "period",
    ) -> "Question":
        """A question from plain values: `Question.of("spend", 2023, by="benefit", where={"form": "cash"})`.

        Filters with no values are left out. Raises the errors of `data_access.errors`.
        """
        return cls(
            measures=_codes(measures),
            period=period if isinstance(period, Period) else Period.parse(str(period)),
            by=tuple(dict.fromkeys(_codes(by))),
            where=tuple(sorted((name, _codes(values)) for name, values in (where or {}).items() if values)),
            audience=audience,
            ages=ages,
        )

    def by_years(self, period: Period) -> "Question":
        """The same question of each of the years of a period."""
        return replace(self, by=("year", *self.by), period=period)

    def during(self, period: Period) -> "Question":
        """The same question of other days."""
        return replace(self, period=period)


def parse_filters(texts: Iterable[str]) -> dict[str, tuple[str, ...]]:
    """Filters from texts such as `population=residents` and `benefit=health,education`. Raises BadFilter."""
    where = {}
    for text in texts:
        name, equals, values = text.partition("=")
        if not equals or not name.strip() or not values.strip():
            raise BadFilter(text=text)
        where[name.strip()] = tuple(value.strip() for value in values.split(",") if value.strip())
    return where


def _codes(values: str | Iterable[str]) -> tuple[str, ...]:
    return (values,) if isinstance(values, str) else tuple(values)
