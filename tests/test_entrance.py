"""Who gets in and sees what on the pages themselves; what each role may is tested at the door (test_access.py)."""

import ast
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from streamlit import config
from streamlit.runtime.secrets import secrets_singleton
from streamlit.testing.v1 import AppTest

from data_access import (
    AccessNotSet,
    DataAccessError,
    NoRole,
    NotAllowed,
    SavedViews,
    SignInOver,
    database,
    open_database,
    sign_out,
)
from data_access.access.people import parse
from data_access.access.table import departments, roles
from data_access.language import texts
from data_access.telling.builder import asking, freezing
from data_access.telling.builder.reading import read
from data_access.telling.builder.request import address_of
from data_access.telling.builder.world import World
from pages.entrance import visitor
from pages.entrance.starting import refuse_an_open_door
from pages.parts import desk as desks
from pages.parts import downloads
from tests.infrastructure.access import Access
from tests.infrastructure.pages import APP, NAVIGATION, go_to, open_page, said, script, shown, unescaped

WORDS = Path(__file__).resolve().parents[1] / "pages" / "texts"
FOLDERS = (WORDS, WORDS.parents[1] / "data_access" / "telling")
EXAMPLES = WORDS.parents[1] / ".streamlit"
SAIME_VISITS = "6 012"  # of 2023, in the annual report


def words(key: str, **params: object) -> str:
    return texts("lv", *FOLDERS)(key, **params)


def buttons(app) -> set[str | None]:
    return {button.key for button in app.button}


def shows_nothing(app) -> bool:
    shown = (app.table, app.header, app.subheader, app.get("download_button"), app.get("plotly_chart"), app.selectbox)
    return not any(shown)


@pytest.mark.parametrize("name", NAVIGATION)
def test_every_page_is_opened_under_its_own_name(name: str) -> None:
    tree = ast.parse(script(name).read_text(encoding="utf-8"))
    [opened] = [node for node in ast.walk(tree) if isinstance(node, ast.Call) and ast.unparse(node.func) == "page"]
    assert ast.literal_eval(opened.args[0]) == name
    # Nothing is told before it: what stands outside are imports, names, functions, and the clerk's own desk.
    outside = [node for node in tree.body if not isinstance(node, ast.With)]
    kinds = (ast.Import, ast.ImportFrom, ast.FunctionDef, ast.Assign, ast.Expr)
    assert all(isinstance(node, kinds) for node in outside)
    assert not [node for node in outside if isinstance(node, ast.Expr) and not isinstance(node.value, ast.Constant)]


@pytest.mark.parametrize("language", ["lv", "en"])
def test_every_role_and_department_has_a_name(language: str) -> None:
    known = texts(language, *FOLDERS)
    assert [name for name in roles() if f"roles.{name}" not in known] == []
    assert [name for name in departments() if f"departments.{name}" not in known] == []


# ── the way in ───────────────────────────────────────────────────────────────────────────────────


def test_who_has_not_signed_in_sees_a_sentence_and_a_button(signed_in, monkeypatch: pytest.MonkeyPatch) -> None:
    def nobody():
        raise visitor.NotSignedIn()

    signed_in("director")
    monkeypatch.setattr(visitor, "claims", nobody)
    app = open_page("psychologists", view="problems")
    assert words("errors.not_signed_in") in said(app)
    assert buttons(app) == {"sign_in"}
    assert shows_nothing(app)


def test_a_role_that_is_taken_away_is_gone_at_the_next_click(signed_in, access_settings: Access) -> None:
    claims = signed_in("director")
    app = open_page("benefits")
    assert app.table
    assert "sign_out" in buttons(app)
    access_settings.settle('contact = "IT, 100. kabinets"')
    app.run()
    assert words("errors.no_role", ask="IT, 100. kabinets") in said(app)
    assert shows_nothing(app)
    # Given back, and then signed out in another tab.
    access_settings.give("a@example.test", "clerk")
    assert app.run().table
    sign_out(claims)
    app.run()
    assert words("errors.sign_in_ended") in said(app)
    assert buttons(app) == {"sign_in"}
    assert shows_nothing(app)
    events = [event for event in access_settings.kept("event", "role", "page") if event[0] != "question"]
    assert events == [
        ("sign_in", "director", None),
        ("page", "director", "benefits"),
        ("page", "clerk", "benefits"),
        ("sign_out", "clerk", None),
    ]


def test_what_cannot_be_audited_is_not_shown(signed_in, tmp_path: Path) -> None:
    signed_in("director")
    app = open_page("benefits")
    assert app.table
    shutil.move(tmp_path / "audit", tmp_path / "away")
    (tmp_path / "audit").write_text("in the way of the folder, as a full disk would be")
    app = go_to(app, "psychologists")
    assert [box.value for box in app.error] == [words("errors.audit_unavailable")]
    assert [app.table, app.get("download_button"), app.get("plotly_chart")] == [[], [], []]
    (tmp_path / "audit").unlink()
    shutil.move(tmp_path / "away", tmp_path / "audit")
    assert app.run().table


