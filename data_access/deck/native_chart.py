"""A chart of a slide as PowerPoint draws it itself: with its workbook, so that it can be edited there.

Figures stand beside their marks. A figure that is withheld or not known has an empty cell and no mark; its word stands
in the name of its category.
"""

from collections.abc import Mapping, Sequence

from lxml import etree
from pptx.chart.chart import Chart as PptxChart
from pptx.chart.data import CategoryChartData
from pptx.dml.color import RGBColor
from pptx.enum.chart import XL_CHART_TYPE, XL_LABEL_POSITION, XL_LEGEND_POSITION, XL_TICK_LABEL_POSITION, XL_TICK_MARK
from pptx.enum.dml import MSO_LINE_DASH_STYLE, MSO_PATTERN, MSO_THEME_COLOR
from pptx.oxml.ns import qn
from pptx.util import Pt

from data_access.deck.model import BARS, COLUMNS, LINES, MOVERS, STACKED, Chart, Series
from data_access.deck.plotting import SIZES, Plot, ceiling, ends, layout, number_of, numbers_of, scale
from data_access.language.office import figures_form, grouped_form
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
_PATTERNS = {
    "/": MSO_PATTERN.WIDE_UPWARD_DIAGONAL,
    ".": MSO_PATTERN.PERCENT_20,
    "x": MSO_PATTERN.OUTLINED_DIAMOND,
    "-": MSO_PATTERN.LIGHT_HORIZONTAL,
    "|": MSO_PATTERN.LIGHT_VERTICAL,
}
_DARKER, _LIGHTER = -0.3, 0.45  # lines of a pattern: figures stand upon the parts of a stack
_SYMBOLS = {"triangle-up": "triangle", "cross": "plus"}  # others are called as in the palette
_GRID = RGBColor(0xD5, 0xDA, 0xDF)


def add_chart(shapes, chart: Chart, box: Sequence[int], language: str):
    """Adds a chart in a box (left, top, width, height in EMU); gives the shape and the plot within it."""
    wide, tall = box[2] / Pt(1), box[3] / Pt(1)
    size, names, plot = layout(chart, wide, tall)
    data = CategoryChartData(number_format="General")
    data.categories = names
    for series in chart.series:
        data.add_series(series.name, [number_of(chart, value) for value in series.values], _format(chart, language))
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
    _unbroken(drawn)
    if chart.kind != LINES:
        drawn.plots[0].gap_width = 40 if len(chart.series) == 1 else 55
        drawn.plots[0].overlap = 100 if chart.kind == STACKED else 0
    drawn.has_legend = len(chart.series) > 1 and chart.kind != LINES
    if drawn.has_legend:
        drawn.legend.position, drawn.legend.include_in_layout = XL_LEGEND_POSITION.TOP, False
        drawn.legend.font.size = Pt(size)
    return frame, plot


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
    figures = [number for one in chart.series for number in numbers_of(chart, one)]
    value.has_major_gridlines = chart.kind == LINES
    if chart.kind == LINES:
        value.major_gridlines.format.line.color.rgb = _GRID
        value.format.line.fill.background()
        value.tick_labels.font.size = Pt(max(size - 2, SIZES[-1]))
        value.minimum_scale, value.maximum_scale = 0, ceiling(chart)
        value.major_unit = value.maximum_scale / 4
        value.tick_labels.number_format, value.tick_labels.number_format_is_linked = _format(chart, language), False
        return
    value.visible = False
    if chart.kind != COLUMNS:
        category.reverse_order = True
        category.tick_label_position = XL_TICK_LABEL_POSITION.LOW
    low, high = scale(chart, figures, plot, wide, size)
    value.minimum_scale, value.maximum_scale = low, high


def _whole_names(axis) -> None:
    """Every category has its name, also where the program would leave some out."""
    element = axis._element
    for name in ("c:tickLblSkip", "c:noMultiLvlLbl"):
        for found in element.findall(qn(name)):
            element.remove(found)
    etree.SubElement(element, qn("c:tickLblSkip"), {"val": "1"})
    etree.SubElement(element, qn("c:noMultiLvlLbl"), {"val": "1"})


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
    _paint(plotted.format.fill, look, _DARKER if chart.kind == STACKED else _LIGHTER if len(chart.series) > 1 else 0)
    if chart.kind == MOVERS:
        less = mark("change", "less")
        for place, value in enumerate(series.values):
            if value < 0:
                _paint(plotted.points[place].format.fill, less)
    _figures(chart, series, plotted, language, size)


def _paint(fill, look: Mark, lines: float = 0) -> None:
    """The colour of a bar, and where there are several series the lines of its pattern, so much darker or lighter, as
    colour is never alone."""
    if not (lines and look.pattern):
        fill.solid()
        fill.fore_color.theme_color = accent(look)
        return
    fill.patterned()
    fill.pattern = _PATTERNS[look.pattern]
    fill.fore_color.theme_color = fill.back_color.theme_color = accent(look)
    fill.fore_color.brightness = lines


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


def _ends(series: Series, number: int, plotted, shown: Mapping[tuple[int, int], bool], size: float) -> None:
    for (of, place), below in shown.items():
        if of == number:
            side = XL_LABEL_POSITION.BELOW if below else XL_LABEL_POSITION.ABOVE
            _write(plotted.points[place], [series.labels[place]], side, size)


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
            _signed(plotted.points[place], chart, number_of(chart, value), language, size)
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
    groups = 1 if round(size) < 1000 else 2 if round(size) < 1_000_000 else 3
    plain = grouped_form(groups, chart.unit == "cents", language)
    plus = '"+"' if chart.kind == MOVERS else ""
    return f'{plus}{plain};"−"{plain};{plain}'


def _format(chart: Chart, language: str) -> str:
    """How a program writes the figures."""
    return "0.0" if chart.unit == "percent" else figures_form(chart.unit == "cents", language)


def _unbroken(drawn: PptxChart) -> None:
    """Figures stand in one line, however narrow a program thinks that they have to be."""
    for kind in ("c:dLbls", "c:dLbl"):
        for label in drawn._chartSpace.iter(qn(kind)):
            for body in label.iter(qn("a:bodyPr")):
                body.set("wrap", "none")


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
