"""Who may import what, and a few things nobody writes: rules about the source, one sentence each."""

import ast
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

REPOSITORY = Path(__file__).resolve().parents[1]
LONGEST_STATISTICS_PAGE = 75  # lines
FRONT_DOORS = {"data_access", "data_access.language"}  # packages of the data access that pages may import
OPEN = "data_access.telling"  # what tells without a browser: pages use all of its modules

Finder = Callable[[ast.Module], Iterator[str]]


def imported_modules(tree: ast.Module) -> Iterator[tuple[int, str, str]]:
    """(line, module, name) for every import; `import a.b` has no name of its own."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            for alias in node.names:
                yield node.lineno, alias.name, ""
        elif isinstance(node, ast.ImportFrom):
            module = "." * node.level + (node.module or "")
            for alias in node.names:
                yield node.lineno, module, alias.name
        elif is_call_to(node, "import_module", "__import__") and isinstance(node.args[0], ast.Constant):
            yield node.lineno, str(node.args[0].value), ""


def is_call_to(node: ast.AST, *names: str) -> bool:
    if not isinstance(node, ast.Call):
        return False
    function = node.func
    return (isinstance(function, ast.Name) and function.id in names) or (
        isinstance(function, ast.Attribute) and function.attr in names
    )


def is_or_lies_in(module: str, package: str) -> bool:
    return module == package or module.startswith(f"{package}.")


def imports_of(*packages: str) -> Finder:
    def find(tree: ast.Module) -> Iterator[str]:
        for line, module, name in imported_modules(tree):
            if any(is_or_lies_in(module, package) for package in packages):
                yield f"line {line} imports {module} {name}".rstrip()

    return find


def data_access_submodules() -> set[str]:
    folder = REPOSITORY / "data_access"
    return {path.stem for path in folder.glob("*.py")} | {path.parent.name for path in folder.glob("*/__init__.py")}


def imports_past_the_public_package(tree: ast.Module) -> Iterator[str]:
    submodules = data_access_submodules() - public_names()
    for line, module, name in imported_modules(tree):
        inside = is_or_lies_in(module, "data_access") and module not in FRONT_DOORS and not is_or_lies_in(module, OPEN)
        if inside or (module == "data_access" and name in submodules):
            yield f"line {line} imports {module} {name}".rstrip()


def public_names() -> set[str]:
    """What `data_access/__init__.py` lists in `__all__`: a function may share its module's name."""
    source = (REPOSITORY / "data_access" / "__init__.py").read_text(encoding="utf-8")
    for node in ast.parse(source).body:
        if isinstance(node, ast.Assign) and any(
            isinstance(target, ast.Name) and target.id == "__all__" for target in node.targets
        ):
            return set(ast.literal_eval(node.value))
    return set()


def asking_for_data(tree: ast.Module) -> Iterator[str]:
    for line, module, name in imported_modules(tree):
        if is_or_lies_in(module, "data_access") and name in {"", "*", "ask", "Database", "open_database"}:
            yield f"line {line} can ask for data through {module} {name}".rstrip()
    for node in ast.walk(tree):
        if is_call_to(node, "ask", "open_database"):
            yield f"line {node.lineno} asks for data"


def past_the_visitors_door(tree: ast.Module) -> Iterator[str]:
    for line, module, name in imported_modules(tree):
        if module == "data_access" and name in {"Database", "open_database", "open_for", "open_access", "Nobody"}:
            yield f"line {line} can open the database for nobody in particular: {name}"
    for node in ast.walk(tree):
        if isinstance(node, ast.Attribute) and node.attr in {"_database", "open_database", "open_for", "open_access"}:
            yield f"line {node.lineno} reaches past the visitor's door: {ast.unparse(node)}"


def excepts_that_catch_everything(tree: ast.Module) -> Iterator[str]:
    for node in ast.walk(tree):
        if not isinstance(node, ast.ExceptHandler):
            continue
        caught = node.type.elts if isinstance(node.type, ast.Tuple) else [node.type]
        names = {getattr(kind, "id", getattr(kind, "attr", "everything")) for kind in caught}
        if names & {"everything", "Exception", "BaseException"}:
            yield f"line {node.lineno} catches {', '.join(sorted(names))}"


def raw_html(tree: ast.Module) -> Iterator[str]:
    for node in ast.walk(tree):
        if isinstance(node, ast.keyword) and node.arg == "unsafe_allow_html":
            yield f"line {node.value.lineno} uses unsafe_allow_html"
        elif isinstance(node, ast.Attribute) and node.attr in {"html", "iframe"}:
            owner = ast.unparse(node.value)
            if owner in {"st", "streamlit"} or owner.split(".")[-1] in {"components", "v1"}:
                yield f"line {node.lineno} uses {owner}.{node.attr}"
    for line, module, name in imported_modules(tree):
        if is_or_lies_in(module, "streamlit.components") or (module == "streamlit" and name == "html"):
            yield f"line {line} imports {module} {name}".rstrip()


def python_files(*patterns: str) -> list[Path]:
    return sorted({path for pattern in patterns for path in REPOSITORY.glob(pattern)})


SHOWN = ["dashboard.py", "pages/**/*.py"]
STATISTICS_PAGES = ["pages/statistics/**/*.py"]
EVERYTHING_BUT_TESTS = ["*.py", "pages/**/*.py", "data_access/**/*.py", "scripts/**/*.py"]

