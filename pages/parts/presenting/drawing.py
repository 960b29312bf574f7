"""A made slide drawn with what Streamlit has: in a window, or large enough for a wall."""

from collections.abc import Callable
from dataclasses import dataclass, replace

import streamlit as st

from data_access import deck
from data_access.telling.reader import Reader
from pages.parts import charts
from pages.parts.charts.slide import slide as draw_chart
from pages.parts.charts.slide import slide_table
from pages.parts.exports import file_name
from pages.parts.going_deeper import can_be_clicked
from pages.parts.markdown import plain, small

ACROSS = 3  # large figures side by side


@dataclass(frozen=True)
class Size:
    """How large a slide is drawn: pixels of its chart and its letters, and Markdown's levels of figures and words."""

    height: int
    letters: int
    figure: str
    words: str
    headline: Callable[..., object]
    width: int  # pixels that a chart has at least

    @property
    def large(self) -> bool:
        """Whether it is read from afar."""
        return self.letters > IN_WINDOW.letters


IN_WINDOW = Size(380, 15, "##", "", st.subheader, 640)
# Pixels of a chart's height, its letters, its width, by the key that chooses them: of a screen of 1280, 1440, 1920.
ON_WALL = {"1": (420, 22, 1120), "2": (550, 24, 1280), "3": (690, 28, 1760)}


def here() -> Size:
    """The size in a window, or on a telephone."""
    return IN_WINDOW if can_be_clicked() else replace(IN_WINDOW, letters=13, width=300)


def on_wall(key: str) -> Size:
    """The size on a wall by the key that chooses it."""
    height, letters, width = ON_WALL[key]
    return Size(height, letters, "#", "### ", st.title, width)


def draw(
    reader: Reader,
    made: deck.MadeDeck,
    place: int,
    size: Size,
    take: Callable[[], None] | None = None,
    taken_along: bool = False,
) -> None:
    """Draws a slide; `take` hears of a click on its chart, which can be `taken_along` as a picture."""
    slide = made.slides[place]
    if slide.kind == "title":
        st.space(size.height // 3)
    size.headline(plain(slide.headline), anchor=False)
    for text in filter(None, (slide.subtitle, slide.comment)):
        st.markdown(f"{size.words}{plain(text)}")
    if slide.kind == "title":
        st.space(size.height // 3)
    if slide.figures:
        _figures(slide, size)
    if slide.chart and slide.table:
        left, right = st.columns([3, 2], gap="large")
        with left:
            _chart(reader, made, place, size, take, taken_along)
        with right:
            _table(reader, slide, place, size)
    elif slide.chart:
        _chart(reader, made, place, size, take, taken_along)
    elif slide.table:
        _table(reader, slide, place, size)
    for text in slide.sentences:
        st.markdown(f"{size.words}{plain(text)}")
    if slide.remarks:
        st.markdown("\n".join(f"- {plain(text) if size.large else small(text)}" for text in slide.remarks))
    st.markdown(plain(slide.foot) if size.large else small(slide.foot))


def _chart(
    reader: Reader, made: deck.MadeDeck, place: int, size: Size, take: Callable[[], None] | None, taken_along: bool
) -> None:
    slide = made.slides[place]
    width = size.width // 2 if slide.table else size.width
    figure = draw_chart(reader, slide.chart, size.height, size.letters, width)
    st.plotly_chart(
        charts.inked(figure, dark=st.context.theme.type == "dark"),
        key=chart_key(place),
        config=charts.config(reader, file_name(made.title, str(place + 1)), taken_along),
        alt=slide.alternative,
        on_select=take or "ignore",
        selection_mode="points",
    )


def chart_key(place: int) -> str:
    """Under which name the session keeps what is chosen in the chart of a slide."""
    return f"slide_chart_{place}"


def _figures(slide: deck.MadeSlide, size: Size) -> None:
    for start in range(0, len(slide.figures), ACROSS):
        for column, one in zip(st.columns(ACROSS), slide.figures[start : start + ACROSS], strict=False):
            with column, st.container(border=True, gap="xsmall", height="stretch"):
                st.markdown(f"{size.words}{plain(one.label)}")
                st.markdown(f"{size.figure} {plain(one.written)}")
                if one.change:
                    st.markdown(f"{size.words}{plain(one.change)}")


def _table(reader: Reader, slide: deck.MadeSlide, place: int, size: Size) -> None:
    """The small table: on a wall in large letters, which only a picture can have."""
    table = slide.table
    if size.large:
        figure = slide_table(reader, table, size.height, round(size.letters * 0.8))
        st.plotly_chart(
            charts.inked(figure, dark=st.context.theme.type == "dark"),
            key=f"slide_table_{place}",
            config={"displayModeBar": False},
            alt=slide.alternative,
        )
        return
    lines = [f"| {' | '.join(map(plain, (table.corner, *table.columns)))} |", f"|:--{'|--:' * len(table.columns)}|"]
    for row in table.rows:
        cells = [plain(text) for text in (row.name, *row.cells)]
        lines.append(f"| {' | '.join(f'**{cell}**' if row.total else cell for cell in cells)} |")
    st.markdown("\n".join(lines))
