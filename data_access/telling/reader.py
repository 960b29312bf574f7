"""Codes and figures in the words of one reader: a vocabulary and a language."""

import csv
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache, cached_property
from pathlib import Path

import pandas as pd

from data_access.answer import WITHHELD
from data_access.language import (
    LANGUAGES,
    Texts,
    cell_short,
    format_change,
    format_percent,
    format_period,
    format_value,
    month_name,
    texts,
)
from data_access.measures import dimension, measure
from data_access.period import Period
from data_access.question import TOTAL, UNKNOWN
from data_access.telling import FOLDER
from data_access.vocabulary import Vocabulary

_LOCATIVES = Path(__file__).parents[1] / "reference" / "locatives.csv"


@cache
def locatives() -> dict[tuple[str, str, str], str]:
    """Codes of places as a sentence says where: (dimension, code, language) -> Ogrē."""
    with _LOCATIVES.open(encoding="utf-8", newline="") as file:
        return {
            (row["dimension"], row["code"], language): row[f"in_{language}"]
            for row in csv.DictReader(file)
            for language in LANGUAGES
        }


@dataclass(frozen=True)
class Reader:
    """Says codes and figures in one language.

    `folders` hold further catalogues: those of the place where it is told.
    """

    vocabulary: Vocabulary
    language: str
    folders: tuple[Path, ...] = ()

    @cached_property
    def t(self) -> Texts:
        return texts(self.language, FOLDER, *self.folders)

    def label(self, name: str, code: str) -> str:
        """A code of a dimension in words."""
        return self.vocabulary.label(name, code, self.language)

    def place(self, name: str, code: str) -> str:
        """Where, in a sentence: Ogrē, Suntažu pagastā; of what has no form for it, teritorijā „…”."""
        return locatives().get((name, code, self.language)) or self.t("sentence.in_place", name=self.label(name, code))

    def within_year(self, name: str, code: str) -> str:
        """A code in words, a month without its year: what stands in a table of one year."""
        if name == "month" and code not in (TOTAL, UNKNOWN):
            month = month_name(int(code[5:]), self.language)
            return month[:1].upper() + month[1:]
        return self.label(name, code)

    def short(self, name: str, code: str) -> str:
        """A code in words short enough for an axis: 2023, janv., 1. cet."""
        if code in (TOTAL, UNKNOWN) or dimension(name).kind != "time":
            return self.label(name, code)
        return cell_short(code, self.language)

    def rows(self, name: str, codes: Iterable[str]) -> dict[str, str]:
        """Codes in words as they stand before rows: months of one year without the year, which stands over them."""
        codes = list(codes)
        one_year = name == "month" and len({code[:4] for code in codes if code[:4].isdigit()}) == 1
        return {code: (self.within_year if one_year else self.label)(name, code) for code in codes}

    def shorts(self, name: str, codes: Iterable[str]) -> dict[str, str]:
        """Codes in words short enough for columns and axes: calendar cells of several years with their year."""
        codes = list(codes)
        time = dimension(name).kind == "time"
        if not time or len({code[:4] for code in codes if code[:4].isdigit()}) < 2:
            return {code: self.short(name, code) for code in codes}
        dated = {code: cell_short(code, self.language, dated=True) for code in codes if code[:4].isdigit()}
        return {code: dated.get(code) or self.label(name, code) for code in codes}

    def period(self, period: Period) -> str:
        """A period as it stands over a column: 2023. gads."""
        return format_period(period.start, period.end, period.code, self.language)

    def dimension(self, name: str) -> str:
        return dimension(name).name(self.language)

    def measure(self, code: str) -> str:
        return measure(code).name(self.language)

    @property
    def withheld(self) -> str:
        """The mark that stands in place of a withheld figure."""
        return self.t("words.withheld")

    def figure(self, code: str, value) -> str:
        """A figure of a measure in its unit, the mark of a withheld one, or `nav publicēts`."""
        return self.value(measure(code).unit, value)

    def value(self, unit: str, value) -> str:
        """A figure in a unit, the mark of a withheld one, or `nav publicēts`."""
        if value is WITHHELD:
            return self.withheld
        return self.t("words.not_published") if pd.isna(value) else format_value(value, unit, self.language)

    def change(self, unit: str, value) -> str:
        """A difference with its sign, the mark of a withheld one, or a dash where there is none to speak of."""
        if value is WITHHELD:
            return self.withheld
        return "–" if pd.isna(value) else format_change(value, unit, self.language)

    def percent(self, value) -> str:
        if value is WITHHELD:
            return self.withheld
        return "–" if pd.isna(value) else format_percent(value, self.language)
