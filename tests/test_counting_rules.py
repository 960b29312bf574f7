"""Each rule of counting on hand-made rows; every row says why it counts or not.

The numbers are counted by hand, and each test runs on both engines.
"""

import pandas as pd
import pytest

from data_access import Period, Question, compare_with_year_before
from tests.infrastructure.case_database import Case


def kinds(answer) -> list[str]:
    return [note.kind for note in answer.notes]


def note(answer, kind: str):
    [found] = [each for each in answer.notes if each.kind == kind]
    return found


def column(answer, measure: str) -> dict:
    """Codes → figure of an answer by one dimension."""
    [name] = answer.question.by
    return {
        code: None if pd.isna(figure) else figure
        for code, figure in zip(answer.frame[name], answer.frame[measure], strict=True)
    }


# ── what is counted ──────────────────────────────────────────────────────────────────────────────


def test_spend_is_whole_cents_with_corrections_taken_off(case: Case) -> None:
    home = case.household()
    case.payment(home, "2023-03-01", cents=10)  # counted
    case.payment(home, "2023-03-01", cents=20)  # the same day again: counted
    case.payment(home, "2023-04-01", cents=-30)  # correction: taken off the spend, but a payment
    case.payment(home, "2023-05-01", cents=9_007_199_254_740_993)  # more than a float can hold exactly
    answer = case.ask(["spend", "payments"], 2023)
    assert answer.value("spend") == 9_007_199_254_740_993
    assert answer.value("payments") == 4
    assert str(answer.frame["spend"].dtype) == "Int64"


def test_a_correction_stands_in_the_form_it_corrects(case: Case) -> None:
    home = case.household()
    case.payment(home, "2023-03-01", cents=5000, form="cash")  # cash: counted
    case.payment(home, "2023-03-01", cents=2000, form="in_kind")  # in kind: counted
    case.payment(home, "2023-06-01", cents=-500, form="cash")  # correction of the cash
    assert column(case.ask("spend", 2023, by="form"), "spend") == {"cash": 4500, "in_kind": 2000, "total": 6500}


def test_a_household_with_nothing_but_a_correction_was_assisted(case: Case) -> None:
    case.payment(case.household(), "2023-03-01", cents=-500)  # a payment that passes the filters
    assert case.ask("households_assisted", 2023).value() == 1


def test_persons_assisted_are_the_members_on_the_day_of_payment(case: Case) -> None:
    home, other = case.household(), case.household()
    case.member(home)  # all the time: counted
    case.member(home, valid_from="2023-03-10")  # from the day of the payment on: counted
    case.member(home, valid_to="2023-03-10")  # until the day of the payment: counted
    case.member(home, valid_to="2023-03-09")  # ended the day before the payment: not counted
    case.member(home, valid_from="2023-03-11")  # from the day after the payment: not counted
    case.member(other)  # of a household without a payment: not counted
    case.payment(home, "2023-03-10")
    assert case.ask("persons_assisted", 2023).value() == 3


def test_a_person_of_two_assisted_households_is_one(case: Case) -> None:
    first, second = case.household(), case.household()
    person = case.member(first, valid_to="2023-05-31")  # until May in the first
    case.member(second, person, valid_from="2023-06-01")  # then in the second
    case.payment(first, "2023-05-31")
    case.payment(second, "2023-06-01")
    answer = case.ask(["households_assisted", "persons_assisted"], 2023)
    assert (answer.value("households_assisted"), answer.value("persons_assisted")) == (2, 1)


def test_recipients_are_the_persons_a_payment_is_for(case: Case) -> None:
    home = case.household()
    orphan = case.member(home, born="2004-01-01")
    case.member(home)  # a member for whom nothing was paid: not counted
    case.payment(home, "2023-01-01", person=orphan)  # counted
    case.payment(home, "2023-02-01", person=orphan)  # the same person again: not counted twice
    case.payment(home, "2023-03-01")  # for no person: nobody to count
    assert case.ask("recipients", 2023).value() == 1


def test_consultations_held_and_missed_and_the_clients_who_came(case: Case) -> None:
    came, stayed_away = case.person(), case.person()
    case.consultation(came, "2023-01-01")  # held
    case.consultation(came, "2023-02-01", attendance="missed")  # missed: a consultation, but no client by itself
    case.consultation(came, "2023-02-02")  # held: a consultation more, no client more
    case.consultation(stayed_away, "2023-02-03", attendance="missed")  # missed: nobody became a client
    answer = case.ask(["consultations", "psychologist_clients", "missed_share"], 2023)
    assert answer.value("consultations") == 4
    assert answer.value("psychologist_clients") == 1
    assert answer.value("missed_share") == pytest.approx(50)
    by = case.ask("consultations", 2023, by="attendance")
    assert column(by, "consultations") == {"attended": 2, "missed": 2, "total": 4}


def test_the_missed_share_of_no_consultations_is_not_known(case: Case) -> None:
    case.consultation(case.person(), "2023-01-05", attendance="missed")
    share = column(case.ask("missed_share", "2023-01-01..2023-02-28", by="month"), "missed_share")
    assert share == {"2023-01": 100.0, "2023-02": None, "total": 100.0}


# ── rule 1: distinct counts do not add up ────────────────────────────────────────────────────────


