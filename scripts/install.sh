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

pip=("$environment/bin/python" -m pip)

# A list that has uv among its tools is installed by it: 4 s where pip takes 33. It does not know pip's settings, so where
# pip is told of an office's own index, or of none, pip does it, and so it does whatever uv cannot.
install_with_uv() {
    local uv
    [ -f "$requirements" ] && uv=$(grep -o '^uv==[^ ]*' "$requirements") &&
        [ -z "$("${pip[@]}" config list | grep -E '\.(index-url|no-index)=')" ] &&
        "${pip[@]}" install --quiet --disable-pip-version-check "$uv" &&
        "$environment/bin/uv" pip install --quiet --python "$environment/bin/python" --requirement "$requirements"
}

echo "Installing $requirements (the first time takes a minute or two)."
install_with_uv 2>/dev/null ||
    "${pip[@]}" install --quiet --disable-pip-version-check --requirement "$requirements" ||
    say_and_stop "pip could not install $requirements (its message is above); most often the network or a proxy setting is missing."
