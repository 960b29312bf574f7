"""Makes the report of a year: the outline filled with figures, in sentences and tables."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, timedelta
from zoneinfo import ZoneInfo

from data_access.answer import WITHHELD
from data_access.database import Database
from data_access.errors import NoRecordsOfYear, NotForCouncil
from data_access.measures import measure
from data_access.period import Period
from data_access.question import COUNCIL, Question
from data_access.report.asking import all_figures, cells_of, questions_of, years_of
from data_access.report.model import BODY, BULLET, NOTE, Block, Heading, Placed, Report, Row, Table, Text
from data_access.report.outline import (
    BULLETED,
    FREE,
    TABLED,
    THRESHOLD,
    Chapter,
    Item,
    Line,
    TableOutline,
    outline,
    reasons,
    thresholds,
)
from data_access.report.own_checks import own_checks
from data_access.report.words import LANGUAGE, Shown, kept_together, words
from data_access.together import Figure, Progress, no_progress

_LOCAL_TIME = ZoneInfo("Europe/Riga")
_NOTES = ("gap", "break", "not_loaded", "not_yet", "days_missing", "period_not_over")


def make_report(database: Database, year: int, audience: str = COUNCIL, progress: Progress = no_progress) -> Report:
    """The report of a year; `progress` hears how many of its questions are answered, and of how many.

    Raises NoRecordsOfYear, NotForCouncil for a year that is not over, and what `Database.ask` raises.
    """
    if year not in database.years:
        raise NoRecordsOfYear(year=str(year))
    if audience == COUNCIL and Period.year(year).last_day > database.as_of.data_until:
        raise NotForCouncil("unfinished")
    first_year = min(database.years)
    chapters = outline().chapters
    asked = [question for chapter in chapters for question in questions_of(chapter, year, audience, first_year)]
    teller = _Teller(database, year, audience, first_year, all_figures(database, asked, progress))
    blocks = tuple(block for chapter in chapters for block in teller.chapter(chapter))
    t, as_of = words(), database.as_of
    loaded = as_of.loaded_at.replace(tzinfo=UTC).astimezone(_LOCAL_TIME)
    source = "source_demonstration" if as_of.demonstration else "source_records"
    said = [t("report.said.council" if audience == COUNCIL else "report.said.internal")]
    about = [
        t("report.said.council_more" if audience == COUNCIL else "report.said.internal_more", mark=t("words.withheld"))
    ]
    if as_of.demonstration:
        said.insert(0, t("report.said.demonstration"))
        about.insert(0, t("report.said.demonstration_more"))
    return Report(
        year=year,
        audience=audience,
        demonstration=as_of.demonstration,
        title=t("report.title", year=str(year)),
        said=(*said, t(f"report.said.{source}"), t("report.said.as_of", until=as_of.data_until, loaded=loaded)),
        about=(*about, t("report.said.counted"), t("report.said.whose")),
        blocks=blocks,
        checks=tuple(own_checks(outline().relations, teller.named, blocks)),
    )


@dataclass
class _Teller:
    """Tells chapter after chapter; tables are numbered as they come."""

    database: Database
    year: int
    audience: str
    first_year: int
    figures: Mapping[Question, Figure]

    def __post_init__(self):
        self.numbered = 0
        self.named: dict[tuple[str, str], Placed] = {}
        self.years = {"year": str(self.year), "last_year": str(self.year - 1)}

    def chapter(self, chapter: Chapter) -> list[Block]:
        """A chapter: what can be said and shown, and a sentence about what cannot."""
        t = words()
        for name, asked in chapter.figures.items():
            self.named[chapter.code, name] = self.placed(asked.question(self.year, self.audience))
        found, left_out = [], set()
        for place, item in enumerate(chapter.body):
            if item.kind == TABLED:
                found += [self.table(chapter.tables[name]) for name in item.names]
            elif item.kind == THRESHOLD:
                found += [Text(BODY, self.threshold(rule)) for rule in item.names]
            else:
                found += self.text(chapter, item, left_out)
            if self.leads_to_nothing(chapter.body[: place + 1], chapter.body[place + 1 : place + 2], found):
                found.pop()
        blocks = [Heading(chapter.level, t(f"report.titles.{chapter.code}"), chapter.code), *_punctuated(found)]
        has_figures = any(isinstance(one, Table) or (isinstance(one, Text) and one.figures) for one in found)
        if chapter.figures and not has_figures and left_out:
            key = "nothing_shown" if left_out == {WITHHELD} else "nothing_known"
            blocks.append(Text(NOTE, t(f"report.said.{key}", year=str(self.year))))
        else:
            if None in left_out:
                blocks.append(Text(NOTE, t("report.said.not_published", year=str(self.year))))
            if WITHHELD in left_out:
                blocks.append(Text(NOTE, t("report.said.some_not_shown")))
        missing = dict.fromkeys(reasons()[name] for name in chapter.lacking)
        return [*blocks, *([Text(NOTE, kept_together(" ".join(missing)))] if missing else [])]

    @staticmethod
    def leads_to_nothing(told: Sequence[Item], following: Sequence[Item], found: Sequence[Block]) -> bool:
        """Whether bullets have ended of which none is left, after a paragraph that only led to them."""
        bullets_end = told[-1].kind == BULLETED and not (following and following[0].kind == BULLETED)
        last = found[-1] if found else None
        return bullets_end and isinstance(last, Text) and last.style == BODY and not last.figures

    def placed(self, question: Question) -> Placed:
        return Placed(question, Shown(self.figures[question].value, measure(question.measures[0]).unit))

    def text(self, chapter: Chapter, item: Item, left_out: set) -> list[Text]:
        """A paragraph or a bullet without the sentences that have nothing to say; why they are left out is noted."""
        t, sentences, stand = words(), [], []
        for name in item.names:
            key = f"report.say.{name}"
            figures = {one: self.named[chapter.code, one] for one in t.placeholders(key) if one not in FREE}
            values = [placed.shown.value for placed in figures.values()]
            if None in values:
                left_out.add(None)
            elif values and all(value is WITHHELD for value in values):
                left_out.add(WITHHELD)
            else:
                shown = {one: placed.shown for one, placed in figures.items()}
                sentences.append(t(key, **shown, **self.years))
                stand += figures.values()
        style = BULLET if item.kind == BULLETED else BODY
        return [Text(style, ". ".join(sentences), tuple(stand))] if sentences else []

    def threshold(self, rule: str) -> str:
        """The thresholds that came into force in the year, or that none is known."""
        t = words()
        known = [one for one in thresholds()[rule] if one.valid_from.year == self.year]
        if not known:
            return t(f"report.no_rules.{rule}", year=str(self.year))
        said = [
            t(
                f"report.rules.{rule}",
                day=one.valid_from,
                first_person=Shown(one.first_person, "cents"),
                other_persons=Shown(one.other_persons, "cents"),
            )
            for one in known
        ]
        first = known[0].valid_from
        if first > date(self.year, 1, 1):
            said[-1] += "; " + t("report.said.no_threshold_before", day=first - timedelta(days=1))
        return ". ".join(said)

    def table(self, table: TableOutline) -> Table | Text:
        """A table, or a sentence where it would have no figure."""
        t = words()
        caption = t(f"report.captions.{table.code}", **self.years)
        asked = cells_of(table, self.year, self.audience, self.first_year)
        years = years_of(table, self.year, self.first_year)
        cells = [[self.placed(question) for question in row] for row in asked]
        values = [placed.shown.value for row in cells for placed in row]
        if all(not isinstance(value, int) for value in values):
            key = "table_not_known" if None in values else "table_not_shown"
            return Text(NOTE, t(f"report.said.{key}", caption=caption))
        labels = [(str(year), False) for year in years] or [(self.label(row), row.total) for row in table.rows]
        self.numbered += 1
        return Table(
            code=table.code,
            number=self.numbered,
            caption=caption,
            corner=t(f"report.corners.{table.code}"),
            columns=tuple(self.label(column) for column in table.columns),
            totals=tuple(place for place, column in enumerate(table.columns) if column.total),
            rows=tuple(Row(label, tuple(row), total) for (label, total), row in zip(labels, cells, strict=True)),
            notes=tuple(self.notes(question for row in asked for question in row)),
            chart=table.chart,
        )

    def label(self, line: Line) -> str:
        values = dict(line.asked.where).get(line.label)
        if values:
            return self.database.vocabulary.label(line.label, values[0], LANGUAGE)
        return words()(f"report.labels.{line.label}", **self.years)

    def notes(self, questions: Iterable[Question]) -> list[str]:
        """What has to be said of the figures of a table: gaps, breaks within its years, days that are not loaded."""
        found, questions = {}, list(questions)
        unknown = {q.measures[0] for q in questions if self.figures[q].value is None}
        first, last = min(q.period.start for q in questions), max(q.period.end for q in questions)
        one_year = len({q.period for q in questions}) == 1
        for question in questions:
            for note in self.figures[question].notes:
                if note.kind == "break" and (one_year or not first < note.param("day") < last):
                    continue
                if note.kind == "gap" and note.param("measure") not in unknown:
                    continue
                if note.kind in _NOTES:
                    found[kept_together(note.text(LANGUAGE))] = None
        return list(found)


def _punctuated(blocks: list[Block]) -> list[Block]:
    """Sentences with the mark that what follows them asks for: a colon before bullets, semicolons between them."""
    found = []
    for place, block in enumerate(blocks):
        if isinstance(block, Text) and block.style != NOTE:
            after = blocks[place + 1] if place + 1 < len(blocks) else None
            bullets_follow = isinstance(after, Text) and after.style == BULLET
            mark = (";" if block.style == BULLET else ":") if bullets_follow else "."
            text = block.text if block.text.endswith(".") and mark == "." else block.text + mark
            block = Text(block.style, text, block.figures)
        found.append(block)
    return found
