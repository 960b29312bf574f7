"""Numbers, money, dates, plural forms and alphabetical order as Latvian and English write them."""

from datetime import date, datetime
from decimal import Decimal
from pathlib import Path

import pytest

from data_access import Period
from data_access.language import (
    NO_BREAK_SPACE,
    cell_label,
    cell_short,
    format_change,
    format_date,
    format_datetime,
    format_euros,
    format_integer,
    format_percent,
    format_period,
    format_value,
    sort_key,
    texts,
)

_ = NO_BREAK_SPACE


@pytest.mark.parametrize(
    ("number", "latvian", "english"),
    [
        (0, "0", "0"),
        (999, "999", "999"),
        (1000, f"1{_}000", "1,000"),  # grouped from four digits on
        (10097, f"10{_}097", "10,097"),
        (1234567, f"1{_}234{_}567", "1,234,567"),
        (-1287, f"−1{_}287", "−1,287"),
    ],
)
def test_whole_numbers(number: int, latvian: str, english: str) -> None:
    assert format_integer(number, "lv") == latvian
    assert format_integer(number, "en") == english


@pytest.mark.parametrize(
    ("cents", "latvian", "english"),
    [
        (123456, f"1{_}234,56{_}€", "€1,234.56"),
        (5, f"0,05{_}€", "€0.05"),
        (0, f"0,00{_}€", "€0.00"),
        (-123456, f"−1{_}234,56{_}€", "−€1,234.56"),
        (100, f"1,00{_}€", "€1.00"),
        (9_007_199_254_740_993, f"90{_}071{_}992{_}547{_}409,93{_}€", "€90,071,992,547,409.93"),  # not a float's
    ],
)
def test_euros_of_cents(cents: int, latvian: str, english: str) -> None:
    assert format_euros(cents, "lv") == latvian
    assert format_euros(cents, "en") == english


def test_whole_euros_are_rounded_half_up() -> None:
    assert format_euros(150, "lv", places=0) == f"2{_}€"
    assert format_euros(250, "lv", places=0) == f"3{_}€"
    assert format_euros(249, "lv", places=0) == f"2{_}€"


@pytest.mark.parametrize(
    ("value", "latvian", "english"),
    [
        (12.3, f"12,3{_}%", "12.3%"),
        (0.25, f"0,3{_}%", "0.3%"),  # half up, also where the float lies below
        (2.05, f"2,1{_}%", "2.1%"),
        (100, f"100,0{_}%", "100.0%"),
        (-5.25, f"−5,3{_}%", "−5.3%"),
        (-0.04, f"0,0{_}%", "0.0%"),  # nothing has no sign
        (Decimal("1234.56"), f"1{_}234,6{_}%", "1,234.6%"),
    ],
)
def test_percent(value: float, latvian: str, english: str) -> None:
    assert format_percent(value, "lv") == latvian
    assert format_percent(value, "en") == english


def test_a_change_has_its_sign() -> None:
    assert format_change(12, "persons", "lv") == "+12"
    assert format_change(-12, "persons", "lv") == "−12"
    assert format_change(0, "persons", "lv") == "0"
    assert format_change(123456, "cents", "lv") == f"+1{_}234,56{_}€"
    assert format_change(-123456, "cents", "lv") == f"−1{_}234,56{_}€"


def test_a_value_is_written_in_its_unit() -> None:
    assert format_value(123456, "cents", "lv") == f"1{_}234,56{_}€"
    assert format_value(12.34, "percent", "lv") == f"12,3{_}%"
    assert format_value(1234, "households", "lv") == f"1{_}234"


def test_numbers_are_never_broken_over_two_lines() -> None:
    written = format_euros(123456789, "lv") + format_percent(1234.5, "lv") + format_integer(1234567, "lv")
    assert " " not in written
    assert "\u202f" not in written  # one kind of space, or a search finds only half


def test_dates_and_times() -> None:
    assert format_date(date(2023, 12, 31), "lv") == "31.12.2023."
    assert format_date(date(2023, 1, 2), "lv") == "02.01.2023."
    assert format_date(date(2023, 12, 31), "en") == "31 December 2023"
    assert format_datetime(datetime(2023, 12, 31, 9, 5), "lv") == f"31.12.2023. plkst.{_}09.05"
    assert format_datetime(datetime(2023, 12, 31, 9, 5), "en") == "31 December 2023, 09:05"


MONTHS = ["janvāris", "februāris", "marts", "aprīlis", "maijs", "jūnijs", "jūlijs", "augusts", "septembris"]
MONTHS += ["oktobris", "novembris", "decembris"]


