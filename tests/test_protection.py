"""What the council gets and what not, on hand-made rows; every test runs on both engines."""

import threading
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import date

import pandas as pd
import pytest

from data_access import WITHHELD, Database, NotForCouncil, Question, compare_with_year_before
from data_access.asking import Asking
from data_access.protection import family, make_masks
from data_access.protection.cuts import Rules
from tests.infrastructure.case_database import SUBJECTS, Case

YEAR = 2023


def council(case: Case, measures, by=(), where=None, period=YEAR, **options):
    return case.ask(measures, period, by=by, where=where, audience="council", **options)


def shown(answer, *codes: str):
    """A figure of the first measure, or "withheld"."""
    rows = answer.frame
    for name, code in zip(answer.question.by, codes, strict=True):
        rows = rows[rows[name] == code]
    [place] = rows.index
    [code, *_] = answer.question.measures
    return "withheld" if answer.withheld.loc[place, code] else answer.frame.loc[place, code]


def clients(case: Case, count: int, *, sex: str = "female", born: str = "1980-01-01", area: str = "anxiety") -> None:
    for _ in range(count):
        person = case.person(born=born, sex=sex)
        case.consultation(person, f"{YEAR}-03-01")
        case.area(person, area)


def paid(case: Case, *cents: int, benefit_type: str = "gmi", **payment) -> None:
    """A household of one person for each amount."""
    for amount in cents:
        home = case.household()
        case.member(home)
        case.payment(home, f"{YEAR}-03-01", cents=amount, benefit_type=benefit_type, **payment)


def test_four_clients_are_withheld_and_five_are_shown(case: Case) -> None:
    clients(case, 4, area="anxiety")  # 1 to 4: withheld
    clients(case, 5, area="depression")  # the smallest count that is shown
    clients(case, 30, area="violence")
    clients(case, 20, area="burnout")
    answer = council(case, "psychologist_clients", by=["age_class", "problem_area"])
    assert shown(answer, "adult", "anxiety") == "withheld"
    assert answer.value(age_class="adult", problem_area="anxiety") is WITHHELD
    assert shown(answer, "adult", "violence") == 30
    assert shown(answer, "total", "total") == 59
    # Alone the four would be 59 - 5 - 30 - 20: one more is withheld, the one that matters least.
    assert shown(answer, "adult", "depression") == "withheld"


def test_the_internal_answer_is_exact_and_withholds_nothing(case: Case) -> None:
    clients(case, 1)
    answer = case.ask("psychologist_clients", YEAR, by="age_class")
    assert answer.value(age_class="adult") == 1
    assert not answer.withheld.to_numpy().any()
    assert "protected" not in [note.kind for note in answer.notes]


def test_the_same_cell_is_withheld_in_every_table_that_has_it(case: Case) -> None:
    clients(case, 2, born="2018-01-01", sex="female")
    clients(case, 9, born="2014-01-01", sex="male")
    clients(case, 40)
    crossed = council(case, "psychologist_clients", by=["age_group", "person_group"])
    alone = council(case, "psychologist_clients", by="age_group")
    filtered = council(case, "psychologist_clients", where={"age_group": "0_6"})
    assert shown(crossed, "0_6", "total") == shown(alone, "0_6") == shown(filtered) == "withheld"
    # All children, less those of 7 to 12 years, would be the two girls.
    children = shown(council(case, "psychologist_clients", by="age_class"), "child")
    assert "withheld" in (children, shown(alone, "7_12"))


def test_a_zero_that_would_tell_about_a_whole_group_is_withheld(case: Case) -> None:
    clients(case, 8, born="2014-01-01", area="violence")  # all children have one problem
    clients(case, 20, area="anxiety")
    clients(case, 20, area="violence")
    answer = council(case, "psychologist_clients", by=["age_class", "problem_area"])
    # Shown, it would say of every child who comes what for; a zero elsewhere says the same.
    assert shown(answer, "child", "violence") == "withheld"
    # The row of the withheld zero stands in the table although nobody is in it.
    assert shown(answer, "child", "anxiety") == "withheld"
    assert ("child", "anxiety") not in set(
        case.ask("psychologist_clients", YEAR, by=["age_class", "problem_area"])
        .frame[["age_class", "problem_area"]]
        .itertuples(index=False, name=None)
    )


