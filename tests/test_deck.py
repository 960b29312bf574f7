"""Decks: the prepared one of 2023 against the published report, what a slide says, and what is kept of one."""

import csv
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from decimal import Decimal
from pathlib import Path

import pandas as pd
import pytest

from data_access import COUNCIL, INTERNAL, WITHHELD, Database, Question, dimensions, open_database
from data_access.deck import Deck, MadeDeck, MadeSlide, Slide, make_deck, prepared_deck
from data_access.deck.model import CHARTS, OF_BUILDER, of_year, relative, slides_as_text, slides_from_text
from data_access.deck.prepared import prepared_slides
from data_access.errors import NoRecordsOfYear
from data_access.telling.builder import asking, freezing
from data_access.telling.builder.reading import read
from data_access.telling.builder.request import CHARTS as BUILDER_CHARTS
from data_access.telling.builder.world import World
from data_access.telling.reader import Reader

PUBLISHED = Path(__file__).parent.parent / "data_access" / "published"


def rows(name: str) -> list[dict[str, str]]:
    with (PUBLISHED / name).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


FIGURES = {row["figure_id"]: row for row in rows("published_figures.csv")}
READINGS = {row["figure_id"]: row["reading"] for row in rows("readings.csv")}
Asked = tuple[str, str, frozenset[tuple[str, str]]]  # measure, period, filters of a figure


def published() -> dict[Asked, int | None]:
    """The published figures by what they count, money in cents; the reading of one that cannot hold, None for a gap."""
    found = {}
    for row in rows("questions.csv"):
        name = row["figure_id"]
        text = READINGS.get(name, FIGURES[name]["value"])
        money = FIGURES[name]["unit"] == "EUR"
        where = frozenset(tuple(pair.split("=")) for pair in row["where"].split(";") if pair)
        found[row["measure"], row["period"], where] = (
            None if text == "gap" else int(Decimal(text) * (100 if money else 1))
        )
    return found


@pytest.fixture(scope="module")
def database(demonstration_url: str) -> Database:
    return open_database(demonstration_url)


@pytest.fixture(scope="module")
def reader(database: Database) -> Reader:
    return Reader(database.vocabulary, "lv")


@pytest.fixture(scope="module")
def deck(database: Database, reader: Reader) -> MadeDeck:
    return make_deck(database, reader, prepared_deck(2023, INTERNAL))


# ── what is kept ──


def test_years_of_a_slide_are_told_relative_to_its_deck() -> None:
    address = {"m": "spend", "period": "2023-Q1", "sort": "spend.2022-12", "benefit": "b2023"}
    kept = relative(address, 2023)
    assert kept == {**address, "period": "{year}-Q1", "sort": "spend.{year-1}-12"}
    assert of_year(kept, 2021) == {**address, "period": "2021-Q1", "sort": "spend.2020-12"}
    assert relative({"period": "2011..2023"}, 2023) == {"period": "2011..{year}"}
    assert relative({"period": "2023-01-15..2024-03-31"}, 2023) == {"period": "{year}-01-15..{year+1}-03-31"}
    assert relative({"period": "all"}, 2023) == {"period": "all"}


def test_slides_are_kept_as_text() -> None:
    slides = (*prepared_slides(), Slide(address={"m": "visits"}, headline="A „b” {year}", comment="c", chart="lines"))
    assert slides_from_text(slides_as_text(slides)) == slides


@pytest.mark.parametrize(
    "text", ["", "{}", "[1]", '[{"kind": "x"}]', '[{"chart": "x"}]', '[{"address": 1}]', '[{"a": 1}]']
)
def test_what_is_no_slide_is_noticed(text: str) -> None:
    with pytest.raises(ValueError, match=r".*"):
        slides_from_text(text)


def test_every_chart_of_the_builder_has_one_in_a_deck() -> None:
    assert set(OF_BUILDER) == set(BUILDER_CHARTS)
    assert {kind for kind in OF_BUILDER.values() if kind} < set(CHARTS)


# ── the prepared deck against the published report ──


