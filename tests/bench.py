"""How long the dashboard's questions and pages take: `python -m tests.bench`, or `make bench`.

Everything is measured in one run on one computer, several times, and told as medians and as ratios to what
could not be quicker: the same SQL sent raw, and an empty Streamlit page with one chart. Whatever it needs (a
demonstration database on DuckDB and on PostgreSQL, a server, a browser) it makes and removes.
"""

import argparse
import logging
import os
import statistics
import tempfile
import time
from collections.abc import Callable, Iterable
from dataclasses import replace
from pathlib import Path

import sqlalchemy
import streamlit as st
from playwright.sync_api import Page, sync_playwright
from streamlit.testing.v1 import AppTest

from data_access import COUNCIL, INTERNAL, Answer, Database, Question, demo, open_database
from data_access.deck import Deck, MadeDeck, make_deck, prepared_deck
from data_access.deck.powerpoint import as_pptx
from data_access.telling.reader import Reader
from tests.infrastructure.browser import CHROMIUM, FLAGS, REPOSITORY, StreamlitServer, settled
from tests.infrastructure.pages import FILTERED_PAGES, PAGES, go_to, open_page
from tests.infrastructure.postgres import PostgresServer
from tests.infrastructure.views import VIEWS

SCALED = REPOSITORY / "data" / "scale43.duckdb"
HOW_TO_SCALE = f"python -m data_access demo --scale 43 --database duckdb:///{SCALED.relative_to(REPOSITORY)}"
LONGEST_QUESTION = 50  # milliseconds on DuckDB, warm, at demonstration size
LONGEST_CHANGE = 150  # milliseconds of server time
LONGEST_NAME = 100  # letters of a question
YEARS = ("2022", "2023")
CLICKED_VIEWS = {"psychologists": "consultations"}  # of its first one nothing is published for 2022: no chart
SMALL = ("DuckDB", "PostgreSQL")  # of demonstration size
PARTS = ("questions", "changes", "clicks", "deck")
YEAR_BEFORE_A_CHANGE = "2020"  # shares no year with the changes that are measured

EMPTY_PAGE = """
import plotly.graph_objects as go
import streamlit as st
year = st.selectbox("Gads", ["2023", "2022"])
st.plotly_chart(go.Figure(go.Bar(x=["a", "b", "c"], y=[3, 1, 2] if year == "2023" else [1, 2, 3])), key="chart")
"""

# From the click to the frame in which the first chart shows something else.
WATCH = """() => {
    const chart = () => document.querySelector('[data-testid="stPlotlyChart"]');
    const look = () => [...(chart()?.querySelectorAll('path, text') ?? [])]
        .map((mark) => (mark.getAttribute('d') ?? '') + mark.textContent).join('|');
    const busy = () => document.querySelector('[data-testid="stApp"]').dataset.testScriptState !== 'notRunning';
    const before = look();
    window.redrawn = window.finished = undefined;
    document.addEventListener('click', () => {
        const clicked = performance.now();
        const watch = () => {
            const now = look();
            if (window.redrawn === undefined && now && now !== before) window.redrawn = performance.now() - clicked;
            if (window.redrawn !== undefined && !busy()) window.finished = performance.now() - clicked;
            else requestAnimationFrame(watch);
        };
        requestAnimationFrame(watch);
    }, { once: true, capture: true });
}"""


def milliseconds(do: Callable[[], object], times: int) -> list[float]:
    took = []
    for _ in range(times):
        began = time.perf_counter()
        do()
        took.append((time.perf_counter() - began) * 1000)
    return took


def table(title: str, header: Iterable[str], rows: Iterable[Iterable[object]]) -> None:
    lines = [[str(cell) for cell in line] for line in (header, *rows)]
    widths = [max(map(len, column)) for column in zip(*lines, strict=True)]
    print(f"\n{title}\n")
    for place, line in enumerate(lines):
        first, *others = (
            cell.ljust(w) if not n else cell.rjust(w) for n, (cell, w) in enumerate(zip(line, widths, strict=True))
        )
        print("  ".join((first, *others)).rstrip())
        if not place:
            print("  ".join("-" * width for width in widths))


