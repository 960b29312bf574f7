"""Tables and files of the page on audits: who used what, what was refused, line by line."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

import streamlit as st

from data_access import Access, audits, dimensions, measures
from data_access.telling.reader import Reader
from data_access.telling.tables import Column, Row, Table, of_words
from pages.parts import downloads, exports
from pages.parts.loading_words import moment
from pages.parts.markdown import plain, with_code
from pages.parts.tables import TALL, show_table

MOST = 200  # lines on the page; all are in the file
JSON_LINES = "application/jsonl"

Lines = Sequence[Mapping[str, Any]]


def by_person(reader: Reader, lines: Lines) -> Table:
    """A row a person and role, a column a kind of event: how often."""
    t = reader.t
    counts = audits.by_person(lines)
    columns = tuple(Column(t(f"audits.{event}"), "count") for event in audits.EVENTS)
    rows = tuple(
        Row(_person(reader, who, role), tuple(found[event] for event in audits.EVENTS))
        for (who, role), found in counts.items()
    )
    return Table(t("audits.who"), columns, rows)


def refusals(reader: Reader, lines: Lines) -> Table:
    """A row for each thing that was refused, the newest first."""
    return each(reader, [line for line in lines if line.get("event") == "refused"])


def each(reader: Reader, lines: Lines) -> Table:
    """A row for each line: when, who, what."""
    header = [reader.t(f"audits.{name}") for name in ("when", "who", "event", "what")]
    return of_words(header, [_line(reader, line) for line in lines])


def _line(reader: Reader, line: Mapping[str, Any]) -> list[str]:
    event = str(line.get("event"))
    name = reader.t(f"audits.{event}") if event in audits.EVENTS else reader.t("audits.of_itself")
    return [
        moment(reader, datetime.fromisoformat(line["at"]).replace(tzinfo=None)),
        _person(reader, str(line.get("who", "")), str(line.get("role", ""))),
        name,
        "; ".join(_what(reader, line)),
    ]


def _person(reader: Reader, who: str, role: str) -> str:
    role, _, department = role.partition(":")
    words = [reader.t(key) for key in (f"roles.{role}", f"departments.{department}") if key in reader.t]
    return f"{who} ({', '.join(words)})" if words else who


def _what(reader: Reader, line: Mapping[str, Any]) -> list[str]:
    """What a line is about, in words where its codes have any."""
    said = []
    if refused := line.get("what"):
        key = f"audits.refused_{refused}"
        said.append(reader.t(key) if key in reader.t else str(refused))
    if page := line.get("page"):
        key = f"pages.{page}.title"
        said.append(reader.t(key) if key in reader.t else str(page))
    said += [measures()[code].name(reader.language) for code in line.get("measures", ()) if code in measures()]
    by = [*line.get("by", ()), *line.get("where", ())]
    said += [dimensions()[code].name(reader.language) for code in by if code in dimensions()]
    said += [str(line[name]) for name in ("period", "file", "load") if name in line]
    if line.get("audience") == "council":
        said.append(reader.t("audience.council"))
    return said


def offer_log(reader: Reader, access: Access, month: str) -> None:
    """The log of a month as it was written, line by line, for whoever checks it elsewhere."""
    st.download_button(
        reader.t("audits.file"),
        data=downloads.kept("audits", f"audit-{month}.jsonl", lambda: audits.raw_month(access, month)),
        file_name=exports.file_name(reader.t("audits.file_name"), month, ending="jsonl"),
        mime=JSON_LINES,
        key="audits_file",
        icon=":material/download:",
        on_click="ignore",
    )


def offer_check(reader: Reader, access: Access) -> None:
    """On a press, whether the whole log is untouched, and the seal to be noted down."""
    if not st.button(reader.t("audits.check"), key="audits_check", icon=":material/verified:"):
        return
    found = audits.verified(access)
    if found.good:
        st.success(reader.t("audit.good", count=found.lines), icon=":material/check_circle:")
    else:
        said = [reader.t(f"audit.findings.{one.kind}", file=one.file, n=str(one.n)) for one in found.findings]
        st.error("\n".join(f"- {plain(text)}" for text in said[:MOST]), icon=":material/gpp_bad:")
    if found.lines:
        st.markdown(with_code(reader.t("audit.seal", seal=found.last)))


def tell(reader: Reader, headline: str, table: Table, nothing: str) -> None:
    """A headline, and a table or that there is nothing to put into it."""
    st.header(plain(headline), anchor=False)
    if table.rows:
        show_table(reader, table, headline, tall=TALL)
    else:
        st.info(nothing, icon=":material/search_off:")
