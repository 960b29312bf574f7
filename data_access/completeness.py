"""Whether a month has as many records as it usually has.

The usual number is the median of the six months before, or of the six after, times the month's place in the year.
Only months with records are neighbours, and each is first brought to what it would be outside its own low season. A
month has few records if it has less than half of what either side leads to expect: a subject that grows or shrinks for
good makes no month odd, and neither does a single odd neighbour.

The place in the year is how the same calendar month of other years stands to the year around it (July without school
meals is a half), never more than one: that December is often busy is no reason to suspect one that is not.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from itertools import islice
from statistics import median

from data_access.coverage import Coverage
from data_access.period import Period

USUAL, FEW, EMPTY, OPEN, NOT_JUDGED = "usual", "few", "empty", "open", "not_judged"
ODD = (FEW, EMPTY)

NEIGHBOURS = 6  # months on each side: together a year
ENOUGH_NEIGHBOURS = 3  # a median of fewer says nothing
# Months of a low season have a little more than half of the others, and that is seen also where there is one year only.
FEW_BELOW = 0.5
# Where few records are usual, chance alone halves a month or empties it: from here on in fewer than 3 months of 100.
FEW_JUDGED_FROM = 12
EMPTY_JUDGED_FROM = 4


@dataclass(frozen=True)
class Month:
    """Records of a subject in one month: how many, how many are usual (None: cannot be told), and how it looks.

    `state`: usual; few; empty (none where some are usual); open (the data begin or end within the month); not_judged.
    """

    subject: str
    month: str
    rows: int
    usual: float | None
    state: str

    @property
    def share(self) -> float | None:
        """Percent of the usual number."""
        return self.rows / self.usual * 100 if self.usual else None


def judged(subject: str, counts: Mapping[str, int], days: Coverage) -> list[Month]:
    """The months from the first to the last covered day, in order. `counts`: records by month; none is zero.

    A month of which nothing is loaded between loaded ones has no records; months before the first record are not
    judged, as the subject had not begun.
    """
    cells = Period(days.data_from, days.data_until + timedelta(days=1)).cells("month")
    rows = [counts.get(cell.code, 0) for cell in cells]
    whole = [not _is_open(cell.code, days) for cell in cells]
    known = [count if is_whole else 0 for count, is_whole in zip(rows, whole, strict=True)]
    seasons = _seasons(known)
    level = [count / season for count, season in zip(known, seasons, strict=True)]
    begun = next((place for place, count in enumerate(rows) if count), len(rows))
    months = []
    for place, cell in enumerate(cells):
        sides = [near for near in _neighbours(level, place) if len(near) >= ENOUGH_NEIGHBOURS]
        expected = [median(near) * seasons[place] for near in sides]
        usual = min(expected, key=lambda number: abs(number - rows[place]), default=None)
        state = OPEN if not whole[place] else NOT_JUDGED if place < begun else _state(rows[place], expected)
        months.append(Month(subject, cell.code, rows[place], usual, state))
    return months


def _is_open(month: str, days: Coverage) -> bool:
    """Whether some of its days are loaded and others are not."""
    whole = Period.parse(month)
    return days.reaches(whole.start, whole.end) and not any(
        span.first <= whole.start and whole.last_day <= span.last for span in days.spans
    )


def _neighbours(numbers: Sequence[float], place: int) -> tuple[list[float], list[float]]:
    """The nearest numbers before and after a place that are not zero."""

    def nearest(places: range) -> list[float]:
        return list(islice((numbers[other] for other in places if numbers[other]), NEIGHBOURS))

    return nearest(range(place - 1, -1, -1)), nearest(range(place + 1, len(numbers)))


def _seasons(rows: Sequence[int]) -> list[float]:
    """For each month how the same calendar month of other years stands to the year around it; one if there is none."""
    around = [[*before, *after] for before, after in (_neighbours(rows, place) for place in range(len(rows)))]
    ratios = [
        count / median(near) if count and len(near) >= NEIGHBOURS else None
        for count, near in zip(rows, around, strict=True)
    ]
    seasons = []
    for place in range(len(rows)):
        others = [
            ratios[other] for other in range(place % 12, len(rows), 12) if other != place and ratios[other] is not None
        ]
        seasons.append(min(median(others), 1.0) if others else 1.0)
    return seasons


def _state(rows: int, expected: Sequence[float]) -> str:
    least = min(expected, default=0)
    if not rows:
        return EMPTY if least >= EMPTY_JUDGED_FROM else NOT_JUDGED
    if least < FEW_JUDGED_FROM:
        return NOT_JUDGED
    return FEW if rows < least * FEW_BELOW else USUAL
