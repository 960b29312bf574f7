# Read by the scripts beside it: settings of the installation, and where its data are.
# shellcheck shell=bash disable=SC2034

here=$(cd "$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")" && pwd)
program=$(dirname "$here")
python=${PYTHON:-$program/.venv/bin/python}
settings=${DASHBOARD_ENV:-/etc/dashboard/dashboard.env}

say() { echo "$1 / $2"; }
stop() { say "$1" "$2" >&2; exit 1; }

# systemd has read them already.
if [ -z "${DATABASE_URL:-}" ]; then
    [ -r "$settings" ] || stop "Nevar nolasīt iestatījumus $settings." "The settings $settings cannot be read."
    set -a
    # shellcheck disable=SC1090
    . "$settings"
    set +a
fi
