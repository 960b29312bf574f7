"""Periods: half-open spans of days, their codes and their cells."""

import re
from dataclasses import dataclass
from datetime import date, timedelta

from data_access.errors import BadPeriod

GRAINS = ("year", "half_year", "quarter", "month")
_MONTHS_IN = {"year": 12, "half_year": 6, "quarter": 3, "month": 1}


def _month(number: int) -> date:
    """First day of the month that is `number` months after January of year 0."""
    return date(number // 12, number % 12 + 1, 1)


def _number(day: date) -> int:
    return day.year * 12 + day.month - 1


@dataclass(frozen=True, order=True)
class Cell:
    """One calendar year, half-year, quarter or month of a period, clipped to it. `end` is excluded."""

    key: int  # 2023, 20231 (half-year and quarter), 202301 (month): what the statement groups by
    code: str  # 2023, 2023-H1, 2023-Q1, 2023-01
    start: date
    end: date


def cell_key(day: date, grain: str) -> int:
    """The number by which a statement groups the days of one calendar cell."""
    part = (day.month - 1) // _MONTHS_IN[grain] + 1
    return {"year": day.year, "month": day.year * 100 + day.month}.get(grain, day.year * 10 + part)


def cell_code(day: date, grain: str) -> str:
    """The code of the calendar cell that holds a day: 2023, 2023-H1, 2023-Q1, 2023-01."""
    part = (day.month - 1) // _MONTHS_IN[grain] + 1
    return {
        "year": f"{day.year}",
        "half_year": f"{day.year}-H{part}",
        "quarter": f"{day.year}-Q{part}",
        "month": f"{day.year}-{day.month:02}",
    }[grain]


@dataclass(frozen=True, order=True)
class Period:
    """Days from `start` to before `end`: half-open, so that periods tile without overlap."""

    start: date
    end: date

    def __post_init__(self):
        if self.start >= self.end:
            raise BadPeriod(text=f"{self.start}..{self.end - timedelta(days=1)}")

    @classmethod
    def parse(cls, text: str) -> "Period":
        """A period from `2023`, `2023-H1`, `2023-Q1`, `2023-01`, `2011..2023` or two dates `a..b` (both in it).

        Raises BadPeriod.
        """
        # A Latvian date ends with a full stop of its own: 15.01.2023...31.03.2023.
        first, *last = re.split(r"\.\.(?=\s*\d)", text.strip(), maxsplit=1)
        try:
            start, end = _span(first)
            if last:
                end = _span(last[0])[1]
        except (ValueError, OverflowError):
            raise BadPeriod(text=text) from None
        return cls(start, end)

    @classmethod
    def year(cls, year: int) -> "Period":
        return cls(date(year, 1, 1), date(year + 1, 1, 1))

    @property
    def last_day(self) -> date:
        return self.end - timedelta(days=1)

    @property
    def grain(self) -> str | None:
        """The grain of which this period is exactly one cell, or None."""
        if self.start.day != 1 or self.end.day != 1:
            return None
        months = _number(self.end) - _number(self.start)
        for grain in GRAINS:
            if months == _MONTHS_IN[grain] and _number(self.start) % months == 0:
                return grain
        return None

    @property
    def code(self) -> str:
        """The shortest text that `parse` turns into this period."""
        if self.grain:
            return cell_code(self.start, self.grain)
        if (self.start.month, self.start.day, self.end.month, self.end.day) == (1, 1, 1, 1):
            return f"{self.start.year}..{self.end.year - 1}"
        return f"{self.start.isoformat()}..{self.last_day.isoformat()}"

    def cells(self, grain: str) -> list[Cell]:
        """The calendar cells that the period touches, in order, clipped to it."""
        step = _MONTHS_IN[grain]
        number = _number(self.start) // step * step
        cells = []
        while _month(number) < self.end:
            first, after = _month(number), _month(number + step)
            cells.append(
                Cell(
                    cell_key(first, grain),
                    cell_code(first, grain),
                    max(first, self.start),
                    min(after, self.end),
                )
            )
            number += step
        return cells

    def year_before(self) -> "Period":
        """The same days of the calendar a year earlier (29 February becomes 1 March)."""
        return Period(_year_earlier(self.start), _year_earlier(self.end))

    def previous(self) -> "Period":
        """The period of the same length that ends where this one begins: as many months, or else as many days."""
        if self.start.day == self.end.day == 1:
            first = _number(self.start)
            return Period(_month(2 * first - _number(self.end)), self.start)
        return Period(self.start - (self.end - self.start), self.start)

    def until(self, day: date) -> "Period":
        """The part of the period up to and including a day; the whole if that day is later.

        Raises BadPeriod if nothing is left.
        """
        return Period(self.start, min(self.end, day + timedelta(days=1)))

    def overlaps(self, start: date, last: date | None) -> bool:
        """Whether a span of days, `last` included (None: open), shares a day with the period."""
        return start < self.end and (last is None or last >= self.start)


def _year_earlier(day: date) -> date:
    if (day.month, day.day) == (2, 29):
        return date(day.year - 1, 3, 1)
    return day.replace(year=day.year - 1)


def _span(text: str) -> tuple[date, date]:
    text = text.strip()
    if match := re.fullmatch(r"(\d{4})", text):
        year = int(match[1])
        return date(year, 1, 1), date(year + 1, 1, 1)
    if match := re.fullmatch(r"(\d{4})-?([HQ])([1-4])", text, re.IGNORECASE):
        months = 6 if match[2].upper() == "H" else 3
        part = int(match[3])
        if part * months > 12:
            raise ValueError(text)
        number = int(match[1]) * 12 + (part - 1) * months
        return _month(number), _month(number + months)
    if match := re.fullmatch(r"(\d{4})-(\d{2})", text):
        first = date(int(match[1]), int(match[2]), 1)
        return first, _month(_number(first) + 1)
    if match := re.fullmatch(r"(\d{2})\.(\d{2})\.(\d{4})\.?", text):
        day = date(int(match[3]), int(match[2]), int(match[1]))
    else:
        day = date.fromisoformat(text)
    return day, day + timedelta(days=1)
