"""Every role by every page and every kind of file: what is to be had is had, and nothing else, whoever presses.

What each role gives is written here by hand, from what the service has settled. All is said to a server in Streamlit's
own messages, by people who have signed in.
"""

import ast
import io
import json
import time
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from data_access import SavedDecks, SavedViews, deck, open_database
from data_access.deck.model import TITLE
from data_access.language import texts
from data_access.telling.builder import asking, freezing
from data_access.telling.builder.reading import read
from data_access.telling.builder.request import address_of
from data_access.telling.builder.world import World
from tests.infrastructure.exports import Service
from tests.infrastructure.house import House, furnished
from tests.infrastructure.pages import NAVIGATION, REPOSITORY, WORDS
from tests.infrastructure.provider import settle_people
from tests.infrastructure.views import VIEWS
from tests.infrastructure.wire import Tab

TABLE = {"xlsx", "csv"}
CHARTS = TABLE | {"picture"}  # a chart's button, with which the browser saves it
DECK = {"pptx", "pdf"}
STATISTICS = dict.fromkeys(("overview", "benefits", "households", "psychologists", "day_centres"), CHARTS)
OF_EVERY_HEAD = {"builder": CHARTS, "presentation": DECK, "method": TABLE}
TEMPLATES = {"template", "all_templates"}
EVERYTHING = STATISTICS | OF_EVERY_HEAD | {"report": TABLE | {"docx", "workbook"}, "quality": CHARTS}
# Role or department, page, what it gives to take along; from pages that are not named, nothing.
FILES = {
    "director": EVERYTHING | {"loading": TEMPLATES, "audits": {"log"}},
    "analyst": EVERYTHING,
    "clerk": {"loading": TEMPLATES},
    "councillor": STATISTICS | OF_EVERY_HEAD,
    "benefits": OF_EVERY_HEAD | {"benefits": CHARTS, "households": CHARTS},
    "psychologists": OF_EVERY_HEAD | {"psychologists": CHARTS},
    "day_centres": OF_EVERY_HEAD | {"day_centres": CHARTS},
    "saime": OF_EVERY_HEAD | {"day_centres": CHARTS},
    "nobody": {},
}
HEADS = ("benefits", "psychologists", "day_centres", "saime")
ROLES = {
    **{name: name for name in ("director", "analyst", "clerk", "councillor")},
    **{name: f'{{ role = "department_head", department = "{name}" }}' for name in HEADS},
    "fallen": "director",
}
OTHERS = [who for who in FILES if who != "director"]
COUNCIL_SAID = "Domei un sabiedrībai"
VISITS = {"m": "visits", "rows": "branch", "period": "2023"}
AREAS = {"m": "psychologist_clients", "rows": "problem_area", "period": "2023"}
FOR_COUNCIL = {"audience": "council"}
SAIME_VISITS = "6012"  # of 2023, in the annual report
# Saved by the director: what it asks, whether figures are kept, whether it is shared, who may take it along.
SAVED = {
    "live": (VISITS, False, True, {"director", "analyst", "councillor", "day_centres", "saime"}),
    "own": (VISITS, True, False, {"director"}),
    "internal": (VISITS, True, True, {"director", "analyst", "day_centres"}),
    "for_council": (VISITS | FOR_COUNCIL, True, True, {"director", "analyst", "councillor", "day_centres"}),
    "areas": (AREAS, True, True, {"director", "analyst", "psychologists"}),
}
IN_BUILDER = [who for who in FILES if "builder" in FILES[who]]
INSIDE = {"xlsx": "xl/workbook.xml", "workbook": "xl/workbook.xml", "docx": "word/document.xml"}
INSIDE["pptx"] = "ppt/presentation.xml"
LONGEST_JOB = 60  # seconds
words = texts("lv", *WORDS)


