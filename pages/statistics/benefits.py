"""Pabalsti: what was paid, for which benefits, to whom and where."""

from data_access.telling import tables
from data_access.telling.sentences import against, counted, euros, first, named, say
from pages.parts import address, charts, filters, headlines, views
from pages.parts.answers import ask, compare, notes_of
from pages.parts.frame import page
from pages.parts.running import running
from pages.parts.section import head, tell, tell_bars, tell_crossed

PAID, BY = ("spend", "households_assisted", "persons_assisted"), ("benefit_group", "benefit")


def types(view) -> None:
    reader, when = view.reader, view.when
    with views.section(view):
        paid = ask(view, PAID, by=BY)
        total = euros(reader, paid.value("spend"))
        households = counted(reader, "households_to", paid.value("households_assisted"))
        most = first(reader, paid.parts, "benefit", "spend")
        headline = say(reader, "benefits.by_benefit", when=when, total=total, households=households, **most)
        frame = tables.ranked(paid.frame, "benefit", "spend", within="benefit_group")
        table, bars = tables.listed(reader, frame, BY, PAID), charts.bars(reader, frame, "benefit", "spend", BY[0])
        tell(view, "by_benefit", headline, table, bars, paid.notes, of=paid)
    with views.section(view):
        forms = ask(view, "spend", by=("benefit", "form"))
        sums = {form: euros(reader, forms.value("spend", form=form)) for form in ("cash", "in_kind")}
        tell_crossed(view, "by_form", say(reader, "benefits.by_form", when=when, **sums), forms, charts.stacked)


def months(view) -> None:
    reader = view.reader
    # Split by benefit too: for some years the sums of the benefits are published and their total is not.
    both = compare(view, "spend", by=("month", "benefit"), period=view.whole_year)
    frame, notes, years = tables.totals_over(both.frame, "benefit"), notes_of(both), tables.periods_of(reader, both)
    headline = against(reader, "benefits.by_month", both, "spend")
    has_figures, of = not tables.compared(reader, frame, "month", ["spend"], years).empty, both
    if has_figures:
        head(view, "by_month", headline)
        if address.switch("cumulative", reader.t("benefits.cumulative")):
            frame, of = running(frame, "month", "spend"), None  # no record has a running sum
    table = tables.compared(reader, frame, "month", ["spend"], years)
    lines = charts.two_years(reader, frame, "month", "spend", years, notes)
    tell(view, "by_month", headline, table, lines, notes, period=view.whole_year, headed=has_figures, of=of)


def recipients(view) -> None:
    for name in ("status", "population"):
        with views.section(view):
            split = ask(view, PAID, by=name)
            to = headlines.to_whom(view.reader)
            what = named(view.reader, split, name, "spend", lead="benefits.paid_first", names=to)
            tell_bars(view, f"by_{name}", say(view.reader, "benefits.paid", when=view.when, what=what), split)


def places(view) -> None:
    split = ask(view, PAID, by="territory")
    most = first(view.reader, split.parts, "territory", "spend")
    tell_bars(view, "by_territory", say(view.reader, "benefits.by_territory", when=view.when, **most), split)


def report(view) -> None:
    reader = view.reader
    for population in ("residents", "ukraine_civilians"):
        with views.section(view):
            both = compare(view, "spend", by=BY, where={"population": population})
            headline = against(reader, f"benefits.two_years_{population}", both, "spend")
            table = tables.compared(reader, both.frame, BY, ["spend"], tables.periods_of(reader, both))
            said = [(reader.dimension("population"), reader.label("population", population))]
            tell(view, f"two_years_{population}", headline, table, notes=notes_of(both), said=said, of=both)


with page("benefits") as here:
    chosen = filters.choose(here, "population", "territory", "benefit_group")
    views.show_one(chosen, {story.__name__: story for story in (types, months, recipients, places, report)})
