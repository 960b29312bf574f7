"""Benefits of few: orphans, foster families, funerals, guardians, and the support of Ukrainian civilians."""

import numpy as np
import pandas as pd

from data_access.demo.assistance.people import add_adults, add_children, furnish
from data_access.demo.assistance.world import EMPLOYED, FIRST_YEAR, LAST_YEAR, NEW_UNITS_SHARE, World, column
from data_access.demo.targets import count

ORPHAN_HOUSEHOLDS, ORPHAN_PAIRS = 51, 5
"""56 orphans of 2023 in 51 households: with the 31 foster families the 82 households of the report."""

# Households a year, from 2011 to 2023; only 2023 of foster families and funerals is published.
FUNERALS = (58, 60, 55, 62, 61, 63, 60, 64, 66, 68, 75, 74)
GUARDIANS = (20, 20, 21, 21, 22, 22, 22, 23, 23, 24, 28, 30, 13)
TRUSTEES = (6, 6, 6, 7, 7, 7, 8, 8, 8, 8, 10, 10, 12)
REHABILITATION = (4, 4, 5, 5, 6, 6, 7, 7, 8, 8, 9, 10, 18)
ORPHANS = (20, 21, 22, 22, 23, 24, 24, 25, 26, 27, 38, 45, ORPHAN_HOUSEHOLDS)
FOSTER = (6, 6, 7, 8, 9, 10, 11, 12, 13, 15, 24, 28)
GUARDED_UKRAINIANS = (15, 9)  # 2022, 2023
HOSTED_UKRAINIANS = (62, 26)


def roster(rng, counts, longest: int, first_year: int = FIRST_YEAR) -> tuple[np.ndarray, np.ndarray]:
    """First and last years of so many at a time: each year three in four stay, none beyond so many years."""
    first, last = np.empty(0, int), np.empty(0, int)
    for year, number in enumerate(counts, first_year):
        staying = np.flatnonzero((last == year - 1) & (year - first < longest))
        staying = rng.permutation(staying)[: min(number, round(0.75 * len(staying)) if year > 2011 else 0)]
        last[staying] = year
        new = number - len(staying)
        first, last = np.concatenate([first, np.full(new, year)]), np.concatenate([last, np.full(new, year)])
    return first, last


def _settle(world: World, first, ukrainian: bool = False) -> np.ndarray:
    new_unit = (world.rng.random(len(first)) < NEW_UNITS_SHARE) & (first >= 2022) & (not ukrainian)
    return world.add_households(len(first), ukrainian=ukrainian, new_unit=new_unit)


