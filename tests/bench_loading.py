"""How long a month's exports take into a database, and how much memory: `python -m tests.bench_loading`.

The exports are made up: households with members, and payments to them with a personal code in every second row, as
CSV. Each load is the command that IT would type, in a process of its own. PostgreSQL is the tests' own (no fsync).
"""

import argparse
import os
import random
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from datetime import date, timedelta
from pathlib import Path

from sqlalchemy import func, make_url, select

from data_access import schema
from data_access.engines import reading_engine
from data_access.migrations import migrate
from tests.bench import table
from tests.infrastructure.exports import BENEFITS, TERRITORIES, Row, personal_code, write_csv
from tests.infrastructure.postgres import PostgresServer

REPOSITORY = Path(__file__).resolve().parents[1]
MEMBERS = 3  # of a household
PAYMENTS = 12  # to a household
BEGAN = date(2020, 1, 1)


def members(draw: random.Random, households: int) -> Iterator[Row]:
    codes = set()
    for number in range(households):
        for _ in range(MEMBERS):
            born = date(1940, 1, 1) + timedelta(days=draw.randrange(29_000))
            while (code := personal_code(draw, born)) in codes:
                pass
            codes.add(code)
            yield {
                "household_key": f"L-{number:06}",
                "population": "residents",
                "territory": TERRITORIES[number % len(TERRITORIES)],
                "residence_from": BEGAN,
                "person_key": code,
                "birth_date": born,
                "sex": draw.choice(("female", "male")),
                "member_from": BEGAN,
            }


def payments(draw: random.Random, to: Sequence[Row], number: int) -> Iterator[Row]:
    for _ in range(number):
        member = draw.choice(to)
        yield {
            "household_key": member["household_key"],
            "person_key": draw.choice((None, member["person_key"])),
            "benefit_type": draw.choice(BENEFITS),
            "form": "cash",
            "payment_date": date(2023, 1, 1) + timedelta(days=draw.randrange(365)),
            "cents": draw.randrange(500, 50_000),
        }


def write_exports(folder: Path, number: int) -> int:
    """Writes members.csv and payments.csv; how many megabytes they have."""
    draw = random.Random(1)
    there = list(members(draw, number // PAYMENTS + 1))
    write_csv(folder / "members.csv", "members", there)
    write_csv(folder / "payments.csv", "payments", payments(draw, there, number))
    return sum(path.stat().st_size for path in folder.iterdir()) // 1_000_000


def load(url: str, exports: Path, key: Path) -> tuple[float, float]:
    """Seconds and GiB of the load of a folder. Its output is shown only if it fails."""
    command = [sys.executable, "-m", "data_access", "load", str(exports), "--yes", "--who", "A", "--database", url]
    environment = os.environ | {"PERSON_KEY_FILE": str(key)}
    began = time.perf_counter()
    with tempfile.TemporaryFile("w+") as said:
        process = subprocess.Popen(command, cwd=REPOSITORY, env=environment, stdout=said, stderr=said)
        _, status, used = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
        if process.returncode:
            said.seek(0)
            raise SystemExit(said.read())
    return time.perf_counter() - began, used.ru_maxrss / 2**20


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.bench_loading", description=__doc__.splitlines()[0])
    parser.add_argument("--payments", type=int, default=1_000_000, help="rows of payments (1 000 000)")
    parser.add_argument("--engines", nargs="+", default=["duckdb", "postgresql"], help="which (both)")
    return parser.parse_args()


def main() -> None:
    chosen = arguments()
    os.environ["ALLOW_WRITING_ROLE"] = "yes"
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    with tempfile.TemporaryDirectory(prefix="case-loading-") as text:
        folder = Path(text)
        folder.chmod(0o755)
        (exports := folder / "exports").mkdir()
        size = write_exports(exports, chosen.payments)
        rows = []
        for engine in chosen.engines:
            (own := folder / engine).mkdir()
            server = PostgresServer(own) if engine == "postgresql" else None
            if server:
                server.start()
            url = server.url() if server else f"duckdb:///{own / 'case.duckdb'}"
            try:
                migrate(make_url(url))
                seconds, memory = load(url, exports, folder / "person.key")
                with reading_engine(make_url(url)).connect() as connection:
                    counted = connection.execute(select(func.count()).select_from(schema.payments)).scalar_one()
                rows.append((engine, size, counted, round(seconds, 1), round(memory, 2)))
            finally:
                if server:
                    server.stop()
    table("Loads", ["engine", "MB", "payments", "s", "GiB"], rows)


if __name__ == "__main__":
    main()
