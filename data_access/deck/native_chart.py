"""A chart of a slide as PowerPoint draws it itself: with its workbook, so that it can be edited there.

Figures stand beside their marks. A figure that is withheld or not known has an empty cell and no mark; its word stands
in the name of its category.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from lxml import etree
from pptx.chart.chart import Chart as PptxChart
from pptx.chart.data import CategoryChartData
from pptx.dml.color import RGBColor
from pptx.enum.chart import XL_CHART_TYPE, XL_LABEL_POSITION, XL_LEGEND_POSITION, XL_TICK_LABEL_POSITION, XL_TICK_MARK
from pptx.enum.dml import MSO_LINE_DASH_STYLE, MSO_THEME_COLOR
from pptx.oxml.ns import qn
from pptx.util import Pt

from data_access.deck.measuring import LINE, lines, width
from data_access.deck.model import BARS, COLUMNS, LINES, MOVERS, STACKED, Chart, Series, without_figures
from data_access.telling.palette import SEQUENCE, Mark, mark
from data_access.telling.withheld import is_number

KINDS = {
    BARS: XL_CHART_TYPE.BAR_CLUSTERED,
    MOVERS: XL_CHART_TYPE.BAR_CLUSTERED,
    STACKED: XL_CHART_TYPE.BAR_STACKED,
    COLUMNS: XL_CHART_TYPE.COLUMN_CLUSTERED,
    LINES: XL_CHART_TYPE.LINE_MARKERS,
}
_DASHES = {
    "solid": MSO_LINE_DASH_STYLE.SOLID,
    "dash": MSO_LINE_DASH_STYLE.DASH,
    "dot": MSO_LINE_DASH_STYLE.ROUND_DOT,
    "dashdot": MSO_LINE_DASH_STYLE.DASH_DOT,
    "longdash": MSO_LINE_DASH_STYLE.LONG_DASH,
    "longdashdot": MSO_LINE_DASH_STYLE.LONG_DASH_DOT,
}
_SYMBOLS = {"triangle-up": "triangle", "cross": "plus"}  # others are called as in the palette
_SIZES = (18, 16, 14, 12)  # points of letters in a chart, the largest first
_WIDEST_NAMES = 0.5  # of a chart: names of bars
_GRID = RGBColor(0xD5, 0xDA, 0xDF)
_GAP = 6  # points between a bar and its figure
_FULL = 0.98  # of a side of a chart is used


@dataclass(frozen=True)
class Plot:
    """Where the marks of a chart stand, as parts of its width and height."""

    left: float
    top: float
    wide: float
    tall: float
    size: float = _SIZES[-1]  # of letters, in points


def add_chart(shapes, chart: Chart, box: Sequence[int], language: str):
    """Adds a chart in a box (left, top, width, height in EMU); gives the shape and the plot within it."""
    wide, tall = box[2] / Pt(1), box[3] / Pt(1)
    size, names, plot = _layout(chart, wide, tall)
    data = CategoryChartData(number_format="General")
    data.categories = names
    for series in chart.series:
        data.add_series(series.name, [_number(chart, value) for value in series.values], _format(chart, language))
    frame = shapes.add_chart(KINDS[chart.kind], *box, data)
    drawn = frame.chart
    drawn.font.size = Pt(size)
    drawn.font.color.theme_color = MSO_THEME_COLOR.TEXT_1
    drawn.has_title = False
    _language(drawn, language)
    _place(drawn, plot)
    _axes(drawn, chart, plot, wide, size, language)
    for place, series in enumerate(chart.series):
        _dress(chart, series, drawn.plots[0].series[place], language, size)
        if chart.kind == LINES:
            _ends(series, place, drawn.plots[0].series[place], ends(chart, plot, tall), size)
    if chart.kind != LINES:
        drawn.plots[0].gap_width = 40 if len(chart.series) == 1 else 55
        drawn.plots[0].overlap = 100 if chart.kind == STACKED else 0
    drawn.has_legend = len(chart.series) > 1 and chart.kind != LINES
    if drawn.has_legend:
        drawn.legend.position, drawn.legend.include_in_layout = XL_LEGEND_POSITION.TOP, False
        drawn.legend.font.size = Pt(size)
    return frame, plot


def _number(chart: Chart, value) -> float | int | None:
    """A figure as a cell of the workbook: euros, not cents; nothing where there is no figure."""
    if not is_number(value):
        return None
    return value / 100 if chart.unit == "cents" else value


def _numbers(chart: Chart, series: Series) -> list[float | int]:
    return [number for value in series.values if (number := _number(chart, value)) is not None]


# ── where everything stands ──────────────────────────────────────────────────────────────────────


def names_of(chart: Chart) -> list[str]:
    """Categories, with the word in place of a figure where they have none."""
    missing = {} if chart.kind == LINES else without_figures(chart)
    return [f"{name}: {missing[place]}" if place in missing else name for place, name in enumerate(chart.categories)]


def _layout(chart: Chart, wide: float, tall: float) -> tuple[float, list[str], Plot]:
    """The size of letters, the names of the categories broken into lines, and the plot."""
    names = names_of(chart)
    lay = {BARS: _across, MOVERS: _across, STACKED: _across, COLUMNS: _upright, LINES: _along}[chart.kind]
    for size in _SIZES:
        found = lay(chart, names, wide, tall, size)
        if found:
            break
    return size, found[0] if found else names, found[1] if found else Plot(0.3, 0.1, 0.6, 0.8)


def _head(chart: Chart, size: float, tall: float) -> float:
    """The part of the height that a legend takes."""
    return size * LINE * 1.6 / tall if len(chart.series) > 1 and chart.kind != LINES else 0.01


def _across(chart: Chart, names: Sequence[str], wide: float, tall: float, size: float):
    """Bars: names at the left in as many lines as each bar has room for."""
    head = _head(chart, size, tall)
    slot = tall * (_FULL - head) / len(names)
    if slot < size * LINE * (len(chart.series) if chart.kind in (BARS, COLUMNS) else 1):
        return None
    most = max(int(slot / (size * LINE)), 1)
    room = _room_of(names, size, wide * _WIDEST_NAMES, min(most, 3))
    if room is None and size != _SIZES[-1]:
        return None
    room = room or wide * _WIDEST_NAMES
    left = (room + 2 * _GAP) / wide
    broken = ["\n".join(lines(name, size, room)) for name in names]
    return broken, Plot(left, head, _FULL - left, _FULL - head)


def _room_of(names: Sequence[str], size: float, widest: float, most: int) -> float | None:
    """The narrowest width in which every name stands in at most so many lines."""
    for part in range(3, 11):
        room = widest * part / 10
        if all(len(lines(name, size, room)) <= most for name in names) and all(
            width(line, size) <= room for name in names for line in lines(name, size, room)
        ):
            return room
    return None


def _upright(chart: Chart, names: Sequence[str], wide: float, tall: float, size: float):
    """Columns: names below, no wider than their column."""
    head, slot = _head(chart, size, tall), wide * _FULL / len(names)
    room = slot * 0.92
    broken = [lines(name, size, room) for name in names]
    labels = max(width(label, size) for series in chart.series for label in series.labels)
    fits = all(width(line, size) <= room for name in broken for line in name) and max(map(len, broken)) <= 3
    if not (fits and labels <= slot / len(chart.series)) and size != _SIZES[-1]:
        return None
    foot = (max(map(len, broken)) * size * LINE + 2 * _GAP) / tall
    return ["\n".join(name) for name in broken], Plot(0.01, head, _FULL, _FULL - head - foot)


def _along(chart: Chart, names: Sequence[str], wide: float, tall: float, size: float):
    """Lines: figures of the axis at the left, the names of the lines behind their ends, cells below."""
    left = (max(width(label, size) for series in chart.series for label in series.labels) + 2 * _GAP) / wide
    right = (name_room(chart, wide, size) + 3 * _GAP) / wide
    slot = wide * (1 - left - right) / len(names)
    if max(width(name, size) for name in names) > slot * 0.95 and size != _SIZES[-1]:
        return None
    foot, head = (size * LINE + 2 * _GAP) / tall, (size * LINE + _GAP) / tall if chart.breaks else 0.03
    return list(names), Plot(left, head, 1 - left - right, _FULL - foot - head, size)


def name_room(chart: Chart, wide: float, size: float) -> float:
    """The width of what stands behind the ends of lines, in points: their names; nothing if there is one line."""
    if len(chart.series) < 2:
        return size
    names = [f"{one.name}: {max(one.labels, key=len)}" for one in chart.series]
    return max(width(line, size, True) for name in names for line in lines(name, size, wide * 0.22, True))


def _place(drawn: PptxChart, plot: Plot) -> None:
    """Fixes the plot, so that names and figures have their room in whatever program draws it."""
    area = drawn._chartSpace.chart.plotArea
    found = area.find(qn("c:layout"))
    if found is not None:
        area.remove(found)
    layout = etree.Element(qn("c:layout"))
    manual = etree.SubElement(layout, qn("c:manualLayout"))
    values = {"layoutTarget": "inner", "xMode": "edge", "yMode": "edge"}
    values |= {"x": plot.left, "y": plot.top, "w": plot.wide, "h": plot.tall}
    for name, value in values.items():
        etree.SubElement(manual, qn(f"c:{name}"), {"val": value if isinstance(value, str) else f"{value:.5f}"})
    area.insert(0, layout)


def _axes(drawn: PptxChart, chart: Chart, plot: Plot, wide: float, size: float, language: str) -> None:
    category, value = drawn.category_axis, drawn.value_axis
    category.format.line.color.rgb = _GRID
    category.major_tick_mark = value.major_tick_mark = XL_TICK_MARK.NONE
    category.tick_labels.font.size = Pt(size)
    category.has_major_gridlines = False
    _whole_names(category)
    figures = [number for one in chart.series for number in _numbers(chart, one)]
    value.has_major_gridlines = chart.kind == LINES
    if chart.kind == LINES:
        value.major_gridlines.format.line.color.rgb = _GRID
        value.format.line.fill.background()
        value.tick_labels.font.size = Pt(max(size - 2, _SIZES[-1]))
        value.minimum_scale, value.maximum_scale = 0, ceiling(chart)
        value.major_unit = value.maximum_scale / 4
        value.tick_labels.number_format, value.tick_labels.number_format_is_linked = _format(chart, language), False
        return
    value.visible = False
    if chart.kind != COLUMNS:
        category.reverse_order = True
        category.tick_label_position = XL_TICK_LABEL_POSITION.LOW
    low, high = _scale(chart, figures, plot, wide, size)
    value.minimum_scale, value.maximum_scale = low, high


def _whole_names(axis) -> None:
    """Every category has its name, also where the program would leave some out."""
    element = axis._element
    for name in ("c:tickLblSkip", "c:noMultiLvlLbl"):
        for found in element.findall(qn(name)):
            element.remove(found)
    etree.SubElement(element, qn("c:tickLblSkip"), {"val": "1"})
    etree.SubElement(element, qn("c:noMultiLvlLbl"), {"val": "1"})


def _scale(chart: Chart, figures: Sequence[float], plot: Plot, wide: float, size: float) -> tuple[float, float]:
    """The ends of the axis of figures, so that the figures beside the longest bars have room."""
    if chart.kind == STACKED:
        sums = [
            sum(number for one in chart.series if (number := _number(chart, one.values[place])) is not None)
            for place in range(len(chart.categories))
        ]
        return min(0, *sums), max(*sums, 0) * 1.02 or 1
    most, least = max(*figures, 0), min(*figures, 0)
    if chart.kind == COLUMNS:
        return least * 1.15, (most or 1) * 1.15
    label = max(width(text, size, bold=True) for one in chart.series for text in one.labels) + 2 * _GAP
    room = max(wide * plot.wide - label * (2 if least < 0 else 1), 1)
    unit = (most - least) / room
    return least - (label * unit if least < 0 else 0), most + label * unit or 1


def ceiling(chart: Chart) -> float:
    """The upper end of the axis of lines."""
    return _rounded_up(max(number for one in chart.series for number in _numbers(chart, one)))


def heights(chart: Chart, plot: Plot) -> list[float]:
    """Where the last known points of the lines stand, as parts of the height of their chart."""
    return [plot.top + plot.tall * (1 - _numbers(chart, one)[-1] / ceiling(chart)) for one in chart.series]


def _rounded_up(value: float) -> float:
    """The next round figure whose quarters are round, too."""
    step = 1
    while step * 40 < value:
        step *= 10
    return next(step * times for times in (4, 8, 12, 16, 20, 24, 28, 32, 36, 40) if step * times >= value)


# ── marks and figures ────────────────────────────────────────────────────────────────────────────


def accent(look: Mark) -> MSO_THEME_COLOR:
    """The colour of a meaning in the template: its first six colours stand for the pages' own, in their order."""
    place = SEQUENCE.index(look) if look in SEQUENCE else 0
    return getattr(MSO_THEME_COLOR, f"ACCENT_{place + 1}")


