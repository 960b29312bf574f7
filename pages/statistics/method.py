"""Metodika: how is counted, from what, how far the figures reach, and whether they agree with the published report."""

import streamlit as st

from data_access import Period
from pages.parts import checks, glossary, tables
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
            f"**{reader.t(f'method.subject_{subject}')}**\n"
            f"- {reader.t('method.real')} {reader.t(f'method.real_{subject}')}\n"
            f"- {reader.t('method.invented')} {reader.t(f'method.invented_{subject}')}"
        )


def words(reader, key: str, text: str) -> None:
    """A text under its own headline."""
    st.subheader(reader.t(f"method.{key}"), anchor=f"method-{key}")
    st.markdown(text)


def agreement(view) -> None:
    reader, results = view.reader, checks.checked(view.database, view.reader)
    said = [reader.t("method.agreement_said")]
    headline = reader.t("method.agreement", **checks.counts(results), all=len(results))
    tell(view, "agreement", headline, checks.by_chapter(reader, results), remarks=said, period=view.all_years)
    with st.expander(reader.t("method.contradictions"), key="method_contradictions"):
        tables.show_words(*checks.contradictions(reader, results), reader.t("method.contradictions"))
    with st.expander(reader.t("method.not_covered"), key="method_not_covered"):
        tables.show_words(*checks.not_covered(reader, results), reader.t("method.not_covered"))


with page("method") as here:
    reader = here.reader
    rules(reader)
    words(reader, "reach", reader.t("method.reach_said"))
    tables.show_words(*glossary.reach(reader, here.database), reader.t("method.reach"))
    if here.database.demonstration:
        real_and_invented(reader)
    words(reader, "protection", reader.t("method.protection_said"))
    words(reader, "sources", reader.t("method.sources_said"))
    words(reader, "measures", glossary.all_measures(reader))
    words(reader, "dimensions", glossary.all_dimensions(reader))
    agreement(View(here.page, here.database, reader, Period.year(here.database.years[0])))
