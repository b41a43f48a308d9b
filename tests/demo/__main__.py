# Copyright (c) 2026 the msgraph.intune maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""`make demo`: the real module through the real ansible-playbook, and the requests that it made.

Nothing in here stands in for the collection: only Microsoft's side, Graph and Entra, is simulated.
"""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

from ..graph_simulator.handle import Simulator

HERE = Path(__file__).parent


def environment(simulator: Simulator) -> dict[str, str]:
    """What the playbook runs in: how to sign in to the simulator, and nothing of how this user works otherwise."""
    foreign = ("ANSIBLE_", "AZURE_", "MSGRAPH_")
    return {
        **{name: value for name, value in os.environ.items() if not name.startswith(foreign)},
        "ANSIBLE_COLLECTIONS_PATH": os.environ["ANSIBLE_COLLECTIONS_PATH"],
        "ANSIBLE_CONFIG": str(HERE / "ansible.cfg"),
        "AZURE_TENANT_ID": simulator.tenant_id,
        "AZURE_CLIENT_ID": simulator.client_id,
        "AZURE_CLIENT_SECRET": simulator.client_secret,
        "AZURE_AUTHORITY_HOST": simulator.authority_url,
        "MSGRAPH_URL": simulator.graph_url,
        "MSGRAPH_CA_PATH": simulator.ca_path,
    }


def main() -> int:
    """Run the playbook, show the simulator's journal, and return the playbook's exit status."""
    with Simulator(sync_seconds=2) as simulator:
        print(
            f"A simulated tenant listens: Microsoft Graph at {simulator.graph_url}, Entra at {simulator.authority_url}"
        )
        command = [sys.executable, "-m", "ansible", "playbook", str(HERE / "demo.yml")]
        command += ["-e", f"connector_id={simulator.connector_ids[0]}"]
        status = subprocess.run(command, env=environment(simulator), check=False).returncode
        print("The requests that were made, as the simulated services saw them:\n")
        for entry in simulator.journal():
            body = entry["body"] if entry["service"] == "graph" and entry["body"] else ""
            print(f"  {entry['service']:5}  {entry['method']:4} {entry['path']} {body}  ->  {entry['status']}")
        print()
    return status


if __name__ == "__main__":
    sys.exit(main())
