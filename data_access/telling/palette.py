"""Colours by name, and one look for one meaning on every page.

After Okabe and Ito, each shade moved until it stands out at least 3 : 1 on the light and on the dark
background of `.streamlit/config.toml`, so that one chart serves both themes. Colour is never alone: a line has a
dash and a marker of its own, a bar in a stack a pattern.
"""

from dataclasses import dataclass

BLUE = "#0072B2"
VERMILION = "#D55E00"
GREEN = "#008F68"
PURPLE = "#B8659B"
OCHRE = "#A67C00"
GREY = "#7B858F"
SHADE = "rgba(123,133,143,0.18)"  # over what has no figure

# Steps from little to much, for each theme: from near its background to the last on which its ink can be read.
HEAT_LIGHT = "#D6E6F2"
HEAT_MIDDLE = "#6FA8D0"
HEAT_NIGHT = "#1D3549"
HEAT_NIGHT_MIDDLE = "#2F74A8"
INK_ON_LIGHT = "#1B2733"
INK_ON_DARK = "#F4F7FA"

# Squares that each mean something: fill on the light and on the dark theme, and ink (None: that of the theme). What is
# written on them tells them apart without colour.
SQUARES = {
    "usual": (HEAT_LIGHT, HEAT_NIGHT, None),
    "few": ("#F0A04B", "#F0A04B", INK_ON_LIGHT),
    "empty": ("#8A2B06", "#B23A0A", INK_ON_DARK),
    "plain": (SHADE, SHADE, None),
}


@dataclass(frozen=True)
class Mark:
    """How one meaning looks: as a bar (colour, pattern) and as a line (colour, dash, symbol)."""

    colour: str
    dash: str = "solid"
    symbol: str = "circle"
    pattern: str = ""


SEQUENCE = (
    Mark(BLUE),
    Mark(VERMILION, "dash", "square", "/"),
    Mark(GREEN, "dot", "diamond", "."),
    Mark(PURPLE, "dashdot", "triangle-up", "x"),
    Mark(OCHRE, "longdash", "cross", "-"),
    Mark(GREY, "longdashdot", "x", "|"),
)
FIRST, SECOND, THIRD, FOURTH, FIFTH, SIXTH = SEQUENCE

MEANINGS = {
    ("status", "needy"): FIRST,
    ("status", "low_income"): SECOND,
    ("status", "none"): SIXTH,
    ("population", "residents"): FIRST,
    ("population", "ukraine_civilians"): FIFTH,
    ("form", "cash"): FIRST,
    ("form", "in_kind"): THIRD,
    ("attendance", "attended"): THIRD,
    ("attendance", "missed"): SECOND,
    ("visitor_group", "girls"): FOURTH,
    ("visitor_group", "boys"): THIRD,
    ("visitor_group", "adults"): FIRST,
    ("person_group", "girls"): FOURTH,
    ("person_group", "boys"): THIRD,
    ("person_group", "women"): FIFTH,
    ("person_group", "men"): FIRST,
    ("age_class", "child"): THIRD,
    ("age_class", "adult"): FIRST,
    ("sex", "female"): FOURTH,
    ("sex", "male"): THIRD,
    ("measure", "statuses_granted"): THIRD,
    ("measure", "statuses_renewed"): FIRST,
    ("measure", "statuses_ended"): SIXTH,
    ("year", "now"): FIRST,
    ("year", "before"): SIXTH,
    ("change", "more"): FIRST,
    ("change", "less"): SECOND,
    ("total", "total"): SIXTH,
    ("unknown", "unknown"): SIXTH,
}


def mark(name: str, code: str, place: int = 0) -> Mark:
    """The look of a code of a dimension; codes without a look of their own take turns by their place."""
    return MEANINGS.get((name, code)) or MEANINGS.get((code, code)) or SEQUENCE[place % len(SEQUENCE)]
