"""A second answer to every question: slow, obvious, in plain Python.

It knows nothing of how `data_access` counts. Spans of days are spans of days, ages are found by walking
the birthdays, and everything that has to be counted once is put into a set. Rules are those of
`counting.md`, by number.

`slow_answer` returns a figure for each measure in each row, rows by their tuple of codes: the codes of one
combination, `total` where a dimension is counted over, `unknown` where a record has no value.
`None` is a figure that is not known.
"""

from collections.abc import Iterator
from datetime import date, timedelta
from itertools import product

TOTAL = "total"
UNKNOWN = "unknown"
ONE_DAY = timedelta(days=1)
GRAINS = ("year", "half_year", "quarter", "month")

SUBJECT = {
    "spend": "assistance",
    "payments": "assistance",
    "households_assisted": "assistance",
    "persons_assisted": "assistance",
    "recipients": "assistance",
    "households_with_status": "status",
    "persons_with_status": "status",
    "households_on_date": "status",
    "persons_on_date": "status",
    "statuses_granted": "status",
    "statuses_renewed": "status",
    "statuses_ended": "status",
    "consultations": "psychologists",
    "missed_share": "psychologists",
    "psychologist_clients": "psychologists",
    "other_consultations": "psychologists",
    "other_clients": "psychologists",
    "visits": "day_centres",
    "visitors": "day_centres",
}
STOCKS = ("households_on_date", "persons_on_date")


def slow_answer(rows: dict[str, list[dict]], question) -> dict[tuple[str, ...], dict[str, float | None]]:
    """The whole answer to a question from rows by table name."""
    figures = {measure: _figures(rows, question, measure) for measure in question.measures}
    found = set().union(*figures.values())
    keys = _completed(rows, question, found)
    return {
        key: {
            measure: figures[measure].get(key, _nothing(measure)) if _is_known(rows, question, measure, key) else None
            for measure in question.measures
        }
        for key in keys
    }


def _nothing(measure: str) -> int | None:
    return None if measure == "missed_share" else 0


def _figures(rows, question, measure: str) -> dict[tuple[str, ...], float | None]:
    """The figure of each combination that occurs, and of every total: each counted at its own grain (rule 1)."""
    records = [record for record in _RECORDS[measure](rows, question, measure) if _passes(record, question)]
    figures = {}
    for kept in product((True, False), repeat=len(question.by)):
        groups = {} if any(kept) else {(TOTAL,) * len(question.by): []}
        for record in records:
            key = tuple(_code(record[name]) if keep else TOTAL for name, keep in zip(question.by, kept, strict=True))
            groups.setdefault(key, []).append(record)
        for key, group in groups.items():
            figures[key] = _FIGURE[measure](group)
    return figures


def _code(value) -> str:
    return UNKNOWN if value is None else value


def _passes(record: dict, question) -> bool:
    return all(_code(record[name]) in values for name, values in question.where)


# ── which rows an answer has, and which of its figures are known ─────────────────────────────────


def _completed(rows, question, found: set[tuple[str, ...]]) -> set[tuple[str, ...]]:
    """Every combination that occurs stands in every calendar cell that any of the measures has data for, and once
    over all of them."""
    time = [name for name in question.by if name in GRAINS]
    if not time:
        return found
    loads = [load for measure in question.measures for load in spans(rows, SUBJECT[measure])]
    first, last = min(load["data_from"] for load in loads), max(load["data_until"] for load in loads)
    # A hole between them has cells too, of which nothing is known.
    days = [each for each in _days(question.period) if first <= each <= last]
    # A cell counts as covered when a day of its smallest grain is.
    spells = {tuple(cell_code(each, name) for name in time) for each in days} | {(TOTAL,) * len(time)}
    wanted = set()
    for spell in spells:
        for key in found:
            for whole in product((True, False), repeat=len(time)):
                codes = dict(zip(time, (TOTAL if w else c for w, c in zip(whole, spell, strict=True)), strict=True))
                wanted.add(tuple(codes.get(name, code) for name, code in zip(question.by, key, strict=True)))
    return wanted


def _is_known(rows, question, measure: str, key: tuple[str, ...]) -> bool:
    """A figure is known when there are data for a day of its row; a stock has no total over time, and is known when
    there are data for its day: the last one of its row, as far as the data reach."""
    codes = dict(zip(question.by, key, strict=True))
    time = [name for name in GRAINS if name in codes]
    if measure in STOCKS and time and codes[time[-1]] == TOTAL:
        return False
    loads = spans(rows, SUBJECT[measure])
    own = [
        each for each in _days(question.period) if all(codes[name] in (TOTAL, cell_code(each, name)) for name in time)
    ]
    if measure in STOCKS:
        own = [each for each in own if each <= last_day(rows, measure)][-1:]
    return any(load["data_from"] <= each <= load["data_until"] for each in own for load in loads)


