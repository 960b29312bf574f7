"""Decks: slides that ask what the table builder asks, made once as a model that page, PPTX and PDF draw."""

from data_access.deck.making import SlideMaker, make_deck
from data_access.deck.model import Deck, MadeDeck, MadeSlide, Slide
from data_access.deck.pdf import as_pdf
from data_access.deck.powerpoint import as_pptx
from data_access.deck.prepared import prepared_deck

__all__ = ["Deck", "MadeDeck", "MadeSlide", "Slide", "SlideMaker", "as_pdf", "as_pptx", "make_deck", "prepared_deck"]
