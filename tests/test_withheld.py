"""What is made of withheld figures: nothing. Sentences, sums, shares, rests, ranks and charts on hand-made frames."""

import csv
import io
import json

import openpyxl
import pandas as pd
import pytest

from data_access import TOTAL, WITHHELD, Answer, Period, Question, open_database
from data_access.comparison import Comparison
from data_access.telling import sentences, tables, withheld
from data_access.telling.builder import making
from data_access.telling.builder.asking import Answered
from data_access.telling.builder.figures import REST, Figures
from data_access.telling.builder.request import Request
from data_access.telling.reader import Reader
from data_access.telling.tables import Column, Row, Table
from pages.parts import charts, exports
from pages.parts.running import running
from pages.parts.texts import FOLDER

MARK = "(k)"
HIDDEN = object()  # in a frame of these tests: a withheld figure


@pytest.fixture(scope="module")
def reader(demonstration_url: str) -> Reader:
    return Reader(open_database(demonstration_url).vocabulary, "lv", (FOLDER,))


def frame(by: tuple[str, ...], columns: tuple[str, ...], *rows: tuple) -> pd.DataFrame:
    """A marked frame of codes and figures."""
    plain = pd.DataFrame([row[: len(by)] for row in rows], columns=list(by), dtype="object")
    secret = pd.DataFrame(index=plain.index)
    for place, name in enumerate(columns, start=len(by)):
        figures = [row[place] for row in rows]
        plain[name] = pd.array([None if figure is HIDDEN else figure for figure in figures], dtype="Int64")
        secret[name] = [figure is HIDDEN for figure in figures]
    return withheld.marked(plain, secret)


def spend(*rows: tuple) -> pd.DataFrame:
    return frame(("benefit",), ("spend",), *rows)


def answer(by: tuple[str, ...], code: str, *rows: tuple) -> Answer:
    marked = frame(by, (code,), *rows)
    secret = pd.DataFrame({code: withheld.hidden(marked, code)})
    question = Question.of(code, 2023, by=by, audience="council")
    return Answer(question, marked, (), None, secret)


# ── sentences ────────────────────────────────────────────────────────────────────────────────────


def test_a_withheld_figure_stands_in_a_sentence_as_its_mark(reader: Reader) -> None:
    assert sentences.counted(reader, "households_to", WITHHELD) == "(k) mājsaimniecībām"
    assert sentences.euros(reader, WITHHELD) == MARK
    assert sentences.counted(reader, "households_to", None) == "nav publicēts"
    assert sentences.euros(reader, None) == "nav publicēts"
    assert reader.percent(WITHHELD) == reader.change("cents", WITHHELD) == reader.value("cents", WITHHELD) == MARK


def test_every_part_that_is_shown_is_named_and_a_withheld_one_is_left_out(reader: Reader) -> None:
    split = answer(("status",), "households_with_status", ("needy", 7), ("low_income", HIDDEN), (TOTAL, HIDDEN))
    assert sentences.named(reader, split, "status", "households_with_status") == "trūcīga – 7"


def test_the_first_is_the_first_of_those_shown_and_it_is_said(reader: Reader) -> None:
    """A withheld figure may be the highest."""
    rows = spend(("gmi", 5_00), ("housing", HIDDEN), ("health", 3_00), (TOTAL, 99_00))
    said = sentences.say(
        reader, "benefits.by_territory", when="Tad", **sentences.first(reader, rows, "benefit", "spend")
    )
    assert said.endswith("– 5\u00a0€, ja skata tikai rādītos skaitļus")
    shown = sentences.first(reader, spend(("gmi", 5_00), ("health", 3_00), (TOTAL, 8_00)), "benefit", "spend")
    assert sentences.say(reader, "benefits.by_territory", when="Tad", **shown).endswith("– 5\u00a0€")


