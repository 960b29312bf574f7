"""The audit log: kept by several at once, and whatever is done to it afterwards shows."""

import errno
import hashlib
import itertools
import json
import os
import stat
import subprocess
import sys
import time
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest

from data_access import COUNCIL, NotAllowed, Question, audits
from data_access.__main__ import main
from data_access.access.table import access
from data_access.audit import AuditLog, AuditUnavailable, Diary, Looks, Seal, verify
from data_access.language import texts

REPOSITORY = Path(__file__).resolve().parents[1]


def clock(*moments: str) -> Callable[[], datetime]:
    """Tells these moments one after the other, the last again and again."""
    left = [datetime.fromisoformat(moment).replace(tzinfo=UTC) for moment in moments]
    return lambda: left.pop(0) if len(left) > 1 else left[0]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "audit"


@pytest.fixture
def log(folder: Path) -> AuditLog:
    """Six lines of one month: page p1 … p6."""
    found = AuditLog(folder, clock=clock("2026-05-05"))
    for number in range(1, 7):
        found.append("page", page=f"p{number}")
    return found


def only_file(folder: Path) -> Path:
    [path] = folder.glob("*.jsonl")
    return path


def lines(folder: Path) -> list[dict]:
    return [json.loads(line) for path in sorted(folder.glob("*.jsonl")) for line in path.read_bytes().splitlines()]


def findings(folder: Path, noted: Seal | None = None) -> list[tuple[str, int]]:
    return [(one.kind, one.n) for one in verify(folder, noted).findings]


# ── writing ──────────────────────────────────────────────────────────────────────────────────────


def test_each_line_has_its_number_and_the_hash_of_the_line_before(log: AuditLog, folder: Path) -> None:
    raw = only_file(folder).read_bytes().splitlines()
    assert [json.loads(line)["n"] for line in raw] == [1, 2, 3, 4, 5, 6]
    assert json.loads(raw[0])["before"] == "0" * 64
    for before, line in itertools.pairwise(raw):
        assert json.loads(line)["before"] == hashlib.sha256(before).hexdigest()
    assert json.loads(raw[0])["at"] == "2026-05-05T00:00:00.000Z"
    found = verify(folder)
    assert (found.good, found.lines, found.last) == (True, 6, Seal(6, hashlib.sha256(raw[-1]).hexdigest()))


def test_nobody_else_on_the_computer_may_read_it(log: AuditLog, folder: Path) -> None:
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    assert {stat.S_IMODE(path.stat().st_mode) for path in folder.iterdir()} == {0o600}


WRITES_MANY = """
import sys
from pathlib import Path
from data_access.audit import AuditLog

log = AuditLog(Path(sys.argv[1]))
log.append("page", who="other", number=0)
sys.stdin.readline()
for number in range(1, 300):
    log.append("page", who="other", number=number)
"""


def test_two_processes_write_one_chain(folder: Path) -> None:
    command = [sys.executable, "-c", WRITES_MANY, str(folder)]
    other = subprocess.Popen(command, stdin=subprocess.PIPE, cwd=REPOSITORY)
    while not (folder / "head").exists():
        assert other.poll() is None
        time.sleep(0.01)
    other.stdin.write(b"\n")
    other.stdin.close()
    log = AuditLog(folder)
    for number in range(300):
        log.append("page", who="own", number=number)
    assert other.wait() == 0
    assert findings(folder) == []
    written = lines(folder)
    assert [line["n"] for line in written] == list(range(1, 601))
    for name in ("own", "other"):
        assert [line["number"] for line in written if line["who"] == name] == list(range(300))


def test_the_chain_goes_on_into_the_next_month_and_never_back(folder: Path) -> None:
    log = AuditLog(folder, clock=clock("2026-01-31", "2026-02-01", "2026-01-31", "2026-02-02"))
    for _ in range(4):
        log.append("page")
    assert [path.name for path in sorted(folder.glob("*.jsonl"))] == ["audit-2026-01.jsonl", "audit-2026-02.jsonl"]
    assert [line["at"][:10] for line in lines(folder)] == ["2026-01-31", "2026-02-01", "2026-01-31", "2026-02-02"]
    assert findings(folder) == []


def test_old_months_are_taken_away_and_the_rest_can_be_checked(folder: Path) -> None:
    moments = ("2025-11-05", "2025-11-06", "2025-12-05", "2026-01-05", "2026-02-05", "2026-02-06")
    log = AuditLog(folder, keep_months=2, clock=clock(*moments))
    for _ in moments:
        log.append("page")
    assert [path.name for path in sorted(folder.glob("*.jsonl"))] == [
        "audit-2025-12.jsonl",
        "audit-2026-01.jsonl",
        "audit-2026-02.jsonl",
    ]
    assert [(line["event"], line.get("file")) for line in lines(folder)][-3:] == [
        ("page", None),
        ("removed", "audit-2025-11.jsonl"),
        ("page", None),
    ]
    assert findings(folder) == []
    # Taken away by hand, a month is missed.
    (folder / "audit-2025-12.jsonl").unlink()
    assert findings(folder) == [("missing_first", 4)]


