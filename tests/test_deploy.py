"""Backup and restore as they are typed, on both engines; and what else is in `deploy/`, as far as it can be tried."""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from sqlalchemy import make_url
from streamlit import config

from data_access import Question, open_database
from data_access.audit.chain import AuditLog
from data_access.audit.verifying import verify
from data_access.saved import SavedViews
from tests.infrastructure.browser import REPOSITORY

DEPLOY = REPOSITORY / "deploy"
SCRIPTS = sorted([*DEPLOY.glob("*.sh"), *DEPLOY.glob("container/*.sh")])
SPEND = Question.of("spend", "2023")


class Installation:
    """Settings of an installation in a folder of a test, and its scripts."""

    def __init__(self, folder: Path, case: str, saved: str) -> None:
        self.folder, self.case, self.saved = folder, case, saved
        self.audit = folder / "audit"
        self.backups = folder / "backups"
        (folder / "access.toml").write_text(f'[audit]\nfolder = "{self.audit}"\n', encoding="utf-8")
        settings = {"DATABASE_URL": case, "DASHBOARD_DATABASE_URL": saved, "ACCESS_FILE": folder / "access.toml"}
        lines = [f"{name}='{value}'\n" for name, value in (settings | {"BACKUP_KEEP": 2}).items()]
        (folder / "dashboard.env").write_text("".join(lines), encoding="utf-8")

    def run(self, script: str, *arguments: str | Path) -> subprocess.CompletedProcess:
        """Runs a script of `deploy/` as somebody who has nothing but its settings."""
        return subprocess.run(
            [DEPLOY / script, *arguments],
            env={"PATH": os.environ["PATH"], "PYTHON": sys.executable, "DASHBOARD_ENV": self.folder / "dashboard.env"},
            capture_output=True,
            text=True,
            check=False,
            stdin=subprocess.DEVNULL,
        )

    def back_up(self) -> Path:
        done = self.run("backup.sh", self.backups)
        assert done.returncode == 0, done.stderr
        return max(self.backups.glob("dashboard-*"))


