"""Any file that people have → raw tables. What cannot be read raises an UnreadableFile."""

from pathlib import Path

from data_access.loading import errors, limits
from data_access.loading.keys import without_personal_codes
from data_access.loading.mapping import NO_MAPPING, Mapping
from data_access.loading.raw_tables import RawTable
from data_access.loading.text_files import read_text
from data_access.loading.workbooks import OLE, read_workbook


def read(source: Path | str | bytes, name: str = "", mapping: Mapping = NO_MAPPING) -> list[RawTable]:
    """The tables of a file, or of its content, in their order. Raises an error of `loading.errors`."""
    shown = without_personal_codes(Path(name or (str(source) if not isinstance(source, bytes) else "")).name)
    content = source if isinstance(source, bytes) else _content(Path(source), shown)
    if not content.strip():
        raise errors.FileEmpty(name=shown)
    if Path(name or shown).suffix.lower() in (".xlsm", ".xltm", ".xlam"):
        raise errors.MacroWorkbook(name=shown)
    if content.startswith((b"PK\x03\x04", b"PK\x05\x06", OLE)):
        return read_workbook(content, shown, mapping)
    return [read_text(content, shown, mapping)]


def _content(path: Path, shown: str) -> bytes:
    try:
        limits.check_size(path.stat().st_size, limits.MOST_TEXT, shown)
        return path.read_bytes()
    except FileNotFoundError:
        raise errors.FileMissing(name=shown) from None
    except (OSError, ValueError):
        raise errors.FileUnopened(name=shown) from None
