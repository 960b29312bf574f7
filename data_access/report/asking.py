"""Every figure of a report, each asked once, however often it stands there."""

from collections.abc import Iterable
from dataclasses import replace

from data_access.answer import WITHHELD
from data_access.measures import measure
from data_access.question import Question
from data_access.report.outline import Chapter, TableOutline
from data_access.together import Answering, Figure, Progress, figures, no_progress


def all_figures(
    database: Answering, questions: Iterable[Question], progress: Progress = no_progress
) -> dict[Question, Figure]:
    """The figure of each question. Money of several groups is that of each added up: so it may be published where
    they are."""
    questions = list(dict.fromkeys(questions))
    parts = {question: _parts(question) for question in questions}
    asked = dict.fromkeys(part for several in parts.values() for part in several)
    found = figures(database, {question: question for question in asked}, progress)
    return {question: _added([found[part] for part in several]) for question, several in parts.items()}


def questions_of(chapter: Chapter, year: int, audience: str, first_year: int) -> list[Question]:
    """What a chapter asks: its figures and the cells of its tables."""
    asked = [figure.question(year, audience) for figure in chapter.figures.values()]
    for table in chapter.tables.values():
        asked += [cell for row in cells_of(table, year, audience, first_year) for cell in row]
    return asked


def years_of(table: TableOutline, year: int, first_year: int) -> list[int]:
    """The years that a table has as rows; none if its rows are something else."""
    if table.years is None:
        return []
    return list(range(max(first_year, year - table.years + 1) if table.years else first_year, year + 1))


def cells_of(table: TableOutline, year: int, audience: str, first_year: int) -> list[list[Question]]:
    """The question of each cell, row by row."""
    columns = [column.asked.within(table.asked) for column in table.columns]
    if table.years is not None:
        return [[column.question(each, audience) for column in columns] for each in years_of(table, year, first_year)]
    return [[row.asked.within(column).question(year, audience) for column in columns] for row in table.rows]


def _parts(question: Question) -> list[Question]:
    """The question itself, or for a sum over several values of one dimension a question for each."""
    several = [(name, values) for name, values in question.where if len(values) > 1]
    if len(several) != 1 or not measure(question.measures[0]).additive:
        return [question]
    [(name, values)] = several
    where = dict(question.where)
    return [replace(question, where=tuple(sorted({**where, name: (value,)}.items()))) for value in values]


def _added(parts: list[Figure]) -> Figure:
    values = [part.value for part in parts]
    notes = tuple(dict.fromkeys(note for part in parts for note in part.notes))
    if WITHHELD in values:
        return Figure(WITHHELD, notes)
    return Figure(None if None in values else sum(values), notes)
