"""What a picture shows, in one sentence made of its figures: the whole, how it changed, where the most of it is."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from math import inf

from data_access.answer import WITHHELD
from data_access.language.formats import format_decimal
from data_access.measures import measure
from data_access.period import Period
from data_access.question import TOTAL
from data_access.telling.builder import wording
from data_access.telling.builder.asking import Answered
from data_access.telling.builder.figures import REST, Figures
from data_access.telling.builder.request import Request
from data_access.telling.builder.world import is_time
from data_access.telling.reader import Reader
from data_access.telling.sentences import about, changed, comparable, counted, during, euros
from data_access.telling.withheld import is_number

MOST_PERCENT = 100  # of a change across a break
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
    elif request.compare or not request.rows:
        text = _whole(told)
    else:
        text = _spread(told)
    return text[:1].upper() + text[1:]


def _lead(told: Told) -> str:
    """The figure over everything in a sentence about its measure: 2023. gadā pabalstus saņēma 1304 mājsaimniecības."""
    reader, code, value = told.reader, told.code, told.total()
    if value is None:
        when = about(reader, told.answered.period)
        return reader.t("headline.unknown", name=reader.measure(code), when=when) + _filtered(told)
    noun = NOUNS.get(code)
    figure = counted(reader, noun, value) if noun else told.figure(value)
    return reader.t(f"headline.of_{code}", when=told.when, figure=figure) + _filtered(told)


def _filtered(told: Told) -> str:
    filters = wording.filters(told.reader, told.request.where)
    return told.reader.t("headline.filtered", filters=filters) if filters else ""


def _spread(told: Told) -> str:
    """Where the most of the whole is."""
    if told.request.column and not measure(told.code).additive:
        series = _series(told)
        if 1 < len(series) <= MOST_NAMED:
            return _most_each(told, series)
    return _most(told)


def _shown_rows(told: Told) -> str:
    """How a picture's rows are called: Izlietotā summa pa pabalstiem 2023. gadā."""
    asked = wording.asked(told.reader, told.request.measures, told.request.rows, told.answered.period)
    return asked + _filtered(told)


def _whole(told: Told) -> str:
    """What is told of a request without a dimension, against an earlier period, or over time."""
    return _lead(told) + (_changed(told) if told.request.compare else "")


def _changed(told: Told) -> str:
    return "" if told.total() is None else ", " + changed_of(told)


def changed_of(told: Told, broken: bool = False) -> str:
    """How the whole stands to that of the earlier period: par 12,3 % vairāk nekā 2022. gadā.

    A series that is `broken` between the two does not grow so many times over: then the earlier figure is said.
    """
    reader, code = told.reader, told.code
    change, before = told.total("_change"), told.answered.before
    percent = told.total("_change_percent")
    if broken and is_number(percent) and abs(percent) > MOST_PERCENT:
        said = {"when": during(reader, before), "figure": told.figure(told.total("_before"))}
        return reader.t("headline.was", **said) + reader.t("headline.broken")
    if measure(code).ratio and is_number(change):
        if not change:
            return reader.t("change.same", before=during(reader, before))
        key = "change.more" if change > 0 else "change.less"
        return reader.t(key, size=_size(told, change), before=during(reader, before))
    return changed(reader, code, change, percent, before)


def _size(told: Told, change) -> str:
    """How large a change is, without its sign."""
    if measure(told.code).ratio:
        return told.reader.t("headline.points", figure=format_decimal(abs(change), told.reader.language, 1))
    return told.figure(abs(change))


def _series(told: Told) -> list[str]:
    """Codes of the columns that have a figure."""
    codes = told.figures.codes(1)
    ranked = sorted(codes, key=lambda code: (told.reader.vocabulary.rank(told.request.column, code), code))
    return [code for code in ranked if not told.figures.nothing(1, code, [told.code])]


@dataclass(frozen=True)
class Highest:
    """The rows with the highest figure shown, that figure, and how many rows are not known to be none.

    `certain`: no figure that is withheld can be as high.
    """

    codes: list[str]
    figure: int | float | None
    known: int
    withheld: bool
    certain: bool


