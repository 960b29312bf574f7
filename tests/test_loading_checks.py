"""What is accepted, rejected, dropped and found odd: one small table for each rule."""

from collections.abc import Callable
from datetime import date
from pathlib import Path

import pandas as pd
import pytest
import sqlalchemy

from data_access import schema
from data_access.language import LANGUAGES, texts
from data_access.loading.checking import Checked, State, check, read_state
from data_access.loading.kinds import KINDS
from data_access.loading.rejected import how_to_mend, why

TODAY = date(2024, 1, 31)
DAYS = ("_from", "_to", "_date")

MEMBER = {
    "household_key": "h1",
    "population": "residents",
    "territory": "ogre",
    "residence_from": "2020-01-01",
    "person_key": "p1",
    "birth_date": "1980-05-05",
    "sex": "female",
    "disability": "without",
    "activity": "employed",
    "member_from": "2020-01-01",
}
STATUS = {"household_key": "h1", "status": "needy", "valid_from": "2023-01-01", "valid_to": "2023-06-30"}
PAYMENT = {
    "household_key": "h1",
    "benefit_type": "gmi",
    "form": "cash",
    "payment_date": "2023-05-10",
    "cents": 10_000,
}
VISIT = {"branch": "gadc_ogre", "visit_date": "2023-05-10", "person_key": "p5", "birth_date": "1990-01-01"}
CONSULTATION = {
    "psychologist": "PSI-1",
    "consultation_date": "2023-05-10",
    "person_key": "p6",
    "attendance": "attended",
    "problem_areas": "anxiety;depression",
}
UNIT = {"unit_kind": "psychologist", "code": "PSI-1", "workload": "full_time", "valid_from": "2020-01-01"}
BRANCH = {
    "unit_kind": "branch",
    "code": "new",
    "name": "Jaunā",
    "parent": "gadc",
    "territory": "ogre",
    "valid_from": "2023-05-01",
}


def typed(kind: str, *rows: dict) -> pd.DataFrame:
    """A typed table as the parser makes it."""
    names = [column.name for column in KINDS[kind].columns]
    frame = pd.DataFrame([{name: row.get(name) for name in names} for row in rows], columns=names)
    for name in names:
        if name.endswith(DAYS):
            frame[name] = pd.to_datetime(frame[name])
        elif name == "cents":
            frame[name] = frame[name].astype("Int64")
        else:
            frame[name] = frame[name].astype("str")
    return frame.assign(file=f"{kind}.csv", sheet="", row=range(2, len(frame) + 2))


@pytest.fixture(scope="module")
def nothing(empty_duckdb: Path) -> State:
    """The state of a database without cases."""
    engine = sqlalchemy.create_engine(f"duckdb:///{empty_duckdb}", connect_args={"read_only": True})
    with engine.connect() as connection:
        state = read_state(connection)
    engine.dispose()
    branches = pd.DataFrame(
        {
            "branch": ["gadc_ogre"],
            "opened_on": pd.to_datetime(["2005-09-21"]),
            "closed_on": pd.to_datetime(["2023-08-31"]),
        }
    )
    return State(**{**vars(state), "branches": branches})


@pytest.fixture
def checked(nothing: State) -> Callable[..., Checked]:
    """Checks rows of several kinds: `checked(payments=[PAYMENT])`; a household is there unless members are given."""

    def run(state: State = nothing, **rows: list[dict]) -> Checked:
        rows = {"members": [MEMBER], "units": [UNIT]} | rows
        return check({kind: typed(kind, *these) for kind, these in rows.items()}, state, TODAY)

    return run


def said(result: Checked) -> list[tuple[str, int, str, str]]:
    found = result.rejections
    return list(zip(found["kind"], found["row"], found["column"], found["reason"], strict=True))


def test_what_is_right_is_accepted(checked) -> None:
    result = checked(
        units=[UNIT, BRANCH],
        statuses=[STATUS],
        payments=[PAYMENT | {"person_key": "p1"}, PAYMENT | {"cents": -500}],
        visits=[VISIT, VISIT | {"branch": "new"}],
        consultations=[CONSULTATION],
    )
    assert said(result) == []
    assert result.warnings == []
    assert {kind: len(rows) for kind, rows in result.accepted.items()} == {
        "units": 2,
        "members": 1,
        "statuses": 1,
        "payments": 2,
        "visits": 2,
        "consultations": 1,
    }


