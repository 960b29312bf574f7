"""Going deeper from a figure: only these records, or these records split by something else. All in codes."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace

from data_access.audiences import answerable
from data_access.period import Period
from data_access.question import Question
from data_access.telling.builder.asking import question_of
from data_access.telling.builder.request import MOST_ROWS, Request
from data_access.telling.builder.world import World, is_time, possible
from data_access.vocabulary import Vocabulary

Codes = Mapping[str, str]


def asked_by(question: Question, vocabulary: Vocabulary, compared: bool = False) -> Request:
    """The request of the builder that asks what a page asked, its table laid out as on the page.

    Of two dimensions the second stands in the columns, but for the parts of a group, for time within time, and beside a
    comparison (with the year before).
    """
    by, column = question.by, None
    if len(by) > MOST_ROWS or (len(by) == MOST_ROWS and not compared and not _are_nested(by, vocabulary)):
        by, column = by[:-1], by[-1]
    return Request(
        question.measures,
        question.period.code,
        by,
        column,
        question.where,
        compare="year" if compared and not column else None,
        audience=question.audience,
    )


def _are_nested(by: Sequence[str], vocabulary: Vocabulary) -> bool:
    group, part = by
    return (is_time(group) and is_time(part)) or bool(
        {value.parent for value in vocabulary.values(part)} & set(vocabulary.codes(group))
    )


def only(request: Request, codes: Codes, periods: Sequence[Period] = ()) -> Request:
    """The same table of nothing but these records; a calendar cell becomes the period.

    `periods` are the days that the figures are of: of a cell that reaches over their edge, only what lies within.
    """
    where = dict(request.where) | {name: (code,) for name, code in codes.items() if not is_time(name)}
    narrowed = replace(request, where=tuple(where.items()), top=None)
    cells = [code for name, code in codes.items() if is_time(name)]
    # A single cell of a comparison is a figure of one of its two periods.
    return replace(narrowed, period=_days(cells, periods).code, compare=None) if cells else narrowed


def _days(cells: Iterable[str], periods: Sequence[Period]) -> Period:
    cell = Period.parse(max(cells, key=len))
    for period in periods:
        if period.overlaps(cell.start, cell.last_day):
            return Period(max(cell.start, period.start), min(cell.end, period.end))
    return cell


def split(request: Request, codes: Codes, name: str, periods: Sequence[Period] = ()) -> Request:
    """These records by another dimension, in place of those that the codes are of."""
    narrowed = only(request, codes, periods)
    rows = tuple(row for row in request.rows if row not in codes and row != name)
    column = request.column if request.column not in codes and request.column != name else None
    return replace(narrowed, rows=(name, *rows)[:MOST_ROWS], column=column, share=None, sort=None, chart=None)


def further(request: Request, codes: Codes, world: World, periods: Sequence[Period] = ()) -> list[str]:
    """Dimensions by which the records of these codes can still be split for the audience of the request."""
    one = set(codes) | {name for name, values in request.where if len(values) == 1}
    return [
        name
        for name in possible(request.measures, request.audience)
        if name not in one and is_answered(split(request, codes, name, periods), world)
    ]


def is_answered(request: Request, world: World) -> bool:
    """Whether a request's audience is told its table: the council those of its list only."""
    return answerable(question_of(request, world), world.coverage)
