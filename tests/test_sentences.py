"""Sentences as a reader sees them, written by hand: notes, periods in their cases, headlines of pages."""

import re
from datetime import date

import pandas as pd
import pytest

from data_access import Note, Period, open_database
from data_access.telling import sentences
from data_access.telling.reader import Reader
from pages.parts.texts import FOLDER
from tests.infrastructure.pages import headlines, open_page, said, shown, unescaped

LANGUAGES = ("lv", "en")


@pytest.fixture(scope="module")
def readers(demonstration_url: str) -> dict[str, Reader]:
    vocabulary = open_database(demonstration_url).vocabulary
    return {language: Reader(vocabulary, language, (FOLDER,)) for language in LANGUAGES}


@pytest.fixture
def full(monkeypatch: pytest.MonkeyPatch, demonstration_url: str) -> None:
    """Pages tell of the demonstration."""
    monkeypatch.setenv("DATABASE_URL", demonstration_url)


def plainly(text: str) -> str:
    """A text with common spaces, as a test writes them."""
    return text.replace("\u00a0", " ")


# ── notes ────────────────────────────────────────────────────────────────────────────────────────


def test_parts_that_overlap_are_said_to_sum_up_to_more_and_not_to_be_so_many_people() -> None:
    note = Note.of("overlap", measure_lv="Mājsaimniecības", measure_en="Households", more=101, total=1515)
    lv = "Mājsaimniecības: daļas pārklājas, tāpēc to summa ir par 101 lielāka nekā kopskaits 1 515."
    en = "Households: the parts overlap, so that their sum is 101 more than the total of 1,515."
    assert (plainly(note.text("lv")), note.text("en")) == (lv, en)


# ── periods and changes ──────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("code", "lv", "en"),
    [
        ("2022", "2022. gadu", "2022"),
        ("2011..2021", "2011.–2021. gadu", "2011–2021"),
        ("2022-H2", "2022. gada 2. pusgadu", "half-year 2 of 2022"),
        ("2022-Q1", "2022. gada 1. ceturksni", "quarter 1 of 2022"),
        ("2022-03", "2022. gada martu", "March 2022"),
        ("2022-04", "2022. gada aprīli", "April 2022"),
        ("2022-12", "2022. gada decembri", "December 2022"),
        (
            "2022-01-05..2022-02-07",
            "laiku no 05.01.2022. līdz 07.02.2022.",
            "the days from 5 January 2022 to 7 February 2022",
        ),
        ("2022-01-05..2022-01-05", "05.01.2022.", "5 January 2022"),
    ],
)
def test_a_period_that_something_is_compared_with_stands_in_its_case(
    readers: dict[str, Reader], code: str, lv: str, en: str
) -> None:
    said = {language: plainly(sentences.about(reader, Period.parse(code))) for language, reader in readers.items()}
    assert said == {"lv": lv, "en": en}


def test_a_year_before_that_is_not_published_is_said_to_be_so(readers: dict[str, Reader]) -> None:
    said = {
        language: sentences.changed(reader, "spend", pd.NA, pd.NA, Period.year(2022))
        for language, reader in readers.items()
    }
    assert said["lv"] == "par 2022. gadu skaitlis nav publicēts"
    assert said["en"] == "the figure for 2022 is not published"


def test_a_change_from_nothing_is_told_in_whole_euros(readers: dict[str, Reader]) -> None:
    said = sentences.changed(readers["lv"], "spend", 65_984_526, pd.NA, Period.year(2021))
    assert plainly(said) == "par 659 845 € vairāk nekā 2021. gadā"


@pytest.mark.usefixtures("full")
def test_key_figures_are_compared_with_the_year_before() -> None:
    needy = open_page("overview", year="2023").get("metric")[3]
    assert needy.proto.delta_description == "pret 2022. gadu"


# ── where there is nothing ───────────────────────────────────────────────────────────────────────

UKRAINE = "Izlietotā summa pa mēnešiem un pa pabalstiem 2012. gadā – atbalsts Ukrainas civiliedzīvotājiem"
NOBODY = "2011. gadā – Ukrainas civiliedzīvotāji; Rembates pagasts"


