# Copyright (c) 2026 the msgraph.intune maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Check that the guide to playbooks lists each playbook and rulebook, and where their variables are documented."""

from __future__ import annotations

import re
import typing as t

import pytest
import yaml
from ansible_collections.msgraph.intune.tests.system.guides import (
    CONTOSO,
    GUIDES,
    ROOT,
    ExampleRunner,
    code_blocks,
    table_rows,
)

if t.TYPE_CHECKING:
    from pathlib import Path

    from ansible_collections.msgraph.intune.tests.graph_simulator.handle import Simulator

GUIDE = GUIDES / "guide_playbooks.rst"
# The guide in the third column of the table.
VARIABLE_GUIDES = {
    "sync_exchange_connectors": "guide_awx.rst",
    "sync_tokens": "guide_vpp_tokens.rst",
    "exchange_connector_report": "guide_connectors_and_syncs.rst",
    "device_login": "guide_authentication_delegated.rst",
}


def test_the_guide_names_each_playbook_and_rulebook() -> None:
    names = {row[0].strip("`").removeprefix("msgraph.intune.") for row in table_rows(GUIDE, "``ansible-playbook …``")}
    assert names == {path.stem for path in ROOT.glob("playbooks/*.yml")}
    for path in ROOT.glob("extensions/eda/rulebooks/*.yml"):
        assert f"``msgraph.intune.{path.stem}``" in GUIDE.read_text(encoding="utf-8")


@pytest.mark.parametrize(("playbook", "guide"), VARIABLE_GUIDES.items())
def test_the_linked_guide_has_each_variable_of_the_playbook(playbook: str, guide: str) -> None:
    (row,) = (row for row in table_rows(GUIDE, "``ansible-playbook …``") if playbook in row[0])
    assert guide.removesuffix(".rst") in row[2]
    comment = (ROOT / f"playbooks/{playbook}.yml").read_text(encoding="utf-8")
    variables = re.findall(r"^#   (\w+)  ", comment, re.MULTILINE)
    assert variables
    text = (GUIDES / guide).read_text(encoding="utf-8")
    missing = [variable for variable in variables if f"``{variable}``" not in text]
    # The survey of AWX does not ask for the poll interval.
    assert missing == (["wait_sleep"] if playbook == "sync_exchange_connectors" else [])


def test_the_command_of_the_guide_triggers_one_sync_and_does_not_wait(simulator: Simulator, tmp_path: Path) -> None:
    runner = ExampleRunner(simulator, tmp_path)
    (command,) = code_blocks(GUIDE, "shell")
    run = runner.run_shell(command)
    assert (run.returncode, runner.triggers(), runner.triggers(CONTOSO)) == (0, 1, 1), run.stdout + run.stderr
    assert "Microsoft Graph accepted a deltaSync" in run.stdout
    assert '"completed"' not in run.stdout


def test_the_variables_of_awx_setup_are_options_of_its_role() -> None:
    comment = (ROOT / "playbooks/awx_setup.yml").read_text(encoding="utf-8")
    specs = yaml.safe_load((ROOT / "roles/awx_setup/meta/argument_specs.yml").read_text(encoding="utf-8"))
    assert set(re.findall(r"^#   (\w+)  ", comment, re.MULTILINE)) <= set(specs["argument_specs"]["main"]["options"])
