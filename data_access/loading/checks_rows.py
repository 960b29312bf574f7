"""Rules on one row: what must be there, what it may be, which day comes before which.

The rules are a pandera schema for each kind. Pandera looks at whole columns, so a million rows take half a
second, and every failure comes back with its row.
"""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date

import pandas as pd
import pandera.pandas as pandera
from pandera.errors import SchemaErrors

from data_access.loading.kinds import KINDS

PLACE = ["file", "sheet", "row"]
FINDING = ["kind", *PLACE, "column", "value", "reason", "params"]
HIDDEN = ("person_key", "household_key")  # what stands for a person is shown to nobody
OLDEST_BIRTH = date(1900, 1, 1)

# Days on which something has already happened; the last day of a span may lie ahead.
PAST = {
    "units": (),
    "members": ("birth_date", "residence_from", "member_from"),
    "statuses": ("valid_from",),
    "payments": ("payment_date",),
    "visits": ("visit_date", "birth_date"),
    "consultations": ("consultation_date", "birth_date"),
}
# (earlier, later): the later one is at fault.
ORDER = {
    "units": (("valid_from", "valid_to"),),
    "members": (("birth_date", "member_from"), ("member_from", "member_to")),
    "statuses": (("valid_from", "valid_to"),),
    "payments": (),
    "visits": (("birth_date", "visit_date"),),
    "consultations": (("birth_date", "consultation_date"),),
}


@dataclass
class Findings:
    """The rows of one kind, and what is wrong with some of them."""

    kind: str
    frame: pd.DataFrame
    found: list[pd.DataFrame] = field(default_factory=list)
    dropped: list[pd.DataFrame] = field(default_factory=list)

    def __post_init__(self):
        self.frame = self.frame.reset_index(drop=True)
        self.good = pd.Series(True, index=self.frame.index)

    def reject(self, wrong: pd.Series, column: str, reason: str, **params: pd.Series | str | int | date) -> None:
        """Marks rows as wrong. A parameter is one value for all of them, or a series with one for each."""
        wrong = wrong.fillna(False).astype(bool)
        if not wrong.any():
            return
        self.good &= ~wrong
        rows = self.frame.loc[wrong]
        values = {
            name: _plain(value[wrong]) if isinstance(value, pd.Series) else [value] * len(rows)
            for name, value in params.items()
        }
        self.found.append(
            rows[PLACE].assign(
                kind=self.kind,
                column=column,
                value=shown(rows[column], column) if column in rows else "",
                reason=reason,
                params=[dict(zip(values, row, strict=True)) for row in zip(*values.values(), strict=True)]
                if values
                else [{}] * len(rows),
            )[FINDING]
        )

    def drop(self, doubled: pd.Series) -> None:
        """Takes out rows that say nothing which another row has not said."""
        doubled = doubled & self.good
        self.good &= ~doubled
        self.dropped.append(self.frame.loc[doubled])

    @property
    def accepted(self) -> pd.DataFrame:
        return self.frame if self.good.all() else self.frame.loc[self.good].reset_index(drop=True)

    @property
    def rejections(self) -> pd.DataFrame:
        return pd.concat(self.found, ignore_index=True) if self.found else no_findings()


def _plain(values: pd.Series) -> list:
    """Days as days, so that each language writes them its own way."""
    if pd.api.types.is_datetime64_any_dtype(values):
        return list(values.dt.date)
    return list(values)


def no_findings() -> pd.DataFrame:
    return pd.DataFrame(columns=FINDING)


def shown(values: pd.Series, column: str) -> list[str]:
    """Values as a person would write them; keys of persons and households are not shown."""
    if column in HIDDEN:
        return [""] * len(values)
    if pd.api.types.is_datetime64_any_dtype(values):
        return list(values.dt.strftime("%d.%m.%Y.").fillna(""))
    if column == "cents":
        return [_euros(value) for value in values]
    return [str(value) for value in values.astype(object).where(values.notna(), "")]


def _euros(cents) -> str:
    if pd.isna(cents):
        return ""
    whole, part = divmod(abs(int(cents)), 100)
    return f"{'-' if cents < 0 else ''}{whole},{part:02}"


def check_rows(findings: Findings, codes: Mapping[str, Collection[str]], today: date) -> None:
    """Checks each row by itself. `codes` are the values that the database knows, by column."""
    schema = _schema(findings.kind, findings.frame, codes, today)
    checked = findings.frame
    for earlier, later in ORDER[findings.kind]:
        in_order = (checked[earlier] <= checked[later]) | checked[earlier].isna() | checked[later].isna()
        checked = checked.assign(**{_order(earlier, later): in_order})
    try:
        schema.validate(checked, lazy=True)
    except SchemaErrors as errors:
        _take(findings, errors.failure_cases, codes, today)


def _order(earlier: str, later: str) -> str:
    return f"{earlier}<={later}"


def _schema(kind: str, frame: pd.DataFrame, codes: Mapping, today: date) -> pandera.DataFrameSchema:
    columns = {}
    for column in KINDS[kind].columns:
        checks = list(_checks(kind, column, codes, today))
        columns[column.name] = pandera.Column(checks=checks, nullable=not column.required)
    for earlier, later in ORDER[kind]:
        columns[_order(earlier, later)] = pandera.Column(checks=pandera.Check.eq(True, error="order"))
    return pandera.DataFrameSchema(
        {name: column for name, column in columns.items() if name in {*frame, *_orders(kind)}}
    )


def _orders(kind: str) -> set[str]:
    return {_order(earlier, later) for earlier, later in ORDER[kind]}


def _checks(kind: str, column, codes: Mapping, today: date) -> Iterator[pandera.Check]:
    allowed = codes.get(column.name)
    if allowed is not None:
        yield pandera.Check(lambda values: each_in(values, allowed), error="not_allowed")
    if column.name in PAST[kind]:
        yield pandera.Check.le(pd.Timestamp(today), error="in_future")
    if column.name == "birth_date":
        yield pandera.Check.ge(pd.Timestamp(OLDEST_BIRTH), error="too_old")
    if column.name == "cents":
        yield pandera.Check.ne(0, error="zero")


def each_in(values: pd.Series, allowed: Collection[str]) -> pd.Series:
    """Whether every code of a cell, several of them parted by semicolons, is allowed. Each text is looked at once."""
    known = {text: all(code in allowed for code in str(text).split(";")) for text in values.dropna().unique()}
    return values.map(known).fillna(True).astype(bool)


def _take(findings: Findings, failures: pd.DataFrame, codes: Mapping, today: date) -> None:
    for (column, check), rows in failures.groupby(["column", "check"], sort=False):
        wrong = pd.Series(findings.frame.index.isin(rows["index"]), index=findings.frame.index)
        if check == "not_nullable":
            findings.reject(wrong, column, "missing")
        elif check == "not_allowed":
            findings.reject(wrong, column, "not_allowed")
        elif check == "order":
            earlier, later = column.split("<=")
            findings.reject(wrong, later, "order", earlier=findings.frame[earlier])
        elif check == "in_future":
            findings.reject(wrong, column, "in_future", today=today)
        else:
            findings.reject(wrong, column, check)
