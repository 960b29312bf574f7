#!/usr/bin/env bash
# Makes sure that the programs the tests drive are on this computer: Chromium, a PostgreSQL
# server of version 15 or newer, the Latvian spelling dictionary, a font with Latvian letters, nginx,
# what checks systemd's units, and LibreOffice with the tools that read its PDF, which draw and look at presentations and
# reports.
# Installs what is missing with apt-get (through sudo when the caller is not root); says in one
# sentence what is missing when it cannot.
#
#   scripts/ensure_system_packages.sh            install what is missing
#   scripts/ensure_system_packages.sh --list     only name the missing packages
set -euo pipefail

OLDEST_POSTGRES=15

has_chromium() { [ -x /usr/bin/chromium-headless-shell ]; }

has_postgres() {
    local initdb version
    for initdb in /usr/lib/postgresql/*/bin/initdb "$(command -v initdb || true)"; do
        [ -x "$initdb" ] || continue
        version=$("$initdb" --version | grep -oE '[0-9]+' | head -n 1)
        [ "$version" -ge "$OLDEST_POSTGRES" ] && return 0
    done
    return 1
}

has_dictionary() { [ -r /usr/share/hunspell/lv_LV.dic ] && [ -r /usr/share/hunspell/lv_LV.aff ]; }

has_font() { [ -r /usr/share/fonts/truetype/dejavu/DejaVuSans.ttf ]; }

has_poppler() { command -v pdftotext >/dev/null && command -v pdfinfo >/dev/null; }

# LibreOffice comes in parts: one draws presentations, another documents.
has_impress() { command -v soffice >/dev/null && [ -e /usr/lib/libreoffice/program/libsdlo.so ]; }

has_writer() { command -v soffice >/dev/null && [ -e /usr/lib/libreoffice/program/libswlo.so ]; }

has_nginx() { [ -x /usr/sbin/nginx ]; }

has_systemd() { command -v systemd-analyze >/dev/null; }

missing_packages() {
    has_chromium || echo chromium-headless-shell
    has_postgres || echo postgresql
    has_dictionary || echo hunspell-lv
    has_font || echo fonts-dejavu-core
    has_nginx || echo nginx-light
    has_systemd || echo systemd
    has_poppler || echo poppler-utils
    has_impress || echo libreoffice-impress-nogui
    has_writer || echo libreoffice-writer-nogui
}

in_a_line() { echo "$1" | tr '\n' ' ' | sed 's/ *$//'; }

missing=$(missing_packages)
if [ "${1:-}" = "--list" ]; then
    [ -z "$missing" ] || in_a_line "$missing"
    exit 0
fi
[ -n "$missing" ] || exit 0

as_root=()
if ! command -v apt-get >/dev/null; then
    echo "The tests need these programs, and there is no apt-get here to install them with: $(in_a_line "$missing")." >&2
    exit 1
fi
if [ "$(id -u)" -ne 0 ]; then
    # In CI nobody can type a password; at a terminal sudo may ask for one.
    if command -v sudo >/dev/null && { sudo -n true 2>/dev/null || { [ -z "${CI:-}" ] && [ -t 0 ]; }; }; then
        as_root=(sudo)
    else
        echo "The tests need these packages; ask an administrator to run: apt-get install $(in_a_line "$missing")." >&2
        exit 1
    fi
fi

# Debian starts a cluster of its own when the server is installed; the tests bring their own, so
# create none.
if echo "$missing" | grep -qx postgresql && [ ! -e /etc/postgresql-common/createcluster.conf ]; then
    "${as_root[@]}" mkdir -p /etc/postgresql-common
    echo "create_main_cluster = false" | "${as_root[@]}" tee /etc/postgresql-common/createcluster.conf >/dev/null
fi

echo "Installing for the tests: $(in_a_line "$missing")"
install=("${as_root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get install -y -q --no-install-recommends
    -o Dpkg::Options::=--force-confold)
log=$(mktemp)
trap 'rm -f "$log"' EXIT
# The package lists may be fresh enough; only fetch them when the first attempt fails.
# shellcheck disable=SC2086
if ! "${install[@]}" $missing >"$log" 2>&1; then
    if ! { "${as_root[@]}" apt-get update -q && "${install[@]}" $missing; } >"$log" 2>&1; then
        tail -n 20 "$log" >&2
        echo "apt-get could not install what the tests need: $(in_a_line "$missing") (its last lines are above)." >&2
        exit 1
    fi
fi

# Debian starts a server of its own; the tests bring theirs.
if echo "$missing" | grep -qx nginx-light && [ -d /run/systemd/system ]; then
    "${as_root[@]}" systemctl disable --quiet --now nginx.service
fi

missing=$(missing_packages)
if [ -n "$missing" ]; then
    echo "The tests still miss these programs after installing: $(in_a_line "$missing")." >&2
    exit 1
fi
