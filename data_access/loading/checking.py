"""Rules on rows and between rows: what is accepted, what is rejected and why, what is odd.

A kind is checked after those it refers to: payments after households, visits after branches. Row rules are
a pandera schema (`checks_rows`), the rest is arithmetic on whole columns (`checks_between`, `checks_odd`).
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

import pandas as pd

from data_access.loading import checks_between as between
from data_access.loading.checks_odd import Warning, odd
from data_access.loading.checks_rows import PLACE, Findings, check_rows, no_findings
from data_access.loading.checks_state import State, read_state

__all__ = ["ORDER", "Checked", "State", "Warning", "check", "read_state"]

ORDER = ("units", "members", "visits", "consultations", "statuses", "payments")


@dataclass(frozen=True)
class Checked:
    """What is left of typed tables after checking.

    `rejections` has a row for each thing wrong: kind, file, sheet, row, column, value, reason, params.
    `dropped` are rows that only repeat another one: kind, file, sheet, row.
    """

    accepted: dict[str, pd.DataFrame]
    rejections: pd.DataFrame
    dropped: pd.DataFrame
    warnings: list[Warning]


def check(
    parsed: Mapping[str, pd.DataFrame], state: State, today: date | None = None, *, adding: bool = False
) -> Checked:
    """Checks the typed tables of one load against each other and against the database.

    `adding`: the rows join what is there (mended ones do) and take the place of nothing.
    """
    today = today or date.today()
    known = between.known(state)
    accepted, rejections, dropped = {}, [no_findings()], []
    for kind in ORDER:
        if kind not in parsed:
            continue
        findings = Findings(kind, parsed[kind])
        check_rows(findings, _codes(kind, state), today)
        dropped.append(_check_between(findings, known, state, adding).assign(kind=kind))
        accepted[kind] = findings.accepted
        rejections.append(findings.rejections)
        _learn(kind, known, accepted[kind], adding)
    return Checked(
        accepted=accepted,
        rejections=pd.concat(rejections, ignore_index=True),
        dropped=pd.concat(dropped, ignore_index=True) if dropped else pd.DataFrame(columns=["kind", *PLACE]),
        warnings=odd(accepted, state, known, today, adding),
    )


def _codes(kind: str, state: State) -> dict[str, frozenset[str]]:
    return {
        "units": {"territory": state.territories},
        "members": {"territory": state.territories},
        "consultations": {"problem_areas": state.problem_areas},
    }.get(kind, {})


def _check_between(findings: Findings, known: between.Known, state: State, adding: bool) -> pd.DataFrame:
    match findings.kind:
        case "units":
            between.check_units(findings, known)
        case "members":
            between.check_members(findings)
        case "statuses":
            between.check_statuses(findings, known, state, adding)
        case "payments":
            between.check_payments(findings, known)
        case "visits":
            between.check_visits(findings, known)
        case "consultations":
            between.check_consultations(findings, known)
    return pd.concat(findings.dropped)[PLACE] if findings.dropped else pd.DataFrame(columns=PLACE)


def _learn(kind: str, known: between.Known, accepted: pd.DataFrame, adding: bool) -> None:
    if kind == "units":
        between.learn_units(known, accepted)
    elif kind == "members":
        between.learn_members(known, accepted, adding)
    elif kind in ("visits", "consultations"):
        between.learn_persons(known, accepted)
