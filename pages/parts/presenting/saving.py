"""Which deck is looked at, and what may be done with it as a whole: a copy, another name, for whom, deletion."""

from collections.abc import Callable

import streamlit as st

from data_access import DataAccessError, SavedDecks, deck
from pages.entrance import visitor
from pages.parts import address
from pages.parts.builder.saving import OWN, SHARED, ask_who, who
from pages.parts.filters import View
from pages.parts.presenting.looking import DECK, PREPARED, SLIDE, Looked, saved_decks

_DONE = "presentation_done"  # what became of the last thing done: the key of a sentence, or an error


def choose(view: View) -> None:
    """The choice of a deck: the prepared one, or one that was saved."""
    t = view.reader.t
    names = {PREPARED: t("present.prepared")}
    for one in saved_decks(view.reader.language):
        mine = one.of(who())
        names[str(one.deck_id)] = one.name if mine else t("present.of", name=one.name, who=one.who)
    if len(names) > 1:
        address.choose(st.selectbox, DECK, t("present.deck"), tuple(names), PREPARED, names.__getitem__, width=480)


def show(view: View, looked: Looked) -> None:
    """A copy of the deck under a name; of one's own also another name, for whom it is, and its deletion."""
    t, done = view.reader.t, st.session_state.pop(_DONE, None)
    if isinstance(done, DataAccessError):
        st.warning(done.text(view.reader.language), icon=":material/error:")
    elif done:
        st.success(t(f"present.done_{done}"), icon=":material/check:")
    of = str(looked.saved.deck_id) if looked.saved else PREPARED
    with st.expander(t("present.own"), icon=":material/folder_copy:", expanded=isinstance(done, DataAccessError)):
        if not visitor.current().who:
            ask_who(view.reader, "deck")
        if looked.mine:
            with st.form(f"deck_{of}", border=False):
                st.text_input(t("present.name"), looked.saved.name, key=f"deck_name_{of}", max_chars=deck.LONGEST_NAME)
                _for_whom(t, f"deck_for_{of}", SHARED if looked.saved.shared else OWN)
                st.form_submit_button(t("present.keep"), icon=":material/save:", on_click=_rename, args=(looked, of))
            icon = ":material/delete:"
            st.button(t("present.delete"), key=f"deck_delete_{of}", icon=icon, on_click=_delete, args=(looked,))
            st.divider()
        with st.form(f"copy_{of}", border=False):
            st.markdown(t("present.copy_said"))
            st.text_input(t("present.copy_name"), key=f"copy_name_{of}", max_chars=deck.LONGEST_NAME)
            _for_whom(t, f"copy_for_{of}", OWN)
            st.form_submit_button(t("present.copy"), icon=":material/content_copy:", on_click=_copy, args=(looked, of))


def _for_whom(t, key: str, chosen: str) -> None:
    codes = (OWN, SHARED)
    st.radio(
        t("builder.for_whom"),
        codes,
        codes.index(chosen),
        key=key,
        format_func=lambda code: t(f"builder.for_{code}"),
        horizontal=True,
    )


def _copy(looked: Looked, of: str) -> None:
    name, shared = st.session_state[f"copy_name_{of}"], st.session_state[f"copy_for_{of}"] == SHARED

    def copy() -> None:
        number = SavedDecks().save(name, who(), looked.asked.slides, shared)
        address.take({DECK: str(number), SLIDE: None})

    _do("copied", copy)


def _rename(looked: Looked, of: str) -> None:
    name, shared = st.session_state[f"deck_name_{of}"], st.session_state[f"deck_for_{of}"] == SHARED
    _do("renamed", lambda: SavedDecks().rename(looked.saved.deck_id, who(), name, shared))


def _delete(looked: Looked) -> None:
    def delete() -> None:
        SavedDecks().delete(looked.saved.deck_id, who())
        address.take({DECK: None, SLIDE: None})

    _do("deleted", delete)


def _do(done: str, action: Callable[[], None]) -> None:
    """Does something and remembers what is to be said about it."""
    try:
        action()
    except DataAccessError as error:
        st.session_state[_DONE] = error
    else:
        st.session_state[_DONE] = done
