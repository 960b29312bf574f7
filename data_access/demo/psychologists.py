"""Demonstration records of the psychologists' clients and consultations, 2022 and 2023.

What the annual report prints is met exactly: clients of 2023 by population, sex and age group, their
problem categories, consultations attended and missed in both years. Everything else is invented.
"""

import csv
from collections import Counter
from dataclasses import dataclass, field
from datetime import date, timedelta
from functools import cache
from pathlib import Path

import numpy as np
import pandas as pd

from data_access.demo.draw import age_at_year_end, births, key, pick, spread, uneven
from data_access.demo.targets import count
from data_access.demo.working_days import working_days

FIRST_PERSON = 1_000_000
FIRST_PARTICIPANT = 1_400_000
YEARS = (2022, 2023)

# Invented: the report only says that 2022 had more clients than 2023.
CLIENTS_2022 = 281
STAYED_FROM_2022 = 112
ONLY_2022 = {
    ("residents", "female", "18_plus"): 86,
    ("residents", "male", "18_plus"): 17,
    ("residents", "female", "13_17"): 16,
    ("residents", "male", "13_17"): 9,
    ("residents", "female", "7_12"): 13,
    ("residents", "male", "7_12"): 14,
    ("residents", "female", "0_6"): 1,
    ("residents", "male", "0_6"): 1,
    ("ukraine_civilians", "female", "18_plus"): 7,
    ("ukraine_civilians", "male", "18_plus"): 1,
    ("ukraine_civilians", "female", "7_12"): 2,
    ("ukraine_civilians", "male", "7_12"): 2,
}
UKRAINE_2023 = {"women": 9, "men": 2, "girls": 2, "boys": 7}  # what is left of all clients without residents
NEVER_CAME = {2022: 9, 2023: 7}  # missed every appointment: no clients
UKRAINIANS_FROM = date(2022, 3, 15)
WITHOUT_AREA_2022 = 7
WITHOUT_BIRTH_DATE_2022 = 2
WITHOUT_PSYCHOLOGIST_2022 = 5

AGES = {"0_6": (4, 6), "7_12": (7, 12), "13_17": (13, 17), "18_plus": (18, 78)}
USUAL_AGE = {"18_plus": 36.0}

PSYCHOLOGISTS = [
    ("PS1", "full_time", date(2016, 3, 1)),
    ("PS2", "full_time", date(2018, 9, 3)),
    ("PS3", "full_time", date(2021, 7, 1)),
    ("PS4", "part_time", date(2021, 7, 1)),
    ("PS5", "full_time", date(2023, 1, 9)),
    ("PS6", "part_time", date(2023, 3, 1)),
]
# Other functions: the months in which they were, and the published number of those who took part.
FUNCTIONS = {
    "perpetrators_group": (range(1, 13), "psych.perpetrators_group.clients.2023"),
    "student_practice": ((2, 3), "psych.student_practice.students.2023"),
    "covision": ((5,), None),
}
BUSY_MONTHS = {6: 0.8, 7: 0.3, 8: 0.7, 12: 0.8}
MOST_A_YEAR = 30
MOST_A_DAY = 5
CHANGES_PSYCHOLOGIST = 0.06

# How often an area is one of several; the report counts the combinations, not what they are made of.
COMBINED_CHILD = {
    "anxiety": 10,
    "emotion_regulation": 9,
    "behaviour_disorder": 9,
    "adolescence": 8,
    "family_conflicts": 8,
    "depression": 5,
    "conflicts_outside_family": 4,
    "violence": 4,
    "parenting_difficulties": 4,
    "bullying": 4,
    "loss_grief": 3,
    "support_in_proceedings": 3,
    "autism_spectrum": 2,
    "self_harm": 2,
    "post_traumatic_stress": 1,
    "mental_illness_disability": 1,
    "addiction": 1,
    "suicidal_thoughts": 1,
}
COMBINED_ADULT = {
    "parenting_difficulties": 12,
    "anxiety": 11,
    "depression": 9,
    "adolescence": 9,
    "family_conflicts": 9,
    "violence": 5,
    "loss_grief": 5,
    "burnout": 5,
    "support_in_proceedings": 4,
    "emotion_regulation": 4,
    "addiction": 3,
    "conflicts_outside_family": 3,
    "mental_illness_disability": 2,
    "post_traumatic_stress": 2,
    "suicidal_thoughts": 1,
}
NOT_BEFORE_11 = {"adolescence", "addiction", "self_harm", "suicidal_thoughts", "harmful_sexual_behaviour"}
NOT_BEFORE_7 = NOT_BEFORE_11 | {"depression", "bullying", "burnout"}


