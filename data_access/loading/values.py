"""Texts of exports → values: days, cents, codes. One text at a time; whoever has a column asks for each text once."""

import re
from collections.abc import Mapping
from datetime import date, timedelta
from difflib import get_close_matches

from data_access.loading.kinds import Column, fold

_EXCEL_ZERO = date(1899, 12, 30)
_EXCEL_DAYS = range(10_000, 80_000)  # 1927 to 2119
_YEARS = range(1850, 2101)
_TIME = r"(?:[ T]\s*[0-9]{1,2}:[0-9]{2}(?::[0-9]{2}(?:\.[0-9]+)?)?)?"
_DAY_FIRST = re.compile(rf"([0-9]{{1,2}})([./-])([0-9]{{1,2}})\2([0-9]{{4}})\.?{_TIME}")
_YEAR_FIRST = re.compile(rf"([0-9]{{4}})([./-])([0-9]{{1,2}})\2([0-9]{{1,2}})\.?{_TIME}")

MOST_CENTS = 10**12  # ten thousand million euros: nobody pays that
_CURRENCY = re.compile(r"^(?:€|EUR)\s*|\s*(?:€|EUR|eiro|euro)\.?$", re.IGNORECASE)
_SPACES = re.compile(r"\s")
_USUAL = re.compile(r"(-?)([0-9]{1,3}(?:[ \u00a0][0-9]{3})+|[0-9]{1,10})[.,]([0-9]{2})(?: ?€)?")
_PLAIN = re.compile(r"([0-9]{1,15})(?:[.,]([0-9]*))?")
_GROUPED = re.compile(r"([0-9]{1,3}(?:([ '’.,])[0-9]{3})(?:\2[0-9]{3})*)(?:([.,])([0-9]*))?")

_CODE = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}")
_NAME = re.compile(r"[A-Z][a-z]+(?:-[A-Z][a-z]+)*")  # Anna, Anna-Marija: no code, whatever the column
LONGEST_TEXT = 200
MOST_GUESSES = 200  # unknown words of a column for which a near one is looked for: it takes a millisecond each
_EXCEL_ERROR = re.compile(r"#(?:REF|VALUE|DIV/0|NAME|NUM|NULL|SPILL|CALC|N/A|GETTING_DATA)[!?]?|#{3,}|Err:[0-9]{3}")
NO_RESULT = "#FORMULA"  # what reading puts where a formula has no result


class BadValue(ValueError):
    """A text that cannot be what its column has; `reason` is a key of the catalogues, without the value."""

    def __init__(self, reason: str, **params: str | int):
        self.reason, self.params = reason, params
        super().__init__(reason)


def refuse_errors(text: str) -> None:
    """Raises BadValue for what a spreadsheet shows in place of a value."""
    if text.startswith(("#", "Err:")):
        if text == NO_RESULT:
            raise BadValue("no_result")
        if _EXCEL_ERROR.fullmatch(text):
            raise BadValue("excel_error")


def read_day(text: str) -> date:
    """31.12.2023. 31.12.2023 31/12/2023 2023-12-31, with or without a time, or Excel's number of a day."""
    if found := _DAY_FIRST.fullmatch(text):
        day, _, month, year = found.groups()
    elif found := _YEAR_FIRST.fullmatch(text):
        year, _, month, day = found.groups()
    elif text.isascii() and text.isdecimal() and len(text) == 5 and int(text) in _EXCEL_DAYS:
        return _EXCEL_ZERO + timedelta(days=int(text))
    else:
        raise BadValue("bad_date")
    try:
        read = date(int(year), int(month), int(day))
    except ValueError:
        raise BadValue("bad_date") from None
    if read.year not in _YEARS:
        raise BadValue("bad_date")
    return read


