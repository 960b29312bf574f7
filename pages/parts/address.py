"""Choices that live in the address of the page, so that a copied link opens the same view.

Streamlit's own `bind="query-params"` writes the *label* of an option into the address (seen with 1.67): such
a link breaks when a word is mended or the language changed. Here the address holds codes. It is a
visitor's input: what is not among the options offered is as good as absent, and is said to be so.
"""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from difflib import get_close_matches

import streamlit as st
from streamlit.runtime.scriptrunner import get_script_run_ctx

from data_access import nearest
from data_access.telling.builder.reading import LONGEST, quoted
from data_access.telling.builder.request import AUDIENCE

_KEPT = "choices"  # name -> code: for the whole session, so that pages share what means the same
_WRITTEN = "choices_in_address"  # name -> code as last written into the address
_MISSED = "choices_missed"  # what stood in the address in this run and cannot be chosen


LANGUAGE = "lang"
STAGE = "stage"  # whether slides are shown on a wall, without anything beside them
ALIKE = 0.8  # from which on a name is taken for a filter with a slip in it: “from” and “form” are less alike
OF_THE_VISIT = (LANGUAGE, AUDIENCE)  # chosen once for all pages, whatever a page asks


@dataclass(frozen=True)
class Missed:
    """What stood in the address and cannot be chosen: its text, the label of the choice, and what is chosen instead;
    None where there is no such choice."""

    text: str
    label: str
    shown: str | None
    nearest: str | None = None  # the code that was perhaps meant
    nearest_label: str = ""


def begin() -> None:
    """A run begins: nothing has been missed in it."""
    st.session_state[_MISSED] = []


def missed() -> list[Missed]:
    """What could not be chosen in this run."""
    return st.session_state.get(_MISSED, [])


def _miss(name: str, label: str, shown: str, options: Sequence[str] = (), words: Callable[[str], str] = str) -> None:
    text = _standing(name)
    if text is None:  # it was chosen on another page, where there is more to choose from
        return
    near = None if text.isdigit() else nearest(text[:LONGEST], options)
    missed().append(Missed(quoted(text), label, shown, near, words(near) if near else ""))


def miss_filters(offered: Collection[str], every: Collection[str], words: Callable[[str], str]) -> None:
    """Takes out of the address what is meant for a filter, and is none that the page offers."""
    for name, asked in read().items():
        near = next(iter(get_close_matches(name[:LONGEST], every, 1, ALIKE)), None)
        if near is None or name in offered:
            continue
        text = quoted(asked)
        missed().append(
            Missed(text, words(name), None) if near == name else Missed(text, quoted(name), None, near, words(near))
        )
        del st.query_params[name]


def went_back() -> bool:
    """Whether this run answers the browser's own Back or Forward: what is not in the address is then not chosen.

    Streamlit 1.67 writes a step into the browser's history for each change of the address, and runs the script anew
    when a visitor goes back to one; only the context of the run tells such a run from another.
    """
    context = get_script_run_ctx()
    return context is not None and context.is_history_navigation


def on_stage() -> bool:
    """Whether the page is shown on a wall: without navigation, title and choices."""
    return st.query_params.get(STAGE) == "yes"


def _standing(name: str) -> str | None:
    """What stands in the address under a name; what stands there several times, all of it, as a list would."""
    return ",".join(st.query_params.get_all(name)) if name in st.query_params else None


def read() -> dict[str, str]:
    """What stands in the address, but for the language and the audience."""
    return {name: _standing(name) for name in st.query_params if name not in OF_THE_VISIT}


def rewrite(choices: Mapping[str, str]) -> None:
    """Puts choices in place of everything in the address but what is of the visit, in one step of the history."""
    st.query_params.from_dict(of_the_visit(choices))


def of_the_visit(choices: Mapping[str, str]) -> dict[str, str]:
    """Choices as they stand in an address: beside the language and, unless they name one, the audience."""
    kept = {name: st.query_params[name] for name in OF_THE_VISIT if name in st.query_params}
    return {**kept, **choices}


