"""One section of a page: what the figures say, as a picture, as a table and as files, all from one answer."""

from collections.abc import Callable, Mapping, Sequence

import plotly.graph_objects as go
import streamlit as st

from data_access import Answer, AsOf, Comparison, Note, Period
from data_access.telling import tables
from data_access.telling.builder import wording
from data_access.telling.sentences import about
from data_access.telling.tables import Table
from pages.parts import audience, charts, downloads, exports, going_deeper, marks
from pages.parts.answers import notes_of, without
from pages.parts.filters import View
from pages.parts.frame import as_of_words
from pages.parts.going_deeper import Ways
from pages.parts.markdown import plain, small
from pages.parts.presenting import adding
from pages.parts.tables import TALL, show_table

MAKERS = {"xlsx": (exports.as_xlsx, exports.XLSX), "csv": (exports.as_csv, exports.CSV)}
LABELS = {"xlsx": "XLSX", "csv": "CSV"}
BESIDE, BESIDE_LINES = 3, 2  # columns of figures: a wider table stands under its chart, and lines want more room
VERY_LONG = 50  # rows: a longer table scrolls where it stands
AT_THE_HEAD = ("demonstration", "protected", "limited")  # notes
TALLEST = 900  # pixels of such a table


def tell(
    view: View,
    key: str,
    headline: str,
    table: Table,
    figure: go.Figure | None = None,
    notes: Sequence[Note] = (),
    *,
    period: Period | None = None,
    said: Sequence[tuple[str, str]] = (),
    remarks: Sequence[str] = (),
    nothing: str = "",
    headed: bool = False,
    native: exports.NativeChart | None = None,
    as_of: AsOf | None = None,
    of: Answer | Comparison | Ways | None = None,
    under: bool = False,
) -> None:
    """Tells a section. `key` is unique on its page and names its files.

    `headline` says what the picture shows; `period` is given when it is not the one chosen, `said` are further
    pairs of words about what is counted, `remarks` sentences beside the notes, `nothing` what is said where the table
    is empty, instead of that no record meets the filters. `headed`: the page has called `head` itself, to put a control
    between headline and picture, or the section stands under another heading. `native` is the chart in the workbook,
    `as_of` is given when it is not that of the database, `of` is what the figures were taken from, so that marks and
    rows can be gone into, and `under` keeps a table of few columns under its picture.
    """
    going_deeper.begin(view)
    ways = going_deeper.ways_from(view, of) if isinstance(of, Answer | Comparison) else of
    shown = period or view.period
    warnings = marks.warnings(view, shown)
    if table.empty and not nothing:  # a page that says why has a headline that counts to none
        headline = title(view, shown, ways) if ways else table.corner
    if not headed:
        head(view, key, headline)
    if _of_whole_year(view, shown):
        st.markdown(small(view.reader.t("section.whole_year", year=about(view.reader, view.whole_year))))
    if table.withheld:
        st.info(view.reader.t("states.withheld", mark=view.reader.withheld), icon=":material/shield:")
    elif table.unknown:
        st.info(_unknown(view, shown, notes), icon=":material/hourglass_empty:")
    elif table.empty:
        st.info(nothing or view.reader.t("states.nothing"), icon=":material/search_off:")
    elif figure is None:
        show_table(view.reader, table, headline, tall=TALL if table.wordy else _tall(table))
    elif len(table.columns) <= (BESIDE_LINES if _over_time(figure) else BESIDE) and not under:
        left, right = st.columns([3, 2] if _over_time(figure) else [2, 3], gap="medium")
        with left:
            _draw(view, key, headline, figure, ways)
        with right:
            show_table(view.reader, table, headline, tall=figure.layout.height)
    else:
        _draw(view, key, headline, figure, ways)
        show_table(view.reader, table, headline, tall=_tall(table))
    # That the data are a demonstration and how they are protected stands at the head of the page and in the file, not
    # under every table.
    # The page's mark speaks of the days chosen, so here only other days need one.
    on_page = [*(warnings if shown != view.period else ()), *(note for note in notes if note.kind not in AT_THE_HEAD)]
    _say_notes([*remarks, *_sentences(view, on_page, figure)])
    if not table.empty:
        # A file has no chart whose breaks are numbered, and no mark above it.
        in_file = [*remarks, *_sentences(view, [*warnings, *without(notes, "protected")], None)]
        sheet = _sheet(view, headline, table, in_file, period, said, as_of or view.database.as_of, native)
        with st.container(horizontal=True, gap="small"):
            _offer_files(view, key, sheet, shown)
            if ways:
                going_deeper.offer_rows(view, key, ways, table)
                adding.offer(view, key, ways)
        if ways:
            going_deeper.show_picked(view, key, ways)


