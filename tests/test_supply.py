"""What the program is made of: exact versions of everything, and what looks after them."""

import json
import random
import re
import subprocess
import sys
import threading
from collections.abc import Iterator
from datetime import date
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from importlib.metadata import distribution
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from tests.infrastructure.browser import REPOSITORY
from tests.infrastructure.exports import personal_code

LISTS = sorted(path.name for path in REPOSITORY.glob("requirements*.txt"))


def lines(name: str) -> list[str]:
    """What a list says, without its comments."""
    text = (REPOSITORY / name).read_text(encoding="utf-8")
    return [line for line in (re.sub(r"(^|\s+)#.*", "", line) for line in text.splitlines()) if line]


def asked(name: str) -> list[Requirement]:
    return [Requirement(line) for line in lines(name) if not line.startswith("-")]


def held() -> dict[str, str]:
    """By package the only version that may be installed here."""
    found = {}
    for line in lines("constraints.txt"):
        requirement = Requirement(line)
        [version] = requirement.specifier
        assert version.operator == "=="
        assert not requirement.extras, "pip takes no extras in constraints"
        if requirement.marker is None or requirement.marker.evaluate():
            assert canonicalize_name(requirement.name) not in found
            found[canonicalize_name(requirement.name)] = version.version
    return found


def needed(requirements: list[Requirement]) -> set[tuple[str, tuple[str, ...]]]:
    """Packages with their extras that are installed for these, as their own descriptions say."""
    found: set[tuple[str, tuple[str, ...]]] = set()
    open_ = list(requirements)
    while open_:
        one = open_.pop()
        name = (canonicalize_name(one.name), tuple(sorted(one.extras)))
        if name in found:
            continue
        found.add(name)
        for text in distribution(one.name).requires or []:
            further = Requirement(text)
            extras = one.extras or {""}
            if further.marker is None or any(further.marker.evaluate({"extra": extra}) for extra in extras):
                open_.append(further)
    return found


def test_everything_that_is_installed_has_its_exact_version_in_the_constraints() -> None:
    here = held()
    packages = {name for name, _ in needed([each for name in LISTS for each in asked(name)])}
    assert {"streamlit", "pyarrow", "markupsafe", "psycopg-binary"} <= packages  # asked for, and by whom they ask
    assert {name: distribution(name).version for name in packages} == {name: here.get(name) for name in packages}


@pytest.mark.parametrize("name", LISTS)
def test_a_list_names_exact_versions_and_is_read_with_the_constraints(name: str) -> None:
    assert {str(next(iter(each.specifier)))[:2] for each in asked(name)} == {"=="}
    further = [line.split() for line in lines(name) if line.startswith("-")]
    assert ["-c", "constraints.txt"] in further or all(
        ["-c", "constraints.txt"] in [line.split() for line in lines(list_)] for flag, list_ in further if flag == "-r"
    )


def test_the_container_installs_the_same() -> None:
    [copied] = re.findall(r"^COPY (.*requirements.*) \./$", (REPOSITORY / "deploy/Containerfile").read_text(), re.M)
    assert set(copied.split()) == {"requirements.txt", "constraints.txt"}
    assert Path(REPOSITORY / "constraints.txt").exists()


# ── what looks after them ────────────────────────────────────────────────────────────────────────


def run(*command: str | Path, folder: Path = REPOSITORY) -> subprocess.CompletedProcess:
    return subprocess.run(list(map(str, command)), cwd=folder, capture_output=True, text=True, check=False)


class Advisories(BaseHTTPRequestHandler):
    """A service that knows of one weakness, in one version of one package."""

    def do_POST(self) -> None:
        asked = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        weak = asked["package"]["name"] == "babel" and asked["version"] == "2.9.0"
        ranges = [{"type": "ECOSYSTEM", "events": [{"introduced": "0"}, {"fixed": "2.9.1"}]}]
        affected = [{"package": asked["package"], "ranges": ranges}]
        known = [{"id": "WEAKNESS-1", "summary": "reads other files", "affected": affected}]
        said = json.dumps({"vulns": known} if weak else {}).encode()
        self.send_response(200 if asked["package"]["name"] != "lost" else 500)
        self.send_header("Content-Length", str(len(said)))
        self.end_headers()
        self.wfile.write(said)

    def log_message(self, *_) -> None:
        pass


@pytest.fixture
def advisories() -> Iterator[str]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), Advisories)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    server.server_close()


@pytest.mark.parametrize(
    ("packages", "code", "said"),
    [
        ("babel==2.9.1\nnumpy==2.4.6\n", 0, "Audited: 2 packages, 0 known weaknesses."),
        ("babel==2.9.0\nnumpy==2.4.6\n", 1, "babel 2.9.0: WEAKNESS-1, mended in: 2.9.1"),
        ("babel==2.9.0\nlost==1.0\n", 3, "NOT AUDITED"),  # asked about some is not asked
    ],
)
def test_an_audit_that_nobody_answered_is_none(
    advisories: str, tmp_path: Path, packages: str, code: int, said: str
) -> None:
    (tmp_path / "list.txt").write_text(packages)
    audit = run(sys.executable, "scripts/audit.py", tmp_path / "list.txt", "--osv-url", advisories)
    assert (audit.returncode, said in audit.stdout + audit.stderr) == (code, True), audit


