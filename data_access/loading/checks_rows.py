"""Rules on one row: what must be there, what it may be, which day comes before which; and how a wrong row is kept."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import date

import pandas as pd

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
    # Pandera is read only here: a sixth of a second that whoever loads nothing does not need.
    from data_access.loading.row_schema import failures_of

    checked = findings.frame
    for earlier, later in ORDER[findings.kind]:
        in_order = (checked[earlier] <= checked[later]) | checked[earlier].isna() | checked[later].isna()
        checked = checked.assign(**{in_order_column(earlier, later): in_order})
    failures = failures_of(findings.kind, checked, codes, today)
    if failures is not None:
        _take(findings, failures, codes, today)


def in_order_column(earlier: str, later: str) -> str:
    """The column that says whether two days of a row are in order."""
    return f"{earlier}<={later}"


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
