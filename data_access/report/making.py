"""Makes the report of a year: the outline filled with figures, in sentences and tables."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC
from zoneinfo import ZoneInfo

from data_access.answer import WITHHELD
from data_access.database import Database
from data_access.errors import NoRecordsOfYear, NotForCouncil
from data_access.measures import measure
from data_access.period import Period
from data_access.question import COUNCIL, INTERNAL, Question
from data_access.report.asking import all_figures, cells_of, questions_of, years_of
from data_access.report.breaks import concerned
from data_access.report.model import BODY, BULLET, NESTED, NOTE, Block, Heading, Placed, Report, Row, Sum, Table, Text
from data_access.report.outline import (
    ALWAYS,
    BULLETED,
    IF_ANY,
    LEANING,
    PARAGRAPH,
    TABLED,
    THRESHOLD,
    WITHOUT,
    Chapter,
    Item,
    Line,
    TableOutline,
    outline,
    reasons,
)
from data_access.report.outline import (
    NESTED as NESTED_ITEM,
)
from data_access.report.own_checks import own_checks, stands_once
from data_access.report.rules import thresholds_of, thresholds_unknown
from data_access.report.words import LANGUAGE, Shown, kept_together, words
from data_access.together import Figure, Progress, no_progress

_LOCAL_TIME = ZoneInfo("Europe/Riga")
_NOTES = ("gap", "not_loaded", "not_yet", "days_missing", "period_not_over")
_FEWEST = 2  # figures of a table of which others are withheld


def make_report(database: Database, year: int, audience: str = COUNCIL, progress: Progress = no_progress) -> Report:
    """The report of a year; `progress` hears how many of its questions are answered, and of how many.

    Raises NoRecordsOfYear, NotForCouncil for a year that is not over, and what `Database.ask` raises.
    """
    if year not in database.years:
        raise NoRecordsOfYear(year=str(year))
    if audience == COUNCIL and Period.year(year).last_day > database.as_of.data_until:
        raise NotForCouncil("unfinished")
    teller = _told(database, year, audience, progress)
    exact = teller if audience == INTERNAL else _told(database, year, INTERNAL, no_progress)
    checks = own_checks(outline().relations, exact.named, exact.blocks, teller.may_show)
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
        blocks=tuple(teller.blocks),
        checks=(*checks, stands_once(teller.blocks)),
    )


def _told(database: Database, year: int, audience: str, progress: Progress) -> "_Teller":
    """The whole outline told for an audience."""
    first_year, chapters = min(database.years), outline().chapters
    asked = [question for chapter in chapters for question in questions_of(chapter, year, audience, first_year)]
    with database.protecting(asked):
        figures = all_figures(database, asked, progress)
    teller = _Teller(database, year, audience, first_year, figures)
    for chapter in chapters:
        teller.blocks += teller.chapter(chapter)
    return teller


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
        self.leading = self.stands = True  # whether the last paragraph's last sentence stands, and the last one at all
        self.blocks: list[Block] = []
        self.thresholds_told = False
        self.named: dict[tuple[str, str], Placed] = {}
        self.years = {"year": str(self.year), "last_year": str(self.year - 1)}

    def chapter(self, chapter: Chapter) -> list[Block]:
        """A chapter: what can be said and shown, and a sentence about what cannot."""
        t = words()
        if chapter.listed:
            [reason] = (reasons()[name] for name in chapter.lacking)
            title = t(f"report.titles.{chapter.code}")
            return [Text(BULLET, t("report.said.listed", title=title, reason=kept_together(reason)), code=chapter.code)]
        for name, asked in chapter.figures.items():
            self.named[chapter.code, name] = self.placed(asked.question(self.year, self.audience))
        found, left_out = [], set()
        for place, item in enumerate(chapter.body):
            if item.kind == TABLED:
                found += [self.table(chapter.tables[name]) for name in item.names]
                self.stands = isinstance(found[-1], Table)
            elif item.kind == THRESHOLD:
                found += self.thresholds(item.names)
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
        blocks += self.breaks_of([one for one in found if isinstance(one, Table)])
        missing = dict.fromkeys(reasons()[name] for name in chapter.lacking)
        return [*blocks, *([Text(NOTE, kept_together(" ".join(missing)))] if missing else [])]

    @staticmethod
    def leads_to_nothing(told: Sequence[Item], following: Sequence[Item], found: Sequence[Block]) -> bool:
        """Whether bullets have ended of which none is left, after a paragraph that only led to them."""
        bullets_end = told[-1].kind in _POINTS and not (following and following[0].kind in _POINTS)
        last = found[-1] if found else None
        return bullets_end and isinstance(last, Text) and last.style == BODY and not last.figures

    def placed(self, question: Question) -> Placed:
        value, unit = self.figures[question].value, measure(question.measures[0]).unit
        whole = unit == "cents" and isinstance(value, int) and value % 100 == 0
        return Placed(question, Shown(value, unit, whole=whole and outline().whole_euros(question)))

    def may_show(self, question: Question) -> bool:
        """Whether a figure is shown to the audience, wherever it stands."""
        return self.figures[replace(question, audience=self.audience)].value is not WITHHELD

    def text(self, chapter: Chapter, item: Item, left_out: set) -> list[Text]:
        """A paragraph or a bullet without the sentences that have nothing to say; why they are left out is noted."""
        sentences, stand = [], []
        for place, name in enumerate(item.names):
            leans = self.leading if item.kind in _POINTS and place == 0 else self.stands
            if (item.kind in _POINTS or name.startswith(LEANING)) and not leans:
                continue
            said = self.sentence(chapter, f"report.say.{name.removeprefix(LEANING)}", left_out)
            self.stands = said is not None
            if said and said.text:
                sentences.append(said.text)
                stand += said.figures
        if item.kind == PARAGRAPH:
            self.leading = self.stands
        style = _POINTS.get(item.kind, BODY)
        return [Text(style, ". ".join(sentences), tuple(stand))] if sentences else []

    def sentence(self, chapter: Chapter, key: str, left_out: set) -> Text | None:
        """A text with its figures, and with what it may say besides; None if one of its own cannot be told."""
        t = words()
        figures = {one: self.named[chapter.code, one] for one in t.figures(key)}
        values = [placed.shown.value for placed in figures.values()]
        untold = {value for value in values if not isinstance(value, int)}
        if untold:
            left_out |= {None} if None in untold else {WITHHELD}
            return None
        besides, stand = {}, list(figures.values())
        for name, forms in t.optional(key).items():
            besides[name] = ""
            said = self.besides(chapter, forms, left_out)
            if said:
                besides[name] = said.text
                stand += said.figures
        shown = {one: placed.shown for one, placed in figures.items()}
        return Text(BODY, t(key, **shown, **besides, **self.years), tuple(stand))

    def besides(self, chapter: Chapter, forms: Mapping[str, str], left_out: set) -> Text | None:
        """What a sentence says besides, in the form that its figures ask for."""
        whole = forms.get(ALWAYS) or forms[IF_ANY]
        values = {one: self.named[chapter.code, one].shown.value for one in words().figures(whole)}
        nothing = [one for one, value in values.items() if value == 0]
        if IF_ANY in forms and len(nothing) == len(values):
            return None
        without = [forms[f"{WITHOUT}{one}"] for one in nothing if f"{WITHOUT}{one}" in forms]
        if without and len(nothing) == len(values):
            return None
        if without and all(isinstance(value, int) for value in values.values()):
            return self.sentence(chapter, without[0], left_out)
        return self.sentence(chapter, whole, left_out)

    def thresholds(self, rules: Sequence[str]) -> list[Text]:
        """The thresholds that came into force in the year; once in the report, which are not known."""
        said = [known for known in (thresholds_of(rule, self.year) for rule in rules) if known]
        if not self.thresholds_told:
            items = [item for chapter in outline().chapters for item in chapter.body if item.kind == THRESHOLD]
            said += thresholds_unknown(list(dict.fromkeys(name for item in items for name in item.names)), self.year)
            self.thresholds_told = True
        return [Text(BODY, text) for text in said]

    def table(self, table: TableOutline) -> Table | Text:
        """A table, or a sentence where it would have hardly a figure."""
        t = words()
        caption = t(f"report.captions.{table.code}", **self.years)
        asked = cells_of(table, self.year, self.audience, self.first_year)
        years = years_of(table, self.year, self.first_year)
        cells = [[self.placed(question) for question in row] for row in asked]
        labels = [(str(year), False) for year in years] or [(self.label(row), row.total) for row in table.rows]
        names = [self.label(column) for column in table.columns]
        if_any = [row.only_if_any for row in table.rows] or [False] * len(years)
        across = list(zip(*cells, strict=True))
        rows = [place for place, line in enumerate(cells) if _stays(line, if_any[place])]
        columns = [place for place, line in enumerate(across) if _stays(line, table.columns[place].only_if_any)]
        values = [cells[row][column].shown.value for row in rows for column in columns]
        known = sum(isinstance(value, int) for value in values)
        if not known:
            key = "table_not_known" if None in values else "table_not_shown"
            return Text(NOTE, t(f"report.said.{key}", caption=caption))
        hidden = any(placed.shown.value is WITHHELD for row in cells for placed in row)
        if hidden and known < _FEWEST:
            [(row, column)] = [
                (row, column) for row in rows for column in columns if isinstance(cells[row][column].shown.value, int)
            ]
            left, label = cells[row][column], labels[row][0]
            said = t("report.said.table_of_one", caption=caption, label=label, figure=left.shown)
            return Text(NOTE, said, (left,))
        self.numbered += 1
        gone = any(map(_all_withheld, [*cells, *across]))
        questions = [question for row in asked for question in row]
        left_out = [t("report.said.lines_left_out")] if gone and (table.row_sums or table.column_sums) else []
        return Table(
            code=table.code,
            number=self.numbered,
            caption=caption,
            corner=t(f"report.corners.{table.code}"),
            columns=tuple(names[place] for place in columns),
            rows=tuple(
                Row(labels[place][0], tuple(cells[place][column] for column in columns), labels[place][1])
                for place in rows
            ),
            notes=(*left_out, *self.whole_euros(cells), *self.notes(questions)),
            breaks=tuple(self.breaks(questions)),
            chart=table.chart,
            sums=tuple(self.sums(table, [label for label, _ in labels], names, cells)),
        )

    @staticmethod
    def sums(table: TableOutline, rows: list[str], columns: list[str], cells: list[list[Placed]]) -> Iterator[Sum]:
        """What has to add up in a table: in each column some of its rows, in each row some of its columns."""
        t, across = words(), list(zip(*cells, strict=True))
        if_any = [bool(table.rows) and table.rows[place].only_if_any for place in range(len(cells))]
        stay = [_stays(line, if_any[place]) for place, line in enumerate(cells)]
        across_stay = [_stays(line, table.columns[place].only_if_any) for place, line in enumerate(across)]

        def said(kind: str, labels: list[str], stay: list[bool], whole: int, parts: Sequence[int]) -> str:
            if {whole, *parts} == set(range(len(labels))):
                return t(f"report.checks.table_{kind}", whole=labels[whole])
            named = " + ".join(f"„{labels[part]}”" for part in parts if stay[part])
            return t("report.checks.table_some", parts=named, whole=labels[whole])

        for whole, parts in table.row_sums:
            name = said("row", rows, stay, whole, parts)
            for place, figures in enumerate(across):
                if not table.columns[place].only_if_any:
                    additive = measure(figures[whole].question.measures[0]).additive
                    where = t("report.checks.column", name=columns[place])
                    summed = tuple(figures[part] for part in parts)
                    yield Sum(name, where, True, figures[whole], summed, table.rows_overlap and not additive)
        for whole, parts in table.column_sums:
            name = said("column", columns, across_stay, whole, parts)
            for place, row in enumerate(cells):
                if not if_any[place]:
                    where = t("report.checks.row", name=rows[place])
                    yield Sum(name, where, False, row[whole], tuple(row[part] for part in parts), overlap=False)

    def label(self, line: Line) -> str:
        values = dict(line.asked.where).get(line.label)
        if values:
            return self.database.vocabulary.label(line.label, values[0], LANGUAGE)
        return words()(f"report.labels.{line.label}", **self.years)

    @staticmethod
    def whole_euros(cells: Sequence[Sequence[Placed]]) -> list[str]:
        """Which years of a table are in whole euros, where others are to the cent."""
        years = sorted({p.question.period.start.year for row in cells for p in row if p.shown.whole})
        if not years:
            return []
        one_year = len({placed.question.period for row in cells for placed in row}) == 1
        return [
            words()("report.said.whole_total") if one_year else words()("report.said.whole_euros", last=str(years[-1]))
        ]

    def notes(self, questions: Sequence[Question]) -> list[str]:
        """What has to be said of the figures of a table: gaps, days that are not loaded."""
        found = {}
        unknown = {q.measures[0] for q in questions if self.figures[q].value is None}
        names = {measure(code).name(LANGUAGE) for code in unknown}
        for question in questions:
            for note in self.figures[question].notes:
                if note.kind == "gap" and note.param("measure") not in unknown:
                    continue
                if note.kind in ("not_loaded", "not_yet") and note.param(f"measure_{LANGUAGE}") not in names:
                    continue
                if note.kind in _NOTES:
                    found[kept_together(note.text(LANGUAGE))] = None
        return list(found)

    def breaks(self, questions: Sequence[Question]) -> list[str]:
        """The breaks within the years of a table that concern what it counts."""
        found = {}
        first, last = min(q.period.start for q in questions), max(q.period.end for q in questions)
        if len({q.period for q in questions}) == 1:
            return []
        events = {(event.first_day, event.text_lv): event for event in self.database.series_events}
        for question in questions:
            for note in self.figures[question].notes:
                if note.kind != "break" or not first < note.param("day") < last:
                    continue
                event = events.get((note.param("day"), note.param("reason_lv")))
                if event is None or concerned(event, questions, outline().concerns):
                    found[kept_together(note.text(LANGUAGE))] = note.param("day")
        return sorted(found, key=found.get)

    @staticmethod
    def breaks_of(tables: Sequence[Table]) -> list[Text]:
        """Each break of a chapter once, with the numbers of the tables that it concerns if it is not all of them."""
        found: dict[str, list[int]] = {}
        for table in tables:
            for said in table.breaks:
                found.setdefault(said, []).append(table.number)
        everywhere = [table.number for table in tables]
        return [
            Text(NOTE, said if numbers == everywhere else _of_tables(said, numbers)) for said, numbers in found.items()
        ]


def _of_tables(said: str, numbers: Sequence[int]) -> str:
    """A note with the tables that it is about."""
    listed = ", ".join(f"{number}." for number in numbers[:-1])
    tables = f"{listed} un {numbers[-1]}." if listed else f"{numbers[-1]}."
    return words()("report.said.of_tables", said=said.rstrip("."), tables=tables)


def _all_withheld(line: Sequence[Placed]) -> bool:
    return all(placed.shown.value is WITHHELD for placed in line)


def _stays(line: Sequence[Placed], only_if_any: bool) -> bool:
    """Whether a row or a column stands in a table: not if all of it is withheld."""
    if _all_withheld(line):
        return False
    return not only_if_any or any(placed.shown.value not in (0, None) for placed in line)


_POINTS = {BULLETED: BULLET, NESTED_ITEM: NESTED}


def _punctuated(blocks: list[Block]) -> list[Block]:
    """Sentences with the mark that what follows them asks for: a colon before bullets, semicolons between them."""
    found = []
    for place, block in enumerate(blocks):
        if isinstance(block, Text) and block.style != NOTE:
            after = blocks[place + 1] if place + 1 < len(blocks) else None
            follows = after.style if isinstance(after, Text) else None
            if follows not in (BULLET, NESTED):
                mark = "" if block.text.endswith(".") else "."
            elif block.style == BODY:
                mark = ":"
            elif block.style == BULLET and follows == NESTED:
                mark = words()("report.said.of_them") + ":"
            else:
                mark = ";"
            block = Text(block.style, block.text + mark, block.figures)
        found.append(block)
    return found
