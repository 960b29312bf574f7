"""Running sums over the cells of a year: only for measures whose parts add up."""

import pandas as pd

from data_access import TOTAL, measure
from data_access.telling.withheld import flag, hidden


def running(frame: pd.DataFrame, time: str, code: str) -> pd.DataFrame:
    """A comparison's frame by `time` with each figure since the beginning of the year, and the changes between them.

    Rows of totals are left out; after the first cell that is not known nothing is known, and after the first that is
    withheld everything is.
    """
    if not measure(code).additive:
        raise ValueError(f"{code} cannot be added up")
    summed = frame[frame[time] != TOTAL].reset_index(drop=True)
    for name in (code, f"{code}_before"):
        summed[name] = summed[name].cumsum(skipna=False)
        summed[flag(name)] = hidden(summed, name).cummax()
    for name in (f"{code}_change", f"{code}_change_percent"):
        summed[flag(name)] = summed[flag(code)] | summed[flag(f"{code}_before")]
    before = summed[f"{code}_before"].astype("Float64")
    summed[f"{code}_change"] = summed[code] - summed[f"{code}_before"]
    summed[f"{code}_change_percent"] = summed[f"{code}_change"].astype("Float64") / before.where(before != 0) * 100
    return summed
