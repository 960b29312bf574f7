"""What a visitor chooses: the period, the population, the parish and what else a subject has."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import timedelta
from functools import cached_property, partial

import streamlit as st

from data_access import COUNCIL, Period, Question, Value, VisitorsDatabase, dimensions_for, measure
from data_access import dimensions as every_dimension
from data_access.language import format_date
from data_access.telling.reader import Reader
from data_access.telling.sentences import during
from pages.parts import address, marks

ALL = "all"
PARTS = ("year", "H1", "H2", "Q1", "Q2", "Q3", "Q4", *(f"{month:02}" for month in range(1, 13)), "dates")
# What is chosen in the second narrows what is offered in the first, which stands behind it.
WITHIN = {"branch": "centre"}
NARROWEST = 150  # pixels of one filter: two stand side by side on a phone


@dataclass(frozen=True)
class View:
    """What one visitor looks at on one page: which data, which days, which records, for whom, in which language."""

    page: str
    database: VisitorsDatabase
    reader: Reader
    audience: str
    period: Period
    where: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    offered: tuple[str, ...] = ()  # what can be chosen on the page, by its name in the address

    @property
    def year(self) -> int:
        return self.period.start.year

    @property
    def whole_year(self) -> Period:
        """The calendar year in which the period begins."""
        return Period.year(self.year)

    @cached_property
    def all_years(self) -> Period:
        """Every year with records."""
        years = self.database.years
        return Period(Period.year(min(years)).start, Period.year(max(years)).end)

    def years_of(self, code: str) -> Period:
        """Every year of which there are records that a measure counts; of none, every year."""
        covered = self.database.coverage.get(measure(code).fact.subject)
        if not covered:
            return self.all_years
        return Period(Period.year(covered.data_from.year).start, Period.year(covered.data_until.year).end)

    def offers(self, measure: str, names: Sequence[str]) -> tuple[str, ...]:
        """Those of some dimensions by which a measure may be split for the audience."""
        shown = dimensions_for(self.audience, measure)
        return tuple(name for name in names if name in shown)

    def may_ask(self, measure: str, name: str) -> bool:
        """Whether the visitor's role lets her split a measure by a dimension."""
        return self.database.may_ask(Question.of(measure, self.period, by=name))

    @property
    def unfiltered(self) -> "View":
        """The same days of all records: for what the filters cannot tell apart."""
        return replace(self, where={})

    @cached_property
    def when(self) -> str:
        """The period in a sentence: 2023. gadā."""
        return during(self.reader, self.period)

    def filter_said(self, name: str) -> str:
        """What is chosen in one filter, in words."""
        codes = self.where.get(name, ())
        return ", ".join(self.reader.label(name, code) for code in codes) or everything(self.reader, name)

    def said(self, period: Period | None = None) -> list[tuple[str, str]]:
        """The choices as pairs of words: the period and every filter."""
        shown = period or self.period
        pairs = [(self.reader.t("filters.period"), self.reader.period(shown))]
        return pairs + [(self.reader.dimension(name), self.filter_said(name)) for name in self.where]


def choose(here, *dimensions: str, parts: bool = True) -> View:
    """Shows the filters and returns the view they make. With `parts=False` only whole years are offered."""
    with st.grid(min_column_width=NARROWEST, vertical_alignment="bottom"):
        period = _period(here, parts)
        chosen: dict[str, str] = {}
        for name in dimensions:
            chosen[name] = _value(here, name, period, chosen.get(WITHIN.get(name, ""), ALL))
    where = {name: (code,) for name, code in chosen.items() if code != ALL}
    every = [name for name, one in every_dimension().items() if one.kind == "category"]
    address.miss_filters(dimensions, every, here.reader.dimension)
    offered = ("year", *(["part"] if parts else []), *dimensions)
    view = View(here.page, here.database, here.reader, here.audience, period, where, offered)
    marks.show(view)
    return view


def years(here) -> list[str]:
    """Years that can be chosen, newest first: the first is chosen by itself."""
    return [str(year) for year in (_finished(here.database) if here.audience == COUNCIL else here.database.years)]


def of_year(here) -> View:
    """The view of the year that was chosen before, where the choice itself is not shown."""
    offered, year = years(here), address.kept("year")
    return View(
        here.page, here.database, here.reader, here.audience, Period.parse(year if year in offered else offered[0])
    )


def _period(here, parts: bool) -> Period:
    t = here.reader.t
    offered = years(here)
    year = address.choose(st.selectbox, "year", t("filters.year"), offered, offered[0], str)
    if not parts:
        return Period.parse(year)
    # What the council sees are calendar cells.
    parts = PARTS[:-1] if here.audience == COUNCIL else PARTS
    part = address.choose(
        st.selectbox, "part", t("filters.part"), parts, parts[0], lambda code: t(f"filters.part_{code}")
    )
    if part == "dates":
        return _dates(here, int(year))
    return Period.parse(year if part == "year" else f"{year}-{part}")


def _finished(database: VisitorsDatabase) -> list[int]:
    """Years that the records reach to the last day, newest first: what the council can see. If none is, all years."""
    finished = [year for year in database.years if Period.year(year).last_day <= database.as_of.data_until]
    return finished or list(database.years)


def _dates(here, year: int) -> Period:
    t, as_of = here.reader.t, here.database.as_of
    whole = Period.year(year)
    words = partial(format_date, language=here.reader.language)
    first = address.choose_day("from", t("filters.from"), whole.start, as_of.data_from, as_of.data_until, words)
    last = address.choose_day("until", t("filters.until"), max(first, whole.last_day), first, as_of.data_until, words)
    return Period(first, last + timedelta(days=1))


def everything(reader: Reader, name: str) -> str:
    """What a filter says when nothing is left out."""
    key = f"filters.all_{name}"
    return reader.t(key if key in reader.t else "filters.all")


def _value(here, name: str, period: Period, within: str) -> str:
    values = [value for value in here.database.vocabulary.values(name) if within in (ALL, value.parent)]
    offered = [ALL, *(value.code for value in values if _offered(value, period))]
    return address.choose(
        st.selectbox,
        name,
        here.reader.dimension(name),
        offered,
        ALL,
        lambda code: everything(here.reader, name) if code == ALL else here.reader.label(name, code),
    )


def _offered(value: Value, period: Period) -> bool:
    """Rule 8: what was closed before the period or opened after it is not offered for it."""
    opened = value.valid_from is None or value.valid_from < period.end
    closed = value.valid_to is not None and value.valid_to < period.start
    return opened and not closed
