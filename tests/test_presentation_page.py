"""The page of presentations: the prepared deck, one of one's own, what the council is shown, the wall."""

import io
from pathlib import Path
from urllib.parse import parse_qs

import pytest
from pptx import Presentation
from pptx.util import Inches
from streamlit.testing.v1 import AppTest

from data_access import WITHHELD, SavedDecks, SavedViews, open_database
from data_access.deck import Deck, Slide, make_deck, prepared_deck
from data_access.telling.reader import Reader
from pages.parts.charts.slide import slide
from pages.parts.presenting import adding, files
from tests.infrastructure.pages import go_to, headlines, open_page, said, shown, unescaped

WHO = "Vadītāja"
SPEND = Slide(address={"m": "spend", "rows": "benefit", "period": "{year}"})
VISITS = Slide(address={"m": "visits", "rows": "branch", "period": "{year}"}, comment="Jautās par Ciemupi.")


@pytest.fixture(autouse=True)
def own_places(monkeypatch: pytest.MonkeyPatch, demonstration_url: str, saved_views_file) -> None:
    monkeypatch.setenv("DATABASE_URL", demonstration_url)


def named(app: AppTest) -> AppTest:
    """The visitor says how she calls herself."""
    app.session_state["who"] = WHO
    return app.run()


def button(app: AppTest, label: str):
    [found] = [one for one in app.button if one.label == label]
    return found


def test_the_prepared_deck_is_listed_with_its_headlines_and_changed_by_nobody() -> None:
    app = open_page("presentation", slide="4", year="2023")
    assert not app.exception
    [slides] = [one for one in app.radio if one.label == "Slaidi"]
    made = make_deck(open_database(), Reader(open_database().vocabulary, "lv"), prepared_deck(2023, "internal"))
    assert len(slides.options) == len(made.slides) == 11
    assert headlines(app) == [made.slides[3].headline]
    assert "Iekšējai lietošanai" in said(app)
    assert "626\u00a0254,55\u00a0€" in shown(app.table[0]).to_string(), "cents stand in the table, and in the notes"
    assert "626\u00a0254,55\u00a0€" in said(app)
    assert not [one for one in app.button if one.label in ("Izņemt slaidu", "Augstāk")]


def test_a_deck_of_ones_own_is_copied_arranged_worded_and_deleted() -> None:
    app = named(open_page("presentation"))
    app.text_input(key="copy_name_prepared").set_value("Sēdei")
    button(app, "Saglabāt kopiju").click().run()
    assert "Kopija ir saglabāta" in "".join(one.value for one in app.success)
    [deck] = SavedDecks().seen_by(WHO)
    assert deck.slides == prepared_deck(2023).slides
    app.query_params["slide"] = "2"
    app.run()
    first, second = deck.slides[:2]
    button(app, "Augstāk").click().run()
    assert SavedDecks().get(deck.deck_id, WHO).slides[:2] == (second, first)
    key = f"{deck.deck_id}_2_0"
    app.text_input(key=f"headline_{key}").set_value("Gads \x07\n skaitļos")
    app.text_area(key=f"comment_{key}").set_value("Īsi.")
    [keep] = [one for one in app.button if one.label == "Saglabāt" and one.key.endswith(key)]
    keep.click().run()
    kept = SavedDecks().get(deck.deck_id, WHO).slides[0]
    assert (kept.headline, kept.comment, kept.figures) == ("Gads skaitļos", "Īsi.", second.figures)
    assert headlines(app) == ["Gads skaitļos"]
    button(app, "Izņemt slaidu").click().run()
    assert SavedDecks().get(deck.deck_id, WHO).slides == (first, *deck.slides[2:])
    button(app, "Izdzēst prezentāciju").click().run()
    assert SavedDecks().seen_by(WHO) == []
    assert not app.exception