def points(slide: MadeSlide) -> Iterator[tuple[Asked, int | None]]:
    """The figures of a slide by what they count."""
    for figure in slide.figures:
        yield asked(figure.address, figure.address["period"]), figure.value
    if not slide.chart or slide.chart.kind == "movers":
        return
    for series in slide.chart.series:
        for codes, value in zip(slide.chart.codes, series.values, strict=True):
            address, of = slide.address, dict(codes)
            if address.get("col"):
                of[address["col"]] = series.look[1]
            year = of.pop("year", address["period"])
            before = series.look == ("year", "before", 0)
            if codes:
                yield asked(address, str(int(year) - 1) if before else year, of), value


def asked(address: Mapping[str, str], period: str, codes: Mapping[str, str] | None = None) -> Asked:
    where = {name: text for name, text in address.items() if name in dimensions()} | (codes or {})
    return address.get("draw", address["m"]), period, frozenset(where.items())


def test_the_prepared_deck_has_what_the_council_asks_for(deck: MadeDeck) -> None:
    assert len(deck.slides) <= 12
    assert [slide.kind for slide in deck.slides][:2] == ["title", "figures"]
    assert deck.slides[-1].kind == "method"
    assert all(slide.headline and slide.foot and slide.alternative for slide in deck.slides)
    assert {slide.chart.kind for slide in deck.slides if slide.chart} == {"bars", "columns", "lines", "movers"}


def test_every_figure_that_was_published_is_the_published_one(deck: MadeDeck) -> None:
    known = published()
    found = [(what, value) for slide in deck.slides for what, value in points(slide)]
    agreed = [(what, value) for what, value in found if what in known]
    assert [(what, value, known[what]) for what, value in agreed if value != known[what]] == []
    assert len(agreed) > 30


def test_every_figure_of_a_chart_is_the_answer_to_its_own_question(deck: MadeDeck, database: Database) -> None:
    """Asked once more, each alone: the deck asks for whole tables."""
    different = []
    found = [(what, value) for slide in deck.slides for what, value in points(slide)]
    for (measure, period, where), value in dict(found).items():
        alone = database.ask(Question.of(measure, period, where={name: (code,) for name, code in where})).value()
        if alone != value:
            different.append((measure, period, where, value, alone))
    assert not different
    assert len(found) > 70


def test_the_rest_and_the_first_ones_are_the_whole(deck: MadeDeck, database: Database) -> None:
    for rows in ("benefit", "territory"):
        [bars] = slide_of(deck, "spend", rows).chart.series
        assert sum(bars.values) == database.ask(Question.of("spend", 2023)).value()


def test_against_the_year_before_stands_what_rose_or_fell_most_and_the_rest(deck: MadeDeck) -> None:
    """The rest makes the bars of each year its total, as the headline compares them."""
    slide = slide_of(deck, "spend", "benefit", compare=True)
    before, now = (series.values for series in slide.chart.series)
    assert slide.chart.categories[:3] == (
        "Garantētā minimālā ienākuma pabalsts",
        "Mājokļa pabalsts",
        "Pabalsts krīzes situācijā",
    )
    changes = [new - old for old, new in zip(before, now, strict=True)][:-1]
    assert changes == sorted(changes, key=abs, reverse=True)
    assert min(changes) < 0 < max(changes)
    assert sum(now) == 194_220_305
    assert sum(now) < sum(before)


def slide_of(deck: MadeDeck, measure: str, rows: str, compare: bool = False) -> MadeSlide:
    """The slide that asks for a measure by a dimension."""
    [found] = [
        slide
        for slide in deck.slides
        if slide.address
        and (slide.address["m"].split(",")[0], slide.address["rows"]) == (measure, rows)
        and ("compare" in slide.address) is compare
        and slide.chart.kind != "movers"
    ]
    return found


