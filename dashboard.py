"""The statistics dashboard of a municipal social service: `streamlit run dashboard.py`.

The frame around the pages: settings, language and navigation. Each page is a story in `pages/statistics/`.
"""

from pathlib import Path

import streamlit as st

from data_access.language import LANGUAGES
from pages.parts import address
from pages.parts.texts import t

STATISTICS = Path(__file__).parent / "pages" / "statistics"
# File and address of a page, its icon. The first one opens by itself.
PAGES = {
    "overview": ":material/space_dashboard:",
    "benefits": ":material/payments:",
    "households": ":material/home:",
    "psychologists": ":material/psychology:",
    "day_centres": ":material/groups:",
    "method": ":material/menu_book:",
}
LANGUAGE_NAMES = {"lv": "Latviešu", "en": "English"}


def choose_language() -> None:
    """The switch in the sidebar; each language is named in itself."""
    with st.sidebar:
        st.session_state["language"] = address.choose(
            st.segmented_control,
            "lang",
            t("frame.language"),
            LANGUAGES,
            LANGUAGES[0],
            LANGUAGE_NAMES.__getitem__,
            required=True,
        )


def pages() -> list:
    """The pages in the order of the navigation."""
    return [
        st.Page(
            STATISTICS / f"{name}.py",
            title=t(f"pages.{name}.title"),
            icon=icon,
            url_path=name,
            default=place == 0,
        )
        for place, (name, icon) in enumerate(PAGES.items())
        if (STATISTICS / f"{name}.py").exists()
    ]


st.set_page_config(page_title="Sociālā dienesta statistika", layout="wide")
choose_language()
st.navigation({t("frame.statistics"): pages()}, expanded=True).run()
