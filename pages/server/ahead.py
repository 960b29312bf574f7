"""Chooses ahead what the council is not shown: the first presentation after new data need not wait for it."""

import asyncio
import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import streamlit as st

from data_access import Database, DatabaseError, open_database

# In the environment: `no` leaves it to the first visitor, where a processor has better things to do.
WANTED = "PROTECT_AHEAD"
# Seconds. After a start, those who have waited for the server come first; then new data are looked for.
AFTER_START, EVERY = 20, 30


@asynccontextmanager
async def ahead(_app: st.App) -> AsyncIterator[None]:
    """While the server runs."""
    choosing = asyncio.create_task(_again_and_again()) if is_wanted() else None
    try:
        yield
    finally:
        if choosing:
            choosing.cancel()


def is_wanted() -> bool:
    """Whether anything is to be chosen ahead: yes, unless the environment says no."""
    return os.environ.get(WANTED, "").lower() != "no"


async def _again_and_again() -> None:
    done = None
    await asyncio.sleep(AFTER_START)
    while True:
        done = await asyncio.to_thread(chosen, done)
        await asyncio.sleep(EVERY)


def chosen(done: Database | None) -> Database | None:
    """The state of the data of which everything is chosen by now; `done` is that of the last time."""
    try:
        database = open_database()
        if database is not done:
            for _ in database.protect_ahead():
                pass
    except DatabaseError:  # /healthz and every page tell of it
        return done
    return database
