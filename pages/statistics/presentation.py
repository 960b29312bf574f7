"""Prezentācija: slides for the council's sitting or of one's own, on the page, on a wall and as files."""

import streamlit as st

from pages.parts import address, audience, filters
from pages.parts.frame import page
from pages.parts.presenting import arranging, files, looking, saving, stage

on_stage = address.on_stage()
with page("presentation", on_stage=on_stage) as here:
    view = filters.of_year(here) if on_stage else filters.choose(here, parts=False)
    if not on_stage:
        saving.choose(view)
    with audience.patience(view.reader, view.audience):
        looked = looking.look(view, looking.opened(view.reader.language))
    if on_stage:
        stage.tell(view, looked)
    else:
        with st.container(horizontal=True, gap="small"):
            stage.offer(view, looked)
            files.offer(view, looked)
        st.markdown(view.reader.t("present.said"))
        arranging.show(view, looked)
        saving.show(view, looked)
