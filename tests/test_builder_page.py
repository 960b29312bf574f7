"""The page of the table builder, run as a visitor would open it."""

from pathlib import Path

import pytest
import streamlit as st
from streamlit.testing.v1 import AppTest

from data_access import SavedViews
from data_access.language import texts
from pages.parts.builder import presets
from tests.infrastructure.pages import WORDS, go_to, headlines, open_page, said, sections, shown

NEEDY = {
    "m": "households_assisted",
    "rows": "month",
    "status": "needy",
    "children_in_household": "with",
    "form": "cash",
    "territory": "suntazi,taurupe",
    "period": "2023",
}


def words(key: str, language: str = "lv", **params: object) -> str:
    return texts(language, *WORDS)(key, **params)


@pytest.fixture
def full(monkeypatch: pytest.MonkeyPatch, demonstration_url: str, saved_views_file: Path) -> Path:
    """The demonstration database, and no views saved yet; where they would be."""
    monkeypatch.setenv("DATABASE_URL", demonstration_url)
    return saved_views_file


def builder(**address: str) -> AppTest:
    app = open_page("builder", **address)
    assert not [box.value for box in app.exception]
    assert not app.error
    return app


def table(app: AppTest) -> list[list[str]]:
    [found] = app.table
    frame = shown(found)
    return [list(frame.columns), *frame.to_numpy().tolist()]


def widget(app: AppTest, name: str):
    """A widget of the builder by its key; AppTest has no other way to some of them."""
    [found] = [each for each in app.main if getattr(each, "key", None) == f"builder_{name}"]
    return found


def changed(app: AppTest, name: str, value) -> AppTest:
    widget(app, name).set_value(value).run()
    assert not [box.value for box in app.exception]
    return app


# ── tables ───────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("name", presets.PRESETS)
@pytest.mark.parametrize("language", ["lv", "en"])
def test_every_question_often_asked_has_a_table_a_picture_and_files(full, name: str, language: str) -> None:
    app = builder(lang=language, **presets.PRESETS[name])
    assert not app.warning
    [section] = sections(app)
    assert section.table is not None
    assert section.chart is not None
    assert section.files == ["XLSX", "CSV"]
    assert section.headline in section.chart.proto.alt
    assert "{" not in section.headline


def test_the_headline_names_what_is_counted_when_where_and_of_whom(full) -> None:
    """The parish of Suntaži and that of Taurupe, cash only, needy with children: one sentence."""
    app = builder(**NEEDY)
    [line] = headlines(app)
    assert line.replace("\u00a0", " ") == (
        "Mājsaimniecības, kas saņēma pabalstus, pa mēnešiem 2023. gadā – naudā; trūcīga; "
        f"Suntažu pagasts un Taurupes pagasts; ar bērniem, kopā {table(app)[-1][1]}"
    )


def test_an_empty_page_begins_with_a_table(full) -> None:
    app = builder()
    assert not app.warning
    assert len(table(app)) > 20
    assert app.query_params == {}


def test_a_damaged_link_says_what_and_shows_the_rest(full) -> None:
    app = builder(m="spend", rows="teritory,form", period="2023", form="csh")
    [box] = app.warning
    assert "„territory”" in box.value.replace("\\", "")
    assert "„cash”" in box.value.replace("\\", "")
    assert [row[0] for row in table(app)[1:]] == ["Naudā", "Natūrā", "Kopā"]


# ── choosing ─────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("name", "value", "written"),
    [
        ("row", "month", {"rows": "month"}),
        ("inner", "form", {"rows": "territory,form"}),
        ("column", "status", {"col": "status"}),
        ("measures", ["payments"], {"m": "payments"}),
        ("where", [("form", "cash"), ("status", "needy")], {"form": "cash", "status": "needy"}),
        ("year", "2021", {"period": "2021"}),
        ("part", "Q2", {"period": "2023-Q2"}),
        ("compare", "year", {"compare": "year"}),
        ("share", "total", {"share": "total"}),
        ("sort", "spend", {"sort": "spend"}),
        ("top", "3", {"top": "3"}),
        ("chart", "none", {"chart": "none"}),
        ("drawn", "households_assisted", {"draw": "households_assisted"}),
    ],
)
def test_a_choice_is_in_the_address_and_the_link_opens_the_same(full, name: str, value, written: dict) -> None:
    app = changed(builder(), name, value)
    assert written.items() <= app.query_params.items()
    assert not app.warning
    by_link = builder(**app.query_params)
    assert (headlines(by_link), table(by_link)) == (headlines(app), table(app))
    assert said(by_link) == said(app)


def test_another_subject_begins_with_its_first_measure(full) -> None:
    app = changed(builder(**NEEDY), "subject", "day_centres")
    assert app.query_params["m"] == "visits"
    assert app.query_params["rows"] == "month"
    # Visits have no form, status or parish: what is lost is said.
    assert "Apmeklējumi" in app.warning[0].value


def test_a_dimension_that_a_measure_does_not_have_goes_and_is_said(full) -> None:
    app = builder(m="persons_assisted", rows="sex", period="2023")
    changed(app, "measures", ["persons_assisted", "spend"])
    assert "rows" not in app.query_params
    assert "Dzimums" in app.warning[0].value
    changed(app, "row", "form")
    assert not app.warning


