"""Saved views on the page: the list, the form, and a view whose figures were kept."""

from collections.abc import Callable, Mapping
from datetime import UTC, date

import streamlit as st

from data_access import INTERNAL, DataAccessError, SavedView, SavedViews
from data_access.language import format_date
from data_access.telling.builder import freezing
from data_access.telling.builder.asking import Answered
from data_access.telling.builder.request import SAVED, Request, address_of
from data_access.telling.reader import Reader
from data_access.telling.sentences import LOCAL_TIME
from pages.entrance import visitor
from pages.parts import address, audience
from pages.parts.builder import controls
from pages.parts.markdown import plain, small

LIVE, FROZEN = "live", "frozen"
OWN, SHARED = "own", "shared"
_WHO = "who"  # how the visitor calls himself, for the whole session
_DONE = "builder_done"  # what became of the last thing done: (key of a sentence or an error)


def who() -> str:
    """Who saves: whoever has signed in, else as she calls herself."""
    return visitor.current().who or st.session_state.get(_WHO, "")


def opened(reader: Reader) -> SavedView | None:
    """The view with kept figures that the address names. Where there is none, a sentence says so."""
    number = address.read().get(SAVED)
    if number is None:
        return None
    try:
        # A number that is none names no view; nor does one that no database could have given.
        return SavedViews().get(int(number) if number.isdecimal() and len(number) < 10 else -1, who())
    except DataAccessError as error:
        st.warning(error.text(reader.language), icon=":material/bookmark_remove:")
        return None


def _seen() -> list[SavedView]:
    """The views that are listed for the visitor."""
    return SavedViews().seen_by(who(), visitor.current().access.audiences)


def menu(reader: Reader) -> None:
    """The saved views by name, to begin from; nothing where there are none."""
    try:
        found = {str(view.view_id): view for view in _seen()}
    except DataAccessError:
        return  # said where the views are listed
    if found:
        st.menu_button(
            reader.t("builder.open_saved"),
            list(found),
            format_func=lambda number: found[number].name,
            key=controls.key("open"),
            on_click=lambda: _open(found),
            icon=":material/bookmarks:",
        )


def _open(found: Mapping[str, SavedView]) -> None:
    view = found.get(st.session_state[controls.key("open")] or "")
    if view:
        address.rewrite(_address_of(view))


def _address_of(view: SavedView) -> Mapping[str, str]:
    if not view.frozen:
        return view.address
    for_whom = {name: text for name, text in view.address.items() if name == address.AUDIENCE}
    return {SAVED: str(view.view_id), **for_whom}


def show(reader: Reader, request: Request, figures: Callable[[], Answered]) -> None:
    """The list of saved views, and the form that saves the one on the page; `figures` gives what is kept of it."""
    t = reader.t
    done = st.session_state.pop(_DONE, None)
    with st.expander(t("builder.saved_views"), icon=":material/bookmarks:", expanded=done is not None):
        _say(reader, done)
        if not visitor.current().who:
            ask_who(reader, "views")
        try:
            found = _seen()
        except DataAccessError as error:
            st.info(error.text(reader.language), icon=":material/bookmark_remove:")
            return
        if not found:
            st.markdown(t("builder.none_saved"))
        for view in found:
            _show_one(reader, view)
        _form(reader, request, figures)


def ask_who(reader: Reader, where: str) -> None:
    """Asks whoever has not signed in how she calls herself. A page asks in several places at once: each has its own
    field, and what was said in one stands in all."""
    t, field = reader.t, controls.key(f"who_{where}")
    st.session_state[field] = who()
    st.text_input(
        t("builder.who"),
        key=field,
        on_change=_remember_who,
        args=(field,),
        max_chars=80,
        width=360,
        icon=":material/person:",
    )
    st.markdown(small(t("builder.who_said")))


def _say(reader: Reader, done: str | DataAccessError | None) -> None:
    if isinstance(done, DataAccessError):
        st.warning(done.text(reader.language), icon=":material/error:")
    elif done:
        st.success(reader.t(f"builder.{done}"), icon=":material/check:")


def _remember_who(field: str) -> None:
    st.session_state[_WHO] = st.session_state[field].strip()


def day_kept(view: SavedView) -> date:
    """The day on which a view was saved, by the clock on the wall."""
    return view.saved_at.replace(tzinfo=UTC).astimezone(LOCAL_TIME).date()


