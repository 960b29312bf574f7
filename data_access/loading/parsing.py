"""Raw tables of text → typed tables: days, cents, codes; personal codes and case numbers become keys, at once.

Each text of a column is looked at once, however many rows have it. What cannot be read is a rejection; it shows the
value only where that cannot be personal, and a personal code is never shown, whatever column it stands in.
"""

import re
from collections.abc import Callable, Iterable
from collections.abc import Mapping as AnyMapping
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field
from datetime import date
from typing import Any, NamedTuple

import numpy as np
import pandas as pd

from data_access.language import texts
from data_access.loading.keys import (
    BadPersonalCode,
    has_personal_code,
    household_key,
    normal_case_number,
    person_key,
    read_personal_code,
)
from data_access.loading.kinds import KINDS, Column, Kind, fold
from data_access.loading.mapping import NO_MAPPING, Mapping
from data_access.loading.raw_tables import Note, RawTable
from data_access.loading.values import BadValue, Codes, read_cents, read_code, read_day, read_text, refuse_errors

HIDDEN = "•••"  # in place of a value that could be personal
LONGEST_SHOWN = 80
_PLACE = ["file", "sheet", "row"]
_WORD = re.compile(r"[^\W\d_]+")


class Rejection(NamedTuple):
    """Something wrong with a row. `reason` is a key: `loading.why.<reason>`, `loading.mend.<reason>`."""

    kind: str
    file: str
    sheet: str
    row: int
    column: str
    value: str
    reason: str
    params: dict[str, Any]

    def why(self, language: str = "lv") -> str:
        return texts(language)(f"loading.why.{self.reason}", **self.params)

    def how_to_mend(self, language: str = "lv") -> str:
        return texts(language)(f"loading.mend.{self.reason}")


@dataclass(frozen=True)
class Parsed:
    """What a raw table says. Nothing in it is personal.

    `frame` has every column of the kind and file, sheet, row; `rejections` a line for each thing wrong: kind, file,
    sheet, row, column, value, reason, params; `rejected` the rejected rows as text, with nothing where a person or a
    household stood; `dropped` rows that are none of the table: kind, file, sheet, row, reason.
    """

    kind: str
    file: str
    sheet: str
    rows_read: int
    frame: pd.DataFrame = field(repr=False)
    rejections: pd.DataFrame = field(repr=False)
    rejected: pd.DataFrame = field(repr=False)
    dropped: pd.DataFrame = field(repr=False)
    notes: tuple[Note, ...] = ()
    totals: tuple[int, int] | None = None  # cents of the file's total row, and of all rows that have an amount


@dataclass
class _Found:
    """One column's distinct texts, read: values by their place, and what is wrong with some."""

    values: list
    wrong: dict[int, tuple[str, dict[str, Any]]] = field(default_factory=dict)


def parse(
    raw: RawTable,
    mapping: Mapping = NO_MAPPING,
    key: bytes = b"",
    known: AnyMapping[str, AnyMapping[str, str]] | None = None,
    today: date | None = None,
) -> Parsed:
    """Types a raw table.

    `known` has further units by column, code → name: branches that only the database has (`{"branch": {...}}`).
    """
    if not key:
        raise ValueError("persons and households need a key")
    return _Parsing(raw, mapping, key, known or {}, today or date.today()).parsed()