def test_where_all_are_withheld_none_is_the_first(reader: Reader) -> None:
    first = sentences.first(reader, spend(("gmi", HIDDEN), ("housing", HIDDEN), (TOTAL, 9_00)), "benefit", "spend")
    assert (first["name"], first["figure"]) == (MARK, MARK)


def comparison(*rows: tuple) -> pd.DataFrame:
    columns = ("spend", "spend_before", "spend_change", "spend_change_percent")
    return frame(("benefit",), columns, *rows)


def test_a_change_with_a_withheld_side_is_not_said(reader: Reader) -> None:
    for now, before in ((HIDDEN, 5_00), (5_00, HIDDEN)):
        both = Comparison(answer((), "spend", (now,)), answer((), "spend", (before,)), pd.DataFrame(), ())
        said = sentences.against(reader, "benefits.by_month", both, "spend")
        assert said.endswith(", salīdzinājumu ar to, kas bija 2023. gadā, nerāda")


def test_what_moved_most_is_said_of_the_changes_shown(reader: Reader) -> None:
    rows = comparison(
        ("gmi", 9_00, 2_00, 7_00, 350), ("housing", HIDDEN, 1_00, HIDDEN, HIDDEN), ("health", 1_00, 4_00, -3_00, -75)
    )
    said = sentences.moved(reader, rows, "benefit", "spend", "Tad")
    assert "par 7\u00a0€" in said
    assert "par 3\u00a0€" in said
    assert said.startswith("Tad salīdzinājumā ar gadu iepriekš no rādītajiem visvairāk pieauga „Garantētā")
    assert list(tables.extremes(rows, "benefit", "spend_change")["benefit"]) == ["gmi", "health"]


def test_a_series_goes_from_one_shown_figure_to_another(reader: Reader) -> None:
    series = answer(("year",), "visits", ("2021", HIDDEN), ("2022", 5), ("2023", 6), (TOTAL, HIDDEN))
    said = sentences.since(reader, "day_centres.years_chosen", series, "year", "visits", "visits")
    assert said == "2023. gadā bija 6 apmeklējumi, par 1 vairāk nekā 2022. gadā"
    nothing = answer(("year",), "spend", ("2022", HIDDEN), ("2023", None), (TOTAL, HIDDEN))
    assert (
        sentences.since(reader, "households.had_status", nothing, "year", "spend", "visits")
        == "Izlietots: skaitļus nerāda"
    )


# ── sums, shares, rests, ranks ───────────────────────────────────────────────────────────────────


def test_after_a_withheld_month_the_sum_is_withheld() -> None:
    columns = ("spend", "spend_before", "spend_change", "spend_change_percent")
    months = frame(
        ("month",),
        columns,
        ("2023-01", 1, 1, 0, 0),
        ("2023-02", HIDDEN, 1, HIDDEN, HIDDEN),
        ("2023-03", 3, None, None, None),
        (TOTAL, 9, 3, 6, 200),
    )
    summed = running(months, "month", "spend")
    assert withheld.column(summed, "spend") == [1, WITHHELD, WITHHELD]
    assert withheld.column(summed, "spend_before") == [1, 2, None]
    assert withheld.column(summed, "spend_change") == [0, WITHHELD, WITHHELD]
    assert withheld.column(summed, "spend_change_percent") == [0, WITHHELD, WITHHELD]


def made(reader: Reader, request: Request, rows: pd.DataFrame) -> dict[str, tuple]:
    answered = Answered(rows, (), None, Period.year(2023))
    return {row.name: row.figures for row in making.make(reader, request, answered).table.rows}


def test_a_share_with_a_withheld_part_or_whole_is_withheld(reader: Reader) -> None:
    request = Request(("spend",), "2023", ("form",), share="total", audience="council")
    part = made(reader, request, frame(("form",), ("spend",), ("cash", 1), ("in_kind", HIDDEN), (TOTAL, 4)))
    assert part["Naudā"] == (1, 25)
    assert part["Natūrā"] == (WITHHELD, WITHHELD)
    whole = made(reader, request, frame(("form",), ("spend",), ("cash", 1), ("in_kind", 3), (TOTAL, HIDDEN)))
    assert whole["Naudā"] == (1, WITHHELD)


