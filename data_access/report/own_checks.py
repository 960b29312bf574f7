"""The checks that a report makes of itself, from exact figures, whomever it is for."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace

from data_access.question import Question
from data_access.report.model import Block, Checked, Placed, Report, Sum, Table, Text
from data_access.report.outline import Relation
from data_access.report.words import Shown, words

Named = Mapping[tuple[str, str], Placed]


def own_checks(
    relations: Iterable[Relation], named: Named, blocks: Sequence[Block], may_show: Callable[[Question], bool]
) -> Iterator[Checked]:
    """Every check between the named figures and of each table, all of them exact.

    Of a check whose figures may not all be shown only the outcome is told, and only whether it holds: that what always
    has to be equal is equal says nothing of its parts; that parts which may overlap do not would say a lot.
    """
    for compared, checked in _named(relations, named):
        yield checked if _shown(compared, may_show) else _without_figures(checked)
    for block in blocks:
        if isinstance(block, Table):
            yield from _of_table(block, may_show)


def _shown(compared: Sum, may_show: Callable[[Question], bool]) -> bool:
    return all(may_show(placed.question) for placed in (compared.whole, *compared.parts))


def stands_once(blocks: Sequence[Block]) -> Checked:
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
    return Checked(t("report.checks.twice"), None, None, outcome, not wrong)


def checks_not_told(report: Report) -> list[str]:
    """Of the checks that are not listed how many hold, and how many cannot be made."""
    t, found = words(), []
    hidden = sum(one.hidden and one.holds is True for one in report.checks)
    left = sum(one.holds is None for one in report.checks)
    if hidden:
        found.append(t("report.checks.hidden_hold", count=hidden))
    if left:
        found.append(t("report.checks.left", count=left))
    return found


def _named(relations: Iterable[Relation], named: Named) -> Iterator[tuple[Sum, Checked]]:
    t = words()
    for relation in relations:
        code, _ = relation.whole
        said = t(
            "report.checks.in_chapter",
            chapter=t(f"report.titles.{code}"),
            said=t(f"report.checks.said.{relation.said}"),
        )
        whole, parts = named[relation.whole], tuple(named[part] for part in relation.parts)
        compared = Sum(said, "", True, whole, parts, relation.overlap)
        yield compared, _at_most(compared) if relation.at_most else _sum(compared)


def _of_table(table: Table, may_show: Callable[[Question], bool]) -> Iterator[Checked]:
    """The sums of a table: those that agree in all its rows or columns together, the others one by one."""
    t = words()
    alike: dict[str, list[Sum]] = {}
    for compared in table.sums:
        alike.setdefault(compared.said, []).append(compared)
    for said, several in alike.items():
        shown = [one for one in several if _shown(one, may_show)]
        results = [_sum(replace(one, said=f"{said} ({one.place})")) for one in shown]
        if len(shown) > 1 and all(one.holds and one.whole.value == one.parts.value for one in results):
            key = "in_columns" if shown[0].rows else "in_rows"
            results = [Checked(said, None, None, t(f"report.checks.{key}", count=len(shown)), True)]
        hidden = [one for one in several if one not in shown]
        results += [_without_figures(_sum(replace(one, said=f"{said} ({one.place})"))) for one in hidden]
        for one in results:
            yield replace(one, said=t("report.checks.in_table", caption=table.caption, said=one.said))


def _sum(compared: Sum) -> Checked:
    """Parts beside their whole: equal; where they overlap they cover it, and none is more than all."""
    t, said, whole, parts = words(), compared.said, compared.whole.shown, [part.shown for part in compared.parts]
    if None in [whole.value, *(part.value for part in parts)]:
        return Checked(said, whole, None, t("report.checks.not_known"), None)
    together = Shown(sum(part.value for part in parts), whole.unit)
    difference = Shown(abs(together.value - whole.value), whole.unit)
    if not difference.value:
        outcome, holds = t("report.checks.holds"), True
    elif together.value < whole.value:
        outcome, holds = t("report.checks.missing", rest=difference), False
    elif not compared.overlap or max(part.value for part in parts) > whole.value:
        outcome, holds = t("report.checks.too_much", more=difference), False
    else:
        outcome, holds = t("report.checks.overlap", more=difference), True
    return Checked(said, whole, together, outcome, holds)


def _at_most(compared: Sum) -> Checked:
    more, less = compared.whole.shown, compared.parts[0].shown
    if None in (more.value, less.value):
        return Checked(compared.said, more, None, words()("report.checks.not_known"), None)
    holds = less.value <= more.value
    outcome = words()(f"report.checks.{'at_most' if holds else 'not_at_most'}")
    return Checked(compared.said, more, less, outcome, holds)


def _without_figures(checked: Checked) -> Checked:
    key = "at_most" if checked.holds else "not_known" if checked.holds is None else "not_at_most"
    return replace(checked, whole=None, parts=None, outcome=words()(f"report.checks.{key}"), hidden=True)