def test_where_a_zero_is_withheld_no_other_measure_tells_it(case: Case) -> None:
    for territory, needy, low_income in (("ogre", 20, 20), ("ikskile", 20, 20), ("suntazi", 8, 0)):
        for status, count in (("needy", needy), ("low_income", low_income)):
            paid(case, *[10_000] * count, status=status, territory=territory)
    answer = council(case, ("households_assisted", "spend", "persons_assisted"), by=["status", "territory"])
    row = answer.frame[(answer.frame["status"] == "low_income") & (answer.frame["territory"] == "suntazi")]
    # That all who got something in Suntaži are needy tells about each of them; so would a zero in euros.
    assert answer.withheld.loc[row.index].to_numpy().tolist() == [[True, True, True]]


def test_money_of_two_households_is_withheld_and_of_three_shown(case: Case) -> None:
    paid(case, 10_000, 10_000, benefit_type="crisis")  # two households: each knows the other's
    paid(case, 10_000, 10_000, 10_000, benefit_type="health")  # three alike: shown
    paid(case, *[10_000] * 9, benefit_type="gmi")
    paid(case, *[10_000] * 9, benefit_type="birth")
    answer = council(case, "spend", by="benefit")
    assert shown(answer, "crisis") == "withheld"
    assert shown(answer, "gmi") == 90_000
    assert shown(answer, "total") == 230_000


def test_money_that_is_nearly_all_one_households_is_withheld(case: Case) -> None:
    # The second could tell the first's 1000 € to 40 € (4 %): p % rule, 10 %.
    paid(case, 100_000, 20_000, 1_000, 1_000, 1_000, 1_000, benefit_type="health")
    # Here the others have 150 €, more than 10 % of the first: shown.
    paid(case, 100_000, 20_000, 5_000, 5_000, 5_000, benefit_type="crisis")
    paid(case, *[30_000] * 9, benefit_type="gmi")
    paid(case, *[10_000] * 9, benefit_type="birth")
    answer = council(case, "spend", by="benefit")
    assert shown(answer, "health") == "withheld"
    assert shown(answer, "gmi") == 270_000
    assert "withheld" in (shown(answer, "crisis"), shown(answer, "birth"))  # and one more, whichever matters least


def test_visits_are_withheld_by_how_many_visitors_they_are(case: Case) -> None:
    few = [case.person(born="1980-01-01") for _ in range(4)]
    for number in range(40):  # many visits of four adults
        case.visit(few[number % 4], f"{YEAR}-05-{number % 28 + 1:02}")
    for sex in ("female", "male"):
        for _ in range(12):
            case.visit(case.person(born="2014-01-01", sex=sex), f"{YEAR}-05-02")
    answer = council(case, "visits", by="visitor_group")
    assert shown(answer, "adults") == "withheld"
    assert shown(answer, "total") == 64


def test_a_branch_is_not_taken_for_the_centre_of_its_name(case: Case) -> None:
    # `saime` is a centre and its first branch: 3 visitors there, 30 in the centre's other one.
    case.branch("saime_2", "2019-01-01", centre="saime")
    for branch, visitors in (("saime", 3), ("saime_2", 30), ("gadc_ogre", 30)):
        for _ in range(visitors):
            case.visit(case.person(born="1980-01-01"), f"{YEAR}-05-02", branch)
    assert shown(council(case, "visitors", by="branch"), "saime") == "withheld"
    assert council(case, "visitors", where={"branch": "saime"}).value() is WITHHELD
    assert shown(council(case, "visitors", by="centre"), "saime") == 33
    assert council(case, "visitors", where={"centre": "saime"}).value() == 33


def home(case: Case, members: int, **status) -> None:
    """A household with a status all year."""
    house = case.household()
    for _ in range(members):
        case.member(house)
    case.status(house, f"{YEAR}-01-01", f"{YEAR}-12-31", **status)


