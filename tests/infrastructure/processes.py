"""What a process of pytest is like: its garbage, and what the processes that a test starts begin with."""

import gc
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

# Fixtures that start what a test then waits for.
WAITS = {"streamlit_server", "house", "proxy", "pair"}
WAITING_UNTIL = 0.85  # of all files
_MAIN = sys.modules["__main__"]


def pytest_collection_finish() -> None:
    """What is there before the first test stays to the end: to look at it again and again is a twelfth of the time.

    What comes later is looked at seldom: a tenth of the time was left, of which this takes half.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(10_000, 20, 50)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Spreads the files whose tests wait for servers and browsers evenly among those that compute: one worker waits
    while others work. By their names most would run at once, and a quarter of the processors' time pass unused. None
    is among the last, when nobody is left to work meanwhile."""
    files: dict[Path, list[pytest.Item]] = {}
    for item in items:
        files.setdefault(item.path, []).append(item)
    waiting = [path for path, tests in files.items() if any(WAITS & {*one.fixturenames} for one in tests)]
    computing = [path for path in files if path not in waiting]
    places = dict(zip(computing, _evenly(len(computing)), strict=True))
    places |= zip(waiting, (place * WAITING_UNTIL for place in _evenly(len(waiting))), strict=True)
    items[:] = [item for path in sorted(files, key=places.get) for item in files[path]]


def _evenly(count: int) -> Iterator[float]:
    """Places of so many things on a line from 0 to 1."""
    return ((number + 0.5) / count for number in range(count))


@pytest.hookimpl(trylast=True)
def pytest_sessionfinish() -> None:
    """What is thrown away unseen warns once: pytest looks through everything five times at the end."""
    gc.collect()
    gc.freeze()


@pytest.fixture(autouse=True)
def own_main() -> Iterator[None]:
    """Streamlit's `AppTest` leaves its page as `__main__`, which each process of `multiprocessing` would run anew."""
    yield
    sys.modules["__main__"] = _MAIN
