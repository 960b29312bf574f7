"""What visitors have saved: views of the table builder and decks, in a small database of the dashboard's own."""

from data_access.saved.decks import SavedDeck, SavedDecks
from data_access.saved.views import SavedView, SavedViews

__all__ = ["SavedDeck", "SavedDecks", "SavedView", "SavedViews"]
