"""Before any page: the way in, why somebody does not get in, who is in, and the way out."""

import streamlit as st

from data_access import Access, AccessNotSet, DataAccessError, NoRole, SignInOver, sign_out
from pages.entrance import visitor
from pages.entrance.visitor import NotSignedIn, Visitor
from pages.parts.markdown import plain, small
from pages.parts.texts import language, t

LOOKS_EVERY = 20  # seconds: what is taken away from an open page is gone within a minute


def come_in(on_stage: bool = False) -> Access | None:
    """What whoever visits may do. Where she does not get in, the page says why in a sentence, and there is None.

    On the stage nothing stands beside the page.
    """
    try:
        who = visitor.begin()
    except DataAccessError as error:
        _stay_out(error)
        return None
    if not on_stage:
        with st.sidebar:
            _say_who(who)
    if who.who:
        _watch(who.access)
    return who.access


def _stay_out(error: DataAccessError) -> None:
    st.title(t("frame.title"), anchor=False)
    if isinstance(error, NotSignedIn):
        st.markdown(plain(error.text(language())))
    else:
        icon = ":material/lock:" if isinstance(error, SignInOver | NoRole) else ":material/error:"
        st.warning(plain(error.text(language())), icon=icon)
    if isinstance(error, NotSignedIn | SignInOver):
        st.button(t("entrance.sign_in"), key="sign_in", icon=":material/login:", type="primary", on_click=st.login)
    elif not isinstance(error, AccessNotSet):
        _way_out()


def _say_who(who: Visitor) -> None:
    if not who.who:
        st.markdown(small(t("entrance.open_demonstration" if who.access.demonstration_only else "entrance.open_here")))
        return
    st.markdown(f"**{plain(who.name)}**  \n{small(_role(who.access))}")
    _way_out()


def _role(access: Access) -> str:
    role = t(f"roles.{access.role}")
    return f"{role}: {t(f'departments.{access.department}')}" if access.department else role


def _way_out() -> None:
    st.button(t("entrance.sign_out"), key="sign_out", icon=":material/logout:", type="tertiary", on_click=_leave)


def _leave() -> None:
    """Ends the sign-in in every tab, here and with the provider."""
    sign_out(visitor.claims())
    st.logout()


@st.fragment(run_every=LOOKS_EVERY)
def _watch(access: Access) -> None:
    """Looks again and again whether the visitor may still see what is open; if not, the page is told anew."""
    try:
        same = visitor.current().access == access
    except DataAccessError:
        same = False
    if not same:
        st.rerun()
