"""Figures that are not for an audience: in a frame a column of booleans beside the figures, elsewhere `WITHHELD`.

Where nothing is withheld a frame has no such columns: what is for internal use looks as it always has.
"""

from collections.abc import Mapping
from typing import Any

import pandas as pd

from data_access.answer import WITHHELD

_ENDING = "_withheld"


def marked(frame: pd.DataFrame, withheld: pd.DataFrame) -> pd.DataFrame:
    """The frame of an answer or a comparison, and beside each of its figures whether it is withheld."""
    if not withheld.to_numpy().any():
        return frame
    return frame.assign(**{flag(name): withheld[name].to_numpy(dtype=bool) for name in withheld})


def flag(name: str) -> str:
    """The column that says whether the figures of a column are withheld."""
    return f"{name}{_ENDING}"


def is_flag(name: str) -> bool:
    return name.endswith(_ENDING)


def hidden(frame: pd.DataFrame, name: str) -> pd.Series:
    """For each row whether its figure in a column is withheld."""
    return frame[flag(name)] if flag(name) in frame else pd.Series(False, index=frame.index)


def cell(row: Mapping[str, Any], name: str) -> Any:
    """A figure of a row: a number, None where it is not known, or WITHHELD."""
    if row.get(flag(name), False):
        return WITHHELD
    return None if pd.isna(row[name]) else row[name]


def column(frame: pd.DataFrame, name: str) -> list:
    """The figures of a column, as `cell` gives them."""
    return [
        WITHHELD if secret else None if pd.isna(figure) else figure
        for figure, secret in zip(frame[name], hidden(frame, name), strict=True)
    ]


def is_number(figure: Any) -> bool:
    """Whether there is a figure to reckon with: neither unknown nor withheld."""
    return figure is not WITHHELD and not pd.isna(figure)