def test_breaks_stand_in_the_year_that_they_lie_in(deck: MadeDeck) -> None:
    slide = slide_of(deck, "households_with_status", "year")
    years = [slide.chart.categories[one.place] for one in slide.chart.breaks]
    assert list(zip(years, [one.number for one in slide.chart.breaks], strict=True)) == [
        ("2021", 1),
        ("2021", 2),
        ("2022", 3),
        ("2023", 4),
    ]
    assert "2 – Novadu reforma" in slide.remarks[0]


def test_years_between_which_a_series_is_broken_are_not_compared_in_silence(database: Database, reader: Reader) -> None:
    address = {"m": "spend", "rows": "benefit", "period": "{year}", "compare": "year"}
    [slide] = make_deck(database, reader, Deck((Slide(address=address),), 2021, audience=INTERNAL)).slides
    assert any("Novadu reforma" in remark for remark in slide.remarks)
    [slide] = make_deck(database, reader, Deck((Slide(address=address),), 2015, audience=INTERNAL)).slides
    assert not any("pārrāvumi" in remark for remark in slide.remarks)


def test_the_same_deck_is_made_of_another_year(database: Database, reader: Reader) -> None:
    found = make_deck(database, reader, prepared_deck(2023, INTERNAL).of_year(2012))
    assert found.title == "Sociālā dienesta darbs 2012.\u00a0gadā"
    assert all("2023" not in slide.headline for slide in found.slides)
    spend = slide_of(found, "spend", "territory")
    assert sum(spend.chart.series[0].values) == database.ask(Question.of("spend", 2012)).value()
    asked = [slide.address["m"] for slide in found.slides if slide.address]
    assert "psychologist_clients" not in asked, "nothing of them has been published"
    assert (
        "Bez slaida: Psihologu klienti pēc vecuma un dzimuma 2012.\u00a0gadā – nav publicēts"
        in found.slides[-1].sentences[-1]
    )
    assert [slide.kind for slide in found.slides] == [prepared_slides()[place].kind for place in found.places]
    own = make_deck(database, reader, Deck(prepared_slides(), 2012, "Mana", INTERNAL))
    assert len(own.slides) == len(prepared_slides()), "what somebody has put together stays"


def test_large_figures_are_published_ones(database: Database, reader: Reader) -> None:
    """Of 2022 neither assistance, low-income households nor clients are published; visits grew across a break."""
    [figures] = [slide for slide in make_deck(database, reader, prepared_deck(2022)).slides if slide.figures]
    assert figures.headline == "2022.\u00a0gads divos skaitļos"
    assert [one.value for one in figures.figures] == [972, 6005]
    assert [one.change.replace("\u00a0", " ") for one in figures.figures] == [
        "par 22,9 % vairāk nekā 2021. gadā",
        "2021. gadā – 937 (datu rindā ir pārrāvums)",
    ]
    assert any("2022. gadu nav publicēta" in remark.replace("\u00a0", " ") for remark in figures.remarks)


def test_two_totals_of_one_measure_are_explained(deck: MadeDeck) -> None:
    """964 069 € of 1 942 203 € are social assistance, 10 097 of 24 669 visits were to one centre."""
    said = {place: slide.remarks for place, slide in enumerate(deck.slides, start=1)}
    parts = {
        place: remark.replace("\u00a0", " ")
        for place, remarks in said.items()
        for remark in remarks
        if remark.startswith("Šeit ir viss kopā")
    }
    money = "Šeit ir viss kopā; 2. slaidā ir tikai daļa: Sociālajai palīdzībai izlietotā summa – 964 069 €."
    visits = "Šeit ir viss kopā; 2. slaidā ir tikai daļa: Ģimenes atbalsta dienas centra apmeklējumi – 10 097."
    assert parts == {3: money, 4: money, 6: money, 9: visits}
    assert said[2][:2] == (
        "Sociālajai palīdzībai izlietotā summa – tikai daļa no kopskaita, kas ir 3. slaidā.",
        "Ģimenes atbalsta dienas centra apmeklējumi – tikai daļa no kopskaita, kas ir 9. slaidā.",
    )


