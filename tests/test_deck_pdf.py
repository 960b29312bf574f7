"""The PDF of a deck, read back: every word and figure of each slide, nothing over the edge or over another word."""

import re
import subprocess
from collections import Counter
from pathlib import Path
from xml.etree import ElementTree

import pytest

from data_access import INTERNAL, open_database
from data_access.deck import Deck, MadeDeck, MadeSlide, Slide, as_pdf, make_deck, prepared_deck
from data_access.deck.model import LINES
from data_access.telling.reader import Reader

LONG_HEADLINE = " ".join(["Pašvaldības saistošie noteikumi par garantēto minimālo ienākumu"] * 3)
LONG_COMMENT = " ".join(["Šķēršļus žēlīgi pārvarēja ģimenēm ļoti nozīmīgs pabalsts."] * 6)
# Slides with as much on them as there can be, and every chart.
HARD = [
    Slide(address={"m": "spend", "rows": "benefit", "col": "form", "period": "{year}"}, chart="stacked"),
    Slide(address={"m": "spend", "rows": "month", "period": "{year}", "compare": "year"}, chart="lines", table=True),
    Slide(address={"m": "visits,visitors", "rows": "branch", "period": "{year}"}, chart="none"),
    Slide(address={"m": "psychologist_clients", "rows": "person_group", "period": "{year}"}, table=True),
    Slide(address={"m": "missed_share", "rows": "month", "period": "{year}"}),
    Slide(address={"m": "spend", "rows": "month", "col": "benefit", "period": "{year}"}, comment=LONG_COMMENT),
    Slide(
        address={"m": "households_with_status", "rows": "year", "col": "status", "period": "2011..{year}"},
        chart="columns",
        headline=LONG_HEADLINE,
        comment=LONG_COMMENT,
    ),
    Slide(
        address={"m": "psychologist_clients", "rows": "problem_area", "col": "age_class", "period": "{year}"},
        headline=LONG_HEADLINE,
        comment=LONG_COMMENT,
        table=True,
    ),
    Slide(
        address={"m": "spend", "rows": "benefit", "period": "{year}", "compare": "year"},
        chart="movers",
        headline='Zīmes: #let x = 1; $a^2$ *nav* _Typst_ [saturs] <html> "pēdiņas" \\ @at',
    ),
]


@pytest.fixture(scope="module", params=["prepared", "hard"])
def deck(request: pytest.FixtureRequest, demonstration_url: str) -> MadeDeck:
    database = open_database(demonstration_url)
    of = prepared_deck(2023) if request.param == "prepared" else Deck(tuple(HARD), 2023, "Grūtā", INTERNAL)
    return make_deck(database, Reader(database.vocabulary, "lv"), of)


@pytest.fixture(scope="module")
def file(deck: MadeDeck, tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("pdf") / "deck.pdf"
    path.write_bytes(as_pdf(deck))
    return path


def printed(*command: str | Path) -> str:
    return subprocess.run(command, check=True, capture_output=True).stdout.decode(errors="replace")


def without_spaces(text: str) -> str:
    return re.sub(r"\s", "", text)


def texts_of(slide: MadeSlide) -> Counter[str]:
    """Everything that stands on a slide, and how often."""
    said = [slide.headline, slide.comment, slide.subtitle, slide.foot, *slide.remarks, *slide.sentences]
    for one in slide.figures:
        said += [one.label, one.written, one.change]
    if slide.table:
        said += [slide.table.corner, *slide.table.columns]
        for row in slide.table.rows:
            said += [row.name, *row.cells]
    if slide.chart:
        several = len(slide.chart.series) > 1
        said += [] if slide.chart.kind == LINES and len(slide.chart.categories) > 10 else slide.chart.categories
        for series in slide.chart.series:
            shown = [text for text, value in zip(series.labels, series.values, strict=True) if value != 0]
            known = [text for text, value in zip(series.labels, series.values, strict=True) if value is not None]
            few = len(slide.chart.series) <= 2
            said += (known[:1] if few else []) + known[-1:] if slide.chart.kind == LINES else shown
            said += [series.name] if several else []
    return Counter(without_spaces(text) for text in said if text)


def test_every_word_and_figure_of_a_slide_is_on_its_page(deck: MadeDeck, file: Path) -> None:
    pages = printed("pdftotext", "-raw", file, "-").split("\f")[:-1]
    assert len(pages) == len(deck.slides)
    for slide, page in zip(deck.slides, pages, strict=True):
        found = without_spaces(page)
        for text, times in texts_of(slide).items():
            assert found.count(text) >= times, f"“{text}” stands on no page, or too seldom:\n{page}"


def test_nothing_goes_over_the_edge_or_over_another_word(deck: MadeDeck, file: Path) -> None:
    told = printed("pdftotext", "-bbox", file, "-")
    tree = ElementTree.fromstring(told[told.index("<html") :])
    for number, page in enumerate(tree.iter("{http://www.w3.org/1999/xhtml}page"), start=1):
        width, height = float(page.get("width")), float(page.get("height"))
        assert (width, height) == (960, 540)
        boxes = [_box(word) for word in page]
        for text, left, top, right, bottom in boxes:
            assert 40 <= left <= right <= width - 40, f"{text} on page {number}"
            assert 20 <= top <= bottom <= height - 10, f"{text} on page {number}"
        for place, (text, left, top, right, bottom) in enumerate(boxes):
            for other, left2, top2, right2, bottom2 in boxes[:place]:
                across = min(right, right2) - max(left, left2)
                down = min(bottom, bottom2) - max(top, top2)
                assert across < 1 or down < 1, f"{text} stands over {other} on page {number}"


def _box(word: ElementTree.Element) -> tuple[str, float, float, float, float]:
    """A word and where its letters are: a line is higher than they."""
    left, top, right, bottom = (float(word.get(name)) for name in ("xMin", "yMin", "xMax", "yMax"))
    spare = (bottom - top) * 0.25
    return word.text or "", left, top + spare, right, bottom - spare


def test_a_reader_of_the_screen_hears_headlines_and_charts(deck: MadeDeck, file: Path) -> None:
    about = printed("pdfinfo", file)
    assert re.search(r"^Tagged: +yes$", about, re.MULTILINE)
    assert re.search(rf"^Title: +{re.escape(deck.title)}$", about, re.MULTILINE)
    raw = file.read_bytes()
    assert b"/Lang (lv)" in raw or b"/Lang(lv)" in raw
    structure = printed("pdfinfo", "-struct-text", file)
    assert len(re.findall(r"^ *H1", structure, re.MULTILINE)) == len(deck.slides)
    charts = [slide for slide in deck.slides if slide.chart]
    assert len(re.findall(r"^ *Figure", structure, re.MULTILINE)) == len(charts)
    tables = [slide for slide in deck.slides if slide.table]
    assert len(re.findall(r"^ *Table", structure, re.MULTILINE)) == len(tables)


def test_what_the_letters_do_not_have_does_not_prevent_a_file(demonstration_url: str) -> None:
    """Somebody puts a smile or a Chinese word into a comment."""
    database = open_database(demonstration_url)
    of = Deck((Slide("title", comment="Paldies 😀 中文"), Slide("method")), 2023, "Ķēde", INTERNAL)
    made = make_deck(database, Reader(database.vocabulary, "lv"), of)
    content = as_pdf(made)
    assert content.startswith(b"%PDF-")
    assert b"/StructTreeRoot" in content