# ── what a role sees ─────────────────────────────────────────────────────────────────────────────


def test_a_page_of_another_role_is_refused_by_its_address_too(signed_in, access_settings: Access) -> None:
    signed_in("department_head", "saime")
    app = open_page("psychologists", view="problems", year="2023")
    assert [box.value for box in app.error] == [
        f"{words('errors.not_allowed_page')} {words('errors.not_allowed_ask', ask='IT')}"
    ]
    assert shows_nothing(app)
    assert access_settings.kept("event", "role", "what", "page")[1:] == [
        ("refused", "department_head:saime", "page", "psychologists")
    ]


def test_the_first_page_of_a_role_opens_by_itself(signed_in) -> None:
    signed_in("department_head", "benefits")
    assert [title.value for title in AppTest.from_file(str(APP), default_timeout=60).run().title] == ["Pabalsti"]
    signed_in("clerk")
    assert [title.value for title in open_page("overview").title] == ["Pārskats"]


def test_a_head_of_a_centre_sees_that_centre_on_a_page_made_for_all(signed_in) -> None:
    signed_in("department_head", "saime")
    app = open_page("day_centres", centre="gadc", branch="gadc_ogre")
    assert "Dienas centrs „Saime”" in said(app)
    tables = [shown(table).to_string().replace("\u00a0", " ") for table in app.table]
    assert SAIME_VISITS in tables[0]
    assert not [text for text in tables if "Ogre" in text or "Ciemupe" in text]


def test_a_councillor_who_asks_for_internal_figures_gets_the_councils(signed_in, access_settings: Access) -> None:
    signed_in("councillor")
    app = open_page("builder", m="visitors", rows="branch", col="visitor_group", period="2023", audience="internal")
    assert words("words.withheld") in shown(app.table[0]).to_string()
    assert words("audience.label") not in [control.label for control in app.get("button_group")]
    told = [line for line in access_settings.kept("event", "audience") if line[0] != "sign_in"]
    assert told == [("page", "council"), ("question", "council")]


def test_a_clerk_sees_counts_and_no_problem_areas(signed_in, access_settings: Access) -> None:
    signed_in("clerk")
    app = open_page("psychologists", view="problems", year="2023")
    assert words("errors.not_allowed_dimension", name="Problēmu joma (pārskata iedalījums)") in said(app)
    assert not app.table
    assert ("refused", "dimension") in access_settings.kept("event", "what")
    app = open_page("psychologists", year="2023")
    assert app.table
    assert not app.get("download_button")
    # What would be refused is not offered: clients by age, consultations, other functions.
    [views] = [control for control in app.get("button_group") if control.label == words("filters.view")]
    offered = {words(f"psychologists.view_{name}") for name in ("clients", "consultations", "functions")}
    assert {option.content for option in views.proto.options} == offered


def test_the_builder_offers_what_the_role_is_answered(signed_in) -> None:
    def offered(**address: str) -> tuple[list[str], list[str], list[str]]:
        app = open_page("builder", **address)
        assert not app.error
        assert app.table
        rows, subjects = (app.selectbox(key=f"builder_{name}").options for name in ("row", "subject"))
        return subjects, rows, app.multiselect(key="builder_where").options

    signed_in("department_head", "gadc")
    subjects, rows, values = offered()
    assert subjects == ["Dienas centri"]
    assert "Filiāle" in rows
    assert [value for value in values if value.startswith("Centrs: ")] == ["Centrs: Ģimenes atbalsta dienas centrs"]
    signed_in("department_head", "psychologists")
    subjects, rows, values = offered()
    assert subjects == ["Psihologi"]
    assert {"Problēmu joma (katra)", "Psihologs"} <= set(rows)
    signed_in("councillor")
    subjects, rows, values = offered(m="psychologist_clients", rows="age_group", period="2023")
    assert len(subjects) == 4
    assert "Vecuma grupa" in rows
    assert not [text for text in (*rows, *values) if text.startswith(("Problēmu joma", "Psihologs"))]


def test_a_shared_view_for_internal_use_is_not_named_to_a_councillor(signed_in, saved_views_file) -> None:
    asked = {"m": "visits", "rows": "branch", "period": "2023"}
    for name, audience in (("Iekšējais", {}), ("Domei", {"audience": "council"})):
        SavedViews().save(name, "kāds", {**asked, **audience}, f"Apraksts: {name}", shared=True, figures="{}")
    for role, named in (("analyst", True), ("councillor", False)):
        signed_in(role)
        for app in (open_page("builder", **asked), open_page("builder", saved="1")):
            told = said(app) + " ".join(button.label for button in app.button)
            assert ("Iekšējais" in told) == named
        assert "Domei" in " ".join(button.label for button in open_page("builder", **asked).button)