@pytest.mark.parametrize(
    ("kind", "row", "change", "column", "reason"),
    [
        ("members", MEMBER, {"household_key": None}, "household_key", "missing"),
        ("members", MEMBER, {"birth_date": "2024-02-01"}, "birth_date", "in_future"),
        ("members", MEMBER, {"birth_date": "1899-12-31"}, "birth_date", "too_old"),
        ("members", MEMBER, {"territory": "atlantida"}, "territory", "not_allowed"),
        ("members", MEMBER, {"member_to": "2019-12-31"}, "member_to", "order"),
        ("members", MEMBER, {"birth_date": "2020-01-02"}, "member_from", "order"),
        ("statuses", STATUS, {"valid_to": "2022-12-31"}, "valid_to", "order"),
        ("statuses", STATUS, {"valid_from": "2024-02-01", "valid_to": None}, "valid_from", "in_future"),
        ("statuses", STATUS, {"household_key": "h9"}, "household_key", "no_household"),
        ("payments", PAYMENT, {"cents": 0}, "cents", "zero"),
        ("payments", PAYMENT, {"cents": None}, "cents", "missing"),
        ("payments", PAYMENT, {"payment_date": "2024-02-01"}, "payment_date", "in_future"),
        ("payments", PAYMENT, {"household_key": "h9"}, "household_key", "no_household"),
        ("payments", PAYMENT, {"person_key": "p9"}, "person_key", "no_person"),
        ("payments", PAYMENT, {"payment_date": "2019-12-31"}, "payment_date", "before_household"),
        ("payments", PAYMENT | {"payment_date": "2021-12-31"}, {"benefit_type": "housing_debt"}, "payment_date",
         "before_benefit"),
        ("visits", VISIT, {"branch": "gadc_riga"}, "branch", "no_branch"),
        ("visits", VISIT, {"visit_date": "2005-09-20"}, "visit_date", "before_opening"),
        ("visits", VISIT, {"visit_date": "2023-09-01"}, "visit_date", "after_closing"),
        ("visits", VISIT, {"visit_date": "2024-02-01"}, "visit_date", "in_future"),
        ("visits", VISIT, {"birth_date": "2023-05-11"}, "visit_date", "order"),
        ("consultations", CONSULTATION, {"psychologist": "PSI-9"}, "psychologist", "no_psychologist"),
        ("consultations", CONSULTATION, {"problem_areas": "anxiety;hunger"}, "problem_areas", "not_allowed"),
        ("consultations", CONSULTATION, {"consultation_date": "2024-02-01"}, "consultation_date", "in_future"),
        ("units", BRANCH, {"parent": "nowhere"}, "parent", "no_centre"),
        ("units", BRANCH, {"parent": None}, "parent", "missing"),
        ("units", BRANCH, {"valid_to": "2023-04-30"}, "valid_to", "order"),
    ],
)  # fmt: skip
def test_a_wrong_row_is_rejected_with_its_place_and_reason(checked, kind, row, change, column, reason) -> None:
    others = {"units": [UNIT], "members": [MEMBER]}.get(kind, [])
    result = checked(**{kind: [*others, row | change]})
    assert (kind, len(others) + 2, column, reason) in said(result)
    assert len(result.accepted[kind]) == len(others)


def test_first_and_last_days_belong_to_spans(checked) -> None:
    ends = [MEMBER | {"member_to": "2023-06-30"}]
    inside = [PAYMENT | {"payment_date": day} for day in ("2020-01-01", "2023-06-30")]
    assert said(checked(members=ends, payments=inside)) == []
    after = checked(members=ends, payments=[PAYMENT | {"payment_date": "2023-07-01"}])
    assert said(after) == [("payments", 2, "payment_date", "after_household")]
    assert said(checked(visits=[VISIT | {"visit_date": day} for day in ("2005-09-21", "2023-08-31")])) == []


def test_a_household_lives_as_long_as_any_of_its_members(checked) -> None:
    members = [MEMBER | {"member_to": "2022-06-30"}, MEMBER | {"person_key": "p2", "member_to": None}]
    assert said(checked(members=members, payments=[PAYMENT])) == []


def test_rows_of_a_rejected_household_are_rejected_too(checked) -> None:
    result = checked(members=[MEMBER | {"member_from": None}], payments=[PAYMENT])
    assert said(result) == [("members", 2, "member_from", "missing"), ("payments", 2, "household_key", "no_household")]


