"""The psychologists' and the day centres' demonstration records, counted row by row against the report."""

import csv
from collections import Counter, defaultdict
from collections.abc import Iterable
from datetime import date
from itertools import pairwise
from pathlib import Path
from types import SimpleNamespace

import pandas as pd
import pytest

from data_access.demo.day_centres import EMERGENCY, day_centre_records
from data_access.demo.psychologists import psychologist_records
from data_access.demo.working_days import public_holidays, working_days

DATA_ACCESS = Path(__file__).resolve().parents[1] / "data_access"


def read(name: str) -> list[dict[str, str]]:
    with open(DATA_ACCESS / name, encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


READINGS = {row["figure_id"]: row["reading"] for row in read("published/readings.csv")}
PUBLISHED = {row["figure_id"]: row["value"] for row in read("published/published_figures.csv")} | READINGS
CATEGORIES = read("reference/problem_categories.csv")
BRANCHES = {row["branch"] for row in read("reference/branches.csv")}
ACTIVITIES = {row["code"] for row in read("reference/vocabulary.csv") if row["dimension"] == "service_activity"}
AREAS = {row["problem_area"] for row in read("reference/problem_areas.csv")}


def published(figure_id: str) -> int:
    return int(PUBLISHED[figure_id])


def rows(frame: pd.DataFrame) -> list[SimpleNamespace]:
    """Rows with plain Python values, dates as dates, missing ones as None."""

    def plain(value):
        if pd.isna(value):
            return None
        return value.date() if isinstance(value, pd.Timestamp) else value

    return [
        SimpleNamespace(**{name: plain(value) for name, value in zip(frame.columns, row, strict=True)})
        for row in frame.itertuples(index=False)
    ]


def group(person: SimpleNamespace, year: int) -> str:
    """girls, boys, women or men on 31 December."""
    if person.birth_date is None or person.sex is None:
        return "unknown"
    child = year - person.birth_date.year < 18
    return {
        ("female", True): "girls",
        ("male", True): "boys",
        ("female", False): "women",
        ("male", False): "men",
    }[person.sex, child]


@pytest.fixture(scope="module", params=[2023, 7])
def psychology(request):
    records = {name: rows(frame) for name, frame in psychologist_records(request.param).items()}
    functions = records["psychologist_functions"]
    took_part = {function.person_id for function in functions} - {None}
    everybody = {person.person_id: person for person in records["persons"]}
    persons = {number: person for number, person in everybody.items() if number not in took_part}
    clients = {
        year: {
            c.person_id
            for c in records["consultations"]
            if c.attendance == "attended" and c.consultation_date.year == year
        }
        for year in (2022, 2023)
    }
    further = {"persons": persons, "everybody": everybody, "functions": functions, "clients": clients}
    return SimpleNamespace(**records | further)


@pytest.fixture(scope="module", params=[2023, 7])
def centres(request):
    records = {name: rows(frame) for name, frame in day_centre_records(request.param).items()}
    activities = defaultdict(set)
    for row in records["visit_activities"]:
        activities[row.visit_id].add(row.service_activity)
    persons = {person.person_id: person for person in records["persons"]}
    return SimpleNamespace(**records | {"persons": persons, "activities": activities})


# ── psychologists ────────────────────────────────────────────────────────────────────────────────


def test_one_seed_gives_the_same_records_twice():
    for make in (psychologist_records, day_centre_records):
        first, second = make(5), make(5)
        for name in first:
            pd.testing.assert_frame_equal(first[name], second[name])


def test_clients_of_2023(psychology):
    clients = [psychology.persons[number] for number in psychology.clients[2023]]
    residents = [c for c in clients if c.population == "residents"]
    assert len(clients) == published("psych.persons.all.2023")
    assert len(clients) - len(residents) == published("psych.persons.ukraine.2023")
    everybody, resident = Counter(group(c, 2023) for c in clients), Counter(group(c, 2023) for c in residents)
    for name in ("girls", "boys", "women", "men"):
        assert everybody[name] == published(f"psych.persons.all.{name}.2023")
        assert resident[name] == published(f"psych.persons.residents.{name}.2023")


def test_resident_children_by_age(psychology):
    counted = Counter()
    for number in psychology.clients[2023]:
        person = psychology.persons[number]
        age = 2023 - person.birth_date.year
        if person.population == "residents" and age < 18:
            ages = "0_6" if age <= 6 else "7_12" if age <= 12 else "13_17"
            counted[f"{group(person, 2023)}_{ages}"] += 1
    chart = "psych_chart.children_age."
    assert counted == {
        name.removeprefix(chart).removesuffix(".2023"): int(value)
        for name, value in PUBLISHED.items()
        if name.startswith(chart) and "total" not in name
    }


@pytest.mark.parametrize("year", [2022, 2023])
def test_consultations(psychology, year):
    held = Counter(c.attendance for c in psychology.consultations if c.consultation_date.year == year)
    assert held["attended"] == published(f"psych.visits.attended.{year}")
    assert held["missed"] == published(f"psych.visits.missed.{year}")
    assert held.total() == published(f"psych.visits.total.{year}")


def test_fewer_clients_than_the_year_before(psychology):
    assert len(psychology.clients[2022]) > len(psychology.clients[2023])


@pytest.mark.parametrize(("age_class", "chart"), [("child", "children_problem"), ("adult", "adults_problem")])
def test_problem_categories_of_residents(psychology, age_class, chart):
    names = {
        frozenset(row["problem_areas"].split(";")): row["problem_category"]
        for row in CATEGORIES
        if row["age_class"] == age_class and row["problem_areas"]
    }
    in_force = defaultdict(set)
    for row in psychology.client_problem_areas:
        if row.valid_from <= date(2023, 12, 31) and (row.valid_to is None or row.valid_to >= date(2023, 1, 1)):
            in_force[row.person_id].add(row.problem_area)
    counted = Counter()
    for number in psychology.clients[2023]:
        person = psychology.persons[number]
        of_class = (2023 - person.birth_date.year < 18) == (age_class == "child")
        if person.population == "residents" and of_class:
            areas = frozenset(in_force[number])
            assert areas
            assert areas in names or len(areas) > 1, "a single area is no combination"
            counted[names.get(areas, "combined_problems")] += 1
    for row in CATEGORIES:
        if row["age_class"] == age_class:
            expected = published(f"psych_chart.{chart}.{row['problem_category']}.2023")
            assert counted[row["problem_category"]] == expected, row["problem_category"]


def test_psychologists(psychology):
    workloads = Counter(p.workload for p in psychology.psychologists)
    assert workloads["full_time"] == published("psych.staff.full_time.2023")
    assert workloads["part_time"] == published("psych.staff.part_time.2023")
    began = [p for p in psychology.psychologists if p.employed_from.year == 2023]
    assert len(began) == published("psych.staff.newly_started.2023")
    since = {p.psychologist: p.employed_from for p in psychology.psychologists}
    for c in psychology.consultations:
        assert c.psychologist is None or c.consultation_date >= since[c.psychologist]


def test_consultations_are_on_working_days_and_one_a_day(psychology):
    open_days = {*working_days(2022), *working_days(2023)}
    assert {c.consultation_date for c in psychology.consultations} <= open_days
    pairs = Counter((c.person_id, c.consultation_date) for c in psychology.consultations)
    assert pairs.most_common(1)[0][1] == 1
    a_day = Counter((c.psychologist, c.consultation_date) for c in psychology.consultations if c.psychologist)
    assert a_day.most_common(1)[0][1] <= 5
    months = Counter(c.consultation_date.month for c in psychology.consultations)
    assert min(months, key=months.get) == 7


def test_most_clients_keep_their_psychologist(psychology):
    seen = defaultdict(set)
    for c in psychology.consultations:
        seen[c.person_id].add(c.psychologist)
    assert sum(len(codes) == 1 for codes in seen.values()) > 0.8 * len(seen)


def test_problem_areas_fit_their_clients(psychology):
    assert {row.problem_area for row in psychology.client_problem_areas} <= AREAS
    attended = defaultdict(list)
    for c in psychology.consultations:
        if c.attendance == "attended":
            attended[c.person_id].append(c.consultation_date)
    periods = defaultdict(list)
    for row in psychology.client_problem_areas:
        assert row.valid_from in attended[row.person_id], "an area is found in a consultation that took place"
        assert row.valid_to is None or row.valid_to >= row.valid_from
        periods[row.person_id, row.problem_area].append((row.valid_from, row.valid_to or date.max))
    for spans in periods.values():
        spans.sort()
        assert all(before[1] < after[0] for before, after in pairwise(spans))


def test_some_things_are_unknown_before_2023_only(psychology):
    with_area = {row.person_id for row in psychology.client_problem_areas}
    assert psychology.clients[2022] - with_area
    assert psychology.clients[2023] <= with_area
    unborn = {number for number, person in psychology.persons.items() if person.birth_date is None}
    assert unborn
    assert unborn <= psychology.clients[2022] - psychology.clients[2023]


def test_other_functions_and_who_took_part(psychology):
    for function in ("perpetrators_group", "student_practice", "covision"):
        held = [row for row in psychology.functions if row.psychologist_function == function]
        assert len(held) == published(f"psych.{function}.consultations.2023")
        assert all(row.function_date.weekday() < 5 for row in held)
    took_part = {
        function: {row.person_id for row in psychology.functions if row.psychologist_function == function}
        for function in ("perpetrators_group", "student_practice")
    }
    assert len(took_part["perpetrators_group"]) == published("psych.perpetrators_group.clients.2023")
    assert len(took_part["student_practice"]) == published("psych.student_practice.students.2023")
    assert not took_part["perpetrators_group"] & took_part["student_practice"]
    assert set().union(*took_part.values()) <= set(psychology.everybody) - set(psychology.persons)


def test_some_never_came_and_are_no_clients(psychology):
    assert set(psychology.persons) - psychology.clients[2022] - psychology.clients[2023]


# ── day centres ──────────────────────────────────────────────────────────────────────────────────


def visitor_group(person: SimpleNamespace, year: int) -> str:
    found = group(person, year)
    return "adults" if found in ("women", "men") else found


def of_gadc(centres: SimpleNamespace, year: int) -> Iterable[SimpleNamespace]:
    return (v for v in centres.visits if v.branch.startswith("gadc_") and v.visit_date.year == year)


@pytest.mark.parametrize("year", [2019, 2020, 2021, 2022, 2023])
def test_family_support_visits(centres, year):
    counted = Counter(visitor_group(centres.persons[v.person_id], year) for v in of_gadc(centres, year))
    for name in ("girls", "boys", "adults"):
        assert counted[name] == published(f"gadc.visits.{name}.{year}")
    assert counted.total() == published(f"gadc.visits.total.{year}")


def test_family_support_branches_2023(centres):
    visits, visitors = Counter(), defaultdict(set)
    for v in of_gadc(centres, 2023):
        where = v.branch.removeprefix("gadc_"), visitor_group(centres.persons[v.person_id], 2023)
        visits[where] += 1
        visitors[where].add(v.person_id)
    for branch in ("ogre", "ogresgals", "ciemupe"):
        for name in ("girls", "boys", "adults"):
            assert visits[branch, name] == published(f"gadc.visits.{branch}.{name}.2023")
            assert len(visitors[branch, name]) == published(f"gadc.persons.{branch}.{name}.2023")
    assert len(set().union(*visitors.values())) == published("gadc.persons.all.total.2023")


def test_some_children_had_two_branches_before_2023(centres):
    for year in (2019, 2020, 2021, 2022, 2023):
        branches = defaultdict(set)
        for v in of_gadc(centres, year):
            branches[v.person_id].add(v.branch)
        assert any(len(seen) == 2 for seen in branches.values()) == (year < 2023)


def test_many_children_come_in_several_quarters_and_years(centres):
    quarters, years = defaultdict(set), defaultdict(set)
    for v in centres.visits:
        if v.branch.startswith("gadc_"):
            years[v.person_id].add(v.visit_date.year)
            if v.visit_date.year == 2023:
                quarters[v.person_id].add((v.visit_date.month - 1) // 3)
    assert sum(len(seen) for seen in quarters.values()) > len(quarters)
    assert sum(len(seen) > 1 for seen in years.values()) > 300


def test_branches_were_closed_in_the_emergency(centres):
    first, last, _ = EMERGENCY[0]
    assert not [v for v in centres.visits if first <= v.visit_date <= last]


def test_saime(centres):
    clients = {v.person_id for v in centres.visits if v.branch == "saime"}
    groups = Counter(group(centres.persons[number], 2023) for number in clients)
    assert len(clients) == published("saime.clients.2023")
    assert groups == {
        "men": published("saime.clients.male.2023"),
        "women": published("saime.clients.female.2023"),
    }


def test_social_day_care_centre(centres):
    visits = [v for v in centres.visits if v.branch == "social_day_care_centre"]
    assert len(visits) == published("sdac.visits.total.2023")
    counted = Counter()
    for v in visits:
        for activity in centres.activities[v.visit_id]:
            counted[activity] += 1
            if activity in ("ergotherapy", "physiotherapy"):
                child = group(centres.persons[v.person_id], 2023) in ("girls", "boys")
                counted[activity, "children" if child else "adults"] += 1
    not_visits = {"visits.total", "camp_iespeja", "nordic_walking.frequency", "bread_loaves"}
    other_names = {
        "packages": "food_and_hygiene_packages",
        "pensioners_association": "lielvarde_pensioners_association",
        "life_skills_group": "support_group_life_skills",
        "stroke_group": "support_group_after_stroke",
        "laundry_wash": "laundry_washing",
        "laundry_dry": "laundry_drying",
        "aa_groups": "aa_group",
    }
    for figure_id in PUBLISHED:
        if figure_id.startswith("sdac."):
            name = figure_id.removeprefix("sdac.").removesuffix(".2023")
            if name in not_visits:
                continue
            activity, _, ages = name.partition(".")
            expected = published(figure_id)
            assert counted[(activity, ages) if ages else other_names.get(activity, activity)] == expected, name
    assert any(len(activities) > 1 for activities in centres.activities.values())
    assert any(not centres.activities.get(v.visit_id) for v in visits), "creative sessions have no number"


def test_visits_are_on_open_days_and_one_a_day(centres):
    assert {v.branch for v in centres.visits} == BRANCHES
    assert {a for activities in centres.activities.values() for a in activities} <= ACTIVITIES
    free = {day for year in range(2019, 2024) for day in public_holidays(year)}
    for v in centres.visits:
        assert v.visit_date not in free
        assert v.visit_date.weekday() != 6
    pairs = Counter((v.person_id, v.branch, v.visit_date) for v in centres.visits)
    assert pairs.most_common(1)[0][1] == 1


def test_everybody_was_born_before_coming_and_nobody_only_stands_in_the_list(centres, psychology):
    for records, came in (
        (centres, [(v.person_id, v.visit_date) for v in centres.visits]),
        (psychology, [(c.person_id, c.consultation_date) for c in psychology.consultations]),
    ):
        assert {number for number, _ in came} == set(records.persons)
        for number, day in came:
            birth = records.persons[number].birth_date
            assert birth is None or (day - birth).days > 2 * 365
        assert len({person.person_key for person in records.persons.values()}) == len(records.persons)


def test_ukrainian_civilians_come_after_the_war_began(centres, psychology):
    def first_days(records, came):
        return [day for number, day in came if records.persons[number].population == "ukraine_civilians"]

    visits = first_days(centres, [(v.person_id, v.visit_date) for v in centres.visits])
    consultations = first_days(psychology, [(c.person_id, c.consultation_date) for c in psychology.consultations])
    assert min(visits) > date(2022, 2, 24)
    assert min(consultations) > date(2022, 2, 24)


# ── working days ─────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    "day",
    [
        date(2019, 5, 6),  # 4 May was a Saturday
        date(2020, 4, 10),  # Good Friday
        date(2022, 4, 18),  # Easter Monday
        date(2023, 5, 29),  # made free for this year
        date(2023, 6, 23),
        date(2023, 11, 20),  # 18 November was a Saturday
    ],
)
def test_public_holidays(day):
    assert day not in working_days(day.year)
