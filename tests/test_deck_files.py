"""A deck as a PowerPoint presentation: read back, drawn by LibreOffice, in the service's own template."""

import io
import re
import zipfile
from collections.abc import Iterator
from pathlib import Path

import openpyxl
import pptx
import pytest
from PIL import ImageFont
from pptx.oxml.ns import qn

from data_access import INTERNAL, Database, open_database
from data_access.__main__ import main
from data_access.deck import MadeDeck, MadeSlide, make_deck, measuring, prepared_deck
from data_access.deck.model import LINES, Chart, without_figures
from data_access.deck.powerpoint import as_pptx
from data_access.deck.template import own_template
from data_access.errors import DeckTemplateLayouts, DeckTemplateUnreadable
from data_access.telling.palette import SEQUENCE
from data_access.telling.reader import Reader
from data_access.telling.withheld import is_number
from tests.infrastructure.decks import extreme_deck
from tests.infrastructure.rendered import Page, Word, in_one_line, outside, overlapping, rendered

REGULAR = "/usr/share/fonts/truetype/dejavu/DejaVuSans.ttf"
BOLD = "/usr/share/fonts/truetype/dejavu/DejaVuSans-Bold.ttf"


@pytest.fixture(scope="module")
def database(demonstration_url: str) -> Database:
    return open_database(demonstration_url)


@pytest.fixture(scope="module")
def prepared(database: Database) -> MadeDeck:
    return make_deck(database, Reader(database.vocabulary, "lv"), prepared_deck(2023, INTERNAL))


@pytest.fixture(scope="module", params=["prepared", "extreme"])
def deck(request: pytest.FixtureRequest) -> MadeDeck:
    return request.getfixturevalue("prepared") if request.param == "prepared" else extreme_deck()


@pytest.fixture(scope="module")
def content(deck: MadeDeck) -> bytes:
    return as_pptx(deck)


@pytest.fixture(scope="module")
def pairs(deck: MadeDeck, content: bytes) -> list[tuple[MadeSlide, object]]:
    """Each slide as it was made and as it is read back."""
    return list(zip(deck.slides, pptx.Presentation(io.BytesIO(content)).slides, strict=True))


def charts(pairs) -> Iterator[tuple[MadeSlide, object]]:
    for made, slide in pairs:
        for shape in slide.shapes:
            if shape.has_chart:
                yield made, shape


def shown(chart: Chart, value) -> float | None:
    """A figure as the chart has it: euros, not cents, and nothing where there is no figure."""
    return None if not is_number(value) else value / 100 if chart.unit == "cents" else value


def words(text: str) -> str:
    return " ".join(text.split())


# ── read back ──


def test_every_figure_of_a_chart_is_in_it_and_in_its_workbook(pairs) -> None:
    found = 0
    for made, shape in charts(pairs):
        expected = [[shown(made.chart, value) for value in one.values] for one in made.chart.series]
        assert [list(one.values) for one in shape.chart.plots[0].series] == expected
        book = openpyxl.load_workbook(io.BytesIO(shape.chart.part.chart_workbook.xlsx_part.blob))
        rows = list(book.active.iter_rows(values_only=True))
        assert rows[0][1:] == tuple(one.name for one in made.chart.series)
        assert [list(column) for column in zip(*(row[1:] for row in rows[1:]), strict=True)] == expected
        missing = without_figures(made.chart) if made.chart.kind != LINES else {}
        names = [
            f"{name}: {missing[place]}" if place in missing else name
            for place, name in enumerate(made.chart.categories)
        ]
        assert [words(str(row[0])) for row in rows[1:]] == [words(name) for name in names]
        found += 1
    assert found >= 8


def test_nothing_is_drawn_where_a_figure_is_withheld_or_not_known(pairs) -> None:
    for made, shape in charts(pairs):
        for one, element in zip(made.chart.series, shape.chart._chartSpace.iter(qn("c:ser")), strict=True):
            drawn = {int(point.get("idx")) for point in element.find(qn("c:val")).iter(qn("c:pt"))}
            assert drawn == {place for place, value in enumerate(one.values) if is_number(value)}


def test_words_tables_and_notes_are_the_made_ones(pairs) -> None:
    for made, slide in pairs:
        assert slide.shapes.title.text_frame.text == made.headline
        texts = [shape.text_frame.text for shape in slide.shapes if shape.has_text_frame]
        assert made.foot in texts
        assert all(any(text in one for one in texts) for text in (made.comment, *made.sentences))
        for figure in made.figures:
            said = "\n".join(part for part in (figure.label, figure.written, figure.change) if part)
            assert said in texts
        tables = [shape.table for shape in slide.shapes if shape.has_table]
        assert len(tables) == bool(made.table)
        if made.table:
            rows = [[cell.text_frame.text for cell in row.cells] for row in tables[0].rows]
            assert rows[0] == [made.table.corner, *made.table.columns]
            assert rows[1:] == [[row.name, *row.cells] for row in made.table.rows]
        notes = slide.notes_slide.notes_text_frame.text
        assert notes.startswith(made.notes or made.headline)
        assert all(remark in notes for remark in made.remarks), "small print may be cut off on the slide"


