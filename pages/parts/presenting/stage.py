"""Slides on a wall: one at a time, led by keys, without anything beside them.

The browser's own F11 makes the window as large as the screen, and the slide is as large as the window. `embed` in the
address, which only a link can bring, makes Streamlit leave out its header and most of the margins.
"""

from collections.abc import Callable, Sequence
from typing import Any
from urllib.parse import urlencode

import streamlit as st

from pages.entrance import visitor
from pages.parts import address
from pages.parts.filters import View, years
from pages.parts.presenting import drawing, wall, window
from pages.parts.presenting.looking import SLIDE, Looked, number_of, place

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
        _key(view, "leave", "Esc", ":material/close:", address.take, {address.STAGE: None})
        return
    at = place(looked)
    where, said = st.session_state.get(_SAID, (None, ""))
    with st.container(gap=None):
        wall.show(
            reader,
            looked.made,
            at,
            window.size(),
            said if where == (looked.asked, at) else "",
            lambda: _take(looked, at),
        )
        # A pixel is enough for keys that are pressed, and there is nothing to be read of them on a wall.
        with st.container(height=1, border=False, key="stage_keys"):
            _keys(view, at, len(slides))
            window.listen()


def _take(looked: Looked, at: int) -> None:
    """Remembers what the clicked mark says."""
    points = st.session_state[drawing.chart_key(at)].selection.points
    found = [point["customdata"] for point in points if point.get("customdata")]
    said = [f"{name}{f' ({series})' if series else ''}: {figure}" for name, figure, _, series in found]
    st.session_state[_SAID] = ((looked.asked, at), "; ".join(said)) if said else (None, "")


def _keys(view: View, at: int, count: int) -> None:
    offered = years(view)
    _go(view, "back", "Left", ":material/arrow_back:", at, -1, count)
    _go(view, "on", "Right", ":material/arrow_forward:", at, 1, count)
    _go(view, "on_space", "Space", ":material/space_bar:", at, 1, count)
    _go(view, "page_back", "PageUp", ":material/keyboard_arrow_up:", at, -1, count)
    _go(view, "page_on", "PageDown", ":material/keyboard_arrow_down:", at, 1, count)
    _go(view, "first", "Home", ":material/first_page:", at, -count, count)
    _go(view, "last", "End", ":material/last_page:", at, count, count)
    _year(view, "year_older", "Down", offered, 1)
    _year(view, "year_newer", "Up", offered, -1)
    _key(view, "leave", "Esc", ":material/close:", address.take, {address.STAGE: None})


def _go(view: View, name: str, key: str, icon: str, at: int, step: int, count: int) -> None:
    there = at == 0 if step < 0 else at == count - 1
    _key(view, name, key, icon, _step, step, count, disabled=there)


def _step(step: int, count: int) -> None:
    """Goes on from the slide that is chosen by now: a key that is pressed again may come before the slide is drawn."""
    to = max(min(number_of(address.kept(SLIDE)), count) + step, 1)
    address.take({SLIDE: str(min(to, count)) if to > 1 else None})


def _year(view: View, name: str, key: str, offered: Sequence[str], step: int) -> None:
    there = offered[-1 if step > 0 else 0] == str(view.year)
    _key(view, name, key, ":material/event:", _step_year, offered, step, disabled=there)


def _step_year(offered: Sequence[str], step: int) -> None:
    chosen = address.kept("year")
    at = offered.index(chosen) if chosen in offered else 0
    to = min(max(at + step, 0), len(offered) - 1)
    address.take({"year": offered[to] if to else None})


def _key(view: View, name: str, key: str, icon: str, on_click: Callable, *args: Any, disabled: bool = False) -> None:
    """A button that its key presses, too."""
    st.button(
        icon,
        key=f"stage_{name}",
        shortcut=key,
        type="tertiary",
        help=view.reader.t(f"present.key_{name}"),
        disabled=disabled,
        on_click=on_click,
        args=args,
    )
