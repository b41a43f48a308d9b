# Copyright (c) 2026 the msgraph.intune maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What `make demo` shows."""

from __future__ import annotations

import re
import sys

from ansible_collections.msgraph.intune.tests.graph_simulator.ansible_environment import clean_environment
from ansible_collections.msgraph.intune.tests.system.commands import run_command
from ansible_collections.msgraph.intune.tests.system.guides import README, code_blocks

DEMO = "ansible_collections.msgraph.intune.tests.demo"


def test_the_demo_shows_the_connector_before_and_after_and_the_accepted_post() -> None:
    environment = clean_environment(PYTHONPATH=clean_environment()["ANSIBLE_COLLECTIONS_PATH"])
    demo = run_command([sys.executable, "-m", DEMO], environment)
    assert demo.returncode == 0, demo.stdout + demo.stderr
    before, after = re.findall(r"last_sync_date_time: ['\"]?([0-9T:.Z-]+)", demo.stdout)
    assert before < after
    assert re.search(
        r"^ +graph +POST /v1\.0/deviceManagement/exchangeConnectors/[^/]+/sync {'syncType': 'deltaSync'} +-> +204$",
        demo.stdout,
        re.MULTILINE,
    )
    assert "Traceback" not in demo.stdout + demo.stderr
    # What the README shows of it.
    (line,) = code_blocks(README, "")
    assert line.split() in [shown.split() for shown in demo.stdout.splitlines()]
