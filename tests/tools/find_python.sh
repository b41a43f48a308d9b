#!/bin/sh
# Copyright (c) 2026 the msgraph.intune maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Prints the path of the newest Python of this machine that can run the tests,
# or, given a version X.Y, of that Python.
#
# A command on PATH can be a version manager's shim, which may fail or lead to
# another version. So each candidate is run and asked what and where it is.

set -eu

newest_first='3.14 3.13 3.12 3.11'

candidates() {
    version=$1
    IFS=:
    for folder in $PATH; do
        echo "$folder/python$version"
        echo "$folder/python3"
    done
    unset IFS
    ls -d "${PYENV_ROOT:-${HOME:-}/.pyenv}/versions/$version".*/bin/python3 \
        "${UV_PYTHON_INSTALL_DIR:-${XDG_DATA_HOME:-${HOME:-}/.local/share}/uv/python}/cpython-$version".*/bin/python3 \
        2>/dev/null || true
}

# Debian splits venv's ensurepip off into a package of its own, and a Python
# built without the headers of OpenSSL or zlib cannot install anything.
suits='
import sys
if ".".join(map(str, sys.version_info[:2])) != sys.argv[1]:
    sys.exit(1)
import ensurepip, ssl, venv, zlib
print(sys.executable)
'

find_version() {
    candidates "$1" | while read -r candidate; do
        if [ -x "$candidate" ] && "$candidate" -c "$suits" "$1" 2>/dev/null </dev/null; then
            break
        fi
    done
}

for version in ${1:-$newest_first}; do
    found=$(find_version "$version")
    if [ -n "$found" ]; then
        echo "$found"
        exit 0
    fi
done

echo "No Python ${1:-3.11 to 3.14} with its venv module was found: install one" \
    "(on Debian and Ubuntu the packages python3 and python3-venv)," \
    "or name one with make PYTHON=/path/to/python3." >&2
exit 1
