"""The deck prepared for the council's yearly sitting, as `prepared.toml` has it."""

import tomllib
from dataclasses import replace
from functools import cache
from pathlib import Path

from data_access.deck.making import is_another, requested
from data_access.deck.model import FIGURES, TABLE, Address, Deck, Slide
from data_access.question import COUNCIL
from data_access.telling.builder.asking import question_of
from data_access.telling.builder.world import World

_FILE = Path(__file__).parent / "prepared.toml"


@cache
def prepared_slides() -> tuple[Slide, ...]:
    """Its slides; the file is read once."""
    with _FILE.open("rb") as file:
        return tuple(Slide.of(one) for one in tomllib.load(file)["slides"])


def prepared_deck(year: int, audience: str = COUNCIL, world: World | None = None) -> Deck:
    """The prepared deck of a year. With a `world`, without what its visitor's role is not answered."""
    slides = prepared_slides()
    if world is not None:
        told = [_answered(slide, year, audience, world) for slide in slides]
        slides = tuple(slide for slide in told if slide is not None)
    return Deck(slides, year, audience=audience)


def _answered(slide: Slide, year: int, audience: str, world: World) -> Slide | None:
    """What is left of a slide for a visitor; None for nothing."""

    def answered(address: Address) -> bool:
        request, troubles = requested(address, year, audience, world)
        return not is_another(address, request, troubles) and world.may_ask(question_of(request, world))

    if slide.kind == FIGURES:
        figures = tuple(filter(answered, slide.figures))
        return replace(slide, figures=figures) if figures else None
    return slide if slide.kind != TABLE or answered(slide.address) else None
