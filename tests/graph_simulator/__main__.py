# Copyright (c) 2026 the msgraph.intune maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Entry point of ``python -m graph_simulator``."""

from __future__ import annotations

import asyncio
import sys

from .fields import InputError
from .server import serve
from .settings import read_arguments

if __name__ == "__main__":
    try:
        asyncio.run(serve(read_arguments(sys.argv[1:])))
    except (InputError, OSError) as error:
        sys.exit(f"The simulator cannot start: {error}")
