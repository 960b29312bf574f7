"""The first step of loading: which files, read with which mapping, by whom; and the templates of what files may be."""

import io
import zipfile
from collections.abc import Callable

import streamlit as st
from streamlit import config

from data_access import DataAccessError, VisitorsDatabase, loader
from data_access.telling.reader import Reader
from pages.entrance import visitor
from pages.parts import downloads, uploads
from pages.parts.desk import LONGEST_NAME, Desk, wrong_name
from pages.parts.exports import CSV, XLSX
from pages.parts.loading_words import kind_name, kind_text
from pages.parts.markdown import plain, small, with_code

MIME = {"xlsx": XLSX, "csv": CSV, "zip": "application/zip", "toml": "application/toml"}


def choose(reader: Reader, desk: Desk, database: VisitorsDatabase) -> None:
    """The form, or why nothing can be loaded here; a press of its button begins the check, which writes nothing."""
    t = reader.t
    try:
        loader.loading_address()
    except DataAccessError as error:
        st.info(with_code(error.text(reader.language)), icon=":material/lock:")
        return
    if database.coverage and database.demonstration:
        st.info(with_code(t("upload.demonstration")), icon=":material/science:")
        return
    configured = loader.configured_mapping()
    with st.form(f"upload_{desk.round}", enter_to_submit=False):
        files = st.file_uploader(
            t("upload.files"),
            accept_multiple_files=True,
            key=f"upload_files_{desk.round}",
            help=t("upload.files_help", most=config.get_option("server.maxUploadSize")),
        )
        who = name_field(reader, desk, "upload_who", t("upload.who"))
        with st.expander(t("upload.mapping"), icon=":material/translate:"):
            if configured:
                st.markdown(t("upload.mapping_set", name=plain(configured.name)))
            mapping = st.file_uploader(
                t("upload.mapping_file"), key=f"upload_mapping_{desk.round}", help=t("upload.mapping_help")
            )
        pressed = st.form_submit_button(t("upload.check"), icon=":material/fact_check:")
    if not pressed:
        return
    if wrong := wrong_name(who) or (None if files else "upload.no_files"):
        st.error(t(wrong), icon=":material/error:")
        return
    desk.who = who
    read = uploads.take(files + [mapping] * bool(mapping))
    desk.round += 1
    desk.check(read[: len(files)], read[-1] if mapping else None)
    st.rerun()


def name_field(reader: Reader, desk: Desk, key: str, label: str) -> str:
    """Who loads: whoever has signed in, else as she calls herself, kept for the visit."""
    if signed_in := visitor.current().who:
        st.markdown(small(f"{label}: {signed_in}"))
        return signed_in
    return st.text_input(
        label, value=desk.who, max_chars=LONGEST_NAME, key=key, help=reader.t("upload.who_help"), autocomplete="off"
    ).strip()


def offer_templates(reader: Reader) -> None:
    """What files may look like: an empty one of each kind, and a mapping for exports that look otherwise."""
    t = reader.t
    with st.expander(t("upload.templates"), icon=":material/description:", key="upload_templates"):
        st.markdown(t("upload.templates_said"))
        name = f"{t('upload.templates_file_name')}.zip"
        _offer("all", t("upload.all_templates"), name, downloads.kept("loading", name, _zipped(reader), "loading"))
        for kind in loader.KINDS:
            st.markdown(f"**{plain(kind_name(reader, kind))}**  \n{small(kind_text(reader, kind))}")
            with st.container(horizontal=True, gap="small"):
                for ending in ("xlsx", "csv"):
                    name, content = loader.templates(reader.language)[kind, ending]
                    _offer(f"{kind}_{ending}", ending.upper(), name, content)
        st.markdown(f"**{t('upload.mapping')}**  \n{small(t('upload.mapping_said'))}")
        _offer("mapping", t("upload.sample_mapping"), *loader.sample_mapping())


def _offer(key: str, label: str, name: str, content: bytes | Callable[[], bytes]) -> None:
    ending = name.rpartition(".")[2]
    st.download_button(
        label,
        data=content,
        file_name=name,
        mime=MIME[ending],
        key=f"upload_template_{key}",
        icon=":material/download:",
        on_click="ignore",
        type="tertiary",
    )


def _zipped(reader: Reader) -> Callable[[], bytes]:
    def make() -> bytes:
        out = io.BytesIO()
        with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
            for name, content in loader.templates(reader.language).values():
                archive.writestr(name, content)
        return out.getvalue()

    return make