def test_the_same_member_twice_is_one(checked) -> None:
    result = checked(members=[MEMBER, MEMBER], statuses=[STATUS, STATUS])
    assert said(result) == []
    assert [len(result.accepted[kind]) for kind in ("members", "statuses")] == [1, 1]
    assert sorted(zip(result.dropped["kind"], result.dropped["row"], strict=True)) == [("members", 3), ("statuses", 3)]


def test_a_member_may_change_activity_and_the_household_may_move(checked) -> None:
    first = MEMBER | {"member_to": "2022-12-31"}
    then = MEMBER | {
        "member_from": "2023-01-01",
        "activity": "unemployed",
        "residence_from": "2022-01-01",
        "territory": "ikskile",
    }
    assert said(checked(members=[first, then])) == []


@pytest.mark.parametrize(
    ("change", "column", "reason"),
    [
        ({"activity": "unemployed", "member_from": "2022-12-31"}, "member_from", "member_overlap"),
        ({"member_from": "2024-01-01", "territory": "ikskile"}, "territory", "contradiction"),
        ({"person_key": "p2", "population": "ukraine_civilians"}, "population", "contradiction"),
        ({"household_key": "h2", "birth_date": "1980-05-06"}, "birth_date", "contradiction"),
        ({"household_key": "h2", "sex": "male"}, "sex", "contradiction"),
    ],
)
def test_of_members_who_contradict_each_other_the_first_is_believed(checked, change, column, reason) -> None:
    result = checked(members=[MEMBER | {"member_to": "2022-12-31"}, MEMBER | change])
    assert said(result) == [("members", 3, column, reason)]
    assert dict(result.rejections["params"][0]) == {"file": "members.csv", "row": "2"}


def test_decisions_of_one_status_do_not_overlap(checked) -> None:
    overlapping = STATUS | {"valid_from": "2023-06-30", "valid_to": "2023-12-31"}
    following = STATUS | {"valid_from": "2023-07-01", "valid_to": None}
    assert said(checked(statuses=[STATUS, STATUS | {"status": "low_income"}, following])) == []
    # The one that overlaps is rejected, and does not take the one after it along.
    result = checked(statuses=[following, overlapping, STATUS])
    assert said(result) == [("statuses", 3, "valid_from", "status_overlap")]


def test_decisions_do_not_overlap_with_those_that_stay_in_the_database(checked, nothing) -> None:
    stored = pd.DataFrame([STATUS])[["household_key", "status", "valid_from", "valid_to"]]
    stored[["valid_from", "valid_to"]] = stored[["valid_from", "valid_to"]].apply(pd.to_datetime)
    state = State(**{**vars(nothing), "decisions": stored})
    march = STATUS | {"valid_from": "2023-03-01", "valid_to": "2023-08-31"}
    assert said(checked(state, statuses=[march])) == [("statuses", 2, "valid_from", "status_overlap_database")]
    # January is replaced as well, so that the stored decision goes.
    assert said(checked(state, statuses=[STATUS | {"valid_to": "2023-02-28"}, march])) == []
    # January's only row falls, so January stays, and March overlaps after all.
    other = MEMBER | {"household_key": "h2", "person_key": "p2"}
    stored = pd.concat([stored, stored.assign(household_key="h2", valid_from=pd.Timestamp("2022-12-01"))])
    state = State(**{**vars(nothing), "decisions": stored})
    result = checked(state, members=[MEMBER, other], statuses=[STATUS | {"household_key": "h2"}, march])
    assert {row for _, row, _, reason in said(result) if reason == "status_overlap_database"} == {2, 3}


def test_a_code_names_one_unit(checked) -> None:
    result = checked(units=[UNIT, UNIT, UNIT | {"workload": "part_time"}])
    assert said(result) == [("units", 4, "code", "unit_twice")]
    assert len(result.dropped) == 1


def warned(result: Checked) -> dict[str, int]:
    return {warning.reason: warning.count for warning in result.warnings}


def test_equal_payments_are_loaded_and_pointed_out(checked) -> None:
    result = checked(payments=[PAYMENT, PAYMENT, PAYMENT | {"cents": 1}])
    assert warned(result) == {"doubled_payment": 1}
    assert len(result.accepted["payments"]) == 3
    assert result.warnings[0].places == (("payments.csv", "", 3),)


