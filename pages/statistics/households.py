"""Mājsaimniecības: who is needy or low-income, over the period, month by month and over the years."""

from data_access.telling import tables
from data_access.telling.sentences import counted, during, first, say, since
from pages.parts import charts, filters, going_deeper, headlines, views
from pages.parts.answers import ask, ask_splits, without
from pages.parts.frame import page
from pages.parts.section import tell, tell_bars, tell_lines, tell_measures

OVER_THE_PERIOD = ("households_with_status", "persons_with_status")
DECISIONS = ("statuses_granted", "statuses_renewed", "statuses_ended")
WITHIN = ("children_in_household", "disability_in_household", "pension_age_in_household")


def statuses(view) -> None:
    reader, when = view.reader, view.when
    with views.section(view):
        split = ask(view, OVER_THE_PERIOD, by="status")
        tell_bars(view, "by_status", headlines.with_status(reader, when, split), split)
    with views.section(view):
        members = ask(view, "persons_with_status", by=("member_group", "status"))
        frame = tables.ranked(members.frame, "member_group", "persons_with_status", over=("status",))
        table = tables.crossed(reader, frame, "member_group", "status", "persons_with_status")
        bars = charts.bars(reader, tables.totals_over(frame, "status"), "member_group", "persons_with_status")
        tell(view, "composition", headlines.composition(reader, when, members), table, bars, members.notes, of=members)
    splits = ask_splits(view, OVER_THE_PERIOD, WITHIN)
    notes = dict.fromkeys(note for split in splits.values() for note in split.notes)
    table, ways = tables.marginal(reader, splits, "with"), going_deeper.ways_of_each(view, splits, "with")
    headline = headlines.with_children(reader, when, splits["children_in_household"])
    tell(view, "within", headline, table, notes=without(notes, "overlap"), of=ways)


def months(view) -> None:
    reader, year = view.reader, view.whole_year
    with views.section(view):
        stock = ask(view, "households_on_date", by=("month", "status"), period=year)
        headline = since(reader, "households.had_status", stock, "month", "households_on_date", "households_to")
        tell_lines(view, "month_ends", headline, stock, total_down=False)
    decisions = ask(view, DECISIONS, by="month", period=year)
    times = {code: counted(reader, "times", decisions.value(code)) for code in DECISIONS}
    tell_measures(view, "decisions", say(reader, "households.decisions", when=during(reader, year), **times), decisions)


def places(view) -> None:
    split = ask(view, OVER_THE_PERIOD, by="territory")
    most = first(view.reader, split.parts, "territory", "households_with_status")
    tell_bars(view, "by_territory", say(view.reader, "households.by_territory", when=view.when, **most), split)


def years(view) -> None:
    period = view.years_of("households_with_status")
    split = ask(view, "households_with_status", by=("year", "status"), period=period)
    population = view.filter_said("population")
    bases = "households.bases" if "population" in view.where else "households.bases_all"
    remarks = [view.reader.t(bases, population=population), view.reader.t("households.both_statuses")]
    headline = since(view.reader, "households.had_status", split, "year", "households_with_status", "households_to")
    notes = without(split.notes, "overlap")
    tell_lines(view, "series", headline, split, total_down=False, notes=notes, remarks=remarks)


with page("households") as here:
    chosen = filters.choose(here, "population", "territory", "status")
    views.show_one(chosen, {"statuses": statuses, "months": months, "places": places, "years": years})
