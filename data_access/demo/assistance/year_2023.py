"""Households of 2023 with social assistance or a status: the solved numbers made into people."""

from dataclasses import dataclass

import numpy as np

from data_access.demo.assistance.people import furnish
from data_access.demo.assistance.program import GROUPS, Pattern, patterns
from data_access.demo.assistance.world import (
    BOTH,
    CHILDCARE_LEAVE,
    EMPLOYED,
    LOW_INCOME,
    NEEDY,
    NEW_UNITS_SHARE,
    NO_STATUS,
    NOT_APPLICABLE,
    PUBLIC_WORKS,
    UNEMPLOYED,
    World,
    column,
    sizes,
)
from data_access.demo.targets import count

YEAR = 2023

OLD_FROM = 65
"""Age at the end of the year of who is of pension age (64 years and 6 months); nobody drawn is 64."""


@dataclass
class Assisted:
    """What each household of the year got: its benefits, and which one got both housing components."""

    household: np.ndarray
    benefits: dict[str, np.ndarray]
    both_components: int


def build(world: World) -> Assisted:
    """Add the households of the year with their members, benefits and states."""
    numbers, chosen, both = [], [], -1
    for pattern in patterns():
        households = _households(world, pattern)
        numbers.append(households)
        chosen += [pattern.benefits] * len(households)
        if pattern.both_components:
            both = int(households[0])
    household = np.concatenate(numbers)
    names = sorted({name for benefits in chosen for name in benefits})
    benefits = {name: np.array([name in benefits for benefits in chosen]) for name in names}
    world.assisted[household, column(YEAR)] = True
    for ukrainian in (False, True):
        _give_status(world, household, benefits, ukrainian, both)
    return Assisted(household, benefits, both)


def _households(world: World, pattern: Pattern) -> np.ndarray:
    """The households of one set of benefits: adults first, children with those of working age."""
    rng, members = world.rng, pattern.members
    number = members["households"]
    ukrainian = pattern.population == "ukraine_civilians"
    household = world.add_households(number, ukrainian=ukrainian, new_unit=rng.random(number) < NEW_UNITS_SHARE)
    adults = np.repeat(np.arange(1, len(GROUPS)), [members[group] for group in GROUPS[1:]])
    leave, old = GROUPS.index("childcare_leave"), GROUPS.index("pension_age")
    order = rng.random(len(adults)) + 0.4 * (adults == old) - 2 * (adults == leave)
    adults = adults[np.argsort(order)]
    home = np.concatenate([np.arange(number), _homes_of_the_rest(rng, adults, number, old)])
    works = adults == GROUPS.index("unemployed")
    public_works = works & (np.cumsum(works) <= members["temporary_public_works"])

    eligible = np.unique(home[adults != old]) if (adults != old).any() else np.arange(number)
    on_leave = home[adults == leave]
    children = _homes_of_children(rng, eligible, on_leave, members["children"])
    has_children = np.isin(home, children)

    born = np.select(
        [adults == old, has_children],
        [YEAR - rng.integers(OLD_FROM, 90, len(adults)), YEAR - rng.integers(25, 51, len(adults))],
        YEAR - rng.integers(21, OLD_FROM - 1, len(adults)),
    )
    activity = np.select(
        [public_works, works, adults == GROUPS.index("employed"), adults == leave],
        [PUBLIC_WORKS, UNEMPLOYED, EMPLOYED, CHILDCARE_LEAVE],
        NOT_APPLICABLE,
    )
    head = np.arange(len(adults)) < number
    world.add_persons(
        household[home], born=born, head=head, disabled=adults == GROUPS.index("disabled"), activity=activity
    )
    oldest = np.minimum(17, YEAR - born[children] - 20)
    age = rng.integers(0, oldest + 1)
    first = np.unique(children, return_index=True)[1]
    infant = first[np.isin(children[first], on_leave)]
    age[infant] = rng.integers(0, 2, len(infant))
    world.add_persons(
        household[children],
        born=YEAR - age,
        disabled=rng.permutation(len(children)) < members["children_with_disability"],
    )
    return household


def _homes_of_the_rest(rng, adults, number: int, old: int) -> np.ndarray:
    """A second adult, at most a third: old people live with old people where they can."""
    rest = adults[number:]
    homes, taken = [], np.zeros(number)
    for group in rest:
        cost = taken + rng.random(number) * 0.9 + 0.5 * ((adults[:number] == old) != (group == old))
        homes.append(int(np.argmin(cost)))
        taken[homes[-1]] += 1
    return np.array(homes, int)