def test_a_payment_ten_times_the_usual_is_pointed_out(checked, nothing) -> None:
    usual = [PAYMENT | {"cents": 10_000 + number} for number in range(20)]
    large = [PAYMENT | {"cents": 10_000 * 11}, PAYMENT | {"cents": -10_000 * 11}, PAYMENT | {"cents": 10_000 * 9}]
    assert warned(checked(payments=usual + large)) == {"large_payment": 2}
    stored = pd.DataFrame({"benefit_type": ["gmi"], "cents": [100.0], "rows": [1000]})
    assert warned(checked(State(**{**vars(nothing), "usual_amounts": stored}), payments=[PAYMENT])) == {
        "large_payment": 1
    }


def test_odd_people_are_pointed_out(checked, nothing) -> None:
    many = [MEMBER | {"person_key": f"q{number}"} for number in range(15)]
    assert warned(checked(members=many)) == {"large_household": 1}
    assert warned(checked(members=many[1:])) == {}
    assert warned(checked(members=[MEMBER, MEMBER | {"household_key": "h2"}])) == {"two_households": 1}
    assert warned(checked(members=[MEMBER | {"birth_date": "1910-01-01"}])) == {"very_old": 1}
    meal = PAYMENT | {"benefit_type": "meals_school", "person_key": "p1"}
    assert warned(checked(payments=[meal])) == {"grown_child": 1}
    assert warned(checked(members=[MEMBER | {"birth_date": "2012-01-01"}], payments=[meal])) == {}
    stored = pd.DataFrame({"person_key": ["p1"], "birth_date": pd.to_datetime(["1981-05-05"]), "sex": ["male"]})
    state = State(**{**vars(nothing), "persons": stored})
    assert warned(checked(state)) == {"other_birth_date": 1, "other_sex": 1}
    assert warned(checked(consultations=[CONSULTATION | {"consultation_date": "2019-12-31"}])) == {"not_employed": 1}


def test_empty_and_thin_months_are_pointed_out(checked, nothing) -> None:
    def visits(counts: dict[str, int]) -> list[dict]:
        return [
            VISIT | {"visit_date": f"{month}-{number + 1:02}"}
            for month, count in counts.items()
            for number in range(count)
        ]

    usual = {"2023-01": 12, "2023-02": 12, "2023-03": 12}
    result = checked(visits=visits(usual | {"2023-04": 4, "2023-05": 3, "2023-07": 12}))
    assert [(w.reason, w.month, w.count) for w in result.warnings] == [
        ("few_rows", 202305, 3),
        ("empty_month", 202306, 0),
    ]
    stored = pd.DataFrame({"kind": "visits", "first_day": pd.to_datetime(["2023-01-01"]), "rows": [12]})
    state = State(**{**vars(nothing), "months": stored})
    result = checked(state, visits=visits({"2023-03": 12}))
    assert [(w.reason, w.month) for w in result.warnings] == [("empty_month", 202302)]


def test_no_key_of_a_person_or_household_is_shown(checked) -> None:
    result = checked(payments=[PAYMENT | {"household_key": "secret-home", "person_key": "secret-person", "cents": 0}])
    assert len(result.rejections) == 3
    assert "secret" not in result.rejections.to_csv()


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_reason_has_its_sentence_and_its_remedy(language: str) -> None:
    keys = [key for key in texts(language)._texts if key.startswith("loading.why.")]
    assert keys
    anything = dict.fromkeys(("earlier", "today", "file", "row", "other", "day", "nearest", "most"), "x")
    for key in keys:
        reason = key.removeprefix("loading.why.")
        assert why(reason, anything, language)
        assert how_to_mend(reason, language)


def test_state_is_read_from_either_engine(case) -> None:
    home = case.household(formed_on="2020-01-01")
    person = case.member(home)
    case.status(home, "2023-01-01", "2023-06-30")
    for cents in (100, -300, 500):
        case.payment(home, "2023-03-05", cents=cents)
    case.visit(person, "2023-04-05")
    with case.database.engine.connect() as connection:
        state = read_state(connection)
    assert len(state.households) == len(state.persons) == len(state.decisions) == 1
    assert state.usual_amounts.iloc[0].to_dict() == {"benefit_type": "gmi", "cents": 300, "rows": 3}
    months = dict(
        zip(zip(state.months["kind"], state.months["first_day"], strict=True), state.months["rows"], strict=True)
    )
    assert months == {("payments", pd.Timestamp("2023-03-01")): 3, ("visits", pd.Timestamp("2023-04-01")): 1}
    assert state.territories >= {"ogre"}
    assert schema.SCHEMA_VERSION
