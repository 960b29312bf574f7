"""A request asked of the data: how large it is, and the figures that answer it."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from math import prod

import pandas as pd

from data_access.answer import Answer, AsOf, Note
from data_access.comparison import compare_with
from data_access.database import Database
from data_access.period import Period
from data_access.question import COUNCIL, UNKNOWN, Question
from data_access.telling.builder.request import Request
from data_access.telling.builder.world import World, is_time
from data_access.telling.withheld import marked

# Combinations of values that are asked for at once. The largest that the pages ask are some hundreds; this many take
# a second or two, and a table of them is read by nobody.
MOST_ASKED = 60_000


@dataclass(frozen=True)
class Answered:
    """What a request was answered with.

    `frame` is that of an `Answer`, or of a `Comparison` with the period `before`; it says beside each figure whether it
    is withheld. `narrowed` is the dimension of which
    only the first values were asked, as all `values` of them would be too many; its totals are then no totals.
    """

    frame: pd.DataFrame
    notes: tuple[Note, ...]
    as_of: AsOf
    period: Period
    before: Period | None = None
    narrowed: str | None = None
    values: int = 0


def question_of(request: Request, world: World) -> Question:
    """The one question that a request asks."""
    # Years of the council's tables each stand for themselves, and so does an age in them.
    ages = "each_year" if request.audience == COUNCIL and "year" in request.by else "period"
    return Question.of(
        request.measures,
        world.period(request.period),
        by=request.by,
        where=dict(request.where),
        audience=request.audience,
        ages=ages,
    )


def _values(request: Request, name: str, world: World) -> tuple[str, ...]:
    """Values of a category dimension that the request lets through."""
    return dict(request.where).get(name) or (*world.vocabulary.codes(name), UNKNOWN)


def _cells(request: Request, world: World) -> int:
    """Calendar cells of the finest grain asked for."""
    period = world.period(request.period)
    return max((len(period.cells(name)) for name in request.time), default=1)


def size(request: Request, world: World) -> int:
    """How many combinations of values there can be, from the vocabulary alone."""
    return _cells(request, world) * prod(len(_values(request, name, world)) for name in _categories(request))


def _categories(request: Request) -> list[str]:
    return [name for name in request.by if not is_time(name)]


def narrowed(request: Request, world: World) -> tuple[Request, str | None, int]:
    """The request with few enough combinations to be asked: of its longest dimension only the first values.

    Also which dimension that is and how many values it has; None and 0 if nothing had to be left out.
    """
    most = size(request, world)
    if most <= MOST_ASKED:
        return request, None, 0
    name = max(_categories(request), key=lambda one: len(_values(request, one, world)))
    values = _values(request, name, world)
    kept = values[: max(MOST_ASKED * len(values) // most, 1)]
    where = tuple((dict(request.where) | {name: kept}).items())
    return replace(request, where=where), name, len(values)


def ask(request: Request, database: Database, world: World, answer: Callable[[Question], Answer]) -> Answered:
    """Asks what a request wants; `answer` answers one question. Raises the errors of `data_access`."""
    smaller, name, values = narrowed(request, world)
    question = question_of(smaller, world)
    if not request.compare:
        one = answer(question)
        return Answered(marked(one.frame, one.withheld), one.notes, one.as_of, question.period, None, name, values)
    both = compare_with(database, question, request.compare, ask=answer)
    # That parts overlap is said of the later period only, in whose words it is.
    notes = tuple(note for note in both.notes if note.kind != "overlap" or note in both.now.notes)
    now, before = both.now.question.period, both.before.question.period
    return Answered(marked(both.frame, both.withheld), notes, both.now.as_of, now, before, name, values)
