# Copyright (c) 2026 the msgraph.intune maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Run the commands ansible and ansible-playbook."""

from __future__ import annotations

import json
import sys
import typing as t

from ansible_collections.msgraph.intune.tests.system.commands import run_command

if t.TYPE_CHECKING:
    import subprocess
    from pathlib import Path

SYNC = "msgraph.intune.intune_exchange_connector_sync"


def ad_hoc(
    environment: t.Mapping[str, str], module: str, *flags: str, **options: t.Any
) -> subprocess.CompletedProcess[str]:
    """Run ``ansible localhost -m MODULE``."""
    command = [sys.executable, "-m", "ansible", "adhoc", "localhost", "-m", module, "-a", json.dumps(options), *flags]
    return run_command(command, environment)


def result_of(run: subprocess.CompletedProcess[str]) -> dict[str, t.Any]:
    """Return the module's result from the output of an ad-hoc command."""
    text = run.stdout
    return t.cast("dict[str, t.Any]", json.JSONDecoder().raw_decode(text, text.index("=> ") + 3)[0])


def failed_result(run: subprocess.CompletedProcess[str]) -> dict[str, t.Any]:
    """Return the result of the first failed task from the output of a playbook."""
    text = run.stdout + run.stderr
    marker = "FAILED! => "
    return t.cast("dict[str, t.Any]", json.JSONDecoder().raw_decode(text, text.index(marker) + len(marker))[0])


def playbook_command(path: Path | str, *flags: str) -> list[str]:
    """Return the command that runs a playbook."""
    return [sys.executable, "-m", "ansible", "playbook", str(path), *flags]
