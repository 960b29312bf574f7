"""A load is one unit: what it brings, what it replaces, what it refuses, and how it is undone, on both engines."""

from datetime import date

import pandas as pd
import pytest
import sqlalchemy
from sqlalchemy import insert, update

from data_access import DatabaseMissing, DatabaseVersion, open_database, schema
from data_access.changing import changing
from data_access.loading.applying import (
    AlreadyLoaded,
    BrokenReference,
    DemonstrationPresent,
    NothingToLoad,
    NothingToUndo,
    NotNewestLoad,
    apply,
    undo,
)
from data_access.loading.load_notes import spans_of
from data_access.pointer import BeingWritten
from data_access.question import Question
from tests.infrastructure.loading import day, everything, file_of, rows_of, typed

HOME = {"household_key": "home"}
TODAY = date(2024, 2, 10)


@pytest.mark.parametrize(
    ("days", "spans"),
    [
        ("2023-01-05 2023-01-31", "2023-01-01..2023-01-31"),
        ("2023-01-31 2023-02-01", "2023-01-01..2023-02-28"),
        ("2022-12-31 2023-02-01", "2022-12-01..2022-12-31 2023-02-01..2023-02-28"),
        ("2023-12-01 2024-02-03", "2023-12-01..2023-12-31 2024-02-01..2024-02-10"),  # until today
        ("2024-01-01 2024-02-20", "2024-01-01..2024-02-20"),  # until the last day that it tells of
    ],
)
def test_a_load_reaches_the_months_that_it_has_rows_of(days: str, spans: str) -> None:
    frame = typed("payments", *({"payment_date": on} for on in days.split()))
    assert [f"{first}..{last}" for first, last in spans_of("payments", frame, TODAY)] == spans.split()
    assert spans_of("members", people(), TODAY) == []


def load(url: str, *, names: dict | None = None, files=None, **accepted):
    described = [
        file_of(kind, frame, name=(names or {}).get(kind)) for kind, frame in accepted.items() if files is None
    ]
    return apply(url, accepted, who="Anna", files=files or described, source="test")


def people():
    return typed(
        "members",
        HOME | {"person_key": "anna"},
        HOME | {"person_key": "janis", "sex": "male", "birth_date": "2015-02-03", "activity": "not_applicable"},
    )


def payment(on: str, cents: int = 1000, **row) -> dict:
    return HOME | {"payment_date": on, "cents": cents} | row


def amounts(url: str) -> list[tuple]:
    c = schema.payments.c
    return rows_of(url, c.payment_date, c.cents)


def test_what_is_loaded_is_answered(loading_url: str) -> None:
    statuses = typed("statuses", HOME | {"valid_from": "2023-01-01", "valid_to": "2023-06-30"})
    payments = typed(
        "payments",
        payment("2023-03-05", 1000, person_key="janis"),
        payment("2023-08-05", 250),
        payment("2023-08-06", -50),
    )
    result = load(loading_url, members=people(), statuses=statuses, payments=payments)
    assert result.load_id == 1
    changes = {change.subject: change for change in result.subjects}
    assert (changes["assistance"].rows_before, changes["assistance"].rows_after) == (0, 3)
    assert (changes["assistance"].cents_before, changes["assistance"].cents_after) == (0, 1200)
    assert (changes["assistance"].data_from, changes["assistance"].data_until) == (day("2023-03-01"), day("2023-08-31"))
    assert changes["households"].data_from is None
    assert changes["households"].rows_after == 2

    database = open_database(loading_url)
    assert database.demonstration is False
    assert database.ask(Question.of("spend", 2023)).value() == 1200
    assert database.ask(Question.of("persons_assisted", 2023)).value() == 2
    c = schema.payments.c
    assert rows_of(loading_url, c.payment_date, c.status, c.territory, c.load_id) == [
        (day("2023-03-05"), "needy", "ogre", 1),
        # Decisions are known of January only.
        (day("2023-08-05"), None, "ogre", 1),
        (day("2023-08-06"), None, "ogre", 1),
    ]
    loads = schema.loads.c
    assert rows_of(loading_url, loads.load_id, loads.loaded_by, loads.demonstration, loads.undone_at) == [
        (1, "Anna", False, None)
    ]