def test_a_household_with_two_benefits_is_one_and_the_overlap_is_said(case: Case) -> None:
    first, second = case.household(), case.household()
    case.member(first)
    case.member(first)
    case.member(second)
    case.payment(first, "2023-01-10", benefit_type="gmi")  # in both rows …
    case.payment(first, "2023-01-10", benefit_type="health")  # … and once in the total
    case.payment(second, "2023-01-10", benefit_type="gmi")
    answer = case.ask(["households_assisted", "persons_assisted", "payments"], 2023, by="benefit")
    assert column(answer, "households_assisted") == {"gmi": 2, "health": 1, "total": 2}
    assert column(answer, "persons_assisted") == {"gmi": 3, "health": 2, "total": 3}
    assert column(answer, "payments") == {"gmi": 2, "health": 1, "total": 3}  # payments add up: no note
    households, persons = [each for each in answer.notes if each.kind == "overlap"]
    assert (households.param("more"), households.param("total")) == (1, 2)  # 2 + 1 are one more than 2
    assert (persons.param("more"), persons.param("total")) == (2, 3)  # 3 + 2 are two more than 3


def test_parts_that_do_not_overlap_have_no_note(case: Case) -> None:
    case.payment(case.household(), "2023-01-10", benefit_type="gmi")
    case.payment(case.household(), "2023-01-10", benefit_type="health")
    assert "overlap" not in kinds(case.ask("households_assisted", 2023, by="benefit"))


def test_subtotals_are_counted_at_their_own_grain(case: Case) -> None:
    home = case.household()
    case.payment(home, "2023-01-10", benefit_type="gmi", form="cash")
    case.payment(home, "2023-02-10", benefit_type="gmi", form="in_kind")
    case.payment(home, "2023-03-10", benefit_type="health", form="cash")
    answer = case.ask("households_assisted", 2023, by=["benefit", "form"])
    # One household, however one looks at it.
    assert set(answer.frame["households_assisted"]) == {1}
    assert len(answer.frame) == 3 + 2 + 2 + 1  # combinations, benefits, forms, all
    assert note(answer, "overlap").param("more") == 2


def test_a_household_of_two_quarters_is_one_in_the_year(case: Case) -> None:
    home = case.household()
    case.payment(home, "2023-03-31")  # first quarter
    case.payment(home, "2023-04-01")  # second quarter
    assert column(case.ask("households_assisted", 2023, by="quarter"), "households_assisted") == {
        "2023-Q1": 1,
        "2023-Q2": 1,
        "2023-Q3": 0,
        "2023-Q4": 0,
        "total": 1,
    }


def test_a_child_of_two_branches_is_one_visitor(case: Case) -> None:
    child = case.person(born="2015-01-01")
    case.visit(child, "2023-05-01", "gadc_ogre")
    case.visit(child, "2023-05-02", "gadc_ciemupe")
    answer = case.ask(["visits", "visitors"], 2023, by="branch")
    assert column(answer, "visits") == {"gadc_ogre": 1, "gadc_ciemupe": 1, "total": 2}
    assert column(answer, "visitors") == {"gadc_ogre": 1, "gadc_ciemupe": 1, "total": 1}


def test_a_visit_with_two_activities_is_one_visit(case: Case) -> None:
    case.visit(case.person(), "2023-05-01", "social_day_care_centre", activities=("shower", "gym"))
    case.visit(case.person(), "2023-05-01", "social_day_care_centre")  # nothing recorded: unknown
    answer = case.ask("visits", 2023, by="service_activity")
    assert column(answer, "visits") == {"shower": 1, "gym": 1, "unknown": 1, "total": 2}
    assert note(answer, "overlap").param("more") == 1


# ── rule 2: dates are half-open ──────────────────────────────────────────────────────────────────


def test_a_period_has_its_first_day_and_not_the_day_after_its_last(case: Case) -> None:
    home = case.household()
    case.payment(home, "2022-12-31", cents=1)  # the day before the first: not counted
    case.payment(home, "2023-01-01", cents=10)  # left boundary: counted
    case.payment(home, "2023-12-31", cents=100)  # last day: counted
    case.payment(home, "2024-01-01", cents=1000)  # the day after the last: not counted
    assert case.ask("spend", 2023).value() == 110
    assert case.ask("spend", "2023-12-31..2023-12-31").value() == 100
    assert case.ask("spend", "2022..2024").value() == 1111


def test_visits_and_consultations_have_the_same_boundaries(case: Case) -> None:
    person = case.person()
    for on in ("2023-03-31", "2023-04-01", "2023-06-30", "2023-07-01"):
        # Before the quarter: no. Left boundary, last day: counted. The day after: no.
        case.visit(person, on)
        case.consultation(person, on)
    answer = case.ask(["visits", "consultations"], "2023-Q2")
    assert (answer.value("visits"), answer.value("consultations")) == (2, 2)


def test_a_status_is_in_force_from_its_first_to_its_last_day_inclusive(case: Case) -> None:
    for first, last in [
        ("2022-07-01", "2022-12-31"),  # ended the day before the period: not counted
        ("2022-07-01", "2023-01-01"),  # ends on the first day of the period: counted
        ("2023-12-31", "2024-03-31"),  # begins on the last day of the period: counted
        ("2024-01-01", "2024-03-31"),  # begins the day after: not counted
        ("2022-07-01", None),  # an open end is no end: counted
    ]:
        case.status(case.household(), first, last)
    assert case.ask("households_with_status", 2023).value() == 3


def test_persons_with_a_status_were_members_on_a_day_of_it(case: Case) -> None:
    home = case.household()
    case.status(home, "2023-02-01", "2023-04-30")
    case.member(home)  # all the time: counted
    case.member(home, valid_to="2023-02-01")  # until the first day in force: counted
    case.member(home, valid_from="2023-04-30")  # from the last day in force: counted
    case.member(home, valid_to="2023-01-31")  # left the day before: not counted
    case.member(home, valid_from="2023-05-01")  # came the day after: not counted
    assert case.ask("persons_with_status", 2023).value() == 3
    # In the first quarter the one who came on 30 April was no member yet.
    assert case.ask("persons_with_status", "2023-Q1").value() == 2


