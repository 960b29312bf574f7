"""Tables of the builder: every figure is the slow, obvious one; shares, rests and orders are those counted by hand."""

from dataclasses import replace

import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from data_access import TOTAL, WITHHELD, dimensions_of, framing, measures, open_database
from data_access.telling.builder import asking, making
from data_access.telling.builder.asking import question_of
from data_access.telling.builder.figures import Figures
from data_access.telling.builder.request import Request
from data_access.telling.builder.world import World, is_time, measures_of, possible
from data_access.telling.reader import Reader
from pages.parts.builder import picture
from pages.parts.texts import FOLDER
from tests.infrastructure.builder import key_of, made, table_of, understood
from tests.infrastructure.case_database import ENGINES, Case
from tests.infrastructure.slow_answers import slow_answer
from tests.infrastructure.towns import fill_town

# ── against the slow answers ─────────────────────────────────────────────────────────────────────


@pytest.fixture(scope="module")
def town(new_case):
    towns: dict[str, Case] = {}

    def of(engine: str) -> Case:
        if engine not in towns:
            towns[engine] = new_case(engine, "builder_town")
            fill_town(towns[engine])
        return towns[engine]

    return of


def assert_table_is_the_slow_one(case: Case, request: Request) -> None:
    """Every cell of the table against the slow answer; a combination that this does not have counts nothing."""
    one = made(case.database, request)
    world = World.of(case.database)
    slow = slow_answer(case.rows, question_of(request, world))
    compared = 0
    for line, row in zip(one.lines, one.table.rows, strict=True):
        for field, figure in zip(one.fields, row.figures, strict=True):
            key, measure = key_of(request, line.codes, field.ref)
            if key in slow:
                expected = slow[key][measure]
                assert figure == (pytest.approx(expected) if isinstance(expected, float) else expected), (key, measure)
                compared += 1
            else:
                assert not figure, (key, measure)
    assert compared or not any(figure for figures in slow.values() for figure in figures.values())
    # And nothing that is more than nothing is missing.
    shown = {key_of(request, line.codes, field.ref) for line in one.lines for field in one.fields}
    for key, figures in slow.items():
        inner_total = len(request.rows) == 2 and key[0] == TOTAL and key[1] != TOTAL
        for measure, figure in figures.items():
            assert (key, measure) in shown or inner_total or not figure, (key, measure)


@pytest.mark.parametrize("engine", ENGINES)
@pytest.mark.parametrize("measure", measures())
def test_every_dimension_of_every_measure_in_rows_and_in_columns(town, engine: str, measure: str) -> None:
    case = town(engine)
    world = World.of(case.database)
    for name in dimensions_of(measure):
        place = "col" if len(name) % 2 else "rows"
        request = understood({"m": measure, place: name, "period": "2022..2023"}, world)
        assert_table_is_the_slow_one(case, request)


