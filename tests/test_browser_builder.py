"""A head of department, from the empty page to a link that a colleague opens and a file that agrees with the data."""

import csv
import io
import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import openpyxl
import pytest
from playwright.sync_api import Browser, Locator, Page

from tests.infrastructure.browser import REPOSITORY, StreamlitServer, Visitor, settled

pytestmark = pytest.mark.browser

ASKED = ["households_assisted", "--by", "month", "--period", "2023"]
FILTERS = ["status=needy", "children_in_household=with", "territory=suntazi,taurupe", "form=cash"]


@pytest.fixture(scope="module")
def server(
    streamlit_server: Callable[..., StreamlitServer], demonstration_url: str, chromium: Browser
) -> StreamlitServer:
    running = streamlit_server({"DATABASE_URL": demonstration_url})
    page = chromium.new_page()
    page.goto(f"{running.url}/builder")
    settled(page)
    page.close()
    return running


def of(page: Page, name: str) -> Locator:
    """The widget of the builder with this key."""
    return page.locator(f".st-key-builder_{name}")


def choose(page: Page, name: str, *starts: str) -> None:
    """Types the beginnings of options into a widget, as one does who knows what he wants."""
    for start in starts:
        of(page, name).locator("input").click()
        page.keyboard.type(start)
        page.get_by_role("option").filter(has_text=start).first.wait_for()
        page.keyboard.press("Enter")
        settled(page)
    page.keyboard.press("Escape")


def table(page: Page) -> list[list[str]]:
    [found] = page.evaluate(
        """() => [...document.querySelectorAll('[data-testid="stTable"] table')].map(
            (table) => [...table.rows].map((row) => [...row.cells].map((cell) => cell.innerText.trim())))"""
    )
    return found


def address(page: Page) -> dict[str, str]:
    return {name: values[0] for name, values in parse_qs(urlsplit(page.url).query).items()}