def _homes_of_children(rng, eligible, on_leave, number: int) -> np.ndarray:
    """Homes of so many children: one at least for each parent on leave, then families of one to five."""
    if not number:
        return np.empty(0, int)
    order = np.concatenate([np.unique(on_leave), rng.permutation(np.setdiff1d(eligible, on_leave))])
    families = order[: min(len(order), max(len(np.unique(on_leave)), -(-number * 10 // 17)), number)]
    weight = rng.gamma(2.0, size=len(families))
    return np.concatenate([families, rng.choice(families, number - len(families), p=weight / weight.sum())])


def _give_status(world: World, household, benefits, ukrainian: bool, both_components: int) -> None:
    """States of the assisted households of one population, and households with a status but no assistance.

    The assisted are drawn; those without assistance fill up to the published numbers, so a draw is
    repeated until it leaves them a plausible share.
    """
    rng, here = world.rng, world.households["ukrainian"][household] == ukrainian
    household = household[here]
    benefits = {name: has[here] for name, has in benefits.items()}
    persons = world.persons
    child = world.children(YEAR)
    counted = {
        "households": np.ones(len(household), int),
        "persons": world.size(YEAR)[household],
        "children": np.bincount(persons["household"][child], minlength=len(world))[household],
        "disabled": np.bincount(persons["household"][child & persons["disabled"]], minlength=len(world))[household],
    }
    targets = _targets(ukrainian)
    for _ in range(2000):
        state = _draw(rng, benefits, counted["children"], ukrainian)
        state[household == both_components] = NEEDY
        left = {
            status: {
                name: number - counted[name][(state == status) | (state == BOTH)].sum()
                for name, number in targets[status].items()
            }
            for status in (NEEDY, LOW_INCOME)
        }
        if all(_plausible(part) for part in left.values()):
            break
    else:
        raise RuntimeError("no draw of statuses fits the published numbers")
    world.state[household, column(YEAR)] = state
    for status, part in left.items():
        _without_assistance(world, status, part, ukrainian)


def _targets(ukrainian: bool) -> dict[int, dict[str, int]]:
    targets = {}
    for status, name in ((NEEDY, "needy"), (LOW_INCOME, "low_income")):
        targets[status] = {}
        for measure in ("households", "persons"):
            residents = count(f"status.{name}.{measure}.2023.residents")
            everybody = count(f"tables.status.{name}.{measure}.2023.all")
            targets[status][measure] = everybody - residents if ukrainian else residents
    if not ukrainian:
        targets[NEEDY]["children"] = count("status.needy.persons.children.2023.residents")
        targets[NEEDY]["disabled"] = count("status.needy.persons.children_with_disability.2023.residents")
    return targets


def _draw(rng, benefits, children, ukrainian: bool) -> np.ndarray:
    number = len(children)
    only_crisis = benefits["crisis"] & ~np.any([has for name, has in benefits.items() if name != "crisis"], axis=0)
    if ukrainian:
        none = np.where(benefits["housing"], 0.72, 0.25)
        needy = np.full(number, 0.22)
    else:
        none = np.where(benefits["housing"], 0.032, 0.02)
        needy = np.where(children > 0, 0.78, 0.44)
    state = np.where(rng.random(number) < needy, NEEDY, LOW_INCOME)
    state[rng.random(number) < 0.08] = BOTH
    state[rng.random(number) < none] = NO_STATUS
    state[only_crisis] = NO_STATUS
    gmi = benefits["gmi"]
    return np.where(gmi, np.where(rng.random(number) < 0.08, BOTH, NEEDY), state)


def _plausible(left: dict[str, int]) -> bool:
    households, persons = left["households"], left["persons"]
    children = left.get("children", 0)
    return (
        5 <= households <= 160
        and households <= persons - children <= 1.8 * households + 2
        and 0 <= children <= 1.2 * households
        and 0 <= left.get("disabled", 0) <= children
    )


def _without_assistance(world: World, status: int, part: dict[str, int], ukrainian: bool) -> None:
    rng, number = world.rng, part["households"]
    household = world.add_households(number, ukrainian=ukrainian, new_unit=rng.random(number) < NEW_UNITS_SHARE)
    world.state[household, column(YEAR)] = status
    if "children" not in part:
        furnish(world, household, sizes(rng, number, part["persons"], 6), YEAR)
        return
    adults = part["persons"] - part["children"]
    age = np.where(rng.random(number) < 0.5, rng.integers(66, 88, number), rng.integers(25, 60, number))
    age[: min(number, part["children"])] = rng.integers(28, 48, min(number, part["children"]))
    disabled = (age < 62) & (rng.random(number) < 0.2)
    activity = np.where(disabled | (age > 62), NOT_APPLICABLE, UNEMPLOYED)
    world.add_persons(household, born=YEAR - age, head=True, disabled=disabled, activity=activity)
    with_partner = rng.choice(number, adults - number, replace=adults - number > number)
    old = age[with_partner] > 62
    world.add_persons(
        household[with_partner],
        born=YEAR - np.where(old, age[with_partner], age[with_partner].clip(max=58) + rng.integers(-3, 4, len(old))),
        activity=np.where(old, NOT_APPLICABLE, EMPLOYED),
    )
    home = np.sort(rng.integers(0, min(number, part["children"]), part["children"])) if part["children"] else []
    home = np.asarray(home, int)
    world.add_persons(
        household[home],
        born=YEAR - rng.integers(0, np.minimum(17, age[home] - 20) + 1),
        disabled=np.arange(part["children"]) < part["disabled"],
    )