def test_granted_renewed_and_ended_decisions(case: Case) -> None:
    home = case.household()
    case.status(home, "2022-10-01", "2022-12-31")  # granted before the period; renewed at once, so not ended
    case.status(home, "2023-01-01", "2023-03-31", kind="renewed")  # left boundary: renewed
    case.status(home, "2023-04-01", "2023-06-30", kind="renewed")  # renewed; followed by nothing: ended
    other = case.household()
    case.status(other, "2023-01-01", "2023-06-30")  # granted; needy ends although …
    case.status(
        other, "2023-07-01", "2023-12-31", status="low_income"
    )  # … low-income is granted; ended on the last day
    case.status(case.household(), "2024-01-01")  # the day after the period: not counted; open: has not ended
    answer = case.ask(["statuses_granted", "statuses_renewed", "statuses_ended"], 2023, by="status")
    assert column(answer, "statuses_granted") == {"needy": 1, "low_income": 1, "total": 2}
    assert column(answer, "statuses_renewed") == {"needy": 2, "low_income": 0, "total": 2}
    assert column(answer, "statuses_ended") == {"needy": 2, "low_income": 1, "total": 3}


# ── rule 3: age ──────────────────────────────────────────────────────────────────────────────────


def client(case: Case, born: str | None, on: str = "2023-01-10") -> None:
    case.consultation(case.person(born=born), on)


def test_age_is_that_of_the_last_day_of_the_period(case: Case) -> None:
    client(case, "2005-12-31")  # 18 on the last day: an adult
    client(case, "2006-01-01")  # 18 the day after: a child
    answer = case.ask("psychologist_clients", 2023, by="age_class")
    assert column(answer, "psychologist_clients") == {"child": 1, "adult": 1, "total": 2}
    # In January alone the first is 17 still.
    january = case.ask("psychologist_clients", "2023-01", by="age_class")
    assert column(january, "psychologist_clients") == {"child": 2, "total": 2}


def test_a_person_is_in_one_age_group_of_a_table(case: Case) -> None:
    child = case.person(born="2016-06-15")  # turns 7 in June
    case.consultation(child, "2023-01-10")  # aged 6 then
    case.consultation(child, "2023-12-10")  # aged 7 then
    answer = case.ask("psychologist_clients", 2023, by=["month", "age_group"])
    assert set(answer.parts["age_group"]) == {"7_12"}


@pytest.mark.parametrize(
    ("period", "expected"),
    [
        ("2022-02-28..2022-02-28", {"child": 1, "total": 1}),  # 28 February: 17 still
        ("2022-02-28..2022-03-01", {"adult": 1, "total": 1}),  # 1 March of a common year: 18
    ],
)
def test_born_on_29_february_is_a_year_older_on_1_march_of_common_years(case: Case, period, expected) -> None:
    client(case, "2004-02-29", on="2022-02-28")
    assert column(case.ask("psychologist_clients", period, by="age_class"), "psychologist_clients") == expected


def test_born_on_29_february_is_a_year_older_on_29_february_of_leap_years(case: Case) -> None:
    client(case, "2006-02-28", on="2024-02-28")  # 18 on 28 February 2024
    client(case, "2004-02-29", on="2024-02-28")  # 20 on 29 February 2024, 19 the day before: an adult anyway
    client(case, "2008-02-29", on="2024-02-28")  # 16 on 29 February 2024, 15 the day before
    client(case, "2020-02-29", on="2024-02-28")  # 4 on 29 February 2024, 3 the day before
    for last, groups in (
        ("2024-02-28", {"0_3": 1, "13_18": 2, "19_plus": 1, "total": 4}),
        ("2024-02-29", {"4_7": 1, "13_18": 2, "19_plus": 1, "total": 4}),
    ):
        answer = case.ask("psychologist_clients", f"2024-02-28..{last}", by="age_group_family")
        assert column(answer, "psychologist_clients") == groups


def test_a_series_by_year_can_take_the_ages_of_each_year(case: Case) -> None:
    child = case.person(born="2005-06-15")  # 17 at the end of 2022, 18 at the end of 2023
    case.consultation(child, "2022-05-01")
    case.consultation(child, "2023-05-01")
    of_the_period = case.ask("psychologist_clients", "2022..2023", by=["year", "age_class"])
    assert set(of_the_period.parts["age_class"]) == {"adult"}
    of_each_year = case.ask("psychologist_clients", "2022..2023", by=["year", "age_class"], ages="each_year")
    assert of_each_year.value(year="2022", age_class="child") == 1
    assert of_each_year.value(year="2023", age_class="adult") == 1
    assert of_each_year.value() == 1  # one person, who stands in two groups over the years
    assert note(of_each_year, "overlap").param("more") == 1


def test_psychologists_age_groups(case: Case) -> None:
    for born in (
        "2023-01-01",  # 0
        "2017-01-01",  # 6: the last of 0–6
        "2016-12-31",  # 7: the first of 7–12
        "2011-01-01",  # 12
        "2010-12-31",  # 13
        "2006-01-01",  # 17
        "2005-12-31",  # 18
        "1930-01-01",  # 93
        None,  # unknown: a group of its own
    ):
        client(case, born)
    answer = case.ask("psychologist_clients", 2023, by="age_group")
    assert column(answer, "psychologist_clients") == {
        "0_6": 2,
        "7_12": 2,
        "13_17": 2,
        "18_plus": 2,
        "unknown": 1,
        "total": 9,
    }


