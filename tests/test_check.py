"""The check against the published report: every figure has its question or its reason, and damage is noticed."""

import csv
import shutil
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, date, datetime
from decimal import Decimal
from functools import cache
from itertools import product
from pathlib import Path

import duckdb
import pandas as pd
import pytest

from data_access import Answer, Database, Question, open_database
from data_access import check as checking
from data_access.answer import AsOf
from data_access.check import CheckedFigure, as_tables, check, questions, summary
from data_access.measures import measure
from data_access.pointer import resolve
from data_access.question import TOTAL

DATA_ACCESS = Path(checking.__file__).parent

# Chapters of which every figure that counts something has to have its question.
WHOLE_CHAPTERS = {
    "assistance_overview",
    "income_tested",
    "statuses",
    "gmi",
    "housing",
    "other_municipal_benefits",
    "health",
    "education",
    "other_expenses",
    "crisis",
    "other_statutory",
    "orphans",
    "foster_family",
    "birth",
    "meals",
    "funeral",
    "dept_social_assistance_tables",
    "ukraine_support",
    "family_day_centre",
    "psychologists",
    "psychologist_charts",
    "chart_series_2011_2023",
}
COUNTING = {"persons", "households", "visits", "consultations", "spend"}
# Counts of these chapters of which there are no case records: groups, courses, events, other services.
WITHOUT_RECORDS = {
    "gadc.kopa_speks_event.persons.2023",
    "gadc.social_correction.minors.2023",
    "gadc.rehab.children_declared_in_municipality.2023",
    "gadc.rehab.persons.2023",
    "gadc.rehab.children_with_disability.2023",
    "gadc.rehab.children_needy_low_income.2023",
    "gadc.rehab.children_large_families.2023",
    "gadc.rehab.children_ukraine.2023",
}


def rows(name: str, folder: str = "published") -> list[dict[str, str]]:
    with (DATA_ACCESS / folder / name).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


PUBLISHED = {row["figure_id"]: row for row in rows("published_figures.csv")}
READINGS = {row["figure_id"]: row for row in rows("readings.csv")}
CONTRADICTIONS = {row["contradiction_id"]: row for row in rows("contradictions.csv")}

# --- the files ----------------------------------------------------------------------------------


def test_all_728_figures_are_there_once() -> None:
    assert len(PUBLISHED) == len(rows("published_figures.csv")) == 728


def test_every_figure_has_a_question_or_a_reason_and_not_both() -> None:
    asked = Counter(row["figure_id"] for row in rows("questions.csv"))
    reasons = Counter(row["figure_or_chapter"] for row in rows("not_covered.csv"))
    assert max(asked.values()) == max(reasons.values()) == 1
    assert not asked.keys() & reasons.keys()
    assert asked.keys() <= PUBLISHED.keys()
    left = {name: figure["chapter"] for name, figure in PUBLISHED.items() if name not in asked and name not in reasons}
    chapters = set(left.values())
    assert chapters <= reasons.keys()
    assert reasons.keys() <= PUBLISHED.keys() | chapters, "a reason for nothing"


def test_reasons_are_said_in_both_languages() -> None:
    for row in rows("not_covered.csv"):
        assert row["reason_lv"].endswith("."), row
        assert row["reason_en"].endswith("."), row


def test_every_count_of_the_chapters_on_assistance_psychologists_and_day_centres_has_a_question() -> None:
    asked = questions()
    left = {
        name
        for name, figure in PUBLISHED.items()
        if figure["chapter"] in WHOLE_CHAPTERS and figure["measure"] in COUNTING and name not in asked
    }
    assert left == WITHOUT_RECORDS


