# Copyright (c) 2026 the msgraph.intune maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Run the demo, and the commands of the guide to getting started that use the simulator."""

from __future__ import annotations

import re
import shlex
import sys
import typing as t

from ansible_collections.msgraph.intune.tests.graph_simulator.ansible_environment import clean_environment
from ansible_collections.msgraph.intune.tests.system.commands import run_command
from ansible_collections.msgraph.intune.tests.system.guides import GUIDES, ROOT, code_blocks, commands

if t.TYPE_CHECKING:
    from pathlib import Path

GUIDE = GUIDES / "guide_getting_started.rst"
DEMO = "ansible_collections.msgraph.intune.tests.demo"


def test_the_demo_shows_the_objects_after_their_syncs_and_the_accepted_posts() -> None:
    environment = clean_environment(PYTHONPATH=clean_environment()["ANSIBLE_COLLECTIONS_PATH"])
    demo = run_command([sys.executable, "-m", DEMO], environment)
    assert demo.returncode == 0, demo.stdout + demo.stderr
    before, after, _token = re.findall(r"last_sync_date_time: ['\"]?([0-9T:.Z-]+)", demo.stdout)
    assert before < after
    assert re.search(
        r"^ +graph +POST /beta/deviceAppManagement/vppTokens/[^/]+/syncLicenses +-> +200$", demo.stdout, re.MULTILINE
    )
    assert "last_sync_status: completed" in demo.stdout
    assert re.search(
        r"^ +graph +POST /v1\.0/deviceManagement/exchangeConnectors/[^/]+/sync {'syncType': 'deltaSync'} +-> +204$",
        demo.stdout,
        re.MULTILINE,
    )
    assert "Traceback" not in demo.stdout + demo.stderr


def test_the_commands_of_the_guide_start_the_simulator_and_sign_in_to_it(tmp_path: Path) -> None:
    def adapt(block: str) -> str:
        """Replace the Python and the cache folder of a checkout by those of the test."""
        replaced = block.replace(".venv/bin/python", shlex.quote(sys.executable)).replace(".cache/", f"{tmp_path}/")
        # The tests already set the path of the collection.
        return re.sub(r"^export ANSIBLE_COLLECTIONS_PATH.*$", "", replaced, flags=re.MULTILINE)

    (start,) = (block for block in code_blocks(GUIDE, "shell") if "tests.graph_simulator" in block)
    (sign_in,) = (block for block in code_blocks(GUIDE, "shell") if block.startswith("value()"))
    ready = shlex.quote(str(tmp_path / "simulator.json"))
    script = f"""
        set -e; cd {shlex.quote(str(ROOT))}
        {adapt(start).strip()} --lifetime 120 &
        trap "kill $!" EXIT
        until test -s {ready}; do sleep 0.1; done
    """
    run = run_command(["bash", "-c", "\n".join([script, adapt(sign_in), *commands(GUIDE)])], clean_environment())
    assert run.returncode == 0, run.stdout + run.stderr
    assert "4 VPP tokens: 2 healthy, 0 warning, 2 unhealthy." in run.stdout
    assert "Would ask Microsoft Graph for a sync of VPP token Contoso iOS apps" in run.stdout
