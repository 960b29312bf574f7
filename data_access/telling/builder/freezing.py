"""Figures as of a day: an answered request as text, and back. Codes are kept, so that either language can tell it."""

import json
from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

import pandas as pd

from data_access.answer import AsOf, Note
from data_access.errors import DataAccessError
from data_access.period import Period
from data_access.telling.builder.asking import Answered
from data_access.telling.builder.request import Request

_DATE, _TIME = "date", "time"


class Unreadable(DataAccessError):
    """Kept figures that this version of the program cannot tell."""

    key = "errors.view_unreadable"


def frozen(answered: Answered) -> str:
    """An answered request as text."""
    frame, as_of = answered.frame, answered.as_of
    days = [_written(day) for day in (as_of.loaded_at, as_of.data_from, as_of.data_until)]
    kept = {
        "columns": [[name, str(frame[name].dtype)] for name in frame.columns],
        "rows": [[None if pd.isna(value) else value for value in row] for row in frame.to_numpy(dtype=object).tolist()],
        "notes": [[note.kind, [[name, _written(value)] for name, value in note.params]] for note in answered.notes],
        "as_of": [*days, as_of.demonstration],
        "period": answered.period.code,
        "before": answered.before.code if answered.before else None,
        "narrowed": answered.narrowed,
        "values": answered.values,
    }
    return json.dumps(kept, ensure_ascii=False)


def thawed(text: str, request: Request) -> Answered:
    """The answered request that a text keeps. Raises Unreadable if it is none, or not of this request."""
    try:
        kept = json.loads(text)
        names = [name for name, _ in kept["columns"]]
        frame = pd.DataFrame(kept["rows"], columns=names, dtype=object)
        for name, kind in kept["columns"]:
            frame[name] = frame[name].astype(kind if kind in ("Int64", "Float64", "bool") else "object")
        answered = Answered(
            frame,
            tuple(Note(kind, tuple((name, _read(value)) for name, value in params)) for kind, params in kept["notes"]),
            AsOf(*(_read(value) for value in kept["as_of"])),
            Period.parse(kept["period"]),
            Period.parse(kept["before"]) if kept["before"] else None,
            kept["narrowed"],
            kept["values"],
        )
    except (ValueError, TypeError, KeyError, DataAccessError) as error:
        raise Unreadable() from error
    # Codes of a dimension or a measure that is no more would be told as something else.
    if tuple(names[: len(request.by)]) != request.by or not {*request.measures} <= {*names}:
        raise Unreadable()
    return answered


def _written(value: Any) -> Any:
    if isinstance(value, datetime):
        return {_TIME: value.isoformat()}
    return {_DATE: value.isoformat()} if isinstance(value, date) else value


def _read(value: Any) -> Any:
    if not isinstance(value, Mapping):
        return value
    if _TIME in value:
        return datetime.fromisoformat(value[_TIME])
    return date.fromisoformat(value[_DATE])
