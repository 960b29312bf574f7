"""Datu ielāde: a month's exports are chosen, checked, looked over and confirmed; the newest load can be taken back."""

import streamlit as st

from pages.parts import choosing, earlier_loads, outcome, preview
from pages.parts.desk import desk
from pages.parts.frame import page

mine = desk()
stage = mine.stage  # looked at before the database: what has ended by now is in it

with page("loading", needs_records=False, of_records=True) as here:
    reader, database = here.reader, here.database

    st.markdown(reader.t("upload.intro"))
    outcome.others_work(reader, mine)
    match stage:
        case "choosing":
            choosing.choose(reader, mine, database)
            choosing.offer_templates(reader)
        case "working":
            outcome.work_goes_on(reader, mine.job)
        case "preview":
            preview.show(reader, mine, mine.job.result)
        case "failed":
            outcome.failed(reader, mine)
        case "loaded":
            outcome.loaded(reader, mine, mine.job.result)
        case "undone":
            outcome.undone(reader, mine, mine.job.result)
    # A page of nothing but progress is short: the browser goes to its top, where the outcome will stand.
    if stage not in ("working", "preview"):
        earlier_loads.show(reader, mine, database)
