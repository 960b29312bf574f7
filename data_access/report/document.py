"""A report as a DOCX document: native tables, headings, a table of contents, numbered captions, in Latvian."""

import io
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import NamedTuple
from zipfile import BadZipFile

import docx
from docx.document import Document
from docx.enum.style import WD_STYLE_TYPE
from docx.enum.table import WD_TABLE_ALIGNMENT
from docx.enum.text import WD_ALIGN_PARAGRAPH, WD_TAB_ALIGNMENT
from docx.opc.constants import RELATIONSHIP_TYPE
from docx.opc.exceptions import PackageNotFoundError
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.shared import Cm, Pt, RGBColor
from docx.text.paragraph import Paragraph
from lxml import etree

from data_access.errors import TemplateStyles, TemplateUnreadable
from data_access.report.charts import FONT, add_chart, can_be_drawn
from data_access.report.model import BODY, BULLET, NESTED, NOTE, Heading, Report, Table
from data_access.report.own_checks import checks_not_told
from data_access.report.words import Shown, words

_LANGUAGE = "lv-LV"
_STYLES = {BODY: "Normal", BULLET: "List Bullet", NESTED: "Report Part", NOTE: "Report Note"}
_CONTENTS = ("toc 1", "toc 2", "toc 3")
_HEADINGS = ("Heading 1", "Heading 2", "Heading 3")
_NEEDED = ("Title", "Subtitle", "TOC Heading", *_HEADINGS, "Normal", "List Bullet", "Caption", "Table Grid")
_HEADING_COLOUR, _HEADER_COLOUR = RGBColor(0x00, 0x4A, 0x77), "DCE9F2"
_SIZES = (11, 9, 7.5, 6.5)  # points of a table's letters, the first in which no word has to be broken
_CHECKS, _CHECK_WIDTHS = 8, (0.46, 0.17, 0.17, 0.2)  # points in the table of checks, and its columns
_FULL = 66 * 11  # letters of a point across the page, in the wide ones that stand in where there is no Calibri
_BOLD = 1.15  # how much wider bold letters are
_PADDING = 2  # letters
_LABEL = 15  # letters that the first column has room for, at least
_TABLES, _CHARTS = "Tabula", "Attēls"  # sequences of numbers
_OF_THE_BODY = (RELATIONSHIP_TYPE.CHART, RELATIONSHIP_TYPE.IMAGE)  # those of head and foot are their own
_AFTER_UPDATE_FIELDS = ("w:hdrShapeDefaults", "w:footnotePr", "w:endnotePr", "w:compat", "w:docVars", "w:rsids")
_NUMBER = "\x00"  # stands where a caption has its number


def as_docx(report: Report, template: Path | None = None) -> bytes:
    """The document. A template gives its styles, page, header and footer; what it says is left out."""
    document = read_template(template) if template else docx.Document()
    if not template:
        _dress(document)
        _head_and_foot(document, report)
    _add_styles(document)
    _in_latvian(document, report)
    _title_page(document, report)
    _contents(document, [*report.headings, _checks_heading()])
    for place, block in enumerate(report.blocks):
        if isinstance(block, Heading):
            _heading(document, block).paragraph_format.page_break_before = True if place == 0 else None
        elif isinstance(block, Table):
            _table(document, block)
        else:
            paragraph = document.add_paragraph(block.text, style=_STYLES[block.style])
            if block.code:
                _mark(document, paragraph, block.code)
    _checks(document, report)
    out = io.BytesIO()
    document.save(out)
    return out.getvalue()


def read_template(template: Path) -> Document:
    """The service's own template without what it says. Raises TemplateUnreadable, TemplateStyles."""
    try:
        document = docx.Document(str(template))
    except (OSError, ValueError, KeyError, PackageNotFoundError, BadZipFile, etree.XMLSyntaxError) as error:
        raise TemplateUnreadable(name=template.name) from error
    missing = [name for name in _NEEDED if name not in {style.name for style in document.styles}]
    if missing:
        raise TemplateStyles(name=template.name, styles="”, „".join(missing))
    body = document.element.body
    for element in [one for one in body if one.tag != qn("w:sectPr")]:
        body.remove(element)
    for key in [key for key, rel in document.part.rels.items() if rel.reltype in _OF_THE_BODY]:
        del document.part.rels[key]
    return document


