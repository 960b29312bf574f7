"""From an answered request to one chart as plain data: which one fits a slide, and the figures in it.

The figures are those of the table that the builder makes of the same answer; nothing is added up here.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from data_access.deck.model import (
    BARS,
    COLUMNS,
    LINES,
    MOVERS,
    NONE,
    OF_BUILDER,
    STACKED,
    Break,
    Chart,
    Figure,
    Series,
)
from data_access.language import format_euros
from data_access.measures import measure
from data_access.period import Period
from data_access.question import TOTAL, UNKNOWN
from data_access.telling.builder import making, offers
from data_access.telling.builder.asking import Answered
from data_access.telling.builder.figures import REST
from data_access.telling.builder.making import Field, Line, Made
from data_access.telling.builder.request import Request
from data_access.telling.builder.world import is_time
from data_access.telling.reader import Reader
from data_access.telling.withheld import is_number

MOST_BARS, FIRST_BARS = 12, 10  # of more bars than can be read from afar, the first ones and the rest
MOST_GROUPS, FIRST_GROUPS = 7, 5  # of bars side by side
MOST_COLUMNS = 14
MOST_BESIDE = 3  # bars side by side in one category
MOST_PARTS = 6  # of a bar, and lines of a chart
MOST_MOVERS = 5  # that rose, and as many that fell


@dataclass(frozen=True)
class Drawn:
    """What a picture is of: at most two dimensions and one measure of an answered request.

    `request`, `answered` and `made` are those of the picture alone; `kind` is the chart. `remarks` say what of the
    question is not in it.
    """

    request: Request
    answered: Answered
    made: Made
    kind: str
    remarks: tuple[str, ...]

    @property
    def code(self) -> str:
        return self.request.measures[0]

    @property
    def over_time(self) -> bool:
        return bool(self.request.rows) and is_time(self.request.rows[0])


def drawn(reader: Reader, request: Request, answered: Answered, wanted: str | None = None) -> Drawn:
    """The picture of an answered request: the chart wanted, if it fits, or else the one that fits best."""
    t, code = reader.t, request.drawn or request.measures[0]
    dims = list(offers.drawn(request))
    dims.sort(key=lambda name: not is_time(name))
    if request.compare:
        dims = dims[:1]
    kinds = fitting(reader, request)
    kind = wanted if wanted in kinds else kinds[0]
    remarks = [t("builder.why_chart")] if wanted and wanted not in kinds else []
    if kind == BARS and len(dims) == 2 and not _few(reader, request, dims[1]):
        dims = dims[:1]
    left_out = [name for name in request.by if name not in dims]
    remarks += [t("builder.drawn_over", dimension=reader.dimension(name)) for name in left_out]
    if len(request.measures) > 1:
        remarks.append(t("builder.drawn_measure", measure=reader.measure(code)))
    sort, top = _order(request, code, dims, kind)
    simple = replace(
        request,
        measures=(code,),
        rows=tuple(dims[:1]),
        column=dims[1] if len(dims) == 2 else None,
        share=None,
        show=None,
        sort=sort,
        top=top,
        drawn=None,
        chart=None,
    )
    of = counted_over(answered, left_out)
    made = making.make(reader, simple, of)
    most, first = (MOST_GROUPS, FIRST_GROUPS) if _beside(simple, kind) else (MOST_BARS, FIRST_BARS)
    if kind in (BARS, STACKED, COLUMNS) and dims and not is_time(dims[0]) and not top and len(made.outer) > most:
        moved = bool(request.compare) and not sort
        kept = _moved_most(made, code)[:first] if moved else None
        simple = replace(simple, top=first)
        made = making.make(reader, simple, of, kept)
        remarks.append(t("builder.drawn_moved" if moved else "builder.drawn_first", shown=first))
    return Drawn(simple, of, made, kind, (*remarks, *made.remarks))


def _moved_most(made: Made, code: str) -> list[str]:
    """The rows of a comparison, those first that rose or fell most; last those of which that is not shown or known."""
    change = next(field.figure for field in made.fields if field.ref == f"{code}.change")
    found = {outer: change((outer,)) for outer in made.outer}
    return sorted(found, key=lambda outer: -abs(found[outer]) if is_number(found[outer]) else 1)


def counted_over(answered: Answered, names: Sequence[str]) -> Answered:
    """The same answer without some of its dimensions: the rows that are counted over them."""
    frame = answered.frame
    for name in names:
        frame = frame[frame[name] == TOTAL]
    return replace(answered, frame=frame.drop(columns=list(names)).reset_index(drop=True))


def fitting(reader: Reader, request: Request) -> list[str]:
    """Charts that fit a request, the best first; always ends with none."""
    dims = sorted(offers.drawn(request), key=lambda name: not is_time(name))
    if not dims:
        return [NONE]
    code = request.drawn or request.measures[0]
    timed = is_time(dims[0])
    if timed:
        found = [LINES, COLUMNS]
        if len(dims) == 2 and measure(code).additive and not request.compare:
            found.append(STACKED)
    elif request.compare:
        found = [MOVERS, BARS, COLUMNS]
    elif len(dims) == 2:
        both = [STACKED, BARS] if measure(code).additive else [BARS]
        found = [BARS, *both[:-1]] if _few(reader, request, dims[1]) else both
    else:
        found = [BARS, COLUMNS]
    chosen = OF_BUILDER.get(request.chart) if request.chart else None
    if chosen in found:
        found = [chosen, *(kind for kind in found if kind != chosen)]
    return [NONE, *found] if chosen == NONE else [*found, NONE]


def _few(reader: Reader, request: Request, name: str) -> bool:
    """Whether a dimension has so few values that their bars can stand side by side."""
    codes = dict(request.where).get(name) or reader.vocabulary.codes(name)
    return len(codes) <= MOST_BESIDE


def _beside(request: Request, kind: str) -> bool:
    return kind in (BARS, COLUMNS) and bool(request.column or request.compare)


def _order(request: Request, code: str, dims: Sequence[str], kind: str) -> tuple[str | None, int | None]:
    """How the categories are sorted and how many there are: as in the table, if it has them in its rows."""
    if not dims or is_time(dims[0]) or kind == MOVERS:
        return None, None
    same = request.rows[:1] == tuple(dims[:1])
    asked = request.sort if request.sort and request.sort.split(".")[0] == code else None
    return asked if same else None, request.top if same else None


# ── the figures ──────────────────────────────────────────────────────────────────────────────────


def chart_of(reader: Reader, picture: Drawn) -> Chart | None:
    """The chart of a picture; None where there is none to draw, as no figure is shown and known."""
    if picture.kind == NONE or not picture.request.rows:
        return None
    lines = _lines(picture)
    fields = _without_nothing(_fields(reader, picture), lines)
    signed = picture.kind == MOVERS
    series = tuple(_series(reader, picture, field, lines, place, signed) for place, field in enumerate(fields))
    if not any(is_number(value) and value for one in series for value in one.values):
        return None
    names = _names(reader, picture, lines)
    codes = tuple(
        {} if line.codes[0] == REST else dict(zip(picture.request.rows, line.codes, strict=True)) for line in lines
    )
    return Chart(picture.kind, names, codes, series, measure(picture.code).unit, breaks_of(reader, picture, lines))


def _lines(picture: Drawn) -> list[Line]:
    """The rows that are categories: those that moved most, first what rose most."""
    lines = [line for line in picture.made.lines if not line.total]
    if picture.kind != MOVERS:
        return lines
    change = _by_ref(picture, f"{picture.code}.change").figure
    moved = [line for line in lines if is_number(change(line.codes)) and change(line.codes)]
    moved.sort(key=lambda line: -change(line.codes))
    rose = [line for line in moved if change(line.codes) > 0][:MOST_MOVERS]
    return [*rose, *[line for line in moved if change(line.codes) < 0][-MOST_MOVERS:]]


def _without_nothing(fields: list[Field], lines: Sequence[Line]) -> list[Field]:
    """The series without that of unknown values, where it is zero in every category that is drawn."""
    return [
        field
        for field in fields
        if not field.ref.endswith(f".{UNKNOWN}")
        or any(not is_number(figure) or figure for figure in (field.figure(line.codes) for line in lines))
    ]


def _by_ref(picture: Drawn, ref: str) -> Field:
    return next(field for field in picture.made.fields if field.ref == ref)


def _fields(reader: Reader, picture: Drawn) -> list[Field]:
    """The columns of the table that are series; of more than can be told apart the largest."""
    code = picture.code
    if picture.kind == MOVERS:
        return [_by_ref(picture, f"{code}.change")]
    if picture.request.compare:
        return [_by_ref(picture, f"{code}.before"), _by_ref(picture, code)]
    if not picture.request.column:
        return [_by_ref(picture, code)]
    parts = [field for field in picture.made.fields if not field.ref.endswith(f".{TOTAL}")]
    if len(parts) <= MOST_PARTS:
        return parts

    def largest(field: Field) -> float:
        figures = [field.figure(line.codes) for line in picture.made.lines if not line.total]
        return max((figure for figure in figures if is_number(figure)), default=-1)

    kept = sorted(parts, key=largest, reverse=True)[:MOST_PARTS]
    return [field for field in parts if field in kept]


def cut_series(picture: Drawn) -> int | None:
    """How many series a chart has, if it has not all of them."""
    parts = [field for field in picture.made.fields if not field.ref.endswith(f".{TOTAL}")]
    return MOST_PARTS if picture.request.column and len(parts) > MOST_PARTS else None


def _series(reader: Reader, picture: Drawn, field: Field, lines: Sequence[Line], place: int, signed: bool) -> Series:
    code, request = picture.code, picture.request
    values = tuple(plain(field.figure(line.codes)) for line in lines)
    labels = tuple(written(reader, measure(code).unit, value, signed) for value in values)
    if signed:
        return Series(field.column.name, values, labels, ("change", "more", 0))
    if request.compare:
        before = field.ref.endswith(".before")
        return Series(
            reader.period(picture.answered.before if before else picture.answered.period),
            values,
            labels,
            ("year", "before" if before else "now", place),
        )
    if request.column:
        value = field.ref.partition(".")[2]
        return Series(reader.label(request.column, value), values, labels, (request.column, value, place))
    return Series(reader.measure(code), values, labels, ("measure", code, 0))


def plain(figure: Figure) -> Figure:
    """A figure as a number of Python's own."""
    return figure.item() if hasattr(figure, "item") else figure