def codes() -> dict[str, set[str]]:
    """Values of every dimension, from the reference files alone."""
    found: dict[str, set[str]] = {}
    for row in rows("vocabulary.csv", "reference"):
        found.setdefault(row["dimension"], set()).add(row["code"])
    for name, column in {
        "benefits": "benefit",
        "benefit_types": "benefit_type",
        "centres": "centre",
        "branches": "branch",
        "problem_categories": "problem_category",
    }.items():
        found[column] = {row[column] for row in rows(f"{name}.csv", "reference")}
    return found


def test_every_question_is_one_and_names_codes_that_exist() -> None:
    known = codes()
    for name, question in questions().items():
        for dimension, values in question.where:
            assert set(values) <= known[dimension], name


def test_every_question_is_about_the_year_of_its_figure() -> None:
    for name, question in questions().items():
        assert question.period.code == PUBLISHED[name]["year"], name


def test_every_question_counts_in_the_unit_of_its_figure() -> None:
    units = {
        "EUR": {"cents"},
        "households": {"households"},
        "persons": {"persons"},
        # A day centre's services are visits at which they were used.
        "visits": {"visits", "consultations"},
        "consultations": {"visits", "consultations"},
        "times": {"visits"},
        "packages": {"visits"},
    }
    for name, question in questions().items():
        [code] = question.measures
        assert measure(code).unit in units[PUBLISHED[name]["unit"]], name


def test_every_reading_stands_on_a_contradiction_of_its_figure() -> None:
    for name, reading in READINGS.items():
        figure, contradiction = PUBLISHED[name], CONTRADICTIONS[reading["contradiction_id"]]
        assert contradiction["kind"] != "reconciles", name
        named = name in contradiction["figure_ids"].split(";")
        assert named or figure["value"] in contradiction["explanation"], name


def test_every_reading_is_of_a_figure_that_is_asked_for_and_differs_from_print() -> None:
    for name, reading in READINGS.items():
        assert name in questions()
        assert reading["reading"] == "gap" or Decimal(reading["reading"]) != Decimal(PUBLISHED[name]["value"]), name
        assert reading["reason_lv"]
        assert reading["reason_en"]


# --- the outcome of a figure --------------------------------------------------------------------

Figures = Mapping[tuple, int | None]


def key(code: str, question: Question, cell: Mapping[str, str] | None = None) -> tuple:
    """What is asked, whether by period and filters alone or by splits as well."""
    chosen = {name: value for name, value in (cell or {}).items() if value != TOTAL}
    period = chosen.pop("year", question.period.code)
    where = dict(question.where) | {name: (value,) for name, value in chosen.items()}
    return code, period, frozenset(where.items())


class Oracle:
    """Answers any question from a list of known figures; a figure that is not in it is zero."""

    def __init__(self, figures: Figures):
        self.figures = figures
        self.asked: list[Question] = []

    def ask(self, question: Question) -> Answer:
        self.asked.append(question)
        possible = [(*self.values(question, name), TOTAL) for name in question.by]
        records = []
        for cell in product(*possible):
            place = dict(zip(question.by, cell, strict=True))
            records.append(place | {code: self.figure(key(code, question, place)) for code in question.measures})
        frame = pd.DataFrame(records, columns=[*question.by, *question.measures])
        as_of = AsOf(datetime(2024, 1, 1, tzinfo=UTC), date(2011, 1, 1), date(2023, 12, 31), True)
        return Answer(question, frame.astype(dict.fromkeys(question.measures, "Int64")), (), as_of)

    def values(self, question: Question, name: str) -> list[str]:
        if name == "year":
            return [cell.code for cell in question.period.cells("year")]
        return list(dict(question.where)[name])

    def figure(self, place: tuple) -> int | None:
        return self.figures.get(place, 0)


