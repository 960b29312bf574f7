"""Who has which role: the installation's own file, by list and by claim. Nobody gets in by a mistake in it."""

import os
from pathlib import Path

import pytest

from data_access import AccessNotSet, settings
from data_access.access.people import Settings, parse

BY_LIST = """
contact = "IT, 100. kabinets"
identity = "upn"
blocked = ["Gone@example.test"]

[people]
"Head@Example.test" = "director"
"saime@example.test" = { role = "department_head", department = "saime" }
"parish@example.test" = { role = "analyst", rows = { territory = ["ogre", "tome"] } }
"gone@example.test" = "director"
"""
BY_CLAIM = """
[claim]
name = "realm_access.roles"
gives = [
  { value = "Statistics.Psychologists", role = "department_head", department = "psychologists" },
  { value = "Statistics.Director", role = "director" },
]

[people]
"clerk@example.test" = "clerk"
"""


def role(text: str, **claims) -> str | None:
    found = parse(text).access_of(claims)
    return found and found.role


@pytest.mark.parametrize(
    ("who", "expected"),
    [
        ("head@example.test", "director"),
        (" HEAD@example.TEST ", "director"),
        ("saime@example.test", "department_head"),
        ("other@example.test", None),
        ("gone@example.test", None),
        ("GONE@example.test", None),
        ("", None),
        (None, None),
        (["head@example.test"], None),
        ({"head@example.test": "director"}, None),
    ],
)
def test_people_of_the_list_have_their_role_and_nobody_else(who, expected: str | None) -> None:
    assert role(BY_LIST, upn=who) == expected


def test_another_claim_than_the_one_settled_names_nobody() -> None:
    assert role(BY_LIST, email="head@example.test", name="head@example.test") is None
    assert role("", email="head@example.test") is None


def test_an_address_that_the_provider_has_not_verified_names_nobody() -> None:
    text = '[people]\n"head@example.test" = "director"'
    assert role(text, email="head@example.test") == "director"
    assert role(text, email="head@example.test", email_verified=True) == "director"
    assert role(text, email="head@example.test", email_verified=False) is None


def test_a_department_and_rows_limit_what_the_role_gives() -> None:
    found = parse(BY_LIST)
    saime = found.access_of({"upn": "saime@example.test"})
    assert (saime.department, saime.rows) == ("saime", (("centre", ("saime",)),))
    assert saime.ask == "IT, 100. kabinets"
    assert found.access_of({"upn": "parish@example.test"}).rows == (("territory", ("ogre", "tome")),)


@pytest.mark.parametrize(
    ("held", "expected"),
    [
        (["Statistics.Director"], ("director", None)),
        (["x", "Statistics.Director"], ("director", None)),
        ("Statistics.Director", ("director", None)),
        # The first in the file counts.
        (["Statistics.Director", "Statistics.Psychologists"], ("department_head", "psychologists")),
        (["Statistics.Directors"], None),
        (["statistics.director"], None),
        ("Statistics.Director Statistics.Psychologists", None),
        ([], None),
        (None, None),
        ({"Statistics.Director": True}, None),
        ([["Statistics.Director"]], None),
    ],
)
def test_a_claim_gives_the_role_that_is_settled_for_its_value(held, expected) -> None:
    found = parse(BY_CLAIM).access_of({"email": "a@example.test", "realm_access": {"roles": held}})
    assert (found and (found.role, found.department)) == expected


def test_the_list_counts_before_the_claim_and_a_claim_in_one_word_too() -> None:
    both = {"email": "clerk@example.test", "realm_access": {"roles": ["Statistics.Director"]}}
    assert role(BY_CLAIM, **both) == "clerk"
    assert role(BY_CLAIM, email="a@example.test", **{"realm_access.roles": ["Statistics.Director"]}) == "director"
    assert role(BY_CLAIM, email="a@example.test", realm_access="Statistics.Director") is None
    blocked = BY_CLAIM.replace("[claim]", 'blocked = ["a@example.test"]\n[claim]')
    assert role(blocked, email="a@example.test", realm_access={"roles": ["Statistics.Director"]}) is None


@pytest.mark.parametrize(
    "wrong",
    [
        "people",
        "peopl = {}",
        'people = "a"',
        '[people]\na = "directors"',
        '[people]\na = ["director"]',
        '[people]\na = { role = "director", department = "benefits" }',
        '[people]\na = "department_head"',
        '[people]\na = { role = "department_head", department = "finance" }',
        '[people]\na = { role = "clerk", row = {} }',
        '[people]\na = { role = "clerk", rows = { parish = ["ogre"] } }',
        '[people]\na = { role = "clerk", rows = { month = ["2023-01"] } }',
        '[people]\na = { role = "clerk", rows = { centre = [] } }',
        '[people]\na = { role = "clerk", rows = { centre = "saime" } }',
        "blocked = [1]",
        'blocked = "a"',
        "idle_minutes = 0",
        "idle_minutes = true",
        'longest_hours = "10"',
        "identity = 1",
        '[claim]\ngives = [{ value = "x", role = "director" }]',
        '[claim]\nname = "roles"\ngives = [{ role = "director" }]',
        '[claim]\nname = "roles"\ngives = [{ value = "x" }]',
        '[claim]\nname = "roles"\ngives = [{ value = "", role = "director" }]',
        '[claim]\nnames = "roles"',
        "[audit]\nkeep = 1",
        "[audit]\nkeep_months = 0",
    ],
)
def test_a_mistake_in_the_settings_lets_nobody_in(wrong: str) -> None:
    with pytest.raises(AccessNotSet):
        parse(wrong)


def test_the_file_is_read_again_when_it_has_changed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "access.toml"
    monkeypatch.setenv("ACCESS_FILE", str(path))
    with pytest.raises(AccessNotSet):
        settings()
    claims = {"email": "a@example.test"}
    path.write_text('[people]\n"a@example.test" = "director"', encoding="utf-8")
    assert settings().access_of(claims).role == "director"
    assert settings() is settings()
    before = path.stat()
    path.write_text('[people]\n"b@example.test" = "director"', encoding="utf-8")
    os.utime(path, ns=(before.st_atime_ns, before.st_mtime_ns + 1))
    assert settings().access_of(claims) is None
    path.write_bytes(b"\xff")
    with pytest.raises(AccessNotSet):
        settings()
    path.unlink()
    with pytest.raises(AccessNotSet):
        settings()


def test_without_any_setting_nobody_has_a_role() -> None:
    assert Settings().access_of({"email": "a@example.test", "roles": ["director"]}) is None