def test_persons_are_withheld_where_their_households_are(case: Case) -> None:
    for _ in range(4):
        home(case, 2)  # 8 persons, but 4 households
    for _ in range(10):
        home(case, 3, status="low_income")
    answer = council(case, "persons_with_status", by="status")
    assert shown(answer, "needy") == "withheld"
    assert case.ask("persons_with_status", YEAR, by="status").value(status="needy") == 8
    home(case, 2)  # the fifth household: all is shown
    assert shown(council(case, "persons_with_status", by="status"), "needy") == 10


def test_decisions_are_withheld_by_how_many_households_they_are(case: Case) -> None:
    for number in range(4):  # 8 decisions of 4 households
        house = case.household()
        case.status(house, f"{YEAR}-02-01", f"{YEAR}-02-10")
        case.status(house, f"{YEAR}-02-{20 + number}", f"{YEAR}-03-31")
    for month in (5, 6, 7):
        for _ in range(9):
            case.status(case.household(), f"{YEAR}-{month:02}-01", f"{YEAR}-{month:02}-20")
    answer = council(case, "statuses_granted", by="month")
    assert shown(answer, f"{YEAR}-02") == "withheld"
    # One more month is withheld, or the 8 would be 35 less the others.
    assert "withheld" in {shown(answer, f"{YEAR}-{month:02}") for month in (1, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12)}
    assert shown(answer, "total") == 35


def test_a_total_less_one_of_its_parts_is_withheld_when_it_is_small(case: Case) -> None:
    # 20 households, 18 of them needy: the 2 that were low-income only would be 20 - 18.
    for number in range(20):
        house = case.household()
        case.member(house)
        if number < 18:
            case.status(house, f"{YEAR}-01-01", f"{YEAR}-06-30")
        if number >= 10:
            case.status(house, f"{YEAR}-07-01", f"{YEAR}-12-31", status="low_income")
    answer = council(case, "households_with_status", by="status")
    assert case.ask("households_with_status", YEAR, by="status").frame["households_with_status"].tolist() == [
        18,
        10,
        20,
    ]
    assert "withheld" in (shown(answer, "needy"), shown(answer, "total"))


def test_who_is_in_both_of_two_parts_is_withheld_when_they_are_few(case: Case) -> None:
    # 15 + 12 - 25: two households have been both.
    for number in range(25):
        house = case.household()
        case.member(house)
        if number < 15:
            case.status(house, f"{YEAR}-01-01", f"{YEAR}-06-30")
        if number >= 13:
            case.status(house, f"{YEAR}-07-01", f"{YEAR}-12-31", status="low_income")
    answer = council(case, "households_with_status", by="status")
    assert "withheld" in {shown(answer, code) for code in ("needy", "low_income", "total")}


def test_a_configuration_that_withholds_less_is_honoured(case: Case, monkeypatch) -> None:
    monkeypatch.setattr(family, "rules", lambda: Rules(smallest_count=3, fewest_households=3, percent=10))
    clients(case, 3, area="anxiety")
    clients(case, 30, area="violence")
    question = Question.of("psychologist_clients", YEAR, by=["age_class", "problem_area"], audience="council")
    assert shown(case.database.ask(question), "adult", "anxiety") == 3
    clients(case, 2, born="2014-01-01", area="violence")
    assert shown(case.database.ask(question), "child", "total") == "withheld"
    monkeypatch.undo()
    assert shown(Database(case.database.engine).ask(question), "adult", "anxiety") == "withheld"


def test_a_configuration_that_asks_for_more_households_is_honoured(case: Case, monkeypatch) -> None:
    paid(case, *[10_000] * 4, benefit_type="crisis")
    paid(case, *[10_000] * 9, benefit_type="gmi")
    paid(case, *[10_000] * 9, benefit_type="birth")
    assert shown(council(case, "spend", by="benefit"), "crisis") == 40_000
    monkeypatch.setattr(family, "rules", lambda: Rules(smallest_count=5, fewest_households=5, percent=10))
    again = Database(case.database.engine)  # what to withhold is remembered with the state of the data
    answer = again.ask(Question.of("spend", YEAR, by="benefit", audience="council"))
    assert shown(answer, "crisis") == "withheld"


