"""Saved views: who sees them, what two sessions do to each other, what is kept, and what is said when nothing is."""

import sqlite3
import threading
from datetime import date, datetime
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from data_access import DataAccessError, SavedViews, open_database
from data_access.errors import (
    SavedElsewhere,
    SavedUnavailable,
    SavedVersion,
    ViewGone,
    ViewNameTaken,
    ViewNotSaved,
    ViewWithoutName,
)
from data_access.telling.builder import asking, freezing, making
from data_access.telling.builder.world import World
from data_access.telling.reader import Reader
from tests.infrastructure.builder import understood

ADDRESS = {"m": "spend", "rows": "territory", "period": "2023"}


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)])
def views(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> SavedViews:
    if request.param == "sqlite":
        request.getfixturevalue("saved_views_file")
    else:
        server = request.getfixturevalue("postgres_server")
        name = f"views_{abs(hash(request.node.name)) % 10**9}"
        monkeypatch.setenv("DASHBOARD_DATABASE_URL", server.create_database(name))
    return SavedViews()


def names(found) -> list[str]:
    return [view.name for view in found]


def test_a_view_is_saved_listed_renamed_and_deleted(views: SavedViews) -> None:
    assert views.seen_by("Anna") == []
    number = views.save("Pabalsti", "Anna", ADDRESS, "Pa pagastiem", shared=True)
    [view] = views.seen_by("Anna")
    assert (view.view_id, view.name, view.description, view.who) == (number, "Pabalsti", "Pa pagastiem", "Anna")
    assert (view.address, view.shared, view.frozen) == (ADDRESS, True, False)
    views.rename(number, "Anna", "Izmaksas", "")
    assert names(views.seen_by("Anna")) == ["Izmaksas"]
    views.delete(number, "Anna")
    assert views.seen_by("Anna") == []
    with pytest.raises(ViewGone):
        views.get(number, "Anna")


def test_somebodys_own_view_is_seen_and_changed_by_nobody_else(views: SavedViews) -> None:
    own = views.save("Mans", "Anna", ADDRESS)
    shared = views.save("Mūsu", "Anna", ADDRESS, shared=True)
    assert names(views.seen_by("Berta")) == ["Mūsu"]
    assert names(views.seen_by("")) == ["Mūsu"]
    assert names(views.seen_by(" anna ")) == ["Mans", "Mūsu"]
    with pytest.raises(ViewGone):
        views.get(own, "Berta")
    for change in (lambda: views.delete(shared, "Berta"), lambda: views.rename(shared, "Berta", "Cits", "")):
        with pytest.raises(ViewGone):
            change()
    assert names(views.seen_by("Berta")) == ["Mūsu"]


def test_a_name_is_taken_once_by_each(views: SavedViews) -> None:
    number = views.save("Skats", "Anna", ADDRESS)
    views.save("Skats", "Berta", ADDRESS)
    other = views.save("Cits", "Anna", ADDRESS)
    with pytest.raises(ViewNameTaken):
        views.save(" SKATS ", "anna", ADDRESS)
    with pytest.raises(ViewNameTaken):
        views.rename(other, "Anna", "skats", "")
    views.rename(number, "Anna", "Skats", "tas pats nosaukums, cits apraksts")
    assert names(views.seen_by("Anna")) == ["Cits", "Skats"]


@pytest.mark.parametrize(("name", "who"), [("", "Anna"), ("  ", "Anna"), ("Skats", ""), ("Skats", "\n\t")])
def test_a_view_needs_a_name_and_somebody(views: SavedViews, name: str, who: str) -> None:
    with pytest.raises(ViewWithoutName):
        views.save(name, who, ADDRESS)
    assert views.seen_by(who) == []


def test_the_number_of_a_deleted_view_is_not_given_again(views: SavedViews) -> None:
    """It stands in links."""
    first = views.save("Skats", "Anna", ADDRESS, shared=True)
    views.delete(first, "Anna")
    assert views.save("Cits", "Anna", ADDRESS, shared=True) != first


def test_long_and_odd_texts_are_cut_and_kept_on_one_line(views: SavedViews) -> None:
    views.save("š" * 500 + "\n", "A\nb", ADDRESS, "x\x00y\r\n" * 1000, shared=True)
    [view] = views.seen_by("A b")
    assert view.name == "š" * 100
    assert view.who == "A b"
    assert len(view.description) <= 500
    assert view.description.startswith("x y x y")


def test_many_sessions_save_at_once(views: SavedViews) -> None:
    """Also at the very first, when the tables are made."""
    together = threading.Barrier(6)
    troubles = []

    def save(who: str) -> None:
        together.wait()
        for number in range(5):
            try:
                SavedViews().save(f"Skats {number}", who, ADDRESS, shared=True)
            except DataAccessError as error:
                troubles.append(error)

    threads = [threading.Thread(target=save, args=(f"Kāds {number}",)) for number in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert troubles == []
    assert len(views.seen_by("")) == 30


# ── where nothing can be kept ────────────────────────────────────────────────────────────────────


def test_looking_writes_nothing(saved_views_file: Path) -> None:
    assert SavedViews().seen_by("Anna") == []
    with pytest.raises(ViewGone):
        SavedViews().get(1, "Anna")
    assert not saved_views_file.parent.exists()


def test_a_place_that_cannot_be_written_gets_a_sentence(saved_views_file: Path) -> None:
    saved_views_file.parent.write_text("a file where the folder should be")
    assert SavedViews().seen_by("Anna") == []
    with pytest.raises(ViewNotSaved, match="neizdevās saglabāt"):
        SavedViews().save("Skats", "Anna", ADDRESS)


def test_a_database_that_may_only_be_read_is_read(saved_views_file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    SavedViews().save("Skats", "Anna", ADDRESS, shared=True)
    connect = sqlite3.connect

    def for_reading(database, *args, **options):
        return connect(f"file:{database}?mode=ro", *args, uri=True, **options)

    monkeypatch.setattr("sqlite3.dbapi2.connect", for_reading)
    monkeypatch.setattr("sqlite3.connect", for_reading)
    monkeypatch.setenv("DASHBOARD_DATABASE_URL", f"sqlite:///{saved_views_file.parent}/./{saved_views_file.name}")
    assert names(SavedViews().seen_by("")) == ["Skats"]
    with pytest.raises(ViewNotSaved):
        SavedViews().save("Cits", "Anna", ADDRESS)
    with pytest.raises(ViewNotSaved):
        SavedViews().delete(1, "Anna")


def test_a_file_that_is_no_database_gets_a_sentence(saved_views_file: Path) -> None:
    saved_views_file.parent.mkdir()
    saved_views_file.write_bytes(b"no database" * 1000)
    with pytest.raises(SavedUnavailable):
        SavedViews().seen_by("Anna")
    with pytest.raises(ViewNotSaved):
        SavedViews().save("Skats", "Anna", ADDRESS)


def test_views_of_another_version_get_a_sentence(saved_views_file: Path) -> None:
    SavedViews().save("Skats", "Anna", ADDRESS)
    connection = sqlite3.connect(saved_views_file)
    with connection:
        connection.execute("UPDATE dashboard_version SET version = 99")
    connection.close()
    with pytest.raises(SavedVersion, match="99"):
        SavedViews().seen_by("Anna")
    with pytest.raises(SavedVersion, match="99"):
        SavedViews().save("Cits", "Anna", ADDRESS)


@pytest.mark.parametrize("url", ["duckdb:////tmp/x.duckdb", "nonsense", "mysql://localhost/x"])
def test_an_address_of_another_kind_is_refused(monkeypatch: pytest.MonkeyPatch, url: str) -> None:
    monkeypatch.setenv("DASHBOARD_DATABASE_URL", url)
    with pytest.raises(SavedElsewhere):
        SavedViews()


def test_the_case_database_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DATABASE_URL", "postgresql+psycopg://reader:a@db.example/cases")
    monkeypatch.setenv("DASHBOARD_DATABASE_URL", "postgresql+psycopg://owner:b@db.example/cases")
    with pytest.raises(SavedElsewhere, match="nedrīkst būt lietu datubāze"):
        SavedViews()
    monkeypatch.setenv("DASHBOARD_DATABASE_URL", "postgresql+psycopg://owner:b@db.example/dashboard")
    SavedViews()


# ── kept figures ─────────────────────────────────────────────────────────────────────────────────

KEPT = [
    {"m": "spend,households_assisted", "rows": "territory,form", "period": "2023"},
    {"m": "spend", "rows": "benefit", "period": "2023", "compare": "year", "share": ""},
    {"m": "households_assisted", "rows": "year", "col": "status", "period": "all"},
    {"m": "missed_share", "period": "2023"},
]


@pytest.mark.parametrize("address", KEPT, ids=lambda address: f"{address['m']} {address.get('rows', '')}")
def test_kept_figures_make_the_same_table(demonstration_url: str, address: dict[str, str]) -> None:
    database = open_database(demonstration_url)
    world, reader = World.of(database), Reader(database.vocabulary, "lv")
    request = understood(address, world)
    answered = asking.ask(request, database, world, database.ask)
    back = freezing.thawed(freezing.frozen(answered), request)
    assert making.make(reader, request, back).table == making.make(reader, request, answered).table
    assert [note.text("en") for note in back.notes] == [note.text("en") for note in answered.notes]
    assert (back.as_of, back.period, back.before) == (answered.as_of, answered.period, answered.before)
    assert isinstance(back.as_of.loaded_at, datetime)
    assert type(back.as_of.data_until) is date


def test_kept_figures_of_another_table_are_not_told_as_this_one(demonstration_url: str) -> None:
    database = open_database(demonstration_url)
    world = World.of(database)
    request = understood(KEPT[0], world)
    text = freezing.frozen(asking.ask(request, database, world, database.ask))
    for other in ({"m": "payments", "rows": "territory,form"}, {"m": "spend", "rows": "form,territory"}):
        with pytest.raises(freezing.Unreadable):
            freezing.thawed(text, understood(other, world))


@settings(max_examples=100, deadline=None)
@given(text=st.one_of(st.text(max_size=40), st.sampled_from(["null", "[]", "{}", '{"columns": 1}', "NaN"])))
def test_damaged_figures_get_a_sentence(demonstration_url: str, text: str) -> None:
    request = understood({"m": "spend"}, World.of(open_database(demonstration_url)))
    with pytest.raises(freezing.Unreadable):
        freezing.thawed(text, request)
