"""The command line, run as a person runs it: its answers, its exit codes, and no traceback."""

import json
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest

from data_access.__main__ import main

ROOT = Path(__file__).parent.parent


@dataclass(frozen=True)
class Done:
    code: int
    out: str
    err: str


@pytest.fixture
def run(monkeypatch, capsys) -> Callable[..., Done]:
    """Runs a command in this process: that a process of its own does the same, the first test says."""

    def run_command(*arguments: str, url: str | None = None) -> Done:
        monkeypatch.setenv("COLUMNS", "200")
        if url:
            monkeypatch.setenv("DATABASE_URL", url)
        capsys.readouterr()
        try:
            code = main(arguments)
        except SystemExit as error:  # argparse ends so
            code = error.code
        said = capsys.readouterr()
        assert "Traceback" not in said.out + said.err
        return Done(code, said.out, said.err)

    return run_command


def test_a_command_in_a_process_of_its_own_says_what_it_says_in_this_one(demonstration_url, run):
    for arguments in (["spend", "--period", "2023"], ["spend", "--colour", "red"], ["spend", "--period", "soon"]):
        here = run("query", *arguments, url=demonstration_url)
        there = subprocess.run(
            [sys.executable, "-m", "data_access", "query", *arguments],
            cwd=ROOT,
            capture_output=True,
            text=True,
            timeout=120,
        )
        assert Done(there.returncode, there.stdout, there.stderr) == here


def test_a_question_in_json_gives_the_published_figures(demonstration_url, run):
    done = run(
        *("query", "spend", "households_assisted", "--by", "benefit", "--period", "2023"),
        *("--where", "benefit=gmi", "--format", "json"),
        url=demonstration_url,
    )
    assert done.code == 0
    answer = json.loads(done.out)
    [gmi] = [row for row in answer["rows"] if row["benefit"] == "gmi"]
    # Report, chapter on the guaranteed minimum income: 134902,40 euro, 223 households.
    assert gmi == {"benefit": "gmi", "spend": "134902.40", "households_assisted": 223}
    assert answer["demonstration"] is True


def test_a_table_speaks_latvian(demonstration_url, run):
    done = run(
        "query", "spend", "--by", "form", "--where", "benefit=housing", "--period", "2023", url=demonstration_url
    )
    # Report: 234642,95 euro in cash and 391611,6 euro in kind.
    assert "234\u00a0642,95\u00a0€" in done.out
    assert "391\u00a0611,60\u00a0€" in done.out
    assert "Demonstrācijas dati" in done.out


def test_csv_carries_its_notes(demonstration_url, run):
    done = run(
        "query", "households_assisted", "--by", "benefit", "--period", "2023", "--format", "csv", url=demonstration_url
    )
    lines = done.out.splitlines()
    assert any(line.startswith("# ") and "pārklājas" in line for line in lines)
    assert "benefit,Pabalsts,households_assisted" in lines


def test_the_list_names_every_measure_with_its_sentence(run):
    done = run("query", "--list")
    assert done.code == 0
    for word in ("spend", "Izmaksu summa", "psychologist_clients", "problem_category"):
        assert word in done.out


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("spendd", "--period", "2023"), "„spend”"),
        (("spend", "--by", "benefitt", "--period", "2023"), "„benefit”"),
        (("spend", "--where", "population=resident", "--period", "2023"), "„residents”"),
        (("spend", "--period", "2023-13"), "2023-13"),
        (("spend", "--period", "2023-12-31..2023-01-01"), "2023"),
        (("spend", "--where", "population", "--period", "2023"), "griezums=vērtība"),
        (("spend", "--by", "psychologist", "--period", "2023"), "psychologist"),
        (("--period", "2023"), "rādītāja"),
        (("spend", "--audience", "everybody", "--period", "2023"), "everybody"),
    ],
)
def test_a_wrong_word_gets_a_sentence_and_exit_code_2(demonstration_url, monkeypatch, capsys, arguments, said):
    monkeypatch.setenv("DATABASE_URL", demonstration_url)
    assert main(["query", *arguments]) == 2
    answered = capsys.readouterr()
    assert said in answered.err
    assert answered.out == ""


def test_a_wrong_switch_gets_a_sentence_and_exit_code_2(run):
    done = run("query", "spend", "--colour", "red")
    assert done.code == 2
    assert "nav saprasta" in done.err
    assert done.out == ""


def test_no_database_gets_a_sentence_and_exit_code_1(tmp_path, run):
    done = run("query", "spend", "--period", "2023", url=f"duckdb:///{tmp_path}/none.duckdb")
    assert done.code == 1
    assert "Datubāzes vēl nav" in done.err


def test_no_server_gets_a_sentence_and_exit_code_1(run):
    done = run("query", "spend", "--period", "2023", url="postgresql+psycopg://nobody@127.0.0.1:9/none")
    assert done.code == 1
    assert "Datubāze neatbild" in done.err


def test_english_is_a_switch_away(demonstration_url, run):
    done = run("query", "spend", "--period", "soon", "--language", "en", url=demonstration_url)
    assert "is no period" in done.err


def test_the_council_gets_protected_figures_and_their_mark(demonstration_url, run):
    question = ("query", "psychologist_clients", "--by", "age_group", "person_group", "--period", "2023")
    done = run(*question, "--audience", "council", "--format", "csv", url=demonstration_url)
    assert done.code == 0
    lines = done.out.splitlines()
    # The report prints two girls and one boy of 0 to 6 years.
    assert [line.split(",")[-1] for line in lines if line.startswith("0_6,")] == ["(k)"] * 3
    assert "total,Kopā,total,Kopā,259" in lines
    assert any(line.startswith("# ") and "(k)" in line for line in lines)
    table = run(*question, "--audience", "council", url=demonstration_url)
    assert "(k)" in table.out
    answer = json.loads(run(*question, "--audience", "council", "--format", "json", url=demonstration_url).out)
    hidden = [row["psychologist_clients"] for row, why in zip(answer["rows"], answer["withheld"], strict=True) if why]
    assert len(hidden) >= 3
    assert set(hidden) == {None}


def test_a_question_that_is_not_for_the_council_names_the_nearest(demonstration_url, run):
    done = run("query", "spend", "--by", "benefit", "territory", "--audience", "council", url=demonstration_url)
    assert done.code == 2
    assert done.out == ""
    assert "Izlietots (Pabalsts), 2023." in done.err
