"""All payments of social assistance 2011-2023, with their amounts."""

import numpy as np
import pandas as pd

from data_access.demo.assistance import benefits, sums
from data_access.demo.assistance.money import pay
from data_access.demo.assistance.status import earliest_month, year_months
from data_access.demo.assistance.world import LAST_YEAR, YEARS, World
from data_access.demo.assistance.year_2023 import Assisted
from data_access.demo.targets import cents

ROUND = {"education": 500, "crisis": 500}
"""These cash benefits are whole multiples of five euro, where the sum allows."""

DEBT_HOUSEHOLDS = 2
"""The housing debt benefit went to very few."""


def payments(world: World, got: Assisted, status: np.ndarray) -> pd.DataFrame:
    """Payments with household, date, person, type, form, status and cents."""
    years = [_year(world, year, year_months(status, year)) for year in YEARS if year < LAST_YEAR]
    return pd.concat([*years, _last_year(world, got, year_months(status, LAST_YEAR))], ignore_index=True)


def _year(world: World, year: int, status: np.ndarray) -> pd.DataFrame:
    found = benefits.history(world, year, status, earliest_month(world, year))
    if year < 2022:
        found["cell"] = "social assistance"
        return pay(world.rng, found, {"social assistance": sums.before_2022(year)})
    found["cell"] = list(zip(found["benefit"], _population(world, found), strict=True))
    cells = {key: total for key, total in sums.of_2022().items() if total}
    paid = pay(world.rng, found, cells, _units(cells))
    return pd.concat([paid, _debt(world, paid, year)])


def _last_year(world: World, got: Assisted, status: np.ndarray) -> pd.DataFrame:
    found = benefits.last_year(world, got, status)
    keys = [found["type"], _population(world, found), found["form"], found["status"]]
    found["cell"] = list(zip(*keys, strict=True))
    weight = found.groupby("cell")["weight"].sum().to_dict()
    cells = sums.of_2023(set(weight), weight)
    cells = {key: total for key, total in cells.items() if total}
    paid = pay(world.rng, found, cells, _units(cells))
    return pd.concat([paid, _debt(world, paid, LAST_YEAR)])


def _debt(world: World, paid: pd.DataFrame, year: int) -> pd.DataFrame:
    """The housing debt benefit, to households that got the housing benefit on that day."""
    able = paid[(paid["benefit"] == "housing") & (_population(world, paid) == "residents") & (paid["cents"] > 0)]
    chosen = able.drop_duplicates("household").sample(DEBT_HOUSEHOLDS, random_state=world.rng)
    total = cents(f"tables.housing_debt.spend.{year}.residents")
    first = total * 3 // 5 // 500 * 500
    return chosen.assign(benefit="housing_debt", type="housing_debt", form="cash", cents=[first, total - first])


def _population(world: World, found: pd.DataFrame) -> np.ndarray:
    ukrainian = world.households["ukrainian"][found["household"]]
    return np.where(ukrainian, "ukraine_civilians", "residents")


def _units(cells: dict) -> dict:
    return {key: ROUND[key[0]] for key in cells if key[0] in ROUND and "in_kind" not in key}
