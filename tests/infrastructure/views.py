"""The views of each page: what `view=` in its address may be."""

import tomllib

from tests.infrastructure.pages import PAGES, REPOSITORY

PREFIX = "view_"


def views(page: str) -> dict[str, str]:
    """The views that the catalogue has a name for, and that name; none for a page of one piece."""
    with (REPOSITORY / "pages" / "texts" / "lv.toml").open("rb") as file:
        words = tomllib.load(file).get(page, {})
    return {key.removeprefix(PREFIX): name for key, name in words.items() if key.startswith(PREFIX)}


# (page, the view's address), every view of every page.
VIEWS = [(page, {"view": view} if view else {}) for page in PAGES for view in (views(page) or [""])]


def name_of(value: object) -> str:
    """How a page or a view is called among the tests."""
    return value.get("view", "whole") if isinstance(value, dict) else str(value)
