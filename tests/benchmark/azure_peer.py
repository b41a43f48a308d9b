# Copyright (c) 2026 the msgraph.intune maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The Azure collection's nearest module, which reads an Entra object through Microsoft Graph.

It has none for Intune, and Microsoft Graph's address is fixed in it: so it signs in to the simulator, which has no
token for that address, and ends there. What is measured is what one of its tasks costs before it can ask for anything.
"""

from __future__ import annotations

import os
import subprocess
import typing as t

from . import plays

# One takes as long as a dozen of the others.
_ITEMS = 3


def azure_loop(python: str, environment: t.Mapping[str, str]) -> plays.Play:
    """A loop of tasks.

    :param python: of an environment into which the PyPI package ``ansible`` and the collection's requirements were
        installed.
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
    surroundings = {
        **environment,
        "ANSIBLE_COLLECTIONS_PATH": os.pathsep.join((environment["ANSIBLE_COLLECTIONS_PATH"], packages)),
        "REQUESTS_CA_BUNDLE": environment["MSGRAPH_CA_PATH"],
    }
    return plays.Play("azure.azcollection, sign-in", ({**task, "ignore_errors": True},), surroundings, python)