def test_a_ratio_is_shown_only_where_its_parts_are(case: Case) -> None:
    for number in range(30):
        person = case.person()
        case.consultation(person, f"{YEAR}-{number % 2 + 1:02}-15")
        if number < 2:  # two persons missed one in March: that month and its share say who
            case.consultation(person, f"{YEAR}-03-01", attendance="missed")
    answer = council(case, ["missed_share", "consultations"], by="month")
    assert shown(answer, f"{YEAR}-03") == "withheld"
    assert shown(council(case, "missed_share")) == "withheld"  # 2 of 32 in the year


def test_what_was_chosen_ahead_is_not_chosen_again_for_a_visitor(case: Case, monkeypatch) -> None:
    clients(case, 4)
    clients(case, 30, area="violence")
    for subject in SUBJECTS:
        case.load(subject, date(YEAR, 1, 1), date(YEAR, 12, 31))
    database = case.database
    for _ in database.protect_ahead():
        pass
    monkeypatch.setattr("data_access.database.make_masks", None)  # whoever called it would fail
    answer = database.ask(Question.of("psychologist_clients", YEAR, by="problem_area", audience="council"))
    assert shown(answer, "anxiety") == "withheld"


def test_nobody_waits_until_another_family_has_been_chosen(case: Case, monkeypatch) -> None:
    clients(case, 4)
    clients(case, 30, area="violence")
    database, begun, go_on = case.database, threading.Event(), threading.Event()

    def choose(name: str, years: Sequence[int], read: Callable, ahead: dict) -> dict:
        if name == "day_centres":
            begun.set()
            assert go_on.wait(30)
        return make_masks(name, years, read, ahead)

    monkeypatch.setattr("data_access.database.make_masks", choose)
    with ThreadPoolExecutor(1) as another:
        visits = another.submit(database.ask, Question.of("visits", YEAR, audience="council"))
        assert begun.wait(30)
        answer = database.ask(Question.of("psychologist_clients", YEAR, by="problem_area", audience="council"))
        go_on.set()
        assert visits.result().value("visits") == 0
    assert shown(answer, "anxiety") == "withheld"


def test_what_will_be_asked_is_chosen_beside_everything_else(case: Case, monkeypatch) -> None:
    clients(case, 4)
    clients(case, 30, area="violence")
    database, begun, chosen_by = case.database, threading.Event(), []

    def choose(*arguments) -> dict:
        chosen_by.append(threading.current_thread())
        begun.set()
        return make_masks(*arguments)

    monkeypatch.setattr("data_access.database.make_masks", choose)
    question = Question.of("psychologist_clients", YEAR, by="problem_area", audience="council")
    not_listed = Question.of("recipients", YEAR, audience="council")  # whoever asks it is told so
    with database.protecting([question, not_listed]):
        assert begun.wait(30)
        answer = database.ask(question)
    assert shown(answer, "anxiety") == "withheld"
    assert len(chosen_by) == 1
    assert chosen_by != [threading.current_thread()]


def test_what_nobody_asks_any_more_is_not_chosen_on(case: Case, monkeypatch) -> None:
    clients(case, 4)
    clients(case, 30, area="violence")
    database, begun, left = case.database, threading.Event(), threading.Event()

    def choose(*arguments) -> None:
        begun.set()
        while not Asking.current().off:
            time.sleep(0.01)
        left.set()
        Asking.current().check()

    question = Question.of("psychologist_clients", YEAR, by="problem_area", audience="council")
    with monkeypatch.context() as patched:
        patched.setattr("data_access.database.make_masks", choose)
        with database.protecting([question]):
            assert begun.wait(30)
        assert left.wait(30)
    assert shown(database.ask(question), "anxiety") == "withheld"


def test_notes_do_not_tell_what_is_withheld(case: Case) -> None:
    clients(case, 2, born=None)  # a note would say that there are clients of unknown age
    clients(case, 30)
    clients(case, 30, born="2014-01-01")
    answer = council(case, "psychologist_clients", by="age_class")
    assert shown(answer, "unknown") == "withheld"
    kinds = [note.kind for note in answer.notes]
    assert "unknown_values" not in kinds
    assert "protected" in kinds


