"""Payments of benefits outside social assistance, 2011-2023, with their amounts.

In 2023 they bring the households of all benefits together to the published number and their members to
its reading: families with meals fill up what the other benefits leave.
"""

import numpy as np
import pandas as pd

from data_access.demo.assistance import families, small
from data_access.demo.assistance.calendar import payment_days
from data_access.demo.assistance.money import pay
from data_access.demo.assistance.world import FIRST_YEAR, LAST_YEAR, World, column
from data_access.demo.targets import cents, count

RESIDENTS, UKRAINE = "residents", "ukraine_civilians"

PRINTED = {
    "guardian": "tables.guardian",
    "trustee": "tables.trustee",
    "rehabilitation_children_disability": "tables.rehabilitation_children_disability",
    "funeral": "tables.funeral",
    "meals_preschool": "tables.meals_preschool",
    "meals_school": "tables.meals_school",
}
ORPHANS = {
    "orphan_independent_living": "independent_living_start",
    "orphan_household_items": "household_items",
    "orphan_monthly_expenses": "monthly_expenses",
    "orphan_housing": "housing",
}
FOSTER = {"foster_child_maintenance": "child_maintenance", "foster_clothing": "clothing"}
UKRAINIAN = (
    "emergency_guardian_duties",
    "emergency_guardian_child_maintenance",
    "clothing",
    "home_care",
    "accommodation_remuneration",
)
PRESCHOOL_SHARE_UKRAINE = 0.42
"""The report prints the meals of Ukrainian children in one sum."""

MEALS_AFTER_BIRTH = 0.55
"""Share of families with three children and more that get meals."""


def payments(world: World) -> pd.DataFrame:
    """Payments with household, person, date, type, form and cents; adds the households that get them."""
    born_on = world.persons["born_on"]
    born = pd.concat(
        [
            families.births(world, born_on),
            *(families.ukrainian_birth(world, year) for year in (LAST_YEAR - 1, LAST_YEAR)),
        ],
        ignore_index=True,
    )
    funerals, deceased = small.funerals(world)
    ukrainian, hosted, hosting = small.ukrainians(world)
    few = pd.concat(
        [small.orphans(world), small.foster(world), funerals, small.families_with_help(world), ukrainian],
        ignore_index=True,
    )
    few["date"] = payment_days(world.rng, few["month"])
    _bury(world, few, deceased)
    found = pd.concat([few, _meals(world, born, few, deceased, hosted, hosting)], ignore_index=True)
    found["form"] = np.where(found["type"].str.startswith("meals"), "in_kind", "cash")
    born = born.assign(
        type="birth",
        form="cash",
        date=payment_days(world.rng, born["month"]),
        cents=100 * np.array(families.BIRTH_AMOUNT)[born["order"]],
    )
    columns = ["household", "person", "date", "type", "form", "cents"]
    return pd.concat([born[columns], _amounts(world, _in_kind(found))[columns]], ignore_index=True)


def _bury(world: World, few: pd.DataFrame, deceased: np.ndarray) -> None:
    """Let the deceased leave their household some weeks before the payment."""
    paid_on = few[few["type"] == "funeral"].set_index("person")["date"].reindex(deceased).to_numpy("datetime64[D]")
    left_on = paid_on - world.rng.integers(4, 41, len(deceased))
    world.persons["left_on"][deceased] = left_on
    world.persons["last"][deceased] = left_on.astype("datetime64[Y]").astype(int) + 1970


