"""A presentation or a document as LibreOffice draws it: a PDF, with the places of its words."""

import re
import subprocess
from dataclasses import dataclass
from pathlib import Path

from lxml import etree

TIMEOUT = 120  # seconds


@dataclass(frozen=True)
class Word:
    """A word on a page and its place in points."""

    text: str
    left: float
    top: float
    right: float
    bottom: float


@dataclass(frozen=True)
class Page:
    """A page: its size and its words."""

    width: float
    height: float
    words: tuple[Word, ...]

    @property
    def text(self) -> str:
        """All its words without spaces, in which a number may be written with any of them."""
        return re.sub(r"\s", "", "".join(word.text for word in self.words))


def rendered(content: bytes, folder: Path, name: str = "deck.pptx") -> list[Page]:
    """The pages that LibreOffice makes of a file, whose name says what it is."""
    source = folder / name
    source.write_bytes(content)
    profile = f"-env:UserInstallation=file://{folder}/profile"
    made = subprocess.run(
        ["soffice", profile, "--headless", "--convert-to", "pdf", "--outdir", str(folder), str(source)],
        check=True,
        capture_output=True,
        timeout=TIMEOUT,
        text=True,
    )
    pdf = source.with_suffix(".pdf")
    # A file that it cannot open is no failure to LibreOffice: it ends with 0.
    assert pdf.exists(), made.stdout + made.stderr
    found = subprocess.run(["pdftotext", "-bbox", str(pdf), "-"], check=True, capture_output=True, timeout=TIMEOUT)
    tree = etree.fromstring(found.stdout, etree.XMLParser(recover=True))
    space = {"h": "http://www.w3.org/1999/xhtml"}
    return [
        Page(
            float(page.get("width")),
            float(page.get("height")),
            tuple(
                Word(word.text, *(float(word.get(side)) for side in ("xMin", "yMin", "xMax", "yMax")))
                for word in page.findall("h:word", space)
                if word.text and word.text.strip()
            ),
        )
        for page in tree.iter("{http://www.w3.org/1999/xhtml}page")
    ]


def in_one_line(page: Page, text: str) -> bool:
    """Whether a text stands somewhere on the page in one line."""
    wanted = re.sub(r"\s", "", text)
    for place, first in enumerate(page.words):
        found = ""
        for word in page.words[place:]:
            if abs(word.bottom - first.bottom) > 2 or not wanted.startswith(found + word.text):
                break
            found += word.text
            if found == wanted:
                return True
    return False


def outside(page: Page) -> list[str]:
    """Words that do not stand within the page."""
    return [
        word.text
        for word in page.words
        if word.left < 0 or word.top < 0 or word.right > page.width or word.bottom > page.height
    ]


def overlapping(page: Page, slack: float = 1.5) -> list[tuple[str, str]]:
    """Pairs of words that stand on one another by more than `slack` points in both directions.

    A line's box reaches a little above and below its letters, so that only their middle parts are held together.
    """
    boxes = [
        (word, word.top + (word.bottom - word.top) * 0.2, word.bottom - (word.bottom - word.top) * 0.2)
        for word in page.words
    ]
    found = []
    for place, (one, top, bottom) in enumerate(boxes):
        for other, other_top, other_bottom in boxes[place + 1 :]:
            across = min(one.right, other.right) - max(one.left, other.left)
            down = min(bottom, other_bottom) - max(top, other_top)
            if across > slack and down > slack:
                found.append((one.text, other.text))
    return found
