"""The dashboard's server, which counts questions: `python -m tests.infrastructure.counted run dashboard.py`.

Two files in the folder COUNTED grow by a byte for each: `told` for every question that a visitor is answered, `asked`
for every one that the database is asked because nothing was remembered.
"""

import os
import sys
from collections.abc import Callable
from pathlib import Path

from streamlit.web.cli import main

from data_access import VisitorsDatabase
from data_access.database import Database

ENVIRONMENT = "COUNTED"


def counting(ask: Callable, name: str) -> Callable:
    file = os.open(Path(os.environ[ENVIRONMENT]) / name, os.O_WRONLY | os.O_CREAT | os.O_APPEND)

    def counted(*arguments, **more):
        os.write(file, b".")
        return ask(*arguments, **more)

    return counted


if __name__ == "__main__":
    VisitorsDatabase.ask = counting(VisitorsDatabase.ask, "told")
    Database.ask = counting(Database.ask, "asked")
    sys.exit(main())
