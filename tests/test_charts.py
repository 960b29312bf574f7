"""Charts are pure: a frame goes in, a figure comes out, and it says what the frame says."""

import ast
import itertools
import re
import tomllib
from datetime import date
from pathlib import Path

import pandas as pd
import plotly.graph_objects as go
import pytest
from hypothesis import given
from hypothesis import strategies as strategies_of

from data_access import TOTAL, Note, Question, open_database
from data_access.telling import palette, tables
from data_access.telling.reader import Reader
from pages.parts import charts
from pages.parts.charts.figure import END, HAND, LINE, apart, wide
from pages.parts.charts.lines import PLOT
from pages.parts.texts import FOLDER

REPOSITORY = Path(__file__).resolve().parents[1]
COLOUR = re.compile(r"#[0-9A-Fa-f]{6}\b")
LEAST_CONTRAST = 3.0  # of a mark against what is behind it (WCAG 1.4.11)
LEAST_CONTRAST_OF_LETTERS = 4.5  # WCAG 1.4.3
NOTHING_KNOWN = pd.NA


@pytest.fixture(scope="module")
def readers(empty_url: str) -> dict[str, Reader]:
    vocabulary = open_database(empty_url).vocabulary
    return {language: Reader(vocabulary, language, (FOLDER,)) for language in ("lv", "en")}


@pytest.fixture
def reader(readers: dict[str, Reader]) -> Reader:
    return readers["lv"]


def frame(columns: dict[str, list]) -> pd.DataFrame:
    made = pd.DataFrame(columns, dtype="object")
    for name in made:
        if any(not isinstance(value, str) for value in made[name]):
            made[name] = made[name].astype("Int64")
    return made


def break_on(day: date) -> Note:
    return Note.of("break", day=day, reason_lv="iemesls", reason_en="reason")


YEARS = frame({"year": ["2020", "2021", "2022", "2023", TOTAL], "spend": [100_00, 200_00, NOTHING_KNOWN, 1234_50, 0]})
STATUSES = frame(
    {
        "year": ["2022", "2022", "2022", "2023", "2023", "2023"],
        "status": ["needy", "low_income", TOTAL, "needy", "low_income", TOTAL],
        "households_with_status": [972, 988, 1800, 823, 793, 1515],
    }
)
BENEFITS = frame(
    {"benefit": ["gmi", "housing", "health", TOTAL], "spend": [134902_40, 626254_55, 110203_14, 871360_09]}
)
FORMS = frame(
    {
        "benefit": ["gmi", "gmi", "housing", "housing", "housing"],
        "form": ["cash", TOTAL, "cash", "in_kind", TOTAL],
        "spend": [10_00, 10_00, 20_00, 30_00, 50_00],
    }
)
MOVED = frame({"benefit": ["housing", "gmi"], "spend": [626254_55, 134902_40], "spend_change": [251226_93, -262449_69]})
MONTHS = frame(
    {
        "month": [f"2023-{month:02}" for month in range(1, 13)],
        "spend": [100 * month for month in range(1, 13)],
        "spend_before": [50 * month for month in range(1, 13)],
    }
)
AGES = frame(
    {
        "age_group": ["0_6", "0_6", "18_plus", "18_plus"],
        "sex": ["female", "male", "female", "male"],
        "psychologist_clients": [3, 1, 122, 25],
    }
)

EVERY_CHART = {
    "bars": lambda reader: charts.bars(reader, BENEFITS, "benefit", "spend"),
    "stacked": lambda reader: charts.stacked(reader, FORMS, "benefit", "form", "spend"),
    "movers": lambda reader: charts.movers(reader, MOVED, "benefit", "spend"),
    "series": lambda reader: charts.series(
        reader, STATUSES, "year", ["households_with_status"], "status", [break_on(date(2022, 2, 24))]
    ),
    "gap": lambda reader: charts.series(reader, YEARS, "year", ["spend"]),
    "two_years": lambda reader: charts.two_years(reader, MONTHS, "month", "spend", ("2023", "2022")),
    "heat": lambda reader: charts.heat(reader, AGES, "age_group", "sex", "psychologist_clients"),
}
every_chart = pytest.mark.parametrize("name", EVERY_CHART)


def colours(figure: go.Figure) -> set[str]:
    """Those of the marks and of what is drawn around them; Plotly's template is overruled by Streamlit's theme."""
    own = figure.to_plotly_json()
    own["layout"].pop("template", None)
    return {colour.upper() for colour in COLOUR.findall(str(own))}