def test_a_clock_that_leaps_ahead_takes_no_more_away_than_the_next_month(folder: Path) -> None:
    moments = ("2025-11-05", "2025-12-05", "2026-01-05", "2041-06-01", "2026-01-06", "2041-07-01")
    log = AuditLog(folder, keep_months=2, clock=clock(*moments))
    kept = [f"audit-{month}.jsonl" for month in ("2025-12", "2026-01", "2041-06")]
    for _ in moments[:5]:
        log.append("page")
    assert [path.name for path in sorted(folder.glob("*.jsonl"))] == kept
    # A whole month later nobody has noticed: then it is the time.
    log.append("page")
    assert [path.name for path in sorted(folder.glob("*.jsonl"))] == [kept[-1], "audit-2041-07.jsonl"]
    assert findings(folder) == []


@pytest.mark.parametrize("when", ["write", "half", "open"])
def test_what_cannot_be_kept_is_refused_and_the_log_stays_whole(
    log: AuditLog, folder: Path, monkeypatch: pytest.MonkeyPatch, when: str
) -> None:
    before, write, open_ = only_file(folder).read_bytes(), os.write, os.open

    def full(*_) -> int:
        raise OSError(errno.ENOSPC, "full")

    with monkeypatch.context() as patch:
        if when == "open":
            patch.setattr(os, "open", full)
        else:
            patch.setattr(os, "write", full if when == "write" else lambda file, text: write(file, text[:20]))
        with pytest.raises(AuditUnavailable):
            log.append("page", page="p7")
    assert os.open is open_
    assert only_file(folder).read_bytes() == before
    log.append("page", page="p7")
    assert findings(folder) == []
    assert lines(folder)[-1]["n"] == 7


def test_a_process_killed_between_line_and_note_leaves_no_gap(log: AuditLog, folder: Path) -> None:
    head = (folder / "head").read_bytes()
    log.append("page", page="p7")
    (folder / "head").write_bytes(head)
    log.append("page", page="p8")
    assert [line["n"] for line in lines(folder)] == list(range(1, 9))
    assert findings(folder) == []


# ── what was done to it shows ────────────────────────────────────────────────────────────────────


def changed(raw: list[bytes]) -> list[bytes]:
    return [*raw[:2], raw[2].replace(b'"p3"', b'"p9"'), *raw[3:]]


@pytest.mark.parametrize(
    ("damage", "expected"),
    [
        (lambda raw: changed(raw), [("changed", 3)]),
        (lambda raw: [*raw[:2], *raw[3:]], [("missing", 3)]),
        (lambda raw: [*raw[:1], *raw[4:]], [("missing", 2)]),
        (lambda raw: raw[1:], [("missing_first", 2)]),
        (lambda raw: [raw[0], raw[2], raw[1], *raw[3:]], [("missing", 2), ("moved", 2), ("missing", 3)]),
        (lambda raw: [*raw[:3], raw[2], *raw[3:]], [("moved", 3)]),
        (lambda raw: [*raw[:2], raw[2][:-9], *raw[3:]], [("damaged", 3), ("missing", 3)]),
        (lambda raw: raw[:-1], [("cut_off", 6)]),
        (lambda raw: [], [("cut_off", 6)]),
        (lambda raw: [*raw[:5], raw[5].replace(b'"p6"', b'"p9"')], [("changed_end", 6)]),
    ],
    ids=["changed", "missing", "several", "first", "order", "twice", "damaged", "cut", "emptied", "last"],
)
def test_what_is_done_to_a_line_shows_and_still_shows_later(
    log: AuditLog, folder: Path, damage, expected: list[tuple[str, int]]
) -> None:
    path = only_file(folder)
    path.write_bytes(b"".join(line + b"\n" for line in damage(path.read_bytes().splitlines())))
    assert findings(folder) == expected
    log.append("page", page="p7")
    assert findings(folder)


def test_a_cut_end_with_the_note_gone_shows_too(log: AuditLog, folder: Path) -> None:
    path = only_file(folder)
    path.write_bytes(b"".join(path.read_bytes().splitlines(keepends=True)[:-2]))
    (folder / "head").unlink()
    assert findings(folder) == [("no_head", 4)]
    log.append("page", page="p7")
    assert findings(folder) == [("head_lost", 5)]