def _dress(chart: Chart, series: Series, plotted, language: str, size: float) -> None:
    look = mark(*series.look)
    if chart.kind == LINES:
        _line(plotted, look)
        return
    plotted.invert_if_negative = False
    plotted.format.fill.solid()
    plotted.format.fill.fore_color.theme_color = accent(look)
    if chart.kind == MOVERS:
        less = mark("change", "less")
        for place, value in enumerate(series.values):
            if value < 0:
                fill = plotted.points[place].format.fill
                fill.solid()
                fill.fore_color.theme_color = accent(less)
    _figures(chart, series, plotted, language, size)


def _line(plotted, look: Mark) -> None:
    plotted.smooth = False
    line = plotted.format.line
    line.width = Pt(3.5)
    line.color.theme_color = accent(look)
    line.dash_style = _DASHES[look.dash]
    marker = plotted.marker
    marker.size = 9
    marker.format.fill.solid()
    marker.format.fill.fore_color.theme_color = accent(look)
    marker.format.line.color.theme_color = accent(look)
    symbol = marker._element.find(f"{qn('c:marker')}/{qn('c:symbol')}")
    if symbol is None:
        symbol = etree.Element(qn("c:symbol"))
        marker._element.find(qn("c:marker")).insert(0, symbol)
    symbol.set("val", _SYMBOLS.get(look.symbol, look.symbol))