def test_a_month_replaces_that_month_and_only_that(loading_url: str) -> None:
    load(loading_url, members=people())
    load(loading_url, payments=typed("payments", payment("2023-01-31", 1), payment("2023-02-01", 2)))
    before = everything(loading_url)
    load(loading_url, payments=typed("payments", payment("2023-02-28", 20), payment("2023-02-27", 30)))
    assert amounts(loading_url) == [(day("2023-01-31"), 1), (day("2023-02-27"), 30), (day("2023-02-28"), 20)]
    kept = schema.REPLACED["payments"].c
    assert rows_of(loading_url, kept.payment_date, kept.cents, kept.load_id, kept.replaced_by) == [
        (day("2023-02-01"), 2, 2, 3)
    ]
    version = open_database(loading_url).version
    assert undo(loading_url, who="Juris").load_id == 3
    assert everything(loading_url) == before
    assert open_database(loading_url).version != version


def test_loads_are_undone_newest_first_and_to_the_last_row(loading_url: str) -> None:
    states = [everything(loading_url)]
    steps = [
        {"members": people()},
        {
            "units": typed(
                "units",
                {"unit_kind": "branch", "code": "gadc_ogre", "name": "Ogre, jaunā", "valid_from": "2019-01-01"},
                {"unit_kind": "centre", "code": "new", "name": "Jauns"},
                {"unit_kind": "branch", "code": "new_one", "name": "N", "parent": "new", "valid_from": "2023-01-01"},
                {"unit_kind": "psychologist", "code": "p1", "workload": "full_time", "valid_from": "2020-01-01"},
            )
        },
        {
            "statuses": typed("statuses", HOME | {"valid_from": "2023-01-01", "valid_to": "2023-03-31"}),
            "payments": typed("payments", payment("2023-01-05"), payment("2023-02-05")),
        },
        {
            "visits": typed(
                "visits",
                {"visit_date": "2023-01-02", "person_key": "anna", "service_activity": "laundry;shower"},
                {"visit_date": "2023-01-03", "person_key": "zane", "branch": "new_one", "sex": "female"},
            ),
            "consultations": typed(
                "consultations",
                {
                    "psychologist": "p1",
                    "consultation_date": "2023-01-09",
                    "person_key": "anna",
                    "problem_areas": "anxiety",
                },
            ),
        },
        # Another home, one more member, another status: payments of before are told anew.
        {
            "members": typed(
                "members",
                HOME | {"person_key": "anna", "territory": "ogre", "member_to": "2023-01-31"},
                HOME | {"person_key": "peteris", "territory": "ikskile", "residence_from": "2023-02-01"},
            ),
            "statuses": typed("statuses", HOME | {"valid_from": "2023-01-01", "valid_to": "2023-01-31"}),
        },
        {
            "visits": typed("visits", {"visit_date": "2023-01-20", "person_key": "anna", "birth_date": "1981-01-01"}),
            "consultations": typed(
                "consultations",
                {"consultation_date": "2023-02-09", "person_key": "anna", "problem_areas": "depression; anxiety"},
            ),
        },
        {"payments": typed("payments", payment("2023-01-07", 7))},
    ]
    for number, accepted in enumerate(steps, start=1):
        assert load(loading_url, **accepted).load_id == number
        states.append(everything(loading_url))
    c = schema.client_problem_areas.c
    assert rows_of(loading_url, c.problem_area, c.valid_from, c.valid_to) == [
        ("anxiety", day("2023-01-09"), day("2023-02-08")),
        ("anxiety", day("2023-02-09"), None),
        ("depression", day("2023-02-09"), None),
    ]
    for number in range(len(steps), 0, -1):
        if number > 1:
            with pytest.raises(NotNewestLoad):
                undo(loading_url, number - 1, who="Juris")
        undone = undo(loading_url, number if number % 2 else None, who="Juris")
        assert undone.load_id == number
        assert everything(loading_url) == states[number - 1], f"load {number}"
    with pytest.raises(NothingToUndo):
        undo(loading_url, who="Juris")
    # Undone loads are remembered, and their numbers are not given again.
    assert load(loading_url, members=people()).load_id == len(steps) + 1


