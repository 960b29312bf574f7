"""The demonstration's assistance records: counted by plain pandas, they give the published figures.

What is expected is read from the published CSV files alone, never from the code that makes the records.
"""

import csv
from datetime import date
from decimal import Decimal
from functools import cache
from pathlib import Path

import pandas as pd
import pytest

from data_access.demo.assistance import assistance_records

ROOT = Path(__file__).resolve().parent.parent / "data_access"
CHAPTERS = {
    "assistance_overview", "income_tested", "statuses", "gmi", "housing", "other_municipal_benefits", "health",
    "education", "other_expenses", "crisis", "other_statutory", "orphans", "foster_family", "birth", "meals",
    "funeral", "dept_social_assistance_tables", "ukraine_support", "chart_series_2011_2023",
}  # fmt: skip
RULES = {
    "threshold",
    "threshold_percent",
    "percent",
    "benefit_amount",
    "assessment_period",
    "payment_interval",
}
SEEDS = (1, 2023)


def rows(*path: str) -> list[dict[str, str]]:
    with open(ROOT.joinpath(*path), encoding="utf-8", newline="") as lines:
        return list(csv.DictReader(lines))


BENEFITS = {row["benefit"]: row for row in rows("reference", "benefits.csv")}
TYPES = {row["benefit_type"]: row["benefit"] for row in rows("reference", "benefit_types.csv")}
READINGS = {row["figure_id"]: row["reading"] for row in rows("published", "readings.csv")}
FIGURES = [
    row
    for row in rows("published", "published_figures.csv")
    if row["chapter"] in CHAPTERS and row["measure"] not in RULES and READINGS.get(row["figure_id"]) != "gap"
]

OTHER_MUNICIPAL = {"health", "incontinence_goods", "education", "social_rehabilitation"}
IN_THE_REPORT = {  # what the report's words mean in benefit codes
    "housing": {"housing"},
    "health": {"health", "incontinence_goods"},
    "other_municipal": OTHER_MUNICIPAL,
    "other_expenses": {"social_rehabilitation"},
    "income_tested": {"gmi", "housing", *OTHER_MUNICIPAL},
    "other_statutory": {"orphans", "foster_family"},
    "meals": {"meals_preschool", "meals_school"},
    "health_and_incontinence": {"health", "incontinence_goods"},
}
COMPONENTS = {
    "utilities_and_fuel": "housing_utilities_fuel",
    "maintenance": "housing_maintenance",
    "independent_living_start": "orphan_independent_living",
    "household_items": "orphan_household_items",
    "housing": "orphan_housing",
    "monthly_expenses": "orphan_monthly_expenses",
    "child_maintenance": "foster_child_maintenance",
    "clothing": "foster_clothing",
    "remuneration_under_one_month": "foster_remuneration_short",
    "preschool": "meals_preschool",
    "school": "meals_school",
}
OF_RECIPIENTS = {"other_statutory", "orphans", "foster_family", "funeral"}


@cache
def made(seed: int) -> dict[str, pd.DataFrame]:
    """The records of a seed: making them takes some seconds."""
    return assistance_records(seed)


@pytest.fixture(scope="module", params=SEEDS)
def records(request) -> dict[str, pd.DataFrame]:
    frames = {table: frame.copy() for table, frame in made(request.param).items()}
    population = frames["households"].set_index("household_id")["population"]
    payments = frames["payments"]
    payments["population"] = population.reindex(payments["household_id"]).to_numpy()
    payments["year"] = payments["payment_date"].dt.year
    payments["benefit"] = payments["benefit_type"].map(TYPES)
    decisions = frames["status_decisions"]
    decisions["population"] = population.reindex(decisions["household_id"]).to_numpy()
    persons = frames["persons"].set_index("person_id")
    memberships = frames["memberships"]
    for column in ("birth_date", "disability"):
        memberships[column] = persons[column].reindex(memberships["person_id"]).to_numpy()
    memberships["until"] = memberships["valid_to"].fillna(pd.Timestamp("2100-01-01"))
    frames["payments_of"] = dict(iter(payments.groupby("year")))
    return frames


