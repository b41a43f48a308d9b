# Copyright (c) 2026 the msgraph.intune maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Check the texts in the guides to the syncs of single resources."""

from __future__ import annotations

import typing as t

from ansible_collections.msgraph.intune.tests.system.guides import GUIDES, ExampleRunner, code_blocks, example

if t.TYPE_CHECKING:
    from pathlib import Path

    from ansible_collections.msgraph.intune.tests.graph_simulator.handle import Simulator


def test_the_message_about_a_token_that_cannot_sync(quick_simulator: Simulator, tmp_path: Path) -> None:
    (message,) = code_blocks(GUIDES / "guide_vpp_tokens.rst", "text")
    run = ExampleRunner(quick_simulator, tmp_path).run_task(
        "msgraph.intune.intune_vpp_token_sync", "-v", all_tokens=True
    )
    assert run.returncode == 0, run.stdout + run.stderr
    assert " ".join(message.split()) in run.stdout


def test_the_command_of_the_playbook_syncs_tokens_and_autopilot(quick_simulator: Simulator, tmp_path: Path) -> None:
    (command,) = code_blocks(GUIDES / "guide_vpp_tokens.rst", "shell")
    runner = ExampleRunner(quick_simulator, tmp_path)
    # The syncs of the other tokens of the simulator fail or never end.
    quick_simulator.set_objects("vpp_tokens", quick_simulator.objects("vpp_tokens")[:1])
    run = runner.run_shell(f"{command.strip()} -e wait_sleep=0.1 -e if_older_than=0")
    assert (run.returncode, runner.triggers()) == (0, 2), run.stdout + run.stderr


def test_the_probe_fails_for_an_expired_token(quick_simulator: Simulator, tmp_path: Path) -> None:
    playbook = example(GUIDES / "guide_vpp_tokens.rst", "Check the health of all tokens")
    runner = ExampleRunner(quick_simulator, tmp_path)
    run = runner.run_playbook(playbook)
    assert (run.returncode, runner.triggers()) == (2, 0), run.stdout + run.stderr
    quick_simulator.set_objects("vpp_tokens", quick_simulator.objects("vpp_tokens")[:1])
    run = runner.run_playbook(playbook)
    assert run.returncode == 0, run.stdout + run.stderr
