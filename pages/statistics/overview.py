"""Pārskats: the director's first look at a year."""

from collections.abc import Sequence
from dataclasses import replace

import streamlit as st

from data_access.telling import tables
from data_access.telling.sentences import counted, during, euros, moved, say
from data_access.telling.withheld import is_number
from pages.parts import charts, figures, filters, views
from pages.parts.answers import compare, notes_of
from pages.parts.figures import KeyFigure
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
        found[0] = replace(found[0], page="benefits", further=_of_all_benefits(view))
    figures.show(reader, found)
    notes = list(dict.fromkeys(note for both, _ in asked.values() for note in notes_of(both)))
    headline = _of_the_year(view, found)
    table = figures.as_table(reader, found, reader.period(view.period))
    tell(view, "key_figures", headline, table, notes=notes, remarks=refused, of=figures.ways(view, found))


def _of_all_benefits(view) -> str:
    """What was paid in all benefits, of which social assistance is a part; nothing where it is not shown."""
    spend = compare(view, "spend", by="benefit").now.value()
    return view.reader.t("overview.all_benefits", figure=euros(view.reader, spend)) if is_number(spend) else ""


def _of_the_year(view, found: Sequence[KeyFigure]) -> str:
    """What was spent on how many households, where both are shown; else the first figure that is."""
    reader, when = view.reader, during(view.reader, view.period)
    shown = {figure.code: figure for figure in reversed(found) if is_number(figure.now)}
    if {"spend", "households_assisted"} <= shown.keys():
        spend = euros(reader, shown["spend"].now)
        households = counted(reader, "households", shown["households_assisted"].now)
        return say(reader, "overview.year", when=when, spend=spend, households=households)
    if shown:
        return [*shown.values()][-1].sentence.removesuffix(".")
    return say(reader, "overview.key_figures", when=when)


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
    st.subheader(view.reader.t("overview.more"), anchor=False)
    links("benefits", "households", "psychologists", "day_centres")
