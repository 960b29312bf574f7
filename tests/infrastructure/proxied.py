"""The dashboard as it is installed: processes started as systemd's unit says, behind nginx as `deploy/` sets it up."""

import os
import re
import shlex
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import suppress
from pathlib import Path

import pytest

from tests.infrastructure.browser import ESCAPES, REPOSITORY, SERVER_STARTS_WITHIN, WITHOUT_WORK_AHEAD
from tests.infrastructure.postgres import free_loopback_port
from tests.infrastructure.sharing import TAKEN_ALONG

NGINX = Path("/usr/sbin/nginx")
DEPLOY = REPOSITORY / "deploy"
NAME = "localhost"
# What is there once for all sites, in Debian's nginx.conf.
AROUND = """
{user}
pid {folder}/nginx.pid;
error_log {folder}/nginx.log warn;
events {{ worker_connections 512; }}
http {{
    include /etc/nginx/mime.types;
    client_body_temp_path {folder}/body;
    proxy_temp_path {folder}/proxy;
    fastcgi_temp_path {folder}/fastcgi;
    uwsgi_temp_path {folder}/uwsgi;
    scgi_temp_path {folder}/scgi;
    include {folder}/site.conf;
}}
"""


class Process:
    """What systemd does for `dashboard@PORT`: starts it, hears that it is ready and alive, starts it anew.

    What is in /etc/dashboard there is in its folder here. `module` is run in place of Streamlit's own.
    """

    def __init__(self, folder: Path, environment: Mapping[str, str], module: str = "streamlit") -> None:
        self.port = free_loopback_port()
        self._module = module
        self.url = f"http://127.0.0.1:{self.port}"
        self._folder = folder
        self._log = folder / f"{self.port}.log"
        self._socket = folder / f"{self.port}.notify"
        self._told = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self._told.bind(str(self._socket))
        self._told.settimeout(SERVER_STARTS_WITHIN)
        self.environment = (
            TAKEN_ALONG
            | environment
            | {
                "HOME": str(folder),
                "NO_COLOR": "1",
                "NOTIFY_SOCKET": str(self._socket),
                "WATCHDOG_USEC": "900000",
            }
        )
        self._process: subprocess.Popen | None = None

    def start(self) -> None:
        """Returns when the process says that it is ready."""
        unit = (DEPLOY / "dashboard@.service").read_text(encoding="utf-8")
        line = re.search(r"^ExecStart=(.*)$", unit, re.MULTILINE)[1].replace("%i", str(self.port))
        program, *arguments = shlex.split(line.replace("/etc/dashboard", str(self._folder)))
        self._drain()
        assert (program, arguments[:2]) == ("/opt/dashboard/current/.venv/bin/python", ["-m", "streamlit"])
        with self._log.open("ab") as log:
            self._process = subprocess.Popen(
                [sys.executable, "-m", self._module, *arguments[2:]],
                cwd=REPOSITORY,
                env=self.environment,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
            )
        self.wait_for("READY=1")

    def wait_for(self, word: str) -> None:
        """Until the process has told systemd this word."""
        try:
            while self._told.recv(100).decode() != word:
                pass
        except TimeoutError:
            pytest.fail(f"the process does not tell {word}:\n{self.log()}", pytrace=False)

    def _drain(self) -> None:
        """Forgets what a process before has told; what nobody takes is lost once the socket is full."""
        self._told.setblocking(False)
        with suppress(BlockingIOError):
            while True:
                self._told.recv(100)
        self._told.settimeout(SERVER_STARTS_WITHIN)

    @property
    def pid(self) -> int:
        return self._process.pid

    def kill(self) -> None:
        self._process.kill()
        self._process.wait()

    def stop(self) -> None:
        if self._process and self._process.poll() is None:
            self._process.terminate()
            with suppress(subprocess.TimeoutExpired):
                self._process.wait(timeout=10)
            self._process.kill()
            self._process.wait()
        self._told.close()

    def log(self) -> str:
        return ESCAPES.sub("", self._log.read_text(errors="replace"))


