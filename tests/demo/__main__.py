# Copyright (c) 2026 the msgraph.intune maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""`make demo`: run two sync modules with ansible-playbook, and show the requests that they sent.

Only the services of Microsoft (Graph and Entra) are simulated.
"""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

from ..graph_simulator.ansible_environment import ansible_environment
from ..graph_simulator.handle import Simulator

HERE = Path(__file__).parent


def main() -> int:
    """Run the playbook, show the simulator's journal, and return the playbook's exit status."""
    with Simulator(sync_seconds=2) as simulator:
        print(
            f"A simulated tenant listens: Microsoft Graph at {simulator.graph_url}, Entra at {simulator.authority_url}"
        )
        sys.stdout.flush()
        command = [sys.executable, "-m", "ansible", "playbook", str(HERE / "demo.yml")]
        token_name = simulator.objects("vpp_tokens")[0]["displayName"]
        variables = {"connector_id": simulator.connector_ids[0], "token_name": token_name}
        command += ["-e", json.dumps(variables)]
        environment = ansible_environment(simulator, ANSIBLE_CONFIG=str(HERE / "ansible.cfg"))
        status = subprocess.run(command, env=environment, check=False).returncode
        print("The requests that were made, as the simulated services saw them:\n")
        for entry in simulator.journal():
            body = entry["body"] if entry["service"] == "graph" and entry["body"] else ""
            print(f"  {entry['service']:5}  {entry['method']:4} {entry['path']} {body}  ->  {entry['status']}")
        print("\nHow to do this in a tenant of your own: README.md, from Install on.")
    return status


if __name__ == "__main__":
    try:
        sys.exit(main())
    except KeyboardInterrupt:
        sys.exit(130)