@pytest.fixture(scope="module")
def house(provider_of, demonstration_url: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    folder, server = tmp_path_factory.mktemp("by_role"), "tests.infrastructure.two_years"
    with furnished(folder, provider_of, demonstration_url, ROLES, module=server) as found:
        yield found


@pytest.fixture(scope="module")
def query(house: House) -> str:
    """What addresses have: a year, and a short deck, as the prepared one has much to be protected."""
    slides = [deck.Slide(TITLE), deck.Slide(address=VISITS | {"period": "{year}"})]
    return f"year=2023&deck={SavedDecks().save('Visiem', 'director@example.test', slides, shared=True)}"


@pytest.fixture(scope="module")
def of_director(house: House, query: str) -> Iterator[dict[str, Tab]]:
    """Every page, open on the screen of who may have every file."""
    tabs = {page: house.open("director", page, query) for page in NAVIGATION}
    yield tabs
    for tab in tabs.values():
        house.run(tab.close())


def kind(button) -> str:
    """What kind of file a button gives, by its key."""
    key = button.id.rpartition("-")[2]
    own = {"report_xlsx": "workbook", "audits_file": "log", "upload_template_all": "all_templates"}
    if key in own:
        return own[key]
    return "template" if key.startswith("upload_template_") else key.rpartition("_")[2]


def buttons(tab: Tab) -> dict[str, list]:
    """The buttons for files that a tab has, by kind."""
    found = {}
    for one in tab.told.standing().of("download_button"):
        found.setdefault(kind(one), []).append(one)
    return found


def to_take(tab: Tab) -> set[str]:
    """The kinds of files that a page gives, pictures too."""
    charts = [json.loads(one.config) for one in tab.told.standing().of("plotly_chart")]
    return {*buttons(tab), *({"picture"} if any(one["displayModeBar"] for one in charts) else ())}


def pressed(house: House, tab: Tab, button) -> tuple[str, bytes]:
    """The name and content of the file of a button; nothing where it is refused."""
    address = button.url or house.run(tab.make_file(button.deferred_file_id))
    answer = house.asked(tab.browser.who, address) if address else None
    if answer is None or answer.status_code != 200:
        return "", b""
    return answer.headers["Content-Disposition"], answer.content


def written(content: bytes) -> str:
    """All that is written in a file, without what keeps words together."""
    if content.startswith(b"PK"):
        with zipfile.ZipFile(io.BytesIO(content)) as parts:
            texts = [parts.read(name).decode("utf-8", "ignore") for name in parts.namelist()]
    else:
        texts = [content.decode("utf-8", "ignore")]
    return "".join(texts).replace("\u00a0", " ")


def is_whole(kind: str, content: bytes) -> bool:
    """Whether a file is what its kind says."""
    if kind in INSIDE:
        with zipfile.ZipFile(io.BytesIO(content)) as parts:
            return INSIDE[kind] in parts.namelist() and parts.testzip() is None
    begins = {"csv": b"\xef\xbb\xbf", "pdf": b"%PDF-", "log": b'{"', "all_templates": b"PK\x03\x04", "template": b"PK"}
    return content.startswith(begins[kind])


# ── allowed ──────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("who", FILES)
def test_a_role_takes_along_what_it_is_given_and_no_page_offers_more(house: House, query: str, who: str) -> None:
    tab, taken, offered = house.open(who, "method"), {}, {}
    for page in NAVIGATION:
        house.run(tab.go_to(page, query, by_hash=tab.pages.get(page) or tab.pages[""]))
        offered[page] = to_take(tab)
        for name, [button, *_] in buttons(tab).items():
            if name not in taken:
                taken[name] = pressed(house, tab, button)
    house.run(tab.close())
    assert offered == {page: FILES[who].get(page, set()) for page in NAVIGATION}
    assert {name for name, (_, content) in taken.items() if is_whole(name, content)} == set(taken)
    if who == "councillor":
        for name in TABLE:
            assert COUNCIL_SAID in written(taken[name][1])
        for name in DECK:
            assert "domei_un_sabiedribai" in taken[name][0]
        assert "(k) – skaitlis nav rādīts" in written(taken["pptx"][1])
    by_press = [(name, file) for event, name, file in house.access.kept("event", "who", "file") if event == "download"]
    assert len([1 for name, _ in by_press if name == f"{who}@example.test"]) == len(set(taken) - {"template"})


def test_no_view_of_any_page_gives_a_clerk_anything_to_take_along(house: House) -> None:
    tab = house.open("clerk", "method")
    for page, view in VIEWS:
        address = "&".join(["year=2023", *(f"{name}={text}" for name, text in view.items())])
        house.run(tab.go_to(page, address, by_hash=tab.pages.get(page) or tab.pages[""]))
        assert not to_take(tab), (page, view)
    house.run(tab.close())


# ── refused ──────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("who", OTHERS)
def test_what_a_role_is_not_given_is_not_made_for_it_by_anothers_button(
    house: House, of_director: dict[str, Tab], who: str
) -> None:
    tab = house.open(who, "method")
    tried = 0
    for page, theirs in of_director.items():
        for name, [button, *_] in buttons(theirs).items():
            if name not in FILES[who].get(page, set()):
                before = len(house.refused(who))
                assert pressed(house, tab, button) == ("", b""), (page, name)
                # Whoever has no role is refused everything at once, which is kept once.
                assert len(house.refused(who)) == before + (who != "nobody"), (page, name)
                tried += 1
    house.run(tab.close())
    assert tried
    assert house.refused(who)[-1] == ("role" if who == "nobody" else "file")


def test_what_was_offered_in_a_higher_role_is_not_made_in_a_lower_one(house: House, query: str) -> None:
    """Her own buttons, that are on her screen until the page is told anew."""
    folder, tabs = house.access.file.parent, [house.open("fallen", page, query) for page in NAVIGATION]
    mine = [(tab, one) for tab in tabs for [one, *_] in buttons(tab).values() if not one.url]
    assert {kind(one) for _, one in mine} == set().union(*FILES["director"].values()) - {"picture", "template"}
    try:
        for role in ("analyst", "clerk", "councillor", *HEADS):
            settle_people(folder, **(ROLES | {"fallen": ROLES[role]}))
            before = len(house.refused("fallen"))
            assert {pressed(house, tab, one) for tab, one in mine} == {("", b"")}, role
            assert len(house.refused("fallen")) == before + len(mine)
        settle_people(folder, **{name: role for name, role in ROLES.items() if name != "fallen"})
        assert {pressed(house, tab, one) for tab, one in mine} == {("", b"")}
    finally:
        settle_people(folder, **ROLES)
    assert pressed(house, *mine[0])[1]
    for tab in tabs:
        house.run(tab.close())


def test_every_button_for_a_file_asks_who_presses() -> None:
    found = set()
    for path in sorted((REPOSITORY / "pages").rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and getattr(node.func, "attr", "") == "download_button":
                [data] = [one.value for one in node.keywords if one.arg == "data"]
                asks = isinstance(data, ast.Call) and ast.unparse(data.func) == "downloads.kept"
                found.add((path.stem, ast.unparse(data.args[3]) if asks and len(data.args) > 3 else str(asks)))
    assert found == {
        *((page, "True") for page in ("section", "files", "annual_report", "auditing")),
        *((page, "'loading'") for page in ("preview", "outcome")),  # rejected rows
        ("choosing", "False"),  # templates, in which there is nothing of anybody
    }


# ── rejected rows ────────────────────────────────────────────────────────────────────────────────


@pytest.fixture
def with_records(provider_of, new_loading_url, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[House]:
    """A dashboard of a database that may be loaded into."""
    monkeypatch.setenv("PERSON_KEY_FILE", str(tmp_path / "person.key"))
    (tmp_path / "house").mkdir()
    with furnished(tmp_path / "house", provider_of, new_loading_url("duckdb"), ROLES) as found:
        yield found


def until(house: House, tab: Tab, key: str):
    """The button for a file, when the work of the page has ended; a browser looks again by itself, too."""
    give_up = time.monotonic() + LONGEST_JOB
    while not (found := [one for one in tab.told.standing().of("download_button") if one.id.endswith(f"-{key}")]):
        assert time.monotonic() < give_up, tab.told.words
        time.sleep(0.1)
        house.run(tab.run())
    return found[0]


def test_rejected_rows_are_taken_along_by_whom_they_were_told_to_and_by_nobody_else(
    with_records: House, tmp_path: Path
) -> None:
    house, service = with_records, Service(seed=71, homes=6, payments_a_month=4, months=range(1, 4))
    members, payments = (
        path.read_bytes() for path in service.write(tmp_path / "exports", "csv", ["members", "payments"])
    )
    lines = payments.decode().split("\r\n")
    lines[3] = lines[3].rpartition(";")[0] + ";nav zināms"
    others = [who for who in FILES if "loading" not in FILES[who]]
    for who in ("clerk", "director"):
        tab = house.open(who, "loading")
        [uploader] = [one for one in tab.told.of("file_uploader") if "-upload_files_" in one.id]
        for name, content in (("members.csv", members), ("payments.csv", "\r\n".join(lines).encode())):
            house.run(tab.upload(uploader.id, name, content))
        [check] = [one for one in tab.told.of("button") if one.label == words("upload.check")]
        house.run(tab.press_by_id(check.id))
        for key in ("upload_rejected", "upload_mend") if who == "director" else ("upload_rejected",):
            if key == "upload_mend":
                house.run(tab.press("upload_confirm"))
            button = until(house, tab, key)
            assert "nav zināms" in written(pressed(house, tab, button)[1])
            for other in others:
                theirs = house.open(other, "method")
                assert pressed(house, theirs, button) == ("", b""), other
                house.run(theirs.close())
        house.run(tab.close())


# ── what was saved ───────────────────────────────────────────────────────────────────────────────


@pytest.fixture(scope="module")
def saved(house: House) -> dict[str, str]:
    """The address of each saved view: what opening it by its name leads to."""
    everything = open_database(house.process.environment["DATABASE_URL"])
    world, found = World.of(everything), {}
    for name, (address, kept, shared, _) in SAVED.items():
        request, troubles = read(address, world)
        assert not troubles
        figures = freezing.frozen(asking.ask(request, everything, world, everything.ask)) if kept else None
        who = "director@example.test"
        number = SavedViews().save(name, who, address_of(request), "", shared, figures)
        choices = {"saved": str(number)} if kept else address_of(request)
        found[name] = "&".join(f"{key}={text}" for key, text in choices.items())
    return found


@pytest.mark.parametrize("who", IN_BUILDER)
def test_a_saved_view_is_taken_along_by_whom_its_figures_would_be_told(
    house: House, saved: dict[str, str], who: str
) -> None:
    tab = house.open(who, "method")
    for name, (_, _, _, allowed) in SAVED.items():
        house.run(tab.go_to("builder", saved[name]))
        if name == "own" and who not in allowed:  # it is said to be gone, and the builder begins anew
            assert words("errors.view_gone") in tab.told.words
            continue
        assert to_take(tab) == (CHARTS if who in allowed else set()), name
        if who in allowed:
            text = written(pressed(house, tab, buttons(tab)["csv"][0])[1])
            assert (COUNCIL_SAID in text) == (who == "councillor" or name == "for_council"), name
            assert ("Ciemupē" in text) == (who != "saime" and name != "areas"), name
    house.run(tab.close())


@pytest.mark.parametrize("who", IN_BUILDER)
def test_kept_figures_are_in_the_file_of_a_deck_for_whom_they_would_be_told(
    house: House, saved: dict[str, str], who: str
) -> None:
    director = "director@example.test"
    number = int(saved["internal"].partition("=")[2])
    view = SavedViews().get(number, director)
    slide = deck.Slide(address=view.address, frozen=view.figures, frozen_on="2026-01-15")
    name = f"Komplekts {who}"
    decks = {shared: SavedDecks().save(f"{name} {shared}", director, [slide], shared) for shared in (True, False)}
    tab = house.open(who, "presentation", f"deck={decks[True]}&year=2023")
    assert to_take(tab) == DECK | ({"picture"} if who in SAVED["internal"][3] else set())
    _, content = pressed(house, tab, buttons(tab)["pptx"][0])
    assert is_whole("pptx", content)
    assert (SAIME_VISITS in written(content)) == (who in SAVED["internal"][3])
    # Somebody else's own is not opened by its number.
    house.run(tab.go_to("presentation", f"deck={decks[False]}&year=2023&stage=yes"))
    assert (words("errors.deck_gone") in tab.told.words) == (who != "director")
    assert bool(tab.told.of("plotly_chart")) == (who == "director")
    house.run(tab.close())
