"""The look of a deck: our template, made in code, or the service's, whose layouts, fonts and colours then govern."""

import re
from copy import deepcopy
from dataclasses import dataclass
from pathlib import Path
from zipfile import BadZipFile

import pptx
from lxml import etree
from pptx.enum.shapes import PP_PLACEHOLDER
from pptx.exc import PackageNotFoundError
from pptx.opc.constants import RELATIONSHIP_TYPE
from pptx.oxml.ns import qn
from pptx.presentation import Presentation
from pptx.slide import SlideLayout
from pptx.util import Emu, Inches, Pt

from data_access.errors import DeckTemplateLayouts, DeckTemplateUnreadable
from data_access.telling.palette import SEQUENCE

TITLES = (PP_PLACEHOLDER.TITLE, PP_PLACEHOLDER.CENTER_TITLE)
_FONT = "Verdana"
_WIDTH, _HEIGHT = Inches(13.333), Inches(7.5)  # 16 : 9
_EDGE = Inches(0.6)
_INK, _DARK, _PAPER, _PALE = "1B2733", "00466E", "FFFFFF", "EAF1F7"
_GREY = "55606B"
# Where what stands on our slides: left, top, width, height.
_TITLE = (_EDGE, Inches(0.25), _WIDTH - 2 * _EDGE, Inches(1.32))
_FOOT = (_EDGE, Inches(6.92), _WIDTH - 2 * _EDGE - Inches(1), Inches(0.46))
_NUMBER = (_WIDTH - _EDGE - Inches(0.9), Inches(7.0), Inches(0.9), Inches(0.32))
_COVER_TITLE = (Inches(1), Inches(2.1), _WIDTH - Inches(2), Inches(1.9))
_COVER_SUBTITLE = (Inches(1), Inches(4.15), _WIDTH - Inches(2), Inches(0.9))


@dataclass(frozen=True)
class Look:
    """A presentation without slides, and its layouts: for the first slide, and for all others."""

    presentation: Presentation
    cover: SlideLayout
    content: SlideLayout


def read_template(template: Path) -> Look:
    """The service's own template without its slides. Raises DeckTemplateUnreadable, DeckTemplateLayouts."""
    try:
        presentation = pptx.Presentation(str(template))
    except (OSError, ValueError, KeyError, PackageNotFoundError, BadZipFile, etree.XMLSyntaxError) as error:
        raise DeckTemplateUnreadable(name=template.name) from error
    _without_slides(presentation)
    titled = [layout for layout in presentation.slide_layouts if _has_title(layout)]
    if not titled:
        raise DeckTemplateLayouts(name=template.name)
    cover = [layout for layout in titled if layout._element.get("type") == "title"] or titled
    return Look(presentation, cover[0], min(titled, key=_rank))


def _rank(layout: SlideLayout) -> int:
    """How well a layout fits a slide of a headline and a chart: the lower, the better."""
    return {"titleOnly": 0, "obj": 1, "title": 3}.get(_type(layout), 2)


def _type(layout: SlideLayout) -> str:
    return layout._element.get("type", "")


def _has_title(layout: SlideLayout) -> bool:
    return any(shape.placeholder_format.type in TITLES for shape in layout.placeholders)


def _without_slides(presentation: Presentation) -> None:
    listed = presentation.slides._sldIdLst
    for entry in list(listed):
        presentation.part.drop_rel(entry.rId)
        listed.remove(entry)


def own_template() -> Look:
    """Our own look: large letters, much white, the colours of the pages."""
    presentation = pptx.Presentation()
    presentation.slide_width, presentation.slide_height = _WIDTH, _HEIGHT
    layouts = {layout._element.get("type"): layout for layout in presentation.slide_layouts}
    cover, content = layouts["title"], layouts["titleOnly"]
    for kind, layout in layouts.items():
        if kind not in ("title", "titleOnly"):
            presentation.slide_layouts.remove(layout)
    _theme(presentation)
    master = presentation.slide_master
    for shape in list(master.placeholders):
        kind = shape.placeholder_format.type
        if kind == PP_PLACEHOLDER.DATE:
            shape._element.getparent().remove(shape._element)
        elif kind == PP_PLACEHOLDER.TITLE:
            _place(shape, _TITLE)
            shape._element.txBody.bodyPr.set("anchor", "ctr")
        elif kind == PP_PLACEHOLDER.BODY:
            _place(shape, (_EDGE, Inches(1.7), _WIDTH - 2 * _EDGE, Inches(5.2)))
        else:
            foot = kind == PP_PLACEHOLDER.FOOTER
            _place(shape, _FOOT if foot else _NUMBER)
            _style(shape, 12 if foot else 14, _GREY, "l" if foot else "r")
    for element in master._element.iter(qn("p:titleStyle")):
        first = element.find(qn("a:lvl1pPr"))
        first.set("algn", "l")
        run = first.find(qn("a:defRPr"))
        run.set("sz", "2800")
        run.set("b", "1")
        for colour in run.iter(qn("a:schemeClr")):
            colour.set("val", "tx2")
    for layout in (cover, content):
        for shape in list(layout.placeholders):
            _of_layout(shape)
    _stripe(master)
    _cover(cover)
    return Look(presentation, cover, content)


