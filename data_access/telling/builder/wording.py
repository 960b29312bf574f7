"""What a table shows, in a sentence, and its choices in words."""

from collections.abc import Sequence

import pandas as pd

from data_access.measures import measure
from data_access.period import Period
from data_access.question import TOTAL, UNKNOWN
from data_access.telling.builder.asking import Answered
from data_access.telling.builder.request import Request
from data_access.telling.reader import Reader
from data_access.telling.sentences import during

MOST_NAMED = 6  # values of filters in a headline; more are told under it


def headline(reader: Reader, request: Request, answered: Answered) -> str:
    """What the table shows: measures, dimensions, days, filters; of one measure its total too."""
    text = asked(reader, request.measures, request.by, answered.period, request.where, answered.before, request.show)
    total = _total(reader, request, answered)
    return text + reader.t("builder.total", figure=total) if total else text


def asked(
    reader: Reader,
    measures: Sequence[str],
    by: Sequence[str],
    period: Period,
    where: Sequence[tuple[str, Sequence[str]]] = (),
    before: Period | None = None,
    show: str | None = None,
) -> str:
    """What is asked for in words: measures, dimensions, days and what they are compared with, filters."""
    t = reader.t
    what = joined(reader, [t(f"builder.what_{code}") for code in measures])
    split = joined(reader, [t(f"builder.by_{name}") for name in by])
    text = " ".join([what, *([split] if split else []), during(reader, period)])
    if before:
        only = f"{t(f'builder.show_{show}').lower()}; " if show else ""
        text += " " + t("builder.against", only=only, before=reader.period(before))
    if said := filters(reader, where):
        text += f" – {said}"
    return text[:1].upper() + text[1:]


def _total(reader: Reader, request: Request, answered: Answered) -> str | None:
    """The figure over everything, where there is one measure and it has one."""
    if len(request.measures) > 1 or answered.before or answered.narrowed:
        return None
    [code] = request.measures
    rows = answered.frame
    for name in request.by:
        rows = rows[rows[name] == TOTAL]
    if rows.empty or pd.isna(rows.iloc[0][code]) or measure(code).stock:
        return None
    return reader.figure(code, rows.iloc[0][code])


def joined(reader: Reader, texts: Sequence[str]) -> str:
    """A, B un C. A text may end in the comma of its clause, which then is not written twice."""
    if len(texts) < 2:
        return "".join(texts)
    *first, last = texts[:-1]
    listed = "".join(text.removesuffix(",") + ", " for text in first)
    return f"{listed}{last} {reader.t('builder.and')} {texts[-1]}"


def filters(reader: Reader, where: Sequence[tuple[str, Sequence[str]]]) -> str:
    """The chosen values in one phrase; too many are only counted."""
    if sum(len(codes) for _, codes in where) > MOST_NAMED:
        return reader.t("builder.filtered", count=len(where))
    said = [joined(reader, [value(reader, name, code) for code in codes]) for name, codes in where]
    return "; ".join(said)


def value(reader: Reader, name: str, code: str) -> str:
    """A value of a dimension that can stand alone: `0–6` and `Nav zināms` say of what they are."""
    label = reader.label(name, code)
    if code == UNKNOWN or label[:1].isdigit():
        return f"{_lower(reader.dimension(name))}: {_lower(label)}"
    return _lower(label) if name not in PROPER else label


# Dimensions whose values are names.
PROPER = {"territory", "psychologist", "centre", "branch"}


def _lower(text: str) -> str:
    """A label inside a sentence; abbreviations and names of peoples keep their capitals."""
    return text if text[:2].isupper() or text.startswith("Ukrain") else text[:1].lower() + text[1:]


def filtered(reader: Reader, request: Request) -> list[str]:
    """All filters in a sentence, where the headline only counts them."""
    if sum(len(codes) for _, codes in request.where) <= MOST_NAMED:
        return []
    said = "; ".join(
        f"{reader.dimension(name)} – {', '.join(reader.label(name, code) for code in codes)}"
        for name, codes in request.where
    )
    return [f"{reader.t('builder.filters')}: {said}"]
