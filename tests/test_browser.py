"""The pages in a real browser: drawn, reachable by link and by keyboard, downloadable, on a telephone, in the dark."""

import csv
import io
import re
import shutil
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import openpyxl
import pytest
from playwright.sync_api import Browser, Page, expect
from playwright.sync_api import TimeoutError as PlaywrightTimeout

from tests.infrastructure.browser import REPOSITORY, StreamlitServer, Visitor, is_loopback, settled
from tests.infrastructure.pages import FILTERED_PAGES, NAVIGATION, PAGES
from tests.infrastructure.views import views

pytestmark = pytest.mark.browser

BUILT_WITHIN = 90  # seconds: the first start, with everything else running beside it
MOST_TABS = 60  # presses of the key until a filter is reached
KEY_PRESSES = 3  # of another, until a list is open
PHONE = {"width": 390, "height": 844, "user_agent": "Mozilla/5.0 (Linux; Android 15; Mobile)"}
DARK = {"color_scheme": "dark"}
WIDE = 1440
IN_PLACE_WITHIN = 5  # seconds

every_filtered_page = pytest.mark.parametrize("name", FILTERED_PAGES)


@pytest.fixture(scope="module")
def server(
    streamlit_server: Callable[..., StreamlitServer], demonstration_url: str, chromium: Browser
) -> StreamlitServer:
    """A server that has had its first visitor."""
    running = streamlit_server({"DATABASE_URL": demonstration_url})
    page = chromium.new_page()
    page.goto(running.url)
    settled(page)
    page.close()
    return running


def path(name: str) -> str:
    return "/" if name == PAGES[0] else f"/{name}"


def tables(page: Page) -> list[list[list[str]]]:
    """Every table as texts, row by row, its header first."""
    return page.evaluate(
        """() => [...document.querySelectorAll('[data-testid="stTable"] table')].map(
            (table) => [...table.rows].map((row) => [...row.cells].map((cell) => cell.innerText.trim())))"""
    )


def by_keyboard_to(page: Page, label: str) -> None:
    """Presses Tab until the filter of this name has the focus."""
    page.evaluate("document.activeElement && document.activeElement.blur()")
    for _ in range(MOST_TABS):
        page.keyboard.press("Tab")
        focused = page.evaluate("document.activeElement?.getAttribute('aria-label') ?? ''")
        if label in focused:
            return
    pytest.fail(f"No press of Tab reaches the filter {label!r}")


def open_list(page: Page) -> None:
    """Opens the list of the filter that has the focus and goes to the year after the one chosen.

    On a very busy computer the list has closed again at once, and whoever sits there presses the key once more.
    """
    for _ in range(KEY_PRESSES):
        page.keyboard.press("ArrowDown")
        with suppress(PlaywrightTimeout):
            page.get_by_role("option").first.wait_for(timeout=IN_PLACE_WITHIN * 1000)
            return
    pytest.fail("The list of the filter does not open")


# ── each page ────────────────────────────────────────────────────────────────────────────────────


def a_number(text: str) -> float | str:
    """What stands on the Latvian screen, as a number; words and dashes stay what they are."""
    plain = text.replace("\u00a0", "").replace("€", "").replace("%", "").replace("−", "-").replace(",", ".")
    try:
        return float(plain)
    except ValueError:
        return text


def rows_after(lines: list[list], corner: str) -> list[list]:
    """The rows under a header; where each row has a unit of its own, the file names it after the row's name."""
    start = next(place for place, line in enumerate(lines) if line and line[0] == corner)
    return [[line[0].removesuffix(", EUR"), *line[1:]] for line in lines[start + 1 :]]


def downloaded(page: Page, label: str, place: int) -> bytes:
    with page.expect_download() as waiting:
        page.get_by_role("button", name=label).nth(place).click()
    return Path(waiting.value.path()).read_bytes()


def assert_charts_are_drawn(page: Page) -> None:
    charts = page.get_by_test_id("stPlotlyChart")
    assert charts.count() >= 1
    for chart in charts.all():
        # A bar, a line's marker or a coloured cell: something that stands for a figure.
        assert chart.locator(".point path, .points path, path.point, .hm image").count() >= 1
        assert chart.bounding_box()["height"] > 100


