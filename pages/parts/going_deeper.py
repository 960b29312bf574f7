"""Going deeper from a figure of any page: a mark or a row is picked, and a dialog leads on to only its records, here
or in the table builder, or to the same records by something else.

What leads to the builder are links: with `st.switch_page` Streamlit 1.67 leaves an address in the browser's history
that no page wrote, and Back would stop there. A link to the page that is open does nothing; there they are buttons.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import streamlit as st

from data_access import TOTAL, Answer, Comparison, Period, dimension
from data_access.telling.builder.drilling import Codes, asked_by, further, is_answered, only, split
from data_access.telling.builder.reading import read
from data_access.telling.builder.request import Request, address_of
from data_access.telling.builder.wording import joined
from data_access.telling.builder.world import World, is_time
from data_access.telling.reader import Reader
from data_access.telling.tables import Table
from pages.parts import address
from pages.parts.builder import controls
from pages.parts.filters import PARTS, View
from pages.parts.markdown import plain, small

BUILDER_PAGE = "statistics/builder.py"  # as seen from pages/app.py
MOST_IN_MENU = 40  # rows: of more, one is found by typing
_PICKED = "picked"  # what was picked last: (page, section, address), Place
_TIMES = "picked_times"  # how often something was picked in a section: its chart is then drawn without the mark


@dataclass(frozen=True)
class Place:
    """A figure that can be gone into: its name, the table that it stands in, and its codes there."""

    name: str
    request: Request
    codes: Codes


@dataclass(frozen=True)
class Ways:
    """Where the figures of a section lead.

    `request` asks for them in the builder; `periods` are the days that they are of: their own, and those they are
    compared with. `places` stand in place of the rows of the table, where these are of several questions.
    """

    request: Request
    periods: tuple[Period, ...]
    places: tuple[Place, ...] = ()


def ways_from(view: View, of: Answer | Comparison) -> Ways:
    """Where the figures of an answer on a page lead."""
    compared = isinstance(of, Comparison)
    question = of.now.question if compared else of.question
    periods = (question.period, *([of.before.question.period] if compared else []))
    return Ways(asked_by(question, view.database.vocabulary, compared), periods)


def ways_of_each(view: View, splits: Mapping[str, Answer], value: str) -> Ways:
    """Where the rows of `tables.marginal` lead: each to the answer that it was taken from."""
    places = tuple(
        Place(view.reader.label(name, value), asked_by(split.question, view.database.vocabulary), {name: value})
        for name, split in splits.items()
    )
    return Ways(places[0].request, tuple({split.question.period for split in splits.values()}), places)


def chart_key(view: View, section: str) -> str:
    """Under which name the session keeps what is chosen in the picture of a section."""
    times = st.session_state.get(_TIMES, {}).get((view.page, section), 0)
    return f"{view.page}_{section}_chart" + (f"_{times}" if times else "")


def can_be_clicked() -> bool:
    """Whether marks of a picture take clicks: not on a telephone, where the picture would then take every touch and the
    page could not be moved over it (Streamlit 1.67 turns `dragmode=False` into `pan`). There rows are picked."""
    return "Mobi" not in st.context.headers.get("User-Agent", "")


def take_mark(view: View, section: str, ways: Ways) -> None:
    """Remembers which mark of the picture was clicked; totals lead nowhere."""
    points = st.session_state[chart_key(view, section)].selection.points
    found = next((point["customdata"][2] for point in points if len(point.get("customdata") or ()) > 2), {})
    codes = {name: code for name, code in found.items() if code != TOTAL}
    if codes:
        _remember(view, section, Place(said(view.reader, codes), ways.request, codes))


def offer_rows(view: View, section: str, ways: Ways, table: Table) -> None:
    """The rows of the table, to be picked without a mouse too."""
    rows = [Place(said(view.reader, row.codes), ways.request, row.codes) for row in table.rows if row.codes]
    places = ways.places or rows
    if not places:
        return
    t, key = view.reader.t, f"{view.page}_{section}_deeper"
    names, numbers = [place.name for place in places], [str(number) for number in range(len(places))]
    taken = {"key": key, "args": (view, section, places, key)}
    if len(places) <= MOST_IN_MENU:
        st.menu_button(
            t("deeper.closer"),
            numbers,
            format_func=lambda number: names[int(number)],
            icon=":material/zoom_in:",
            type="tertiary",
            help=t("deeper.closer_help"),
            on_click=_take_row,
            **taken,
        )
        return
    st.session_state[key] = ""
    st.selectbox(
        t("deeper.closer"),
        ["", *numbers],
        format_func=lambda number: names[int(number)] if number else t("deeper.closer"),
        label_visibility="collapsed",
        on_change=_take_row,
        width=300,
        **taken,
    )


def _take_row(view: View, section: str, places: Sequence[Place], key: str) -> None:
    number = st.session_state[key]
    if number:
        _remember(view, section, places[int(number)])


def _remember(view: View, section: str, place: Place) -> None:
    st.session_state[_PICKED] = ((view.page, section, address.read()), place)


def _forget() -> None:
    """What was picked is left: its mark in the picture, too."""
    (page, section, _), _ = st.session_state.pop(_PICKED, (("", "", None), None))
    times = st.session_state.setdefault(_TIMES, {})
    times[page, section] = times.get((page, section), 0) + 1


def begin(view: View) -> None:
    """Forgets what was picked before the visitor went elsewhere. To be called before a picture is drawn."""
    (page, _, asked), _ = st.session_state.get(_PICKED, ((view.page, "", None), None))
    if asked is not None and ((page, asked) != (view.page, address.read()) or address.went_back()):
        _forget()


def show_picked(view: View, section: str, ways: Ways) -> None:
    """The dialog about what was picked in this section."""
    of, place = st.session_state.get(_PICKED, (None, None))
    if of == (view.page, section, address.read()):
        ask = st.dialog(plain(place.name), icon=":material/zoom_in:", on_dismiss=_forget)
        ask(_go_on)(view, ways, place)


def _go_on(view: View, ways: Ways, place: Place) -> None:
    t, reader, codes = view.reader.t, view.reader, place.codes
    world, in_builder = World.of(view.database), view.page == "builder"
    choices = None if in_builder else choices_of(view, codes)
    if choices and st.button(t("deeper.only_here"), key="deeper_only_here", icon=":material/filter_alt:"):
        _forget()
        address.take(choices)
        st.rerun()

    def lead(name: str, request: Request, label: str, icon: str) -> None:
        if not in_builder:
            mended, _ = read(address_of(request), world)
            st.page_link(BUILDER_PAGE, label=label, icon=icon, query_params=address.of_the_visit(address_of(mended)))
        elif st.button(label, key=f"deeper_{name}", icon=icon, type="tertiary"):
            _forget()
            controls.ask_for(request, world)
            st.rerun()

    if any(map(is_time, codes)) and any(dimension(name).of_age for name in _used(place)):
        st.markdown(small(t("deeper.ages")))
    only_this = "deeper.only_this" if in_builder else "deeper.only_builder" if codes else "deeper.open_builder"
    only_these = only(place.request, codes, ways.periods)
    if is_answered(only_these, world):
        lead("only", only_these, t(only_this), ":material/table_chart:")
    shown = place.request if in_builder else _of_what_is_shown(place.request, codes)
    offered = world.offered_dimensions(place.request.measures, place.request.audience)
    names = [name for name in further(shown, codes, world, ways.periods) if name in offered]
    show_by = "deeper.show_by" if in_builder else "deeper.show_by_builder"
    st.markdown(t(show_by if names else "deeper.no_more"))
    with st.container(horizontal=True, gap="small"):
        for name in names:
            request = split(shown, codes, name, ways.periods)
            lead(name, request, reader.dimension(name), ":material/arrow_forward:")


def _used(place: Place) -> set[str]:
    return {*place.codes, *(name for name, _ in place.request.where)}


def _of_what_is_shown(request: Request, codes: Codes) -> Request:
    """The request without dimensions over which the picked figure is counted."""
    rows = tuple(name for name in request.rows if name in codes)
    return replace(request, rows=rows, column=request.column if request.column in codes else None)


def choices_of(view: View, codes: Codes) -> dict[str, str | None] | None:
    """What to choose on the page so that it is of these records only; None where its filters cannot say it, or do so.

    A calendar cell is picked in a series, which stays as long as it is; so the page's first view is then shown.
    """
    where = {name: code for name, code in codes.items() if not is_time(name)}
    if any(
        name not in view.offered or code not in view.database.vocabulary.codes(name) for name, code in where.items()
    ):
        return None
    cells = [code for name, code in codes.items() if is_time(name)]
    if not cells:
        return None if all(view.where.get(name) == (code,) for name, code in where.items()) else where
    year, _, part = max(cells, key=len).partition("-")
    years = [str(one) for one in view.database.years]
    part = part or PARTS[0]
    if year not in years or part not in PARTS or (part != PARTS[0] and "part" not in view.offered):
        return None
    by_itself = {"view": None, "from": None, "until": None}
    chosen_part = {"part": None if part == PARTS[0] else part} if "part" in view.offered else {}
    return where | by_itself | {"year": None if year == years[0] else year} | chosen_part


def said(reader: Reader, codes: Codes) -> str:
    """Picked codes in words."""
    return joined(reader, [reader.label(name, code) for name, code in codes.items()])