def click_on(page: Page, mark: Locator) -> None:
    """Over the marks of a chart lies the layer that takes the clicks."""
    mark.scroll_into_view_if_needed()
    box = mark.bounding_box()
    page.mouse.move(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    page.wait_for_timeout(300)
    page.mouse.down()
    page.mouse.up()
    page.get_by_role("dialog").wait_for()


def from_the_command_line(url: str) -> dict[str, int]:
    """What `python -m data_access query` says: a figure for each month and `total`."""
    command = [sys.executable, "-m", "data_access", "query", *ASKED, "--where", *FILTERS, "--format", "csv"]
    done = subprocess.run(
        [*command, "--database", url], cwd=REPOSITORY, capture_output=True, text=True, encoding="utf-8", check=True
    )
    lines = [line for line in csv.reader(io.StringIO(done.stdout)) if line and not line[0].startswith("#")]
    return {line[0]: int(line[2]) for line in lines[1:]}


def test_from_the_empty_page_to_a_shared_link_and_a_file(
    server: StreamlitServer, visit: Visitor, demonstration_url: str
) -> None:
    """“Needy households with children in Suntaži and Taurupe by month, cash only.”"""
    page = visit(server, "/builder")
    of(page, "measures").get_by_role("button", name=re.compile("Izlietots")).first.click()
    settled(page)
    choose(page, "row", "Mēnesis")
    choose(page, "where", "Trūcīga", "Ar bērniem", "Suntažu", "Taurupes", "Naudā")
    assert address(page) == {
        "m": "households_assisted",
        "rows": "month",
        "status": "needy",
        "children_in_household": "with",
        "territory": "suntazi,taurupe",
        "form": "cash",
        "period": "2023",
    }
    figures = from_the_command_line(demonstration_url)
    _, *rows = table(page)
    assert [int(row[1]) for row in rows] == list(figures.values())
    assert rows[0][0] == "Janvāris"
    assert rows[-1][0] == "Kopā"

    colleague = visit(server, page.url.removeprefix(server.url))
    assert table(colleague) == table(page)
    assert colleague.locator("h2").inner_text() == page.locator("h2").inner_text()

    with colleague.expect_download() as waiting:
        colleague.get_by_role("button", name="XLSX").click()
    about, data = openpyxl.load_workbook(io.BytesIO(Path(waiting.value.path()).read_bytes())).worksheets
    assert {row[0].value: row[1].value for row in data.iter_rows(min_row=2)} == {
        name: figure for (name, _), figure in zip(rows, figures.values(), strict=True)
    }
    assert len(data._charts) == 1
    said = {row[0].value: row[1].value for row in about.iter_rows()}
    assert said["Pilsēta vai pagasts"] == "Suntažu pagasts, Taurupes pagasts"
    assert said["Kam domāts"] == "Iekšējai lietošanai"
    assert said["Aizsardzība"] == "Nav: skaitļi ir precīzi"
    assert any("Demonstrācijas dati" in str(text) for text in said.values())


def test_a_bar_is_gone_into_and_the_browsers_own_back_returns(server: StreamlitServer, visit: Visitor) -> None:
    page = visit(server, "/builder?m=spend&rows=benefit&period=2023")
    whole = table(page)
    # Bars stand in the order of the table.
    click_on(page, page.locator(".barlayer .point path").nth([row[0] for row in whole[1:]].index("Mājokļa pabalsts")))
    page.get_by_role("dialog").get_by_role("button", name="Tikai šis").click()
    page.wait_for_url(re.compile("benefit=housing"))
    settled(page)
    assert [row[0] for row in table(page)[1:]] == ["Mājokļa pabalsts", "Kopā"]
    page.go_back()
    page.wait_for_url(lambda url: "benefit=housing" not in url)
    settled(page)
    assert table(page) == whole
    assert of(page, "where").inner_text().find("Mājokļa") == -1

    page.goto(f"{server.url}/builder?m=spend&rows=territory&col=status&period=2023")
    settled(page)
    click_on(page, page.locator(".scatterlayer .points path").first)
    page.get_by_role("dialog").get_by_text("Mēnesis", exact=True).click()
    page.wait_for_url(re.compile("rows=month"))
    settled(page)
    assert {"territory": "ogre", "status": "needy"}.items() <= address(page).items()


def test_a_point_of_a_page_is_gone_into_and_back_returns_to_it(server: StreamlitServer, visit: Visitor) -> None:
    """Of two lines the one that was clicked counts: the year before is of the year before."""
    page = visit(server, "/benefits?view=months&year=2021")
    before = page.locator("h2").all_inner_texts()
    click_on(page, page.locator(".scatterlayer .trace").first.locator(".points path").nth(2))
    assert page.get_by_role("dialog").get_by_role("heading").first.inner_text().endswith("2020.\u00a0gada marts")
    page.get_by_role("dialog").get_by_role("link", name="Pilsēta vai pagasts").click()
    page.wait_for_url(re.compile("/builder"))
    settled(page)
    assert address(page) == {"m": "spend", "rows": "territory", "period": "2020-03"}
    assert table(page)[0][0] == "Pilsēta vai pagasts"
    page.go_back()
    page.wait_for_url(re.compile("/benefits"))
    settled(page)
    assert page.locator("h2").all_inner_texts() == before
    assert page.get_by_role("dialog").count() == 0

    click_on(page, page.locator(".scatterlayer .trace").last.locator(".points path").nth(2))
    page.get_by_role("button", name="Tikai šis šajā lapā").click()
    page.wait_for_url(re.compile("part=03"))
    settled(page)
    assert address(page) == {"year": "2021", "part": "03"}
    page.go_back()
    page.wait_for_url(re.compile("view=months"))
    settled(page)
    assert page.locator("h2").all_inner_texts() == before


@pytest.mark.parametrize(("path", "label"), [("/benefits", "Gads"), ("/day_centres", "Centrs")])
def test_back_undoes_a_filter_of_any_page(server: StreamlitServer, visit: Visitor, path: str, label: str) -> None:
    page = visit(server, path)
    before = page.locator("h2").all_inner_texts()
    page.get_by_label(label).first.click()
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    page.wait_for_url(re.compile(r"\?"))
    settled(page)
    assert page.locator("h2").all_inner_texts() != before
    page.go_back()
    page.wait_for_url(re.compile(f"{path}$"))
    settled(page)
    assert page.locator("h2").all_inner_texts() == before
    page.go_forward()
    settled(page)
    assert page.locator("h2").all_inner_texts() != before


def test_the_chart_is_saved_as_a_picture_without_the_outside(server: StreamlitServer, visit: Visitor) -> None:
    page = visit(server, "/builder?m=spend&rows=benefit&period=2023")
    button = page.locator(".modebar-btn").first
    assert button.get_attribute("data-title") == "Saglabāt diagrammu kā attēlu (SVG)"
    with page.expect_download() as waiting:
        button.click()
    assert waiting.value.suggested_filename.endswith(".svg")
    picture = Path(waiting.value.path()).read_text(encoding="utf-8")
    assert picture.startswith("<svg")
    assert "Mājokļa pabalsts" in picture
    assert not re.findall(r"href=\"https?://(?!www\.w3\.org)", picture)
