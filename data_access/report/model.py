"""A report that has been made: what stands in it and where, whatever file it becomes."""

from collections.abc import Iterator
from dataclasses import dataclass

from data_access.question import Question
from data_access.report.words import Shown

BODY, BULLET, NOTE = "body", "bullet", "note"


@dataclass(frozen=True)
class Placed:
    """A figure at its place in the report, with the question that gives it."""

    question: Question
    shown: Shown


@dataclass(frozen=True)
class Heading:
    """The title of a chapter, 1 the highest level."""

    level: int
    text: str
    code: str


@dataclass(frozen=True)
class Text:
    """A paragraph, a bullet or a note, with the figures that stand in it."""

    style: str
    text: str
    figures: tuple[Placed, ...] = ()


@dataclass(frozen=True)
class Row:
    label: str
    cells: tuple[Placed, ...]
    total: bool


@dataclass(frozen=True)
class Table:
    """A table with its number, caption and notes. `totals` are the places of columns that total the others."""

    code: str
    number: int
    caption: str
    corner: str
    columns: tuple[str, ...]
    totals: tuple[int, ...]
    rows: tuple[Row, ...]
    notes: tuple[str, ...]
    chart: str


@dataclass(frozen=True)
class Checked:
    """One of the report's own checks: what it compared and how it came out; `holds` is None where it cannot be made."""

    said: str
    whole: str
    parts: str
    outcome: str
    holds: bool | None


Block = Heading | Text | Table


@dataclass(frozen=True)
class Report:
    """The report of a year for an audience.

    `said` are short words about the whole (what the data are, for whom, source, as of), `about` paragraphs.
    """

    year: int
    audience: str
    demonstration: bool
    title: str
    said: tuple[str, ...]
    about: tuple[str, ...]
    blocks: tuple[Block, ...]
    checks: tuple[Checked, ...]

    @property
    def tables(self) -> list[Table]:
        return [block for block in self.blocks if isinstance(block, Table)]

    @property
    def headings(self) -> list[Heading]:
        return [block for block in self.blocks if isinstance(block, Heading)]

    def placed(self) -> Iterator[Placed]:
        """Every figure at every place where it stands."""
        for block in self.blocks:
            if isinstance(block, Text):
                yield from block.figures
            elif isinstance(block, Table):
                for row in block.rows:
                    yield from row.cells