def test_what_is_not_shown_to_the_council_is_kept_as_refused(signed_in, access_settings: Access) -> None:
    signed_in("councillor")
    open_page("builder", m="spend", rows="benefit", col="territory", period="2023")
    assert ("refused", "council", ["spend"]) in access_settings.kept("event", "what", "measures")


def test_kept_figures_of_somebody_else_are_not_told_to_another_role(signed_in, saved_views_file) -> None:
    everything = open_database()
    world = World.of(everything)
    addresses = {
        "areas": {"m": "psychologist_clients", "rows": "problem_area", "period": "2023"},
        "one": {"m": "psychologist_clients", "period": "2023", "problem_area": "anxiety", "audience": "council"},
    }
    numbers = {}
    for name, address in addresses.items():
        request, troubles = read(address, world)
        assert not troubles
        figures = freezing.frozen(asking.ask(request, everything, world, everything.ask))
        numbers[name] = str(SavedViews().save(name, "director@example.test", address_of(request), "", True, figures))
    signed_in("councillor")
    for number in numbers.values():
        app = open_page("builder", saved=number)
        assert [box.value for box in app.error]
        assert not app.table
    signed_in("department_head", "psychologists")
    assert open_page("builder", saved=numbers["areas"]).table


# ── what happens outside of pages ────────────────────────────────────────────────────────────────


def outcome(act: Callable[[], object]) -> object:
    try:
        return act()
    except DataAccessError as error:
        return type(error)


def test_a_file_is_made_for_who_may_have_it_when_the_button_is_pressed(
    signed_in, no_session, access_settings: Access
) -> None:
    claims = signed_in("councillor")
    press = downloads.kept("benefits", "by_benefit.csv", lambda: b"file")
    assert outcome(press) == b"file"
    access_settings.give("a@example.test", "clerk")
    assert outcome(press) is NotAllowed
    access_settings.settle("")
    assert outcome(press) is NoRole
    access_settings.give("a@example.test", "director")
    sign_out(claims)
    assert outcome(press) is SignInOver
    assert access_settings.kept("event", "role", "page", "file", "what")[1:] == [
        ("download", "councillor", "benefits", "by_benefit.csv", None),
        ("refused", "clerk", None, None, "downloads"),
        ("sign_out", "director", None, None, None),
    ]


def test_nobody_loads_whose_role_does_not_give_it_whatever_button_is_pressed(
    signed_in, no_session, access_settings: Access
) -> None:
    mine = desks.Desk(who="X")
    acts = [lambda: mine.check([("a.csv", b"")], None), lambda: mine.undo(1)]
    mine.job = None
    signed_in("analyst")
    assert [outcome(act) for act in acts] == [NotAllowed, NotAllowed]
    access_settings.settle("")
    assert [outcome(act) for act in acts] == [NoRole, NoRole]
    access_settings.file.unlink()
    assert [outcome(act) for act in acts] == [AccessNotSet, AccessNotSet]
    assert mine.job is None


# ── without sign-in ──────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("address", "here"),
    [
        *[(name, True) for name in ("localhost", "LOCALHOST", "127.0.0.1", "127.1.2.3", "::1", "[::1]")],
        *[(name, False) for name in ("", "0.0.0.0", "::", "192.168.1.5", "localhost.example.test", "127.0.0.1.x", "x")],
    ],
)
def test_which_addresses_are_this_computer(address: str, here: bool) -> None:
    assert visitor.is_here(address) is here


def test_the_page_says_that_nobody_signs_in(monkeypatch: pytest.MonkeyPatch, demonstration_url: str) -> None:
    monkeypatch.setenv("DATABASE_URL", demonstration_url)
    assert words("entrance.open_here") in said(open_page("method"))
    monkeypatch.setattr(visitor, "listens_here_only", lambda: False)
    assert words("entrance.open_demonstration") in said(open_page("method"))


def test_real_records_are_not_shown_to_other_computers_without_sign_in(
    monkeypatch: pytest.MonkeyPatch, empty_url: str
) -> None:
    monkeypatch.setenv("DATABASE_URL", empty_url)
    monkeypatch.setattr(visitor, "listens_here_only", lambda: False)
    app = open_page("method")
    assert [box.value for box in app.error] == [words("errors.open_to_others")]
    assert shows_nothing(app)


# ── the page of audits ───────────────────────────────────────────────────────────────────────────


