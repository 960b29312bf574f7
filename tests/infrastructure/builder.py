"""The table builder without its page: a request from an address, its table, and a table's figures by their codes."""

from collections.abc import Mapping
from datetime import date

from data_access import TOTAL, Database, Vocabulary
from data_access.coverage import Coverage
from data_access.telling.builder import asking, making
from data_access.telling.builder.making import Made
from data_access.telling.builder.reading import read
from data_access.telling.builder.request import Request
from data_access.telling.builder.world import SUBJECTS, World
from data_access.telling.reader import Reader


def world_of_years(vocabulary: Vocabulary, first: int, last: int) -> World:
    """A world whose every subject has records of all days of these years."""
    days = Coverage.of([(date(first, 1, 1), date(last, 12, 31))])
    return World(vocabulary, dict.fromkeys(SUBJECTS, days), days.data_from, days.data_until, lambda question: True)


def understood(address: Mapping[str, str], world: World) -> Request:
    """The request of an address in which nothing is wrong."""
    request, troubles = read(address, world)
    assert not troubles, troubles
    return request


def made(database: Database, request: Request, language: str = "lv") -> Made:
    """The table of a request, asked of a database."""
    answered = asking.ask(request, database, World.of(database), database.ask)
    return making.make(Reader(database.vocabulary, language), request, answered)


def table_of(database: Database, **address: str) -> dict[str, dict[str, int | float | None]]:
    """The table that an address makes: by the name of a row, its figures by the name of their column."""
    one = made(database, understood(address, World.of(database)))
    return {
        line.name: {field.ref: figure for field, figure in zip(one.fields, row.figures, strict=True)}
        for line, row in zip(one.lines, one.table.rows, strict=True)
    }


def key_of(request: Request, codes: tuple[str, ...], ref: str) -> tuple[tuple[str, ...], str]:
    """The codes of a cell in all dimensions of the question, and its measure."""
    measure, _, value = ref.partition(".")
    return (*codes, value or TOTAL) if request.column else codes, measure
