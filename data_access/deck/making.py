"""Makes a deck: each slide's request is read, asked through the one door and told in words and plain data."""

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from datetime import date

from data_access.answer import Answer, AsOf, Note
from data_access.comparison import periods_to_compare
from data_access.database import Database
from data_access.deck import charting
from data_access.deck.model import (
    FIGURES,
    LINES,
    METHOD,
    MOVERS,
    TABLE,
    TITLE,
    Address,
    Chart,
    Deck,
    KeyFigure,
    MadeDeck,
    MadeSlide,
    Slide,
    SmallRow,
    SmallTable,
    of_year,
    without_figures,
)
from data_access.deck.speaking import alternative_of, alternative_of_figures, notes_of_figures, notes_of_table
from data_access.errors import NoRecordsOfYear, NotAllowed, NotForCouncil, NotProtected
from data_access.language import NO_BREAK_SPACE
from data_access.measures import dimensions, measure
from data_access.period import Period
from data_access.question import COUNCIL, Question
from data_access.telling import headlines
from data_access.telling.builder import asking, freezing, making, wording
from data_access.telling.builder.asking import Answered
from data_access.telling.builder.drilling import asked_by
from data_access.telling.builder.reading import read
from data_access.telling.builder.request import AUDIENCE, Request, Trouble, address_of
from data_access.telling.builder.world import World, is_time
from data_access.telling.reader import Reader
from data_access.telling.sentences import as_of_words, during
from data_access.telling.tables import Row, Table
from data_access.telling.withheld import is_number

_PARTED = re.compile(r"(?<=\d\.) (?=gad|pusgad|ceturksn)")
Answering = Callable[[Question], Answer]
# Raises NotAllowed for figures kept of a question that the visitor would not be told; the boolean: it is understood.
Requiring = Callable[[Question, bool], None]
# Notes that are said under a chart; breaks are numbered in it, and the foot says what the others say.
ON_SLIDE = (
    *("gap", "not_loaded", "not_yet", "days_missing", "period_not_over"),
    *("like_for_like", "like_for_like_days", "limited"),
)
NO_PERIOD = ("bad_period", "no_records")  # troubles with an address after which it would be a table of other days
MOST_ROWS, FIRST_ROWS, MOST_FIGURES = 7, 5, 4  # of a small table on a slide
REFUSED = (NotForCouncil, NotProtected, NotAllowed)


def nobody(question: Question, understood: bool) -> None:
    """Kept figures are told to nobody of whom nothing is known."""
    raise NotAllowed("kept", "")


def make_deck(
    database: Database,
    reader: Reader,
    deck: Deck,
    answer: Answering | None = None,
    progress: Callable[[int, int], None] = lambda done, of: None,
    require_kept: Requiring = nobody,
) -> MadeDeck:
    """A deck told in the reader's language. `answer` answers one question, by default the database itself; `progress`
    hears after each slide how many are done, and of how many; `require_kept` raises NotAllowed for kept figures.

    Raises NoRecordsOfYear, NotForCouncil for a year that is not over, and what `Database.ask` raises but for questions
    that are not for the audience: their slides say so.
    """
    if deck.year not in database.years:
        raise NoRecordsOfYear(year=str(deck.year))
    if deck.audience == COUNCIL and Period.year(deck.year).last_day > database.as_of.data_until:
        raise NotForCouncil("unfinished")
    maker = SlideMaker(database, reader, deck, answer, require_kept)
    slides = []
    with database.protecting(maker.questions()):
        for number, slide in enumerate(deck.slides, start=1):
            slides.append(maker.make(slide))
            progress(number, len(deck.slides))
    # What somebody has put together stays as it is.
    kept = range(len(slides)) if deck.name else _told(slides)
    slides = _with_left_out(reader, slides, kept)
    return MadeDeck(
        maker.title,
        deck.year,
        deck.audience,
        reader.language,
        database.as_of.demonstration,
        tuple(_with_totals(reader, [slides[place] for place in kept])),
        tuple(kept),
    )


def _told(slides: Sequence[MadeSlide]) -> list[int]:
    """The places of the slides that have something to tell."""
    return [place for place, slide in enumerate(slides) if not _untold(slide)]


