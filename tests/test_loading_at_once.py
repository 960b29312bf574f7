"""Loads at once: of two processes that both confirm a plan one wins, and the database is that of the winner."""

import subprocess
import sys
import time
from pathlib import Path

from data_access import schema
from data_access.loading.applying import undo
from data_access.loading.plan import plan
from tests.infrastructure.exports import TODAY, Service
from tests.infrastructure.loading import everything, rows_of

REPOSITORY = Path(__file__).resolve().parents[1]
KEY = b"k" * 32

# Plans, says so, waits until everybody has, and then takes the lock as soon as it is free.
CONFIRMED = """
import sys, time
from pathlib import Path
from data_access import DataAccessError
from data_access.loading import applying
from data_access.pointer import BeingWritten
from tests.test_loading_at_once import planned

url, export, ready, go = sys.argv[1:]
changing = applying.changing

class WhenFree:
    def __init__(self, *arguments, **options):
        self.changes = lambda: changing(*arguments, **options)

    def __enter__(self):
        Path(ready).touch()
        while not Path(go).exists():
            time.sleep(0.001)
        while True:
            self.place = self.changes()
            try:
                return self.place.__enter__()
            except BeingWritten:
                time.sleep(0.001)

    def __exit__(self, *raised):
        return self.place.__exit__(*raised)

confirmed = planned(url, Path(export))
applying.changing = WhenFree
try:
    print("load", confirmed.apply("A").load_id)
except DataAccessError as error:
    print(type(error).__name__)
"""


def planned(url: str, file: Path):
    return plan([file], url=url, key=KEY, today=TODAY)


def payments(folder: Path, cents: int) -> Path:
    """The same payments, each of so many cents."""
    service = Service(seed=51, homes=3, payments_a_month=4, months=(1, 2))
    service.payments = [row | {"cents": cents} for row in service.payments]
    [path] = service.write(folder, "csv", ["payments"])
    return path


def test_of_two_plans_confirmed_at_once_one_is_loaded(loading_url: str, tmp_path: Path) -> None:
    base = Service(seed=51, homes=3, payments_a_month=4, months=(1, 2)).write(tmp_path / "base", "csv", ["members"])
    planned(loading_url, base[0]).apply("A")
    before = everything(loading_url)
    amounts = (100, 7)
    files = [payments(tmp_path / str(cents), cents) for cents in amounts]
    ready, go = [tmp_path / f"ready_{number}" for number in range(2)], tmp_path / "go"
    processes = [
        subprocess.Popen(
            [sys.executable, "-c", CONFIRMED, loading_url, str(file), str(said), str(go)],
            cwd=REPOSITORY,
            stdout=subprocess.PIPE,
            text=True,
        )
        for file, said in zip(files, ready, strict=True)
    ]
    while not all(said.exists() for said in ready):
        assert not any(process.poll() for process in processes)
        time.sleep(0.01)
    go.touch()
    outcomes = [process.communicate()[0].strip() for process in processes]

    assert sorted(outcomes) == ["ChangedMeanwhile", "load 2"]
    winner = amounts[outcomes.index("load 2")]
    c = schema.payments.c
    assert rows_of(loading_url, c.cents, c.load_id) == [(winner, 2)] * 8
    assert rows_of(loading_url, schema.loads.c.load_id) == [(1,), (2,)]
    undo(loading_url, who="A")
    assert everything(loading_url) == before