def test_what_is_unknown_has_no_bars_of_zero(deck: MadeDeck) -> None:
    slide = slide_of(deck, "psychologist_clients", "problem_area")
    assert [series.name for series in slide.chart.series] == ["Bērni", "Pieaugušie"]


def test_each_headline_says_what_its_picture_shows(deck: MadeDeck) -> None:
    beginnings = [slide.headline[:25] for slide in deck.slides]
    assert len(set(beginnings)) == len(beginnings)
    assert "Izlietotā summa pa pilsētām" in slide_of(deck, "spend", "territory").headline
    assert not any("„" in slide.headline for slide in deck.slides)


def test_a_deck_of_a_year_without_records_is_none(database: Database, reader: Reader) -> None:
    with pytest.raises(NoRecordsOfYear):
        make_deck(database, reader, prepared_deck(1999))


def test_progress_is_told_after_each_slide(database: Database, reader: Reader) -> None:
    heard = []
    slides = (Slide("title"), Slide("method"))
    make_deck(database, reader, Deck(slides, 2023), progress=lambda done, of: heard.append((done, of)))
    assert heard == [(1, 2), (2, 2)]


def test_a_headline_can_be_written_and_the_made_one_is_kept_beside(database: Database, reader: Reader) -> None:
    slide = Slide(address={"m": "spend", "period": "{year}"}, headline="Mans virsraksts 2023. gadā", comment="Piezīme")
    [made] = make_deck(database, reader, Deck((slide,), 2023, audience=INTERNAL)).slides
    assert made.headline == "Mans virsraksts 2023.\u00a0gadā"
    assert made.generated == "2023.\u00a0gadā pabalstiem izlietoja 1\u00a0942\u00a0203\u00a0€"
    assert made.comment == "Piezīme"


@pytest.fixture
def kept(database: Database) -> Callable[[str], Slide]:
    """A slide of spend in 2021 whose figure was kept on the first day of 2022: 12,00 €, which no database has."""

    def of(audience: str) -> Slide:
        address = {"m": "spend", "period": "2021"} | ({"audience": audience} if audience == COUNCIL else {})
        world = World.of(database)
        request, _ = read(address, world)
        answered = asking.ask(request, database, world, database.ask)
        answered.frame["spend"] = pd.array([12_00], dtype="Int64")
        return Slide(address=address, frozen=freezing.frozen(answered), frozen_on="2022-01-01", table=True)

    return of


def test_kept_figures_stay_in_a_deck_of_any_year(database: Database, reader: Reader, kept) -> None:
    slides = slides_from_text(slides_as_text([kept(INTERNAL), kept(COUNCIL)]))
    allowed = make_deck(database, reader, Deck(slides, 2023, audience=INTERNAL), require_kept=lambda *asked: None)
    for made, protected in zip(allowed.slides, (False, True), strict=True):
        assert made.headline == "2021.\u00a0gadā pabalstiem izlietoja 12\u00a0€"
        assert "Skaitļi ir tādi, kādi tie bija 01.01.2022." in made.remarks
        assert made.foot.endswith("lai nevienu neatpazītu" if protected else "Iekšējai lietošanai")


def test_kept_figures_are_told_to_whom_they_were_kept_for_only(database: Database, reader: Reader, kept) -> None:
    slides = kept(INTERNAL), kept(COUNCIL)
    [internal, council] = make_deck(database, reader, Deck(slides, 2023), require_kept=lambda *asked: None).slides
    assert (internal.chart, internal.table) == (None, None)
    assert "12" not in f"{internal.sentences} {internal.notes}"
    assert "12\u00a0€" in council.headline
    for one in make_deck(database, reader, Deck(slides, 2023, audience=INTERNAL)).slides:
        assert one.headline == "Šo slaidu nevar izveidot", "of a visitor of whom nothing is known"


# ── what may be shown to whom ──