def the_bars(figure: go.Figure):
    [bar] = [trace for trace in figure.data if trace.type == "bar"]
    return bar


def named_colours() -> set[str]:
    return {value.upper() for value in vars(palette).values() if isinstance(value, str) and COLOUR.fullmatch(value)}


# ── pure ─────────────────────────────────────────────────────────────────────────────────────────


@every_chart
@pytest.mark.parametrize("language", ["lv", "en"])
def test_the_same_frame_makes_the_same_figure(readers, name: str, language: str) -> None:
    one, two = (EVERY_CHART[name](readers[language]) for _ in range(2))
    assert isinstance(one, go.Figure)
    assert one.to_json() == two.to_json()


def test_a_frame_is_not_changed(reader: Reader) -> None:
    before = [each.copy() for each in (YEARS, STATUSES, BENEFITS, FORMS, MOVED, MONTHS, AGES)]
    for make in EVERY_CHART.values():
        make(reader)
    for left, right in zip(before, (YEARS, STATUSES, BENEFITS, FORMS, MOVED, MONTHS, AGES), strict=True):
        pd.testing.assert_frame_equal(left, right)


def test_charts_neither_ask_nor_show() -> None:
    modules = list(Path(charts.__file__).parent.glob("*.py"))
    assert len(modules) > 1
    for module in modules:
        tree = ast.parse(module.read_text(encoding="utf-8"))
        imported = {alias.name for node in ast.walk(tree) if isinstance(node, ast.Import) for alias in node.names}
        assert "streamlit" not in imported


# ── colours ──────────────────────────────────────────────────────────────────────────────────────


@every_chart
def test_every_colour_of_a_chart_has_a_name(reader: Reader, name: str) -> None:
    assert colours(EVERY_CHART[name](reader)) <= named_colours()


def luminance(colour: str) -> float:
    channels = [int(colour[place : place + 2], 16) / 255 for place in (1, 3, 5)]
    red, green, blue = (c / 12.92 if c <= 0.03928 else ((c + 0.055) / 1.055) ** 2.4 for c in channels)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    lighter, darker = sorted((luminance(one), luminance(other)), reverse=True)
    return (lighter + 0.05) / (darker + 0.05)


def test_contrast_is_counted_as_the_guideline_does() -> None:
    assert contrast("#000000", "#FFFFFF") == pytest.approx(21)
    assert contrast("#777777", "#FFFFFF") == pytest.approx(4.48, abs=0.01)


def theme(name: str) -> dict:
    with (REPOSITORY / ".streamlit" / "config.toml").open("rb") as file:
        return tomllib.load(file)["theme"][name]


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("look", palette.SEQUENCE, ids=lambda look: look.colour)
def test_marks_stand_out_on_both_themes(look: palette.Mark, scheme: str) -> None:
    assert contrast(look.colour, theme(scheme)["backgroundColor"]) >= LEAST_CONTRAST


@pytest.mark.parametrize(
    ("ink", "behind"),
    [
        (palette.INK_ON_LIGHT, "#FFFFFF"),
        (palette.INK_ON_LIGHT, palette.HEAT_LIGHT),
        (palette.INK_ON_LIGHT, palette.HEAT_MIDDLE),
        (palette.INK_ON_DARK, "#12181F"),
        (palette.INK_ON_DARK, palette.HEAT_NIGHT),
        (palette.INK_ON_DARK, palette.HEAT_NIGHT_MIDDLE),
    ],
)
def test_letters_can_be_read(ink: str, behind: str) -> None:
    assert contrast(ink, behind) >= LEAST_CONTRAST_OF_LETTERS


def test_looks_differ_by_more_than_colour() -> None:
    lines = [(look.dash, look.symbol) for look in palette.SEQUENCE]
    patterns = [look.pattern for look in palette.SEQUENCE]
    assert len(set(lines)) == len(lines)
    assert len(set(patterns)) == len(patterns)


def test_parts_of_one_thing_look_different() -> None:
    by_dimension: dict[str, list] = {}
    for (name, _), look in palette.MEANINGS.items():
        by_dimension.setdefault(name, []).append(look)
    for name, looks in by_dimension.items():
        assert all(one.colour != two.colour for one, two in itertools.combinations(looks, 2)), name


# ── lines ────────────────────────────────────────────────────────────────────────────────────────


