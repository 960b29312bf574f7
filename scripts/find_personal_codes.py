"""Names the lines with valid personal codes in files of any kind; ends with 1 if there are any.

    python scripts/find_personal_codes.py FILE...

Not a plugin of `detect-secrets`: that leaves out what has no letter in it, and lines that look like a call.
"""

import re
import sys
from datetime import date
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
from data_access.loading.keys import BadPersonalCode, read_personal_code

_CODE = re.compile(rb"(?<![0-9A-Za-z.])[0-9]{6}-?[0-9]{5}(?![0-9A-Za-z])")
# Nobody has it: the number of the new style with nothing but zeros behind it.
_NOBODY = re.compile(rb"3[2-9]0{4}-?0{5}")


def main(names: list[str]) -> int:
    """Tells as `detect-secrets` does, the file and the line and not what stands there."""
    found = False
    for name in names:
        for number, line in enumerate(Path(name).read_bytes().splitlines(), start=1):
            if any(map(_is_somebody, _CODE.findall(line))):
                found = True
                print(f"Secret Type: Personal code\nLocation:    {name}:{number}")
    return int(found)


def _is_somebody(code: bytes) -> bool:
    try:
        read_personal_code(code.decode(), date.today())
    except BadPersonalCode:
        return False
    return not _NOBODY.fullmatch(code)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
