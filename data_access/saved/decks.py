"""Decks that visitors have put together."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import (
    Boolean,
    Column,
    Connection,
    DateTime,
    Integer,
    String,
    Table,
    Text,
    UniqueConstraint,
    or_,
    select,
)

from data_access.deck.model import MOST_SLIDES, Deck, Slide, slides_as_text, slides_from_text
from data_access.errors import (
    DeckChanged,
    DeckFull,
    DeckGone,
    DeckNameTaken,
    DeckNotSaved,
    DeckUnreadable,
    DeckWithoutName,
)
from data_access.saved.place import LONGEST_NAME, LONGEST_WHO, Place, cut, folded, metadata

_decks = Table(
    "saved_decks",
    metadata,
    Column("deck_id", Integer, primary_key=True),
    Column("name", String(LONGEST_NAME), nullable=False),
    Column("name_key", String(LONGEST_NAME * 3), nullable=False),
    Column("who", String(LONGEST_WHO), nullable=False),
    Column("who_key", String(LONGEST_WHO * 3), nullable=False),
    Column("shared", Boolean, nullable=False),
    Column("slides", Text, nullable=False),
    Column("edition", Integer, nullable=False),
    Column("saved_at", DateTime, nullable=False),
    UniqueConstraint("who_key", "name_key"),
    sqlite_autoincrement=True,  # the number of a deleted deck is in links: no other deck may get it
)


@dataclass(frozen=True)
class SavedDeck:
    """A saved deck; `edition` counts its changes. It is of no year: its slides say theirs relative to one."""

    deck_id: int
    name: str
    who: str
    shared: bool
    slides: tuple[Slide, ...]
    edition: int
    saved_at: datetime

    def of(self, who: str) -> bool:
        """Whether somebody who calls himself so saved it."""
        return folded(self.who) == folded(who)

    def told(self, year: int, audience: str) -> Deck:
        """The deck of a year, as it is made for an audience."""
        return Deck(self.slides, year, self.name, audience)


class SavedDecks:
    """The saved decks. Every method raises SavedUnavailable or SavedVersion where there is nothing to talk to, and
    DeckUnreadable for slides that a later program has kept."""

    def __init__(self) -> None:
        self._place = Place(_decks, DeckNameTaken, DeckNotSaved)

    def seen_by(self, who: str) -> list[SavedDeck]:
        """Shared decks and somebody's own, by name."""
        seen = or_(_decks.c.shared, _decks.c.who_key == folded(who))
        query = select(_decks).where(seen).order_by(_decks.c.name_key, _decks.c.deck_id)
        return [_deck(row) for row in self._place.rows(query)]

    def get(self, deck_id: int, who: str) -> SavedDeck:
        """One deck. Raises DeckGone if it is not there, or is somebody else's own."""
        seen = or_(_decks.c.shared, _decks.c.who_key == folded(who))
        for row in self._place.rows(select(_decks).where(_decks.c.deck_id == deck_id, seen)):
            return _deck(row)
        raise DeckGone()

    def save(self, name: str, who: str, slides: Sequence[Slide] = (), shared: bool = False) -> int:
        """Saves a new deck and returns its number. Raises DeckWithoutName, DeckNameTaken, DeckFull, DeckNotSaved."""
        values = _named(name) | {
            "who": cut(who, LONGEST_WHO),
            "who_key": folded(cut(who, LONGEST_WHO)),
            "shared": shared,
            "edition": 1,
            **_of(slides),
        }
        if not values["who"]:
            raise DeckWithoutName()
        with self._place.writing() as connection:
            return connection.execute(_decks.insert().values(values)).inserted_primary_key[0]

    def rename(self, deck_id: int, who: str, name: str, shared: bool) -> None:
        """Gives one's own deck another name, or shows it to all or to oneself only.

        Raises DeckGone, DeckWithoutName, DeckNameTaken.
        """
        self._change(deck_id, who, _named(name) | {"shared": shared})

    def put(self, deck_id: int, who: str, edition: int, slides: Sequence[Slide]) -> None:
        """Puts slides in place of all of one's own deck. Raises DeckGone, DeckFull, and DeckChanged if the deck is no
        more of the edition in which it was read."""
        self._change(deck_id, who, _of(slides), edition)

    def add(self, deck_id: int, who: str, slide: Slide) -> None:
        """Puts a slide at the end of one's own deck. Raises DeckGone, DeckFull."""
        with self._place.writing() as connection:
            found = self._own(connection, deck_id, who)
            self._write(connection, found, _of((*found.slides, slide)))

    def delete(self, deck_id: int, who: str) -> None:
        """Deletes one's own deck. Raises DeckGone."""
        with self._place.writing() as connection:
            found = self._own(connection, deck_id, who)
            connection.execute(_decks.delete().where(_decks.c.deck_id == found.deck_id))

    def _change(self, deck_id: int, who: str, values: dict[str, Any], edition: int | None = None) -> None:
        with self._place.writing() as connection:
            found = self._own(connection, deck_id, who)
            if edition not in (None, found.edition):
                raise DeckChanged()
            self._write(connection, found, values)

    @staticmethod
    def _own(connection: Connection, deck_id: int, who: str) -> SavedDeck:
        """One's own deck, which nobody else changes until the transaction ends."""
        chosen = (_decks.c.deck_id == deck_id, _decks.c.who_key == folded(who))
        for row in connection.execute(select(_decks).where(*chosen).with_for_update()):
            return _deck(row)
        raise DeckGone()

    @staticmethod
    def _write(connection: Connection, found: SavedDeck, values: dict[str, Any]) -> None:
        chosen = _decks.update().where(_decks.c.deck_id == found.deck_id)
        connection.execute(chosen.values(values | {"edition": found.edition + 1}))


def _named(name: str) -> dict[str, str]:
    short = cut(name, LONGEST_NAME)
    if not short:
        raise DeckWithoutName()
    return {"name": short, "name_key": folded(short)}


def _of(slides: Sequence[Slide]) -> dict[str, Any]:
    if len(slides) > MOST_SLIDES:
        raise DeckFull(most=MOST_SLIDES)
    return {"slides": slides_as_text(slides), "saved_at": datetime.now(UTC).replace(tzinfo=None, microsecond=0)}


def _deck(row) -> SavedDeck:
    values = dict(row._mapping)
    try:
        slides = slides_from_text(values["slides"])
    except ValueError as error:
        raise DeckUnreadable() from error
    kept = {name: values[name] for name in SavedDeck.__dataclass_fields__ if name != "slides"}
    return SavedDeck(slides=slides, **kept)