def _untold(slide: MadeSlide) -> bool:
    """Whether nothing of what a slide asks has been published."""
    if slide.full is None or slide.chart or slide.table:
        return False
    return all(figure is None for row in slide.full.rows for figure in row.figures)


def _with_left_out(reader: Reader, slides: Sequence[MadeSlide], kept: Sequence[int]) -> list[MadeSlide]:
    """The slides, with what is not among those kept said where the sources are."""
    said = [slide.headline for place, slide in enumerate(slides) if place not in kept]
    if not said:
        return list(slides)
    text = reader.t("deck.left_out", what="; ".join(said))
    return [
        replace(slide, sentences=(*slide.sentences, text), notes=f"{slide.notes}\n{text}")
        if slide.kind == METHOD
        else slide
        for slide in slides
    ]


def _with_totals(reader: Reader, slides: Sequence[MadeSlide]) -> list[MadeSlide]:
    """The slides; where a large figure is of a part of what another slide counts as a whole, both say so."""
    found, parts = list(slides), {}
    for place, slide in enumerate(slides):
        for figure in slide.figures:
            wholes = [other for other, table in enumerate(slides) if _is_whole_of(table, figure)]
            parts.update({(other, place, figure.label): figure for other in wholes})
    for (other, place, _), figure in parts.items():
        text = reader.t("deck.part_of_total", slide=place + 1, name=figure.label, figure=figure.written)
        found[other] = replace(found[other], remarks=(text, *found[other].remarks))
    for place in {place for _, place, _ in parts}:
        own = {label: other + 1 for other, at, label in sorted(parts, reverse=True) if at == place}
        said = [
            reader.t("deck.total_elsewhere", name=figure.label, slide=own[figure.label])
            for figure in slides[place].figures
            if figure.label in own
        ]
        found[place] = replace(found[place], remarks=(*said, *found[place].remarks))
    return found


def _is_whole_of(slide: MadeSlide, figure: KeyFigure) -> bool:
    """Whether a slide has the total of which a large figure is a part, and does not split by what makes it one."""
    address = slide.address or {}
    own = figure.address.keys() & dimensions().keys()
    if slide.kind != TABLE or not own or not is_number(figure.value) or (slide.chart and slide.chart.kind == MOVERS):
        return False
    # Where there is nothing but the part, it is the whole.
    if slide.full and any(figure.value in row.figures for row in slide.full.rows if row.total):
        return False
    measures = [address.get("draw") or address.get("m", "").split(",")[0]]
    asked = {*address.get("rows", "").split(","), address.get("col", ""), *address}
    return figure.code in measures and figure.address["period"] in address["period"] and not own & asked