def test_a_slide_goes_into_a_deck_where_copies_are_saved_under_a_name() -> None:
    app = open_page("presentation", year="2023")
    app.button(key="presentation_slide_add").click().run()
    assert not app.exception


def test_somebody_elses_deck_is_shown_and_not_changed() -> None:
    number = SavedDecks().save("Mūsu", "Cita", [SPEND, VISITS], shared=True)
    own = SavedDecks().save("Slēpta", "Cita", [SPEND])
    app = open_page("presentation", deck=str(number), slide="2", audience="council")
    assert not app.exception
    assert "Jautās par Ciemupi" in said(app)
    assert not [one for one in app.button if one.label == "Izņemt slaidu"]
    app = go_to(app, "presentation", deck=str(own))
    assert "Šādas prezentācijas nav" in said(app)
    app = go_to(app, "presentation", deck="1e9", slide="x")
    assert "Šādas prezentācijas nav" in said(app)
    assert len(headlines(app)) == 1, "the prepared deck stands there"
    app = open_page("presentation", deck=str(own), stage="yes")
    assert "Šādas prezentācijas nav" in said(app)
    assert not app.title, "nothing else is shown on a wall in its place"


def headlines_on_the_wall(app: AppTest) -> list[str]:
    """Texts in the letters of a headline, which on a wall are larger than on the pages."""
    return [unescaped(one.value.removeprefix("#### ")) for one in app.markdown if one.value.startswith("#### ")]


def test_on_the_wall_there_is_one_slide_and_its_keys_and_nothing_else() -> None:
    app = open_page("presentation", stage="yes", slide="99", year="2022", audience="council")
    assert not app.exception
    assert headlines_on_the_wall(app) == ["Avoti un metode"]
    assert not [*app.sidebar.children, *app.selectbox, *app.radio]
    assert "9 / 9" in said(app), "of 2022 no clients of the psychologists are published"
    app.button(key="stage_first").click().run()
    assert "2022" in unescaped(app.title[0].value)
    app.button(key="stage_year_newer").click().run()
    assert "2023" in unescaped(app.title[0].value)
    assert app.query_params["audience"] == "council", "for whom it is shown stays"
    app.button(key="stage_leave").click().run()
    assert app.title[0].value == "Prezentācija"


@pytest.fixture
def offered(monkeypatch: pytest.MonkeyPatch) -> dict[str, Slide]:
    """What each section of the page offers for a deck."""
    found = {}
    monkeypatch.setattr(adding, "_offer", lambda view, name, slide_of: found.update({name: slide_of()}))
    return found


def test_a_chart_of_a_page_becomes_a_slide_of_the_year_chosen_on_all_pages(offered: dict[str, Slide]) -> None:
    app = open_page("benefits", year="2022", part="Q1")
    assert not app.exception
    # By benefit, without the groups over them; for whomever the deck will be.
    measures = "spend,households_assisted,persons_assisted"
    assert offered["benefits_by_benefit"].address == {"m": measures, "rows": "benefit", "period": "{year}-Q1"}
    go_to(app, "builder", m="spend", rows="benefit", period="2021", compare="year", audience="council")
    address = {"m": "spend", "rows": "benefit", "period": "{year-1}", "compare": "year"}
    assert offered["builder_table"].address == address


def test_a_view_with_kept_figures_becomes_a_slide_with_them(offered: dict[str, Slide]) -> None:
    app = named(open_page("builder", m="spend", rows="benefit", period="2022"))
    app.text_input(key="builder_name").set_value("Gada beigās")
    app.radio(key="builder_which_figures").set_value("frozen")
    [save] = [one for one in app.button if one.label == "Saglabāt"]
    save.click().run()
    [view] = SavedViews().seen_by(WHO)
    go_to(app, "builder", saved=str(view.view_id))
    number = SavedDecks().save("Sēdei", WHO, [offered["builder_kept"]])
    app = go_to(app, "presentation", deck=str(number), year="2023")
    assert "2022.\u00a0gadā" in headlines(app)[0], "the figures are of their year, whatever that of the deck"
    assert "Skaitļi ir tādi, kādi tie bija" in said(app)


