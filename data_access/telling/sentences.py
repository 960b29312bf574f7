"""Sentences made of figures: periods in the right case, counted things in the right number, changes in words.

The forms stand in the catalogues; here is only which one is taken.
"""

from collections.abc import Callable, Iterable, Sequence
from datetime import UTC, date, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pandas as pd

from data_access.answer import WITHHELD, Answer, AsOf, Note
from data_access.comparison import Comparison
from data_access.language import format_euros
from data_access.measures import measure
from data_access.period import Period
from data_access.question import TOTAL, UNKNOWN
from data_access.telling.reader import Reader
from data_access.telling.tables import extremes
from data_access.telling.withheld import hidden, is_number

# Among what fills a sentence:
SOME_WITHHELD = "some_withheld"  # what is named first is so of the figures shown
ALONE = "alone"  # it is the only one that there is


LOCAL_TIME = ZoneInfo("Europe/Riga")


def as_of_words(reader: Reader, as_of: AsOf) -> str:
    """Up to which day the records reach and when they were loaded, by the clock on the wall."""
    loaded = as_of.loaded_at.replace(tzinfo=UTC).astimezone(LOCAL_TIME)
    return reader.t("notes.as_of", until=as_of.data_until, loaded=loaded)


def during(reader: Reader, period: Period) -> str:
    """When, in the locative: 2023. gadā, 2023. gada 1. ceturksnī, 2023. gada janvārī, no … līdz …"""
    return _period(reader, "in", period)


def about(reader: Reader, period: Period) -> str:
    """Of or with which period, in the accusative: (par, ar) 2023. gadu, 2023. gada janvāri, laiku no … līdz …"""
    return _period(reader, "about", period)


def _period(reader: Reader, case: str, period: Period) -> str:
    """A period inside a sentence, in a case that the catalogue has: `period.<case>_…`."""
    first, dots, last = period.code.partition("..")
    if dots and len(first) == 4:
        return reader.t(f"period.{case}_years", first=f"{first}", last=f"{last}")
    if period.start == period.last_day:
        return reader.t(f"period.{case}_day", day=period.start)
    if period.grain is None:
        return reader.t(f"period.{case}_dates", first=period.start, last=period.last_day)
    year, _, part = period.code.partition("-")
    if not part:
        return reader.t(f"period.{case}_year", year=year)
    if part[0] in "HQ":
        key = "half" if part[0] == "H" else "quarter"
        return reader.t(f"period.{case}_{key}", year=year, part=part[1])
    return reader.t(f"period.{case}_month_{part}", year=year)


def counted(reader: Reader, what: str, count) -> str:
    """A number with its noun in the form the sentence needs: `count.households_to` 1301 → 1301 mājsaimniecībai."""
    if count is WITHHELD:
        return reader.t(f"count.{what}", count=reader.withheld)
    if pd.isna(count):
        return reader.t("words.not_published")
    return reader.t(f"count.{what}", count=int(count))


def euros(reader: Reader, cents) -> str:
    """Money in a sentence: whole euros, as the table beside it has the cents."""
    if is_number(cents):
        return format_euros(cents, reader.language, places=0)
    return reader.value("cents", cents)


def _figure(reader: Reader, code: str, value) -> str:
    """A figure of a measure in a sentence: money in whole euros."""
    return euros(reader, value) if measure(code).unit == "cents" else reader.figure(code, value)


def changed(reader: Reader, code: str, change, percent, before: Period) -> str:
    """How a figure stands to that of the year before: par 12,3 % vairāk nekā 2022. gadā."""
    when = during(reader, before)
    if change is WITHHELD:
        return reader.t("change.withheld", before=when)
    if pd.isna(change):
        return reader.t("change.unknown", before=about(reader, before))
    if change == 0:
        return reader.t("change.same", before=when)
    size = _figure(reader, code, abs(change)) if pd.isna(percent) else reader.percent(abs(percent))
    return reader.t("change.more" if change > 0 else "change.less", size=size, before=when)


def first(reader: Reader, frame: pd.DataFrame, dimension: str, code: str) -> dict[str, str | bool]:
    """The row with the highest figure, for a sentence: its `name`, its `figure`, `place` if it is one, whether others
    are withheld, and whether there is no other. What is not known is first only where there is nothing else."""
    parts = frame[frame[dimension] != TOTAL]
    withheld, parts = bool(hidden(parts, code).any()), parts[parts[code].notna()]
    if parts.empty and withheld:
        return dict.fromkeys(("name", "place", "figure"), reader.withheld)
    if parts.empty:
        unknown = reader.t("words.unknown")
        return {"name": unknown, "place": unknown, "figure": reader.t("words.not_published")}
    named = parts[parts[dimension] != UNKNOWN]
    ranked = named if (named[code] > 0).any() else parts
    row = ranked.loc[ranked[code].astype("Float64").idxmax()]
    return {
        "name": reader.label(dimension, row[dimension]),
        "place": reader.place(dimension, row[dimension]),
        "figure": _figure(reader, code, row[code]),
        SOME_WITHHELD: withheld,
        ALONE: not withheld and int((parts[code] > 0).sum()) == 1,
    }


def named(
    reader: Reader,
    answer: Answer,
    dimension: str,
    code: str,
    *,
    only: Sequence[str] = (),
    lead: str = "sentence.pair",
    names: Callable[[str], str] | None = None,
) -> str:
    """The codes of a dimension (`only` some of them) with their figures: trūcīga – 691, maznodrošināta – 253.

    What is withheld or not known is left out. `lead` is the key of the first pair, which may bring the verb; `names`
    says how a code is called.
    """
    names = names or (lambda part: _lower(reader.label(dimension, part)))
    found = {part: answer.value(code, **{dimension: part}) for part in only or dict.fromkeys(answer.parts[dimension])}
    shown = {part: _figure(reader, code, value) for part, value in found.items() if is_number(value)}
    return ", ".join(
        reader.t("sentence.pair" if place else lead, name=names(part), figure=figure)
        for place, (part, figure) in enumerate(shown.items())
    )


