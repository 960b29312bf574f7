"""Tables and sentences of the page on the quality of the data: what was loaded, what is missing, odd or not known."""

from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import timedelta

import plotly.graph_objects as go

from data_access import (
    EMPTY,
    FEW,
    ODD,
    OPEN,
    QUALITY_SUBJECTS,
    USUAL,
    Load,
    LoadWarning,
    Month,
    Period,
    Quality,
    RejectedRow,
    SubjectChange,
    Unknown,
    VisitorsDatabase,
)
from data_access.language import cell_label, format_date
from data_access.telling.reader import Reader
from data_access.telling.tables import Column, Row, Table
from pages.parts import charts, marks
from pages.parts.charts import Square
from pages.parts.loading_words import kind_name, moment

YEAR = timedelta(days=366)  # how long an event may still explain few records
MOST_PERCENT = 200  # as exactly as that nobody needs to know how many records are too many
_SIGNS = {FEW: "▼\u00a0", EMPTY: "✕"}
_LOOKS = {USUAL: "usual", FEW: "few", EMPTY: "empty"}


def subject(reader: Reader, code: str) -> str:
    return reader.t(f"subjects.{code}")


def _text(reader: Reader, *keys: str) -> tuple[Column, ...]:
    return tuple(Column(reader.t(f"quality.{key}"), "text") for key in keys)


def _number(reader: Reader, unit: str, *keys: str) -> tuple[Column, ...]:
    return tuple(Column(reader.t(f"quality.{key}"), unit, dash=True) for key in keys)


# ── what was loaded ──────────────────────────────────────────────────────────────────────────────


def newest(loads: Iterable[Load]) -> Load:
    """The newest load that counts and brought something."""
    return next(load for load in loads if load.undone_at is None and load.subjects)


def reach(reader: Reader, quality: Quality, loads: Sequence[Load]) -> Table:
    """A row a subject: the days that its records reach, how long ago that is, and the load that brought the last."""
    rows = []
    for code, covered in quality.reach.items():
        brought = next(load for load in loads if load.undone_at is None and code in {s.subject for s in load.subjects})
        words = (format_date(day, reader.language) for day in (covered.data_from, covered.data_until))
        days = (marks.today() - covered.data_until).days
        by = brought.loaded_by or "–"
        rows.append(Row(subject(reader, code), (*words, days, moment(reader, brought.loaded_at), by)))
    columns = (
        *_text(reader, "first_day", "last_day"),
        *_number(reader, "count", "days_ago"),
        *_text(reader, "loaded_at", "loaded_by"),
    )
    return Table(reader.t("quality.subject"), columns, tuple(rows))


def loaded(reader: Reader, loads: Sequence[Load]) -> Table:
    """A row a load and subject, the newest first: when, by whom, from which files, and what it changed."""
    columns = (
        *_text(reader, "state", "loaded_at", "loaded_by", "files"),
        *_number(reader, "count", "accepted", "rejected", "rows_before", "rows_after"),
        *_number(reader, "cents", "cents_before", "cents_after"),
    )
    rows = []
    for load in loads:
        of_subject = {changed.subject: changed for changed in load.subjects}
        subjects = dict.fromkeys([*of_subject, *(file.subject for file in load.files)])
        rows += [_loaded(reader, load, code, of_subject.get(code)) for code in subjects]
    return Table(reader.t("quality.load"), columns, tuple(rows))


def _loaded(reader: Reader, load: Load, code: str, changed: SubjectChange | None) -> Row:
    """A load and a subject; `changed` is None where every row was rejected."""
    files = [file for file in load.files if file.subject == code]
    undone = ""
    if load.undone_at is not None:
        undone = reader.t("quality.undone", at=moment(reader, load.undone_at), who=load.undone_by or "–")
    source = reader.t("quality.demonstration") if load.demonstration and not files else load.source
    figures = (
        undone,
        moment(reader, load.loaded_at),
        load.loaded_by or "–",
        ", ".join(dict.fromkeys(file.name for file in files)) or source,
        sum(file.rows_accepted for file in files) if files else None,
        sum(file.rows_rejected for file in files) if files else None,
        *((changed.rows_before, changed.rows_after) if changed else (None, None)),
        *((changed.cents_before, changed.cents_after) if changed else (None, None)),
    )
    return Row(reader.t("quality.load_of", number=str(load.load_id), subject=subject(reader, code)), figures)


