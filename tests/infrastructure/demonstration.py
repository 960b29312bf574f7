"""The demonstration database, built once for all tests that only read it; and a database without a single case."""

import fcntl
import os
from datetime import date
from pathlib import Path

import pytest

from data_access import demo
from tests.infrastructure.case_database import SUBJECTS

# The days for which the empty database has loads: the same years as the published series.
EMPTY_DAYS = (date(2011, 1, 1), date(2023, 12, 31))


@pytest.fixture(scope="session")
def demonstration_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The pointer to the demonstration database; to damage it, copy `resolve(demonstration_file)`."""
    folder = tmp_path_factory.getbasetemp()
    if "PYTEST_XDIST_WORKER" in os.environ:  # the folder above is that of all workers of this run
        folder = folder.parent
    path = folder / "demonstration" / "case.duckdb"
    path.parent.mkdir(exist_ok=True)
    with (folder / "demonstration.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not path.exists():
            demo.build(f"duckdb:///{path}")
    return path


@pytest.fixture(scope="session")
def demonstration_url(demonstration_file: Path) -> str:
    return f"duckdb:///{demonstration_file}"


@pytest.fixture(scope="session")
def demonstration_postgres_url(postgres_server) -> str:
    url = postgres_server.create_database("demonstration")
    demo.build(url)
    return url


@pytest.fixture(scope="session")
def empty_url(new_case) -> str:
    """Reference tables, and loads that brought nothing."""
    case = new_case("duckdb", "without_cases")
    for subject in SUBJECTS:
        case.load(subject, *EMPTY_DAYS)
    return case.database.engine.url.render_as_string(hide_password=False)
