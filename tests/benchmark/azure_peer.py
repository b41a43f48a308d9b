# Copyright (c) 2026 the msgraph.intune maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Measure the most similar module of the Azure collection, which reads an Entra object through Microsoft Graph.

The Azure collection has no module for Intune, and it cannot change the address of Microsoft Graph. The simulator issues
no token for that address, so the module fails after its request to sign in. The measurement includes everything before.
"""

from __future__ import annotations

import os
import subprocess
import typing as t

from . import plays

# One of these tasks takes as long as twelve other tasks.
_ITEMS = 3


def azure_loop(python: str, environment: t.Mapping[str, str]) -> plays.Play:
    """Return a play with a loop of tasks.

    :param python: the Python of an environment with the PyPI package ``ansible`` and the requirements of the Azure
        collection.
    """
    code = "import sysconfig; print(sysconfig.get_path('purelib'))"
    packages = subprocess.run([python, "-c", code], check=True, capture_output=True, text=True).stdout.strip()
    options = {
        "tenant": plays.variable("AZURE_TENANT_ID"),
        "client_id": plays.variable("AZURE_CLIENT_ID"),
        "secret": plays.variable("AZURE_CLIENT_SECRET"),
        "adfs_authority_url": plays.variable("AZURE_AUTHORITY_HOST"),
        "disable_instance_discovery": True,
        "object_id": plays.variable("AZURE_CLIENT_ID"),
    }
    (task,) = plays.loop("azure.azcollection.azure_rm_adserviceprincipal_info", options, _ITEMS)
    play_environment = {
        **environment,
        "ANSIBLE_COLLECTIONS_PATH": os.pathsep.join((environment["ANSIBLE_COLLECTIONS_PATH"], packages)),
        "REQUESTS_CA_BUNDLE": environment["MSGRAPH_CA_PATH"],
    }
    return plays.Play("azure.azcollection, sign-in", ({**task, "ignore_errors": True},), play_environment, python)
