"""Holds a case database against the published annual report, figure by figure.

`published/questions.csv` has the question that gives a figure, `not_covered.csv` why a figure has none, and
`readings.csv` the value that stands for a printed one where the report contradicts itself.
"""

import csv
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import Any

from data_access.answer import Withheld
from data_access.language import format_euros, format_integer, texts
from data_access.language.formats import format_decimal
from data_access.measures import measure
from data_access.question import Question, parse_filters
from data_access.together import Answering, figures

PUBLISHED = Path(__file__).parent / "published"

EQUAL, CONTRADICTION, NOT_COVERED, DIFFERENT = "equal", "contradiction", "not_covered", "different"
OUTCOMES = (EQUAL, CONTRADICTION, NOT_COVERED, DIFFERENT)

RECONCILES = "reconciles"  # a row of contradictions.csv that says that two chapters agree
_GAP = "gap"  # a reading that says: nothing was published, so the database must not know it
_EURO = "EUR"

Table = tuple[list[str], list[list[str]]]
"""A header and rows of text, ready to be shown."""


@dataclass(frozen=True)
class CheckedFigure:
    """A published figure beside what the database answers; `answered` is None for a figure it does not know.

    `reason_…` say why the figure is not covered, or why another value than the printed one is expected;
    `contradiction_id` and `contradiction` then name and explain the contradiction inside the report.
    """

    figure_id: str
    chapter: str
    label: str
    unit: str
    printed: Decimal
    answered: int | Decimal | None
    outcome: str
    question: Question | None = None
    reason_lv: str = ""
    reason_en: str = ""
    contradiction_id: str = ""
    contradiction: str = ""

    def reason(self, language: str) -> str:
        return getattr(self, f"reason_{language}")


@dataclass(frozen=True)
class Contradiction:
    """A place where the report contradicts itself, in a sentence; `chapter` is that of the first figure concerned."""

    contradiction_id: str
    chapter: str
    sentence_lv: str
    sentence_en: str

    def sentence(self, language: str) -> str:
        return getattr(self, f"sentence_{language}")


def contradictions() -> list[Contradiction]:
    """Every known contradiction of the report, in its order, whether the database counts what it concerns or not."""
    chapters = {row["figure_id"]: row["chapter"] for row in _rows("published_figures.csv")}
    order = list(dict.fromkeys(chapters.values()))
    found = [
        Contradiction(
            row["contradiction_id"], chapters[row["figure_ids"].split(";")[0]], row["sentence_lv"], row["sentence_en"]
        )
        for row in _rows("contradictions.csv")
        if row["kind"] != RECONCILES
    ]
    return sorted(found, key=lambda one: order.index(one.chapter))


def comparable(results: Iterable[CheckedFigure], coverage: Mapping[str, Any]) -> list[CheckedFigure]:
    """The results but those of years that the records do not reach: these differ only because nothing is known."""
    return [figure for figure in results if figure.question is None or _is_covered(figure.question, coverage)]


def _is_covered(question: Question, coverage: Mapping[str, Any]) -> bool:
    days = coverage.get(measure(question.measures[0]).fact.subject)
    return bool(days) and days.data_from <= question.period.start and question.period.last_day <= days.data_until


def check(database: Answering) -> list[CheckedFigure]:
    """Every published figure, in the report's order, held against the database.

    Raises DatabaseUnavailable, and UnknownName if a question uses a word that the database does not have.
    """
    asked, reasons, readings, contradictions = questions(), _reasons(), _readings(), _contradictions()
    found = figures(database, asked)
    answers = {name: _in_unit(figure.value, asked[name].measures[0]) for name, figure in found.items()}
    checked = []
    for row in _rows("published_figures.csv"):
        name, printed = row["figure_id"], Decimal(row["value"])
        figure = {
            "figure_id": name,
            "chapter": row["chapter"],
            "label": row["label_lv"],
            "unit": row["unit"],
            "printed": printed,
        }
        if name not in asked:
            reason = reasons[name] if name in reasons else reasons[row["chapter"]]
            checked.append(CheckedFigure(**figure, answered=None, outcome=NOT_COVERED, **reason))
            continue
        figure |= {"answered": answers[name], "question": asked[name]}
        if answers[name] == printed:
            checked.append(CheckedFigure(**figure, outcome=EQUAL))
            continue
        reading = readings.get(name, {})
        explained = reading.get("contradiction_id", "") in contradictions
        expected = explained and answers[name] == _expected(reading)
        checked.append(
            CheckedFigure(
                **figure,
                outcome=CONTRADICTION if expected else DIFFERENT,
                reason_lv=reading.get("reason_lv", ""),
                reason_en=reading.get("reason_en", ""),
                contradiction_id=reading["contradiction_id"] if explained else "",
                contradiction=contradictions[reading["contradiction_id"]] if explained else "",
            )
        )
    return checked