def take(choices: Mapping[str, str | None]) -> None:
    """Chooses several things at once, as their widgets would, in one step of the browser's history.

    None is for what is then chosen by itself: it must not stand in the address, or it would be taken out in a step of
    its own, to which Back would return for ever.
    """
    kept, written = st.session_state.setdefault(_KEPT, {}), st.session_state.setdefault(_WRITTEN, {})
    standing = read()
    for name, code in choices.items():
        for place in (kept, written, standing):
            place.pop(name, None)
            if code is not None:
                place[name] = code
    rewrite(standing)


def _key(name: str) -> str:
    return f"choice_{name}"


def _take(name: str) -> None:
    value = st.session_state[_key(name)]
    if value is None:  # a day that was cleared: what was chosen stays
        return
    st.session_state[_KEPT][name] = value.isoformat() if isinstance(value, date) else value


def _wanted(name: str) -> str | None:
    """The code asked for: by a link that was opened, else by the widget, on this page or another."""
    kept = st.session_state.setdefault(_KEPT, {})
    asked = _standing(name)
    if asked is None and went_back():
        kept.pop(name, None)
    if asked is not None and asked != st.session_state.setdefault(_WRITTEN, {}).get(name):
        kept[name] = asked
    return kept.get(name)


def kept(name: str) -> str | None:
    """What is chosen under a name on a page that does not offer the choice itself."""
    return _wanted(name)


def forget(names: Sequence[str]) -> None:
    """Choices as if they had never been made."""
    for name in names:
        st.session_state[_KEPT].pop(name, None)


def _write(name: str, code: str, default: str) -> None:
    """Puts a choice into the address; what is chosen by itself is left out of it."""
    written = st.session_state.setdefault(_WRITTEN, {})
    if code == default:
        written.pop(name, None)
        if name in st.query_params:
            del st.query_params[name]
    else:
        written[name] = code
        if _standing(name) != code:
            st.query_params[name] = code


def choose(
    widget: Callable,
    name: str,
    label: str,
    options: Sequence[str],
    default: str,
    words: Callable[[str], str],
    **settings,
) -> str:
    """One of some codes by a widget such as `st.selectbox`; `words` turns a code into what is shown."""
    wanted = _wanted(name)
    st.session_state[_key(name)] = wanted if wanted in options else default
    if wanted is not None and wanted not in options:
        _miss(name, label, words(default), options, words)
    widget(label, options, key=_key(name), format_func=words, on_change=_take, args=(name,), **settings)
    code = st.session_state[_key(name)]
    _write(name, code, default)
    return code


def choose_day(name: str, label: str, default: date, first: date, last: date, words: Callable[[date], str]) -> date:
    """A day between two others, both included.

    It is not `required`: Streamlit 1.67 writes that into the label, in English.
    """
    try:
        wanted = date.fromisoformat(_wanted(name) or "")
    except ValueError:
        wanted = None
    shown = min(max(wanted or default, first), last)
    if shown != wanted:
        _miss(name, label, words(shown))
    st.session_state[_key(name)] = shown
    st.date_input(
        label,
        min_value=first,
        max_value=last,
        format="DD.MM.YYYY",
        key=_key(name),
        on_change=_take,
        args=(name,),
    )
    day = st.session_state[_key(name)]
    _write(name, day.isoformat(), default.isoformat())
    return day


def radio(name: str, label: str, options: Sequence[str], words: Callable[[str], str]) -> str:
    """One of a few codes, side by side; the first by itself, and without asking if it is the only one."""
    if len(options) == 1:
        return options[0]
    return choose(st.radio, name, label, options, options[0], words, horizontal=True)


def switch(name: str, label: str) -> bool:
    """A toggle that is off by itself."""
    st.session_state[_key(name)] = _wanted(name) == "yes"
    st.toggle(label, key=_key(name), on_change=_take_switch, args=(name,))
    on = st.session_state[_key(name)]
    _write(name, "yes" if on else "no", "no")
    return on


def _take_switch(name: str) -> None:
    st.session_state[_KEPT][name] = "yes" if st.session_state[_key(name)] else "no"