def test_the_director_sees_who_did_what_and_that_the_log_is_untouched(signed_in, access_settings: Access) -> None:
    signed_in("clerk")
    open_page("report")
    claims = signed_in("director")
    claims["nonce"] = "n2"
    app = open_page("audits")
    people, refusals, newest = (shown(table) for table in app.table)
    assert people.to_numpy().tolist() == [
        ["a@example.test (Datu ievadītājs)", "1", "0", "0", "0", "0", "0", "0", "1"],
        ["a@example.test (Dienesta vadītājs)", "1", "0", "1", "0", "0", "0", "0", "0"],
    ]
    assert refusals.iloc[:, 1:].to_numpy().tolist() == [
        [
            "a@example.test (Datu ievadītājs)",
            words("audits.refused"),
            f"{words('audits.refused_page')}; {words('pages.report.title')}",
        ]
    ]
    assert newest.iloc[:, 2].tolist() == [words(f"audits.{name}") for name in ("page", "sign_in", "refused", "sign_in")]
    assert [button.label for button in app.get("download_button")] == [words("audits.file")]
    app.button(key="audits_check").click().run()
    assert words("audit.good", count=4) in [box.value for box in app.success]
    [log] = (access_settings.file.parent / "audit").glob("*.jsonl")
    log.write_bytes(log.read_bytes().replace(b'"clerk"', b'"duke"', 1))
    app.button(key="audits_check").click().run()
    assert words("audit.findings.changed", file=log.name, n="1") in unescaped(app.error[0].value)


# ── the start ────────────────────────────────────────────────────────────────────────────────────


@pytest.fixture
def secrets(tmp_path: Path) -> Iterator[Callable[[str], None]]:
    """Writes the secrets of the server, and forgets what was read of others."""
    path, before = tmp_path / "secrets.toml", config.get_option("secrets.files")

    def read_again() -> None:
        secrets_singleton._reset()
        visitor.signs_in.cache_clear()

    def write(text: str) -> None:
        path.write_text(text, encoding="utf-8")
        config.set_option("secrets.files", [str(path)])
        read_again()

    yield write
    config.set_option("secrets.files", before)
    read_again()


def end_of_start() -> int | None:
    """With which exit code the server ends before it starts; None if it starts."""
    try:
        refuse_an_open_door()
    except SystemExit as end:
        return end.code
    return None


GOOD_AUTH = f'[auth]\nredirect_uri = "http://127.0.0.1:8501/oauth2callback"\ncookie_secret = "{"x" * 32}"\n'


@pytest.mark.parametrize(
    ("text", "starts"),
    [
        ("", True),
        ('[other]\na = "b"', True),
        (GOOD_AUTH, True),
        (GOOD_AUTH.replace("x" * 32, "x" * 31), False),
        (GOOD_AUTH.replace("redirect_uri", "redirect"), False),
        ((EXAMPLES / "secrets.example.toml").read_text(encoding="utf-8"), False),
        # Streamlit takes secrets that it cannot read for none.
        (GOOD_AUTH.replace("[auth]", "[auth"), False),
    ],
)
def test_sign_in_that_is_not_settled_rightly_does_not_open_the_door(
    secrets, access_settings: Access, capsys, text: str, starts: bool
) -> None:
    access_settings.settle("")
    secrets(text)
    assert end_of_start() == (None if starts else 1)
    said_at_start = capsys.readouterr().err
    assert bool(said_at_start) is not starts
    assert "Traceback" not in said_at_start


def test_sign_in_without_settings_of_access_does_not_start(secrets, access_settings: Access, capsys) -> None:
    secrets(GOOD_AUTH)
    assert end_of_start() == 1
    assert str(access_settings.file) in capsys.readouterr().err


def test_without_sign_in_only_a_demonstration_is_served_to_others(
    secrets, monkeypatch: pytest.MonkeyPatch, demonstration_url: str, empty_url: str, capsys
) -> None:
    secrets("")
    monkeypatch.setenv("DATABASE_URL", empty_url)
    assert end_of_start() is None
    monkeypatch.setattr(visitor, "listens_here_only", lambda: False)
    assert end_of_start() == 1
    assert capsys.readouterr().err.strip() == words("errors.open_to_others")
    monkeypatch.setenv("DATABASE_URL", "duckdb:////nowhere/case.duckdb")
    assert end_of_start() == 1
    monkeypatch.setenv("DATABASE_URL", demonstration_url)
    assert end_of_start() is None
    monkeypatch.delenv("DATABASE_URL")
    monkeypatch.setattr(database, "DEFAULT_FILE", Path("/nowhere/case.duckdb"))
    assert end_of_start() is None


def test_the_examples_are_settings_that_hold() -> None:
    found = parse((EXAMPLES / "access.example.toml").read_text(encoding="utf-8"))
    assert found.access_of({"preferred_username": "head@example.lv"}).department == "psychologists"
    assert found.access_of({"preferred_username": "x@example.lv", "roles": ["Statistics.Director"]}).role == "director"
