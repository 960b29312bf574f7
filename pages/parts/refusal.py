"""A section whose question is not answered to the audience: why, and the nearest table that it may see."""

import streamlit as st

from data_access import NotAllowed
from data_access.telling.builder import wording
from data_access.telling.builder.drilling import asked_by
from data_access.telling.builder.request import address_of
from pages.parts import address
from pages.parts.answers import Refused
from pages.parts.filters import View
from pages.parts.markdown import plain

BUILDER = "builder"


def say(view: View, refused: Refused) -> None:
    """The section under its own headline: what was asked, why it is not answered, and where to go on."""
    t, question = view.reader.t, refused.question
    headline = wording.asked(view.reader, question.measures, question.by, question.period, question.where)
    st.header(plain(headline), anchor=False)
    with st.container(border=True, gap="xsmall"):
        said = " ".join([refused.text(view.reader.language), *_reasons(view, refused)])
        st.markdown(f":material/shield: {plain(said)}")
        with st.container(horizontal=True, vertical_alignment="center", gap="small"):
            if refused.nearest:
                _offer(t("audience.nearest"), view, address_of(asked_by(refused.nearest, view.database.vocabulary)))
            if {name for name, _ in question.where} & view.where.keys() and view.page != BUILDER:
                st.button(
                    t("audience.without_filters"),
                    key="_".join((view.page, "unfiltered", *question.measures, *question.by)),
                    icon=":material/filter_alt_off:",
                    on_click=address.forget,
                    args=(tuple(view.where),),
                    type="tertiary",
                )


def _reasons(view: View, refused: Refused) -> list[str]:
    """Why the council is shown nothing of some measures and dimensions, where the catalogue says so."""
    if isinstance(refused.error, NotAllowed):  # her role does not give it
        return []
    keys = (f"refusal.{name}" for name in (*refused.question.by, *refused.question.measures))
    return [view.reader.t(key) for key in keys if key in view.reader.t]


def _offer(label: str, view: View, choices: dict[str, str]) -> None:
    """The way to a table of the builder. On its own page a link would leave the address as it is."""
    look = {"label": label, "icon": ":material/table_chart:"}
    if view.page == BUILDER:
        st.button(**look, key="builder_nearest", on_click=address.rewrite, args=(choices,), type="tertiary")
    else:
        st.page_link(f"statistics/{BUILDER}.py", **look, query_params=choices)  # as seen from pages/app.py
