# Copyright (c) 2026 the msgraph.intune maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Build environment variables for Ansible commands that use the simulator."""

from __future__ import annotations

import os
import typing as t
from pathlib import Path

if t.TYPE_CHECKING:
    from .handle import Simulator

# These variables configure Ansible, or contain credentials for another tenant.
_REMOVED_PREFIXES = ("ANSIBLE_", "AZURE_", "MSGRAPH_", "IDENTITY_", "MSI_")


def clean_environment(**more: str) -> dict[str, str]:
    """Return the environment of this process without variables that change the result of a test.

    Variables of Ansible, of sign-ins and of proxies are removed, except the path to the collections. ``more`` is added.
    """
    remaining = {
        name: value
        for name, value in os.environ.items()
        if not name.startswith(_REMOVED_PREFIXES) and not name.lower().endswith("_proxy")
    }
    return {
        **remaining,
        "ANSIBLE_COLLECTIONS_PATH": os.environ["ANSIBLE_COLLECTIONS_PATH"],
        # The default is in the home folder of the user account, even when HOME names another folder.
        "ANSIBLE_REMOTE_TEMP": str(Path.home() / ".ansible/tmp"),
        **more,
    }


def ansible_environment(simulator: Simulator, **more: str) -> dict[str, str]:
    """Return a clean environment that signs in to the simulator as its default application."""
    return clean_environment(
        AZURE_TENANT_ID=simulator.tenant_id,
        AZURE_CLIENT_ID=simulator.client_id,
        AZURE_CLIENT_SECRET=simulator.client_secret,
        AZURE_AUTHORITY_HOST=simulator.authority_url,
        MSGRAPH_URL=simulator.graph_url,
        MSGRAPH_CA_PATH=simulator.ca_path,
        **more,
    )
