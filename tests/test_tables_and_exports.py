"""The table on screen and the files are one table: the same figures, in the same order, harmless to open."""

import csv
import io
import re
import zipfile
from dataclasses import replace
from decimal import Decimal

import openpyxl
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from data_access import TOTAL, UNKNOWN, WITHHELD, Question, compare_with_year_before, open_database
from data_access.telling import tables
from data_access.telling.reader import Reader
from data_access.telling.tables import Column, Row, Table
from data_access.telling.withheld import marked
from pages.parts import exports
from pages.parts.figures import key_figure
from pages.parts.texts import FOLDER

PAID = ("spend", "households_assisted", "persons_assisted")
# Latvian alphabetical order of the four towns that lead the vocabulary, counted by hand.
TOWNS = ["Ogre", "Ikšķile", "Ķegums", "Lielvārde"]


@pytest.fixture(scope="module")
def database(demonstration_url: str):
    return open_database(demonstration_url)


@pytest.fixture(scope="module")
def reader(database) -> Reader:
    return Reader(database.vocabulary, "lv", (FOLDER,))


@pytest.fixture(scope="module")
def by_benefit(database, reader: Reader) -> Table:
    answer = database.ask(Question.of(PAID, 2023, by=("benefit_group", "benefit")))
    return tables.listed(reader, answer.frame, ("benefit_group", "benefit"), PAID)


def row(table: Table, name: str) -> Row:
    [found] = [each for each in table.rows if each.name == name]
    return found


# ── tables ───────────────────────────────────────────────────────────────────────────────────────


def test_totals_are_counted_at_their_own_grain(by_benefit: Table) -> None:
    """Report: 943 households got the housing benefit, 223 the minimum income; 2566 all in all got anything."""
    assert row(by_benefit, "Mājokļa pabalsts").figures == (626254_55, 943, 1356)
    assert row(by_benefit, "Garantētā minimālā ienākuma pabalsts").figures == (134902_40, 223, 404)
    total = by_benefit.rows[-1]
    assert (total.name, total.total, total.figures[1]) == ("Kopā", True, 2566)
    parts = sum(each.figures[1] for each in by_benefit.rows if not each.total)
    assert parts > total.figures[1]  # a household with two benefits stands in two rows


def test_a_group_stands_above_its_parts(by_benefit: Table) -> None:
    names = [each.name for each in by_benefit.rows]
    assert names[0] == "Pamata sociālās palīdzības pabalsti"
    assert set(names[1:3]) == {"Garantētā minimālā ienākuma pabalsts", "Mājokļa pabalsts"}
    group, *parts = by_benefit.rows[:3]
    assert group.total
    assert sum(each.figures[0] for each in parts) == group.figures[0]  # euros add up, households do not


def test_a_group_of_one_part_stands_once(by_benefit: Table) -> None:
    """Report: crisis benefit, 53 households; it is a group of its own and its only benefit."""
    one = row(by_benefit, "Pabalsts krīzes situācijā")
    assert not one.total
    assert one.figures[1] == 53


def test_towns_then_parishes_each_in_latvian_order(database, reader: Reader) -> None:
    answer = database.ask(Question.of("spend", 2023, by="territory"))
    names = [each.name for each in tables.listed(reader, answer.frame, "territory", ["spend"]).rows]
    parishes = [name for name in names if name.endswith("pagasts")]
    assert names[: len(TOWNS)] == TOWNS
    alphabet = "abcčdefgģhijkķlļmnņoprsštuvzž"  # a long vowel stands with its short one
    short = str.maketrans("āēīū", "aeiu")
    places = [
        [alphabet.index(letter) for letter in name.lower().translate(short) if letter != " "] for name in parishes
    ]
    assert places == sorted(places)
    assert names[-2:] == ["Nav zināms", "Kopā"]


def test_totals_stand_last_in_columns_too(database, reader: Reader) -> None:
    answer = database.ask(Question.of("spend", 2023, by=("benefit", "form")))
    table = tables.crossed(reader, answer.frame, "benefit", "form", "spend")
    assert [column.name for column in table.columns] == ["Naudā", "Natūrā", "Kopā"]
    assert row(table, "Mājokļa pabalsts").figures == (234642_95, 391611_60, 626254_55)  # report, chapter on housing


