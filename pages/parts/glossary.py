"""The declared measures and dimensions, and how far the records of each subject reach, as tables of words."""

from data_access import Database, dimensions, measures
from data_access.language import format_date
from pages.parts.reader import Reader

Words = tuple[list[str], list[list[str]]]  # a header, and rows of text


def all_measures(reader: Reader) -> Words:
    """Every measure: its name, its unit and what it is."""
    t, language = reader.t, reader.language
    rows = [[one.name(language), t(f"method.unit_{one.unit}"), one.definition(language)] for one in measures().values()]
    return [t("method.measure"), t("method.unit"), t("method.definition")], rows


def all_dimensions(reader: Reader) -> Words:
    """Every dimension: its name and what it is."""
    t, language = reader.t, reader.language
    rows = [[one.name(language), one.definition(language)] for one in dimensions().values()]
    return [t("method.dimension"), t("method.definition")], rows


def reach(reader: Reader, database: Database) -> Words:
    """From which day and up to which day there are records of each subject."""
    t, language = reader.t, reader.language
    rows = [
        [t(f"method.subject_{name}"), format_date(days.data_from, language), format_date(days.data_until, language)]
        for name, days in database.coverage.items()
    ]
    return [t("method.subject"), t("method.from"), t("method.until")], sorted(rows)
