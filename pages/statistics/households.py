"""Mājsaimniecības: who is needy or low-income, over the year, month by month and over the years."""

from pages.parts import charts, filters, tables
from pages.parts.answers import ask
from pages.parts.frame import page
from pages.parts.section import tell
from pages.parts.sentences import between, counted, during, first, named, say

OVER_THE_PERIOD = ("households_with_status", "persons_with_status")
ON_A_DAY = ("households_on_date", "persons_on_date")
DECISIONS = ("statuses_granted", "statuses_renewed", "statuses_ended")
WITHIN = ("children_in_household", "disability_in_household", "pension_age_in_household")

with page("households") as here:
    view = filters.choose(here, "population", "territory", "status")
    reader, when = view.reader, during(here.reader, view.period)

    statuses = ask(view, OVER_THE_PERIOD, by="status")
    total = {
        "households": counted(reader, "households_to", statuses.value("households_with_status")),
        "what": named(reader, statuses, "status", "households_with_status"),
    }
    headline = say(reader, "households.by_status", when=when, **total)
    table = tables.listed(reader, statuses.frame, "status", OVER_THE_PERIOD)
    bars = charts.bars(reader, statuses.frame, "status", "households_with_status")
    tell(view, "by_status", headline, table, bars, statuses.notes)

    stock = ask(view, ON_A_DAY, by=("month", "status"), period=view.whole_year)
    headline = between(reader, stock, "month", "households_on_date")
    table = tables.crossed(reader, stock.frame, "month", "status", "households_on_date", total_down=False)
    lines = charts.series(reader, stock.frame, "month", ["households_on_date"], "status", stock.notes)
    tell(view, "month_ends", headline, table, lines, stock.notes, period=view.whole_year)

    members = ask(view, "persons_with_status", by=("member_group", "status"))
    headline = say(
        reader,
        "households.composition",
        when=when,
        persons=counted(reader, "of_persons", members.value()),
        children=reader.figure("persons_with_status", members.value(member_group="child")),
        disability=reader.figure("persons_with_status", members.value(member_group="disability")),
        pension_age=reader.figure("persons_with_status", members.value(member_group="pension_age")),
    )
    table = tables.crossed(reader, members.frame, "member_group", "status", "persons_with_status")
    bars = charts.bars(reader, tables.totals_over(members.frame, "status"), "member_group", "persons_with_status")
    tell(view, "composition", headline, table, bars, members.notes)

    within = ask(view, OVER_THE_PERIOD, by=WITHIN)
    table = tables.marginal(reader, within.frame, WITHIN, "with", OVER_THE_PERIOD)
    headline = say(
        reader,
        "households.within",
        when=when,
        households=counted(reader, "in_households", within.value(children_in_household="with")),
        of_all=counted(reader, "of_households", within.value()),
    )
    tell(view, "within", headline, table, notes=within.notes)

    places = ask(view, OVER_THE_PERIOD, by="territory")
    headline = say(
        reader,
        "households.by_territory",
        when=when,
        **first(reader, places.parts, "territory", "households_with_status"),
    )
    table = tables.listed(reader, places.frame, "territory", OVER_THE_PERIOD)
    bars = charts.bars(reader, places.frame, "territory", "households_with_status")
    tell(view, "by_territory", headline, table, bars, places.notes)

    decisions = ask(view, DECISIONS, by="month", period=view.whole_year)
    headline = say(
        reader,
        "households.decisions",
        when=during(reader, view.whole_year),
        **{code: counted(reader, "times", decisions.value(code)) for code in DECISIONS},
    )
    table = tables.listed(reader, decisions.frame, "month", DECISIONS)
    lines = charts.series(reader, decisions.frame, "month", DECISIONS)
    tell(view, "decisions", headline, table, lines, decisions.notes, period=view.whole_year)

    years = ask(view, "households_with_status", by=("year", "status"), period=view.all_years)
    headline = between(reader, years, "year", "households_with_status")
    table = tables.crossed(reader, years.frame, "year", "status", "households_with_status", total_down=False)
    lines = charts.series(reader, years.frame, "year", ["households_with_status"], "status", years.notes)
    population = dict(view.said()).get(reader.dimension("population"), reader.t("filters.all_population"))
    bases = reader.t("households.bases", population=population)
    tell(view, "series", headline, table, lines, years.notes, period=view.all_years, remarks=[bases])