def shown(value: float) -> str:
    return f"{value:.1f}"


# ── questions ────────────────────────────────────────────────────────────────────────────────────


def questions_of_pages() -> dict[str, list[Question]]:
    """What each page really asks when its views are opened with nothing in the cache."""
    asked: list[Question] = []
    ask = Database.ask

    def recorded(self: Database, question: Question, *within: Answer | None):
        asked.append(question)
        return ask(self, question, *within)

    found = {}
    Database.ask = recorded
    try:
        for page, view in VIEWS:
            app = open_page(PAGES[0])
            forget()
            asked.clear()
            go_to(app, page, **view)
            found[page] = list(dict.fromkeys([*found.get(page, []), *asked]))
    finally:
        Database.ask = ask
    return found


class Raw:
    """The SQL of a question, sent by the driver itself."""

    def __init__(self, database: Database, question: Question):
        sent = []
        database.ask(question)  # what the database keeps of itself is read before

        def note(connection, cursor, statement, parameters, context, many):
            sent.append((statement, parameters))

        sqlalchemy.event.listen(database.engine, "before_cursor_execute", note)
        database.ask(question)
        sqlalchemy.event.remove(database.engine, "before_cursor_execute", note)
        self._statement, self._parameters = sent[-1]
        self._connection = database.engine.raw_connection()

    def __call__(self) -> None:
        cursor = self._connection.cursor()
        cursor.execute(self._statement, self._parameters)
        cursor.fetchall()

    def close(self) -> None:
        self._connection.close()


def name_of(question: Question) -> str:
    by = f" by {', '.join(question.by)}" if question.by else ""
    where = "; ".join(
        f"{name}={codes[0] if len(codes) == 1 else f'{len(codes)} values'}" for name, codes in question.where
    )
    name = f"{'+'.join(question.measures)}{by} {question.period.code}" + (f" [{where}]" if where else "")
    return name if len(name) <= LONGEST_NAME else name[: LONGEST_NAME - 1] + "…"


