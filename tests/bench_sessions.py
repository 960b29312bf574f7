"""How a house full of people is answered: `python -m tests.bench_sessions --minutes 60 --processes 1 2`.

So many sessions, all signed in, of the roles that a service has, each clicks every few seconds: another year, a
parish, other people, another page, now and then a question in the builder. They come by websocket, without a browser,
all from one process; the servers have what is left of the computer. A click takes from when it is sent until the
script has told everything; what a browser then draws is not in it. Everything is made and removed.
"""

import argparse
import asyncio
import math
import os
import random
import statistics
import tempfile
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from websockets.exceptions import WebSocketException

from data_access import demo
from tests.bench import shown, table
from tests.infrastructure.counted import ENVIRONMENT as COUNTED
from tests.infrastructure.postgres import new_pair
from tests.infrastructure.provider import settle_people, started_provider, write_secrets
from tests.infrastructure.proxied import Process
from tests.infrastructure.wire import PATIENCE, Browser, Silent, Tab, Told

# Of each fifty: who works in a service of this size.
ROLES = {
    "director": 1,
    "analyst": 2,
    "clerk": 7,
    "councillor": 10,
    "benefits": 12,
    "psychologists": 8,
    "day_centres": 6,
    "saime": 2,
    "gadc": 2,
}
PLAIN_ROLES = ("director", "analyst", "clerk", "councillor")
# Of each twenty clicks: so many of each kind.
CLICKS = {"year": 6, "parish": 4, "population": 3, "page": 5, "builder": 2}
WIDGETS = {"year": "choice_year", "parish": "choice_territory", "population": "choice_population"}
PAGES = ("", "benefits", "households", "psychologists", "day_centres", "method")
MEASURES = ("spend", "households_assisted", "visits", "visitors", "consultations", "psychologist_clients")
ROWS = ("territory", "month", "age_group", "gender", "benefit", "branch")
YEARS = range(2019, 2024)
MOMENTS = 6  # times at which memory is told
MEGABYTE = 1024 * 1024
OPENING = 600  # seconds; a process that has just been started has nothing in its memory
TARGET = 500  # milliseconds, median
FAILURES = (Silent, OSError, WebSocketException, AssertionError, KeyError, ValueError)


@dataclass
class Clicks:
    """What became of the clicks: seconds by kind, and what went wrong."""

    took: dict[str, list[float]] = field(default_factory=dict)
    errors: Counter = field(default_factory=Counter)
    late: int = 0  # visitors who had to wait longer than until their next click

    def keep(self, kind: str, told: Told) -> None:
        self.took.setdefault(kind, []).append(told.took)
        self.errors.update(f"{kind}: {error[:80]}" for error in told.errors)

    @property
    def all(self) -> list[float]:
        return [seconds for kind in self.took.values() for seconds in kind]


@dataclass
class Server:
    """One process of the dashboard, and what it has used of the computer."""

    process: Process
    folder: Path

    def memory(self) -> float:
        """Megabytes that are in use now."""
        pages = int(Path(f"/proc/{self.process.pid}/statm").read_text().split()[1])
        return pages * os.sysconf("SC_PAGE_SIZE") / MEGABYTE

    def processor(self) -> float:
        """Seconds of processor time since the start."""
        told = Path(f"/proc/{self.process.pid}/stat").read_text().rpartition(")")[2].split()
        return (int(told[11]) + int(told[12])) / os.sysconf("SC_CLK_TCK")

    def counted(self, name: str) -> int:
        return (self.folder / name).stat().st_size


@dataclass
class Visitor:
    """Somebody who clicks."""

    tab: Tab
    dice: random.Random

    async def click(self, kind: str) -> Told:
        """A click of a kind, or another page where there is nothing to click so."""
        if kind == "builder" and "builder" in self.tab.offered:
            asked = f"m={self.dice.choice(MEASURES)}&rows={self.dice.choice(ROWS)}&period={self.dice.choice(YEARS)}"
            return await self.tab.go_to("builder", asked)
        boxes = [one for one in self.tab.told.of("selectbox") if one.id.endswith(f"-{WIDGETS.get(kind)}")]
        if boxes:
            return await self.tab.set(boxes[0].id, string_value=self.dice.choice(boxes[0].options))
        return await self.tab.go_to(self.dice.choice([page for page in PAGES if page in self.tab.offered]))


