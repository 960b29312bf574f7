"""The values of every dimension: their codes, order and names, as the database and the fixed lists have them."""

import csv
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import numpy as np
import pandas as pd
from sqlalchemy import Connection, select

from data_access import schema
from data_access.language import cell_label, texts
from data_access.measures import dimension
from data_access.question import TOTAL, UNKNOWN

_FIXED = Path(__file__).parent / "reference" / "vocabulary.csv"


@dataclass(frozen=True)
class Value:
    """One value of a dimension. `parent` is the group it belongs to, where there is one (benefit → its group).

    `valid_from` and `valid_to` (inclusive) bound the days on which it can occur; None: no bound.
    """

    code: str
    name_lv: str
    name_en: str
    parent: str | None = None
    valid_from: date | None = None
    valid_to: date | None = None


class Vocabulary:
    """Values of the dimensions of one database, in their order."""

    def __init__(self, values: Mapping[str, tuple[Value, ...]]):
        self._values = values
        self._by_code = {name: {value.code: value for value in found} for name, found in values.items()}
        self._rank = {name: {code: place for place, code in enumerate(found)} for name, found in self._by_code.items()}

    def values(self, name: str) -> tuple[Value, ...]:
        """Values of a category dimension in order; none for a time dimension. Raises UnknownName."""
        dimension(name)
        return self._values.get(name, ())

    def items(self) -> Iterable[tuple[str, tuple[Value, ...]]]:
        """Each category dimension with its values."""
        return self._values.items()

    def codes(self, name: str) -> tuple[str, ...]:
        return tuple(self._by_code.get(name, ()))

    def rank(self, name: str, code: str) -> int:
        """Place of a code in lists: unknown after every value, the total after that."""
        ranks = self._rank.get(name, {})
        return ranks.get(code, len(ranks) + {UNKNOWN: 1, TOTAL: 2}.get(code, 0))

    def label(self, name: str, code: str, language: str) -> str:
        """A code in words: `ogre` → Ogre, `2023-01` → 2023. gada janvāris, `total` → Kopā."""
        if code in (TOTAL, UNKNOWN):
            return texts(language)(f"words.{code}")
        if dimension(name).kind == "time":
            return cell_label(code, language)
        value = self._by_code.get(name, {}).get(code)
        return getattr(value, f"name_{language}") if value else code


def in_order(frame: pd.DataFrame, by: Sequence[str], vocabulary: Vocabulary) -> pd.DataFrame:
    """Rows of a frame in the order of the codes in its dimension columns: time by its days, totals last."""
    if not by:
        return frame
    order = order_of([frame[name].tolist() for name in by], by, vocabulary, len(frame))
    return frame.take(order).reset_index(drop=True)


def order_of(columns: Sequence[list[str]], by: Sequence[str], vocabulary: Vocabulary, rows: int) -> np.ndarray:
    """The places of rows in the order of their codes, a list of which stands for each dimension."""
    if not by:
        return np.arange(rows)
    ranks = []
    for name, codes in zip(by, columns, strict=True):
        if dimension(name).kind == "time":  # calendar cells of one grain sort as text, and `total` follows digits
            rank = {code: place for place, code in enumerate(sorted(set(codes)))}
        else:
            rank = {code: vocabulary.rank(name, code) for code in set(codes)}
        ranks.append([rank[code] for code in codes])
    return np.lexsort(ranks[::-1])


def read_vocabulary(connection: Connection) -> Vocabulary:
    """The vocabulary of a database: its reference tables, and the fixed lists of `reference/vocabulary.csv`."""
    values: dict[str, list[Value]] = {}
    with _FIXED.open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            values.setdefault(row["dimension"], []).append(Value(row["code"], row["name_lv"], row["name_en"]))

    def read(name: str, table, code: str, parent: str | None = None, span: tuple[str, str] | None = None) -> None:
        found: dict[str, Value] = {}
        for row in connection.execute(select(table).order_by(*_order(table))).mappings():
            found.setdefault(
                row[code],
                Value(
                    row[code],
                    row["name_lv"],
                    row["name_en"],
                    row[parent] if parent else None,
                    row[span[0]] if span else None,
                    row[span[1]] if span else None,
                ),
            )
        values[name] = list(found.values())

    read("territory", schema.territories, "territory", "kind")
    read("benefit", schema.benefits, "benefit", "benefit_group", ("valid_from", "valid_to"))
    read("benefit_type", schema.benefit_types, "benefit_type", "benefit")
    read("centre", schema.centres, "centre")
    read("branch", schema.branches, "branch", "centre", ("opened_on", "closed_on"))
    read("problem_area", schema.problem_areas, "problem_area")
    read("problem_category", schema.problem_categories, "problem_category", "age_class")
    # An area that no list of the report has is a row of its own after the report's.
    listed = {value.code for value in values["problem_category"]}
    values["problem_category"] += [value for value in values["problem_area"] if value.code not in listed]
    people = schema.psychologists
    values["psychologist"] = [
        Value(row.psychologist, row.psychologist, row.psychologist, row.workload, row.employed_from, row.employed_to)
        for row in connection.execute(select(people).order_by(people.c.psychologist))
    ]
    return Vocabulary({name: tuple(found) for name, found in values.items()})


def _order(table) -> list:
    first = [table.c.age_class.desc()] if "age_class" in table.c else []
    return [*first, table.c.sort_order]