def ends(chart: Chart, plot: Plot, tall: float) -> dict[tuple[int, int], bool]:
    """The points of lines whose figures stand beside them, as (series, place), and whether below them.

    The first and the last known point of each line; of lines that are too near to one another only the highest has its
    figure above it, and the lowest below.
    """
    points = tall * plot.tall / ceiling(chart)
    found = {}
    for number, series in enumerate(chart.series):
        known = [place for place, value in enumerate(series.values) if is_number(value)]
        for place in dict.fromkeys(known[:1] + known[-1:]):
            here = [_number(chart, one.values[place]) for one in chart.series if is_number(one.values[place])]
            own = _number(chart, series.values[place])
            others = list(here)
            others.remove(own)
            above, below = own >= max(others, default=own), own <= min(others, default=own)
            room = min((abs(own - other) * points for other in others), default=tall)
            twin = any(other == own for other in others) and any(
                chart.series[before].values[place] == series.values[place] for before in range(number)
            )
            if not twin and (above or below or room > 2.2 * plot.size * LINE):
                found[number, place] = below and not above
    return found


def _ends(series: Series, number: int, plotted, shown: Mapping[tuple[int, int], bool], size: float) -> None:
    for (of, place), below in shown.items():
        if of == number:
            side = XL_LABEL_POSITION.BELOW if below else XL_LABEL_POSITION.ABOVE
            _write(plotted.points[place], [series.labels[place]], side, size)