def _lower(label: str) -> str:
    """A label inside a sentence; names and abbreviations keep their capitals."""
    return label if label[:2].isupper() or label.startswith(("Ukrain", "Ogre")) else label[:1].lower() + label[1:]


def against(reader: Reader, key: str, comparison: Comparison, code: str, noun: str = "") -> str:
    """A total against that of the year before: the sentence of a key, filled with `when`, `figure` (with its noun) and
    `change`. Where the total is not known, that is all that is said of it."""
    now, before = comparison.now.value(code), comparison.before.value(code)
    period = comparison.now.question.period
    if now is None:
        return say(reader, "headline.unknown", name=reader.measure(code), when=about(reader, period))
    known = is_number(now) and is_number(before)
    change = now - before if known else WITHHELD if WITHHELD in (now, before) else None
    percent = change / before * 100 if known and before else None
    return say(
        reader,
        key,
        when=during(reader, period),
        figure=counted(reader, noun, now) if noun else _figure(reader, code, now),
        change=changed(reader, code, change, percent, comparison.before.question.period),
    )


def since(reader: Reader, key: str, answer: Answer, time: str, code: str, noun: str, **params: str) -> str:
    """The last known figure of a series in the sentence of a key, and how it stands to the first one after the last
    break; counted over everything. A stock is that of the last day of its cell."""
    cells = sorted(cell for cell in set(answer.frame[time]) if cell != TOTAL)
    values = {cell: answer.value(code, **{time: cell}) for cell in cells}
    known = [(cell, value) for cell, value in values.items() if is_number(value)]
    if not known:
        key = "sentence.withheld_series" if WITHHELD in values.values() else "sentence.no_series"
        return say(reader, key, name=reader.measure(code))
    end, figure = known[-1]
    when = _when(reader, answer, code, Period.parse(end))
    lead = say(reader, key, when=when, figure=counted(reader, noun, figure), **params)
    start, earlier, broken = comparable(known, answer.notes)
    if start is None:
        return lead
    change = _than(reader, code, figure - earlier, _when(reader, answer, code, Period.parse(start)))
    return reader.t("sentence.since", lead=lead, change=change) + (reader.t("headline.broken") if broken else "")


def comparable(known: Sequence[tuple[str, int | float]], notes: Iterable[Note]) -> tuple[str | None, Any, bool]:
    """The calendar cell and the figure with which the last of some known ones may be compared, None if there is none.

    That is the first one after the last break; where there is none, the one before, and then the boolean says that
    the series is broken between the two.
    """
    [*before, (end, _)] = known
    last = Period.parse(end).last_day
    days = [note.param("day") for note in notes if note.kind == "break"]
    broken = max((day for day in days if day <= last), default=date.min)
    whole = [pair for pair in before if Period.parse(pair[0]).start >= broken]
    start, earlier = (whole[:1] or before[-1:] or [(None, None)])[0]
    return start, earlier, bool(before) and not whole


def _when(reader: Reader, answer: Answer, code: str, cell: Period) -> str:
    """When a figure of a calendar cell is so: during it; a stock of a month at its end, or on its last known day."""
    if not measure(code).stock or cell.grain != "month":
        return during(reader, cell)
    last = answer.as_of.data_until
    if last < cell.last_day:
        return during(reader, Period(last, last + timedelta(days=1)))
    return _period(reader, "end", cell)


def _than(reader: Reader, code: str, change, when: str) -> str:
    """How much more or less a figure is than it was: par 52 mazāk nekā 2023. gada janvāra beigās."""
    if change == 0:
        return reader.t("change.same", before=when)
    return reader.t(
        "change.more" if change > 0 else "change.less", size=_figure(reader, code, abs(change)), before=when
    )


def moved(reader: Reader, frame: pd.DataFrame, dimension: str, code: str, when: str) -> str:
    """What rose and fell most, from the frame of a comparison."""
    column = f"{code}_change"
    withheld, frame = bool(hidden(frame, column).any()), extremes(frame, dimension, column)
    rose, fell = frame[frame[column] > 0], frame[frame[column] < 0]
    parts = []
    for key, rows, place in (("sentence.rose", rose, 0), ("sentence.fell", fell, -1)):
        if len(rows):
            row = rows.iloc[place]
            name = reader.label(dimension, row[dimension])
            parts.append(reader.t(key, name=name, figure=euros(reader, abs(row[column]))))
    if not parts:
        return say(reader, "sentence.not_moved", when=when)
    shown = reader.t("sentence.shown") if withheld else ""
    return say(reader, "sentence.moved", when=when, what=", ".join(parts), shown=shown)


def say(reader: Reader, key: str, **params) -> str:
    """A sentence of the catalogue, beginning with a capital letter.

    Where one of its figures is not known or withheld, its shorter form is taken, if there is one: `<key>_unknown`;
    where it would name the highest of one, `<key>_only`. Where it names the highest of figures some of which are
    withheld, it says so.
    """
    some_withheld, alone = params.pop(SOME_WITHHELD, False), params.pop(ALONE, False)
    missing = not {reader.t("words.not_published"), reader.withheld}.isdisjoint(params.values())
    forms = ("_unknown",) * missing + ("_only",) * alone
    form = next((form for form in forms if f"{key}{form}" in reader.t), "")
    text = reader.t(f"{key}{form}", **params)
    if some_withheld:
        text += reader.t("sentence.of_shown")
    return text[:1].upper() + text[1:]
