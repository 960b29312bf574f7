"""Waiting for the database: a slow one is said to be slow, and whoever no longer waits stops it.

The page waits in short steps. At each Streamlit may end it, for another click, another page or a closed tab.

What is made of many answers, a deck or a report, is waited for as a whole. Not so a file: the press of its button is
answered outside of any page (Streamlit 1.67), by one message when it is made; there is none to say how far it is or to
call it off. But whatever it needs of the database its page has by then (`downloads.kept`).
"""

import time
from collections.abc import Callable
from itertools import count
from typing import Any, TypeVar

import streamlit as st
from streamlit.runtime.scriptrunner import get_script_run_ctx

from data_access import Asking, CalledOff, QuestionTooLarge
from pages.parts.texts import t

Found = TypeVar("Found")

# Seconds.
STEP = 0.1
SLOW = 4  # with the way to the browser and back a visitor has the sentence within five
MANY = 1  # before it is shown how far something is that is made of many answers
LONGEST = 60  # for one connection: DuckDB has no limit of its own
QUICK = 0.5  # once it was called off, what takes longer is not waited for
_OFF = "called_off"

_numbers = count()


def wait_for(find: Callable[[], Found]) -> Found:
    """What a function finds, on a thread of its own; at once where no page waits, or it is a part of what is found.

    Raises what it raises; CalledOff after the visitor has called off what is slow, QuestionTooLarge.
    """
    return _wait(find, SLOW, _say_slow)


def work_on(make: Callable[["Steps"], Found], words: Callable[[int, int], str]) -> Found:
    """What a function makes of many answers, as `wait_for`; meanwhile the visitor sees how far it is.

    The function tells the steps that it is given how many are done, and of how many; `words` are those beside the bar.
    """
    steps = Steps(words)
    return _wait(lambda: make(steps), MANY, steps.show, steps.go_on)


class Steps:
    """How far something is: told by the thread that makes it, shown by the page that waits for it."""

    def __init__(self, words: Callable[[int, int], str]) -> None:
        self._words, self._told, self._bar = words, (0, 0), None

    def __call__(self, done: int, of: int) -> None:
        """Tells how many steps are done. Raises CalledOff where there is no use in going on."""
        if asking := Asking.current():
            asking.check()
        self._told = (done, of)

    def show(self):
        """A bar and the way to call it off; gives their place."""
        slot = st.empty()
        with slot.container(border=True, gap="small"):
            self._bar = st.empty()
            _offer_to_call_off()
        return slot

    def go_on(self) -> None:
        """Moves the bar on."""
        done, of = self._told
        self._bar.progress(done / of if of else 0.0, text=self._words(done, of))


def _wait(
    find: Callable[[], Found], patient: float, say: Callable[[], Any], say_more: Callable[[], None] = lambda: None
) -> Found:
    """As `wait_for`; after so many seconds it is said that it takes long, at each step after that more of it."""
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
            if waited > patient:
                slot = slot or say()
                say_more()
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
        _offer_to_call_off()
    return slot


def _offer_to_call_off() -> None:
    st.button(t("frame.call_off"), key=f"call_off_{next(_numbers)}", icon=":material/cancel:", on_click=_call_off)


def _call_off() -> None:
    st.session_state[_OFF] = True
