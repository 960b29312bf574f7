"""The declared measures and dimensions in words, and how far the records of each subject reach."""

from data_access import VisitorsDatabase, dimensions, measures
from data_access.language import format_date, sort_key
from data_access.telling.reader import Reader
from data_access.telling.tables import Column, Row, Table
from pages.parts.markdown import plain


def all_measures(reader: Reader) -> str:
    """Every measure as an item of a list: its name, its unit and what it is."""
    return _listed(
        (f"{one.name(reader.language)} ({reader.t(f'method.unit_{one.unit}')})", one.definition(reader.language))
        for one in measures().values()
    )


def all_dimensions(reader: Reader) -> str:
    """Every dimension as an item of a list: its name and what it is."""
    return _listed((one.name(reader.language), one.definition(reader.language)) for one in dimensions().values())


def _listed(pairs) -> str:
    return "\n".join(f"- **{plain(name)}.** {plain(definition)}" for name, definition in pairs)


def reach(reader: Reader, database: VisitorsDatabase) -> Table:
    """From which day and up to which day there are records of each subject."""
    t, language = reader.t, reader.language
    rows = [
        Row(t(f"subjects.{name}"), (format_date(days.data_from, language), format_date(days.data_until, language)))
        for name, days in database.coverage.items()
    ]
    columns = (Column(t("quality.first_day"), "text"), Column(t("quality.last_day"), "text"))
    return Table(t("quality.subject"), columns, tuple(sorted(rows, key=lambda row: sort_key(row.name))))
