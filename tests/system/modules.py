# Copyright (c) 2026 the msgraph.intune maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Run a module like Ansible does on a managed host: a process that reads its arguments and prints its result."""

from __future__ import annotations

import json
import os
import sys
import typing as t

from ansible_collections.msgraph.intune.tests.graph_simulator.ansible_environment import clean_environment
from ansible_collections.msgraph.intune.tests.system.commands import run_command

SYNC = "intune_exchange_connector_sync"
_PACKAGE = "ansible_collections.msgraph.intune.plugins.modules"
MODULE = f"{_PACKAGE}.{SYNC}"


class Run(t.NamedTuple):
    """The result of a module, its output and its exit status."""

    result: dict[str, t.Any]
    output: str
    status: int


def run_module(
    options: t.Mapping[str, t.Any],
    *,
    module: str = SYNC,
    check: bool = False,
    verbosity: int = 4,
    environ: t.Mapping[str, str] | None = None,
) -> Run:
    """Run a module with these options, without variables of this machine that the module would read.

    The variable MODULE_PYTHON names another Python for the module, for example one with older packages.
    """
    internal = {"_ansible_check_mode": check, "_ansible_verbosity": verbosity}
    done = run_command(
        [os.environ.get("MODULE_PYTHON", sys.executable), "-m", f"{_PACKAGE}.{module}"],
        {**clean_environment(), "PYTHONPATH": os.environ["ANSIBLE_COLLECTIONS_PATH"], **(environ or {})},
        text=json.dumps({"ANSIBLE_MODULE_ARGS": {**options, **internal}}),
    )
    output = done.stdout + done.stderr
    assert "Traceback" not in output
    return Run(json.loads(done.stdout), output, done.returncode)
