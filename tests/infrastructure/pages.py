"""The dashboard's pages, run without a browser by Streamlit's own `AppTest`."""

import re
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

import pandas as pd
import pyarrow
from streamlit.components.v2 import manifest_scanner
from streamlit.testing.v1 import AppTest, local_script_runner

from pages.parts import known

# Each `AppTest` reads the metadata of every installed package for components that it may bring, two thirds of the time
# that a page takes here. What is installed does not change while tests run.
manifest_scanner.scan_component_manifests = cache(manifest_scanner.scan_component_manifests)

# It looks a thousand times a second whether the page's thread has ended, which takes that thread's time away from it.
_look_until_ended = local_script_runner.require_widgets_deltas


def _wait_until_ended(runner: local_script_runner.LocalScriptRunner, timeout: float = 3) -> None:
    runner._script_thread.join(timeout)
    _look_until_ended(runner, timeout=0.1 if runner._script_thread.is_alive() else timeout)


local_script_runner.require_widgets_deltas = _wait_until_ended

REPOSITORY = Path(__file__).resolve().parents[2]
APP = REPOSITORY / "pages" / "app.py"
WORDS = (REPOSITORY / "data_access" / "telling", REPOSITORY / "pages" / "texts")  # the catalogues of a page
LONGEST_RUN = 60  # seconds
LANGUAGES = ("lv", "en")


_FOLDERS = {name: group for group, names in known.PAGES.items() for name in names}
NAVIGATION = list(_FOLDERS)
# Pages that tell when they are opened; that on loading asks first, and that of audits is for who signs in: both have
# tests of their own.
PAGES = [name for name in NAVIGATION if name not in ("loading", "audits")]
WHOLE = ("method", "presentation", "report")
# Pages that count under filters; that on method explains, the annual report and the presentation are each one whole and
# have tests of their own, and those on records tell of the records themselves.
COUNTING_PAGES = [name for name in PAGES if _FOLDERS[name] == "statistics" and name not in WHOLE]
# Pages whose address holds the common filters; that of the table builder holds a whole question.
FILTERED_PAGES = [name for name in COUNTING_PAGES if name != "builder"]


def script(page: str) -> Path:
    return REPOSITORY / "pages" / _FOLDERS[page] / f"{page}.py"


def open_page(name: str, **address: str) -> AppTest:
    """A visitor opens a page by a link with these choices in its address."""
    app = AppTest.from_file(str(APP), default_timeout=LONGEST_RUN)
    if name == PAGES[0]:
        app.query_params = {**address}
        return app.run()
    # `AppTest` finds a page once the app has told of its pages. One app's are every app's, and the first page, which
    # would have to be told for them each time, is the dearest.
    app._registered_pages = registered_pages()
    return go_to(app, name, **address)


@cache
def registered_pages() -> dict:
    """The pages that the app has told of, by running it once."""
    return AppTest.from_file(str(APP), default_timeout=LONGEST_RUN).run()._registered_pages


def go_to(app: AppTest, name: str, **address: str) -> AppTest:
    """The visitor goes on to a page; a real browser keeps no address from one page to the next either."""
    app.query_params = {**address}
    return app.switch_page(str(script(name).relative_to(APP.parent))).run()


@dataclass
class Section:
    """What stands between two headlines."""

    headline: str
    chart: Any = None
    table: Any = None
    text: str = ""
    files: list[str] = field(default_factory=list)


def sections(app: AppTest) -> list[Section]:
    found: list[Section] = []
    for element in app.main:
        if element.type in ("header", "subheader"):
            found.append(Section(unescaped(element.value)))
        elif not found:
            continue
        elif element.type == "plotly_chart":
            found[-1].chart = element
        elif element.type == "table":
            found[-1].table = element
        elif element.type == "caption":
            found[-1].text += unescaped(element.value) + "\n"
        elif element.type == "download_button":
            found[-1].files.append(element.label)
    return found


def unescaped(text: str) -> str:
    """A text without the backslashes and stars that keep Markdown from reading it."""
    return re.sub(r"\\(.)", r"\1", text.removeprefix("**").removesuffix("**"))


def shown(table) -> pd.DataFrame:
    """A table as it stands on screen: texts, its first column the names of the rows."""
    data = table.proto.arrow_data
    frame = pyarrow.ipc.open_stream(data.data).read_pandas()
    if data.HasField("styler"):
        texts = pyarrow.ipc.open_stream(data.styler.display_values).read_pandas()
        texts = texts.iloc[:, -len(frame.columns) :]
        texts.columns = frame.columns
        frame = texts
    return frame.map(lambda text: unescaped(str(text)))


def said(app: AppTest) -> str:
    """Everything a page says in words, besides its tables."""
    headings = [*app.title, *app.header, *app.subheader]
    elements = [*headings, *app.caption, *app.markdown, *app.info, *app.error, *app.warning]
    return "\n".join(unescaped(element.value) for element in elements)


def headlines(app: AppTest) -> list[str]:
    return [unescaped(element.value) for element in (*app.header, *app.subheader)]


def heading_levels(app: AppTest) -> list[int]:
    """The levels of a page's headings from top to bottom."""
    return [int(element.tag[1:]) for element in app.main if element.type in ("title", "header", "subheader")]