class _Parsing:
    def __init__(self, raw: RawTable, mapping: Mapping, key: bytes, known: AnyMapping, today: date):
        self.raw, self.mapping, self.key, self.known, self.today = raw, mapping, key, known, today
        self.kind: Kind = KINDS[raw.kind]
        self.good = np.ones(len(raw.frame), dtype=bool)
        self.found: list[tuple[np.ndarray, str, list[str], list[str], list[dict]]] = []
        self.born: pd.Series | None = None

    def parsed(self) -> Parsed:
        raw = self.raw
        columns = {column.name: self._column(column) for column in self.kind.columns}
        frame = pd.DataFrame(columns, index=raw.frame.index)
        if self.born is not None and "birth_date" in frame:
            frame["birth_date"] = frame["birth_date"].fillna(self.born)
        for column in self.kind.columns:
            self._require(column, frame)
        self._reject_overfull()
        frame["file"] = pd.Series(raw.file, index=frame.index, dtype="str")
        frame["sheet"] = pd.Series(raw.sheet, index=frame.index, dtype="str")
        frame["row"] = raw.frame["row"]
        if self.kind.name == "units":
            frame["name"] = frame["name"].mask(frame["unit_kind"] == "psychologist")
        rejected = self._rejected_text()
        kept = frame if self.good.all() else frame[self.good].reset_index(drop=True)
        if "cents" in kept:
            kept = kept.assign(cents=kept["cents"].astype("int64"))  # required, so never missing
        return Parsed(
            kind=raw.kind,
            file=raw.file,
            sheet=raw.sheet,
            rows_read=raw.rows_read,
            frame=kept,
            rejections=self._rejections(),
            rejected=rejected,
            dropped=raw.dropped.assign(kind=raw.kind)[["kind", *_PLACE, "reason"]],
            notes=raw.notes,
            totals=self._totals(frame),
        )

    def _totals(self, frame: pd.DataFrame) -> tuple[int, int] | None:
        try:
            return (read_cents(self.raw.total), int(frame["cents"].sum())) if self.raw.total else None
        except BadValue:  # a total row may have any words
            return None

    # ── columns ──────────────────────────────────────────────────────────────────────────────────

    def _column(self, column: Column) -> pd.Series:
        """A column of values; what cannot be read is missing and rejected."""
        frame = self.raw.frame
        fixed = self.mapping.fixed_of(self.kind.name).get(column.name)
        if column.name in frame:
            text = frame[column.name]
            if fixed is not None:
                text = text.where(text != "", fixed)
        else:
            text = pd.Series(fixed or "", index=frame.index, dtype="str")
        places, distinct = pd.factorize(text)
        distinct = np.asarray(distinct, dtype=object).tolist()
        found = self._read_all(column, distinct)
        if found.wrong:
            self._reject(column, places, distinct, found)
        if column.type == "personal_code":
            born = np.array([None if one is None else one[1] for one in found.values], dtype="datetime64[s]")
            self.born = pd.Series(born[places] if len(born) else born, index=frame.index).astype("datetime64[us]")
            found.values = [None if one is None else one[0] for one in found.values]
        return _spread(column, found.values, places, frame.index)

    def _read_all(self, column: Column, distinct: list[str]) -> _Found:
        read, personal = self._reader(column), column.personal
        found = _Found([])
        for place, text in enumerate(distinct):
            value = None
            if text != "":
                try:
                    if text[0] in "#E":
                        refuse_errors(text)
                    if not personal and len(text) > 9 and has_personal_code(text):
                        raise BadValue("personal_in_text")
                    value = read(text)
                except BadPersonalCode as error:
                    found.wrong[place] = (error.reason, {})
                except BadValue as error:
                    found.wrong[place] = (error.reason, error.params)
            found.values.append(value)
        return found

    def _reader(self, column: Column) -> Callable[[str], Any]:
        match column.type:
            case "date":
                return read_day
            case "cents":
                return read_cents
            case "text":
                return read_text
            case "value" | "values":
                codes = Codes(column, self._own_words(column), self.known.get(column.name))
                return codes.read if column.type == "value" else codes.read_several
            case "code":
                words = self._own_words(column)
                return lambda text: words[fold(text)] or None if fold(text) in words else read_code(text)
            case "case_number":
                return self._household
            case "personal_code":
                return self._person
        raise ValueError(column.type)

    def _own_words(self, column: Column) -> dict[str, str]:
        return self.mapping.codes_of(self.kind.name, column.name)

    def _household(self, text: str) -> str:
        if not normal_case_number(text).strip("-./") or len(text) > 200:
            raise BadValue("bad_case_number")
        return household_key(self.key, text)

    def _person(self, text: str) -> tuple[str, date | None]:
        code = read_personal_code(text, self.today)
        return person_key(self.key, code.digits), code.born

    # ── rejections ───────────────────────────────────────────────────────────────────────────────

    def _reject(self, column: Column, places: np.ndarray, distinct: Iterable[str], found: _Found) -> None:
        wrong = np.zeros(len(found.values), dtype=bool)
        wrong[list(found.wrong)] = True
        rows = np.flatnonzero(wrong[places])
        self.good[rows] = False
        known = beginnings(column)
        texts_of = {place: shown(distinct[place], column, known) for place in found.wrong}
        self.found.append(
            (
                rows,
                column.name,
                [texts_of[place] for place in places[rows]],
                [found.wrong[place][0] for place in places[rows]],
                [dict(found.wrong[place][1]) for place in places[rows]],
            )
        )

    def _require(self, column: Column, frame: pd.DataFrame) -> None:
        """A row says what it has to; a value that could not be read is rejected for that alone."""
        if not column.required and not column.required_for:
            return
        empty = frame[column.name].isna().to_numpy(copy=True)
        for rows, name, *_ in self.found:
            if name == column.name:
                empty[rows] = False
        for other, codes in column.required_for.items():
            empty &= frame[other].isin(codes).to_numpy()
        rows = np.flatnonzero(empty)
        if len(rows):
            self.good[rows] = False
            count = len(rows)
            self.found.append((rows, column.name, [""] * count, ["missing"] * count, [{} for _ in range(count)]))

    def _reject_overfull(self) -> None:
        if not self.raw.overfull:
            return
        rows = np.flatnonzero(self.raw.frame["row"].isin(self.raw.overfull))
        self.good[rows] = False
        count = len(rows)
        self.found.append((rows, "", [""] * count, ["too_many_cells"] * count, [{} for _ in range(count)]))

    def _rejections(self) -> pd.DataFrame:
        columns = list(Rejection._fields)
        if not self.found:
            return pd.DataFrame(columns=columns)
        numbers = self.raw.frame["row"].to_numpy()
        frames = [
            pd.DataFrame(
                {
                    "kind": self.kind.name,
                    "file": self.raw.file,
                    "sheet": self.raw.sheet,
                    "row": numbers[rows],
                    "column": column,
                    "value": values,
                    "reason": reasons,
                    "params": params,
                }
            )
            for rows, column, values, reasons, params in self.found
            if len(rows)
        ]
        return pd.concat(frames, ignore_index=True).sort_values("row", kind="stable", ignore_index=True)[columns]

    def _rejected_text(self) -> pd.DataFrame:
        """The rejected rows to be mended: as they stood, and empty where it could be personal."""
        rows = self.raw.frame[~self.good]
        texts = {}
        for column in self.kind.columns:
            if column.personal or column.name not in rows:
                texts[column.name] = [""] * len(rows)
                continue
            known = beginnings(column)
            safe = {text: "" if shown(text, column, known) == HIDDEN else text for text in rows[column.name].unique()}
            texts[column.name] = [safe[text] for text in rows[column.name]]
        texts |= {"file": [self.raw.file] * len(rows), "sheet": [self.raw.sheet] * len(rows)}
        frame = pd.DataFrame({name: pd.array(values, dtype="str") for name, values in texts.items()})
        return frame.assign(row=rows["row"].to_numpy())


