"""A made deck as a PowerPoint presentation: native charts and tables, speaker's notes, alternative texts, one template.

Everything is placed by the template's own headline and foot, and letters are chosen so large as there is room.
"""

import io
from collections.abc import Sequence
from copy import deepcopy
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from lxml import etree
from pptx.enum.dml import MSO_LINE_DASH_STYLE, MSO_THEME_COLOR
from pptx.enum.shapes import MSO_CONNECTOR, PP_PLACEHOLDER
from pptx.enum.text import MSO_ANCHOR, MSO_AUTO_SIZE, PP_ALIGN
from pptx.oxml.ns import qn
from pptx.util import Emu, Inches, Pt

from data_access.deck.measuring import LINE, fitting, height, lines, shortened, width
from data_access.deck.model import FIGURES, LINES, METHOD, TITLE, Chart, KeyFigure, MadeDeck, MadeSlide, SmallTable
from data_access.deck.native_chart import Plot, accent, add_chart, ends, heights, name_of, positions
from data_access.deck.template import TITLES, Look, own_template, points, read_template
from data_access.telling.palette import mark

_LANGUAGES = {"lv": "lv-LV", "en": "en-GB"}
_HEADLINE = (30, 28, 26, 24, 22, 20, 18, 16)  # points, the largest first
_COVER = (44, 40, 36, 32, 28)
_SUBTITLE = (24, 20, 18)
_TEXT = (22, 20, 18, 16, 14)
_COMMENT = (20, 18, 16, 14)
_SMALL, _SMALLEST = 13, 11  # points of small print
_NUMBER = 14  # points of the number of a break
_FOOT = (12, 11, 10, 9, 8)
_CELLS = (18, 16, 14, 12)
# Of a card its figure and its words: rather a smaller figure than words that nobody can read from afar.
_CARDS = (
    (44, 18),
    (44, 16),
    (40, 18),
    (40, 16),
    (36, 18),
    (36, 16),
    (32, 16),
    (28, 16),
    (32, 14),
    (28, 14),
    (24, 14),
    (20, 12),
)
_SPACE = Inches(0.15)
_INSET = Inches(0.1)  # between the edge of a text and its letters
_TABLE = 0.44  # of the width, beside a chart
_MOST_SMALL = 5  # lines of small print


@dataclass(frozen=True)
class Box:
    """A place on a slide, in EMU."""

    left: int
    top: int
    width: int
    height: int

    @property
    def bottom(self) -> int:
        return self.top + self.height

    def above(self, tall: int) -> tuple["Box", "Box"]:
        """The box without its lowest part, and that part."""
        tall = min(tall, self.height)
        return (
            Box(self.left, self.top, self.width, self.height - tall),
            Box(self.left, self.bottom - tall, self.width, tall),
        )

    def beside(self, wide: int, between: int) -> tuple["Box", "Box"]:
        """The box without its right part, and that part."""
        return (
            Box(self.left, self.top, self.width - wide - between, self.height),
            Box(self.left + self.width - wide, self.top, wide, self.height),
        )

    @property
    def lengths(self) -> tuple[int, int, int, int]:
        return self.left, self.top, self.width, self.height


def as_pptx(deck: MadeDeck, template: Path | None = None) -> bytes:
    """The presentation. A template gives its layouts, colours and letters; what it shows is left out.

    Raises DeckTemplateUnreadable, DeckTemplateLayouts.
    """
    writer = _Writer(deck, read_template(template) if template else own_template())
    for slide in deck.slides:
        writer.add(slide)
    return writer.content()


