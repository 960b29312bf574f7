"""The director: a chart goes into a deck of her own, the prepared deck onto a wall, both kinds of file along."""

import subprocess
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Page

from tests.infrastructure.browser import StreamlitServer, Visitor, settled

pytestmark = pytest.mark.browser

FROM_AFAR = 24  # pixels of the smallest letters of a headline or a chart, on a wall 1920 pixels wide


@pytest.fixture
def server(
    streamlit_server: Callable[..., StreamlitServer], demonstration_url: str, saved_views_file: Path
) -> StreamlitServer:
    places = {"DATABASE_URL": demonstration_url, "DASHBOARD_DATABASE_URL": f"sqlite:///{saved_views_file}"}
    return streamlit_server(places)


def press(page: Page, *keys: str) -> None:
    for key in keys:
        page.keyboard.press(key)
        settled(page)


def where(page: Page) -> str:
    """Which slide of how many, as it stands under the slide."""
    return page.locator(".st-key-stage_number").inner_text().strip()


def headline(page: Page) -> str:
    return page.locator(".st-key-stage_slide").locator("h1, h2, h4").first.inner_text()


def letters(page: Page) -> list[float]:
    """Pixels of the letters of the headline and of the chart."""
    return page.evaluate(
        """() => [...document.querySelectorAll('.st-key-stage_slide :is(h1, h2, h4, .js-plotly-plot text)')]
            .filter((text) => text.textContent.trim()).map((text) => parseFloat(getComputedStyle(text).fontSize))"""
    )


def cut_off(page: Page) -> list[str]:
    """What of a slide is not in the window, or could be scrolled; its words that are, but for its keys."""
    return page.evaluate(
        """() => {
            const slide = document.querySelector('.st-key-stage_slide');
            const parts = ['.st-key-stage_number', '.st-key-stage_foot', ...
                (slide.querySelector('.stPlotlyChart') ? ['.stPlotlyChart .main-svg'] : [])];
            const outside = parts.filter((name) => {
                const box = [...slide.querySelectorAll(name)].pop().getBoundingClientRect();
                return box.top < 0 || box.bottom > innerHeight || box.right > innerWidth || box.height < 10;
            });
            const main = document.querySelector('[data-testid=stMain]');
            if (main.scrollHeight > innerHeight) outside.push(`the page: ${main.scrollHeight}`);
            if (slide.scrollHeight > slide.clientHeight) outside.push(`the slide: ${slide.scrollHeight}`);
            if (document.querySelector('.st-key-stage_keys').getBoundingClientRect().height > 2) outside.push('keys');
            return outside;
        }"""
    )


