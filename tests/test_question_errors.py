"""Questions that cannot be asked: each gets a named error and a sentence in both languages."""

import pytest

from data_access import Question, parse_filters
from data_access.errors import (
    BadFilter,
    BadPeriod,
    DataAccessError,
    NoMeasure,
    NotTogether,
    TooManyDimensions,
    UnknownAudience,
    UnknownName,
)
from tests.infrastructure.case_database import Case


@pytest.mark.parametrize(
    ("name", "nearest"),
    [("spent", "spend"), ("Spend", "spend"), ("household_assisted", "households_assisted"), ("visitor", "visitors")],
)
def test_an_unknown_measure_gets_the_nearest_name(name: str, nearest: str) -> None:
    with pytest.raises(UnknownName) as caught:
        Question.of(name, 2023)
    assert caught.value.nearest == nearest
    assert nearest in caught.value.text("lv")
    assert nearest in caught.value.text("en")


@pytest.mark.parametrize(
    ("name", "nearest"), [("benefits", "benefit"), ("teritory", "territory"), ("age", "age_group")]
)
def test_an_unknown_dimension_gets_the_nearest_name(name: str, nearest: str) -> None:
    for question in ({"by": name}, {"where": {name: "x"}}):
        with pytest.raises(UnknownName) as caught:
            Question.of("persons_assisted", 2023, **question)
        assert caught.value.nearest in (nearest, "age_class", "year")
        assert name in str(caught.value)


def test_a_name_like_no_other_gets_no_suggestion() -> None:
    with pytest.raises(UnknownName) as caught:
        Question.of("xyzzy", 2023)
    assert caught.value.nearest is None
    assert str(caught.value).endswith("„xyzzy”.")


def test_an_unknown_value_gets_the_nearest_one(case: Case) -> None:
    with pytest.raises(UnknownName) as caught:
        case.ask("spend", 2023, where={"territory": ["ogre", "ikshkile"]})
    assert caught.value.nearest == "ikskile"
    assert "territory" in caught.value.text("lv")


def test_a_measure_and_a_dimension_that_do_not_go_together() -> None:
    for question in ({"by": "branch"}, {"where": {"branch": "saime"}}):
        with pytest.raises(NotTogether):
            Question.of("spend", 2023, **question)
    with pytest.raises(NotTogether):  # every measure has to allow it
        Question.of(["spend", "visits"], 2023, by="branch")


@pytest.mark.parametrize("grain", ["year", "half_year", "quarter", "month"])
def test_calendar_cells_are_chosen_by_the_period_and_not_by_a_filter(grain: str) -> None:
    with pytest.raises(NotTogether):
        Question.of("spend", 2023, where={grain: "2023"})


def test_a_question_takes_three_dimensions() -> None:
    Question.of("spend", 2023, by=["benefit", "form", "status"])
    with pytest.raises(TooManyDimensions) as caught:
        Question.of("spend", 2023, by=["benefit", "form", "status", "territory"])
    assert "3" in str(caught.value)
    assert Question.of("spend", 2023, by=["benefit"] * 4).by == ("benefit",)


def test_an_audience_that_nobody_has_defined_gets_nothing() -> None:
    for audience in ("public", "", "Internal"):
        with pytest.raises(UnknownAudience):
            Question.of("spend", 2023, audience=audience)


def test_a_question_has_a_measure() -> None:
    with pytest.raises(NoMeasure):
        Question.of([], 2023)


def test_a_question_has_a_period() -> None:
    for period in ("", "2023-13", "2023-12-31..2023-01-01", "last year"):
        with pytest.raises(BadPeriod):
            Question.of("spend", period)


def test_equal_questions_are_equal_and_can_be_keys() -> None:
    one = Question.of("spend", 2023, by="benefit", where={"form": "cash", "status": "needy"})
    two = Question.of(
        ["spend"], "2023", by=["benefit"], where={"status": ["needy"], "form": ("cash",), "territory": []}
    )
    assert one == two
    assert len({one, two}) == 1


def test_filters_are_read_from_texts() -> None:
    assert parse_filters(["population=residents", " benefit = health, gmi "]) == {
        "population": ("residents",),
        "benefit": ("health", "gmi"),
    }


@pytest.mark.parametrize("text", ["population", "=residents", "population=", " = ", ""])
def test_a_text_that_is_no_filter_is_refused(text: str) -> None:
    with pytest.raises(BadFilter):
        parse_filters([text])


@pytest.mark.parametrize("question", [{"by": "month", "where": {"x": "1"}}, {"audience": "public"}, {"by": "branch"}])
def test_sentences_have_no_open_placeholders(question: dict) -> None:
    with pytest.raises(DataAccessError) as caught:
        Question.of("spend", 2023, **question)
    for language in ("lv", "en"):
        assert "{" not in caught.value.text(language)