def spans(rows, subject: str) -> list[dict]:
    """The spans of days of which a load that counts has brought records."""
    undone = {load["load_id"] for load in rows["loads"] if load["undone_at"]}
    return [span for span in rows["load_spans"] if span["subject"] == subject and span["load_id"] not in undone]


def last_day(rows, measure: str) -> date:
    return max(load["data_until"] for load in spans(rows, SUBJECT[measure]))


# ── days ─────────────────────────────────────────────────────────────────────────────────────────


def _days(period) -> list[date]:
    """Rule 2: from the first day to the day before the end."""
    return [period.start + ONE_DAY * number for number in range((period.end - period.start).days)]


def in_force(span: dict, on: date) -> bool:
    """Rule 2: from the first day to the last, both inclusive; an open end is no end."""
    return span["valid_from"] <= on and (span["valid_to"] is None or on <= span["valid_to"])


def cell_code(on: date, grain: str) -> str:
    if grain == "year":
        return f"{on.year}"
    if grain == "half_year":
        return f"{on.year}-H1" if on.month <= 6 else f"{on.year}-H2"
    if grain == "quarter":
        return f"{on.year}-Q{'111222333444'[on.month - 1]}"
    return on.isoformat()[:7]


def _cells(rows, question, measure: str) -> list[list[date]]:
    """The days of each calendar cell of the smallest grain asked for, as far as the data reach; else all days.

    What is in force after the last day with data still makes rows, although their figures are not known.
    """
    last = last_day(rows, measure)
    days = [each for each in _days(question.period) if each <= last] or _days(question.period)
    time = [name for name in GRAINS if name in question.by]
    if not time:
        return [days]
    cells: dict[str, list[date]] = {}
    for each in days:
        cells.setdefault(cell_code(each, time[-1]), []).append(each)
    return list(cells.values())


def _time(on: date) -> dict[str, str]:
    return {grain: cell_code(on, grain) for grain in GRAINS}


# ── ages ─────────────────────────────────────────────────────────────────────────────────────────


def _day_of_age(question, on: date, measure: str) -> date:
    """Rule 3: the last day of the period; of each row's year where that is asked; a stock's own day."""
    if measure in STOCKS:
        return on
    if question.ages == "each_year":
        return min(date(on.year, 12, 31), question.period.end - ONE_DAY)
    return question.period.end - ONE_DAY


def birthday(born: date, years: int, months: int = 0) -> date:
    """The day on which somebody reaches an age; where the month has no such day, the first of the next."""
    year, month = born.year + years, born.month + months
    if month > 12:
        year, month = year + 1, month - 12
    try:
        return date(year, month, born.day)
    except ValueError:
        return date(year, month + 1, 1)


def age(born: date, on: date) -> int:
    """Whole years."""
    years = 0
    while birthday(born, years + 1) <= on:
        years += 1
    return years


# The law's steps: from 62 years in 2013 by three months a year to 65 in 2025.
PENSION_AGE = {
    2013: (62, 0),
    2014: (62, 3),
    2015: (62, 6),
    2016: (62, 9),
    2017: (63, 0),
    2018: (63, 3),
    2019: (63, 6),
    2020: (63, 9),
    2021: (64, 0),
    2022: (64, 3),
    2023: (64, 6),
    2024: (64, 9),
    2025: (65, 0),
}


def of_pension_age(born: date, on: date) -> bool:
    return birthday(born, *PENSION_AGE[min(max(on.year, 2013), 2025)]) <= on


def _group(years: int, starts: dict[int, str]) -> str:
    return next(code for start, code in sorted(starts.items(), reverse=True) if years >= start)


def _person(person: dict, on: date) -> dict:
    """A person's dimensions, with ages on a day."""
    sex, born = person["sex"], person["birth_date"]
    known = {"sex": sex, "disability": person["disability"]}
    if born is None:
        return known | dict.fromkeys(("age_class", "age_group", "age_group_family", "person_group", "visitor_group"))
    years = age(born, on)
    child = {"female": "girls", "male": "boys", None: None}[sex]
    adult = {"female": "women", "male": "men", None: None}[sex]
    return known | {
        "age_class": "child" if years < 18 else "adult",
        "age_group": _group(years, {0: "0_6", 7: "7_12", 13: "13_17", 18: "18_plus"}),
        "age_group_family": _group(years, {0: "0_3", 4: "4_7", 8: "8_12", 13: "13_18", 19: "19_plus"}),
        "person_group": child if years < 18 else adult,
        "visitor_group": child if years < 18 else "adults",
    }


