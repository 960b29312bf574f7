"""A database file is replaced whole, also when the one who replaces it is killed."""

import os
import signal
import subprocess
import sys
from pathlib import Path

import duckdb
import pytest

from data_access.pointer import UNFINISHED, BeingWritten, clean, new_version, resolve, switch, writing

REPOSITORY = Path(__file__).resolve().parents[1]


def put(path: Path, text: str) -> Path:
    new_file = new_version(path)
    new_file.write_text(text)
    return switch(path, new_file)


def versions(path: Path) -> set[str]:
    return {entry.name for entry in path.parent.iterdir() if not entry.name.startswith(".")} - {path.name}


@pytest.fixture
def path(tmp_path):
    return tmp_path / "case.duckdb"


def test_switching_moves_the_pointer(path):
    first = put(path, "old")
    assert resolve(path) == first
    second = put(path, "new")
    assert path.is_symlink()
    assert path.read_text() == "new"
    assert resolve(path) == second
    assert first.read_text() == "old", "a reader that resolved the pointer before still finds its file"


def test_the_pointer_goes_along_when_the_folder_is_moved(path, tmp_path):
    put(path, "old")
    moved = path.parent.rename(tmp_path.with_name(tmp_path.name + "-moved"))
    assert (moved / path.name).read_text() == "old"


def test_cleaning_keeps_the_current_version_and_the_one_before(path):
    files = [put(path, str(number)) for number in range(4)]
    clean(path)
    assert versions(path) == {files[3].name, files[2].name}


def test_cleaning_removes_what_killed_writers_left(path):
    current = put(path, "old")
    unfinished = new_version(path)
    unfinished.write_text("half")
    unfinished.with_name(unfinished.name + ".wal").write_text("half")
    unfinished.with_name(unfinished.name + ".tmp").mkdir()
    never_switched_to = new_version(path)
    never_switched_to.with_name(never_switched_to.name.removesuffix(UNFINISHED)).write_text("whole")
    link = path.with_name(f".{path.name}.0123abcd")
    link.symlink_to("nothing")
    clean(path)
    assert versions(path) == {current.name}
    assert not link.is_symlink()
    assert path.read_text() == "old"


def test_cleaning_leaves_other_files_alone(path):
    put(path, "old")
    for name in ("case-notes.txt", "case-2023.duckdb", "other-20230101T000000000000Z-abcdef.duckdb"):
        path.with_name(name).write_text("mine")
    clean(path)
    assert {"case-notes.txt", "case-2023.duckdb", "other-20230101T000000000000Z-abcdef.duckdb"} <= versions(path)


def test_a_plain_file_becomes_the_version_before(path):
    path.write_text("by hand")
    put(path, "new")
    clean(path)
    assert path.read_text() == "new"
    [before] = versions(path) - {resolve(path).name}
    assert path.with_name(before).read_text() == "by hand"


def test_one_writer_at_a_time(path):
    with writing(path), pytest.raises(BeingWritten), writing(path):
        pass
    with writing(path):
        pass


KILLED_BUILD = """
import os, signal, sys
from data_access.demo import build

def die(done, step):
    if done > 0.7:
        os.kill(os.getpid(), signal.SIGKILL)

build(sys.argv[1], progress=die)
"""


def test_a_build_that_is_killed_leaves_the_old_database(path):
    old = new_version(path)
    with duckdb.connect(str(old)) as connection:
        connection.execute("CREATE TABLE loads AS SELECT true AS demonstration, 'old' AS source")
    old = switch(path, old)

    ended = subprocess.run(
        [sys.executable, "-c", KILLED_BUILD, f"duckdb:///{path}"],
        cwd=REPOSITORY,
        capture_output=True,
        text=True,
        check=False,
    )

    assert ended.returncode == -signal.SIGKILL, ended.stderr
    assert resolve(path) == old
    with duckdb.connect(str(path), read_only=True) as connection:
        assert connection.execute("SELECT source FROM loads").fetchall() == [("old",)]
    assert any(UNFINISHED in name for name in versions(path)), "it was killed while it wrote"
    with writing(path):  # the lock went with the process
        clean(path)
    assert versions(path) == {old.name}
    assert os.readlink(path) == old.name
