"""Tables for people: an answer's codes and figures as rows and columns with names, the same on screen and in files."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace

import pandas as pd

from data_access.answer import WITHHELD, Answer, Withheld
from data_access.comparison import Comparison
from data_access.measures import dimension, measure
from data_access.question import TOTAL, UNKNOWN
from data_access.telling import withheld
from data_access.telling.reader import Reader

# Measures of persons who are not written down for everything that is counted beside them.
KNOWN_IN_PART = ("other_clients",)


@dataclass(frozen=True)
class Column:
    """A column: its heading and the unit of its figures, or `text` for words.

    `change`: figures are differences and carry a sign. `dash`: where there is no figure there never was one, so that
    a dash stands there and not „nav publicēts”. `in_part`: where there is none nobody wrote it down, and „nav zināms”
    stands there.
    """

    name: str
    unit: str
    change: bool = False
    dash: bool = False
    in_part: bool = False

    @property
    def words(self) -> bool:
        return self.unit == "text"

    def missing(self, reader: Reader) -> str:
        """What stands where a figure is not known."""
        if self.change or self.dash:
            return "–"
        return reader.t("words.not_known" if self.in_part else "words.not_published")


@dataclass(frozen=True)
class Row:
    """A row: its name, its figures (None: not known; or WITHHELD), whether it is a total, and its own unit if it has
    one.

    `codes` are those of its records by dimension; a row of everything, or of what has no code, has none.
    """

    name: str
    figures: tuple[int | float | str | Withheld | None, ...]
    total: bool = False
    unit: str | None = None
    codes: Mapping[str, str] = field(default_factory=dict, compare=False)


@dataclass(frozen=True)
class Table:
    """Rows of figures under named columns; `corner` is the heading over the rows' names."""

    corner: str
    columns: tuple[Column, ...]
    rows: tuple[Row, ...]

    @staticmethod
    def unit(row: Row, column: Column) -> str:
        """The unit of a figure: that of its row, if it has one, but a percentage stays one and so do words."""
        return column.unit if column.unit in ("percent", "text") or row.unit is None else row.unit

    @property
    def _all(self) -> list:
        return [figure for row in self.rows for figure in row.figures]

    @property
    def empty(self) -> bool:
        """Whether there is nothing to be seen: no figure but zero, or none that is not withheld."""
        return self.withheld or not any(figure or figure is WITHHELD for figure in self._all)

    @property
    def withheld(self) -> bool:
        """Whether figures are withheld, and none is shown."""
        figures = self._all
        return WITHHELD in figures and all(figure is None or figure is WITHHELD for figure in figures)

    @property
    def wordy(self) -> bool:
        """Whether its rows are sentences: such a table scrolls when it is long."""
        return any(column.words for column in self.columns)

    @property
    def unknown(self) -> bool:
        """Whether there are figures to show, and none of them is known."""
        return bool(self._all) and all(figure is None for figure in self._all)


def known(*figures) -> tuple[int | float | None, ...]:
    """Figures as a row takes them: None for what is not known."""
    return tuple(None if pd.isna(figure) else figure for figure in figures)


def _figures(row, names: Iterable[str]) -> tuple[int | float | Withheld | None, ...]:
    return tuple(withheld.cell(row, name) for name in names)


def _measured(reader: Reader, codes: Sequence[str]) -> tuple[Column, ...]:
    return tuple(Column(reader.measure(code), measure(code).unit, in_part=code in KNOWN_IN_PART) for code in codes)


def _ordered(frame: pd.DataFrame, by: Sequence[str]) -> list[tuple[str, str, bool]]:
    """(dimension, row's index, is it a total) from top to bottom; a group stands above its parts."""
    found = []
    if len(by) == 1:
        return [(by[0], place, code == TOTAL) for place, code in frame[by[0]].items()]
    group, part = by
    groups: dict[str, tuple[list, list]] = {}
    for place, code, inner in zip(frame.index, frame[group], frame[part], strict=True):
        groups.setdefault(code, ([], []))[inner == TOTAL].append(place)
    for code, (parts, totals) in groups.items():
        if code == TOTAL or len(parts) > 1:
            found += [(group, place, True) for place in totals]
        if code != TOTAL:
            found += [(part, place, False) for place in parts]
    return found


