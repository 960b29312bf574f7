"""Sentences as a reader sees them, written by hand: notes, periods in their cases, headlines of pages."""

import pytest

from data_access import Note, open_database
from data_access.telling.reader import Reader
from pages.parts.texts import FOLDER

LANGUAGES = ("lv", "en")


@pytest.fixture(scope="module")
def readers(demonstration_url: str) -> dict[str, Reader]:
    vocabulary = open_database(demonstration_url).vocabulary
    return {language: Reader(vocabulary, language, (FOLDER,)) for language in LANGUAGES}


def plainly(text: str) -> str:
    """A text with common spaces, as a test writes them."""
    return text.replace("\u00a0", " ")


# ── notes ────────────────────────────────────────────────────────────────────────────────────────


def test_parts_that_overlap_are_said_to_sum_up_to_more_and_not_to_be_so_many_people() -> None:
    note = Note.of("overlap", measure_lv="Mājsaimniecības", measure_en="Households", more=101, total=1515)
    lv = "Mājsaimniecības: daļas pārklājas, tāpēc to summa ir par 101 lielāka nekā kopskaits 1 515."
    en = "Households: the parts overlap, so that their sum is 101 more than the total of 1,515."
    assert (plainly(note.text("lv")), note.text("en")) == (lv, en)