def _member_group(person: dict, activity: str | None, on: date) -> str | None:
    born = person["birth_date"]
    if born is None:
        return None
    if age(born, on) < 18:
        return "child"
    if of_pension_age(born, on):
        return "pension_age"
    if person["disability"] == "with":
        return "disability"
    return {
        "unemployed": "unemployed",
        "public_works": "unemployed",
        "employed": "employed",
        "childcare_leave": "childcare_leave",
    }.get(activity)


def _composition(persons: list[dict], on: date) -> dict[str, str]:
    """Who lives in a household, with ages on a day; somebody of unknown age makes no child and no pensioner."""
    births = [person["birth_date"] for person in persons if person["birth_date"]]
    has = {
        "children_in_household": any(age(born, on) < 18 for born in births),
        "disability_in_household": any(person["disability"] == "with" for person in persons),
        "pension_age_in_household": any(of_pension_age(born, on) for born in births),
    }
    return {name: "with" if there else "without" for name, there in has.items()}


# ── records: one for each thing counted in each combination of values in which it stands ─────────


def _by(rows: list[dict], column: str) -> dict:
    return {row[column]: row for row in rows}


def _payments(rows, question, measure: str) -> Iterator[dict]:
    households, persons = _by(rows["households"], "household_id"), _by(rows["persons"], "person_id")
    types, benefits = _by(rows["benefit_types"], "benefit_type"), _by(rows["benefits"], "benefit")
    yes_no = {True: "yes", False: "no", None: None}
    for payment in rows["payments"]:
        on = payment["payment_date"]
        if not question.period.start <= on < question.period.end:
            continue
        of_age = _day_of_age(question, on, measure)
        members = [
            member
            for member in rows["memberships"]
            if member["household_id"] == payment["household_id"] and in_force(member, on)
        ]
        benefit = types.get(payment["benefit_type"], {}).get("benefit")
        about = benefits.get(benefit, {})
        record = {
            **_time(on),
            **_composition([persons[member["person_id"]] for member in members], of_age),
            "payment": payment["payment_id"],
            "cents": payment["cents"],
            "household": payment["household_id"],
            "benefit_type": payment["benefit_type"],
            "benefit": benefit,
            "benefit_group": about.get("benefit_group"),
            "income_tested": yes_no[about.get("income_tested")],
            "social_assistance": yes_no[about.get("social_assistance")],
            "form": payment["form"],
            "status": payment["status"],
            "population": households[payment["household_id"]]["population"],
            "territory": payment["territory"],
        }
        if measure == "persons_assisted":
            for member in members:
                yield record | _member(persons[member["person_id"]], member, of_age)
        elif measure == "recipients":
            if payment["person_id"] is not None:
                person = persons[payment["person_id"]]
                yield record | {"person": person["person_id"]} | _person(person, of_age)
        else:
            yield record


def _member(person: dict, member: dict, of_age: date) -> dict:
    return {
        "person": person["person_id"],
        "activity": member["activity"],
        "member_group": _member_group(person, member["activity"], of_age),
        **_person(person, of_age),
    }


def _statuses(rows, question, measure: str) -> Iterator[dict]:
    """A decision's days in each cell, day by day, as a child would count them."""
    households, persons = _by(rows["households"], "household_id"), _by(rows["persons"], "person_id")
    for cell in _cells(rows, question, measure):
        cell_days = cell[-1:] if measure in STOCKS else cell
        of_age = _day_of_age(question, cell_days[-1], measure)
        for decision in rows["status_decisions"]:
            home = decision["household_id"]
            days = [each for each in cell_days if in_force(decision, each)]
            members = [member for member in rows["memberships"] if member["household_id"] == home]
            present = [member for member in members if any(in_force(member, each) for each in days)]
            record = {
                **_time(cell_days[-1]),
                **_composition([persons[member["person_id"]] for member in present], of_age),
                "household": home,
                "status": decision["status"],
                "population": households[home]["population"],
            }
            if measure.startswith("households"):
                for territory in {_lives_in(rows, home, each) for each in days}:
                    yield record | {"territory": territory}
            else:
                for member in present:
                    counted = _member(persons[member["person_id"]], member, of_age)
                    for territory in {_lives_in(rows, home, each) for each in days if in_force(member, each)}:
                        yield record | counted | {"territory": territory}


def _lives_in(rows, household: int, on: date) -> str | None:
    """Rule 7: the declared town or parish on that day."""
    for residence in rows["residences"]:
        if residence["household_id"] == household and in_force(residence, on):
            return residence["territory"]
    return None


def _decisions(rows, question, measure: str) -> Iterator[dict]:
    households = _by(rows["households"], "household_id")
    for decision in rows["status_decisions"]:
        on = decision["valid_to"] if measure == "statuses_ended" else decision["valid_from"]
        if on is None or not question.period.start <= on < question.period.end:
            continue
        if measure == "statuses_ended" and any(
            later["household_id"] == decision["household_id"]
            and later["status"] == decision["status"]
            and in_force(later, on + ONE_DAY)
            for later in rows["status_decisions"]
        ):
            continue
        yield {
            **_time(on),
            "kind": decision["decision_kind"],
            "status": decision["status"],
            "population": households[decision["household_id"]]["population"],
            "territory": _lives_in(rows, decision["household_id"], on),
        }


