"""Numbers, money, dates and alphabetical order as Latvian and English write them.

Latvian: no-break spaces between groups of three from four digits on, a decimal comma, `31.12.2023.`,
`2023. gada janvāris`. A number is never broken over two lines.
"""

from datetime import date, datetime, timedelta
from decimal import ROUND_HALF_UP, Decimal
from functools import cache, lru_cache

from babel import dates, numbers

NO_BREAK_SPACE = "\u00a0"
MINUS = "\u2212"
EN_DASH = "\u2013"
KEPT = 20_000  # numbers as they are written: a page writes each in its chart, its table and its sentences

# Long vowels and their short ones stand at one place in the Latvian order; length decides only between equals.
_PLACE = {letter: place for place, letter in enumerate("aābcčdeēfgģhiīyjkķlļmnņoōpqrŗsštuūvwxzž")}
_SHORT = str.maketrans("āēīōū", "aeiou")


@lru_cache(KEPT)
def format_integer(value: int, language: str) -> str:
    """1234 → 1 234 (lv), 1,234 (en)."""
    return _tidy(numbers.format_decimal(int(value), format="#,##0", locale=language), language)


@lru_cache(KEPT)
def format_decimal(value: Decimal | float, language: str, places: int = 2) -> str:
    """A number with a fixed number of decimals, rounded half up."""
    exact = Decimal(str(value)).quantize(Decimal(1).scaleb(-places), ROUND_HALF_UP) + 0  # no minus before nothing
    pattern = "#,##0" + ("." + "0" * places if places else "")
    return _tidy(numbers.format_decimal(exact, format=pattern, locale=language), language)


def format_euros(cents: int, language: str, places: int = 2) -> str:
    """123456 cents → 1 234,56 € (lv), €1,234.56 (en). With places=0 whole euros, rounded half up."""
    amount = format_decimal(Decimal(int(cents)) / 100, language, places)
    if language == "lv":
        return f"{amount}{NO_BREAK_SPACE}€"
    return amount.replace(MINUS, f"{MINUS}€", 1) if amount.startswith(MINUS) else f"€{amount}"


def format_percent(value: Decimal | float, language: str, places: int = 1) -> str:
    """12.3 → 12,3 % (lv), 12.3% (en)."""
    return format_decimal(value, language, places) + (f"{NO_BREAK_SPACE}%" if language == "lv" else "%")


def format_change(value: int, unit: str, language: str) -> str:
    """A difference with its sign: +12, −1 234,56 €."""
    return ("+" if value > 0 else "") + format_value(value, unit, language)


def format_value(value: int | float, unit: str, language: str) -> str:
    """A figure of a measure in its unit: cents as euros, percent with a sign, everything else as a whole number."""
    if unit == "cents":
        return format_euros(value, language)
    if unit == "percent":
        return format_percent(value, language)
    return format_integer(value, language)


def format_date(day: date, language: str) -> str:
    """31.12.2023. (lv), 31 December 2023 (en)."""
    if language == "lv":
        return f"{day.day:02}.{day.month:02}.{day.year}."
    return dates.format_date(day, "d MMMM y", locale=language)


def format_datetime(moment: datetime, language: str) -> str:
    """31.12.2023. plkst. 14.05 (lv), 31 December 2023, 14:05 (en)."""
    if language == "lv":
        return f"{format_date(moment, language)} plkst.{NO_BREAK_SPACE}{moment.hour:02}.{moment.minute:02}"
    return f"{format_date(moment, language)}, {moment.hour:02}:{moment.minute:02}"


@cache
def month_name(month: int, language: str) -> str:
    """janvāris, January."""
    return dates.format_date(date(2000, month, 1), "LLLL", locale=language)


def cell_label(code: str, language: str) -> str:
    """A calendar cell in words: 2023. gads, 2023. gada 1. pusgads, 2023. gada 1. ceturksnis, 2023. gada janvāris."""
    year, _, part = code.partition("-")
    if not part:
        return f"{year}.{NO_BREAK_SPACE}gads" if language == "lv" else year
    if part[0] in "HQ":
        if language == "lv":
            word = "pusgads" if part[0] == "H" else "ceturksnis"
            return f"{year}.{NO_BREAK_SPACE}gada {part[1]}.{NO_BREAK_SPACE}{word}"
        return f"{part} {year}"
    month = month_name(int(part), language)
    return f"{year}.{NO_BREAK_SPACE}gada {month}" if language == "lv" else f"{month} {year}"


def cell_short(code: str, language: str, dated: bool = False) -> str:
    """A calendar cell for the axis of a chart: 2023, janv., 1. cet., 2. pusg.; `dated`: 2023. g. janv., Jan 2023."""
    year, _, part = code.partition("-")
    if not part:
        return year
    if part[0] not in "HQ":
        short = _month_short(int(part), language)
    elif language == "lv":
        short = f"{part[1]}.{NO_BREAK_SPACE}{'pusg.' if part[0] == 'H' else 'cet.'}"
    else:
        short = part
    if not dated:
        return short
    return f"{year}.{NO_BREAK_SPACE}g. {short}" if language == "lv" else f"{short} {year}"


@cache
def _month_short(month: int, language: str) -> str:
    return dates.format_date(date(2000, month, 1), "LLL", locale=language)


def format_period(start: date, end: date, code: str, language: str) -> str:
    """A half-open period in words: its calendar cell, whole years `2011.–2023. gads`, or its first and last day."""
    first, dots, last = code.partition("..")
    if not dots:
        return cell_label(code, language)
    if first == last:
        return format_date(start, language)
    if len(first) == 4:
        if language == "lv":
            return f"{first}.{EN_DASH}{last}.{NO_BREAK_SPACE}gads"
        return f"{first}{EN_DASH}{last}"
    return f"{format_date(start, language)} {EN_DASH} {format_date(end - timedelta(days=1), language)}"


def sort_key(text: str) -> tuple:
    """Latvian alphabetical order: č after c, ģ after g, š after s; long vowels with their short ones."""
    folded = text.casefold()
    base = folded.translate(_SHORT)
    return (
        tuple((0, _PLACE[letter]) if letter in _PLACE else (-1, ord(letter)) for letter in base),
        tuple(_PLACE.get(letter, ord(letter)) for letter in folded),
    )


def _tidy(text: str, language: str) -> str:
    if language == "lv":
        text = text.replace(" ", NO_BREAK_SPACE).replace("\u202f", NO_BREAK_SPACE)
    return text.replace("-", MINUS)