def written(reader: Reader, unit: str, value: Figure, signed: bool = False) -> str:
    """A figure as it stands on a slide: money in whole euros, a change with its sign."""
    if not is_number(value):
        return reader.value(unit, value)
    if unit == "cents":
        return ("+" if signed and value > 0 else "") + format_euros(value, reader.language, places=0)
    return reader.change(unit, value) if signed else reader.value(unit, value)


def _names(reader: Reader, picture: Drawn, lines: Sequence[Line]) -> tuple[str, ...]:
    """The categories in words: short ones for a time axis."""
    name = picture.request.rows[0]
    if not is_time(name):
        return tuple(line.name for line in lines)
    shorts = reader.shorts(name, [line.codes[0] for line in lines])
    return tuple(shorts[line.codes[0]] for line in lines)


def breaks_of(reader: Reader, picture: Drawn, lines: Sequence[Line]) -> tuple[Break, ...]:
    """The breaks of a series over time, each in the cell that it lies in, numbered by their days."""
    if not picture.over_time:
        return ()
    notes = sorted((note for note in picture.answered.notes if note.kind == "break"), key=lambda n: n.param("day"))
    spans = [None if line.codes[0] in (REST, UNKNOWN) else Period.parse(line.codes[0]) for line in lines]
    found = []
    for note in notes:
        day = note.param("day")
        places = [place for place, span in enumerate(spans) if span and span.overlaps(day, day)]
        if places:
            text = note.param(f"reason_{reader.language}")
            found.append(Break(places[0], len(found) + 1, text))
    return tuple(found)
