"""Payments of social assistance: who got what in which month, before amounts are known.

Payments are columns household, month (from January 2011), date, person, type, form, cell and weight;
`cell` names the sum that the payment is part of (`sums.py`).
"""

import numpy as np
import pandas as pd

from data_access.demo.assistance.calendar import payment_days
from data_access.demo.assistance.world import LAST_YEAR, LOW_INCOME, NEEDY, World, column
from data_access.demo.assistance.year_2023 import Assisted

HEATING = np.array([2.4, 2.4, 2.2, 1.6, 0.7, 0.5, 0.5, 0.5, 0.7, 1.6, 2.2, 2.4])
EVEN = np.ones(12)
SCHOOL_START = np.array([0.01, 0.01, 0.01, 0.01, 0.01, 0.01, 0.05, 3, 4, 0.3, 0.05, 0.01])

# In the years for which only sums are published: chances of a benefit by the household's status.
CHANCES = {
    "gmi": {NEEDY: 0.45},
    "housing": {NEEDY: 0.62, LOW_INCOME: 0.66, 0: 0.55},
    "health": {NEEDY: 0.35, LOW_INCOME: 0.5, 0: 0.4},
    "crisis": {NEEDY: 0.02, LOW_INCOME: 0.02, 0: 0.04},
}
EDUCATION_WITH_CHILDREN = 0.3
OTHERS_2022 = {"incontinence_goods": 0.012, "social_rehabilitation": 0.02}

EURO = {"gmi": 0.45, "housing": 2.8, "health": 12, "education": 20, "crisis": 80}
"""What a weight is worth, where benefits share one sum."""

STATUS_NAMES = np.array(["none", "", "needy", "low_income"])


def history(world: World, year: int, status: np.ndarray, earliest: np.ndarray) -> pd.DataFrame:
    """Payments of a year before 2023; `status` has a column for each month of the year."""
    rng = world.rng
    household = np.flatnonzero(world.assisted[:, column(year)])
    ukrainian = world.households["ukrainian"][household]
    state = status[household].max(axis=1)
    needy = (status[household] == NEEDY).any(axis=1)
    child = np.bincount(world.persons["household"][world.children(year)], minlength=len(world))[household] > 0
    got = {}
    for name, chance in CHANCES.items():
        likely = np.select([needy, state == LOW_INCOME], [chance.get(NEEDY, 0), chance.get(LOW_INCOME, 0)],
                           chance.get(0, 0))  # fmt: skip
        got[name] = rng.random(len(household)) < likely
    got["education"] = child & (rng.random(len(household)) < EDUCATION_WITH_CHILDREN)
    if year == 2022:
        for name, chance in OTHERS_2022.items():
            got[name] = rng.random(len(household)) < chance
        got["gmi"] |= ukrainian & needy
        got["housing"] &= ~ukrainian | (rng.random(len(household)) < 0.12)
        got["crisis"] |= ukrainian & ((state == 0) | (rng.random(len(household)) < 0.6))
    nothing = ~np.any(list(got.values()), axis=0)
    got["gmi"] |= nothing & needy
    got["housing"] |= nothing & ~needy & (rng.random(len(household)) < 0.6) & ~ukrainian
    got["health"] |= nothing & ~needy & ~got["housing"]
    parts = [
        _payments(world, household[mask], name, year, status, earliest, _housing_type(rng, name, ukrainian[mask]))
        for name, mask in got.items()
    ]
    found = pd.concat(parts, ignore_index=True)
    # Before the cells of 2023: everything in cash but most of the housing benefit.
    in_kind = (found["benefit"] == "housing") & (rng.random(len(found)) < 0.6)
    return found.assign(form=np.where(in_kind, "in_kind", "cash"))


def _housing_type(rng, name: str, ukrainian: np.ndarray) -> np.ndarray:
    if name != "housing":
        return np.full(len(ukrainian), name)
    fuel = ukrainian | (rng.random(len(ukrainian)) < 0.25)
    return np.where(fuel, "housing_utilities_fuel", "housing_maintenance")


