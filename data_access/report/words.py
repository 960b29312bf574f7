"""The words of the annual report, and figures inside its sentences: as Latvian writes them, in the right form."""

import re
import string
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from data_access.answer import WITHHELD, Withheld
from data_access.language import NO_BREAK_SPACE, format_value
from data_access.language.texts import Texts

LANGUAGE = "lv"
COUNTS = "report.counts."
OPTIONAL, OPTIONALS = "?", "report.optional."
FREE = frozenset({"year", "last_year"})  # what every text can say
_FOLDER = Path(__file__).parent
_PARTED = re.compile(r"(\d\.) (?=gad|pusgad|ceturksn)")


@dataclass(frozen=True)
class Shown:
    """A figure as it stands in a text: a whole number of its unit, None where it is not known, or WITHHELD.

    Money that the sources have in `whole` euros is written without cents.
    """

    value: int | Withheld | None
    unit: str
    whole: bool = False

    def __str__(self) -> str:
        if self.value is WITHHELD:
            return words()("words.withheld")
        if self.value is None:
            return words()("words.not_published")
        written = format_value(self.value, self.unit, LANGUAGE)
        return written.replace(f",00{NO_BREAK_SPACE}", NO_BREAK_SPACE) if self.whole else written

    @property
    def plural(self) -> int:
        """The number that decides the form of a word beside it: euros, and for a part of a euro that of many."""
        if not isinstance(self.value, int):
            return 2
        euros, cents = divmod(abs(self.value), 100)
        return abs(self.value) if self.unit != "cents" else 2 if cents else euros


class _Filler(string.Formatter):
    """Fills a text whose placeholders may name the words around a figure: `{children:to_children}`."""

    def __init__(self, texts: "Words"):
        self._texts = texts

    def format_field(self, value: Any, spec: str) -> str:
        return self._texts.counted(value, spec) if spec and spec != OPTIONAL else str(value)


class Words(Texts):
    """The Latvian texts, with figures put into the form that the number asks for."""

    def __init__(self) -> None:
        super().__init__(LANGUAGE, _FOLDER)
        self._filler = _Filler(self)

    def counted(self, figure: Shown, form: str) -> str:
        """A figure in the words of `report.counts.<form>`: „1304 mājsaimniecībām”, „1301 mājsaimniecībai”."""
        forms = self._texts[f"{COUNTS}{form}"]
        return forms[self._plural(figure.plural)].format(count=figure)

    def figures(self, key: str) -> dict[str, str]:
        """The figures of a text, each with the form of its words, empty for the bare one."""
        return {name: spec for name, spec in self._placeholders(key) if name not in FREE and spec != OPTIONAL}

    def optional(self, key: str) -> dict[str, dict[str, str]]:
        """What a text may say besides: by its placeholder the keys of its forms, by their names."""
        named = [name for name, spec in self._placeholders(key) if spec == OPTIONAL]
        prefixes = {name: f"{OPTIONALS}{name}." for name in named}
        return {
            name: {one.removeprefix(prefix): one for one in self.starting_with(prefix)}
            for name, prefix in prefixes.items()
        }

    def _placeholders(self, key: str) -> list[tuple[str, str]]:
        return [(name, spec) for _, name, spec, _ in string.Formatter().parse(self._texts[key]) if name is not None]

    def _filled(self, text: str, params: Mapping[str, Any]) -> str:
        return self._filler.format(
            text,
            **{name: value if isinstance(value, Shown) else self._written(value) for name, value in params.items()},
        )


def kept_together(text: str) -> str:
    """A text from elsewhere as the report sets it: a number and its year or its part of a year on one line."""
    return _PARTED.sub(f"\\1{NO_BREAK_SPACE}", text)


@cache
def words() -> Words:
    """The report's catalogue; it is read once."""
    return Words()
