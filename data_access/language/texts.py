"""Message catalogues: words are data, one TOML file a language, looked up by dotted keys."""

import tomllib
from collections.abc import Mapping
from datetime import date, datetime
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import Any

from babel import Locale

from data_access.language import formats

LANGUAGES = ("lv", "en")

_OWN = Path(__file__).parent


class Texts:
    """The words of one language out of one or more folders of catalogues.

    `t("notes.overlap", count=21)` looks a text up and fills its placeholders; numbers and dates are written as
    the language writes them. A text with plural forms (`zero`, `one`, `other`) takes the form of `count`;
    where that is a word, as the mark of a withheld figure is, the form of many.
    """

    def __init__(self, language: str, *folders: Path):
        self.language = language
        self._plural = Locale(language).plural_form
        self._texts: dict[str, Any] = {}
        for folder in (_OWN, *folders):
            with (folder / f"{language}.toml").open("rb") as file:
                self._texts |= _flat(tomllib.load(file))

    def __contains__(self, key: str) -> bool:
        return key in self._texts

    def starting_with(self, prefix: str) -> dict[str, Any]:
        """The texts whose keys begin so, as the catalogue has them: not filled in."""
        return {key: text for key, text in self._texts.items() if key.startswith(prefix)}

    def __call__(self, key: str, /, **params: Any) -> str:
        """The text of a key. Raises KeyError for a key that is in no catalogue."""
        text = self._texts[key]
        if isinstance(text, Mapping):
            count = params["count"]
            form = "other" if isinstance(count, str) else self._plural(abs(count))
            text = text.get(form, text["other"])
        return self._filled(text, params)

    def _filled(self, text: str, params: Mapping[str, Any]) -> str:
        return text.format(**{name: self._written(value) for name, value in params.items()})

    def _written(self, value: Any) -> str:
        if isinstance(value, bool) or value is None:
            return str(value)
        if isinstance(value, int):
            return formats.format_integer(value, self.language)
        if isinstance(value, Decimal):
            return formats.format_decimal(value, self.language)
        if isinstance(value, datetime):
            return formats.format_datetime(value, self.language)
        if isinstance(value, date):
            return formats.format_date(value, self.language)
        return str(value)


@cache
def texts(language: str, *folders: Path) -> Texts:
    """The catalogue of a language: this package's own words, and those of further folders."""
    return Texts(language, *folders)


def _flat(tree: Mapping[str, Any], path: str = "") -> dict[str, Any]:
    flat = {}
    for name, value in tree.items():
        key = f"{path}{name}"
        if isinstance(value, Mapping) and "other" not in value:
            flat |= _flat(value, f"{key}.")
        else:
            flat[key] = value
    return flat