@pytest.mark.usefixtures("full")
@pytest.mark.parametrize(
    ("page", "address", "titles", "said"),
    [
        (
            "benefits",
            {"benefit_group": "ukraine_support", "year": "2012", "view": "months"},
            [UKRAINE],
            "Šeit nekā nav: izvēlētajā periodā nav neviena ieraksta, kas atbilst filtriem.",
        ),
        (
            "psychologists",
            {"view": "consultations", "year": "2019"},
            [
                "Psihologu konsultācijas pa mēnešiem un pēc apmeklētības 2019. gadā",
                "Neapmeklēto konsultāciju īpatsvars pa mēnešiem 2019. gadā",
                "Psihologu konsultācijas pa mēnešiem 2019. gadā",
            ],
            "Par 2019. gadu šo skaitļu datubāzē nav.",
        ),
        (
            "households",
            {"territory": "rembate", "population": "ukraine_civilians", "year": "2011"},
            [
                f"Mājsaimniecības ar statusu pēc statusa {NOBODY}",
                f"Personas ar statusu pa mājsaimniecības locekļu grupām un pēc statusa {NOBODY}",
                f"Mājsaimniecības ar statusu {NOBODY}",
            ],
            "Šeit nekā nav: izvēlētajā periodā nav neviena ieraksta, kas atbilst filtriem.",
        ),
    ],
)
def test_where_there_are_no_figures_the_title_says_what_would_stand_there(
    page: str, address: dict[str, str], titles: list[str], said: str
) -> None:
    app = open_page(page, **address)
    assert [plainly(line) for line in headlines(app)] == titles
    assert {plainly(box.value) for box in app.info} == {said}
    assert not app.toggle  # nothing can be summed up


# ── what is not known, and words of ours ─────────────────────────────────────────────────────────


@pytest.mark.usefixtures("full")
def test_participants_whom_nobody_wrote_down_are_not_known_and_not_none() -> None:
    [table] = open_page("psychologists", view="functions", year="2023").table
    rows = {row[0]: row[1:] for row in shown(table).to_numpy().tolist()}
    assert rows["Kovīzija un atbalsts darbiniekiem"][1] == "nav zināms"
    assert rows["Grupu terapija vardarbību veikušām personām"][1] == "25"
    assert rows["Kopā"][1] == "26"  # those who are known, and the page says so


@pytest.mark.usefixtures("full")
def test_a_day_that_is_cleared_stays_chosen_and_its_label_has_no_english_word() -> None:
    """Streamlit writes “(required)” into the label of a field that must not be empty."""
    app = open_page("benefits", part="dates", **{"from": "2023-02-01", "until": "2023-03-31"})
    first, last = app.date_input
    assert not first.proto.required
    assert not last.proto.required
    first.set_value(None).run()
    assert [field.value for field in app.date_input] == [date(2023, 2, 1), date(2023, 3, 31)]
    assert not app.exception


@pytest.mark.usefixtures("full")
def test_of_a_demonstration_the_page_of_loading_says_when_it_was_made() -> None:
    said_there = said(open_page("loading"))
    assert "Neviena ielāde" not in said_there
    made = re.search(r"Demonstrācijas datubāze izveidota (.*); dienesta failu ielāžu nav bijis\.", said_there)
    assert made
    assert f"ielādēti {made[1]}" in said_there


# ── what a link asks for and cannot have ─────────────────────────────────────────────────────────

NO_TOMES = "„Pilsēta vai pagasts” šeit nevar būt „tomes”, tāpēc izvēlēts ir „Viss novads”."


