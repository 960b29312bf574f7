"""Generated towns in which everything can be confused, questions about them, and their slow answers."""

import random
from collections.abc import Collection
from datetime import date, timedelta

import pandas as pd
import pytest

from data_access import Question, dimension, dimensions, dimensions_of, measures
from tests.infrastructure.case_database import Case
from tests.infrastructure.slow_answers import slow_answer

# Ends and beginnings of years, quarters and months, leap days and days beside them.
DAYS = [
    date(2021, 12, 31),
    date(2022, 1, 1),
    date(2022, 6, 30),
    date(2022, 7, 1),
    date(2022, 12, 31),
    date(2023, 1, 1),
    date(2023, 2, 28),
    date(2023, 3, 1),
    date(2023, 3, 31),
    date(2023, 4, 1),
    date(2023, 4, 2),
    date(2023, 5, 14),
    date(2023, 5, 15),
    date(2023, 9, 30),
    date(2023, 12, 30),
    date(2023, 12, 31),
    date(2024, 1, 1),
    date(2024, 2, 28),
    date(2024, 2, 29),
    date(2024, 3, 1),
]
# Beside the ages that matter on those days, and on leap days.
BIRTHS = [
    None,
    date(2023, 4, 1),
    date(2019, 12, 31),
    date(2016, 12, 31),
    date(2017, 1, 1),
    date(2016, 2, 29),
    date(2010, 12, 31),
    date(2011, 1, 1),
    date(2006, 2, 28),
    date(2006, 3, 1),
    date(2005, 12, 31),
    date(2006, 1, 1),
    date(2004, 12, 31),
    date(2005, 4, 1),
    date(2004, 2, 29),
    date(1980, 5, 5),
    date(1959, 6, 30),
    date(1959, 7, 1),
    date(1958, 8, 31),
    date(1950, 1, 1),
]
PERIODS = ["2022", "2023", "2022..2023", "2023-H1", "2023-Q1", "2023-02", "2024-02", "2022-07-01..2023-05-14"]
PERIODS += ["2023-02-28..2023-04-01", "2023-12-31", "2024", "2021-12-31..2024-03-01"]
# Days of which nothing may have been loaded: a year, a month, and days that end in the middle of a month.
HOLES = [(date(2022, 1, 1), date(2022, 12, 31)), (date(2023, 2, 1), date(2023, 2, 28))]
HOLES += [(date(2023, 3, 10), date(2023, 4, 1)), (date(2023, 3, 31), date(2023, 3, 31))]
TERRITORIES = [None, "ogre", "ikskile"]
SEXES = [None, "female", "male"]
POPULATIONS = [None, "residents", "ukraine_civilians"]
DISABILITIES = [None, "with", "without"]
ACTIVITIES = [None, "employed", "unemployed", "public_works", "childcare_leave", "not_applicable"]
BENEFIT_TYPES = [None, "gmi", "housing_other", "housing_maintenance", "crisis", "birth"]
AREAS = ["depression", "anxiety", "violence", "parenting_difficulties"]
BRANCHES = ["gadc_ogre", "gadc_ciemupe", "saime"]
ACTIVITIES_DONE = ["shower", "gym", "aa_group"]


def fill(case: Case, choose) -> None:
    """A small town with everything that can be confused. `choose(list)` takes one of a list."""
    case.clear()
    homes = [_household(case, choose) for _ in range(choose([1, 2, 3]))]
    persons = [
        case.person(
            born=choose(BIRTHS), sex=choose(SEXES), disability=choose(DISABILITIES), population=choose(POPULATIONS)
        )
        for _ in range(choose([1, 3, 5]))
    ]
    for person in persons:
        for home in {choose(homes), choose(homes)}:
            _membership(case, choose, home, person)
    for home in homes:
        for status in ("needy", "low_income"):
            _decisions(case, choose, home, status)
    for _ in range(choose([0, 2, 6])):
        case.payment(
            choose(homes),
            choose(DAYS),
            cents=choose([1, 12345, 999, -999]),
            benefit_type=choose(BENEFIT_TYPES),
            form=choose([None, "cash", "in_kind"]),
            status=choose([None, "none", "needy", "low_income"]),
            territory=choose(TERRITORIES),
            person=choose([None, *persons]),
        )
    for code, workload in (("PS1", "full_time"), ("PS2", "part_time")):
        case.psychologist(code, workload)
    for _ in range(choose([0, 2, 5])):
        case.consultation(
            choose(persons),
            choose(DAYS),
            attendance=choose([None, "attended", "attended", "missed"]),
            psychologist=choose([None, "PS1", "PS2"]),
        )
    for person in persons:
        for area in {choose([None, *AREAS]), choose([None, *AREAS])} - {None}:
            first, last = _span(choose)
            case.area(person, area, first, last)
    for _ in range(choose([0, 2, 5])):
        case.function(choose(DAYS), choose(["perpetrators_group", "covision"]), choose([None, *persons]))
    for _ in range(choose([0, 2, 6])):
        done = {choose([None, *ACTIVITIES_DONE]), choose([None, *ACTIVITIES_DONE])} - {None}
        case.visit(choose(persons), choose(DAYS), choose(BRANCHES), activities=tuple(sorted(done)))
    for subject in ("assistance", "status", "psychologists", "day_centres"):
        if until := choose([None, date(2023, 3, 31), date(2023, 5, 14), date(2024, 3, 1)]):
            _load(case, choose, subject, choose([date(2021, 12, 31), date(2023, 1, 1)]), until)
            _forget_after(case, subject, until)