# The rule, where it holds, what breaks it, and sources that break it.
RULES: dict[str, tuple[list[str], Finder, list[str]]] = {
    "data access knows nothing of how the data are shown": (
        ["data_access/**/*.py"],
        imports_of("streamlit", "plotly", "pages", "dashboard"),
        [
            "import streamlit as st",
            "def late():\n    from plotly import express",
            "from pages.parts import charts",
            "import importlib\nimportlib.import_module('streamlit')",
        ],
    ),
    "what tells asks through the one door": (
        ["data_access/telling/**/*.py"],
        imports_of(
            "sqlalchemy",
            "duckdb",
            "data_access.statement",
            "data_access.answering",
            "data_access.framing",
            "data_access.engines",
        ),
        ["from sqlalchemy import text", "from data_access.answering import answer"],
    ),
    "pages know nothing of the database": (
        SHOWN,
        imports_of("sqlalchemy", "duckdb", "duckdb_sqlalchemy", "psycopg", "sqlite3"),
        ["import duckdb", "from sqlalchemy.orm import Session", "import os, psycopg"],
    ),
    "pages use data access only through its front door": (
        SHOWN,
        imports_past_the_public_package,
        [
            "from data_access.schema import metadata",
            "import data_access.schema",
            "from data_access import schema",
            "from data_access.telling_more import x",
        ],
    ),
    "pages have the database only as their visitor may see it": (
        ["pages/app.py", "pages/parts/**/*.py", "pages/statistics/**/*.py", "pages/records/**/*.py"],
        past_the_visitors_door,
        [
            "from data_access import open_database",
            "from data_access import Nobody, open_for",
            "import data_access\ndata_access.open_database()",
            "view.database._database.ask(question)",
        ],
    ),
    "charts draw what they are given and ask for nothing": (
        ["pages/parts/charts/*.py"],
        lambda tree: iter([*imports_of("streamlit")(tree), *asking_for_data(tree)]),
        [
            "import streamlit",
            "import data_access",
            "from data_access.database import Database",
            "database.ask(question)",
        ],
    ),
    "statistics pages tell what to show and leave the how to the parts": (
        STATISTICS_PAGES,
        imports_of("pandas", "plotly", "numpy"),
        ["import pandas as pd", "from plotly.graph_objects import Figure"],
    ),
    "nothing outside the tests catches every exception": (
        EVERYTHING_BUT_TESTS,
        excepts_that_catch_everything,
        [
            "try:\n    pass\nexcept Exception:\n    pass",
            "try:\n    pass\nexcept:\n    pass",
            "try:\n    pass\nexcept (ValueError, BaseException) as error:\n    pass",
        ],
    ),
    "no page writes raw HTML": (
        SHOWN,
        raw_html,
        [
            "st.markdown('<b>', unsafe_allow_html=True)",
            "st.html('<b>')",
            "components.html('<b>')",
            "st.components.v1.html('<b>')",
            "import streamlit.components.v1 as c",
        ],
    ),
}


@pytest.mark.parametrize("rule", RULES)
def test_the_source_keeps_the_rule(rule: str) -> None:
    patterns, find, _ = RULES[rule]
    files = python_files(*patterns)
    assert files, f"no file is left for the rule “{rule}”: {patterns}"
    broken = [
        f"{path.relative_to(REPOSITORY)}: {violation}"
        for path in files
        for violation in find(ast.parse(path.read_text(encoding="utf-8")))
    ]
    assert not broken, f"{rule}, but:\n" + "\n".join(broken)


@pytest.mark.parametrize(
    ("rule", "bad_source"),
    [(rule, bad) for rule, (_, _, bad_sources) in RULES.items() for bad in bad_sources],
)
def test_a_source_that_breaks_the_rule_is_noticed(rule: str, bad_source: str) -> None:
    assert list(RULES[rule][1](ast.parse(bad_source)))


@pytest.mark.parametrize(
    ("rule", "good_source"),
    [
        (
            "pages use data access only through its front door",
            "from data_access import Question\nimport data_access",
        ),
        (
            "pages use data access only through its front door",
            "from data_access.telling import tables\nfrom data_access.telling.builder.request import Request",
        ),
        ("charts draw what they are given and ask for nothing", "from data_access import Answer"),
        ("nothing outside the tests catches every exception", "try:\n    pass\nexcept OSError:\n    raise"),
        ("no page writes raw HTML", "st.markdown('**b**')\nfigure.to_html()"),
    ],
)
def test_a_source_that_keeps_the_rule_is_left_in_peace(rule: str, good_source: str) -> None:
    assert not list(RULES[rule][1](ast.parse(good_source)))


def too_long(source: str) -> bool:
    return len(source.splitlines()) > LONGEST_STATISTICS_PAGE


def test_statistics_pages_are_short_enough_to_read_at_once() -> None:
    files = python_files(*STATISTICS_PAGES)
    assert files
    long_pages = [path.name for path in files if too_long(path.read_text(encoding="utf-8"))]
    assert not long_pages, f"longer than {LONGEST_STATISTICS_PAGE} lines: {long_pages}"


def test_a_page_one_line_too_long_is_noticed() -> None:
    assert too_long("\n" * (LONGEST_STATISTICS_PAGE + 1))
    assert not too_long("\n" * LONGEST_STATISTICS_PAGE)


def test_what_few_processes_need_is_read_when_it_is_needed() -> None:
    """Each start of a command and of the server would pay for it: together 0.6 s."""
    late = ["scipy", "highspy", "pandera", "pptx", "docx", "typst", "lxml"]
    tell = f"import sys, data_access.__main__; print([name for name in {late} if name in sys.modules])"
    found = subprocess.run([sys.executable, "-c", tell], cwd=REPOSITORY, capture_output=True, text=True, check=True)
    assert found.stdout.strip() == "[]"
