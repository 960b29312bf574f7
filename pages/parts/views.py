"""The parts of a page that is too long to be read at once: one is shown, and only its questions are asked."""

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager

import streamlit as st

from pages.parts import address, audience, refusal
from pages.parts.answers import Refused
from pages.parts.filters import View


def show_one(
    view: View, stories: Mapping[str, Callable[[View], None]], about: Mapping[str, tuple[str, str]] | None = None
) -> None:
    """Offers the stories of a page by name and tells the chosen one; the first is told by itself.

    `about` names of some stories a measure and a dimension without which they are nothing: they are offered to whoever
    may ask so. One that a link has chosen is told, and its refusal says why not.
    """
    t = view.reader.t
    closed = {name for name, (measure, by) in (about or {}).items() if not view.may_ask(measure, by)}
    codes = tuple(name for name in stories if name not in closed or name == address.kept("view"))
    chosen = address.choose(
        st.segmented_control,
        "view",
        t("filters.view"),
        codes,
        codes[0],
        lambda code: t(f"{view.page}.view_{code}"),
        required=True,
        wrap=True,
    )
    tell(view, stories[chosen])


def tell(view: View, *stories: Callable[[View], None]) -> None:
    """Tells stories one under the other, each at least one section."""
    with audience.patience(view.reader, view.audience):
        for story in stories:
            with section(view):
                story(view)


@contextmanager
def section(view: View) -> Iterator[None]:
    """One section of several: where its question is not for the audience, it says so in its place, and the others are
    told."""
    try:
        yield
    except Refused as error:
        refusal.say(view, error)
