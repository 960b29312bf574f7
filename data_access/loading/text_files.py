"""Text files → a raw table: encoding and separator are those in which most headings are words."""

import csv
import io
import re

import charset_normalizer
import numpy as np
import pandas as pd

from data_access.loading import errors, limits
from data_access.loading.mapping import Mapping
from data_access.loading.raw_tables import Heading, RawTable, find_heading, table_under

SEPARATORS = (";", ",", "\t", "|")
# What Latvian text is found in when it is not Unicode: Windows, ISO, DOS; the first that fits best.
ENCODINGS = ("cp1257", "iso8859_13", "cp775", "cp1252", "cp1250", "iso8859_4", "cp1251")

_BYTE_MARKS = (
    (b"\xef\xbb\xbf", "utf-8-sig"),
    (b"\xff\xfe\x00\x00", "utf-32"),
    (b"\x00\x00\xfe\xff", "utf-32"),
    (b"\xff\xfe", "utf-16"),
    (b"\xfe\xff", "utf-16"),
)
_OTHER_FILES = (b"%PDF", b"\x89PNG", b"\xff\xd8\xff", b"GIF8", b"SQLite format 3", b"\x1f\x8b", b"7z\xbc\xaf", b"Rar!",
                b"\x7fELF", b"MZ\x90", b"{\\rtf", b"PAR1", b"BM")  # fmt: skip
_MARKUP = re.compile(rb"\s*<(?:!doctype|html|\?xml|table|head|meta|style|div)", re.IGNORECASE)


def read_text(content: bytes, shown: str, mapping: Mapping) -> RawTable:
    """The table of a text file. Raises an error of `loading.errors`."""
    limits.check_size(len(content), limits.MOST_TEXT, shown)
    if content.startswith(_OTHER_FILES):
        raise errors.NotATable(name=shown)
    if _MARKUP.match(content.removeprefix(b"\xef\xbb\xbf")):
        raise errors.NotATable(name=shown)
    content, found, separator = _as_utf8(content, shown, mapping)
    if found is None:
        raise errors.NoHeadings(name=shown)
    width = _width(content, separator, shown)
    if width > limits.MOST_COLUMNS:
        raise errors.TooManyColumns(name=shown, most=limits.MOST_COLUMNS)
    try:
        frame = pd.read_csv(
            io.BytesIO(content),
            sep=separator,
            header=None,
            names=range(width),
            index_col=False,
            dtype="str",
            na_filter=False,
            skip_blank_lines=False,
            encoding="utf-8",
        )
    except pd.errors.ParserError as error:
        wrong = errors.OpenQuote if "EOF inside string" in str(error) else errors.BrokenFile
        raise wrong(name=shown) from None
    if len(frame) > limits.MOST_ROWS:
        raise errors.TooManyRows(name=shown, most=limits.MOST_ROWS)
    return table_under(frame, found, shown, "", mapping, overfull=True)


def _as_utf8(content: bytes, shown: str, mapping: Mapping) -> tuple[bytes, Heading | None, str]:
    """The text as UTF-8, its heading and separator. The encoding is the one in which most headings are words."""
    encoding = next((name for mark, name in _BYTE_MARKS if content.startswith(mark)), None) or _two_bytes(content)
    if encoding and encoding != "utf-8-sig":
        try:
            content = content.decode(encoding).removeprefix("\ufeff").encode("utf-8")
        except UnicodeError:
            raise errors.BadEncoding(name=shown, row=1) from None
    content = content.removeprefix(b"\xef\xbb\xbf")
    if b"\x00" in content:
        raise errors.NulInFile(name=shown)
    try:
        content.decode("utf-8")
    except UnicodeDecodeError as error:
        bad = error.start
    else:
        return content, *_separated(_head(content, "utf-8"), mapping)
    row = content.count(b"\n", 0, bad) + 1
    as_unicode, _ = _separated(_head(content, "utf-8"), mapping)
    if encoding == "utf-8-sig":
        raise errors.BadEncoding(name=shown, row=row)
    best: tuple[tuple, str, Heading | None, str] | None = None
    for name in _candidates(content):
        try:
            head = _head(content, name, "strict")
        except UnicodeError:
            continue
        found, separator = _separated(head, mapping)
        score = found.score if found else (False, 0)
        if best is None or score > best[0]:
            best = (score, name, found, separator)
    if best is None or (as_unicode and as_unicode.score > best[0]):
        raise errors.BadEncoding(name=shown, row=row)
    _, name, found, separator = best
    if as_unicode and as_unicode.score == best[0] and _mostly_unicode(content):
        raise errors.BadEncoding(name=shown, row=row)
    try:
        return content.decode(name).encode("utf-8"), found, separator
    except UnicodeDecodeError as error:
        raise errors.BadEncoding(name=shown, row=content.count(b"\n", 0, error.start) + 1) from None


def _two_bytes(content: bytes) -> str | None:
    """UTF-16 without a mark: every other byte of Latin text is zero."""
    some = content[:4000]
    zeros = (some[0::2].count(0), some[1::2].count(0))
    if max(zeros) * 2 < 0.6 * len(some) or min(zeros) * 2 > 0.2 * len(some):
        return None
    return "utf-16-le" if zeros[1] > zeros[0] else "utf-16-be"


def _mostly_unicode(content: bytes) -> bool:
    """Whether most letters outside ASCII are letters of UTF-8, which other text has by accident only: a few bytes are
    damaged, or the end is cut off."""
    text = content.decode("utf-8", "replace")
    wrong = text.count("\ufffd")
    return len(re.findall(r"[Ā-ž–—„”€]", text)) > wrong


def _candidates(content: bytes) -> list[str]:
    sample = content[:20_000]
    guess = charset_normalizer.from_bytes(sample, cp_isolation=list(ENCODINGS)).best()
    return list(dict.fromkeys([*ENCODINGS[:1], *([guess.encoding] if guess else []), *ENCODINGS[1:]]))


def _head(content: bytes, encoding: str, wrong: str = "replace") -> str:
    """The first lines as text."""
    end = 0
    for _ in range(limits.ROWS_ABOVE):
        following = content.find(b"\n", end) + 1
        if not following:
            end = len(content)
            break
        end = following
    return content[: min(end, 500_000)].decode(encoding, wrong)


def _separated(head: str, mapping: Mapping) -> tuple[Heading | None, str]:
    """The heading and the separator that makes most of it."""
    best: tuple[Heading | None, str] = (None, SEPARATORS[0])
    for separator in SEPARATORS:
        try:
            rows = list(csv.reader(io.StringIO(head, newline=""), delimiter=separator))[: limits.ROWS_ABOVE]
        except csv.Error:
            continue
        found = find_heading(rows, mapping)
        if found and (best[0] is None or found.score > best[0].score):
            best = (found, separator)
    return best


def _width(content: bytes, separator: str, shown: str) -> int:
    """Cells of the widest row. Only quotation marks make this more than counting."""
    if b'"' in content:
        text = io.TextIOWrapper(io.BytesIO(content), encoding="utf-8", newline="")
        try:
            return max(map(len, csv.reader(text, delimiter=separator)), default=1) or 1
        except csv.Error:
            raise errors.OpenQuote(name=shown) from None
    letters = np.frombuffer(content, dtype=np.uint8)
    ends = np.flatnonzero(letters == (10 if b"\n" in content else 13))
    separators = np.flatnonzero(letters == ord(separator))
    before = np.searchsorted(separators, np.append(ends, len(letters)))
    return int(np.diff(before, prepend=0).max()) + 1
