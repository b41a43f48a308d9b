# Copyright (c) 2026 the msgraph.intune maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Install pip into a virtual environment of ansible-test, instead of a script that ansible-test would download.

Python contains a version of pip, which installs the requested version from the package index of this machine. pip runs
in child processes, because ansible-test runs this file in its own wrapper of pip.
"""

from __future__ import annotations

import subprocess
import sys

# Options of the replaced script. pip does not support them.
OPTIONS_OF_GET_PIP = {"--no-setuptools", "--no-wheel"}

arguments = [argument for argument in sys.argv[1:] if argument not in OPTIONS_OF_GET_PIP]
subprocess.run([sys.executable, "-m", "ensurepip"], check=True, stdout=subprocess.DEVNULL)
subprocess.run([sys.executable, "-m", "pip", "install", "--quiet", *arguments], check=True)