def test_family_support_age_groups(case: Case) -> None:
    for born in (
        "2020-01-01",  # 3
        "2019-12-31",  # 4
        "2016-01-01",  # 7
        "2015-12-31",  # 8
        "2011-01-01",  # 12
        "2010-12-31",  # 13
        "2005-01-01",  # 18: in this list the oldest of the children
        "2004-12-31",  # 19
    ):
        client(case, born)
    answer = case.ask("psychologist_clients", 2023, by="age_group_family")
    assert column(answer, "psychologist_clients") == {
        "0_3": 1,
        "4_7": 2,
        "8_12": 2,
        "13_18": 2,
        "19_plus": 1,
        "total": 8,
    }


def test_pension_age_was_64_years_and_6_months_in_2023(case: Case) -> None:
    for born in (
        "1959-06-30",  # 64 y 6 m on 30 December 2023: of pension age
        "1959-07-01",  # 64 y 6 m on 1 January 2024: not in 2023
    ):
        home = case.household()
        case.member(home, born=born)
        case.payment(home, "2023-03-01")
    answer = case.ask("households_assisted", 2023, by="pension_age_in_household")
    assert column(answer, "households_assisted") == {"with": 1, "without": 1, "total": 2}
    # In 2024 pension age was 64 years and 9 months, so on 31 March 2024 only those born by 30 June 1959 have it.
    for home in (1, 2):
        case.payment(home, "2024-03-01")
    answer = case.ask("households_assisted", "2024-Q1", by="pension_age_in_household")
    assert column(answer, "households_assisted") == {"with": 1, "without": 1, "total": 2}


def test_each_member_is_in_one_group(case: Case) -> None:
    home = case.household()
    case.member(home, born="2010-01-01", disability="with")  # a child, with disability or not
    case.member(home, born="1950-01-01", disability="with")  # pension age before disability
    case.member(home, disability="with", activity="employed")  # disability before work
    case.member(home, activity="employed")
    case.member(home, activity="unemployed")
    case.member(home, activity="public_works")  # has no employer: with those who do not work
    case.member(home, activity="childcare_leave")
    case.member(home, activity=None)  # activity not known
    case.member(home, born=None, activity="employed")  # may be a child: not known
    case.payment(home, "2023-03-01")
    assert column(case.ask("persons_assisted", 2023, by="member_group"), "persons_assisted") == {
        "child": 1,
        "employed": 1,
        "unemployed": 2,
        "childcare_leave": 1,
        "disability": 1,
        "pension_age": 1,
        "unknown": 2,
        "total": 9,
    }


def test_a_household_has_a_child_when_one_is_there_on_the_day_of_payment(case: Case) -> None:
    home = case.household()
    case.member(home)
    case.member(home, born="2015-01-01", valid_from="2023-06-01")
    case.payment(home, "2023-05-31", cents=100)  # the child is not there yet
    case.payment(home, "2023-06-01", cents=10)  # the child's first day
    answer = case.ask(["spend", "households_assisted"], 2023, by="children_in_household")
    assert column(answer, "spend") == {"with": 10, "without": 100, "total": 110}
    assert column(answer, "households_assisted") == {"with": 1, "without": 1, "total": 1}


def test_several_children_do_not_make_several_payments(case: Case) -> None:
    home = case.household()
    case.member(home, born="2015-01-01", valid_from="2023-02-01", valid_to="2023-05-31")
    case.member(home, born="2015-01-01", valid_from="2023-03-01", valid_to="2023-04-30")  # while the first is there
    case.member(home, born="2015-01-01", valid_from="2023-05-31", valid_to="2023-06-30")  # before the first leaves
    case.member(home, born="2015-01-01", valid_from="2023-07-02")  # after a day without a child
    with_child = ["2023-02-01", "2023-03-15", "2023-05-31", "2023-06-01", "2023-06-30", "2023-07-02"]  # once each
    for day in ["2023-01-31", *with_child, "2023-07-01"]:
        case.payment(home, day, cents=10)
    answer = case.ask(["spend", "payments"], 2023, by="children_in_household")
    assert column(answer, "payments") == {"with": 6, "without": 2, "total": 8}
    assert column(answer, "spend") == {"with": 60, "without": 20, "total": 80}


@pytest.mark.parametrize(
    ("name", "born", "of_each_year", "of_the_period"),
    [
        # 18 on the last day of 2022
        ("children_in_household", "2004-12-31", ["with", "without", "without"], ["without"] * 3),
        # 18 on the first day of 2023
        ("children_in_household", "2005-01-01", ["with", "with", "without"], ["without"] * 3),
        # 64 years and 3 months, the pension age of 2022, on its last day but one
        ("pension_age_in_household", "1958-09-30", ["without", "with", "with"], ["with"] * 3),
        # 64 years and 3 months on the first day of 2023, whose pension age is 64 years and 6 months: in July
        ("pension_age_in_household", "1958-10-01", ["without", "without", "with"], ["with"] * 3),
    ],
)
def test_who_lives_in_a_household_by_the_ages_of_each_year(case: Case, name, born, of_each_year, of_the_period) -> None:
    home = case.household()
    case.member(home, born=born)
    for day in ("2021-12-31", "2022-01-01", "2023-01-01"):
        case.payment(home, day)
        case.status(home, day, day)
    for measure in ("payments", "households_with_status"):
        for ages, expected in (("each_year", of_each_year), ("period", of_the_period)):
            answer = case.ask(measure, "2021..2023", by=["year", name], ages=ages)
            for year, value in zip(("2021", "2022", "2023"), expected, strict=True):
                assert answer.value(year=year, **{name: value}) == answer.value(year=year) == 1


def test_who_lives_in_a_household_on_the_last_day_of_each_month(case: Case) -> None:
    home = case.household()
    case.member(home, born="2005-05-31")  # 18 on 31 May 2023: a child at the end of April
    case.status(home, "2023-01-01")
    answer = case.ask("households_on_date", "2023-04-01..2023-06-30", by=["month", "children_in_household"])
    assert answer.value(month="2023-04", children_in_household="with") == 1
    assert answer.value(month="2023-05", children_in_household="without") == 1
    assert answer.value(month="2023-06", children_in_household="without") == 1


