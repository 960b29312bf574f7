"""Keys that stand for persons and households: a keyed hash, and the key that stands outside the database.

Without the key nobody can work out which personal code a key stands for, not even by trying all of them; with
another key the same person would become a second one. So a database remembers the key's fingerprint.
"""

import hmac
import os
import re
import secrets
import unicodedata
from datetime import date
from operator import mul
from pathlib import Path
from typing import NamedTuple

from data_access.errors import DataAccessError

ENVIRONMENT = "PERSON_KEY_FILE"
DEFAULT_FILE = Path(__file__).resolve().parents[2] / ".secrets" / "person.key"

_LENGTH = 32  # bytes
_WEIGHTS = (1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
_CENTURIES = {"0": 1800, "1": 1900, "2": 2000}
_HYPHENS = r"\-‐‑‒–—−"  # as they stand in a set of a pattern
_CODE = re.compile(rf"([0-9]{{6}})\s?[{_HYPHENS}]?\s?([0-9]{{5}})")
# Ten digits may be a code whose leading zero a spreadsheet has eaten; \d is a digit of any script.
_ANYWHERE = re.compile(rf"\d{{5,}}[\s{_HYPHENS}./]{{0,3}}\d{{5,}}|\d{{10,}}")
_HIDDEN = "•••"


class BadKeyFile(DataAccessError):
    """The file of the key cannot be read or has no key in it."""

    key = "errors.bad_key_file"
    exit_code = 1


class KeyFileMissing(BadKeyFile):
    """There is no file of the key, and the database has records that were made with one."""

    key = "errors.key_file_missing"


class OtherKey(DataAccessError):
    """The key is not the one with which the records of the database were made."""

    key = "errors.other_key"
    exit_code = 1


class BadPersonalCode(ValueError):
    """A text that is no personal code; `reason` says why. The text itself is in no message."""

    def __init__(self, reason: str):
        self.reason = reason
        super().__init__(reason)


class PersonalCode(NamedTuple):
    """The digits of a personal code, and the birth date where it has one."""

    digits: str
    born: date | None


def read_personal_code(text: str, today: date) -> PersonalCode:
    """Reads a personal code. Raises BadPersonalCode.

    The old style is a birth date, a century, three digits and a control digit. The new style begins with 32–39; its
    other digits are arbitrary and have no control digit.
    """
    found = _CODE.fullmatch(text.strip())
    if not found:
        # A spreadsheet that took the code for a number has eaten a leading zero.
        if re.fullmatch(r"[0-9]{10}", text.strip()):
            return read_personal_code("0" + text.strip(), today)
        raise BadPersonalCode("bad_personal_code")
    digits = found[1] + found[2]
    if "32" <= digits[:2] <= "39":
        return PersonalCode(digits, None)
    try:
        born = date(_CENTURIES[digits[6]] + int(digits[4:6]), int(digits[2:4]), int(digits[:2]))
    except (KeyError, ValueError):
        raise BadPersonalCode("bad_code_date") from None
    if born > today:
        raise BadPersonalCode("bad_code_date")
    if control_digit(digits) != digits[10]:
        raise BadPersonalCode("bad_control_digit")
    return PersonalCode(digits, born)


def control_digit(digits: str) -> str:
    """The last digit of an old-style code, worked out from the ten before it."""
    weighed = sum(map(mul, map(int, digits), _WEIGHTS))
    return str((1101 - weighed) % 11 % 10)


def person_key(key: bytes, digits: str) -> str:
    """What stands for a person; `digits` are the eleven of the personal code."""
    return hmac.digest(key, digits.encode(), "sha256").hex()


def household_key(key: bytes, case_number: str) -> str:
    """What stands for a household; case numbers that differ only in case, spaces or kind of hyphen are one."""
    return hmac.digest(key, f"household:{normal_case_number(case_number)}".encode(), "sha256").hex()


def normal_case_number(text: str) -> str:
    if text.isascii():
        return "".join(text.split()).casefold()
    plain = re.sub(rf"[{_HYPHENS}]", "-", unicodedata.normalize("NFKC", text))
    return re.sub(r"\s+", "", plain).casefold()


def fingerprint(key: bytes) -> str:
    """Names a key without saying anything of it: kept with a load and compared before the next one."""
    return hmac.digest(key, b"fingerprint", "sha256").hex()[:16]


def check_fingerprint(key: bytes, known: str | None) -> None:
    """Raises OtherKey where earlier loads were made with another key; None: no load says with which."""
    if known and not hmac.compare_digest(fingerprint(key), known):
        raise OtherKey(file=str(key_file()), variable=ENVIRONMENT)


def key_file() -> Path:
    """Where the key is kept: PERSON_KEY_FILE, or `.secrets/person.key` of the project."""
    return Path(os.environ.get(ENVIRONMENT) or DEFAULT_FILE)


def load_key(path: Path | None = None, create: bool = True) -> bytes:
    """The key. On first use it is made, readable by its owner only; without `create` it has to be there.

    Raises BadKeyFile, KeyFileMissing.
    """
    path = path or key_file()
    try:
        if not path.exists():
            if not create:
                raise KeyFileMissing(file=str(path))
            _make(path)
        text = path.read_text(encoding="ascii").strip()
        key = bytes.fromhex(text)
    except (OSError, ValueError):
        raise BadKeyFile(file=str(path)) from None
    if len(key) != _LENGTH:
        raise BadKeyFile(file=str(path))
    return key


def _make(path: Path) -> None:
    """Two processes may begin at once: the file appears whole or not at all, and the first one stays."""
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    own = path.with_name(f".{path.name}.{os.getpid()}.{secrets.token_hex(4)}")
    with os.fdopen(os.open(own, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
        file.write(secrets.token_hex(_LENGTH) + "\n")
        file.flush()
        os.fsync(file.fileno())
    try:
        os.link(own, path)
    except FileExistsError:
        pass
    finally:
        own.unlink()


def has_personal_code(text: str) -> bool:
    """Whether something that could be a personal code stands anywhere in a text."""
    return _ANYWHERE.search(text) is not None


def without_personal_codes(text: str) -> str:
    """A text, as the name of a file or a sheet, in which nothing could be a personal code."""
    return _ANYWHERE.sub(_HIDDEN, text)
