"""Texts as Markdown shows them."""

import re

_MARKDOWN = re.compile(r"([\\`*_{}\[\]()#+.!|~:$<>-])")


def plain(text: str) -> str:
    """A text that Markdown shows as it stands: `2023. gads` is no list, `[x]` no link."""
    return _MARKDOWN.sub(r"\\\1", text)


def small(text: str) -> str:
    """A plain text in small letters of the full text colour: a caption's grey is fainter than 4.5 : 1."""
    return f":small[{plain(text)}]"


def with_code(text: str) -> str:
    """A plain text but for what stands between backticks: a command to be typed, shown as one."""
    parts = text.split("`")
    return "`".join(part if place % 2 else plain(part) for place, part in enumerate(parts))
