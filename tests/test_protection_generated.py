"""A thousand generated tables of one to three dimensions with totals: each is protected, attacked, and none falls."""

from concurrent.futures import ThreadPoolExecutor
from itertools import product

import numpy as np
import pytest

from data_access.protection.choosing import choose
from data_access.protection.cuts import Cut
from data_access.protection.family import Family
from data_access.protection.figures import Figure, Key
from tests.infrastructure.attack import Tables

AXES = ("population", "territory", "form")
SMALLEST, FEWEST, PERCENT = 5, 3, 10
TABLES, AT_ONCE = 1000, 125

# What the table counts, its dimensions, places of each household on them, its cents.
Micro = tuple[str, tuple[str, ...], np.ndarray, np.ndarray]


def generated(random: np.random.Generator) -> Micro:
    """Households with a place on each dimension, most of them in few places, and money, much of it of few."""
    code = str(random.choice(["spend", "households_assisted"]))
    by = AXES[: random.integers(1, 4)]
    sizes = random.integers(2, {1: 8, 2: 5, 3: 3}[len(by)] + 1, len(by))
    households = int(random.integers(8, 80))
    places = np.stack([random.choice(size, households, p=random.dirichlet(np.full(size, 0.7))) for size in sizes], 1)
    return code, by, places, (random.lognormal(4, 1.5, households) * 100).astype(int) + 100


def cells_of(micro: Micro) -> dict[tuple, np.ndarray]:
    """The cents of the households in each cell; None is a total."""
    _, _, places, cents = micro
    codes = [[None, *sorted({int(place) for place in column})] for column in places.T]
    found = {}
    for cell in product(*codes):
        inside = np.ones(len(cents), dtype=bool)
        for number, code in enumerate(cell):
            inside &= (code is None) | (places[:, number] == code)
        found[cell] = np.sort(cents[inside])[::-1]
    return found


def family_of(micro: Micro) -> Family:
    code, by, figures = micro[0], micro[1], {}
    for cell, cents in cells_of(micro).items():
        if len(cents):
            first, second = [*cents[:2].tolist(), 0][:2]
            value = int(cents.sum()) if code == "spend" else len(cents)
            figures[_key(by, cell)] = Figure(value, len(cents), first, second)
    return Family({code: figures}, [(code, Cut("generated", (code,), by))])


def _key(by: tuple[str, ...], cell: tuple) -> Key:
    return tuple((name, (f"{code:02}",)) for name, code in sorted(zip(by, cell, strict=True)) if code is not None)


def published(micro: Micro, family: Family, withheld: np.ndarray) -> Tables:
    """The table as an outsider reads it."""
    (code, by, *_), tables = micro, Tables()
    hidden = {family.all[cell] for cell in np.flatnonzero(withheld)}
    for cell, cents in cells_of(micro).items():
        pairs = frozenset((name, place) for name, place in zip(by, cell, strict=True) if place is not None)
        tables.true[code, pairs] = int(cents.sum()) if code == "spend" else len(cents)
        if (code, _key(by, cell)) in hidden:
            tables.withheld.add((code, pairs))
        for pair in pairs:
            tables.sums.setdefault((code, pairs - {pair}), {}).setdefault(pair[0], set()).add((code, pairs))
    return tables


def needed(micro: Micro) -> dict:
    """What has to look possible of each small figure: the least and the greatest value."""
    (code, by, *_), found = micro, {}
    for cell, cents in cells_of(micro).items():
        key = code, frozenset((name, place) for name, place in zip(by, cell, strict=True) if place is not None)
        room = cents[0] * PERCENT / 100 - cents[2:].sum() if len(cents) else 0
        if code == "households_assisted" and 0 < len(cents) < SMALLEST:
            found[key] = (1, SMALLEST)
        elif code == "spend" and (0 < len(cents) < FEWEST or room > 0):
            found[key] = (cents.sum() - max(room, 100), cents.sum() + max(room, 100))
    return found


def fallen(micros: list[Micro], tables: list[Tables]) -> list[int]:
    """The tables of which an outsider works out a small figure more closely than he may."""
    beside, wanted = Tables(), []
    for number, (micro, one) in enumerate(zip(micros, tables, strict=True)):
        name = f"{number:03}"
        beside.beside(one, name)
        needs = needed(micro)
        assert needs.keys() <= one.withheld
        wanted += [(number, (code, cell | {("table", name)}), *ends) for (code, cell), ends in needs.items()]
    ranges = beside.ranges([{key: 1} for _, key, *_ in wanted])
    return sorted(
        {
            number
            for (number, _, least, most), (low, high) in zip(wanted, ranges, strict=True)
            if low > least + 1e-4 * max(1, least) or high < most - 1e-4 * max(1, most)
        }
    )


@pytest.mark.parametrize("seed", range(TABLES // AT_ONCE))
def test_no_figure_of_a_generated_table_falls(seed):
    random = np.random.default_rng(seed)
    micros = [generated(random) for _ in range(AT_ONCE)]
    families = [family_of(micro) for micro in micros]
    systems = [one.system() for one in families]
    choices = [choose(one) for one in systems]
    assert all(one.proven for one in choices)
    withheld = [one.withheld for one in choices]
    assert fallen(micros, [published(*one) for one in zip(micros, families, withheld, strict=True)]) == []
    # The attack is worth something: hiding the small figures alone does not withstand it.
    small = [one.sensitive for one in systems]
    assert fallen(micros, [published(*one) for one in zip(micros, families, small, strict=True)])


def test_what_is_withheld_is_the_same_in_whatever_order_and_thread_it_is_chosen(capfd) -> None:
    """Two servers that withheld different cells of one table would tell more than each."""
    systems = [family_of(generated(np.random.default_rng(seed))).system() for seed in range(20)]
    first = [choose(system).withheld.tolist() for system in systems]
    backwards = [choose(system).withheld.tolist() for system in reversed(systems)]
    with ThreadPoolExecutor(4) as threads:
        at_once = [choice.withheld.tolist() for choice in threads.map(choose, systems * 2)]
    assert any(map(any, first))
    assert backwards[::-1] == first
    assert at_once == first * 2
    assert capfd.readouterr().out == ""  # a command's CSV goes there
