"""Waits for the database with the visitor: with a sentence when it is slow, and only for as long as she does.

What is asked runs beside the script. While the script waits it looks whether the visitor wants something else by now,
another filter, another page, no answer at all; what nobody waits for any more is stopped in the database, too.
"""

import threading
import time
from collections import Counter
from collections.abc import Callable, Hashable
from concurrent.futures import Future, ThreadPoolExecutor
from concurrent.futures import TimeoutError as NotYet
from contextvars import ContextVar, copy_context
from typing import Any

import streamlit as st
from streamlit.delta_generator import DeltaGenerator
from streamlit.runtime.scriptrunner import get_script_run_ctx

from data_access import Cancelled, Cancelling, QuestionTooLarge, cancellable
from pages.parts.texts import t

SLOW = 5.0  # seconds, after which it is said
LONGEST = 60.0  # seconds, as PostgreSQL is told too
LOOK_AGAIN = 0.2  # seconds
MOST_AT_ONCE = 2  # of one visitor, in all her tabs; further ones wait for these
MOST_WORKERS = 32
_GIVEN_UP = "given_up"  # whether the visitor has pressed the button

_workers = ThreadPoolExecutor(MOST_WORKERS, thread_name_prefix="asking")
_stopping = ThreadPoolExecutor(4, thread_name_prefix="stopping")  # a server may take seconds to listen
_inside: ContextVar[bool] = ContextVar("already beside the script", default=False)
_place: ContextVar[DeltaGenerator | None] = ContextVar("where it is said", default=None)
_lock = threading.RLock()  # what ends at once is told of while it is begun
_running: dict[Hashable, "_Asking"] = {}
_of_visitor: Counter[str] = Counter()


class _Asking:
    """Something that is being found, and for how many scripts."""

    def __init__(self, key: Hashable, find: Callable[[], Any], visitor: str) -> None:
        self.key, self.visitor, self.waiting = key, visitor, 0
        self._what = Cancelling()
        context = copy_context()
        context.run(_inside.set, True)
        self.future: Future = _workers.submit(context.run, self._found, find)
        self.future.add_done_callback(self._ended)

    def _found(self, find: Callable[[], Any]) -> Any:
        with cancellable(self._what):
            return find()

    def _ended(self, _future: Future) -> None:
        with _lock:
            _of_visitor[self.visitor] -= 1
            if not _of_visitor[self.visitor]:
                del _of_visitor[self.visitor]

    def stop(self) -> None:
        if not self.future.cancel():
            _stopping.submit(self._what.cancel)


def begin() -> None:
    """Keeps a place at the top of a page. Raises Cancelled if the visitor has given up what the page asked."""
    _place.set(st.empty())
    if st.session_state.pop(_GIVEN_UP, False):
        raise Cancelled()


def found(find: Callable[[], Any], key: Hashable | None = None) -> Any:
    """What is found, or raised, beside the script; who asks under the same key meanwhile waits for the same.

    Raises QuestionTooLarge after the longest time.
    """
    if _inside.get() or get_script_run_ctx(suppress_warning=True) is None:
        return find()
    waiting = _Waiting()
    asking = _join(find, key, waiting)
    try:
        while True:
            try:
                return asking.future.result(LOOK_AGAIN)
            except NotYet:
                if asking.future.done():  # it was raised by what was asked
                    raise
                waiting.on()
    finally:
        _leave(asking)
        waiting.over()


def _join(find: Callable[[], Any], key: Hashable | None, waiting: "_Waiting") -> _Asking:
    visitor = _visitor()
    while True:
        with _lock:
            asking = _running.get(key)
            if asking is None and _of_visitor[visitor] < MOST_AT_ONCE:
                _of_visitor[visitor] += 1
                asking = _Asking(key if key is not None else object(), find, visitor)
                _running[asking.key] = asking
            if asking is not None:
                asking.waiting += 1
                return asking
        waiting.on()
        time.sleep(LOOK_AGAIN)


def _leave(asking: _Asking) -> None:
    with _lock:
        asking.waiting -= 1
        if asking.waiting:
            return
        _running.pop(asking.key, None)
    asking.stop()


def _visitor() -> str:
    """Who asks: whoever has signed in, in all her tabs; else this tab."""
    return st.user.get("sub") or get_script_run_ctx().session_id


class _Waiting:
    """One script that waits, and what it says meanwhile."""

    def __init__(self) -> None:
        self._began = time.monotonic()
        self._said: DeltaGenerator | None = None

    def on(self) -> None:
        """Goes on waiting. Raises what Streamlit ends a script with when the visitor wants something else."""
        st.session_state.get(_GIVEN_UP)  # where Streamlit looks
        waited = time.monotonic() - self._began
        if waited > LONGEST:
            raise QuestionTooLarge()
        if waited > SLOW and self._said is None:
            self._say()

    def _say(self) -> None:
        self._said = _place.get() or st.empty()
        with self._said.container(border=True, horizontal=True, vertical_alignment="center"):
            st.markdown(t("patience.slow"), width="stretch")
            st.button(t("patience.give_up"), key="give_up", icon=":material/close:", on_click=_give_up)

    def over(self) -> None:
        if self._said is not None:
            self._said.empty()


def _give_up() -> None:
    st.session_state[_GIVEN_UP] = True