# ── rule 4: population ───────────────────────────────────────────────────────────────────────────


def test_population_is_all_by_default_and_can_be_asked_for(case: Case) -> None:
    case.status(case.household(population="residents"), "2023-01-01")
    case.status(case.household(population="residents"), "2023-01-01")
    case.status(case.household(population="ukraine_civilians"), "2023-01-01")
    assert case.ask("households_with_status", 2023).value() == 3
    assert case.ask("households_with_status", 2023, where={"population": "residents"}).value() == 2
    assert case.ask("households_with_status", 2023, where={"population": "ukraine_civilians"}).value() == 1


# ── rule 5: status over a period ─────────────────────────────────────────────────────────────────


def test_needy_then_low_income_is_in_both_rows_and_once_in_the_total(case: Case) -> None:
    home = case.household()
    case.member(home)
    case.member(home)
    case.status(home, "2023-01-01", "2023-06-30", status="needy")
    case.status(home, "2023-07-01", "2023-12-31", status="low_income")
    answer = case.ask(["households_with_status", "persons_with_status"], 2023, by="status")
    assert column(answer, "households_with_status") == {"needy": 1, "low_income": 1, "total": 1}
    assert column(answer, "persons_with_status") == {"needy": 2, "low_income": 2, "total": 2}
    assert [each.param("more") for each in answer.notes if each.kind == "overlap"] == [1, 2]


# ── stock on a day ───────────────────────────────────────────────────────────────────────────────


def test_a_stock_is_counted_on_month_ends_and_has_no_total_over_time(case: Case) -> None:
    home = case.household()
    case.member(home, valid_to="2023-02-27")  # left before the end of February
    case.member(home)
    case.status(home, "2023-01-31", "2023-02-28")  # in force on both month ends
    case.status(case.household(), "2023-01-01", "2023-01-30")  # ended the day before the month end: in no month
    answer = case.ask(["households_on_date", "persons_on_date"], "2023-Q1", by="month")
    assert column(answer, "households_on_date") == {"2023-01": 1, "2023-02": 1, "2023-03": 0, "total": None}
    assert column(answer, "persons_on_date") == {"2023-01": 2, "2023-02": 1, "2023-03": 0, "total": None}
    assert "stock_no_total" in kinds(answer)


def test_a_stock_without_months_is_that_of_the_last_day(case: Case) -> None:
    case.status(case.household(), "2023-01-01", "2023-12-30")  # ended the day before: not counted
    case.status(case.household(), "2023-12-31")  # the last day: counted
    assert case.ask("households_on_date", 2023).value() == 1


def test_age_in_a_stock_is_that_of_its_day(case: Case) -> None:
    home = case.household()
    case.status(home, "2023-01-01")
    case.member(home, born="2005-02-28")  # 18 on the last day of February
    answer = case.ask("persons_on_date", "2023-Q1", by=["month", "age_class"])
    adults = [answer.value(month=month, age_class="adult") for month in ("2023-01", "2023-02", "2023-03")]
    children = [answer.value(month=month, age_class="child") for month in ("2023-01", "2023-02", "2023-03")]
    assert (adults, children) == ([0, 1, 1], [1, 0, 0])


def test_a_stock_of_a_month_that_is_not_over_is_that_of_the_last_day_with_data(case: Case) -> None:
    case.load("status", "2023-01-01", "2023-03-15")
    case.status(case.household(), "2023-03-01", "2023-03-20")  # in force on 15 March: counted
    case.status(case.household(), "2023-03-16", None)  # begins after the last day with data: not counted
    for measures in (["households_on_date"], ["households_on_date", "spend"]):  # whatever stands beside it
        answer = case.ask(measures, "2023-Q1", by="month")
        assert column(answer, "households_on_date")["2023-03"] == 1


# ── rule 6: problem areas ────────────────────────────────────────────────────────────────────────


def test_problem_areas_both_ways_of_counting(case: Case) -> None:
    def client_with(born: str, *areas: str) -> None:
        person = case.person(born=born)
        case.consultation(person, "2023-05-05")
        for area in areas:
            case.area(person, area, "2023-05-01")

    client_with("1980-01-01", "depression")  # adult, one area: that area
    client_with("1980-01-01", "depression", "anxiety")  # a set that the report names for adults
    client_with("1980-01-01", "depression", "violence")  # a set that it does not name: combined
    client_with("2012-01-01", "depression", "anxiety")  # the same set in the children's list: its row there
    client_with("2012-01-01", "addiction", "parenting_difficulties", "violence")  # combined
    client_with("2012-01-01", "burnout")  # one area, not in the children's list: that area all the same
    client_with("2012-01-01")  # no area recorded: unknown
    each = case.ask("psychologist_clients", 2023, by="problem_area")
    assert column(each, "psychologist_clients") == {
        "depression": 4,
        "anxiety": 2,
        "violence": 2,
        "addiction": 1,
        "parenting_difficulties": 1,
        "burnout": 1,
        "unknown": 1,
        "total": 7,
    }
    assert note(each, "overlap").param("more") == 5  # 12 in the rows, 7 clients
    categories = case.ask("psychologist_clients", 2023, by="problem_category")
    assert column(categories, "psychologist_clients") == {
        "depression": 1,
        "depression_anxiety": 1,
        "combined_problems": 2,
        "depression_anxiety_emotion_regulation": 1,
        "burnout": 1,
        "unknown": 1,
        "total": 7,
    }
    assert "overlap" not in kinds(categories)  # the categories add up


