"""How long new questions of the table builder take, on a database of any size: `python -m tests.bench_builder [URL]`.

Every measure by every dimension and by two of them, for one year and for all years: drawn at random, the same ones each
time, and the heaviest beside them: several measures by calendar cell and benefit, and persons by three dimensions of
which one is the month. Each is asked once, with nothing kept. Seconds of a processor stand beside the seconds that
passed: on a busy computer only they tell anything; what uses both of two takes half of them.
"""

import argparse
import random
import statistics
import time
from itertools import combinations

from data_access import Period, Question, dimension, dimensions_of, measures, open_database
from tests.bench import SCALED

DRAWN = 120  # questions, of one year and again of all
LONGEST_MEDIAN, LONGEST = 2, 5  # seconds
TOLD = 12  # of the dearest
TOGETHER = ("spend", "households_assisted", "persons_assisted")
WITH_STATUS = ("households_with_status", "persons_with_status")
HEAVIEST = (
    (TOGETHER, ("quarter", "benefit_group", "benefit")),
    (TOGETHER, ("benefit", "month")),
    (TOGETHER, ("territory", "month")),
    ("persons_assisted", ("territory", "month", "age_group_family")),
    ("persons_assisted", ("benefit", "month", "sex")),
    ("persons_with_status", ("territory", "month", "age_group_family")),
    (WITH_STATUS, ("territory", "month", "status")),
)


def drawn(years: Period) -> list[Question]:
    """Questions that the builder offers."""
    possible = []
    for code in measures():
        names = dimensions_of(code)
        splits = [(name,) for name in names] + [
            pair for pair in combinations(names, 2) if sum(dimension(name).kind == "time" for name in pair) < 2
        ]
        possible += [(code, by) for by in splits]
    chosen = random.Random(43).sample(possible, DRAWN)
    newest = Period.year(years.last_day.year)
    found = [Question.of(code, period, by=by) for period in (newest, years) for code, by in chosen]
    return found + [Question.of(asked, years, by=by) for asked, by in HEAVIEST]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("url", nargs="?", default=f"duckdb:///{SCALED}")
    database = open_database(parser.parse_args().url)
    years = Period(Period.year(min(database.years)).start, Period.year(max(database.years)).end)
    took = []
    for question in drawn(years):
        start, processor = time.perf_counter(), time.process_time()
        rows = len(database.ask(question).frame)
        took.append((time.perf_counter() - start, time.process_time() - processor, rows, question))
    for period in dict.fromkeys(question.period for *_, question in took):
        seconds = [one for one, _, _, question in took if question.period == period]
        late = sum(one > LONGEST for one in seconds)
        print(f"{period.code}: {len(seconds)} questions, median {statistics.median(seconds):.2f} s", end="")
        print(f" (target {LONGEST_MEDIAN}), worst {max(seconds):.1f} s (target {LONGEST}), {late} later than that")
    for seconds, processor, rows, question in sorted(took, key=lambda one: -one[1])[:TOLD]:
        said = f"{', '.join(question.measures)} by {', '.join(question.by)}, {question.period.code}"
        print(f"{seconds:6.1f} s  {processor:6.1f} s of a processor  {rows:6} rows  {said}")


if __name__ == "__main__":
    main()