# ── counted like the published figures ───────────────────────────────────────────────────────────


def dimensions(figure: dict[str, str]) -> dict[str, str]:
    return dict(part.split("=", 1) for part in figure["dimensions"].split(";") if part)


def chosen(records, figure) -> pd.DataFrame:
    """The payments that a figure counts."""
    by, payments = dimensions(figure), records["payments_of"][int(figure["year"])]
    benefit = by.get("benefit")
    if benefit:
        codes = IN_THE_REPORT.get(benefit, {benefit})
        if figure["figure_id"].startswith("tables.") and benefit == "health":
            codes = {"health"}
        payments = payments[payments["benefit"].isin(codes)]
    elif not figure["figure_id"].startswith("tables.assistance."):
        social = {code for code, row in BENEFITS.items() if row["social_assistance"] == "true"}
        payments = payments[payments["benefit"].isin(social)]
    component = by.get("component") or by.get("institution")
    if component:
        payments = payments[payments["benefit_type"] == COMPONENTS[component]]
    form = "cash" if figure["figure_id"].startswith("tables.education.") else by.get("form", "all")
    if form != "all":
        payments = payments[payments["form"] == form]
    if by.get("population") in ("residents", "ukraine_civilians"):
        payments = payments[payments["population"] == by["population"]]
    if by.get("status"):
        payments = payments[payments["status"] == by["status"]]
    return payments


def members(records, days: pd.DataFrame) -> pd.DataFrame:
    """Memberships on days of households."""
    pairs = days[["household_id", "day"]].drop_duplicates().merge(records["memberships"], on="household_id")
    return pairs[(pairs["valid_from"] <= pairs["day"]) & (pairs["until"] >= pairs["day"])]


def age_reached(birth_date: pd.Series, year: int, years: int, months: int = 0) -> pd.Series:
    """Whether an age is reached on 31 December of a year."""
    return birth_date + pd.DateOffset(years=years, months=months) <= pd.Timestamp(year, 12, 31)


def of_group(people: pd.DataFrame, group: str, year: int, apart: bool) -> pd.DataFrame:
    """Members of a group; the report's "working age" is all adults, or (`apart`) those not told in other lines."""
    adult = age_reached(people["birth_date"], year, 18)
    pension = max((r for r in rows("reference", "pension_age.csv") if int(r["from_year"]) <= year),
                  key=lambda r: int(r["from_year"]))  # fmt: skip
    old = age_reached(people["birth_date"], year, int(pension["years"]), int(pension["months"]))
    disabled = people["disability"] == "with"
    working = adult & ~old & ~disabled
    activity = people["activity"]
    mask = {
        "children": ~adult,
        "children_with_disability": ~adult & disabled,
        "working_age": working if apart else adult,
        "adults": adult,
        "pension_age": old,
        "disabled": adult & ~old & disabled,
        "employed": working & (activity == "employed"),
        "unemployed": working & activity.isin(["unemployed", "public_works"]),
        "childcare_leave": working & (activity == "childcare_leave"),
        "temporary_public_works": activity == "public_works",
    }
    return people[mask[group]]


def with_status(records, status: str, year: int, population: str) -> tuple[int, pd.DataFrame]:
    """Households with a status in a year, and their memberships on a day of it."""
    decisions = records["status_decisions"]
    first, last = pd.Timestamp(year, 1, 1), pd.Timestamp(year, 12, 31)
    decisions = decisions[(decisions["status"] == status) & (decisions["valid_from"] <= last)]
    decisions = decisions[decisions["valid_to"] >= first]
    if population != "all":
        decisions = decisions[decisions["population"] == population]
    pairs = decisions.merge(records["memberships"], on="household_id", suffixes=("", "_member"))
    begin = pairs[["valid_from", "valid_from_member"]].max(axis=1).clip(lower=first)
    end = pairs[["valid_to", "until"]].min(axis=1).clip(upper=last)
    return decisions["household_id"].nunique(), pairs[begin <= end]


