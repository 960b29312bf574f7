"""Sentences made of figures: periods in the right case, counted things in the right number, changes in words.

The forms stand in the catalogues; here is only which one is taken.
"""

from datetime import UTC
from zoneinfo import ZoneInfo

import pandas as pd

from data_access.answer import WITHHELD, Answer, AsOf
from data_access.comparison import Comparison
from data_access.language import format_euros
from data_access.measures import measure
from data_access.period import Period
from data_access.question import TOTAL
from data_access.telling.reader import Reader
from data_access.telling.tables import extremes
from data_access.telling.withheld import hidden, is_number

SOME_WITHHELD = "some_withheld"  # among what fills a sentence: what is named first is so of the figures shown


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
    """The row with the highest figure, for a sentence: its `name` and its `figure`, and whether others are withheld."""
    parts = frame[frame[dimension] != TOTAL]
    withheld, parts = bool(hidden(parts, code).any()), parts[parts[code].notna()]
    if parts.empty and withheld:
        return {"name": reader.withheld, "figure": reader.withheld}
    if parts.empty:
        return {"name": reader.t("words.unknown"), "figure": reader.t("words.not_published")}
    row = parts.loc[parts[code].astype("Float64").idxmax()]
    figure = _figure(reader, code, row[code])
    return {"name": reader.label(dimension, row[dimension]), "figure": figure, SOME_WITHHELD: withheld}


def named(reader: Reader, answer: Answer, dimension: str, code: str) -> str:
    """Every code of a dimension with its figure: trūcīga – 691, maznodrošināta – 253."""
    pairs = []
    for part in dict.fromkeys(answer.parts[dimension]):
        value = answer.value(code, **{dimension: part})
        figure = _figure(reader, code, value)
        pairs.append(reader.t("sentence.pair", name=_lower(reader.label(dimension, part)), figure=figure))
    return ", ".join(pairs)


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


def between(reader: Reader, answer: Answer, time: str, code: str) -> str:
    """From which figure to which a series goes: its first and its last known cell, counted over everything."""
    cells = sorted(cell for cell in set(answer.frame[time]) if cell != TOTAL)
    known = [(cell, answer.value(code, **{time: cell})) for cell in cells]
    withheld = any(value is WITHHELD for _, value in known)
    known = [(cell, value) for cell, value in known if is_number(value)]
    if not known:
        key = "sentence.withheld_series" if withheld else "sentence.no_series"
        return say(reader, key, name=reader.measure(code))
    (start, earlier), (end, later) = known[0], known[-1]
    return say(
        reader,
        "sentence.between",
        name=reader.measure(code),
        start=during(reader, Period.parse(start)),
        earlier=reader.figure(code, earlier),
        end=during(reader, Period.parse(end)),
        later=reader.figure(code, later),
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
    return say(reader, "sentence.moved", when=when, what=", ".join(parts), **{SOME_WITHHELD: withheld})


def say(reader: Reader, key: str, **params) -> str:
    """A sentence of the catalogue, beginning with a capital letter.

    Where one of its figures is not known, its shorter form is taken, if there is one: `<key>_unknown`. Where it names
    the highest of figures some of which are withheld, it says so.
    """
    some_withheld = params.pop(SOME_WITHHELD, False)
    unknown = reader.t("words.not_published") in params.values() and f"{key}_unknown" in reader.t
    text = reader.t(f"{key}_unknown" if unknown else key, **params)
    if some_withheld:
        text += reader.t("sentence.of_shown")
    return text[:1].upper() + text[1:]
