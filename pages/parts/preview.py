"""The second step of loading: exactly what would be accepted and what not and why, before anything is written."""

from collections.abc import Iterable

import streamlit as st

from data_access import loader
from data_access.telling.reader import Reader
from data_access.telling.tables import Column, Row, Table, of_words
from pages.parts import downloads, exports
from pages.parts.desk import Desk
from pages.parts.loading_words import kind_name, months, sentence
from pages.parts.markdown import plain, small, with_code
from pages.parts.tables import TALL, show_table

SHOWN_ROWS = 20  # of the rejected ones; all stand in the file


def show(reader: Reader, desk: Desk, plan: loader.Plan) -> None:
    """The plan in tables and sentences, and the button that brings it in."""
    t = reader.t
    st.header(t("upload.preview"), anchor=False)
    st.info(t("upload.preview_said"), icon=":material/visibility:")
    _unread(reader, plan)
    if plan.parts:
        _headed(reader, "upload.by_file", by_file(reader, plan.parts))
        _said(f"{name}: {note.text(reader.language)}" for name, note in plan.notes)
    if plan.changes:
        _headed(reader, "upload.changes", by_kind(reader, plan.changes))
        _said(replaced(reader, plan))
    if plan.warnings:
        st.markdown(f"**{t('upload.warnings')}**")
        _said(f"{kind_name(reader, one.kind)}: {one.text(reader.language)}" for one in plan.warnings)
    if plan.rows_rejected:
        _rejected(reader, plan)
    _confirm(reader, desk, plan)


def _headed(reader: Reader, key: str, table: Table) -> None:
    headline = reader.t(key)
    st.markdown(f"**{headline}**")
    show_table(reader, table, headline)


def _said(sentences: Iterable[str]) -> None:
    said = [f"- {small(text)}" for text in dict.fromkeys(sentences)]
    if said:
        st.markdown("\n".join(said))


def _unread(reader: Reader, plan: loader.Plan) -> None:
    """Files of which nothing would come: damaged ones, and those that are in the database already."""
    for _, error in plan.unread:
        st.error(with_code(sentence(reader, error)), icon=":material/error:")
    for name in plan.already_loaded:
        st.info(plain(reader.t("loading.plan.already_loaded", name=name)), icon=":material/check:")


def by_file(reader: Reader, parts: Iterable[loader.Part]) -> Table:
    """A row a table of a file: rows read, accepted, rejected, repeated; with a total where there are several."""
    t = reader.t
    counts = [((part.read, part.accepted, part.rejected, part.dropped), part) for part in parts]
    rows = [Row(_place(reader, part), figures) for figures, part in counts]
    if len(rows) > 1:
        sums = tuple(map(sum, zip(*(figures for figures, _ in counts), strict=True)))
        rows.append(Row(t("words.total"), sums, total=True))
    columns = tuple(Column(t(f"loading.plan.{name}"), "count") for name in ("read", "accepted", "rejected", "dropped"))
    return Table(t("loading.plan.file"), columns, tuple(rows))


def _place(reader: Reader, part: loader.Part) -> str:
    key = "upload.part_of_sheet" if part.sheet else "upload.part"
    return reader.t(key, file=part.file, sheet=part.sheet, kind=kind_name(reader, part.kind))


def by_kind(reader: Reader, changes: Iterable[loader.Change]) -> Table:
    """A row of counts a kind, and one of money where it has some: what is replaced, what comes, the difference."""
    t = reader.t
    rows = []
    for change in changes:
        name = kind_name(reader, change.kind)
        before, after = change.rows_before, change.rows_after
        rows.append(Row(t("upload.of_rows", name=name), (before, after, after - before), unit="count"))
        if change.cents_after is not None:
            before, after = change.cents_before or 0, change.cents_after
            rows.append(Row(t("upload.of_euros", name=name), (before, after, after - before), unit="cents"))
    columns = (
        Column(t("upload.before"), ""),
        Column(t("upload.after"), ""),
        Column(t("upload.difference"), "", change=True),
    )
    return Table(t("loading.plan.kind"), columns, tuple(rows))


def replaced(reader: Reader, plan: loader.Plan) -> list[str]:
    """A sentence for each kind on what is replaced, or on what mended rows are added to."""
    t = reader.t
    if plan.mends is not None:
        return [t("upload.mended", number=str(plan.mends))]
    said = []
    for change in plan.changes:
        if change.kind == "units":
            said.append(t("upload.replaces_units", codes=", ".join(change.replaced)))
        elif change.kind == "members":
            said.append(t("upload.replaces_households"))
        else:
            name, found = kind_name(reader, change.kind), months(reader, change.replaced)
            key = "upload.replaces_branches" if change.kind == "visits" else "upload.replaces_months"
            said.append(t(key if change.rows_before else "upload.first_months", name=name, months=found))
    return said