def test_no_line_is_drawn_over_a_missing_year(reader: Reader) -> None:
    figure = charts.series(reader, YEARS, "year", ["spend"])
    [line] = figure.data
    assert line.connectgaps is False
    # Cents are drawn as euros, and what is not known is neither 0 nor left out.
    assert list(line.y) == [100, 200, None, 1234.5]
    assert list(figure.layout.xaxis.ticktext) == ["2020", "2021", "2022", "2023"]


def test_a_line_that_goes_below_nothing_is_drawn_to_its_lowest_figure(reader: Reader) -> None:
    corrected = frame({"year": ["2021", "2022", "2023"], "spend": [100_00, -50_00, 30_00]})
    low, high = charts.series(reader, corrected, "year", ["spend"]).layout.yaxis.range
    assert low < -50
    assert high > 100


def test_a_missing_year_is_shaded_and_named(reader: Reader) -> None:
    figure = charts.series(reader, YEARS, "year", ["spend"])
    [shade] = [shape for shape in figure.layout.shapes if shape.type == "rect"]
    assert (shade.x0, shade.x1) == (1.5, 2.5)  # 2022 is the third year: from half a step before it to half a step after
    assert "nav publicēts" in [annotation.text for annotation in figure.layout.annotations]


def test_a_year_of_which_one_line_is_known_is_not_shaded(reader: Reader) -> None:
    known = STATUSES.copy()
    known.loc[0, "households_with_status"] = pd.NA  # needy 2022; low-income 2022 is known
    figure = charts.series(reader, known, "year", ["households_with_status"], "status")
    assert not [shape for shape in figure.layout.shapes if shape.type == "rect"]


def test_breaks_are_drawn_on_their_days_with_their_numbers(reader: Reader) -> None:
    notes = [break_on(date(2021, 7, 1)), break_on(date(2023, 1, 1)), break_on(date(2030, 1, 1))]
    figure = charts.series(reader, YEARS, "year", ["spend"], notes=notes)
    uprights = sorted(shape.x0 for shape in figure.layout.shapes if shape.type == "line")
    # 2021 stands at 1 and reaches from 0.5 to 1.5, July begins in its middle; 2023 begins at 2.5; 2030 is not drawn.
    assert uprights == [pytest.approx(1.0, abs=0.01), pytest.approx(2.5, abs=0.01)]
    numbers = {annotation.text for annotation in figure.layout.annotations}
    assert {"1", "2"} <= numbers
    assert "3" not in numbers


def ends(figure: go.Figure) -> list:
    """The labels at the ends of lines."""
    return [note for note in figure.layout.annotations if note.name == END]


def heights(figure: go.Figure) -> list[float]:
    """Where these labels stand over the foot of the chart, in pixels."""
    return [note.y / figure.layout.yaxis.range[1] * PLOT - note.ay for note in ends(figure)]


def test_lines_begin_and_end_with_their_figures_in_latvian(reader: Reader) -> None:
    figure = charts.series(reader, YEARS, "year", ["spend"])
    [line] = figure.data
    # Whole euros beside the marks, half up: the table has the cents.
    assert [text for text in line.text if text] == ["100\u00a0€"]
    assert [(note.x, note.y, note.text) for note in ends(figure)] == [(3, 1234.5, "<b>1\u00a0235\u00a0€</b>")]


def test_a_line_has_its_name_at_its_end_and_no_legend(reader: Reader) -> None:
    figure = charts.two_years(reader, MONTHS, "month", "spend", ("2023. gads", "2022. gads"))
    assert [note.text for note in ends(figure)] == ["<b>6\u00a0€</b> 2022. gads", "<b>12\u00a0€</b> 2023. gads"]
    assert [note.arrowcolor for note in ends(figure)] == [line.line.color for line in figure.data]
    assert figure.layout.showlegend is False


def test_names_of_lines_that_end_close_together_do_not_touch(reader: Reader) -> None:
    close = STATUSES.assign(households_with_status=[972, 988, 1800, 800, 799, 1515])
    figure = charts.series(reader, close, "year", ["households_with_status"], "status")
    upper, lower = heights(figure)
    assert upper - lower >= LINE - 1  # a pixel is whole
    assert (upper + lower) / 2 == pytest.approx(799.5 / figure.layout.yaxis.range[1] * PLOT, abs=1)


