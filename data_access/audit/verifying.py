"""Whether an audit log is as it was written: every line there, none changed, none out of its place."""

from dataclasses import dataclass
from pathlib import Path

from data_access.audit.chain import BEGINNING, HEAD_LOST, REMOVED, Seal, files, read_head, seal_of, told
from data_access.audit.errors import AuditUnavailable


@dataclass(frozen=True)
class Finding:
    """One thing wrong. `kind` is the key of its sentence, `n` the number of the line that it is about."""

    kind: str
    file: str
    n: int


@dataclass(frozen=True)
class Verified:
    """What was found in a log of so many lines; `last` seals it, to be noted down elsewhere."""

    lines: int
    files: int
    last: Seal
    findings: tuple[Finding, ...]

    @property
    def good(self) -> bool:
        return not self.findings


def verify(folder: Path, noted: Seal | None = None) -> Verified:
    """Goes through a whole log. `noted` is a seal that was noted down elsewhere: its line must be there unchanged.

    A missing, changed or moved line shows wherever it stands. A cut-off end, or a changed last line, shows by the
    folder's own note; whoever rewrites that too, and every line after the one that was changed, is found only by a seal
    that he could not reach. Raises AuditUnavailable if the log cannot be read.
    """
    findings: list[Finding] = []
    allowed: set[Seal] = {BEGINNING}
    first: tuple[Finding, Seal] | None = None
    last, lines = BEGINNING, 0
    # The note is read first: lines that are written meanwhile come after it.
    head = read_head(folder)
    wanted = {seal.n for seal in (noted, head and head[0]) if seal}
    there: dict[int, Seal] = {0: BEGINNING}
    known = files(folder)
    for path in known:
        for line in _lines(path):
            lines += 1
            found = told(line)
            if found is None:
                findings.append(Finding("damaged", path.name, last.n + 1))
                continue
            before = Seal(found["n"] - 1, found["before"])
            if first is None:
                first = (Finding("missing_first", path.name, found["n"]), before)
            elif before != last:
                findings.append(_out_of_line(before, last, path.name))
            last = Seal(found["n"], seal_of(line))
            if last.n in wanted:
                there[last.n] = last
            if found.get("event") == REMOVED and "seal" in found:
                allowed.add(Seal(found.get("until"), found["seal"]))
            elif found.get("event") == HEAD_LOST:
                findings.append(Finding("head_lost", path.name, found["n"]))
    if first and first[1] not in allowed:
        findings.insert(0, first[0])
    end = known[-1].name if known else str(folder)
    if not lines and head is None:
        findings.append(Finding("no_log", end, 0))
    elif head is None:
        findings += [Finding("no_head", end, last.n)] * (last != BEGINNING)
    elif there.get(head[0].n) != head[0]:
        findings.append(Finding("cut_off" if head[0].n > last.n else "changed_end", end, head[0].n))
    if noted and there.get(noted.n) != noted and noted not in allowed:
        findings.append(Finding("not_as_noted", "", noted.n))
    return Verified(lines, len(known), last, tuple(findings))


def _lines(path: Path) -> list[bytes]:
    try:
        return [line for line in path.read_bytes().split(b"\n") if line]
    except OSError as error:
        raise AuditUnavailable() from error


def _out_of_line(before: Seal, last: Seal, file: str) -> Finding:
    """What is wrong where a line does not follow the one before it."""
    if before.n > last.n:
        return Finding("missing", file, last.n + 1)
    return Finding("changed" if before.n == last.n else "moved", file, before.n + (before.n < last.n))
