#!/bin/sh
# Copyright (c) 2026 the msgraph.intune maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Print the path of the newest Python of this machine that can run the tests,
# or of the Python with the version X.Y.
#
# A command on PATH can be the shim of a version manager, which can fail or
# start another version. So this script runs each candidate, and the candidate
# prints its own path.

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

# On Debian, ensurepip is in another package. A Python that was built without
# OpenSSL or zlib cannot install packages.
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
