"""What a picture shows, in one sentence made of its figures: the whole, how it changed, where the most of it is."""

from collections.abc import Mapping, Sequence

from data_access.answer import WITHHELD
from data_access.language.formats import format_decimal
from data_access.measures import measure
from data_access.period import Period
from data_access.question import TOTAL, UNKNOWN
from data_access.telling.builder import wording
from data_access.telling.builder.asking import Answered
from data_access.telling.builder.figures import REST, Figures
from data_access.telling.builder.request import Request
from data_access.telling.builder.world import is_time
from data_access.telling.reader import Reader
from data_access.telling.sentences import about, changed, counted, during, euros
from data_access.telling.withheld import is_number

MOST_NAMED = 3  # series that a sentence names one by one
# The noun that is counted in the sentence about a measure: a key under `count`.
NOUNS: Mapping[str, str] = {
    "payments": "payments",
    "households_assisted": "households",
    "persons_assisted": "persons",
    "recipients": "persons_to",
    "households_with_status": "households_to",
    "persons_with_status": "persons",
    "households_on_date": "households_to",
    "persons_on_date": "persons",
    "statuses_granted": "times",
    "statuses_renewed": "times",
    "statuses_ended": "times",
    "consultations": "consultations",
    "psychologist_clients": "clients",
    "other_consultations": "consultations",
    "other_clients": "persons",
    "visits": "visits",
    "visitors": "visitors",
}
# Where the most is, in one row or in several that are equal; for a ratio, where it is highest.
_KEYS = {False: ("headline.most", "headline.most_each"), True: ("headline.highest", "headline.highest_each")}


class Told:
    """A picture's request and its answer: at most one dimension in the rows and one in the columns, one measure."""

    def __init__(self, reader: Reader, request: Request, answered: Answered):
        self.reader, self.request, self.answered = reader, request, answered
        [self.code] = request.measures
        self.figures = Figures(request, answered)
        self.when = during(reader, answered.period)

    def total(self, ending: str = ""):
        """The figure over everything, or None where there is none."""
        return self.figures.get((TOTAL,) * len(self.request.by), f"{self.code}{ending}")

    def figure(self, value) -> str:
        """A figure of the measure in a sentence: money in whole euros."""
        return euros(self.reader, value) if measure(self.code).unit == "cents" else self.reader.figure(self.code, value)

    def row(self, code: str, across: str | None = None):
        """The figure of a row, over all columns or in one of them."""
        codes = (code,) if self.request.column is None else (code, across or TOTAL)
        return self.figures.get(codes, self.code)

    def rows(self) -> list[str]:
        return self.figures.codes(0)


def headline(reader: Reader, request: Request, answered: Answered, movers: bool = False) -> str:
    """What the picture of a request shows; `movers`: it shows what changed."""
    told = Told(reader, request, answered)
    if movers:
        text = _moved(told)
    elif request.rows and is_time(request.rows[0]) and not request.compare:
        text = _over_time(told)
    else:
        text = _lead(told) + _more(told)
    return text[:1].upper() + text[1:]


def _lead(told: Told) -> str:
    """The figure over everything in a sentence about its measure: 2023. gadā pabalstus saņēma 1304 mājsaimniecības."""
    reader, code, value = told.reader, told.code, told.total()
    filters = wording.filters(reader, told.request.where)
    said = reader.t("headline.filtered", filters=filters) if filters else ""
    if value is None:
        when = about(reader, told.answered.period)
        return reader.t("headline.unknown", name=reader.measure(code), when=when) + said
    noun = NOUNS.get(code)
    figure = counted(reader, noun, value) if noun else told.figure(value)
    text = reader.t(f"headline.of_{code}", when=told.when, figure=figure)
    return text + said


def _more(told: Told) -> str:
    """How the whole changed, or where the most of it is."""
    if told.request.compare:
        return _changed(told)
    if not told.request.rows:
        return ""
    if told.request.column and not measure(told.code).additive:
        series = _series(told)
        if 1 < len(series) <= MOST_NAMED:
            return _most_each(told, series)
    return _most(told)


def _changed(told: Told) -> str:
    return "" if told.total() is None else ", " + changed_of(told)


