"""The loads so far, and taking the newest one back."""

from collections.abc import Sequence

import streamlit as st

from data_access import Load, VisitorsDatabase, read_loads, undoable
from data_access.telling.reader import Reader
from pages.entrance import visitor
from pages.parts.choosing import name_field
from pages.parts.desk import Desk, wrong_name
from pages.parts.loading_words import kind_name, moment, subject_changed
from pages.parts.markdown import plain, small

MOST = 10  # loads on the page
_WHO = "upload_undo_who"


def show(reader: Reader, desk: Desk, database: VisitorsDatabase) -> None:
    """The newest loads, each with its files and sums; the newest one can be taken back."""
    t = reader.t
    st.header(t("upload.earlier"), anchor=False)
    everything = read_loads(database)
    loads = [load for load in everything[:MOST] if not load.demonstration]
    if not loads:
        st.markdown(_no_loads(reader, everything))
        return
    st.markdown(small(t("upload.earlier_said")))
    newest = undoable(loads)
    for load in loads:
        with st.container(border=True, gap="xsmall"):
            st.markdown(_headline(reader, load))
            st.markdown("\n".join(f"- {small(text)}" for text in _details(reader, load)))
            if load is newest and st.button(
                t("upload.undo", number=str(load.load_id)), key="upload_undo", icon=":material/undo:", type="tertiary"
            ):
                _ask(reader, desk, load)


def _no_loads(reader: Reader, loads: Sequence[Load]) -> str:
    """That nothing was loaded; of a demonstration, when it was made."""
    if not loads:
        return reader.t("upload.no_loads")
    return reader.t("upload.only_demonstration", when=moment(reader, loads[-1].loaded_at))


def _headline(reader: Reader, load: Load) -> str:
    t = reader.t
    who = load.loaded_by or t("words.unknown")
    said = plain(t("upload.load_headline", number=str(load.load_id), when=moment(reader, load.loaded_at), who=who))
    if load.undone_at is None:
        return f"**{said}**"
    undone = t("upload.was_undone", when=moment(reader, load.undone_at), who=load.undone_by or t("words.unknown"))
    return f"**{said}**  \n{plain(undone)}"


def _details(reader: Reader, load: Load) -> list[str]:
    files = [
        reader.t(
            "upload.loaded_file",
            name=file.name,
            kind=kind_name(reader, file.kind),
            accepted=file.rows_accepted,
            rejected=file.rows_rejected,
        )
        for file in load.files
    ]
    return [*files, *(subject_changed(reader, change) for change in load.subjects)]


def _ask(reader: Reader, desk: Desk, load: Load) -> None:
    t = reader.t
    number = str(load.load_id)

    @st.dialog(t("upload.undo_title", number=number), width="medium")
    def asked() -> None:
        st.markdown(_headline(reader, load))
        st.markdown("\n".join(f"- {plain(text)}" for text in _details(reader, load)))
        st.markdown(t("upload.undo_said"))
        who = name_field(reader, desk, _WHO, t("upload.undo_who"))
        pressed = st.button(
            t("upload.undo_confirm", number=number),
            key="upload_undo_confirm",
            on_click=_take_back,
            args=(desk, load.load_id),
        )
        if not pressed:
            return
        if wrong := wrong_name(who):
            st.error(t(wrong), icon=":material/error:")
        else:
            st.rerun()

    asked()


def _take_back(desk: Desk, load_id: int) -> None:
    who = visitor.current().who or st.session_state[_WHO].strip()
    if not wrong_name(who):
        desk.who = who
        desk.undo(load_id)
