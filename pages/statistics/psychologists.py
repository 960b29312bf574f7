"""Psihologi: who came, with what, how many consultations were held and missed, and how much each psychologist has."""

from functools import partial

import streamlit as st

from pages.parts import address, charts, filters, tables, views
from pages.parts.answers import ask, compare, notes_of
from pages.parts.frame import page
from pages.parts.section import tell, tell_bars, tell_crossed, tell_two_years
from pages.parts.sentences import against, counted, during, first, named, say

CLIENTS = "psychologist_clients"
WAYS = ("problem_category", "problem_area")  # of counting problem areas (rule 6)


def clients(view) -> None:
    reader, split = view.reader, ask(view, CLIENTS, by=("age_group", "person_group"))
    total, who = counted(reader, "clients", split.value()), named(reader, split, "person_group", CLIENTS)
    headline = say(reader, "psychologists.by_age", when=view.when, clients=total, who=who)
    tell_crossed(view, "by_age", headline, split, partial(charts.stacked, apart=True, ranked=False))

    both = compare(view, CLIENTS, by="age_class")
    table = tables.compared(reader, both.frame, "age_class", [CLIENTS], tables.periods_of(reader, both))
    changes = charts.movers(reader, tables.extremes(both.frame, "age_class", f"{CLIENTS}_change"), "age_class", CLIENTS)
    headline = say(reader, "psychologists.two_years", **against(reader, both, CLIENTS, "clients"))
    tell(view, "two_years", headline, table, changes, notes_of(both))


def problems(view) -> None:
    reader, t = view.reader, view.reader.t
    way = address.choose(st.radio, "areas", t("psychologists.ways"), WAYS, WAYS[0], reader.dimension, horizontal=True)
    remarks = [t(f"psychologists.explained_{way}"), t("psychologists.report_counts")]
    for age_class in view.where.get("age_class", ("child", "adult")):
        split = ask(view, CLIENTS, by=way, where={"age_class": age_class})
        who, most = reader.label("age_class", age_class), first(reader, split.parts, way, CLIENTS)
        most["total"] = reader.figure(CLIENTS, split.value())
        headline = say(reader, "psychologists.problems", when=view.when, who=who, **most)
        said = [(reader.dimension("age_class"), who)]
        tell_bars(view, f"problems_{age_class}", headline, split, said=said, remarks=remarks)


def ages(view) -> None:
    split = ask(view, CLIENTS, by=("problem_area", "age_group"))
    most = first(view.reader, tables.totals_over(split.frame, "age_group"), "problem_area", CLIENTS)
    most["total"] = view.reader.figure(CLIENTS, split.value())
    headline = say(view.reader, "psychologists.ages", when=view.when, **most)
    tell_crossed(view, "ages", headline, split, charts.heat)


def consultations(view) -> None:
    reader, year = view.reader, {"period": view.whole_year}
    split = ask(view, ("consultations", "missed_share"), by=("month", "attendance"), **year)
    total, share = counted(reader, "consultations", split.value()), reader.percent(split.value("missed_share"))
    missed, when = reader.figure("consultations", split.value(attendance="missed")), during(reader, view.whole_year)
    headline = say(reader, "psychologists.by_month", when=when, total=total, missed=missed, share=share)
    shares = tables.listed(reader, tables.totals_over(split.frame, "attendance"), "month", ["missed_share"])
    table = tables.beside(tables.crossed(reader, split.frame, "month", "attendance", "consultations"), shares)
    lines = charts.series(reader, split.frame, "month", ["consultations"], "attendance", split.notes)
    tell(view, "by_month", headline, table, lines, split.notes, **year)

    both = compare(view, "consultations", by="month", **year)
    said = against(reader, both, "consultations", "consultations")
    tell_two_years(view, "years", say(reader, "psychologists.years", **said), both, "month", "consultations")


def caseload(view) -> None:
    split = ask(view, (CLIENTS, "consultations", "missed_share"), by="psychologist")
    most = {"when": view.when, **first(view.reader, split.parts, "psychologist", CLIENTS)}
    tell_bars(view, "caseload", say(view.reader, "psychologists.caseload", **most), split)


with page("psychologists") as here:
    stories = (clients, problems, ages, consultations, caseload)
    views.show_one(filters.choose(here, "population", "age_class"), {story.__name__: story for story in stories})
