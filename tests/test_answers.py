"""Every question against its slow, obvious answer, on generated cases and on both engines."""

from collections.abc import Iterable

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pandas.testing import assert_frame_equal

from data_access import (
    COUNCIL,
    INTERNAL,
    Database,
    Period,
    Question,
    dimension,
    dimensions,
    dimensions_of,
    measure,
    measures,
    open_database,
)
from data_access.answering import answer_within
from data_access.facts import OF_THE_PERIOD
from tests.infrastructure.case_database import ENGINES, Case
from tests.infrastructure.slow_answers import GRAINS
from tests.infrastructure.towns import any_question, assert_same, fill


@settings(
    max_examples=15,
    deadline=None,
    # The same towns every time; `--hypothesis-seed=random` after taking this line out looks further.
    derandomize=True,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow, HealthCheck.large_base_example],
)
@given(data=st.data())
def test_generated_questions_have_the_slow_answer(case: Case, data: st.DataObject) -> None:
    def choose(values: list):
        return data.draw(st.sampled_from(values))

    fill(case, choose)
    vocabulary = case.database.vocabulary
    for _ in range(6):
        question = any_question(choose, vocabulary.codes)
        assert_same(case, question)


def asked_together(subject: str, name: str | None = None) -> list[str]:
    """All measures of a subject, or those of them that a dimension splits."""
    of_subject = [code for code in measures() if measure(code).fact.subject == subject]
    return [code for code in of_subject if name is None or name in dimensions_of(code)]


PAIRS = [(code, name) for code in measures() for name in dimensions_of(code)]


@pytest.mark.parametrize("engine", ENGINES)
@pytest.mark.parametrize(("measure", "name"), PAIRS, ids=[f"{code}-by-{name}" for code, name in PAIRS])
def test_every_measure_by_every_dimension(town, engine: str, measure: str, name: str) -> None:
    assert_same(town(engine), Question.of(measure, "2022..2023", by=name))
    if name in GRAINS:
        assert_same(town(engine), Question.of(measure, "2022-12-15..2023-05-14", by=name))
    else:
        assert_same(town(engine), Question.of(measure, 2023, where={name: "unknown"}))


SUBJECTS = sorted({measure(code).fact.subject for code in measures()})
TOGETHER = [(subject, name) for subject in SUBJECTS for name in dimensions() if asked_together(subject, name)]


@pytest.mark.parametrize("engine", ENGINES)
@pytest.mark.parametrize(("subject", "name"), TOGETHER, ids=[f"{subject}-by-{name}" for subject, name in TOGETHER])
def test_all_measures_of_a_subject_by_every_dimension(town, engine: str, subject: str, name: str) -> None:
    """What is counted together shares what it is counted from."""
    assert_same(town(engine), Question.of(asked_together(subject, name), "2022..2023", by=name))


def assert_held(database: Database, question: Question, years: Iterable[int]) -> int:
    """How many of the years are answered out of the series without a statement; each as if it had been asked."""
    years = list(years)
    series = database.ask(question.by_years(Period.parse(f"{years[0]}..{years[-1]}")))
    held = 0
    for year in years:
        one = question.during(Period.year(year))
        asked = database.ask(one)
        if found := answer_within(one, series, database.coverage, database.series_events):
            held += 1
            assert (found.question, found.notes, found.as_of) == (asked.question, asked.notes, asked.as_of)
            assert_frame_equal(found.frame, asked.frame)
            assert_frame_equal(found.withheld, asked.withheld)
    return held


def test_a_year_of_a_series_is_as_if_it_had_been_asked(town) -> None:
    """Splits by what is known of a year only with all of it are asked about, and years with a combination of none."""
    database = town("duckdb").database
    held = {}
    for subject, name in TOGETHER:
        if dimension(name).kind != "time":
            asked = asked_together(subject, name)
            held[subject, name] = assert_held(database, Question.of(asked, 2023, by=name), range(2023, 2025))
            assert not (name in OF_THE_PERIOD and held[subject, name])
    for subject in SUBJECTS:
        assert_held(database, Question.of(asked_together(subject), 2023), range(2023, 2025))
    assert sum(held.values()) > len(held) / 2, "hardly anything was compared"


# The overview's questions, and the years that have to be asked about: in their row without a figure may be nothing.
SERIES = [
    (("spend", "households_assisted", "persons_assisted"), (), {"social_assistance": "yes"}, set()),
    (("households_with_status",), ("status",), {}, {2022}),
    (("psychologist_clients", "consultations"), (), {}, set()),
    (("visits",), (), {"centre": "gadc"}, set()),
]


@pytest.mark.parametrize("audience", [INTERNAL, COUNCIL])
@pytest.mark.parametrize(("asked", "by", "where", "anew"), SERIES)
def test_a_published_year_is_in_its_series(demonstration_url: str, audience: str, asked, by, where, anew) -> None:
    database = open_database(demonstration_url)
    reached = database.coverage[measure(asked[0]).fact.subject].years()
    question = Question.of(asked, 2023, by=by, where=where, audience=audience)
    years = sorted(year for year in reached if year >= (2011 if audience == INTERNAL else 2022))
    assert assert_held(database, question, years) == len(set(years) - anew)


@pytest.mark.parametrize(
    "measures", [("spend", "households_assisted"), ("households_with_status", "persons_with_status")]
)
@pytest.mark.parametrize("engine", ENGINES)
def test_one_split_of_several_is_as_if_it_had_been_asked_alone(town, engine: str, measures: tuple[str, ...]) -> None:
    names = ("children_in_household", "population", "pension_age_in_household")
    database = town(engine).database
    together = database.ask(Question.of(measures, "2022..2023", by=names))
    for name in names:
        split, alone = together.split_by(name), database.ask(Question.of(measures, "2022..2023", by=name))
        assert split.question == alone.question
        assert_frame_equal(split.frame, alone.frame)
        assert_frame_equal(split.withheld, alone.withheld)
        assert [note for note in alone.notes if note.kind != "overlap"] == list(split.notes)
