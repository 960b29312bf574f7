"""A made slide as large as the window on the wall: nothing of it is below the edge, its chart takes what the
words leave, and its letters grow with the window."""

from collections.abc import Callable
from dataclasses import dataclass
from math import floor

import streamlit as st

from data_access import deck
from data_access.telling.reader import Reader
from pages.parts import charts
from pages.parts.charts.slide import slide as draw_chart
from pages.parts.charts.slide import slide_table, words
from pages.parts.markdown import plain, small
from pages.parts.presenting.drawing import ACROSS, chart_key
from pages.parts.presenting.window import USUAL, Window

# What Streamlit keeps free around a page in a window of its own, in pixels: above, below, at both sides together.
ABOVE, BELOW, BESIDE = 40, 24, 160
LINE = 1.3  # of its letters a line is high
GAP = 16  # between two texts
PADDED = 14  # of a headline of Markdown, above and below it together
# Letters of Markdown, in pixels as `.streamlit/config.toml` has them: its headlines, and its plain text. Larger ones
# only a picture can have.
LEVELS = {44: "# ", 36: "#### ", 28: "## ", 24: "### ", 20: "##### ", 16: ""}
HEADINGS = {44: st.title, 28: st.header, 24: st.subheader}
LARGEST = 1.5 * max(LEVELS)
STEPS = (1, 0.9, 0.8, 0.7, 0.6, 0.5)  # how much smaller letters become until everything fits
# Letters on a window of 1280 x 720, in pixels.
TITLE, HEADLINE, WORDS, FIGURE, CHART, FOOT = 44, 36, 24, 44, 22, 15
SLIM = 0.85  # how wide letters of the pages are against those by which texts are measured
SHARE_OF_CHART = 0.55  # of the window's height a chart has at least
NOTES = 0.2  # of it small print may take


@dataclass(frozen=True)
class Wall:
    """The room for a slide: of a window."""

    window: Window

    @property
    def width(self) -> int:
        return self.window.width - BESIDE

    @property
    def height(self) -> int:
        return self.window.height - ABOVE - BELOW

    def letters(self, usual: float) -> float:
        """Letters that are as large in this window as `usual` ones in the usual one."""
        return usual * min(self.window.width / USUAL.width, self.window.height / USUAL.height)


@dataclass(frozen=True)
class Words:
    """A text in letters of so many pixels, in a room so wide."""

    text: str
    letters: float
    room: float

    @property
    def drawn(self) -> bool:
        """Whether it needs a picture."""
        return self.letters > LARGEST

    @property
    def level(self) -> int:
        return next((level for level in LEVELS if level <= self.letters), min(LEVELS))

    @property
    def height(self) -> float:
        """How high it is at most."""
        letters = self.letters if self.drawn else self.level
        padded = 0 if self.drawn or letters == min(LEVELS) else PADDED
        return len(self._lines(letters)) * letters * LINE + padded + GAP

    def _lines(self, letters: float) -> list[str]:
        return deck.lines(self.text, letters, self.room / SLIM, bold=True)

    def show(self, name: str) -> None:
        """Shows it; `name` tells its picture from others."""
        if self.drawn:
            figure = words(self._lines(self.letters), round(self.letters), floor(self.height - GAP))
            st.plotly_chart(
                charts.inked(figure, dark=st.context.theme.type == "dark"),
                config={"displayModeBar": False},
                key=f"words_{name}",
                alt=self.text,
            )
        elif self.level in HEADINGS:
            HEADINGS[self.level](plain(self.text), anchor=False)
        elif self.letters < min(LEVELS):
            st.markdown(small(self.text))
        else:
            st.markdown(f"{LEVELS[self.level]}{plain(self.text)}")


def show(
    reader: Reader,
    made: deck.MadeDeck,
    place: int,
    window: Window,
    said: str,
    take: Callable[[], None],
) -> None:
    """A slide; `said` is what was clicked in it, `take` hears of the next click."""
    slide, wall = made.slides[place], Wall(window)
    with st.container(height=wall.height, border=False, key="stage_slide"):
        notes = [] if said else _notes(slide, wall)
        foot = sum(note.height for note in notes) + _source(slide, wall).height + 2 * GAP
        above, chart = _fitted(slide, wall, said, wall.height - foot)
        if slide.kind == "title":
            st.space("stretch")
        for number, text in enumerate(above):
            text.show(f"above_{number}")
        if slide.figures:
            _figures(slide, wall, chart)
        _pictures(reader, made, place, wall, chart, take)
        if said:
            _clicked(said, wall).show("clicked")
        letters = _letters_of_sentences(slide, wall, chart)
        for number, text in enumerate(slide.sentences):
            Words(text, letters, wall.width).show(f"sentence_{number}")
        for number, note in enumerate(notes):
            note.show(f"note_{number}")
        if not slide.chart or slide.table:
            st.space("stretch")
        _foot(slide, wall, place + 1, len(made.slides))


def _clicked(said: str, wall: Wall) -> Words:
    return Words(said, wall.letters(HEADLINE), wall.width)