def test_a_comparison_is_made_of_protected_figures(case: Case) -> None:
    clients(case, 2)
    clients(case, 30, born="2014-01-01")
    clients(case, 9, born="2008-01-01")
    for _ in range(7):
        person = case.person()
        case.consultation(person, f"{YEAR - 1}-03-01")
        case.area(person, "anxiety")
    question = Question.of("psychologist_clients", YEAR, by="age_class", audience="council")
    both = compare_with_year_before(case.database, question)
    [place] = both.frame.index[both.frame["age_class"] == "adult"]
    assert both.withheld.loc[place, "psychologist_clients"]
    assert both.withheld.loc[place, "psychologist_clients_change"]
    assert pd.isna(both.frame.loc[place, "psychologist_clients_change"])
    assert both.frame.loc[place, "psychologist_clients_before"] == 7


def test_a_total_over_years_is_not_for_the_council(case: Case) -> None:
    # Years are protected one by one; their sum would be one more relation between them.
    paid(case, *[10_000] * 9)
    answer = council(case, "spend", by="year", period="2022..2023")
    assert shown(answer, "2023") == 90_000
    assert shown(answer, "total") == "withheld"


@pytest.mark.parametrize(
    ("measures", "period", "by", "where", "nearest"),
    [
        # Two towns less one town would be a table of the other.
        ("spend", 2023, "benefit", {"territory": ("ogre", "ikskile")}, ("benefit",)),
        # Sexes and areas together make cells of one.
        ("psychologist_clients", 2023, ("problem_area", "person_group"), {}, ("person_group",)),
        # Ages on another day are another table of the same persons.
        ("visitors", "2023-Q1", "visitor_group", {}, ("visitor_group",)),
        # Days can be subtracted from a month.
        ("spend", "2023-01-01..2023-03-30", "benefit", {}, ("year", "benefit")),
        # A year that is not over changes with every load.
        ("spend", 2050, "benefit", {}, ("benefit",)),
        ("spend", "2011..2023", "benefit", {}, ("benefit",)),
    ],
)
def test_what_is_not_listed_names_the_nearest_that_is(case: Case, measures, period, by, where, nearest) -> None:
    paid(case, *[10_000] * 9)
    with pytest.raises(NotForCouncil) as refused:
        council(case, measures, by, where, period)
    assert refused.value.nearest is not None
    assert {*nearest} >= {*refused.value.nearest.by}
    assert case.database.ask(refused.value.nearest).question.audience == "council"
    assert "Tuvākais" in refused.value.text("lv")
    assert "nearest" in refused.value.text("en")


def test_of_several_values_of_a_filter_each_is_shown_by_itself(case: Case) -> None:
    """Not the whole municipality in their place: statuses by place are listed, two places together are not."""
    paid(case, *[10_000] * 9)
    with pytest.raises(NotForCouncil) as refused:
        council(case, "households_assisted", "status", {"territory": ("ogre", "ikskile")}, 2023)
    nearest = refused.value.nearest
    assert (nearest.by, nearest.where) == (("status", "territory"), ())
    with pytest.raises(NotForCouncil) as refused:
        council(case, "households_assisted", "status", {"territory": ("ogre", "ikskile"), "status": "needy"}, 2023)
    nearest = refused.value.nearest
    assert (nearest.by, nearest.where) == (("status", "territory"), (("status", ("needy",)),))


def test_a_measure_that_is_not_listed_has_no_nearest(case: Case) -> None:
    with pytest.raises(NotForCouncil) as refused:
        council(case, "payments")
    assert refused.value.nearest is None


def test_a_year_of_which_days_are_still_to_be_loaded_is_not_for_the_council(case: Case) -> None:
    # When they come, the old table could be subtracted from the new one.
    case.load("assistance", "2022-01-01", "2023-03-31")
    case.load("assistance", "2023-06-01", "2023-12-31")
    paid(case, *[10_000] * 9)
    assert shown(council(case, "spend", period=2022)) == 0
    with pytest.raises(NotForCouncil):
        council(case, "spend", period=2023)
