"""The audit log as a chain: each line is sealed by the next one, and the last by a note beside the log.

A line is JSON with its number `n` and, as `before`, the SHA-256 of the line before it. A month is a file. The file
`head` has the number and seal of the last line, so that a cut-off end shows; it is also what writers, threads and
processes alike, lock. The chain goes on from file to file. Old files are taken away whole, after a line that says so
with the seal of their last line, so that what is left can still be checked.
"""

import fcntl
import hashlib
import json
import os
import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, NamedTuple

from data_access.audit.errors import AuditUnavailable

NOTHING = "0" * 64  # the seal before the first line
REMOVED, HEAD_LOST = "removed", "head_lost"  # events that the log tells of itself
LONGEST_LINE = 16_384  # bytes
_HEAD = "head"
_FILES = re.compile(r"audit-(\d{4}-\d{2})\.jsonl")
_HEAD_TEXT = re.compile(r"(\d{20}) ([0-9a-f]{64}) (\d{4}-\d{2}|-------)\n")


class Seal(NamedTuple):
    """The number of a line and its hash; `str` is what a person notes down elsewhere."""

    n: int
    hash: str

    def __str__(self) -> str:
        return f"{self.n}:{self.hash}"


BEGINNING = Seal(0, NOTHING)


def seal_of(line: bytes) -> str:
    """The seal of a line without its end."""
    return hashlib.sha256(line).hexdigest()


def now() -> datetime:
    return datetime.now(UTC)


def files(folder: Path) -> list[Path]:
    """The files of a log, the oldest first."""
    return sorted(path for path in folder.glob("audit-*.jsonl") if _FILES.fullmatch(path.name))


@dataclass(frozen=True)
class AuditLog:
    """A log in a folder, of which at least `keep_months` whole months are kept beside the running one."""

    folder: Path
    keep_months: int = 24
    clock: Callable[[], datetime] = now

    def append(self, event: str, **details: Any) -> None:
        """Adds a line. It is with the operating system when this returns: a killed process loses none.

        Raises AuditUnavailable when it cannot be kept; the log is then as it was.
        """
        try:
            with self._locked() as head:
                self._append(head, event, details)
        except OSError as error:
            raise AuditUnavailable() from error

    @contextmanager
    def _locked(self) -> Iterator[int]:
        self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        head = os.open(self.folder / _HEAD, os.O_RDWR | os.O_CREAT, 0o600)
        try:
            fcntl.flock(head, fcntl.LOCK_EX)
            yield head
        finally:
            os.close(head)

    def _append(self, head: int, event: str, details: dict[str, Any]) -> None:
        at = self.clock()
        noted = read_head(self.folder)
        if noted is None:
            last, month = self._without_head(head)
            if last != BEGINNING:
                last = self._write(head, last, month, at, HEAD_LOST, {})
        else:
            last, month = self._after(*noted)
        # A clock that is put back does not lead back into an older file.
        month, before = max(f"{at:%Y-%m}", month or ""), month
        last = self._write(head, last, month, at, event, details)
        if before and month != before:
            self._remove_old(head, last, before, month, at)

    def _without_head(self, head: int) -> tuple[Seal, str]:
        """The end of a log that has no note of its end; the note is made room for before anything is written."""
        known = files(self.folder)
        _note(head, BEGINNING, "-------")
        if not known:
            return BEGINNING, ""
        line = _last_line(known[-1])
        last = Seal(_number(line), seal_of(line)) if line else BEGINNING
        return last, _FILES.fullmatch(known[-1].name)[1]

    def _after(self, noted: Seal, month: str) -> tuple[Seal, str]:
        """The seal to go on from: the noted one, or that of one more line if the process before was killed between
        writing it and noting it. Where the log has another end than noted, the gap stays to be seen."""
        line = _last_line(self._file(month)) if month != "-------" else None
        if line and _number(line) == noted.n + 1 and _before(line) == noted.hash:
            return Seal(noted.n + 1, seal_of(line)), month
        return noted, "" if month == "-------" else month

    def _file(self, month: str) -> Path:
        return self.folder / f"audit-{month}.jsonl"

    def _write(self, head: int, last: Seal, month: str, at: datetime, event: str, details: dict[str, Any]) -> Seal:
        moment = at.isoformat(timespec="milliseconds").replace("+00:00", "Z")
        told = {"n": last.n + 1, "at": moment, "event": event, **details, "before": last.hash}
        line = json.dumps(told, ensure_ascii=True, separators=(",", ":")).encode()
        if len(line) > LONGEST_LINE:
            raise ValueError(f"a line of {len(line)} bytes in the audit log")
        file = os.open(self._file(month), os.O_RDWR | os.O_APPEND | os.O_CREAT, 0o600)
        try:
            size = os.fstat(file).st_size
            # What a power cut has left of a line stays a line of its own, to be seen.
            torn = size and os.pread(file, 1, size - 1) != b"\n"
            whole = (b"\n" if torn else b"") + line + b"\n"
            try:
                complete = os.write(file, whole) == len(whole)
            except OSError:
                complete = False
            if not complete:
                os.ftruncate(file, size)
                raise AuditUnavailable()
        finally:
            os.close(file)
        written = Seal(last.n + 1, seal_of(line))
        _note(head, written, month)
        return written

    def _remove_old(self, head: int, last: Seal, before: str, month: str, at: datetime) -> None:
        """Takes away what is too old, counted from the month after the last one in which something was kept: a clock
        that leaps ahead by years takes no more away than the next month does, so that there is time to notice."""
        year, number = divmod(int(before[:4]) * 12 + int(before[5:]) - self.keep_months, 12)
        oldest = f"audit-{year:04}-{number + 1:02}.jsonl"
        for path in files(self.folder):
            if path.name >= oldest:
                return
            line = _last_line(path)
            until = {"until": _number(line), "seal": seal_of(line)} if line else {}
            last = self._write(head, last, month, at, REMOVED, {"file": path.name, **until})
            path.unlink()


def read_head(folder: Path) -> tuple[Seal, str] | None:
    """The noted end of a log and its month; None where there is no note."""
    try:
        text = (folder / _HEAD).read_text(encoding="ascii")
    except (OSError, UnicodeDecodeError):
        return None
    found = _HEAD_TEXT.fullmatch(text)
    return (Seal(int(found[1]), found[2]), found[3]) if found else None


def _note(head: int, last: Seal, month: str) -> None:
    """Of one length always, so that noting needs no room on the disk."""
    text = f"{last.n:020} {last.hash} {month}\n".encode()
    os.pwrite(head, text, 0)
    os.ftruncate(head, len(text))


def _last_line(path: Path) -> bytes | None:
    """The last line of a file without its end, or None."""
    try:
        with path.open("rb") as file:
            file.seek(0, os.SEEK_END)
            file.seek(max(file.tell() - 2 * LONGEST_LINE, 0))
            lines = [line for line in file.read().split(b"\n") if line]
    except FileNotFoundError:
        return None
    return lines[-1] if lines else None


def told(line: bytes) -> dict[str, Any] | None:
    """What a line tells, or None if it is no line of a log."""
    try:
        found = json.loads(line)
    except ValueError:
        return None
    shaped = isinstance(found, dict) and type(found.get("n")) is int and isinstance(found.get("before"), str)
    return found if shaped else None


def _number(line: bytes) -> int:
    found = told(line)
    return found["n"] if found else 0


def _before(line: bytes) -> str:
    found = told(line)
    return found["before"] if found else ""
