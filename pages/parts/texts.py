"""The words on the pages, in the language that this visitor has chosen."""

from pathlib import Path

import streamlit as st

from data_access.language import LANGUAGES, Texts, texts
from data_access.telling import FOLDER as TELLING

FOLDER = Path(__file__).parent.parent / "texts"

# Beginnings of keys that are put together from codes: a page's name, a part of the year, a unit.
DYNAMIC_PREFIXES = [
    "audit.findings.",
    "audits.",
    "errors.not_allowed_",
    "errors.not_for_council_",
    "errors.sign_in_",
    "errors.unknown_",
    "pages.",
    "present.done_",
    "present.file_",
    "present.key_",
    "present.move_",
    "roles.",
    "departments.",
    "filters.part_",
    "filters.all_",
    "period.",
    "count.",
    "overview.",
    "benefits.by_",
    "benefits.to_",
    "benefits.two_years_",
    "benefits.view_",
    "households.by_territory_",
    "households.view_",
    "psychologists.by_month_",
    "psychologists.caseload_",
    "psychologists.view_",
    "day_centres.months_",
    "day_centres.view_",
    "quality.view_",
    "refusal.",
]


def language() -> str:
    """The language of this session: Latvian until another one is chosen."""
    chosen = st.session_state.get("language", LANGUAGES[0])
    return chosen if chosen in LANGUAGES else LANGUAGES[0]


def words(code: str) -> Texts:
    """All words of one language: with those that figures are told with, those of the pages."""
    return texts(code, TELLING, FOLDER)


def t(key: str, /, **params) -> str:
    """A text in the session's language."""
    return words(language())(key, **params)