@dataclass
class Client:
    person_id: int
    population: str
    sex: str | None
    birth: date
    years: tuple[int, ...]
    areas: frozenset[str] = frozenset()  # in force at some time in the client's last year
    psychologist: str = ""
    attended: dict[int, list[date]] = field(default_factory=dict)
    missed: dict[int, list[date]] = field(default_factory=dict)

    def age_class(self, year: int) -> str:
        return "child" if age_at_year_end(self.birth, year) < 18 else "adult"


def psychologist_records(seed: int) -> dict[str, pd.DataFrame]:
    """Tables persons, psychologists, consultations and client_problem_areas, without load_id."""
    rng = np.random.default_rng([seed, 1])
    clients = _clients(rng)
    _choose_areas(rng, clients)
    _hold_consultations(rng, clients)
    consultations = _consultations(rng, clients)
    return {
        "persons": _persons(rng, clients),
        "psychologists": pd.DataFrame(
            [(*psychologist, None) for psychologist in PSYCHOLOGISTS],
            columns=["psychologist", "workload", "employed_from", "employed_to"],
        ),
        "consultations": consultations,
        "psychologist_functions": _functions(rng),
        "client_problem_areas": _client_problem_areas(rng, clients),
    }


# ── who ──────────────────────────────────────────────────────────────────────────────────────────


def _groups_2023() -> dict[tuple[str, str, str], int]:
    """Clients of 2023 by population, sex and age group."""
    sexes = {"girls": "female", "boys": "male"}
    groups = {
        ("residents", sexes[children], ages): count(f"psych_chart.children_age.{children}_{ages}.2023")
        for children in sexes
        for ages in ("0_6", "7_12", "13_17")
    }
    groups["residents", "female", "18_plus"] = count("psych.persons.residents.women.2023")
    groups["residents", "male", "18_plus"] = count("psych.persons.residents.men.2023")
    groups["ukraine_civilians", "female", "18_plus"] = UKRAINE_2023["women"]
    groups["ukraine_civilians", "male", "18_plus"] = UKRAINE_2023["men"]
    groups["ukraine_civilians", "female", "7_12"] = UKRAINE_2023["girls"]
    boys = UKRAINE_2023["boys"]
    groups["ukraine_civilians", "male", "7_12"] = boys - boys // 2
    groups["ukraine_civilians", "male", "13_17"] = boys // 2
    return groups


def _clients(rng: np.random.Generator) -> list[Client]:
    """Clients, and after them those who missed every appointment."""
    clients: list[Client] = []

    def add(groups: dict[tuple[str, str, str], int], year: int) -> None:
        for (population, sex, ages), size in groups.items():
            for birth in births(rng, year, *AGES[ages], size, USUAL_AGE.get(ages)):
                clients.append(Client(FIRST_PERSON + len(clients), population, sex, birth, (year,)))

    add(_groups_2023(), 2023)
    for place in rng.choice(len(clients), STAYED_FROM_2022, replace=False):
        clients[place].years = YEARS
    add(ONLY_2022, 2022)
    for year, size in NEVER_CAME.items():
        add({("residents", "female", "18_plus"): size - 2, ("residents", "male", "13_17"): 2}, year)
    return clients


def _never_came(clients: list[Client]) -> list[Client]:
    return clients[-sum(NEVER_CAME.values()) :]