def test_key_figures_become_one_slide(offered: dict[str, Slide]) -> None:
    app = open_page("overview", year="2023")
    slide = offered["overview_key_figures"]
    assert (slide.kind, len(slide.figures)) == ("figures", 6)
    assert slide.figures[3] == {"m": "households_with_status", "status": "needy", "period": "{year}", "compare": "year"}
    number = SavedDecks().save("Sēdei", WHO, [slide], shared=True)
    app = go_to(app, "presentation", deck=str(number))
    assert "823" in said(app), "needy households of 2023, as published"


@pytest.mark.parametrize("audience", ["internal", "council"])
def test_charts_on_the_wall_show_the_figures_of_their_slide(audience: str) -> None:
    database = open_database()
    reader = Reader(database.vocabulary, "lv")
    for made in make_deck(database, reader, prepared_deck(2023, audience)).slides:
        if made.chart is None:
            continue
        figure = slide(reader, made.chart, 560, 28, 1150)
        drawn = [trace for trace in figure.data if trace.customdata is not None]
        assert len(drawn) == len(made.chart.series)
        for trace, series in zip(drawn, made.chart.series, strict=True):
            told = [point[1] for point in trace.customdata]
            lengths = trace.y if made.chart.kind in ("lines", "columns") else trace.x
            for value, length, text, label in zip(series.values, lengths, told, series.labels, strict=True):
                if value is WITHHELD or value is None:
                    assert text == label
                    assert length is None or abs(length) < 100
                else:
                    assert length == pytest.approx(value / (100 if made.chart.unit == "cents" else 1), abs=10)


def test_the_services_own_template_is_used(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    database = open_database()
    few = Deck((Slide("title"),), 2023)
    made = make_deck(database, Reader(database.vocabulary, "lv"), few)
    template = Presentation()
    template.slide_width = Inches(11)
    template.save(tmp_path / "own.pptx")
    monkeypatch.setenv("DECK_TEMPLATE", str(tmp_path / "own.pptx"))
    assert Presentation(io.BytesIO(files.as_pptx(made))).slide_width == Inches(11)
    monkeypatch.delenv("DECK_TEMPLATE")
    assert Presentation(io.BytesIO(files.as_pptx(made))).slide_width == Inches(13.333)


def test_decks_that_cannot_be_read_are_missed_in_a_sentence(saved_views_file: Path) -> None:
    saved_views_file.parent.mkdir()
    saved_views_file.write_bytes(b"no database" * 1000)
    app = open_page("presentation", slide="2")
    assert not app.exception
    assert "Saglabātie skati un prezentācijas pašlaik nav pieejamas" in said(app)
    assert len(headlines(app)) == 1, "the prepared deck is shown"


def test_what_was_clicked_stays_with_whom_it_was_shown_to() -> None:
    """An exact figure that was clicked must not stand on the council's wall afterwards."""
    clicked = "Ogre: 3 personas"
    for audience, stands in (("internal", True), ("council", False)):
        app = open_page("presentation", stage="yes", slide="2", year="2023", audience=audience)
        app.session_state["stage_said"] = ((prepared_deck(2023, "internal"), 1), clicked)
        assert (clicked in headlines_on_the_wall(app.run())) is stands


def test_the_way_to_the_wall_leads_to_the_slide_that_is_looked_at() -> None:
    app = open_page("presentation", year="2022", audience="council")
    [slides] = [one for one in app.radio if one.label == "Slaidi"]
    slides.set_value(slides.options[3]).run()
    [link] = app.get("link_button")
    asked = parse_qs(link.proto.url.removeprefix("?"))
    assert asked == {"audience": ["council"], "year": ["2022"], "slide": ["4"], "stage": ["yes"], "embed": ["true"]}
