"""Headlines of slides: true for the figures and correct, whatever these are."""

from dataclasses import replace
from datetime import date

import pandas as pd
import pytest

from data_access import INTERNAL, AsOf, Database, Period, open_database
from data_access.answer import Note
from data_access.language import LANGUAGES
from data_access.measures import measures
from data_access.telling import headlines
from data_access.telling.builder import wording
from data_access.telling.builder.asking import Answered
from data_access.telling.builder.request import Request
from data_access.telling.reader import Reader

NB = "\u00a0"
HIDDEN = "hidden"  # in a column of figures: withheld


@pytest.fixture(scope="module")
def database(demonstration_url: str) -> Database:
    return open_database(demonstration_url)


@pytest.fixture(scope="module")
def reader(database: Database) -> Reader:
    return Reader(database.vocabulary, "lv")


def answered(by: tuple[str, ...], rows: dict, measure: str, before: dict | None = None, period="2023") -> Answered:
    """An answer whose rows are given by their codes; `before` are the figures of the year before."""
    codes = [key if isinstance(key, tuple) else (key,) for key in rows]
    frame = pd.DataFrame([dict(zip(by, key, strict=True)) for key in codes] if by else [{}])

    def column(values, name: str) -> None:
        values = list(values)
        figures = [pd.NA if value in (HIDDEN, None) else value for value in values]
        frame[name] = pd.array(figures, dtype="Float64" if measure == "missed_share" else "Int64")
        if HIDDEN in values:
            frame[f"{name}_withheld"] = [value == HIDDEN for value in values]

    column(rows.values(), measure)
    if before is not None:
        pairs = list(zip(rows.values(), before.values(), strict=True))
        known = [None if None in pair else HIDDEN if HIDDEN in pair else pair[0] - pair[1] for pair in pairs]
        column(before.values(), f"{measure}_before")
        column(known, f"{measure}_change")
        parts = [
            100 * change / old if old and change not in (None, HIDDEN) else pd.NA
            for change, (_, old) in zip(known, pairs, strict=True)
        ]
        frame[f"{measure}_change_percent"] = pd.array(parts, dtype="Float64")
        if HIDDEN in known:
            frame[f"{measure}_change_percent_withheld"] = [change == HIDDEN for change in known]
    as_of = AsOf(pd.Timestamp("2024-01-02"), pd.Timestamp("2011-01-01"), pd.Timestamp("2023-12-31"), False)
    return Answered(frame, (), as_of, Period.parse(period), Period.parse("2022") if before is not None else None)


def said(reader: Reader, measure: str, by: tuple[str, ...], rows: dict, before=None, period="2023", **more) -> str:
    compare = "year" if before is not None else None
    movers = more.pop("movers", False)
    column = by[1] if len(by) > 1 else None
    request = Request((measure,), period, by[:1], column, compare=compare, audience=INTERNAL, **more)
    text = headlines.headline(reader, request, answered(by, rows, measure, before, period), movers)
    return text.replace(NB, " ")


TOTAL = "total"
GMI, HOUSING, HEALTH, CRISIS = "gmi", "housing", "health", "crisis"
LEAD = "2023. gadā pabalstiem izlietoja"


SPREAD = "Izlietotā summa pa pabalstiem 2023. gadā"


