"""A made deck as a PowerPoint presentation: native charts and tables, speaker's notes, alternative texts, one template.

Everything is placed by the template's own headline and foot, and letters are chosen so large as there is room.
"""

import io
from collections.abc import Sequence
from copy import deepcopy
from datetime import UTC, datetime
from pathlib import Path

from lxml import etree
from pptx.enum.shapes import PP_PLACEHOLDER
from pptx.enum.text import MSO_ANCHOR
from pptx.oxml.ns import qn
from pptx.util import Inches, Pt

from data_access.deck.drawing import add_chart_of, add_figures, add_table_of
from data_access.deck.frames import INSET, SPACE, Box, fill, in_language, text_box
from data_access.deck.measuring import LINE, fitting, height, lines, shortened
from data_access.deck.model import FIGURES, METHOD, TITLE, MadeDeck, MadeSlide
from data_access.deck.template import TITLES, Look, own_template, points, read_template

_LANGUAGES = {"lv": "lv-LV", "en": "en-GB"}
_HEADLINE = (30, 28, 26, 24, 22, 20, 18, 16)  # points, the largest first
_COVER = (44, 40, 36, 32, 28)
_SUBTITLE = (24, 20, 18)
_TEXT = (22, 20, 18, 16, 14)
_COMMENT = (20, 18, 16, 14)
_SMALL = 16  # points of small print
_FOOT = (12, 11, 10, 9, 8)
_TABLE = 0.44  # of the width, beside a chart
_MOST_SMALL, _MOST_BESIDE_FIGURES = 5, 3  # lines of small print; what is cut off stands in the speaker's notes


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
        self.languages = deck.language, self.language

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
        slide.notes_slide.notes_text_frame.text = "\n\n".join([made.notes or made.headline, *_not_in(made)])
        for element in (slide._element, slide.notes_slide._element):
            in_language(element, self.language)

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
        room, tall = points(title.width - 2 * INSET), points(title.height - INSET)
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
            foot = text_box(slide, box, "Foot")
        frame = foot.text_frame
        frame.word_wrap = True
        room = points(foot.width - 2 * INSET)
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
            box = Box(title.left, title.top + title.height + SPACE, title.width, Inches(0.9))
            subtitle = text_box(slide, box, "Subtitle")
        size = fitting(said, _SUBTITLE, points(subtitle.width - 2 * INSET), points(subtitle.height))
        fill(subtitle.text_frame, said, size)

    def _room(self, slide, foot: int) -> Box:
        title = slide.shapes.title
        top = title.top + title.height + SPACE
        return Box(title.left, top, title.width, max(foot - SPACE - top, Inches(1)))

    # ── the body ──

    def _body(self, slide, made: MadeSlide, room: Box) -> None:
        room = self._small_print(slide, made, room)
        if made.comment:
            room = self._comment(slide, made.comment, room)
        if made.kind == FIGURES and made.figures:
            add_figures(slide, made, room)
        elif made.kind == METHOD or made.sentences:
            self._sentences(slide, made, room)
        elif made.chart and made.table:
            left, right = room.beside(int(room.width * _TABLE), SPACE * 2)
            add_chart_of(slide, made, made.chart, left, self.languages)
            add_table_of(slide, made, made.table, right)
        elif made.chart:
            add_chart_of(slide, made, made.chart, room, self.languages)
        elif made.table:
            add_table_of(slide, made, made.table, room)

    def _small_print(self, slide, made: MadeSlide, room: Box) -> Box:
        """What has to be said under a chart, at the foot of the body; gives what is left above it."""
        if not made.remarks or made.sentences:
            return room
        wide = points(room.width - 2 * INSET)
        said = list(made.remarks)
        most = _MOST_BESIDE_FIGURES if made.figures else _MOST_SMALL
        if _count(said, _SMALL, wide) > most:
            said = [shortened(" ".join(said), _SMALL, wide, most)]
        tall = Pt(_count(said, _SMALL, wide) * _SMALL * LINE) + INSET
        above, box = room.above(int(tall))
        shape = text_box(slide, box, "Notes")
        fill(shape.text_frame, "\n".join(said), _SMALL, MSO_ANCHOR.BOTTOM)
        return Box(above.left, above.top, above.width, max(above.height - SPACE, 1))

    def _comment(self, slide, text: str, room: Box) -> Box:
        wide = points(room.width - 2 * INSET)
        size = fitting(text, _COMMENT, wide, points(room.height) * 0.25)
        above, box = room.above(int(Pt(height(text, size, wide)) + INSET * 2))
        shape = text_box(slide, box, "Comment")
        fill(shape.text_frame, text, size, MSO_ANCHOR.MIDDLE)
        return Box(above.left, above.top, above.width, max(above.height - SPACE, 1))

    def _sentences(self, slide, made: MadeSlide, room: Box) -> None:
        """Sentences as a list, in letters as large as there is room for."""
        said = list(made.sentences) + [text for text in made.remarks if text not in made.sentences]
        wide, tall = points(room.width - 2 * INSET) - 18, points(room.height - INSET)

        def needs(size: int) -> float:
            return sum(height(text, size, wide) + size * 0.5 for text in said)

        size = next((size for size in _TEXT if needs(size) <= tall), 12)
        shape = text_box(slide, room, "Text")
        fill(shape.text_frame, "\n".join(said), size, MSO_ANCHOR.TOP, bullets=len(said) > 1)


def _not_in(made: MadeSlide) -> list[str]:
    """What is said under a picture and not in the speaker's notes."""
    said = [text for text in made.remarks if text not in made.notes]
    return ["\n".join(said)] if said else []


def _count(texts: Sequence[str], size: float, wide: float) -> int:
    return sum(len(lines(text, size, wide)) for text in texts)


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