@settings(
    max_examples=40,
    deadline=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(data=st.data())
def test_generated_tables_have_the_slow_figures(town, data: st.DataObject) -> None:
    case = town("duckdb")
    world = World.of(case.database)
    codes = measures_of(data.draw(st.sampled_from(["assistance", "status", "psychologists", "day_centres"])))
    asked = tuple(data.draw(st.lists(st.sampled_from(codes), min_size=1, max_size=2, unique=True)))
    dims = data.draw(st.lists(st.sampled_from(possible(asked)), min_size=1, max_size=3, unique=True))
    # Two calendar grains do not stand in rows and columns at once; the page says so.
    if len(dims) == 3 and is_time(dims[2]) and any(map(is_time, dims[:2])):
        dims = dims[:2]
    period = data.draw(st.sampled_from(["2023", "2022..2023", "2023-H1", "2022-07-01..2023-05-14"]))
    address = {"m": ",".join(asked), "rows": ",".join(dims[:2]), "col": ",".join(dims[2:]), "period": period}
    where = [name for name in possible(asked) if not is_time(name)]
    if where and data.draw(st.booleans()):
        name = data.draw(st.sampled_from(where))
        address[name] = data.draw(st.sampled_from([*world.vocabulary.codes(name), "unknown"]))
    request = understood(address, world)
    assert_table_is_the_slow_one(case, request)


COMPARED = [
    {"m": "spend,households_assisted", "rows": "territory", "col": "form", "period": "2023-03", "compare": "previous"},
    {"m": "persons_assisted", "rows": "form,territory", "col": "status", "period": "2023-03", "compare": "previous"},
    {"m": "visits", "rows": "sex", "col": "quarter", "period": "2023", "compare": "year"},
    {"m": "households_with_status", "col": "status", "period": "2023-H2", "compare": "previous"},
    {"m": "visits", "rows": "month", "col": "branch", "period": "2023", "compare": "year", "show": "change"},
    {"m": "visitors", "rows": "sex", "col": "branch", "period": "2023", "compare": "year", "show": "change_percent"},
]


@pytest.mark.parametrize("address", COMPARED, ids=lambda address: f"{address['m']} by {address['col']}")
def test_a_comparison_in_columns_has_the_slow_figures_of_both_periods(town, address: dict[str, str]) -> None:
    case = town("duckdb")
    request = understood(address, World.of(case.database))
    question = question_of(request, World.of(case.database))
    earlier = question.period.year_before() if request.compare == "year" else question.period.previous()
    now, before = slow_answer(case.rows, question), slow_answer(case.rows, question.during(earlier))
    one = made(case.database, request)
    compared = 0
    for line, row in zip(one.lines, one.table.rows, strict=True):
        for field, figure in zip(one.fields, row.figures, strict=True):
            measure, value, *ending = field.ref.split(".")
            codes = (*line.codes, value)
            old = tuple(f"2022{code[4:]}" if code.startswith("2023") else code for code in codes)
            of_now, of_before = (slow.get(key, {}).get(measure, 0) for slow, key in ((now, codes), (before, old)))
            percent = 100 * (of_now - of_before) / of_before if of_before else None
            expected = {"": of_now, "before": of_before, "change": of_now - of_before, "change_percent": percent}
            assert figure == pytest.approx(expected["".join(ending)]), (line.codes, field.ref)
            compared += bool(of_now and of_before)
    assert compared


# ── counted by hand ──────────────────────────────────────────────────────────────────────────────


@pytest.fixture
def paid(new_case) -> Case:
    """2023: Ogre 100 € + 50 € to one household, Ikšķile 30 €, Ķegums 20 €; 2022: Ogre 60 €, Ķegums 40 €.

    The household of Ogre is also paid 5 € in Ķegums, where it has moved.
    """
    case = new_case("duckdb", "paid")
    one, two, three = case.household(), case.household(lives_in="ikskile"), case.household(lives_in="kegums")
    case.payment(one, "2023-01-10", cents=100_00, territory="ogre", form="cash")
    case.payment(one, "2023-02-10", cents=50_00, territory="ogre", form="in_kind")
    case.payment(two, "2023-02-11", cents=30_00, territory="ikskile", form="cash")
    case.payment(three, "2023-03-12", cents=20_00, territory="kegums", form="cash")
    case.payment(one, "2023-04-13", cents=5_00, territory="kegums", form="cash")
    case.payment(one, "2022-01-10", cents=60_00, territory="ogre", form="cash")
    case.payment(three, "2022-06-10", cents=40_00, territory="kegums", form="cash")
    return case


def test_distinct_counts_are_not_added_up(paid: Case) -> None:
    """One household stands in Ogre and in Ķegums: 1 + 1 + 2 = 4, and 3 in all."""
    table = table_of(paid.database, m="households_assisted", rows="territory", period="2023")
    counts = {name: row["households_assisted"] for name, row in table.items()}
    assert counts == {"Ogre": 1, "Ikšķile": 1, "Ķegums": 2, "Kopā": 3}


def test_shares_are_of_the_row_the_column_or_everything(paid: Case) -> None:
    """Of 205 €: Ogre 150 €, of it 50 € in kind; in kind 50 € in all."""

    def cell(share: str, row: str, column: str) -> float:
        address = {"m": "spend", "rows": "territory", "col": "form", "period": "2023", "share": share}
        return table_of(paid.database, **address)[row][f"spend.{column}"]

    assert cell("row", "Ogre", "in_kind") == pytest.approx(100 * 50 / 150)
    assert cell("column", "Ogre", "in_kind") == 100
    assert cell("total", "Ogre", "in_kind") == pytest.approx(100 * 50 / 205)
    assert cell("column", "Ikšķile", "cash") == pytest.approx(100 * 30 / 155)
    assert cell("total", "Kopā", "total") == 100
    table = table_of(paid.database, m="spend", rows="territory", period="2023", share="total")
    assert table["Ķegums"] == {"spend": 25_00, "spend.share": pytest.approx(100 * 25 / 205)}


def test_a_share_of_a_distinct_count_is_of_its_own_total(paid: Case) -> None:
    table = table_of(paid.database, m="households_assisted", rows="territory", period="2023", share="total")
    assert table["Ķegums"]["households_assisted.share"] == pytest.approx(100 * 2 / 3)
    assert sum(row["households_assisted.share"] for name, row in table.items() if name != "Kopā") > 100


def first_rows(case: Case, most: int, **address: str) -> tuple[dict, list[str]]:
    request = replace(understood(address, World.of(case.database)), top=most)
    one = made(case.database, request)
    rows = {
        line.name: {field.ref: figure for field, figure in zip(one.fields, row.figures, strict=True)}
        for line, row in zip(one.lines, one.table.rows, strict=True)
    }
    return rows, list(one.remarks)


def test_the_rest_of_an_additive_measure_is_a_row(paid: Case) -> None:
    rows, remarks = first_rows(paid, 1, m="spend", rows="territory", col="form", period="2023", share="total")
    assert list(rows) == ["Ogre", "Pārējās 2", "Kopā"]
    assert rows["Pārējās 2"]["spend.total"] == pytest.approx(100 * 55 / 205)
    assert not remarks


def test_the_rest_of_a_comparison_has_its_own_change(paid: Case) -> None:
    """Without Ogre: 55 € in 2023 and 40 € in 2022, 37,5 % more."""
    rows, _ = first_rows(paid, 1, m="spend", rows="territory", period="2023", compare="year", sort="spend")
    assert rows["Pārējās 2"] == {
        "spend.before": 40_00,
        "spend": 55_00,
        "spend.change": 15_00,
        "spend.change_percent": pytest.approx(37.5),
    }


def test_the_rest_is_shown_where_it_can_be_reckoned(paid: Case) -> None:
    """Ķegums and Ikšķile are withheld; the total less Ogre is no secret. Where Ogre itself is, it would be one."""
    request = understood({"m": "spend", "rows": "territory", "period": "2023"}, World.of(paid.database))
    for hidden, expected in (({"ikskile", "kegums"}, 55_00), ({"ogre"}, WITHHELD)):
        answered = asking.ask(request, paid.database, World.of(paid.database), paid.database.ask)
        answered.frame["spend_withheld"] = answered.frame["territory"].isin(hidden)
        answered.frame.loc[answered.frame["spend_withheld"], "spend"] = pd.NA
        rest = Figures(request, answered).with_rest(["ogre"])
        assert rest.get(("rest",), "spend") == expected


def test_a_comparison_in_columns_names_both_periods_and_sorts_by_a_change(paid: Case) -> None:
    """Ogre: 100 € in cash in 2023 and 60 € in 2022; Ķegums 25 € and 40 €; Ikšķile 30 € and nothing."""
    address = {"m": "spend", "rows": "territory", "col": "form", "period": "2023", "compare": "year"}
    one = made(paid.database, understood(address | {"sort": "spend.cash.change"}, World.of(paid.database)))
    assert [column.name.replace("\u00a0", " ") for column in one.table.columns[:4]] == [
        "Naudā, 2022. gads",
        "Naudā, 2023. gads",
        "Naudā, pārmaiņa",
        "Naudā, pārmaiņa, %",
    ]
    assert [(row.name, row.figures[:3]) for row in one.table.rows[:3]] == [
        ("Ogre", (60_00, 100_00, 40_00)),
        ("Ikšķile", (0, 30_00, 30_00)),
        ("Ķegums", (40_00, 25_00, -15_00)),
    ]
    rest, _ = first_rows(paid, 1, **address, show="change")
    assert list(rest) == ["Ogre", "Pārējās 2", "Kopā"]
    assert rest["Pārējās 2"] == {"spend.cash.change": 15_00, "spend.in_kind.change": 0, "spend.total.change": 15_00}


def test_the_rest_of_a_distinct_count_is_left_out_and_said(paid: Case) -> None:
    rows, remarks = first_rows(paid, 1, m="households_assisted", rows="territory", period="2023")
    assert list(rows) == ["Ķegums", "Kopā"]
    assert rows["Kopā"]["households_assisted"] == 3
    assert len(remarks) == 1
    assert "Pārējo 2 rindu šeit nav" in remarks[0].replace("\u00a0", " ")


def test_rows_are_sorted_by_a_column(paid: Case) -> None:
    def order(**more: str) -> list[str]:
        return list(table_of(paid.database, m="spend,households_assisted", rows="territory", period="2023", **more))

    assert order() == ["Ogre", "Ikšķile", "Ķegums", "Kopā"]
    assert order(sort="spend") == ["Ogre", "Ikšķile", "Ķegums", "Kopā"]
    assert order(sort="spend", order="up") == ["Ķegums", "Ikšķile", "Ogre", "Kopā"]
    assert order(sort="households_assisted") == ["Ķegums", "Ogre", "Ikšķile", "Kopā"]


def test_a_group_stands_above_its_parts_with_a_total_of_its_own(paid: Case) -> None:
    request = understood(
        {"m": "households_assisted", "rows": "territory,form", "period": "2023"}, World.of(paid.database)
    )
    one = made(paid.database, request)
    assert [(line.name, line.depth, row.figures[0]) for line, row in zip(one.lines, one.table.rows, strict=True)] == [
        ("Ogre", 0, 1),
        ("Naudā", 1, 1),
        ("Natūrā", 1, 1),
        ("Ikšķile", 0, 1),
        ("Naudā", 1, 1),
        ("Ķegums", 0, 2),
        ("Naudā", 1, 2),
        ("Kopā", 0, 3),
    ]


def test_the_previous_period_is_as_long(paid: Case) -> None:
    """February 2023 (80 €) against January (100 €); the second quarter (5 €) against the first (200 €)."""
    row = table_of(paid.database, m="spend", period="2023-02", compare="previous")["Kopā"]
    assert (row["spend.before"], row["spend"], row["spend.change"]) == (100_00, 80_00, -20_00)
    row = table_of(paid.database, m="spend", period="2023-Q2", compare="previous")["Kopā"]
    assert (row["spend.before"], row["spend"]) == (200_00, 5_00)
    # 10 January to 10 February is 32 days, and so many days before begin on 9 December.
    row = table_of(paid.database, m="spend", period="2023-01-10..2023-02-10", compare="previous")["Kopā"]
    assert (row["spend.before"], row["spend"]) == (0, 150_00)


def test_a_combination_that_does_not_occur_is_no_zero_where_nothing_is_known(
    paid: Case, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Ikšķile was paid nothing in 2022; what is not published of that year cannot be zero there either."""
    paid.event("gap", "2022-01-01", "2022-12-31", measure="households_assisted")
    monkeypatch.setattr(framing, "MOST_COMPLETED_ROWS", 0)  # as in a table of many thousand rows
    address = {"m": "households_assisted,spend", "rows": "territory", "col": "year", "period": "2022..2023"}
    row = table_of(paid.database, **address)["Ikšķile"]
    assert row["households_assisted.2022"] is None
    assert (row["households_assisted.2023"], row["spend.2022"], row["spend.2023"]) == (1, 0, 30_00)


# ── size ─────────────────────────────────────────────────────────────────────────────────────────


def test_a_question_that_is_too_large_is_asked_in_part_and_says_so(paid: Case, monkeypatch: pytest.MonkeyPatch) -> None:
    """20 parishes and unknown, 3 forms with unknown: 63 combinations. With room for 10, three parishes are asked."""
    monkeypatch.setattr(asking, "MOST_ASKED", 10)
    world = World.of(paid.database)
    request = understood({"m": "spend", "rows": "territory,form", "period": "2023"}, world)
    assert asking.size(request, world) == 63
    one = made(paid.database, request)
    assert "Kopā" not in [line.name for line in one.lines]
    assert {line.codes[0] for line in one.lines} == {"ogre", "ikskile", "kegums"}
    assert "no 21" in one.remarks[0].replace("\u00a0", " ")


def test_a_table_that_is_too_long_has_its_first_rows_and_its_size(paid: Case, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(making, "MOST_CELLS", 10)
    address = {"m": "spend", "rows": "month,territory", "period": "2022..2023"}
    one = made(paid.database, understood(address, World.of(paid.database)))
    assert len(one.lines) == 10
    # 24 months, each with three places, and the total.
    assert "97 rindas" in one.remarks[0].replace("\u00a0", " ")


def test_columns_beyond_the_most_are_counted(paid: Case, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(making, "MOST_COLUMNS", 3)
    address = {"m": "spend", "rows": "territory", "col": "month", "period": "2023"}
    one = made(paid.database, understood(address, World.of(paid.database)))
    assert [field.ref for field in one.fields] == ["spend.2023-01", "spend.2023-02", "spend.2023-03"]
    assert "13 kolonnas" in one.remarks[0].replace("\u00a0", " ")


# ── pictures ─────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("address", "kind"),
    [
        ({"rows": "month"}, "lines"),
        ({"rows": "territory"}, "bars"),
        ({"rows": "territory", "col": "form"}, "heat"),
        ({"rows": "month", "col": "form"}, "lines"),
        ({"rows": "form", "col": "month"}, "lines"),
        ({"rows": "territory", "compare": "year"}, "movers"),
        ({"rows": "territory", "col": "form", "chart": "stack"}, "stack"),
        ({"rows": "territory,form", "col": "month"}, "lines"),
        ({"rows": "year,month"}, "lines"),
        ({}, "none"),
    ],
)
def test_the_picture_fits_the_table(paid: Case, address: dict[str, str], kind: str) -> None:
    database = paid.database
    world, reader = World.of(database), Reader(database.vocabulary, "lv", (FOLDER,))
    request = understood({"m": "spend", "period": "2023", **address}, world)
    answered = asking.ask(request, database, world, database.ask)
    assert picture.kind(request, answered) == kind
    figure, _ = picture.draw(reader, request, answered, making.make(reader, request, answered), answered.notes)
    assert (figure is None) == (kind == "none")


def test_of_too_many_bars_the_largest_are_drawn_and_it_is_said(demonstration_url: str) -> None:
    database = open_database(demonstration_url)
    world, reader = World.of(database), Reader(database.vocabulary, "lv", (FOLDER,))
    request = understood({"m": "spend", "rows": "territory", "col": "month", "period": "2023", "chart": "lines"}, world)
    answered = asking.ask(request, database, world, database.ask)
    figure, remarks = picture.draw(reader, request, answered, making.make(reader, request, answered), answered.notes)
    # The towns and the parish that were paid most: Ogre, Ikšķile, Lielvārde, Ķegums, and the two next.
    assert {trace.name for trace in figure.data} >= {"Ogre", "Ikšķile", "Lielvārde"}
    assert len(figure.data) == 6
    assert any("6 lielākie" in remark.replace("\u00a0", " ") for remark in remarks)
