"""What a process of pytest is like: its garbage, and what the processes that a test starts begin with."""

import gc
import sys
from collections.abc import Iterator

import pytest

_MAIN = sys.modules["__main__"]


def pytest_collection_finish() -> None:
    """What is there before the first test stays to the end: to look at it again and again is a twelfth of the time.

    What comes later is looked at seldom: a tenth of the time was left, of which this takes half.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(10_000, 20, 50)


@pytest.fixture(autouse=True)
def own_main() -> Iterator[None]:
    """Streamlit's `AppTest` leaves its page as `__main__`, which each process of `multiprocessing` would run anew."""
    yield
    sys.modules["__main__"] = _MAIN
