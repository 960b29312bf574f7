"""The parts of a page that is too long to be read at once: one is shown, and only its questions are asked."""

from collections.abc import Callable, Mapping

import streamlit as st

from pages.parts import address
from pages.parts.filters import View


def show_one(view: View, stories: Mapping[str, Callable[[View], None]]) -> None:
    """Offers the stories of a page by name and tells the chosen one; the first is told by itself."""
    t = view.reader.t
    codes = tuple(stories)
    chosen = address.choose(
        st.segmented_control,
        "view",
        t("filters.view"),
        codes,
        codes[0],
        lambda code: t(f"{view.page}.view_{code}"),
        required=True,
        wrap=True,
    )
    stories[chosen](view)
