"""Which days have been loaded: spans of days, their holes, and what an answer knows and says of days in them."""

from datetime import date

import pandas as pd
import pytest

from data_access import Answer
from data_access.coverage import Coverage, Span
from tests.infrastructure.case_database import Case


def days(text: str) -> Span:
    first, last = (date.fromisoformat(day) for day in text.split(".."))
    return Span(first, last)


def covered(*spans: str) -> Coverage:
    return Coverage.of(days(span) for span in spans)


@pytest.mark.parametrize(
    ("loads", "spans"),
    [
        (["2023-01-01..2023-01-31"], ["2023-01-01..2023-01-31"]),
        (["2023-02-01..2023-02-28", "2023-01-01..2023-01-31"], ["2023-01-01..2023-02-28"]),  # the next day
        (["2023-01-01..2023-01-31", "2023-02-02..2023-02-28"], ["2023-01-01..2023-01-31", "2023-02-02..2023-02-28"]),
        (["2022-01-01..2022-12-31", "2022-05-01..2022-05-31"], ["2022-01-01..2022-12-31"]),  # a month again
        (["2023-01-01..2023-01-10", "2023-01-05..2023-01-31"], ["2023-01-01..2023-01-31"]),
    ],
)
def test_loads_make_spans(loads: list[str], spans: list[str]) -> None:
    found = covered(*loads)
    assert found.spans == tuple(map(days, spans))
    assert (found.data_from, found.data_until) == (found.spans[0].first, found.spans[-1].last)


def test_days_and_holes_of_spans() -> None:
    found = covered("2021-05-01..2021-12-31", "2023-01-01..2023-01-31", "2023-03-01..2023-03-31")
    assert found.holes() == [days("2022-01-01..2022-12-31"), days("2023-02-01..2023-02-28")]
    assert found.years() == {2021, 2023}
    assert [found.has(date(2023, 1, day)) for day in (1, 31)] == [True, True]
    assert [found.has(day) for day in (date(2022, 12, 31), date(2023, 2, 1), date(2021, 4, 30))] == [False] * 3
    assert not found.reaches(date(2023, 2, 1), date(2023, 3, 1))  # the end is not in it
    assert found.reaches(date(2023, 2, 1), date(2023, 3, 2))
    assert found.reaches(date(2023, 1, 31), date(2023, 2, 28))


@pytest.fixture
def holey(case: Case) -> Case:
    """Payments and decisions of January and March 2023, and of May 2024; February was loaded and undone."""
    for subject in ("assistance", "status"):
        case.load(subject, "2023-01-01", "2023-01-31")
        case.load(subject, "2023-03-01", "2023-03-31")
        case.load(subject, "2023-02-01", "2023-02-28", undone=True)
        case.load(subject, "2024-05-01", "2024-05-31")
    for subject in ("psychologists", "day_centres"):
        case.load(subject, "2023-01-01", "2024-05-31")
    home = case.household()
    case.payment(home, "2023-01-10", cents=100)
    case.payment(home, "2023-03-10", cents=20)
    case.status(home, "2023-01-05", "2024-12-31")
    return case


def column(answer: Answer, name: str) -> list[int | None]:
    return [None if pd.isna(value) else value for value in answer.frame[name]]


def missing(answer: Answer) -> list[str]:
    return [note.text("lv").replace("\u00a0", " ") for note in answer.notes if note.kind == "days_missing"]


def test_a_month_between_two_loaded_ones_is_not_known(holey: Case) -> None:
    answer = holey.ask(("spend", "households_with_status"), "2023-Q1", by="month")
    assert list(answer.frame["month"]) == ["2023-01", "2023-02", "2023-03", "total"]
    assert column(answer, "spend") == [100, None, 20, 120]
    assert column(answer, "households_with_status") == [1, None, 1, 1]
    assert missing(answer) == [
        "„Izlietots”, „Mājsaimniecības ar statusu”: skaitļos nav ieskaitīts laiks, par kuru dati nav ielādēti "
        "(2023. gada februāris)."
    ]
    assert {note.kind for note in answer.notes} == {"days_missing"}


def test_a_year_before_the_first_record_is_not_known_in_a_series(holey: Case) -> None:
    answer = holey.ask("spend", "2022..2023", by="year")
    assert answer.value(year="2023") == 120  # 100 in January and 20 in March
    assert answer.value(year="2022") is None  # no row, as nothing was loaded of it: 0 would be a claim


def test_a_figure_of_days_of_which_some_are_missing_says_which(holey: Case) -> None:
    whole = holey.ask("spend", "2023-01-15..2024-05-31")
    assert whole.value() == 20
    assert "(2023. gada februāris; 01.04.2023. – 30.04.2024.)." in missing(whole)[0]
    # No day of it is there at all.
    nothing = holey.ask(("spend", "visits"), "2023-02")
    assert nothing.value("spend") is None
    assert nothing.value("visits") == 0
    assert missing(nothing) == [
        "„Izlietots”: skaitļos nav ieskaitīts laiks, par kuru dati nav ielādēti (2023. gada februāris)."
    ]
    assert missing(holey.ask("spend", "2023-03")) == []
    # Years before the first load are said as before, days of its own year as days.
    assert missing(holey.ask("spend", "2022-12-01..2023-01-31")) == [
        "„Izlietots”: skaitļos nav ieskaitīts laiks, par kuru dati nav ielādēti (2022. gada decembris)."
    ]
    before = holey.ask("spend", "2022-12-01..2023-01-31", by="month")
    assert column(before, "spend") == [100, 100]
    assert [note.kind for note in before.notes] == ["not_loaded"]


def test_a_stock_needs_its_day(holey: Case) -> None:
    answer = holey.ask("households_on_date", "2023-01..2023-03", by="month")
    assert column(answer, "households_on_date") == [1, None, 1, None]
    # The last day of the quarter is there, that of the half-year is not.
    assert holey.ask("households_on_date", "2023-Q1").value() == 1
    assert holey.ask("households_on_date", "2023-H1").value() is None
    # A month that is not over is that of the last day with data.
    assert holey.ask("households_on_date", "2024-Q2").value() == 1


def test_many_holes_are_not_all_named(case: Case) -> None:
    for month in range(1, 12, 2):
        case.load("assistance", f"2023-{month:02}-01", f"2023-{month:02}-28")
    case.load("assistance", "2024-01-01", "2024-01-31")
    case.load("assistance", "2024-03-01", "2024-03-31")
    [sentence] = missing(case.ask("spend", "2023..2024"))
    assert sentence.count(";") == 6
    assert sentence.endswith("; un vēl 1).")


def test_only_years_with_records_are_offered(holey: Case, case: Case) -> None:
    assert holey.database.years == [2024, 2023]
    case.load("assistance", "2021-01-01", "2021-01-31")
    assert case.database.years == [2024, 2023, 2021]