def test_two_dates_are_chosen_by_their_days(full) -> None:
    app = changed(builder(), "part", "dates")
    assert app.query_params["period"] == "2023-01-01..2023-12-31"
    whole = table(builder(period="2023", m="spend,households_assisted", rows="territory"))
    assert table(app) == whole
    app.date_input(key="builder_from").set_value(app.date_input(key="builder_until").value.replace(day=1)).run()
    assert app.query_params["period"] == "2023-12-01..2023-12-31"
    assert table(app) != whole


def test_without_a_measure_the_last_one_stays(full) -> None:
    app = changed(builder(m="spend", rows="form"), "measures", [])
    assert app.query_params["m"] == "spend"


def test_the_language_stays_while_choosing(full) -> None:
    app = changed(builder(lang="en"), "row", "form")
    assert app.query_params["lang"] == "en"
    assert "In cash" in [row[0] for row in table(app)]


def test_who_comes_back_from_another_page_finds_the_table_again(full) -> None:
    app = changed(builder(), "row", "form")
    before = table(app)
    go_to(app, "benefits")
    go_to(app, "builder")
    assert table(app) == before
    assert app.query_params["rows"] == "form"
    app.button(key="builder_anew").click().run()
    assert app.query_params == {}


def test_a_row_can_be_gone_into_without_a_mouse(full) -> None:
    app = builder(m="spend", rows="territory", period="2023")
    app.menu_button(key="builder_table_deeper").set_value("0").run()
    app.button(key="deeper_only").click().run()
    assert app.query_params["territory"] == "ogre"


# ── saved views ──────────────────────────────────────────────────────────────────────────────────


def fill_in(app: AppTest, name: str, who: str = "Anna", shared: str = "shared", figures: str = "live") -> AppTest:
    changed(app, "who_views", who)
    widget(app, "name").set_value(name)
    widget(app, "for_whom").set_value(shared)
    widget(app, "which_figures").set_value(figures)
    [save] = [button for button in app.button if button.label == words("builder.save")]
    save.click().run()
    assert not [box.value for box in app.exception]
    return app


def test_a_live_view_is_saved_and_opens_its_address(full) -> None:
    app = fill_in(builder(**NEEDY), "Trūcīgie")
    assert words("builder.saved") in [box.value for box in app.success]
    [view] = SavedViews().seen_by("")
    other = builder()
    other.button(key=f"builder_open_{view.view_id}").click().run()
    assert other.query_params == NEEDY
    assert headlines(other) == headlines(builder(**NEEDY))


def test_a_frozen_view_keeps_its_figures_when_the_data_change(
    full, monkeypatch: pytest.MonkeyPatch, empty_url: str
) -> None:
    app = fill_in(builder(**NEEDY), "Gada beigās", figures="frozen")
    [view] = SavedViews().seen_by("")
    before = table(app), headlines(app)
    monkeypatch.setenv("DATABASE_URL", empty_url)
    st.cache_data.clear()
    kept = builder(saved=str(view.view_id))
    assert (table(kept), headlines(kept)) == before
    assert "Gada beigās" in said(kept)
    kept.button(key="builder_today").click().run()
    assert kept.query_params == NEEDY
    assert words("states.nothing") in [box.value for box in kept.info]


def test_a_table_goes_into_a_deck_where_views_are_saved_under_a_name(full) -> None:
    """Two places of one page ask who saves: the dialog, and the list of views below it."""
    app = builder(m="spend", rows="benefit", period="2023", audience="council")
    app.button(key="builder_table_add").click().run()
    assert not [box.value for box in app.exception]
    app.text_input(key="builder_who_adding").set_value("Anna").run()
    assert not [box.value for box in app.exception]
    assert app.text_input(key="builder_who_views").value == "Anna"


def test_a_name_that_is_taken_is_said(full) -> None:
    fill_in(builder(), "Skats")
    app = fill_in(builder(**NEEDY), "Skats")
    assert [box.value for box in app.warning] == [words("errors.view_name_taken")]
    assert len(SavedViews().seen_by("Anna")) == 1


def test_only_who_saved_a_view_can_change_it(full) -> None:
    fill_in(builder(), "Skats")
    assert not [button for button in builder().button if button.key == "builder_delete_1"]
    app = changed(builder(), "who_views", "Anna")
    widget(app, "name_1").set_value("Cits")
    app.button(key="builder_rename_1").click().run()
    assert [view.name for view in SavedViews().seen_by("")] == ["Cits"]
    app.button(key="builder_delete_1").click().run()
    assert SavedViews().seen_by("Anna") == []


@pytest.mark.parametrize("number", ["7", "abc", "", "-1", "9" * 50, "²"])
def test_a_saved_view_that_is_not_there_is_said_and_the_page_works(full, number: str) -> None:
    app = builder(saved=number)
    assert words("errors.view_gone") in [box.value for box in app.warning]
    assert len(table(app)) > 20


def test_without_a_place_for_views_the_page_works(full: Path) -> None:
    full.parent.mkdir()
    full.write_bytes(b"no database" * 1000)
    app = builder()
    assert words("errors.saved_unavailable") in [box.value for box in app.info]
    assert len(table(app)) > 20
