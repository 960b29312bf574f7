"""What can be chosen beside what has been chosen: each choice with the key of the reason why not, or None."""

from dataclasses import replace

from data_access.measures import measure
from data_access.period import Period
from data_access.question import TOTAL, UNKNOWN
from data_access.telling.builder.request import COMPARISONS, SHARES, Request
from data_access.telling.builder.world import World, is_time, subject

STACKED_AT_MOST = 6  # parts of a stack and lines of a chart that can be told apart


def comparisons(request: Request, world: World) -> dict[str, str | None]:
    """Earlier periods to compare with."""
    return {how: _why_not_compare(request, how, world) for how in COMPARISONS}


def earlier(period: Period, how: str) -> Period:
    """The period that a period is compared with."""
    return period.year_before() if how == "year" else period.previous()


def _why_not_compare(request: Request, how: str, world: World) -> str | None:
    period = world.period(request.period)
    before = earlier(period, how)
    if before.end > period.start:
        return "why_compare_long"
    if request.time and before != period.year_before():
        return "why_compare_time"
    days = world.coverage.get(subject(request.measures[0]))
    if days is None or not before.overlaps(days.data_from, days.data_until):
        return "why_compare_nothing"
    return None


def shares(request: Request) -> dict[str, str | None]:
    """Wholes of which a figure can be shown as a part."""
    return {of: _why_not_share(request, of) for of in SHARES}


def _why_not_share(request: Request, of: str) -> str | None:
    if request.compare:
        return "why_share_compare"
    if any(measure(code).ratio for code in request.measures):
        return "why_share_percent"
    if not request.by:
        return "why_share_nothing"
    if of == "row" and not request.column:
        return "why_share_row"
    if of == "column" and not (request.rows and request.column):
        return "why_share_column"
    added_over = {"row": request.by[-1:], "column": request.rows, "total": request.by}[of]
    if any(measure(code).stock for code in request.measures) and any(map(is_time, added_over)):
        return "why_share_stock"
    return None


def why_not_sort(request: Request) -> str | None:
    """Rows of time keep the order of time."""
    return None if any(not is_time(name) for name in request.rows) else "why_sort_time"


def why_not_top(request: Request) -> str | None:
    return None if request.rows and not is_time(request.rows[0]) else "why_top_time"


def columns(request: Request, world: World) -> list[str]:
    """Names of the columns that the table can have, as `sort` names them."""
    found = []
    for code in request.measures:
        if request.column:
            values = (*_codes(request, world), UNKNOWN, TOTAL)
            found += [f"{code}.{value}{ending}" for value in values for ending in endings(request)]
        elif request.compare:
            found += [f"{code}{ending}" for ending in endings(request)]
        else:
            found += [code, f"{code}.share"] if request.share else [code]
    return found


def endings(request: Request) -> tuple[str, ...]:
    """What the names of columns end in: those of a comparison in their order, or nothing."""
    if not request.compare:
        return ("",)
    return (f".{request.show}",) if request.show else (".before", "", ".change", ".change_percent")


def why_not_show(request: Request) -> str | None:
    return None if request.compare and request.column else "why_show"


def _codes(request: Request, world: World) -> list[str]:
    if is_time(request.column):
        return [cell.code for cell in world.period(request.period).cells(request.column)]
    return list(world.vocabulary.codes(request.column))


def drawn(request: Request) -> tuple[str, ...]:
    """The dimensions in the picture: one or two; what else splits the table is counted over."""
    if len(request.by) == 3:
        first, second, column = request.by
        # A year and its months make one axis.
        return (second, column) if is_time(first) and is_time(second) else (first, column)
    if len(request.time) == 2:
        return request.by[-1:]
    return request.by


def charts(request: Request) -> list[str]:
    """Pictures that fit, the best first; always ends with none."""
    dims = drawn(request)
    code = request.drawn or request.measures[0]
    time = [name for name in dims if is_time(name)]
    found = []
    if len(dims) == 1:
        found = ["lines"] if time else ["movers", "bars"] if request.compare else ["bars"]
    elif len(dims) == 2 and time:
        found = ["lines"] if request.compare else ["lines", "heat"]
    elif len(dims) == 2 and request.compare:
        found = ["movers", "bars"]
    elif len(dims) == 2:
        found = ["heat", "stack", "bars"] if measure(code).additive else ["heat", "bars"]
    return [*found, "none"]


def without(request: Request, name: str) -> Request:
    """The request with one thing not chosen."""
    return replace(request, **{name: None})