PLANTED = {
    "a key": "-----BEGIN RSA " + "PRIVATE KEY-----",
    "an address with a password": "postgresql://owner:" + "Tr4ktors7" + "@127.0.0.1/case",  # pragma: allowlist secret
    "a personal code with a control digit": personal_code(random.Random(1), date(1980, 5, 6)),
    "a personal code without": f"3{random.Random(2).randrange(2 * 10**9, 10**10)}",
}


def test_what_must_not_be_committed_is_found(tmp_path: Path) -> None:
    def git(*words: str) -> None:
        assert run("git", "-c", "user.name=t", "-c", "user.email=t@example.lv", *words, folder=tmp_path).returncode == 0

    git("init", "--quiet")
    for name, text in PLANTED.items():
        (tmp_path / f"{name}.txt").write_text(f"one line\nvalue: {text}\n")
    (tmp_path / "to be filled in.env").write_text("A='postgresql://owner:" + "PASSWORD" + "@127.0.0.1/case'\n")
    (tmp_path / "nobody.txt").write_text("32" + "0000-00000\n")
    looked = run(REPOSITORY / "scripts/find_secrets.sh", tmp_path)
    assert looked.returncode == 1
    assert set(re.findall(r"^Location: +(.*):2$", looked.stdout, re.MULTILINE)) == {f"{name}.txt" for name in PLANTED}
    assert looked.stdout.count("Location:") == len(PLANTED)

    # Taken out again it still stands in the history.
    git("add", ".")
    git("commit", "--quiet", "--message", "planted")
    git("rm", "--quiet", "-r", ".")
    git("commit", "--quiet", "--message", "taken out")
    looked = run(REPOSITORY / "scripts/find_secrets.sh", "--history", tmp_path)
    planted = run("git", "rev-parse", "HEAD~", folder=tmp_path).stdout.strip()
    assert (looked.returncode, looked.stdout.count(f"commit {planted}")) == (1, len(PLANTED)), looked


# ── a release ────────────────────────────────────────────────────────────────────────────────────

# Instead of installing everything twice: programs that are those of the tests.
INSTALL = f"""#!/bin/sh
mkdir -p "$1/bin"
for program in python cyclonedx-py; do
    printf '#!/bin/sh\\nexec {Path(sys.executable).parent}/%s "$@"\\n' $program >"$1/bin/$program"
done
chmod +x "$1/bin/"*
"""


def test_a_release_says_what_it_is_made_of(tmp_path: Path) -> None:
    source, root = tmp_path / "source", tmp_path / "opt"
    files = {name: (REPOSITORY / name).read_text() for name in ("deploy/release.sh", "requirements.txt")}
    files |= {"scripts/install.sh": INSTALL, "dashboard.py": "", "data_access/a.py": "", "pages/a.py": ""}
    for name, text in files.items():
        (source / name).parent.mkdir(parents=True, exist_ok=True)
        (source / name).write_text(text)
    for name in ("deploy/release.sh", "scripts/install.sh"):
        (source / name).chmod(0o755)

    def commit(version: str) -> subprocess.CompletedProcess:
        for words in (["add", "."], ["commit", "--quiet", "--message", version], ["tag", version]):
            run("git", "-c", "user.name=t", "-c", "user.email=t@example.lv", *words, folder=source).check_returncode()
        return run("env", f"ROOT={root}", f"STATE={tmp_path}", source / "deploy/release.sh", folder=tmp_path)

    run("git", "init", "--quiet", folder=source)
    done = commit("v9.1")
    assert done.returncode == 0, done.stderr
    release = root / "releases" / "v9.1"
    assert (release / "VERSION").read_text() == "v9.1\n"
    bill = json.loads((release / "bom.cdx.json").read_text())
    described = bill["metadata"]["component"]
    assert (bill["bomFormat"], described["name"], described["version"]) == ("CycloneDX", "dashboard", "v9.1")
    named = {canonicalize_name(one["name"]): one for one in bill["components"]}
    packages = {name for name, _ in needed(asked("requirements.txt"))}
    assert {name: named[name]["version"] for name in packages} == {
        name: distribution(name).version for name in packages
    }
    assert "Apache" in json.dumps(named["streamlit"]["licenses"])
    [asks] = [one["dependsOn"] for one in bill["dependencies"] if one["ref"] == described["bom-ref"]]
    assert {canonicalize_name(one["name"]) for one in bill["components"] if one["bom-ref"] in asks} == {
        canonicalize_name(one.name) for one in asked("requirements.txt")
    }

    # Half a release is none.
    (source / "scripts/install.sh").write_text(INSTALL.replace("cyclonedx-py", "false"))
    assert commit("v9.2").returncode != 0
    assert [path.name for path in (root / "releases").iterdir()] == ["v9.1"]