@pytest.mark.parametrize(("number", "name"), [*enumerate(MONTHS, start=1)])
def test_months_in_latvian(number: int, name: str) -> None:
    assert cell_label(f"2023-{number:02}", "lv") == f"2023.{_}gada {name}"


@pytest.mark.parametrize(
    ("code", "latvian", "english"),
    [
        ("2023", f"2023.{_}gads", "2023"),
        ("2023-H2", f"2023.{_}gada 2.{_}pusgads", "H2 2023"),
        ("2023-Q1", f"2023.{_}gada 1.{_}ceturksnis", "Q1 2023"),
        ("2023-01", f"2023.{_}gada janvāris", "January 2023"),
    ],
)
def test_calendar_cells(code: str, latvian: str, english: str) -> None:
    assert cell_label(code, "lv") == latvian
    assert cell_label(code, "en") == english


def test_short_calendar_cells() -> None:
    shown = [cell_short(code, "lv") for code in ("2023", "2023-H2", "2023-Q1", "2023-01", "2023-05")]
    assert shown == ["2023", f"2.{_}pusg.", f"1.{_}cet.", "janv.", "maijs"]


@pytest.mark.parametrize(
    ("text", "latvian", "english"),
    [
        ("2023", f"2023.{_}gads", "2023"),
        ("2011..2023", f"2011.–2023.{_}gads", "2011–2023"),
        ("2023-Q1", f"2023.{_}gada 1.{_}ceturksnis", "Q1 2023"),
        ("2023-01-15..2023-03-31", "15.01.2023. – 31.03.2023.", "15 January 2023 – 31 March 2023"),
    ],
)
def test_periods(text: str, latvian: str, english: str) -> None:
    period = Period.parse(text)
    assert format_period(period.start, period.end, period.code, "lv") == latvian
    assert format_period(period.start, period.end, period.code, "en") == english


@pytest.fixture(scope="module")
def words(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("words")
    lv = '[n]\nzero = "{count} mājsaimniecību"\none = "{count} mājsaimniecība"\nother = "{count} mājsaimniecības"\n'
    en = '[n]\none = "{count} household"\nother = "{count} households"\n'
    (folder / "lv.toml").write_text(lv, encoding="utf-8")
    (folder / "en.toml").write_text(en, encoding="utf-8")
    return folder


@pytest.mark.parametrize(
    ("count", "form"),
    [
        *((n, "mājsaimniecību") for n in (0, 10, 11, 12, 19, 20, 30, 100, 111, 1000)),
        *((n, "mājsaimniecība") for n in (1, 21, 31, 101, 121, 1001, -1)),
        *((n, "mājsaimniecības") for n in (2, 9, 22, 102, 1287)),
    ],
)
def test_latvian_plural_forms(words: Path, count: int, form: str) -> None:
    assert texts("lv", words)("n", count=count) == f"{format_integer(count, 'lv')} {form}"


def test_english_plural_forms(words: Path) -> None:
    t = texts("en", words)
    assert [t("n", count=count) for count in (0, 1, 2, 21, 1000)] == [
        *("0 households", "1 household", "2 households", "21 households", "1,000 households")
    ]


def test_a_missing_word_is_an_error(words: Path) -> None:
    with pytest.raises(KeyError):
        texts("lv", words)("no_such_text")


@pytest.mark.parametrize(
    "in_order",
    [
        ["cena", "cits", "čeki", "datums"],  # č after c
        ["gads", "guļ", "ģimene", "haoss"],  # ģ after g
        ["kuģis", "kūts", "ķeblis", "laiks", "luga", "ļaudis"],  # ķ after k, ļ after l
        ["nauda", "nule", "ņemt", "oga"],  # ņ after n
        ["suns", "svars", "šalle", "tante"],  # š after s
        ["zeme", "zvans", "žurnāls"],  # ž after z
        ["Ikšķile", "Ķegums", "Lielvārde", "Ogre"],
        ["Krapes pagasts", "Ķeipenes pagasts", "Lauberes pagasts", "Lēdmanes pagasts", "Lielvārdes pagasts"],
        ["kapa", "kāpa", "kape"],  # a long vowel stands with its short one and decides only between equals
        ["īss", "izmaksa"],
        ["Adele", "ala", "Āris"],  # capitals with small letters
        ["Rēzekne", "Rēzekne 2", "Rēzeknes"],  # what is shorter comes first
    ],
)
def test_alphabetical_order(in_order: list[str]) -> None:
    backwards = in_order[::-1]
    assert sorted(backwards, key=sort_key) == in_order
