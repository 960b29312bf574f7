"""Datu ielāde: a month's exports are chosen, checked, looked over and confirmed; the newest load can be taken back."""

import streamlit as st

from pages.parts import choosing, earlier_loads, outcome, preview
from pages.parts.desk import desk
from pages.parts.frame import page

with page("loading", needs_records=False) as here:
    reader, database, mine = here.reader, here.database, desk()

    st.markdown(reader.t("upload.intro"))
    outcome.others_work(reader, mine)
    match mine.stage:
        case "choosing":
            choosing.choose(reader, mine)
            choosing.offer_templates(reader)
        case "working":
            outcome.work_goes_on(reader, mine.job)
        case "preview":
            preview.show(reader, mine, database, mine.job.result)
        case "failed":
            outcome.failed(reader, mine)
        case "loaded":
            outcome.loaded(reader, mine, database, mine.job.result)
        case "undone":
            outcome.undone(reader, mine, database, mine.job.result)
    earlier_loads.show(reader, mine, database)
