"""A made slide drawn with what Streamlit has, in a window."""

from dataclasses import dataclass, replace

import streamlit as st

from data_access import deck
from data_access.telling.reader import Reader
from pages.parts import charts
from pages.parts.charts.slide import slide as draw_chart
from pages.parts.exports import file_name
from pages.parts.going_deeper import can_be_clicked
from pages.parts.markdown import plain, small

ACROSS = 3  # large figures side by side


@dataclass(frozen=True)
class Size:
    """How large a slide is drawn: pixels of its chart, of its letters, and that its chart is wide at least."""

    height: int
    letters: int
    width: int


IN_WINDOW = Size(380, 15, 640)


def here() -> Size:
    """The size in a window, or on a telephone."""
    return IN_WINDOW if can_be_clicked() else replace(IN_WINDOW, letters=13, width=300)


def draw(reader: Reader, made: deck.MadeDeck, place: int, size: Size, taken_along: bool = False) -> None:
    """Draws a slide; its chart can be `taken_along` as a picture."""
    slide = made.slides[place]
    if slide.kind == "title":
        st.space(size.height // 3)
    st.header(plain(slide.headline), anchor=False)
    for text in filter(None, (slide.subtitle, slide.comment)):
        st.markdown(plain(text))
    if slide.kind == "title":
        st.space(size.height // 3)
    if slide.figures:
        _figures(slide)
    if slide.chart and slide.table:
        left, right = st.columns([3, 2], gap="large")
        with left:
            _chart(reader, made, place, size, taken_along)
        with right:
            _table(slide)
    elif slide.chart:
        _chart(reader, made, place, size, taken_along)
    elif slide.table:
        _table(slide)
    for text in slide.sentences:
        st.markdown(plain(text))
    if slide.remarks:
        st.markdown("\n".join(f"- {small(text)}" for text in slide.remarks))
    st.markdown(small(slide.foot))


def _chart(reader: Reader, made: deck.MadeDeck, place: int, size: Size, taken_along: bool) -> None:
    slide = made.slides[place]
    width = size.width // 2 if slide.table else size.width
    figure = draw_chart(reader, slide.chart, size.height, size.letters, width)
    st.plotly_chart(
        charts.inked(figure, dark=st.context.theme.type == "dark"),
        key=chart_key(place),
        config=charts.config(reader, file_name(made.title, str(place + 1)), taken_along),
        alt=slide.alternative,
    )


def chart_key(place: int) -> str:
    """Under which name the session keeps what is chosen in the chart of a slide."""
    return f"slide_chart_{place}"


def _figures(slide: deck.MadeSlide) -> None:
    for start in range(0, len(slide.figures), ACROSS):
        for column, one in zip(st.columns(ACROSS), slide.figures[start : start + ACROSS], strict=False):
            with column, st.container(border=True, gap="xsmall", height="stretch"):
                st.markdown(plain(one.label))
                st.markdown(f"## {plain(one.written)}")
                if one.change:
                    st.markdown(plain(one.change))


def _table(slide: deck.MadeSlide) -> None:
    """The small table."""
    table = slide.table
    lines = [f"| {' | '.join(map(plain, (table.corner, *table.columns)))} |", f"|:--{'|--:' * len(table.columns)}|"]
    for row in table.rows:
        cells = [plain(text) for text in (row.name, *row.cells)]
        lines.append(f"| {' | '.join(f'**{cell}**' if row.total else cell for cell in cells)} |")
    st.markdown("\n".join(lines))
