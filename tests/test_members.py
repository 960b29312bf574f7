"""Members of households that got payments or have a status, found one by one or through their households: each row
says why it counts or not.

Three years by month are counted through the households; the generated towns in both ways, whatever is asked.
"""

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from data_access import Question, dimension, dimensions_of, statement
from data_access.facts.scope import MOST_OF_A_UNIT
from tests.infrastructure.case_database import ENGINES, Case
from tests.infrastructure.towns import any_question, assert_same, fill

MEASURES = ("spend", "households_assisted", "persons_assisted")
YEARS = "2021..2023"
NAMES = dimensions_of("persons_assisted")
WITH_STATUS = ("households_with_status", "persons_with_status")
ON_DATE = ("households_on_date", "persons_on_date")


@pytest.fixture
def through(monkeypatch):
    """However few cells there are."""
    monkeypatch.setattr(statement, "FEW_CELLS", -1)


def by_month(case: Case, where: dict | None = None, by: str | None = None) -> dict:
    """The persons of each month, or of each month and value, in which there are any; and of all months."""
    answer = case.ask("persons_assisted", YEARS, by=("month", by) if by else "month", where=where)
    keys = answer.frame[["month", by]].apply(tuple, axis="columns") if by else answer.frame["month"]
    return {key: figure for key, figure in zip(keys, answer.frame["persons_assisted"], strict=True) if figure}


def test_whoever_stays_counts_in_each_month_and_once_in_all(case: Case) -> None:
    home = case.household()
    case.member(home)  # all the time: counted
    case.member(home, valid_from="2021-03-10", valid_to="2023-05-02")  # from the first payment to the last: counted
    case.payment(home, "2021-03-10")
    case.payment(home, "2022-01-01")
    case.payment(home, "2023-05-02")
    assert by_month(case) == {"2021-03": 2, "2022-01": 2, "2023-05": 2, "total": 2}


def test_who_comes_after_the_first_payment_or_leaves_before_the_last(case: Case) -> None:
    home = case.household()
    case.member(home)  # all the time: counted
    case.member(home, valid_from="2021-03-11")  # came the day after the first payment: in two months
    case.member(home, valid_to="2023-05-01")  # left the day before the last: in two months
    case.member(home, valid_from="2021-03-11", valid_to="2023-05-01")  # between: in the month between
    case.member(home, valid_to="2021-03-09")  # left before the first: not counted
    case.member(home, valid_from="2023-05-03")  # came after the last: not counted
    for day in ("2021-03-10", "2022-01-01", "2023-05-02"):
        case.payment(home, day)
    assert by_month(case) == {"2021-03": 2, "2022-01": 4, "2023-05": 2, "total": 4}


def test_a_change_of_activity_is_no_break(case: Case) -> None:
    home = case.household()
    person = case.member(home, activity="employed", valid_to="2022-06-30")
    case.member(home, person, activity="unemployed", valid_from="2022-07-01")  # the day after: the same member
    for day in ("2021-03-10", "2022-06-30", "2022-07-01"):
        case.payment(home, day)
    assert by_month(case) == {"2021-03": 1, "2022-06": 1, "2022-07": 1, "total": 1}
    employed = by_month(case, where={"activity": "employed"})
    assert employed == {"2021-03": 1, "2022-06": 1, "total": 1}
    assert by_month(case, by="activity") == {
        ("2021-03", "employed"): 1,
        ("2021-03", "total"): 1,
        ("2022-06", "employed"): 1,
        ("2022-06", "total"): 1,
        ("2022-07", "unemployed"): 1,
        ("2022-07", "total"): 1,
        ("total", "employed"): 1,
        ("total", "unemployed"): 1,
        ("total", "total"): 1,  # one person
    }


def test_who_was_away_for_a_day_was_not_there_on_it(case: Case) -> None:
    home = case.household()
    person = case.member(home, valid_to="2022-06-29")
    case.member(home, person, valid_from="2022-07-01")  # the 30th is missing
    case.member(home)  # somebody who stays
    for day in ("2021-03-10", "2022-06-30", "2022-07-01"):
        case.payment(home, day)
    assert by_month(case) == {"2021-03": 2, "2022-06": 1, "2022-07": 2, "total": 2}


def test_memberships_that_overlap_hide_no_day_between(case: Case) -> None:
    home = case.household()
    person = case.member(home, valid_from="2021-01-01", valid_to="2021-12-31")
    case.member(home, person, valid_from="2021-06-01", valid_to="2022-03-31")  # overlaps by as many days …
    case.member(home, person, valid_from="2022-11-01")  # … as are missing before this one
    for day in ("2021-01-01", "2022-10-31", "2023-01-01"):
        case.payment(home, day)
    assert by_month(case) == {"2021-01": 1, "2023-01": 1, "total": 1}


def test_a_member_of_two_households_is_one_person(case: Case) -> None:
    first, second = case.household(), case.household()
    person = case.member(first)  # all the time in the one
    case.member(second, person)  # and in the other: one person in a month of both
    case.member(second)  # somebody else: counted
    case.payment(first, "2021-03-10")
    case.payment(second, "2021-03-20")
    case.payment(second, "2023-03-20")
    assert by_month(case) == {"2021-03": 2, "2023-03": 2, "total": 2}


def test_only_payments_that_pass_the_filters_say_how_long_a_household_counts(case: Case) -> None:
    home = case.household()
    case.member(home, valid_to="2021-12-31")  # there for the cash, not for what came in kind
    case.payment(home, "2021-03-10", form="cash")
    case.payment(home, "2022-03-10", form="in_kind")
    assert by_month(case, where={"form": "cash"}) == {"2021-03": 1, "total": 1}
    assert by_month(case, where={"form": "in_kind"}) == {}
    assert by_month(case) == {"2021-03": 1, "total": 1}