def _spread(column: Column, values: list, places: np.ndarray, index: pd.Index) -> pd.Series:
    """Distinct values back in their rows, as the type that the column has."""
    if column.type == "date":
        days = np.array(values, dtype="datetime64[s]") if values else np.array([], dtype="datetime64[s]")
        return pd.Series(days[places] if len(days) else days, index=index).astype("datetime64[us]")
    dtype = "Int64" if column.type == "cents" else "str"
    distinct = pd.Series(values, dtype=dtype)
    return distinct.take(places).set_axis(index) if len(values) else pd.Series(dtype=dtype, index=index)


def shown(text: str, column: Column, known: AbstractSet[str]) -> str:
    """A value as it may be shown and kept: hidden where it could be a personal code, a name or a case number.

    Words are shown when they are like those of the column, or cannot be names: short, in small letters, or
    with a digit in them. A surname in the wrong column is hidden, `gmi-2` or `31.02.2023.` are not. `known` are the
    column's `beginnings`.
    """
    if not text:
        return ""
    if column.personal or has_personal_code(text):
        return HIDDEN
    for word in re.findall(r"\S+", text):
        letters = "".join(_WORD.findall(word))
        if len(letters) <= 3 or letters == letters.lower() or re.search(r"\d", word) or word.startswith("#"):
            continue
        if not any(fold(part)[:4] in known for part in _WORD.findall(word)):
            return HIDDEN
    safe = "".join(letter if letter.isprintable() else "�" for letter in text)
    return safe if len(safe) <= LONGEST_SHOWN else f"{safe[:LONGEST_SHOWN]}…"


def beginnings(column: Column) -> set[str]:
    """How the words of a column's values and headings begin."""
    words = [*column.known_as(), *map(fold, column.headings())]
    return {word[:4] for text in words for word in _WORD.findall(text) if len(word) > 3}
