# Copyright (c) 2026 the msgraph.intune maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Runs Ansible's own commands against the simulator, the way a user's shell would."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import typing as t

if t.TYPE_CHECKING:
    from ansible_collections.msgraph.intune.tests.graph_simulator.handle import Simulator

# What would make a run depend on who runs the tests.
_FOREIGN = ("ANSIBLE_", "AZURE_", "MSGRAPH_")


def clean_environment(**more: str) -> dict[str, str]:
    """The environment of these tests, without what configures Ansible or signs in, but with the staged tree."""
    ours = {name: value for name, value in os.environ.items() if not name.startswith(_FOREIGN)}
    return {**ours, "ANSIBLE_COLLECTIONS_PATH": os.environ["ANSIBLE_COLLECTIONS_PATH"], **more}


def ad_hoc(simulator: Simulator, module: str, *flags: str, **options: t.Any) -> subprocess.CompletedProcess[str]:
    """Run ``ansible localhost -m MODULE``, signed in to the simulator by the environment."""
    command = [sys.executable, "-m", "ansible", "adhoc", "localhost", "-m", module, "-a", json.dumps(options), *flags]
    environment = clean_environment(
        AZURE_TENANT_ID=simulator.tenant_id,
        AZURE_CLIENT_ID=simulator.client_id,
        AZURE_CLIENT_SECRET=simulator.client_secret,
        AZURE_AUTHORITY_HOST=simulator.authority_url,
        MSGRAPH_URL=simulator.graph_url,
        MSGRAPH_CA_PATH=simulator.ca_path,
    )
    return subprocess.run(command, env=environment, check=False, capture_output=True, text=True)
