"""The last step of loading: what has been brought in or why not, and what the clerk does next."""

import streamlit as st

from data_access import loader
from data_access.telling.reader import Reader
from pages.parts import downloads, exports
from pages.parts.desk import CHECK, LOAD, Desk, Outcome, others_job
from pages.parts.frame import links
from pages.parts.jobs import Job, watch
from pages.parts.loading_words import moment, sentence, subject_changed
from pages.parts.markdown import plain, small, with_code

# Where the figures of a subject stand.
PAGES = {
    "assistance": "benefits",
    "status": "households",
    "households": "households",
    "psychologists": "psychologists",
    "day_centres": "day_centres",
}


def work_goes_on(reader: Reader, job: Job) -> None:
    """A progress bar; a load goes on without whoever has begun it."""
    t = reader.t
    said = {CHECK: "upload.checking", LOAD: "upload.loading"}.get(job.kind, "upload.undoing")
    st.header(t(said), anchor=False)
    watch(job)
    st.markdown(small(t("upload.checking_said" if job.kind == CHECK else "upload.loading_said")))


def others_work(reader: Reader, desk: Desk) -> None:
    """A load of somebody else, or of this clerk's page before it was opened anew."""
    job = others_job(desk)
    if job is None:
        return
    said = {"who": job.who, "when": moment(reader, job.began_at)}
    if job.running:
        with st.container(border=True):
            st.markdown(plain(reader.t("upload.others_work", **said)))
            watch(job)
    else:
        why = sentence(reader, job.error)
        st.warning(with_code(reader.t("upload.others_failed", why=why, **said)), icon=":material/warning:")


def failed(reader: Reader, desk: Desk) -> None:
    """Why it has not come to anything, that nothing has changed, and what to do."""
    t, job = reader.t, desk.job
    st.error(with_code(sentence(reader, job.error)), icon=":material/error:")
    st.markdown(t("upload.unchanged"))
    with st.container(horizontal=True, gap="small"):
        if desk.may_try_again and st.button(t("frame.retry"), key="upload_retry", icon=":material/refresh:"):
            desk.confirm(desk.plan)
            st.rerun()
        _begin_anew(reader, desk, t("upload.choose_again"))


def loaded(reader: Reader, desk: Desk, outcome: Outcome) -> None:
    """The number of the load, what is counted now, where to see it, and the rejected rows to be mended."""
    t, (load, plan) = reader.t, outcome
    said = "loading.plan.loaded" if any(part.accepted for part in plan.parts) else "loading.plan.remembered"
    st.success(t(said, number=str(load.load_id)), icon=":material/check_circle:")
    _changed(reader, load)
    if plan.rows_rejected:
        st.header(plain(t("upload.rejected", count=plan.rows_rejected)), anchor=False)
        st.markdown(t("upload.mend_said"))
        st.download_button(
            t("upload.mend_file"),
            data=downloads.kept(
                "loading",
                f"rejected_{load.load_id}.xlsx",
                lambda: loader.rejected_rows(plan, reader.language, load.load_id),
                "loading",
            ),
            file_name=exports.file_name(t("upload.rejected_file_name"), str(load.load_id), ending="xlsx"),
            mime=exports.XLSX,
            key="upload_mend",
            icon=":material/download:",
            on_click="ignore",
        )
    _begin_anew(reader, desk, t("upload.more"))


def undone(reader: Reader, desk: Desk, load: loader.LoadResult) -> None:
    """The number of the load that was taken back, and what is counted now."""
    t = reader.t
    st.success(t("upload.undone", number=str(load.load_id)), icon=":material/undo:")
    _changed(reader, load)
    _begin_anew(reader, desk, t("upload.more"))


def _changed(reader: Reader, load: loader.LoadResult) -> None:
    st.markdown("\n".join(f"- {plain(subject_changed(reader, change))}" for change in load.subjects))
    if pages := dict.fromkeys(PAGES[change.subject] for change in load.subjects if change.subject in PAGES):
        links(*pages)


def _begin_anew(reader: Reader, desk: Desk, label: str) -> None:
    if st.button(label, key="upload_anew", icon=":material/upload_file:"):
        desk.clear()
        st.rerun()