def _meals(world: World, born, few, deceased, hosted, hosting) -> pd.DataFrame:
    """Meals of children in assisted households, in large families, with Ukrainian hosts, and in others."""
    rng = world.rng
    large = born[(born["order"] == 2) & (born["population"] == RESIDENTS)].drop_duplicates("household", keep="last")
    outside = ~world.assisted[large["household"]].any(axis=1)
    large = large[outside & (rng.random(len(large)) < MEALS_AFTER_BIRTH)]
    until = np.where(large["year"] == LAST_YEAR, LAST_YEAR, large["year"] + rng.integers(1, 7, len(large)))
    large_last = np.minimum(until, LAST_YEAR)
    groups = [
        (large["household"].to_numpy(), large["year"].to_numpy() - 2, large_last),
        families.meals_in_assistance(world),
        (hosted, *hosting),
    ]
    for year in range(FIRST_YEAR, LAST_YEAR):
        household, first = families.meals_families(world, year, families.MEALS_FAMILIES)
        groups.append((household, first, np.full(len(household), year)))
    household, first, last = (np.concatenate(parts) for parts in zip(*groups, strict=True))
    early = world.households["new_unit"][household]
    found = families.meals(world, household, np.where(early, np.maximum(first, 2021), first), last)

    paid = np.concatenate([some.loc[_in_last_year(some), "household"].unique() for some in (born, few, found)])
    outside = np.zeros(len(world), bool)
    outside[paid] = True
    outside &= ~world.assisted[:, column(LAST_YEAR)]
    members = world.members(LAST_YEAR)
    members[deceased] = False
    persons = np.bincount(world.persons["household"][members], minlength=len(world))[outside].sum()
    number = count("tables.assistance.households.2023") - count("assistance.total.households.2023.all") - outside.sum()
    persons = count("tables.assistance.persons.2023") - count("assistance.total.persons.2023.all") - persons
    household, first = families.meals_families(world, LAST_YEAR, int(number), int(persons))
    return pd.concat([found, families.meals(world, household, first, LAST_YEAR)], ignore_index=True)


def _in_last_year(found: pd.DataFrame) -> pd.Series:
    return found["month"] // 12 + FIRST_YEAR == LAST_YEAR


def _in_kind(found: pd.DataFrame) -> pd.DataFrame:
    """Each fifth orphan gets household items in kind, and one of the last year does in any case."""
    items = found["type"] == "orphan_household_items"
    chosen = items & (found["person"] % 5 == 0)
    chosen |= found.index == found.index[items & _in_last_year(found)][0]
    return found.assign(form=found["form"].mask(chosen, "in_kind"))


def _amounts(world: World, found: pd.DataFrame) -> pd.DataFrame:
    """Share out the printed sums of 2022 and 2023; other years get about what the payments weigh."""
    year = found["month"] // 12 + FIRST_YEAR
    population = np.where(world.households["ukrainian"][found["household"]], UKRAINE, RESIDENTS)
    found["cell"] = list(zip(found["type"], population, found["form"], year, strict=True))
    printed = printed_cells()
    weight = found.groupby("cell")["weight"].sum()
    totals = {cell: printed.get(cell) or round(weight[cell]) for cell in weight.index}
    items = ("orphan_household_items", RESIDENTS)
    spent = printed[(*items, "cash", 2022)]
    totals[(*items, "cash", 2022)] = spent - totals.get((*items, "in_kind", 2022), 0)
    missing = [cell for cell, total in printed.items() if total and cell not in totals]
    if missing:
        raise ValueError(f"printed sums without a payment: {missing}")
    return pay(world.rng, found, totals)


def printed_cells() -> dict[tuple, int]:
    """Cents by (type, population, form, year) where the report prints them."""
    cells = {}
    for year in (2022, 2023):
        for name, stem in PRINTED.items():
            form = "in_kind" if name.startswith("meals") else "cash"
            cells[name, RESIDENTS, form, year] = cents(f"{stem}.spend.{year}.residents")
        for name, component in ORPHANS.items():
            cells[name, RESIDENTS, "cash", year] = cents(f"tables.orphans.{component}.spend.{year}")
        for name in UKRAINIAN:
            cells[name, UKRAINE, "cash", year] = cents(f"ukraine.{name}.spend.{year}")
        meals = cents(f"ukraine.meals.spend.{year}")
        preschool = int(meals * PRESCHOOL_SHARE_UKRAINE)
        cells["meals_preschool", UKRAINE, "in_kind", year] = preschool
        cells["meals_school", UKRAINE, "in_kind", year] = meals - preschool
    for name, component in FOSTER.items():
        cells[name, RESIDENTS, "cash", 2023] = cents(f"benefits.foster_family.{component}.spend.2023")
    in_kind = cents("benefits.orphans.spend.in_kind.2023")
    cells["orphan_household_items", RESIDENTS, "in_kind", 2023] = in_kind
    cells["orphan_household_items", RESIDENTS, "cash", 2023] -= in_kind
    return cells
