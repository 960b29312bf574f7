"""Places and texts on a slide: boxes, paragraphs, alternative texts, the language of each run."""

from dataclasses import dataclass

from lxml import etree
from pptx.enum.text import MSO_AUTO_SIZE
from pptx.oxml.ns import qn
from pptx.util import Emu, Inches, Pt

SPACE = Inches(0.15)  # between what stands on a slide
INSET = Inches(0.1)  # between the edge of a text and its letters


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


def text_box(slide, box: Box, name: str):
    shape = slide.shapes.add_textbox(*(Emu(int(one)) for one in box.lengths))
    shape.name = name
    shape.text_frame.auto_size, shape.text_frame.word_wrap = MSO_AUTO_SIZE.NONE, True
    return shape


def tight(frame) -> None:
    """Letters up to the edges of their box."""
    frame.margin_left = frame.margin_right = frame.margin_top = frame.margin_bottom = 0


def fill(frame, text: str, size: float, anchor=None, bullets: bool = False) -> None:
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


def describe(shape, name: str, text: str) -> None:
    """The name and the alternative text of what is no text."""
    properties = next(shape._element.iter(qn("p:cNvPr")))
    properties.set("name", name)
    properties.set("descr", text)


def in_language(element, language: str) -> None:
    """Every run of a slide says in which language it is."""
    for kind in ("a:r", "a:fld", "a:br"):
        for run in element.iter(qn(kind)):
            properties = run.find(qn("a:rPr"))
            if properties is None:
                properties = etree.Element(qn("a:rPr"))
                run.insert(0, properties)
            properties.set("lang", language)
    for kind in ("a:endParaRPr", "a:defRPr"):
        for properties in element.iter(qn(kind)):
            properties.set("lang", language)