class _Writer:
    """Writes slide after slide into one presentation."""

    def __init__(self, deck: MadeDeck, look: Look):
        self.deck, self.look, self.presentation = deck, look, look.presentation
        self.language = _LANGUAGES[deck.language]

    def content(self) -> bytes:
        properties = self.presentation.core_properties
        properties.title, properties.language = self.deck.title, self.language
        properties.subject = self.deck.slides[0].foot if self.deck.slides else ""
        properties.author = properties.last_modified_by = properties.comments = properties.keywords = ""
        properties.created = properties.modified = datetime.now(UTC).replace(tzinfo=None)
        properties.revision = 1
        out = io.BytesIO()
        self.presentation.save(out)
        return out.getvalue()

    def add(self, made: MadeSlide) -> None:
        cover = made.kind == TITLE
        slide = self.presentation.slides.add_slide(self.look.cover if cover else self.look.content)
        self._keep_placeholders(slide, cover)
        self._headline(slide, made, _COVER if cover else _HEADLINE)
        foot = self._foot(slide, made)
        if cover:
            self._cover(slide, made)
        else:
            self._body(slide, made, self._room(slide, foot))
        slide.notes_slide.notes_text_frame.text = made.notes or made.headline
        for element in (slide._element, slide.notes_slide._element):
            self._in_language(element)

    # ── placeholders of the template ──

    def _keep_placeholders(self, slide, cover: bool) -> None:
        """The headline, on the first slide the subtitle; what nobody fills would say „click here”."""
        for shape in list(slide.placeholders):
            kind = shape.placeholder_format.type
            if kind not in TITLES and not (cover and kind == PP_PLACEHOLDER.SUBTITLE):
                shape._element.getparent().remove(shape._element)

    def _headline(self, slide, made: MadeSlide, sizes: Sequence[int]) -> None:
        title = slide.shapes.title
        frame = title.text_frame
        frame.word_wrap = True
        room, tall = points(title.width - 2 * _INSET), points(title.height - _INSET)
        size = fitting(made.headline, sizes, room, tall, bold=True)
        frame.text = made.headline
        frame.paragraphs[0].runs[0].font.size = Pt(size)

    def _of_layout(self, slide, kind) -> object | None:
        return next((one for one in slide.slide_layout.placeholders if one.placeholder_format.type == kind), None)

    def _inherit(self, slide, kind):
        """A placeholder of the layout on a slide, where the layout has it."""
        found = self._of_layout(slide, kind)
        if found is None:
            return None
        element = deepcopy(found._element)
        properties = element.spPr
        for child in list(properties):
            properties.remove(child)
        slide.shapes._spTree.append(element)
        element.nvSpPr.cNvPr.set("id", str(max(int(one.get("id")) for one in slide._element.iter(qn("p:cNvPr"))) + 1))
        return next(one for one in slide.placeholders if one._element is element)

    def _foot(self, slide, made: MadeSlide) -> int:
        """Writes source, as-of and protection; gives the height at which the foot begins."""
        number = self._inherit(slide, PP_PLACEHOLDER.SLIDE_NUMBER)
        if number is not None:
            _number_field(number)
        foot = self._inherit(slide, PP_PLACEHOLDER.FOOTER)
        if foot is None:
            tall = Inches(0.35)
            title = slide.shapes.title
            box = Box(title.left, self.presentation.slide_height - tall - Inches(0.1), title.width, tall)
            foot = _text_box(slide, box, "Foot")
        frame = foot.text_frame
        frame.word_wrap = True
        room = points(foot.width - 2 * _INSET)
        size = fitting(made.foot, _FOOT, room, points(foot.height))
        frame.text = made.foot
        frame.paragraphs[0].runs[0].font.size = Pt(size)
        tops = [foot.top, *([number.top] if number is not None else [])]
        return min(tops)

    def _cover(self, slide, made: MadeSlide) -> None:
        subtitle = next(
            (one for one in slide.placeholders if one.placeholder_format.type == PP_PLACEHOLDER.SUBTITLE), None
        )
        said = "\n".join(part for part in (made.subtitle, made.comment) if part)
        if subtitle is None:
            title = slide.shapes.title
            box = Box(title.left, title.top + title.height + _SPACE, title.width, Inches(0.9))
            subtitle = _text_box(slide, box, "Subtitle")
        size = fitting(said, _SUBTITLE, points(subtitle.width - 2 * _INSET), points(subtitle.height))
        _fill(subtitle.text_frame, said, size)

    def _room(self, slide, foot: int) -> Box:
        title = slide.shapes.title
        top = title.top + title.height + _SPACE
        return Box(title.left, top, title.width, max(foot - _SPACE - top, Inches(1)))

    # ── the body ──

    def _body(self, slide, made: MadeSlide, room: Box) -> None:
        room = self._small_print(slide, made, room)
        if made.comment:
            room = self._comment(slide, made.comment, room)
        if made.kind == FIGURES and made.figures:
            self._figures(slide, made, room)
        elif made.kind == METHOD or made.sentences:
            self._sentences(slide, made, room)
        elif made.chart and made.table:
            left, right = room.beside(int(room.width * _TABLE), _SPACE * 2)
            self._chart(slide, made, made.chart, left)
            self._table(slide, made, made.table, right)
        elif made.chart:
            self._chart(slide, made, made.chart, room)
        elif made.table:
            self._table(slide, made, made.table, room)

    def _small_print(self, slide, made: MadeSlide, room: Box) -> Box:
        """What has to be said under a chart, at the foot of the body; gives what is left above it."""
        if not made.remarks or made.sentences:
            return room
        wide = points(room.width - 2 * _INSET)
        said = list(made.remarks)
        size = next((size for size in (_SMALL, 12, _SMALLEST) if _count(said, size, wide) <= _MOST_SMALL), _SMALLEST)
        if _count(said, size, wide) > _MOST_SMALL:
            said = [shortened(" ".join(said), size, wide, _MOST_SMALL)]
        tall = Pt(_count(said, size, wide) * size * LINE) + _INSET
        above, box = room.above(int(tall))
        shape = _text_box(slide, box, "Notes")
        _fill(shape.text_frame, "\n".join(said), size, MSO_ANCHOR.BOTTOM)
        return Box(above.left, above.top, above.width, max(above.height - _SPACE, 1))

    def _comment(self, slide, text: str, room: Box) -> Box:
        wide = points(room.width - 2 * _INSET)
        size = fitting(text, _COMMENT, wide, points(room.height) * 0.25)
        above, box = room.above(int(Pt(height(text, size, wide)) + _INSET * 2))
        shape = _text_box(slide, box, "Comment")
        _fill(shape.text_frame, text, size, MSO_ANCHOR.MIDDLE)
        return Box(above.left, above.top, above.width, max(above.height - _SPACE, 1))

    def _sentences(self, slide, made: MadeSlide, room: Box) -> None:
        """Sentences as a list, in letters as large as there is room for."""
        said = list(made.sentences) + [text for text in made.remarks if text not in made.sentences]
        wide, tall = points(room.width - 2 * _INSET) - 18, points(room.height - _INSET)

        def needs(size: int) -> float:
            return sum(height(text, size, wide) + size * 0.5 for text in said)

        size = next((size for size in _TEXT if needs(size) <= tall), 12)
        shape = _text_box(slide, room, "Text")
        _fill(shape.text_frame, "\n".join(said), size, MSO_ANCHOR.TOP, bullets=len(said) > 1)

    def _figures(self, slide, made: MadeSlide, room: Box) -> None:
        """Large figures as cards in rows of three."""
        across = min(len(made.figures), 3)
        down = -(-len(made.figures) // across)
        wide = (room.width - (across - 1) * _SPACE) // across
        tall = (room.height - (down - 1) * _SPACE) // down
        inner, rest = points(wide - 3 * _INSET), points(tall - 2 * _INSET)
        figure, label = next(
            (pair for pair in _CARDS if all(_fits(one, *pair, inner, rest) for one in made.figures)), _CARDS[-1]
        )
        for place, one in enumerate(made.figures):
            row, column = divmod(place, across)
            box = Box(room.left + column * (wide + _SPACE), room.top + row * (tall + _SPACE), wide, tall)
            self._card(slide, one, box, figure, label)

    def _card(self, slide, one: KeyFigure, box: Box, figure: int, label: int) -> None:
        card = _text_box(slide, box, one.label)
        card.fill.solid()
        card.fill.fore_color.theme_color = MSO_THEME_COLOR.BACKGROUND_2
        frame = card.text_frame
        frame.vertical_anchor = MSO_ANCHOR.MIDDLE
        frame.margin_left = frame.margin_right = int(_INSET * 1.5)
        said = [(one.label, label, False, MSO_THEME_COLOR.TEXT_1), (one.written, figure, True, MSO_THEME_COLOR.TEXT_2)]
        if one.change:
            said.append((one.change, label, False, MSO_THEME_COLOR.TEXT_1))
        for place, (text, size, bold, colour) in enumerate(said):
            paragraph = frame.paragraphs[0] if place == 0 else frame.add_paragraph()
            paragraph.alignment = PP_ALIGN.LEFT
            run = paragraph.add_run()
            run.text = text
            run.font.size, run.font.bold = Pt(size), bold
            run.font.color.theme_color = colour

    # ── charts and tables ──

    def _chart(self, slide, made: MadeSlide, chart: Chart, box: Box) -> None:
        frame, plot = add_chart(slide.shapes, chart, box.lengths, self.deck.language)
        _describe(frame, made.headline, made.alternative)
        self._in_language(frame.chart._chartSpace)
        if chart.kind == LINES:
            self._breaks(slide, chart, box, plot)
            self._line_names(slide, chart, box, plot)

    def _line_names(self, slide, chart: Chart, box: Box, plot: Plot) -> None:
        """The names of several lines behind their ends, in their colours, one below the other."""
        if len(chart.series) < 2:
            return
        left = box.left + int(box.width * (plot.left + plot.wide)) + Pt(4)
        wide = box.left + box.width - left
        shown = ends(chart, plot, points(box.height))
        at = heights(chart, plot)
        order = sorted(range(len(chart.series)), key=lambda number: at[number])
        texts = [lines(name_of(chart, number, shown), plot.size, points(wide), True) for number in order]
        talls = [len(text) * plot.size * LINE for text in texts]
        middles = [points(box.height) * at[number] for number in order]
        tops = _apart([middle - tall / 2 for middle, tall in zip(middles, talls, strict=True)], talls)
        for number, text, top, tall in zip(order, texts, tops, talls, strict=True):
            series = chart.series[number]
            place = Box(left, box.top + int(Pt(top)), wide, int(Pt(tall)))
            shape = _text_box(slide, place, f"Line: {series.name}")
            _tight(shape.text_frame)
            _fill(shape.text_frame, "\n".join(text), plot.size, MSO_ANCHOR.MIDDLE)
            for paragraph in shape.text_frame.paragraphs:
                paragraph.runs[0].font.bold = True
                paragraph.runs[0].font.color.theme_color = accent(mark(*series.look))

    def _breaks(self, slide, chart: Chart, box: Box, plot: Plot) -> None:
        """Uprights where a series is broken, with the numbers under which the small print explains them."""
        across = positions(chart, plot)
        top, bottom = box.top + int(box.height * plot.top), box.top + int(box.height * (plot.top + plot.tall))
        for place in dict.fromkeys(one.place for one in chart.breaks):
            here = [one for one in chart.breaks if one.place == place]
            # Between the last figure before the break and the first one after it.
            middle = box.left + int(box.width * (across[place] - plot.wide / len(across) / 2))
            line = slide.shapes.add_connector(MSO_CONNECTOR.STRAIGHT, middle, top, middle, bottom)
            line.line.width = Pt(1.5)
            line.line.color.theme_color = MSO_THEME_COLOR.ACCENT_6
            line.line.dash_style = MSO_LINE_DASH_STYLE.DASH
            said = ", ".join(str(one.number) for one in here)
            _describe(line, f"Break {said}", "; ".join(one.text for one in here))
            wide = Pt(width(said, _NUMBER, True)) + 2 * Pt(3)
            number = _text_box(slide, Box(middle - wide // 2, top - Pt(20), wide, Pt(20)), f"Number {said}")
            _fill(number.text_frame, said, _NUMBER, MSO_ANCHOR.MIDDLE)
            _tight(number.text_frame)
            paragraph = number.text_frame.paragraphs[0]
            paragraph.alignment = PP_ALIGN.CENTER
            paragraph.runs[0].font.bold = True

    def _table(self, slide, made: MadeSlide, table: SmallTable, box: Box) -> None:
        """A native table, its columns as wide as their words, its letters as large as there is room for."""
        cells = [[table.corner, *table.columns], *([row.name, *row.cells] for row in table.rows)]
        size, widths = _table_layout(cells, points(box.width), points(box.height))
        frame = slide.shapes.add_table(len(cells), len(cells[0]), box.left, box.top, box.width, Pt(1))
        _describe(frame, made.headline, made.alternative if made.chart is None else made.headline)
        grid = frame.table
        grid.horz_banding = False
        for place, wide in enumerate(widths):
            grid.columns[place].width = Pt(wide)
        for number, row in enumerate(cells):
            total = number > 0 and table.rows[number - 1].total
            grid.rows[number].height = Pt(_row_height(row, size, widths, number == 0))
            for place, text in enumerate(row):
                cell = grid.cell(number, place)
                cell.margin_top = cell.margin_bottom = Pt(3)
                cell.vertical_anchor = MSO_ANCHOR.MIDDLE
                _fill(cell.text_frame, text, size)
                paragraph = cell.text_frame.paragraphs[0]
                paragraph.alignment = PP_ALIGN.RIGHT if place else PP_ALIGN.LEFT
                for run in paragraph.runs:
                    run.font.bold = number == 0 or total
        frame.height = sum(row.height for row in grid.rows)

    def _in_language(self, element) -> None:
        """Every run of a slide says in which language it is."""
        for kind in ("a:r", "a:fld", "a:br"):
            for run in element.iter(qn(kind)):
                properties = run.find(qn("a:rPr"))
                if properties is None:
                    properties = etree.Element(qn("a:rPr"))
                    run.insert(0, properties)
                properties.set("lang", self.language)
        for kind in ("a:endParaRPr", "a:defRPr"):
            for properties in element.iter(qn(kind)):
                properties.set("lang", self.language)


def _count(texts: Sequence[str], size: float, wide: float) -> int:
    return sum(len(lines(text, size, wide)) for text in texts)


def _fits(one: KeyFigure, figure: float, label: float, wide: float, tall: float) -> bool:
    """Whether a large figure and its words fit into a card; a number is never broken."""
    words = sum(height(text, label, wide) for text in (one.label, one.change) if text)
    unbroken = all(width(word, figure, True) <= wide for word in one.written.split(" "))
    return unbroken and height(one.written, figure, wide, True) + words <= tall


def _row_height(row: Sequence[str], size: float, widths: Sequence[float], bold: bool) -> float:
    """The height of a row of a table, in points: of its tallest cell, and a little room."""
    return max(height(text, size, wide - 15, bold) for text, wide in zip(row, widths, strict=True)) + 8


def _table_layout(cells: list[list[str]], wide: float, tall: float) -> tuple[int, list[float]]:
    """The size of letters of a table and the widths of its columns: figures as they need, names the rest."""
    for size in _CELLS:
        figures = []
        for place in range(1, len(cells[0])):
            body = max((width(row[place], size, True) for row in cells[1:]), default=0)
            words = max(width(word, size, True) for word in cells[0][place].split(" "))
            figures.append(max(body, words) + 16)
        names = wide - sum(figures)
        longest = max(width(word, size, True) for row in cells for word in row[0].split(" ")) + 16
        widths = [max(names, longest), *figures]
        needs = sum(_row_height(row, size, widths, number == 0) for number, row in enumerate(cells))
        if needs <= tall and sum(widths) <= wide + 0.01:
            break
    return size, widths


def _number_field(shape) -> None:
    """A slide's number, which the program fills in."""
    paragraph = shape.text_frame.paragraphs[0]._p
    if paragraph.find(qn("a:fld")) is None:
        for child in list(paragraph):
            paragraph.remove(child)
        field = etree.SubElement(
            paragraph, qn("a:fld"), {"id": "{B6F15528-21DE-4FAA-801E-634DDDAF4B2B}", "type": "slidenum"}
        )
        etree.SubElement(field, qn("a:rPr"))
        etree.SubElement(field, qn("a:t")).text = "‹#›"


def _text_box(slide, box: Box, name: str):
    shape = slide.shapes.add_textbox(*(Emu(int(one)) for one in box.lengths))
    shape.name = name
    shape.text_frame.auto_size, shape.text_frame.word_wrap = MSO_AUTO_SIZE.NONE, True
    return shape


def _tight(frame) -> None:
    """Letters up to the edges of their box."""
    frame.margin_left = frame.margin_right = frame.margin_top = frame.margin_bottom = 0


def _apart(tops: list[float], talls: list[float]) -> list[float]:
    """Places of texts from top to bottom, moved until none stands on another, as little as possible."""
    found: list[float] = []
    for top, _ in zip(tops, talls, strict=True):
        floor = found[-1] + talls[len(found) - 1] if found else top
        found.append(max(top, floor))
    shift = sum(new - old for new, old in zip(found, tops, strict=True)) / len(tops)
    return [top - shift for top in found]


def _fill(frame, text: str, size: float, anchor=None, bullets: bool = False) -> None:
    """Text into a frame, a paragraph a line."""
    if anchor is not None:
        frame.vertical_anchor = anchor
    for place, line in enumerate(text.split("\n")):
        paragraph = frame.paragraphs[0] if place == 0 else frame.add_paragraph()
        run = paragraph.add_run()
        run.text = line
        run.font.size = Pt(size)
        if bullets:
            _bullet(paragraph, size)


def _bullet(paragraph, size: float) -> None:
    properties = paragraph._p.get_or_add_pPr()
    properties.set("marL", str(int(Pt(18))))
    properties.set("indent", str(-int(Pt(18))))
    space = etree.SubElement(properties, qn("a:spcAft"))
    etree.SubElement(space, qn("a:spcPts"), {"val": str(int(size * 50))})
    etree.SubElement(properties, qn("a:buFont"), {"typeface": "Arial"})
    etree.SubElement(properties, qn("a:buChar"), {"char": "•"})


def _describe(shape, name: str, text: str) -> None:
    """The name and the alternative text of what is no text."""
    properties = next(shape._element.iter(qn("p:cNvPr")))
    properties.set("name", name)
    properties.set("descr", text)