def summary(results: Iterable[CheckedFigure]) -> dict[str, dict[str, int]]:
    """How many figures of each chapter had each outcome; chapters in the report's order."""
    counts: dict[str, Counter] = {}
    for figure in results:
        counts.setdefault(figure.chapter, Counter())[figure.outcome] += 1
    return {chapter: {outcome: found[outcome] for outcome in OUTCOMES} for chapter, found in counts.items()}


def as_tables(results: Sequence[CheckedFigure], language: str, verbose: bool = False) -> list[Table]:
    """The outcomes by chapter with totals as the last table; before it, line by line, a table for a chapter.

    `verbose` shows the lines of all figures, otherwise only figures that differ have one.
    """
    t = texts(language)
    shown = defaultdict(list)
    for figure in results:
        if verbose or figure.outcome == DIFFERENT:
            shown[figure.chapter].append(_line(figure, language))
    columns = [t(f"check.{name}") for name in ("label", "printed", "answered", "outcome", "reason")]
    tables = [([t(f"check.chapters.{chapter}"), *columns], lines) for chapter, lines in shown.items()]
    return [*tables, _summary_table(results, language)]


def questions() -> dict[str, Question]:
    """The question that gives a figure, by figure."""
    return {
        row["figure_id"]: Question.of(
            row["measure"], row["period"], where=parse_filters(filter(None, row["where"].split(";")))
        )
        for row in _rows("questions.csv")
    }


@cache
def published_year() -> int:
    """The year whose annual report is the published one; it prints figures of earlier years beside its own."""
    return max(question.period.start.year for question in questions().values())


def _summary_table(results: Sequence[CheckedFigure], language: str) -> Table:
    t = texts(language)

    def line(name: str, counts: Mapping[str, int]) -> list[str]:
        numbers = [*(counts[outcome] for outcome in OUTCOMES), sum(counts.values())]
        return [name, *(format_integer(number, language) for number in numbers)]

    header = [t("check.chapter"), *(t(f"check.outcomes.{outcome}") for outcome in OUTCOMES), t("words.total")]
    rows = [line(t(f"check.chapters.{chapter}"), counts) for chapter, counts in summary(results).items()]
    total = Counter(figure.outcome for figure in results)
    return header, [*rows, line(t("words.total"), {outcome: total[outcome] for outcome in OUTCOMES})]


def _line(figure: CheckedFigure, language: str) -> list[str]:
    t = texts(language)
    if figure.outcome == NOT_COVERED:
        answered = ""
    elif figure.answered is None:
        answered = t("words.not_published")
    else:
        answered = _written(Decimal(figure.answered), figure.unit, language)
    return [
        figure.figure_id,
        figure.label,
        _written(figure.printed, figure.unit, language),
        answered,
        t(f"check.outcomes.{figure.outcome}"),
        figure.reason(language),
    ]


def _written(value: Decimal, unit: str, language: str) -> str:
    if unit == _EURO:
        return format_euros(int(value * 100), language)
    if value == value.to_integral_value():
        return format_integer(int(value), language)
    return format_decimal(value, language)


def _in_unit(value: int | Withheld | None, code: str) -> int | Decimal | None:
    if value is None:
        return None
    return Decimal(value) / 100 if measure(code).unit == "cents" else value


# ── files ────────────────────────────────────────────────────────────────────────────────────────


def _rows(name: str) -> list[dict[str, str]]:
    with (PUBLISHED / name).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def _reasons() -> dict[str, dict[str, str]]:
    """Why a figure, or what is left of a chapter, is not covered."""
    rows = _rows("not_covered.csv")
    return {row["figure_or_chapter"]: {key: row[key] for key in ("reason_lv", "reason_en")} for row in rows}


def _readings() -> dict[str, dict[str, str]]:
    return {row["figure_id"]: row for row in _rows("readings.csv")}


def _expected(reading: Mapping[str, str]) -> Decimal | None:
    return None if reading["reading"] == _GAP else Decimal(reading["reading"])


def _contradictions() -> dict[str, str]:
    """Explanations by id; rows that say that two chapters agree are none."""
    return {
        row["contradiction_id"]: row["explanation"] for row in _rows("contradictions.csv") if row["kind"] != RECONCILES
    }
