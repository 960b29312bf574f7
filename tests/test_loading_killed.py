"""A load that is killed or runs out of room leaves the database as it was, and the next one succeeds."""

import multiprocessing
import os
import shutil
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pandas as pd
import pytest
from sqlalchemy import make_url

from data_access import pointer, schema
from data_access.errors import DiskFull
from data_access.loading import records
from data_access.loading.applying import apply
from data_access.migrations import migrate
from data_access.pointer import BeingWritten, resolve
from tests.infrastructure.loading import everything, file_of, rows_of, typed

ROWS = 20_000
REPOSITORY = Path(__file__).resolve().parents[1]


def first_load() -> pd.DataFrame:
    return typed("payments", *({"household_key": "a", "payment_date": f"2023-0{m}-05", "cents": m} for m in (1, 2, 3)))


def large_load() -> pd.DataFrame:
    one = typed("payments", {"household_key": "b", "payment_date": "2023-02-06", "cents": 7})
    return one.loc[one.index.repeat(ROWS)].assign(row=range(ROWS)).reset_index(drop=True)


def load(url: str, frame: pd.DataFrame, **options) -> None:
    apply(url, {"payments": frame}, who="A", files=[file_of("payments", frame)], **options)


# A load that dies has a process of its own, forked from one that has imported everything already.
processes = multiprocessing.get_context("forkserver")
processes.set_forkserver_preload([__name__])


def die(*_) -> None:
    os.kill(os.getpid(), signal.SIGKILL)


def load_and_die(url: str, moment: str) -> None:
    """Brings the large load in, until it has come to a step, or for some milliseconds."""
    timer = threading.Timer(int(moment[:-2]) / 1000 if moment.endswith("ms") else 0, die)
    timer.daemon = True
    if moment == "before the pointer moves":
        pointer.os.replace = die
    elif moment == "before the file has its name":
        pointer.os.rename = die

    def progress(done: float, step: str) -> None:
        if step == moment:
            die()
        if moment.endswith("ms") and not timer.is_alive():
            timer.start()

    load_when_free(url, large_load(), progress=progress)


def killed(url: str, moment: str) -> int:
    process = processes.Process(target=load_and_die, args=(url, moment))
    process.start()
    process.join()
    assert process.exitcode in (0, -signal.SIGKILL)
    return process.exitcode


def load_when_free(url: str, frame: pd.DataFrame, **options) -> None:
    """The server needs a moment to notice that who held the lock is gone."""
    for _ in range(200):
        try:
            return load(url, frame, **options)
        except BeingWritten:
            time.sleep(0.1)
    raise AssertionError("the lock has outlived the process")


def spend(url: str) -> list[tuple]:
    c = schema.payments.c
    return rows_of(url, c.payment_date, c.cents)


MOMENTS = ["preparing", "people", "records", "finishing"]


@pytest.mark.parametrize("moment", MOMENTS)
def test_killed_at_a_step(loading_url: str, moment: str) -> None:
    load(loading_url, first_load())
    before = everything(loading_url)
    assert killed(loading_url, moment) == -signal.SIGKILL
    assert everything(loading_url) == before
    assert rows_of(loading_url, schema.loads.c.load_id) == [(1,)]
    load_when_free(loading_url, large_load())
    assert len(spend(loading_url)) == ROWS + 2
    left = list(Path(make_url(loading_url).database).parent.glob("*.unfinished*"))
    assert not left or "postgresql" in loading_url


def test_killed_at_any_millisecond(loading_url: str) -> None:
    load(loading_url, first_load())
    before = everything(loading_url)
    outcomes = set()
    for milliseconds in (20, 100, 200, 400, 800):
        ended = killed(loading_url, f"{milliseconds}ms")
        outcomes.add(ended)
        whole = rows_of(loading_url, schema.loads.c.load_id) == [(1,), (2,)]
        if whole:  # it was over just before
            assert len(spend(loading_url)) == ROWS + 2
            break
        assert ended == -signal.SIGKILL
        assert everything(loading_url) == before
    assert -signal.SIGKILL in outcomes


@pytest.mark.parametrize("moment", ["before the file has its name", "before the pointer moves"])
def test_killed_while_the_pointer_moves(new_loading_url, moment: str) -> None:
    url = new_loading_url("duckdb")
    load(url, first_load())
    before = everything(url)
    path = Path(make_url(url).database)
    current = os.readlink(path)
    assert killed(url, moment) == -signal.SIGKILL
    assert os.readlink(path) == current
    assert everything(url) == before
    load(url, large_load())
    assert len(spend(url)) == ROWS + 2
    assert len(list(path.parent.glob("own_*Z-*"))) == 2, "this one and the one before"


def test_stopped_at_a_confirmation(loading_url: str) -> None:
    load(loading_url, first_load())
    before = everything(loading_url)

    def stop(done: float, step: str) -> None:
        if step == "finishing":
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        load(loading_url, large_load(), progress=stop)
    assert everything(loading_url) == before


@contextmanager
def small_disk(folder: Path) -> Iterator[Path]:
    """A file system of a few megabytes."""
    folder.mkdir()
    subprocess.run(["mount", "-t", "tmpfs", "-o", "size=24m", "tmpfs", str(folder)], check=True)
    try:
        yield folder
    finally:
        subprocess.run(["umount", str(folder)], check=True)


def as_root_of_its_own(test: str, folder: Path) -> None:
    """Runs a test where whoever runs it may mount: in a namespace of its own."""
    command = ["unshare", "--map-root-user", "--mount", sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider"]
    found = subprocess.run(
        [*command, f"--basetemp={folder}", test], cwd=REPOSITORY, capture_output=True, text=True, check=False
    )
    assert found.returncode == 0, found.stdout + found.stderr


def test_a_full_disk(tmp_path: Path, request: pytest.FixtureRequest) -> None:
    if os.geteuid():
        as_root_of_its_own(request.node.nodeid, tmp_path / "inside")
        return
    with small_disk(tmp_path / "small") as disk:
        url = f"duckdb:///{disk / 'case.duckdb'}"
        migrate(make_url(url))
        load(url, first_load())
        before, current = everything(url), resolve(disk / "case.duckdb")
        filling = disk / "filling"
        free = shutil.disk_usage(disk).free
        # From no room for the copy to room for the copy but not for the rows.
        for left in (0, 1_000_000, current.stat().st_size + 200_000):
            filling.write_bytes(b"x" * (free - left))
            with pytest.raises(DiskFull) as caught:
                load(url, large_load())
            assert "vietas" in str(caught.value)
            assert resolve(disk / "case.duckdb") == current
            assert everything(url) == before
            assert not list(disk.glob("*.unfinished*"))
        filling.unlink()
        load(url, first_load().assign(cents=[4, 5, 6]))
        assert sum(cents for _, cents in spend(url)) == 15


def test_a_disk_that_is_full_halfway(loading_url: str, monkeypatch) -> None:
    load(loading_url, first_load())
    before = everything(loading_url)

    def full(*_, **__) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(records, "resolve_again", full)
    frame = typed("statuses", {"household_key": "a", "valid_from": "2023-01-01"})
    with pytest.raises(DiskFull):
        apply(loading_url, {"statuses": frame}, who="A", files=[file_of("statuses", frame)])
    assert everything(loading_url) == before
