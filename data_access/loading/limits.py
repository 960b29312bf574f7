"""What is read at most of one file, so that no file takes all memory."""

from data_access.loading import errors

MOST_TEXT = 256 * 10**6  # bytes of a text file
MOST_WORKBOOK = 100 * 10**6  # bytes of a workbook as it lies on a disk
MOST_SHEET = 150 * 10**6  # bytes of one part of a workbook, unpacked
MOST_UNPACKED = 400 * 10**6  # bytes of all its parts
MOST_TIMES = 200  # how many times smaller a large part may have become by packing
LARGE_PART = 10 * 10**6
MOST_PARTS = 5_000
MOST_ROWS = 2_000_000
MOST_COLUMNS = 200
ROWS_ABOVE = 50  # among which the heading is looked for
SECONDS = 180  # that reading a workbook may take


def check_size(size: int, most: int, shown: str) -> None:
    """Raises FileTooLarge."""
    if size > most:
        raise errors.FileTooLarge(name=shown, size=size // 10**6, most=most // 10**6)