def _rejected(reader: Reader, plan: loader.Plan) -> None:
    """Why rows are not accepted, the first of them, and all of them as a file."""
    t, language, found = reader.t, reader.language, plan.rejections
    headline = t("upload.rejected", count=plan.rows_rejected)
    st.subheader(plain(headline), anchor=False)
    st.markdown(small(t("upload.rejected_said")))
    if len(found) > SHOWN_ROWS:
        st.markdown(f"**{t('upload.reasons')}**")
        show_table(reader, by_reason(reader, found), t("upload.reasons"))
        st.markdown(f"**{t('upload.first_rejected', count=SHOWN_ROWS)}**")
    names = ("file", "sheet_name", "row", "column", "value", "reason", "mend")
    header = [t(f"loading.rejected.{name}") for name in names]
    rows = [
        [
            one.file,
            one.sheet,
            str(one.row),
            loader.heading_of(one.kind, one.column),
            str(one.value or ""),
            loader.why(one.reason, one.params, language),
            loader.how_to_mend(one.reason, language),
        ]
        for one in found.head(SHOWN_ROWS).itertuples(index=False)
    ]
    filled = [place for place in range(len(header)) if any(row[place] for row in rows)]
    table = of_words([header[p] for p in filled], [[row[p] for p in filled] for row in rows])
    show_table(reader, table, headline, tall=TALL)
    st.download_button(
        t("upload.rejected_file"),
        data=downloads.kept("loading", "rejected.xlsx", lambda: loader.rejected_list(plan, language), "loading"),
        file_name=exports.file_name(t("upload.rejected_file_name"), ending="xlsx"),
        mime=exports.XLSX,
        key="upload_rejected",
        icon=":material/download:",
        on_click="ignore",
    )


def by_reason(reader: Reader, found) -> Table:
    """How often each thing is wrong, by column; the most frequent first."""
    t = reader.t
    counts = found.groupby(["kind", "column", "reason"], sort=False, dropna=False).size().sort_values(ascending=False)
    sample = found.drop_duplicates(["kind", "column", "reason"]).set_index(["kind", "column", "reason"])["params"]
    rows = tuple(
        Row(
            t(
                "upload.reason",
                column=loader.heading_of(kind, column),
                why=loader.why(reason, sample[kind, column, reason], reader.language),
            ),
            (int(count),),
        )
        for (kind, column, reason), count in counts.items()
    )
    return Table(t("loading.rejected.reason"), (Column(t("upload.times"), "count"),), rows)


def _confirm(reader: Reader, desk: Desk, plan: loader.Plan) -> None:
    t = reader.t
    if plan.empty:
        nothing = "errors.nothing_to_load" if plan.unread else "loading.plan.nothing"
        st.warning(t(nothing), icon=":material/block:")
    else:
        st.header(t("upload.confirm"), anchor=False)
        st.markdown(plain(t("upload.confirm_said", who=desk.who)))
        if plan.all_rejected:
            st.warning(t("loading.plan.all_rejected"), icon=":material/block:")
        elif plan.rows_rejected:
            st.markdown(t("upload.confirm_rejected", count=plan.rows_rejected))
        if plan.unread:
            st.markdown(t("upload.confirm_unread", count=len(plan.unread)))
        label = confirming(reader, plan)
        if st.button(plain(label), key="upload_confirm", icon=":material/database_upload:", wrap=True):
            desk.confirm(plan)
            st.rerun()
    if st.button(t("upload.discard"), key="upload_discard", icon=":material/close:"):
        desk.clear()
        st.rerun()


def confirming(reader: Reader, plan: loader.Plan) -> str:
    """What the button does: Ielādēt: 3 faili, aizstāj: 2023. gada marts."""
    t = reader.t
    if plan.all_rejected:
        return t("upload.remember")
    count = len({part.file for part in plan.parts if part.accepted})
    files = t("upload.files_counted", count=count)
    found = {month for change in plan.changes if change.kind not in ("units", "members") for month in change.replaced}
    if plan.mends is not None:
        return t("upload.load_mended", files=files, number=str(plan.mends))
    if found and any(change.rows_before for change in plan.changes):
        return t("upload.load_replacing", files=files, months=months(reader, found))
    return t("upload.load", files=files)
