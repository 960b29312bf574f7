"""Addresses of the table builder: whatever stands in one, there is a table, and what was not understood is said."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from data_access import UNKNOWN, Vocabulary, dimension, dimensions, dimensions_of, measures, open_database
from data_access.telling.builder import offers
from data_access.telling.builder.asking import question_of
from data_access.telling.builder.drilling import further, only, split
from data_access.telling.builder.reading import NAMES, default, read
from data_access.telling.builder.request import CHARTS, COMPARISONS, SHARES, SHOWN, TOPS, UP, Request, address_of
from data_access.telling.builder.world import World, is_time, measures_of, subject
from data_access.telling.reader import Reader
from pages.parts.builder import presets
from tests.infrastructure.builder import understood, world_of_years


@pytest.fixture(scope="module")
def vocabulary(empty_url: str) -> Vocabulary:
    return open_database(empty_url).vocabulary


@pytest.fixture(scope="module")
def world(vocabulary: Vocabulary) -> World:
    return world_of_years(vocabulary, 2011, 2023)


@pytest.fixture(scope="module")
def readers(vocabulary: Vocabulary) -> list[Reader]:
    return [Reader(vocabulary, language) for language in ("lv", "en")]


CODES = [*measures(), *dimensions()]
PERIODS = ["2023", "2023-H2", "2023-Q1", "2023-02", "2011..2023", "2022-12-15..2023-05-14", "all", "2010", "0001..9999"]
CHOICES = [*COMPARISONS, *SHOWN, *SHARES, *map(str, TOPS), *CHARTS, UP]
# What people and programs do to addresses: nonsense, other alphabets, empty parts, and what would be code elsewhere.
DAMAGED = [
    "",
    ",",
    "spnd",
    "x" * 500,
    "' or 1=1 --",
    "<script>",
    "2023-13",
    "9999-99-99..1",
    "\x00",
    "ģ",
    "total",
    "-1",
]

texts = st.one_of(
    st.lists(st.sampled_from(CODES + PERIODS + CHOICES + DAMAGED), max_size=4).map(",".join),
    st.text(max_size=20),
)
names = st.one_of(st.sampled_from([*NAMES, *dimensions()]), st.text(max_size=10))


@settings(max_examples=400, deadline=None)
@given(address=st.dictionaries(names, texts, max_size=8))
def test_any_address_makes_a_table_and_sentences(world: World, readers: list[Reader], address: dict[str, str]) -> None:
    request, troubles = read(address, world)
    assert_whole(request, world)
    for reader in readers:
        for trouble in troubles:
            sentence = trouble.text(reader)
            assert sentence.strip()
            assert len(sentence) < 500


def assert_whole(request: Request, world: World) -> None:
    question = question_of(request, world)
    assert question.by == request.by
    # What is offered can be had, and an address of a whole request is read without a word.
    assert read(address_of(request), world) == (request, ())
    assert (request.chart or offers.charts(request)[0]) in offers.charts(request)


@st.composite
def requests(draw, world: World) -> Request:
    """A request as the widgets make one: of what is offered."""
    codes = measures_of(draw(st.sampled_from(sorted({subject(code) for code in measures()}))))
    asked = draw(st.lists(st.sampled_from(codes), min_size=1, max_size=3, unique=True))
    possible = [name for name in dimensions() if all(name in dimensions_of(code) for code in asked)]
    dims = draw(st.lists(st.sampled_from(possible), max_size=3, unique=True))
    address = {"m": ",".join(asked), "rows": ",".join(dims[:2]), "col": ",".join(dims[2:])}
    address["period"] = draw(st.sampled_from(PERIODS))
    for name in draw(st.lists(st.sampled_from(possible), max_size=2, unique=True)):
        if not is_time(name):
            address[name] = draw(st.sampled_from([*world.vocabulary.codes(name), UNKNOWN]))
    address |= {"compare": draw(st.sampled_from(["", *COMPARISONS])), "share": draw(st.sampled_from(["", *SHARES]))}
    address["show"] = draw(st.sampled_from(["", *SHOWN]))
    return read(address, world)[0]


@pytest.mark.parametrize(
    ("address", "measured", "rows", "where"),
    [
        # Near to the visits, which have branches.
        ({"m": "visitz", "rows": "branch", "visitor_group": "girls"}, ("visits",), ("branch",), {"visitor_group"}),
        # Near to nothing: the first measure that has problem areas.
        ({"m": "x", "rows": "problem_area"}, ("consultations",), ("problem_area",), set()),
        ({"m": "x", "rows": "benefit", "form": "cash"}, ("spend", "households_assisted"), ("benefit",), {"form"}),
        # No measure has both: the usual ones, and what they lack is said.
        ({"m": "x", "rows": "benefit,branch"}, ("spend", "households_assisted"), ("benefit",), set()),
    ],
)
def test_with_an_unknown_measure_the_rest_of_the_address_is_shown(world, address, measured, rows, where) -> None:
    request, troubles = read(address, world)
    assert (request.measures, request.rows, {name for name, _ in request.where}) == (measured, rows, where)
    assert troubles[0].key == "unknown_measure"


@settings(max_examples=200, deadline=None)
@given(data=st.data())
def test_going_into_any_cell_makes_a_table(world: World, data: st.DataObject) -> None:
    request = data.draw(requests(world))
    codes = {}
    for name in request.by:
        cells = [cell.code for cell in world.period(request.period).cells(name)] if is_time(name) else None
        codes[name] = data.draw(st.sampled_from(cells or [*world.vocabulary.codes(name), UNKNOWN]))
    deeper, _ = read(address_of(only(request, codes)), world)
    assert_whole(deeper, world)
    for name, code in codes.items():
        if not is_time(name):
            assert dict(deeper.where)[name] == (code,)
    for name in further(request, codes, world):
        assert name not in codes
        other, _ = read(address_of(split(request, codes, name)), world)
        assert_whole(other, world)
        assert other.rows[0] == name


@pytest.mark.parametrize("measure", measures())
def test_every_measure_can_be_split_and_filtered_by_all_its_dimensions(world: World, measure: str) -> None:
    for name in dimensions_of(measure):
        assert understood({"m": measure, "rows": name}, world).rows == (name,)
        assert understood({"m": measure, "col": name}, world).column == name
        if dimension(name).kind == "category":
            values = f"{world.vocabulary.codes(name)[0]},unknown" if world.vocabulary.codes(name) else "unknown"
            where = dict(understood({"m": measure, name: values}, world).where)
            assert where == {name: tuple(values.split(","))}


# ── what is said ─────────────────────────────────────────────────────────────────────────────────

SAID = [
    ({"m": "spnd"}, "Nav saprasts rādītājs „spnd”. Vai bija domāts „spend” (Izlietots)?"),
    ({"m": "spend", "rows": "teritory"}, "dalījums „teritory”. Vai bija domāts „territory” (Pilsēta vai pagasts)?"),
    ({"m": "spend", "form": "csh"}, "Filtram „Veids” nav vērtības „csh”. Vai bija domāts „cash” (Naudā)?"),
    ({"m": "spend", "stats": "needy"}, "Nav saprasts „stats”: tāda filtra nav. Vai bija domāts „status” (Statuss)?"),
    ({"m": "spend", "rows": "sex"}, "Rādītāju „Izlietots” nevar dalīt pēc „Dzimums”"),
    ({"m": "spend", "sex": "female"}, "Rādītāju „Izlietots” nevar dalīt pēc „Dzimums”"),
    ({"m": "spend,visits"}, "Rādītājs „Apmeklējumi” ir no citas jomas"),
    ({"m": "spend", "period": "2023-13"}, "„2023-13” nav periods"),
    ({"m": "spend", "period": "1995"}, "Par periodu „1995” ierakstu nav"),
    ({"m": "spend", "period": "2000..2023"}, "Periods „2000..2023” sniedzas ārpus gadiem"),
    (
        {"m": "spend", "rows": "form,status,benefit"},
        "Dalījums „Pabalsts” vairs neietilpst: rindās ir",
    ),
    ({"m": "spend", "col": "form,status"}, "Dalījums „Statuss” vairs neietilpst: kolonnās ir viens"),
    ({"m": "spend", "rows": "form", "col": "form"}, "Dalījums „Veids” jau ir rindās"),
    ({"m": "spend", "rows": "year", "col": "month"}, "Laiks jau ir rindās"),
    ({"m": "spend", "month": "2023-01"}, "„Mēnesis” nav filtrs"),
    ({"m": "spend", "rows": "form", "compare": "year", "show": "change"}, "ja ir gan salīdzinājums, gan kolonnas"),
    ({"m": "spend", "rows": "month", "period": "2023-Q2", "compare": "previous"}, "tikai ar tiem pašiem pirms gada"),
    ({"m": "spend", "period": "2022..2023", "compare": "year"}, "nav garāks par gadu"),
    ({"m": "spend", "period": "2011", "compare": "year"}, "Par agrāku periodu datu nav"),
    ({"m": "spend", "rows": "form", "share": "row"}, "Daļai no rindas vajag dalījumu kolonnās"),
    ({"m": "missed_share", "rows": "month", "share": "total"}, "Īpatsvaram daļu nav"),
    ({"m": "persons_on_date", "rows": "month", "share": "total"}, "Stāvoklim datumā nav kopsummas"),
    ({"m": "spend", "rows": "month", "top": "3"}, "Pirmās rindas var atlasīt, ja rindās nav laiks"),
    ({"m": "spend", "rows": "form", "top": "4"}, "Nav saprasts „top=4”"),
    ({"m": "spend", "rows": "form", "sort": "payments"}, "Nav saprasts „sort=payments”"),
    ({"m": "spend", "rows": "form", "chart": "lines"}, "izvēlētā diagramma neder"),
]


@pytest.mark.parametrize(("address", "said"), SAID, ids=[said for _, said in SAID])
def test_what_was_not_understood_is_said_and_the_rest_is_kept(
    world: World, readers: list[Reader], address: dict[str, str], said: str
) -> None:
    request, troubles = read(address, world)
    assert any(said in trouble.text(readers[0]) for trouble in troubles), [t.text(readers[0]) for t in troubles]
    assert len(troubles) == 1
    if address["m"] in measures():
        assert request.measures == (address["m"],)


def test_long_nonsense_is_not_quoted_whole(world: World, readers: list[Reader]) -> None:
    _, [trouble] = read({"m": "spend", "rows": "x" * 5000}, world)
    assert len(trouble.text(readers[0])) < 200


def test_an_empty_address_is_the_default_and_the_default_is_whole(world: World) -> None:
    assert read({}, world) == (default(world), ())
    assert default(world).period == "2023"
    assert understood(address_of(default(world)), world) == default(world)


def test_two_dates_stay_two_dates(world: World) -> None:
    """Also where they make a calendar year: the visitor has asked for their widgets."""
    assert understood({"m": "spend", "period": "2023-01-01..2023-12-31"}, world).period == "2023-01-01..2023-12-31"
    assert understood({"m": "spend", "period": "2022..2023"}, world).period == "2022..2023"
    assert understood({"m": "spend", "period": "2023-h1"}, world).period == "2023-H1"


@pytest.mark.parametrize("name", presets.PRESETS)
def test_questions_often_asked_are_understood(world: World, name: str) -> None:
    request = understood(presets.PRESETS[name], world)
    assert set(presets.PRESETS[name].get("rows", "").split(",")) - {""} == set(request.rows)


def test_values_stand_in_the_order_of_the_vocabulary(world: World) -> None:
    request = understood({"m": "spend", "territory": "taurupe,suntazi,taurupe,unknown"}, world)
    assert request.where == (("territory", ("suntazi", "taurupe", "unknown")),)


def test_the_council_is_offered_what_it_may_ask(world: World) -> None:
    """By the list of cuts: no household's children beside its status, no group of members beside the parish."""
    assert set(presets.offered(world, "internal")) == set(presets.PRESETS)
    assert set(presets.PRESETS) - set(presets.offered(world, "council")) == {"needy_children", "members_by_place"}
