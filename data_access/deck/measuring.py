"""How wide a text is, without a font at hand: by the widths of DejaVu Sans, which are those of Verdana.

They are wider than those of most fonts, so that what fits here fits in the service's own template too.
"""

import unicodedata
from collections.abc import Sequence
from math import ceil

LINE = 1.2  # height of a line, in sizes of its letters
BOLD = 1.15  # how much wider bold letters are
# Letters by their width in hundredths of the letters' size. What is not here is as wide as the widest.
_WIDTHS = {
    28: "'ijl",
    32: " \u00a0,.·’IJ",
    36: "/:;\\|f-",
    41: "()[]t!r",
    47: '"',
    52: "*_`–szš„”“?",
    55: "cč",
    61: "LFkvxyPTYao",
    64: "eESbdghnpqu$0123456789{}€",
    70: "KAVBRXZ",
    75: "CUHN",
    79: "DGOQ&w",
    86: "#+<=>^~−M",
    100: "%mW@—…",
}
_WIDTH = {letter: width for width, letters in _WIDTHS.items() for letter in letters}


def width(text: str, size: float, bold: bool = False) -> float:
    """The width of a text in letters of this size, in its unit."""
    plain = (letter for letter in unicodedata.normalize("NFD", text) if not unicodedata.combining(letter))
    return sum(_WIDTH.get(letter, 100) for letter in plain) / 100 * size * (BOLD if bold else 1)


def lines(text: str, size: float, room: float, bold: bool = False) -> list[str]:
    """A text broken at its spaces into lines that fit into a width; a word that is wider stands alone."""
    found: list[str] = []
    for paragraph in text.split("\n"):
        line = ""
        for word in paragraph.split(" "):
            longer = f"{line} {word}" if line else word
            if line and width(longer, size, bold) > room:
                found.append(line)
                line = word
            else:
                line = longer
        found.append(line)
    return found


def height(text: str, size: float, room: float, bold: bool = False) -> float:
    """The height of a text in a width; a word that is wider than it takes more lines."""
    count = sum(max(ceil(width(line, size, bold) / room), 1) for line in lines(text, size, room, bold))
    return count * size * LINE


def fitting(text: str, sizes: Sequence[float], room: float, tall: float, bold: bool = False) -> float:
    """The first of some sizes, the largest first, in which a text fits into a width and a height; else the last."""
    return next((size for size in sizes if height(text, size, room, bold) <= tall), sizes[-1])


def shortened(text: str, size: float, room: float, most: int) -> str:
    """A text in at most so many lines: what does not fit is left out, and dots say so."""
    found = lines(text, size, room)
    if len(found) <= most and all(width(line, size) <= room for line in found):
        return text
    kept = " ".join(found[:most]).split(" ")
    shorter = (" ".join(kept[:end]).rstrip(" ,;(–") + "…" for end in range(len(kept), 0, -1))
    return next((short for short in shorter if len(lines(short, size, room)) <= most), "…")