# ── the whole ────────────────────────────────────────────────────────────────────────────────────


def _dress(document: Document) -> None:
    """The look where no template gives one."""
    thumbnail = [key for key, rel in document.part.package.rels.items() if rel.reltype.endswith("/thumbnail")]
    for key in thumbnail:  # a picture of another document
        del document.part.package.rels[key]
    section = document.sections[0]
    section.page_width, section.page_height = Cm(21), Cm(29.7)
    section.left_margin, section.right_margin = Cm(2.5), Cm(2)
    section.top_margin = section.bottom_margin = Cm(2)
    normal = document.styles["Normal"]
    normal.font.name, normal.font.size = FONT, Pt(11)
    normal.paragraph_format.space_after = Pt(6)
    for name, size in (("Title", 26), ("Heading 1", 18), ("Heading 2", 14), ("Heading 3", 12)):
        style = document.styles[name]
        style.font.name, style.font.size, style.font.color.rgb = FONT, Pt(size), _HEADING_COLOUR
        _fonts(style, FONT)
    caption = document.styles["Caption"]
    caption.font.size, caption.font.color.rgb = Pt(10), RGBColor(0x26, 0x26, 0x26)
    caption.paragraph_format.space_before, caption.paragraph_format.space_after = Pt(10), Pt(4)
    caption.paragraph_format.keep_with_next = True


def _fonts(style, name: str) -> None:
    """A theme's font would come before a named one."""
    fonts = style.element.get_or_add_rPr().get_or_add_rFonts()
    for theme in ("asciiTheme", "hAnsiTheme", "eastAsiaTheme", "cstheme"):
        fonts.attrib.pop(qn(f"w:{theme}"), None)
    fonts.set(qn("w:ascii"), name)
    fonts.set(qn("w:hAnsi"), name)


def _add_styles(document: Document) -> None:
    """Styles of this report that neither Word's template nor the service's own has."""
    known = {style.name for style in document.styles}
    for level, name in enumerate(_CONTENTS):
        if name not in known:
            style = document.styles.add_style(name, WD_STYLE_TYPE.PARAGRAPH, builtin=True)
            style.base_style = document.styles["Normal"]
            style.paragraph_format.left_indent = Cm(0.6 * level)
            style.font.size, style.paragraph_format.space_after = Pt(10), Pt(1)
    if _STYLES[NESTED] not in known:
        style = document.styles.add_style(_STYLES[NESTED], WD_STYLE_TYPE.PARAGRAPH)
        style.base_style = document.styles["List Bullet"]
        style.paragraph_format.left_indent = Cm(1.5)
    if _STYLES[NOTE] not in known:
        style = document.styles.add_style(_STYLES[NOTE], WD_STYLE_TYPE.PARAGRAPH)
        style.base_style = document.styles["Normal"]
        style.font.size, style.font.italic = Pt(9), True
        style.paragraph_format.space_after = Pt(3)


def _in_latvian(document: Document, report: Report) -> None:
    properties = document.core_properties
    properties.title, properties.language = report.title, _LANGUAGE
    properties.subject, properties.comments = words()("report.subtitle"), "; ".join(report.said)
    properties.author = properties.last_modified_by = ""
    properties.created = properties.modified = datetime.now(UTC).replace(tzinfo=None)
    for language in document.styles.element.iter(qn("w:lang")):
        language.set(qn("w:val"), _LANGUAGE)
    defaults = document.styles.element.find(f"{qn('w:docDefaults')}/{qn('w:rPrDefault')}/{qn('w:rPr')}")
    if defaults is not None and defaults.find(qn("w:lang")) is None:
        defaults.append(_element("w:lang", val=_LANGUAGE))