def counted(records, figure) -> Decimal:
    by, year = dimensions(figure), int(figure["year"])
    if "status" in by and "benefit" not in by and figure["measure"] != "spend":
        population = by.get("population", "all")
        if figure["chapter"] == "chart_series_2011_2023":  # the chart mixes bases
            population = "residents" if by["status"] == "low_income" else "all"
        households, people = with_status(records, by["status"], year, population)
        if figure["unit"] == "households":
            return Decimal(households)
    else:
        payments = chosen(records, figure)
        if figure["measure"] in ("spend", "assistance_spend") or figure["unit"] == "EUR":
            return Decimal(int(payments["cents"].sum())) / 100
        if figure["unit"] == "households":
            return Decimal(payments["household_id"].nunique())
        if by.get("benefit") in OF_RECIPIENTS:
            recipients = records["persons"].merge(payments[["person_id"]].drop_duplicates(), on="person_id")
            people = recipients.assign(activity=None)
        else:
            people = members(records, payments.rename(columns={"payment_date": "day"}))
    group = by.get("household_member") or by.get("age_group")
    if group:
        people = of_group(people, group, year, by.get("benefit") in ("housing", "other_municipal"))
    return Decimal(people["person_id"].nunique())


def test_every_figure_of_the_chapters_comes_out(records):
    wrong = {}
    for figure in FIGURES:
        expected = Decimal(READINGS.get(figure["figure_id"], figure["value"]))
        if (found := counted(records, figure)) != expected:
            wrong[figure["figure_id"]] = (found, expected)
    assert wrong == {}
    assert len(FIGURES) > 250


# ── consistent with itself ───────────────────────────────────────────────────────────────────────


def test_codes_and_days_are_those_of_the_reference(records):
    payments = records["payments"]
    assert set(payments["benefit_type"]) <= set(TYPES)
    assert (payments["payment_date"].dt.day_of_week < 5).all()
    assert payments["payment_date"].between("2011-01-01", "2023-12-31").all()
    for benefit, part in payments.groupby("benefit"):
        assert (part["payment_date"] >= BENEFITS[benefit]["valid_from"]).all()
    assert (payments["cents"] != 0).all()
    assert set(payments["form"]) == {"cash", "in_kind"}
    territories = {row["territory"] for row in rows("reference", "territories.csv")}
    assert set(payments["territory"].dropna()) == territories


def test_keys_are_unique_and_known(records):
    for table, key in (
        ("persons", ["person_id"]), ("persons", ["person_key"]), ("households", ["household_id"]),
        ("residences", ["household_id", "valid_from"]), ("payments", ["payment_id"]),
        ("memberships", ["household_id", "person_id", "valid_from"]), ("status_decisions", ["decision_id"]),
    ):  # fmt: skip
        assert not records[table].duplicated(key).any(), table
    households = set(records["households"]["household_id"])
    for table in ("residences", "memberships", "status_decisions", "payments"):
        assert set(records[table]["household_id"]) <= households
    persons = set(records["persons"]["person_id"])
    assert set(records["memberships"]["person_id"]) == persons
    assert set(records["payments"]["person_id"].dropna()) <= persons
    assert max(persons) < 1_000_000
    assert records["persons"]["birth_date"].notna().all()
    assert set(records["persons"]["sex"]) == {"female", "male"}


def test_periods_do_not_overlap_and_stay_inside_the_household(records):
    lives = records["households"].set_index("household_id")
    never = pd.Timestamp("2100-01-01")
    for table, key in (
        ("memberships", ["person_id"]), ("residences", ["household_id"]),
        ("status_decisions", ["household_id"]),
    ):  # fmt: skip
        frame = records[table].assign(until=records[table]["valid_to"].fillna(never))
        frame = frame.sort_values([*key, "valid_from"])
        assert (frame["valid_from"] <= frame["until"]).all(), table
        follows = frame[key[0]].eq(frame[key[0]].shift())
        assert (frame["valid_from"] > frame["until"].shift())[follows].all(), table
        home = frame["household_id"].to_numpy()
        assert (frame["valid_from"].to_numpy() >= lives["formed_on"].reindex(home).to_numpy()).all(), table
        if table != "status_decisions":
            end = lives["dissolved_on"].fillna(never).reindex(home).to_numpy()
            assert (frame["until"].to_numpy() <= end).all(), table
    payments = records["payments"]
    life = lives.reindex(payments["household_id"])
    assert (payments["payment_date"].to_numpy() >= life["formed_on"].to_numpy()).all()
    assert (payments["payment_date"].to_numpy() <= life["dissolved_on"].fillna(never).to_numpy()).all()


