"""What an audience can be offered before anything is asked."""

from collections.abc import Mapping

from data_access.coverage import Coverage
from data_access.measures import dimensions_of
from data_access.protection.cuts import cuts_of
from data_access.protection.listing import is_listed
from data_access.question import COUNCIL, Question

_YEAR = "year"  # part of no cut: the council sees each year by itself


def dimensions_for(audience: str, measure: str) -> tuple[str, ...]:
    """The dimensions by which a measure can be split for an audience; none if it is not shown to it.

    For the council not every combination of them is on the closed list.
    """
    names = dimensions_of(measure)
    if audience != COUNCIL:
        return names
    cuts = cuts_of(measure)
    shown = {_YEAR}.union(*(cut.covers(names) for cut in cuts)) if cuts else set()
    return tuple(name for name in names if name in shown)


def answerable(question: Question, coverage: Mapping[str, Coverage]) -> bool:
    """Whether a question is one that its audience may ask: for the council, one of the closed list."""
    return question.audience != COUNCIL or is_listed(question, coverage)
