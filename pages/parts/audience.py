"""For whom the pages are told: the service itself, or the council and the public, who see protected figures only."""

from collections.abc import Iterator
from contextlib import contextmanager

import streamlit as st

from data_access import COUNCIL, INTERNAL, Access
from data_access.telling.reader import Reader
from pages.parts import address

AUDIENCES = (INTERNAL, COUNCIL)
METHOD_PAGE = "statistics/method.py"  # as seen from pages/app.py


def choose(reader: Reader, page: str, access: Access) -> str:
    """The choice on every page of statistics, and what is protected where something is.

    Who is told protected figures only has no choice. An audience in the address that is none is taken for the council:
    a mistyped link shows too little, never too much.
    """
    _mend()
    offered = [code for code in AUDIENCES if access.audience(code) == code]
    chosen = offered[0]
    if len(offered) > 1:
        chosen = address.choose(
            st.segmented_control,
            address.AUDIENCE,
            reader.t("audience.label"),
            offered,
            INTERNAL,
            lambda code: name(reader, code),
            required=True,
            wrap=True,
        )
    if chosen == COUNCIL:
        with st.container(border=True, gap="xsmall", key="audience_said"):
            st.markdown(f":material/shield: {reader.t('audience.protected', mark=reader.withheld)}")
            if page != "method":
                st.page_link(METHOD_PAGE, label=reader.t("audience.more"), icon=":material/menu_book:")
    return chosen


def chosen(access: Access) -> str:
    """What was chosen before, where the choice itself is not shown."""
    _mend()
    return access.audience(address.kept(address.AUDIENCE) or INTERNAL)


def _mend() -> None:
    if st.query_params.get(address.AUDIENCE, INTERNAL) not in AUDIENCES:
        st.query_params[address.AUDIENCE] = COUNCIL


def name(reader: Reader, code: str) -> str:
    return reader.t("audience.council" if code == COUNCIL else "audience.internal")


def said(reader: Reader, code: str) -> list[tuple[str, str]]:
    """For whom a file is and what has been done to its figures, as pairs of words."""
    applied = "exports.protection_council" if code == COUNCIL else "exports.protection_internal"
    return [
        (reader.t("exports.audience"), name(reader, code)),
        (reader.t("exports.protection"), reader.t(applied, mark=reader.withheld)),
    ]


def warn_of_records(reader: Reader) -> None:
    """On a page about the records themselves, for whoever has chosen the council: nothing here is protected."""
    if address.kept(address.AUDIENCE) == COUNCIL:
        st.warning(reader.t("audience.internal_page"), icon=":material/shield:")


@contextmanager
def patience(reader: Reader, code: str) -> Iterator[None]:
    """While tables are protected for the first time, which takes seconds, a sentence says so."""
    if code != COUNCIL:
        yield
        return
    with st.spinner(reader.t("audience.protecting")):
        yield
