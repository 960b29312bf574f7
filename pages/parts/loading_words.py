"""Loads in the words of one reader: kinds of export, months, files, moments, what a load does to the records."""

from collections.abc import Iterable
from datetime import UTC, datetime

from data_access import DataAccessError, SubjectChange, loader
from data_access.language import cell_label, format_datetime, format_euros
from data_access.telling.reader import Reader
from data_access.telling.sentences import LOCAL_TIME


def kind_name(reader: Reader, kind: str) -> str:
    """Izmaksas, Apmeklējumi …"""
    known = loader.KINDS[kind]
    return known.title_en if reader.language == "en" else known.title


def kind_text(reader: Reader, kind: str) -> str:
    """What a kind of export has in it, and what it replaces."""
    known = loader.KINDS[kind]
    return known.text_en if reader.language == "en" else known.text_lv


def months(reader: Reader, found: Iterable[str]) -> str:
    """Months as they follow each other: 2023. gada janvāris – 2023. gada marts, 2023. gada maijs."""

    def said(first: str, last: str) -> str:
        names = [cell_label(month, reader.language) for month in dict.fromkeys((first, last))]
        return " – ".join(names)

    return ", ".join(said(first, last) for first, last in loader.runs(found))


def moment(reader: Reader, when: datetime) -> str:
    """A moment of the database by the clock on the wall."""
    return format_datetime(when.replace(tzinfo=UTC).astimezone(LOCAL_TIME), reader.language)


def sentence(reader: Reader, error: BaseException) -> str:
    """Why something has failed: what is known to go wrong says it itself, a mistake of the program does not."""
    return error.text(reader.language) if isinstance(error, DataAccessError) else reader.t("frame.unexpected")


def subject_changed(reader: Reader, change: SubjectChange) -> str:
    """What a load did to a subject: Pabalsti: 120 rindas → 125 rindas; 1 200,00 € → 1 250,00 €."""
    t = reader.t
    said = t(
        "upload.rows_changed",
        name=t(f"subjects.{change.subject}"),
        before=change.rows_before,
        after=change.rows_after,
    )
    if change.cents_after is None:
        return said
    before, after = (format_euros(cents, reader.language) for cents in (change.cents_before or 0, change.cents_after))
    return t("upload.and_sum", rows=said, before=before, after=after)
