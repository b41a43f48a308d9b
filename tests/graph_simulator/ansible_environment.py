# Copyright (c) 2026 the msgraph.intune maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The environment in which Ansible's commands find the simulator, and nothing of whoever starts them."""

from __future__ import annotations

import os
import typing as t
from pathlib import Path

if t.TYPE_CHECKING:
    from .handle import Simulator

# What configures Ansible, or signs in elsewhere.
_FOREIGN = ("ANSIBLE_", "AZURE_", "MSGRAPH_", "IDENTITY_", "MSI_")


def clean_environment(**more: str) -> dict[str, str]:
    """The environment of this process without what would make a run differ from machine to machine.

    The path to the collections stays, and proxies go: the simulator is on this very host.
    """
    ours = {
        name: value
        for name, value in os.environ.items()
        if not name.startswith(_FOREIGN) and not name.lower().endswith("_proxy")
    }
    return {
        **ours,
        "ANSIBLE_COLLECTIONS_PATH": os.environ["ANSIBLE_COLLECTIONS_PATH"],
        # Else Ansible asks the account for its home, whatever HOME says.
        "ANSIBLE_REMOTE_TEMP": str(Path.home() / ".ansible/tmp"),
        **more,
    }


def ansible_environment(simulator: Simulator, **more: str) -> dict[str, str]:
    """A clean environment that signs in to the simulator as its default application."""
    return clean_environment(
        AZURE_TENANT_ID=simulator.tenant_id,
        AZURE_CLIENT_ID=simulator.client_id,
        AZURE_CLIENT_SECRET=simulator.client_secret,
        AZURE_AUTHORITY_HOST=simulator.authority_url,
        MSGRAPH_URL=simulator.graph_url,
        MSGRAPH_CA_PATH=simulator.ca_path,
        **more,
    )
