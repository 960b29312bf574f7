"""Slides on a wall: one at a time, led by keys, without anything beside them.

The browser's own F11 makes the window as large as the screen. `embed` in the address, which only a link can bring,
makes Streamlit leave out its header and most of the margins.
"""

from collections.abc import Sequence
from urllib.parse import urlencode

import streamlit as st

from pages.entrance import visitor
from pages.parts import address
from pages.parts.filters import View, years
from pages.parts.markdown import plain
from pages.parts.presenting import drawing
from pages.parts.presenting.looking import SLIDE, Looked, place

SIZE = "size"
USUAL = "2"
_SAID = "stage_said"  # ((deck of a year and an audience, slide), what was clicked in its chart)


def offer(view: View, looked: Looked) -> None:
    """The way onto the stage: in a window of its own, where that window can have the deck."""
    t = view.reader.t
    number = place(looked) + 1
    choices = {address.STAGE: "yes", SLIDE: str(number) if number > 1 else None}
    if looked.saved is None or looked.saved.shared or visitor.current().who:
        wanted = {**address.read(), **choices, "embed": "true"}
        said = address.of_the_visit({name: text for name, text in wanted.items() if text})
        st.link_button(t("present.stage"), f"?{urlencode(said)}", icon=":material/fullscreen:", type="primary")
    else:
        st.button(
            t("present.stage"),
            key="to_stage",
            icon=":material/fullscreen:",
            type="primary",
            on_click=address.take,
            args=(choices,),
        )


def tell(view: View, looked: Looked) -> None:
    """One slide, what was clicked in it, and the keys."""
    reader, slides = view.reader, looked.made.slides
    if not slides:
        st.info(reader.t("present.no_slides"), icon=":material/slideshow:")
        _key(view, "leave", "Esc", ":material/close:", {address.STAGE: None})
        return
    at = place(looked)
    size = address.kept(SIZE)
    size = size if size in drawing.ON_WALL else USUAL
    with st.container(key="stage_slide"):
        drawing.draw(reader, looked.made, at, drawing.on_wall(size), lambda: _take(looked, at))
    where, said = st.session_state.get(_SAID, (None, ""))
    if where == (looked.asked, at):
        st.markdown(f"### :material/ads_click: {plain(said)}")
    _keys(view, at, len(slides), size)


def _take(looked: Looked, at: int) -> None:
    """Remembers what the clicked mark says."""
    points = st.session_state[drawing.chart_key(at)].selection.points
    found = [point["customdata"] for point in points if point.get("customdata")]
    said = [f"{name}{f' ({series})' if series else ''}: {figure}" for name, figure, _, series in found]
    st.session_state[_SAID] = ((looked.asked, at), "; ".join(said)) if said else (None, "")


def _keys(view: View, at: int, count: int, size: str) -> None:
    t = view.reader.t
    offered = years(view)
    year = offered.index(str(view.year))
    with st.container(horizontal=True, vertical_alignment="center", gap="small", key="stage_keys"):
        st.markdown(f"**{at + 1} / {count}**")
        _go(view, "back", "Left", ":material/arrow_back:", at - 1, count)
        _go(view, "on", "Right", ":material/arrow_forward:", at + 1, count)
        _go(view, "on_space", "Space", ":material/space_bar:", at + 1, count)
        _go(view, "page_back", "PageUp", ":material/keyboard_arrow_up:", at - 1, count)
        _go(view, "page_on", "PageDown", ":material/keyboard_arrow_down:", at + 1, count)
        _go(view, "first", "Home", ":material/first_page:", 0, count)
        _go(view, "last", "End", ":material/last_page:", count - 1, count)
        st.markdown(f"**{t('filters.year')} {view.year}**")
        _year(view, "year_older", "Down", offered, year + 1)
        _year(view, "year_newer", "Up", offered, year - 1)
        for key in drawing.ON_WALL:
            chosen = None if key == USUAL else key
            _key(view, f"size_{key}", key, ":material/format_size:", {SIZE: chosen}, key == size)
        _key(view, "leave", "Esc", ":material/close:", {address.STAGE: None, SIZE: None})


def _go(view: View, name: str, key: str, icon: str, to: int, count: int) -> None:
    choices = {SLIDE: str(to + 1) if to > 0 else None}
    _key(view, name, key, icon, choices, not 0 <= to < count)


def _year(view: View, name: str, key: str, offered: Sequence[str], to: int) -> None:
    inside = 0 <= to < len(offered)
    choices = {"year": offered[to] if inside and to else None}
    _key(view, name, key, ":material/event:", choices, not inside)


def _key(view: View, name: str, key: str, icon: str, choices, disabled: bool = False) -> None:
    """A button that its key presses, too."""
    st.button(
        icon,
        key=f"stage_{name}",
        shortcut=key,
        type="tertiary",
        help=view.reader.t(f"present.key_{name}"),
        disabled=disabled,
        on_click=address.take,
        args=(choices,),
    )
