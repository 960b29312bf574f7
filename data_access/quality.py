"""How far the records of a database can be trusted, and what has to be said of a period because of it.

Everything is read at once for one state of the data (`read_quality`); what concerns a period is then looked up
(`warnings_of`), so that a mark can stand on every page.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from data_access.answer import Note
from data_access.completeness import EMPTY, FEW, Month, judged
from data_access.coverage import Coverage
from data_access.language import LANGUAGES, cell_label, format_percent, texts
from data_access.load_log import OpenRejected, open_rejected, open_rejected_queries
from data_access.measures import dimension, measure
from data_access.period import Period
from data_access.profile import RECORDS, SHOULD_BE_KNOWN, days_of, records_by_month, unknown_by_year

SUBJECTS = tuple(RECORDS)

# Below this, putting the unknown into any one row moves no other row's share by as much as a reader would notice,
# and differences of that size are common between the tables of the published report itself.
UNKNOWN_PERCENT = 5.0
# The state's monthly return is due on the 15th of the next month (Cabinet regulations Nr. 324): by then a month is in.
LOADED_BY_DAY = 15
MONTHS_NAMED = 4  # in one sentence


@dataclass(frozen=True)
class Unknown:
    """Of how many of the things that a measure counts in a year a dimension is not known."""

    subject: str
    measure: str
    dimension: str
    year: int
    unknown: int
    whole: int

    @property
    def share(self) -> float | None:
        """Percent of the whole."""
        return self.unknown / self.whole * 100 if self.whole else None


@dataclass(frozen=True)
class Quality:
    """What is known of the quality of one state of the data.

    `months`: every covered month of every subject. `unknown`: every year, measure and dimension that should be known.
    `rejected`: loads with rejected rows that nobody has mended. `reach`: the covered days by subject.
    """

    months: tuple[Month, ...]
    unknown: tuple[Unknown, ...]
    rejected: tuple[OpenRejected, ...]
    reach: Mapping[str, Coverage]

    def months_of(self, subject: str, period: Period) -> list[Month]:
        """Months of a subject that share a day with the period, in order."""
        codes = {cell.code for cell in period.cells("month")}
        return [month for month in self.months if month.subject == subject and month.month in codes]

    def unknown_in(self, year: int) -> list[Unknown]:
        """What is not known of a year, in the order of the subjects; also where everything is known."""
        return [one for one in self.unknown if one.year == year]


def read_quality(database) -> Quality:
    """The quality of a database's records, of one state. Raises DatabaseUnavailable, DataChanged: open it again."""
    covered = {subject: database.coverage[subject] for subject in SUBJECTS if subject in database.coverage}
    codes = [code for code in SHOULD_BE_KNOWN if measure(code).fact.subject in covered]
    queries = [records_by_month(subject, days_of(days)) for subject, days in covered.items()]
    queries += [unknown_by_year(code, days_of(covered[measure(code).fact.subject])) for code in codes]
    *answers, counted, days_of_loads = (database.read(query) for query in (*queries, *open_rejected_queries()))
    months: list[Month] = []
    for (subject, days), rows in zip(covered.items(), answers, strict=False):
        counts = {f"{row.month // 100}-{row.month % 100:02}": row.rows for row in rows}
        months += judged(subject, counts, days)
    unknown: list[Unknown] = []
    for code, rows in zip(codes, answers[len(covered) :], strict=True):
        subject = measure(code).fact.subject
        for row in rows:
            by_name = row._mapping
            names = SHOULD_BE_KNOWN[code]
            unknown += [Unknown(subject, code, name, row.year, by_name[name], row.whole) for name in names]
    rejected = open_rejected(counted, days_of_loads)
    return Quality(tuple(months), tuple(unknown), tuple(rejected), covered)


# ── what has to be said of a period ──────────────────────────────────────────────────────────────


def warnings_of(quality: Quality, subjects: Iterable[str], period: Period, today: date) -> tuple[Note, ...]:
    """What a reader of figures of these subjects and days has to know of their records; nothing if all is well.

    The gravest first: months without records, data that end too early, months with few records, rejected rows, much
    that is unknown.
    """
    subjects = [subject for subject in SUBJECTS if subject in set(subjects)]
    notes = [
        *(note for subject in subjects for note in _odd_months(quality, subject, period, EMPTY)),
        *(note for subject in subjects for note in _late(quality, subject, period, today)),
        *(note for subject in subjects for note in _odd_months(quality, subject, period, FEW)),
        *(note for subject in subjects for note in _rejected(quality, subject, period)),
        *(note for subject in subjects for note in _much_unknown(quality, subject, period)),
    ]
    return tuple(notes)


def _subject(subject: str) -> dict[str, str]:
    return {f"subject_{language}": texts(language)(f"subjects.{subject}") for language in LANGUAGES}


def _odd_months(quality: Quality, subject: str, period: Period, state: str) -> list[Note]:
    found = [month for month in quality.months_of(subject, period) if month.state == state]
    if not found:
        return []
    months = {f"months_{language}": _months_said(found, language) for language in LANGUAGES}
    return [Note.of(f"quality_{state}", **_subject(subject), **months)]


def _months_said(months: Sequence[Month], language: str) -> str:
    t = texts(language)
    said = []
    for month in months[:MONTHS_NAMED]:
        name = cell_label(month.month, language)
        share = format_percent(month.share or 0, language, places=0)
        said.append(t("notes.quality_share", month=name, share=share) if month.rows else name)
    named = ", ".join(said)
    more = len(months) - MONTHS_NAMED
    return f"{named} {t('notes.quality_more', count=more)}" if more > 0 else named


def _late(quality: Quality, subject: str, period: Period, today: date) -> list[Note]:
    """Data that end before the period although its next month should be there by now."""
    if subject not in quality.reach:
        return []
    last = quality.reach[subject].data_until
    if last >= min(period.last_day, _should_reach(today)):
        return []
    return [Note.of("quality_late", **_subject(subject), day=last)]


def _should_reach(today: date) -> date:
    """The last day of the newest month that should be loaded by now."""
    end = today.replace(day=1) - timedelta(days=1)
    return end if today.day > LOADED_BY_DAY else end.replace(day=1) - timedelta(days=1)


def _rejected(quality: Quality, subject: str, period: Period) -> list[Note]:
    rows = sum(one.rows for one in quality.rejected if subject in one.subjects and one.concerns(period))
    return [Note.of("quality_rejected", **_subject(subject), count=rows)] if rows else []


def _much_unknown(quality: Quality, subject: str, period: Period) -> list[Note]:
    years = {int(cell.code) for cell in period.cells("year")}
    notes = []
    for one in quality.unknown:
        if one.subject != subject or one.year not in years or (one.share or 0) < UNKNOWN_PERCENT:
            continue
        asked, split = measure(one.measure), dimension(one.dimension)
        said = {f"measure_{language}": asked.name(language) for language in LANGUAGES}
        said |= {f"dimension_{language}": split.name(language) for language in LANGUAGES}
        said |= {f"share_{language}": format_percent(one.share, language) for language in LANGUAGES}
        notes.append(Note.of("quality_unknown", **said, year=str(one.year)))
    return notes
