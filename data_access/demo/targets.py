"""What the demonstration has to count up to: the published figures, or the reading that stands for one.

Where the report contradicts itself, `published/readings.csv` names the value the demonstration gives
instead; everywhere else the printed value is the target.
"""

import csv
from decimal import Decimal
from functools import cache
from pathlib import Path

PUBLISHED = Path(__file__).resolve().parent.parent / "published"


def _column(file: str, column: str) -> dict[str, str]:
    with open(PUBLISHED / file, encoding="utf-8", newline="") as lines:
        return {row["figure_id"]: row[column] for row in csv.DictReader(lines)}


@cache
def _texts() -> dict[str, str]:
    readings = PUBLISHED / "readings.csv"
    return _column("published_figures.csv", "value") | (_column("readings.csv", "reading") if readings.exists() else {})


def value(figure_id: str) -> Decimal:
    """The figure as the demonstration has to give it."""
    return Decimal(_texts()[figure_id])


def count(figure_id: str) -> int:
    """A number of households, persons or months."""
    number = value(figure_id)
    if number != number.to_integral_value():
        raise ValueError(f"{figure_id} is not a whole number: {number}")
    return int(number)


def cents(figure_id: str) -> int:
    """An amount of money in euro cents."""
    return int((value(figure_id) * 100).to_integral_exact())
