"""Dienas centri: who came to which branch, in which month, quarter and year."""

from functools import partial

from data_access.telling import tables
from data_access.telling.sentences import counted, during, first, named, say, since
from pages.parts import charts, filters, views
from pages.parts.answers import ask
from pages.parts.frame import page
from pages.parts.section import tell_crossed, tell_lines

# The report prints the series of one centre; nothing is published of the others before 2023.
REPORTED = {"centre": "gadc"}


def branches(view) -> None:
    reader = view.reader
    for code in ("visits", "visitors"):
        with views.section(view):
            split = ask(view, code, by=("branch", "visitor_group"))
            total, who = counted(reader, code, split.value(code)), named(reader, split, "visitor_group", code)
            headline = say(reader, "day_centres.branches", when=view.when, total=total, who=who)
            tell_crossed(view, f"branches_{code}", headline, split, partial(charts.stacked, apart=True))


def months(view) -> None:
    reader, year = view.reader, view.whole_year
    split = ask(view, "visits", by=("month", "branch"), period=year)
    most = first(reader, tables.totals_over(split.frame, "month"), "branch", "visits")
    total = counted(reader, "visits", split.value())
    tell_lines(view, "months", say(reader, "day_centres.months", when=during(reader, year), total=total, **most), split)


def quarters(view) -> None:
    reader, year = view.reader, view.whole_year
    split = ask(view, "visitors", by=("quarter", "visitor_group"), period=year)
    headline = say(
        reader,
        "day_centres.quarters",
        when=during(reader, year),
        total=counted(reader, "visitors", split.value()),
    )
    tell_lines(view, "quarters", headline, split, remarks=[reader.t("day_centres.not_added")])


def years(view) -> None:
    reader = view.reader
    where = {} if {"centre", "branch"} & view.where.keys() else REPORTED
    period = view.years_of("visits")
    split = ask(view, "visits", by=("year", "visitor_group"), where=where, period=period, ages="each_year")
    said = [(reader.dimension(name), reader.label(name, code)) for name, code in where.items()]
    key, centre = ("day_centres.years", said[0][1]) if said else ("day_centres.years_chosen", "")
    headline = since(reader, key, split, "year", "visits", "visits", centre=centre)
    remarks = [reader.t("day_centres.reported" if said else "day_centres.chosen")]
    tell_lines(view, "years", headline, split, total_down=False, said=said, remarks=remarks)


with page("day_centres") as here:
    chosen = filters.choose(here, "centre", "branch", "visitor_group")
    views.show_one(chosen, {"branches": branches, "months": months, "quarters": quarters, "years": years})