def _of_whole_year(view: View, shown: Period) -> bool:
    """Whether a section shows its year although only a part of it is chosen."""
    year = view.whole_year
    of_its_year = shown.start == year.start and shown.end <= year.end
    return of_its_year and view.period not in (shown, year)


def title(view: View, period: Period, ways: Ways) -> str:
    """What a section would show: a sentence needs figures, and where there are none, its title stands in its place."""
    request = ways.request
    by = () if ways.places else request.by
    return wording.asked(view.reader, request.measures[:1], by, period, request.where)


def _unknown(view: View, period: Period, notes: Sequence[Note]) -> str:
    """Why no figure of a table is known: none was published, or the database has no records of those days."""
    published = any(note.kind == "gap" for note in notes)
    key = "states.not_published" if published else "states.not_in_database"
    return view.reader.t(key, period=about(view.reader, period))


def _tall(table: Table) -> int | None:
    """Pixels within which a very long table scrolls, so that what stands under it can be found."""
    return TALLEST if len(table.rows) > VERY_LONG else None


def _over_time(figure: go.Figure) -> bool:
    """Whether a chart has an axis that wants room; bars have their names above them."""
    return bool(figure.layout.xaxis.tickvals)


def tell_bars(view: View, key: str, headline: str, answer: Answer, **more) -> None:
    """Tells an answer split by one dimension: bars of its first measure, a table of all; `more` goes to `tell`."""
    question = answer.question
    [by] = question.by
    frame = tables.ranked(tables.filled(answer.frame, by, question.measures[0]), by, question.measures[0])
    bars = charts.bars(view.reader, frame, by, question.measures[0])
    table = tables.listed(view.reader, frame, by, question.measures)
    tell(view, key, headline, table, bars, answer.notes, of=answer, **more)


def tell_crossed(
    view: View,
    key: str,
    headline: str,
    answer: Answer,
    draw: Callable[..., go.Figure],
    *,
    ranked: bool = True,
    **more,
) -> None:
    """Tells an answer split by two dimensions: a table of one by the other, and the picture that `draw` makes of it.

    `draw` takes what `charts.stacked` takes; what has an order of its own, as ages, is not `ranked` by its figures;
    `more` goes to `tell`.
    """
    (down, across), [code] = answer.question.by, answer.question.measures
    frame = tables.filled(tables.filled(answer.frame, down, code), across, code)
    frame = tables.ranked(frame, down, code, over=(across,)) if ranked else frame
    table = tables.crossed(view.reader, frame, down, across, code)
    tell(view, key, headline, table, draw(view.reader, frame, down, across, code), answer.notes, of=answer, **more)


def tell_lines(
    view: View,
    key: str,
    headline: str,
    answer: Answer,
    *,
    total_down: bool = True,
    notes: Sequence[Note] | None = None,
    **more,
) -> None:
    """Tells an answer split by a calendar cell and a dimension: a line a code, breaks on it, a table of both.

    `total_down=False` leaves out the row of totals, `notes` stand instead of the answer's own; `more` goes to `tell`.
    """
    (time, split), [code] = answer.question.by, answer.question.measures
    notes = answer.notes if notes is None else notes
    frame = tables.filled(answer.frame, split, code)
    table = tables.crossed(view.reader, frame, time, split, code, total_down)
    lines = charts.series(view.reader, frame, time, [code], split, notes)
    tell(view, key, headline, table, lines, notes, period=answer.question.period, of=answer, **more)


def tell_measures(view: View, key: str, headline: str, answer: Answer) -> None:
    """Tells an answer split by a calendar cell only: a line and a column a measure."""
    [time], codes = answer.question.by, answer.question.measures
    table = tables.listed(view.reader, answer.frame, time, codes)
    lines = charts.series(view.reader, answer.frame, time, codes, notes=answer.notes)
    tell(view, key, headline, table, lines, answer.notes, period=answer.question.period, of=answer)


