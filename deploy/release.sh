#!/usr/bin/env bash
# Puts the version that is checked out beside those that are installed, with its own Python packages and a bill of
# materials (bom.cdx.json, CycloneDX). What runs is not touched: switching is another step, docs/operating.en.md.
#
#   git checkout v1.4 && sudo deploy/release.sh
set -euo pipefail
umask 022
cd "$(dirname "$(readlink -f "$0")")/.."

root=${ROOT:-/opt/dashboard}
version=$(git describe --tags --always)
release=$root/releases/$version
if [ -n "$(git status --porcelain --untracked-files=no)" ]; then
    echo "Failos ir nesaglabātas izmaiņas. / There are uncommitted changes." >&2
    exit 1
fi
if [ -e "$release" ]; then
    echo "Versija $version jau ir uzstādīta. / Version $version is installed already." >&2
    exit 1
fi
tools=$(mktemp -d)
trap 'rm -rf "$release" "$tools"' EXIT
mkdir -p "$release"
git -c tar.umask=022 archive HEAD | tar --extract --directory="$release"
echo "$version" >"$release/VERSION"
# What belongs to the installation and not to a version.
ln -s "${STATE:-/var/lib/dashboard}" "$release/data"
"$release/scripts/install.sh" "$release/.venv" "$release/requirements.txt"
# The service may not write here, and would compile everything anew at each start.
"$release/.venv/bin/python" -m compileall -q "$release/data_access" "$release/pages" "$release/dashboard.py"
# What it is made of: every package with its version and licence, for whoever has to answer for that.
"$release/scripts/install.sh" "$tools/environment" "$release/requirements-release.txt"
{
    printf '[project]\nname = "dashboard"\nversion = "%s"\ndependencies = [\n' "$version"
    sed -nE 's/^([a-z][^ #]*).*/    "\1",/p' "$release/requirements.txt"
    echo ']'
} >"$tools/pyproject.toml"
"$tools/environment/bin/cyclonedx-py" environment --no-validate --pyproject "$tools/pyproject.toml" \
    --output-file "$release/bom.cdx.json" "$release/.venv/bin/python" 2> >(grep --invert-match 'Validation skipped' >&2)
rm -rf "$tools"
trap - EXIT
echo "Uzstādīta versija $version. / Version $version is installed. ln -sfnT $release $root/current"