def test_an_area_counts_when_it_was_the_clients_on_a_day_of_the_period(case: Case) -> None:
    person = case.person(born="1980-01-01")
    case.consultation(person, "2023-05-05")
    case.area(person, "depression", "2022-01-01", "2022-12-31")  # ended the day before the period: not counted
    case.area(person, "anxiety", "2022-01-01", "2023-01-01")  # ended on its first day: counted
    case.area(person, "violence", "2024-01-01")  # begins the day after it: not counted
    answer = case.ask("psychologist_clients", 2023, by="problem_area")
    assert column(answer, "psychologist_clients") == {"anxiety": 1, "total": 1}
    answer = case.ask("psychologist_clients", 2023, by="problem_category")
    assert column(answer, "psychologist_clients") == {"anxiety": 1, "total": 1}


def test_an_area_that_came_back_is_one_area(case: Case) -> None:
    person = case.person(born="1980-01-01")
    case.consultation(person, "2023-05-05")
    case.area(person, "depression", "2023-01-01", "2023-02-28")
    case.area(person, "depression", "2023-05-01")  # the same area again: still one
    answer = case.ask(["psychologist_clients", "consultations"], 2023, by="problem_category")
    assert column(answer, "psychologist_clients") == {"depression": 1, "total": 1}
    assert column(answer, "consultations") == {"depression": 1, "total": 1}


def test_without_an_age_there_is_no_list_to_find_the_category_in(case: Case) -> None:
    person = case.person(born=None)
    case.consultation(person, "2023-05-05")
    case.area(person, "depression")  # one area, which children's and adults' lists call differently
    answer = case.ask("psychologist_clients", 2023, by="problem_category")
    assert column(answer, "psychologist_clients") == {"unknown": 1, "total": 1}


def test_other_functions_of_psychologists_are_no_consultations_of_clients(case: Case) -> None:
    person = case.person()
    case.function("2023-01-01", "perpetrators_group", person)  # left boundary: counted
    case.function("2023-06-01", "perpetrators_group", person)  # the same person: one participant
    case.function("2023-06-01", "covision")  # nobody is named: a consultation without a participant
    case.function("2024-01-01", "covision")  # the day after the last: not counted
    answer = case.ask(["other_consultations", "other_clients"], 2023, by="psychologist_function")
    assert column(answer, "other_consultations") == {"perpetrators_group": 2, "covision": 1, "total": 3}
    assert column(answer, "other_clients") == {"perpetrators_group": 1, "covision": 0, "total": 1}
    assert case.ask(["consultations", "psychologist_clients"], 2023).value() == 0


# ── rule 7: territory ────────────────────────────────────────────────────────────────────────────


def test_the_territory_of_a_payment_is_that_of_its_day(case: Case) -> None:
    home = case.household()
    case.payment(home, "2023-03-31", territory="ogre")  # before the move
    case.payment(home, "2023-04-01", territory="ikskile")  # after the move
    answer = case.ask(["spend", "households_assisted"], 2023, by="territory")
    assert column(answer, "spend") == {"ogre": 1000, "ikskile": 1000, "total": 2000}
    assert column(answer, "households_assisted") == {"ogre": 1, "ikskile": 1, "total": 1}


def test_the_territory_of_a_status_is_where_the_household_lived_while_it_was_in_force(case: Case) -> None:
    home = case.household(lives_in=None)
    case.residence(home, "ogre", "2020-01-01", "2023-03-31")
    case.residence(home, "ikskile", "2023-04-01", "2023-09-30")
    case.residence(home, "kegums", "2023-10-01")
    case.status(home, "2023-02-01", "2023-04-01")  # Ogre, and Ikšķile on the last day; never Ķegums
    answer = case.ask("households_with_status", 2023, by="territory")
    assert column(answer, "households_with_status") == {"ogre": 1, "ikskile": 1, "total": 1}
    assert case.ask("households_with_status", 2023, where={"territory": "kegums"}).value() == 0
    ended = case.ask("statuses_ended", 2023, by="territory")
    assert column(ended, "statuses_ended") == {"ikskile": 1, "total": 1}


def test_a_member_is_counted_only_where_they_lived_with_the_household(case: Case) -> None:
    home = case.household(lives_in=None)
    case.residence(home, "ogre", "2020-01-01", "2023-06-30")
    case.residence(home, "ikskile", "2023-07-01")
    case.status(home, "2023-01-01", "2023-12-31")
    case.member(home)  # moved with the household: in both
    case.member(home, valid_to="2023-03-31")  # left before the move: in Ogre only
    answer = case.ask("persons_with_status", 2023, by="territory")
    assert column(answer, "persons_with_status") == {"ogre": 2, "ikskile": 1, "total": 2}


# ── rule 8: unit of service ──────────────────────────────────────────────────────────────────────


def test_a_closed_branch_stays_in_old_years_and_is_not_offered_for_new_ones(case: Case) -> None:
    case.branch("gadc_closed", "2010-01-01", "2022-06-30")
    person = case.person()
    case.visit(person, "2022-06-30", "gadc_closed")  # its last day
    case.visit(person, "2023-01-02", "gadc_ogre")
    old = case.ask("visits", 2022, by="branch")
    assert column(old, "visits") == {"gadc_closed": 1, "total": 1}
    offered = {
        year: [
            value.code
            for value in case.database.vocabulary.values("branch")
            if Period.year(year).overlaps(value.valid_from, value.valid_to)
        ]
        for year in (2022, 2023)
    }
    assert "gadc_closed" in offered[2022]
    assert "gadc_closed" not in offered[2023]


