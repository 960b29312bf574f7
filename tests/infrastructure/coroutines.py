"""Coroutines from tests that are none."""

import asyncio
from collections.abc import Coroutine
from concurrent.futures import ThreadPoolExecutor
from typing import Any


def run(what: Coroutine[Any, Any, Any]) -> Any:
    """What a coroutine returns; in a thread of its own, as Playwright has a loop of its own in this one."""
    with ThreadPoolExecutor(1) as other:
        return other.submit(asyncio.run, what).result()
