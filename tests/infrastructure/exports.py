"""Exports of a made-up service: random cases, the files that its programs would write of them, and what a
database has to hold once they are loaded.

    service = Service(seed=1)
    files = service.write(folder, "xlsx")     # as people have them: Latvian headings, a title, a total
    rows = service.rows()                     # the same cases as tables, for `slow_answer`

Nothing here uses what it tests, apart from the names of the columns and their headings.
"""

import csv
import random
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import date, timedelta
from pathlib import Path

import openpyxl

from data_access.loading.kinds import KINDS
from tests.infrastructure.case_database import reference_rows

ORDER = ("units", "members", "statuses", "payments", "visits", "consultations")
TODAY = date(2024, 1, 31)
YEAR = 2023
TERRITORIES = ("ogre", "ikskile", "kegums", "lielvarde", "birzgale", "laubere")
BENEFITS = ("gmi", "housing_utilities_fuel", "health", "crisis", "meals_school")
AREAS = ("depression", "anxiety", "adolescence")
ACTIVITIES = ("gym", "shower", "ergotherapy")
PSYCHOLOGISTS = ("PSI-1", "PSI-2")

Row = dict[str, object]


def personal_code(draw: random.Random, born: date) -> str:
    """Old style with the birth date or new style, with the control digit that a real one has."""
    if draw.random() < 0.5:
        digits = f"3{draw.randrange(2, 10)}{draw.randrange(10**8):08}"
    else:
        century = {18: 0, 19: 1, 20: 2}[born.year // 100]
        digits = f"{born:%d%m%y}{century}{draw.randrange(1000):03}"
    weighed = sum(int(digit) * weight for digit, weight in zip(digits, (1, 6, 3, 7, 9, 10, 5, 8, 4, 2), strict=True))
    return f"{digits[:6]}-{digits[6:]}{(1101 - weighed) % 11 % 10}"


@dataclass
class Person:
    code: str
    born: date
    sex: str
    disability: str
    population: str


@dataclass
class Household:
    case: str
    population: str
    formed: date
    moves: list[tuple[date, str]]
    members: list[tuple[Person, str, date, date | None]]

    def lives_in(self, day: date) -> str | None:
        return next((place for since, place in sorted(self.moves, reverse=True) if since <= day), None)


@dataclass
class Service:
    """A year of a small service; equal seeds make equal cases."""

    seed: int
    homes: int = 25
    payments_a_month: int = 12
    months: Iterable[int] = range(1, 13)
    households: list[Household] = field(default_factory=list)
    visitors: list[Person] = field(default_factory=list)
    clients: list[Person] = field(default_factory=list)
    statuses: list[Row] = field(default_factory=list)
    payments: list[Row] = field(default_factory=list)
    visits: list[Row] = field(default_factory=list)
    consultations: list[Row] = field(default_factory=list)

    def __post_init__(self):
        self._draw = random.Random(self.seed)
        self._codes: set[str] = set()
        self.households = [self._household(number) for number in range(self.homes)]
        self.visitors = [self._person() for _ in range(10)] + [self.households[0].members[0][0]]
        self.clients = [self._person() for _ in range(10)] + [self.visitors[0]]
        self._decide()
        for month in self.months:
            self.payments += [self._payment(month) for _ in range(self.payments_a_month)]
            self.visits += [self._visit(month) for _ in range(9)]
            self.consultations += [self._consultation(month) for _ in range(8)]

    @property
    def codes(self) -> set[str]:
        """Every personal code that is written into the files."""
        return set(self._codes)

    # ── making ───────────────────────────────────────────────────────────────────────────────────

    def _day(self, first: date, last: date) -> date:
        return first + timedelta(days=self._draw.randrange((last - first).days + 1))

    def _in_month(self, month: int) -> date:
        return date(YEAR, month, self._draw.randrange(1, 29))

    def _person(self, first: date = date(1940, 1, 1), last: date = date(2018, 12, 31)) -> Person:
        born = self._day(first, last)
        while (code := personal_code(self._draw, born)) in self._codes:
            pass
        self._codes.add(code)
        return Person(
            code,
            born,
            self._draw.choice(("female", "male")),
            self._draw.choices(("without", "with"), (4, 1))[0],
            "residents",
        )

    def _household(self, number: int) -> Household:
        formed = self._day(date(2019, 1, 1), date(2022, 6, 30))
        population = self._draw.choices(("residents", "ukraine_civilians"), (5, 1))[0]
        moves = [(formed, self._draw.choice(TERRITORIES))]
        if self._draw.random() < 0.2:
            moves.append((self._day(date(2023, 2, 1), date(2023, 11, 30)), self._draw.choice(TERRITORIES)))
        members = []
        for place in range(self._draw.randrange(1, 5)):
            person = self._person(*((date(1950, 1, 1), date(1999, 1, 1)) if place == 0 else ()))
            person.population = population
            activity = self._draw.choice(("employed", "unemployed", "childcare_leave", "not_applicable"))
            left = self._day(date(2023, 3, 1), date(2023, 12, 1)) if place and self._draw.random() < 0.1 else None
            members.append((person, activity, formed, left))
        return Household(f"SP-{number:05}", population, formed, moves, members)

    def _decide(self) -> None:
        for home in self.households:
            if self._draw.random() < 0.3:
                continue
            first = date(2022, self._draw.randrange(9, 13), 1)
            status = self._draw.choice(("needy", "low_income"))
            for _ in range(self._draw.randrange(1, 4)):
                last = _months_later(first, self._draw.choice((3, 6))) - timedelta(days=1)
                if first > date(YEAR, 12, 31):
                    break
                self.statuses.append({"home": home, "status": status, "valid_from": first, "valid_to": last})
                gap = self._draw.choice((0, 0, 1))
                first = _months_later(last + timedelta(days=1), gap)

    def _payment(self, month: int) -> Row:
        home = self._draw.choice(self.households)
        return {
            "home": home,
            "person": self._draw.choice(home.members)[0] if self._draw.random() < 0.4 else None,
            "benefit_type": self._draw.choice(BENEFITS),
            "form": self._draw.choice(("cash", "in_kind")),
            "payment_date": self._in_month(month),
            "cents": self._draw.choice((-1, 1, 1, 1, 1)) * self._draw.randrange(100, 250_000),
        }

    def _visit(self, month: int) -> Row:
        return {
            "branch": self._draw.choice(("gadc_ogre", "gadc_ciemupe", "saime")),
            "visit_date": self._in_month(month),
            "person": self._draw.choice(self.visitors),
            "activities": self._draw.sample(ACTIVITIES, self._draw.randrange(3)),
        }

    def _consultation(self, month: int) -> Row:
        person = self._draw.choice(self.clients)
        return {
            "psychologist": self._draw.choice(PSYCHOLOGISTS),
            "consultation_date": self._in_month(month),
            "person": person,
            "attendance": self._draw.choices(("attended", "missed"), (5, 1))[0],
            "areas": self._draw.sample(AREAS, 2) if self._draw.random() < 0.2 else [AREAS[int(person.code[-1]) % 3]],
        }

    def correct(self, month: int) -> None:
        """The month's payments as a corrected export has them: other amounts, one payment fewer, two more."""
        kept = [row for row in self.payments if row["payment_date"].month != month]
        these = [row | {"cents": row["cents"] + 77} for row in self.payments if row["payment_date"].month == month][1:]
        self.payments = [*kept, *these, self._payment(month), self._payment(month)]

    # ── as exports have it ───────────────────────────────────────────────────────────────────────

    def exported(self, kind: str) -> list[Row]:
        """The rows of one export, by the names of its columns; days are days and amounts are cents."""
        return list(getattr(self, f"_exported_{kind}")())

    def _exported_units(self):
        for code in PSYCHOLOGISTS:
            yield {
                "unit_kind": "psychologist",
                "code": code,
                "workload": "full_time" if code.endswith("1") else "part_time",
                "valid_from": date(2015, 1, 1),
            }

    def _exported_members(self):
        for home in self.households:
            for since, place in home.moves:
                for person, activity, first, last in home.members:
                    yield {
                        "household_key": home.case,
                        "population": home.population,
                        "territory": place,
                        "residence_from": since,
                        "person_key": person.code,
                        "birth_date": person.born,
                        "sex": person.sex,
                        "disability": person.disability,
                        "activity": activity,
                        "member_from": first,
                        "member_to": last,
                    }

    def _exported_statuses(self):
        for row in self.statuses:
            yield {"household_key": row["home"].case} | {
                name: row[name] for name in ("status", "valid_from", "valid_to")
            }

    def _exported_payments(self):
        for row in self.payments:
            exported = {name: value for name, value in row.items() if name not in ("home", "person")}
            yield {
                "household_key": row["home"].case,
                "person_key": row["person"].code if row["person"] else None,
            } | exported

    def _exported_visits(self):
        for row in self.visits:
            person = row["person"]
            yield {
                "branch": row["branch"],
                "visit_date": row["visit_date"],
                "person_key": person.code,
                "birth_date": person.born,
                "sex": person.sex,
                "population": person.population,
                "service_activity": ";".join(row["activities"]) or None,
            }

    def _exported_consultations(self):
        for row in self.consultations:
            person = row["person"]
            yield {
                "psychologist": row["psychologist"],
                "consultation_date": row["consultation_date"],
                "person_key": person.code,
                "birth_date": person.born,
                "sex": person.sex,
                "population": person.population,
                "attendance": row["attendance"],
                "problem_areas": ";".join(row["areas"]),
            }

    def write(self, folder: Path, how: str = "csv", kinds: Iterable[str] = ORDER, style: "Style | None" = None) -> list:
        """A file for each kind (`csv`, `xlsx`) or a workbook with a sheet for each (`workbook`)."""
        folder.mkdir(parents=True, exist_ok=True)
        tables = {kind: self.exported(kind) for kind in kinds}
        if how == "workbook":
            write_workbook(folder / "eksports.xlsx", tables)
            return [folder / "eksports.xlsx"]
        paths = []
        for kind, rows in tables.items():
            path = folder / f"{kind}.{how}"
            if how == "xlsx":
                write_workbook(path, {kind: rows})
            else:
                write_csv(path, kind, rows, style or Style())
            paths.append(path)
        return paths

    # ── as a database has it ─────────────────────────────────────────────────────────────────────

    def rows(self) -> dict[str, list[dict]]:
        """The same cases as rows of tables, numbered here."""
        rows = {
            **reference_rows(),
            "persons": [],
            "households": [],
            "residences": [],
            "memberships": [],
            "status_decisions": [],
            "payments": [],
            "visits": [],
            "visit_activities": [],
            "consultations": [],
            "client_problem_areas": [],
            "loads": [{"load_id": 1, "undone_at": None}],
            "series_events": [],
        }
        rows["psychologists"] = [
            {"psychologist": row["code"], "workload": row["workload"]} for row in self._exported_units()
        ]
        numbers: dict[str, int] = {}
        at_home = {member.code for home in self.households for member, *_ in home.members}

        def person(of: Person) -> int:
            if of.code not in numbers:
                numbers[of.code] = len(numbers) + 1
                rows["persons"].append(
                    {
                        "person_id": numbers[of.code],
                        "birth_date": of.born,
                        "sex": of.sex,
                        "disability": of.disability if of.code in at_home else None,
                        "population": of.population,
                    }
                )
            return numbers[of.code]

        home_numbers = {home.case: number for number, home in enumerate(self.households, start=1)}
        for home in self.households:
            number = home_numbers[home.case]
            rows["households"].append({"household_id": number, "population": home.population})
            starts = sorted(home.moves)
            for place, (since, territory) in enumerate(starts):
                until = starts[place + 1][0] - timedelta(days=1) if place + 1 < len(starts) else None
                rows["residences"].append(
                    {"household_id": number, "territory": territory, "valid_from": since, "valid_to": until}
                )
            for member, activity, first, last in home.members:
                rows["memberships"].append(
                    {
                        "household_id": number,
                        "person_id": person(member),
                        "activity": activity,
                        "valid_from": first,
                        "valid_to": last,
                    }
                )
        for number, row in enumerate(sorted(self.statuses, key=lambda row: row["valid_from"]), start=1):
            follows = any(
                other["home"] is row["home"]
                and other["status"] == row["status"]
                and other["valid_to"] + timedelta(days=1) == row["valid_from"]
                for other in self.statuses
            )
            rows["status_decisions"].append(
                {
                    "decision_id": number,
                    "household_id": home_numbers[row["home"].case],
                    "status": row["status"],
                    "decision_kind": "renewed" if follows else "granted",
                    "valid_from": row["valid_from"],
                    "valid_to": row["valid_to"],
                }
            )
        for number, row in enumerate(self.payments, start=1):
            day = row["payment_date"]
            rows["payments"].append(
                {
                    "payment_id": number,
                    "payment_date": day,
                    "household_id": home_numbers[row["home"].case],
                    "person_id": person(row["person"]) if row["person"] else None,
                    "benefit_type": row["benefit_type"],
                    "form": row["form"],
                    "cents": row["cents"],
                    "status": self.status_on(row["home"], day),
                    "territory": row["home"].lives_in(day),
                }
            )
        for number, row in enumerate(self.visits, start=1):
            rows["visits"].append(
                {
                    "visit_id": number,
                    "visit_date": row["visit_date"],
                    "person_id": person(row["person"]),
                    "branch": row["branch"],
                }
            )
            rows["visit_activities"] += [{"visit_id": number, "service_activity": code} for code in row["activities"]]
        for number, row in enumerate(self.consultations, start=1):
            rows["consultations"].append(
                {
                    "consultation_id": number,
                    "consultation_date": row["consultation_date"],
                    "person_id": person(row["person"]),
                    "psychologist": row["psychologist"],
                    "attendance": row["attendance"],
                }
            )
        said: dict[int, dict[date, set[str]]] = {}
        for row in self.consultations:
            said.setdefault(person(row["person"]), {}).setdefault(row["consultation_date"], set()).update(row["areas"])
        for number, days in said.items():
            for day, areas in days.items():
                later = [other for other in days if other > day]
                rows["client_problem_areas"] += [
                    {
                        "person_id": number,
                        "problem_area": area,
                        "valid_from": day,
                        "valid_to": min(later) - timedelta(days=1) if later else None,
                    }
                    for area in areas
                ]
        rows["load_spans"] = [
            {"load_id": 1, "subject": subject, "data_from": first, "data_until": last}
            for subject, days in (
                ("assistance", [row["payment_date"] for row in self.payments]),
                ("status", [row["valid_from"] for row in self.statuses]),
                ("day_centres", [row["visit_date"] for row in self.visits]),
                ("psychologists", [row["consultation_date"] for row in self.consultations]),
            )
            for first, last in months_of(days)
        ]
        return rows

    def status_on(self, home: Household, day: date) -> str | None:
        """Needy before low-income, none where there is no decision, nothing on days without exported decisions."""
        found = {
            row["status"]
            for row in self.statuses
            if row["home"] is home and row["valid_from"] <= day <= row["valid_to"]
        }
        known = any(first <= day <= last for first, last in months_of(row["valid_from"] for row in self.statuses))
        without = "none" if known else None
        return next((status for status in ("needy", "low_income") if status in found), without)


def months_of(days: Iterable[date]) -> list[tuple[date, date]]:
    """The first and the last day of each month that has any of the days."""
    firsts = sorted({day.replace(day=1) for day in days})
    return [(first, _months_later(first, 1) - timedelta(days=1)) for first in firsts]


def _months_later(day: date, months: int) -> date:
    number = day.year * 12 + day.month - 1 + months
    return date(number // 12, number % 12 + 1, day.day)


# ── files as people have them ────────────────────────────────────────────────────────────────────


@dataclass(frozen=True)
class Style:
    """How a program writes a CSV file."""

    separator: str = ";"
    encoding: str = "utf-8"
    day: str = "%d.%m.%Y."
    amount: Callable[[int], str] = lambda cents: spoken(cents)
    title: bool = False
    total: bool = False


def spoken(cents: int, point: str = ",", group: str = "", unit: str = "") -> str:
    """-123456 → -1 234,56 €."""
    whole = f"{abs(cents) // 100:,}".replace(",", group)
    return f"{'-' if cents < 0 else ''}{whole}{point}{abs(cents) % 100:02}{unit}"


STYLES = (
    Style(),
    Style(separator=",", encoding="utf-8-sig", day="%Y-%m-%d", amount=lambda cents: spoken(cents, "."), title=True),
    Style(
        separator="\t",
        encoding="windows-1257",
        day="%d.%m.%Y",
        amount=lambda cents: spoken(cents, group=" "),
        total=True,
    ),
    Style(title=True, total=True, amount=lambda cents: spoken(cents, group=" ", unit=" €"), encoding="windows-1257"),
)


def headings(kind: str) -> dict[str, str]:
    """Column name → heading, in the order of the template."""
    return {column.name: column.heading for column in KINDS[kind].columns}


def cell(value: object, name: str, style: Style) -> str:
    if value is None:
        return ""
    if isinstance(value, date):
        return value.strftime(style.day)
    return style.amount(value) if name == "cents" else str(value)


def write_csv(path: Path, kind: str, rows: Iterable[Row], style: Style = STYLES[0]) -> None:
    names = headings(kind)
    with path.open("w", encoding=style.encoding, newline="") as file:
        writer = csv.writer(file, delimiter=style.separator, lineterminator="\r\n")
        if style.title:
            writer.writerow(["Ogres novada sociālais dienests"])
            writer.writerow([])
        writer.writerow(names.values())
        for row in rows:
            writer.writerow([cell(row.get(name), name, style) for name in names])
        if style.total and kind == "payments":
            before = list(names).index("cents")
            writer.writerow([*["Kopā", *[""] * before][:before], style.amount(sum(row["cents"] for row in rows))])


def write_workbook(path: Path, tables: dict[str, list[Row]]) -> None:
    """Days are Excel's days and amounts its numbers, under a title."""
    book = openpyxl.Workbook()
    book.remove(book.active)
    for kind, rows in tables.items():
        sheet = book.create_sheet(KINDS[kind].title)
        sheet.append(["Ogres novada sociālais dienests"])
        names = headings(kind)
        sheet.append(list(names.values()))
        for row in rows:
            values = [row.get(name) for name in names]
            sheet.append([v / 100 if name == "cents" else v for name, v in zip(names, values, strict=True)])
    book.save(path)
