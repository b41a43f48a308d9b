# Copyright (c) 2026 the msgraph.intune maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Puts pip into a virtual environment of ansible-test's, in place of a script that it would download.

Each Python brings a pip of its own: that one installs the version that was asked for, from wherever this
machine installs its packages. In child processes, as ansible-test runs this file within its own wrapper of pip.
"""

from __future__ import annotations

import subprocess
import sys

# Options of the script that this one stands in for; pip does not know them.
NOT_FOR_PIP = {"--no-setuptools", "--no-wheel"}

arguments = [argument for argument in sys.argv[1:] if argument not in NOT_FOR_PIP]
subprocess.run([sys.executable, "-m", "ensurepip"], check=True, stdout=subprocess.DEVNULL)
subprocess.run([sys.executable, "-m", "pip", "install", "--quiet", *arguments], check=True)