def _names(reader: Reader, frame: pd.DataFrame, by: Sequence[str]) -> Callable[[str, str], str]:
    """How rows are named: months of one year without the year, which stands over the table."""
    months = set(frame["month"]) - {TOTAL} if "month" in by else set()
    return reader.within_year if len({month[:4] for month in months}) == 1 else reader.label


def _row(name_of: Callable[[str, str], str], name: str, code: str, figures: tuple, total: bool) -> Row:
    """The row of one code of a dimension."""
    return Row(name_of(name, code), figures, total, codes={} if code == TOTAL else {name: code})


def listed(reader: Reader, frame: pd.DataFrame, by: str | Sequence[str], codes: Sequence[str]) -> Table:
    """One row a code of a dimension (or of two: a group above its parts), one column a measure; totals last."""
    by = (by,) if isinstance(by, str) else tuple(by)
    return Table(reader.dimension(by[-1]), _measured(reader, codes), _rows(reader, frame, by, codes))


def _rows(reader: Reader, frame: pd.DataFrame, by: Sequence[str], fields: Sequence[str]) -> tuple[Row, ...]:
    """A row of figures for each code of a dimension or of two, as they are ordered."""
    name_of, found = _names(reader, frame, by), frame.to_dict("index")
    return tuple(
        _row(name_of, name, found[place][name], _figures(found[place], fields), total)
        for name, place, total in _ordered(frame, by)
    )


def _down(frame: pd.DataFrame, name: str) -> list[str]:
    """Codes of a dimension that occur: calendar cells by day, others as they stand in the frame; the total is last."""
    found = sorted(set(frame[name])) if dimension(name).kind == "time" else list(dict.fromkeys(frame[name]))
    return sorted(found, key=lambda code: code == TOTAL)


def crossed(reader: Reader, frame: pd.DataFrame, down: str, across: str, code: str, total_down: bool = True) -> Table:
    """One row a code of `down` as the frame has them, one column a code of `across`, one measure; totals at the right
    and below.

    `total_down=False` leaves out the row of totals, where there is none to speak of (stocks, years of a series).
    """
    rows = [name for name in _down(frame, down) if total_down or name != TOTAL]
    columns = sorted(set(frame[across]), key=lambda name: reader.vocabulary.rank(across, name))
    places = zip(frame[down], frame[across], strict=True)
    cells = dict(zip(places, withheld.column(frame, code), strict=True))
    unit, name_of = measure(code).unit, _names(reader, frame, (down,))
    return Table(
        reader.dimension(down),
        tuple(Column(reader.short(across, column), unit) for column in columns),
        tuple(_row(name_of, down, row, tuple(cells.get((row, c), 0) for c in columns), row == TOTAL) for row in rows),
    )


def compared(
    reader: Reader, frame: pd.DataFrame, by: str | Sequence[str], codes: Sequence[str], names: tuple[str, str]
) -> Table:
    """A comparison's frame: for each measure the year before, this year, the change and the change in percent.

    `names` are those of this period and of the one before.
    """
    by = (by,) if isinstance(by, str) else tuple(by)
    now, before = names
    columns, fields = [], []
    for code in codes:
        unit = measure(code).unit
        prefix = f"{reader.measure(code)}, " if len(codes) > 1 else ""
        columns += [
            Column(f"{prefix}{before}", unit),
            Column(f"{prefix}{now}", unit),
            Column(f"{prefix}{reader.t('tables.change').lower()}" if prefix else reader.t("tables.change"), unit, True),
            Column(reader.t("tables.change_percent"), "percent", True),
        ]
        fields += [f"{code}_before", code, f"{code}_change", f"{code}_change_percent"]
    return Table(reader.dimension(by[-1]), tuple(columns), _rows(reader, frame, by, fields))


