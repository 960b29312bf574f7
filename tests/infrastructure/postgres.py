"""A real PostgreSQL server of our own: made in a temporary folder, stopped and removed at the end."""

import os
import pwd
import re
import shutil
import signal
import socket
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

OLDEST_VERSION = 15
DEBIAN_VERSIONS = Path("/usr/lib/postgresql")
DATABASE = "case"


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

    def __init__(self, folder: Path) -> None:
        self.folder = folder
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
        cluster = str(self.folder / "cluster")
        self._run(
            "initdb",
            f"--pgdata={cluster}",
            "--username=postgres",
            "--auth=trust",
            "--encoding=UTF8",
            "--locale=C.UTF-8",
            "--no-sync",
        )
        with (self.folder / "cluster" / "postgresql.conf").open("a") as settings:
            settings.write(
                "\n".join(
                    [
                        "",
                        "listen_addresses = '127.0.0.1'",
                        f"port = {self.port}",
                        f"unix_socket_directories = '{self.folder}'",
                        "fsync = off",
                        "synchronous_commit = off",
                        "full_page_writes = off",
                        "wal_level = minimal",
                        "max_wal_senders = 0",
                        "max_wal_size = '4GB'",
                        "shared_buffers = '256MB'",
                        "maintenance_work_mem = '256MB'",
                        "timezone = 'Europe/Riga'",
                        "",
                    ]
                )
            )
        log = str(self.folder / "server.log")
        self._run("pg_ctl", "start", f"--pgdata={cluster}", f"--log={log}", "--wait", "--timeout=60")
        self.create_database(DATABASE)

    def create_database(self, name: str) -> str:
        where = [f"--host={self.folder}", f"--port={self.port}", "--username=postgres"]
        self._run("createdb", *where, "--template=template0", name)
        return self.url(name)

    def stop(self) -> None:
        cluster = str(self.folder / "cluster")
        self._run("pg_ctl", "stop", f"--pgdata={cluster}", "--mode=fast", "--wait", "--timeout=60")


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
