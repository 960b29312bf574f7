"""The picture that fits a table: which one, and drawn from the same figures."""

from collections.abc import Sequence

import pandas as pd
import plotly.graph_objects as go

from data_access import TOTAL, UNKNOWN, Note
from data_access.telling.builder import offers
from data_access.telling.builder.asking import Answered
from data_access.telling.builder.making import Made
from data_access.telling.builder.request import Request
from data_access.telling.builder.world import is_time
from data_access.telling.reader import Reader
from data_access.telling.tables import in_order
from data_access.telling.withheld import hidden
from pages.parts import charts

MOST_BARS = 30
MOST_ROWS, MOST_COLUMNS = 25, 12  # of a heat map
MOST_MOVERS = 10


def kind(request: Request, answered: Answered) -> str:
    """The picture chosen, or the one that fits best: of more lines than can be told apart, a heat map."""
    found = offers.charts(request)
    if request.chart:
        return request.chart
    if found[:2] == ["lines", "heat"]:
        cells = answered.frame[request.time[-1]].nunique() - 1
        many = len(_parts(request, answered)) > offers.STACKED_AT_MOST
        return "heat" if many and cells <= 2 * MOST_COLUMNS else "lines"
    return found[0]


def _parts(request: Request, answered: Answered) -> list[str]:
    """Codes of the dimension that splits a line or a bar."""
    names = [name for name in offers.drawn(request) if not is_time(name)]
    return [code for code in dict.fromkeys(answered.frame[names[-1]]) if code != TOTAL] if names else []


def draw(
    reader: Reader, request: Request, answered: Answered, made: Made, notes: Sequence[Note]
) -> tuple[go.Figure | None, list[str]]:
    """The picture, or None where there is none to draw, and sentences about what is not in it."""
    chosen = kind(request, answered)
    if chosen == "none" or not request.by:
        return None, []
    code = request.drawn or request.measures[0]
    dims = offers.drawn(request)
    frame = _frame(request, answered, made, dims, code)
    remarks = [
        reader.t("builder.drawn_over", dimension=reader.dimension(name)) for name in request.by if name not in dims
    ]
    if request.share:
        remarks.append(reader.t("builder.drawn_figures"))
    if len(request.measures) > 1:
        remarks.append(reader.t("builder.drawn_measure", measure=reader.measure(code)))
    figure, cut = _DRAW[chosen](reader, request, answered, frame, dims, code, notes)
    if cut:
        remarks.append(reader.t("builder.drawn_first", shown=cut))
    return figure, remarks


def _frame(request: Request, answered: Answered, made: Made, dims: Sequence[str], code: str) -> pd.DataFrame:
    """The rows that the picture is of: totals over what it does not show, and only what the table has, in its order."""
    frame = answered.frame
    for name in request.by:
        if name not in dims:
            frame = frame[frame[name] == TOTAL]
    if request.top and request.rows[0] in dims:
        frame = frame[frame[request.rows[0]].isin([*made.outer, TOTAL])]
    columns = [code, f"{code}_before"] if answered.before else [code]
    for name in dims:
        unknown = frame[name] == UNKNOWN
        withheld = any(hidden(frame, column)[unknown].any() for column in columns)
        if not withheld and not frame.loc[unknown, columns].fillna(0).any(axis=None):
            frame = frame[~unknown]
    if request.rows and request.rows[0] in dims:
        frame = in_order(frame, request.rows[0], made.outer)
    return frame.reset_index(drop=True)


def _lines(reader, request, answered, frame, dims, code, notes):
    time = next(name for name in dims if is_time(name))
    split = next((name for name in dims if not is_time(name)), None)
    if answered.before:
        names = reader.period(answered.period), reader.period(answered.before)
        whole = frame[frame[split] == TOTAL] if split else frame
        return charts.two_years(reader, whole, time, code, names, notes), None
    if split is None:
        return charts.series(reader, frame, time, [code], notes=notes), None
    frame, cut = _largest(frame, split, [name for name in dims if name != split], code, offers.STACKED_AT_MOST)
    return charts.series(reader, frame, time, [code], split, notes), cut


def _bars(reader, request, answered, frame, dims, code, notes):
    whole = frame[frame[dims[1]] == TOTAL] if len(dims) > 1 else frame
    frame, cut = _largest(whole, dims[0], [], code, MOST_BARS)
    return charts.bars(reader, frame, dims[0], code), cut


def _movers(reader, request, answered, frame, dims, code, notes):
    whole = frame[frame[dims[1]] == TOTAL] if len(dims) > 1 else frame
    changed = whole[(whole[dims[0]] != TOTAL) & whole[f"{code}_change"].notna()]
    changed = changed.sort_values(f"{code}_change", ascending=False, kind="stable")
    cut = None
    if len(changed) > 2 * MOST_MOVERS:
        changed, cut = pd.concat([changed.head(MOST_MOVERS), changed.tail(MOST_MOVERS)]), 2 * MOST_MOVERS
    return charts.movers(reader, changed.reset_index(drop=True), dims[0], code), cut


def _stack(reader, request, answered, frame, dims, code, notes):
    frame, cut = _largest(frame, dims[0], [dims[1]], code, MOST_BARS)
    return charts.stacked(reader, frame, dims[0], dims[1], code), cut


def _heat(reader, request, answered, frame, dims, code, notes):
    rows, columns = dims
    if is_time(rows):
        rows, columns = columns, rows
    frame, cut = _largest(frame, rows, [columns], code, MOST_ROWS)
    if not is_time(columns):
        frame, more = _largest(frame, columns, [rows], code, MOST_COLUMNS)
        cut = cut or more
    return charts.heat(reader, frame, rows, columns, code), cut


_DRAW = {"lines": _lines, "bars": _bars, "movers": _movers, "stack": _stack, "heat": _heat}


def _largest(
    frame: pd.DataFrame, name: str, others: Sequence[str], code: str, most: int
) -> tuple[pd.DataFrame, int | None]:
    """The rows of the largest codes of a dimension, and how many these are if some had to be left out.

    Largest by the total over the other dimensions, or, where a stock has none, by its largest figure.
    """
    parts = frame[frame[name] != TOTAL]
    if parts[name].nunique() <= most:
        return frame, None
    whole = parts
    for other in others:
        whole = whole[whole[other] == TOTAL]
    if whole.empty or whole[code].isna().all():
        whole = parts
    ranked = whole.groupby(name, sort=False)[code].max().fillna(-1).astype("float64")
    kept = ranked.sort_values(ascending=False, kind="stable").head(most).index
    return frame[frame[name].isin([*kept, TOTAL])].reset_index(drop=True), most
