#!/usr/bin/env bash
# Makes the virtual environment when it is not there yet and installs a list of requirements in it.
# Says in one sentence what is missing on this computer when it cannot.
#
#   scripts/install.sh .venv requirements.txt
set -euo pipefail

environment=$1
requirements=$2
python=${PYTHON:-python3}

say_and_stop() {
    echo "$1" >&2
    exit 1
}

command -v "$python" >/dev/null ||
    say_and_stop "Python is missing on this computer; install it first, on Debian with: apt-get install python3 python3-venv"

version=$("$python" -c 'import sys; print("%d.%d" % sys.version_info[:2])')
"$python" -c 'import sys; sys.exit(sys.version_info < (3, 11))' ||
    say_and_stop "The dashboard needs Python 3.11 or newer, and $python here is $version; name a newer one with: make PYTHON=python3.11 ..."

# An environment that was copied from another folder, or whose Python was upgraded away, does not run.
if [ -e "$environment" ] && ! "$environment/bin/python" -c 'import pip' 2>/dev/null; then
    rm -rf "$environment"
fi
if [ ! -e "$environment" ]; then
    "$python" -c 'import ensurepip' 2>/dev/null ||
        say_and_stop "Python's module for virtual environments is missing on this computer; on Debian install it with: apt-get install python3-venv"
    echo "Making a virtual environment in $environment (Python $version)."
    "$python" -m venv "$environment"
fi

echo "Installing $requirements (the first time takes a minute or two)."
"$environment/bin/python" -m pip install --quiet --disable-pip-version-check --requirement "$requirements" ||
    say_and_stop "pip could not install $requirements (its message is above); most often the network or a proxy setting is missing."
