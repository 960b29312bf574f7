"""Processes that a test starts begin with what pytest began with."""

import sys
from collections.abc import Iterator

import pytest

_MAIN = sys.modules["__main__"]


@pytest.fixture(autouse=True)
def own_main() -> Iterator[None]:
    """Streamlit's `AppTest` leaves its page as `__main__`, which each process of `multiprocessing` would run anew."""
    yield
    sys.modules["__main__"] = _MAIN