def test_what_is_not_published_is_said_and_no_zero(database, reader: Reader) -> None:
    answer = database.ask(
        Question.of("households_assisted", "2011..2023", by="year", where={"social_assistance": "yes"})
    )
    table = tables.listed(reader, answer.frame, "year", ["households_assisted"])
    gap = row(table, reader.label("year", "2022"))
    assert gap.figures == (None,)
    assert tables.written(reader, gap, table.columns[0], None) == "nav publicēts"


def test_unknown_values_have_a_row(database, reader: Reader) -> None:
    """About 0,8 % of the demonstration's households have no known town or parish."""
    answer = database.ask(Question.of("spend", 2023, by="territory"))
    assert answer.value("spend", territory=UNKNOWN) > 0
    assert row(tables.listed(reader, answer.frame, "territory", ["spend"]), "Nav zināms")


def test_a_change_carries_its_sign_and_no_change_is_known_against_nothing(database, reader: Reader) -> None:
    """Report: housing benefit of residents 356 868,07 € in 2022 and, as read, 549 760,05 € in 2023."""
    both = compare_with_year_before(
        database, Question.of("spend", 2023, by="benefit", where={"population": "residents"})
    )
    table = tables.compared(reader, both.frame, "benefit", ["spend"], tables.periods_of(reader, both))
    housing = row(table, "Mājokļa pabalsts")
    assert housing.figures[:3] == (356868_07, 549760_05, 192891_98)
    written = [
        tables.written(reader, housing, column, figure)
        for column, figure in zip(table.columns, housing.figures, strict=True)
    ]
    assert [text.replace("\u00a0", " ") for text in written] == [
        "356 868,07 €",
        "549 760,05 €",
        "+192 891,98 €",
        "+54,1 %",
    ]
    households = compare_with_year_before(database, Question.of("households_assisted", 2023))
    table = tables.compared(
        reader,
        households.frame.assign(benefit=TOTAL),
        "benefit",
        ["households_assisted"],
        tables.periods_of(reader, households),
    )
    [only] = table.rows
    assert only.figures == (None, 2566, None, None)
    assert tables.written(reader, only, table.columns[2], None) == "–"


def test_the_most_are_of_parts_and_of_each_side_those_farthest_from_nothing() -> None:
    changes = {"gmi": -10, "housing": 40, "health": -30, "birth": 0, "meals": 5, "crisis": -20, TOTAL: 95}
    frame = pd.DataFrame({"benefit": [*changes, "funeral"], "change": pd.array([*changes.values(), None], "Int64")})
    found = tables.extremes(frame, "benefit", "change", most=2)
    assert found["benefit"].tolist() == ["housing", "meals", "crisis", "health"]


def test_a_key_figure_that_is_withheld_is_said_to_be_and_not_to_be_unknown(database, reader: Reader) -> None:
    question = Question.of("spend", 2023)
    both, series = compare_with_year_before(database, question), database.ask(Question.of("spend", 2023, by="year"))
    hidden = pd.DataFrame(True, both.frame.index, list(both.frame))
    both = replace(both, frame=marked(both.frame.assign(spend=pd.NA), hidden))
    found = key_figure(reader, "", both, series, "spend", "overview.spend", "euros")
    assert found.now is WITHHELD
    assert found.sentence.replace("\u00a0", " ") == "2023. gadā šo skaitli nerāda, jo pēc tā varētu atpazīt cilvēku."


def test_empty_and_unknown_are_told_apart() -> None:
    def table(*figures):
        return Table("", (Column("a", ""),), tuple(Row("", (figure,)) for figure in figures))

    assert table(0, 0).empty
    assert not table(0, 0).unknown
    assert table(None, None).unknown
    assert not table(None, 1).empty


# ── files ────────────────────────────────────────────────────────────────────────────────────────

SAID = (("Periods", "2023. gads"), ("Iedzīvotāju grupa", "Iedzīvotāji"), ("Datu stāvoklis", "Dati līdz 31.12.2023."))
SOURCE = ("Avots", "Demonstrācijas dati, saskaņoti ar publicēto 2023. gada pārskatu")


@pytest.fixture(scope="module")
def sheet(by_benefit: Table, reader: Reader) -> exports.Sheet:
    return exports.Sheet("2023. gadā izmaksāts", (*SAID, SOURCE), by_benefit, ("Daļas pārklājas.",), reader)