@pytest.mark.parametrize(
    ("rows", "expected"),
    [
        (
            {GMI: 10_000, HOUSING: 30_050, TOTAL: 40_050},
            f"{SPREAD}: visvairāk – mājokļa pabalsts (301 € no 401 €)",
        ),
        (
            {GMI: 30_000, HOUSING: 30_000, TOTAL: 60_000},
            f"{SPREAD}: visvairāk – garantētā minimālā ienākuma pabalsts un mājokļa pabalsts (katrā 300 € no 600 €)",
        ),
        (
            {GMI: 500, HOUSING: 500, HEALTH: 500, CRISIS: 500, TOTAL: 2_000},
            f"{SPREAD}: lielākais skaitlis (5 €) ir vairākās rindās",
        ),
        ({HOUSING: 30_000, GMI: 0, TOTAL: 30_000}, f"{SPREAD}: viss – mājokļa pabalsts (300 €)"),
        ({HOUSING: 0, TOTAL: 0}, f"{LEAD} 0 €"),
        ({HOUSING: HIDDEN, GMI: HIDDEN, TOTAL: 70_000}, f"{LEAD} 700 €; pa daļām skaitļus nerāda"),
        # What is not shown is 500 € together, more than what is shown; then 100 €, less than it.
        ({HOUSING: 20_000, GMI: HIDDEN, TOTAL: 70_000}, f"{SPREAD}: kopā 700 €, dažus skaitļus nerāda"),
        (
            {HOUSING: 60_000, GMI: HIDDEN, HEALTH: HIDDEN, TOTAL: 70_000},
            f"{SPREAD}: visvairāk – mājokļa pabalsts (600 € no 700 €)",
        ),
        ({HOUSING: 35_000, GMI: HIDDEN, TOTAL: 70_000}, f"{SPREAD}: kopā 700 €, dažus skaitļus nerāda"),
        ({HOUSING: HIDDEN, TOTAL: HIDDEN}, f"{LEAD} (k); pa daļām skaitļus nerāda"),
        ({HOUSING: None, TOTAL: None}, f"{SPREAD} – nav publicēts"),
        ({HOUSING: 900, GMI: None, TOTAL: 900}, f"{SPREAD}: visvairāk – mājokļa pabalsts (9 € no 9 €)"),
    ],
)
def test_where_the_most_is(reader: Reader, rows: dict, expected: str) -> None:
    assert said(reader, "spend", ("benefit",), rows) == expected


VISITS = "2023. gadā dienas centros bija"


@pytest.mark.parametrize(
    ("now", "before", "expected"),
    [
        (1_123, 1_000, f"{VISITS} 1 123 apmeklējumi, par 12,3 % vairāk nekā 2022. gadā"),
        (900, 1_000, f"{VISITS} 900 apmeklējumu, par 10,0 % mazāk nekā 2022. gadā"),
        (1_001, 1_001, f"{VISITS} 1 001 apmeklējums, tikpat, cik 2022. gadā"),
        (11, None, f"{VISITS} 11 apmeklējumu, par 2022. gadu skaitlis nav publicēts"),
        (21, HIDDEN, f"{VISITS} 21 apmeklējums, salīdzinājumu ar to, kas bija 2022. gadā, nerāda"),
        (2, 0, f"{VISITS} 2 apmeklējumi, par 2 vairāk nekā 2022. gadā"),
        (None, 5, "Apmeklējumi: par 2023. gadu skaitlis nav publicēts"),
        (HIDDEN, 5, f"{VISITS} (k) apmeklējumi, salīdzinājumu ar to, kas bija 2022. gadā, nerāda"),
    ],
)
def test_how_the_whole_changed(reader: Reader, now, before, expected: str) -> None:
    rows = {"saime": now, TOTAL: now}
    assert said(reader, "visits", ("branch",), rows, {"saime": before, TOTAL: before}) == expected