def test_what_is_read_from_afar_is_large(prepared: MadeDeck) -> None:
    """In points: headlines 24, what stands in cards 18, small print 16, the foot 12."""
    smallest = {"Title": 24, "Notes": 16, "Footer": 12, **{one.label: 18 for one in prepared.slides[1].figures}}
    found = set()
    for slide in pptx.Presentation(io.BytesIO(as_pptx(prepared))).slides:
        for shape in slide.shapes:
            name = next((name for name in smallest if shape.name.startswith(name)), None)
            if name is None or not shape.has_text_frame:
                continue
            found.add(name)
            sizes = [run.font.size.pt for part in shape.text_frame.paragraphs for run in part.runs]
            assert min(sizes) >= smallest[name], (shape.name, sizes)
    assert found == set(smallest)


def test_whoever_does_not_see_a_chart_is_told_of_it(pairs) -> None:
    for made, slide in pairs:
        for shape in slide.shapes:
            if shape.has_chart or shape.has_table:
                assert shape._element._nvXxPr.cNvPr.get("descr") in (made.alternative, made.headline)
            assert shape.name
        for shape in slide.shapes:
            if shape.has_chart:
                assert shape._element._nvXxPr.cNvPr.get("descr") == made.alternative


def test_every_run_is_in_latvian(content: bytes) -> None:
    with zipfile.ZipFile(io.BytesIO(content)) as package:
        names = [name for name in package.namelist() if re.match(r"ppt/(slides|notesSlides|charts)/[^/]+\.xml", name)]
        texts = [package.read(name).decode("utf-8") for name in names]
    runs = [run for text in texts for run in re.findall(r"<a:(?:r|fld)[ >].*?</a:(?:r|fld)>", text, re.DOTALL)]
    assert len(runs) > 60
    assert all('lang="lv-LV"' in run for run in runs)
    languages = set(re.findall(r'lang="([^"]+)"', "".join(texts))) | set(
        re.findall(r'<c:lang val="([^"]+)"', "".join(texts))
    )
    assert languages == {"lv-LV"}


def test_the_presentation_says_what_it_is(content: bytes, deck: MadeDeck) -> None:
    presentation = pptx.Presentation(io.BytesIO(content))
    assert round(presentation.slide_width / presentation.slide_height, 2) == 1.78
    properties = presentation.core_properties
    assert (properties.title, properties.language, properties.author) == (deck.title, "lv-LV", "")
    assert len(presentation.slide_layouts) == 2
    assert not [shape for slide in presentation.slides for shape in slide.placeholders if not shape.text_frame.text]


# ── drawn ──


@pytest.fixture(scope="module")
def pages(tmp_path_factory: pytest.TempPathFactory) -> list[Page]:
    """Of the deck with everything that is hard to draw; it is drawn once."""
    return rendered(as_pptx(extreme_deck()), tmp_path_factory.mktemp("rendered"))


def test_every_slide_is_drawn_within_its_page_and_nothing_on_something_else(pages: list[Page]) -> None:
    assert len(pages) == len(extreme_deck().slides)
    assert [outside(page) for page in pages] == [[]] * len(pages)
    assert [overlapping(page) for page in pages] == [[]] * len(pages)


def test_every_figure_of_a_slide_can_be_read(pages: list[Page]) -> None:
    unread = []
    for made, page in zip(extreme_deck().slides, pages, strict=True):
        said = [figure.written for figure in made.figures]
        if made.table:
            said += [cell for row in made.table.rows for cell in row.cells]
        if made.chart and made.chart.kind != LINES:
            labels = [
                label
                for one in made.chart.series
                for label, value in zip(one.labels, one.values, strict=True)
                if is_number(value)
            ]
            unread += [(made.headline, label) for label in labels if not in_one_line(page, label)]
            said += without_figures(made.chart).values()
        elif made.chart:  # the ends of lines
            said += [label for one in made.chart.series for label in one.labels[-1:]]
        unread += [(made.headline, text) for text in said if "".join(text.split()) not in page.text]
    assert not unread


def test_words_that_overlap_or_leave_their_page_are_noticed() -> None:
    one, beside, upon, off = (
        Word("a", 10, 10, 50, 22),
        Word("b", 51, 10, 80, 22),
        Word("c", 40, 14, 60, 26),
        Word("d", 90, 1, 110, 9),
    )
    page = Page(100, 100, (one, beside, upon, off))
    assert overlapping(page) == [("a", "c"), ("b", "c")]
    assert in_one_line(page, "a b")
    assert not in_one_line(page, "b c")
    assert outside(page) == ["d"]


