#!/usr/bin/env bash
# Looks for passwords, keys and personal codes in what is committed or is about to be. Ends with 1 and names the lines if
# there are any. A line that only looks like one says so: `pragma: allowlist secret`.
#
#   scripts/find_secrets.sh [FOLDER]              in the files that git knows, and in new ones
#   scripts/find_secrets.sh --history [FOLDER]    in every line that was ever added
set -euo pipefail
program=$(cd "$(dirname "$(readlink -f "$0")")/.." && pwd)
history=
[ "${1:-}" != --history ] || { history=yes; shift; }
cd "${1:-$program}"

listed=$(mktemp)
added=$(mktemp)
trap 'rm -f "$listed" "$added"' EXIT

# Nothing that is found is tried out against anybody's server. The words are those that stand where one is to be filled in.
placeholders='^(([A-Z]+_)?PASSWORD|MADE AS ABOVE|CLIENT SECRET VALUE|PGPASSWORD)$'
look() {
    local found=0
    xargs --null --no-run-if-empty --max-args=100 --max-procs="$(nproc)" \
        "$program/.venv/bin/detect-secrets-hook" --no-verify \
        --exclude-secrets "$placeholders" "$@" <"$listed" || found=1
    xargs --null --no-run-if-empty "$program/.venv/bin/python" "$program/scripts/find_personal_codes.py" <"$listed" || found=1
    return $found
}

if [ -z "$history" ]; then
    git ls-files -z --cached --others --exclude-standard --deduplicate |
        while IFS= read -r -d '' name; do [ ! -f "$name" ] || printf '%s\0' "$name"; done >"$listed"
    look
else
    git log --all --patch --unified=0 --no-color --no-ext-diff --format='commit %H' | grep -E '^(\+|commit )' >"$added"
    printf '%s\0' "$added" >"$listed"
    # Only what has a shape of its own: what merely looks random are hashes that once stood there on purpose.
    if ! found=$(look --disable-plugin Base64HighEntropyString --disable-plugin HexHighEntropyString \
        --disable-plugin KeywordDetector); then
        grep -E '^(Secret Type|Location)' <<<"$found" | while IFS= read -r line; do
            case $line in
                Location*) head --lines="${line##*:}" "$added" | grep '^commit ' | tail --lines=1 ;;
                *) echo "$line" ;;
            esac
        done
        exit 1
    fi
fi