def test_a_centre_is_all_its_branches(case: Case) -> None:
    person = case.person()
    case.visit(person, "2023-01-02", "gadc_ogre")
    case.visit(person, "2023-01-03", "gadc_ogresgals")
    case.visit(person, "2023-01-04", "saime")
    answer = case.ask(["visits", "visitors"], 2023, by="centre")
    assert column(answer, "visits") == {"gadc": 2, "saime": 1, "total": 3}
    assert column(answer, "visitors") == {"gadc": 1, "saime": 1, "total": 1}


# ── rule 9: comparison ───────────────────────────────────────────────────────────────────────────


def test_a_year_that_is_not_over_is_compared_with_the_same_days(case: Case) -> None:
    case.load("assistance", "2022-01-01", "2023-05-14")
    home = case.household()
    case.payment(home, "2022-05-14", cents=100)  # the same days of 2022: compared with
    case.payment(home, "2022-05-15", cents=7000)  # later in 2022: not compared with
    case.payment(home, "2023-05-14", cents=150)  # the last day with data
    both = compare_with_year_before(case.database, Question.of("spend", 2023))
    [row] = both.frame.to_dict("records")
    assert (row["spend"], row["spend_before"], row["spend_change"]) == (150, 100, 50)
    assert row["spend_change_percent"] == pytest.approx(50)
    assert "like_for_like" in kinds(both)


# ── rule 10: breaks and gaps ─────────────────────────────────────────────────────────────────────


def test_breaks_inside_the_period_are_listed_on_a_series(case: Case) -> None:
    case.event("break", "2021-01-01", text="on the first day of the series: it starts new")
    case.event("break", "2022-03-01", text="inside")
    case.event("break", "2024-01-01", text="after the period")
    case.event("break", "2022-07-01", subject="all", text="everywhere")
    case.event("break", "2022-08-01", subject="day_centres", text="of another subject")
    answer = case.ask("spend", "2021..2023", by="year")
    assert [each.param("reason_lv") for each in answer.notes if each.kind == "break"] == ["inside", "everywhere"]
    # One figure is no series: there is nothing to draw a break on.
    assert "break" not in kinds(case.ask("spend", "2021..2023"))


def test_a_break_of_records_that_are_left_out_is_none(case: Case) -> None:
    case.event("break", "2022-03-01", of_dimension="form", of_code="in_kind;other", text="what came in kind")

    def breaks(**where: str) -> list[str]:
        answer = case.ask("spend", "2021..2023", by="year", where=where)
        return [each.param("reason_lv") for each in answer.notes if each.kind == "break"]

    assert breaks() == ["what came in kind"]  # all records: those are among them
    assert breaks(form="in_kind") == ["what came in kind"]
    assert breaks(form="cash") == []  # the break is of none of them
    assert breaks(population="residents") == ["what came in kind"]  # a filter of something else leaves them in


def test_a_gap_can_be_of_several_values(case: Case) -> None:
    home = case.household()
    for status in ("needy", "low_income", "none"):
        case.payment(home, "2022-05-05", cents=100, status=status)
    case.event("gap", "2022-01-01", "2022-12-31", of_dimension="status", of_code="needy;low_income")
    split = column(case.ask("spend", 2022, by="status"), "spend")
    assert split == {"needy": None, "low_income": None, "none": 100, "total": 300}
    assert case.ask("spend", 2022, where={"status": ["needy", "low_income"]}).value() is None  # nothing but the gap
    assert case.ask("spend", 2022, where={"status": ["needy", "none"]}).value() == 200  # more than the gap


def test_an_unpublished_year_is_a_gap_and_no_zero(case: Case) -> None:
    home = case.household()
    case.payment(home, "2021-05-01")
    case.payment(home, "2022-05-01")  # in the database, but the figure of the year was not published
    case.payment(home, "2023-05-01")
    case.event(
        "gap", "2022-01-01", "2022-12-31", measure="households_assisted", lifted_by="benefit", text="not published"
    )
    answer = case.ask(["spend", "households_assisted"], "2021..2023", by="year")
    assert column(answer, "households_assisted") == {"2021": 1, "2022": None, "2023": 1, "total": 1}
    assert column(answer, "spend")["2022"] == 1000  # the gap concerns one measure
    assert note(answer, "gap").param("reason_lv") == "not published"
    assert case.ask("households_assisted", 2022).value() is None
    assert case.ask("households_assisted", 2022, by="quarter").value() is None  # the total of a gap is a gap
    assert case.ask("households_assisted", 2022, by="benefit").value(benefit="gmi") == 1  # lifted by the split


def test_a_gap_is_not_told_by_the_note_of_overlap(case: Case) -> None:
    case.load("assistance", "2022-01-01", "2023-12-31")
    case.event("gap", "2022-01-01", "2022-12-31", measure="households_assisted")
    home = case.household()
    for year in (2022, 2023):
        case.payment(home, f"{year}-05-02", benefit_type="gmi")  # one household with two benefits,
        case.payment(home, f"{year}-05-02", benefit_type="crisis")  # so the parts overlap by one
    hidden = case.ask("households_assisted", 2022, by="benefit")
    assert hidden.value() is None
    assert "overlap" not in kinds(hidden)  # it would say how many there are in all
    known = case.ask("households_assisted", 2023, by="benefit")
    assert note(known, "overlap").param("more") == 1


def test_a_gap_of_one_centre_is_none_of_the_others(case: Case) -> None:
    case.load("day_centres", "2022-01-01", "2023-12-31")
    case.event("gap", "2022-01-01", "2022-12-31", subject="day_centres", of_dimension="centre", of_code="saime")
    person = case.person()
    case.visit(person, "2022-05-05", branch="gadc_ogre")  # known: another centre
    case.visit(person, "2023-05-05", branch="saime")  # after the gap
    years = case.ask("visits", "2022..2023", by=("year", "centre"))
    assert years.value(year="2022", centre="saime") is None
    assert years.value(year="2022", centre="gadc") == 1
    assert years.value(year="2022") == 1  # the total is of what is known
    assert years.value(year="2023", centre="saime") == 1
    assert case.ask("visits", 2022, where={"centre": "saime"}).value() is None
    assert case.ask("visits", 2022, where={"centre": ("saime", "gadc")}).value() == 1
    assert "gap" not in kinds(case.ask("visits", "2022..2023", by="year"))  # nothing in it stands for Saime alone


