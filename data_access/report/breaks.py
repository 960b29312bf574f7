"""Which breaks in a series concern a figure: an event is said only under tables that count what it changed."""

import csv
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

from data_access.measures import measure
from data_access.question import Question
from data_access.reference_rows import FOLDER


@dataclass(frozen=True)
class Concern:
    """What events of some sources concern. They do not concern figures with the filter `never`; if there is `only`,
    they concern figures with one of its values and those not filtered by its dimensions; `income_tested` ones concern
    statuses and benefits that depend on income."""

    never: Mapping[str, tuple[str, ...]]
    only: Mapping[str, tuple[str, ...]]
    income_tested: bool

    def of(self, question: Question) -> bool:
        where = {name: set(values) for name, values in question.where}
        if any(name in where and where[name] <= set(values) for name, values in self.never.items()):
            return False
        if any(name in where and not where[name] & set(values) for name, values in self.only.items()):
            return False
        return not self.income_tested or depends_on_income(question)


def concerned(event: Any, questions: Iterable[Question], concerns: Mapping[str, Concern]) -> bool:
    """Whether a break concerns one of the figures; one whose source names no concern concerns all."""
    concern = concerns.get(event.source)
    return concern is None or any(concern.of(question) for question in questions)


def depends_on_income(question: Question) -> bool:
    """Whether a figure counts statuses, or benefits of which at least one depends on income."""
    if measure(question.measures[0]).fact.subject == "status":
        return True
    where = dict(question.where)
    return any(
        benefit["income_tested"] == "true" and all(value in where.get(name, (value,)) for name, value in said.items())
        for benefit, said in _benefits()
    )


@cache
def _benefits() -> list[tuple[dict[str, str], dict[str, str]]]:
    """Each kind of benefit, and what filters by its dimensions say of it."""
    with (FOLDER / "benefits.csv").open(encoding="utf-8", newline="") as file:
        benefits = {row["benefit"]: row for row in csv.DictReader(file)}
    with (FOLDER / "benefit_types.csv").open(encoding="utf-8", newline="") as file:
        kinds = [(row["benefit_type"], benefits[row["benefit"]]) for row in csv.DictReader(file)]
    return [
        (
            benefit,
            {
                "benefit_type": kind,
                "benefit": benefit["benefit"],
                "benefit_group": benefit["benefit_group"],
                "social_assistance": "yes" if benefit["social_assistance"] == "true" else "no",
                "income_tested": "yes" if benefit["income_tested"] == "true" else "no",
            },
        )
        for kind, benefit in kinds
    ]