# ── months ───────────────────────────────────────────────────────────────────────────────────────


def odd(quality: Quality, period: Period | None = None) -> list[Month]:
    """Months with none or few of their usual records, of one period or of all, the newest first."""
    months = [m for s in QUALITY_SUBJECTS for m in quality.months_of(s, period)] if period else quality.months
    return sorted((m for m in months if m.state in ODD), key=lambda month: month.month, reverse=True)


def month_squares(reader: Reader, quality: Quality, year: Period) -> go.Figure:
    """A row a subject, a square a month of the year: percent of the usual number of records."""
    cells = [cell.code for cell in year.cells("month")]
    rows = {}
    for code in quality.reach:
        found = {month.month: month for month in quality.months_of(code, year)}
        rows[subject(reader, code)] = [_square(reader, cell, found.get(cell)) for cell in cells]
    return charts.squares(reader, rows, [str(int(cell[5:])) for cell in cells])


def _square(reader: Reader, cell: str, month: Month | None) -> Square:
    name = cell_label(cell, reader.language)
    if month is None:
        return Square("plain", "", f"{name}: {reader.t('quality.not_covered')}")
    said = f"{name}: {_state(reader, month)}"
    if month.state not in _LOOKS:
        return Square("plain", "", said)
    share = "" if month.state == EMPTY else _percent(month)
    return Square(_LOOKS[month.state], _SIGNS.get(month.state, "") + share, said)


def _percent(month: Month) -> str:
    """Where a subject begins to grow or shrink for good there may be far more than usual: that it is more is enough."""
    return str(round(month.share)) if month.share <= MOST_PERCENT else f"{MOST_PERCENT}+"


def _state(reader: Reader, month: Month) -> str:
    if month.state == OPEN:
        return reader.t("quality.month_open", count=month.rows)
    if month.usual is None:
        return reader.t("quality.month_alone", count=month.rows)
    return reader.t("quality.month_usual", count=month.rows, usual=round(month.usual))


def months(reader: Reader, quality: Quality, year: Period) -> Table:
    """A row a month; for each subject its records and how many are usual."""
    covered = {code: {m.month: m for m in quality.months_of(code, year)} for code in quality.reach}
    covered = {code: found for code, found in covered.items() if found}
    columns = []
    for code in covered:
        columns.append(Column(subject(reader, code), "count", dash=True))
        columns.append(Column(reader.t("quality.usual_of", subject=subject(reader, code)), "count", dash=True))
    rows = []
    for cell in year.cells("month"):
        figures = []
        for found in covered.values():
            month = found.get(cell.code)
            figures += [month and month.rows, month and month.usual and round(month.usual)]
        rows.append(Row(reader.within_year("month", cell.code), tuple(figures)))
    return Table(reader.dimension("month"), tuple(columns), tuple(rows))


def odd_months(reader: Reader, quality: Quality, database: VisitorsDatabase) -> Table:
    """A row a month with none or few of its usual records, and what is known to have happened in the year before it."""
    rows = []
    for month in odd(quality):
        name = reader.t("quality.month_of", subject=subject(reader, month.subject), month=_label(reader, month))
        rows.append(Row(name, (month.rows, round(month.usual), month.share, _events(reader, database, month))))
    columns = (
        *_number(reader, "count", "rows", "usual"),
        *_number(reader, "percent", "share_of_usual"),
        *_text(reader, "events"),
    )
    return Table(reader.t("quality.subject_and_month"), columns, tuple(rows))


def _label(reader: Reader, month: Month) -> str:
    return cell_label(month.month, reader.language)