@pytest.mark.parametrize(
    ("figures", "rest"),
    [
        ((9, 8, 2, 1, 20), 3),
        ((9, 8, 2, HIDDEN, 20), 3),  # a part of it: the total less what is kept tells it anyway
        ((9, HIDDEN, 2, HIDDEN, 20), WITHHELD),
        ((9, 8, HIDDEN, HIDDEN, HIDDEN), WITHHELD),
    ],
)
def test_a_rest_that_cannot_be_reckoned_from_what_is_shown_is_withheld(figures: tuple, rest) -> None:
    codes = ("gmi", "housing", "health", "crisis", TOTAL)
    rows = spend(*zip(codes, figures, strict=True))
    request = Request(("spend",), "2023", ("benefit",), audience="council")
    found = Figures(request, Answered(rows, (), None, Period.year(2023))).with_rest(("gmi", "housing"))
    assert found.get((REST,), "spend") is rest or found.get((REST,), "spend") == rest


def test_a_combination_that_has_no_row_is_a_zero_also_within_a_withheld_whole() -> None:
    """Where its zero is withheld, it has a row. Where the whole is not published, nothing is known of it."""
    by = ("benefit", "form")
    for whole, found in ((HIDDEN, 0), (None, None)):
        rows = frame(by, ("spend",), ("gmi", "cash", HIDDEN), ("gmi", TOTAL, whole), (TOTAL, TOTAL, 9))
        request = Request(("spend",), "2023", ("benefit",), "form", audience="council")
        figures = Figures(request, Answered(rows, (), None, Period.year(2023)))
        assert figures.get(("gmi", "in_kind"), "spend") == found
        assert figures.get(("gmi", "cash"), "spend") is WITHHELD


@pytest.mark.parametrize("ascending", [False, True])
def test_rows_are_sorted_by_what_is_shown_and_withheld_ones_stand_last(reader: Reader, ascending: bool) -> None:
    rows = spend(("gmi", HIDDEN), ("housing", 5), ("health", 7), ("crisis", HIDDEN), (TOTAL, 99))
    request = Request(("spend",), "2023", ("benefit",), sort="spend", ascending=ascending, audience="council")
    found = making.make(reader, request, Answered(rows, (), None, Period.year(2023)))
    assert found.outer[:2] == (("housing", "health") if ascending else ("health", "housing"))
    assert found.outer[2:] == ("gmi", "crisis")
    assert reader.t("builder.sorted_shown", mark=MARK) in found.remarks


# ── tables and files ─────────────────────────────────────────────────────────────────────────────


def table(*figures) -> Table:
    return Table("Pabalsts", (Column("Izlietots", "cents"),), tuple(Row(f"{n}", (f,)) for n, f in enumerate(figures)))


def test_all_withheld_is_a_state_of_its_own() -> None:
    assert table(WITHHELD, None).withheld
    assert table(WITHHELD, None).empty
    assert not table(WITHHELD, None).unknown
    for figures in ((WITHHELD, 0), (WITHHELD, 5)):  # a shown zero tells something
        assert not table(*figures).withheld
        assert not table(*figures).empty
    assert not table(None, 0).withheld


def test_rows_without_a_value_stay_where_their_figure_is_withheld(reader: Reader) -> None:
    rows = spend(("gmi", 5), ("unknown", HIDDEN), (TOTAL, 9))
    assert "unknown" in set(tables.filled(rows, "benefit", "spend")["benefit"])
    crossed = tables.listed(reader, rows, "benefit", ["spend"])
    assert [row.figures for row in crossed.rows] == [(5,), (WITHHELD,), (9,)]


