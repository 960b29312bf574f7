"""Demonstration records of the day centres' visitors and visits.

What the annual report prints is met exactly: visits to the Family Support Day Centre 2019–2023 by girls,
boys and adults, visits and visitors of its branches in 2023, the clients of Saime in 2023, the visits
and activities of the Social Day Care Centre in 2023. Everything else is invented.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np
import pandas as pd

from data_access.demo.draw import age_at_year_end, births, key, pick, spread, uneven
from data_access.demo.targets import count
from data_access.demo.working_days import working_days, working_days_and_saturdays

FIRST_PERSON = 1_500_000
LAST_YEAR = 2023

# ── Family Support Day Centre ────────────────────────────────────────────────────────────────────

BRANCHES = ("ogre", "ogresgals", "ciemupe")
GROUPS = ("girls", "boys", "adults")
YEARS = (2023, 2022, 2021, 2020, 2019)  # backwards: earlier visitors are found among later ones

# Invented: the report prints the visits of these years, but neither the visitors nor the branches.
VISITORS = {
    2022: {"ogre": (104, 66, 18), "ogresgals": (92, 84, 6), "ciemupe": (20, 28, 34)},
    2021: {"ogre": (38, 36, 0), "ogresgals": (34, 30, 0), "ciemupe": (10, 12, 0)},
    2020: {"ogre": (70, 74, 0), "ogresgals": (58, 66, 0), "ciemupe": (14, 22, 0)},
    2019: {"ogre": (112, 118, 0), "ogresgals": (84, 96, 0), "ciemupe": (22, 32, 0)},
}
KEENNESS = {"ogre": 1.0, "ogresgals": 3.2, "ciemupe": 0.9}  # visits per visitor, between branches, as in 2023
CAME_BACK = {2022: 0.5, 2021: 0.8, 2020: 0.6, 2019: 0.45}  # visitors who also came the year after
IN_TWO_BRANCHES = 0.04  # of the children, before 2023; in 2023 the branches add up to the centre
CHILDREN_AGES, USUAL_CHILD = (6, 17), 11.0
ADULT_AGES, USUAL_ADULT = (18, 68), 36.0
YOUNGEST_CHILD = 5
WOMEN_AMONG_ADULTS = 0.85
UKRAINIANS = 0.08
UKRAINIANS_FROM = date(2022, 3, 1)

SATURDAY = 0.4
MONTHS = {1: 0.9, 6: 1.1, 7: 0.8, 8: 0.9, 12: 0.8}
EMERGENCY = (
    (date(2020, 3, 13), date(2020, 6, 9), 0.0),  # closed
    (date(2020, 11, 9), date(2021, 5, 31), 0.03),  # single visits
    (date(2021, 10, 21), date(2021, 11, 14), 0.1),
)

# ── Saime ────────────────────────────────────────────────────────────────────────────────────────

SAIME_VISITS = 6_012  # invented

# ── Social Day Care Centre ───────────────────────────────────────────────────────────────────────


@dataclass(frozen=True)
class Circle:
    """A circle of visitors of the Social Day Care Centre."""

    size: int
    youngest: int
    oldest: int
    usual: float
    women: float = 0.6
    disability: float = 0.1
    ukrainians: float = 0.0
    known: float = 1.0  # share who say who they are


CIRCLES = {
    "children_in_therapy": Circle(64, 3, 17, 9, women=0.4, disability=1.0),
    "children_at_play": Circle(72, 3, 17, 8, women=0.5),
    "adults_in_therapy": Circle(22, 18, 62, 38, women=0.55, disability=1.0),
    "life_skills": Circle(18, 19, 64, 40, women=0.5, disability=1.0),
    "after_stroke": Circle(16, 45, 82, 66, women=0.55, disability=0.9),
    "seniors": Circle(84, 60, 90, 71, women=0.85, disability=0.15),
    "in_need": Circle(104, 20, 84, 55, women=0.6, disability=0.2),
    "from_ukraine": Circle(28, 19, 74, 40, women=0.85, ukrainians=1.0),
    "anonymous": Circle(12, 25, 64, 45, women=0.3, known=0.5),
}
MONDAY, TUESDAY, WEDNESDAY, THURSDAY, FRIDAY = range(5)
ANY_DAY = (MONDAY, TUESDAY, WEDNESDAY, THURSDAY, FRIDAY)


@dataclass(frozen=True)
class Activity:
    """What is done, which published figure counts its visits, who comes, and when."""

    code: str
    figure: str
    circles: tuple[str, ...]
    weekdays: tuple[int, ...] = ANY_DAY
    joins: float = 0.0  # how much likelier on a day on which the visitor is there anyway; 0: no likelier
    one_day: date | None = None  # held once
    monthly: bool = False  # the second such weekday of the month only


ACTIVITIES = (
    Activity("physiotherapy", "sdac.physiotherapy.children.2023", ("children_in_therapy",)),
    Activity("ergotherapy", "sdac.ergotherapy.children.2023", ("children_in_therapy",), joins=12),
    Activity("physiotherapy", "sdac.physiotherapy.adults.2023", ("adults_in_therapy",)),
    Activity("ergotherapy", "sdac.ergotherapy.adults.2023", ("adults_in_therapy",), joins=12),
    Activity("music_therapy", "sdac.music_therapy.2023", ("children_in_therapy",), (WEDNESDAY, FRIDAY), 12),
    Activity(
        "dance_movement_therapy",
        "sdac.dance_movement_therapy.2023",
        ("children_in_therapy", "life_skills"),
        (TUESDAY, THURSDAY),
        12,
    ),
    Activity("support_group_life_skills", "sdac.life_skills_group.2023", ("life_skills",), (MONDAY, WEDNESDAY)),
    Activity(
        "art_therapy",
        "sdac.art_therapy.2023",
        ("life_skills", "children_in_therapy", "after_stroke"),
        (TUESDAY, WEDNESDAY, THURSDAY),
        8,
    ),
    Activity("support_group_after_stroke", "sdac.stroke_group.2023", ("after_stroke",), (TUESDAY,)),
    Activity(
        "lielvarde_pensioners_association",
        "sdac.pensioners_association.2023",
        ("seniors",),
        (THURSDAY,),
        monthly=True,
    ),
    Activity("gym", "sdac.gym.2023", ("seniors", "after_stroke"), joins=1),
    Activity("nordic_walking", "sdac.nordic_walking.2023", ("seniors",), (MONDAY,), 4),
    Activity("computer_sessions", "sdac.computer_sessions.2023", ("seniors", "in_need"), (WEDNESDAY,), 4),
    Activity("laundry_washing", "sdac.laundry_wash.2023", ("in_need",)),
    Activity("laundry_drying", "sdac.laundry_dry.2023", ("in_need",), joins=500),
    Activity("shower", "sdac.shower.2023", ("in_need",), joins=25),
    Activity("food_and_hygiene_packages", "sdac.packages.2023", ("in_need", "from_ukraine"), (TUESDAY, FRIDAY), 3),
    Activity(
        "individual_consultations",
        "sdac.individual_consultations.2023",
        ("in_need", "from_ukraine", "adults_in_therapy"),
        joins=3,
    ),
    Activity("donated_goods", "sdac.donated_goods.2023", ("in_need", "from_ukraine"), joins=6),
    Activity(
        "assistive_devices",
        "sdac.assistive_devices.2023",
        ("after_stroke", "adults_in_therapy", "seniors"),
        joins=3,
    ),
    Activity("aa_group", "sdac.aa_groups.2023", ("anonymous",), (THURSDAY,)),
    Activity("puzuri_masterclass", "sdac.puzuri_masterclass.2023", ("seniors",), one_day=date(2023, 12, 6)),
    Activity(
        "journalist_meeting",
        "sdac.journalist_meeting.2023",
        ("seniors", "in_need"),
        one_day=date(2023, 3, 15),
    ),
)
# The creative sessions and the playroom, for which the report prints no number: visits without an activity.
WITHOUT_ACTIVITY = ("children_at_play", "children_in_therapy", "life_skills", "in_need")


@dataclass
class Visitor:
    person_id: int
    birth: date | None
    sex: str | None
    population: str | None
    disability: str | None


class People:
    """Everybody who visits a centre, numbered as they come."""

    def __init__(self, rng: np.random.Generator):
        self._rng = rng
        self.all: list[Visitor] = []

    def add(self, birth: date, sex: str, *, ukrainian: bool = False, disability: str = "without") -> Visitor:
        population = "ukraine_civilians" if ukrainian else "residents"
        return self._append(birth, sex, population, disability)

    def add_unknown(self) -> Visitor:
        """Somebody who did not say who they are."""
        return self._append(None, None, None, None)

    def _append(self, *what: date | str | None) -> Visitor:
        visitor = Visitor(FIRST_PERSON + len(self.all), *what)
        self.all.append(visitor)
        return visitor

    def frame(self) -> pd.DataFrame:
        return pd.DataFrame(
            {
                "person_id": [visitor.person_id for visitor in self.all],
                "person_key": [key(self._rng) for _ in self.all],
                "birth_date": pd.to_datetime([visitor.birth for visitor in self.all]),
                "sex": [visitor.sex for visitor in self.all],
                "disability": [visitor.disability for visitor in self.all],
                "population": [visitor.population for visitor in self.all],
            }
        )


def day_centre_records(seed: int) -> dict[str, pd.DataFrame]:
    """Tables persons, visits and visit_activities, without load_id."""
    rng = np.random.default_rng([seed, 2])
    people = People(rng)
    visits = [(day, person, branch, ()) for day, person, branch in _family_support_visits(rng, people)]
    visits += [(day, person, "saime", ()) for day, person in _saime_visits(rng, people)]
    visits += [
        (day, person, "social_day_care_centre", activities)
        for (day, person), activities in _social_day_care_visits(rng, people).items()
    ]
    visits.sort()
    numbered = list(enumerate(visits, start=1))
    return {
        "persons": people.frame(),
        "visits": pd.DataFrame(
            [(number, day, person, branch) for number, (day, person, branch, _) in numbered],
            columns=["visit_id", "visit_date", "person_id", "branch"],
        ),
        "visit_activities": pd.DataFrame(
            [(number, activity) for number, (*_, activities) in numbered for activity in sorted(activities)],
            columns=["visit_id", "service_activity"],
        ),
    }


# ── Family Support Day Centre ────────────────────────────────────────────────────────────────────


def _group(visitor: Visitor, year: int) -> str:
    if age_at_year_end(visitor.birth, year) >= 18:
        return "adults"
    return "girls" if visitor.sex == "female" else "boys"


def _family_support_visits(rng: np.random.Generator, people: People) -> list[tuple[date, int, str]]:
    rosters: dict[int, dict[str, list[Visitor]]] = {}
    visits = []
    for year in YEARS:
        later = rosters.get(year + 1)
        rosters[year] = {branch: _roster(rng, people, branch, year, later) for branch in BRANCHES}
        visits += _visits_of_year(rng, rosters[year], year)
    return visits


def _roster(
    rng: np.random.Generator, people: People, branch: str, year: int, later: dict[str, list[Visitor]] | None
) -> list[Visitor]:
    """Visitors of a branch in a year: some of the year after, when they were old enough, and others."""
    roster = []
    for place, group in enumerate(GROUPS):
        published = year == LAST_YEAR
        size = count(f"gadc.persons.{branch}.{group}.{year}") if published else VISITORS[year][branch][place]
        known = [visitor for visitor in later[branch] if _was_there(visitor, group, year)] if later else []
        stayed = min(len(known), round(size * CAME_BACK.get(year, 0)))
        roster += [known[chosen] for chosen in rng.choice(len(known), stayed, replace=False)] if stayed else []
        roster += _newcomers(rng, people, group, year, size - stayed)
    return roster


def _was_there(visitor: Visitor, group: str, year: int) -> bool:
    if visitor.population == "ukraine_civilians" and year < UKRAINIANS_FROM.year:
        return False
    return age_at_year_end(visitor.birth, year) >= YOUNGEST_CHILD and _group(visitor, year) == group


def _newcomers(rng: np.random.Generator, people: People, group: str, year: int, size: int) -> list[Visitor]:
    if group == "adults":
        dates = births(rng, year, *ADULT_AGES, size, USUAL_ADULT)
        sexes = np.where(rng.random(size) < WOMEN_AMONG_ADULTS, "female", "male").tolist()
    else:
        dates = births(rng, year, *CHILDREN_AGES, size, USUAL_CHILD)
        sexes = ["female" if group == "girls" else "male"] * size
    share = UKRAINIANS if year >= UKRAINIANS_FROM.year else 0
    return [
        people.add(
            birth,
            sex,
            ukrainian=rng.random() < share,
            disability="with" if rng.random() < 0.04 else "without",
        )
        for birth, sex in zip(dates, sexes, strict=True)
    ]


def _visits_of_year(
    rng: np.random.Generator, roster: dict[str, list[Visitor]], year: int
) -> list[tuple[date, int, str]]:
    days = working_days_and_saturdays(year)
    weights = np.array([_openness(day) for day in days])
    taken: dict[int, np.ndarray] = {}  # days on which a visitor is somewhere already
    visits = []
    for group in GROUPS:
        parts = _parts(rng, roster, group, year)
        for branch, visitors, keenness, total in parts:
            most = int(np.count_nonzero(weights) * 0.8)
            for visitor, size in zip(visitors, spread(rng, total, keenness, most=most), strict=True):
                free = weights * ~taken.get(visitor.person_id, np.zeros(len(days), bool))
                chosen = pick(rng, _stay(rng, visitor, days, free, int(size)), int(size))
                taken.setdefault(visitor.person_id, np.zeros(len(days), bool))[chosen] = True
                visits += [(days[place], visitor.person_id, f"gadc_{branch}") for place in chosen]
    return visits


def _parts(
    rng: np.random.Generator, roster: dict[str, list[Visitor]], group: str, year: int
) -> list[tuple[str, list[Visitor], np.ndarray, int]]:
    """For each branch its visitors of one group, how keen each is, and their visits together."""
    members = {branch: [v for v in roster[branch] if _group(v, year) == group] for branch in BRANCHES}
    members = {branch: visitors for branch, visitors in members.items() if visitors}
    keenness = {branch: uneven(rng, len(visitors), 0.8) for branch, visitors in members.items()}
    if year == LAST_YEAR:
        totals = [count(f"gadc.visits.{branch}.{group}.{year}") for branch in members]
        return [(b, members[b], keenness[b], total) for b, total in zip(members, totals, strict=True)]
    if group != "adults":
        _send_to_second_branch(rng, members, keenness)
    if not members:
        return []
    share = np.array([len(members[branch]) * KEENNESS[branch] for branch in members])
    total = count(f"gadc.visits.{group}.{year}")
    least = max(len(visitors) for visitors in members.values())
    totals = spread(rng, total, share, least=least)
    return [(b, members[b], keenness[b], int(part)) for b, part in zip(members, totals, strict=True)]


def _send_to_second_branch(
    rng: np.random.Generator, members: dict[str, list[Visitor]], keenness: dict[str, np.ndarray]
) -> None:
    """A few children also go, less often, to a branch that is not theirs."""
    homes = [(branch, visitor) for branch, visitors in members.items() for visitor in visitors]
    for home, visitor in homes:
        if rng.random() < IN_TWO_BRANCHES:
            away = str(rng.choice([branch for branch in members if branch != home]))
            members[away].append(visitor)
            keenness[away] = np.append(keenness[away], 0.15)


def _openness(day: date) -> float:
    """How likely a visit is on a day, 0 when the branches were closed."""
    weight = MONTHS.get(day.month, 1.0) * (SATURDAY if day.weekday() == 5 else 1.0)
    for first, last, factor in EMERGENCY:
        if first <= day <= last:
            weight *= factor
    return weight


def _stay(rng: np.random.Generator, visitor: Visitor, days: list[date], weights: np.ndarray, size: int) -> np.ndarray:
    """Narrows the days to those from which on the visitor comes, if enough are left."""
    first = UKRAINIANS_FROM if visitor.population == "ukraine_civilians" else date(2000, 1, 1)
    weights = weights * np.array([day >= first for day in days])
    if rng.random() < 0.5:
        start = int(rng.integers(len(days)))
        window = np.zeros(len(days))
        window[start : start + max(20, size * 3)] = 1.0
        if np.count_nonzero(weights * window) >= size * 1.2:
            return weights * window
    return weights


# ── Saime ────────────────────────────────────────────────────────────────────────────────────────


def _saime_visits(rng: np.random.Generator, people: People) -> list[tuple[date, int]]:
    """Adults with mental disorders, most of whom come nearly every working day."""
    days = working_days(LAST_YEAR)
    clients = []
    for sex, figure in (("male", "saime.clients.male.2023"), ("female", "saime.clients.female.2023")):
        for birth in births(rng, LAST_YEAR, 19, 67, count(figure), 40):
            clients.append(people.add(birth, sex, disability="with"))
    keenness = rng.uniform(0.3, 1.0, len(clients))
    totals = spread(rng, SAIME_VISITS, keenness, most=len(days) - 12)
    weights = np.array([MONTHS.get(day.month, 1.0) for day in days])
    return [
        (days[place], client.person_id)
        for client, total in zip(clients, totals, strict=True)
        for place in pick(rng, weights, int(total))
    ]


# ── Social Day Care Centre ───────────────────────────────────────────────────────────────────────

Visits = dict[tuple[date, int], set[str]]


def _social_day_care_visits(rng: np.random.Generator, people: People) -> Visits:
    """Visits by day and visitor, each with what was done."""
    circles = {name: _circle(rng, people, circle) for name, circle in CIRCLES.items()}
    days = working_days(LAST_YEAR)
    visits: Visits = {}
    present: dict[int, set[date]] = {}

    def come(visitor: Visitor, day: date) -> set[str]:
        present.setdefault(visitor.person_id, set()).add(day)
        return visits.setdefault((day, visitor.person_id), set())

    for activity in ACTIVITIES:
        visitors = [visitor for name in activity.circles for visitor in circles[name]]
        total = count(activity.figure)
        held = [day for day in days if _is_held(activity, day)]
        if activity.one_day:
            visitors = [visitors[place] for place in rng.choice(len(visitors), total, replace=False)]
        least = 1 if total >= len(visitors) * 2 or activity.one_day else 0
        totals = spread(rng, total, uneven(rng, len(visitors)), least=least, most=max(1, int(len(held) * 0.8)))
        for visitor, size in zip(visitors, totals, strict=True):
            there = present.get(visitor.person_id, ())
            weights = np.array([MONTHS.get(day.month, 1.0) * (1 + activity.joins * (day in there)) for day in held])
            for place in pick(rng, weights, int(size)):
                come(visitor, held[place]).add(activity.code)

    _come_without_activity(rng, circles, days, visits, come)
    return visits


def _circle(rng: np.random.Generator, people: People, circle: Circle) -> list[Visitor]:
    visitors = []
    for birth in births(rng, LAST_YEAR, circle.youngest, circle.oldest, circle.size, circle.usual):
        if rng.random() >= circle.known:
            visitors.append(people.add_unknown())
            continue
        visitors.append(
            people.add(
                birth,
                "female" if rng.random() < circle.women else "male",
                ukrainian=rng.random() < circle.ukrainians,
                disability="with" if rng.random() < circle.disability else "without",
            )
        )
    return visitors


def _is_held(activity: Activity, day: date) -> bool:
    if activity.one_day:
        return day == activity.one_day
    return day.weekday() in activity.weekdays and (not activity.monthly or 8 <= day.day <= 14)


def _come_without_activity(
    rng: np.random.Generator, circles: dict[str, Sequence[Visitor]], days: list[date], visits: Visits, come
) -> None:
    """Fills up to the published number of visits; whoever has not come yet comes now."""
    seen = {person for _, person in visits}
    left = count("sdac.visits.total.2023") - len(visits)
    strangers = [visitor for circle in circles.values() for visitor in circle if visitor.person_id not in seen]
    regulars = [v for name in WITHOUT_ACTIVITY for v in circles[name] if v.person_id in seen]
    visitors = strangers + regulars
    least = np.array([1] * len(strangers) + [0] * len(regulars))
    keenness = uneven(rng, len(visitors)) * np.where(least, 1.5, 0.5)
    totals = least + spread(rng, left - int(least.sum()), keenness, least=0, most=120)
    for visitor, size in zip(visitors, totals, strict=True):
        free = np.array([float((day, visitor.person_id) not in visits) for day in days])
        for place in pick(rng, free, int(size)):
            come(visitor, days[place])