@pytest.mark.parametrize(("bold", "font"), [(False, REGULAR), (True, BOLD)])
def test_texts_are_measured_as_a_wide_font_writes_them(bold: bool, font: str) -> None:
    letters = ImageFont.truetype(font, 1000)
    for made in extreme_deck().slides:
        for text in (made.headline, *made.sentences, *(made.chart.categories if made.chart else ())):
            true = letters.getlength(text) / 1000
            assert true * 0.99 <= measuring.width(text, 1, bold) <= true * 1.08


def test_a_text_is_broken_and_shortened_by_its_width() -> None:
    assert measuring.lines("aaa bbb ccc", 10, measuring.width("aaa bbb", 10)) == ["aaa bbb", "ccc"]
    assert measuring.shortened("aaa bbb ccc ddd", 10, measuring.width("aaa bbb", 10), 2) == "aaa bbb ccc ddd"
    assert measuring.shortened("aaa bbb ccc ddd eee", 10, measuring.width("aaa bbb", 10), 2) == "aaa bbb ccc…"
    assert measuring.height("aaa bbb", 10, measuring.width("bbb", 10)) == 24
    assert measuring.fitting("aaa bbb", (20, 10, 5), measuring.width("bbb", 10), 24) == 10


# ── templates ──


def saved(tmp_path: Path, presentation) -> Path:
    path = tmp_path / "veidne.pptx"
    presentation.save(str(path))
    return path


def test_a_template_governs_the_slides_and_what_it_shows_is_left_out(prepared: MadeDeck, tmp_path: Path) -> None:
    template = pptx.Presentation()  # 4 : 3, with other layouts and letters
    template.slides.add_slide(template.slide_layouts[0]).shapes.title.text = "Paraugs"
    made = pptx.Presentation(io.BytesIO(as_pptx(prepared, saved(tmp_path, template))))
    assert (made.slide_width, made.slide_height) == (template.slide_width, template.slide_height)
    assert [slide.shapes.title.text_frame.text for slide in made.slides] == [one.headline for one in prepared.slides]
    assert [slide.slide_layout.name for slide in made.slides] == [
        "Title Slide",
        *["Title Only"] * (len(prepared.slides) - 1),
    ]
    for slide in made.slides:
        for shape in slide.shapes:
            assert 0 <= shape.left <= shape.left + shape.width <= made.slide_width
            assert 0 <= shape.top <= shape.top + shape.height <= made.slide_height


def test_our_colours_are_those_of_the_pages() -> None:
    theme = (
        own_template()
        .presentation.slide_master.part.part_related_by(
            "http://schemas.openxmlformats.org/officeDocument/2006/relationships/theme"
        )
        .blob.decode("utf-8")
    )
    accents = [re.search(rf'<a:accent{place}><a:srgbClr val="(\w+)"', theme)[1] for place in range(1, 7)]
    assert accents == [look.colour.lstrip("#") for look in SEQUENCE]


def test_a_template_that_is_none_is_said(prepared: MadeDeck, tmp_path: Path) -> None:
    path = tmp_path / "veidne.pptx"
    for bad in (b"", b"PK\x03\x04", b"<xml/>"):
        path.write_bytes(bad)
        with pytest.raises(DeckTemplateUnreadable):
            as_pptx(prepared, path)
    with pytest.raises(DeckTemplateUnreadable):
        as_pptx(prepared, tmp_path / "nav.pptx")
    template = pptx.Presentation()
    for layout in template.slide_layouts:
        for shape in list(layout.placeholders):
            shape._element.getparent().remove(shape._element)
    with pytest.raises(DeckTemplateLayouts):
        as_pptx(prepared, saved(tmp_path, template))


# ── the command ──


def test_the_deck_is_made_from_the_command_line(demonstration_url: str, tmp_path: Path, capsys) -> None:
    path = tmp_path / "dome.pptx"
    call = ["deck", "--database", demonstration_url, "--year", "2023", "--audience", "internal", "--out", str(path)]
    assert main(call) == 0
    assert str(path) in capsys.readouterr().out
    assert len(pptx.Presentation(str(path)).slides) == 11
    assert main([*call[:-1], str(path.with_suffix(".pdf"))]) == 0
    assert path.with_suffix(".pdf").read_bytes().startswith(b"%PDF")


@pytest.mark.parametrize(
    ("out", "more", "said"),
    [
        ("dome.txt", (), "jābeidzas ar .pptx, .pdf"),
        ("dome.pdf", ("--template", "nav.pptx"), "jābeidzas ar .pptx."),
        ("nav/dome.pptx", (), "neizdevās ierakstīt"),
        ("dome.pptx", ("--template", "nav.pptx"), "tai jābūt PPTX prezentācijai"),
        ("dome.pptx", ("--year", "1999"), "datubāzē nav neviena ieraksta"),
    ],
)
def test_what_cannot_be_made_is_said(demonstration_url: str, tmp_path: Path, capsys, out: str, more, said: str) -> None:
    path = tmp_path / out
    assert main(["deck", "--database", demonstration_url, "--year", "2023", "--out", str(path), *more]) != 0
    assert said in capsys.readouterr().err
    assert not path.exists()
