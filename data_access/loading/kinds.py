"""The kinds of export and their columns: the one declaration behind templates, mapping, parsing and checking.

The words stand in `kinds.toml`; allowed values come from there, from the fixed vocabulary and the reference tables.
"""

import csv
import re
import tomllib
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

_GAPS = re.compile(r"[\s\"'„“”«»‟‚‘’]+")
_WORDS = Path(__file__).with_name("kinds.toml")
_REFERENCE = Path(__file__).parents[1] / "reference"

PERSONAL = ("personal_code", "case_number")  # types of columns of which only a key is kept


@dataclass(frozen=True)
class Value:
    """A value that a column may have."""

    code: str
    name_lv: str
    name_en: str


@dataclass(frozen=True)
class Column:
    """A column of an export. `type` is one of those that `kinds.toml` lists."""

    name: str
    heading: str
    heading_en: str
    type: str
    text_lv: str
    text_en: str
    required: bool = False
    required_for: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    values: tuple[Value, ...] = ()
    open: bool = False
    example_lv: str = ""
    example_en: str = ""
    also: tuple[str, ...] = ()
    other_words: Mapping[str, str] = field(default_factory=dict, repr=False)

    @property
    def codes(self) -> tuple[str, ...]:
        return tuple(value.code for value in self.values)

    @property
    def personal(self) -> bool:
        """What stands in it is never kept."""
        return self.type in PERSONAL

    def headings(self) -> tuple[str, ...]:
        """Every heading by which the column is known."""
        return (self.heading, self.heading_en, self.name, *self.also)

    def known_as(self) -> dict[str, str]:
        """Folded word → code: codes, names in both languages and what else exports call them."""
        words = {fold(word): code for word, code in self.other_words.items()}
        for value in self.values:
            words |= {fold(word): value.code for word in (value.name_en, value.name_lv, value.code)}
            words |= {fold(value.name_lv.replace(" pagasts", " pag.")): value.code}
        return words


@dataclass(frozen=True)
class Kind:
    """A kind of export."""

    name: str
    title: str
    title_en: str
    text_lv: str
    text_en: str
    columns: tuple[Column, ...]

    def column(self, name: str) -> Column:
        return self._by_name[name]

    @property
    def names(self) -> tuple[str, ...]:
        return tuple(self._by_name)

    @property
    def _by_name(self) -> dict[str, Column]:
        return {column.name: column for column in self.columns}


def fold(text: str) -> str:
    """A word as it is compared: without case, diacritics, quotation marks and more than one space."""
    plain = text.casefold() if text.isascii() else _without_diacritics(text)
    return _GAPS.sub(" ", plain).strip(" .:;,*")


def _without_diacritics(text: str) -> str:
    plain = unicodedata.normalize("NFKD", text).casefold()
    return "".join(letter for letter in plain if not unicodedata.combining(letter))


def _read_kinds() -> dict[str, Kind]:
    words = tomllib.loads(_WORDS.read_text(encoding="utf-8"))
    own, also = words.pop("values"), words.pop("also")
    return {
        name: Kind(
            name,
            kind["title_lv"],
            kind["title_en"],
            kind["text_lv"],
            kind["text_en"],
            tuple(_column(column, own, also) for column in kind["columns"]),
        )
        for name, kind in words.items()
    }


def _column(words: Mapping[str, Any], own: Mapping, also: Mapping) -> Column:
    source = words.get("values", "")
    without = words.get("without", ())
    return Column(
        name=words["name"],
        heading=words["heading_lv"],
        heading_en=words["heading_en"],
        type=words["type"],
        text_lv=words["text_lv"],
        text_en=words["text_en"],
        required=words.get("required", False),
        required_for={name: tuple(codes) for name, codes in words.get("required_for", {}).items()},
        values=tuple(value for value in _values(source, own) if value.code not in without),
        open=words.get("open", False),
        example_lv=words.get("example_lv", ""),
        example_en=words.get("example_en", ""),
        also=tuple(words.get("also", ())),
        other_words=also.get(source.removeprefix("vocabulary:"), {}),
    )


def _values(source: str, own: Mapping) -> list[Value]:
    if not source:
        return []
    if source in own:
        return [Value(code, names["lv"], names["en"]) for code, names in own[source].items()]
    table, _, dimension = source.partition(":")
    with (_REFERENCE / f"{table}.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    if dimension:
        rows = [row for row in rows if row["dimension"] == dimension]
    code = "code" if dimension else next(iter(rows[0]))
    return [Value(row[code], row["name_lv"], row["name_en"]) for row in rows]


KINDS: Mapping[str, Kind] = _read_kinds()