def _highest(told: Told, across: str | None = None) -> Highest:
    found = {code: told.row(code, across) for code in told.rows() if code != REST}
    withheld = any(value is WITHHELD for value in found.values())
    shown = {code: value for code, value in found.items() if is_number(value)}
    known = {code: value for code, value in shown.items() if value}
    unknown = sum(value is None for value in found.values())
    most = max(known.values(), default=None)
    whole = told.row(TOTAL, across) if told.rows() else None
    certain = not withheld or (most is not None and _left(told, whole, shown.values()) < most)
    return Highest(
        [code for code, value in known.items() if value == most], most, len(known) + unknown, withheld, certain
    )


def _left(told: Told, whole, parts: Iterable) -> float:
    """What is left for the figures that are withheld, at most: of a sum its total less those that are shown."""
    if not measure(told.code).additive or not is_number(whole) or told.answered.narrowed:
        return inf
    return whole - sum(parts)


def _named(told: Told, codes: Sequence[str]) -> str:
    """Rows by their names, as they stand within a sentence."""
    name = told.request.rows[0]
    return wording.joined(told.reader, [wording.value(told.reader, name, code) for code in codes])


def _most(told: Told) -> str:
    """Where the most is: one row, several that are equal, or the only one that there is.

    Nothing is called the most where a figure that is withheld could be more.
    """
    reader, found, total = told.reader, _highest(told), told.total()
    if total is None:
        return reader.t("headline.unknown_rows", lead=_shown_rows(told))
    if not (found.codes or found.withheld):
        return _lead(told)
    if not found.codes:
        return _lead(told) + reader.t("headline.parts_withheld")
    lead = _shown_rows(told)
    if not found.certain:
        return reader.t("headline.some_withheld", lead=lead, figure=told.figure(total))
    figure = told.figure(found.figure)
    if found.known == 1 and not found.withheld:
        return reader.t("headline.only", lead=lead, name=_named(told, found.codes), figure=figure)
    if len(found.codes) > MOST_NAMED:
        return reader.t("headline.alike", lead=lead, figure=figure)
    alone, each = _KEYS[bool(measure(told.code).ratio)]
    said = reader.t("headline.of", total=told.figure(total)) if is_number(total) else ""
    key, total = each if len(found.codes) > 1 else alone, told.figure(total)
    return reader.t(key, lead=lead, name=_named(told, found.codes), figure=figure, of=said, total=total)


def _most_each(told: Told, series: Sequence[str]) -> str:
    """Of each of a few columns, where the most is: bērni – trauksme (35), pieaugušie – depresija (43)."""
    reader, said = told.reader, []
    for part in series:
        found = _highest(told, part)
        if found.certain and 0 < len(found.codes) <= MOST_NAMED:
            of = wording.value(reader, told.request.column, part)
            named = _named(told, found.codes)
            said.append(reader.t("headline.of_series", series=of, name=named, figure=told.figure(found.figure)))
    if not said:
        return _most(told)
    return reader.t("headline.most_each_series", lead=_shown_rows(told), what=", ".join(said))


# ── over time ────────────────────────────────────────────────────────────────────────────────────


def _over_time(told: Told) -> str:
    """Of several years, where each series is and how it came there; within a year, when there was the most."""
    cells = sorted(told.rows())
    years = {cell[:4] for cell in cells}
    if len(years) == 1 and not told.request.column and told.total() is not None and len(cells) > 1:
        return _lead(told) + _most_when(told)
    if not told.request.column:
        return _came(told, cells, [None])
    series = _series(told)
    if len(series) > MOST_NAMED:
        total = [told.row(cell) for cell in cells]
        return _came(told, cells, [None]) if any(map(is_number, total)) else _lead(told)
    return _came(told, cells, series or [None])


def _most_when(told: Told) -> str:
    found = _highest(told)
    if not found.codes or not found.certain or found.known < 2 or len(found.codes) > MOST_NAMED:
        return ""
    said = wording.joined(told.reader, [during(told.reader, Period.parse(code)) for code in found.codes])
    return told.reader.t("headline.most_when", when=said, figure=told.figure(found.figure))


@dataclass(frozen=True)
class Course:
    """A series over time: its last known figure, and the earlier one with which that may be compared (`comparable`)."""

    of: str | None
    end: str
    later: int | float
    start: str | None
    earlier: int | float | None
    broken: bool


def _course(told: Told, cells: Sequence[str], part: str | None) -> Course | None:
    found = ((cell, told.row(cell, part)) for cell in cells)
    known = [(cell, value) for cell, value in found if is_number(value)]
    return Course(part, *known[-1], *comparable(known, told.answered.notes)) if known else None


