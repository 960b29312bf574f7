"""`python -m data_access audit verify`: whether the audit log is as it was written."""

import argparse
import re
from pathlib import Path

from data_access.access.people import settings
from data_access.audit.chain import Seal
from data_access.audit.verifying import verify
from data_access.language import texts

_SEAL = re.compile(r"(\d+):([0-9a-f]{64})")


def add_audit(commands, common: argparse.ArgumentParser) -> None:
    """Adds the command `audit verify`."""
    words = texts("lv")
    audit = commands.add_parser("audit", help=words("command.audit"))
    verbs = audit.add_subparsers(required=True, metavar="verify")
    one = verbs.add_parser("verify", parents=[common], help=words("command.audit_verify"))
    one.add_argument("--folder", type=Path, default=None, help=words("command.audit_folder"))
    one.add_argument("--noted", type=_seal, default=None, metavar="N:SHA256", help=words("command.audit_noted"))
    one.set_defaults(run=_verify)


def _seal(text: str) -> Seal:
    found = _SEAL.fullmatch(text.strip())
    if not found:
        raise argparse.ArgumentTypeError(text)
    return Seal(int(found[1]), found[2])


def _verify(options: argparse.Namespace) -> int:
    t = texts(options.language)
    found = verify(options.folder or settings().audit_folder, options.noted)
    for finding in found.findings:
        print(t(f"audit.findings.{finding.kind}", file=finding.file, n=str(finding.n)))
    if found.good:
        print(t("audit.good", count=found.lines))
    if found.lines:
        print(t("audit.seal", seal=found.last))
    return 0 if found.good else 1
