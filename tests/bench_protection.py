"""How long protection takes: `python -m tests.bench_protection`.

Generated tables of 20 parishes × 12 months with totals, and the first council answers of the demonstration. Besides
milliseconds of processor time each is told as a ratio to what could not be quicker: to one linear program over the
whole of its table, and to the answer that is not protected.
"""

import statistics
import time
from collections.abc import Callable
from dataclasses import replace

import numpy as np

from data_access import Database, Period, Question, open_database
from data_access.protection.choosing import choose
from data_access.protection.cuts import Cut, cuts, families
from data_access.protection.family import Family
from data_access.protection.figures import Figure, Key
from data_access.protection.masking import make_masks
from data_access.protection.outsider import Outsider

PARISHES, MONTHS = 20, 12
TABLES = 40
TARGET = 300  # milliseconds for one table
YEARS = (2023, 2022)


def table(random: np.random.Generator, code: str) -> Family:
    """Households of a few large and many small parishes, each paid in some months."""
    households = int(10 ** random.uniform(1.8, 3.5))
    parish = random.choice(PARISHES, households, p=random.dirichlet(np.full(PARISHES, 0.5)))
    paid = random.random((households, MONTHS)) < random.beta(0.7, 2.0, households)[:, None]
    cents = np.where(paid, (random.lognormal(4.5, 1.2, paid.shape) * 100).astype(int), 0)
    figures: dict[Key, Figure] = {}
    for place in [None, *range(PARISHES)]:
        inside = np.full(households, True) if place is None else parish == place
        for month in [None, *range(MONTHS)]:
            of_each = cents[inside].sum(axis=1) if month is None else cents[inside, month]
            of_each = np.sort(of_each[of_each > 0])[::-1]
            if len(of_each):
                key = () if month is None else (("form", (f"{month:02}",)),)
                key += () if place is None else (("territory", (f"{place:02}",)),)
                value = int(of_each.sum()) if code == "spend" else len(of_each)
                first, second = [*of_each[:2].tolist(), 0][:2]
                figures[key] = Figure(value, len(of_each), first, second)
    return Family({code: figures}, [(code, Cut("generated", (code,), ("form", "territory")))])


def milliseconds(do: Callable[[], object]) -> float:
    began = time.process_time()
    do()
    return (time.process_time() - began) * 1000


def tables() -> None:
    """A table is protected from its figures on: cells and relations found, the cells chosen, the outsider asked."""
    print(f"{TABLES} tables of {PARISHES} × {MONTHS}\n")
    for code in ("spend", "households_assisted"):
        took, of_one, small, withheld, unproven = [], [], 0, 0, 0
        for seed in range(TABLES // 2):
            family = table(np.random.default_rng(seed), code)
            choice = None

            def protect(family=family):
                nonlocal choice
                choice = choose(Family(family.figures, family.shown).system())

            took.append(milliseconds(protect))
            system = family.system()
            if system.needs:
                one_need = replace(system, needs=system.needs[:1])
                everything = np.full(len(system.values), True)
                of_one.append(milliseconds(lambda s=one_need, e=everything: Outsider(s).failures(e)))
            small, withheld = small + system.sensitive.sum(), withheld + choice.withheld.sum()
            unproven += not choice.proven
        one = statistics.median(of_one)
        said = ", ".join(
            f"{name} {ms:.0f} ms ({ms / one:.1f} linear programs)"
            for name, ms in (("least", min(took)), ("median", statistics.median(took)), ("worst", max(took)))
        )
        print(f"{code}: {said}; over {TARGET} ms: {sum(ms > TARGET for ms in took)}")
        print(f"  withheld {withheld}, of them small {small}; not proven the cheapest: {unproven}")


def first_answers(database: Database) -> None:
    print("\nFirst answers of the demonstration, to what the same tables take unprotected\n")
    for year in YEARS:
        for family in families():
            period = Period.year(year)
            shown = {cut.by: cut.measures for cut in cuts() if cut.family == family}
            plain = milliseconds(
                lambda period=period, shown=shown: [
                    database.ask(Question.of(measures, period, by=by)) for by, measures in shown.items()
                ]
            )
            ms = milliseconds(lambda family=family, year=year: make_masks(family, [year], database.read))
            print(f"{family} {year}: {ms:.0f} ms, {ms / plain:.1f} times the {plain:.0f} ms of its {len(shown)} tables")


if __name__ == "__main__":
    tables()
    first_answers(open_database())
