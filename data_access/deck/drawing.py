"""What stands in the body of a slide: cards of large figures, charts with what belongs to them, tables."""

from collections.abc import Sequence

from pptx.enum.dml import MSO_LINE_DASH_STYLE, MSO_THEME_COLOR
from pptx.enum.shapes import MSO_CONNECTOR
from pptx.enum.text import MSO_ANCHOR, PP_ALIGN
from pptx.util import Pt

from data_access.deck.frames import INSET, SPACE, Box, describe, fill, in_language, text_box, tight
from data_access.deck.measuring import LINE, height, lines, width
from data_access.deck.model import LINES, Chart, KeyFigure, MadeSlide, SmallTable
from data_access.deck.native_chart import accent, add_chart
from data_access.deck.plotting import Plot, ends, heights, name_of, positions
from data_access.deck.template import points
from data_access.telling.palette import mark

_NUMBER = 14  # points of the number of a break
_CELLS = (18, 16, 14, 12, 11, 10)  # points, the largest first
# Of a card its figure and its words: rather a smaller figure than words that nobody can read from afar.
_CARDS = (
    *((figure, 18) for figure in (44, 40, 36, 32, 28, 24)),
    *((figure, 16) for figure in (32, 28, 24)),
    (28, 14),
    (24, 14),
    (20, 12),
)