def read_xlsx(content: bytes) -> list[list]:
    """Lines of both sheets: what is said about the table, then the table."""
    about, data = openpyxl.load_workbook(io.BytesIO(content)).worksheets
    return [[cell.value for cell in line] for page in (about, data) for line in page.iter_rows()]


def read_csv(content: bytes) -> list[list[str]]:
    assert content.startswith(b"\xef\xbb\xbf")  # spreadsheets take it for UTF-8 by its byte order mark
    return list(csv.reader(io.StringIO(content.decode("utf-8-sig")), delimiter=";"))


def table_of(lines: list[list], corner: str) -> list[list]:
    start = next(place for place, line in enumerate(lines) if line and line[0] == corner)
    return lines[start:]


def test_the_workbook_has_the_table_as_numbers(sheet: exports.Sheet) -> None:
    header, *lines = table_of(read_xlsx(exports.as_xlsx(sheet)), sheet.table.corner)
    assert header == ["Pabalsts", "Izlietots, EUR", "Mājsaimniecības", "Personas mājsaimniecībās"]
    assert [line[0] for line in lines] == [each.name for each in sheet.table.rows]
    for line, each in zip(lines, sheet.table.rows, strict=True):
        assert all(isinstance(value, int | float) for value in line[1:])
        assert [Decimal(str(line[1])) * 100, *line[2:]] == [*map(int, each.figures)]


def test_the_workbook_says_what_it_is(sheet: exports.Sheet) -> None:
    lines = read_xlsx(exports.as_xlsx(sheet))
    assert lines[0][0] == sheet.title
    assert [tuple(line[:2]) for line in lines[1 : 1 + len(sheet.said)]] == list(sheet.said)
    words = "\n".join(str(value) for line in lines for value in line if value)
    assert "Daļas pārklājas." in words
    assert "Demonstrācijas dati" in words
    assert "Dati līdz 31.12.2023." in words


@pytest.mark.parametrize(
    ("native", "series"),
    [
        (exports.NativeChart("bar", (0,), (1, 2)), [("Dati!$B$1", "(Dati!$A$3,Dati!$A$4)", "(Dati!$B$3,Dati!$B$4)")]),
        (
            exports.NativeChart("line", (1, 2), (0, 3), by_row=True),
            [
                ("Dati!$A$2", "(Dati!$C$1,Dati!$D$1)", "(Dati!$C$2,Dati!$D$2)"),
                ("Dati!$A$5", "(Dati!$C$1,Dati!$D$1)", "(Dati!$C$5,Dati!$D$5)"),
            ],
        ),
    ],
    ids=["columns", "rows"],
)
def test_the_native_chart_stands_over_cells_of_the_table(sheet: exports.Sheet, native, series: list) -> None:
    """So that the spreadsheet program draws the figures of the table, and anew when one is changed."""
    _, data = openpyxl.load_workbook(io.BytesIO(exports.as_xlsx(replace(sheet, chart=native)))).worksheets
    [chart] = data._charts
    found = [(one.tx.strRef.f, (one.cat.strRef or one.cat.numRef).f, one.val.numRef.f) for one in chart.series]
    assert found == series


@pytest.mark.parametrize("kind", ["bar", "line"])
def test_names_of_categories_lie_beside_bars_that_are_less_than_zero(sheet: exports.Sheet, kind: str) -> None:
    native = exports.NativeChart(kind, (0,), (1, 2))
    with zipfile.ZipFile(io.BytesIO(exports.as_xlsx(replace(sheet, chart=native)))) as package:
        [name] = [name for name in package.namelist() if re.match(r"xl/charts/chart\d", name)]
        chart = package.read(name).decode()
    categories = re.search(r"<c:catAx>.*</c:catAx>", chart, re.DOTALL)[0]
    assert '<c:tickLblPos val="low"/>' in categories


