"""The slides of a deck in a list, one of them as it will stand on the wall, and what may be changed of it."""

from collections.abc import Sequence
from dataclasses import replace

import streamlit as st

from data_access import DataAccessError, SavedDecks, deck
from pages.parts import address
from pages.parts.builder.saving import who
from pages.parts.filters import View
from pages.parts.markdown import plain, small
from pages.parts.presenting import adding, drawing
from pages.parts.presenting.looking import SLIDE, Looked, place
from pages.parts.tables import TALL, show_table

LONGEST_IN_LIST = 60  # letters of a headline
_WRONG = "presentation_wrong"  # why the last change could not be made


def show(view: View, looked: Looked) -> None:
    """The list beside the chosen slide, and under it what can be done with it."""
    t, slides = view.reader.t, looked.made.slides
    if error := st.session_state.pop(_WRONG, None):
        st.warning(error.text(view.reader.language), icon=":material/error:")
    if not slides:
        st.info(t("present.no_slides"), icon=":material/slideshow:")
        return
    left, right = st.columns([1, 3], gap="medium")
    with left:
        codes = [str(number) for number in range(1, len(slides) + 1)]
        address.choose(
            st.radio, SLIDE, t("present.slides"), codes, codes[0], lambda code: _in_list(code, slides[int(code) - 1])
        )
    with right:
        at = place(looked)
        with st.container(border=True, key="slide_preview"):
            drawing.draw(view.reader, looked.made, at, drawing.here(), taken_along=view.database.access.downloads)
        _tell_all(view, slides[at])
        if looked.mine:
            _change(view, looked, at)
        adding.offer_slide(view, looked.asked.slides[looked.made.places[at]])


def _in_list(number: str, slide: deck.MadeSlide) -> str:
    text = slide.headline
    return f"{number}\\. {plain(text if len(text) <= LONGEST_IN_LIST else text[:LONGEST_IN_LIST] + '…')}"


def _tell_all(view: View, slide: deck.MadeSlide) -> None:
    """All figures behind a slide and what its speaker has to know, as the notes in the file have them."""
    if not (slide.full or slide.notes):
        return
    with st.expander(view.reader.t("present.behind"), icon=":material/speaker_notes:"):
        if slide.full:
            show_table(view.reader, slide.full, slide.headline, tall=TALL)
        st.markdown("\n\n".join(map(small, slide.notes.splitlines())))


def _change(view: View, looked: Looked, at: int) -> None:
    """The headline, the comment and the place of a slide of one's own deck."""
    t, kept, made = view.reader.t, looked.asked.slides[at], looked.made.slides[at]
    of = f"{looked.saved.deck_id}_{looked.saved.edition}_{at}"  # new widgets for what has been changed
    with st.form(f"slide_{of}", border=False):
        st.text_input(
            t("present.headline"),
            kept.headline or "",
            key=f"headline_{of}",
            placeholder=made.generated,
            max_chars=deck.LONGEST_HEADLINE,
            help=t("present.headline_said"),
        )
        st.text_area(t("present.comment"), kept.comment, key=f"comment_{of}", max_chars=deck.LONGEST_COMMENT, height=80)
        st.form_submit_button(
            t("present.keep"), icon=":material/save:", key=f"keep_{of}", on_click=_keep, args=(looked, at, of)
        )
    last = len(looked.asked.slides) - 1
    with st.container(horizontal=True, gap="small"):
        for name, to in (("up", at - 1), ("down", at + 1)):
            st.button(
                t(f"present.move_{name}"),
                key=f"{name}_{of}",
                icon=f":material/arrow_{name}ward:",
                disabled=not 0 <= to <= last,
                on_click=_move,
                args=(looked, at, to),
            )
        st.button(
            t("present.remove"), key=f"remove_{of}", icon=":material/delete:", on_click=_remove, args=(looked, at)
        )


def _keep(looked: Looked, at: int, of: str) -> None:
    headline, comment = (_on_one_line(st.session_state[f"{name}_{of}"]) for name in ("headline", "comment"))
    changed = replace(looked.asked.slides[at], headline=headline or None, comment=comment)
    _put(looked, [*looked.asked.slides[:at], changed, *looked.asked.slides[at + 1 :]])


def _on_one_line(text: str) -> str:
    """What was typed, or pasted from elsewhere, without what is no letter: no file could keep it."""
    return " ".join("".join(letter if letter.isprintable() else " " for letter in text).split())


def _move(looked: Looked, at: int, to: int) -> None:
    slides = list(looked.asked.slides)
    slides.insert(to, slides.pop(at))
    if _put(looked, slides):
        address.take({SLIDE: _number(to)})


def _remove(looked: Looked, at: int) -> None:
    slides = [*looked.asked.slides[:at], *looked.asked.slides[at + 1 :]]
    if _put(looked, slides):
        address.take({SLIDE: _number(min(at, len(slides) - 1))})


def _number(at: int) -> str | None:
    """A slide as it stands in the address; the first is there by itself."""
    return str(at + 1) if at > 0 else None


def _put(looked: Looked, slides: Sequence[deck.Slide]) -> bool:
    try:
        SavedDecks().put(looked.saved.deck_id, who(), looked.saved.edition, slides)
    except DataAccessError as error:
        st.session_state[_WRONG] = error
        return False
    return True
