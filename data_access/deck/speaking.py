"""What the speaker has before him and what a screen reader says: definitions, the full numbers, what is to be seen."""

from collections.abc import Iterable, Sequence

from data_access.answer import Note
from data_access.deck.model import LINES, Chart, KeyFigure, SmallTable
from data_access.measures import dimension, measure
from data_access.telling.builder.asking import Answered
from data_access.telling.builder.making import Made
from data_access.telling.builder.request import Request
from data_access.telling.reader import Reader
from data_access.telling.tables import Table, written

MOST_ROWS = 60  # of the full numbers; a table that is longer is in the table builder


def notes_of_table(reader: Reader, request: Request, answered: Answered, full: Made, headline: str) -> str:
    """The speaker's notes of a table: what it shows, all its figures, what they are, what has to be known of them."""
    return _said(
        reader,
        headline,
        _lines_of(reader, full.table),
        _definitions(reader, request.measures, request.by),
        [*full.remarks, *_about(reader, answered.notes)],
    )


def notes_of_figures(
    reader: Reader, headline: str, figures: Sequence[KeyFigure], asked: Iterable[tuple[str, Request, Answered]]
) -> str:
    """The speaker's notes of large figures."""
    asked = list(asked)
    lines = [_figure(reader, figure) for figure in figures]
    measures = dict.fromkeys(code for _, request, _ in asked for code in request.measures)
    notes = dict.fromkeys(note for _, _, answered in asked for note in answered.notes)
    return _said(reader, headline, lines, _definitions(reader, list(measures), ()), _about(reader, notes))


def _figure(reader: Reader, figure: KeyFigure) -> str:
    change = f" ({figure.change})" if figure.change else ""
    return f"{figure.label}: {reader.figure(figure.code, figure.value)}{change}"


def _said(reader: Reader, headline: str, lines, definitions, about) -> str:
    parts = [[headline]]
    for key, found in (("deck.full_figures", lines), ("deck.definitions", definitions), ("deck.about", about)):
        if found:
            parts.append([f"{reader.t(key)}:", *dict.fromkeys(found)])
    return "\n\n".join("\n".join(part) for part in parts)


def _lines_of(reader: Reader, table: Table) -> list[str]:
    """Each row in a line: its name, and each figure under its heading."""
    lines = [_line(reader, table, row) for row in table.rows[:MOST_ROWS]]
    left = len(table.rows) - len(lines)
    return [*lines, reader.t("deck.more_rows", count=left)] if left else lines


def _line(reader: Reader, table: Table, row) -> str:
    cells = [
        (column.name, written(reader, row, column, figure))
        for column, figure in zip(table.columns, row.figures, strict=True)
    ]
    if len(cells) == 1:
        return f"{row.name.strip()} – {cells[0][1]}"
    return f"{row.name.strip()} – " + "; ".join(f"{name}: {text}" for name, text in cells)


def _definitions(reader: Reader, measures: Sequence[str], dimensions: Sequence[str]) -> list[str]:
    defined = [*map(measure, measures), *map(dimension, dimensions)]
    return [f"{one.name(reader.language)}: {one.definition(reader.language)}" for one in defined]


def _about(reader: Reader, notes: Iterable[Note]) -> list[str]:
    return [note.text(reader.language) for note in notes]


def alternative_of(reader: Reader, headline: str, chart: Chart | None, table: SmallTable | None) -> str:
    """What is to be seen, for whoever does not see it: every bar; of a line its first and its last known figure."""
    if chart is None:
        return reader.t("deck.alternative_table", headline=headline) if table else headline
    said = []
    for series in chart.series:
        points = [f"{name} – {label}" for name, label in zip(chart.categories, series.labels, strict=True)]
        known = [point for point, value in zip(points, series.values, strict=True) if value is not None]
        shown = list(dict.fromkeys(known[:1] + known[-1:])) if chart.kind == LINES else points
        said.append(f"{series.name}: {', '.join(shown)}")
    return reader.t(
        "deck.alternative", kind=reader.t(f"deck.chart_{chart.kind}"), headline=headline, figures="; ".join(said)
    )


def alternative_of_figures(reader: Reader, headline: str, figures: Sequence[KeyFigure]) -> str:
    """Large figures in words."""
    return f"{headline}: {'; '.join(_figure(reader, figure) for figure in figures)}" if figures else headline
