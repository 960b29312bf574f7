"""The command line, run as a person runs it: its answers, its exit codes, and no traceback."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from data_access.__main__ import main

ROOT = Path(__file__).parent.parent


def run(*arguments: str, url: str | None = None) -> subprocess.CompletedProcess:
    env = {**os.environ, "COLUMNS": "200"} | ({"DATABASE_URL": url} if url else {})
    done = subprocess.run(
        [sys.executable, "-m", "data_access", *arguments],
        cwd=ROOT,
        env=env,
        capture_output=True,
        text=True,
        timeout=120,
    )
    assert "Traceback" not in done.stdout + done.stderr
    return done


def test_a_question_in_json_gives_the_published_figures(demonstration_url):
    done = run(
        *("query", "spend", "households_assisted", "--by", "benefit", "--period", "2023"),
        *("--where", "benefit=gmi", "--format", "json"),
        url=demonstration_url,
    )
    assert done.returncode == 0
    answer = json.loads(done.stdout)
    [gmi] = [row for row in answer["rows"] if row["benefit"] == "gmi"]
    # Report, chapter on the guaranteed minimum income: 134902,40 euro, 223 households.
    assert gmi == {"benefit": "gmi", "spend": "134902.40", "households_assisted": 223}
    assert answer["demonstration"] is True


def test_a_table_speaks_latvian(demonstration_url):
    done = run(
        "query", "spend", "--by", "form", "--where", "benefit=housing", "--period", "2023", url=demonstration_url
    )
    # Report: 234642,95 euro in cash and 391611,6 euro in kind.
    assert "234\u00a0642,95\u00a0€" in done.stdout
    assert "391\u00a0611,60\u00a0€" in done.stdout
    assert "Demonstrācijas dati" in done.stdout


def test_csv_carries_its_notes(demonstration_url):
    done = run(
        "query", "households_assisted", "--by", "benefit", "--period", "2023", "--format", "csv", url=demonstration_url
    )
    lines = done.stdout.splitlines()
    assert any(line.startswith("# ") and "pārklājas" in line for line in lines)
    assert "benefit,Pabalsts,households_assisted" in lines


def test_the_list_names_every_measure_with_its_sentence():
    done = run("query", "--list")
    assert done.returncode == 0
    for word in ("spend", "Izmaksu summa", "psychologist_clients", "problem_category"):
        assert word in done.stdout


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


def test_a_wrong_switch_gets_a_sentence_and_exit_code_2():
    done = run("query", "spend", "--colour", "red")
    assert done.returncode == 2
    assert "nav saprasta" in done.stderr
    assert done.stdout == ""


def test_no_database_gets_a_sentence_and_exit_code_1(tmp_path):
    done = run("query", "spend", "--period", "2023", url=f"duckdb:///{tmp_path}/none.duckdb")
    assert done.returncode == 1
    assert "Datubāzes vēl nav" in done.stderr


def test_no_server_gets_a_sentence_and_exit_code_1():
    done = run("query", "spend", "--period", "2023", url="postgresql+psycopg://nobody@127.0.0.1:9/none")
    assert done.returncode == 1
    assert "Datubāze neatbild" in done.stderr


def test_english_is_a_switch_away(demonstration_url):
    done = run("query", "spend", "--period", "soon", "--language", "en", url=demonstration_url)
    assert "is no period" in done.stderr


def test_the_council_gets_protected_figures_and_their_mark(demonstration_url):
    question = ("query", "psychologist_clients", "--by", "age_group", "person_group", "--period", "2023")
    done = run(*question, "--audience", "council", "--format", "csv", url=demonstration_url)
    assert done.returncode == 0
    lines = done.stdout.splitlines()
    # The report prints two girls and one boy of 0 to 6 years.
    assert [line.split(",")[-1] for line in lines if line.startswith("0_6,")] == ["(k)"] * 3
    assert "total,Kopā,total,Kopā,259" in lines
    assert any(line.startswith("# ") and "(k)" in line for line in lines)
    table = run(*question, "--audience", "council", url=demonstration_url)
    assert "(k)" in table.stdout
    answer = json.loads(run(*question, "--audience", "council", "--format", "json", url=demonstration_url).stdout)
    hidden = [row["psychologist_clients"] for row, why in zip(answer["rows"], answer["withheld"], strict=True) if why]
    assert len(hidden) >= 3
    assert set(hidden) == {None}


def test_a_question_that_is_not_for_the_council_names_the_nearest(demonstration_url):
    done = run("query", "spend", "--by", "benefit", "territory", "--audience", "council", url=demonstration_url)
    assert done.returncode == 2
    assert done.stdout == ""
    assert "Izlietots (Pabalsts), 2023." in done.stderr
