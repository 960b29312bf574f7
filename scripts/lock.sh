#!/usr/bin/env bash
# Writes constraints.txt anew: the version of every package that is installed, also of those that the named ones ask for,
# for every Python from 3.11 on and every platform. Versions that are there and still fit stay.
#
#   scripts/lock.sh                            after a change in requirements*.txt
#   scripts/lock.sh --upgrade                  the newest ones that fit
#   scripts/lock.sh --upgrade-package NAME     the newest of one
set -euo pipefail
cd "$(dirname "$(readlink -f "$0")")/.."

# Not with the rest: while a list and constraints.txt contradict each other, nothing else can be installed.
[ -x .venv/bin/uv ] || scripts/install.sh .venv <(grep '^uv==' requirements-dev.txt)

# What the lists ask for, without their references to one another and to what is written here.
named=$(cat requirements*.txt | grep -v '^-')
.venv/bin/uv pip compile --quiet --universal --python-version 3.11 --no-emit-index-url \
    --custom-compile-command "make lock" --output-file constraints.txt "$@" - <<<"$named"
