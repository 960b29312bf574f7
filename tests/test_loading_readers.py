"""Readers go on while loads are applied and undone: every answer is that of exactly one state, never of two."""

import threading

import pytest

from data_access import database as database_module
from data_access import open_database
from data_access.errors import DataChanged
from data_access.loading.applying import apply, undo
from data_access.question import Question
from tests.infrastructure.loading import file_of, typed

QUESTION = Question.of(("spend", "households_assisted", "visits"), "2023", by=("month",))
MONTHS = ("2023-01", "2023-02", "2023-03")


def cases(number: int) -> dict:
    """Load `number` brings so many payments of so many households, a visit each, and the month of that number."""
    payments, visits = [], []
    for home in range(number):
        for month in MONTHS[:number]:
            payments.append({"household_key": f"h{home}", "payment_date": f"{month}-05", "cents": 1000 + number})
            visits.append({"visit_date": f"{month}-06", "person_key": f"p{home}"})
    return {"payments": typed("payments", *payments), "visits": typed("visits", *visits)}


def state(number: int) -> tuple:
    """What the answer is after load `number`: figures of each month and of the year, and the last day with data."""
    months = [(number * (1000 + number), number, number)] * number + [(None, None, None)] * (3 - number)
    whole = (number * number * (1000 + number), number, number * number)
    return (*months, whole, f"2023-0{number}-{(31, 28, 31)[number - 1]}")


def seen(answer) -> tuple:
    figures = [
        tuple(answer.value(code, month=month) or None for code in QUESTION.measures) for month in (*MONTHS, "total")
    ]
    return (*figures, answer.as_of.data_until.isoformat())


def load(url: str, number: int) -> None:
    accepted = cases(number)
    apply(url, accepted, who="A", files=[file_of(kind, frame) for kind, frame in accepted.items()])


def test_no_answer_mixes_two_loads(loading_url: str) -> None:
    load(loading_url, 1)
    found: set[tuple] = set()
    over, answered = threading.Event(), threading.Semaphore(0)

    def read() -> None:
        while not over.is_set():
            try:
                found.add(seen(open_database(loading_url).ask(QUESTION)))
            except DataChanged:  # between opening and asking
                continue
            answered.release()

    readers = [threading.Thread(target=read) for _ in range(2)]
    for reader in readers:
        reader.start()
    try:
        for change in ("load 2", "load 3", "undo", "load 3", "undo", "undo"):
            undo(loading_url, who="A") if change == "undo" else load(loading_url, int(change[-1]))
            for _ in range(4):
                assert answered.acquire(timeout=60)
    finally:
        over.set()
        for reader in readers:
            reader.join()
    assert found == {state(number) for number in (1, 2, 3)}


@pytest.mark.parametrize("known", [True, False])
def test_a_database_that_was_opened_before_a_load_answers_of_one_state(loading_url: str, known: bool) -> None:
    load(loading_url, 1)
    database = open_database(loading_url)
    if known:
        assert seen(database.ask(QUESTION)) == state(1)
    load(loading_url, 3)
    if loading_url.startswith("duckdb"):  # a file stays as it was opened
        assert seen(database.ask(QUESTION)) == state(1)
    else:  # a server has the new rows only, and they are not those of the version that was opened
        with pytest.raises(DataChanged):
            database.ask(QUESTION)
    assert seen(open_database(loading_url).ask(QUESTION)) == state(3)


@pytest.mark.postgres
def test_a_load_that_ends_while_an_answer_is_put_together_is_not_half_in_it(new_loading_url, monkeypatch) -> None:
    url = new_loading_url("postgresql")
    load(url, 1)
    database = open_database(url)
    answer_from_rows = database_module.answer_from_rows

    def late(*arguments):
        load(url, 2)
        monkeypatch.setattr(database_module, "answer_from_rows", answer_from_rows)
        return answer_from_rows(*arguments)

    monkeypatch.setattr(database_module, "answer_from_rows", late)
    assert seen(database.ask(QUESTION)) == state(1)
    assert seen(open_database(url).ask(QUESTION)) == state(2)
