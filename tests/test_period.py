"""Periods: what a text means, which days are in it, and its calendar cells."""

from datetime import date
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from data_access import GRAINS, Period
from data_access.errors import BadPeriod


@pytest.mark.parametrize(
    ("text", "first", "last"),
    [
        ("2023", date(2023, 1, 1), date(2023, 12, 31)),
        (" 2023 ", date(2023, 1, 1), date(2023, 12, 31)),
        ("2023-H1", date(2023, 1, 1), date(2023, 6, 30)),
        ("2023-h2", date(2023, 7, 1), date(2023, 12, 31)),
        ("2023-Q1", date(2023, 1, 1), date(2023, 3, 31)),
        ("2023Q4", date(2023, 10, 1), date(2023, 12, 31)),
        ("2023-02", date(2023, 2, 1), date(2023, 2, 28)),
        ("2024-02", date(2024, 2, 1), date(2024, 2, 29)),
        ("2023-12", date(2023, 12, 1), date(2023, 12, 31)),
        ("2011..2023", date(2011, 1, 1), date(2023, 12, 31)),
        ("2022-Q4..2023-01", date(2022, 10, 1), date(2023, 1, 31)),
        ("2023-01-15..2023-03-31", date(2023, 1, 15), date(2023, 3, 31)),
        ("15.01.2023..31.03.2023.", date(2023, 1, 15), date(2023, 3, 31)),
        ("15.01.2023...31.03.2023.", date(2023, 1, 15), date(2023, 3, 31)),
        ("2023-05-05", date(2023, 5, 5), date(2023, 5, 5)),
    ],
)
def test_a_text_is_read_as_its_days(text: str, first: date, last: date) -> None:
    period = Period.parse(text)
    assert (period.start, period.last_day) == (first, last)


@pytest.mark.parametrize(
    "text",
    [
        *("", "..", "gads", "23", "2023-13", "2023-00", "2023-H3", "2023-Q5", "2023-02-29", "31.02.2023."),
        *("2023..2022", "2023-03-31..2023-01-15", "2023..", "..2023", "2023...2024", "0000", "9999"),
    ],
)
def test_a_text_that_is_no_period_is_refused(text: str) -> None:
    with pytest.raises(BadPeriod):
        Period.parse(text)


@pytest.mark.parametrize(
    "code", ["2023", "2023-H1", "2023-Q3", "2023-07", "2011..2023", "2023-01-15..2023-03-31", "2023-05-05..2023-05-05"]
)
def test_the_code_of_a_period_is_the_text_it_is_read_from(code: str) -> None:
    assert Period.parse(code).code == code


def test_the_code_is_the_shortest_one() -> None:
    assert Period.parse("2023-01-01..2023-12-31").code == "2023"
    assert Period.parse("2023-01..2023-03").code == "2023-Q1"


def test_cells_are_clipped_to_the_period() -> None:
    cells = Period.parse("2022-11-15..2023-01-31").cells("quarter")
    assert [(cell.key, cell.code, cell.start, cell.end) for cell in cells] == [
        (20224, "2022-Q4", date(2022, 11, 15), date(2023, 1, 1)),
        (20231, "2023-Q1", date(2023, 1, 1), date(2023, 2, 1)),
    ]


def test_every_grain_has_its_codes() -> None:
    year = Period.year(2023)
    assert [cell.code for cell in year.cells("year")] == ["2023"]
    assert [cell.code for cell in year.cells("half_year")] == ["2023-H1", "2023-H2"]
    assert [cell.code for cell in year.cells("quarter")] == ["2023-Q1", "2023-Q2", "2023-Q3", "2023-Q4"]
    assert [cell.code for cell in year.cells("month")][::11] == ["2023-01", "2023-12"]


DAYS = st.dates(date(1990, 1, 1), date(2060, 12, 31))


@given(a=DAYS, b=DAYS, grain=st.sampled_from(GRAINS))
def test_cells_tile_the_period(a: date, b: date, grain: str) -> None:
    period = Period.parse(f"{min(a, b)}..{max(a, b)}")
    cells = period.cells(grain)
    assert (cells[0].start, cells[-1].end) == (period.start, period.end)
    assert all(before.end == after.start for before, after in pairwise(cells))
    assert len({cell.key for cell in cells}) == len(cells)


@given(a=DAYS, b=DAYS)
def test_the_code_gives_the_period_back(a: date, b: date) -> None:
    period = Period.parse(f"{min(a, b)}..{max(a, b)}")
    assert Period.parse(period.code) == period


@pytest.mark.parametrize(
    ("text", "before"),
    [
        ("2023", "2022"),
        ("2023-Q1", "2022-Q1"),
        ("2023-01-01..2023-05-14", "2022-01-01..2022-05-14"),
        ("2024-02", "2023-02"),  # the leap day falls away: both are the whole of February
        ("2023-02", "2022-02"),
        ("2025-02", "2024-02"),  # and comes back
        ("2024-01-01..2024-02-28", "2023-01-01..2023-02-28"),
    ],
)
def test_the_same_days_a_year_before(text: str, before: str) -> None:
    assert Period.parse(text).year_before() == Period.parse(before)


def test_a_period_is_cut_at_a_day() -> None:
    year = Period.year(2023)
    assert year.until(date(2023, 5, 14)) == Period.parse("2023-01-01..2023-05-14")
    assert year.until(date(2023, 12, 31)) == year
    assert year.until(date(2030, 1, 1)) == year
    with pytest.raises(BadPeriod):
        year.until(date(2022, 12, 31))


@pytest.mark.parametrize(
    ("first", "last", "shared"),
    [
        (date(2022, 1, 1), date(2022, 12, 31), False),  # ended the day before
        (date(2022, 1, 1), date(2023, 1, 1), True),  # ends on the first day
        (date(2023, 12, 31), None, True),  # begins on the last day
        (date(2024, 1, 1), None, False),  # begins the day after
        (date(2000, 1, 1), None, True),  # an open end is no end
    ],
)
def test_a_span_shares_a_day_with_a_year(first: date, last: date | None, shared: bool) -> None:
    assert Period.year(2023).overlaps(first, last) is shared
