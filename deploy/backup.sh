#!/usr/bin/env bash
# Makes a backup while the dashboard runs: case records, what visitors have saved, the audit log. It is whole or it is not
# there. Keys, passwords and roles are not in it, and have to be kept apart from it: docs/operating.en.md.
#
#   deploy/backup.sh FOLDER          makes FOLDER/dashboard-<time>, removes the oldest beyond BACKUP_KEEP
set -euo pipefail
umask 077
. "$(dirname "$(readlink -f "$0")")/settings.sh"

[ $# -eq 1 ] || stop "Norādiet mapi." "Name a folder."
mkdir -p "$1"
folder=$(readlink -f -- "$1")
keep=${BACKUP_KEEP:-30}
eval "$("$python" "$here/tools.py" places)"

exec 9>"$folder/.lock"
flock --nonblock 9 || stop "Kopiju jau veido." "A backup is being made already."
rm -rf "$folder"/.unfinished-*
name=dashboard-$(date --utc +%Y%m%dT%H%M%SZ)
work=$folder/.unfinished-$name
mkdir "$work"
trap 'rm -rf "$work"' EXIT

# server NAME: a PostgreSQL database as pg_dump has it at one moment.
dump() {
    local -n server=$1
    (
        export "${server[@]}"
        pg_dump --format=custom --no-owner --no-privileges --file="$2"
    )
}

if [ "$CASE_ENGINE" = duckdb ]; then
    # A load may move the pointer and remove the file that was named: then once more.
    for _ in 1 2 3; do
        real=$(readlink -f -- "$CASE_FILE")
        if cp --reflink=auto -- "$real" "$work/case.duckdb"; then
            [ ! -e "$real.wal" ] || cp -- "$real.wal" "$work/case.duckdb.wal"
            break
        fi
    done
    "$python" "$here/tools.py" check "$work/case.duckdb" >/dev/null ||
        stop "Datubāzes kopija nav lasāma." "The copy of the database cannot be read."
else
    dump CASE_SERVER "$work/case.pgdump"
fi

if [ "$SAVED_ENGINE" = postgresql ]; then
    dump SAVED_SERVER "$work/saved.pgdump"
elif [ -e "$SAVED_FILE" ]; then
    "$python" "$here/tools.py" copy-sqlite "$SAVED_FILE" "$work/saved.sqlite"
fi

if [ -e "$AUDIT/head" ]; then
    mkdir "$work/audit"
    # Whoever writes a line holds this lock, so that the log and the note of its end agree.
    flock --shared "$AUDIT/head" cp --preserve=mode,timestamps -- "$AUDIT"/audit-*.jsonl "$AUDIT/head" "$work/audit/"
fi

if [ -e "$program/VERSION" ]; then cp -- "$program/VERSION" "$work/VERSION"; fi
(cd "$work" && find . -type f -print0 | sort -z | xargs -0 sha256sum >"$folder/.sums" && mv "$folder/.sums" SHA256SUMS)
sync -f "$work"
mv -- "$work" "$folder/$name"
trap - EXIT

find "$folder" -mindepth 1 -maxdepth 1 -type d -name 'dashboard-*Z' -print0 | sort -z -r | tail -z -n "+$((keep + 1))" |
    xargs -0 -r rm -rf --
say "Rezerves kopija: $folder/$name" "Backup: $folder/$name"