def tell_changes(view: View, key: str, headline: str, both: Comparison, by: str, code: str) -> None:
    """Tells a comparison split by a dimension: what rose and what fell, a table of both years and their change."""
    frame = tables.ranked(both.frame, by, f"{code}_change")
    table = tables.compared(view.reader, frame, by, [code], tables.periods_of(view.reader, both))
    moved = tables.extremes(frame, by, f"{code}_change")
    changes = charts.movers(view.reader, moved, by, code) if len(moved) else None
    tell(view, key, headline, table, changes, notes_of(both), of=both)


def tell_two_years(view: View, key: str, headline: str, both: Comparison, time: str, code: str) -> None:
    """Tells a comparison split by a calendar cell: a line a year, a table of both and their change."""
    years, notes = tables.periods_of(view.reader, both), notes_of(both)
    lines = charts.two_years(view.reader, both.frame, time, code, years, notes)
    table = tables.compared(view.reader, both.frame, time, [code], years)
    tell(view, key, headline, table, lines, notes, period=both.now.question.period, of=both)


def head(view: View, key: str, headline: str) -> None:
    """The headline of a section; its anchor makes it a place to link to."""
    st.header(plain(headline), anchor=f"{view.page}-{key}".replace("_", "-"))


def _draw(view: View, key: str, headline: str, figure: go.Figure, ways: Ways | None) -> None:
    clickable = ways is not None and going_deeper.can_be_clicked()
    if not going_deeper.can_be_clicked():
        figure = charts.in_hand(figure)
    st.plotly_chart(
        charts.inked(figure, dark=st.context.theme.type == "dark"),
        key=going_deeper.chart_key(view, key),
        config=charts.config(
            view.reader, exports.file_name(view.page, key, view.period.code), view.database.access.downloads
        ),
        alt=view.reader.t("section.chart", headline=headline),
        on_select=(lambda: going_deeper.take_mark(view, key, ways)) if clickable else "ignore",
        selection_mode="points",
    )


def _sentences(view: View, notes: Sequence[Note], figure: go.Figure | None) -> list[str]:
    """Notes as sentences, once each: breaks with the numbers that they have on the chart, if it has them."""
    drawn = figure is not None and figure.layout.meta == charts.BREAKS_DRAWN
    numbers = {note: number for number, note in enumerate(charts.breaks(notes), start=1)} if drawn else {}
    found = []
    for note in notes:
        if note not in numbers:
            found.append(note.text(view.reader.language))
    for note, number in numbers.items():
        found.append(view.reader.t("section.break", number=number, text=note.text(view.reader.language)))
    return list(dict.fromkeys(found))


def _say_notes(sentences: Sequence[str]) -> None:
    """What has to be known about the figures."""
    if sentences:
        st.markdown("\n".join(f"- {small(text)}" for text in sentences))


def _sheet(
    view: View,
    headline: str,
    table: Table,
    sentences: Sequence[str],
    period: Period | None,
    said: Sequence[tuple[str, str]],
    as_of: AsOf,
    native: exports.NativeChart | None,
) -> exports.Sheet:
    """What goes into a file: the table, and everything that is said about it on the page."""
    t = view.reader.t
    pairs = [
        *view.said(period),
        *said,
        (t("exports.as_of"), as_of_words(view.reader, as_of)),
        (t("exports.source"), t("exports.source_demonstration" if as_of.demonstration else "exports.source_records")),
        *audience.said(view.reader, view.audience),
    ]
    return exports.Sheet(headline, tuple(pairs), table, tuple(sentences), view.reader, native)


def offer_table(view: View, key: str, label: str, table: Table) -> None:
    """A workbook of a table that is too long to be shown; it is made when the button is pressed."""
    sheet = _sheet(view, label, table, (), view.all_years, (), view.database.as_of, None)
    _offer_files(view, key, sheet, view.all_years, {"xlsx": label})


def _offer_files(
    view: View, key: str, sheet: exports.Sheet, period: Period, labels: Mapping[str, str] = LABELS
) -> None:
    """A button for each ending, where the visitor may take files along; a file is made when its button is pressed."""
    if not view.database.access.downloads:
        return
    for ending, label in labels.items():
        make, mime = MAKERS[ending]
        st.download_button(
            label,
            data=downloads.kept(view.page, f"{key}.{ending}", lambda make=make: make(sheet)),
            file_name=exports.file_name(view.page, key, period.code, ending=ending),
            mime=mime,
            key=f"{view.page}_{key}_{ending}",
            icon=":material/download:",
            help=view.reader.t("section.download"),
            on_click="ignore",
            type="tertiary",
        )