class Proxy:
    """nginx on loopback ports before two processes; `url` is what visitors type."""

    def __init__(self, folder: Path, environment: Mapping[str, str]) -> None:
        self.folder = folder
        own = {name: os.environ[name] for name in ("PATH", "LANG", "DASHBOARD_DATABASE_URL") if name in os.environ}
        self.processes = [Process(folder, WITHOUT_WORK_AHEAD | own | environment) for _ in range(2)]
        self.port, self.plain_port = free_loopback_port(), free_loopback_port()
        self.url = f"https://{NAME}:{self.port}"
        self._nginx: subprocess.Popen | None = None

    def start(self) -> None:
        """Starts the processes and nginx before them."""
        self._configure()
        for process in self.processes:
            process.start()
        command = [str(NGINX), "-e", "stderr", "-p", str(self.folder), "-c", str(self.folder / "nginx.conf")]
        with (self.folder / "nginx.out").open("wb") as out:
            self._nginx = subprocess.Popen([*command, "-g", "daemon off;"], stdout=out, stderr=subprocess.STDOUT)
        give_up = time.monotonic() + SERVER_STARTS_WITHIN
        while time.monotonic() < give_up and self._nginx.poll() is None:
            with suppress(OSError), socket.create_connection(("127.0.0.1", self.port), timeout=1):
                return
            time.sleep(0.05)
        pytest.fail(f"nginx did not start: {(self.folder / 'nginx.out').read_text()}", pytrace=False)

    def _configure(self) -> None:
        shutil.copyfile(DEPLOY / "unavailable.html", self.folder / "unavailable.html")
        files = ["-keyout", str(self.folder / "privkey.pem"), "-out", str(self.folder / "fullchain.pem")]
        how = ["-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-subj", f"/CN={NAME}"]
        subprocess.run(["openssl", "req", *how, *files], check=True, capture_output=True)
        site = (DEPLOY / "nginx.conf").read_text(encoding="utf-8")
        for before, after in {
            "statistics.example.lv": NAME,
            "/etc/dashboard/tls": str(self.folder),
            "/var/log/dashboard": str(self.folder),
            "/opt/dashboard/current/deploy": str(self.folder),
            "listen 443": f"listen 127.0.0.1:{self.port}",
            "listen 80": f"listen 127.0.0.1:{self.plain_port}",
            "8501": str(self.processes[0].port),
            "8502": str(self.processes[1].port),
        }.items():
            assert before in site
            site = site.replace(before, after)
        site = re.sub(r"^ *listen \[::\].*\n", "", site, flags=re.MULTILINE)
        (self.folder / "site.conf").write_text(site, encoding="utf-8")
        user = "user root;" if os.geteuid() == 0 else ""  # Debian's may not look into the tests' folder
        (self.folder / "nginx.conf").write_text(AROUND.format(folder=self.folder, user=user), encoding="utf-8")

    def stop(self) -> None:
        if self._nginx and self._nginx.poll() is None:
            self._nginx.send_signal(signal.SIGQUIT)
            with suppress(subprocess.TimeoutExpired):
                self._nginx.wait(timeout=5)
            self._nginx.terminate()
            self._nginx.wait()
        for process in self.processes:
            process.stop()

    def log(self) -> str:
        """What the processes and nginx have complained of."""
        return "".join(process.log() for process in self.processes)

    def process(self, port: str) -> Process:
        return next(process for process in self.processes if process.port == int(port))


@pytest.fixture(scope="module")
def proxy(demonstration_url: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Proxy]:
    """Two processes that show the demonstration, behind nginx."""
    if not NGINX.exists():
        pytest.fail(
            f"These tests need {NGINX}; `make test` installs it, or: apt-get install nginx-light", pytrace=False
        )
    folder = tmp_path_factory.mktemp("proxied")
    hosts = {"STREAMLIT_SERVER_ALLOWED_HOSTS": f"{NAME} 127.0.0.1"}
    found = Proxy(folder, {"DATABASE_URL": demonstration_url} | hosts)
    try:
        found.start()
        yield found
    finally:
        found.stop()