def last_year(world: World, got: Assisted, status: np.ndarray) -> pd.DataFrame:
    """Payments of 2023 for the benefits that the integer program gave each household."""
    rng, year = world.rng, LAST_YEAR
    earliest = np.zeros(len(world), int)
    ukrainian = world.households["ukrainian"][got.household]
    needy = (status[got.household] == NEEDY).any(axis=1)

    def chosen(benefit: str, mask, number: int | None = None) -> np.ndarray:
        able = got.household[got.benefits[benefit] & mask]
        return able if number is None else np.sort(rng.choice(able, number, replace=False))

    def paid(household, benefit_type: str, form: str, benefit: str | None = None) -> pd.DataFrame:
        types = np.full(len(household), benefit_type)
        name = benefit or benefit_type
        return _payments(world, household, name, year, status, earliest, types).assign(form=form)

    home, abroad = ~ukrainian, ukrainian
    both = np.array([got.both_components])
    utilities = chosen("housing", abroad)
    one = utilities[world.size(year)[utilities] == 2][:1]
    maintenance = chosen("housing", home)
    pupils, others = chosen("education", home), chosen("other_expenses", home)
    in_kind = rng.random(len(others)) < 0.4
    in_kind[:6] = np.arange(6) % 2 == 0
    goods = chosen("health", home & (world.state[got.household, column(year)] != 1), 24)
    parts = [
        paid(chosen("gmi", needy), "gmi", "cash"),
        *(
            _by_form(rng, paid(household, benefit_type, "", "housing"))
            for household, benefit_type in (
                (maintenance, "housing_maintenance"),
                (one, "housing_maintenance"),
                (np.setdiff1d(utilities, one), "housing_utilities_fuel"),
                (both, "housing_utilities_fuel"),
            )
        ),
        paid(chosen("housing", home & needy & ~got.benefits["gmi"], 6), "housing_other", "cash"),
        paid(chosen("health", home), "health", "cash"),
        paid(chosen("health", abroad), "health", "cash"),
        paid(goods[:12], "incontinence_goods", "in_kind"),
        paid(goods[8:], "incontinence_goods", "cash"),
        paid(
            chosen("health", abroad & (world.state[got.household, column(year)] != 1), 2),
            "incontinence_goods",
            "cash",
        ),
        paid(pupils, "education", "in_kind"),
        paid(pupils[rng.random(len(pupils)) < 0.45], "education", "cash"),
        paid(chosen("education", abroad), "education", "cash"),
        paid(others[in_kind], "social_rehabilitation", "in_kind"),
        paid(others[~in_kind], "social_rehabilitation", "cash"),
        paid(chosen("other_expenses", abroad), "social_rehabilitation", "cash"),
        paid(chosen("crisis", home), "crisis", "cash"),
        paid(chosen("crisis", home & needy, 1), "crisis", "in_kind"),
        paid(chosen("crisis", abroad), "crisis", "cash"),
    ]
    return pd.concat(parts, ignore_index=True)


def _by_form(rng, payments: pd.DataFrame) -> pd.DataFrame:
    """A household's housing benefit goes mostly to its manager in kind; some get it in cash."""
    cash = pd.Series(payments["household"].unique()).sample(frac=0.4, random_state=rng)
    cash = payments["household"].isin(cash) ^ (rng.random(len(payments)) < 0.06)
    return payments.assign(form=np.where(cash, "cash", "in_kind"))


_SEASON = {"housing": HEATING, "education": SCHOOL_START}


def _payments(world: World, household, benefit: str, year: int, status, earliest, types) -> pd.DataFrame:
    """Payments of a benefit to some households: in months of a status if they have one in the year."""
    rng, number = world.rng, len(household)
    here = status[household]
    able = (here == NEEDY) if benefit == "gmi" else (here > 0) | (here == 0).all(axis=1, keepdims=True)
    able = able & (np.arange(12) >= earliest[household][:, None])
    if benefit == "gmi":
        wanted = rng.binomial(12, 0.7, number)
    elif benefit == "housing":
        wanted = rng.integers(4, 12, number)
    elif benefit == "incontinence_goods":
        wanted = rng.integers(2, 6, number)
    else:
        wanted = np.minimum(rng.geometric(0.62 if benefit in ("health", "social_rehabilitation") else 0.9, number), 4)
    wanted = np.clip(wanted, 1, able.sum(axis=1))
    season = _SEASON.get(benefit, EVEN)
    key = np.where(able, rng.exponential(size=(number, 12)) / season, np.inf)
    rank = np.argsort(np.argsort(key, axis=1), axis=1)
    row, month = np.nonzero(rank < wanted[:, None])
    size = world.size(year)[household[row]]
    if benefit == "gmi":
        weight = (125 + 87.5 * (size - 1)) * rng.uniform(0.35, 1, number)[row] * rng.uniform(0.9, 1.1, len(row))
    elif benefit == "housing":
        weight = (0.4 + HEATING[month]) * (0.7 + 0.3 * size) * rng.gamma(6, size=number)[row]
    else:
        weight = rng.gamma(4, size=len(row)) * (0.7 + 0.3 * size if benefit in ("education", "crisis") else 1)
    absolute = 12 * column(year) + month
    return pd.DataFrame(
        {
            "household": household[row],
            "month": absolute,
            "date": payment_days(rng, absolute),
            "person": np.nan,
            "benefit": benefit,
            "type": types[row],
            "status": STATUS_NAMES[here[row, month]],
            "weight": weight * EURO.get(benefit, 12),
        }
    )
