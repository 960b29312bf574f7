"""Months of records, as a person names them."""

from collections.abc import Iterable


def runs(months: Iterable[str]) -> list[tuple[str, str]]:
    """Months that follow each other as their first and last: 2023-01, 2023-02, 2023-05 → (01, 02), (05, 05)."""
    found: list[list[str]] = []
    for month in sorted(months):
        if found and _number(month) == _number(found[-1][-1]) + 1:
            found[-1].append(month)
        else:
            found.append([month])
    return [(run[0], run[-1]) for run in found]


def _number(month: str) -> int:
    year, _, number = month.partition("-")
    return int(year) * 12 + int(number)
