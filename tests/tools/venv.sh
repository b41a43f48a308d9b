#!/bin/sh
# Copyright (c) 2026 the msgraph.intune maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Usage: venv.sh FOLDER REQUIREMENTS
#
# Makes the virtual environment FOLDER where there is none that works, and installs the file REQUIREMENTS into it, once:
# as long as nothing changes, later runs need neither time nor network. The variable PYTHON may name the Python to use,
# by path or as X.Y; without it, an environment that works is kept, and a new one gets the newest suitable Python.

set -eu

venv=$1
requirements=$2
stamp=$venv/installed-$(basename "$requirements")
find_python=$(dirname "$0")/find_python.sh

identity() {
    "$1" -c 'import sys; print(sys.base_prefix, sys.version)'
}

# From the oldest that an ansible-core of ours runs on to the newest that one supports.
supported() {
    "$1" -c 'import sys; sys.exit(not (3, 11) <= sys.version_info[:2] <= (3, 14))' 2>/dev/null
}

case ${PYTHON:-} in
    '') python= ;;
    [0-9].*[0-9]) python=$("$find_python" "$PYTHON") ;;
    */*) python=$PYTHON ;;
    *)
        echo "PYTHON takes a version such as 3.13, or the path of a Python; it is '$PYTHON'." >&2
        exit 1
        ;;
esac
if [ -n "$python" ] && ! supported "$python"; then
    echo "$python cannot be used: a Python from 3.11 to 3.14 is needed." >&2
    exit 1
fi
asked_for=${python:+$(identity "$python")}

# The commands in a virtual environment hold its path: a checkout that was moved needs a new one. So does a Python that
# was removed, or another one that was asked for.
usable() {
    [ "$(cat "$venv/made-in" 2>/dev/null)" = "$(pwd -P)" ] || return 1
    present=$(identity "$venv/bin/python" 2>/dev/null) || return 1
    supported "$venv/bin/python" || return 1
    [ "$present" = "${asked_for:-$present}" ]
}

# Requirement files include one another, so a change to any of them counts.
changed() {
    [ ! -e "$stamp" ] ||
        [ -n "$(find requirements.txt tests -name '*.txt' -path '*requirements*' -newer "$stamp")" ]
}

if ! usable; then
    python=${python:-$("$find_python")}
    echo "==> $venv: new, with $("$python" --version)"
    "$python" -m venv --clear "$venv"
    pwd -P >"$venv/made-in"
fi

if changed; then
    echo "==> $venv: installing $requirements"
    "$venv/bin/python" -m pip install --quiet --disable-pip-version-check --requirement "$requirements"
    touch "$stamp"
fi