def _of_layout(shape) -> None:
    """Foot and number stand where the master has them; nobody fills in a date."""
    kind = shape.placeholder_format.type
    if kind == PP_PLACEHOLDER.DATE:
        shape._element.getparent().remove(shape._element)
    elif kind in (PP_PLACEHOLDER.FOOTER, PP_PLACEHOLDER.SLIDE_NUMBER, PP_PLACEHOLDER.TITLE):
        found = shape._element.spPr.find(qn("a:xfrm"))
        if found is not None:
            shape._element.spPr.remove(found)


def _place(shape, where) -> None:
    shape.left, shape.top, shape.width, shape.height = (Emu(int(one)) for one in where)


def _style(shape, size: int, colour: str, align: str) -> None:
    """The letters of a placeholder of the master or a layout."""
    styles = shape._element.txBody.find(qn("a:lstStyle"))
    for child in list(styles):
        styles.remove(child)
    level = etree.SubElement(styles, qn("a:lvl1pPr"), {"algn": align, "marL": "0", "indent": "0"})
    etree.SubElement(level, qn("a:buNone"))
    run = etree.SubElement(level, qn("a:defRPr"), {"sz": str(size * 100)})
    fill = etree.SubElement(run, qn("a:solidFill"))
    if len(colour) == 6:
        etree.SubElement(fill, qn("a:srgbClr"), {"val": colour})
    else:
        etree.SubElement(fill, qn("a:schemeClr"), {"val": colour})


def _stripe(master) -> None:
    """A stripe at the left of the headline; it is a part of the look and says nothing."""
    stripe = deepcopy(master.placeholders[0]._element)
    for found in stripe.iter(qn("p:ph")):
        found.getparent().remove(found)
    stripe.nvSpPr.cNvPr.set("id", "99")
    stripe.nvSpPr.cNvPr.set("name", "Stripe")
    body = stripe.find(qn("p:txBody"))
    stripe.remove(body)
    properties = stripe.spPr
    fill = etree.SubElement(properties, qn("a:solidFill"))
    etree.SubElement(fill, qn("a:schemeClr"), {"val": "accent1"})
    offset, extent = properties.find(f"{qn('a:xfrm')}/{qn('a:off')}"), properties.find(f"{qn('a:xfrm')}/{qn('a:ext')}")
    offset.set("x", "0")
    offset.set("y", str(int(_TITLE[1])))
    extent.set("cx", str(int(Inches(0.18))))
    extent.set("cy", str(int(_TITLE[3])))
    master.shapes._spTree.insert(2, stripe)


def _cover(layout: SlideLayout) -> None:
    """The first slide: dark, so that it is seen that something begins."""
    layout._element.set("showMasterSp", "0")
    common = layout._element.cSld
    ground = etree.Element(qn("p:bg"))
    properties = etree.SubElement(ground, qn("p:bgPr"))
    fill = etree.SubElement(properties, qn("a:solidFill"))
    etree.SubElement(fill, qn("a:schemeClr"), {"val": "tx2"})
    etree.SubElement(properties, qn("a:effectLst"))
    common.insert(0, ground)
    for shape in layout.placeholders:
        kind = shape.placeholder_format.type
        if kind == PP_PLACEHOLDER.CENTER_TITLE:
            _place(shape, _COVER_TITLE)
            shape._element.txBody.bodyPr.set("anchor", "b")
            _style(shape, 44, "bg1", "l")
        elif kind == PP_PLACEHOLDER.SUBTITLE:
            _place(shape, _COVER_SUBTITLE)
            _style(shape, 24, "bg2", "l")
        elif kind == PP_PLACEHOLDER.FOOTER:
            _style(shape, 12, "bg2", "l")
        elif kind == PP_PLACEHOLDER.SLIDE_NUMBER:
            shape._element.getparent().remove(shape._element)


def _theme(presentation: Presentation) -> None:
    """Colours and fonts of the theme: those of the pages, in their order."""
    part = presentation.slide_master.part.part_related_by(RELATIONSHIP_TYPE.THEME)
    text = part.blob.decode("utf-8")
    colours = {"dk1": _INK, "lt1": _PAPER, "dk2": _DARK, "lt2": _PALE, "hlink": "0072B2", "folHlink": "7A4A92"}
    colours |= {f"accent{place}": mark.colour.lstrip("#") for place, mark in enumerate(SEQUENCE, start=1)}
    for name, colour in colours.items():
        told = f'<a:{name}><a:srgbClr val="{colour}"/></a:{name}>'
        text = re.sub(rf"<a:{name}>.*?</a:{name}>", told, text, flags=re.DOTALL)
    text = re.sub(r'(<a:(?:major|minor)Font>\s*<a:latin typeface=")[^"]*', rf"\g<1>{_FONT}", text)
    part._blob = text.encode("utf-8")


def points(length: int) -> float:
    """A length of a slide in points, as texts are measured."""
    return length / Pt(1)
