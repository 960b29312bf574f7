"""Running sums over the cells of a year: only for measures whose parts add up."""

import pandas as pd

from data_access import TOTAL, measure


def running(frame: pd.DataFrame, time: str, code: str) -> pd.DataFrame:
    """A comparison's frame by `time` with each figure since the beginning of the year, and the changes between them.

    Rows of totals are left out; after the first cell that is not known nothing is known.
    """
    if not measure(code).additive:
        raise ValueError(f"{code} cannot be added up")
    summed = frame[frame[time] != TOTAL].reset_index(drop=True)
    for name in (code, f"{code}_before"):
        summed[name] = summed[name].cumsum(skipna=False)
    before = summed[f"{code}_before"].astype("Float64")
    summed[f"{code}_change"] = summed[code] - summed[f"{code}_before"]
    summed[f"{code}_change_percent"] = summed[f"{code}_change"].astype("Float64") / before.where(before != 0) * 100
    return summed