def test_a_log_that_was_rewritten_whole_shows_by_a_seal_noted_elsewhere(log: AuditLog, folder: Path) -> None:
    noted = verify(folder).last
    log.append("page", page="p7")
    assert findings(folder, noted) == []
    for path in folder.iterdir():
        path.unlink()
    assert findings(folder, noted) == [("no_log", 0), ("not_as_noted", 6)]
    forged = AuditLog(folder, clock=clock("2026-05-05"))
    for number in (1, 2, 9, 4, 5, 6, 7):
        forged.append("page", page=f"p{number}")
    assert findings(folder) == []
    assert findings(folder, noted) == [("not_as_noted", 6)]


def test_a_line_torn_by_a_power_cut_shows_and_the_next_stands_by_itself(log: AuditLog, folder: Path) -> None:
    with only_file(folder).open("ab") as file:
        file.write(b'{"n":7,"at"')
    log.append("page", page="p7")
    assert findings(folder) == [("damaged", 7)]
    assert json.loads(only_file(folder).read_bytes().splitlines()[-1])["n"] == 7


def test_the_command_says_it_and_its_exit_code_too(log: AuditLog, folder: Path, capsys) -> None:
    ask = ["audit", "verify", "--folder", str(folder)]
    assert main(ask) == 0
    said, seal = capsys.readouterr().out, str(verify(folder).last)
    assert said.splitlines() == [texts("lv")("audit.good", count=6), texts("lv")("audit.seal", seal=seal)]
    assert main([*ask, "--noted", seal]) == 0
    path = only_file(folder)
    path.write_bytes(b"".join(line + b"\n" for line in changed(path.read_bytes().splitlines())))
    assert main([*ask, "--language", "en"]) == 1
    assert "audit-2026-05.jsonl: line 3 has been changed." in capsys.readouterr().out
    with pytest.raises(SystemExit) as wrong:
        main([*ask, "--noted", "6:abc"])
    assert wrong.value.code == 2


# ── what is kept ─────────────────────────────────────────────────────────────────────────────────


def test_a_diary_keeps_each_look_once_and_no_value_of_a_filter(folder: Path) -> None:
    looks = Looks()
    diary = Diary(AuditLog(folder, clock=clock("2026-05-05")), "a@example.test", "director", "s1", looks)
    question = Question.of("visits", 2023, by="branch", where={"centre": "saime"})
    for page, asked in [("day_centres", question)] * 2 + [("method", None), ("day_centres", question)]:
        looks.begin()
        diary.page(page, "internal")
        if asked:
            diary.answered(asked, 9)
            diary.answered(asked, 9)
    kept = lines(folder)
    assert [line["event"] for line in kept] == ["page", "question", "page", "page", "question"]
    assert {(line["who"], line["role"], line["sign_in"]) for line in kept} == {("a@example.test", "director", "s1")}
    of_question = {
        **{"measures": ["visits"], "by": ["branch"], "where": ["centre"], "period": "2023"},
        **{"audience": "internal", "rows": 9},
    }
    assert kept[1].items() >= of_question.items()
    assert "saime" not in only_file(folder).read_text()


def test_a_refusal_is_kept_with_what_was_wanted(folder: Path) -> None:
    diary = Diary(AuditLog(folder), "a@example.test", "clerk", "s1")
    question = Question.of("visits", 2023, audience=COUNCIL)
    diary.refused(NotAllowed("measure", ""), question)
    diary.refused(NotAllowed("loading", ""))
    [first, second] = lines(folder)
    assert (first["event"], first["what"], first["measures"], first["audience"]) == (
        "refused",
        "measure",
        ["visits"],
        "council",
    )
    assert (second["event"], second["what"]) == ("refused", "loading")


def test_the_director_reads_it_and_nobody_else(log: AuditLog, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    settled = folder.parent / "access.toml"
    settled.write_text(f'[audit]\nfolder = "{folder}"', encoding="utf-8")
    monkeypatch.setenv("ACCESS_FILE", str(settled))
    director = access("director")
    Diary(log, "a@example.test", "clerk", "s1").keep("sign_in")
    assert audits.months(director) == ["2026-05"]
    found = audits.read_month(director, "2026-05")
    assert [line["n"] for line in found] == [7, 6, 5, 4, 3, 2, 1]
    assert audits.raw_month(director, "2026-05") == only_file(folder).read_bytes()
    assert audits.read_month(director, "2026-04") == audits.read_month(director, "../../x") == []
    assert audits.verified(director).good
    assert audits.by_person(found) == {("", ""): {"page": 6}, ("a@example.test", "clerk"): {"sign_in": 1}}
    for role in ("analyst", "clerk", "councillor"):
        for read in (audits.months, audits.verified, lambda who: audits.raw_month(who, "2026-05")):
            with pytest.raises(NotAllowed):
                read(access(role))
