"""One key for all the records of a database: another one, or a lost one, would make every person a second one."""

from pathlib import Path

import pytest
import sqlalchemy
from sqlalchemy import insert

from data_access import schema
from data_access.changing import changing
from data_access.loading import keys
from data_access.loading.applying import DemonstrationPresent, undo
from data_access.loading.plan import Plan, plan
from tests.infrastructure.exports import TODAY, Service
from tests.infrastructure.loading import rows_of

KEY, OTHER = b"k" * 32, b"o" * 32


@pytest.fixture
def exports(tmp_path: Path) -> Path:
    Service(seed=31, homes=3, payments_a_month=1, months=(1, 2)).write(tmp_path / "in", "csv")
    return tmp_path / "in"


def planned(url: str, exports: Path, *kinds: str, key: bytes | None = KEY) -> Plan:
    return plan([exports / f"{kind}.csv" for kind in kinds], url=url, key=key, today=TODAY)


def fingerprints(url: str) -> list[tuple]:
    return rows_of(url, schema.loads.c.load_id, schema.loads.c.key_fingerprint)


def test_records_are_only_loaded_with_the_key_of_those_before(loading_url: str, exports: Path) -> None:
    planned(loading_url, exports, "units").apply("A")
    planned(loading_url, exports, "members", key=KEY).apply("A")
    assert fingerprints(loading_url) == [(1, None), (2, keys.fingerprint(KEY))]
    for kind in ("payments", "members", "units"):
        with pytest.raises(keys.OtherKey, match="rezerves kopijas"):
            planned(loading_url, exports, kind, key=OTHER)
    planned(loading_url, exports, "visits", key=KEY).apply("A")
    assert rows_of(loading_url, sqlalchemy.func.count(schema.loads.c.load_id)) == [(3,)]
    # With nobody left there is nobody to become another.
    undo(loading_url, who="A")
    undo(loading_url, who="A")
    planned(loading_url, exports, "members", key=OTHER).apply("A")
    assert fingerprints(loading_url)[-1] == (4, keys.fingerprint(OTHER))


def test_a_lost_key_is_not_made_anew(loading_url: str, exports: Path, tmp_path: Path, monkeypatch) -> None:
    file = tmp_path / "secrets" / "person.key"
    monkeypatch.setenv(keys.ENVIRONMENT, str(file))
    planned(loading_url, exports, "members", key=None).apply("A")
    kept = file.read_text()
    file.unlink()
    with pytest.raises(keys.KeyFileMissing, match=r"person\.key") as caught:
        planned(loading_url, exports, "payments", key=None)
    assert "rezerves kopijas" in str(caught.value)
    assert not file.exists()
    file.write_text(kept)
    assert planned(loading_url, exports, "payments", key=None).rows_rejected == 0


def test_records_of_before_the_fingerprint_take_that_of_the_next_load(loading_url: str, exports: Path) -> None:
    planned(loading_url, exports, "members").apply("A")
    with changing(sqlalchemy.make_url(loading_url)) as connection:
        connection.execute(sqlalchemy.update(schema.loads).values(key_fingerprint=None))
    planned(loading_url, exports, "payments").apply("A")
    with pytest.raises(keys.OtherKey):
        planned(loading_url, exports, "statuses", key=OTHER)


def test_over_the_demonstration_nothing_is_even_read(loading_url: str, tmp_path: Path) -> None:
    with changing(sqlalchemy.make_url(loading_url)) as connection:
        row = {"load_id": 1, "loaded_at": sqlalchemy.func.now(), "demonstration": True, "source": "synthetic"}
        connection.execute(insert(schema.loads).values(row))
    with pytest.raises(DemonstrationPresent, match="migrate"):
        plan([tmp_path / "nothing.csv"], url=loading_url, key=KEY)
