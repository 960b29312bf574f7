"""Which days the records of a subject reach: spans of days, with holes between them where nothing has been loaded."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from typing import NamedTuple

_ONE_DAY = timedelta(days=1)


class Span(NamedTuple):
    """Days from the first to the last, both inclusive."""

    first: date
    last: date


@dataclass(frozen=True)
class Coverage:
    """The days that the records of one subject reach. Spans stand in order and neither overlap nor touch."""

    spans: tuple[Span, ...]

    @classmethod
    def of(cls, spans: Iterable[tuple[date, date]]) -> "Coverage":
        """The days of any of the spans."""
        merged: list[Span] = []
        for first, last in sorted(spans):
            if merged and first <= merged[-1].last + _ONE_DAY:
                merged[-1] = Span(merged[-1].first, max(merged[-1].last, last))
            else:
                merged.append(Span(first, last))
        return cls(tuple(merged))

    @property
    def data_from(self) -> date:
        """The first day of all."""
        return self.spans[0].first

    @property
    def data_until(self) -> date:
        """The last day of all."""
        return self.spans[-1].last

    def has(self, day: date) -> bool:
        return any(span.first <= day <= span.last for span in self.spans)

    def reaches(self, start: date, end: date) -> bool:
        """Whether there are records of any day from `start` to before `end`."""
        return any(span.first < end and span.last >= start for span in self.spans)

    def holes(self) -> list[Span]:
        """The days between the first and the last of which nothing has been loaded."""
        pairs = zip(self.spans, self.spans[1:], strict=False)
        return [Span(before.last + _ONE_DAY, after.first - _ONE_DAY) for before, after in pairs]

    def years(self) -> set[int]:
        """Calendar years with any of the days."""
        return {year for span in self.spans for year in range(span.first.year, span.last.year + 1)}
