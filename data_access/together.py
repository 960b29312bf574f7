"""Many single figures from few questions: years and filters by which figures differ become splits of one question."""

from collections import defaultdict
from collections.abc import Callable, Hashable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol, TypeVar

from data_access.answer import WITHHELD, Answer, Note, Withheld
from data_access.errors import NotForCouncil
from data_access.measures import measure
from data_access.question import COUNCIL, MOST_DIMENSIONS, Question

Name = TypeVar("Name", bound=Hashable)
Progress = Callable[[int, int], None]
"""Hears how many steps are done, and of how many; what it raises ends the work."""


def no_progress(done: int, of: int) -> None:
    """Hears nothing."""


class Answering(Protocol):
    def ask(self, question: Question) -> Answer: ...


@dataclass(frozen=True)
class Figure:
    """One figure: a whole number (money in cents), None where it is not known, or WITHHELD; and what its answer says
    of it."""

    value: int | Withheld | None
    notes: tuple[Note, ...] = ()


def figures(
    database: Answering, asked: Mapping[Name, Question], progress: Progress = no_progress
) -> dict[Name, Figure]:
    """The figure of each question, which has one measure, a calendar year and no split.

    `progress` hears before each of the few how many are answered, and of how many.
    A question that is not on the council's list has the figure WITHHELD. Raises UnknownName, DatabaseUnavailable,
    NotProtected.
    """
    found: dict[Name, Figure] = {}
    together = list(_together(asked))
    for number, (question, names) in enumerate(together):
        progress(number, len(together))
        try:
            answer = database.ask(question)
        except NotForCouncil:
            found |= dict.fromkeys(names, Figure(WITHHELD))
            continue
        for name in names:
            [code] = asked[name].measures
            year = {"year": asked[name].period.code} if "year" in question.by else {}
            cell = {dim: values[0] for dim, values in asked[name].where if dim in question.by}
            occurs = answer.occurs(**year, **cell)
            part = answer.value(code, **year, **cell) if occurs else 0
            if answer.value(code, **year) is None and part == 0:
                # Where nothing is known of the whole, a part of which there is nothing is not known to be zero.
                value = None
            elif occurs:
                value = part
            else:
                # Whether that is nothing or a gap of this part only is told by the question alone.
                value = _alone(database, asked[name])
            found[name] = Figure(value if value is None or value is WITHHELD else int(value), answer.notes)
    return found


def _alone(database: Answering, question: Question) -> int | Withheld | None:
    try:
        return database.ask(question).value()
    except NotForCouncil:
        return WITHHELD


def _together(asked: Mapping[Name, Question]) -> Iterator[tuple[Question, list[Name]]]:
    """Fewer questions that hold the answers to all: years and filters by which they differ become splits.

    Only questions with the same dimensions, because it depends on them whether a figure was published; for the
    council also of one measure, because one that is not listed would take the others with it.
    """
    alike = defaultdict(list)
    for name, question in asked.items():
        several = tuple((dim, values) for dim, values in question.where if len(values) > 1)
        dims = tuple(dim for dim, _ in question.where)
        [code] = question.measures
        what = code if question.audience == COUNCIL else measure(code).fact.subject
        alike[what, question.audience, dims, several].append(name)
    for names in alike.values():
        found = {"year": {asked[name].period.code for name in names}}
        for name in names:
            for dim, values in asked[name].where:
                found.setdefault(dim, set()).add(values)
        differing = [dim for dim, values in found.items() if len(values) > 1]
        split, kept = differing[:MOST_DIMENSIONS], differing[MOST_DIMENSIONS:]
        parts = defaultdict(list)
        for name in names:
            parts[tuple(values for dim, values in asked[name].where if dim in kept)].append(name)
        for part in parts.values():
            yield _covering([asked[name] for name in part], split), part


def _covering(alike: Sequence[Question], split: Sequence[str]) -> Question:
    """One question for several; ages stay those on the last day of each one's year (rule 3)."""
    audience = alike[0].audience
    where = defaultdict(dict)
    for question in alike:
        for dim, values in question.where:
            where[dim] |= dict.fromkeys(values)
    if audience == COUNCIL:  # a listed question is split over all values or filtered by one
        where = {dim: values for dim, values in where.items() if dim not in split}
    years = sorted(question.period.code for question in alike)
    return Question.of(
        dict.fromkeys(code for question in alike for code in question.measures),
        years[0] if years[0] == years[-1] else f"{years[0]}..{years[-1]}",
        by=split,
        where={dim: list(values) for dim, values in where.items()},
        audience=audience,
        ages="each_year" if "year" in split else "period",
    )
