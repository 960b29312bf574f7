"""What has to hold before the server starts: real records are not shown to others without sign-in."""

import os
import sys

from data_access import DataAccessError, DatabaseMissing, open_access, open_for, settings
from pages.entrance import visitor


def refuse_an_open_door() -> None:
    """Ends the program with a sentence and exit code 1 where somebody could come in who should not, or nobody could.

    While the server runs, the same is asked at the door for each page: records may come after the start.
    """
    try:
        if visitor.signs_in():
            settings()
        elif not visitor.listens_here_only():
            open_for(open_access(demonstration_only=True))
    except DatabaseMissing as error:
        if os.environ.get("DATABASE_URL"):
            _end(error)
        # Else the first visitor builds the demonstration.
    except DataAccessError as error:
        _end(error)


def _end(error: DataAccessError) -> None:
    print(error.text("lv"), file=sys.stderr)
    sys.exit(error.exit_code)