def _persons(rng: np.random.Generator, clients: list[Client]) -> pd.DataFrame:
    only_2022 = [c for c in clients if c.years == (2022,) and c.population == "residents" and any(c.attended.values())]
    unknown = {c.person_id for c in only_2022[:: len(only_2022) // WITHOUT_BIRTH_DATE_2022][:WITHOUT_BIRTH_DATE_2022]}
    known = pd.DataFrame(
        {
            "person_id": [c.person_id for c in clients],
            "person_key": [key(rng) for _ in clients],
            "birth_date": pd.to_datetime([None if c.person_id in unknown else c.birth for c in clients]),
            "sex": [c.sex for c in clients],
            "disability": [
                "with" if "mental_illness_disability" in c.areas or rng.random() < 0.06 else "without" for c in clients
            ],
            "population": [c.population for c in clients],
        }
    )
    # Of those who took part in a group or a practice nothing is known but that they did.
    others = pd.DataFrame({"person_id": _participants(), "person_key": [key(rng) for _ in _participants()]})
    return pd.concat([known, others], ignore_index=True)


# ── why ──────────────────────────────────────────────────────────────────────────────────────────


@cache
def _named_sets(age_class: str) -> dict[str, frozenset[str]]:
    """The report's categories of one age class and the sets of areas they stand for."""
    path = Path(__file__).parent.parent / "reference" / "problem_categories.csv"
    with open(path, encoding="utf-8", newline="") as file:
        return {
            row["problem_category"]: frozenset(filter(None, row["problem_areas"].split(";")))
            for row in csv.DictReader(file)
            if row["age_class"] == age_class
        }


def _choose_areas(rng: np.random.Generator, clients: list[Client]) -> None:
    residents = [
        c for c in clients if 2023 in c.years and c.population == "residents" and c not in _never_came(clients)
    ]
    for age_class, chart in (("child", "children_problem"), ("adult", "adults_problem")):
        _give_categories(rng, [c for c in residents if c.age_class(2023) == age_class], age_class, chart)
    before = [c for c in clients if c.years == (2022,) and c not in _never_came(clients)]
    without = {c.person_id for c in before[3 :: len(before) // WITHOUT_AREA_2022][:WITHOUT_AREA_2022]}
    for client in clients:
        if client.population == "ukraine_civilians":
            client.areas = _areas_of_ukrainian(rng)
        elif client in before and client.person_id not in without:
            client.areas = _areas_before(rng, client)


def _give_categories(rng: np.random.Generator, clients: list[Client], age_class: str, chart: str) -> None:
    """As many clients in each category as the report's chart has; the ones for teenagers to teenagers."""
    categories = []
    for category, areas in _named_sets(age_class).items():
        categories += [areas] * count(f"psych_chart.{chart}.{category}.2023")
    order = rng.permutation(len(categories))
    categories = sorted((categories[place] for place in order), key=lambda areas: not areas & NOT_BEFORE_11)
    clients = [clients[place] for place in rng.permutation(len(clients))]
    clients.sort(key=lambda client: age_at_year_end(client.birth, 2023) < 13)
    youngest = [client for client in clients if age_at_year_end(client.birth, 2023) < 7]
    clients = [client for client in clients if client not in youngest] + youngest
    combined = [place for place, areas in enumerate(categories) if not areas]
    for place in combined[-len(youngest) :] if youngest else []:  # the youngest get a set drawn to their age
        categories.append(categories.pop(place))
    for client, areas in zip(clients, categories, strict=True):
        client.areas = areas or _combined(rng, client, 2023)


def _combined(rng: np.random.Generator, client: Client, year: int) -> frozenset[str]:
    """Two to four areas that together are none of the report's named sets."""
    age, age_class = age_at_year_end(client.birth, year), client.age_class(year)
    chances = COMBINED_CHILD if age_class == "child" else COMBINED_ADULT
    barred = NOT_BEFORE_7 if age < 7 else NOT_BEFORE_11 if age < 11 else set()
    areas = [area for area in chances if area not in barred]
    chance = np.array([chances[area] for area in areas], dtype=float)
    while True:
        size = int(rng.choice([2, 3, 4], p=[0.55, 0.33, 0.12]))
        drawn = frozenset(rng.choice(areas, size, replace=False, p=chance / chance.sum()).tolist())
        if drawn not in _named_sets(age_class).values():
            return drawn


def _areas_of_ukrainian(rng: np.random.Generator) -> frozenset[str]:
    if rng.random() < 0.75:
        return frozenset({"post_traumatic_stress"})
    return frozenset({"post_traumatic_stress", str(rng.choice(["anxiety", "loss_grief", "depression"]))})


def _areas_before(rng: np.random.Generator, client: Client) -> frozenset[str]:
    """Areas of a client of 2022 only: a little of everything."""
    single = {
        "child": [
            "anxiety",
            "behaviour_disorder",
            "loss_grief",
            "family_conflicts",
            "violence",
            "support_in_proceedings",
        ],
        "adult": [
            "parenting_difficulties",
            "anxiety",
            "adolescence",
            "violence",
            "loss_grief",
            "family_conflicts",
        ],
    }
    if rng.random() < 0.5:
        return frozenset({str(rng.choice(single[client.age_class(2022)]))})
    return _combined(rng, client, 2022)


def _client_problem_areas(rng: np.random.Generator, clients: list[Client]) -> pd.DataFrame:
    rows = []
    for client in clients:
        if not client.areas:
            continue
        carried = frozenset()
        if client.years == YEARS:
            areas = sorted(client.areas)
            carried = frozenset(rng.permutation(areas)[: rng.integers(1, len(areas) + 1)].tolist())
            rows += _ended_in_2022(rng, client)
        last_year = client.years[-1]
        last = max(client.attended[last_year])
        until = min(last + timedelta(days=int(rng.integers(0, 40))), date(last_year, 12, 31))
        if last_year == 2023 and rng.random() < 0.5:
            until = None
        first_of_new = True
        for area in sorted(client.areas):
            days = client.attended[client.years[0] if area in carried else last_year]
            # Most are seen at once, some a few consultations later; one is there from the first.
            later = 0 if first_of_new or rng.random() < 0.6 else min(int(rng.integers(1, 4)), len(days) - 1)
            first_of_new = False
            rows.append((client.person_id, area, days[later], until))
    frame = pd.DataFrame(rows, columns=["person_id", "problem_area", "valid_from", "valid_to"])
    return frame.sort_values(["person_id", "valid_from", "problem_area"], ignore_index=True)


def _ended_in_2022(rng: np.random.Generator, client: Client) -> list[tuple]:
    """Sometimes an area that was over before 2023, and so is not in the set of 2023."""
    others = sorted({"family_conflicts", "anxiety", "loss_grief"} - client.areas)
    if not others or rng.random() > 0.35:
        return []
    days = client.attended[2022]
    until = min(days[-1] + timedelta(days=int(rng.integers(1, 20))), date(2022, 12, 30))
    return [(client.person_id, str(rng.choice(others)), days[0], max(until, days[0]))]


# ── when ─────────────────────────────────────────────────────────────────────────────────────────


def _hold_consultations(rng: np.random.Generator, clients: list[Client]) -> None:
    for year in YEARS:
        days = working_days(year)
        weights = np.array([BUSY_MONTHS.get(day.month, 1.0) for day in days])
        absent = [c for c in _never_came(clients) if year in c.years]
        present = [c for c in clients if year in c.years and c not in absent]
        attended = spread(rng, count(f"psych.visits.attended.{year}"), uneven(rng, len(present)), most=MOST_A_YEAR)
        for_absent = rng.integers(1, 3, len(absent))
        missed = spread(
            rng,
            count(f"psych.visits.missed.{year}") - int(for_absent.sum()),
            attended + 1.0,
            least=0,
            most=12,
        )
        for client, came, stayed_away in zip(present, attended, missed, strict=True):
            _appoint(rng, client, year, days, weights, int(came), int(stayed_away))
        for client, stayed_away in zip(absent, for_absent, strict=True):
            _appoint(rng, client, year, days, weights, 0, int(stayed_away))


def _appoint(
    rng: np.random.Generator,
    client: Client,
    year: int,
    days: list[date],
    weights: np.ndarray,
    came: int,
    stayed_away: int,
) -> None:
    """Draws the days of one client's appointments in one year, a week or two apart, and which were missed."""
    size = came + stayed_away
    if client.population == "ukraine_civilians":
        weights = weights[[day >= UKRAINIANS_FROM for day in days]]
        days = [day for day in days if day >= UKRAINIANS_FROM]
    window = min(len(days), int(size * rng.uniform(5, 10)) + 5)
    start = int(np.clip(rng.integers(-window, len(days)), 0, len(days) - window))
    if client.years == YEARS:  # goes on over the turn of the year
        window = int(rng.integers(window, len(days) + 1))
        start = len(days) - window if year == 2022 else 0
    chosen = [days[start + place] for place in pick(rng, weights[start : start + window], size)]
    away = set(rng.choice(size, stayed_away, replace=False).tolist())
    client.attended[year] = [day for place, day in enumerate(chosen) if place not in away]
    client.missed[year] = [day for place, day in enumerate(chosen) if place in away]


def _consultations(rng: np.random.Generator, clients: list[Client]) -> pd.DataFrame:
    rows, taken = [], Counter()
    for client in clients:
        days = sorted(
            [(day, "attended") for held in client.attended.values() for day in held]
            + [(day, "missed") for held in client.missed.values() for day in held]
        )
        psychologist = _psychologist(rng, days[0][0])
        changes_on = days[len(days) // 2][0] if rng.random() < CHANGES_PSYCHOLOGIST else date.max
        for day, attendance in days:
            if day >= changes_on:
                psychologist, changes_on = _psychologist(rng, day), date.max
            on_duty = psychologist if taken[psychologist, day] < MOST_A_DAY else _psychologist(rng, day, taken)
            taken[on_duty, day] += 1
            rows.append((day, client.person_id, on_duty, attendance))
    frame = pd.DataFrame(rows, columns=["consultation_date", "person_id", "psychologist", "attendance"])
    in_2022 = frame.index[pd.to_datetime(frame["consultation_date"]).dt.year == 2022]
    frame.loc[rng.choice(in_2022, WITHOUT_PSYCHOLOGIST_2022, replace=False), "psychologist"] = None
    frame = frame.sort_values(["consultation_date", "psychologist", "person_id"], ignore_index=True)
    frame.insert(0, "consultation_id", np.arange(1, len(frame) + 1))
    return frame


def _functions(rng: np.random.Generator) -> pd.DataFrame:
    """Group therapy, a student's practice and covision; those who took part are nobody's clients."""
    rows, people = [], iter(_participants())
    for function, (months, participants) in FUNCTIONS.items():
        taking_part = [next(people) for _ in range(count(participants))] if participants else [None]
        days = [day for day in working_days(2023) if day.month in months]
        for number in range(count(f"psych.{function}.consultations.2023")):
            rows.append((days[rng.integers(len(days))], function, taking_part[number % len(taking_part)]))
    frame = pd.DataFrame(rows, columns=["function_date", "psychologist_function", "person_id"])
    frame["person_id"] = frame["person_id"].astype("Int64")
    frame = frame.sort_values(["function_date", "psychologist_function"], kind="stable", ignore_index=True)
    frame.insert(0, "function_id", np.arange(1, len(frame) + 1))
    return frame


def _participants() -> list[int]:
    """Numbers of those who took part in other functions."""
    return [FIRST_PARTICIPANT + n for n in range(sum(count(who) for _, who in FUNCTIONS.values() if who))]


def _psychologist(rng: np.random.Generator, day: date, taken: Counter | None = None) -> str:
    """Somebody who works on that day and is not full; whoever began lately has more room for new clients."""
    free = [p for p in PSYCHOLOGISTS if p[2] <= day and (taken is None or taken[p[0], day] < MOST_A_DAY)]
    room = np.array(
        [(2.0 if load == "full_time" else 1.0) * (2.0 if since.year == 2023 else 1.0) for _, load, since in free]
    )
    return free[rng.choice(len(free), p=room / room.sum())][0]
