"""The annual report on its page: made once for each state of the data, as files, and held against the published one."""

import streamlit as st

from data_access import COUNCIL, check, report
from data_access.telling.tables import Table, of_words
from pages.parts import address, audience, checks, downloads, exports
from pages.parts.answers import remember
from pages.parts.filters import View
from pages.parts.markdown import plain, small
from pages.parts.patience import work_on
from pages.parts.section import head, tell

DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
MAKERS = {"docx": (report.as_docx, DOCX), "xlsx": (report.as_xlsx, exports.XLSX)}


def made(view: View) -> report.Report:
    """The report of the chosen year for the chosen audience; raises what its making and `work_on` raise."""
    t = view.reader.t

    def words(done: int, of: int) -> str:
        return t("annual.making_part", done=done, of=of) if done else t("annual.making")

    return work_on(lambda steps: view.database.report(view.year, view.audience, remember, steps), words)


def offer(view: View) -> None:
    """What the report holds, and its files; a file is made when its button is pressed."""
    t, found = view.reader.t, made(view)
    counts = {"chapters": len(found.headings), "tables": len(found.tables), "figures": len(list(found.placed()))}
    head(view, "files", t("annual.headline", year=str(view.year), **counts))
    st.markdown(plain(t("annual.said")))
    with st.container(horizontal=True, gap="small"):
        for ending, (make, mime) in MAKERS.items():
            file = f"report_{view.year}_{view.audience}.{ending}"
            st.download_button(
                t(f"annual.{ending}"),
                data=downloads.kept(view.page, file, lambda make=make: make(found)),
                file_name=exports.file_name(found.title, audience.name(view.reader, view.audience), ending=ending),
                mime=mime,
                key=f"report_{ending}",
                icon=":material/download:",
                on_click="ignore",
            )
    if view.reader.language != "lv":
        st.markdown(small(t("annual.latvian")))


def tell_checks(view: View) -> None:
    """The checks that the report makes of itself."""
    t, found = view.reader.t, made(view)
    wrong = sum(one.holds is False for one in found.checks)
    made_checks = [one for one in found.checks if one.holds is not None]
    left, hidden = len(found.checks) - len(made_checks), sum(one.hidden for one in made_checks if one.holds)
    good = t("annual.checks_good", count=len(made_checks))
    headline = t("annual.checks_bad", count=wrong, all=len(made_checks)) if wrong else good
    rows = [
        [one.said, *("" if shown is None else str(shown) for shown in (one.whole, one.parts)), one.outcome]
        for one in found.checks
        if one.told
    ]
    remarks = [t("annual.checks_hidden", count=hidden)] * bool(hidden) + [t("annual.checks_left", count=left)] * bool(
        left
    )
    table = of_words([t(f"annual.check_{name}") for name in ("what", "whole", "parts", "outcome")], rows)
    tell(view, "checks", headline, table, remarks=remarks)


def tell_published(view: View) -> None:
    """The published report of the year beside the database, figure by figure; to the council chapter by chapter."""
    reader, t = view.reader, view.reader.t
    if view.year != check.published_year():
        head(view, "published", t("annual.no_published_head"))
        st.info(t("annual.no_published", year=str(view.year)), icon=":material/event_busy:")
        return
    results = check.comparable(checks.checked(view.database, reader), view.database.coverage)
    headline = t("annual.published", year=str(view.year), **checks.counts(results))
    if view.audience == COUNCIL:
        # Single figures are told, however small.
        tell(view, "published", headline, checks.by_chapter(reader, results), remarks=[t("annual.single")])
        return
    head(view, "published", headline)
    chapters = tuple(check.summary(results))
    chosen = address.choose(
        st.selectbox,
        "chapter",
        t("annual.chapter"),
        chapters,
        chapters[0],
        lambda code: t(f"check.chapters.{code}"),
    )
    table = _figure_by_figure(view, [figure for figure in results if figure.chapter == chosen])
    tell(view, f"published_{chosen}", headline, table, headed=True)


def _figure_by_figure(view: View, results: list[check.CheckedFigure]) -> Table:
    """A row a published figure of a chapter: printed, in the database, the outcome and its reason."""
    (_, *names), lines = check.as_tables(results, view.reader.language, verbose=True)[0]
    return of_words(names, [cells for _, *cells in lines])
