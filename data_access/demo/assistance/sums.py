"""Sums of social assistance that payments are shared out of: cents by type, population, form and status.

The report prints margins of these cells. What it leaves open is split by fixed shares (for Ukrainian
civilians' housing: by the payments' weights), so that the cells add up to every printed sum.
"""

from collections.abc import Iterable

from data_access.demo.targets import cents

RESIDENTS, UKRAINE = "residents", "ukraine_civilians"
STATUSES = ("needy", "low_income", "none")

UTILITIES_OF_ONE_RESIDENT = 81240
"""Utilities of the resident household with both components; as much maintenance went to a Ukrainian one."""

INCONTINENCE_UKRAINE = {2022: 24000, 2023: 20000}
"""The report prints one row for the health care of Ukrainian civilians with incontinence goods."""

CRISIS_SHARES = (40, 27, 33)
"""Percent of the crisis benefit by status."""

_TABLE_2022 = (
    "gmi",
    "housing",
    "health",
    "education",
    "incontinence_goods",
    "social_rehabilitation",
    "crisis",
)


def split(total: int, weights: Iterable[float]) -> list[int]:
    """Whole cents by weight; the first part takes what rounding leaves."""
    weights = list(weights)
    parts = [int(total * weight / sum(weights)) for weight in weights]
    parts[0] += total - sum(parts)
    return parts


def before_2022(year: int) -> int:
    """Cents in all: the chart does not tell benefits apart."""
    return cents(f"series.assistance_spend.{year}")


def of_2022() -> dict[tuple, int]:
    """Cents by benefit and population as the department's tables print them."""
    cells = {(benefit, RESIDENTS): cents(f"tables.{benefit}.spend.2022.residents") for benefit in _TABLE_2022}
    for benefit in ("gmi", "housing", "education", "social_rehabilitation", "crisis"):
        cells[benefit, UKRAINE] = cents(f"ukraine.{benefit}.spend.2022")
    goods = INCONTINENCE_UKRAINE[2022]
    cells["incontinence_goods", UKRAINE] = goods
    cells["health", UKRAINE] = cents("ukraine.health_and_incontinence.spend.2022") - goods
    return cells


def of_2023(present: set[tuple[str, str, str, str]], weight: dict[tuple, float]) -> dict[tuple, int]:
    """Cents by (type, population, form, status); `present` names the cells that have payments.

    `weight` is the weight of the payments of a cell: where the report prints no sum for Ukrainian
    civilians by status and form, their money follows it.
    """
    cells = _housing(present, weight)
    gmi = {RESIDENTS: cents("tables.gmi.spend.2023.residents"), UKRAINE: cents("ukraine.gmi.spend.2023")}
    cells |= {("gmi", population, "cash", "needy"): total for population, total in gmi.items()}
    crisis, others = _crisis(), _others()
    cells |= {
        (*key, status): part
        for key, total in crisis.items()
        for status, part in zip(STATUSES, _of_statuses(total, key, CRISIS_SHARES, present), strict=True)
    }
    return cells | _others_by_status(others, cells, present)


def _of_statuses(total: int, key: tuple, shares, present) -> list[int]:
    return split_present(total, shares, [(*key, status) in present for status in STATUSES])


def split_present(total: int, shares, present: list[bool]) -> list[int]:
    """As `split`, leaving out parts that nobody got; the largest present part takes what is left."""
    weights = [share if there else 0 for share, there in zip(shares, present, strict=True)]
    parts = [int(total * weight / sum(weights)) for weight in weights]
    parts[weights.index(max(weights))] += total - sum(parts)
    return parts


def _crisis() -> dict[tuple, int]:
    ukraine, in_kind = cents("ukraine.crisis.spend.2023"), cents("benefits.crisis.spend.in_kind.2023.all")
    return {
        ("crisis", RESIDENTS, "cash"): cents("tables.crisis.spend.2023.residents") - in_kind,
        ("crisis", UKRAINE, "cash"): ukraine,
        ("crisis", RESIDENTS, "in_kind"): in_kind,
    }


