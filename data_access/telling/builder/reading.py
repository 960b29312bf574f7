"""From an address, which is a visitor's input, to a request that can be answered, and what was not understood.

Whatever stands in the address, the request is whole: what is unknown or does not fit is left out and said.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace

from data_access.audiences import dimensions_for
from data_access.errors import DataAccessError
from data_access.measures import dimensions, dimensions_of, measures, nearest
from data_access.period import Period
from data_access.question import COUNCIL, INTERNAL, UNKNOWN
from data_access.telling.builder import offers
from data_access.telling.builder.request import (
    AUDIENCE,
    CHARTS,
    COMPARISONS,
    MOST_MEASURES,
    MOST_ROWS,
    SAVED,
    SHARES,
    SHOWN,
    TOPS,
    UP,
    Request,
    Trouble,
)
from data_access.telling.builder.world import ALL, SUBJECTS, World, is_time, measures_of, possible, subject

NAMES = (
    *("m", "rows", "col", "period", "compare", "show", "share", "sort", "order", "top", "chart", "draw"),
    *(SAVED, AUDIENCE),
)
LONGEST = 60  # letters of what is quoted back
MOST_SAID = 8  # sentences about one address


def default(world: World, audience: str = INTERNAL) -> Request:
    """The table with which an empty page begins."""
    return replace(_default(world, f"{world.newest(audience)}"), audience=audience)


def _default(world: World, year: str) -> Request:
    if "assistance" in world.coverage:
        return Request(("spend", "households_assisted"), year, ("territory",))
    covered = next((name for name in SUBJECTS if name in world.coverage), SUBJECTS[0])
    first = world.offered_measures(covered, INTERNAL)[:1] or measures_of(covered)[:1]
    return Request(first, year, world.offered_dimensions(first, INTERNAL)[:1])


def read(address: Mapping[str, str], world: World) -> tuple[Request, tuple[Trouble, ...]]:
    """The request of an address, and what could not be understood. An empty address is the default.

    An audience that is none is taken for the council.
    """
    audience = INTERNAL if address.get(AUDIENCE, INTERNAL) == INTERNAL else COUNCIL
    if set(address) <= {SAVED, AUDIENCE}:
        return default(world, audience), ()
    troubles: list[Trouble] = []
    asked = _measures(_list(address, "m"), audience, troubles)
    named = {*_list(address, "rows"), *_list(address, "col"), *address} & dimensions().keys()
    request = default(world, audience)
    if asked:
        request = Request(asked, f"{world.newest(audience)}", audience=audience)
    elif "rows" in address or "col" in address or named:
        measured = _measures_with(named, _list(address, "m"), world, audience)
        rows = () if measured != request.measures or "rows" in address or "col" in address else request.rows
        request = replace(request, measures=measured, rows=rows)
    # The period first: what can be compared and which columns there are depends on it.
    request = _with_period(request, address.get("period", ""), world, troubles)
    request = _with_dimensions(request, _list(address, "rows"), _list(address, "col"), troubles)
    request = _with_filters(request, address, world, troubles)
    request = _with_offers(request, address, world, troubles)
    return request, tuple(dict.fromkeys(troubles))[:MOST_SAID]


def _list(address: Mapping[str, str], name: str) -> list[str]:
    return [part.strip() for part in address.get(name, "").split(",") if part.strip()]


def quoted(text: str) -> str:
    """A visitor's own words as they are said back: printable and not long."""
    printable = "".join(letter if letter.isprintable() else " " for letter in text)
    return printable if len(printable) <= LONGEST else printable[:LONGEST] + "…"


def _known(
    texts: Iterable[str], names: Iterable[str], say: Callable[[str, str | None], Trouble], troubles
) -> list[str]:
    """Those of the texts that are among the names, once each; of the others it is said what was perhaps meant."""
    names, found = list(names), []
    for text in texts:
        if text in names:
            found.append(text)
        else:
            troubles.append(say(quoted(text), nearest(text[:LONGEST], names)))
    return list(dict.fromkeys(found))


def _measures(texts: list[str], audience: str, troubles: list[Trouble]) -> tuple[str, ...]:
    found = _known(texts, measures(), lambda n, near: Trouble("unknown_measure", n, nearest=near), troubles)
    troubles += [Trouble("measure_internal", measure=code) for code in found if not dimensions_for(audience, code)]
    found = [code for code in found if dimensions_for(audience, code)]
    kept = [code for code in found if subject(code) == subject(found[0])]
    troubles += [Trouble("apart", measure=code) for code in found if code not in kept]
    troubles += [Trouble("too_many_measures", measure=code) for code in kept[MOST_MEASURES:]]
    return tuple(kept[:MOST_MEASURES])


def _measures_with(named: set[str], texts: list[str], world: World, audience: str) -> tuple[str, ...]:
    """Measures that have the dimensions which an address names beside measures that nobody knows: those that were
    perhaps meant, the usual ones, or the first that has them; the usual ones where none has them all."""
    usual = default(world, audience).measures
    offered = [code for name in SUBJECTS if name in world.coverage for code in world.offered_measures(name, audience)]
    meant = [near for text in texts if (near := nearest(text[:LONGEST], offered))]
    for codes in (*((code,) for code in meant), usual, *((code,) for code in offered)):
        if all(named <= set(dimensions_for(audience, code)) for code in codes):
            return codes
    return usual


