"""Charts of a document: drawn by the program that shows it, from the figures of a table, which can be edited there."""

import io
from xml.sax.saxutils import escape, quoteattr

import xlsxwriter
from docx.document import Document
from docx.opc.constants import CONTENT_TYPE, RELATIONSHIP_TYPE
from docx.opc.packuri import PackURI
from docx.opc.part import Part
from docx.oxml import parse_xml
from docx.shared import Cm

from data_access.answer import WITHHELD
from data_access.language.office import figures_form
from data_access.report.model import Table
from data_access.report.words import words

_COLOURS = ("0072B2", "D55E00")  # told apart by every eye, and in black and white by their lightness
_MARKERS = ("circle", "square")
_WIDTH, _HEIGHT = Cm(16), Cm(8)
FONT, _LETTERS = "Calibri", 9  # of the document and of its charts, and points in these
_SHEET = "Dati"
_FIRST_ID = 100  # of drawings: a template has few
_DRAWING = "http://schemas.openxmlformats.org/drawingml/2006"
_RELATIONS = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_NAMESPACES = f'xmlns:c="{_DRAWING}/chart" xmlns:a="{_DRAWING}/main" xmlns:r="{_RELATIONS}"'
_WORD = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"


def can_be_drawn(table: Table) -> bool:
    """Whether a table is to be drawn; one with a withheld figure is not, as a gap would say that there is none."""
    return bool(table.chart) and all(cell.shown.value is not WITHHELD for row in table.rows for cell in row.cells)


def add_chart(document: Document, table: Table) -> None:
    """A chart of a table in a paragraph of its own, with an alternative text."""
    package, number = document.part.package, table.number
    workbook = Part(PackURI(f"/word/embeddings/chart{number}.xlsx"), CONTENT_TYPE.SML_SHEET, _workbook(table), package)
    chart = Part(PackURI(f"/word/charts/chart{number}.xml"), CONTENT_TYPE.DML_CHART, b"", package)
    data = chart.relate_to(workbook, RELATIONSHIP_TYPE.PACKAGE)
    chart._blob = _chart(table, data).encode("utf-8")
    drawn = document.part.relate_to(chart, RELATIONSHIP_TYPE.CHART)
    paragraph = document.add_paragraph()
    paragraph.paragraph_format.keep_with_next = True
    paragraph.add_run()._r.append(parse_xml(_frame(drawn, number, table.caption, alternative(table))))


def alternative(table: Table) -> str:
    """What a chart shows, for whoever does not see it: every bar; of a series its first and its last known figure."""
    said = []
    for place, name in enumerate(table.columns):
        known = [
            f"{row.label} – {row.cells[place].shown}" for row in table.rows if _figure(row.cells[place]) is not None
        ]
        said.append(f"{name}: {', '.join(known if table.chart == 'bar' else dict.fromkeys(known[:1] + known[-1:]))}")
    return words()("report.chart_alternative", text=table.caption, figures="; ".join(said))


def _figure(cell) -> float | int | None:
    value = cell.shown.value
    return value / 100 if value is not None and cell.shown.unit == "cents" else value


def _workbook(table: Table) -> bytes:
    out = io.BytesIO()
    with xlsxwriter.Workbook(out, {"in_memory": True, "strings_to_formulas": False}) as book:
        page = book.add_worksheet(_SHEET)
        for place, name in enumerate(table.columns, start=1):
            page.write_string(0, place, name)
        for number, row in enumerate(table.rows, start=1):
            page.write_string(number, 0, row.label)
            for place, cell in enumerate(row.cells, start=1):
                if _figure(cell) is not None:
                    page.write_number(number, place, _figure(cell))
    return out.getvalue()


def _chart(table: Table, data: str) -> str:
    """The chart in DrawingML: lines, columns, or bars whose first row stands on top."""
    line, bar = table.chart == "line", table.chart == "bar"
    series = "".join(_series(table, place, line) for place in range(len(table.columns)))
    axes = _c("axId", val=1) + _c("axId", val=2)
    if line:
        kind = (_c("grouping", val="standard"), _c("varyColors", val=0), series, _c("marker", val=1), axes)
        plot = _c("lineChart", *kind)
    else:
        kind = (_c("grouping", val="clustered"), _c("varyColors", val=0), series, _c("gapWidth", val=60), axes)
        plot = _c("barChart", _c("barDir", val="bar" if bar else "col"), *kind)
    legend = _c("legend", _c("legendPos", val="b"), _c("overlay", val=0)) if len(table.columns) > 1 else ""
    chart = _c(
        "chart",
        _c("autoTitleDeleted", val=1),
        _c("plotArea", _c("layout"), plot, _axes(table)),
        legend,
        _c("plotVisOnly", val=1),
        _c("dispBlanksAs", val="gap"),
    )
    return (
        f'<?xml version="1.0" encoding="UTF-8" standalone="yes"?><c:chartSpace {_NAMESPACES}>'
        + _c("lang", val="lv-LV")
        + _c("roundedCorners", val=0)
        + chart
        + _letters()
        + f'<c:externalData r:id="{data}"><c:autoUpdate val="0"/></c:externalData></c:chartSpace>'
    )


