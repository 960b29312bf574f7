"""What the program is made of: exact versions of everything, and what looks after them."""

import re
from importlib.metadata import distribution
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from tests.infrastructure.browser import REPOSITORY

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