def test_a_member_is_born_before_joining(records):
    memberships = records["memberships"]
    assert (memberships["valid_from"] >= memberships["birth_date"]).all()


def test_somebody_of_age_lives_with_each_household_all_its_life(records):
    """Then no child is ever alone."""
    memberships, lives = records["memberships"], records["households"].set_index("household_id")
    of_age = memberships["birth_date"] + pd.DateOffset(years=18)
    spans = memberships.assign(begin=memberships["valid_from"].where(memberships["valid_from"] > of_age, of_age))
    spans = spans[spans["begin"] <= spans["until"]].groupby(["household_id", "person_id"])
    spans = spans.agg(begin=("begin", "min"), until=("until", "max")).reset_index()
    life = lives.reindex(spans["household_id"])
    end = life["dissolved_on"].fillna(pd.Timestamp("2100-01-01")).to_numpy()
    whole = (spans["begin"].to_numpy() <= life["formed_on"].to_numpy()) & (spans["until"].to_numpy() >= end)
    assert set(spans.loc[whole, "household_id"]) == set(lives.index)


def test_status_and_territory_of_a_payment_are_those_of_its_day(records):
    payments = records["payments"]
    pairs = payments[["payment_id", "household_id", "payment_date", "status", "territory"]]
    decided = pairs.merge(records["status_decisions"], on="household_id", suffixes=("", "_decided"))
    decided = decided[decided["payment_date"].between(decided["valid_from"], decided["valid_to"])]
    needy_wins = decided.groupby("payment_id")["status_decided"].max()  # "needy" > "low_income"
    expected = needy_wins.reindex(pairs["payment_id"]).fillna("none")
    assert (expected.to_numpy() == pairs["status"].to_numpy()).all()
    assert (payments.loc[payments["benefit"] == "gmi", "status"] == "needy").all()

    living = pairs.merge(records["residences"], on="household_id", suffixes=("", "_lived"))
    until = living["valid_to"].fillna(pd.Timestamp("2100-01-01"))
    living = living[living["payment_date"].between(living["valid_from"], until)]
    assert len(living) == len(pairs)
    assert (living["territory"].fillna("?") == living["territory_lived"].fillna("?")).all()


def test_before_the_reform_only_the_old_municipality_pays(records):
    old = {
        "ogre",
        "ogresgals",
        "madliena",
        "suntazi",
        "taurupe",
        "krape",
        "keipene",
        "laubere",
        "mazozoli",
        "mengele",
    }
    payments = records["payments"]
    early = payments[payments["payment_date"] < "2021-07-01"]
    assert set(early["territory"].dropna()) == old


def test_ukrainian_civilians_come_in_march_2022(records):
    homes = records["households"]
    assert (homes.loc[homes["population"] == "ukraine_civilians", "formed_on"] >= "2022-03-01").all()


def test_decisions_last_as_long_as_they_may_and_are_renewed_without_a_gap(records):
    decisions = records["status_decisions"].sort_values(["household_id", "status", "valid_from"])
    after = decisions["valid_to"] + pd.Timedelta(days=1)
    months = (after.dt.year - decisions["valid_from"].dt.year) * 12 + after.dt.month - decisions["valid_from"].dt.month
    assert set(months) == {3, 6, 12}
    same = decisions["household_id"].eq(decisions["household_id"].shift())
    same &= decisions["status"].eq(decisions["status"].shift())
    renews = same & decisions["valid_from"].eq(after.shift())
    assert (renews == (decisions["decision_kind"] == "renewed")).all()
    both = decisions[decisions["valid_from"].dt.year == 2023].groupby("household_id")["status"].nunique()
    assert (both == 2).any()