def test_long_sentences_about_a_table_have_all_their_lines(sheet: exports.Sheet) -> None:
    long = " ".join(["Skaitļus, pēc kuriem varētu atpazīt cilvēku, nerāda."] * 6)  # 317 letters
    told = replace(sheet, said=(("Aizsardzība", long), ("Periods", "2023. gads")), notes=(long, "Īsi."))
    about = openpyxl.load_workbook(io.BytesIO(exports.as_xlsx(told))).worksheets[0]
    heights = [about.row_dimensions[row].height or 15 for row in (2, 3, 5, 6)]
    assert [height // 15 for height in heights] == [4, 1, 4, 1]
    assert about["B2"].alignment.wrap_text
    assert about["A5"].alignment.wrap_text
    assert [about["A5"].value, about["A6"].value] == [long, "Īsi."]


def test_the_csv_has_the_same_table(sheet: exports.Sheet) -> None:
    lines = read_csv(exports.as_csv(sheet))
    header, *body = table_of(lines, sheet.table.corner)
    assert header == table_of(read_xlsx(exports.as_xlsx(sheet)), sheet.table.corner)[0]
    for line, each in zip(body, sheet.table.rows, strict=True):
        assert line[0] == each.name
        assert re.fullmatch(r"-?\d+,\d\d", line[1])
        assert [round(Decimal(line[1].replace(",", ".")) * 100), *map(int, line[2:])] == list(each.figures)
    assert lines[0] == [sheet.title]
    assert [tuple(line) for line in lines[1 : 1 + len(sheet.said)]] == list(sheet.said)
    assert ["Daļas pārklājas."] in lines


COUNT = Column("Skaits", "")


def one_cell(reader: Reader, figure, column: Column = COUNT, name: str = "rinda") -> exports.Sheet:
    return exports.Sheet("t", (), Table("Kas", (column,), (Row(name, (figure,)),)), (), reader)


def test_what_is_not_known_is_a_word_in_both_files(reader: Reader) -> None:
    sheet = one_cell(reader, None)
    assert table_of(read_xlsx(exports.as_xlsx(sheet)), "Kas")[1] == ["rinda", "nav publicēts"]
    assert table_of(read_csv(exports.as_csv(sheet)), "Kas")[1] == ["rinda", "nav publicēts"]


@pytest.mark.parametrize(
    ("unit", "figure", "in_xlsx", "in_csv"),
    [
        ("cents", -123456, -1234.56, "-1234,56"),
        ("cents", 5, 0.05, "0,05"),
        ("percent", 13.84, 13.8, "13,8"),
        ("", 1304, 1304, "1304"),
        ("", 0, 0, "0"),
    ],
)
def test_numbers_are_numbers(reader: Reader, unit: str, figure, in_xlsx: float, in_csv: str) -> None:
    sheet = one_cell(reader, figure, Column("Skaits", unit))
    assert table_of(read_xlsx(exports.as_xlsx(sheet)), "Kas")[1][1] == in_xlsx
    assert table_of(read_csv(exports.as_csv(sheet)), "Kas")[1][1] == in_csv


DANGEROUS = ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", " =1", "\r=1", "\n=1", '=HYPERLINK("http://x")']


@pytest.mark.parametrize("text", DANGEROUS)
def test_texts_that_look_like_formulas_are_harmless(reader: Reader, text: str) -> None:
    sheet = replace(one_cell(reader, 1, Column(text, ""), name=text), title=text, said=((text, text),), notes=(text,))
    sheet = replace(sheet, table=replace(sheet.table, corner=text))
    cells = [value for line in read_xlsx(exports.as_xlsx(sheet)) for value in line if isinstance(value, str)]
    cells += [value for line in read_csv(exports.as_csv(sheet)) for value in line if not value.isdigit()]
    assert cells
    for cell in filter(None, cells):
        assert cell.lstrip()[:1] not in "=+-@", repr(cell)
    pages = openpyxl.load_workbook(io.BytesIO(exports.as_xlsx(sheet))).worksheets
    assert not [cell for page in pages for line in page.iter_rows() for cell in line if cell.data_type == "f"]


@settings(max_examples=200, deadline=None)
@given(st.text(max_size=30))
def test_no_text_becomes_a_formula(text: str) -> None:
    made = exports.harmless(text)
    assert made.lstrip()[:1] not in tuple("=+-@") or made.lstrip() == ""
    assert made in (text, f"'{text}")


def test_ordinary_words_stay_as_they_are() -> None:
    for text in ("Ogre", "2023. gads", "18 gadi un vairāk", "„Saime”", "0–6"):
        assert exports.harmless(text) == text


def test_a_files_name_is_plain() -> None:
    assert exports.file_name("benefits", "by_month", "2023-Q1", ending="xlsx") == "benefits_by_month_2023_q1.xlsx"
    assert re.fullmatch(r"[a-z0-9_]+\.csv", exports.file_name("../Ķegums", "a/b", ending="csv"))
