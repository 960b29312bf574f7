"""Saved decks: who sees and changes them, what two sessions do to each other, and a database from before there were
any."""

import threading

import pytest
from sqlalchemy import create_engine, text

from data_access import DataAccessError, SavedDecks, SavedViews
from data_access.deck.model import MOST_SLIDES, Slide
from data_access.errors import (
    DeckChanged,
    DeckFull,
    DeckGone,
    DeckNameTaken,
    DeckNotSaved,
    DeckUnreadable,
    DeckWithoutName,
    SavedVersion,
)

TITLE = Slide("title")
SPEND = Slide(address={"m": "spend", "rows": "benefit", "period": "{year}"}, headline="Mūsu virsraksts")
VISITS = Slide(address={"m": "visits", "rows": "branch", "period": "{year-1}"}, comment="Jautās!", chart="bars")

# What version 1 of the program made.
BEFORE_DECKS = """\
CREATE TABLE dashboard_version (version INTEGER NOT NULL PRIMARY KEY);
INSERT INTO dashboard_version VALUES (1);
CREATE TABLE saved_views (
    view_id INTEGER PRIMARY KEY, name VARCHAR(100) NOT NULL, name_key VARCHAR(300) NOT NULL,
    description VARCHAR(500) NOT NULL, who VARCHAR(80) NOT NULL, who_key VARCHAR(240) NOT NULL, shared BOOLEAN NOT NULL,
    address TEXT NOT NULL, saved_at TIMESTAMP NOT NULL, figures TEXT, UNIQUE (who_key, name_key));
INSERT INTO saved_views VALUES
    (7, 'Sens', 'sens', '', 'Anna', 'anna', true, '{"m": "spend"}', '2026-01-02 03:04:05.000000', NULL)
"""


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)])
def url(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> str:
    if request.param == "sqlite":
        path = request.getfixturevalue("saved_views_file")
        path.parent.mkdir()
        return f"sqlite:///{path}"
    server = request.getfixturevalue("postgres_server")
    made = server.create_database(f"decks_{abs(hash(request.node.name)) % 10**9}")
    monkeypatch.setenv("DASHBOARD_DATABASE_URL", made)
    return made


def before_decks(url: str) -> None:
    engine = create_engine(url)
    with engine.begin() as connection:
        for statement in BEFORE_DECKS.split(";\n"):
            connection.execute(text(statement))
    engine.dispose()


def execute(url: str, statement: str) -> None:
    engine = create_engine(url)
    with engine.begin() as connection:
        connection.execute(text(statement))
    engine.dispose()


def names(who: str) -> list[str]:
    return [deck.name for deck in SavedDecks().seen_by(who)]


def test_a_deck_is_saved_filled_arranged_renamed_and_deleted(url: str) -> None:
    decks = SavedDecks()
    assert decks.seen_by("Anna") == []
    number = decks.save("Sēdei", "Anna", [TITLE])
    decks.add(number, "Anna", SPEND)
    decks.add(number, "Anna", VISITS)
    deck = decks.get(number, "Anna")
    assert (deck.name, deck.who, deck.shared) == ("Sēdei", "Anna", False)
    assert deck.slides == (TITLE, SPEND, VISITS)
    decks.put(number, "Anna", deck.edition, [VISITS, TITLE])
    decks.rename(number, "Anna", "Pavasarim", shared=True)
    [deck] = decks.seen_by("Berta")
    assert (deck.name, deck.slides, deck.shared) == ("Pavasarim", (VISITS, TITLE), True)
    decks.delete(number, "Anna")
    assert decks.seen_by("Anna") == []
    with pytest.raises(DeckGone):
        decks.get(number, "Anna")


def test_somebody_elses_deck_is_changed_by_nobody(url: str) -> None:
    decks = SavedDecks()
    own = decks.save("Mana", "Anna", [TITLE])
    shared = decks.save("Mūsu", "Anna", [TITLE], shared=True)
    assert (names("Berta"), names(" anna ")) == (["Mūsu"], ["Mana", "Mūsu"])
    with pytest.raises(DeckGone):
        decks.get(own, "Berta")
    for change in (
        lambda: decks.add(shared, "Berta", SPEND),
        lambda: decks.put(shared, "Berta", 1, []),
        lambda: decks.rename(shared, "Berta", "Cita", True),
        lambda: decks.delete(shared, "Berta"),
    ):
        with pytest.raises(DeckGone):
            change()
    assert decks.get(shared, "Berta").slides == (TITLE,)


def test_what_was_done_elsewhere_meanwhile_is_not_undone(url: str) -> None:
    """A chart is added on another page while the deck lies open."""
    decks = SavedDecks()
    number = decks.save("Sēdei", "Anna", [TITLE, SPEND])
    open_deck = decks.get(number, "Anna")
    decks.add(number, "Anna", VISITS)
    with pytest.raises(DeckChanged, match="mainīta citur"):
        decks.put(number, "Anna", open_deck.edition, [SPEND, TITLE])
    assert decks.get(number, "Anna").slides == (TITLE, SPEND, VISITS)


def test_a_deck_needs_a_name_of_its_own_and_somebody(url: str) -> None:
    decks = SavedDecks()
    number = decks.save("Sēdei", "Anna")
    for name, who in (("", "Anna"), (" \n", "Anna"), ("Cita", " ")):
        with pytest.raises(DeckWithoutName):
            decks.save(name, who)
    with pytest.raises(DeckNameTaken):
        decks.save(" SĒDEI", "anna")
    decks.save("Sēdei", "Berta")
    other = decks.save("Cita", "Anna")
    with pytest.raises(DeckNameTaken):
        decks.rename(other, "Anna", "sēdei", False)
    with pytest.raises(DeckWithoutName):
        decks.rename(number, "Anna", " ", False)
    decks.delete(other, "Anna")
    assert decks.save("Nākamā", "Anna") not in (number, other), "a number stands in links"


def test_a_deck_has_only_so_many_slides(url: str) -> None:
    decks = SavedDecks()
    number = decks.save("Sēdei", "Anna", [TITLE] * (MOST_SLIDES - 1))
    decks.add(number, "Anna", SPEND)
    with pytest.raises(DeckFull, match=str(MOST_SLIDES)):
        decks.add(number, "Anna", VISITS)
    with pytest.raises(DeckFull):
        decks.save("Cita", "Anna", [TITLE] * (MOST_SLIDES + 1))


def test_slides_that_cannot_be_read_get_a_sentence(url: str) -> None:
    SavedDecks().save("Sēdei", "Anna", [TITLE])
    execute(url, """UPDATE saved_decks SET slides = '[{"kind": "hologram"}]'""")
    with pytest.raises(DeckUnreadable, match="vairs nevar parādīt"):
        SavedDecks().seen_by("Anna")


# ── a database from before there were decks ──────────────────────────────────────────────────────


def test_views_of_an_earlier_version_are_read_and_nothing_is_written_by_looking(url: str) -> None:
    before_decks(url)
    assert [view.name for view in SavedViews().seen_by("Anna")] == ["Sens"]
    assert SavedDecks().seen_by("Anna") == []
    with pytest.raises(DeckGone):
        SavedDecks().get(1, "Anna")
    engine = create_engine(url)
    with engine.connect() as connection:
        assert connection.scalar(text("SELECT version FROM dashboard_version")) == 1
    engine.dispose()


def test_sessions_that_save_at_once_bring_an_earlier_version_up_to_date(url: str) -> None:
    before_decks(url)
    together, troubles = threading.Barrier(4), []

    def save(number: int) -> None:
        together.wait()
        try:
            SavedDecks().save(f"Prezentācija {number}", "Anna", [SPEND])
        except DataAccessError as error:
            troubles.append(error)

    threads = [threading.Thread(target=save, args=(number,)) for number in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert troubles == []
    assert len(names("Anna")) == 4
    [view] = SavedViews().seen_by("Anna")
    assert (view.view_id, view.name, view.address) == (7, "Sens", {"m": "spend"})
    SavedViews().rename(7, "Anna", "Vēl sens", "")
    assert [view.name for view in SavedViews().seen_by("")] == ["Vēl sens"]


def test_a_later_version_is_left_alone(url: str) -> None:
    SavedDecks().save("Sēdei", "Anna", [TITLE])
    execute(url, "UPDATE dashboard_version SET version = 3")
    for saving in (lambda: SavedDecks().seen_by("Anna"), lambda: SavedDecks().save("Cita", "Anna")):
        with pytest.raises(SavedVersion, match="3"):
            saving()


def test_a_place_that_cannot_be_written_gets_a_sentence(saved_views_file) -> None:
    saved_views_file.parent.write_text("a file where the folder should be")
    with pytest.raises(DeckNotSaved, match="neizdevās saglabāt"):
        SavedDecks().save("Sēdei", "Anna")