def changed_of(told: Told) -> str:
    """How the whole stands to that of the earlier period: par 12,3 % vairāk nekā 2022. gadā."""
    reader, code = told.reader, told.code
    change, before = told.total("_change"), told.answered.before
    if measure(code).ratio and is_number(change):
        if not change:
            return reader.t("change.same", before=during(reader, before))
        size = reader.t("headline.points", figure=format_decimal(abs(change), reader.language, 1))
        return reader.t("change.more" if change > 0 else "change.less", size=size, before=during(reader, before))
    return changed(reader, code, change, told.total("_change_percent"), before)


def _series(told: Told) -> list[str]:
    """Codes of the columns that have a figure."""
    codes = told.figures.codes(1)
    ranked = sorted(codes, key=lambda code: (told.reader.vocabulary.rank(told.request.column, code), code))
    return [code for code in ranked if not told.figures.nothing(1, code, [told.code])]


def _highest(told: Told, across: str | None = None) -> tuple[list[str], int | float | None, bool, int]:
    """Rows with the highest figure, that figure, whether others are withheld, and how many are not known to be none."""
    found = {code: told.row(code, across) for code in told.rows() if code != REST}
    withheld = any(value is WITHHELD for value in found.values())
    known = {code: value for code, value in found.items() if is_number(value) and value}
    unknown = sum(value is None for value in found.values())
    most = max(known.values(), default=None)
    return [code for code, value in known.items() if value == most], most, withheld, len(known) + unknown


def _named(told: Told, codes: Sequence[str]) -> str:
    name = told.request.rows[0]
    said = [told.reader.t("headline.name", name=_label(told.reader, name, code)) for code in codes]
    return wording.joined(told.reader, said)


def _label(reader: Reader, name: str, code: str) -> str:
    """A row's name, with what it is of where it does not say so: vecuma grupa: 13–17."""
    label = reader.label(name, code)
    return wording.value(reader, name, code) if label[:1].isdigit() or code == UNKNOWN else label


def _most(told: Told) -> str:
    """Where the most is: one row, several that are equal, or the only one that there is."""
    reader, (codes, most, withheld, known) = told.reader, _highest(told)
    if not codes:
        return reader.t("headline.parts_withheld") if withheld else ""
    shown = _shown(reader, withheld)
    if known == 1 and not withheld:
        return reader.t("headline.only", name=_named(told, codes))
    if len(codes) > MOST_NAMED:
        return reader.t("headline.alike", figure=told.figure(most), shown=shown)
    alone, each = _KEYS[bool(measure(told.code).ratio)]
    key = each if len(codes) > 1 else alone
    return reader.t(key, name=_named(told, codes), figure=told.figure(most), shown=shown)


def _most_each(told: Told, series: Sequence[str]) -> str:
    """Of each of a few columns, where the most is: bērni – „Trauksme” (35), pieaugušie – „Depresija” (43)."""
    reader, said, hidden = told.reader, [], False
    for part in series:
        codes, most, withheld, _ = _highest(told, part)
        hidden |= withheld
        if 0 < len(codes) <= MOST_NAMED:
            of = wording.value(reader, told.request.column, part)
            said.append(reader.t("headline.of_series", series=of, name=_named(told, codes), figure=told.figure(most)))
    if not said:
        return _most(told)
    return reader.t("headline.most_each_series", what=", ".join(said), shown=_shown(reader, hidden))


def _shown(reader: Reader, some_withheld: bool) -> str:
    """That the most is so of the figures shown, where others are withheld."""
    return reader.t("headline.shown") if some_withheld else ""


# ── over time ────────────────────────────────────────────────────────────────────────────────────


def _over_time(told: Told) -> str:
    """Of several years, from which figure to which each series goes; within a year, when there was the most."""
    cells = sorted(told.rows())
    years = {cell[:4] for cell in cells}
    if len(years) == 1 and not told.request.column and told.total() is not None and len(cells) > 1:
        return _lead(told) + _most_when(told)
    if not told.request.column:
        return _between(told, cells, None)
    series = _series(told)
    if len(series) > MOST_NAMED:
        total = [told.row(cell) for cell in cells]
        return _between(told, cells, None) if any(map(is_number, total)) else _lead(told)
    return _between_each(told, cells, series)


def _most_when(told: Told) -> str:
    codes, most, withheld, known = _highest(told)
    if not codes or known < 2 or len(codes) > MOST_NAMED:
        return ""
    said = wording.joined(told.reader, [during(told.reader, Period.parse(code)) for code in codes])
    shown = _shown(told.reader, withheld)
    return told.reader.t("headline.most_when", when=said, figure=told.figure(most), shown=shown)