class SlideMaker:
    """Makes the slides of one deck one by one."""

    def __init__(
        self,
        database: Database,
        reader: Reader,
        deck: Deck,
        answer: Answering | None = None,
        require_kept: Requiring = nobody,
    ):
        self.database, self.reader, self.deck = database, reader, deck
        self.world, self.answer, self.require_kept = World.of(database), answer or database.ask, require_kept

    @property
    def title(self) -> str:
        """How the deck is called; that of the prepared one says its year."""
        year = during(self.reader, Period.year(self.deck.year))
        return kept_together(self.deck.name or self.reader.t("deck.prepared", when=year))

    def questions(self) -> Iterator[Question]:
        """What the slides ask, but for what turns out while they are made."""
        for slide in self.deck.slides:
            for address in slide.figures or ((slide.address,) if slide.address and not slide.frozen else ()):
                request, _ = self._read(address)
                question = asking.question_of(request, self.world)
                if request.compare:
                    periods = periods_to_compare(question, self.database.coverage, request.compare)
                    yield from map(question.during, periods)
                else:
                    yield question

    def make(self, slide: Slide) -> MadeSlide:
        """A slide with its figures and words. What is not for the audience is said; other errors are raised.

        The author's own words may have figures in them: they stand only where what she asked for is told.
        """
        if slide.kind == TITLE:
            made = self._title()
        elif slide.kind == METHOD:
            made = self._method()
        elif slide.kind == FIGURES:
            made = self._figures(slide)
        elif slide.frozen:
            made = self._frozen(slide)
        else:
            made = self._table(slide)
        generated = kept_together(made.generated)
        return replace(
            made,
            headline=kept_together((made.as_asked and slide.headline) or generated),
            generated=generated,
            comment=kept_together(slide.comment) if made.as_asked else "",
            remarks=tuple(map(kept_together, made.remarks)),
            sentences=tuple(map(kept_together, made.sentences)),
            figures=tuple(replace(one, change=kept_together(one.change)) for one in made.figures),
            foot=kept_together(made.foot or self.foot(self.database.as_of, self.deck.audience)),
        )

    def foot(self, as_of: AsOf, audience: str) -> str:
        """Source, how fresh the figures are, and how they are protected, in one line."""
        t = self.reader.t
        protection = "council" if audience == COUNCIL else "internal"
        said = (
            t("deck.source_demonstration" if as_of.demonstration else "deck.source_records"),
            t("deck.as_of", until=as_of.data_until),
            t(f"deck.protection_{protection}", mark=self.reader.withheld),
        )
        return " · ".join(said)

    def _title(self) -> MadeSlide:
        t = self.reader.t
        said = [t("deck.sitting" if self.deck.audience == COUNCIL else "deck.internal")]
        return MadeSlide(TITLE, self.title, self.title, subtitle=said[0], alternative=self.title)

    def _method(self) -> MadeSlide:
        t, as_of = self.reader.t, self.database.as_of
        said = [
            t("deck.invented") if as_of.demonstration else t("deck.source_records") + ".",
            as_of_words(self.reader, as_of),
            t("deck.counted"),
            t("deck.missing"),
            t("deck.broken"),
            t("deck.rounded"),
            t("deck.protected", mark=self.reader.withheld) if self.deck.audience == COUNCIL else t("deck.exact"),
        ]
        headline = t("deck.method")
        return MadeSlide(METHOD, headline, headline, sentences=tuple(said), notes="\n".join(said), alternative=headline)

    # ── large figures ──

    def _figures(self, slide: Slide) -> MadeSlide:
        reader = self.reader
        found, remarks, asked = [], [], []
        for address in slide.figures:
            name = address.get("name")
            request, troubles = self._read(address)
            label = reader.t(f"deck.figure_{name}") if name and f"deck.figure_{name}" in reader.t else None
            if is_another(address, request, troubles):
                remarks += [trouble.text(reader) for trouble in troubles]
                continue
            try:
                answered = asking.ask(replace(request, rows=(), column=None), self.database, self.world, self.answer)
            except REFUSED as error:
                remarks.append(f"{label or reader.measure(request.measures[0])}. {error.text(reader.language)}")
                continue
            broken = self._breaks_between([(request, answered)])
            made = key_figure(reader, request, answered, label, bool(broken))
            notes = [note.text(reader.language) for note in answered.notes if note.kind in ON_SLIDE]
            if made.value is None and self.deck.name is None:
                remarks += notes or [reader.t("deck.figure_unknown", name=made.label)]
                continue
            found.append(made)
            asked.append((found[-1].label, request, answered))
            remarks += notes
        remarks += self._breaks_between([(request, answered) for _, request, answered in asked])
        said, year = tuple(dict.fromkeys(remarks)), reader.period(Period.year(self.deck.year))
        headline = reader.t(f"deck.figures_{max(len(found), 1)}", period=year)
        return MadeSlide(
            FIGURES,
            headline,
            headline,
            figures=tuple(found),
            remarks=said if found else (),
            sentences=() if found else said,
            notes=notes_of_figures(reader, headline, found, asked),
            alternative=alternative_of_figures(reader, headline, found),
            as_asked=bool(found),
        )

    # ── a table of the builder ──

    def _read(self, address: Address) -> tuple[Request, tuple[Trouble, ...]]:
        return requested(address, self.deck.year, self.deck.audience, self.world)

    def _table(self, slide: Slide) -> MadeSlide:
        request, troubles = self._read(slide.address)
        said = [trouble.text(self.reader) for trouble in troubles]
        if is_another(slide.address, request, troubles):
            return self._not_made(said)
        try:
            answered = asking.ask(request, self.database, self.world, self.answer)
        except REFUSED as error:
            nearest = getattr(error, "nearest", None)
            if nearest is None:
                return self._not_made([*said, error.text(self.reader.language)])
            request = asked_by(nearest, self.world.vocabulary)
            answered = asking.ask(request, self.database, self.world, self.answer)
            said.append(self.reader.t("deck.replaced"))
            return replace(self.tell(slide, request, answered, said), as_asked=False)
        return self.tell(slide, request, answered, said)

    def _frozen(self, slide: Slide) -> MadeSlide:
        """Figures that were kept, for whomever the deck is: of its year or of another, as they were on their day."""
        t, (request, troubles) = self.reader.t, read(slide.address, self.world)
        if request.audience != COUNCIL == self.deck.audience:
            return self._not_made([t("deck.frozen_internal")])
        try:
            self.require_kept(asking.question_of(request, self.world), not troubles)
            answered = freezing.thawed(slide.frozen, request)
        except (NotAllowed, freezing.Unreadable) as error:
            return self._not_made([error.text(self.reader.language)])
        return self.tell(slide, request, answered, [t("deck.frozen", day=date.fromisoformat(slide.frozen_on))])

    def _not_made(self, said: Sequence[str]) -> MadeSlide:
        headline = self.reader.t("deck.not_made")
        notes = "\n".join(said)
        return MadeSlide(
            TABLE, headline, headline, sentences=tuple(said), notes=notes, alternative=headline, as_asked=False
        )

    def tell(self, slide: Slide, request: Request, answered: Answered, said: Sequence[str] = ()) -> MadeSlide:
        """A slide of an answered request; `said` are sentences about it that are known already."""
        reader = self.reader
        picture = charting.drawn(reader, request, answered, slide.chart)
        chart = charting.chart_of(reader, picture)
        headline = headlines.headline(reader, picture.request, picture.answered, picture.kind == MOVERS)
        full = making.make(reader, replace(request, top=None), answered)
        wanted = (slide.table or chart is None) and not (full.table.empty or full.table.unknown)
        small = small_table(reader, request, answered, picture.code if chart else None) if wanted else None
        sentences = () if chart or small else (_nothing(reader, picture, full.table),)
        remarks = [*said, *(picture.remarks if chart else ()), *_remarks(reader, chart, answered.notes)]
        remarks += [] if slide.frozen else self._breaks_between([(request, answered)])
        remarks += wording.filtered(reader, request)
        audience = request.audience if slide.frozen else self.deck.audience
        return MadeSlide(
            TABLE,
            headline,
            headline,
            chart=chart,
            table=small,
            sentences=sentences,
            remarks=tuple(dict.fromkeys(remarks)),
            foot=self.foot(answered.as_of, audience),
            notes=notes_of_table(reader, request, answered, full, headline),
            alternative=alternative_of(reader, headline, chart, small),
            full=full.table,
            address=address_of(replace(request, audience=audience)),
        )

    def _breaks_between(self, asked: Sequence[tuple[Request, Answered]]) -> list[str]:
        """The breaks between years that are compared: a series of the two years says them."""
        found: dict[Note, None] = {}
        for request, answered in asked:
            before, now = answered.before, answered.period
            if before is None or before.grain != "year" or now.grain != "year":
                continue
            question = Question.of(
                request.measures,
                Period(before.start, now.end),
                by="year",
                audience=self.deck.audience,
                ages="each_year",
            )
            try:
                notes = self.answer(question).notes
            except REFUSED:
                continue
            found |= {note: None for note in notes if note.kind == "break"}
        said = sorted(found, key=lambda note: note.param("day"))
        texts = dict.fromkeys(note.param(f"reason_{self.reader.language}") for note in said)
        return [self.reader.t("deck.breaks_between", what="; ".join(texts))] if texts else []


