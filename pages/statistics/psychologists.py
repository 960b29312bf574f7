"""Psihologi: who came, with what, how many consultations were held and missed, and how much each psychologist has."""

from functools import partial

from data_access.telling import tables
from data_access.telling.sentences import against, counted, during, first, say
from pages.parts import address, charts, filters, headlines, views
from pages.parts.answers import ask, compare
from pages.parts.frame import page
from pages.parts.section import tell_bars, tell_changes, tell_crossed, tell_lines, tell_measures, tell_two_years

CLIENTS, HELD, WAYS = "psychologist_clients", "consultations", ("problem_category", "problem_area")  # rule 6
OTHER = ("other_consultations", "other_clients")
ABOUT = {"problems": (CLIENTS, WAYS[1]), "ages": (CLIENTS, WAYS[1]), "caseload": (CLIENTS, "psychologist")}


def clients(view) -> None:
    reader = view.reader
    with views.section(view):
        split = ask(view, CLIENTS, by=("age_group", "person_group"))
        stacked = partial(charts.stacked, apart=True)
        tell_crossed(view, "by_age", headlines.clients_by_age(view, split), split, stacked, ranked=False)
    both = compare(view, CLIENTS, by="age_class")
    said = against(reader, "psychologists.two_years", both, CLIENTS, "clients")
    tell_changes(view, "two_years", said, both, "age_class", CLIENTS)


def problems(view) -> None:
    reader, t = view.reader, view.reader.t
    way = address.radio("areas", t("psychologists.ways"), view.offers(CLIENTS, WAYS), reader.dimension)
    remarks = [t(f"psychologists.explained_{way}"), t("psychologists.report_counts")]
    for age_class in view.where.get("age_class", ("child", "adult")):
        split = ask(view, CLIENTS, by=way, where={"age_class": age_class})
        who, most = reader.label("age_class", age_class), headlines.most_clients(view, split, split.parts, way)
        headline, said = say(reader, "psychologists.problems", who=who, **most), [(reader.dimension("age_class"), who)]
        tell_bars(view, f"problems_{age_class}", headline, split, said=said, remarks=remarks)


def ages(view) -> None:
    split = ask(view, CLIENTS, by=("problem_area", "age_group"))
    most = headlines.most_clients(view, split, tables.totals_over(split.frame, "age_group"), "problem_area")
    tell_crossed(view, "ages", say(view.reader, "psychologists.ages", **most), split, charts.heat, ranked=False)


def consultations(view) -> None:
    reader, year, when = view.reader, view.whole_year, during(view.reader, view.whole_year)
    with views.section(view):
        held = ask(view, HELD, by=("month", "attendance"), period=year)
        total, missed = counted(reader, HELD, held.value()), reader.figure(HELD, held.value(attendance="missed"))
        tell_lines(view, "by_month", say(reader, "psychologists.by_month", when=when, total=total, missed=missed), held)
    with views.section(view):
        shares = ask(view, "missed_share", by="month", period=year)
        most = {"share": reader.percent(shares.value()), **first(reader, shares.parts, "month", "missed_share")}
        tell_measures(view, "missed", say(reader, "psychologists.missed", when=when, **most), shares)
    both = compare(view, HELD, by="month", period=year)
    tell_two_years(view, "years", against(reader, "psychologists.years", both, HELD, HELD), both, "month", HELD)


def caseload(view) -> None:
    split = ask(view, (CLIENTS, HELD, "missed_share"), by="psychologist")
    most = {"when": view.when, **first(view.reader, split.parts, "psychologist", CLIENTS)}
    tell_bars(view, "caseload", say(view.reader, "psychologists.caseload", **most), split)


def functions(view) -> None:
    split = tables.without_none(ask(view.unfiltered, OTHER, by="psychologist_function"), OTHER[1], among=OTHER[0])
    most = first(view.reader, split.parts, "psychologist_function", "other_consultations")
    headline = say(view.reader, "psychologists.functions", when=view.when, **most)
    tell_bars(view.unfiltered, "functions", headline, split, remarks=[view.reader.t("psychologists.functions_said")])


with page("psychologists") as here:
    stories = (clients, problems, ages, consultations, caseload, functions)
    views.show_one(filters.choose(here, "population", "age_class"), {story.__name__: story for story in stories}, ABOUT)
