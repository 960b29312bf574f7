"""Who may come in, in tests: settings of access of the test's own, and visitors who need no provider."""

import json
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from data_access import audit
from pages.entrance import visitor
from tests.infrastructure.pages import registered_pages


class Access:
    """The settings of access of a test; `kept` is what its audit log tells."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self.file = folder / "access.toml"
        self.audit_folder = folder / "audit"

    def settle(self, text: str) -> None:
        """Writes the settings; `text` begins them and has no table after `people`."""
        folders = f'sign_ins = "{self._folder / "sign_ins"}"\n{text}\n[audit]\nfolder = "{self.audit_folder}"\n'
        self.file.write_text(folders, encoding="utf-8")

    def give(self, who: str, role: str, department: str = "") -> None:
        """Settles one person's role, and nobody else's."""
        more = f', department = "{department}"' if department else ""
        self.settle(f'contact = "IT"\n[people]\n"{who}" = {{ role = "{role}"{more} }}')

    def kept(self, *names: str) -> list[tuple]:
        """What was kept, line by line: these of its words."""
        files = sorted(self.audit_folder.glob("*.jsonl"))
        lines = [json.loads(line) for file in files for line in file.read_text().splitlines()]
        return [tuple(line.get(name) for name in names) for line in lines]


@pytest.fixture
def access_settings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Access:
    """Settings in a folder of the test; nothing is settled yet."""
    found = Access(tmp_path)
    monkeypatch.setenv("ACCESS_FILE", str(found.file))
    return found


def claims_of(who: str, **more: Any) -> dict[str, Any]:
    """What a provider says of somebody who signs in now."""
    return {"email": who, "name": "Vārds", "iat": datetime.now(UTC).timestamp(), "nonce": "n1"} | more


@pytest.fixture
def signed_in(
    monkeypatch: pytest.MonkeyPatch, demonstration_url: str, access_settings: Access
) -> Callable[..., dict[str, Any]]:
    """`signed_in("clerk")` signs the next visitors in, all in the tabs of one browser, in a role; gives her claims."""
    monkeypatch.setenv("DATABASE_URL", demonstration_url)
    registered_pages()

    def sign_in(role: str, department: str = "") -> dict[str, Any]:
        claims = claims_of("a@example.test")
        access_settings.give("a@example.test", role, department)
        monkeypatch.setattr(visitor, "signs_in", lambda: True)
        monkeypatch.setattr(visitor, "claims", lambda: claims)
        return claims

    return sign_in


@pytest.fixture
def no_session(monkeypatch: pytest.MonkeyPatch) -> None:
    """For what happens outside of any page: there is no session then."""
    monkeypatch.setattr(visitor, "looks", audit.Looks)