def add_figures(slide, made: MadeSlide, room: Box) -> None:
    """Large figures as cards in rows of three."""
    across = min(len(made.figures), 3)
    down = -(-len(made.figures) // across)
    wide = (room.width - (across - 1) * SPACE) // across
    tall = (room.height - (down - 1) * SPACE) // down
    inner, rest = points(wide - 3 * INSET), points(tall - 2 * INSET)
    figure, label = next(
        (pair for pair in _CARDS if all(_fits(one, *pair, inner, rest) for one in made.figures)), _CARDS[-1]
    )
    for place, one in enumerate(made.figures):
        row, column = divmod(place, across)
        box = Box(room.left + column * (wide + SPACE), room.top + row * (tall + SPACE), wide, tall)
        _card(slide, one, box, figure, label)


def _card(slide, one: KeyFigure, box: Box, figure: int, label: int) -> None:
    card = text_box(slide, box, one.label)
    card.fill.solid()
    card.fill.fore_color.theme_color = MSO_THEME_COLOR.BACKGROUND_2
    frame = card.text_frame
    frame.vertical_anchor = MSO_ANCHOR.MIDDLE
    frame.margin_left = frame.margin_right = int(INSET * 1.5)
    said = [(one.label, label, False, MSO_THEME_COLOR.TEXT_1), (one.written, figure, True, MSO_THEME_COLOR.TEXT_2)]
    if one.change:
        said.append((one.change, label, False, MSO_THEME_COLOR.TEXT_1))
    for place, (text, size, bold, colour) in enumerate(said):
        paragraph = frame.paragraphs[0] if place == 0 else frame.add_paragraph()
        paragraph.alignment = PP_ALIGN.LEFT
        run = paragraph.add_run()
        run.text = text
        run.font.size, run.font.bold = Pt(size), bold
        run.font.color.theme_color = colour


def add_chart_of(slide, made: MadeSlide, chart: Chart, box: Box, languages: tuple[str, str]) -> None:
    frame, plot = add_chart(slide.shapes, chart, box.lengths, languages[0])
    describe(frame, made.headline, made.alternative)
    in_language(frame.chart._chartSpace, languages[1])
    if chart.kind == LINES:
        _breaks(slide, chart, box, plot)
        _line_names(slide, chart, box, plot)


def _line_names(slide, chart: Chart, box: Box, plot: Plot) -> None:
    """The names of several lines behind their ends, in their colours, one below the other."""
    if len(chart.series) < 2:
        return
    left = box.left + int(box.width * (plot.left + plot.wide)) + Pt(4)
    wide = box.left + box.width - left
    shown = ends(chart, plot, points(box.height))
    at = heights(chart, plot)
    order = sorted(range(len(chart.series)), key=lambda number: at[number])
    texts = [lines(name_of(chart, number, shown), plot.size, points(wide), True) for number in order]
    talls = [len(text) * plot.size * LINE for text in texts]
    middles = [points(box.height) * at[number] for number in order]
    tops = _apart([middle - tall / 2 for middle, tall in zip(middles, talls, strict=True)], talls)
    for number, text, top, tall in zip(order, texts, tops, talls, strict=True):
        series = chart.series[number]
        place = Box(left, box.top + int(Pt(top)), wide, int(Pt(tall)))
        shape = text_box(slide, place, f"Line: {series.name}")
        tight(shape.text_frame)
        fill(shape.text_frame, "\n".join(text), plot.size, MSO_ANCHOR.MIDDLE)
        for paragraph in shape.text_frame.paragraphs:
            paragraph.runs[0].font.bold = True
            paragraph.runs[0].font.color.theme_color = accent(mark(*series.look))


def _breaks(slide, chart: Chart, box: Box, plot: Plot) -> None:
    """Uprights where a series is broken, with the numbers under which the small print explains them."""
    across = positions(chart, plot)
    top, bottom = box.top + int(box.height * plot.top), box.top + int(box.height * (plot.top + plot.tall))
    for place in dict.fromkeys(one.place for one in chart.breaks):
        here = [one for one in chart.breaks if one.place == place]
        # Between the last figure before the break and the first one after it.
        middle = box.left + int(box.width * (across[place] - plot.wide / len(across) / 2))
        line = slide.shapes.add_connector(MSO_CONNECTOR.STRAIGHT, middle, top, middle, bottom)
        line.line.width = Pt(1.5)
        line.line.color.theme_color = MSO_THEME_COLOR.ACCENT_6
        line.line.dash_style = MSO_LINE_DASH_STYLE.DASH
        said = ", ".join(str(one.number) for one in here)
        describe(line, f"Break {said}", "; ".join(one.text for one in here))
        wide = Pt(width(said, _NUMBER, True)) + 2 * Pt(3)
        number = text_box(slide, Box(middle - wide // 2, top - Pt(20), wide, Pt(20)), f"Number {said}")
        fill(number.text_frame, said, _NUMBER, MSO_ANCHOR.MIDDLE)
        tight(number.text_frame)
        paragraph = number.text_frame.paragraphs[0]
        paragraph.alignment = PP_ALIGN.CENTER
        paragraph.runs[0].font.bold = True


def add_table_of(slide, made: MadeSlide, table: SmallTable, box: Box) -> None:
    """A native table, its columns as wide as their words, its letters as large as there is room for."""
    cells = [[table.corner, *table.columns], *([row.name, *row.cells] for row in table.rows)]
    size, widths = _table_layout(cells, points(box.width), points(box.height))
    frame = slide.shapes.add_table(len(cells), len(cells[0]), box.left, box.top, box.width, Pt(1))
    describe(frame, made.headline, made.alternative if made.chart is None else made.headline)
    grid = frame.table
    grid.horz_banding = False
    for place, wide in enumerate(widths):
        grid.columns[place].width = Pt(wide)
    for number, row in enumerate(cells):
        total = number > 0 and table.rows[number - 1].total
        grid.rows[number].height = Pt(_row_height(row, size, widths, number == 0))
        for place, text in enumerate(row):
            cell = grid.cell(number, place)
            cell.margin_top = cell.margin_bottom = Pt(3)
            cell.vertical_anchor = MSO_ANCHOR.MIDDLE
            fill(cell.text_frame, text, size)
            paragraph = cell.text_frame.paragraphs[0]
            paragraph.alignment = PP_ALIGN.RIGHT if place else PP_ALIGN.LEFT
            for run in paragraph.runs:
                run.font.bold = number == 0 or total
    frame.height = sum(row.height for row in grid.rows)


def _apart(tops: list[float], talls: list[float]) -> list[float]:
    """Places of texts from top to bottom, moved until none stands on another, as little as possible."""
    found: list[float] = []
    for top, _ in zip(tops, talls, strict=True):
        floor = found[-1] + talls[len(found) - 1] if found else top
        found.append(max(top, floor))
    shift = sum(new - old for new, old in zip(found, tops, strict=True)) / len(tops)
    return [top - shift for top in found]


def _fits(one: KeyFigure, figure: float, label: float, wide: float, tall: float) -> bool:
    """Whether a large figure and its words fit into a card; a number is never broken."""
    words = sum(height(text, label, wide) for text in (one.label, one.change) if text)
    unbroken = all(width(word, figure, True) <= wide for word in one.written.split(" "))
    return unbroken and height(one.written, figure, wide, True) + words <= tall


def _row_height(row: Sequence[str], size: float, widths: Sequence[float], bold: bool) -> float:
    """The height of a row of a table, in points: of its tallest cell, and a little room."""
    return max(height(text, size, wide - 15, bold) for text, wide in zip(row, widths, strict=True)) + 8


def _table_layout(cells: list[list[str]], wide: float, tall: float) -> tuple[int, list[float]]:
    """The size of letters of a table and the widths of its columns: figures as they need, names the rest."""
    for size in _CELLS:
        figures = []
        for place in range(1, len(cells[0])):
            body = max((width(row[place], size, True) for row in cells[1:]), default=0)
            words = max(width(word, size, True) for word in cells[0][place].split(" "))
            figures.append(max(body, words) + 16)
        names = wide - sum(figures)
        longest = max(width(word, size, True) for row in cells for word in row[0].split(" ")) + 16
        widths = [max(names, longest), *figures]
        needs = sum(_row_height(row, size, widths, number == 0) for number, row in enumerate(cells))
        if needs <= tall and sum(widths) <= wide + 0.01:
            break
    return size, widths