def _above(slide: deck.MadeSlide, wall: Wall, step: float) -> list[Words]:
    usual = TITLE if slide.kind == "title" else HEADLINE
    texts = [Words(slide.headline, wall.letters(usual) * step, wall.width)]
    texts += [
        Words(text, wall.letters(WORDS) * step, wall.width) for text in filter(None, (slide.subtitle, slide.comment))
    ]
    return texts


def _fitted(slide: deck.MadeSlide, wall: Wall, said: str, room: float) -> tuple[list[Words], float]:
    """The texts over the picture in the largest letters that leave it enough, and how much that is."""
    clicked = _clicked(said, wall).height if said else 0
    for step in STEPS:
        texts = _above(slide, wall, step)
        left = room - clicked - sum(text.height for text in texts)
        if left >= SHARE_OF_CHART * wall.height:
            break
    return texts, left


def _letters_of_sentences(slide: deck.MadeSlide, wall: Wall, room: float) -> float:
    for step in STEPS:
        letters = wall.letters(WORDS) * step
        if sum(Words(text, letters, wall.width).height for text in slide.sentences) <= room:
            break
    return letters


def _notes(slide: deck.MadeSlide, wall: Wall) -> list[Words]:
    """The small print, as much of it as there is room for: the rest is in the files and on the page."""
    found, left = [], NOTES * wall.height
    for text in slide.remarks:
        note = Words(text, wall.letters(FOOT), wall.width)
        if note.height <= left:
            found.append(note)
            left -= note.height
    return found


def _figures(slide: deck.MadeSlide, wall: Wall, room: float) -> None:
    rows = -(-len(slide.figures) // ACROSS)
    across = wall.width / ACROSS - 3 * GAP
    for step in STEPS:
        tiles = [_tile(one, wall, step, across) for one in slide.figures]
        if max(sum(text.height - GAP / 2 for text in tile) for tile in tiles) + 2 * GAP <= room / rows:
            break
    for start in range(0, len(tiles), ACROSS):
        row = zip(st.columns(ACROSS), tiles[start : start + ACROSS], strict=False)
        for number, (column, tile) in enumerate(row):
            with column, st.container(border=True, gap="xsmall", height="stretch"):
                for text in tile:
                    text.show(f"{start}_{number}_{tile.index(text)}")


def _tile(one: deck.KeyFigure, wall: Wall, step: float, room: float) -> list[Words]:
    texts = [Words(one.label, wall.letters(WORDS) * step, room), Words(one.written, wall.letters(FIGURE) * step, room)]
    return texts + ([Words(one.change, wall.letters(WORDS) * step, room)] if one.change else [])


def _pictures(
    reader: Reader, made: deck.MadeDeck, place: int, wall: Wall, room: float, take: Callable[[], None]
) -> None:
    slide = made.slides[place]
    letters, height = round(wall.letters(CHART)), floor(room) - GAP
    if slide.chart and slide.table:
        left, right = st.columns([3, 2], gap="large")
        with left:
            _chart(reader, made, place, height, height, letters, wall.width * 3 // 5, take)
        with right:
            _table(reader, slide, place, height, letters)
    elif slide.chart:
        _chart(reader, made, place, height, "stretch", letters, wall.width, take)
    elif slide.table:
        _table(reader, slide, place, height, letters)


def _chart(
    reader: Reader,
    made: deck.MadeDeck,
    place: int,
    room: int,
    height: int | str,
    letters: int,
    width: int,
    take: Callable[[], None],
) -> None:
    slide = made.slides[place]
    figure = draw_chart(reader, slide.chart, room, letters, width)
    st.plotly_chart(
        charts.inked(figure, dark=st.context.theme.type == "dark", pale=1),
        key=chart_key(place),
        config={**charts.config(reader, "", False), "displayModeBar": False},
        alt=slide.alternative,
        on_select=take,
        selection_mode="points",
        height=height,
    )


def _table(reader: Reader, slide: deck.MadeSlide, place: int, height: int, letters: int) -> None:
    """The small table in large letters, which only a picture can have."""
    figure = slide_table(reader, slide.table, height, round(letters * 0.8))
    st.plotly_chart(
        charts.inked(figure, dark=st.context.theme.type == "dark"),
        key=f"slide_table_{place}",
        config={"displayModeBar": False},
        alt=slide.alternative,
    )


def _source(slide: deck.MadeSlide, wall: Wall) -> Words:
    return Words(slide.foot, wall.letters(FOOT), wall.width * 0.9)


def _foot(slide: deck.MadeSlide, wall: Wall, number: int, of: int) -> None:
    """The source, and which slide it is."""
    with st.container(horizontal=True, vertical_alignment="bottom", key="stage_foot"):
        with st.container():
            _source(slide, wall).show("source")
        with st.container(width="content", key="stage_number"):
            Words(f"{number} / {of}", wall.letters(FOOT), wall.width * 0.1).show("number")
    st.space(1)  # what stands last reaches over the edge by the margin of its paragraph, and could be scrolled