def test_files_have_the_mark_and_their_chart_a_gap(reader: Reader) -> None:
    """A word in a cell that is drawn over is drawn as zero: the chart is drawn over an empty cell in its place."""
    native = exports.NativeChart("line", (0,), (0, 1, 2))
    sheet = exports.Sheet("Nosaukums", (), table(100, WITHHELD, None), (), reader, native)
    lines = list(csv.reader(io.StringIO(exports.as_csv(sheet).decode("utf-8-sig")), delimiter=";"))
    assert [line[1] for line in lines[-3:]] == ["1,00", MARK, "nav publicēts"]
    book = openpyxl.load_workbook(io.BytesIO(exports.as_xlsx(sheet)))
    page = book.worksheets[1]
    assert [page.cell(row, 2).value for row in (2, 3, 4)] == [1, MARK, "nav publicēts"]
    drawn = page._charts[0].series[0].val.numRef.f.strip("()").split(",")
    empty = drawn[1].split("!")[1].replace("$", "")
    assert drawn[0].endswith("$B$2")
    assert drawn[1] == drawn[2]
    assert page[empty].value is None


# ── charts ───────────────────────────────────────────────────────────────────────────────────────


def drawn_texts(figure) -> list[str]:
    spec = json.loads(figure.to_json())
    texts = [text for trace in spec["data"] for text in trace.get("text") or () if isinstance(text, str)]
    return texts + [note["text"] for note in spec["layout"].get("annotations", [])]


def test_a_withheld_bar_has_no_length_but_its_mark(reader: Reader) -> None:
    figure = charts.bars(reader, spend(("gmi", 5_00), ("housing", HIDDEN), (TOTAL, 9_00)), "benefit", "spend")
    bar, mark = figure.data[0], figure.data[1]
    assert list(bar.x) == [5.0, None]
    assert list(mark.text) == [MARK]
    assert [each[1] for each in bar.customdata] == ["5,00\u00a0€", MARK]


def test_a_withheld_cell_of_a_line_is_a_gap_with_its_mark_and_no_unpublished_one(reader: Reader) -> None:
    rows = frame(
        ("year", "status"),
        ("households_with_status",),
        ("2021", "needy", 5),
        ("2022", "needy", HIDDEN),
        ("2023", "needy", None),
    )
    figure = charts.series(reader, rows, "year", ["households_with_status"], "status")
    line, mark = figure.data
    assert list(line.y) == [5.0, None, None]
    assert (list(mark.x), list(mark.text)) == ([1], [MARK])
    assert [(shade.x0, shade.x1) for shade in figure.layout.shapes] == [(1.5, 2.5)]  # over 2023 alone
    assert drawn_texts(figure).count("nav publicēts") == 1


def test_a_stack_with_a_withheld_part_is_framed_to_its_whole(reader: Reader) -> None:
    rows = frame(
        ("benefit", "form"),
        ("spend",),
        ("gmi", "cash", 1_00),
        ("gmi", "in_kind", HIDDEN),
        ("gmi", TOTAL, 9_00),
        ("housing", "cash", 2_00),
        ("housing", "in_kind", HIDDEN),
        ("housing", TOTAL, HIDDEN),
    )
    figure = charts.stacked(reader, rows, "benefit", "form", "spend")
    assert [shape.x1 for shape in figure.layout.shapes] == [9.0]
    [ends] = [list(trace.text) for trace in figure.data if any(MARK in text for text in trace.text or ())]
    assert ends == ["\u00a0<b>9\u00a0€</b> = 1\u00a0€ + (k)", "\u00a02\u00a0€ + (k)"]


def test_a_withheld_square_has_its_mark_and_no_shade(reader: Reader) -> None:
    by, codes = ("problem_area", "age_class"), ("psychologist_clients",)
    rows = frame(by, codes, ("anxiety", "child", 9), ("anxiety", "adult", HIDDEN), ("depression", "child", HIDDEN))
    figure = charts.heat(reader, rows, *by, "psychologist_clients")
    squares = [value for line in figure.data[0].z for value in line]
    assert sorted(squares, key=str) == [9, None, None, None]
    assert sorted(drawn_texts(figure)).count(MARK) == 2
