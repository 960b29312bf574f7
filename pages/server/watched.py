"""Tells systemd that the server is ready, and again and again that it is not stuck; else it is started anew.

What is told is what `systemd-notify` tells (sd_notify(3)). Without systemd nothing is told to anybody.
"""

import asyncio
import os
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress

import streamlit as st

SOCKET, PATIENCE = "NOTIFY_SOCKET", "WATCHDOG_USEC"  # variables that systemd sets


@asynccontextmanager
async def watched(_app: st.App) -> AsyncIterator[None]:
    """While the server runs. What is told comes from the same loop that answers visitors: stuck, it says nothing."""
    place = os.environ.get(SOCKET)
    if not place:
        yield
        return
    _tell(place, "READY=1")
    patience = int(os.environ.get(PATIENCE, "0")) / 1_000_000
    telling = asyncio.create_task(_again_and_again(place, patience / 3)) if patience else None
    try:
        yield
    finally:
        if telling:
            telling.cancel()
        _tell(place, "STOPPING=1")


async def _again_and_again(place: str, every: float) -> None:
    while True:
        _tell(place, "WATCHDOG=1")
        await asyncio.sleep(every)


def _tell(place: str, what: str) -> None:
    address = f"\0{place[1:]}" if place.startswith("@") else place
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM | socket.SOCK_CLOEXEC) as told:
        told.setblocking(False)
        with suppress(OSError):  # whoever does not listen must not hold up the visitors
            told.connect(address)
            told.send(what.encode())
