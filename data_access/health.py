"""Whether the case database can be asked, for those who watch the server: no figure, no address, no name."""

from dataclasses import dataclass
from datetime import date, datetime

from data_access import schema
from data_access.database import open_database
from data_access.errors import DatabaseEmpty, DatabaseError, DatabaseMissing, DatabaseVersion, DataChanged, WritingRole

READY, EMPTY, MISSING, OTHER_VERSION, WRITING_ROLE = "ready", "empty", "missing", "other version", "writing role"
UNAVAILABLE = "unavailable"
_WHY = {DatabaseMissing: MISSING, DatabaseVersion: OTHER_VERSION, WritingRole: WRITING_ROLE, DataChanged: READY}


@dataclass(frozen=True)
class Health:
    """What was found of the database (`READY` …), and of its data when and until which day they were loaded.

    `schema_version` is the one that the program asks for; a database of another is `OTHER_VERSION`.
    """

    database: str
    data_until: date | None = None
    loaded_at: datetime | None = None
    schema_version: int = schema.SCHEMA_VERSION

    @property
    def ready(self) -> bool:
        """Whether visitors are told something: figures, or that nothing has been loaded yet."""
        return self.database in (READY, EMPTY)


def read_health(url: str | None = None) -> Health:
    """Looks at the database now; takes as long as `open_database`, with servers that hang some 20 seconds."""
    try:
        as_of = open_database(url).as_of
    except DatabaseEmpty:
        return Health(EMPTY)
    except DatabaseError as error:
        return Health(_WHY.get(type(error), UNAVAILABLE))
    return Health(READY, as_of.data_until, as_of.loaded_at)
