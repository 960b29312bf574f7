"""A request told: its headline, its picture with the choice of another, its table, its files."""

from collections.abc import Sequence
from dataclasses import replace

import streamlit as st

from data_access import INTERNAL, Period, SavedView
from data_access.telling.builder import asking, freezing, making, offers, wording
from data_access.telling.builder.asking import Answered
from data_access.telling.builder.reading import read
from data_access.telling.builder.request import Request, Trouble
from data_access.telling.builder.world import World, subject
from data_access.telling.reader import Reader
from pages.parts import audience, marks, refusal, section
from pages.parts.answers import Refused, answer
from pages.parts.builder import controls, picture, saving
from pages.parts.builder.native import native
from pages.parts.filters import View
from pages.parts.frame import Here
from pages.parts.going_deeper import Ways
from pages.parts.markdown import plain
from pages.parts.presenting import adding

SECTION = "table"


def _view(here: Here, request: Request, period: Period) -> View:
    return View(here.page, here.database, here.reader, request.audience, period, dict(request.where))


def say_troubles(reader: Reader, troubles: Sequence[Trouble]) -> None:
    """What of a link or a choice could not be shown, and that the rest is."""
    if troubles:
        said = "\n".join(f"- {plain(trouble.text(reader))}" for trouble in troubles)
        st.warning(f"{reader.t('builder.troubles')}\n{said}", icon=":material/rule:")


def ask(here: Here, request: Request, world: World) -> Answered | None:
    """The figures that a request wants, from the cache if they have been asked for before.

    None where they are not for the audience, which is then said, with the nearest table that is.
    """
    try:
        with audience.patience(here.reader, request.audience):
            return asking.ask(request, here.database, world, lambda question: answer(here.database, question))
    except Refused as error:
        refusal.say(_view(here, request, world.period(request.period)), error)
        return None


def tell(here: Here, request: Request, world: World, answered: Answered, kept: Sequence[str] = ()) -> None:
    """The table of an answered request, with everything that belongs to it.

    `kept` are sentences about figures that were kept: such a table stays as it is, and is not gone into.
    """
    reader = here.reader
    made = making.make(reader, request, answered)
    view = _view(here, request, answered.period)
    headline = wording.headline(reader, request, answered)
    section.head(view, SECTION, headline)
    if not made.table.empty and not kept:
        _choose_picture(reader, request, world, picture.kind(request, answered))
    # The records behind figures that were kept may have changed since.
    warnings = () if kept else marks.warnings_about(subject(request.measures[0]), view)
    figure, drawn = picture.draw(reader, request, answered, made, answered.notes)
    section.tell(
        view,
        SECTION,
        headline,
        made.table,
        figure,
        [*warnings, *answered.notes],
        said=_said(reader, request, answered),
        remarks=[*kept, *wording.filtered(reader, request), *made.remarks, *drawn],
        headed=True,
        native=native(request, made, picture.kind(request, answered)),
        as_of=answered.as_of,
        of=None if kept else Ways(request, (answered.period, *([answered.before] if answered.before else []))),
        under=len(request.rows) > 1,
    )


def require_kept(here: Here, view: SavedView, world: World) -> None:
    """Raises NotAllowed if a saved view holds more than the visitor would be told: its name may tell of it, too."""
    request, troubles = read(view.address, world)
    here.database.require_kept(asking.question_of(request, world), understood=not troubles)


def tell_kept(here: Here, view: SavedView, world: World) -> None:
    """A saved view with the figures that were kept. Raises `freezing.Unreadable`.

    Figures that were kept for internal use are not told to the council.
    """
    request, _ = read(view.address, world)
    if INTERNAL == request.audience != here.audience:
        st.info(here.reader.t("builder.kept_internal"), icon=":material/shield:")
        return
    answered = freezing.thawed(view.figures, request)
    said = [here.reader.t("builder.kept", name=view.name, day=saving.day_of(here.reader, view))]
    if request.audience != here.audience:
        said.append(here.reader.t("exports.protection_council", mark=here.reader.withheld))
    tell(here, request, world, answered, said)
    adding.offer_kept(_view(here, request, answered.period), view)


def _said(reader: Reader, request: Request, answered: Answered) -> list[tuple[str, str]]:
    """Further choices as pairs of words, for a file."""
    t, found = reader.t, []
    if answered.before:
        found.append((t("builder.compare"), reader.period(answered.before)))
    if request.show:
        found.append((t("builder.show"), t(f"builder.show_{request.show}")))
    if request.share:
        found.append((t("builder.share"), t(f"builder.share_{request.share}")))
    if request.sort:
        direction = t("builder.order_up" if request.ascending else "builder.order_down")
        found.append((t("builder.sort"), f"{controls.column_name(reader, request, request.sort)}, {direction.lower()}"))
    if request.top:
        found.append((t("builder.top"), t("builder.top_first", count=request.top)))
    return found


def _choose_picture(reader: Reader, request: Request, world: World, shown: str) -> None:
    kinds = offers.charts(request)
    if len(kinds) < 2:
        return
    with st.container(horizontal=True, vertical_alignment="bottom"):
        st.session_state[controls.key("chart")] = shown
        st.segmented_control(
            reader.t("builder.chart"),
            kinds,
            key=controls.key("chart"),
            format_func=lambda kind: reader.t(f"builder.chart_{kind}"),
            required=True,
            wrap=True,
            on_change=lambda: _take("chart", request, world),
            width="content",
        )
        if len(request.measures) > 1:
            st.session_state[controls.key("drawn")] = request.drawn or request.measures[0]
            st.selectbox(
                reader.t("builder.drawn"),
                request.measures,
                key=controls.key("drawn"),
                format_func=reader.measure,
                on_change=lambda: _take("drawn", request, world),
                width=300,
            )


def _take(name: str, request: Request, world: World) -> None:
    controls.ask_for(replace(request, **{name: st.session_state[controls.key(name)]}), world)