def test_corrections_follow_a_larger_payment(records):
    payments = records["payments"]
    back = payments[payments["cents"] < 0]
    assert len(back) > 300
    keys = ["household_id", "benefit_type", "form"]
    pairs = back.merge(payments[payments["cents"] > 0], on=keys, suffixes=("", "_paid"))
    pairs = pairs[(pairs["payment_date_paid"] < pairs["payment_date"]) & (pairs["cents_paid"] > -pairs["cents"])]
    assert set(pairs["payment_id"]) == set(back["payment_id"])


def test_the_debt_benefit_is_paid_to_those_with_an_income_tested_one(records):
    payments = records["payments"]
    tested = {code for code, row in BENEFITS.items() if row["benefit_group"] in ("basic", "other_municipal")}
    debt = payments[payments["benefit"] == "housing_debt"]
    for year, part in debt.groupby("year"):
        got = payments[(payments["year"] == year) & payments["benefit"].isin(tested)]
        assert set(part["household_id"]) <= set(got["household_id"])


def test_a_birth_benefit_is_paid_within_a_year_and_by_order_of_birth(records):
    paid = records["payments"][records["payments"]["benefit"] == "birth"].merge(records["persons"], on="person_id")
    days = (paid["payment_date"] - paid["birth_date"]).dt.days
    assert days.between(0, 365).all()
    homes = records["memberships"][["household_id", "person_id", "birth_date"]].drop_duplicates("person_id")
    elder = paid.merge(homes, on="household_id", suffixes=("", "_elder"))
    elder = elder[elder["birth_date_elder"] < elder["birth_date"]]
    minor = elder["birth_date_elder"] + pd.DateOffset(years=18) > elder["birth_date"]
    number = minor.groupby(elder["payment_id"]).sum().reindex(paid["payment_id"], fill_value=0)
    assert (paid["cents"].to_numpy() == (number.to_numpy().clip(max=2) + 1) * 10000).all()


def test_the_deceased_left_before_their_funeral_was_paid(records):
    paid = records["payments"][records["payments"]["benefit"] == "funeral"]
    stays = paid.merge(records["memberships"].groupby("person_id")["until"].max().reset_index(), on="person_id")
    assert (stays["until"] < stays["payment_date"]).all()


def test_meals_are_paid_for_children(records):
    meals = records["payments"][records["payments"]["benefit"].str.startswith("meals")]
    born = meals.merge(records["persons"], on="person_id")
    age = born["payment_date"].dt.year - born["birth_date"].dt.year
    assert age.between(2, 18).all()
    school = meals[meals["benefit"] == "meals_school"]
    assert not set(school["payment_date"].dt.month) & {6, 7, 8}


def test_housing_weighs_more_in_the_heating_season(records):
    housing = records["payments"][records["payments"]["benefit"] == "housing"]
    by_month = housing.groupby(housing["payment_date"].dt.month)["cents"].sum()
    assert by_month[[10, 11, 12, 1, 2, 3, 4]].min() > by_month[[5, 6, 7, 8, 9]].max()


def test_most_households_of_2023_were_there_in_2022(records):
    payments = records["payments"]
    years = [set(payments.loc[payments["year"] == year, "household_id"]) for year in (2022, 2023)]
    assert len(years[0] & years[1]) > 0.5 * len(years[1])


def test_no_correction_leaves_a_household_with_less_than_nothing(records):
    payments = records["payments"]
    assert (payments.groupby(["household_id", "benefit_type", "year"])["cents"].sum() > 0).all()


def test_the_same_seed_gives_the_same_records():
    first, second = made(SEEDS[0]), assistance_records(SEEDS[0])
    for table, frame in first.items():
        pd.testing.assert_frame_equal(frame, second[table])
    assert first["payments"]["payment_date"].max().date() <= date(2023, 12, 31)