def _head_and_foot(document: Document, report: Report) -> None:
    """On every page what the figures are and for whom, and its number."""
    section = document.sections[0]
    section.header.paragraphs[0].text = " · ".join(report.said[: 2 if report.demonstration else 1])
    foot = section.footer.paragraphs[0]
    stops = foot.paragraph_format.tab_stops
    for stop in foot.style.paragraph_format.tab_stops:  # its own, for a narrower page and a text in the middle
        stops.add_tab_stop(stop.position, WD_TAB_ALIGNMENT.CLEAR)
    stops.add_tab_stop(_room(document), WD_TAB_ALIGNMENT.RIGHT)
    before, after = words()("report.page_number", page=_NUMBER).split(_NUMBER)
    foot.add_run(f"{report.title}\t{before}")
    _field(foot, "PAGE", "1")
    foot.add_run(after)


def _title_page(document: Document, report: Report) -> None:
    t = words()
    document.add_paragraph(report.title, style="Title")
    document.add_paragraph(t("report.subtitle"), style="Subtitle")
    for said in report.said:
        document.add_paragraph().add_run(said).bold = True
    for paragraph in report.about:
        document.add_paragraph(paragraph)


# ── the table of contents ────────────────────────────────────────────────────────────────────────


def _contents(document: Document, headings: list[Heading]) -> None:
    """A field with its entries already in it: each leads to its chapter. Only the program that lays the document out
    knows the pages: it is asked to update the field when it opens the document."""
    settings = document.settings.element
    if settings.find(qn("w:updateFields")) is None:
        settings.insert_element_before(_element("w:updateFields", val="true"), *_AFTER_UPDATE_FIELDS)
    title = document.add_paragraph(words()("report.contents"), style="TOC Heading")
    title.paragraph_format.page_break_before = True
    for place, heading in enumerate(headings):
        entry = document.add_paragraph(style=_CONTENTS[heading.level - 1])
        if place == 0:
            _begin_field(entry, r'TOC \o "1-3" \h \z \u')
        link = _element("w:hyperlink", anchor=_bookmark(heading.code), history="1")
        link.append(_run(heading.text))
        entry._p.append(link)
        if place == len(headings) - 1:
            entry._p.append(_field_character("end"))


def _heading(document: Document, heading: Heading) -> Paragraph:
    paragraph = document.add_heading(heading.text, heading.level)
    _mark(document, paragraph, heading.code)
    return paragraph


def _mark(document: Document, paragraph: Paragraph, code: str) -> None:
    """The bookmark of a chapter."""
    number = str(sum(1 for _ in document.element.body.iter(qn("w:bookmarkStart"))))
    paragraph._p.insert_element_before(_element("w:bookmarkStart", id=number, name=_bookmark(code)), "w:r")
    paragraph._p.append(_element("w:bookmarkEnd", id=number))


def _bookmark(code: str) -> str:
    return f"chapter_{code}"


# ── tables ───────────────────────────────────────────────────────────────────────────────────────


class _Line(NamedTuple):
    """A line of a table in words."""

    texts: tuple[str, ...]
    bold: bool = False


def _table(document: Document, table: Table) -> None:
    t = words()
    _caption(document, "report.caption", _TABLES, table.number, table.caption)
    lines = [_Line((table.corner, *table.columns), bold=True)]
    lines += [_Line((row.label, *(str(cell.shown) for cell in row.cells)), row.total) for row in table.rows]
    _grid(document, lines, t("report.table_alternative", text=table.caption))
    for note in table.notes:
        document.add_paragraph(note, style=_STYLES[NOTE])
    if can_be_drawn(table):
        drawn = sum(1 for _ in document.element.body.iter(qn("w:drawing"))) + 1
        add_chart(document, table)
        _caption(document, "report.chart_caption", _CHARTS, drawn, table.caption)
    elif not table.notes:
        document.add_paragraph(style=_STYLES[NOTE])


def _caption(document: Document, key: str, sequence: str, number: int, text: str) -> None:
    """A caption whose number is a field, so that it stays right when something is put in before it."""
    caption = document.add_paragraph(style="Caption")
    before, after = words()(key, number=_NUMBER, text=text).split(_NUMBER)
    if before:
        caption.add_run(before)
    _field(caption, f"SEQ {sequence} \\* ARABIC", str(number))
    caption.add_run(after)


def _checks_heading() -> Heading:
    return Heading(1, words()("report.titles.checks"), "checks")