def _known(told: Told, cells: Sequence[str], part: str | None) -> list[tuple[str, int | float]]:
    found = ((cell, told.row(cell, part)) for cell in cells)
    return [(cell, value) for cell, value in found if is_number(value)]


def _between(told: Told, cells: Sequence[str], part: str | None) -> str:
    """The first and the last known figure of a series."""
    reader = told.reader
    name = wording.value(reader, told.request.column, part) if part else reader.measure(told.code)
    known = _known(told, cells, part)
    if not known:
        withheld = any(told.row(cell, part) is WITHHELD for cell in cells)
        return reader.t("sentence.withheld_series" if withheld else "sentence.no_series", name=name)
    (start, earlier), (end, later) = known[0], known[-1]
    first, last = (during(reader, Period.parse(cell)) for cell in (start, end))
    if start == end:
        return reader.t("headline.once", name=name, when=last, figure=told.figure(later))
    ends = {"start": first, "earlier": told.figure(earlier), "end": last, "later": told.figure(later)}
    return reader.t("sentence.between", name=name, **ends)


def _between_each(told: Told, cells: Sequence[str], series: Sequence[str]) -> str:
    """The first and the last figure of each of a few series; in one breath where they are of the same years."""
    reader, name = told.reader, told.reader.measure(told.code)
    known = {part: _known(told, cells, part) for part in series}
    ends = {(found[0][0], found[-1][0]) for found in known.values() if found}
    if not series or not ends:
        return _between(told, cells, None)
    if len(ends) > 1 or not all(known.values()):
        what = "; ".join(_between(told, cells, part) for part in series)
        return reader.t("headline.series", name=name, what=what[:1].upper() + what[1:])
    [(start, end)] = ends
    if start == end:
        pairs = {wording.value(reader, told.request.column, part): found[0][1] for part, found in known.items()}
        what = [reader.t("sentence.pair", name=of, figure=told.figure(value)) for of, value in pairs.items()]
        when = during(reader, Period.parse(start))
        return reader.t("headline.series_once", name=name, when=when, what=", ".join(what))
    what = [
        reader.t(
            "headline.from_to",
            series=wording.value(reader, told.request.column, part),
            earlier=told.figure(found[0][1]),
            later=told.figure(found[-1][1]),
        )
        for part, found in known.items()
    ]
    start, end = (during(reader, Period.parse(cell)) for cell in (start, end))
    return reader.t("headline.series_from_to", name=name, start=start, end=end, what=", ".join(what))


# ── what changed ─────────────────────────────────────────────────────────────────────────────────


def _moved(told: Told) -> str:
    reader, code = told.reader, told.code
    before = during(reader, told.answered.before)
    changes = {row: told.figures.get((row,), f"{code}_change") for row in told.rows()}
    known = {row: value for row, value in changes.items() if is_number(value)}
    withheld = any(value is WITHHELD for value in changes.values())
    rose = max((row for row in known if known[row] > 0), key=lambda row: known[row], default=None)
    fell = min((row for row in known if known[row] < 0), key=lambda row: known[row], default=None)
    unit = measure(code).unit
    parts = [
        reader.t(key, name=_named(told, [row]), figure=_signed(reader, unit, known[row]))
        for key, row in (("headline.rose", rose), ("headline.fell", fell))
        if row is not None
    ]
    if parts:
        said = {"when": told.when, "shown": _shown(reader, withheld), "what": wording.joined(reader, parts)}
        yearly = told.request.compare == "year"
        said = reader.t("headline.moved_year", **said) if yearly else reader.t("headline.moved", before=before, **said)
    elif known:
        said = reader.t("headline.not_moved", when=told.when, before=before)
    else:
        said = reader.t("headline.moves_withheld" if withheld else "headline.moves_unknown", when=told.when)
    if unit == "cents":
        return said
    return reader.t("headline.of_measure", name=reader.measure(code), text=said)


def _signed(reader: Reader, unit: str, change: int | float) -> str:
    """A change with its sign: money in whole euros."""
    if unit != "cents":
        return reader.change(unit, change)
    return ("+" if change > 0 else "") + euros(reader, change)
