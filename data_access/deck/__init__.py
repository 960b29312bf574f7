"""Decks: slides that ask what the table builder asks, made once as a model that page, PPTX and PDF draw."""

from data_access.deck.files import as_pdf, as_pptx
from data_access.deck.making import SlideMaker, make_deck
from data_access.deck.measuring import lines
from data_access.deck.model import (
    FIGURES,
    LONGEST_COMMENT,
    LONGEST_HEADLINE,
    LONGEST_NAME,
    MOST_FIGURES,
    Chart,
    Deck,
    KeyFigure,
    MadeDeck,
    MadeSlide,
    Series,
    Slide,
    SmallTable,
    relative,
)
from data_access.deck.prepared import prepared_deck

__all__ = [
    "FIGURES",
    "LONGEST_COMMENT",
    "LONGEST_HEADLINE",
    "LONGEST_NAME",
    "MOST_FIGURES",
    "Chart",
    "Deck",
    "KeyFigure",
    "MadeDeck",
    "MadeSlide",
    "Series",
    "Slide",
    "SlideMaker",
    "SmallTable",
    "as_pdf",
    "as_pptx",
    "lines",
    "make_deck",
    "prepared_deck",
    "relative",
]