def right_figures(changed: Mapping[str, int | None] | None = None) -> dict[tuple, int | None]:
    """What a right database answers: readings where there are any, print elsewhere; some of them changed.

    One question can give several figures (a sum printed in two chapters): readings come last.
    """
    asked, figures = questions(), {}
    for name in sorted(asked, key=lambda name: (name in READINGS, name in (changed or {}))):
        [code] = asked[name].measures
        text = READINGS.get(name, {}).get("reading", PUBLISHED[name]["value"])
        value = None if text == "gap" else Decimal(text) * (100 if measure(code).unit == "cents" else 1)
        figures[key(code, asked[name])] = None if value is None else int(value)
        if name in (changed or {}):
            figures[key(code, asked[name])] = changed[name]
    return figures


def outcomes(changed: Mapping[str, int | None] | None = None) -> dict[str, CheckedFigure]:
    if not changed:
        return right_outcomes()
    return {figure.figure_id: figure for figure in check(Oracle(right_figures(changed)))}


@cache
def right_outcomes() -> dict[str, CheckedFigure]:
    return {figure.figure_id: figure for figure in check(Oracle(right_figures()))}


def test_figures_stand_in_the_order_of_the_report() -> None:
    assert list(outcomes()) == list(PUBLISHED)


def test_a_right_database_differs_nowhere() -> None:
    different = {name for name, figure in outcomes().items() if figure.outcome == "different"}
    assert not different


def test_a_figure_equal_to_print_is_equal() -> None:
    figure = outcomes()["benefits.gmi.spend.total.2023.all"]
    assert (figure.outcome, figure.answered, figure.printed) == ("equal", Decimal("134902.4"), Decimal("134902.40"))
    assert figure.reason("lv") == ""


def test_one_cent_is_a_difference() -> None:
    figure = outcomes({"benefits.gmi.spend.total.2023.all": 13490241})["benefits.gmi.spend.total.2023.all"]
    assert (figure.outcome, figure.answered) == ("different", Decimal("134902.41"))


def test_one_person_is_a_difference() -> None:
    assert outcomes({"gadc.persons.ogre.girls.2023": 173})["gadc.persons.ogre.girls.2023"].outcome == "different"


def test_a_figure_that_is_not_known_is_a_difference() -> None:
    figure = outcomes({"benefits.gmi.households.2023.all": None})["benefits.gmi.households.2023.all"]
    assert (figure.outcome, figure.answered) == ("different", None)


def test_a_contradiction_is_known_by_its_reading() -> None:
    figure = outcomes()["gadc.visits.total.2019"]
    assert (figure.outcome, figure.answered, figure.printed) == ("contradiction", 9861, 9855)
    assert figure.contradiction_id == "gadc.visits.2019"
    assert "9861" in figure.contradiction
    assert figure.reason("lv")
    assert figure.reason("en")


def test_any_other_value_than_the_reading_is_a_difference() -> None:
    assert outcomes({"gadc.visits.total.2019": 9862})["gadc.visits.total.2019"].outcome == "different"


def test_a_gap_is_no_zero() -> None:
    name = "series.assistance_households.2022"  # printed as 0, but never published
    assert outcomes()[name].outcome == "contradiction"
    assert outcomes()[name].answered is None
    assert outcomes({name: 5})[name].outcome == "different"


def test_a_zero_that_is_a_figure_is_one() -> None:
    figure = outcomes()["ukraine.home_care.spend.2022"]
    assert (figure.outcome, figure.answered) == ("equal", 0)


def test_a_part_of_an_unknown_whole_is_not_known() -> None:
    """Visits of adults that do not occur are none, but not if nothing is known of the centre in that year."""

    class CentreUnknown(Oracle):
        def figure(self, place: tuple) -> int | None:
            code, _, where = place
            whole = any(name == "visitor_group" and len(values) > 1 for name, values in where)
            return None if code == "visits" and whole else super().figure(place)

    figure = {figure.figure_id: figure for figure in check(CentreUnknown(right_figures()))}["gadc.visits.adults.2019"]
    assert (figure.outcome, figure.answered) == ("different", None)


