"""Age rules: who is how old on which day, and who is of pension age."""

import csv
from datetime import date
from functools import cache
from pathlib import Path

_PENSION_AGE = Path(__file__).parent / "reference" / "pension_age.csv"

CHILD = 18 * 12  # months: a child is younger than 18

# Groups of whole years: code -> first age of the next group, in months; the last group is open.
PSYCHOLOGISTS_GROUPS = (("0_6", 7 * 12), ("7_12", 13 * 12), ("13_17", 18 * 12), ("18_plus", None))
FAMILY_GROUPS = (("0_3", 4 * 12), ("4_7", 8 * 12), ("8_12", 13 * 12), ("13_18", 19 * 12), ("19_plus", None))

# Every age at which somebody changes group, in months.
THRESHOLDS = tuple(
    sorted({CHILD, *(months for group in (PSYCHOLOGISTS_GROUPS, FAMILY_GROUPS) for _, months in group if months)})
)


def born_by(day: date, months: int) -> date:
    """The latest birth date of those who have reached an age, given in months, on a day.

    Born on 29 February: a year older on 1 March in common years, so on 28 February 2023 the latest
    birth date for 18 years is 28 February 2005, and somebody born on 29 February 2004 is 18 on 1 March 2022.
    """
    number = day.year * 12 + day.month - 1 - months
    for last in (day.day, 30, 29, 28):
        if last <= day.day:
            try:
                return date(number // 12, number % 12 + 1, last)
            except ValueError:
                continue
    raise AssertionError("every month has 28 days")


@cache
def _pension_ages() -> list[tuple[int, int]]:
    with _PENSION_AGE.open(encoding="utf-8", newline="") as file:
        rows = [(int(r["from_year"]), int(r["years"]) * 12 + int(r["months"])) for r in csv.DictReader(file)]
    return sorted(rows)


def pension_age(day: date) -> int:
    """The general pension age in force on a day, in months (law "On State Pensions", transitional rules)."""
    return max((row for row in _pension_ages() if row[0] <= day.year), default=_pension_ages()[0])[1]
