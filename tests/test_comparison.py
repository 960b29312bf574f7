"""An answer beside that of the year before: like with like, row by row."""

from datetime import date

import pandas as pd
import pytest

from data_access import Period, Question, compare_with_year_before
from data_access.comparison import periods_to_compare
from tests.infrastructure.case_database import Case


def rows(comparison) -> dict:
    """Codes → (now, before, change, percent) of the first measure."""
    by, [measure, *_] = comparison.now.question.by, comparison.now.question.measures
    names = [measure, f"{measure}_before", f"{measure}_change", f"{measure}_change_percent"]
    return {
        tuple(row[name] for name in by): tuple(None if pd.isna(row[name]) else round(row[name], 9) for name in names)
        for row in comparison.frame.to_dict("records")
    }


def compare(case: Case, *question, **options):
    return compare_with_year_before(case.database, Question.of(*question, **options))


def test_each_figure_stands_beside_that_of_the_year_before(case: Case) -> None:
    home = case.household()
    case.payment(home, "2022-06-01", cents=200)
    case.payment(home, "2023-06-01", cents=150)
    assert rows(compare(case, "spend", 2023)) == {(): (150, 200, -50, -25.0)}


def test_what_occurs_in_one_year_only_was_nothing_in_the_other(case: Case) -> None:
    home = case.household()
    case.payment(home, "2022-06-01", cents=200, benefit_type="gmi")  # in 2022 only
    case.payment(home, "2023-06-01", cents=150, benefit_type="health")  # in 2023 only
    assert rows(compare(case, "spend", 2023, by="benefit")) == {
        ("gmi",): (0, 200, -200, -100.0),
        ("health",): (150, 0, 150, None),  # no per cent of nothing
        ("total",): (150, 200, -50, -25.0),
    }


def test_months_stand_beside_the_same_months(case: Case) -> None:
    home = case.household()
    case.payment(home, "2022-01-31", cents=100)
    case.payment(home, "2023-01-01", cents=300)
    case.payment(home, "2023-02-01", cents=7)
    assert rows(compare(case, "spend", "2023-01-01..2023-02-28", by="month")) == {
        ("2023-01",): (300, 100, 200, 200.0),
        ("2023-02",): (7, 0, 7, None),
        ("total",): (307, 100, 207, 207.0),
    }


def test_before_the_first_day_with_data_nothing_is_known(case: Case) -> None:
    case.load("assistance", "2023-01-01", "2023-12-31")
    case.payment(case.household(), "2023-06-01", cents=150)
    comparison = compare(case, "spend", 2023, by="benefit")
    assert rows(comparison) == {("gmi",): (150, None, None, None), ("total",): (150, None, None, None)}
    assert "not_loaded" in [note.kind for note in comparison.notes]


def test_a_month_without_data_in_one_year_is_not_known(case: Case) -> None:
    case.load("assistance", "2022-02-01", "2023-12-31")
    home = case.household()
    case.payment(home, "2022-02-01", cents=100)
    case.payment(home, "2023-01-01", cents=150)
    found = rows(compare(case, "spend", "2023-01-01..2023-02-28", by="month"))
    assert found["2023-01",] == (150, None, None, None)  # January 2022 has no data: no zero to compare with
    assert found["2023-02",] == (0, 100, -100, -100.0)


def test_an_unfinished_year_is_cut_at_the_last_day_with_data_and_says_so(case: Case) -> None:
    case.load("assistance", "2022-01-01", "2023-05-14")
    home = case.household()
    case.payment(home, "2022-01-01", cents=100)  # the first day: compared with
    case.payment(home, "2022-05-14", cents=10)  # the same last day: compared with
    case.payment(home, "2022-05-15", cents=7000)  # later than the data of 2023 reach: not compared with
    case.payment(home, "2023-05-14", cents=220)
    comparison = compare(case, "spend", 2023)
    assert rows(comparison) == {(): (220, 110, 110, 100.0)}
    [note] = [note for note in comparison.notes if note.kind == "like_for_like"]
    assert "01.01.2022. – 14.05.2022." in note.text("lv")
    assert "period_not_over" not in [note.kind for note in comparison.notes]


def test_a_finished_period_is_compared_whole(case: Case) -> None:
    case.load("assistance", "2022-01-01", "2023-12-31")
    comparison = compare(case, "spend", 2023)
    assert "like_for_like" not in [note.kind for note in comparison.notes]
    assert comparison.before.question.period == Period.year(2022)


@pytest.mark.parametrize(
    ("data_until", "now", "before"),
    [
        (date(2024, 2, 29), "2024-01-01..2024-02-29", "2023-01-01..2023-02-28"),  # until the leap day
        (date(2024, 2, 28), "2024-01-01..2024-02-28", "2023-01-01..2023-02-28"),
        (date(2024, 1, 1), "2024-01-01..2024-01-01", "2023-01-01..2023-01-01"),  # one day of data
        (date(2023, 12, 31), "2024", "2023"),  # none yet: nothing to cut
        (date(2025, 1, 1), "2024", "2023"),
    ],
)
def test_the_days_that_are_compared(case: Case, data_until: date, now: str, before: str) -> None:
    case.load("assistance", "2022-01-01", data_until)
    found = periods_to_compare(Question.of("spend", 2024), case.database.coverage)
    assert found == (Period.parse(now), Period.parse(before))


def test_rows_of_both_years_stand_in_the_order_of_the_vocabulary(case: Case) -> None:
    home = case.household()
    for on, territory in (
        ("2022-01-01", "ogre"),
        ("2022-01-01", None),
        ("2023-01-01", "tome"),
        ("2023-01-01", "kegums"),
    ):
        case.payment(home, on, territory=territory)
    found = [codes for (codes,) in rows(compare(case, "spend", 2023, by="territory"))]
    assert found == ["ogre", "kegums", "tome", "unknown", "total"]


def test_the_answers_can_come_from_elsewhere(case: Case) -> None:
    case.payment(case.household(), "2023-01-01")
    asked = []

    def ask(question: Question):
        asked.append(question.period.code)
        return case.database.ask(question)

    compare_with_year_before(case.database, Question.of("spend", 2023), ask)
    assert asked == ["2023", "2022"]
