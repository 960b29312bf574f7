"""A clerk loads real files in a real browser, while the server tells of every file that it opens for writing."""

import io
import os
import re
import time
import urllib.request
from pathlib import Path
from urllib.parse import urljoin

import openpyxl
import pytest
from playwright.sync_api import Page, expect
from sqlalchemy import make_url

from data_access.language import format_euros
from data_access.migrations import migrate
from tests.infrastructure.browser import Visitor, settled
from tests.infrastructure.exports import Service
from tests.test_pages import words

pytestmark = pytest.mark.browser

JOB_ENDS_WITHIN = 120_000  # milliseconds
LOOKED_AT_WITHIN = 20  # seconds; the server looks at its memory every five
# Read by Python before anything else: tells of every file that the server opens for writing.
LISTENER = """
import os, sys
_told = os.open(os.environ["OPENED_FOR_WRITING"], os.O_WRONLY | os.O_CREAT | os.O_APPEND)
def _listen(event, arguments):
    # A number stands for what is open already: a pipe to the process that reads workbooks.
    if event == "open" and not isinstance(arguments[0], int) and arguments[2] & (os.O_WRONLY | os.O_RDWR):
        os.write(_told, f"{arguments[0]}\\n".encode())
sys.addaudithook(_listen)
"""


def kept_in_memory(address: str) -> bool:
    """Whether Streamlit has uploaded files of anybody."""
    with urllib.request.urlopen(urljoin(address, "/_stcore/metrics"), timeout=5) as answer:
        return "UploadedFileManager" in answer.read().decode()


def upload(page: Page, files: list[Path]) -> None:
    """Chooses files and waits for their check."""
    page.get_by_test_id("stFileUploaderDropzoneInput").first.set_input_files(files)
    expect(page.get_by_test_id("stFileUploader").first.get_by_text(files[-1].name)).to_be_visible()
    settled(page)
    assert kept_in_memory(page.url)
    page.get_by_role("textbox", name=words("upload.who")).fill("Lietvede")
    page.get_by_role("button", name=words("upload.check")).click()
    expect(page.get_by_role("heading", name=words("upload.preview"))).to_be_visible(timeout=JOB_ENDS_WITHIN)
    settled(page)


def downloaded(page: Page, label: str) -> bytes:
    with page.expect_download() as waiting:
        page.get_by_role("button", name=label).click()
    return Path(waiting.value.path()).read_bytes()


def cells(content: bytes) -> str:
    sheets = openpyxl.load_workbook(io.BytesIO(content)).worksheets
    return "\n".join(str(cell.value) for sheet in sheets for row in sheet.iter_rows() for cell in row)


def test_files_are_uploaded_looked_over_confirmed_and_counted(streamlit_server, visit: Visitor, tmp_path: Path) -> None:
    service = Service(seed=72, homes=6, payments_a_month=4, months=range(1, 4))
    files = service.write(tmp_path / "exports", "xlsx", kinds=("members",))
    [payments] = service.write(tmp_path / "exports", "csv", kinds=("payments",))
    lines = payments.read_bytes().split(b"\r\n")
    lines[2] = lines[2].rpartition(b";")[0] + b";nav"
    # Larger than a megabyte, from which on the web server would put an upload into a temporary file.
    blank = b";" * 5 + b"\r\n"
    payments.write_bytes(b"\r\n".join(lines) + blank * 200_000)
    right = sum(row["cents"] for place, row in enumerate(service.payments) if place != 1)

    place, opened = tmp_path / "database", tmp_path / "opened"
    place.mkdir()
    (tmp_path / "site").mkdir()
    (tmp_path / "site" / "sitecustomize.py").write_text(LISTENER)
    (tmp_path / "person.key").write_text("0123456789abcdef" * 4)
    migrate(make_url(f"duckdb:///{place}/case.duckdb"))
    server = streamlit_server(
        {
            "DATABASE_URL": f"duckdb:///{place}/case.duckdb",
            "PERSON_KEY_FILE": str(tmp_path / "person.key"),
            "PYTHONPATH": str(tmp_path / "site"),
            "PYTHONDONTWRITEBYTECODE": "1",
            "OPENED_FOR_WRITING": str(opened),
            "TMPDIR": str(tmp_path),
        }
    )
    page = visit(server, "/loading")
    before, versions = opened.read_text(), sorted(os.listdir(place))
    upload(page, [*files, payments])

    # Looked over: nothing is written, neither the database nor, of what has personal codes, a temporary file.
    assert opened.read_text() == before
    assert sorted(os.listdir(place)) == versions
    give_up = time.monotonic() + LOOKED_AT_WITHIN
    while kept_in_memory(server.url):
        assert time.monotonic() < give_up, "the uploaded files are still in memory"
        time.sleep(0.2)
    assert page.get_by_text(format_euros(right, "lv"), exact=False).first.is_visible()
    found = cells(downloaded(page, words("upload.rejected_file")))
    assert words("loading.why.bad_amount") in found
    shown = page.content() + found

    page.get_by_test_id("stMain").get_by_role("button", name="Ielādēt: 2 faili").dblclick()
    expect(page.get_by_text(words("loading.plan.loaded", number="1"))).to_be_visible(timeout=JOB_ENDS_WITHIN)
    settled(page)
    assert sorted(os.listdir(place)) != versions
    shown += page.content() + cells(downloaded(page, words("upload.mend_file")))
    page.get_by_test_id("stMain").get_by_role("link", name=words("pages.benefits.title")).click()
    page.wait_for_url(re.compile("/benefits"))
    settled(page)
    assert format_euros(right, "lv") in page.inner_text("body")
    shown += page.content()

    codes = [code.encode() for each in service.codes for code in (each, each.replace("-", ""))]
    fed = tmp_path / "exports"
    written = {path: path.read_bytes() for path in tmp_path.rglob("*") if path.is_file() and path.parent != fed}
    assert place / "case.duckdb" in written
    for path, content in {**written, "shown": shown.encode(), "log": server.log().encode()}.items():
        assert not [code for code in codes if code in content], path


def test_on_a_dark_telephone_by_keyboard(streamlit_server, visit: Visitor, tmp_path: Path) -> None:
    migrate(make_url(f"duckdb:///{tmp_path}/case.duckdb"))
    server = streamlit_server(
        {"DATABASE_URL": f"duckdb:///{tmp_path}/case.duckdb", "PERSON_KEY_FILE": str(tmp_path / "person.key")}
    )
    page = visit(server, "/loading", width=390, height=844, color_scheme="dark")
    service = Service(seed=73, homes=6, payments_a_month=4, months=range(1, 4))
    upload(page, service.write(tmp_path / "exports", "workbook"))
    widths = page.evaluate(
        """() => [document.documentElement, document.querySelector('[data-testid="stMain"]')].map(
            (element) => [element.scrollWidth, element.clientWidth])"""
    )
    assert all(needed <= there for needed, there in widths), widths
    confirm = page.get_by_role("button", name="Ielādēt: 1 fails")
    page.evaluate("document.activeElement && document.activeElement.blur()")
    for _ in range(60):
        page.keyboard.press("Tab")
        if confirm.evaluate("(button) => button === document.activeElement"):
            break
    page.keyboard.press("Enter")
    expect(page.get_by_text(words("loading.plan.loaded", number="1"))).to_be_visible(timeout=JOB_ENDS_WITHIN)
    settled(page)
    # The outcome stands at the top, and the browser has gone there.
    assert page.evaluate("document.querySelector('[data-testid=\"stMain\"]').scrollTop") == 0
