"""The tests of one run share the processors: three workers, and the servers that they start."""

import os

from data_access.duckdb_engine import THREADS

# Two threads of one question wait for each other, and waiting takes a fifth of a processor's time from the others.
os.environ[THREADS] = ONE_THREAD = "1"

TAKEN_ALONG = {THREADS: ONE_THREAD}  # by servers whose environment is made up