def test_payments_follow_decisions_and_homes_that_come_later(loading_url: str) -> None:
    load(loading_url, payments=typed("payments", payment("2023-01-05"), payment("2023-02-05"), payment("2023-03-05")))
    c = schema.payments.c
    columns = (c.payment_date, c.status, c.territory, c.load_id)
    assert {row[1:3] for row in rows_of(loading_url, *columns)} == {(None, None)}
    moved = typed(
        "members",
        HOME | {"person_key": "anna", "residence_from": "2020-01-01"},
        HOME | {"person_key": "janis", "residence_from": "2023-02-01", "territory": "ikskile"},
    )
    statuses = typed(
        "statuses",
        HOME | {"valid_from": "2023-01-01", "valid_to": "2023-01-31", "status": "low_income"},
        HOME | {"valid_from": "2023-01-05", "valid_to": "2023-01-05"},
        {"household_key": "other", "valid_from": "2023-02-28"},
    )
    load(loading_url, members=moved, statuses=statuses)
    assert rows_of(loading_url, *columns) == [
        (day("2023-01-05"), "needy", "ogre", 1),
        (day("2023-02-05"), "none", "ikskile", 1),
        (day("2023-03-05"), None, "ikskile", 1),
    ]


def test_decisions_follow_one_another(loading_url: str) -> None:
    statuses = typed(
        "statuses",
        HOME | {"valid_from": "2023-01-01", "valid_to": "2023-03-31"},
        HOME | {"valid_from": "2023-04-01", "valid_to": "2023-06-30"},
        HOME | {"valid_from": "2023-07-02", "valid_to": "2023-08-31"},
        HOME | {"valid_from": "2023-09-01", "valid_to": "2023-10-31", "status": "low_income"},
        HOME | {"valid_from": "2023-11-01", "decision_kind": "granted", "status": "low_income"},
    )
    load(loading_url, statuses=statuses)
    load(loading_url, statuses=typed("statuses", HOME | {"valid_from": "2023-08-01"}))
    c = schema.status_decisions.c
    assert [kind for _, kind in rows_of(loading_url, c.valid_from, c.decision_kind)] == [
        "granted",
        "renewed",
        "granted",
        "renewed",
        "granted",
        "granted",
    ]


def test_the_same_person_in_several_exports_is_one(loading_url: str) -> None:
    load(
        loading_url,
        members=typed("members", HOME | {"person_key": "anna", "birth_date": None, "sex": None}),
        visits=typed("visits", {"visit_date": "2023-01-02", "person_key": "anna", "birth_date": "1990-01-01"}),
    )
    load(loading_url, visits=typed("visits", {"visit_date": "2023-02-02", "person_key": "anna", "sex": "female"}))
    c = schema.persons.c
    assert rows_of(loading_url, c.person_key, c.birth_date, c.sex) == [("anna", day("1990-01-01"), "female")]
    assert len({row[0] for row in rows_of(loading_url, schema.visits.c.person_id)}) == 1


def test_months_that_no_load_has_brought_are_not_known(loading_url: str) -> None:
    def days(subject: str) -> list[tuple]:
        return list(open_database(loading_url).coverage[subject].spans)

    decisions = (HOME | {"valid_from": "2023-01-05", "valid_to": "2023-01-10"}, HOME | {"valid_from": "2023-03-02"})
    payments = (payment("2023-01-20", 1), payment("2023-02-20", 2), payment("2023-03-01", 4))
    result = load(loading_url, statuses=typed("statuses", *decisions), payments=typed("payments", *payments))
    january, march = (day("2023-01-01"), day("2023-01-31")), (day("2023-03-01"), day("2023-03-31"))
    assert days("status") == [january, march]
    assert days("assistance") == [(january[0], march[1])]
    change = next(change for change in result.subjects if change.subject == "status")
    assert (change.data_from, change.data_until) == (january[0], march[1])
    # That there was no decision can be said of the months of which decisions are loaded.
    c = schema.payments.c
    assert [row[1] for row in rows_of(loading_url, c.payment_date, c.status)] == ["none", None, "none"]
    answer = open_database(loading_url).ask(Question.of("households_with_status", "2023-Q1", by="month"))
    assert [answer.value(month=f"2023-0{number}") for number in (1, 2, 3)] == [1, None, 1]

    load(loading_url, statuses=typed("statuses", HOME | {"valid_from": "2023-02-11", "valid_to": "2023-02-11"}))
    assert days("status") == [(january[0], march[1])]
    assert [row[1] for row in rows_of(loading_url, c.payment_date, c.status)] == ["none"] * 3
    undo(loading_url, who="Juris")
    assert days("status") == [january, march]


