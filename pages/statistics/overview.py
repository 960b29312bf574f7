"""Pārskats: the director's first look at a year."""

from dataclasses import replace

import streamlit as st

from data_access.telling import tables
from data_access.telling.sentences import during, moved
from pages.parts import charts, figures, filters, headlines, views
from pages.parts.answers import compare, notes_of
from pages.parts.frame import links, page
from pages.parts.section import tell

ASSISTANCE = {"social_assistance": "yes"}
# Questions: name, measures, split, filter. The key figures come from their answers.
QUESTIONS = {
    "assistance": (("spend", "households_assisted", "persons_assisted"), (), ASSISTANCE),
    "statuses": (("households_with_status",), ("status",), {}),
    "psychologists": (("psychologist_clients", "consultations"), (), {}),
    "day_centres": (("visits",), (), {"centre": "gadc"}),
}
# Key figures: name, question, measure, noun of its sentence, row.
KEY_FIGURES = (
    ("spend", "assistance", "spend", "euros", {}),
    ("households", "assistance", "households_assisted", "households", {}),
    ("persons", "assistance", "persons_assisted", "persons", {}),
    ("needy", "statuses", "households_with_status", "households_to", {"status": "needy"}),
    ("low_income", "statuses", "households_with_status", "households_to", {"status": "low_income"}),
    ("clients", "psychologists", "psychologist_clients", "clients", {}),
    ("consultations", "psychologists", "consultations", "consultations", {}),
    ("visits", "day_centres", "visits", "visits", {}),
)


def key_figures(view) -> None:
    reader = view.reader
    asked, refused = figures.ask_each(view, QUESTIONS)
    found = [
        figures.key_figure(reader, reader.t(f"overview.{key}"), *asked[name], code, f"overview.{key}_said", noun, **row)
        for key, name, code, noun, row in KEY_FIGURES
        if name in asked
    ]
    if "assistance" in asked:
        found[0] = replace(found[0], page="benefits", further=headlines.of_all_benefits(view))
    figures.show(reader, found)
    notes = list(dict.fromkeys(note for both, _ in asked.values() for note in notes_of(both)))
    headline = headlines.of_the_year(view, found)
    table = figures.as_table(reader, found, reader.period(view.period))
    tell(view, "key_figures", headline, table, notes=notes, remarks=refused, of=figures.ways(view, found))


def movers(view) -> None:
    reader, spend = view.reader, compare(view, "spend", by="benefit")
    changes = tables.extremes(spend.frame, "benefit", "spend_change")
    tell(
        view,
        "movers",
        moved(reader, spend.frame, "benefit", "spend", during(reader, view.period)),
        tables.compared(reader, changes, "benefit", ["spend"], tables.periods_of(reader, spend)),
        charts.movers(reader, changes, "benefit", "spend"),
        notes_of(spend),
        of=spend,
    )


with page("overview") as here:
    view = filters.choose(here, "population", parts=False)
    views.tell(view, key_figures, movers)
    st.header(view.reader.t("overview.more"), anchor=False)
    links("benefits", "households", "psychologists", "day_centres")