def assert_files_are_the_table(page: Page, place: int) -> None:
    (corner, *_), *lines = tables(page)[place]
    on_screen = [[line[0], *map(a_number, line[1:])] for line in lines]
    _, sheet = openpyxl.load_workbook(io.BytesIO(downloaded(page, "XLSX", place))).worksheets
    in_workbook = rows_after([[cell.value for cell in line] for line in sheet.iter_rows()], corner)
    assert in_workbook == on_screen
    text = downloaded(page, "CSV", place).decode("utf-8-sig")
    in_csv = rows_after(list(csv.reader(io.StringIO(text), delimiter=";")), corner)
    assert [[line[0], *map(a_number, line[1:])] for line in in_csv] == on_screen
    assert "Demonstrācijas dati" in text


def assert_nothing_hangs_over_the_edge(page: Page) -> None:
    widths = page.evaluate(
        """() => [document.documentElement, document.querySelector('[data-testid="stMain"]')].map(
            (element) => [element.scrollWidth, element.clientWidth])"""
    )
    assert all(needed <= there for needed, there in widths), widths
    edge = PHONE["width"]
    for chart in page.get_by_test_id("stPlotlyChart").all():
        box = chart.bounding_box()
        assert box["x"] >= 0
        assert box["x"] + box["width"] <= edge
        # A chart that takes clicks takes every touch, and the page could not be moved over it.
        assert chart.evaluate("chart => chart.querySelector('.js-plotly-plot')._fullLayout.dragmode") is False
    background = page.evaluate("getComputedStyle(document.querySelector('[data-testid=\"stApp\"]')).backgroundColor")
    red, green, blue = map(int, re.findall(r"\d+", background)[:3])
    assert max(red, green, blue) < 64, background


TEXTS_OUTSIDE = """
() => [...document.querySelectorAll('.js-plotly-plot')].flatMap((plot) => {
    const edges = plot.getBoundingClientRect();
    return [...plot.querySelectorAll('svg text')].filter((text) => {
        const box = text.getBoundingClientRect();
        return text.textContent.trim() && box.width
            && (box.left < edges.left - 1 || box.right > edges.right + 1
                || box.top < edges.top - 1 || box.bottom > edges.bottom + 1);
    }).map((text) => text.textContent);
})
"""


def assert_no_text_is_cut_off(page: Page) -> None:
    # A chart is drawn anew once it has heard of its width, and its texts are put in place after that.
    page.wait_for_function(
        """() => [...document.querySelectorAll('.js-plotly-plot')].every((plot) => {
            const [drawn, room] = [plot.querySelector('.main-svg'), plot].map((part) => part.getBoundingClientRect());
            return room.right <= innerWidth && Math.abs(drawn.width - room.width) <= 1;
        })"""
    )
    with suppress(PlaywrightTimeout):
        page.wait_for_function(f"() => ({TEXTS_OUTSIDE})().length === 0", timeout=IN_PLACE_WITHIN * 1000)
    assert page.evaluate(TEXTS_OUTSIDE) == [], page.url


def assert_no_text_is_cut_off_in_any_view(page: Page, name: str) -> None:
    for place, view in enumerate(views(name).values() or [""]):
        if place:
            page.get_by_role("radio", name=view, exact=True).click()
            settled(page)
        assert_no_text_is_cut_off(page)


@every_filtered_page
def test_a_page_is_read_downloaded_filtered_by_keyboard_and_passed_on(
    server: StreamlitServer, visit: Visitor, name: str
) -> None:
    """One visit, as opening a page is what takes the time."""
    page = visit(server, path(name), width=WIDE)
    expect(page).to_have_title(f"{page.locator('h1').inner_text()} · Sociālā dienesta statistika")
    assert_charts_are_drawn(page)
    before = tables(page)
    assert before
    assert all(len(table) > 1 for table in before)
    for place in {0, len(before) - 1}:
        assert_files_are_the_table(page, place)

    by_keyboard_to(page, "Gads")
    open_list(page)
    page.keyboard.press("Enter")
    page.wait_for_url(re.compile(r"year=2022"))
    settled(page)
    after = tables(page)
    assert after != before
    assert parse_qs(urlsplit(page.url).query) == {"year": ["2022"]}

    # A second visitor, who has chosen nothing, opens the link: on a telephone, in the dark.
    other = visit(server, page.url.removeprefix(server.url), **PHONE, **DARK)
    assert tables(other) == after
    assert_nothing_hangs_over_the_edge(other)
    for window in (page, other):
        assert_no_text_is_cut_off_in_any_view(window, name)


