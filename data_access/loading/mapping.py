"""Other headings and codes: a TOML file that says what a program's words stand for. Checked when it is read.

[codes.sex]                      # for every kind that has the column
"sieviešu" = "female"

[payments.headings]              # a heading of the export = a column, by name or by its heading in the template
"Piešķirts" = "Summa"

[payments.codes.benefit_type]    # a value of the export = a code or a name; "" = nothing is known
"VES" = "health"

[payments.fixed]                 # what every row has, where the export has no such column or an empty cell
form = "cash"
"""

import os
import tomllib
from collections.abc import Iterable
from dataclasses import dataclass, field
from difflib import get_close_matches
from pathlib import Path
from typing import Any

from data_access.errors import UnknownName
from data_access.loading.errors import MappingPersonal, MappingShape, MappingTwice, MappingUnreadable
from data_access.loading.keys import without_personal_codes
from data_access.loading.kinds import KINDS, Column, Kind, fold
from data_access.loading.values import BadValue, Codes, read_cents, read_code, read_day, read_text

ENVIRONMENT = "LOADING_MAPPING"

_PARTS = ("headings", "codes", "fixed")
_LARGEST = 1_000_000  # bytes


@dataclass(frozen=True)
class Mapping:
    """What a mapping file says, by kind. Headings and words are folded."""

    headings: dict[str, dict[str, str]] = field(default_factory=dict)  # kind → heading → column
    codes: dict[str, dict[str, dict[str, str]]] = field(default_factory=dict)  # kind → column → word → code
    fixed: dict[str, dict[str, str]] = field(default_factory=dict)  # kind → column → value

    def headings_of(self, kind: str) -> dict[str, str]:
        return self.headings.get(kind, {})

    def codes_of(self, kind: str, column: str) -> dict[str, str]:
        return self.codes.get(kind, {}).get(column, {})

    def fixed_of(self, kind: str) -> dict[str, str]:
        return self.fixed.get(kind, {})


NO_MAPPING = Mapping()


def configured_mapping() -> Path | None:
    """The mapping file that an installation always uses: LOADING_MAPPING."""
    path = os.environ.get(ENVIRONMENT)
    return Path(path) if path else None


def load_mapping(source: Path | str | tuple[str, bytes] | None) -> Mapping:
    """Reads a mapping file, or the name and content of one.

    Raises MappingUnreadable, MappingShape, MappingTwice, MappingPersonal, UnknownName.
    """
    if source is None:
        return NO_MAPPING
    if isinstance(source, tuple):
        name, content = source
        return read_mapping(content, without_personal_codes(name))
    path = Path(source)
    try:
        content = path.read_bytes()
    except OSError as error:
        raise MappingUnreadable(name=path.name, reason=error.strerror or "") from None
    return read_mapping(content, path.name)


