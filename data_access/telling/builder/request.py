"""What a visitor wants to see, in codes, and how it stands in the address of the page."""

from dataclasses import dataclass

from data_access.question import COUNCIL, INTERNAL
from data_access.telling.builder.world import is_time
from data_access.telling.reader import Reader

MOST_MEASURES = 6
MOST_ROWS = 2
COMPARISONS = ("previous", "year")
SHARES = ("row", "column", "total")
SHOWN = ("change", "change_percent")  # of a comparison in columns, in place of all four figures
TOPS = (3, 5, 10, 20)
CHARTS = ("lines", "bars", "stack", "heat", "movers", "none")
AUDIENCE = "audience"  # in an address: for whom the figures are
SAVED = "saved"  # in an address: the number of a view whose figures were kept, in place of everything else
UP = "up"  # as an order: the smallest first


@dataclass(frozen=True)
class Request:
    """A table and its picture. All codes are known and fit together: `reading.read` sees to that.

    `period` is what `Period.parse` reads, or `all`. `sort` names a column: `spend`, `spend.2023-01`, `spend.change`,
    `spend.cash.change`.
    `chart` and `drawn` (the measure in the picture) are None when the page may choose.
    """

    measures: tuple[str, ...]
    period: str
    rows: tuple[str, ...] = ()
    column: str | None = None
    where: tuple[tuple[str, tuple[str, ...]], ...] = ()
    compare: str | None = None
    show: str | None = None
    share: str | None = None
    sort: str | None = None
    ascending: bool = False
    top: int | None = None
    chart: str | None = None
    drawn: str | None = None
    audience: str = INTERNAL

    @property
    def by(self) -> tuple[str, ...]:
        """The dimensions of the question: rows, then the column."""
        return self.rows + ((self.column,) if self.column else ())

    @property
    def time(self) -> tuple[str, ...]:
        return tuple(name for name in self.by if is_time(name))


@dataclass(frozen=True)
class Trouble:
    """Something in an address that was not understood or cannot be: the key of its sentence and what fills it.

    `measure`, `dimension` are codes and said in words; `nearest` is the code of what was perhaps meant.
    """

    key: str
    name: str = ""
    measure: str | None = None
    dimension: str | None = None
    nearest: str | None = None

    def text(self, reader: Reader) -> str:
        """The sentence, with the nearest right name behind it."""
        words = {
            "name": self.name,
            "measure": reader.measure(self.measure) if self.measure else "",
            "dimension": reader.dimension(self.dimension) if self.dimension else "",
        }
        sentence = reader.t(f"builder.{self.key}", **words)
        if self.nearest:
            sentence += " " + reader.t("builder.nearest", name=self.nearest, label=self._label(reader))
        return sentence

    def _label(self, reader: Reader) -> str:
        if self.key == "unknown_measure":
            return reader.measure(self.nearest)
        if self.key == "unknown_value":
            return reader.label(self.dimension, self.nearest)
        return reader.dimension(self.nearest)


def address_of(request: Request) -> dict[str, str]:
    """The request as names and codes for an address; what is not chosen is left out."""
    order = {UP: UP} if request.ascending else {}
    pairs = {
        "m": ",".join(request.measures),
        "rows": ",".join(request.rows),
        "col": request.column,
        **{name: ",".join(codes) for name, codes in request.where},
        "period": request.period,
        "compare": request.compare,
        "show": request.show,
        "share": request.share,
        "sort": request.sort,
        "order": order.get(UP),
        "top": str(request.top) if request.top else None,
        "chart": request.chart,
        "draw": request.drawn,
        AUDIENCE: request.audience if request.audience == COUNCIL else None,
    }
    return {name: text for name, text in pairs.items() if text}
