"""Waiting for the database: a slow one is said to be slow, and whoever no longer waits stops it.

The page waits in short steps. At each Streamlit may end it, for another click, another page or a closed tab.
"""

import time
from collections.abc import Callable
from itertools import count
from typing import TypeVar

import streamlit as st
from streamlit.runtime.scriptrunner import get_script_run_ctx

from data_access import Asking, CalledOff, QuestionTooLarge
from pages.parts.texts import t

Found = TypeVar("Found")

# Seconds.
STEP = 0.1
SLOW = 4  # with the way to the browser and back a visitor has the sentence within five
LONGEST = 60  # for one connection: DuckDB has no limit of its own
QUICK = 0.5  # once it was called off, what takes longer is not waited for
_OFF = "called_off"

_numbers = count()


def wait_for(find: Callable[[], Found]) -> Found:
    """What a function finds, on a thread of its own; at once where no page waits, or it is a part of what is found.

    Raises what it raises; CalledOff after the visitor has called off what is slow, QuestionTooLarge.
    """
    if get_script_run_ctx(suppress_warning=True) is None or Asking.current():
        return find()
    asking = Asking(find)
    began, slot = time.monotonic(), None
    try:
        while not asking.ended(STEP):
            off = st.session_state.get(_OFF)  # looking there lets Streamlit end this run
            waited = time.monotonic() - began
            if off and waited > QUICK:
                raise CalledOff()
            if asking.seconds > LONGEST:
                raise QuestionTooLarge()
            if waited > SLOW and slot is None:
                slot = _say_slow()
    finally:
        if not asking.ended(0):  # Streamlit ends this run, or it was not waited for
            asking.call_off()
    if slot:
        slot.empty()
    return asking.result()


def begin_anew() -> None:
    """What was called off was said, or was not needed: the next run waits again."""
    st.session_state.pop(_OFF, None)


def _say_slow():
    slot = st.empty()
    with slot.container(border=True, gap="small"):
        st.markdown(f":material/hourglass_top: {t('frame.slow')}")
        st.button(t("frame.call_off"), key=f"call_off_{next(_numbers)}", icon=":material/cancel:", on_click=_call_off)
    return slot


def _call_off() -> None:
    st.session_state[_OFF] = True
