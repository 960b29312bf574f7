"""Headlines of the pages that depend on which of their figures are shown: a sentence for each case."""

from collections.abc import Sequence

from data_access import Answer
from data_access.telling.reader import Reader
from data_access.telling.sentences import counted, during, euros, first, named, say
from data_access.telling.withheld import is_number
from pages.parts.answers import Refused, compare
from pages.parts.figures import KeyFigure
from pages.parts.filters import View

NAMED_MEMBERS = ("child", "disability", "pension_age")


def most(view: View, key: str, split: Answer, name: str, code: str) -> str:
    """Where the most is: the sentence of a key, filled with the period and the row with the highest figure."""
    return say(view.reader, key, when=view.when, **first(view.reader, split.parts, name, code))


def paid_to(reader: Reader, when: str, split: Answer, name: str) -> str:
    """What was paid to whom: to the households of each status or the persons of each population."""
    what = named(
        reader, split, name, "spend", lead="benefits.paid_first", names=lambda code: reader.t(f"benefits.to_{code}")
    )
    return say(reader, "benefits.paid", when=when, what=what)


def with_status(reader: Reader, when: str, split: Answer) -> str:
    """How many households had a status, and which; who had both is in both rows."""
    code = "households_with_status"
    total, what = split.value(code), named(reader, split, "status", code)
    households = counted(reader, "households_to", total)
    if not what or not is_number(total):
        return say(reader, "households.had_status", when=when, figure=households)
    each = [split.value(code, status=status) for status in dict.fromkeys(split.parts["status"])]
    more = sum(each) - total if len(each) == 2 and all(map(is_number, each)) else 0
    both = reader.t("households.both", households=counted(reader, "households_to", more)) if more else ""
    return say(reader, "households.by_status", when=when, households=households, what=what, both=both)


def composition(reader: Reader, when: str, members: Answer) -> str:
    """How many persons there were in households with a status, and who."""
    what = named(reader, members, "member_group", "persons_with_status", only=NAMED_MEMBERS, lead="households.were")
    total = members.value()
    if not what:
        persons = counted(reader, "persons", total)
        return say(reader, "households.composition_total", when=when, persons=persons)
    if not is_number(total):
        return say(reader, "households.composition_parts", when=when, what=what)
    return say(reader, "households.composition", when=when, persons=counted(reader, "of_persons", total), what=what)


def with_children(reader: Reader, when: str, children: Answer) -> str:
    """In how many of the households with a status there were children."""
    total, some = children.value(), children.value(children_in_household="with")
    if not is_number(some):
        households = counted(reader, "households_to", total)
        return say(reader, "households.had_status", when=when, figure=households)
    households = counted(reader, "in_households", some)
    if not is_number(total):
        return say(reader, "households.within_parts", when=when, households=households)
    of_all = counted(reader, "of_households", total)
    return say(reader, "households.within", when=when, households=households, of_all=of_all)


def of_the_year(view: View, found: Sequence[KeyFigure]) -> str:
    """What was spent on how many households, where both are shown; else the first figure that is."""
    reader, when = view.reader, during(view.reader, view.period)
    shown = {figure.code: figure for figure in reversed(found) if is_number(figure.now)}
    if {"spend", "households_assisted"} <= shown.keys():
        spend = euros(reader, shown["spend"].now)
        households = counted(reader, "households", shown["households_assisted"].now)
        return say(reader, "overview.year", when=when, spend=spend, households=households)
    if shown:
        return [*shown.values()][-1].sentence.removesuffix(".")
    return say(reader, "overview.key_figures", when=when)


def of_all_benefits(view: View) -> str:
    """What was paid in all benefits, of which social assistance is a part; nothing where it is not shown."""
    try:
        spend = compare(view, "spend", by="benefit").now.value()
    except Refused:
        return ""
    return view.reader.t("overview.all_benefits", figure=euros(view.reader, spend)) if is_number(spend) else ""
