#!/usr/bin/env bash
# Puts a backup in place of what is there; stop the dashboard before. The audit log comes back only where there is none, so
# that nobody can undo it by restoring. Keys, passwords and roles come from where they are kept: docs/operating.en.md.
#
#   systemctl stop dashboard.target
#   sudo -u dashboard deploy/restore.sh /var/backups/dashboard/dashboard-<time>
#   systemctl start dashboard.target
set -euo pipefail
umask 077
. "$(dirname "$(readlink -f "$0")")/settings.sh"

yes=
if [ "${1:-}" = --yes ]; then yes=jā; shift; fi
[ $# -eq 1 ] || stop "Norādiet kopijas mapi." "Name the folder of a backup."
backup=$(readlink -f -- "$1")
eval "$("$python" "$here/tools.py" places)"

(cd "$backup" && sha256sum --check --strict --quiet SHA256SUMS) ||
    stop "Kopija ir bojāta; nekas nav mainīts." "The backup is damaged; nothing has been changed."
if [ "$CASE_ENGINE" = duckdb ]; then case=$backup/case.duckdb; else case=$backup/case.pgdump; fi
[ -e "$case" ] || stop "Kopija ir no citas datubāzes veida; nekas nav mainīts." \
    "The backup is of the other kind of database; nothing has been changed."
if systemctl is-active --quiet 'dashboard@*' 2>/dev/null; then
    stop "Vispirms apturiet paneli: systemctl stop dashboard.target" "Stop the dashboard first"
fi
if [ -z "$yes" ]; then
    read -r -p "Aizstāt datus ar $backup? (jā) / Replace the data? (yes) " yes
    case $yes in jā | yes) ;; *) stop "Nekas nav mainīts." "Nothing has been changed." ;; esac
fi

# put_back SERVER DUMP: every table of the database as in the dump, in one transaction. Without the last line nothing counts.
put_back() {
    local -n server=$1
    (
        export "${server[@]}"
        {
            echo "BEGIN;"
            echo "DO \$\$ DECLARE found record; BEGIN
                  FOR found IN SELECT tablename FROM pg_tables WHERE schemaname = 'public' LOOP
                      EXECUTE format('DROP TABLE public.%I CASCADE', found.tablename);
                  END LOOP; END \$\$;"
            pg_restore --no-owner --no-privileges --file=- "$2"
            echo "COMMIT; ANALYZE;"
        } | psql --no-psqlrc --quiet --set=ON_ERROR_STOP=1 --output=/dev/null
    )
}

if [ "$CASE_ENGINE" = duckdb ]; then
    "$python" "$here/tools.py" put "$case" "$CASE_FILE"
else
    put_back CASE_SERVER "$case"
fi

if [ "$SAVED_ENGINE" = postgresql ] && [ -e "$backup/saved.pgdump" ]; then
    put_back SAVED_SERVER "$backup/saved.pgdump"
elif [ "$SAVED_ENGINE" = sqlite ] && [ -e "$backup/saved.sqlite" ]; then
    cp -- "$backup/saved.sqlite" "$SAVED_FILE.restored"
    rm -f -- "$SAVED_FILE-wal" "$SAVED_FILE-shm" "$SAVED_FILE-journal"
    mv -- "$SAVED_FILE.restored" "$SAVED_FILE"
fi

if [ -d "$backup/audit" ] && [ ! -e "$AUDIT/head" ]; then
    mkdir -p "$AUDIT"
    cp --preserve=mode,timestamps -- "$backup"/audit/* "$AUDIT/"
fi
say "Atjaunots no $backup." "Restored from $backup."