def test_visits_are_replaced_by_month_and_branch(loading_url: str) -> None:
    def visit(on: str, branch: str = "gadc_ogre", **row) -> dict:
        return {"visit_date": on, "person_key": "anna", "branch": branch} | row

    other = "gadc_ciemupe"
    load(loading_url, visits=typed("visits", visit("2023-01-02", service_activity="a;b"), visit("2023-01-02", other)))
    load(loading_url, visits=typed("visits", visit("2023-01-09", service_activity="c"), visit("2023-02-09", other)))
    c = schema.visits.c
    assert rows_of(loading_url, c.visit_date, c.branch) == [
        (day("2023-01-02"), other),
        (day("2023-01-09"), "gadc_ogre"),
        (day("2023-02-09"), other),
    ]
    assert rows_of(loading_url, schema.visit_activities.c.service_activity) == [("c",)]


def test_the_same_file_again_changes_nothing(loading_url: str) -> None:
    first, second = typed("payments", payment("2023-01-05", 1)), typed("payments", payment("2023-01-05", 2))
    load(loading_url, members=people(), payments=first)
    before = everything(loading_url)
    with pytest.raises(AlreadyLoaded, match=r"payments\.csv"):
        load(loading_url, payments=first)
    with pytest.raises(AlreadyLoaded):
        load(loading_url, members=people())
    assert everything(loading_url) == before
    load(loading_url, payments=second)
    # Its rows are no longer there, so the first file is news.
    assert load(loading_url, payments=first).load_id == 3
    with pytest.raises(AlreadyLoaded):
        load(loading_url, payments=first)
    undo(loading_url, who="Juris")
    undo(loading_url, who="Juris")
    with pytest.raises(AlreadyLoaded):
        load(loading_url, payments=first)


def test_nothing_to_load(loading_url: str) -> None:
    with pytest.raises(NothingToLoad):
        load(loading_url, payments=typed("payments"))


@pytest.mark.parametrize("column", ["benefit_type", "branch", "territory"])
def test_what_refers_to_nothing_is_refused(loading_url: str, column: str) -> None:
    load(loading_url, members=people())
    before = everything(loading_url)
    wrong = {
        "benefit_type": {"payments": typed("payments", payment("2023-01-05", benefit_type="nothing"))},
        "branch": {"visits": typed("visits", {"visit_date": "2023-01-05", "person_key": "anna", "branch": "nothing"})},
        "territory": {"members": typed("members", {"household_key": "x", "person_key": "y", "territory": "nothing"})},
    }
    with pytest.raises(BrokenReference) as caught:
        load(loading_url, **wrong[column])
    assert column in str(caught.value)
    assert everything(loading_url) == before
    assert rows_of(loading_url, schema.loads.c.load_id) == [(1,)]


def test_real_records_are_not_mixed_with_the_demonstration(loading_url: str) -> None:
    with changing(sqlalchemy.make_url(loading_url)) as connection:
        connection.execute(
            insert(schema.loads).values(
                load_id=1, loaded_at=pd.Timestamp("2024-01-01").to_pydatetime(), demonstration=True, source="synthetic"
            )
        )
    with pytest.raises(DemonstrationPresent, match="migrate"):
        load(loading_url, members=people())
    with pytest.raises(NothingToUndo):
        undo(loading_url, who="Juris")


def test_a_database_of_another_version_is_refused(loading_url: str) -> None:
    with changing(sqlalchemy.make_url(loading_url)) as connection:
        connection.execute(update(schema.schema_version).values(version=schema.SCHEMA_VERSION + 1))
    with pytest.raises(DatabaseVersion):
        load(loading_url, members=people())
    with pytest.raises(DatabaseVersion):
        undo(loading_url, who="Juris")


def test_there_is_no_database(tmp_path) -> None:
    with pytest.raises(DatabaseMissing):
        load(f"duckdb:///{tmp_path / 'none.duckdb'}", members=people())
    assert not (tmp_path / "none.duckdb").exists()


def test_two_loads_at_once(loading_url: str) -> None:
    with changing(sqlalchemy.make_url(loading_url)), pytest.raises(BeingWritten):
        load(loading_url, members=people())
    load(loading_url, members=people())


