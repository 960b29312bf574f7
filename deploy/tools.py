"""What the scripts beside this file cannot do themselves.

tools.py places                  where everything is, as settings for bash
tools.py copy-sqlite FROM TO     a whole copy while others write
tools.py check FILE              ends with 1 unless it is a whole case database
tools.py put FILE POINTER        a case database in place of the one that is read, as a load would do it
"""

import os
import shlex
import sqlite3
import sys
import tomllib
from pathlib import Path

import duckdb
from sqlalchemy import make_url
from sqlalchemy.engine import URL

PROGRAM = Path(__file__).resolve().parents[1]
# How libpq calls in the environment what stands in an address.
_VARIABLES = {
    "host": "PGHOST",
    "port": "PGPORT",
    "user": "PGUSER",
    "password": "PGPASSWORD",
    "dbname": "PGDATABASE",
    "sslmode": "PGSSLMODE",
    "sslrootcert": "PGSSLROOTCERT",
    "sslcert": "PGSSLCERT",
    "sslkey": "PGSSLKEY",
    "target_session_attrs": "PGTARGETSESSIONATTRS",
    "connect_timeout": "PGCONNECT_TIMEOUT",
    "options": "PGOPTIONS",
}


def places() -> str:
    """Lines for bash: of the records (CASE) and of what is saved (SAVED) their engine and file or libpq's settings."""
    # The reader's role may not read everything that a dump needs, and restores nothing.
    case = os.environ.get("LOADING_DATABASE_URL") or os.environ["DATABASE_URL"]
    saved = os.environ.get("DASHBOARD_DATABASE_URL") or f"sqlite:///{PROGRAM}/data/dashboard.sqlite"
    lines = [*_place("CASE", make_url(case)), *_place("SAVED", make_url(saved))]
    return "\n".join([*lines, f"AUDIT={shlex.quote(str(_audit_folder()))}"])


def _place(name: str, url: URL) -> list[str]:
    engine = url.get_backend_name()
    if engine != "postgresql":
        return [f"{name}_ENGINE={engine}", f"{name}_FILE={shlex.quote(os.path.abspath(url.database))}"]
    _, settings = url.get_dialect()().create_connect_args(url)
    told = [shlex.quote(f"{_VARIABLES[key]}={value}") for key, value in settings.items() if key in _VARIABLES]
    return [f"{name}_ENGINE=postgresql", f"{name}_SERVER=({' '.join(told)})"]


def _audit_folder() -> Path:
    file = Path(os.environ.get("ACCESS_FILE") or PROGRAM / ".streamlit" / "access.toml")
    settled = tomllib.loads(file.read_text(encoding="utf-8")) if file.exists() else {}
    return Path(settled.get("audit", {}).get("folder") or PROGRAM / "data" / "audit")


def copy_sqlite(source: str, target: str) -> None:
    """Copies a SQLite database as it is at one moment."""
    with sqlite3.connect(f"file:{source}?mode=ro", uri=True) as read, sqlite3.connect(target) as written:
        read.backup(written)


def check(file: str) -> None:
    """Reads the version and every column of every table; ends with 1 if that cannot be done.

    Changes that stand beside the file are moved into it.
    """
    try:
        with duckdb.connect(file) as connection:
            connection.execute("CHECKPOINT")
            [(version,)] = connection.execute("SELECT version FROM schema_version").fetchall()
            for (table,) in connection.execute("SELECT table_name FROM duckdb_tables()").fetchall():
                connection.execute(f'SELECT count(*), count(COLUMNS(*)) FROM "{table}"').fetchall()
    except (duckdb.Error, ValueError) as error:
        print(error, file=sys.stderr)
        sys.exit(1)
    print(version)


def put(file: str, place: str) -> None:
    """Puts a case database in place of another; those who read it have the one or the other."""
    sys.path.insert(0, str(PROGRAM))
    import shutil

    from data_access import pointer

    with pointer.writing(place):
        new = pointer.new_version(place)
        shutil.copyfile(file, new)
        pointer.switch(place, new)
        pointer.clean(place)


if __name__ == "__main__":
    match sys.argv[1:]:
        case ["places"]:
            print(places())
        case ["copy-sqlite", source, target]:
            copy_sqlite(source, target)
        case ["check", file]:
            check(file)
        case ["put", file, place]:
            put(file, place)
        case _:
            sys.exit(__doc__)