@pytest.mark.usefixtures("full")
@pytest.mark.parametrize(
    ("page", "address", "lines"),
    [
        ("benefits", {"territory": "tomes"}, [f"{NO_TOMES} Vai bija domāts „tome” (Tomes pagasts)?"]),
        ("overview", {"year": "1999"}, ["„Gads” šeit nevar būt „1999”, tāpēc izvēlēts ir „2023”."]),
        (
            "day_centres",
            {"year": "2012", "part": "dates", "from": "2023-02-30", "lang": "en"},
            ["“From” cannot be “2023-02-30” here, so “1 January 2012” is chosen."],
        ),
        ("benefits", {"territory": "tome", "year": "2021", "part": "Q3", "view": "places"}, []),
        ("overview", {"status": "needy"}, ["Šajā lapā nav izvēles „Statuss”, tāpēc „needy” nav ņemts vērā."]),
        (
            "overview",
            {"teritory": "tome", "areas": "problem_area"},  # areas are chosen in a view of another page
            [
                "Šajā lapā nav izvēles „teritory”, tāpēc „tome” nav ņemts vērā. "
                "Vai bija domāts „territory” (Pilsēta vai pagasts)?"
            ],
        ),
        (
            "overview",
            {"year": ["2021", "2022"]},
            ["„Gads” šeit nevar būt „2021,2022”, tāpēc izvēlēts ir „2023”. Vai bija domāts „2022” (2022)?"],
        ),
    ],
)
def test_what_a_link_asks_for_and_cannot_have_is_said(page: str, address: dict, lines: list[str]) -> None:
    app = open_page(page, **address)
    assert [unescaped(box.value).removeprefix("- ") for box in app.warning] == lines
    app.run()  # nothing of it stands in the address any more
    assert not app.warning


# ── headlines ────────────────────────────────────────────────────────────────────────────────────

STATUS = "households_with_status"
PAID = "2023. gadā trūcīgām mājsaimniecībām izmaksāti 581 179 €, maznodrošinātām mājsaimniecībām – 351 912 €"


@pytest.mark.usefixtures("full")
@pytest.mark.parametrize(
    ("page", "address", "sentence"),
    [
        ("benefits", {"view": "recipients"}, f"{PAID}, mājsaimniecībām bez statusa – 1 009 112 €"),
        ("benefits", {"view": "places"}, "2023. gadā visvairāk izmaksāts Ogrē – 884 786 €"),
        ("benefits", {"view": "places", "territory": "tome"}, "2023. gadā Tomes pagastā izmaksāti 19 157 €"),
        ("households", {"view": "places"}, "2023. gadā visvairāk mājsaimniecību ar statusu bija Ogrē – 611"),
        (
            "households",
            {},
            "2023. gadā statuss bija 1 515 mājsaimniecībām: trūcīga – 823, maznodrošināta – 793; "
            "101 mājsaimniecībai bija abi statusi",
        ),
        (
            "households",
            {"view": "months", "part": "Q1"},
            "2023. gada beigās statuss bija 1 155 mājsaimniecībām, par 92 mazāk nekā 2023. gada jūlija beigās",
        ),
        (
            "households",
            {"view": "years"},
            "2023. gadā statuss bija 1 515 mājsaimniecībām, par 95 mazāk nekā 2021. gadā (datu rindā ir pārrāvums)",
        ),
        (
            "day_centres",
            {"view": "years"},
            "Ģimenes atbalsta dienas centrs: 2023. gadā bija 10 097 apmeklējumi, par 4 092 vairāk nekā 2022. gadā",
        ),
        ("overview", {}, "2023. gadā sociālajai palīdzībai izlietoti 964 069 €, un to saņēma 1 304 mājsaimniecības"),
        (
            "overview",
            {"year": "2022"},
            "2022. gadā trūcīgas mājsaimniecības statuss bija 972 mājsaimniecībām, par 22,9 % vairāk nekā 2021. gadā",
        ),
        ("overview", {"lang": "en"}, "In 2023 €964,069 were spent on social assistance, which 1,304 households got"),
    ],
)
def test_headlines_are_true_sentences(page: str, address: dict[str, str], sentence: str) -> None:
    assert plainly(headlines(open_page(page, **address))[0]) == sentence


@pytest.mark.usefixtures("full")
def test_what_is_said_of_members_and_children_was_so_and_is_of_shown_figures() -> None:
    _, composition, children = headlines(open_page("households", year="2023"))
    assert plainly(composition) == (
        "2023. gadā no 2 244 personām ar statusu bērni bija 443, pilngadīgie ar invaliditāti – 248, "
        "pensijas vecumā – 974"
    )
    assert plainly(children) == "2023. gadā no 1 515 mājsaimniecībām ar statusu bērni bija 254 mājsaimniecībās"
    for line in headlines(open_page("households", year="2023", audience="council")):
        assert "(k)" not in line, line