def test_a_chart_goes_into_a_deck_the_deck_onto_a_wall_and_along_as_files(
    server: StreamlitServer, visit: Visitor, tmp_path: Path
) -> None:
    page = visit(server, "benefits", width=1920, height=1080, accept_downloads=True)
    # A chart of another page becomes the first slide of a new deck.
    page.locator(".st-key-benefits_by_benefit_add button").click()
    dialog = page.get_by_role("dialog")
    for label, text in (("Jūsu vārds", "Vadītāja"), ("Prezentācijas nosaukums", "Pavasara sēde")):
        dialog.get_by_label(label, exact=True).fill(text)
        press(page, "Tab")
    page.locator(".st-key-benefits_by_benefit_now button").click()
    dialog.get_by_text("Slaids ir pievienots: Pavasara sēde.").wait_for()
    dialog.get_by_role("link", name="Atvērt prezentāciju").click()
    page.locator(".st-key-slide_preview h2").wait_for()
    settled(page)
    assert "mājokļa pabalsts" in page.locator(".st-key-slide_preview h2").inner_text()

    # Nobody else sees it, so it is shown in this window; Esc leads back.
    page.locator(".st-key-to_stage button").click()
    page.locator(".st-key-stage_slide h1").wait_for()
    settled(page)
    assert where(page) == "1 / 1"
    press(page, "Escape")
    assert page.get_by_role("heading", name="Prezentācija", exact=True).is_visible()

    for name, ending in (("PowerPoint", "pptx"), ("PDF", "pdf")):
        with page.expect_download() as download:
            page.get_by_role("button", name=name).click()
        assert download.value.suggested_filename == f"pavasara_sede_ieksejai_lietosanai.{ending}"
        download.value.save_as(tmp_path / f"deck.{ending}")
    text = subprocess.run(["pdftotext", tmp_path / "deck.pdf", "-"], check=True, capture_output=True, text=True).stdout
    assert "Mājokļa pabalsts" in text
    assert "ppt/slides/slide1.xml" in zipfile.ZipFile(tmp_path / "deck.pptx").namelist()

    # The prepared deck has a window of its own, which can be moved to the wall.
    page.goto(f"{server.url}/presentation?slide=3")
    settled(page)
    with page.context.expect_page() as opened:
        page.get_by_role("link", name="Rādīt pa visu ekrānu").click()
    wall = opened.value
    wall.set_viewport_size({"width": 1920, "height": 1080})
    wall.locator(".st-key-stage_slide h1").wait_for()
    settled(wall)
    assert where(wall) == "3 / 11"
    for menu in ("stSidebar", "stToolbar", "stMainMenu"):
        assert not wall.get_by_test_id(menu).is_visible(), menu
    assert wall.get_by_test_id("stHeader").locator("button, a").count() == 0
    assert "Iekšējai lietošanai" in wall.locator(".st-key-stage_slide").inner_text()
    assert min(letters(wall)) >= FROM_AFAR
    assert cut_off(wall) == []
    bar = wall.locator(".st-key-stage_slide .bars .point").first
    box = bar.bounding_box()
    wall.mouse.click(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    clicked = wall.locator(".st-key-stage_slide").get_by_role("heading", name="626\u00a0254,55\u00a0€")
    clicked.wait_for()
    assert clicked.evaluate("(text) => parseFloat(getComputedStyle(text).fontSize)") >= FROM_AFAR
    settled(wall)
    assert cut_off(wall) == []
    pale = ".st-key-stage_slide .bars .point path"
    assert set(wall.eval_on_selector_all(pale, "all => all.map((bar) => bar.style.opacity)")) == {"1"}
    steps = {"ArrowRight": 4, "Space": 5, "PageDown": 6, "ArrowLeft": 5, "PageUp": 4, "End": 11, "Home": 1}
    for key, number in steps.items():
        press(wall, key)
        assert where(wall) == f"{number} / 11", key
    press(wall, "ArrowRight", "ArrowRight")
    assert "2023." in headline(wall)
    press(wall, "ArrowDown")
    assert "2022." in headline(wall)
    assert where(wall) == "3 / 9", "of 2022 no clients of the psychologists are published"
    press(wall, "ArrowUp", "Escape")
    assert wall.get_by_role("heading", name="Prezentācija", exact=True).is_visible()
    wall.close()


def test_a_slide_is_as_large_as_the_window(server: StreamlitServer, visit: Visitor) -> None:
    smallest, others = (1280, 720), ((1366, 768), (3840, 2160), (1024, 768))

    def assert_it_fits(width: int, height: int, number: int) -> None:
        wall.set_viewport_size({"width": width, "height": height})
        tall = "(sizes) => { const it = document.querySelector('.st-key-stage_slide').clientHeight;"
        wall.wait_for_function(tall + " return sizes[0] < it && it < sizes[1]; }", arg=[height * 0.8, height])
        settled(wall)
        assert where(wall) == f"{number} / 11"
        assert cut_off(wall) == [], (number, width)

    width, height = smallest
    wall = visit(server, "presentation?stage=yes&embed=true&year=2023", width=width, height=height)
    for number in range(1, 12):
        # All sizes are tried with a title, large figures, bars with a table, and lines with breaks.
        for window in (smallest, *(others if number <= 4 else ()), smallest):
            assert_it_fits(*window, number)
        press(wall, "ArrowRight")