def test_the_name_of_a_line_that_ends_early_does_not_lie_on_one_that_goes_on(reader: Reader) -> None:
    running = MONTHS.assign(spend=[100 * month if month < 7 else pd.NA for month in range(1, 13)])
    running["spend_before"] = 600
    figure = charts.two_years(reader, running, "month", "spend", ("2023", "2022"))
    now = next(place for place, note in enumerate(ends(figure)) if note.x == 5)
    line = 6 / figure.layout.yaxis.range[1] * PLOT
    assert abs(heights(figure)[now] - line) > LINE / 2


def test_no_figure_at_the_beginning_of_a_line_lies_on_a_line(reader: Reader) -> None:
    crossing = MONTHS.assign(spend=100, spend_before=[99, *[100] * 11])
    before, now = charts.two_years(reader, crossing, "month", "spend", ("2023", "2022")).data
    assert (now.text[0], now.textposition[0]) == ("1\u00a0€", "top center")
    assert (before.text[0], before.textposition[0]) == ("1\u00a0€", "bottom center")
    between = frame(
        {
            "month": ["2023-01", "2023-02"] * 3,
            "branch": [name for name in ("one", "two", "three") for _ in range(2)],
            "visits": [102, 102, 101, 101, 100, 100],
        }
    )
    lines = charts.series(reader, between, "month", ["visits"], "branch").data
    assert [line.text[0] for line in lines] == ["102", "", "100"]


def test_on_a_telephone_names_of_lines_stand_above_and_figures_at_the_ends(reader: Reader) -> None:
    figure = EVERY_CHART["series"](reader)
    room = figure.layout.margin.r
    in_hand = charts.in_hand(figure)
    assert [note.text for note in ends(in_hand)] == ["<b>823</b>", "<b>793</b>"]
    assert in_hand.layout.showlegend is True
    assert in_hand.layout.margin.r < room


@given(
    strategies_of.lists(
        strategies_of.tuples(strategies_of.floats(0, 200), strategies_of.sampled_from([17.0, 34.0])),
        min_size=1,
        max_size=6,
    )
)
def test_labels_are_moved_apart_in_their_order_and_no_further(labels: list[tuple[float, float]]) -> None:
    wanted, tall = zip(*labels, strict=True)
    found = apart(wanted, tall, 0, 200)
    upwards = sorted(range(len(found)), key=lambda one: found[one])
    assert [wanted[one] for one in upwards] == sorted(wanted)
    for lower, upper in itertools.pairwise(upwards):
        assert found[upper] - found[lower] >= (tall[lower] + tall[upper]) / 2 - 1e-9
    assert all(-1e-9 <= place <= 200 + 1e-9 for place in found)
    free = [abs(one - other) >= 34 for one, other in itertools.combinations(wanted, 2)]
    if all(free):
        assert list(found) == pytest.approx(list(wanted))


def test_lines_stand_in_the_order_of_the_vocabulary(readers) -> None:
    shuffled = STATUSES.iloc[[0, 1, 2, 3, 4, 5]]
    names = {
        language: [
            line.name
            for line in charts.series(readers[language], shuffled, "year", ["households_with_status"], "status").data
        ]
        for language in readers
    }
    assert names == {"lv": ["Trūcīga", "Maznodrošināta"], "en": ["Needy", "Low-income"]}


def test_two_years_stand_side_by_side_by_month(reader: Reader) -> None:
    figure = charts.two_years(reader, MONTHS, "month", "spend", ("2023. gads", "2022. gads"))
    assert {line.name: line.y[0] for line in figure.data} == {"2023. gads": 1.0, "2022. gads": 0.5}
    assert len(figure.layout.xaxis.ticktext) == 12
    assert figure.layout.xaxis.ticktext[0] == "janv."


# ── bars ─────────────────────────────────────────────────────────────────────────────────────────


def test_the_longest_bar_is_on_top_with_its_figure_beside_it(reader: Reader) -> None:
    figure = charts.bars(reader, tables.ranked(BENEFITS, "benefit", "spend"), "benefit", "spend")
    bar = the_bars(figure)
    from_top = sorted(zip(bar.y, bar.x, bar.text, strict=True), reverse=True)
    assert [x for _, x, _ in from_top] == [626254.55, 134902.40, 110203.14]
    assert [text for _, _, text in from_top] == ["626\u00a0255\u00a0€", "134\u00a0902\u00a0€", "110\u00a0203\u00a0€"]


def test_bars_have_their_names_and_no_total(reader: Reader) -> None:
    text = str(charts.bars(reader, BENEFITS, "benefit", "spend").to_plotly_json())
    assert "Mājokļa pabalsts" in text
    assert "Kopā" not in text


