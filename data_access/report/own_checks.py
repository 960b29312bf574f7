"""The checks that a report makes of itself, from the figures that stand in it."""

from collections.abc import Iterable, Iterator, Mapping, Sequence

from data_access.answer import WITHHELD
from data_access.question import Question
from data_access.report.model import Block, Checked, Placed, Table, Text
from data_access.report.outline import Relation
from data_access.report.words import Shown, words

Named = Mapping[tuple[str, str], Placed]


def own_checks(relations: Iterable[Relation], named: Named, blocks: Sequence[Block]) -> Iterator[Checked]:
    """Every check: between the named figures, of each table with totals, and of figures that stand several times."""
    t = words()
    for relation in relations:
        code, _ = relation.whole
        said = t(
            "report.checks.in_chapter",
            chapter=t(f"report.titles.{code}"),
            said=t(f"report.checks.said.{relation.said}"),
        )
        whole, parts = named[relation.whole].shown, [named[part].shown for part in relation.parts]
        yield _at_most(said, whole, parts[0]) if relation.at_most else _sum(said, whole, parts)
    for block in blocks:
        if isinstance(block, Table):
            yield from _of_table(block)
    yield _twice(blocks)


def _sum(said: str, whole: Shown, parts: Sequence[Shown]) -> Checked:
    """Parts beside their whole: equal, or why not."""
    t = words()
    unknown = _not_to_be_checked([whole, *parts])
    if unknown:
        return Checked(said, str(whole), "", unknown, None)
    together = Shown(sum(part.value for part in parts), whole.unit)
    difference = Shown(abs(together.value - whole.value), whole.unit)
    if not difference.value:
        outcome, holds = t("report.checks.holds"), True
    elif together.value < whole.value:
        outcome, holds = t("report.checks.rest", rest=difference), True
    elif whole.unit == "cents":
        outcome, holds = t("report.checks.too_much", more=difference), False
    else:
        outcome, holds = t("report.checks.overlap", more=difference), True
    return Checked(said, str(whole), str(together), outcome, holds)


def _at_most(said: str, more: Shown, less: Shown) -> Checked:
    unknown = _not_to_be_checked([more, less])
    if unknown:
        return Checked(said, str(more), str(less), unknown, None)
    holds = less.value <= more.value
    return Checked(said, str(more), str(less), words()(f"report.checks.{'at_most' if holds else 'not_at_most'}"), holds)


def _of_table(table: Table) -> Iterator[Checked]:
    """The rows beside the row that totals them, column by column; and the columns beside theirs."""
    t = words()
    totals = [row for row in table.rows if row.total]
    for total in totals:
        for place, name in enumerate(table.columns):
            parts = [row.cells[place].shown for row in table.rows if not row.total]
            said = t("report.checks.table_row", name=name)
            yield _sum(t("report.checks.in_table", caption=table.caption, said=said), total.cells[place].shown, parts)
    for last in table.totals:
        for row in table.rows:
            parts = [cell.shown for place, cell in enumerate(row.cells) if place not in table.totals]
            said = t("report.checks.table_column", name=row.label)
            yield _sum(t("report.checks.in_table", caption=table.caption, said=said), row.cells[last].shown, parts)


def _twice(blocks: Sequence[Block]) -> Checked:
    """Whether a figure that stands at several places says the same at each."""
    t = words()
    found: dict[Question, list[str]] = {}
    for block in blocks:
        if isinstance(block, Text):
            for placed in block.figures:
                # What the reader sees is the text, so the figure is looked for there.
                written = str(placed.shown)
                found.setdefault(placed.question, []).append(written if written in block.text else block.text)
        elif isinstance(block, Table):
            for row in block.rows:
                for placed in row.cells:
                    found.setdefault(placed.question, []).append(str(placed.shown))
    several = {question: written for question, written in found.items() if len(written) > 1}
    wrong = sum(len(set(written)) > 1 for written in several.values())
    key = "twice_fails" if wrong else "twice_holds"
    outcome = t(f"report.checks.{key}", count=wrong or len(several))
    return Checked(t("report.checks.twice"), "", "", outcome, not wrong)


def _not_to_be_checked(figures: Sequence[Shown]) -> str:
    """Why figures cannot be compared; empty if they can."""
    values = [figure.value for figure in figures]
    if WITHHELD in values:
        return words()("report.checks.not_shown")
    return words()("report.checks.not_known") if None in values else ""
