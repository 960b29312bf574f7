"""The widgets of the table builder. The address holds the whole request: each widget shows what it says, and a change
of any of them writes it anew."""

from collections.abc import Callable, Container, Sequence
from dataclasses import replace

import streamlit as st

from data_access import INTERNAL, Period
from data_access.telling.builder import offers
from data_access.telling.builder.reading import read
from data_access.telling.builder.request import (
    MOST_MEASURES,
    SHOWN,
    TOPS,
    UP,
    Request,
    Trouble,
    address_of,
)
from data_access.telling.builder.world import ALL, SUBJECTS, World, is_time, measures_of, possible, subject
from data_access.telling.reader import Reader
from pages.parts import address
from pages.parts.builder import presets
from pages.parts.filters import PARTS

NOTHING = ""  # the option that chooses nothing
NARROWEST = 210  # pixels of one widget
_SAID = "builder_said"  # what the last change could not keep: (address, troubles)
_LAST = "builder_last"  # the request that the session saw last, for whoever comes back from another page
_NAMES = ("subject", "measures", "row", "inner", "column", "where", "year", "part", "from", "until", "compare")
_NAMES += ("show", "share", "sort", "order", "top")


def key(name: str) -> str:
    return f"builder_{name}"


def current(world: World, audience: str) -> tuple[Request, tuple[Trouble, ...]]:
    """The request in the address, and what could not be understood of it or kept by the last change."""
    asked = address.read()
    last = st.session_state.get(_LAST)
    # The navigation clears the address, and the widgets of a page that was left are forgotten.
    arrived = key("row") not in st.session_state
    if not asked and last and arrived and not address.went_back():
        asked = last
        address.rewrite(asked)
    request, troubles = read({**asked, address.AUDIENCE: audience}, world)
    st.session_state[_LAST] = asked
    of, said = st.session_state.get(_SAID, (None, ()))
    return request, troubles + (said if of == asked else ())


def ask_for(request: Request, world: World) -> None:
    """Puts a request into the address, mended where its parts do not fit together."""
    mended, troubles = read(address_of(request), world)
    _write(mended, troubles, world)


def _write(request: Request, troubles: tuple[Trouble, ...], world: World) -> None:
    # The audience is one of the visit, and stays as it is.
    request = replace(request, audience=INTERNAL)
    choices = {} if request == read({}, world)[0] else address_of(request)
    st.session_state[_SAID] = (choices, troubles)
    address.rewrite(choices)


def show(reader: Reader, request: Request, world: World, beside: Callable[[Reader], None]) -> None:
    """All widgets, with what the request says in them; `beside` shows further places to begin from."""
    with st.container(horizontal=True, vertical_alignment="center"):
        st.menu_button(
            reader.t("builder.presets"),
            presets.offered(world, request.audience),
            format_func=lambda name: reader.t(f"builder.preset_{name}"),
            key=key("preset"),
            on_click=_take_preset,
            icon=":material/lightbulb:",
        )
        beside(reader)
        st.button(
            reader.t("builder.anew"),
            key=key("anew"),
            on_click=address.rewrite,
            args=({},),
            icon=":material/restart_alt:",
        )
    with st.container(border=True):
        _show(reader, request, world)


def _take_preset() -> None:
    name = st.session_state[key("preset")]
    if name:
        address.rewrite(presets.PRESETS[name])


