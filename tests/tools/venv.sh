#!/bin/sh
# Copyright (c) 2026 the msgraph.intune maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Usage: venv.sh FOLDER REQUIREMENTS
#
# Create the virtual environment FOLDER if it does not exist or does not work, and install the file REQUIREMENTS into it. If
# the files do not change, later runs need no network. The variable PYTHON is the path or the version X.Y of the Python to
# use. Without it, a working environment is reused, and a new one gets the newest suitable Python.

set -eu

venv=$1
requirements=$2
stamp=$venv/installed-$(basename "$requirements")
find_python=$(dirname "$0")/find_python.sh

identity() {
    "$1" -c 'import sys; print(sys.base_prefix, sys.version)'
}

# The range from the oldest Python of a supported ansible-core to the newest one.
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
requested=${python:+$(identity "$python")}

# The commands in a virtual environment contain its path, so a moved checkout needs a new environment. A removed Python or
# another requested Python needs a new one, too.
usable() {
    [ "$(cat "$venv/made-in" 2>/dev/null)" = "$(pwd -P)" ] || return 1
    present=$(identity "$venv/bin/python" 2>/dev/null) || return 1
    supported "$venv/bin/python" || return 1
    [ "$present" = "${requested:-$present}" ]
}

# Requirement files include each other, so a change of one file is a change of all.
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