def day_of(reader: Reader, view: SavedView) -> str:
    """The day on which a view was saved, as it is written."""
    return format_date(day_kept(view), reader.language)


def _show_one(reader: Reader, view: SavedView) -> None:
    t = reader.t
    with st.container(border=True, horizontal=True, vertical_alignment="center"):
        st.button(
            view.name.replace("[", "\\["),
            key=controls.key(f"open_{view.view_id}"),
            type="tertiary",
            icon=":material/ac_unit:" if view.frozen else ":material/table_chart:",
            on_click=address.rewrite,
            args=(_address_of(view),),
        )
        said = t("builder.saved_frozen", day=day_of(reader, view)) if view.frozen else t("builder.saved_live")
        whose = t("builder.saved_shared", who=view.who) if view.shared else t("builder.saved_own")
        for_whom = audience.name(reader, view.address.get(address.AUDIENCE, INTERNAL))
        st.markdown(small("; ".join(text for text in (view.description, said, for_whom, whose) if text)))
        if view.of(who()):
            _change(reader, view)


def _change(reader: Reader, view: SavedView) -> None:
    t, of = reader.t, view.view_id
    with st.popover(t("builder.change_view"), key=controls.key(f"change_{of}"), icon=":material/edit:"):
        st.text_input(t("builder.saved_name"), view.name, key=controls.key(f"name_{of}"), max_chars=100)
        st.text_input(t("builder.description"), view.description, key=controls.key(f"about_{of}"), max_chars=500)
        with st.container(horizontal=True):
            st.button(t("builder.rename"), key=controls.key(f"rename_{of}"), on_click=_rename, args=(of,))
            st.button(t("builder.delete"), key=controls.key(f"delete_{of}"), on_click=_delete, args=(of,))


def _rename(of: int) -> None:
    name, about = (st.session_state[controls.key(f"{part}_{of}")] for part in ("name", "about"))
    _do("renamed", lambda: SavedViews().rename(of, who(), name, about))


def _delete(of: int) -> None:
    _do("deleted", lambda: SavedViews().delete(of, who()))


def _do(done: str, action: Callable[[], object]) -> None:
    """Does something and remembers what is to be said about it."""
    try:
        action()
    except DataAccessError as error:
        st.session_state[_DONE] = error
    else:
        st.session_state[_DONE] = done


def _form(reader: Reader, request: Request, figures: Callable[[], Answered]) -> None:
    t = reader.t
    with st.form(controls.key("save"), clear_on_submit=False):
        st.markdown(f"**{t('builder.save_this')}**")
        left, right = st.columns(2)
        left.text_input(t("builder.saved_name"), key=controls.key("name"), max_chars=100)
        right.text_input(t("builder.description"), key=controls.key("about"), max_chars=500)
        left.radio(
            t("builder.for_whom"),
            (OWN, SHARED),
            key=controls.key("for_whom"),
            format_func=lambda code: t(f"builder.for_{code}"),
        )
        right.radio(
            t("builder.which_figures"),
            (LIVE, FROZEN),
            key=controls.key("which_figures"),
            format_func=lambda code: t(f"builder.figures_{code}"),
        )
        st.form_submit_button(t("builder.save"), icon=":material/save:", on_click=lambda: _save(request, figures))


def _save(request: Request, figures: Callable[[], Answered]) -> None:
    state = {name: st.session_state[controls.key(name)] for name in ("name", "about", "for_whom", "which_figures")}
    _do(
        "saved",
        lambda: SavedViews().save(
            state["name"],
            who(),
            address_of(request),
            state["about"],
            state["for_whom"] == SHARED,
            freezing.frozen(figures()) if state["which_figures"] == FROZEN else None,
        ),
    )


def introduce(reader: Reader, view: SavedView) -> None:
    """What a view with kept figures is, and the way to the same table of today."""
    t = reader.t
    with st.container(border=True):
        st.markdown(f":material/ac_unit: **{plain(view.name)}**")
        if view.description:
            st.markdown(plain(view.description))
        st.markdown(t("builder.frozen_said", day=day_of(reader, view), who=plain(view.who)))
        with st.container(horizontal=True):
            _go(t("builder.today"), "today", ":material/update:", view.address)
            _go(t("builder.anew"), "anew", ":material/restart_alt:", {})


def _go(label: str, name: str, icon: str, choices: Mapping[str, str]) -> None:
    st.button(label, key=controls.key(name), icon=icon, on_click=address.rewrite, args=(choices,))
