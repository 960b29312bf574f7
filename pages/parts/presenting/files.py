"""The deck as files: each is written when its button is pressed."""

import os
from pathlib import Path

import streamlit as st

from data_access import deck
from pages.parts import audience, downloads, exports
from pages.parts.filters import View
from pages.parts.presenting.looking import Looked

PPTX = "application/vnd.openxmlformats-officedocument.presentationml.presentation"
TEMPLATE = "DECK_TEMPLATE"  # in the environment: the service's own template


def as_pptx(made: deck.MadeDeck) -> bytes:
    """The deck for PowerPoint, in the service's own template if it has named one; raises as `deck.as_pptx`."""
    template = os.environ.get(TEMPLATE)
    return deck.as_pptx(made, Path(template) if template else None)


MAKERS = {"pptx": (as_pptx, PPTX), "pdf": (deck.as_pdf, "application/pdf")}


def offer(view: View, looked: Looked) -> None:
    """A button for each kind of file, where the visitor may take files along."""
    if not view.database.access.downloads:
        return
    made = looked.made
    for ending, (make, mime) in MAKERS.items():
        st.download_button(
            view.reader.t(f"present.file_{ending}"),
            data=downloads.kept(view.page, f"deck_{made.year}_{made.audience}.{ending}", lambda make=make: make(made)),
            file_name=exports.file_name(made.title, audience.name(view.reader, view.audience), ending=ending),
            mime=mime,
            key=f"deck_{ending}",
            icon=":material/download:",
            on_click="ignore",
        )
