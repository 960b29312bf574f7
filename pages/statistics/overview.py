"""Pārskats: the director's first look at a year."""

import streamlit as st

from pages.parts import charts, figures, filters, tables
from pages.parts.answers import ask, compare, notes_of
from pages.parts.frame import links, page
from pages.parts.section import tell
from pages.parts.sentences import during, moved, say

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

with page("overview") as here:
    view = filters.choose(here, "population", parts=False)
    reader, when = view.reader, during(here.reader, view.period)

    compared, series = {}, {}
    for name, (measures, by, where) in QUESTIONS.items():
        compared[name] = compare(view, measures, by=by, where=where)
        series[name] = ask(view, measures, by=("year", *by), where=where, period=view.all_years)
    key_figures = [
        figures.key_figure(
            reader, reader.t(f"overview.{key}"), compared[name], series[name], code, f"overview.{key}_said", noun, **row
        )
        for key, name, code, noun, row in KEY_FIGURES
    ]
    figures.show(reader, key_figures)
    notes = list(dict.fromkeys(note for one in compared.values() for note in notes_of(one)))
    tell(
        view,
        "key_figures",
        say(reader, "overview.key_figures", when=when),
        figures.as_table(reader, key_figures, reader.period(view.period)),
        notes=notes,
    )

    spend = compare(view, "spend", by="benefit")
    changes = tables.extremes(spend.frame, "benefit", "spend_change")
    tell(
        view,
        "movers",
        moved(reader, changes, "benefit", "spend", when),
        tables.compared(reader, changes, "benefit", ["spend"], tables.periods_of(reader, spend)),
        charts.movers(reader, changes, "benefit", "spend"),
        notes_of(spend),
    )

    st.subheader(reader.t("overview.more"), anchor=False)
    links("benefits", "households", "psychologists", "day_centres")