def _with_period(request: Request, text: str, world: World, troubles: list[Trouble]) -> Request:
    if not text or text == ALL:
        return replace(request, period=text or request.period)
    try:
        period = Period.parse(text)
    except DataAccessError:
        troubles.append(Trouble("bad_period", quoted(text)))
        return request
    whole = world.whole
    if period.end <= whole.start or period.start >= whole.end:
        troubles.append(Trouble("no_records", quoted(text)))
        return request
    if period.start < whole.start or period.end > whole.end:
        troubles.append(Trouble("cut_period", quoted(text)))
        period = Period(max(period.start, whole.start), min(period.end, whole.end))
    # Two dates stay two dates, also where they make a calendar year: their widgets stand on the page.
    dates = f"{period.start.isoformat()}..{period.last_day.isoformat()}"
    return replace(request, period=dates if _are_dates(text) else period.code)


def _are_dates(text: str) -> bool:
    return ".." in text and len(text.split("..")[0].strip()) > len("2023-01")


def _unknown_dimension(name: str, near: str | None) -> Trouble:
    return Trouble("unknown_dimension", name, nearest=near)


def _fitting(names: Iterable[str], request: Request, troubles: list[Trouble]) -> list[str]:
    """Those dimensions by which every measure can be split."""
    found = []
    for name in names:
        against = [code for code in request.measures if name not in dimensions_of(code)]
        troubles += [Trouble("not_together", measure=code, dimension=name) for code in against[:1]]
        if not against and name not in possible(request.measures, request.audience):
            troubles.append(Trouble("dimension_internal", dimension=name))
        elif not against:
            found.append(name)
    return found


def _with_dimensions(request: Request, rows: list[str], column: list[str], troubles: list[Trouble]) -> Request:
    if not rows and not column:
        return request
    found = _fitting(_known(rows, dimensions(), _unknown_dimension, troubles), request, troubles)
    troubles += [Trouble("too_many_rows", dimension=name) for name in found[MOST_ROWS:]]
    kept = found[:MOST_ROWS]
    across = _fitting(_known(column, dimensions(), _unknown_dimension, troubles), request, troubles)
    troubles += [Trouble("too_many_columns", dimension=name) for name in across[1:]]
    for name in across[:1]:
        if name in kept:
            troubles.append(Trouble("twice", dimension=name))
        elif is_time(name) and any(map(is_time, kept)):
            troubles.append(Trouble("two_times", dimension=name))
        else:
            return replace(request, rows=tuple(kept), column=name)
    return replace(request, rows=tuple(kept))


def _with_filters(request: Request, address: Mapping[str, str], world: World, troubles: list[Trouble]) -> Request:
    where = {}
    names = [name for name in address if name not in NAMES]
    for name in _known(names, dimensions(), lambda n, near: Trouble("unknown_filter", n, nearest=near), troubles):
        if is_time(name):
            troubles.append(Trouble("time_filter", dimension=name))
            continue
        # Before its values are read: which ones there are may be told by what is said of a wrong one.
        if not _fitting([name], request, troubles):
            continue
        values = _known(
            _list(address, name),
            (*world.vocabulary.codes(name), UNKNOWN),
            lambda n, near, name=name: Trouble("unknown_value", n, dimension=name, nearest=near),
            troubles,
        )
        if values:
            where[name] = tuple(sorted(values, key=lambda code, name=name: world.vocabulary.rank(name, code)))
    order = possible(request.measures)
    return replace(request, where=tuple(sorted(where.items(), key=lambda pair: order.index(pair[0]))))


def _with_offers(request: Request, address: Mapping[str, str], world: World, troubles: list[Trouble]) -> Request:
    """What depends on the table that the rest makes, each after what it depends on."""

    def one_of(name: str, options: Iterable[str]) -> str | None:
        text = address.get(name, "").strip()
        if not text:
            return None
        if text not in options:
            troubles.append(Trouble("not_understood", f"{name}={quoted(text)}"))
            return None
        return text

    def unless(value: str | None, why: Callable[[], str | None]) -> str | None:
        reason = why() if value else None
        if reason:
            troubles.append(Trouble(reason))
        return None if reason else value

    compare = one_of("compare", COMPARISONS)
    compare = unless(compare, lambda: offers.comparisons(request, world)[compare])
    request = replace(request, compare=compare)
    show = one_of("show", SHOWN)
    request = replace(request, show=unless(show, lambda: offers.why_not_show(request)))
    share = one_of("share", SHARES)
    share = unless(share, lambda: offers.shares(request)[share])
    request = replace(request, share=share, drawn=one_of("draw", request.measures))
    request = replace(request, chart=one_of("chart", CHARTS))
    if request.chart and request.chart not in offers.charts(request):
        troubles.append(Trouble("why_chart"))
        request = offers.without(request, "chart")
    top = unless(one_of("top", map(str, TOPS)), lambda: offers.why_not_top(request))
    sort = unless(address.get("sort", "").strip(), lambda: offers.why_not_sort(request))
    if sort and sort not in offers.columns(request, world):
        troubles.append(Trouble("not_understood", f"sort={quoted(sort)}"))
        sort = None
    ascending = one_of("order", (UP,)) is not None
    return replace(request, top=int(top) if top else None, sort=sort or None, ascending=ascending)