def measure_questions(databases: dict[str, Database], times: int) -> None:
    pages = questions_of_pages()
    engines = list(databases)
    medians: dict[str, list[float]] = {name: [] for name in engines}
    worst: dict[str, list[float]] = {name: [] for name in engines}
    best: dict[str, list[float]] = {name: [] for name in engines}
    for page, questions in pages.items():
        rows = []
        for question in questions:
            line: list[object] = [name_of(question)]
            for name, database in databases.items():
                raw = Raw(database, question)
                raw()
                repeat = times if name in SMALL else max(3, times // 3)
                asked = milliseconds(lambda q=question, d=database: d.ask(q), repeat)
                sent = milliseconds(raw, repeat)
                raw.close()
                medians[name].append(statistics.median(asked))
                worst[name].append(max(asked))
                ratio = statistics.median(asked) / statistics.median(sent)
                best[name].append(min(asked))
                line += [
                    shown(min(asked)),
                    shown(statistics.median(asked)),
                    shown(max(asked)),
                    shown(statistics.median(sent)),
                    f"{ratio:.1f}×",
                ]
            rows.append(line)
        header = ["question"]
        for name in engines:
            header += [f"{name} best", "median", "worst", "raw", "ratio"]
        table(f"{page}: {len(questions)} questions, warm, milliseconds of {times} times", header, rows)
    base = medians[engines[0]]
    table(
        "All questions",
        [
            "database",
            "questions",
            "sum of medians ms",
            "slowest median",
            "worst of all",
            f"median over {LONGEST_QUESTION}",
            f"best over {LONGEST_QUESTION}",
            "to DuckDB",
        ],
        [
            (
                name,
                len(took),
                shown(sum(took)),
                shown(max(took)),
                shown(max(worst[name])),
                sum(one > LONGEST_QUESTION for one in took),
                sum(one > LONGEST_QUESTION for one in best[name]),
                f"{sum(took) / sum(base):.1f}×",
            )
            for name, took in medians.items()
        ],
    )


# ── pages ────────────────────────────────────────────────────────────────────────────────────────


def change_year(app: AppTest) -> Callable[[], object]:
    """A filter change, to the other year each time it is called."""

    def change() -> None:
        box = app.selectbox(key="choice_year")
        box.set_value(YEARS[0] if box.value == YEARS[1] else YEARS[1]).run()

    return change


def forget() -> None:
    """Nothing has been asked."""
    st.cache_data.clear()
    st.cache_resource.clear()


def first_change(app: AppTest) -> float:
    """Milliseconds of a change on an open page to a year that nobody has asked for."""
    forget()
    app.selectbox(key="choice_year").set_value(YEAR_BEFORE_A_CHANGE).run()
    return milliseconds(lambda: app.selectbox(key="choice_year").set_value(YEARS[-1]).run(), 1)[0]


def measure_changes(times: int) -> None:
    """Server time of a rerun; AppTest's own share is that of an empty page."""
    empty = AppTest.from_string(EMPTY_PAGE, default_timeout=60).run()

    def change_empty() -> None:
        box = empty.selectbox[0]
        box.set_value(YEARS[0] if box.value == YEARS[1] else YEARS[1]).run()

    change_empty()
    nothing = statistics.median(milliseconds(change_empty, times))
    rows = [("empty page, one chart", shown(nothing), "", "", "", "", "", "")]
    for page, view in VIEWS:
        app = open_page(page, **view)
        if "choice_year" not in [box.key for box in app.selectbox]:
            continue
        change = change_year(app)
        milliseconds(change, 2)
        warm = milliseconds(change, times)

        def nothing_cached(change=change) -> None:
            forget()
            change()

        emptied = milliseconds(nothing_cached, max(3, times // 2))
        asking = [first_change(app) for _ in range(max(3, times // 2))]
        rows.append(
            (
                " ".join((page, *view.values())),
                shown(statistics.median(warm)),
                shown(max(warm)),
                shown(min(asking)),
                shown(statistics.median(asking)),
                shown(statistics.median(emptied)),
                f"{statistics.median(warm) / nothing:.1f}×",
                "met" if statistics.median(asking) <= LONGEST_CHANGE else "missed",
            )
        )
    table(
        f"Server time of a change of the year, median of {times}; target {LONGEST_CHANGE} ms, asked for the first time",
        [
            "page",
            "asked before ms",
            "worst",
            "first time, best",
            "median",
            "nothing cached",
            "cached to empty",
            "target",
        ],
        rows,
    )


# ── browser ──────────────────────────────────────────────────────────────────────────────────────


def click_to_chart(page: Page, times: int) -> tuple[list[float], list[float]]:
    """Milliseconds from the click on a year to the first chart redrawn, and to the end of the run."""
    redrawn, finished = [], []
    for number in range(times + 2):
        page.locator('[data-testid="stSelectbox"] input').first.click()
        option = page.get_by_role("option", name=YEARS[number % 2], exact=True)
        option.wait_for()
        page.evaluate(WATCH)
        option.click()
        page.wait_for_function("() => window.finished !== undefined", timeout=30_000)
        if number >= 2:  # the first two fill the cache
            redrawn.append(page.evaluate("window.redrawn"))
            finished.append(page.evaluate("window.finished"))
        settled(page)
    return redrawn, finished


def measure_clicks(url: str, folder: Path, times: int) -> None:
    script = folder / "empty" / "empty.py"
    script.parent.mkdir()
    script.write_text(EMPTY_PAGE, encoding="utf-8")
    servers = []
    for place, (code, environment) in enumerate(((REPOSITORY / "dashboard.py", {"DATABASE_URL": url}), (script, {}))):
        home = folder / f"home{place}"
        home.mkdir()
        servers.append(StreamlitServer(code, environment | {"STREAMLIT_BROWSER_GATHER_USAGE_STATS": "false"}, home))
    dashboard, empty = servers
    try:
        for server in servers:
            server.wait_until_healthy()
        with sync_playwright() as playwright:
            browser = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
            took = {}
            pages = {name: f"{dashboard.url}/{name}" for name in FILTERED_PAGES}
            pages |= {name: f"{pages[name]}?view={view}" for name, view in CLICKED_VIEWS.items()}
            for name, address in {"empty page, one chart": empty.url, **pages}.items():
                page = browser.new_page(viewport={"width": 1440, "height": 900})
                # The first page has the plain address.
                page.goto(address.removesuffix(f"/{PAGES[0]}"))
                settled(page)
                took[name] = click_to_chart(page, times)
                page.close()
            browser.close()
    finally:
        for server in servers:
            server.stop()
    nothing = statistics.median(took["empty page, one chart"][0])
    table(
        f"From the click on a year to the chart in Chromium, answers cached, median of {times}",
        ["page", "first chart ms", "worst", "whole page ms", "first chart to empty"],
        [
            (
                name,
                shown(statistics.median(redrawn)),
                shown(max(redrawn)),
                shown(statistics.median(finished)),
                f"{statistics.median(redrawn) / nothing:.1f}×",
            )
            for name, (redrawn, finished) in took.items()
        ],
    )


# ── the presentation ─────────────────────────────────────────────────────────────────────────────


def measure_deck(url: str, times: int) -> None:
    """A deck of twelve slides and its PowerPoint file: of data never asked before, and asked before."""
    rows = []
    for audience in (INTERNAL, COUNCIL):
        prepared = prepared_deck(2023, audience)
        deck = replace(prepared, slides=(*prepared.slides, *prepared.slides[2:])[:12])
        made = []

        def make(database: Database, deck: Deck = deck, made: list[MadeDeck] = made) -> None:
            made[:] = [make_deck(database, Reader(database.vocabulary, "lv"), deck)]

        first = milliseconds(lambda make=make: make(open_database(url)), 1)  # protecting is remembered
        database = open_database(url)
        make(database)
        again = milliseconds(lambda make=make, database=database: make(database), times)
        written = milliseconds(lambda made=made: as_pptx(made[0]), times)
        rows.append((audience, *(shown(statistics.median(took)) for took in (first, again, written))))
    table("A deck of twelve slides, medians", ["audience", "first ms", "again ms", "PowerPoint ms"], rows)


# ── all of it ────────────────────────────────────────────────────────────────────────────────────


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.bench", description=__doc__.splitlines()[0])
    parser.add_argument("--times", type=int, default=11, help="how often each thing is measured (11)")
    parser.add_argument("--only", choices=PARTS, action="append", help="measure only this; may be repeated")
    parser.add_argument(
        "--also", metavar="URL", help="a database that is there, as one of 43 municipalities on PostgreSQL"
    )
    return parser.parse_args()


def main() -> None:
    chosen = arguments()
    parts = chosen.only or PARTS
    logging.disable(logging.WARNING)  # without a server Streamlit warns at every step
    with (
        tempfile.TemporaryDirectory(prefix="case-bench-") as place,
        tempfile.TemporaryDirectory(prefix="case-pg-") as pg,
    ):
        folder = Path(place)
        url = f"duckdb:///{folder}/case.duckdb"
        took = milliseconds(lambda: demo.build(url), 1)
        print(f"Built the demonstration on DuckDB in {took[0] / 1000:.1f} s.")
        os.environ |= {"DATABASE_URL": url, "ALLOW_WRITING_ROLE": "yes"}  # the role that built it asks
        if "questions" in parts:
            server = PostgresServer(Path(pg))
            server.start()
            try:
                took = milliseconds(lambda: demo.build(server.url()), 1)
                print(f"Built the demonstration on PostgreSQL in {took[0] / 1000:.1f} s.")
                databases = {"DuckDB": open_database(url), "PostgreSQL": open_database(server.url())}
                if SCALED.exists():
                    databases["DuckDB ×43"] = open_database(f"duckdb:///{SCALED}")
                else:
                    print(f"No database of 43 municipalities ({SCALED.name}); to measure it too: {HOW_TO_SCALE}")
                if chosen.also:
                    databases["also"] = open_database(chosen.also)
                measure_questions(databases, chosen.times)
                for database in databases.values():
                    database.engine.dispose()
            finally:
                server.stop()
        if "changes" in parts:
            measure_changes(chosen.times)
        if "clicks" in parts:
            measure_clicks(url, folder, chosen.times)
        if "deck" in parts:
            measure_deck(url, chosen.times)


if __name__ == "__main__":
    main()
