"""Words and formats in Latvian and English: message catalogues, plural forms, numbers, dates, alphabetical order."""

from data_access.language.formats import (
    NO_BREAK_SPACE,
    cell_label,
    cell_short,
    format_change,
    format_date,
    format_datetime,
    format_euros,
    format_integer,
    format_percent,
    format_period,
    format_value,
    month_name,
    sort_key,
)
from data_access.language.texts import LANGUAGES, Texts, texts

__all__ = [
    "LANGUAGES",
    "NO_BREAK_SPACE",
    "Texts",
    "cell_label",
    "cell_short",
    "format_change",
    "format_date",
    "format_datetime",
    "format_euros",
    "format_integer",
    "format_percent",
    "format_period",
    "format_value",
    "month_name",
    "sort_key",
    "texts",
]