def kept_together(text: str) -> str:
    """A text whose years and parts of years stay on one line with their numbers."""
    return _PARTED.sub(NO_BREAK_SPACE, text)


def requested(address: Address, year: int, audience: str, world: World) -> tuple[Request, tuple[Trouble, ...]]:
    """What an address of a slide asks for, and what of it was not understood; the name of a figure is not asked."""
    asked = {key: text for key, text in address.items() if key != "name"}
    return read({**of_year(asked, year), AUDIENCE: audience}, world)


def is_another(address: Address, request: Request, troubles: Sequence[Trouble]) -> bool:
    """Whether an address was understood as a table of something else than was asked for: of other measures, of other
    days, or without one of its filters, which a headline may name."""
    asked = {code.strip() for code in address.get("m", "").split(",")}
    filters = address.keys() & dimensions().keys()
    return (
        not asked >= set(request.measures)
        or any(trouble.key in NO_PERIOD for trouble in troubles)
        or not filters <= dict(request.where).keys()
    )


def key_figure(
    reader: Reader, request: Request, answered: Answered, label: str | None, broken: bool = False
) -> KeyFigure:
    """One large figure: that over everything of a request; `broken`: its series is, between it and the one before."""
    told = headlines.Told(reader, replace(request, rows=(), column=None, measures=request.measures[:1]), answered)
    value, unit = told.total(), measure(told.code).unit
    name = label or wording.joined(
        reader, [reader.measure(told.code), *([said] if (said := wording.filters(reader, request.where)) else [])]
    )
    change = headlines.changed_of(told, broken) if request.compare and is_number(value) else ""
    return KeyFigure(
        name, told.code, charting.plain(value), charting.written(reader, unit, value), change, address_of(request)
    )


