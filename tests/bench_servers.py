"""How many questions a second PostgreSQL answers, alone and as a pair: `python -m tests.bench_servers --scale 4`.

Askers are processes of their own, as dashboards are, and each asks every question of the pages, in an order of its
own, with nothing in a cache. Both servers and all askers share this computer: a pair cannot be quicker here than a
primary alone, and what it costs is what is seen. The servers and their data are made and removed.
"""

import argparse
import logging
import os
import random
import signal
import statistics
import time
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from multiprocessing.managers import BarrierProxy

from data_access import Question, demo, open_database
from tests.bench import milliseconds, name_of, questions_of_pages, shown, table
from tests.infrastructure.postgres import Pair, new_pair

MOST_SHOWN = 8
FACTS = ("payments", "memberships", "status_decisions", "visits", "consultations")


def ask_all(url: str, questions: Sequence[Question], seed: int, together: BarrierProxy) -> tuple[float, float]:
    """When an asker began and ended, by the computer's clock, begun together with the others."""
    database = open_database(url)
    mixed = random.Random(seed).sample(questions, len(questions))
    database.ask(mixed[0])  # what a database keeps of itself, and its plans, are there before
    together.wait()
    began = time.time()
    for question in mixed:
        database.ask(question)
    return began, time.time()


def processes(number: int) -> ProcessPoolExecutor:
    """New ones: a page that was opened in this process has put itself in the place of its main module."""
    return ProcessPoolExecutor(number, get_context("spawn"), logging.disable, (logging.WARNING,))


def asked_by_pages() -> list[Question]:
    with processes(1) as other:
        pages = other.submit(questions_of_pages).result()
    return list(dict.fromkeys(question for questions in pages.values() for question in questions))


def questions_a_second(urls: Sequence[str], questions: Sequence[Question]) -> float:
    """Of one asker at each address, all at once."""
    with get_context("spawn").Manager() as manager, processes(len(urls)) as askers:
        together = manager.Barrier(len(urls))
        asked = [askers.submit(ask_all, url, questions, place, together) for place, url in enumerate(urls)]
        spans = [asker.result() for asker in asked]
    return len(urls) * len(questions) / (max(end for _, end in spans) - min(began for began, _ in spans))


def ways(pair: Pair) -> dict[str, list[str]]:
    """Where askers read, by turns."""
    primary, standby = pair.primary.url(), pair.url()
    return {"primary alone": [primary], "pair, all on the standby": [standby], "pair, by turns": [standby, primary]}


def measure(pair: Pair, questions: Sequence[Question], askers: Sequence[int], times: int) -> None:
    rates: dict[tuple[str, int], list[float]] = {}
    for _ in range(times):
        for number in askers:
            for name, urls in ways(pair).items():
                asking = [urls[place % len(urls)] for place in range(number)]
                rates.setdefault((name, number), []).append(questions_a_second(asking, questions))
    names = list(ways(pair))
    middle = {asked: statistics.median(rate) for asked, rate in rates.items()}
    lines = []
    for name in names:
        ratios = [middle[name, number] / middle[names[0], number] for number in askers]
        lines.append((name, *(shown(middle[name, number]) for number in askers), *(f"{ratio:.2f}" for ratio in ratios)))
    header = ["read from", *(f"{number} asking" for number in askers), *(f"to alone, {number}" for number in askers)]
    table(f"Questions a second, {len(questions)} different ones, median of {times} times", header, lines)
    database = open_database(pair.url())
    took = {question: min(milliseconds(lambda q=question: database.ask(q), 3)) for question in questions}
    slowest = sorted(took, key=took.get, reverse=True)[:MOST_SHOWN]
    table(
        "The slowest questions, asked alone, least of 3 times",
        ["question", "milliseconds"],
        [(name_of(question), shown(took[question])) for question in slowest],
    )
    table("All questions, asked alone", ["questions", "together ms"], [(len(took), shown(sum(took.values())))])


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.bench_servers", description=__doc__.splitlines()[0])
    parser.add_argument("--scale", type=int, default=4, help="so many municipalities out of one (4)")
    parser.add_argument("--askers", type=int, nargs="+", default=[1, 2, 4], help="how many ask at once (1 2 4)")
    parser.add_argument("--every", type=int, default=1, help="ask only every so many-th question (1)")
    parser.add_argument("--times", type=int, default=3, help="how often each is measured (3)")
    return parser.parse_args()


def main() -> None:
    chosen = arguments()
    os.environ["ALLOW_WRITING_ROLE"] = "yes"
    signal.signal(signal.SIGTERM, signal.default_int_handler)  # stopped, it still stops its servers
    with new_pair() as pair:
        os.environ["DATABASE_URL"] = pair.primary.url()
        took = milliseconds(lambda: demo.build(pair.primary.url(), scale=chosen.scale), 1)
        print(f"Built {chosen.scale} municipalities on the primary in {took[0] / 1000:.1f} s.")
        took = milliseconds(pair.wait_until_caught_up, 1)
        print(f"The standby had all of it {took[0] / 1000:.1f} s later.")
        table("Rows", FACTS, [[pair.standby.run_sql(f"SELECT count(*) FROM {name}")[0][0] for name in FACTS]])
        [(size,)] = pair.standby.run_sql("SELECT pg_size_pretty(pg_database_size('case'))")
        print(f"\nOn disk: {size}")
        measure(pair, asked_by_pages()[:: chosen.every], chosen.askers, chosen.times)


if __name__ == "__main__":
    main()
