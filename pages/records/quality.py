"""Datu kvalitāte: how fresh and how complete the records are, and whether they agree with what was published."""

import streamlit as st

from data_access import read_load_warnings, read_loads, read_open_rejected
from data_access.telling.sentences import counted, say
from pages.parts import checks, filters, marks, records, views
from pages.parts.frame import page
from pages.parts.loading_words import moment
from pages.parts.markdown import plain
from pages.parts.section import offer_table, tell


def verdict(view) -> None:
    """One line: whether the year's figures can be trusted, and what to look at if not."""
    reader = view.reader
    found = [plain(note.text(reader.language)) for note in marks.all_warnings(view.database, view.period)]
    if found:
        head = plain(say(reader, "quality.verdict_bad", when=view.when, what=counted(reader, "warnings", len(found))))
        st.warning("\n".join([head, "", *(f"- {text}" for text in found)]), icon=":material/warning:")
    else:
        st.success(plain(say(reader, "quality.verdict_good", when=view.when)), icon=":material/check_circle:")


def summary(view) -> None:
    reader, t, quality = view.reader, view.reader.t, marks.quality(view.database)
    loads = read_loads(view.database)
    last, until = records.newest(loads), max(days.data_until for days in quality.reach.values())
    when = {"at": moment(reader, last.loaded_at), "until": until}
    headline = t("quality.reach_by", who=last.loaded_by, **when) if last.loaded_by else t("quality.reach", **when)
    tell(view, "reach", headline, records.reach(reader, quality, loads), period=view.all_years)

    odd = len({month.month for month in records.odd(quality, view.period)})
    headline = say(reader, "quality.months_good", when=view.when)
    if odd:
        headline = say(reader, "quality.months_odd", when=view.when, months=counted(reader, "in_months", odd))
    table, squares = records.months(reader, quality, view.period), records.month_squares(reader, quality, view.period)
    tell(view, "months", headline, table, squares, remarks=[t("quality.squares"), t("quality.how_usual")])

    odd = counted(reader, "months", len(records.odd(quality)))
    table = records.odd_months(reader, quality, view.database)
    tell(view, "odd", t("quality.odd", months=odd), table, nothing=t("quality.no_odd"), period=view.all_years)


def loads(view) -> None:
    reader, t, database = view.reader, view.reader.t, view.database
    found = read_loads(database)
    headline = t("quality.loads_said", loads=counted(reader, "loads", len(found)))
    tell(view, "loads", headline, records.loaded(reader, found), period=view.all_years)

    rows = read_open_rejected(database)
    headline = t("quality.rejected_rows", rows=counted(reader, "rejected", records.rejected_rows(rows)))
    table = records.rejected(reader, rows)
    mend = [t("quality.how_to_mend")] if rows else []
    tell(view, "rejected", headline, table, remarks=mend, nothing=t("quality.no_rejected"), period=view.all_years)
    if rows:
        offer_table(view, "every_rejected", t("quality.every_rejected"), records.every_rejected(reader, rows))

    odd = read_load_warnings(database)
    headline = t("quality.warnings", warnings=counted(reader, "warnings", len(odd)))
    table = records.load_warnings(reader, odd)
    tell(view, "warnings", headline, table, nothing=t("quality.no_warnings"), period=view.all_years)


def unknown(view) -> None:
    reader, quality = view.reader, marks.quality(view.database)
    most = records.most_unknown(quality, view.period)
    headline = say(reader, "quality.unknown_nothing", when=view.when)
    if most:
        what = {"measure": reader.measure(most.measure), "dimension": reader.dimension(most.dimension)}
        headline = say(reader, "quality.unknown_most", when=view.when, share=reader.percent(most.share), **what)
    tell(view, "unknown", headline, records.unknown(reader, quality, view.period))


def report(view) -> None:
    checks.tell_agreement(view)


with page("quality", of_records=True) as here:
    chosen = filters.choose(here, parts=False)
    verdict(chosen)
    views.show_one(chosen, {"summary": summary, "loads": loads, "unknown": unknown, "report": report})