def _monthly(world: World, person, household, first, last, benefit_type: str, euro, share: float = 0.9):
    """Payments in most months of the years from a first to a last of each person or household."""
    rng = world.rng
    months = 12 * len(range(FIRST_YEAR, LAST_YEAR + 1))
    month = np.arange(months)
    able = (month // 12 >= (first - FIRST_YEAR)[:, None]) & (month // 12 <= (last - FIRST_YEAR)[:, None])
    able &= (rng.random(able.shape) < share) | (month % 12 == 10)
    able &= ~world.households["ukrainian"][household][:, None] | (month >= 12 * column(2022) + 2)
    row, month = np.nonzero(able)
    amount = np.broadcast_to(euro, len(household))[row] * rng.uniform(0.97, 1.03, len(row)) * (0.7 + 0.002 * month)
    return pd.DataFrame(
        {
            "household": household[row],
            "person": np.nan if person is None else person[row],
            "month": month,
            "type": benefit_type,
            "weight": 100 * amount,
        }
    )


def _once(world: World, person, household, year, benefit_type: str, euro) -> pd.DataFrame:
    """One payment of each person in a year of their own."""
    rng = world.rng
    year = np.broadcast_to(year, len(household))
    return pd.DataFrame(
        {
            "household": household,
            "person": np.nan if person is None else person,
            "month": 12 * (year - FIRST_YEAR) + rng.integers(2, 12, len(household)),
            "type": benefit_type,
            "weight": 100 * euro * rng.uniform(0.8, 1.2, len(household)),
        }
    )


def orphans(world: World) -> pd.DataFrame:
    """Orphans after out-of-family care: a flat of their own, some shared with a brother or sister."""
    rng = world.rng
    first, last = roster(rng, ORPHANS, 5)
    household = _settle(world, first)
    recent = np.lexsort((rng.random(len(last)), -last))
    pairs = np.zeros(len(first), bool)
    pairs[recent[:ORPHAN_PAIRS]] = True
    pairs |= (last < LAST_YEAR) & (rng.random(len(last)) < 0.1)
    one = world.add_persons(household, born=first - 19, head=True, activity=EMPLOYED)
    two = world.add_persons(
        household[pairs], born=first[pairs] - 19 - rng.integers(0, 2, pairs.sum()), activity=EMPLOYED
    )
    person = np.concatenate([one, two])
    home, begin, end = (np.concatenate([values, values[pairs]]) for values in (household, first, last))

    now = np.flatnonzero(end == LAST_YEAR)
    now = now[np.argsort(-begin[now], kind="stable")]  # those who began last come first
    figure = "benefits.orphans.{}.persons.2023"
    chosen = {
        "orphan_monthly_expenses": now[len(now) - count(figure.format("monthly_expenses")) :],
        "orphan_housing": rng.choice(now, count(figure.format("housing")), replace=False),
        "orphan_independent_living": now[: count(figure.format("independent_living_start"))],
        "orphan_household_items": now[: count(figure.format("household_items"))],
    }
    before = np.flatnonzero(begin < LAST_YEAR)
    until = np.minimum(end[before], LAST_YEAR - 1)
    housed = rng.random(len(before)) < 0.6
    parts = [
        _monthly(world, person[before], home[before], begin[before], until, "orphan_monthly_expenses", 112),
        _monthly(world, person[before[housed]], home[before[housed]], begin[before[housed]], until[housed],
                 "orphan_housing", 150),
        _once(world, person[before], home[before], begin[before], "orphan_independent_living", 190),
        _once(world, person[before], home[before], begin[before], "orphan_household_items", 680),
    ]  # fmt: skip
    for name, who in chosen.items():
        if name in ("orphan_monthly_expenses", "orphan_housing"):
            year = np.full(len(who), LAST_YEAR)
            parts.append(_monthly(world, person[who], home[who], year, year, name, 150))
        else:
            parts.append(_once(world, person[who], home[who], LAST_YEAR, name, 500))
    return pd.concat(parts, ignore_index=True)


def foster(world: World) -> pd.DataFrame:
    """Foster families with the children in their care; the report tells of 2023 only."""
    rng = world.rng
    households = count("benefits.foster_family.households.2023")
    children = count("benefits.foster_family.persons.children.2023")
    first, last = roster(rng, (*FOSTER, households), 10)
    household = _settle(world, first)
    age = rng.integers(38, 58, len(first))
    add_adults(world, household, first - age, np.zeros(len(first), bool), head=True)
    couple = rng.random(len(first)) < 0.7
    add_adults(world, household[couple], (first - age)[couple], np.zeros(couple.sum(), bool))
    now = last == LAST_YEAR
    pair = np.where(now, np.cumsum(now) <= children - households, rng.random(len(first)) < 0.35)
    row = np.concatenate([np.arange(len(first)), np.flatnonzero(pair)])
    low = np.maximum(last[row] - 17, first[row] - 11)
    born = low + (rng.random(len(row)) * (first[row] - low)).astype(int)
    child = world.add_persons(household[row], born=born)
    maintenance = _monthly(world, child, household[row], first[row], last[row], "foster_child_maintenance", 240, 0.96)

    clothed = count("benefits.foster_family.clothing.persons.children.2023")
    singles = np.flatnonzero(now & ~pair)[: count("benefits.foster_family.clothing.households.2023") - pair[now].sum()]
    given = np.concatenate([singles, np.flatnonzero(now & pair)])
    here = np.isin(row, given)
    if here.sum() != clothed:
        raise RuntimeError("the children with the clothing benefit do not fit their foster families")
    earlier = first[row] < LAST_YEAR
    clothing = [
        _once(world, child[here], household[row][here], LAST_YEAR, "foster_clothing", 430),
        _once(world, child[earlier], household[row][earlier], first[row][earlier], "foster_clothing", 430),
    ]
    return pd.concat([maintenance, *clothing], ignore_index=True)


def funerals(world: World) -> tuple[pd.DataFrame, np.ndarray]:
    """Funerals of household members; also the date that each payment has to follow."""
    rng = world.rng
    numbers = (*FUNERALS, count("benefits.funeral.deceased_persons.2023"))
    year = np.repeat(np.arange(FIRST_YEAR, LAST_YEAR + 1), numbers)
    household = _settle(world, year)
    size = rng.choice([1, 2, 3], len(year), p=(0.62, 0.26, 0.12))
    for each in np.unique(year):
        furnish(world, household[year == each], size[year == each], int(each), 0.3)
    born = world.persons["born"]  # nobody there is younger than the payment
    here = np.flatnonzero(np.isin(world.persons["household"], household))
    born[here] = np.minimum(born[here], year[world.persons["household"][here] - household[0]] - 1)
    age = np.clip(rng.normal(77, 11, len(year)).astype(int), 40, 99)
    deceased = world.add_persons(household, born=year - age, disabled=rng.random(len(year)) < 0.15)
    return _once(world, deceased, household, year, "funeral", 350), deceased


def families_with_help(world: World) -> pd.DataFrame:
    """Guardians, trustees and families that get rehabilitation for a child with a disability."""
    rng, parts = world.rng, []
    for counts, name, euro, share in (
        (GUARDIANS, "guardian", 54, 0.7),
        (TRUSTEES, "trustee", 70, 0.9),
        (REHABILITATION, "rehabilitation_children_disability", 230, 0.3),
    ):
        first, last = roster(rng, counts, 9)
        household = _settle(world, first)
        age = rng.integers(35, 58, len(first))
        add_adults(world, household, first - age, np.zeros(len(first), bool), head=True)
        low = np.maximum(last - 17, first - 11)
        if name == "trustee":  # of a grown person who lacks capacity to act
            person = world.add_persons(household, born=first - rng.integers(22, 80, len(first)), disabled=True)
        else:
            disabled = name.startswith("rehabilitation")
            person = world.add_persons(
                household, born=low + (rng.random(len(first)) * (first - low)).astype(int), disabled=disabled
            )
        parts.append(_monthly(world, person, household, first, last, name, euro, share))
    return pd.concat(parts, ignore_index=True)


def ukrainians(world: World) -> tuple[pd.DataFrame, np.ndarray, np.ndarray]:
    """Support of Ukrainian civilians; also the households with children in their host's home, and last years."""
    rng = world.rng
    first, last = roster(rng, GUARDED_UKRAINIANS, 9, 2022)
    guarded = _settle(world, first, ukrainian=True)
    add_adults(world, guarded, first - rng.integers(36, 60, len(first)), np.zeros(len(first), bool), head=True)
    row = np.concatenate([np.arange(len(first)), np.flatnonzero(rng.random(len(first)) < 0.4)])
    child = world.add_persons(guarded[row], born=2023 - rng.integers(10, 18, len(row)))
    parts = [
        _monthly(world, None, guarded, first, last, "emergency_guardian_duties", 100),
        _monthly(world, child, guarded[row], first[row], last[row], "emergency_guardian_child_maintenance", 215),
    ]
    begin, end = roster(rng, HOSTED_UKRAINIANS, 9, 2022)
    hosted = _settle(world, begin, ukrainian=True)
    age = rng.integers(28, 46, len(begin))
    add_adults(world, hosted, 2022 - age, np.zeros(len(begin), bool), head=True)
    kid = np.repeat(np.arange(len(begin)), rng.integers(1, 4, len(begin)))
    before = len(world.persons["born"])
    add_children(world, hosted[kid], age[kid], 2021)
    parts.append(_monthly(world, None, hosted, begin, end, "accommodation_remuneration", 150, 0.5))
    children = np.arange(before, before + len(kid))
    for year, euro in ((2022, 7725), (LAST_YEAR, 2025)):
        able = children[(begin[kid] <= year) & (end[kid] >= year)]
        some = rng.permutation(able)[: euro // 75]
        parts.append(_once(world, some, world.persons["household"][some], year, "clothing", 75).assign(weight=7500))
    carer = _settle(world, np.array([LAST_YEAR]), ukrainian=True)
    old = world.add_persons(carer, born=LAST_YEAR - 79, head=True)
    parts.append(_monthly(world, old, carer, np.array([LAST_YEAR]), np.array([LAST_YEAR]), "home_care", 110))
    return pd.concat(parts, ignore_index=True), hosted, np.stack([begin, end])
