"""From figures to a table of names: rows in their order, columns, shares, totals, and what was left out.

Nothing is added up here but what may be: every total is a row of the answer, counted at its own grain. Only the rest
below the first rows of an additive measure is its total less those rows.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from data_access.answer import WITHHELD, Withheld
from data_access.measures import measure
from data_access.question import TOTAL
from data_access.telling.builder import offers
from data_access.telling.builder.asking import Answered
from data_access.telling.builder.figures import REST, Codes, Figures
from data_access.telling.builder.request import Request
from data_access.telling.builder.world import is_time
from data_access.telling.reader import Reader
from data_access.telling.tables import Column, Row, Table
from data_access.telling.withheld import is_number

MOST_CELLS = 4_000  # a page that shows more stands still while it is drawn
MOST_COLUMNS = 60
INDENT = "\u2003"  # before the name of a part, whose group stands above it

Figure = int | float | Withheld | None


@dataclass(frozen=True)
class Line:
    """A row: its codes in the dimensions of the rows, how deep it stands, and whether it is a total."""

    codes: Codes
    name: str
    depth: int = 0
    total: bool = False


@dataclass(frozen=True)
class Field:
    """A column: its name for sorting, its heading, and its figure for the codes of a row."""

    ref: str
    column: Column
    figure: Callable[[Codes], Figure]


@dataclass(frozen=True)
class Made:
    """A table with the codes behind its rows and columns, and sentences about what is not in it.

    `outer` are the codes of the first dimension of the rows that the table has, in its order.
    """

    table: Table
    lines: tuple[Line, ...]
    fields: tuple[Field, ...]
    outer: tuple[str, ...]
    remarks: tuple[str, ...]


def make(reader: Reader, request: Request, answered: Answered, first: Sequence[str] | None = None) -> Made:
    """The table of an answered request; `first` are the codes of its rows in their order, above the rest."""
    figures = Figures(request, answered)
    outer = _outer(request, figures, _fields(reader, request, answered, figures))
    kept = outer if first is None else list(first)
    if request.top and first is None:
        kept = outer[: request.top]
    if len(kept) < len(outer) and _additive(request):
        figures = figures.with_rest(kept)
    fields = _fields(reader, request, answered, figures)
    lines = _lines(reader, request, answered, figures, fields, kept, len(outer) - len(kept))
    shown_fields = fields[:MOST_COLUMNS]
    shown_lines = _first(lines, max(MOST_CELLS // max(len(shown_fields), 1), 10))
    rows = [
        Row(
            INDENT * line.depth + line.name,
            tuple(field.figure(line.codes) for field in shown_fields),
            line.total,
            codes=_named(request, line),
        )
        for line in shown_lines
    ]
    corner = reader.dimension(request.rows[-1]) if request.rows else reader.t("builder.all_together")
    return Made(
        Table(corner, tuple(field.column for field in shown_fields), tuple(rows)),
        tuple(shown_lines),
        tuple(shown_fields),
        tuple(kept),
        tuple(_remarks(reader, request, answered, len(outer) - len(kept), (rows, lines), (shown_fields, fields))),
    )


def _named(request: Request, line: Line) -> dict[str, str]:
    """The codes of a row by dimension; a row of all that is left below the first ones has none."""
    named = {name: code for name, code in zip(request.rows, line.codes, strict=True) if code != TOTAL}
    return {} if REST in named.values() else named


def _first(lines: list[Line], most: int) -> list[Line]:
    """The first rows, if there are too many; what stands last, the total, is then not among them."""
    return lines if len(lines) <= most else lines[:most]


def _remarks(reader: Reader, request: Request, answered: Answered, rest: int, rows, fields) -> list[str]:
    """What is not in the table, and what its shares are not."""
    t = reader.t
    found = []
    if answered.narrowed:
        kept = len(set(answered.frame[answered.narrowed]) - {TOTAL})
        name = reader.dimension(answered.narrowed)
        found.append(t("builder.narrowed", dimension=name, shown=kept, values=answered.values))
    for key, (shown, every) in (("builder.first_rows", rows), ("builder.first_columns", fields)):
        if len(shown) < len(every):
            found.append(t(key, shown=len(shown), all=len(every)))
    if (request.sort or request.top) and any(figure is WITHHELD for row in rows[0] for figure in row.figures):
        found.append(t("builder.sorted_shown", mark=reader.withheld))
    if rest and not _additive(request):
        found.append(t("builder.rest_left_out", count=rest))
    if request.share and not _additive(request):
        found.append(t("builder.share_overlaps"))
    return found


def _additive(request: Request) -> bool:
    return all(measure(code).additive for code in request.measures)


def _whole(request: Request) -> Codes:
    return (TOTAL,) * len(request.rows)


# ── columns ──────────────────────────────────────────────────────────────────────────────────────


def _fields(reader: Reader, request: Request, answered: Answered, figures: Figures) -> list[Field]:
    if request.column:
        return _crossed(reader, request, answered, figures)
    if request.compare:
        names = {code: reader.measure(code) if len(request.measures) > 1 else "" for code in request.measures}
        return [
            field
            for code in request.measures
            for field in _compared(reader, request, answered, figures, code, None, names[code])
        ]
    fields = []
    for code in request.measures:
        fields.append(_plain(reader, code, figures))
        if request.share:
            heading = reader.t("builder.share_of_total")
            heading = (
                f"{reader.measure(code)}: {heading[:1].lower()}{heading[1:]}" if len(request.measures) > 1 else heading
            )
            fields.append(Field(f"{code}.share", Column(heading, "percent"), _share(request, figures, code, TOTAL)))
    return fields


def _plain(reader: Reader, code: str, figures: Figures) -> Field:
    return Field(code, Column(reader.measure(code), measure(code).unit), lambda codes: figures.get(codes, code))


def _crossed(reader: Reader, request: Request, answered: Answered, figures: Figures) -> list[Field]:
    place = len(request.by) - 1
    codes = sorted(figures.codes(place), key=_rank(reader, request.column))
    codes = figures.filled(place, codes, _columns(figures, request))
    names = reader.shorts(request.column, codes) | {TOTAL: reader.t("words.total")}
    fields = []
    for code in request.measures:
        prefix = f"{reader.measure(code)}: " if len(request.measures) > 1 else ""
        for value in (*codes, TOTAL):
            if value == TOTAL and (answered.narrowed == request.column or _no_total_over_time(request, code)):
                continue
            if request.compare:
                fields += _compared(reader, request, answered, figures, code, value, prefix + names[value])
                continue
            figure = _cell(figures, code, value)
            unit = measure(code).unit
            if request.share:
                figure, unit = _share(request, figures, code, value), "percent"
            fields.append(Field(f"{code}.{value}", Column(prefix + names[value], unit), figure))
    return fields


def _no_total_over_time(request: Request, code: str) -> bool:
    return measure(code).stock and is_time(request.column)


def _rank(reader: Reader, name: str) -> Callable[[str], tuple]:
    return lambda code: (reader.vocabulary.rank(name, code), code)


def _cell(figures: Figures, code: str, value: str) -> Callable[[Codes], Figure]:
    return lambda codes: figures.get((*codes, value), code)


def _compared(
    reader: Reader, request: Request, answered: Answered, figures: Figures, code: str, value: str | None, of: str
) -> list[Field]:
    """The figures of a comparison of one measure; of one `value` of the columns, if there are any. `of` names them."""
    across, unit = () if value is None else (value,), measure(code).unit
    headings = {
        ".before": (reader.period(answered.before), unit),
        "": (reader.period(answered.period), unit),
        ".change": (reader.t("tables.change"), unit),
        ".change_percent": (reader.t("tables.change_percent"), "percent"),
    }
    fields = []
    for ending in offers.endings(request):
        heading, of_unit = headings[ending]
        if request.show:
            heading = of
        elif of:
            heading = f"{of}{', ' if across else ': '}{heading[:1].lower()}{heading[1:]}"
        signed = ending.startswith(".change")
        figure = _of_column(figures, f"{code}{ending.replace('.', '_')}", across)
        fields.append(Field(".".join((code, *across)) + ending, Column(heading, of_unit, signed), figure))
    return fields


def _of_column(figures: Figures, column: str, across: Codes = ()) -> Callable[[Codes], Figure]:
    return lambda codes: figures.get((*codes, *across), column)


def _share(request: Request, figures: Figures, code: str, value: str) -> Callable[[Codes], Figure]:
    """The part of a figure in the whole of its row, its column or everything, in percent."""
    across = (value,) if request.column else ()

    def share(codes: Codes) -> Figure:
        whole = {
            "row": (*codes, TOTAL) if request.column else codes,
            "column": (*_whole(request), *across),
            "total": (TOTAL,) * len(request.by),
        }[request.share]
        part, of = figures.get((*codes, *across), code), figures.get(whole, code)
        if WITHHELD in (part, of):
            return WITHHELD
        return None if part is None or not of else 100 * part / of

    return share


# ── rows ─────────────────────────────────────────────────────────────────────────────────────────


def _outer(request: Request, figures: Figures, fields: Sequence[Field]) -> list[str]:
    """Codes of the first dimension of the rows, in order."""
    if not request.rows:
        return []
    by_value = _by_value(request, fields)
    codes = figures.filled(0, _of_rows(request, figures, 0), _columns(figures, request))
    return _sorted(request, 0, codes, lambda code: by_value(_padded(request, (code,))))


def _columns(figures: Figures, request: Request) -> list[str]:
    """The columns of the frame that hold figures of the periods, not changes."""
    return [*request.measures, *(f"{code}_before" for code in request.measures if request.compare)]


def _lines(
    reader: Reader,
    request: Request,
    answered: Answered,
    figures: Figures,
    fields: Sequence[Field],
    outer: Sequence[str],
    rest: int,
) -> list[Line]:
    """The rows in order: each group above its parts, the rest below the first ones, the total last."""
    whole = Line(_whole(request), reader.t("words.total"), total=True)
    if not request.rows:
        return [whole]
    names, by_value = reader.rows(request.rows[0], outer), _by_value(request, fields)
    lines = []
    for code in outer:
        if len(request.rows) == 1:
            lines.append(Line((code,), names[code]))
            continue
        lines.append(Line((code, TOTAL), names[code], total=True))
        inner = figures.filled(1, _of_rows(request, figures, 1, (code,)), _columns(figures, request))
        inner = _sorted(request, 1, inner, lambda part, code=code: by_value((code, part)))
        inside = reader.rows(request.rows[1], inner)
        lines += [Line((code, part), inside[part], depth=1) for part in inner]
    if rest and _additive(request):
        lines.append(Line(_padded(request, (REST,)), reader.t("builder.rest", count=rest)))
    # A stock has no total over time, and the first of too many values have none that says anything.
    if answered.narrowed not in request.rows and any(field.figure(whole.codes) is not None for field in fields):
        lines.append(whole)
    return lines


def _of_rows(request: Request, figures: Figures, place: int, within: Codes = ()) -> list[str]:
    codes = figures.codes(place, within)
    return sorted(codes) if is_time(request.rows[place]) else codes


def _padded(request: Request, codes: Codes) -> Codes:
    return codes + (TOTAL,) * (len(request.rows) - len(codes))


def _by_value(request: Request, fields: Sequence[Field]) -> Callable[[Codes], Figure]:
    """The figure by which rows are sorted; of the first measure over all columns, if none is named."""
    first = f"{request.measures[0]}.{TOTAL}" if request.column else request.measures[0]
    wanted = request.sort or (f"{first}.{request.show}" if request.show else first)
    found = [field for field in fields if field.ref == wanted] or list(fields[:1])
    return found[0].figure if found else lambda codes: None


def _sorted(request: Request, place: int, codes: list[str], value: Callable[[str], Figure]) -> list[str]:
    """Rows by their figure, those without one or withheld last; rows of time, and all if nothing is asked, as they
    stand."""
    if is_time(request.rows[place]) or not (request.sort or (request.top and place == 0)):
        return codes
    sign = 1 if request.ascending else -1
    found = {code: value(code) for code in codes}
    return sorted(codes, key=lambda code: (not is_number(found[code]), sign * (found[code] or 0)))
