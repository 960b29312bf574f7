"""The dashboard's server, for whom two years have records: `python -m tests.infrastructure.two_years run dashboard.py`.

To protect a series of all years of the demonstration takes ten seconds of a processor, for whatever is tested.
"""

import sys

from streamlit.web.cli import main

from data_access.database import Database

YEARS = [2023, 2022]

if __name__ == "__main__":
    Database.years = property(lambda self: YEARS)
    sys.exit(main())