def _show(reader: Reader, request: Request, world: World) -> None:
    t, changed = reader.t, {"on_change": _changed, "args": (request, world)}
    dims = _offered(request, world, request.by)

    def choose(name: str, label: str, options: Sequence[str], value: str, words: Callable[[str], str], **more) -> None:
        st.session_state[key(name)] = value
        st.selectbox(label, options, key=key(name), format_func=words, **changed, **more)

    def dimension(name: str) -> str:
        return reader.dimension(name) if name else t("builder.none")

    left, right = st.columns([1, 3])
    with left:
        choose(
            "subject",
            t("builder.subject"),
            [name for name in SUBJECTS if name in world.coverage] or SUBJECTS,
            subject(request.measures[0]),
            lambda name: t(f"subjects.{name}"),
        )
    with right:
        st.session_state[key("measures")] = list(request.measures)
        st.multiselect(
            t("builder.measures"),
            _measures(request, world),
            key=key("measures"),
            format_func=reader.measure,
            max_selections=MOST_MEASURES,
            select_all=False,
            placeholder=t("builder.choose"),
            **changed,
        )
    with st.grid(min_column_width=NARROWEST, vertical_alignment="bottom"):
        row, inner = (*request.rows, NOTHING, NOTHING)[:2]
        choose("row", t("builder.row"), (NOTHING, *dims), row, dimension)
        rest = [name for name in dims if name not in request.rows[:1]]
        why = None if row else t("builder.first_a_row")
        choose("inner", t("builder.inner"), (NOTHING, *rest), inner, dimension, disabled=not row, help=why)
        timed = any(map(is_time, request.rows))
        rest = [name for name in dims if name not in request.rows and not (timed and is_time(name))]
        choose("column", t("builder.column"), (NOTHING, *rest), request.column or NOTHING, dimension)
    _filters(reader, request, world, changed)
    _period(reader, request, world, choose, changed)
    more = bool(request.compare or request.share or request.sort or request.top)
    with st.expander(t("builder.more"), expanded=more, key=key("more")):
        _more(reader, request, world, choose, changed)


def _offered(request: Request, world: World, chosen: Container[str]) -> list[str]:
    """Dimensions that the visitor may use, and those that a link has chosen: their refusal says why not."""
    offered = world.offered_dimensions(request.measures, request.audience)
    return [name for name in possible(request.measures, request.audience) if name in offered or name in chosen]


def _measures(request: Request, world: World) -> list[str]:
    """Measures of the subject that the visitor may ask, and those that a link has chosen."""
    name = subject(request.measures[0])
    offered = world.offered_measures(name, request.audience)
    return [code for code in measures_of(name, request.audience) if code in offered or code in request.measures]


def _filters(reader: Reader, request: Request, world: World, changed: dict) -> None:
    """One box for the values of all dimensions: a few letters find any of them."""
    options = [
        (name, code)
        for name in _offered(request, world, dict(request.where))
        if not is_time(name)
        for code in dict.fromkeys((*world.offered_values(request.measures, name), *dict(request.where).get(name, ())))
    ]
    st.session_state[key("where")] = [(name, code) for name, codes in request.where for code in codes]
    st.multiselect(
        reader.t("builder.filters"),
        options,
        key=key("where"),
        format_func=lambda pair: f"{reader.dimension(pair[0])}: {reader.label(*pair)}",
        placeholder=reader.t("builder.filters_placeholder"),
        help=reader.t("builder.filters_help"),
        select_all=False,
        **changed,
    )


def _period(reader: Reader, request: Request, world: World, choose: Callable, changed: dict) -> None:
    t, period = reader.t, world.period(request.period)
    with st.grid(min_column_width=NARROWEST, vertical_alignment="bottom"):
        years = [*(str(year) for year in world.years), ALL]
        year = ALL if request.period == ALL else str(period.start.year)
        choose("year", t("filters.year"), years, year, lambda code: t("builder.all_years") if code == ALL else code)
        if request.period == ALL:
            return
        part = _part(request.period, period)
        choose("part", t("filters.part"), PARTS, part, lambda code: t(f"filters.part_{code}"))
        if part != "dates":
            return
        for name, day in (("from", period.start), ("until", period.last_day)):
            st.session_state[key(name)] = day
            st.date_input(
                t(f"filters.{name}"),
                min_value=world.whole.start,
                max_value=world.whole.last_day,
                format="DD.MM.YYYY",
                key=key(name),
                **changed,
            )


def _part(text: str, period: Period) -> str:
    if ".." in text or not period.grain:
        return "dates"
    return "year" if period.grain == "year" else text.partition("-")[2]


def _more(reader: Reader, request: Request, world: World, choose: Callable, changed: dict) -> None:
    t = reader.t
    with st.grid(min_column_width=NARROWEST, vertical_alignment="bottom"):
        for name, chosen, offered, none in (
            ("compare", request.compare, offers.comparisons(request, world), "builder.compare_none"),
            ("share", request.share, offers.shares(request), "builder.share_none"),
        ):
            can = [code for code, why in offered.items() if why is None]
            why_not = " ".join(dict.fromkeys(t(f"builder.{why}") for why in offered.values() if why))
            choose(
                name,
                t(f"builder.{name}"),
                (NOTHING, *can),
                chosen or NOTHING,
                lambda code, name=name, none=none: t(f"builder.{name}_{code}") if code else t(none),
                disabled=not can,
                help=why_not or None,
            )
        if not offers.why_not_show(request):
            choose(
                "show",
                t("builder.show"),
                (NOTHING, *SHOWN),
                request.show or NOTHING,
                lambda code: t(f"builder.show_{code}") if code else t("builder.show_all"),
            )
        _order(reader, request, world, choose)


