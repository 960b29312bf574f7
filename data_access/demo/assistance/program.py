"""How many households of 2023 got which set of benefits, and who lived in them: an integer program.

The report prints households and persons for each benefit and for their unions, which overlap. The program
finds whole numbers of households and of members of each group, for every set of benefits and either
population, that add up to all of these figures at once and stay close to what one would expect.
"""

from dataclasses import dataclass
from itertools import combinations

import numpy as np

from data_access.demo.targets import count

BENEFITS = ("gmi", "housing", "health", "education", "other_expenses", "crisis")
POPULATIONS = ("residents", "ukraine_civilians")
GROUPS = ("children", "employed", "unemployed", "childcare_leave", "disabled", "pension_age")
PARTS = {"children_with_disability": "children", "temporary_public_works": "unemployed"}
"""Counted besides the groups, inside one of them."""

COLUMNS = ("households", *GROUPS, *PARTS)

EXPECTED_SHARE = {"gmi": 0.17, "housing": 0.72, "health": 0.62, "education": 0.11, "other_expenses": 0.04,
                  "crisis": 0.03}  # fmt: skip
UKRAINE_SHARE = {"gmi": 0.6, "housing": 0.2, "health": 0.4, "education": 0.08, "other_expenses": 0.02,
                 "crisis": 0.15}  # fmt: skip

# Households of Ukrainian civilians: the report gives their money only; the numbers fit that money.
UKRAINE_HOUSEHOLDS = {
    "gmi": 108,
    "housing": 43,
    "health": 66,
    "education": 12,
    "other_expenses": 4,
    "crisis": 25,
}
UKRAINE_GMI_PERSONS = 152
UKRAINE_UTILITIES_HOUSEHOLDS = 42
UKRAINE_MAINTENANCE_PERSONS = 2

BOTH_COMPONENTS = {"households": 1, "children": 3, "employed": 1, "unemployed": 1}
"""The one resident household that got both components of the housing benefit (1356 = 1241 + 120 - 5)."""


@dataclass(frozen=True)
class Pattern:
    """Households of one population with exactly this set of benefits."""

    population: str
    benefits: frozenset[str]
    members: dict[str, int]
    both_components: bool = False


def patterns() -> list[Pattern]:
    """The solved numbers for each set of benefits and population, empty sets left out."""
    keys = [(population, frozenset(chosen)) for population in POPULATIONS for chosen in _sets()]
    # Its solver is read only here: a third of a second that whoever builds no demonstration does not need.
    from scipy.optimize import Bounds, LinearConstraint, milp
    from scipy.sparse import csr_array

    width = len(COLUMNS)
    rows, lower, upper = _constraints(keys)
    expected = _expected(keys)
    size = len(expected)
    bounds = np.full(size, np.inf)
    for index, (population, _) in enumerate(keys):
        if population != "residents":  # disabled children and public works are told of residents only
            bounds[[index * width + COLUMNS.index(part) for part in PARTS]] = 0
    # |x - expected| as a cost: x - up + down = expected.
    matrix = csr_array(np.block([[rows, np.zeros((len(rows), 2 * size))],
                                 [np.eye(size), -np.eye(size), np.eye(size)]]))  # fmt: skip
    weight = 1 / (expected + 1)
    solution = milp(
        np.concatenate([np.zeros(size), weight, weight]),
        integrality=np.concatenate([np.ones(size), np.zeros(2 * size)]),
        constraints=LinearConstraint(matrix, np.concatenate([lower, expected]), np.concatenate([upper, expected])),
        bounds=Bounds(0, np.concatenate([bounds, np.full(2 * size, np.inf)])),
        options={"mip_rel_gap": 0.2, "time_limit": 60},
    )
    if solution.x is None:
        raise RuntimeError(f"the published counts of 2023 cannot be met together: {solution.message}")
    numbers = np.rint(solution.x[:size]).astype(int).reshape(-1, width)
    found = [
        Pattern(population, chosen, dict(zip(COLUMNS, map(int, row), strict=True)))
        for (population, chosen), row in zip(keys, numbers, strict=True)
        if row[0]
    ]
    both = {column: BOTH_COMPONENTS.get(column, 0) for column in COLUMNS}
    return [*found, Pattern("residents", frozenset({"housing"}), both, both_components=True)]


def _sets() -> list[tuple[str, ...]]:
    """Sets of at most four benefits; a crisis comes with at most two others."""
    return [
        chosen
        for number in range(1, 5)
        for chosen in combinations(BENEFITS, number)
        if "crisis" not in chosen or number <= 3
    ]