def _load(case: Case, choose, subject: str, first: date, until: date) -> None:
    """One load, or two with a hole between them that perhaps a load that was undone had filled."""
    hole = choose([None, *HOLES])
    if hole is None or not first < hole[0] or not hole[1] < until:
        return case.load(subject, first, until)
    case.load(subject, first, hole[0] - timedelta(days=1))
    case.load(subject, hole[1] + timedelta(days=1), until)
    if choose([False, True]):
        case.load(subject, *hole, undone=True)


def _span(choose) -> tuple[date, date | None]:
    first, last = choose(DAYS), choose([None, *DAYS])
    return (last, first) if last and last < first else (first, last)


def _household(case: Case, choose) -> int:
    """Somebody who moves once, or never, or whose residence is not known."""
    home = case.household(population=choose(POPULATIONS), lives_in=None)
    moved = choose([None, *DAYS])
    if moved:
        case.residence(home, choose(TERRITORIES), valid_to=moved - timedelta(days=1))
        case.residence(home, choose(TERRITORIES), moved)
    elif where := choose(TERRITORIES):
        case.residence(home, where)
    return home


def _membership(case: Case, choose, home: int, person: int) -> None:
    """A member who perhaps changes work, which ends one row and begins the next."""
    first, last = _span(choose)
    changed = choose([None, *DAYS])
    if changed and first < changed and (last is None or changed <= last):
        case.member(home, person, activity=choose(ACTIVITIES), valid_from=first, valid_to=changed - timedelta(days=1))
        first = changed
    case.member(home, person, activity=choose(ACTIVITIES), valid_from=first, valid_to=last)


def _decisions(case: Case, choose, home: int, status: str) -> None:
    """One household's decisions of one status, which do not overlap: some renewed at once, some after a pause."""
    after = None
    for _ in range(choose([0, 1, 2, 3])):
        first, last = _span(choose)
        if after is None or first > after:
            case.status(home, first, last, status=status, kind=choose(["granted", "renewed"]))
            after = last
            if last is None:
                return


def _forget_after(case: Case, subject: str, until: date) -> None:
    """What happened after the last day of the data is not in the data."""
    dates = {
        "assistance": ("payments", "payment_date"),
        "psychologists": ("consultations", "consultation_date"),
        "day_centres": ("visits", "visit_date"),
        "status": ("status_decisions", "valid_from"),
    }
    table, column = dates[subject]
    case.rows[table] = [row for row in case.rows[table] if row[column] <= until]
    if subject == "psychologists":
        functions = case.rows["psychologist_functions"]
        case.rows["psychologist_functions"] = [row for row in functions if row["function_date"] <= until]
    visits = {row["visit_id"] for row in case.rows["visits"]}
    case.rows["visit_activities"] = [row for row in case.rows["visit_activities"] if row["visit_id"] in visits]


def any_question(choose, values, among: Collection[str] | None = None) -> Question:
    """One or two measures, of some or of all, up to three dimensions, up to two filters that both measures allow."""
    among = list(among or measures())
    asked = sorted({choose(among), choose(among)})
    possible = [name for name in dimensions() if all(name in dimensions_of(code) for code in asked)]
    by = list(dict.fromkeys(choose(possible) for _ in range(choose([0, 1, 2, 3]))))
    categories = [name for name in possible if dimension(name).kind == "category"]
    where = {}
    for _ in range(choose([0, 0, 1, 2]) if categories else 0):
        name = choose(categories)
        where[name] = sorted({choose(["unknown", *values(name)]) for _ in range(2)})
    ages = choose(["period", "each_year"]) if "year" in by else "period"
    return Question.of(asked, choose(PERIODS), by, where, ages=ages)


def assert_same(case: Case, question: Question) -> None:
    """The complete frame: every row once, every figure."""
    frame = case.database.ask(question).frame
    assert list(frame.columns) == [*question.by, *question.measures]
    fast = {
        tuple(row[: len(question.by)]): dict(zip(question.measures, row[len(question.by) :], strict=True))
        for row in frame.itertuples(index=False)
    }
    assert len(fast) == len(frame), "a row stands twice"
    slow = slow_answer(case.rows, question)
    assert sorted(fast) == sorted(slow)
    for key, figures in slow.items():
        for code, figure in figures.items():
            found = None if pd.isna(fast[key][code]) else fast[key][code]
            assert found == (pytest.approx(figure) if isinstance(figure, float) else figure), (key, code)


@pytest.fixture(scope="module")
def town(new_case):
    """One generated town an engine, the same in every run, big enough that no dimension is empty."""
    towns: dict[str, Case] = {}

    def of(engine: str) -> Case:
        if engine not in towns:
            towns[engine] = new_case(engine, "town")
            fill_town(towns[engine])
        return towns[engine]

    return of


def fill_town(case: Case) -> None:
    chance = random.Random(2023)

    def many(values: list):
        # Of a choice of numbers always the most.
        return values[-1] if all(isinstance(value, int) and value < 10 for value in values) else chance.choice(values)

    fill(case, many)
