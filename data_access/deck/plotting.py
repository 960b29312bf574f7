"""Where everything stands in a chart of a slide: names, marks, figures, in letters as large as there is room for.

Plain reckoning in parts of the chart's width and height, so that whoever draws it, draws it so.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from data_access.deck.measuring import LINE, lines, width
from data_access.deck.model import BARS, COLUMNS, LINES, MOVERS, STACKED, Chart, Series, without_figures
from data_access.telling.withheld import is_number

SIZES = (18, 16, 14, 12, 10)  # points of letters in a chart, the largest first
_WIDEST_NAMES = 0.5  # of a chart: names of bars
_GAP = 6  # points between a bar and its figure
_FULL = 0.98  # of a side of a chart is used


@dataclass(frozen=True)
class Plot:
    """Where the marks of a chart stand, as parts of its width and height."""

    left: float
    top: float
    wide: float
    tall: float
    size: float = SIZES[-1]  # of letters, in points


def number_of(chart: Chart, value) -> float | int | None:
    """A figure as a cell of the workbook: euros, not cents; nothing where there is no figure."""
    if not is_number(value):
        return None
    return value / 100 if chart.unit == "cents" else value


def numbers_of(chart: Chart, series: Series) -> list[float | int]:
    return [number for value in series.values if (number := number_of(chart, value)) is not None]


def names_of(chart: Chart) -> list[str]:
    """Categories, with the word in place of a figure where they have none."""
    missing = {} if chart.kind == LINES else without_figures(chart)
    return [f"{name}: {missing[place]}" if place in missing else name for place, name in enumerate(chart.categories)]


def layout(chart: Chart, wide: float, tall: float) -> tuple[float, list[str], Plot]:
    """The size of letters, the names of the categories broken into lines, and the plot."""
    names = names_of(chart)
    lay = {BARS: _across, MOVERS: _across, STACKED: _across, COLUMNS: _upright, LINES: _along}[chart.kind]
    for size in SIZES:
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
    if room is None and size != SIZES[-1]:
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
    if not (fits and labels <= slot / len(chart.series)) and size != SIZES[-1]:
        return None
    foot = (max(map(len, broken)) * size * LINE + 2 * _GAP) / tall
    return ["\n".join(name) for name in broken], Plot(0.01, head, _FULL, _FULL - head - foot)


def _along(chart: Chart, names: Sequence[str], wide: float, tall: float, size: float):
    """Lines: figures of the axis at the left, the names of the lines behind their ends, cells below."""
    left = (max(width(label, size) for series in chart.series for label in series.labels) + 2 * _GAP) / wide
    right = (name_room(chart, wide, size) + 3 * _GAP) / wide
    slot = wide * (1 - left - right) / len(names)
    if max(width(name, size) for name in names) > slot * 0.95 and size != SIZES[-1]:
        return None
    foot, head = (size * LINE + 2 * _GAP) / tall, (size * LINE + _GAP) / tall if chart.breaks else 0.03
    return list(names), Plot(left, head, 1 - left - right, _FULL - foot - head, size)


def name_room(chart: Chart, wide: float, size: float) -> float:
    """The width of what stands behind the ends of lines, in points: their names; nothing if there is one line."""
    if len(chart.series) < 2:
        return size
    names = [f"{one.name}: {max(one.labels, key=len)}" for one in chart.series]
    return max(width(line, size, True) for name in names for line in lines(name, size, wide * 0.22, True))


def scale(chart: Chart, figures: Sequence[float], plot: Plot, wide: float, size: float) -> tuple[float, float]:
    """The ends of the axis of figures, so that the figures beside the longest bars have room."""
    if chart.kind == STACKED:
        sums = [
            sum(number for one in chart.series if (number := number_of(chart, one.values[place])) is not None)
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
    return _rounded_up(max(number for one in chart.series for number in numbers_of(chart, one)))


def heights(chart: Chart, plot: Plot) -> list[float]:
    """Where the last known points of the lines stand, as parts of the height of their chart."""
    return [plot.top + plot.tall * (1 - numbers_of(chart, one)[-1] / ceiling(chart)) for one in chart.series]


def _rounded_up(value: float) -> float:
    """The next round figure whose quarters are round, too."""
    step = 1
    while step * 40 < value:
        step *= 10
    return next(step * times for times in (4, 8, 12, 16, 20, 24, 28, 32, 36, 40) if step * times >= value)


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
            here = [number_of(chart, one.values[place]) for one in chart.series if is_number(one.values[place])]
            own = number_of(chart, series.values[place])
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


def name_of(chart: Chart, number: int, shown: Mapping[tuple[int, int], bool]) -> str:
    """What stands behind the end of a line: its name, and its last figure where that does not stand at the point."""
    series = chart.series[number]
    known = [place for place, value in enumerate(series.values) if is_number(value)]
    if not known or (number, known[-1]) in shown:
        return series.name
    return f"{series.name}: {series.labels[known[-1]]}"


def positions(chart: Chart, plot: Plot) -> list[float]:
    """Where the categories of a chart over time stand, as parts of its width."""
    step = plot.wide / len(chart.categories)
    return [plot.left + step * (place + 0.5) for place in range(len(chart.categories))]