def _nothing(reader: Reader, picture: charting.Drawn, table: Table) -> str:
    """Why there is no picture."""
    if table.withheld:
        return reader.t("deck.withheld", mark=reader.withheld)
    known = headlines.Told(reader, picture.request, picture.answered).total() is not None
    return reader.t("deck.nothing" if known else "deck.unknown")


def small_table(reader: Reader, request: Request, answered: Answered, drawn: str | None = None) -> SmallTable:
    """The table as it fits on a slide: its first rows, of time its last ones, and its first columns.

    Of several measures that which is `drawn` beside it is left out.
    """
    timed = bool(request.rows) and is_time(request.rows[0])
    rows = request.rows[:1]
    of = charting.counted_over(answered, request.rows[1:])
    top = request.top
    if rows and not timed and not top and len(set(of.frame[rows[0]])) > MOST_ROWS + 1:
        top = FIRST_ROWS
    found = making.make(reader, replace(request, rows=rows, top=top), of)
    made, refs = found.table, [field.ref.partition(".")[0] for field in found.fields]
    kept = [place for place, ref in enumerate(refs) if ref != drawn or set(refs) == {drawn}][:MOST_FIGURES]
    parts, totals = ([row for row in made.rows if row.total is total] for total in (False, True))
    return SmallTable(
        made.corner,
        tuple(made.columns[place].name for place in kept),
        tuple(
            SmallRow(row.name.strip(), _cells(reader, made, row, kept), row.total)
            for row in (*(parts[-MOST_ROWS:] if timed else parts), *totals)
        ),
    )


def _cells(reader: Reader, table: Table, row: Row, kept: Sequence[int]) -> tuple[str, ...]:
    return tuple(
        charting.written(reader, Table.unit(row, column), figure, column.change)
        for column, figure in ((table.columns[place], row.figures[place]) for place in kept)
    )


def _remarks(reader: Reader, chart: Chart | None, notes: Sequence[Note]) -> list[str]:
    """What has to be said under a chart: its breaks by their numbers, points that are no figures, what is missing."""
    found = []
    if chart and chart.breaks:
        said = "; ".join(reader.t("deck.break", number=one.number, text=one.text) for one in chart.breaks)
        found.append(reader.t("deck.breaks", what=said))
    if chart:
        found += _points(reader, chart)
    return [*found, *(note.text(reader.language) for note in notes if note.kind in ON_SLIDE)]


def _points(reader: Reader, chart: Chart) -> list[str]:
    """Points without a figure, where the categories themselves do not say so."""
    found: dict[str, list[str]] = {}
    named = () if chart.kind == LINES else without_figures(chart)
    for series in chart.series:
        for place, (category, label) in enumerate(zip(chart.categories, series.labels, strict=True)):
            if place not in named and not is_number(series.values[place]):
                found.setdefault(label, []).append(f"{category} ({series.name})")
    return [reader.t("deck.point", name=label, what=", ".join(places)) for label, places in found.items()]
