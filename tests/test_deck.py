"""Decks: the prepared one of 2023 against the published report, what a slide says, and what is kept of one."""

import csv
from collections.abc import Iterator, Mapping
from decimal import Decimal
from pathlib import Path

import pytest

from data_access import INTERNAL, Database, dimensions, open_database
from data_access.deck import MadeDeck, MadeSlide, Slide, make_deck, prepared_deck
from data_access.deck.model import CHARTS, OF_BUILDER, of_year, relative, slides_as_text, slides_from_text
from data_access.deck.prepared import prepared_slides
from data_access.telling.builder.request import CHARTS as BUILDER_CHARTS
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