def test_english_figures_are_english(readers) -> None:
    bar = the_bars(charts.bars(readers["en"], BENEFITS, "benefit", "spend"))
    assert sorted(bar.text) == ["€110,203", "€134,902", "€626,255"]


def test_an_unknown_figure_is_an_empty_bar(reader: Reader) -> None:
    unknown = frame({"benefit": ["gmi", "housing"], "spend": [100, NOTHING_KNOWN]})
    bar = the_bars(charts.bars(reader, unknown, "benefit", "spend"))
    assert list(bar.x) == [1.0, None]


def test_stacks_add_up_to_their_total(reader: Reader) -> None:
    figure = charts.stacked(reader, FORMS, "benefit", "form", "spend")
    parts = {bar.name: bar for bar in figure.data if bar.type == "bar"}
    assert list(parts) == ["Naudā", "Natūrā"]
    assert sum(sum(value or 0 for value in bar.x) for bar in parts.values()) == 60.0
    assert parts["Naudā"].marker.pattern.shape != parts["Natūrā"].marker.pattern.shape
    [said] = [list(trace.text) for trace in figure.data if any(" = " in text for text in trace.text or ())]
    assert said == ["\u00a010\u00a0€", "\u00a0<b>50\u00a0€</b> = 20\u00a0€ + 30\u00a0€"]


def test_of_many_parts_a_stack_says_the_total_only(reader: Reader) -> None:
    groups = ["girls", "boys", "women", "men", TOTAL]
    many = frame({"age_group": ["0_6"] * 5, "person_group": groups, "psychologist_clients": [1, 2, 3, 4, 10]})
    figure = charts.stacked(reader, many, "age_group", "person_group", "psychologist_clients", apart=True)
    assert "\u00a0<b>10</b>" in [text for trace in figure.data if trace.text for text in trace.text]


def room_at_the_ends(figure: go.Figure) -> list[float]:
    """Pixels between the end of each bar and the edge of the narrowest chart, less those that its text takes."""
    left, right = figure.layout.xaxis.range
    # The last trace is that of the names.
    texts = [
        (x, text) for trace in figure.data[:-1] for x, text in zip(trace.x, trace.text or (), strict=False) if text
    ]
    sides = [(right - x if x > 0 else x - left, text) for x, text in texts if x]
    return [side / (right - left) * HAND - wide(text) for side, text in sides]


@pytest.mark.parametrize("times", [1, 1000])
def test_every_bar_leaves_room_for_its_text_on_a_telephone(reader: Reader, times: int) -> None:
    larger = FORMS.assign(spend=FORMS["spend"] * times), MOVED.assign(spend_change=MOVED["spend_change"] * times)
    for figure in (
        charts.stacked(reader, larger[0], "benefit", "form", "spend"),
        charts.movers(reader, larger[1], "benefit", "spend"),
    ):
        assert min(room_at_the_ends(figure)) >= 0


def test_parts_of_a_stack_that_have_no_room_are_left_to_the_table(reader: Reader) -> None:
    billions = FORMS.assign(spend=FORMS["spend"] * 1_000_000_000)
    figure = charts.stacked(reader, billions, "benefit", "form", "spend")
    assert [text for trace in figure.data for text in trace.text or () if " = " in text] == []


def test_axes_of_money_and_of_shares_have_their_unit(readers) -> None:
    for language, money in (("lv", (None, "\u00a0€")), ("en", ("€", None))):
        axis = charts.series(readers[language], YEARS, "year", ["spend"]).layout.yaxis
        assert (axis.tickprefix, axis.ticksuffix) == money
    shares = frame({"month": ["2023-01", "2023-02"], "missed_share": [10, 20]})
    assert charts.series(readers["lv"], shares, "month", ["missed_share"]).layout.yaxis.ticksuffix == "\u00a0%"
    persons = charts.series(readers["lv"], STATUSES, "year", ["households_with_status"], "status")
    assert not persons.layout.yaxis.ticksuffix


@pytest.mark.parametrize("dark", [False, True])
def test_squares_of_nothing_have_the_background_and_the_others_the_themes_shades(reader: Reader, dark: bool) -> None:
    none = AGES.assign(psychologist_clients=AGES["psychologist_clients"].replace(3, 0))
    [squares] = [
        trace
        for trace in charts.inked(charts.heat(reader, none, "age_group", "sex", "psychologist_clients"), dark).data
        if trace.type == "heatmap"
    ]
    assert [list(line) for line in squares.z] == [[None, 1], [122, 25]]
    shades = [shade for _, shade in squares.colorscale]
    background = theme("dark" if dark else "light")["backgroundColor"]
    assert shades == (
        [palette.HEAT_NIGHT, palette.HEAT_NIGHT_MIDDLE] if dark else [palette.HEAT_LIGHT, palette.HEAT_MIDDLE]
    )
    assert (
        contrast(shades[0], background) < contrast(shades[1], background) < 6
    )  # the least is near the page, none glares


