"""Asks a public service of advisories whether anything that is installed has a known weakness.

    python scripts/audit.py                    everything in constraints.txt
    python scripts/audit.py LIST --osv-url URL

Ends with 0: asked about every package, nothing known. 1: weaknesses, which are named. 3: not all could be asked about,
so nothing is known. `pip-audit` itself does not tell the last two apart, and may call the third "none found".
"""

import argparse
import json
import subprocess
import sys
from pathlib import Path

CONSTRAINTS = Path(__file__).resolve().parents[1] / "constraints.txt"
SERVICE = "https://api.osv.dev/v1/query"
WEAK, NOT_ASKED = 1, 3


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("list", nargs="?", type=Path, default=CONSTRAINTS)
    parser.add_argument("--osv-url", default=SERVICE)
    options = parser.parse_args()
    packages = _ask(options.list, options.osv_url)
    if not packages or any("vulns" not in package for package in packages):
        print(
            f"NOT AUDITED: {options.osv_url} did not answer for every package of {options.list.name}, "
            "so nothing is known about their weaknesses. Run `make audit` where the service can be reached.",
            file=sys.stderr,
        )
        return NOT_ASKED
    weaknesses = [(package, known) for package in packages for known in package["vulns"]]
    for package, known in weaknesses:
        mended = ", ".join(known["fix_versions"]) or "no version yet"
        print(f"{package['name']} {package['version']}: {known['id']}, mended in: {mended}")
    print(f"Audited: {len(packages)} packages, {len(weaknesses)} known weaknesses.")
    return WEAK if weaknesses else 0


def _ask(packages: Path, service: str) -> list[dict]:
    """What is known of each package; nothing where the service did not answer."""
    command = [sys.executable, "-m", "pip_audit", "--requirement", packages, "--no-deps", "--disable-pip"]
    settings = ["--vulnerability-service", "osv", "--osv-url", service, "--format", "json", "--progress-spinner", "off"]
    asked = subprocess.run([*command, *settings], capture_output=True, text=True, check=False)
    try:
        return json.loads(asked.stdout)["dependencies"]
    except json.JSONDecodeError:
        # The last line says what went wrong; before it stand the steps of a program that nobody here wrote.
        print(*asked.stderr.strip().splitlines()[-1:], file=sys.stderr)
        return []


if __name__ == "__main__":
    sys.exit(main())