def name_of(chart: Chart, number: int, shown: Mapping[tuple[int, int], bool]) -> str:
    """What stands behind the end of a line: its name, and its last figure where that does not stand at the point."""
    series = chart.series[number]
    known = [place for place, value in enumerate(series.values) if is_number(value)]
    if not known or (number, known[-1]) in shown:
        return series.name
    return f"{series.name}: {series.labels[known[-1]]}"


def _write(point, texts: Sequence[str], position, size: float) -> None:
    """Words beside a point, in as many paragraphs."""
    label = point.data_label
    frame = label.text_frame
    for place, text in enumerate(texts):
        paragraph = frame.paragraphs[0] if place == 0 else frame.add_paragraph()
        run = paragraph.add_run()
        run.text = text
        run.font.size, run.font.bold = Pt(size), True
    label.position = position


def _figures(chart: Chart, series: Series, plotted, language: str, size: float) -> None:
    """Figures beside their bars, from the cells of the workbook: they change with it."""
    labels = plotted.data_labels
    labels.show_value = True
    labels.font.size, labels.font.bold = Pt(size), chart.kind != STACKED
    labels.number_format, labels.number_format_is_linked = _format(chart, language), False
    for place, value in enumerate(series.values):
        if is_number(value) and (chart.kind == MOVERS or value < 0):
            _signed(plotted.points[place], chart, _number(chart, value), language, size)
    inside = chart.kind == STACKED
    labels.position = XL_LABEL_POSITION.CENTER if inside else XL_LABEL_POSITION.OUTSIDE_END
    if inside:
        labels.font.color.theme_color = MSO_THEME_COLOR.BACKGROUND_1
    if chart.unit == "percent":
        for place, value in enumerate(series.values):
            if is_number(value):
                _write(plotted.points[place], [series.labels[place]], labels.position, size)


