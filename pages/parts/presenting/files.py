"""The deck as files: each is written when its button is pressed."""

import streamlit as st

from data_access import deck
from pages.parts import audience, downloads, exports
from pages.parts.filters import View
from pages.parts.presenting.looking import Looked

PPTX = "application/vnd.openxmlformats-officedocument.presentationml.presentation"
MAKERS = {"pptx": (deck.as_pptx, PPTX), "pdf": (deck.as_pdf, "application/pdf")}


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