def test_a_reader_goes_on_and_then_sees_the_whole(loading_url: str) -> None:
    load(loading_url, members=people(), payments=typed("payments", payment("2023-01-05", 100)))
    question = Question.of("spend", 2023)
    seen = []
    reader = open_database(loading_url)

    def progress(done: float, step: str) -> None:
        seen.append((step, open_database(loading_url).ask(question).value() if done < 1 else None))

    frame = typed("payments", payment("2023-01-06", 30), payment("2023-02-06", 3))
    apply(loading_url, {"payments": frame}, who="A", files=[file_of("payments", frame)], progress=progress)
    assert {value for _, value in seen[:-1]} == {100}
    assert {step for step, _ in seen} == {"preparing", "people", "records", "finishing"}
    database = open_database(loading_url)
    assert database is not reader
    assert database.ask(question).value() == 33


def rejected_rows(*rows: int) -> pd.DataFrame:
    return pd.DataFrame(
        [("payments", "payments.csv", "", row, "Summa", "0", "Summa ir nulle.") for row in rows],
        columns=["kind", "file_name", "sheet", "row", "column_name", "value", "reason"],
    )


def open_rejections(url: str) -> list[tuple]:
    c = schema.rejected_rows.c
    return [row[:2] for row in rows_of(url, c.load_id, c.row, c.resolved_by) if row[2] is None]


def test_mended_rows_are_added_and_close_the_rejected_ones(loading_url: str) -> None:
    frame = typed("payments", payment("2023-01-05", 100))
    warnings = pd.DataFrame([("payments", "Desmitkārt.", 202301, 1), ("payments", "Cits.", None, 2)])
    warnings.columns = ["kind", "warning", "month", "count"]
    apply(
        loading_url,
        {"payments": frame},
        who="A",
        files=[file_of("payments", frame, rejected=2)],
        rejected=rejected_rows(7, 9),
        warnings=warnings,
    )
    assert open_rejections(loading_url) == [(1, 7), (1, 9)]
    c = schema.load_warnings.c
    assert rows_of(loading_url, c.warning, c.month) == [("Cits.", None), ("Desmitkārt.", 202301)]

    mended = typed("payments", payment("2023-01-06", 20)).assign(row=9)
    files = [file_of("payments", mended, name="noraidītās rindas.xlsx")]
    apply(loading_url, {"payments": mended}, who="A", files=files, mends=1)
    assert amounts(loading_url) == [(day("2023-01-05"), 100), (day("2023-01-06"), 20)]
    assert open_rejections(loading_url) == [(1, 7)]
    undo(loading_url, who="A")
    assert open_rejections(loading_url) == [(1, 7), (1, 9)]
    assert amounts(loading_url) == [(day("2023-01-05"), 100)]


def test_a_file_that_comes_again_closes_what_was_rejected_of_it(loading_url: str) -> None:
    frame = typed("payments", payment("2023-01-05", 100))
    apply(loading_url, {"payments": frame}, who="A", files=[file_of("payments", frame)], rejected=rejected_rows(7))
    load(loading_url, payments=typed("payments", payment("2023-02-05")), names={"payments": "february.csv"})
    # Exports of every month may have the same name.
    load(loading_url, payments=typed("payments", payment("2023-03-05")))
    assert open_rejections(loading_url) == [(1, 7)]
    load(loading_url, payments=typed("payments", payment("2023-01-06")), names={"payments": "january again.csv"})
    assert open_rejections(loading_url) == []


def test_of_a_load_of_two_months_the_rows_of_the_month_that_comes_again_are_closed(loading_url: str) -> None:
    frame = typed("payments", payment("2023-01-05", 100), payment("2023-02-05", 100))
    files = [file_of("payments", frame.iloc[:1]), file_of("payments", frame.iloc[1:], name="february.csv")]
    rejected = pd.concat([rejected_rows(7), rejected_rows(9).assign(file_name="february.csv")])
    apply(loading_url, {"payments": frame}, who="A", files=files, rejected=rejected)
    assert open_rejections(loading_url) == [(1, 7), (1, 9)]
    load(loading_url, payments=typed("payments", payment("2023-01-06")))
    assert open_rejections(loading_url) == [(1, 9)]