def read_cents(text: str) -> int:
    """1 234,56 1234.56 1,234.56 1.234,56 with or without €; a minus of any kind or parentheses. No floats."""
    usual = _USUAL.fullmatch(text)
    if usual and len(usual[2]) < 14:
        sign, whole, parts = usual.groups()
        if not whole.isdecimal():
            whole = whole.replace(" ", "").replace("\u00a0", "")
        return int(f"{sign}{whole}{parts}")
    plain = _CURRENCY.sub("", _SPACES.sub(" ", text)).strip()
    negative = False
    if plain.startswith("(") and plain.endswith(")"):
        negative, plain = True, _CURRENCY.sub("", plain[1:-1].strip()).strip()
    elif plain[:1] in ("-", "−", "–"):
        negative, plain = True, _CURRENCY.sub("", plain[1:].strip()).strip()
    elif plain[-1:] in ("-", "−"):
        negative, plain = True, _CURRENCY.sub("", plain[:-1].strip()).strip()
    elif plain[:1] == "+":
        plain = plain[1:]
    whole, parts = _whole_and_parts(plain)
    if len(whole) > 15:
        raise BadValue("amount_too_large")
    if parts[2:].strip("0"):
        raise BadValue("part_of_cent")
    cents = int(whole) * 100 + int(parts[:2].ljust(2, "0"))
    if cents > MOST_CENTS:
        raise BadValue("amount_too_large")
    return -cents if negative else cents


def _whole_and_parts(plain: str) -> tuple[str, str]:
    if plain.isascii() and plain.isdecimal() and len(plain) > 15:
        raise BadValue("amount_too_large")
    if found := _PLAIN.fullmatch(plain):
        whole, parts = found[1], found[2] or ""
        # 1.234 may be a thousand and more, or one and a part; 0,500 and 1234,500 are clear.
        if len(parts) == 3 and len(whole) <= 3 and whole != "0":
            raise BadValue("unclear_amount")
        return whole, parts
    found = _GROUPED.fullmatch(plain)
    if not found or found[2] == found[3]:
        raise BadValue("bad_amount")
    return re.sub(r"[^0-9]", "", found[1]), found[4] or ""


class Codes:
    """The values of one column by every word that stands for them; a mapping's words come first."""

    def __init__(self, column: Column, own: Mapping[str, str] | None = None, known: Mapping[str, str] | None = None):
        self.column = column
        self.words = column.known_as() | {
            fold(word): code for code, name in (known or {}).items() for word in (name, code)
        }
        self.words |= own or {}
        self.place = {code: place for place, code in enumerate(column.codes)}
        self.guesses = 0

    def read(self, text: str) -> str | None:
        """The code of a text; None where a mapping says that the word means that nothing is known."""
        code = self.words.get(fold(text))
        if code is None:
            if self.column.open or not self.column.values:
                return read_code(text)
            self._refuse(text)
        return code or None

    def read_several(self, text: str) -> str | None:
        """Codes in the order of the vocabulary, parted by semicolons. A name may have commas of its own."""
        found: set[str] = set()
        for part in re.split(r"[;\n]", text):
            if fold(part):
                found |= self._read_listed(part)
        return ";".join(sorted(found, key=lambda code: (self.place.get(code, len(self.place)), code))) or None

    def _read_listed(self, text: str) -> set[str]:
        """One name, or several parted by commas."""
        words = text.split(",")
        found, first = set(), 0
        while first < len(words):
            for last in range(len(words), first, -1):
                code = self.words.get(fold(",".join(words[first:last])))
                if code is not None:
                    found.add(code)
                    first = last
                    break
            else:
                if not fold(words[first]):
                    first += 1
                    continue
                self._refuse(words[first].strip())
        return found - {""}

    def _refuse(self, text: str) -> None:
        self.guesses += 1
        near = get_close_matches(fold(text)[:80], self.words, 1, 0.75) if self.guesses <= MOST_GUESSES else []
        code = self.words[near[0]] if near else ""
        if not code:
            raise BadValue("unknown_code")
        raise BadValue("unknown_code_nearest", nearest=self.name_of(code))

    def name_of(self, code: str) -> str:
        return next((value.name_lv for value in self.column.values if value.code == code), code)


def read_code(text: str) -> str:
    """A code of a unit, as the service has it; a word that could be a person's name is none."""
    if not _CODE.fullmatch(text) or _NAME.fullmatch(text):
        raise BadValue("not_a_code")
    return text


def read_text(text: str) -> str:
    """A free text: short, and nothing in it that cannot be seen."""
    if len(text) > LONGEST_TEXT:
        raise BadValue("too_long", most=LONGEST_TEXT)
    if not text.isprintable():
        raise BadValue("bad_letters")
    return text
