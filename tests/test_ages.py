"""Ages: the birth dates that bound them, against walking from birthday to birthday."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from data_access.ages import THRESHOLDS, born_by, pension_age
from tests.infrastructure import slow_answers


@pytest.mark.parametrize(
    ("day", "years", "latest_birth"),
    [
        (date(2023, 12, 31), 18, date(2005, 12, 31)),
        (date(2023, 1, 1), 18, date(2005, 1, 1)),
        (date(2022, 2, 28), 18, date(2004, 2, 28)),  # born on 29 February 2004: 18 on 1 March
        (date(2022, 3, 1), 18, date(2004, 3, 1)),
        (date(2024, 2, 29), 18, date(2006, 2, 28)),  # there was no 29 February 2006
        (date(2024, 2, 29), 16, date(2008, 2, 29)),
        (date(2023, 2, 28), 0, date(2023, 2, 28)),
    ],
)
def test_the_latest_birth_date_of_those_who_have_an_age(day: date, years: int, latest_birth: date) -> None:
    assert born_by(day, years * 12) == latest_birth


def test_months_of_different_length() -> None:
    # 64 years and 6 months after 28 February is 28 August; after 31 August it is 1 March.
    assert born_by(date(2023, 8, 31), 64 * 12 + 6) == date(1959, 2, 28)
    assert born_by(date(2023, 2, 28), 64 * 12 + 6) == date(1958, 8, 28)
    assert born_by(date(2023, 3, 1), 64 * 12 + 6) == date(1958, 9, 1)


@given(
    born=st.dates(date(1920, 1, 1), date(2030, 12, 31)),
    day=st.dates(date(2000, 1, 1), date(2049, 12, 31)),
    months=st.sampled_from([*THRESHOLDS, 64 * 12 + 6, 62 * 12 + 3]),
)
def test_the_bound_agrees_with_the_birthdays(born: date, day: date, months: int) -> None:
    reached = slow_answers.birthday(born, *divmod(months, 12)) <= day
    assert (born <= born_by(day, months)) is reached


@pytest.mark.parametrize(
    ("year", "years", "months"),
    [(2013, 62, 0), (2014, 62, 3), (2022, 64, 3), (2023, 64, 6), (2024, 64, 9), (2025, 65, 0), (2040, 65, 0)],
)
def test_pension_age_rises_by_three_months_a_year(year: int, years: int, months: int) -> None:
    assert pension_age(date(year, 1, 1)) == pension_age(date(year, 12, 31)) == years * 12 + months


def test_groups_change_at_every_age_that_any_list_names() -> None:
    assert tuple(years * 12 for years in (4, 7, 8, 13, 18, 19)) == THRESHOLDS
