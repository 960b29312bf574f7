"""The chart that a spreadsheet program draws beside the table: over cells of it, of the same kind as on screen."""

from data_access import TOTAL
from data_access.telling.builder import offers
from data_access.telling.builder.making import Line, Made
from data_access.telling.builder.request import Request
from data_access.telling.builder.world import is_time
from pages.parts.exports import NativeChart

MOST_SERIES = 12
MOST_POINTS = 60


def native(request: Request, made: Made, kind: str) -> NativeChart | None:
    """The native chart of a table; None where there is nothing to draw over."""
    rows = tuple(place for place, line in enumerate(made.lines) if _outer(line))[:MOST_POINTS]
    columns = _columns(request, made, kind)
    if kind == "none" or len(rows) < 1 or not columns or request.rows == ():
        return None
    if kind == "lines" and not is_time(request.rows[0]) and request.column in offers.drawn(request):
        return NativeChart("line", columns[:MOST_POINTS], rows[: offers.STACKED_AT_MOST], by_row=True)
    drawn = "line" if kind == "lines" else "bar"
    return NativeChart(drawn, columns[:MOST_SERIES], rows, stacked=kind == "stack")


def _outer(line: Line) -> bool:
    """A row of the first dimension, its parts counted together; not the total of all."""
    return line.codes[0] != TOTAL and all(code == TOTAL for code in line.codes[1:]) if line.codes else False


def _columns(request: Request, made: Made, kind: str) -> tuple[int, ...]:
    code = request.drawn or request.measures[0]
    refs = [field.ref for field in made.fields]
    if request.column and request.compare:
        # Over the columns' total: between two years there is no chart of all columns.
        total = f"{code}.{TOTAL}"
        over_rows = kind != "lines" or (request.rows and is_time(request.rows[0]))
        wanted = [f"{total}.change"] if kind == "movers" else [f"{total}.before", total] if over_rows else []
    elif request.column and kind == "bars":
        wanted = [f"{code}.{TOTAL}"]
    elif request.column:
        wanted = [ref for ref in refs if ref.startswith(f"{code}.") and not ref.endswith(f".{TOTAL}")]
    elif request.compare:
        wanted = [f"{code}.change"] if kind == "movers" else [f"{code}.before", code]
    else:
        wanted = [code]
    return tuple(place for place, ref in enumerate(refs) if ref in wanted)