@pytest.mark.parametrize("dark", [False, True])
def test_usual_squares_are_near_the_background_of_either_theme_and_can_be_read(reader: Reader, dark: bool) -> None:
    rows = {"name": [charts.Square(look, "1", "said") for look in palette.SQUARES]}
    figure = charts.inked(charts.squares(reader, rows, ["a", "b", "c", "d"]), dark)
    fills = dict(zip(palette.SQUARES, [fill for _, fill in figure.data[0].colorscale], strict=True))
    background = theme("dark" if dark else "light")["backgroundColor"]
    assert contrast(fills["usual"], background) < 1.5 < contrast(fills["few"], background)
    inks = [note.font.color or figure.layout.font.color for note in figure.layout.annotations]
    for look, ink in zip(palette.SQUARES, inks, strict=True):
        if look != "plain":  # a shade over the background itself
            assert contrast(ink, fills[look]) >= LEAST_CONTRAST_OF_LETTERS, look


def test_what_rose_goes_right_and_what_fell_goes_left(reader: Reader) -> None:
    bar = the_bars(charts.movers(reader, MOVED, "benefit", "spend"))
    assert list(bar.x) == [251226.93, -262449.69]
    assert list(bar.text) == ["+251\u00a0227\u00a0€", "−262\u00a0450\u00a0€"]
    assert bar.marker.color[0] != bar.marker.color[1]


def test_a_table_of_colours_has_the_figure_in_every_cell(reader: Reader) -> None:
    figure = charts.heat(reader, AGES, "age_group", "sex", "psychologist_clients")
    assert [list(line) for line in figure.data[0].z] == [[3, 1], [122, 25]]
    assert {"3", "1", "122", "25"} <= {annotation.text for annotation in figure.layout.annotations}


@every_chart
@pytest.mark.parametrize("dark", [False, True])
def test_a_chart_has_the_themes_ink_and_nothing_behind_it(reader: Reader, name: str, dark: bool) -> None:
    figure = charts.inked(EVERY_CHART[name](reader), dark)
    assert figure.layout.font.color == (palette.INK_ON_DARK if dark else palette.INK_ON_LIGHT)
    assert figure.layout.paper_bgcolor == figure.layout.plot_bgcolor == "rgba(0,0,0,0)"


@every_chart
def test_a_chart_without_figures_is_still_a_chart(reader: Reader, name: str) -> None:
    """Whoever shows it may leave it out; making it must not fail."""
    empty = {
        "bars": lambda: charts.bars(reader, BENEFITS.iloc[:0], "benefit", "spend"),
        "stacked": lambda: charts.stacked(reader, FORMS.iloc[:0], "benefit", "form", "spend"),
        "movers": lambda: charts.movers(reader, MOVED.iloc[:0], "benefit", "spend"),
        "series": lambda: charts.series(reader, STATUSES.iloc[:0], "year", ["households_with_status"], "status"),
        "gap": lambda: charts.series(reader, YEARS.assign(spend=pd.array([pd.NA] * 5, "Int64")), "year", ["spend"]),
        "two_years": lambda: charts.two_years(reader, MONTHS.iloc[:0], "month", "spend", ("2023", "2022")),
        "heat": lambda: charts.heat(reader, AGES.iloc[:0], "age_group", "sex", "psychologist_clients"),
    }
    assert isinstance(empty[name](), go.Figure)


@pytest.mark.parametrize("language", ["lv", "en"])
def test_on_real_answers_too_every_category_stands_in_its_order(demonstration_url: str, language: str) -> None:
    database = open_database(demonstration_url)
    reader = Reader(database.vocabulary, language, (FOLDER,))
    answer = database.ask(Question.of("spend", 2023, by=("benefit", "population")))
    figure = charts.stacked(reader, answer.frame, "benefit", "population", "spend")
    expected = [reader.label("population", code) for code in database.vocabulary.codes("population")]
    assert [bar.name for bar in figure.data if bar.type == "bar"] == expected
