"""A real PostgreSQL server of our own: made in a temporary folder, stopped and removed at the end.

And a pair of them, a primary and a standby that follows it, as where several machines serve one database.
"""

import os
import pwd
import re
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path

import psycopg
import pytest

OLDEST_VERSION = 15
DEBIAN_VERSIONS = Path("/usr/lib/postgresql")
DATABASE = "case"
LONGEST_WAIT = 60  # seconds until something that has to happen is given up
SETTINGS = {
    "listen_addresses": "127.0.0.1",
    "fsync": "off",
    "synchronous_commit": "off",
    "full_page_writes": "off",
    "max_wal_size": "4GB",
    "shared_buffers": "256MB",
    "maintenance_work_mem": "256MB",
    "timezone": "Europe/Riga",
}
ALONE = {"wal_level": "minimal", "max_wal_senders": "0"}
FOLLOWED = {
    "wal_level": "replica",
    "wal_keep_size": "1GB",
    "hot_standby_feedback": "on",
    "wal_retrieve_retry_interval": "200ms",
}


def free_loopback_port() -> int:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return listener.getsockname()[1]


def _major_version(programs: Path) -> int:
    said = subprocess.run([programs / "initdb", "--version"], capture_output=True, text=True, check=True)
    return int(re.search(r"\d+", said.stdout).group())


def _server_programs() -> Path:
    folders = {program.parent for program in DEBIAN_VERSIONS.glob("*/bin/initdb")}
    if on_path := shutil.which("initdb"):
        folders.add(Path(on_path).resolve().parent)
    newest = max(folders, key=_major_version, default=None)
    if newest is None or _major_version(newest) < OLDEST_VERSION:
        pytest.fail(
            f"These tests need the server programs of PostgreSQL {OLDEST_VERSION} or newer; "
            "`make test` installs them, or: apt-get install postgresql",
            pytrace=False,
        )
    return newest


def _unprivileged() -> dict:
    """PostgreSQL refuses to run as root; as root we hand its processes over to its own user."""
    if os.geteuid() != 0:
        return {}
    try:
        account = pwd.getpwnam("postgres")
    except KeyError:
        pytest.fail("As root these tests need the user `postgres`: apt-get install postgresql", pytrace=False)
    return {"user": account.pw_uid, "group": account.pw_gid, "extra_groups": []}


class PostgresServer:
    """A cluster that listens on one loopback port; every test that asks may have its own database."""

    def __init__(self, folder: Path, settings: Mapping[str, str] = ALONE) -> None:
        self.folder = folder
        self.cluster = folder / "cluster"
        self._settings = settings
        self.port = free_loopback_port()
        self._programs = _server_programs()
        self._as = _unprivileged()
        if self._as:
            os.chown(folder, self._as["user"], self._as["group"])

    def url(self, database: str = DATABASE) -> str:
        return f"postgresql+psycopg://postgres@127.0.0.1:{self.port}/{database}"

    def _run(self, program: str, *arguments: str) -> None:
        command = [str(self._programs / program), *arguments]
        # Output goes to a file, not a pipe: the server inherits it and would keep a pipe open.
        with (self.folder / f"{program}.log").open("w+") as said:
            code = subprocess.run(
                command, cwd=self.folder, stdout=said, stderr=subprocess.STDOUT, check=False, **self._as
            ).returncode
            said.seek(0)
            text = said.read()
        if code:
            server_log = self.folder / "server.log"
            tail = server_log.read_text()[-2000:] if server_log.exists() else ""
            pytest.fail(f"{program} ended with {code}:\n{text}\n{tail}", pytrace=False)

    def start(self) -> None:
        """Makes the cluster and starts it, with an empty database."""
        self._make()
        self.launch()
        self.create_database(DATABASE)

    def _make(self) -> None:
        self._run(
            "initdb",
            f"--pgdata={self.cluster}",
            "--username=postgres",
            "--auth=trust",
            "--encoding=UTF8",
            "--locale=C.UTF-8",
            "--no-sync",
        )
        self._set(SETTINGS | self._settings)

    def _set(self, settings: Mapping[str, str]) -> None:
        here = {"port": str(self.port), "unix_socket_directories": str(self.folder)}
        with (self.cluster / "postgresql.conf").open("a") as file:
            file.writelines(f"\n{name} = '{value}'" for name, value in (here | settings).items())

    def launch(self) -> None:
        """Starts the cluster that is there, unless it runs."""
        if not self.runs:
            log = f"--log={self.folder / 'server.log'}"
            self._run("pg_ctl", "start", f"--pgdata={self.cluster}", log, "--wait", f"--timeout={LONGEST_WAIT}")

    @property
    def runs(self) -> bool:
        return (self.cluster / "postmaster.pid").exists()

    def create_database(self, name: str, template: str = "template0") -> str:
        where = [f"--host={self.folder}", f"--port={self.port}", "--username=postgres"]
        self._run("createdb", *where, f"--template={template}", name)
        return self.url(name)

    def stop(self, mode: str = "fast") -> None:
        if self.runs:
            arguments = (f"--mode={mode}", "--wait", f"--timeout={LONGEST_WAIT}")
            self._run("pg_ctl", "stop", f"--pgdata={self.cluster}", *arguments)

    @contextmanager
    def frozen(self) -> Iterator[None]:
        """Inside, the server hangs: its kernel takes connections, and none of its processes ever answers."""
        postmaster = int((self.cluster / "postmaster.pid").read_text().split()[0])
        stopped: list[int] = []
        try:
            while new := [pid for pid in (postmaster, *_children(postmaster)) if pid not in stopped]:
                for pid in new:
                    _signal(pid, signal.SIGSTOP)
                stopped += new
            yield
        finally:
            for pid in stopped:
                _signal(pid, signal.SIGCONT)

    def run_sql(self, statement: str, database: str = DATABASE) -> list[tuple]:
        """Rows of a statement, run by the server's owner, each in a transaction of its own."""
        with psycopg.connect(
            host="127.0.0.1", port=self.port, user="postgres", dbname=database, autocommit=True
        ) as connection:
            cursor = connection.execute(statement)
            return cursor.fetchall() if cursor.description else []


