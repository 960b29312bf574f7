"""“Pievienot prezentācijai”: a chart of any page becomes a slide of one's own deck."""

from collections.abc import Mapping
from dataclasses import replace

import streamlit as st

from data_access import DataAccessError, SavedDeck, SavedDecks, SavedView, deck
from data_access.telling.builder.drilling import only
from data_access.telling.builder.reading import read
from data_access.telling.builder.request import AUDIENCE, Request, address_of
from data_access.telling.builder.world import World
from pages.entrance import visitor
from pages.parts import address
from pages.parts.builder.saving import ask_who, day_kept, who
from pages.parts.filters import View
from pages.parts.going_deeper import Ways
from pages.parts.markdown import plain
from pages.parts.presenting.looking import DECK, SLIDE, saved_decks

PAGE, PRESENTATION_PAGE = "presentation", "statistics/presentation.py"  # as seen from pages/app.py
NEW = "new"
COARSER = {"benefit": "benefit_group", "branch": "centre"}


def offer(view: View, section: str, ways: Ways) -> None:
    """The button under a section of a page: what its figures were taken from becomes a slide."""
    if view.database.access.opens(PAGE):
        _offer(view, f"{view.page}_{section}", lambda: _slide_of(view, ways))


def offer_slide(view: View, slide: deck.Slide) -> None:
    """The button under a slide: it is put into another deck as it is."""
    _offer(view, "presentation_slide", lambda: slide)


def offer_kept(view: View, saved: SavedView) -> None:
    """The button under a saved view with kept figures: its slide has these, of whatever year the deck is."""
    if view.database.access.opens(PAGE):
        day = day_kept(saved).isoformat()
        slide = deck.Slide(address=saved.address, frozen=saved.figures, frozen_on=day)
        _offer(view, f"{view.page}_kept", lambda: slide)


def _offer(view: View, name: str, slide_of) -> None:
    pressed = st.button(
        view.reader.t("present.add"), key=f"{name}_add", icon=":material/add_to_queue:", type="tertiary"
    )
    if pressed:
        ask = st.dialog(view.reader.t("present.add"), icon=":material/add_to_queue:")
        ask(_ask)(view, name, slide_of)


def _ask(view: View, name: str, slide_of) -> None:
    """Which deck: one of one's own, or a new one."""
    t, reader = view.reader.t, view.reader
    if not visitor.current().who:
        ask_who(reader, "adding")
    mine = {str(one.deck_id): one for one in saved_decks(reader.language) if one.of(who())}
    chosen = st.selectbox(
        t("present.deck"),
        [*mine, NEW],
        format_func=lambda code: t("present.new") if code == NEW else mine[code].name,
        key=f"{name}_deck",
    )
    called = st.text_input(t("present.name"), key=f"{name}_name", max_chars=deck.LONGEST_NAME) if chosen == NEW else ""
    if not st.button(t("present.add_now"), key=f"{name}_now", type="primary", icon=":material/add:"):
        return
    try:
        number, count = _add(view, mine.get(chosen), called, slide_of)
    except DataAccessError as error:
        st.warning(error.text(reader.language), icon=":material/error:")
        return
    st.success(t("present.added", name=plain(mine[chosen].name if chosen in mine else called)), icon=":material/check:")
    choices = address.of_the_visit({DECK: str(number), SLIDE: str(count)})
    st.page_link(PRESENTATION_PAGE, label=t("present.go"), icon=":material/slideshow:", query_params=choices)


def _add(view: View, to: SavedDeck | None, called: str, slide_of) -> tuple[int, int]:
    """The number of the deck and how many slides it has now. Raises the errors of saving."""
    if to is None:
        return SavedDecks().save(called, who(), [slide_of()]), 1
    SavedDecks().add(to.deck_id, who(), slide_of())
    return to.deck_id, len(to.slides) + 1


def _slide_of(view: View, ways: Ways) -> deck.Slide:
    """What a section shows as a slide: one table, or the large figures of several.

    Its years are relative to the one that is chosen on all pages, so that the slide first shows what is seen here.
    """
    chosen, years = address.kept("year"), view.database.years
    year = int(chosen) if chosen in map(str, years) else World.of(view.database).newest(view.audience)
    if not ways.places:
        return deck.Slide(address=deck.relative(_address(view, ways.request), year))
    figures = [
        _figure(view, only(place.request, place.codes, ways.periods)) for place in ways.places[: deck.MOST_FIGURES]
    ]
    return deck.Slide(deck.FIGURES, figures=tuple(deck.relative(one, year) for one in figures))


def _figure(view: View, request: Request) -> Mapping[str, str]:
    return _address(view, replace(request, rows=(), column=None))


def _address(view: View, request: Request) -> dict[str, str]:
    """A request as the builder would have it, for whomever the deck will be."""
    # A split by groups and by what is in them is, on a slide, one by what is in them.
    rows = tuple(name for name in request.rows if name not in map(COARSER.get, request.rows))
    mended, _ = read(address_of(replace(request, rows=rows)), World.of(view.database))
    return {name: text for name, text in address_of(mended).items() if name != AUDIENCE}