def test_days_without_data_have_no_figure_and_covered_days_without_records_are_zero(case: Case) -> None:
    case.load("assistance", "2022-01-01", "2023-12-31")
    case.payment(case.household(), "2023-05-01")
    answer = case.ask("spend", "2021..2024", by="year")
    assert column(answer, "spend") == {"2022": 0, "2023": 1000, "total": 1000}
    assert answer.value(year="2022") == 0  # covered: nothing happened
    assert note(answer, "not_loaded").param("first").isoformat() == "2022-01-01"
    before = case.ask("spend", 2021)
    assert before.value() is None
    assert case.ask("spend", 2021, by="month").value() is None  # nor has the total over its months
    after = case.ask("spend", 2030, by="month")
    assert after.total["spend"] is pd.NA
    assert note(after, "not_yet").param("last").isoformat() == "2023-12-31"
    assert before.empty


# ── rule 11: as of ───────────────────────────────────────────────────────────────────────────────


def test_every_answer_says_how_far_its_data_reach(case: Case) -> None:
    case.load("assistance", "2022-01-01", "2023-06-30", demonstration=True)
    case.load("status", "2021-01-01", "2023-05-31")
    for subject in ("psychologists", "day_centres"):
        case.load(subject, "2022-01-01", "2023-05-31")
    answer = case.ask("spend", 2023)
    assert answer.as_of.loaded_at.year == 2024
    assert (answer.as_of.data_from.isoformat(), answer.as_of.data_until.isoformat()) == ("2021-01-01", "2023-06-30")
    assert note(answer, "period_not_over").param("day").isoformat() == "2023-06-30"
    assert "demonstration" in kinds(answer)
    assert "period_not_over" not in kinds(case.ask("spend", "2023-H1"))  # over on its last day with data


# ── rule 12: nothing is dropped in silence ───────────────────────────────────────────────────────


def test_unknown_values_are_a_row_and_can_be_asked_for(case: Case) -> None:
    known, unknown = case.household(), case.household(population=None)
    case.member(known, born="1980-01-01", sex="male", disability="with")
    case.member(unknown, born=None, sex=None, disability=None, activity=None)
    case.payment(known, "2023-01-10", cents=10)
    case.payment(unknown, "2023-01-10", cents=1, benefit_type=None, form=None, status=None, territory=None)
    for name in (
        *("benefit_group", "benefit", "benefit_type", "income_tested", "social_assistance"),
        *("form", "status", "population", "territory"),
    ):
        answer = case.ask("spend", 2023, by=name)
        assert answer.value(**{name: "unknown"}) == 1, name
        assert answer.value() == 11, name
        assert note(answer, "unknown_values").param("dimension_lv"), name
        assert case.ask("spend", 2023, where={name: "unknown"}).value() == 1, name
    for name in ("sex", "disability", "age_class", "age_group", "person_group", "member_group", "activity"):
        answer = case.ask("persons_assisted", 2023, by=name)
        assert answer.value(**{name: "unknown"}) == 1, name
        assert case.ask("persons_assisted", 2023, where={name: ["unknown"]}).value() == 1, name


def test_what_is_unknown_and_comes_to_nothing_is_not_spoken_of(case: Case) -> None:
    home = case.household()
    case.payment(home, "2023-01-10", cents=10)
    case.payment(home, "2023-01-10", cents=5, form=None)
    case.payment(home, "2023-02-10", cents=-5, form=None)  # taken back
    answer = case.ask("spend", 2023, by="form")
    assert answer.value(form="unknown") == 0
    assert "unknown_values" not in [one.kind for one in answer.notes]
    assert note(case.ask("payments", 2023, by="form"), "unknown_values")  # there are two all the same


def test_a_status_without_a_known_residence_is_in_the_unknown_row(case: Case) -> None:
    case.status(case.household(lives_in=None), "2023-01-01")  # no residence recorded
    elsewhere = case.household(lives_in=None)
    case.residence(elsewhere, None)  # recorded as not known
    case.status(elsewhere, "2023-01-01")
    case.status(case.household(lives_in="ogre"), "2023-01-01")
    answer = case.ask("households_with_status", 2023, by="territory")
    assert column(answer, "households_with_status") == {"ogre": 1, "unknown": 2, "total": 3}


def test_a_child_of_unknown_sex_is_neither_girl_nor_boy_and_an_adult_needs_no_sex(case: Case) -> None:
    for born, sex in (("2015-01-01", "female"), ("2015-01-01", None), ("1980-01-01", None), (None, "male")):
        case.visit(case.person(born=born, sex=sex), "2023-01-10")
    answer = case.ask("visits", 2023, by="visitor_group")
    assert column(answer, "visits") == {"girls": 1, "adults": 1, "unknown": 2, "total": 4}


def test_rows_stand_in_the_order_of_the_vocabulary_with_unknown_and_total_last(case: Case) -> None:
    home = case.household()
    for territory in (None, "tome", "ikskile", "ogre", "birzgale"):
        case.payment(home, "2023-01-10", territory=territory)
    rows = list(case.ask("spend", 2023, by="territory").frame["territory"])
    assert rows == ["ogre", "ikskile", "birzgale", "tome", "unknown", "total"]