def _others() -> dict[tuple, int]:
    """Other municipal benefits by type, population and form; the largest cell is the first."""
    goods, goods_in_kind = cents("tables.incontinence_goods.spend.2023.residents"), cents(
        "benefits.health.spend.in_kind.2023.all"
    )  # fmt: skip
    expenses_in_kind = cents("benefits.other_expenses.spend.in_kind.2023.all")
    return {
        ("health", RESIDENTS, "cash"): cents("tables.health.spend.2023.residents"),
        ("health", UKRAINE, "cash"): cents("ukraine.health_and_incontinence.spend.2023") - INCONTINENCE_UKRAINE[2023],
        ("incontinence_goods", UKRAINE, "cash"): INCONTINENCE_UKRAINE[2023],
        ("incontinence_goods", RESIDENTS, "cash"): goods - goods_in_kind,
        ("incontinence_goods", RESIDENTS, "in_kind"): goods_in_kind,
        ("education", RESIDENTS, "cash"): cents("tables.education.spend.2023.residents"),
        ("education", RESIDENTS, "in_kind"): cents("benefits.education.spend.in_kind.2023.all"),
        ("education", UKRAINE, "cash"): cents("ukraine.education.spend.2023"),
        ("social_rehabilitation", RESIDENTS, "cash"): cents("tables.social_rehabilitation.spend.2023.residents")
        - expenses_in_kind,
        ("social_rehabilitation", RESIDENTS, "in_kind"): expenses_in_kind,
        ("social_rehabilitation", UKRAINE, "cash"): cents("ukraine.social_rehabilitation.spend.2023"),
    }


def _others_by_status(others: dict[tuple, int], cells: dict[tuple, int], present) -> dict[tuple, int]:
    """Split so that all social assistance of needy and of low-income households meets its reading."""
    spent = {status: sum(part for key, part in cells.items() if key[3] == status) for status in STATUSES}
    goal = {
        "needy": cents("status.needy.spend.2023") - spent["needy"],
        "low_income": cents("status.low_income.spend.2023") - spent["low_income"],
    }
    goal["none"] = sum(others.values()) - sum(goal.values())
    if min(goal.values()) <= 0:
        raise ValueError(f"nothing is left for a status: {goal}")
    found = {}
    (largest, largest_total), *rest = others.items()
    for key, total in rest:
        for status, part in zip(STATUSES, _of_statuses(total, key, goal.values(), present), strict=True):
            found[(*key, status)] = part
            goal[status] -= part
    if sum(goal.values()) != largest_total:
        raise ValueError("the other benefits by status do not add up")
    return found | {(*largest, status): part for status, part in goal.items()}


def _housing(present, weight) -> dict[tuple, int]:
    """Components, populations, forms and statuses of the housing benefit, all of them printed in margins."""
    total = cents("benefits.housing.spend.total.2023.all")
    in_kind_share = cents("benefits.housing.spend.in_kind.2023.all") / total
    status_left = {
        "needy": cents("benefits.housing.spend.needy.2023.all"),
        "low_income": cents("benefits.housing.spend.low_income.2023.all"),
    }
    status_left["none"] = total - sum(status_left.values())
    utilities, maintenance = (
        cents(f"benefits.housing.{component}.spend.2023") for component in ("utilities_and_fuel", "maintenance")
    )
    one = UTILITIES_OF_ONE_RESIDENT
    parts = {
        ("housing_utilities_fuel", UKRAINE): utilities - one,
        ("housing_maintenance", UKRAINE): one,
        ("housing_utilities_fuel", RESIDENTS): one,
        ("housing_other", RESIDENTS): total - utilities - maintenance,
    }
    cells: dict[tuple, int] = {}
    for key, part in parts.items():
        there = sorted(cell for cell in present if cell[:2] == key)
        cells |= dict(zip(there, split(part, [weight[cell] for cell in there]), strict=True))
    for cell, part in cells.items():
        status_left[cell[3]] -= part
    cash_left = cents("benefits.housing.spend.cash.2023.all")
    cash_left -= sum(part for cell, part in cells.items() if cell[2] == "cash")
    rest = ("housing_maintenance", RESIDENTS)
    for status in ("low_income", "none"):
        in_kind = int(status_left[status] * in_kind_share)
        cells[(*rest, "in_kind", status)] = in_kind
        cells[(*rest, "cash", status)] = status_left[status] - in_kind
        cash_left -= status_left[status] - in_kind
    cells[(*rest, "cash", "needy")] = cash_left
    cells[(*rest, "in_kind", "needy")] = status_left["needy"] - cash_left
    return cells