def in_order(frame: pd.DataFrame, name: str, codes: Sequence[str]) -> pd.DataFrame:
    """The rows in this order of the codes of a dimension, and those of other codes after them."""
    places = {code: place for place, code in enumerate(codes)}
    found = [places.get(code, len(places)) for code in frame[name]]
    return frame.iloc[sorted(range(len(found)), key=found.__getitem__)].reset_index(drop=True)


def ranked(frame: pd.DataFrame, name: str, code: str, over: Sequence[str] = (), within: str = "") -> pd.DataFrame:
    """The rows by a measure's figures for a dimension, the largest first: the order of a picture and of its table.

    What is withheld or not known comes after them, then records without a value, and totals last. `over` are further
    dimensions, over which is counted; `within` the groups stay as they are.
    """
    whole = totals_over(frame, *over)
    whole = whole[~whole[name].isin([UNKNOWN, TOTAL])].sort_values(code, ascending=False, kind="stable")
    groups = list(dict.fromkeys(frame[within])) if within else []
    frame = in_order(frame, name, [*dict.fromkeys(whole[name]), UNKNOWN, TOTAL])
    return in_order(frame, within, groups) if within else frame


def totals_over(frame: pd.DataFrame, *dimensions: str) -> pd.DataFrame:
    """The rows that are counted over all values of these dimensions."""
    for name in dimensions:
        frame = frame[frame[name] == TOTAL]
    return frame


def without_none(answer: Answer, code: str, among: str) -> Answer:
    """The answer with no figure for a measure that is known in part, where it would be none of something: not known."""
    frame = answer.frame
    nobody = (frame[code].fillna(1) == 0) & (frame[among].fillna(0) > 0)
    return replace(answer, frame=frame.assign(**{code: frame[code].mask(nobody)}))


def filled(frame: pd.DataFrame, dimension: str, code: str) -> pd.DataFrame:
    """The rows without those of unknown values, if there is nothing in any of them."""
    unknown = frame[dimension] == UNKNOWN
    return frame if frame.loc[unknown, code].fillna(1).any() else frame[~unknown]


def marginal(reader: Reader, splits: Mapping[str, Answer], value: str) -> Table:
    """One row a dimension: its records with one value (`with`), out of an answer to the same measures split by it."""
    rows = []
    for name, split in splits.items():
        codes = split.question.measures
        figures = tuple(split.value(code, **{name: value}) for code in codes)
        rows.append(Row(reader.label(name, value), figures, codes={name: value}))
    rows.append(Row(reader.t("words.total"), tuple(split.value(code) for code in codes), total=True))
    return Table(reader.t("tables.household"), _measured(reader, codes), tuple(rows))


def extremes(frame: pd.DataFrame, by: str, column: str, most: int = 3) -> pd.DataFrame:
    """The rows that rose most and those that fell most, by a column of changes: the highest first."""
    changes = frame[column].tolist()
    parts = [place for place, code in enumerate(frame[by].tolist()) if code != TOTAL and changes[place] is not pd.NA]
    parts.sort(key=lambda place: changes[place], reverse=True)
    rose, fell = ([place for place in parts if sign * changes[place] > 0] for sign in (1, -1))
    return frame.take([*rose[:most], *fell[-most:]]).reset_index(drop=True)


def periods_of(reader: Reader, comparison: Comparison) -> tuple[str, str]:
    """The periods of a comparison in words: this one, and the one before."""
    return reader.period(comparison.now.question.period), reader.period(comparison.before.question.period)


def written(reader: Reader, row: Row, column: Column, figure) -> str:
    """A figure, or words, as it stands before people."""
    unit = Table.unit(row, column)
    if column.words:
        return figure or ""
    if figure is None:
        return column.missing(reader)
    return reader.change(unit, figure) if column.change else reader.value(unit, figure)


def of_words(header: Sequence[str], rows: Iterable[Sequence[str]]) -> Table:
    """A table of words: its first column names the rows."""
    corner, *columns = header
    return Table(
        corner,
        tuple(Column(name, "text") for name in columns),
        tuple(Row(name, tuple(words)) for name, *words in rows),
    )