def _signed(point, chart: Chart, value: float, language: str, size: float) -> None:
    """A figure with its sign: each has a form of its own, as one form has room for two sizes of figures only."""
    label = point.data_label
    label.font.size, label.font.bold = Pt(size), True
    label.position = XL_LABEL_POSITION.OUTSIDE_END
    form = etree.Element(qn("c:numFmt"), {"formatCode": _form(chart, abs(value), language), "sourceLinked": "0"})
    label._dLbl.find(qn("c:idx")).addnext(form)


def _form(chart: Chart, size: float, language: str) -> str:
    plain = _grouped(chart, 1 if round(size) < 1000 else 2 if round(size) < 1_000_000 else 3, language)
    plus = '"+"' if chart.kind == MOVERS else ""
    return f'{plus}{plain};"−"{plain};{plain}'


def _grouped(chart: Chart, groups: int, language: str) -> str:
    """A form of figures in so many groups of three, as the language writes them, with the sign of money."""
    between = "\u00a0" if language == "lv" else ","
    digits = {1: "0", 2: f'#"{between}"##0', 3: f'#"{between}"###"{between}"##0'}[groups]
    if chart.unit != "cents":
        return digits
    return f'{digits}"\u00a0€"' if language == "lv" else f'"€"{digits}'


def _format(chart: Chart, language: str) -> str:
    """How a program writes the figures, from a thousand on in groups of three."""
    if chart.unit == "percent":
        return "0.0"
    return ";".join(
        (
            f"[>=999999.5]{_grouped(chart, 3, language)}",
            f"[>=999.5]{_grouped(chart, 2, language)}",
            _grouped(chart, 1, language),
        )
    )


def _language(drawn: PptxChart, language: str) -> None:
    """The language of a chart's words."""
    tag = {"lv": "lv-LV", "en": "en-GB"}[language]
    space = drawn._chartSpace
    found = space.find(qn("c:lang"))
    if found is None:
        found = etree.Element(qn("c:lang"))
        after = space.find(qn("c:date1904"))
        space.insert(0 if after is None else list(space).index(after) + 1, found)
    found.set("val", tag)


def positions(chart: Chart, plot: Plot) -> list[float]:
    """Where the categories of a chart over time stand, as parts of its width."""
    step = plot.wide / len(chart.categories)
    return [plot.left + step * (place + 0.5) for place in range(len(chart.categories))]
