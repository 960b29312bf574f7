"""The deck that is looked at: which one, of which year, for whom; made once for each state of what it is made from."""

from dataclasses import dataclass
from typing import Any

import streamlit as st

from data_access import Answer, DataAccessError, Question, SavedDeck, SavedDecks, deck
from data_access.telling.builder.world import World
from pages.parts import address
from pages.parts.answers import remember
from pages.parts.builder.saving import who
from pages.parts.filters import View
from pages.parts.patience import Steps, work_on

PREPARED = "prepared"
DECK, SLIDE = "deck", "slide"  # in an address: the number of a saved deck, that of a slide from 1
_MADE = "made_deck"  # (what it was made from, what was made)


@dataclass(frozen=True)
class Looked:
    """A deck that is looked at: as it is kept (None: the prepared one), as it is asked, and made."""

    saved: SavedDeck | None
    asked: deck.Deck
    made: deck.MadeDeck

    @property
    def mine(self) -> bool:
        """Whether the visitor may change it."""
        return self.saved is not None and self.saved.of(who())


def saved_decks(language: str) -> list[SavedDeck]:
    """The decks that the visitor sees; none where they cannot be read, which is then said."""
    try:
        return SavedDecks().seen_by(who())
    except DataAccessError as error:
        st.info(error.text(language), icon=":material/bookmark_remove:")
        return []


def look(view: View, saved: SavedDeck | None) -> Looked:
    """A saved deck, or the prepared one, made of the chosen year for the chosen audience, with its progress shown.

    Raises what `make_deck` and `work_on` raise.
    """
    year, audience = view.year, view.audience
    asked = saved.told(year, audience) if saved else deck.prepared_deck(year, audience, World.of(view.database))
    return Looked(saved, asked, _made(view, asked))


def _made(view: View, asked: deck.Deck) -> deck.MadeDeck:
    # What a visitor is told depends on her access, so that what was made before it changed is never shown again.
    source: tuple[Any, ...] = (view.database.version, view.database.access, view.reader.language, asked)
    before, made = st.session_state.get(_MADE, (None, None))
    if before == source:
        return made
    t = view.reader.t

    def answer(question: Question) -> Answer:
        return view.database.ask(question, remember)

    def make(steps: Steps) -> deck.MadeDeck:
        return deck.make_deck(view.database, view.reader, asked, answer, steps, view.database.require_kept)

    def words(done: int, of: int) -> str:
        return t("present.making_slide", done=done, of=of) if done else t("present.making")

    made = work_on(make, words)
    st.session_state[_MADE] = (source, made)
    return made


def opened(language: str) -> SavedDeck | None:
    """The saved deck that the address names; None for the prepared one, and where there is none, which is then said.

    On the stage that raises DeckGone and the errors of saving: another deck must not be shown there in its place.
    """
    number = address.kept(DECK) or PREPARED
    if number == PREPARED:
        return None
    try:
        # A number that is none names no deck; nor does one that no database could have given.
        return SavedDecks().get(int(number) if number.isdecimal() and len(number) < 10 else -1, who())
    except DataAccessError as error:
        if address.on_stage():
            raise
        address.forget([DECK])
        st.warning(error.text(language), icon=":material/error:")
        return None


def place(looked: Looked) -> int:
    """Which slide is looked at, from 0: what is none is the first or the last."""
    return min(max(number_of(address.kept(SLIDE)), 1), max(len(looked.made.slides), 1)) - 1


def number_of(text: str | None) -> int:
    """The number of a slide as it stands in an address; what is none is the first."""
    return int(text) if text and text.isdecimal() and len(text) < 4 else 1
