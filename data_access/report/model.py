"""A report that has been made: what stands in it and where, whatever file it becomes."""

from collections.abc import Iterator
from dataclasses import dataclass

from data_access.question import Question
from data_access.report.words import Shown

BODY, BULLET, NESTED, NOTE = "body", "bullet", "nested", "note"


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
    """A paragraph, a bullet, a part of a bullet or a note, with the figures that stand in it; `code` is that of the
    chapter that it is all of."""

    style: str
    text: str
    figures: tuple[Placed, ...] = ()
    code: str = ""


@dataclass(frozen=True)
class Row:
    label: str
    cells: tuple[Placed, ...]
    total: bool


@dataclass(frozen=True)
class Sum:
    """Figures of a table that make up a total, at a `place`: in one of its columns if its `rows` add up, or in a row.

    Where parts `overlap`, one household or person may be in several.
    """

    said: str
    place: str
    rows: bool
    whole: Placed
    parts: tuple[Placed, ...]
    overlap: bool


@dataclass(frozen=True)
class Table:
    """A table with its number, caption and notes, the breaks in its series, and what has to add up in it."""

    code: str
    number: int
    caption: str
    corner: str
    columns: tuple[str, ...]
    rows: tuple[Row, ...]
    notes: tuple[str, ...]
    breaks: tuple[str, ...]
    chart: str
    sums: tuple[Sum, ...]


@dataclass(frozen=True)
class Checked:
    """One of the report's own checks: what it compared and how it came out; `holds` is None where it cannot be made.

    The figures are None where the check compares none, and where it is `hidden`: not all of them may be shown.
    """

    said: str
    whole: Shown | None
    parts: Shown | None
    outcome: str
    holds: bool | None

    hidden: bool = False

    @property
    def told(self) -> bool:
        """Whether the check is told by itself: one that fails is, and one that holds if it may show its figures."""
        return self.holds is False or (self.holds is True and not self.hidden)


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