def read_mapping(content: bytes, name: str) -> Mapping:
    """The same for the content of a file."""
    try:
        tree = tomllib.loads(content[: _LARGEST + 1].decode("utf-8-sig"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError, RecursionError) as error:
        reason = str(error) if isinstance(error, tomllib.TOMLDecodeError) else "UTF-8"
        raise MappingUnreadable(name=name, reason=reason) from None
    mapping = Mapping()
    for section in tree:
        if section not in (*KINDS, "headings", "codes"):
            raise UnknownName("mapping_kind", section, nearest(section, (*KINDS, "headings", "codes")))
    for kind in KINDS.values():
        _read_kind(mapping, kind, {part: tree[part] for part in ("headings", "codes") if part in tree}, common=True)
        _read_kind(mapping, kind, _table(tree.get(kind.name, {}), kind.name), common=False)
    _check_common(tree)
    return mapping


def _read_kind(mapping: Mapping, kind: Kind, said: dict[str, Any], common: bool) -> None:
    for part in said:
        if part not in _PARTS:
            raise UnknownName("mapping_kind", f"{kind.name}.{part}", nearest(part, _PARTS))
    headings = mapping.headings.setdefault(kind.name, {})
    own: dict[str, str] = {}
    for heading, name in _table(said.get("headings", {}), f"{kind.name}.headings").items():
        column = _column(kind, name, common)
        if column is None:
            continue
        if own.setdefault(fold(heading), column.name) != column.name:
            raise MappingTwice(name=heading)
    headings |= own
    for name, words in _table(said.get("codes", {}), f"{kind.name}.codes").items():
        column = _column(kind, name, common)
        if column is None:
            continue
        if column.personal:
            raise MappingPersonal(name=name)
        if not column.values and column.type != "code":
            raise MappingShape(name=f"{kind.name}.codes.{name}")
        codes = mapping.codes.setdefault(kind.name, {}).setdefault(column.name, {})
        codes |= _codes(column, words, f"{kind.name}.codes.{name}")
    for name, value in _table(said.get("fixed", {}), f"{kind.name}.fixed").items():
        column = _column(kind, name, common=False)
        if column.personal:
            raise MappingPersonal(name=name)
        mapping.fixed.setdefault(kind.name, {})[column.name] = _fixed(column, value, f"{kind.name}.fixed.{name}")


def _table(said: Any, name: str) -> dict[str, Any]:
    if not isinstance(said, dict):
        raise MappingShape(name=name)
    return said


def _column(kind: Kind, name: Any, common: bool) -> Column | None:
    """The column of a name or a heading. What is said for every kind is said of those that have the column."""
    if not isinstance(name, str):
        raise MappingShape(name=kind.name)
    for column in kind.columns:
        if name == column.name or fold(name) in (fold(column.heading), fold(column.heading_en)):
            return column
    if common:
        return None
    raise UnknownName("mapping_column", name, nearest(name, [w for c in kind.columns for w in (c.name, c.heading)]))


def _codes(column: Column, words: Any, place: str) -> dict[str, str]:
    known = column.known_as()
    found: dict[str, str] = {}
    for word, said in _table(words, place).items():
        if not isinstance(said, str):
            raise MappingShape(name=f"{place}.{word}")
        code = known.get(fold(said)) if said else ""
        if code is None:
            code = _open_code(column, said)
        if found.setdefault(fold(word), code) != code:
            raise MappingTwice(name=word)
    return found


def _open_code(column: Column, said: str) -> str:
    if column.open or column.type == "code":
        try:
            return read_code(said)
        except BadValue:
            pass
    choices = [word for value in column.values for word in (value.code, value.name_lv)]
    raise UnknownName("mapping_code", said, nearest(said, choices), column=column.name)


def _fixed(column: Column, value: Any, place: str) -> str:
    if not isinstance(value, str | int) or isinstance(value, bool):
        raise MappingShape(name=place)
    text = str(value).strip()
    readers = {"date": read_day, "cents": read_cents, "text": read_text, "code": read_code}
    try:
        if column.type == "values":
            Codes(column).read_several(text)
        elif column.type == "value":
            Codes(column).read(text)
        else:
            readers[column.type](text)
    except BadValue:
        if column.values:
            choices = [word for value in column.values for word in (value.code, value.name_lv)]
            raise UnknownName("mapping_code", text, nearest(text, choices), column=column.name) from None
        raise MappingShape(name=place) from None
    return text


def _check_common(tree: dict[str, Any]) -> None:
    """What is said for every kind has to be of at least one."""
    names = {word for kind in KINDS.values() for column in kind.columns for word in (column.name, column.heading)}
    folded = {fold(name) for name in names}
    said = [*_table(tree.get("headings", {}), "headings").values(), *_table(tree.get("codes", {}), "codes")]
    for name in said:
        if not isinstance(name, str):
            raise MappingShape(name="headings")
        if name not in names and fold(name) not in folded:
            raise UnknownName("mapping_column", name, nearest(name, names))


def nearest(name: str, choices: Iterable[str]) -> str | None:
    """The choice that looks most like a name, in any case and without diacritics; None where none does."""
    by_fold: dict[str, str] = {}
    for choice in choices:
        by_fold.setdefault(fold(choice), choice)
    found = get_close_matches(fold(name), by_fold, 1, 0.6)
    return by_fold[found[0]] if found else None