def _came(told: Told, cells: Sequence[str], parts: Sequence[str | None]) -> str:
    """Where series are and how they came there: trūcīga – 823, par 149 mazāk nekā 2022. gadā."""
    reader, name = told.reader, told.reader.measure(told.code)
    courses = [course for part in parts if (course := _course(told, cells, part))]
    if not courses:
        withheld = any(told.row(cell, part) is WITHHELD for cell in cells for part in parts)
        return reader.t("sentence.withheld_series" if withheld else "sentence.no_series", name=name)
    once = len({course.end for course in courses}) == 1
    together = once and len({course.start for course in courses}) == 1
    said = [_came_one(told, course, once, whole=not (together and place)) for place, course in enumerate(courses)]
    what = "; ".join(said) + (reader.t("headline.broken") if any(course.broken for course in courses) else "")
    if once:
        when = during(reader, Period.parse(courses[0].end))
        return reader.t("headline.series_once", name=name, when=when, what=what)
    return reader.t("headline.series", name=name, what=what[:1].upper() + what[1:])


def _came_one(told: Told, course: Course, once: bool, whole: bool) -> str:
    """One series. When it is so is said `once` for all; not `whole` says nothing of what it is compared with."""
    reader, figure = told.reader, told.figure(course.later)
    if course.of is None:
        text = figure if once else f"{during(reader, Period.parse(course.end))} – {figure}"
    else:
        name = wording.value(reader, told.request.column, course.of)
        if once:
            text = reader.t("sentence.pair", name=name, figure=figure)
        else:
            text = reader.t("headline.once", name=name, when=during(reader, Period.parse(course.end)), figure=figure)
    if course.start is None:
        return text
    change = course.later - course.earlier
    key = "same" if not change else "more" if change > 0 else "less"
    size = _size(told, change)
    if not whole:
        return f"{text}, {reader.t(f'headline.{key}', size=size)}"
    return f"{text}, {reader.t(f'change.{key}', size=size, before=during(reader, Period.parse(course.start)))}"


# ── what changed ─────────────────────────────────────────────────────────────────────────────────


def _moved(told: Told) -> str:
    reader, code = told.reader, told.code
    before = during(reader, told.answered.before)
    changes = {row: told.figures.get((row,), f"{code}_change") for row in told.rows()}
    known = {row: value for row, value in changes.items() if is_number(value)}
    withheld = [row for row, value in changes.items() if value is WITHHELD]
    rose = max((row for row in known if known[row] > 0), key=lambda row: known[row], default=None)
    fell = min((row for row in known if known[row] < 0), key=lambda row: known[row], default=None)
    unit = measure(code).unit
    parts = [
        reader.t(f"headline.{key}", name=_named(told, [row]), figure=_signed(reader, unit, known[row]))
        for key, row in (
            ("rose" if rose and _moves(told, withheld, "") < known[rose] else "rose_shown", rose),
            ("fell" if fell and _moves(told, withheld, "_before") < -known[fell] else "fell_shown", fell),
        )
        if row is not None
    ]
    if parts:
        said = {"when": told.when, "what": wording.joined(reader, parts)}
        yearly = told.request.compare == "year"
        said = reader.t("headline.moved_year", **said) if yearly else reader.t("headline.moved", before=before, **said)
    elif known:
        said = reader.t("headline.not_moved", when=told.when, before=before)
    else:
        said = reader.t("headline.moves_withheld" if withheld else "headline.moves_unknown", when=told.when)
    if unit == "cents":
        return said
    return reader.t("headline.of_measure", name=reader.measure(code), text=said)


def _moves(told: Told, withheld: Sequence[str], ending: str) -> float:
    """How much one of the rows whose change is withheld can have risen at most: by all that it is; how much it can have
    fallen: by all that it was (`_before`)."""
    column = f"{told.code}{ending}"
    found = {row: told.figures.get((row,), column) for row in told.rows()}
    left = _left(told, told.total(ending), filter(is_number, found.values()))
    return max((found[row] if is_number(found[row]) else left for row in withheld), default=-1)


def _signed(reader: Reader, unit: str, change: int | float) -> str:
    """A change with its sign: money in whole euros."""
    if unit != "cents":
        return reader.change(unit, change)
    return ("+" if change > 0 else "") + euros(reader, change)
