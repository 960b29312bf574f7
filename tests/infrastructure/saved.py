"""Saved views of the tests' own: none of a developer's are read, and nothing is written beside the program."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest


@pytest.fixture(scope="session", autouse=True)
def no_saved_views_of_the_developer(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    before = os.environ.get("DASHBOARD_DATABASE_URL")
    os.environ["DASHBOARD_DATABASE_URL"] = f"sqlite:///{tmp_path_factory.mktemp('saved')}/dashboard.sqlite"
    yield
    if before is None:
        del os.environ["DASHBOARD_DATABASE_URL"]
    else:
        os.environ["DASHBOARD_DATABASE_URL"] = before


@pytest.fixture
def saved_views_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where this test's saved views are; the file is made when one is saved."""
    path = tmp_path / "views" / "dashboard.sqlite"
    monkeypatch.setenv("DASHBOARD_DATABASE_URL", f"sqlite:///{path}")
    return path
