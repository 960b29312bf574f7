"""The page Datu ielāde, as a clerk uses it: what is shown, what is written and when, and what is said of trouble."""

import gc
import io
import threading
import time
import zipfile
from collections.abc import Iterator
from pathlib import Path

import openpyxl
import pytest
import sqlalchemy
from streamlit.testing.v1 import AppTest

from data_access import loader, open_database, schema
from data_access.language import format_euros
from data_access.loading.applying import apply, undo
from data_access.loading.keys import load_key, person_key
from data_access.migrations import migrate
from data_access.pointer import writing
from data_access.roles import roles_sql
from pages.parts import desk as desks
from pages.parts.jobs import Job
from tests.infrastructure.exports import Service, headings
from tests.infrastructure.loading import everything, file_of, rows_of, typed
from tests.infrastructure.pages import go_to, open_page, said, shown, unescaped
from tests.test_pages import assert_no_traceback, words

LONGEST_JOB = 60  # seconds
WHO = "Lietvede"
Uploaded = tuple[str, bytes, str]


@pytest.fixture(autouse=True)
def installation(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("PERSON_KEY_FILE", str(tmp_path / "person.key"))
    for name in ("LOADING_DATABASE_URL", "LOADING_MAPPING"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setattr(desks._public, "job", None)


@pytest.fixture
def url(monkeypatch: pytest.MonkeyPatch, new_loading_url) -> str:
    """An empty DuckDB database, which the pages read and load."""
    made = new_loading_url("duckdb")
    monkeypatch.setenv("DATABASE_URL", made)
    return made


@pytest.fixture
def service() -> Service:
    return Service(seed=71, homes=6, payments_a_month=4, months=range(1, 4))


def exported(service: Service, folder: Path, *kinds: str, how: str = "csv") -> list[Uploaded]:
    options = {"kinds": kinds} if kinds else {}
    return [(path.name, path.read_bytes(), "") for path in service.write(folder, how, **options)]


def settled(app: AppTest) -> AppTest:
    """The page when no work goes on; a browser looks again by itself."""
    give_up = time.monotonic() + LONGEST_JOB
    while app.get("progress"):
        assert time.monotonic() < give_up, "the work does not end"
        time.sleep(0.02)
        app.run()
    assert_no_traceback(app)
    return app


def check(app: AppTest, files: list[Uploaded], who: str = WHO) -> AppTest:
    """Chooses files and has them checked."""
    app.file_uploader[0].set_value(files)
    app.text_input(key="upload_who").set_value(who)
    return settled(button(app, "upload.check").click().run())


def button(app: AppTest, key: str, **params: object):
    label = words(key, **params)
    return next(one for one in app.button if unescaped(one.label) == label)


def confirm(app: AppTest) -> AppTest:
    return settled(app.button(key="upload_confirm").click().run())


def confirming(app: AppTest) -> str:
    return unescaped(app.button(key="upload_confirm").label)


def may_confirm(app: AppTest) -> bool:
    return "upload_confirm" in [one.key for one in app.button]


def tables(app: AppTest) -> list[list[list[str]]]:
    return [[list(frame.columns), *frame.to_numpy().tolist()] for frame in map(shown, app.table)]


def loads(url: str) -> list[tuple]:
    c = schema.loads.c
    return rows_of(url, c.load_id, c.loaded_by, c.undone_by)


def refused(app: AppTest) -> list[str]:
    return [unescaped(box.value) for box in app.error]


# ── from files to figures ────────────────────────────────────────────────────────────────────────


@pytest.fixture(params=["duckdb", pytest.param("postgresql", marks=pytest.mark.postgres)])
def installed(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> str:
    """An installation as it is meant: on PostgreSQL the pages read as the reader and load as the owner."""
    if request.param == "duckdb":
        return request.getfixturevalue("url")
    monkeypatch.delenv("ALLOW_WRITING_ROLE")
    place = sqlalchemy.make_url(request.getfixturevalue("postgres_server").create_database("page"))
    engine = sqlalchemy.create_engine(place, isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        connection.exec_driver_sql(roles_sql(place, "page owner", "page reader").replace("%", "%%"))
    engine.dispose()
    owner, reader = (str(place.set(username=f"page {role}")) for role in ("owner", "reader"))
    migrate(sqlalchemy.make_url(owner))
    monkeypatch.setenv("DATABASE_URL", reader)
    monkeypatch.setenv("LOADING_DATABASE_URL", owner)
    return owner


def spent(app: AppTest) -> str:
    """Everything in words and tables on the page of benefits."""
    go_to(app, "benefits")
    cells = [cell for table in tables(app) for row in table for cell in row]
    return "\n".join([said(app), *cells])


def test_a_clerk_loads_a_year_corrects_a_month_and_takes_it_back(
    installed: str, service: Service, tmp_path: Path
) -> None:
    app = open_page("loading")
    before = everything(installed)
    check(app, exported(service, tmp_path))
    sums = dict(row[:2] for row in tables(app)[1][1:])
    assert everything(installed) == before
    assert loads(installed) == []
    cents = sum(row["cents"] for row in service.payments)
    assert (sums["Izmaksas, rindas"], sums["Izmaksas, summa"]) == ("0", "0,00\u00a0€")
    after = {row[0]: row[2:] for row in tables(app)[1][1:]}
    assert after["Izmaksas, rindas"] == ["12", "+12"]
    assert after["Izmaksas, summa"][0] == format_euros(cents, "lv")
    assert confirming(app) == "Ielādēt: 6 faili"

    confirm(app)
    assert words("loading.plan.loaded", number="1") in [box.value for box in app.success]
    assert loads(installed) == [(1, WHO, None)]
    assert format_euros(cents, "lv") in said(app)
    assert format_euros(cents, "lv") in spent(app)

    service.correct(2)
    corrected = [row for row in service.payments if row["payment_date"].month == 2]
    everything_else, service.payments = service.payments, corrected
    files = exported(service, tmp_path / "corrected", "payments")
    go_to(app, "loading")
    check(button(app, "upload.more").click().run(), files)
    assert confirming(app) == "Ielādēt: 1 fails; aizstāj: 2023.\u00a0gada februāris"
    [_, change] = tables(app)[1][1:]
    february = sum(row["cents"] for row in corrected)
    assert change[2] == format_euros(february, "lv")
    confirm(app)
    now = format_euros(sum(row["cents"] for row in everything_else), "lv")
    assert now != format_euros(cents, "lv")
    assert now in spent(app)

    settled(go_to(app, "loading"))
    button(app, "upload.more").click().run()
    app.button(key="upload_undo").click().run()
    assert loads(installed)[-1][2] is None
    app.text_input(key="upload_undo_who").set_value("Vadītāja")
    settled(app.button(key="upload_undo_confirm").click().run())
    assert loads(installed) == [(1, WHO, None), (2, WHO, "Vadītāja")]
    text = spent(app)
    assert format_euros(cents, "lv") in text
    assert now not in text


@pytest.mark.parametrize("leave", ["discard", "away", "reload"])
def test_without_a_confirmation_nothing_is_written(url: str, service: Service, tmp_path: Path, leave: str) -> None:
    files = sorted(path.name for path in Path(url.removeprefix("duckdb:///")).parent.iterdir())
    app = check(open_page("loading"), exported(service, tmp_path / "exports"))
    assert may_confirm(app)
    if leave == "discard":
        button(app, "upload.discard").click().run()
    elif leave == "away":
        # The same visitor finds the preview again.
        assert may_confirm(go_to(go_to(app, "method"), "loading"))
    else:
        app = open_page("loading")
    assert may_confirm(app) is (leave == "away")
    assert loads(url) == []
    folder = Path(url.removeprefix("duckdb:///")).parent
    assert sorted(path.name for path in folder.iterdir()) == sorted([*files, "exports", "person.key"])


def test_the_second_click_is_no_second_load(url: str, service: Service, tmp_path: Path) -> None:
    mine = desks.Desk(who=WHO)
    mine.check([file[:2] for file in exported(service, tmp_path)], None)
    ended(mine.job)
    plan = mine.job.result
    mine.confirm(plan)
    first = mine.job
    mine.confirm(plan)
    mine.undo(1)
    assert mine.job is first
    ended(first)
    mine.confirm(plan)
    assert mine.job is first
    assert loads(url) == [(1, WHO, None)]


def ended(job: Job) -> None:
    give_up = time.monotonic() + LONGEST_JOB
    while job.running and time.monotonic() < give_up:
        time.sleep(0.01)
    assert not job.running


# ── what is not accepted ─────────────────────────────────────────────────────────────────────────


def test_rejected_rows_are_shown_downloaded_mended_and_added(url: str, service: Service, tmp_path: Path) -> None:
    files = exported(service, tmp_path, "members", "payments")
    name, content, _ = files[1]
    lines = content.decode().split("\r\n")
    lines[3] = lines[3].rpartition(";")[0] + ";nav zināms"  # the amount of the third row
    files[1] = (name, "\r\n".join(lines).encode(), "")
    app = check(open_page("loading"), files)
    header, row = tables(app)[2]
    assert header[:4] == ["Fails", "Rinda", "Kolonna", "Vērtība"]
    assert row[:4] == ["payments.csv", "4", "Summa", "nav zināms"]
    assert row[4] == words("loading.why.bad_amount")
    assert row[5] == words("loading.mend.bad_amount")
    plan = app.session_state["desk"].job.result
    book = openpyxl.load_workbook(io.BytesIO(loader.rejected_list(plan, "lv")))
    assert book.sheetnames == [words("loading.rejected.sheet")]  # rows from here would replace their month
    assert book.worksheets[0]["E2"].value == "nav zināms"

    confirm(app)
    assert len(rows_of(url, schema.payments.c.payment_id)) == 11
    assert [one.label for one in app.get("download_button")] == [words("upload.mend_file")]
    outcome = app.session_state["desk"].job.result
    book = openpyxl.load_workbook(io.BytesIO(loader.rejected_rows(outcome.plan, "lv", outcome.load.load_id)))
    sheet = book["Izmaksas"]
    places = {cell.value: cell.column for cell in sheet[1]}
    known = headings("payments")
    for column, value in (("household_key", service.payments[2]["home"].case), ("cents", "12,34")):
        sheet.cell(2, places[known[column]]).value = value
    mended = io.BytesIO()
    book.save(mended)
    check(button(app, "upload.more").click().run(), [("labotas.xlsx", mended.getvalue(), "")])
    assert confirming(app) == "Ielādēt: 1 fails; pievieno 1. ielādei"
    confirm(app)
    right = [row["cents"] for row in service.payments]
    right[2] = 1234
    assert sorted(cents for (cents,) in rows_of(url, schema.payments.c.cents)) == sorted(right)


def test_many_rejected_rows_are_counted_by_reason(url: str, service: Service, tmp_path: Path) -> None:
    rows = "".join(f"SP-1;;gmi;cash;{'31.02.2023' if n % 3 else '05.01.2023'};nav\r\n" for n in range(30))
    content = (";".join(headings("payments").values()) + "\r\n" + rows).encode()
    app = check(open_page("loading"), [("izmaksas.csv", content, "")])
    reasons, first = tables(app)[1:3]
    counts = {row[0].partition(":")[0]: row[1] for row in reasons[1:]}
    assert counts == {"Summa": "30", "Izmaksas datums": "20"}
    assert len(first) - 1 == 20
    # Nothing would be loaded; what was rejected may be remembered.
    assert words("loading.plan.all_rejected") in [box.value for box in app.warning]
    assert confirming(app) == words("upload.remember")
    confirm(app)
    assert words("loading.plan.remembered", number="1") in [box.value for box in app.success]
    assert rows_of(url, schema.payments.c.payment_id) == []


def zipped(name: str) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr(name, b"x")
    return out.getvalue()


@pytest.mark.parametrize(
    ("name", "content", "sentence"),
    [
        ("tukss.csv", b"", "errors.file_empty"),
        ("makro.xlsm", b"PK", "errors.file_macros"),
        ("makro.xlsx", zipped("xl/vbaProject.bin"), "errors.file_macros"),
        ("bilde.pdf", b"%PDF-1.4", "errors.file_not_a_table"),
        ("bojats.xlsx", b"PK\x03\x04 cut off", "errors.file_broken"),
        ("teksts.csv", b"Kaut kas; cits\r\n1;2\r\n", "errors.no_headings"),
    ],
)
def test_a_file_that_cannot_be_read_has_its_sentence(url: str, name: str, content: bytes, sentence: str) -> None:
    app = check(open_page("loading"), [(name, content, "")])
    assert refused(app) == [words(sentence, name=name)]
    assert not may_confirm(app)
    assert loads(url) == []


def test_a_file_name_with_a_personal_code_is_not_repeated(url: str, service: Service, tmp_path: Path) -> None:
    code = sorted(service.codes)[0]
    [(_, content, _)] = exported(service, tmp_path, "members")
    app = check(open_page("loading"), [(f"{code}.csv", content, ""), (f"{code}.txt", b"", "")])
    assert code not in said(app) + str(tables(app)) + str(refused(app))
    confirm(app)
    assert code not in said(app) + str(rows_of(url, schema.load_files))


@pytest.mark.parametrize(
    ("who", "sentence"), [("  ", "upload.no_who"), ("nobody", "upload.no_files"), ("code", "upload.who_is_code")]
)
def test_who_loads_and_what_has_to_be_said(url: str, service: Service, who: str, sentence: str) -> None:
    app = open_page("loading")
    if who == "code":
        who = sorted(service.codes)[0]
    if sentence != "upload.no_files":
        app.file_uploader[0].set_value([("a.csv", b"x", "")])
    app.text_input(key="upload_who").set_value(who)
    button(app, "upload.check").click().run()
    assert refused(app) == [words(sentence)]
    assert app.session_state["desk"].job is None


# ── other words in the files ─────────────────────────────────────────────────────────────────────

MAPPING = b'[payments.headings]\n"Samaksats" = "Summa"\n'


@pytest.mark.parametrize("how", ["chosen", "configured"])
def test_other_headings_are_understood_by_a_mapping(
    url: str, service: Service, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, how: str
) -> None:
    members, (name, content, _) = exported(service, tmp_path, "members", "payments")
    files = [(name, content.replace(b"Summa", b"Samaksats"), "")]
    app = check(open_page("loading"), files)
    assert not may_confirm(app)
    app = open_page("loading")
    if how == "chosen":
        app.file_uploader[1].set_value(("musu.toml", MAPPING, ""))
    else:
        (tmp_path / "musu.toml").write_bytes(MAPPING)
        monkeypatch.setenv("LOADING_MAPPING", str(tmp_path / "musu.toml"))
        app.run()
        assert words("upload.mapping_set", name="musu.toml") in said(app)
    check(app, [members, *files])
    assert not refused(app)
    assert tables(app)[0][2][1:] == ["12", "12", "0", "0"]


def test_a_wrong_mapping_has_its_sentence(url: str, service: Service, tmp_path: Path) -> None:
    app = open_page("loading")
    app.file_uploader[1].set_value(("musu.toml", b'[payments.headings]\n"X" = "Suma"\n', ""))
    check(app, exported(service, tmp_path, "payments"))
    [sentence] = refused(app)
    assert "Suma" in sentence
    assert "Summa" in sentence  # the nearest known one
    assert words("upload.unchanged") in said(app)


# ── trouble ──────────────────────────────────────────────────────────────────────────────────────


def test_a_database_that_is_being_written_is_tried_again(url: str, service: Service, tmp_path: Path) -> None:
    app = check(open_page("loading"), exported(service, tmp_path))
    with writing(url.removeprefix("duckdb:///")):
        confirm(app)
        assert refused(app) == [words("errors.being_written", address=url.removeprefix("duckdb:///"))]
    settled(button(app, "frame.retry").click().run())
    assert loads(url) == [(1, WHO, None)]


def test_a_database_that_has_changed_is_looked_at_anew(url: str, service: Service, tmp_path: Path) -> None:
    app = check(open_page("loading"), exported(service, tmp_path))
    other = typed("payments", {"household_key": "home", "payment_date": "2022-01-05"})
    apply(url, {"payments": other}, who="B", files=[file_of("payments", other)])
    confirm(app)
    assert refused(app) == [words("errors.changed_meanwhile")]
    assert [one.label for one in app.button if one.key in ("upload_retry", "upload_anew")] == [
        words("upload.choose_again")
    ]
    assert loads(url) == [(1, "B", None)]
    assert app.session_state["desk"].plan is not None
    button(app, "upload.choose_again").click().run()
    assert app.session_state["desk"].plan is None


def test_a_load_that_somebody_else_has_undone_is_not_undone_twice(url: str, service: Service, tmp_path: Path) -> None:
    app = confirm(check(open_page("loading"), exported(service, tmp_path)))
    app.button(key="upload_undo").click().run()
    undo(url, who="B")
    app.text_input(key="upload_undo_who").set_value(WHO)
    settled(app.button(key="upload_undo_confirm").click().run())
    assert refused(app) == [words("errors.nothing_to_undo")]
    assert loads(url) == [(1, WHO, "B")]


@pytest.fixture
def gate(monkeypatch: pytest.MonkeyPatch) -> Iterator[threading.Event]:
    """Loads wait until the gate is opened, and it is opened at the latest when the test ends."""
    opened, really = threading.Event(), loader.apply

    def waiting(access, plan, who, tell):
        tell(0.5, "records")
        assert opened.wait(LONGEST_JOB)
        return really(access, plan, who, tell)

    monkeypatch.setattr(loader, "apply", waiting)
    yield opened
    opened.set()


def test_a_load_goes_on_when_its_page_is_closed(
    url: str, service: Service, tmp_path: Path, gate: threading.Event
) -> None:
    app = check(open_page("loading"), exported(service, tmp_path))
    app.button(key="upload_confirm").click().run()
    job = app.session_state["desk"].job
    assert [one.key for one in app.button] == []
    del app
    # Whoever comes sees that it goes on, and by whom, and nobody has to wait for its end to choose files.
    other = open_page("loading")
    assert other.get("progress")
    assert WHO in said(other)
    gate.set()
    ended(job)
    assert words("upload.earlier") in said(open_page("loading"))
    assert loads(url) == [(1, WHO, None)]


def test_a_load_that_fails_when_its_page_is_closed_is_told_of(
    url: str, service: Service, tmp_path: Path, gate: threading.Event
) -> None:
    app = check(open_page("loading"), exported(service, tmp_path))
    app.button(key="upload_confirm").click().run()
    job = app.session_state["desk"].job
    with writing(url.removeprefix("duckdb:///")):
        gate.set()
        ended(job)
    [warning] = [unescaped(box.value) for box in open_page("loading").warning]
    assert WHO in warning
    assert words("errors.being_written", address=url.removeprefix("duckdb:///")) in warning
    assert loads(url) == []


def test_a_mistake_of_the_program_quotes_nothing(
    url: str, service: Service, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    code = sorted(service.codes)[0]

    def broken(files, *_) -> None:
        raise ValueError(f"could not convert {code}")

    monkeypatch.setattr(loader, "plan", broken)
    app = check(open_page("loading"), [("a.csv", b"x", "")])
    assert refused(app) == [words("frame.unexpected")]
    assert "ValueError" in caplog.text
    assert "test_loading_page.py" in caplog.text  # the place
    assert code not in caplog.text


def test_files_are_forgotten_when_they_have_been_read(url: str, service: Service, tmp_path: Path) -> None:
    gone = []

    class Content(bytes):
        """Bytes that say when they go."""

        def __del__(self) -> None:
            gone.append(len(self))

    files = [(name, Content(content)) for name, content, _ in exported(service, tmp_path, "members", "payments")]
    files.append(("bojats.xlsx", Content(b"PK\x03\x04 cut off")))
    files.append(("bez.csv", Content(b"Kaut kas;cits\r\n")))
    sizes = sorted(len(content) for _, content in files)
    mine = desks.Desk(who=WHO)
    mine.check(files, None)
    del files
    ended(mine.job)
    assert len(mine.job.result.unread) == 2
    gc.collect()
    assert sorted(gone) == sizes


# ── where and what can be loaded ─────────────────────────────────────────────────────────────────


def test_an_empty_database_offers_the_way_here(url: str) -> None:
    app = open_page("benefits")
    assert [box.value for box in app.error] == [words("errors.database_empty")]
    assert [link.label for link in app.get("page_link")] == [words("pages.loading.title")]


def test_nothing_is_loaded_among_demonstration_data(monkeypatch: pytest.MonkeyPatch, demonstration_url: str) -> None:
    monkeypatch.setenv("DATABASE_URL", demonstration_url)
    app = open_page("loading")
    assert words("upload.demonstration") in [unescaped(box.value) for box in app.info]
    assert not app.file_uploader
    assert app.get("download_button")


@pytest.mark.postgres
def test_without_an_address_for_loading_the_page_says_who_can_load(
    monkeypatch: pytest.MonkeyPatch, new_loading_url
) -> None:
    read, other = new_loading_url("postgresql"), new_loading_url("postgresql")
    monkeypatch.setenv("DATABASE_URL", read)
    app = open_page("loading")
    assert [box.value.replace("\\", "") for box in app.info] == [words("errors.loading_not_set")]
    assert not app.file_uploader
    monkeypatch.setenv("LOADING_DATABASE_URL", other)
    app.run()
    names = {key: sqlalchemy.make_url(one).database for key, one in (("read", read), ("load", other))}
    assert [box.value.replace("\\", "") for box in app.info] == [words("errors.loading_elsewhere", **names)]


@pytest.mark.parametrize("language", ["lv", "en"])
def test_templates_are_offered_one_by_one_and_together(url: str, language: str) -> None:
    app = open_page("loading", lang=language)
    offered = [one.label for one in app.get("download_button")]
    assert offered == [
        words("upload.all_templates", language),
        *["XLSX", "CSV"] * len(loader.KINDS),
        words("upload.sample_mapping", language),
    ]
    assert len(loader.templates(language)) == 2 * len(loader.KINDS)


def test_the_key_of_the_installation_is_used(url: str, service: Service, tmp_path: Path) -> None:
    confirm(check(open_page("loading"), exported(service, tmp_path, "members")))
    key = load_key(tmp_path / "person.key", create=False)
    keys = {person_key(key, m.code.replace("-", "")) for home in service.households for m, *_ in home.members}
    assert {key for (key,) in rows_of(url, schema.persons.c.person_key)} == keys
    assert open_database(url).coverage == {}
