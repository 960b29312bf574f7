"""What every visit runs first: settings, language, who visits, and the pages of her role. Each page is a story in the
folder of its group."""

from functools import partial
from pathlib import Path

import streamlit as st

from data_access import Access
from data_access.language import LANGUAGES
from pages.entrance.coming_in import come_in
from pages.parts import address, uploads
from pages.parts.known import FIRST, HOME, PAGES
from pages.parts.texts import t

FOLDER = Path(__file__).parent
# The browser's tab: without a picture of its own Streamlit fetches the page's icon from outside.
TAB_ICON = (
    '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 16 16">'
    '<path fill="#0072B2" d="M2 9h3v5H2zM6.5 5h3v9h-3zM11 2h3v12h-3z"/></svg>'
)
# In both languages, for whoever cannot read the page that is shown.
LANGUAGE_LABEL = "Valoda / Language"
LANGUAGE_NAMES = {"lv": "Latviešu", "en": "English"}


def choose_language() -> None:
    """The switch in the sidebar; each language is named in itself. On the stage it is as it was."""
    if address.on_stage():
        st.session_state["language"] = address.kept(address.LANGUAGE) or LANGUAGES[0]
        return
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

    The others are known by their address, so that a link to one is refused there in a sentence. Where nobody gets in,
    none is shown.
    """
    return [
        st.Page(
            FOLDER / group / f"{name}.py",
            title=t(f"pages.{name}.title"),
            icon=icon,
            url_path=name,
            default=name == FIRST and (access is None or access.opens(FIRST)),
            visibility="visible" if access and access.opens(name) else "hidden",
        )
        for name, icon in PAGES[group].items()
    ]


def home(known: list, access: Access) -> st.Page:
    """What opens by itself for whoever may not open the first page: the way to the first that she may.

    It is no page itself: the page that opens by itself cannot be reached by its own name (Streamlit 1.67).
    """
    [first] = [page for page in known if page.url_path == access.pages[0]]
    lead = partial(st.switch_page, first, query_params=st.query_params.to_dict())
    return st.Page(lead, title=first.title, url_path=HOME, default=True, visibility="hidden")


address.begin()
choose_language()
st.set_page_config(page_title=t("frame.title"), page_icon=TAB_ICON, layout="wide")  # also where nobody gets in
on_stage = address.on_stage()
access = come_in(on_stage)
statistics, records = pages("statistics", access), pages("records", access)
if access and not access.opens(FIRST):
    statistics.append(home([*statistics, *records], access))
groups = {t("frame.statistics"): statistics, t("frame.records"): records}
chosen = st.navigation(groups, expanded=True, position="hidden" if on_stage else "sidebar")
if access is None or chosen.url_path != "loading":
    uploads.forget()  # files that were chosen and not checked
if access:
    # Tabs, bookmarks and the browser's history then tell pages apart.
    st.set_page_config(page_title=f"{chosen.title} · {t('frame.title')}")
    chosen.run()
