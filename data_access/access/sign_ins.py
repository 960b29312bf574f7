"""Sign-ins that this server knows: which are over, and when each was last used.

A sign-in is the same in every tab of a browser, so what ends it ends all of them. It is a file: empty while it is good,
of the age of the last click; so all processes of a server agree, and a start of the server forgets nothing.
"""

import hashlib
import json
import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

NEW, GOOD, IDLE, OLD, ENDED = "new", "good", "idle", "old", "ended"
_ISSUED_AHEAD = timedelta(minutes=10)  # the provider's clock may be that far ahead of ours
_TOUCHED_EVERY = timedelta(seconds=5)


def now() -> datetime:
    return datetime.now(UTC)


def name_of(claims: Mapping[str, Any]) -> str:
    """The name of a sign-in: of one that the provider has made once, whatever shows it."""
    told = json.dumps(claims, sort_keys=True, default=str)
    return hashlib.sha256(told.encode()).hexdigest()[:32]


@dataclass(frozen=True)
class SignIns:
    """The sign-ins in a folder: good until not used for `idle`, and no longer than `longest` after they were issued."""

    folder: Path
    idle: timedelta
    longest: timedelta
    clock: Callable[[], datetime] = now

    def state(self, claims: Mapping[str, Any], used: bool) -> str:
        """NEW the first time that a sign-in is seen, then GOOD, until it is IDLE, OLD or ENDED for ever.

        `used`: whether somebody has just clicked. Raises OSError where it cannot be kept.
        """
        at, issued = self.clock(), _issued(claims)
        if issued is None or not -_ISSUED_AHEAD <= at - issued <= self.longest:
            return OLD
        path = self.folder / name_of(claims)
        if self._made(path, at):
            self._forget_old(at)
            return NEW
        found = path.stat()
        if found.st_size:
            return ENDED
        unused = at.timestamp() - found.st_mtime
        # Used in the future: the clock was put back, and nobody knows how long it has not been used.
        if not -_ISSUED_AHEAD.total_seconds() <= unused <= self.idle.total_seconds():
            self._end(path, at)
            return IDLE
        if used and unused > _TOUCHED_EVERY.total_seconds():
            _touch(path, at)
        return GOOD

    def end(self, claims: Mapping[str, Any]) -> None:
        """Ends a sign-in in every tab."""
        self._end(self.folder / name_of(claims), self.clock())

    def forget(self, claims: Mapping[str, Any]) -> None:
        """Makes a sign-in NEW again: what should be done with a new one could not be done."""
        (self.folder / name_of(claims)).unlink(missing_ok=True)

    def _made(self, path: Path, at: datetime) -> bool:
        """Makes the file of a sign-in; whether there was none."""
        self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        try:
            os.close(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600))
        except FileExistsError:
            return False
        _touch(path, at)
        return True

    def _end(self, path: Path, at: datetime) -> None:
        self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        path.write_text(ENDED, encoding="ascii")
        _touch(path, at)

    def _forget_old(self, at: datetime) -> None:
        """Lets go of sign-ins that would be too old anyway."""
        for path in self.folder.iterdir():
            if at.timestamp() - path.stat().st_mtime > self.longest.total_seconds() + _ISSUED_AHEAD.total_seconds():
                path.unlink(missing_ok=True)


def _issued(claims: Mapping[str, Any]) -> datetime | None:
    seconds = claims.get("iat")
    if isinstance(seconds, bool) or not isinstance(seconds, int | float):
        return None
    try:
        return datetime.fromtimestamp(seconds, UTC)
    except (OverflowError, ValueError, OSError):
        return None


def _touch(path: Path, at: datetime) -> None:
    os.utime(path, (at.timestamp(), at.timestamp()))