def test_the_method_is_read_and_downloaded(server: StreamlitServer, visit: Visitor) -> None:
    page = visit(server, path("method"), width=WIDE)
    reach, agreement, *folded = tables(page)
    assert len(reach) > 1
    assert agreement[-1][-2:] == ["0", "728"]  # of the published figures none is different
    assert folded
    for place in (0, 1):
        assert_files_are_the_table(page, place)


def test_no_text_of_the_squares_is_cut_off(server: StreamlitServer, visit: Visitor) -> None:
    page = visit(server, path("quality"), width=WIDE)
    assert_no_text_is_cut_off_in_any_view(page, "quality")
    page.set_viewport_size({"width": PHONE["width"], "height": PHONE["height"]})
    page.get_by_role("radio", name=next(iter(views("quality").values())), exact=True).click()
    settled(page)
    assert_no_text_is_cut_off_in_any_view(page, "quality")


# ── the whole ────────────────────────────────────────────────────────────────────────────────────


def test_every_page_is_in_the_menu_of_a_dark_telephone_in_either_language(
    server: StreamlitServer, visit: Visitor
) -> None:
    page = visit(server, **PHONE, **DARK)
    menu, links = page.get_by_test_id("stExpandSidebarButton"), page.get_by_test_id("stSidebarNavLink")
    known = [name for name in NAVIGATION if name != "audits"]  # nothing is kept of anybody where nobody signs in
    for place, name in enumerate(known[1:], start=1):
        menu.click()
        expect(links).to_have_count(len(known))
        links.nth(place).click()
        page.wait_for_url(re.compile(rf"/{name}$"))
        settled(page)
        assert_nothing_hangs_over_the_edge(page)
    menu.click()
    page.get_by_text("English", exact=True).click()
    page.wait_for_url(re.compile("lang=en"))
    settled(page)
    expect(page).to_have_title(re.compile(".+ · Social service statistics$"))
    words = page.inner_text("body")
    assert "Overview" in words
    assert "Records" in words
    assert "Pārskats" not in words


def test_the_first_visitor_of_all_may_come_by_a_link(
    streamlit_server: Callable[..., StreamlitServer], demonstration_url: str, chromium: Browser
) -> None:
    untouched = streamlit_server({"DATABASE_URL": demonstration_url, "UNTOUCHED": "yes"})
    page = chromium.new_page()
    try:
        page.goto(f"{untouched.url}/benefits?year=2022")
        settled(page)
        assert page.locator("h1").all_inner_texts() == ["Pabalsti"]
        assert page.get_by_role("dialog").count() == 0
    finally:
        page.close()


COPIED = ("dashboard.py", "pages", "data_access", ".streamlit")


def test_the_first_start_builds_a_database_while_one_looks_on(
    chromium: Browser, streamlit_server: Callable[..., StreamlitServer], tmp_path: Path
) -> None:
    """A fresh copy of the program, without DATABASE_URL: only `data/case.duckdb` is missing."""
    for part in COPIED:
        if (REPOSITORY / part).is_dir():
            shutil.copytree(REPOSITORY / part, tmp_path / part, ignore=shutil.ignore_patterns("__pycache__"))
        else:
            shutil.copy(REPOSITORY / part, tmp_path / part)
    fresh = streamlit_server(script=tmp_path / "dashboard.py")
    context = chromium.new_context(locale="lv-LV")
    try:
        page = context.new_page()
        asked_outside = []
        page.on(
            "request",
            lambda request: None if is_loopback(request.url) else asked_outside.append(request.url),
        )
        page.goto(fresh.url, wait_until="domcontentloaded")
        bar = page.get_by_test_id("stProgress")
        expect(bar).to_be_visible(timeout=BUILT_WITHIN * 1000)
        steps = set()
        for _ in range(BUILT_WITHIN * 10):
            if not bar.count():
                break
            steps.add(page.evaluate("document.querySelector('[data-testid=\"stProgress\"]')?.innerText ?? ''"))
            page.wait_for_timeout(100)
        assert len(steps - {""}) >= 3, steps
        settled(page, BUILT_WITHIN)
        assert page.get_by_test_id("stPlotlyChart").count() >= 1
        assert "964\u00a0068,71\u00a0€" in page.inner_text("body")  # report: social assistance of 2023
        assert not asked_outside
    finally:
        context.close()
    assert (tmp_path / "data" / "case.duckdb").exists()
    assert "Traceback" not in fresh.log()
