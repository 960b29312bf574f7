"""A table on a page."""

from collections.abc import Callable, Sequence
from dataclasses import replace

import pandas as pd
import streamlit as st

from data_access import WITHHELD
from data_access.telling.reader import Reader
from data_access.telling.tables import Column, Row, Table, written
from pages.parts.markdown import plain

LONG = 14  # rows: a longer table scrolls beside its chart, under its header
TALL = 520  # pixels of a table that scrolls, at least


def show_table(reader: Reader, table: Table, alt: str, tall: int | None = None) -> None:
    """A real table, through whose cells a screen reader walks. A long one scrolls within `tall` pixels, if given."""
    frame = pd.DataFrame(
        {
            place: pd.array(
                [None if row.figures[place] is WITHHELD else row.figures[place] for row in table.rows],
                dtype="string" if column.words else "Float64",
            )
            for place, column in enumerate(table.columns)
        }
    )
    frame.columns = [column.name for column in _apart(table.columns)]
    frame.insert(0, table.corner, [_bold(plain(row.name), row) for row in table.rows])
    texts = {
        name: iter([_bold(_cell(reader, row, column, row.figures[place]), row) for row in table.rows])
        for place, (name, column) in enumerate(zip(frame.columns[1:], table.columns, strict=True))
    }
    st.table(
        frame.style.hide(axis="index").format({name: _in_turn(said) for name, said in texts.items()}),
        alt=alt,
        border="horizontal",
        height=max(tall, TALL) if tall and len(table.rows) > LONG else "content",
    )


def _cell(reader: Reader, row: Row, column: Column, figure) -> str:
    text = written(reader, row, column, figure)
    return plain(text) if column.words else text


def _in_turn(texts) -> Callable[[object], str]:
    return lambda _: next(texts)


def _bold(text: str, row: Row) -> str:
    return f"**{text}**" if row.total else text


def _apart(columns: Sequence[Column]) -> list[Column]:
    """Columns whose names differ, as a data frame wants them: repeated names get invisible spaces."""
    seen: dict[str, int] = {}
    found = []
    for column in columns:
        count = seen.get(column.name, 0)
        seen[column.name] = count + 1
        found.append(replace(column, name=column.name + "\u200b" * count))
    return found