def _constraints(keys):
    """Rows of equalities and inequalities over the flattened (pattern, column) numbers."""
    width = len(COLUMNS)
    rows, lower, upper = [], [], []

    def require(terms: dict[int, float], low: float, high: float) -> None:
        row = np.zeros(len(keys) * width)
        for position, factor in terms.items():
            row[position] = factor
        rows.append(row)
        lower.append(low)
        upper.append(high)

    def over(condition, columns) -> dict[int, float]:
        return {
            index * width + COLUMNS.index(column): 1
            for index, (population, chosen) in enumerate(keys)
            if condition(population, chosen)
            for column in columns
        }

    def equal(condition, columns, number, housing=False) -> None:
        """A printed number, less the household with both components where it is counted."""
        less = sum(BOTH_COMPONENTS.get(column, 0) for column in columns) if housing else 0
        require(over(condition, columns), number - less, number - less)

    for name, any_of in _unions().items():
        housing = "housing" in any_of

        def inside(_, chosen, any_of=any_of):
            return bool(chosen & any_of)

        figures = _figures(name)
        equal(inside, ["households"], figures.pop("households"), housing)
        equal(inside, GROUPS, figures.pop("persons"), housing)
        for column, number in figures.items():
            equal(inside, [column], number, housing)

    def ukrainian(benefit):
        return lambda population, chosen: population != "residents" and benefit in chosen

    for benefit, households in UKRAINE_HOUSEHOLDS.items():
        equal(ukrainian(benefit), ["households"], households)
    equal(ukrainian("gmi"), GROUPS, UKRAINE_GMI_PERSONS)
    both = sum(BOTH_COMPONENTS[column] for column in GROUPS if column in BOTH_COMPONENTS)
    utilities = count("benefits.housing.utilities_and_fuel.persons.2023") - both
    equal(ukrainian("housing"), GROUPS, utilities + UKRAINE_MAINTENANCE_PERSONS)

    adults = GROUPS[1:]
    for index in range(len(keys)):
        at = {column: index * width + position for position, column in enumerate(COLUMNS)}
        head = {at["households"]: -1.0}
        require(head | {at[group]: 1.0 for group in adults}, 0, np.inf)  # an adult in each household
        require({at["households"]: -1.9} | {at[group]: 1.0 for group in adults}, -np.inf, 0)
        require({at["households"]: -2.6} | {at["children"]: 1.0}, -np.inf, 0)
        working = ("employed", "unemployed", "childcare_leave", "disabled")
        require({at["children"]: -1.0} | {at[group]: 3.0 for group in working}, 0, np.inf)
        require({at["children"]: 1.0, at["childcare_leave"]: -1.0}, 0, np.inf)
        for part, whole in PARTS.items():
            require({at[whole]: 1.0, at[part]: -1.0}, 0, np.inf)
    return np.array(rows), np.array(lower, float), np.array(upper, float)


def _unions() -> dict[str, frozenset[str]]:
    other = {"health", "education", "other_expenses"}
    return {name: frozenset({name}) for name in BENEFITS} | {
        "other_municipal": frozenset(other),
        "income_tested": frozenset({"gmi", "housing", *other}),
        "total": frozenset(BENEFITS),
    }


def _figures(name: str) -> dict[str, int]:
    """The printed households, persons and groups of a benefit or a union of benefits."""
    stem = "assistance.total" if name == "total" else f"benefits.{name}"
    figures = {measure: count(f"{stem}.{measure}.2023.all") for measure in ("households", "persons")}
    if name == "health":
        return figures | {"children": count(f"{stem}.persons.children.2023.all")}
    if name in ("education", "other_expenses", "crisis"):
        return figures
    parts = ["temporary_public_works"] if name == "gmi" else list(PARTS)
    return figures | {column: count(f"{stem}.persons.{column}.2023.all") for column in (*GROUPS, *parts)}


def _expected(keys) -> np.ndarray:
    """What independent benefits and the usual members would give: the program stays near it."""
    total = {"residents": 1140, "ukraine_civilians": 164}
    expected = []
    for population, chosen in keys:
        shares = EXPECTED_SHARE if population == "residents" else UKRAINE_SHARE
        chance = np.prod([share if name in chosen else 1 - share for name, share in shares.items()])
        households = total[population] * chance
        ukrainian = population != "residents"
        old = 0.1 if "gmi" in chosen else 0.25 if "education" in chosen or ukrainian else 0.72
        children = 1.0 if "education" in chosen or ukrainian else 0.55 if "gmi" in chosen else 0.15
        adults = dict(zip(GROUPS[1:], (0.2, 0.3, 0.02, 0.15, old), strict=True))
        members = [households, households * children, *(households * share for share in adults.values())]
        expected += [*members, households * children * 0.04, households * 0.015]
    return np.array(expected)
