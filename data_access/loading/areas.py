"""Problem areas of psychologists' clients over time, out of what their consultations say."""

from collections import defaultdict
from datetime import date, timedelta
from itertools import pairwise

import pandas as pd

_ONE_DAY = timedelta(days=1)
_COLUMNS = ["person_id", "problem_area", "valid_from", "valid_to"]


def over_time(present: pd.DataFrame, said: pd.DataFrame, replaced_days: pd.Series) -> pd.DataFrame:
    """The areas of clients after a load.

    `present` has their areas before it, `said` (person_id, problem_area, day) what its consultations say. Areas
    that were said in the months of `replaced_days` are no longer present. The areas said on a day hold until the
    day before others are said.
    """
    months = {(day.year, day.month) for day in replaced_days}
    new: dict[int, dict[date, set[str]]] = defaultdict(lambda: defaultdict(set))
    for person, area, day in said.itertuples(index=False):
        new[int(person)][day.date()].add(area)
    kept: dict[int, list[tuple[date, str, date | None]]] = defaultdict(list)
    cut: dict[int, set[date]] = defaultdict(set)
    for person, area, first, last in present.itertuples(index=False):
        last = None if pd.isna(last) else last
        if (first.year, first.month) in months:
            cut[int(person)].add(first)
        else:
            kept[int(person)].append((first, area, last))
    rows: dict[tuple[int, str, date], date | None] = {}
    for person in {*new, *kept}:
        starts = sorted({*new[person], *(first for first, _, _ in kept[person])})
        following = dict(pairwise(starts))
        for first, area, last in kept[person]:
            after = following.get(first)
            # It had ended when those began that are gone now.
            if last is not None and last + _ONE_DAY in cut[person]:
                last = None
            if after is not None and (last is None or last >= after):
                last = after - _ONE_DAY
            rows[person, area, first] = last
        for first, areas in new[person].items():
            after = following.get(first)
            for area in areas:
                rows[person, area, first] = after - _ONE_DAY if after else None
    return pd.DataFrame(
        [(person, area, first, last) for (person, area, first), last in sorted(rows.items(), key=lambda row: row[0])],
        columns=_COLUMNS,
    )


def differing_clients(before: pd.DataFrame, after: pd.DataFrame) -> list[int]:
    """Clients whose areas are not what they were."""

    def by_client(frame: pd.DataFrame) -> dict[int, set[tuple]]:
        found: dict[int, set[tuple]] = defaultdict(set)
        for person, area, first, last in frame.itertuples(index=False):
            found[int(person)].add((area, first, None if pd.isna(last) else last))
        return found

    old, new = by_client(before), by_client(after)
    return sorted(person for person in {*old, *new} if old.get(person) != new.get(person))