@pytest.fixture(scope="module")
def council(database: Database, reader: Reader) -> dict[str, MadeSlide]:
    """A few slides for the council: protecting a year of a family takes a second."""
    asked = {
        "benefits": {"m": "spend", "rows": "benefit", "period": "{year}", "sort": "spend", "top": "10"},
        "ages": {"m": "psychologist_clients", "rows": "age_group", "period": "{year}"},
        "internal": {"m": "payments", "rows": "benefit", "period": "{year}"},
        "nearest": {"m": "psychologist_clients", "rows": "person_group", "col": "problem_area", "period": "{year}"},
        "nowhere": {"m": "spend", "period": "1999"},
        "wrong": {"m": "spent", "period": "{year}"},
    }
    slides = (Slide(address=address, chart="bars", comment="Piezīme") for address in asked.values())
    deck = Deck(tuple(slides), 2023)
    return dict(zip(asked, make_deck(database, reader, deck).slides, strict=True))


def test_what_is_withheld_has_a_mark_and_no_figure(council: dict[str, MadeSlide], database: Database) -> None:
    [ages] = council["ages"].chart.series
    question = Question.of("psychologist_clients", 2023, by="age_group", audience=COUNCIL)
    answer = database.ask(question)
    expected = [answer.value(age_group=codes["age_group"]) for codes in council["ages"].chart.codes]
    assert list(ages.values) == expected
    assert WITHHELD in expected
    assert [label for label, value in zip(ages.labels, ages.values, strict=True) if value is WITHHELD] == ["(k)"] * 2
    internal = database.ask(replace(question, audience=INTERNAL))
    exact = {str(internal.value(age_group=one)) for one in ("0_6", "7_12")}
    assert len(exact) == 2
    assert not exact & set(re.findall(r"\d+", f"{council['ages'].notes} {council['ages'].alternative}"))


def test_the_rest_is_the_total_less_what_is_shown(council: dict[str, MadeSlide], database: Database) -> None:
    """Some of its parts are withheld, but anybody can subtract."""
    [spend] = council["benefits"].chart.series
    answer = database.ask(Question.of("spend", 2023, by="benefit", audience=COUNCIL))
    assert WITHHELD in [answer.value(benefit=code) for code in set(answer.parts["benefit"])]
    assert spend.values[-1] == 194_220_305 - sum(spend.values[:-1])
    assert spend.labels[-1] != "(k)"


@pytest.mark.parametrize("name", ["internal", "nowhere", "wrong"])
def test_a_slide_that_cannot_be_made_says_why(council: dict[str, MadeSlide], name: str) -> None:
    slide = council[name]
    assert (slide.headline, slide.chart, slide.table) == ("Šo slaidu nevar izveidot", None, None)
    assert len(slide.sentences) == 1


def test_a_slide_whose_filter_is_gone_tells_nothing_of_the_rest(database: Database, reader: Reader) -> None:
    """Its headline, or the name of its figure, says what is counted no more."""
    table = {"m": "spend", "rows": "form", "benefit": "gone", "period": "{year}"}
    figure = {"name": "visits", "m": "visits", "centre": "gone", "period": "{year}"}
    slides = (
        Slide(address=table, headline="Pabalsts: 12 345 €", comment="12 345 €"),
        Slide("figures", figures=(figure,), comment="12 345 €"),
    )
    found = make_deck(database, reader, Deck(slides, 2023, audience=INTERNAL)).slides
    assert [(slide.chart, slide.table, slide.figures) for slide in found] == [(None, None, ())] * 2
    assert all("gone" in " ".join(slide.sentences) for slide in found)
    assert all("12" not in slide.headline + slide.comment for slide in found)


def test_in_place_of_a_table_that_is_not_listed_stands_the_nearest(council: dict[str, MadeSlide]) -> None:
    slide = council["nearest"]
    assert "Prasīto tabulu domei nerāda, tāpēc ir tuvākā, ko drīkst rādīt." in slide.remarks
    assert slide.address["m"] == "psychologist_clients"
    assert slide.chart
    # Its author wrote of the table that she had asked for.
    assert {name: made.comment for name, made in council.items()} == {
        name: "Piezīme" if name in ("benefits", "ages") else "" for name in council
    }
