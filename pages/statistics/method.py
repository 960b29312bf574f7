"""Metodika: how is counted, from what, how far the figures reach, and whether they agree with the published report."""

import streamlit as st

from data_access import Period
from pages.parts import checks, glossary
from pages.parts.filters import View
from pages.parts.frame import page
from pages.parts.section import tell

RULES = range(1, 13)
SUBJECTS = ("assistance", "psychologists", "day_centres")


def rules(reader) -> None:
    said = [f"{n}. **{reader.t(f'method.rule_{n}')}** {reader.t(f'method.rule_{n}_said')}" for n in RULES]
    words(reader, "rules", "\n".join(said))


def real_and_invented(reader) -> None:
    words(reader, "demonstration", reader.t("method.demonstration_said"))
    for subject in SUBJECTS:
        st.markdown(
            f"**{reader.t(f'subjects.{subject}')}**\n"
            f"- {reader.t('method.real')} {reader.t(f'method.real_{subject}')}\n"
            f"- {reader.t('method.invented')} {reader.t(f'method.invented_{subject}')}"
        )


def words(reader, key: str, text: str) -> None:
    """A text under its own headline."""
    st.header(reader.t(f"method.{key}"), anchor=f"method-{key}")
    st.markdown(text)


with page("method") as here:
    reader = here.reader
    view = View(here.page, here.database, reader, here.audience, Period.year(here.database.years[0]))
    rules(reader)
    words(reader, "reach", reader.t("method.reach_said"))
    reach = glossary.reach(reader, here.database)
    tell(view, "reach", reader.t("method.reach"), reach, period=view.all_years, headed=True)
    if here.database.demonstration:
        real_and_invented(reader)
    words(reader, "protection", reader.t("method.protection_said"))
    words(reader, "sources", reader.t("method.sources_said"))
    words(reader, "measures", glossary.all_measures(reader))
    words(reader, "dimensions", glossary.all_dimensions(reader))
    checks.tell_agreement(view)