def test_a_household_may_have_any_number_of_members(case: Case) -> None:
    """More than fit into the bits of a mask, and as many as just fit."""
    large, full = case.household(), case.household()
    for _ in range(MOST_OF_A_UNIT + 1):
        case.member(large)
    for _ in range(MOST_OF_A_UNIT):
        case.member(full)
    case.payment(large, "2021-03-10")
    case.payment(full, "2021-03-10")
    case.payment(full, "2022-03-10")
    assert by_month(case) == {"2021-03": 31, "2022-03": 15, "total": 31}


def test_members_are_split_by_what_they_are_themselves(case: Case) -> None:
    home = case.household()
    case.member(home, sex="female")  # stays
    case.member(home, sex="female", valid_from="2022-01-01")  # came later
    case.member(home, sex="male")  # stays
    case.member(home, sex=None)  # stays: not known, a row of its own
    case.payment(home, "2021-03-10")
    case.payment(home, "2022-03-10")
    assert by_month(case, by="sex") == {
        ("2021-03", "female"): 1,
        ("2021-03", "male"): 1,
        ("2021-03", "unknown"): 1,
        ("2021-03", "total"): 3,
        ("2022-03", "female"): 2,
        ("2022-03", "male"): 1,
        ("2022-03", "unknown"): 1,
        ("2022-03", "total"): 4,
        ("total", "female"): 2,
        ("total", "male"): 1,
        ("total", "unknown"): 1,
        ("total", "total"): 4,
    }
    assert by_month(case, where={"sex": "male"}) == {"2021-03": 1, "2022-03": 1, "total": 1}


# ── with a status ────────────────────────────────────────────────────────────────────────────────


def with_status(case: Case, measure: str = "persons_with_status", where: dict | None = None) -> dict:
    """The persons of each month in which there are any."""
    answer = case.ask(measure, YEARS, by="month", where=where)
    return {
        month: many for month, many in zip(answer.frame["month"], answer.frame[measure].fillna(0), strict=True) if many
    }


@pytest.fixture
def home_with_status(case: Case) -> int:
    home = case.household(lives_in=None)
    case.status(home, "2021-03-10", "2021-04-30")
    case.status(home, "2022-01-31", "2022-02-01")
    for subject in ("status", "assistance"):
        case.load(subject, "2021-01-01", "2023-12-31")
    return home


def test_who_stays_has_the_status_whenever_the_household_has_it(case: Case, home_with_status: int) -> None:
    case.member(home_with_status)  # all the time: counted
    case.member(home_with_status, valid_from="2021-03-10", valid_to="2022-02-01")  # from the first day to the last
    assert with_status(case) == {"2021-03": 2, "2021-04": 2, "2022-01": 2, "2022-02": 2, "total": 2}
    assert with_status(case, "persons_on_date") == {"2021-03": 2, "2021-04": 2, "2022-01": 2}


def test_who_comes_or_leaves_has_it_while_there(case: Case, home_with_status: int) -> None:
    case.member(home_with_status, valid_from="2021-03-11")  # came on the second day: from March
    case.member(home_with_status, valid_from="2021-04-01")  # from April
    case.member(home_with_status, valid_to="2022-01-31")  # not in February 2022
    case.member(home_with_status, valid_to="2022-01-30")  # not in 2022: no status on any day there
    case.member(home_with_status, valid_to="2021-03-30")  # not on the last day of March
    case.member(home_with_status, valid_from="2021-05-01", valid_to="2022-01-30")  # between: never
    assert with_status(case) == {"2021-03": 4, "2021-04": 4, "2022-01": 3, "2022-02": 2, "total": 5}
    assert with_status(case, "persons_on_date") == {"2021-03": 3, "2021-04": 4, "2022-01": 3}


def test_where_the_household_lives_with_its_status_its_members_do(case: Case, home_with_status: int) -> None:
    case.residence(home_with_status, "ogre", "2020-01-01", "2021-04-10")
    case.residence(home_with_status, "tome", "2021-04-11")
    case.member(home_with_status)  # moved with the household in April: in both places in that month
    case.member(home_with_status, valid_from="2021-04-11")  # was never in Ogre
    assert with_status(case, where={"territory": "ogre"}) == {"2021-03": 1, "2021-04": 1, "total": 1}
    assert with_status(case, where={"territory": "tome"}) == {"2021-04": 2, "2022-01": 2, "2022-02": 2, "total": 2}


# ── generated towns ──────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("engine", ENGINES)
@pytest.mark.parametrize("name", NAMES)
def test_by_every_dimension(town, through, engine: str, name: str) -> None:
    case = town(engine)
    for measures in (MEASURES, WITH_STATUS, ON_DATE):
        *_, persons = measures
        if name not in dimensions_of(persons):
            continue
        together = [code for code in measures if name in dimensions_of(code)]
        assert_same(case, Question.of(together, "2022..2023", by=name))
        if dimension(name).kind != "time":
            assert_same(case, Question.of(persons, "2022-12-15..2023-05-14", by=("month", name)))
            assert_same(case, Question.of(persons, "2022..2023", by="quarter", where={name: "unknown"}))


@settings(
    max_examples=15,
    deadline=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow, HealthCheck.large_base_example],
)
@given(data=st.data())
def test_generated_questions_have_the_slow_answer(case: Case, through, data: st.DataObject) -> None:
    def choose(values: list):
        return data.draw(st.sampled_from(values))

    fill(case, choose)
    vocabulary = case.database.vocabulary
    for measures in (MEASURES, WITH_STATUS, ON_DATE):
        for _ in range(3):
            assert_same(case, any_question(choose, vocabulary.codes, among=measures))