def _series(table: Table, place: int, line: bool) -> str:
    column, last, fill = chr(ord("B") + place), len(table.rows) + 1, _filled(_COLOURS[place % len(_COLOURS)])
    mark = (_c("symbol", val=_MARKERS[place % len(_MARKERS)]), _c("size", val=6), _c("spPr", fill))
    look = _c("spPr", f'<a:ln w="28575">{fill}</a:ln>') + _c("marker", *mark)
    names = [(number, row.label) for number, row in enumerate(table.rows)]
    figures = [(number, _figure(row.cells[place])) for number, row in enumerate(table.rows)]
    known = [(number, str(figure)) for number, figure in figures if figure is not None]
    return _c(
        "ser",
        _c("idx", val=place),
        _c("order", val=place),
        _c("tx", _c("strRef", _c("f", f"{_SHEET}!${column}$1"), _cached("strCache", [(0, table.columns[place])], 1))),
        look if line else _c("spPr", fill) + _c("invertIfNegative", val=0),
        _c("cat", _c("strRef", _c("f", f"{_SHEET}!$A$2:$A${last}"), _cached("strCache", names, len(names)))),
        _c(
            "val",
            _c("numRef", _c("f", f"{_SHEET}!${column}$2:${column}${last}"), _cached("numCache", known, len(names))),
        ),
        _c("smooth", val=0) if line else "",
    )


def _cached(kind: str, values: list[tuple[int, str]], count: int) -> str:
    """What is shown until the workbook is opened; a place without a value is a gap."""
    form = _c("formatCode", escape(figures_form(False, "lv"))) if kind == "numCache" else ""
    points = "".join(_c("pt", _c("v", escape(text)), idx=number) for number, text in values)
    return _c(kind, form, _c("ptCount", val=count), points)


def _axes(table: Table) -> str:
    bar, pattern = table.chart == "bar", figures_form(table.rows[0].cells[0].shown.unit == "cents", "lv")
    grid = _c("majorGridlines", _c("spPr", f'<a:ln w="6350">{_filled("D0D0D0")}</a:ln>'))
    names = _axis(1, "l" if bar else "b", "", "General", crosses="autoZero", reverse=bar)
    return _c("catAx", names) + _c("valAx", _axis(2, "b" if bar else "l", grid, pattern, "max" if bar else "autoZero"))


def _axis(number: int, place: str, grid: str, pattern: str, crosses: str, reverse: bool = False) -> str:
    lowest = _c("min", val=0) if grid else ""
    return "".join(
        (
            _c("axId", val=number),
            _c("scaling", _c("orientation", val="maxMin" if reverse else "minMax"), lowest),
            _c("delete", val=0),
            _c("axPos", val=place),
            grid,
            _c("numFmt", formatCode=pattern, sourceLinked=0),
            _c("majorTickMark", val="none"),
            _c("minorTickMark", val="none"),
            _c("tickLblPos", val="nextTo"),
            _c("crossAx", val=3 - number),
            _c("crosses", val=crosses),
        )
    )


def _letters() -> str:
    """The letters of a chart, as in the text around it: without them a program takes its own."""
    look = f'<a:defRPr sz="{100 * _LETTERS}"><a:latin typeface="{FONT}"/><a:cs typeface="{FONT}"/></a:defRPr>'
    return _c("txPr", f'<a:bodyPr/><a:lstStyle/><a:p><a:pPr>{look}</a:pPr><a:endParaRPr lang="lv-LV"/></a:p>')


def _filled(colour: str) -> str:
    return f'<a:solidFill><a:srgbClr val="{colour}"/></a:solidFill>'


def _c(name: str, *inside: str, **attributes: str | int) -> str:
    """An element of the chart language."""
    said = "".join(f" {key}={quoteattr(str(value))}" for key, value in attributes.items())
    return f"<c:{name}{said}>{''.join(inside)}</c:{name}>"


def _frame(relation: str, number: int, name: str, description: str) -> str:
    """The place of a chart in the text."""
    said = f"name={quoteattr(name)} descr={quoteattr(description)}"
    return (
        f'<w:drawing xmlns:w="{_WORD}" xmlns:wp="{_DRAWING}/wordprocessingDrawing" {_NAMESPACES}>'
        f'<wp:inline distT="0" distB="0" distL="0" distR="0"><wp:extent cx="{_WIDTH}" cy="{_HEIGHT}"/>'
        f'<wp:docPr id="{_FIRST_ID + number}" {said}/><wp:cNvGraphicFramePr/>'
        f'<a:graphic><a:graphicData uri="{_DRAWING}/chart"><c:chart r:id="{relation}"/></a:graphicData></a:graphic>'
        "</wp:inline></w:drawing>"
    )