def _events(reader: Reader, database: VisitorsDatabase, month: Month) -> str:
    days = Period.parse(month.month)
    near = [
        getattr(event, f"text_{reader.language}")
        for event in database.series_events
        if event.kind == "break"
        and event.subject in (month.subject, "all")
        and days.start - YEAR <= event.first_day < days.end
    ]
    return "; ".join(near)


# ── what is not known ────────────────────────────────────────────────────────────────────────────


def unknown(reader: Reader, quality: Quality, year: Period) -> Table:
    """A row for each thing that should be known: its share of unknown this year and the year before; most first."""
    now, before = (
        {(one.measure, one.dimension): one for one in quality.unknown_in(number)}
        for number in (year.start.year, year.start.year - 1)
    )
    both = list(dict.fromkeys([*now, *before]))
    both.sort(key=lambda key: -_share(now.get(key)))
    columns = []
    for period in (year, year.year_before()):
        name = reader.period(period)
        columns.append(Column(reader.t("quality.share_in", year=name), "percent", dash=True))
        columns.append(Column(reader.t("quality.number_in", year=name), "count", dash=True))
    rows = []
    for key in both:
        name = reader.t("quality.of_what", measure=reader.measure(key[0]), dimension=reader.dimension(key[1]))
        rows.append(Row(name, (*_unknown(now.get(key)), *_unknown(before.get(key)))))
    return Table(reader.t("quality.unknown"), tuple(columns), tuple(rows))


def _unknown(one: Unknown | None) -> tuple[float | None, int | None]:
    return (one.share, one.unknown) if one else (None, None)


def _share(one: Unknown | None) -> float:
    return one.share or 0 if one else 0


def most_unknown(quality: Quality, year: Period) -> Unknown | None:
    """What is not known most often in a year; None if everything is known."""
    found = max(quality.unknown_in(year.start.year), key=_share, default=None)
    return found if _share(found) else None


# ── rows that were rejected, and warnings ────────────────────────────────────────────────────────


def rejected_rows(rows: Sequence[RejectedRow]) -> int:
    """Rows, each once, however much is wrong with it."""
    return len({(one.load_id, one.kind, one.file, one.sheet, one.row) for one in rows})


def rejected(reader: Reader, found: Sequence[RejectedRow]) -> Table:
    """A row for each reason and column: how many rows, and how to mend them; most first."""
    groups = Counter(
        (one.why(reader.language), one.kind, one.column or "–", one.mend(reader.language)) for one in found
    )
    columns = (*_number(reader, "count", "rejected"), *_text(reader, "kind", "column", "mend"))
    rows = [
        Row(why, (count, kind_name(reader, kind), column, mend))
        for (why, kind, column, mend), count in groups.most_common()
    ]
    return Table(reader.t("quality.reason"), columns, tuple(rows))


def every_rejected(reader: Reader, found: Sequence[RejectedRow]) -> Table:
    """A row for each thing that is wrong, as it stands in its file."""
    columns = _text(reader, "sheet", "row", "column", "value", "reason", "mend", "kind", "load")
    rows = [
        Row(
            one.file,
            (
                one.sheet,
                "" if one.row is None else str(one.row),
                one.column,
                one.value,
                one.reason,
                one.mend(reader.language),
                kind_name(reader, one.kind),
                str(one.load_id),
            ),
        )
        for one in found
    ]
    return Table(reader.t("quality.file"), columns, tuple(rows))


def load_warnings(reader: Reader, found: Sequence[LoadWarning]) -> Table:
    """A row for each warning of a load, the newest month first."""
    columns = (*_text(reader, "warning", "kind"), *_number(reader, "count", "rows"), *_text(reader, "load"))
    rows = [
        Row(_month(reader, one.month), (one.text, kind_name(reader, one.kind), one.count, str(one.load_id)))
        for one in found
    ]
    return Table(reader.dimension("month"), columns, tuple(rows))


def _month(reader: Reader, month: int | None) -> str:
    if month is None:
        return reader.t("quality.no_month")
    return cell_label(f"{month // 100}-{month % 100:02}", reader.language)