def _signal(pid: int, number: signal.Signals) -> None:
    with suppress(ProcessLookupError):  # it has just ended
        os.kill(pid, number)


def _children(parent: int) -> list[int]:
    found = []
    for stat in Path("/proc").glob("[0-9]*/stat"):
        try:
            state = stat.read_text()
        except (FileNotFoundError, ProcessLookupError):  # it has just ended
            continue
        if int(state.rpartition(")")[2].split()[1]) == parent:
            found.append(int(stat.parent.name))
    return found


class Standby(PostgresServer):
    """A copy of a running primary that follows it by streaming and may only be read."""

    def __init__(self, folder: Path, primary: PostgresServer) -> None:
        super().__init__(folder)
        self._primary = primary

    def start(self) -> None:
        self._run(
            "pg_basebackup",
            "--host=127.0.0.1",
            f"--port={self._primary.port}",
            "--username=postgres",
            f"--pgdata={self.cluster}",
            "--write-recovery-conf",
            "--checkpoint=fast",
            "--wal-method=stream",
            "--no-sync",
        )
        self._set({})
        self.launch()

    def promote(self) -> None:
        """It follows nobody any more and may be written."""
        self._run("pg_ctl", "promote", f"--pgdata={self.cluster}", "--wait", f"--timeout={LONGEST_WAIT}")


class Pair:
    """A primary and a standby, on one machine."""

    def __init__(self, folder: Path) -> None:
        for name in ("primary", "standby"):
            (folder / name).mkdir()
        self.primary = PostgresServer(folder / "primary", FOLLOWED)
        self.standby = Standby(folder / "standby", self.primary)

    def start(self) -> None:
        self.primary.start()
        self.standby.start()

    def stop(self) -> None:
        self.standby.stop("immediate")
        self.primary.stop("immediate")

    def url(self, database: str = DATABASE, user: str = "postgres") -> str:
        """The address of both; the primary stands first, so that it is not the order that leads to the standby."""
        hosts = "&".join(f"host=127.0.0.1:{server.port}" for server in (self.primary, self.standby))
        return f"postgresql+psycopg://{user}@/{database}?{hosts}&target_session_attrs=prefer-standby"

    def wait_until_caught_up(self) -> None:
        """Until the standby has what the primary has now."""
        [(written,)] = self.primary.run_sql("SELECT pg_current_wal_insert_lsn()")
        wait_until(lambda: self.standby.run_sql(f"SELECT pg_last_wal_replay_lsn() >= '{written}'") == [(True,)])


def wait_until(happened: Callable[[], bool]) -> None:
    """Waits for a condition, not for a time: a slow computer only takes longer."""
    given_up = time.monotonic() + LONGEST_WAIT
    while not happened():
        assert time.monotonic() < given_up, f"not within {LONGEST_WAIT} seconds"
        time.sleep(0.05)


def pytest_configure() -> None:
    """Asked to stop (`timeout`, a cancelled CI job), pytest still stops the servers it has started.

    The tests read as `postgres`, which may write; `tests/test_roles.py` takes this permission away again.
    """
    os.environ["ALLOW_WRITING_ROLE"] = "yes"
    signal.signal(signal.SIGTERM, signal.default_int_handler)


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[PostgresServer]:
    # Not pytest's own temporary folder: its parents are closed to other users, and the name of a
    # Unix socket may be no longer than 107 letters.
    with tempfile.TemporaryDirectory(prefix="case-postgres-") as folder:
        server = PostgresServer(Path(folder))
        server.start()
        try:
            yield server
        finally:
            server.stop()


@pytest.fixture(scope="session")
def postgres_url(postgres_server: PostgresServer) -> str:
    """The SQLAlchemy address of an empty PostgreSQL database that lives as long as the tests."""
    return postgres_server.url()


@contextmanager
def new_pair() -> Iterator[Pair]:
    """A primary and a standby of one's own, running."""
    with tempfile.TemporaryDirectory(prefix="case-pair-") as folder:
        os.chmod(folder, 0o755)
        pair = Pair(Path(folder))
        try:
            pair.start()
            yield pair
        finally:
            pair.stop()


@pytest.fixture(scope="module")
def started_pair() -> Iterator[Pair]:
    with new_pair() as pair:
        yield pair


@pytest.fixture
def pair(started_pair: Pair) -> Pair:
    """A primary and a standby, both running, whatever the test before has done to them."""
    started_pair.primary.launch()
    started_pair.standby.launch()
    return started_pair