def test_a_duckdb_file_views_and_the_audit_log_come_back(
    new_case, tmp_path: Path, saved_views_file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    case = new_case("duckdb", "backup")
    case.payment(case.household(), "2023-05-05", cents=12_345)
    file = tmp_path / "case.duckdb"
    shutil.copyfile(case.database.engine.url.database, file)
    here = Installation(tmp_path, f"duckdb:///{file}", f"sqlite:///{saved_views_file}")
    SavedViews().save("Skats", "Anna", {"year": "2023"})
    AuditLog(here.audit).append("page", page="benefits")

    backup = here.back_up()
    assert {path.name for path in backup.iterdir()} == {"SHA256SUMS", "audit", "case.duckdb", "saved.sqlite"}
    assert not [path for path in backup.rglob("*") if path.stat().st_mode & 0o077]

    # Everything is lost, and somebody has gone on with an empty one.
    file.unlink()
    shutil.copyfile(new_case("duckdb", "backup").database.engine.url.database, file)
    saved_views_file.unlink()
    shutil.rmtree(here.audit)
    assert here.run("restore.sh", backup).returncode == 1  # nobody has said yes
    assert open_database(here.case).ask(SPEND).value() == 0
    done = here.run("restore.sh", "--yes", backup)
    assert done.returncode == 0, done.stderr
    assert open_database(here.case).ask(SPEND).value() == 12_345
    assert [view.name for view in SavedViews().seen_by("Anna")] == ["Skats"]
    assert verify(here.audit).good

    # The log of what has happened since is not undone by restoring, and a damaged backup changes nothing.
    AuditLog(here.audit).append("page", page="households")
    before = sorted(path.read_bytes() for path in here.audit.iterdir())
    assert here.run("restore.sh", "--yes", backup).returncode == 0
    assert sorted(path.read_bytes() for path in here.audit.iterdir()) == before
    with (backup / "case.duckdb").open("r+b") as damaged:
        damaged.seek(5000)
        damaged.write(b"damaged")
    refused = here.run("restore.sh", "--yes", backup)
    assert (refused.returncode, "bojāta" in refused.stderr) == (1, True)
    assert open_database(here.case).ask(SPEND).value() == 12_345


def test_postgresql_comes_back_with_what_the_reader_may_read(
    new_case, postgres_server, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    case = new_case("postgresql", "backup")
    case.payment(case.household(), "2023-05-05", cents=12_345)
    url = case.database.engine.url
    saved = postgres_server.create_database("backup_saved")
    monkeypatch.setenv("DASHBOARD_DATABASE_URL", saved)
    SavedViews().save("Skats", "Anna", {"year": "2023"})
    here = Installation(tmp_path, url.render_as_string(), saved)
    # As `roles` sets it: what is made may be read by the reader, whoever makes it again.
    postgres_server.run_sql("CREATE ROLE backup_reader", url.database)
    default = "ALTER DEFAULT PRIVILEGES IN SCHEMA public GRANT SELECT ON TABLES TO backup_reader"
    postgres_server.run_sql(default, url.database)

    backup = here.back_up()
    assert {path.name for path in backup.iterdir()} == {"SHA256SUMS", "case.pgdump", "saved.pgdump"}
    postgres_server.run_sql("DELETE FROM payments", url.database)
    postgres_server.run_sql("CREATE TABLE of_a_newer_version (number int)", url.database)
    postgres_server.run_sql("DELETE FROM saved_views", make_url(saved).database)
    assert not SavedViews().seen_by("Anna")

    # A dump that ends in the middle puts nothing back.
    cut = tmp_path / "cut"
    shutil.copytree(backup, cut)
    whole = (backup / "case.pgdump").read_bytes()
    (cut / "case.pgdump").write_bytes(whole[: len(whole) * 2 // 3])
    with (cut / "SHA256SUMS").open("w") as sums:
        subprocess.run(["sha256sum", "case.pgdump", "saved.pgdump"], cwd=cut, stdout=sums, check=True)
    assert here.run("restore.sh", "--yes", cut).returncode != 0
    assert postgres_server.run_sql("SELECT count(*) FROM of_a_newer_version", url.database) == [(0,)]

    done = here.run("restore.sh", "--yes", backup)
    assert done.returncode == 0, done.stderr
    assert open_database(here.case).ask(SPEND).value() == 12_345
    assert [view.name for view in SavedViews().seen_by("Anna")] == ["Skats"]
    assert postgres_server.run_sql("SELECT to_regclass('of_a_newer_version')", url.database) == [(None,)]
    for right, expected in (("SELECT", True), ("INSERT", False)):
        may = f"SELECT has_table_privilege('backup_reader', 'payments', '{right}')"
        assert postgres_server.run_sql(may, url.database) == [(expected,)]


def test_only_so_many_backups_are_kept_and_what_is_not_whole_is_none(new_case, tmp_path: Path) -> None:
    here = Installation(tmp_path, str(new_case("duckdb", "backup").database.engine.url), f"sqlite:///{tmp_path}/none")
    older = [here.backups / f"dashboard-2020010{day}T000000Z" for day in (1, 2, 3)]
    for folder in (*older, here.backups / "others", here.backups / ".unfinished-dashboard-20200104T000000Z"):
        folder.mkdir(parents=True)
    newest = here.back_up()
    kept = {older[-1].name, newest.name, "others", ".lock"}
    assert {path.name for path in here.backups.iterdir()} == kept
    damaged = Installation(tmp_path, f"duckdb:///{tmp_path}/damaged.duckdb", f"sqlite:///{tmp_path}/none")
    (tmp_path / "damaged.duckdb").write_bytes(b"no database")
    assert damaged.run("backup.sh", damaged.backups).returncode == 1
    assert {path.name for path in here.backups.iterdir()} == kept


# ── the other files ──────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("script", SCRIPTS, ids=lambda path: path.name)
def test_bash_can_read_the_script(script: Path) -> None:
    read = subprocess.run(["bash", "-n", script], capture_output=True, text=True, check=False)
    assert (read.returncode, read.stderr) == (0, "")
    assert "set -euo pipefail" in script.read_text(encoding="utf-8") or script.name == "settings.sh"


def test_systemd_understands_the_units_and_finds_little_to_attack(tmp_path: Path) -> None:
    for unit in DEPLOY.glob("dashboard*.*"):
        # Without the programs, as nothing is installed here.
        text = re.sub(r"^ExecStart=\S+", "ExecStart=/bin/true", unit.read_text(encoding="utf-8"), flags=re.MULTILINE)
        (tmp_path / unit.name).write_text(text, encoding="utf-8")
    units = sorted(path for path in tmp_path.iterdir() if path.suffix in {".service", ".target", ".timer"})
    assert len(units) == 4
    told = subprocess.run(["systemd-analyze", "verify", *units], capture_output=True, text=True, check=False)
    assert (told.returncode, told.stderr) == (0, "")
    command = ["systemd-analyze", "security", "--offline=true", "--threshold=20", tmp_path / "dashboard@.service"]
    told = subprocess.run(command, capture_output=True, text=True, check=False)
    assert told.returncode == 0, told.stdout


def test_every_setting_of_the_example_is_read_by_somebody() -> None:
    example = (DEPLOY / "dashboard.env.example").read_text(encoding="utf-8")
    names = set(re.findall(r"^(?:# )?([A-Z_]+)=", example, re.MULTILINE))
    assert len(names) == 9
    options = {option.env_var for option in config.get_config_options().values()}
    files = [path for folder in ("data_access", "pages") for path in (REPOSITORY / folder).rglob("*.py")] + [*SCRIPTS]
    sources = "\n".join(path.read_text(encoding="utf-8") for path in files)
    assert not [name for name in names if name not in options and name not in sources]


def test_what_the_container_is_made_of_is_there() -> None:
    lines = (DEPLOY / "Containerfile").read_text(encoding="utf-8").splitlines()
    copied = [name for line in lines if line.startswith("COPY ") for name in line.split()[1:-1]]
    assert len(copied) >= 5
    assert not [name for name in copied if not (REPOSITORY / name).exists()]
    mounted = re.findall(r"- \./(\S+?):/", (DEPLOY / "compose.yaml").read_text(encoding="utf-8"))
    assert "nginx.conf" in mounted
    assert not [name for name in mounted if not name.startswith("container/") and not (DEPLOY / name).exists()]
