"""How large the visitor's window is: Streamlit does not say, but Vega, which draws its charts, knows.

An empty chart asks for the window's size twice a second; what it has found is "selected" in it, and only another
size makes the page run anew.
"""

from dataclasses import dataclass

import streamlit as st

_KEY = "window"
_SPEC = {
    "$schema": "https://vega.github.io/schema/vega/v6.json",
    "width": 1,
    "height": 1,
    "padding": 0,
    "params": [{"name": _KEY, "select": {"type": "point"}}],  # read by Streamlit, which then hears of the signal
    "signals": [
        {
            "name": _KEY,
            "value": None,
            "on": [
                {
                    "events": [{"type": "timer", "throttle": 500}, {"source": "window", "type": "resize"}],
                    "update": "{width: windowSize()[0], height: windowSize()[1]}",
                }
            ],
        }
    ],
}


@dataclass(frozen=True)
class Window:
    """The pixels of a window."""

    width: int
    height: int


USUAL = Window(1280, 720)  # until it is known


def size() -> Window:
    """How large the window is, as far as it is known; it is no smaller than what can be drawn in."""
    found = (st.session_state.get(_KEY) or {}).get("selection", {}).get(_KEY, {})
    width, height = found.get("width"), found.get("height")
    if not isinstance(width, int | float) or not isinstance(height, int | float):
        return USUAL
    return Window(max(int(width), 320), max(int(height), 240))


def listen() -> None:
    """Hears of the window's size, and of each change of it. It is a chart of one pixel."""
    st.vega_lite_chart(_SPEC, key=_KEY, width=1, height=1, theme=None, on_select="rerun")
