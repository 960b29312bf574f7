"""Charts: a tidy frame goes in, a figure comes out. Nothing is asked and nothing is shown here.

Every chart writes its figures beside its marks and the names of lines at their ends, keeps a transparent background for
the theme behind it, and puts long names above their bars and not beside them, so that it can be read on a telephone.
"""

from pages.parts.charts.bars import bars, movers, stacked
from pages.parts.charts.figure import config, in_hand, inked
from pages.parts.charts.lines import BREAKS_DRAWN, breaks, series, two_years
from pages.parts.charts.squares import Square, heat, squares

__all__ = [
    "BREAKS_DRAWN",
    "Square",
    "bars",
    "breaks",
    "config",
    "heat",
    "in_hand",
    "inked",
    "movers",
    "series",
    "squares",
    "stacked",
    "two_years",
]