@pytest.mark.parametrize(
    ("now", "before", "expected"),
    [(12.5, 10.0, "par 2,5 procentpunktiem vairāk nekā"), (10.0, 12.5, "par 2,5 procentpunktiem mazāk nekā")],
)
def test_a_share_changes_by_percentage_points(reader: Reader, now: float, before: float, expected: str) -> None:
    text = said(reader, "missed_share", (), {(): now}, {(): before})
    assert text.startswith("2023. gadā neapmeklēto konsultāciju īpatsvars bija ")
    assert expected in text


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        (
            {GMI: 26_245_012, HOUSING: -25_122_693, CRISIS: 0},
            "2023. gadā pret gadu iepriekš visvairāk pieauga garantētā minimālā ienākuma pabalsts (+262 450 €)"
            " un visvairāk samazinājās mājokļa pabalsts (−251 227 €)",
        ),
        ({GMI: 500}, "2023. gadā pret gadu iepriekš visvairāk pieauga garantētā minimālā ienākuma pabalsts (+5 €)"),
        (
            {HOUSING: -500, GMI: HIDDEN},
            "2023. gadā pret gadu iepriekš samazinājās mājokļa pabalsts (−5 €)",
        ),
        ({HOUSING: 0, GMI: 0}, "2023. gadā katrā rindā ir tikpat, cik 2022. gadā"),
        ({HOUSING: HIDDEN}, "2023. gadā pārmaiņas nerāda"),
        ({HOUSING: None}, "2023. gadā pārmaiņas nav zināmas"),
    ],
)
def test_what_changed_most(reader: Reader, changes: dict, expected: str) -> None:
    before = dict.fromkeys(changes, 90_000_000) | {TOTAL: 90_000_000 * len(changes)}
    rows = {code: before[code] + value if isinstance(value, int) else value for code, value in changes.items()}
    text = said(reader, "spend", ("benefit",), {**rows, TOTAL: 1}, before, movers=True)
    assert text == expected


YEARS = ("year", "status")


@pytest.mark.parametrize(
    ("now", "before", "whole", "expected"),
    [
        # Not shown is what was 200 € and is 50 € now: it cannot have risen by 60 €, but fallen by more than 40 €.
        ((16_000, 6_000), (10_000, 10_000), (27_000, 40_000), "visvairāk pieauga {} (+60 €) un samazinājās {} (−40 €)"),
        # What was 30 € and is 100 € now can have risen by more than 60 €, but not fallen by 40 €.
        ((16_000, 6_000), (10_000, 10_000), (32_000, 23_000), "pieauga {} (+60 €) un visvairāk samazinājās {} (−40 €)"),
    ],
)
def test_nothing_rose_most_where_what_is_not_shown_could_have(reader: Reader, now, before, whole, expected) -> None:
    rows = dict(zip((HOUSING, HEALTH), now, strict=True)) | {GMI: HIDDEN, TOTAL: whole[0]}
    old = dict(zip((HOUSING, HEALTH), before, strict=True)) | {GMI: HIDDEN, TOTAL: whole[1]}
    text = said(reader, "spend", ("benefit",), rows, old, movers=True)
    named = expected.format("mājokļa pabalsts", "pabalsts veselības aprūpei")
    assert text == f"2023. gadā pret gadu iepriekš {named}"


COURSE = "Mājsaimniecības ar statusu 2023. gadā"


@pytest.mark.parametrize(
    ("rows", "expected"),
    [
        (
            {("2021", "needy"): 691, ("2022", "needy"): None, ("2023", "needy"): 823},
            f"{COURSE}: trūcīga – 823, par 132 vairāk nekā 2021. gadā",
        ),
        (
            {
                ("2022", "needy"): 972,
                ("2023", "needy"): 823,
                ("2022", "low_income"): 793,
                ("2023", "low_income"): 793,
            },
            f"{COURSE}: trūcīga – 823, par 149 mazāk nekā 2022. gadā; maznodrošināta – 793, tikpat",
        ),
        (
            {("2021", "needy"): 691, ("2023", "needy"): 823, ("2021", "low_income"): None, ("2023", "low_income"): 7},
            f"{COURSE}: trūcīga – 823, par 132 vairāk nekā 2021. gadā; maznodrošināta – 7",
        ),
        ({("2023", "needy"): 691, ("2023", "low_income"): 7}, f"{COURSE}: trūcīga – 691; maznodrošināta – 7"),
        ({("2022", "needy"): HIDDEN, ("2023", "needy"): HIDDEN}, "Mājsaimniecības ar statusu: skaitļus nerāda"),
        ({("2022", "needy"): None, ("2023", "needy"): None}, "Mājsaimniecības ar statusu: skaitļi nav publicēti"),
    ],
)
def test_where_a_series_is_and_how_it_came_there(reader: Reader, rows: dict, expected: str) -> None:
    totals = {(year, TOTAL): value for (year, _), value in rows.items()}
    assert said(reader, "households_with_status", YEARS, {**rows, **totals}, period="2021..2023") == expected


