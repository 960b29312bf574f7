"""What every visit runs first: settings, language, who visits, and the pages of her role. Each page is a story in the
folder of its group."""

from pathlib import Path

import streamlit as st

from data_access import Access
from data_access.language import LANGUAGES
from pages.entrance.coming_in import come_in
from pages.parts import address, uploads
from pages.parts.texts import t

FOLDER = Path(__file__).parent
# Groups of the navigation, each a folder: file and address of a page, its icon. Her role says which opens by itself.
PAGES = {
    "statistics": {
        "overview": ":material/space_dashboard:",
        "benefits": ":material/payments:",
        "households": ":material/home:",
        "psychologists": ":material/psychology:",
        "day_centres": ":material/groups:",
        "builder": ":material/table_chart:",
        "report": ":material/article:",
        "method": ":material/menu_book:",
    },
    "records": {
        "quality": ":material/fact_check:",
        "loading": ":material/upload_file:",
        "audits": ":material/policy:",
    },
}
# The browser's tab: without a picture of its own Streamlit fetches the page's icon from outside.
TAB_ICON = (
    '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 16 16">'
    '<path fill="#0072B2" d="M2 9h3v5H2zM6.5 5h3v9h-3zM11 2h3v12h-3z"/></svg>'
)
# In both languages, for whoever cannot read the page that is shown.
LANGUAGE_LABEL = "Valoda / Language"
LANGUAGE_NAMES = {"lv": "Latviešu", "en": "English"}


def choose_language() -> None:
    """The switch in the sidebar; each language is named in itself."""
    with st.sidebar:
        st.session_state["language"] = address.choose(
            st.radio,
            "lang",
            LANGUAGE_LABEL,
            LANGUAGES,
            LANGUAGES[0],
            LANGUAGE_NAMES.__getitem__,
            horizontal=True,
        )


def pages(group: str, access: Access | None) -> list:
    """The pages of a group in the order of the navigation, which shows those that the visitor may open.

    The others are known by their address, so that a link to one is refused there in a sentence.
    Where nobody gets in, none is shown.
    """
    return [
        st.Page(
            FOLDER / group / f"{name}.py",
            title=t(f"pages.{name}.title"),
            icon=icon,
            url_path=name,
            default=name == (access.pages[0] if access else "overview"),
            visibility="visible" if access and access.opens(name) else "hidden",
        )
        for name, icon in PAGES[group].items()
    ]


choose_language()
st.set_page_config(page_title=t("frame.title"), page_icon=TAB_ICON, layout="wide")
access = come_in()
groups = {t("frame.statistics"): pages("statistics", access), t("frame.records"): pages("records", access)}
chosen = st.navigation(groups, expanded=True)
if access is None or chosen.url_path != "loading":
    uploads.forget()  # files that were chosen and not checked
if access:
    chosen.run()