@pytest.mark.usefixtures("full")
def test_whose_households_the_years_are_of_is_said_as_it_is() -> None:
    of_all = "Šeit abās rindās ir visas mājsaimniecības."
    of_one = "Šeit abas rindas rāda vienu iedzīvotāju grupu: Iedzīvotāji."
    assert of_all in said(open_page("households", view="years"))
    assert of_one in said(open_page("households", view="years", population="residents"))


def test_every_place_says_where(readers: dict[str, Reader]) -> None:
    names = [value.code for value in readers["lv"].vocabulary.values("territory")]
    assert len(names) == 20
    where = {code: readers["lv"].place("territory", code) for code in names}
    assert [where[code] for code in names[:4]] == ["Ogrē", "Ikšķilē", "Ķegumā", "Lielvārdē"]
    for code in names[4:]:
        assert where[code] == readers["lv"].label("territory", code).replace("pagasts", "pagastā")
    assert readers["en"].place("territory", "tome") == "in Tome parish"
    assert readers["lv"].place("territory", "elsewhere") == "teritorijā „elsewhere”"


def test_what_is_not_known_is_the_most_only_where_there_is_nothing_else(readers: dict[str, Reader]) -> None:
    some = pd.DataFrame({"territory": ["ogre", "tome", "unknown"], STATUS: pd.array([2, 1, 9], dtype="Int64")})
    assert sentences.first(readers["lv"], some, "territory", STATUS)["place"] == "Ogrē"
    none = pd.DataFrame({"territory": ["ogre", "unknown"], STATUS: pd.array([0, 9], dtype="Int64")})
    assert sentences.first(readers["lv"], none, "territory", STATUS)["name"] == "Nav zināms"


# ── which days a view shows, and why it shows nothing ────────────────────────────────────────────

WHOLE_YEAR = "Šis skats rāda visu 2023. gadu."


@pytest.mark.usefixtures("full")
@pytest.mark.parametrize(
    ("page", "address", "times"),
    [
        ("benefits", {"view": "months", "part": "07"}, 1),
        ("day_centres", {"view": "quarters", "part": "Q3"}, 1),
        ("psychologists", {"view": "consultations", "part": "H1"}, 3),
        ("households", {"view": "months", "part": "dates", "from": "2023-02-01", "until": "2023-03-02"}, 2),
        ("benefits", {"view": "months"}, 0),
        ("benefits", {"view": "places", "part": "07"}, 0),
        ("households", {"view": "years", "part": "07"}, 0),
    ],
)
def test_a_view_of_the_whole_year_says_so_where_a_part_is_chosen(
    page: str, address: dict[str, str], times: int
) -> None:
    app = open_page(page, year="2023", **address)
    assert plainly(said(app)).count(WHOLE_YEAR) == times


@pytest.mark.usefixtures("full")
@pytest.mark.parametrize(
    ("view", "why"),
    [
        ("caseload", "Psihologu ir maz: pēc katra klientu skaita varētu atpazīt cilvēkus."),
        ("functions", "Šajās funkcijās dalībnieku ir maz, un viņus varētu atpazīt."),
    ],
)
def test_the_council_is_told_why_a_view_shows_nothing(view: str, why: str) -> None:
    assert why in said(open_page("psychologists", view=view, audience="council"))
    assert why not in said(open_page("psychologists", view=view))


@pytest.mark.usefixtures("full")
def test_years_of_a_subject_are_those_of_its_records() -> None:
    app = open_page("day_centres", view="years")
    [table] = app.table
    assert [plainly(name) for name in shown(table).iloc[:, 0]] == [f"{year}. gads" for year in range(2019, 2024)]
    assert "datu par šo periodu nav" not in said(app)


# ── key figures ──────────────────────────────────────────────────────────────────────────────────


@pytest.mark.usefixtures("full")
def test_small_charts_say_their_years_and_assistance_what_all_benefits_are() -> None:
    app = open_page("overview", year="2023")
    # Of clients one year is published, which makes no chart.
    assert [box.value for box in app.caption][:7] == [*["2011–2023"] * 5, "2022–2023", "2019–2023"]
    assert "Kopā visos pabalstos izmaksāti 1 942 203 €." in plainly(said(app))
    assert "year=2023" in [one.proto.query_string for one in app.get("page_link") if one.proto.label == "Pabalsti"]
