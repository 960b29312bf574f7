"""The deck prepared for the council's yearly sitting, as `prepared.toml` has it."""

import tomllib
from functools import cache
from pathlib import Path

from data_access.deck.model import Deck, Slide
from data_access.question import COUNCIL

_FILE = Path(__file__).parent / "prepared.toml"


@cache
def prepared_slides() -> tuple[Slide, ...]:
    """Its slides; the file is read once."""
    with _FILE.open("rb") as file:
        return tuple(Slide.of(one) for one in tomllib.load(file)["slides"])


def prepared_deck(year: int, audience: str = COUNCIL) -> Deck:
    """The prepared deck of a year."""
    return Deck(prepared_slides(), year, audience=audience)
