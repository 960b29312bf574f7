"""Reading a DOCX document back: what stands under each of its bookmarked headings, and the numbers in it."""

import io
import re
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from decimal import Decimal

import docx
from docx.oxml.ns import qn
from docx.table import Table
from docx.text.paragraph import Paragraph

NUMBER = re.compile(r"(?<![\w,.])\d{1,3}(?:\u00a0\d{3})+(?:,\d+)?(?!\w)|(?<![\w,.])\d+(?:,\d+)?(?!\w)")


@dataclass
class Section:
    """What stands under one heading: paragraphs, and tables as lines of cells, by caption. Level 0 is a point of a
    list."""

    heading: str
    level: int
    paragraphs: list[str] = field(default_factory=list)
    tables: dict[str, list[list[str]]] = field(default_factory=dict)

    @property
    def text(self) -> str:
        cells = [cell for lines in self.tables.values() for line in lines for cell in line]
        return "\n".join([*self.paragraphs, *cells])


def read_docx(content: bytes) -> docx.document.Document:
    return docx.Document(io.BytesIO(content))


def sections(document: docx.document.Document) -> dict[str, Section]:
    """The sections of a document by the bookmarks of their headings."""
    found: dict[str, Section] = {}
    here, caption = None, ""
    for part in document.iter_inner_content():
        if isinstance(part, Paragraph):
            marks = [mark.get(qn("w:name")) for mark in part._p.iter(qn("w:bookmarkStart"))]
            if marks:
                [name], caption = marks, ""
                if not part.style.name.startswith("Heading "):  # a chapter that is a point of a list
                    heading, _, said = part.text.partition(". ")
                    found[name] = Section(heading, 0, [said])
                    continue
                here = found[name] = Section(part.text, int(part.style.name.removeprefix("Heading ")))
            elif part.style.name == "Caption":
                caption = part.text
            elif here:
                here.paragraphs.append(part.text)
        elif isinstance(part, Table):
            here.tables[caption] = [[cell.text for cell in row.cells] for row in part.rows]
    return found


def numbers(text: str) -> Iterator[Decimal]:
    """The numbers of a Latvian text: 1 304 and 964 068,71."""
    for found in NUMBER.findall(text):
        yield Decimal(found.replace("\u00a0", "").replace(",", "."))


def fields(document: docx.document.Document) -> dict[str, list[str]]:
    """What each field shows, by its code; fields of other parts of the document (header, footer) are not read."""
    shown: dict[str, list[str]] = defaultdict(list)
    code, result, state = "", "", ""
    for node in document.element.body.iter(qn("w:fldChar"), qn("w:instrText"), qn("w:t")):
        if node.tag == qn("w:fldChar"):
            state = node.get(qn("w:fldCharType"))
            if state == "begin":
                code, result = "", ""
            elif state == "end":
                shown[code.strip()].append(result.strip())
        elif node.tag == qn("w:instrText"):
            code += node.text
        elif state == "separate":
            result += f"{node.text}\n" if code.strip().startswith("TOC") else node.text
    return shown