@pytest.mark.parametrize(
    ("day", "expected"),
    [
        # The year of the break is of both sides; one that begins with it is of the new one.
        (date(2021, 7, 1), "90, par 10 vairāk nekā 2022. gadā"),
        (date(2021, 1, 1), "90, par 50 vairāk nekā 2021. gadā"),
        (date(2023, 7, 1), "90, par 10 vairāk nekā 2022. gadā (datu rindā ir pārrāvums)"),
        (date(2024, 7, 1), "90, par 60 vairāk nekā 2020. gadā"),
    ],
)
def test_years_are_not_compared_across_a_break_in_silence(reader: Reader, day: date, expected: str) -> None:
    rows = {"2020": 30, "2021": 40, "2022": 80, "2023": 90, TOTAL: 240}
    found = answered(("year",), rows, "visits", period="2020..2023")
    found = replace(found, notes=(Note.of("break", day=day, reason_lv="", reason_en=""),))
    request = Request(("visits",), "2020..2023", ("year",), audience=INTERNAL)
    assert headlines.headline(reader, request, found).replace(NB, " ") == f"Apmeklējumi 2023. gadā: {expected}"


def test_within_a_year_it_is_said_when_there_was_the_most(reader: Reader) -> None:
    rows = {"2023-01": 10_000, "2023-02": 30_000, "2023-03": None, TOTAL: 40_000}
    assert said(reader, "spend", ("month",), rows) == f"{LEAD} 400 €, visvairāk – 2023. gada februārī (300 €)"


def test_of_a_few_columns_each_has_its_most(reader: Reader) -> None:
    by = ("problem_area", "age_class")
    rows = {
        ("anxiety", "child"): 35,
        ("anxiety", "adult"): 30,
        ("anxiety", TOTAL): 65,
        ("depression", "child"): HIDDEN,
        ("depression", "adult"): 43,
        ("depression", TOTAL): HIDDEN,
        (TOTAL, "child"): 35,
        (TOTAL, "adult"): 73,
        (TOTAL, TOTAL): 101,
    }
    assert said(reader, "psychologist_clients", by, rows) == (
        "Psihologu klienti pa problēmu jomām 2023. gadā, visvairāk: pieaugušie – depresija (43)"
    ), "of children what is not shown could be more"
    rows["depression", "child"] = 12
    assert said(reader, "psychologist_clients", by, rows) == (
        "Psihologu klienti pa problēmu jomām 2023. gadā, visvairāk: bērni – trauksme (35), pieaugušie – depresija (43)"
    )


def test_filters_are_said(reader: Reader) -> None:
    text = said(reader, "spend", ("benefit",), {HOUSING: 100, TOTAL: 100}, where=(("form", ("cash",)),))
    assert text == f"{SPREAD} (naudā): viss – mājokļa pabalsts (1 €)"


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_measure_has_a_sentence(database: Database, language: str) -> None:
    reader = Reader(database.vocabulary, language)
    for code in measures():
        text = said(reader, code, (), {(): 2_100 if code == "spend" else 21})
        assert "21" in text
        assert "2023" in text
        assert "{" not in text


def test_a_clause_ends_in_one_comma(reader: Reader) -> None:
    codes = ("households_assisted", "spend", "persons_assisted")
    assert wording.asked(reader, codes, (), Period.year(2023)).replace(NB, " ") == (
        "Mājsaimniecības, kas saņēma pabalstus, izlietotā summa un personas šajās mājsaimniecībās 2023. gadā"
    )
