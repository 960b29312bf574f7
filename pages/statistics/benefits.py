"""Pabalsti: what was paid, for which benefits, to whom and where."""

from pages.parts import charts, filters, tables
from pages.parts.address import switch
from pages.parts.answers import ask, compare, notes_of
from pages.parts.frame import page
from pages.parts.running import running
from pages.parts.section import head, tell
from pages.parts.sentences import against, counted, during, euros, first, named, say

PAID = ("spend", "households_assisted", "persons_assisted")

with page("benefits") as here:
    view = filters.choose(here, "population", "territory", "benefit_group")
    reader, when = view.reader, during(here.reader, view.period)

    paid = ask(view, PAID, by=("benefit_group", "benefit"))
    total = {
        "when": when,
        "total": euros(reader, paid.value("spend")),
        "households": counted(reader, "households_to", paid.value("households_assisted")),
    }
    headline = say(reader, "benefits.by_benefit", **total, **first(reader, paid.parts, "benefit", "spend"))
    table = tables.listed(reader, paid.frame, ("benefit_group", "benefit"), PAID)
    bars = charts.bars(reader, paid.parts, "benefit", "spend", group="benefit_group")
    tell(view, "by_benefit", headline, table, bars, paid.notes)

    # Split by benefit too: for some years the sums of the benefits are published and their total is not.
    months = compare(view, "spend", by=("month", "benefit"), period=view.whole_year)
    months_alone = tables.totals_over(months.frame, "benefit")
    headline = say(reader, "benefits.by_month", **against(reader, months, "spend"))
    head(view, "by_month", headline)
    since_january = switch("cumulative", reader.t("benefits.cumulative"))
    frame = running(months_alone, "month", "spend") if since_january else months_alone
    years = tables.periods_of(reader, months)
    table = tables.compared(reader, frame, "month", ["spend"], years)
    notes = notes_of(months)
    lines = charts.two_years(reader, frame, "month", "spend", years, notes)
    tell(view, "by_month", headline, table, lines, notes, period=view.whole_year, headed=True)

    forms = ask(view, "spend", by=("benefit", "form"))
    cash = {form: euros(reader, forms.value("spend", form=form)) for form in ("cash", "in_kind")}
    headline = say(reader, "benefits.by_form", when=when, **cash)
    table = tables.crossed(reader, forms.frame, "benefit", "form", "spend")
    tell(view, "by_form", headline, table, charts.stacked(reader, forms.frame, "benefit", "form", "spend"), forms.notes)

    places = ask(view, PAID, by="territory")
    headline = say(reader, "benefits.by_territory", when=when, **first(reader, places.parts, "territory", "spend"))
    table = tables.listed(reader, places.frame, "territory", PAID)
    tell(view, "by_territory", headline, table, charts.bars(reader, places.frame, "territory", "spend"), places.notes)

    for name in ("status", "population"):
        split = ask(view, PAID, by=name)
        headline = say(reader, f"benefits.by_{name}", when=when, what=named(reader, split, name, "spend"))
        table = tables.listed(reader, split.frame, name, PAID)
        tell(view, f"by_{name}", headline, table, charts.bars(reader, split.frame, name, "spend"), split.notes)

    for population in ("residents", "ukraine_civilians"):
        both = compare(view, "spend", by=("benefit_group", "benefit"), where={"population": population})
        headline = say(reader, f"benefits.two_years_{population}", **against(reader, both, "spend"))
        years = tables.periods_of(reader, both)
        table = tables.compared(reader, both.frame, ("benefit_group", "benefit"), ["spend"], years)
        said = [(reader.dimension("population"), reader.label("population", population))]
        tell(view, f"two_years_{population}", headline, table, notes=notes_of(both), said=said)
