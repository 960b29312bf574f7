"""Amounts: a sum shared out over payments to the cent, with corrections among them."""

import numpy as np
import pandas as pd

CORRECTED = 0.006
"""Share of payments that a later correction takes something back from."""

SMALLEST = 100
"""No payment is below one euro, if the sum allows."""


def share_out(cell: np.ndarray, weight: np.ndarray, totals: np.ndarray, unit: np.ndarray) -> np.ndarray:
    """Cents of each payment: its cell's total shared by weight, in the cell's unit of cents.

    What does not divide by the unit goes to one payment, so that each total is met exactly.
    """
    number = np.bincount(cell, minlength=len(totals))
    unit = np.where(totals // unit >= 4 * number, unit, 1)
    if ((number == 0) & (totals != 0)).any():
        raise ValueError(f"cells without a payment: {np.flatnonzero((number == 0) & (totals != 0)).tolist()}")
    units = totals // unit
    least = np.where(units * unit >= 2 * number * np.maximum(unit, SMALLEST), -(-SMALLEST // unit), 0)
    free = units - least * number
    share = weight / np.bincount(cell, weight, len(totals))[cell] * free[cell]
    whole = np.floor(share).astype(np.int64)
    missing = free - np.bincount(cell, whole, len(totals)).astype(np.int64)
    order = np.lexsort((-(share - whole), cell))
    rank = np.empty(len(cell), np.int64)
    starts = np.cumsum(number) - number
    rank[order] = np.arange(len(cell)) - starts[cell[order]]
    cents = (whole + least[cell] + (rank < missing[cell])) * unit[cell]
    return cents + (rank == 0) * (totals - units * unit)[cell]


def pay(rng: np.random.Generator, payments: pd.DataFrame, totals: dict, unit: dict | None = None) -> pd.DataFrame:
    """Payments with `cents`: their `weight` decides, `totals` (cents by `cell`) is met exactly.

    A correction is a further payment, negative, on the day of the household's next payment of the same
    kind; `unit` (cents by cell, 1 if not named) keeps amounts round and such cells uncorrected.
    """
    names = list(totals)
    cell = pd.Categorical(payments["cell"], categories=names).codes.astype(np.int64)
    if (cell < 0).any():
        raise ValueError(f"payments without a total: {sorted(set(payments['cell']) - set(names))}")
    amount = np.array([totals[name] for name in names], np.int64)
    units = np.array([(unit or {}).get(name, 1) for name in names], np.int64)
    payments = payments.assign(cell=cell)
    cents = share_out(cell, payments["weight"].to_numpy(float), amount, units)

    payments = payments.assign(cents=cents)
    alike = [name for name in ("cell", "household", "person", "type", "form", "status") if name in payments]
    kind = payments.groupby(alike, dropna=False, sort=False).ngroup()
    by_time = payments.assign(kind=kind).sort_values(["kind", "date"], kind="stable")
    following = by_time["date"].shift(-1)
    same = by_time["kind"].shift(-1) == by_time["kind"]
    able = same & (following > by_time["date"]) & (by_time["cents"] >= 3000) & (units[by_time["cell"]] == 1)
    chosen = able & (rng.random(len(able)) < CORRECTED)
    back = by_time[chosen].drop(columns="kind").assign(date=following[chosen])
    back["cents"] = -np.minimum(rng.integers(1, 4, len(back)) * 500, back["cents"] // 2 // 500 * 500)

    amount -= np.bincount(back["cell"], back["cents"], len(names)).astype(np.int64)
    payments["cents"] = share_out(cell, payments["weight"].to_numpy(float), amount, units)
    return pd.concat([payments, back], ignore_index=True).drop(columns=["weight", "cell"])
