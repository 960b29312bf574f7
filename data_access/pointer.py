"""A database file that is replaced whole: readers find the old one or the new one, never half of one.

`case.duckdb` is a symbolic link to `case-<time>-<random>.duckdb` beside it. DuckDB lets one process
write or many read, so a file that a dashboard reads is never written again: the writer makes a new
file and moves the link when that file is whole and on the disk. A writer that is killed leaves the
link where it was; what it left behind has the ending `.unfinished` and goes with the next `clean`.
"""

import fcntl
import os
import re
import secrets
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

from data_access.errors import DatabaseError

UNFINISHED = ".unfinished"


class BeingWritten(DatabaseError):
    """Another process is replacing this database right now."""

    key = "errors.being_written"


def resolve(path: str | os.PathLike) -> Path:
    """The file that the pointer names now; the path itself where it is no pointer."""
    return Path(path).resolve()


def new_version(path: str | os.PathLike) -> Path:
    """A name beside the pointer for a file to write and then to `switch` to."""
    version = _version(Path(path), datetime.now(UTC))
    return version.with_name(version.name + UNFINISHED)


def copied_version(path: str | os.PathLike) -> Path:
    """A copy of the current file under a name from `new_version`, to change and then to `switch` to."""
    new_file = new_version(path)
    current = resolve(path)
    shutil.copyfile(current, new_file)
    # A file put there by hand may have changes that DuckDB has not moved into it yet.
    changes = current.with_name(current.name + ".wal")
    if changes.exists():
        shutil.copyfile(changes, new_file.with_name(new_file.name + ".wal"))
    return new_file


def switch(path: str | os.PathLike, new_file: str | os.PathLike) -> Path:
    """Points to a finished, closed file from `new_version` and returns its lasting name."""
    path, new_file = Path(path), Path(new_file)
    _sync(new_file)
    lasting = new_file.with_name(new_file.name.removesuffix(UNFINISHED))
    os.rename(new_file, lasting)
    if path.exists() and not path.is_symlink():  # a plain file, put there by hand: keep it as the previous one
        os.link(path, _version(path, datetime.fromtimestamp(path.stat().st_mtime, UTC)))
    link = path.with_name(f".{path.name}.{secrets.token_hex(4)}")
    os.symlink(lasting.name, link)
    os.replace(link, path)
    _sync(path.parent)
    return lasting


def clean(path: str | os.PathLike) -> None:
    """Removes unfinished files and all versions but the current and the one before it.

    The one before stays for readers that resolved the pointer just before it moved.
    Only to be called by the one that holds `writing`.
    """
    path = Path(path)
    current = resolve(path)
    versions = sorted(entry for entry in _entries(path) if entry.name.endswith(path.suffix))
    older = [version for version in versions if version.name < current.name]
    keep = {current.name, *(version.name for version in older[-1:])}
    for entry in _entries(path):
        if entry.name.removesuffix(".wal") in keep:
            continue
        if entry.is_dir() and not entry.is_symlink():
            shutil.rmtree(entry, ignore_errors=True)
        else:
            entry.unlink(missing_ok=True)


@contextmanager
def writing(path: str | os.PathLike) -> Iterator[None]:
    """Lets one process at a time replace the database; the lock goes with the process.

    Raises BeingWritten.
    """
    path = Path(path)
    path.parent.mkdir(parents=True, exist_ok=True)
    with open(path.with_name(f".{path.name}.lock"), "w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise BeingWritten(address=str(path)) from None
        yield


def _version(path: Path, moment: datetime) -> Path:
    return path.with_name(f"{path.stem}-{moment:%Y%m%dT%H%M%S%fZ}-{secrets.token_hex(3)}{path.suffix}")


def _entries(path: Path) -> list[Path]:
    """Versions, finished or not, what DuckDB puts beside them, and links that never became the pointer."""
    version = re.escape(path.stem) + r"-\d{8}T\d{12}Z-[0-9a-f]{6}" + re.escape(path.suffix)
    ours = re.compile(rf"{version}({re.escape(UNFINISHED)})?(\.wal|\.tmp)?|\.{re.escape(path.name)}\.[0-9a-f]{{8}}")
    return [entry for entry in path.parent.iterdir() if ours.fullmatch(entry.name)]


def _sync(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