def _checks(document: Document, report: Report) -> None:
    t = words()
    _heading(document, _checks_heading())
    document.add_paragraph(t("report.checks.intro"))
    lines = [_Line(tuple(t(f"report.checks.{name}") for name in ("what", "whole", "parts", "outcome")), bold=True)]
    lines += [
        _Line((one.said, _written(one.whole), _written(one.parts), one.outcome), bold=one.holds is False)
        for one in report.checks
        if one.told
    ]
    _grid(document, lines, t("report.captions.checks"), _CHECK_WIDTHS)
    for said in checks_not_told(report):
        document.add_paragraph(said)


def _written(shown: Shown | None) -> str:
    return "" if shown is None else str(shown)


def _grid(document: Document, lines: Sequence[_Line], alternative: str, shares: Sequence[float] | None = None) -> None:
    """A table whose head, the first line, stands on every page; with `shares` of the page its last column has words."""
    across = len(lines[0].texts)
    grid = document.add_table(len(lines), across, style="Table Grid")
    grid.alignment = WD_TABLE_ALIGNMENT.CENTER
    grid._tbl.tblPr.append(_element("w:tblCaption", val=alternative))
    widths, size = ([int(_room(document) * each) for each in shares], _CHECKS) if shares else _layout(document, lines)
    for place, column in enumerate(grid.columns):
        column.width = widths[place]
    for row, line in zip(grid.rows, lines, strict=True):
        properties = row._tr.get_or_add_trPr()
        properties.append(_element("w:cantSplit"))
        if line is lines[0]:
            properties.append(_element("w:tblHeader"))
        for place, (cell, text) in enumerate(zip(row.cells, line.texts, strict=True)):
            cell.width = widths[place]
            paragraph = cell.paragraphs[0]
            paragraph.paragraph_format.space_after = Pt(0)
            if 0 < place < across - bool(shares):
                paragraph.alignment = WD_ALIGN_PARAGRAPH.RIGHT
            run = paragraph.add_run(text)
            run.bold = line.bold or None
            if size != _SIZES[0]:
                run.font.size = Pt(size)
            if line is lines[0]:
                cell._tc.get_or_add_tcPr().append(_element("w:shd", val="clear", color="auto", fill=_HEADER_COLOUR))


def _layout(document: Document, lines: Sequence[_Line]) -> tuple[list[int], float]:
    """Widths by the longest word of each column, which must not be broken, and a size in which there is room for them;
    the first column has what is left."""
    room = _room(document)
    columns = zip(*([_longest(text, line.bold) for text in line.texts] for line in lines), strict=True)
    letters = [_PADDING + max(column) for column in columns]
    letters[0] = max(_LABEL, letters[0])
    size = next((size for size in _SIZES if sum(letters) * size <= _FULL), _SIZES[-1])
    letters[0] += max(0, _FULL / size - sum(letters))
    return [int(room * each / sum(letters)) for each in letters], size


def _room(document: Document) -> int:
    """Between the margins of a page."""
    section = document.sections[0]
    return section.page_width - section.left_margin - section.right_margin


def _longest(text: str, bold: bool) -> float:
    """Letters of the longest word of a text."""
    return max(map(len, text.split(" "))) * (_BOLD if bold else 1)


# ── pieces of XML ────────────────────────────────────────────────────────────────────────────────


def _element(tag: str, /, **attributes: str):
    element = OxmlElement(tag)
    for key, value in attributes.items():
        element.set(qn(f"w:{key}"), value)
    return element


def _run(text: str):
    run = _element("w:r")
    found = _element("w:t")
    found.text = text
    run.append(found)
    return run


def _field_character(kind: str):
    run = _element("w:r")
    run.append(_element("w:fldChar", fldCharType=kind))
    return run


def _begin_field(paragraph: Paragraph, code: str) -> None:
    instruction = _element("w:r")
    text = _element("w:instrText")
    text.text = f" {code} "
    text.set("{http://www.w3.org/XML/1998/namespace}space", "preserve")
    instruction.append(text)
    for part in (_field_character("begin"), instruction, _field_character("separate")):
        paragraph._p.append(part)


def _field(paragraph: Paragraph, code: str, result: str) -> None:
    """A field with what it shows until it is updated."""
    _begin_field(paragraph, code)
    paragraph._p.append(_run(result))
    paragraph._p.append(_field_character("end"))