def test_a_year_outside_the_data_is_not_zero() -> None:
    class BegunIn2020(Oracle):
        def values(self, question: Question, name: str) -> list[str]:
            return [value for value in super().values(question, name) if name != "year" or value >= "2020"]

    found = {figure.figure_id: figure for figure in check(BegunIn2020(right_figures()))}
    assert (found["gadc.visits.adults.2019"].outcome, found["gadc.visits.adults.2019"].answered) == ("different", None)
    assert found["gadc.visits.adults.2020"].outcome == "equal"


def test_a_reading_without_its_contradiction_is_a_difference(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(checking, "_contradictions", dict)
    found = {figure.figure_id: figure for figure in check(Oracle(right_figures()))}
    assert found["gadc.visits.total.2019"].outcome == "different"


def test_what_is_not_covered_says_why() -> None:
    found = outcomes()
    rule = found["tables.threshold.needy.first_person.2023-07-01"]
    of_a_chapter = found["prevention.needles.2023"]
    for figure in (rule, of_a_chapter):
        assert figure.outcome == "not_covered"
        assert figure.question is None
        assert figure.reason("lv")
        assert figure.reason("en")


def test_several_figures_come_from_one_question() -> None:
    oracle = Oracle(right_figures())
    check(oracle)
    assert len(oracle.asked) < len(questions()) / 5


def test_every_figure_is_asked_with_its_own_dimensions() -> None:
    """A filter may become a split but is never dropped or added: it decides what was published."""
    oracle = Oracle(right_figures())
    check(oracle)
    wanted = {frozenset(name for name, _ in question.where) for question in questions().values()}
    assert {frozenset(name for name, _ in question.where) for question in oracle.asked} == wanted
    assert all({*question.by} <= {"year", *dict(question.where)} for question in oracle.asked)


def test_over_several_years_ages_are_those_of_each_year() -> None:
    oracle = Oracle(right_figures())
    check(oracle)
    for question in oracle.asked:
        assert (question.ages == "each_year") == (len(question.period.cells("year")) > 1)


# --- what is shown ------------------------------------------------------------------------------


def test_outcomes_are_counted_by_chapter() -> None:
    counts = summary(outcomes().values())
    assert list(counts) == list(dict.fromkeys(figure["chapter"] for figure in PUBLISHED.values()))
    assert counts["saime"] == {"equal": 3, "contradiction": 0, "not_covered": 2, "different": 0}
    assert sum(sum(found.values()) for found in counts.values()) == 728


def test_the_table_has_chapters_and_a_total() -> None:
    [(header, lines)] = as_tables(list(outcomes().values()), "lv")
    assert header == [
        "Pārskata nodaļa",
        "Sakrīt",
        "Zināma pretruna",
        "Nav aptverts",
        "Atšķiras",
        "Kopā",
    ]
    assert ["Dienas centrs „Saime”", "3", "0", "2", "0", "5"] in lines
    assert lines[-1][0] == "Kopā"
    assert lines[-1][-1] == "728"
    assert len(lines) == len(summary(outcomes().values())) + 1


def test_every_figure_has_a_line_when_asked_for() -> None:
    *chapters, _ = as_tables(list(outcomes().values()), "en", verbose=True)
    lines = {line[0]: line for _, found in chapters for line in found}
    assert lines.keys() == PUBLISHED.keys()
    assert all(len(line) == len(header) for header, found in chapters for line in found)
    assert chapters[0][0][0] == "Social assistance in all"
    assert lines["series.assistance_spend.2022"][2:5] == ["€0.00", "not published", "Known contradiction"]
    assert lines["anb.cases.multiple_problems.percent.2023-12-31"][2:5] == ["48.25", "", "Not covered"]
    assert lines["gadc.visits.total.2019"][2:4] == ["9,855", "9,861"]


def test_what_differs_has_a_line_always() -> None:
    *chapters, _ = as_tables(list(outcomes({"gadc.visits.total.2020": 4001}).values()), "lv")
    [(header, [line])] = chapters
    assert header[0] == "Ģimenes atbalsta dienas centrs"
    assert line[0] == "gadc.visits.total.2020"
    assert line[4] == "Atšķiras"


# --- on the demonstration database --------------------------------------------------------------

NAME = "case.duckdb"


@pytest.fixture(scope="module")
def found(demonstration_url: str) -> dict[str, CheckedFigure]:
    return {figure.figure_id: figure for figure in check(open_database(demonstration_url))}


def test_the_demonstration_differs_from_the_report_nowhere(found: dict[str, CheckedFigure]) -> None:
    different = [
        f"{figure.figure_id}: printed {figure.printed}, answered {figure.answered}"
        for figure in found.values()
        if figure.outcome == "different"
    ]
    assert not different, "\n".join(different)


def test_no_reading_is_stale(found: dict[str, CheckedFigure]) -> None:
    assert not [name for name in READINGS if found[name].outcome == "equal"]


def test_every_split_question_answers_as_the_plain_one(demonstration_url: str, found: dict[str, CheckedFigure]) -> None:
    """Asking for several figures at once changes none; every seventh is asked again on its own."""
    database = open_database(demonstration_url)
    for name, question in list(questions().items())[::7]:
        [code] = question.measures
        value = database.ask(question).value()
        answered = found[name].answered
        assert value == (answered * 100 if measure(code).unit == "cents" and value is not None else answered), name


@pytest.fixture
def damaged(demonstration_file: Path, tmp_path: Path) -> Iterator[Callable[[str], Database]]:
    """A copy of the demonstration database after an SQL statement that damages it."""

    def damage(statement: str) -> Database:
        path = tmp_path / NAME
        shutil.copy(resolve(demonstration_file), path)
        with duckdb.connect(str(path)) as connection:
            [changed] = connection.execute(statement).fetchone()
            assert changed == 1
        opened.append(open_database(f"duckdb:///{path}"))
        return opened[-1]

    opened: list[Database] = []
    yield damage
    for database in opened:
        database.engine.dispose()


def different_figures(database: Database) -> set[str]:
    return {figure.figure_id for figure in check(database) if figure.outcome == "different"}


def test_a_payment_changed_by_one_cent_is_noticed(damaged: Callable[[str], Database]) -> None:
    database = damaged(
        """
        update payments set cents = cents + 1 where payment_id = (
            select min(payment_id) from payments where benefit_type = 'gmi' and year(payment_date) = 2023)
        """
    )
    assert {
        "benefits.gmi.spend.total.2023.all",
        "benefits.income_tested.spend.total.2023.all",
        "assistance.total.spend.total.2023.all",
        "status.needy.spend.2023",
        "series.assistance_spend.2023",
    } <= different_figures(database)


def test_a_status_that_is_gone_is_noticed(damaged: Callable[[str], Database]) -> None:
    database = damaged(
        """
        delete from status_decisions where decision_id = (
            select min(decision_id) from status_decisions join households using (household_id)
            where status = 'needy' and population = 'residents'
              and household_id in (
                select household_id from status_decisions
                where valid_from < '2024-01-01' and (valid_to is null or valid_to >= '2023-01-01')
                group by household_id having count(*) = 1)
              and valid_from < '2024-01-01' and (valid_to is null or valid_to >= '2023-01-01'))
        """
    )
    assert {
        "status.needy.households.2023.residents",
        "status.needy.persons.2023.residents",
        "tables.status.needy.households.2023.all",
        "series.needy_households.2023",
    } <= different_figures(database)


def test_a_visit_too_many_is_noticed(damaged: Callable[[str], Database]) -> None:
    database = damaged(
        """
        insert into visits select 999999999, visit_date, person_id, branch, load_id from visits
        where branch = 'gadc_ciemupe' and year(visit_date) = 2023 order by visit_id limit 1
        """
    )
    assert {"gadc.visits.ciemupe.total.2023", "gadc.visits.total.2023"} <= different_figures(database)