def _order(reader: Reader, request: Request, world: World, choose: Callable) -> None:
    t = reader.t
    why = offers.why_not_sort(request)
    columns = offers.columns(request, world)
    choose(
        "sort",
        t("builder.sort"),
        (NOTHING, *columns),
        request.sort or NOTHING,
        lambda ref: column_name(reader, request, ref) if ref else t("builder.sort_none"),
        disabled=why is not None,
        help=t(f"builder.{why}") if why else None,
    )
    choose(
        "order",
        t("builder.order"),
        (NOTHING, UP),
        UP if request.ascending else NOTHING,
        lambda code: t("builder.order_up") if code else t("builder.order_down"),
        disabled=why is not None or not (request.sort or request.top),
    )
    why = offers.why_not_top(request)
    choose(
        "top",
        t("builder.top"),
        (NOTHING, *map(str, TOPS)),
        str(request.top or NOTHING),
        lambda code: t("builder.top_first", count=int(code)) if code else t("builder.top_none"),
        disabled=why is not None,
        help=t(f"builder.{why}") if why else None,
    )


def column_name(reader: Reader, request: Request, ref: str) -> str:
    """A column of the table in words, as `sort` names it: `spend.2023-01` → Izlietots: 2023. gada janvāris."""
    code, *parts = ref.split(".")
    said = [reader.label(request.column, parts.pop(0))] if request.column else []
    said += [reader.t(f"builder.column_{part}") for part in parts]
    return f"{reader.measure(code)}: {', '.join(said)}" if said else reader.measure(code)


def _changed(request: Request, world: World) -> None:
    """Reads all widgets; those that are not shown stay as they were."""
    state = {name: st.session_state[key(name)] for name in _NAMES if key(name) in st.session_state}
    asked = address_of(_taken(state, request, world))
    mended, troubles = read(asked, world)
    _write(mended, troubles, world)


def _taken(state: dict, request: Request, world: World) -> Request:
    """The request that the widgets make."""
    measures = tuple(state["measures"]) or request.measures
    if state["subject"] != subject(request.measures[0]):
        measures = world.offered_measures(state["subject"], request.audience)[:1]
    where: dict[str, tuple[str, ...]] = {}
    for name, code in state["where"]:
        where[name] = (*where.get(name, ()), code)
    rows = [name for name in (state["row"], state["inner"]) if name]
    column = state["column"] or None
    drawn = request.drawn if request.drawn in measures else None
    taken = replace(
        request,
        measures=measures,
        period=_taken_period(state, request, world),
        rows=tuple(dict.fromkeys(rows)) if state["row"] else (),
        column=None if column in rows else column,
        where=tuple(where.items()),
        compare=state["compare"] or None,
        show=(state.get("show") if state["compare"] and column and column not in rows else None) or None,
        share=state["share"] or None,
        sort=None,
        ascending=state["order"] == UP,
        top=int(state["top"]) if state["top"] else None,
        # Another table may want another picture.
        chart=request.chart if (tuple(rows), column) == (request.rows, request.column) else None,
        drawn=drawn,
    )
    return replace(taken, sort=state["sort"] if state["sort"] in offers.columns(taken, world) else None)


def _taken_period(state: dict, request: Request, world: World) -> str:
    if state["year"] == ALL:
        return ALL
    before = world.period(request.period)
    if request.period == ALL or state["year"] != str(before.start.year):
        # Another year, the same part of it.
        part = state.get("part", "year")
        return state["year"] if part in ("year", "dates") else f"{state['year']}-{part}"
    if state["part"] != "dates":
        return state["year"] if state["part"] == "year" else f"{state['year']}-{state['part']}"
    first = state.get("from") or before.start
    last = max(state.get("until") or before.last_day, first)
    return f"{first.isoformat()}..{last.isoformat()}"
