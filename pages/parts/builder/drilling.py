"""Going deeper from a figure: only these records, or these records split by something else."""

from collections.abc import Mapping
from dataclasses import replace

import streamlit as st

from data_access import TOTAL
from pages.parts import address
from pages.parts.builder import controls
from pages.parts.builder.figures import REST
from pages.parts.builder.making import Made
from pages.parts.builder.request import Request
from pages.parts.builder.wording import joined
from pages.parts.builder.world import World, is_time, possible
from pages.parts.reader import Reader

_PICKED = "builder_picked"  # (address, codes): what was picked in a table, until it is gone into or left

Codes = Mapping[str, str]


def only(request: Request, codes: Codes) -> Request:
    """The same table of nothing but these records; a calendar cell becomes the period."""
    where = dict(request.where) | {name: (code,) for name, code in codes.items() if not is_time(name)}
    cells = [code for name, code in codes.items() if is_time(name)]
    period = max(cells, key=len) if cells else request.period
    return replace(request, where=tuple(where.items()), period=period, top=None, compare=None)


def split(request: Request, codes: Codes, name: str) -> Request:
    """These records by another dimension, in place of those that the codes are of."""
    narrowed = only(request, codes)
    rows = tuple(row for row in request.rows if row not in codes and row != name)
    column = request.column if request.column not in codes and request.column != name else None
    return replace(narrowed, rows=(name, *rows)[:2], column=column, share=None, sort=None, chart=None)


def further(request: Request, codes: Codes) -> list[str]:
    """Dimensions by which the records of these codes can still be split."""
    one = set(codes) | {name for name, values in request.where if len(values) == 1}
    return [name for name in possible(request.measures, request.audience) if name not in one]


def picked_in_chart(chart: str) -> None:
    """Remembers which mark of a picture was clicked."""
    points = st.session_state[chart].selection.points
    codes = next((point["customdata"][2] for point in points if len(point.get("customdata") or ()) > 2), {})
    _remember({name: code for name, code in codes.items() if code != TOTAL})


def _remember(codes: Codes) -> None:
    if codes:
        st.session_state[_PICKED] = (address.read(), dict(codes))


def _forget() -> None:
    st.session_state.pop(_PICKED, None)


def show(reader: Reader, request: Request, world: World, made: Made) -> None:
    """A row can be picked from a list, a mark by a click; what is picked opens a dialog in which to go on."""
    t = reader.t
    rows = [_codes(request, line) for line in made.lines if set(line.codes) - {TOTAL} and REST not in line.codes]
    if not rows:
        return
    st.session_state[controls.key("into")] = ""
    st.selectbox(
        t("builder.go_into"),
        ["", *map(str, range(len(rows)))],
        key=controls.key("into"),
        format_func=lambda place: said(reader, rows[int(place)]) if place else t("builder.pick"),
        on_change=_take_row,
        args=(rows,),
        width=360,
    )
    of, codes = st.session_state.get(_PICKED, (None, None))
    if codes and of == address.read():
        ask = st.dialog(said(reader, codes), icon=":material/zoom_in:", on_dismiss=_forget)
        ask(_go_on)(reader, request, codes, world)


def _take_row(rows: list[Codes]) -> None:
    place = st.session_state[controls.key("into")]
    _remember(rows[int(place)] if place else {})


def _go_on(reader: Reader, request: Request, codes: Codes, world: World) -> None:
    """What can be done with picked codes."""
    t = reader.t
    if st.button(t("builder.only_this"), key=controls.key("only"), icon=":material/filter_alt:"):
        controls.ask_for(only(request, codes), world)
        st.rerun()
    name = st.pills(
        t("builder.show_by"),
        further(request, codes),
        key=controls.key("split"),
        format_func=reader.dimension,
        wrap=True,
    )
    if name:
        controls.ask_for(split(request, codes, name), world)
        st.rerun()


def _codes(request: Request, line) -> dict[str, str]:
    return {name: code for name, code in zip(request.rows, line.codes, strict=True) if code != TOTAL}


def _take_row(rows: list[Codes]) -> None:
    place = st.session_state[controls.key("into")]
    _remember(rows[int(place)] if place else None)


def said(reader: Reader, codes: Codes) -> str:
    """Picked codes in words."""
    return joined(reader, [reader.label(name, code) for name, code in codes.items()])