def _consultations(rows, question, measure: str) -> Iterator[dict]:
    persons, psychologists = _by(rows["persons"], "person_id"), _by(rows["psychologists"], "psychologist")
    days = _days(question.period)
    for consultation in rows["consultations"]:
        on = consultation["consultation_date"]
        if on not in days:
            continue
        person = persons[consultation["person_id"]]
        of_age = _day_of_age(question, on, measure)
        areas = {
            area["problem_area"]
            for area in rows["client_problem_areas"]
            if area["person_id"] == person["person_id"] and any(in_force(area, each) for each in days)
        }
        about = _person(person, of_age)
        for area in areas or {None}:
            yield {
                **_time(on),
                **about,
                "consultation": consultation["consultation_id"],
                "person": person["person_id"],
                "population": person["population"],
                "attendance": consultation["attendance"],
                "psychologist": consultation["psychologist"],
                "workload": psychologists.get(consultation["psychologist"], {}).get("workload"),
                "problem_area": area,
                "problem_category": _category(rows, areas, about["age_class"]),
            }


def _functions(rows, question, measure: str) -> Iterator[dict]:
    for function in rows["psychologist_functions"]:
        if function["function_date"] in _days(question.period):
            yield {
                **_time(function["function_date"]),
                "consultation": function["function_id"],
                "person": function["person_id"],
                "psychologist_function": function["psychologist_function"],
            }


def _category(rows, areas: set[str], age_class: str | None) -> str | None:
    """Rule 6: a named set gives its row, one area gives that area, any other set the combined problems."""
    if not areas or age_class is None:
        return None
    bits = sum(area["bit"] for area in rows["problem_areas"] if area["problem_area"] in areas)
    for category in rows["problem_categories"]:
        if category["age_class"] == age_class and category["bits"] == bits:
            return category["problem_category"]
    return next(iter(areas)) if len(areas) == 1 else "combined_problems"


def _visits(rows, question, measure: str) -> Iterator[dict]:
    persons, branches = _by(rows["persons"], "person_id"), _by(rows["branches"], "branch")
    for visit in rows["visits"]:
        on = visit["visit_date"]
        if not question.period.start <= on < question.period.end:
            continue
        person = persons[visit["person_id"]]
        done = {row["service_activity"] for row in rows["visit_activities"] if row["visit_id"] == visit["visit_id"]}
        for activity in done or {None}:
            yield {
                **_time(on),
                **_person(person, _day_of_age(question, on, measure)),
                "visit": visit["visit_id"],
                "person": person["person_id"],
                "population": person["population"],
                "branch": visit["branch"],
                "centre": branches[visit["branch"]]["centre"],
                "service_activity": activity,
            }


_OF_SUBJECT = {
    "assistance": _payments,
    "status": _statuses,
    "psychologists": _consultations,
    "day_centres": _visits,
}
_RECORDS = {measure: _OF_SUBJECT[subject] for measure, subject in SUBJECT.items()} | dict.fromkeys(
    ("statuses_granted", "statuses_renewed", "statuses_ended"), _decisions
)
_RECORDS |= dict.fromkeys(("other_consultations", "other_clients"), _functions)


def _different(name: str):
    return lambda records: len({record[name] for record in records})


def _of_kind(kind: str):
    return lambda records: sum(record["kind"] == kind for record in records)


def _missed_share(records: list[dict]) -> float | None:
    every = {record["consultation"] for record in records}
    missed = {record["consultation"] for record in records if record["attendance"] == "missed"}
    return 100 * len(missed) / len(every) if every else None


_FIGURE = {
    "spend": lambda records: sum(record["cents"] for record in records),
    "payments": len,
    "households_assisted": _different("household"),
    "persons_assisted": _different("person"),
    "recipients": _different("person"),
    "households_with_status": _different("household"),
    "persons_with_status": _different("person"),
    "households_on_date": _different("household"),
    "persons_on_date": _different("person"),
    "statuses_granted": _of_kind("granted"),
    "statuses_renewed": _of_kind("renewed"),
    "statuses_ended": len,
    "consultations": _different("consultation"),
    "missed_share": _missed_share,
    "psychologist_clients": lambda records: len(
        {record["person"] for record in records if record["attendance"] == "attended"}
    ),
    "other_consultations": _different("consultation"),
    "other_clients": lambda records: len({record["person"] for record in records} - {None}),
    "visits": _different("visit"),
    "visitors": _different("person"),
}
