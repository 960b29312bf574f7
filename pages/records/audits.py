"""Audits: who used what, what was refused, and the log itself as a file."""

import streamlit as st

from data_access import audits
from data_access.language import cell_label
from pages.parts import address, auditing
from pages.parts.frame import page

with page("audits", needs_records=False, of_records=True) as here:
    reader, t, access = here.reader, here.reader.t, here.database.access
    st.markdown(t("audits.intro"))
    known = audits.months(access)
    month = address.choose(
        st.selectbox, "log_month", t("audits.month"), known, known[0], lambda code: cell_label(code, reader.language)
    )
    lines = audits.read_month(access, month)
    auditing.tell(reader, t("audits.by_person"), auditing.by_person(reader, lines), t("audits.nothing"))
    auditing.tell(reader, t("audits.refusals"), auditing.refusals(reader, lines), t("audits.no_refusals"))
    newest = auditing.each(reader, lines[: auditing.MOST])
    auditing.tell(reader, t("audits.newest", count=len(newest.rows)), newest, t("audits.nothing"))
    with st.container(horizontal=True, gap="small"):
        auditing.offer_log(reader, access, month)
        auditing.offer_check(reader, access)