async def visit(visitor: Visitor, every: float, until: float, kept: Clicks) -> None:
    """Clicks by the clock until the end, first somewhere within the first pause."""
    due = time.monotonic() + visitor.dice.random() * every
    while due < until:
        await asyncio.sleep(max(0, due - time.monotonic()))
        [kind] = visitor.dice.choices(list(CLICKS), list(CLICKS.values()))
        try:
            kept.keep(kind, await visitor.click(kind))
        except FAILURES as error:
            kept.errors[f"{kind}: {type(error).__name__} {error}"[:100]] += 1
            return
        due += every
        if due < time.monotonic():
            kept.late += 1
            due = time.monotonic()


def people(number: int) -> dict[str, str]:
    """So many people by their first names, and the role of each as it stands in the settings."""
    shares = [role for role, share in ROLES.items() for _ in range(share)]
    chosen = [shares[place * len(shares) // number] for place in range(number)]
    return {
        f"person{place}": role
        if role in PLAIN_ROLES
        else f'{{ role = "department_head", department = "{role}" }}'
        for place, role in enumerate(chosen)
    }  # fmt: skip


@contextmanager
def served(database: str, processes: int, folder: Path, names: dict[str, str], provider: str) -> Iterator[list[Server]]:
    """Processes that know the same people, each at an address of its own."""
    access = settle_people(folder, **names)
    own = {name: os.environ[name] for name in ("PATH", "LANG") if name in os.environ}
    own |= {"DATABASE_URL": database, "ACCESS_FILE": str(access.file), "ALLOW_WRITING_ROLE": "yes"}
    own |= {"DASHBOARD_DATABASE_URL": f"sqlite:///{folder}/dashboard.sqlite"}
    servers = []
    with ExitStack() as stack:
        for place in range(processes):
            home = folder / str(place)
            home.mkdir()
            process = Process(home, own | {COUNTED: str(home)}, "tests.infrastructure.counted")
            stack.callback(process.stop)
            write_secrets(home / "secrets.toml", provider, process.url)
            process.start()
            servers.append(Server(process, home))
        yield servers


async def measured(servers: Sequence[Server], names: Sequence[str], every: float, minutes: float, seed: int) -> Clicks:
    kept, visitors, browsers, opened = Clicks(), [], [], []
    memory = {"at the start": [server.memory() for server in servers]}
    for place, name in enumerate(names):
        browser = Browser(servers[place % len(servers)].process.url)
        browsers.append(browser)
        await browser.sign_in(name)
        tab = await Tab.open(browser, patience=OPENING)
        tab.patience = PATIENCE
        visitors.append(Visitor(tab, random.Random(seed + place)))
        opened.append(tab.told.took)
        kept.errors.update(tab.told.errors)
        if place == len(servers) - 1:
            memory["first session of each"] = [server.memory() for server in servers]
    memory[f"{len(names)} sessions"] = [server.memory() for server in servers]
    spent, began = [server.processor() for server in servers], time.monotonic()
    mine = time.process_time()
    until = began + minutes * 60
    clicking = asyncio.gather(*(visit(visitor, every, until, kept) for visitor in visitors))
    for moment in range(1, MOMENTS + 1):
        await asyncio.sleep(max(0, began + minutes * 60 * moment / MOMENTS - time.monotonic()))
        memory[f"after {minutes * moment / MOMENTS:.1f} min"] = [server.memory() for server in servers]
    await clicking
    lasted = time.monotonic() - began
    spent = [server.processor() - before for server, before in zip(servers, spent, strict=True)]
    tell(kept, opened, memory, servers, len(names), every, lasted)
    tell_processor(spent, lasted, time.process_time() - mine, len(kept.all))
    for browser, visitor in zip(browsers, visitors, strict=True):
        await visitor.tab.close()
        await browser.close()
    return kept


def tell(
    kept: Clicks,
    opened: list[float],
    memory: dict[str, list[float]],
    servers: Sequence[Server],
    sessions: int,
    every: float,
    lasted: float,
) -> None:
    title = f"{sessions} sessions, {len(servers)} processes, a click every {every:g} s, {lasted / 60:.1f} minutes"
    lines = [("opened before, one by one", *quantiles(opened))]
    lines += [(kind, *quantiles(seconds)) for kind, seconds in sorted(kept.took.items())]
    header = ["click", "number", "median ms", "95 % ms", "worst ms"]
    table(title, header, [*lines, ("all clicks", *quantiles(kept.all))])
    header = ["memory, MB", *(f"process {place + 1}" for place in range(len(servers)))]
    table("Memory", header, [(when, *map(shown, found)) for when, found in memory.items()])
    first, full = (sum(memory[when]) for when in ("first session of each", f"{sessions} sessions"))
    print(f"\nPer session when it has been opened: {(full - first) / max(1, sessions - len(servers)):.2f} MB")
    told, asked = (sum(server.counted(name) for server in servers) for name in ("told", "asked"))
    print(f"Questions answered to visitors: {told}; asked of the database, as nothing was remembered: {asked}")
    print(f"Clicks that came later than they should, as the one before was not answered yet: {kept.late}")
    print(f"Errors: {kept.errors.total()}")
    for error, number in kept.errors.most_common(10):
        print(f"  {number} × {error}")
    met = not kept.errors and bool(kept.all) and statistics.median(kept.all) * 1000 < TARGET
    print(f"Target (no errors, median under {TARGET} ms): {'met' if met else 'NOT met'}")


def tell_processor(spent: Sequence[float], lasted: float, mine: float, clicks: int) -> None:
    shares = ", ".join(f"{100 * seconds / lasted:.0f} %" for seconds in spent)
    each = 1000 * sum(spent) / max(1, clicks)
    print(
        f"Processor: {shares} of one for each process; {each:.0f} ms a click; the visitors {100 * mine / lasted:.0f} %"
    )


def quantiles(seconds: Sequence[float]) -> tuple[str, ...]:
    ordered = sorted(seconds)
    at = [ordered[min(len(ordered), math.ceil(len(ordered) * part)) - 1] for part in (0.5, 0.95, 1)] if ordered else []
    return (str(len(ordered)), *(f"{1000 * value:.0f}" for value in at))


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.bench_sessions", description=__doc__.splitlines()[0])
    parser.add_argument("--minutes", type=float, default=5, help="how long they click (5)")
    parser.add_argument("--sessions", type=int, default=50, help="how many there are (50)")
    parser.add_argument("--every", type=float, default=5, help="seconds from click to click of each (5)")
    parser.add_argument("--processes", type=int, nargs="+", default=[1, 2], help="of the dashboard (1, then 2)")
    parser.add_argument("--postgres", action="store_true", help="on PostgreSQL, which is made, instead of DuckDB")
    parser.add_argument("--seed", type=int, default=2023, help="of the choice of clicks (2023)")
    return parser.parse_args()


def main() -> None:
    chosen = arguments()
    names = people(chosen.sessions)
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        if chosen.postgres:
            database = stack.enter_context(new_pair()).primary.url()
            os.environ["ALLOW_WRITING_ROLE"] = "yes"
        else:
            database = f"duckdb:///{folder}/case.duckdb"
        demo.build(database)
        provider = stack.enter_context(started_provider(*names))
        print(f"On {'PostgreSQL' if chosen.postgres else 'DuckDB'}, {os.cpu_count()} cores, all on this computer")
        for number in chosen.processes:
            home = folder / f"of_{number}"
            home.mkdir()
            with served(database, number, home, names, provider) as servers:
                asyncio.run(measured(servers, list(names), chosen.every, chosen.minutes, chosen.seed))


if __name__ == "__main__":
    main()
