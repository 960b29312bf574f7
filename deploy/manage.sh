#!/usr/bin/env bash
# Runs a command of the case database with the settings of the installation:
#
#   sudo -u dashboard /opt/dashboard/current/deploy/manage.sh load /srv/exports --dry-run
set -euo pipefail
. "$(dirname "$(readlink -f "$0")")/settings.sh"

cd "$program"
# What writes needs another role than what reads, on PostgreSQL.
case ${1:-} in
    migrate | load | undo) export DATABASE_URL=${LOADING_DATABASE_URL:-$DATABASE_URL} ;;
esac
export PYTHONDONTWRITEBYTECODE=1
exec "$python" -m data_access "$@"
