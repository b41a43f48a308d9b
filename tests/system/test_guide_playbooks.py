# Copyright (c) 2026 the msgraph.intune maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The guide to what runs as it is: it leaves none out, and leads to where each variable is described."""

from __future__ import annotations

import re
import typing as t

import pytest
import yaml
from ansible_collections.msgraph.intune.tests.system.guides import CONTOSO, GUIDES, ROOT, Stage, code_blocks, rows

if t.TYPE_CHECKING:
    from pathlib import Path

    from ansible_collections.msgraph.intune.tests.graph_simulator.handle import Simulator

GUIDE = GUIDES / "guide_playbooks.rst"
# Where its third column leads to.
DESCRIBED = {
    "sync_exchange_connectors": "guide_awx.rst",
    "exchange_connector_report": "guide_connectors_and_syncs.rst",
    "device_login": "guide_authentication.rst",
}


def test_it_names_each_playbook_and_rulebook() -> None:
    named = {row[0].strip("`").removeprefix("msgraph.intune.") for row in rows(GUIDE, "``ansible-playbook …``")}
    assert named == {path.stem for path in ROOT.glob("playbooks/*.yml")}
    for path in ROOT.glob("extensions/eda/rulebooks/*.yml"):
        assert f"``msgraph.intune.{path.stem}``" in GUIDE.read_text(encoding="utf-8")


@pytest.mark.parametrize(("playbook", "guide"), DESCRIBED.items())
def test_the_guide_that_it_leads_to_has_each_variable(playbook: str, guide: str) -> None:
    (row,) = (row for row in rows(GUIDE, "``ansible-playbook …``") if playbook in row[0])
    assert guide.removesuffix(".rst") in row[2]
    head = (ROOT / f"playbooks/{playbook}.yml").read_text(encoding="utf-8")
    variables = re.findall(r"^#   (\w+)  ", head, re.MULTILINE)
    assert variables
    text = (GUIDES / guide).read_text(encoding="utf-8")
    missing = [variable for variable in variables if f"``{variable}``" not in text]
    # How often to look is no question of the survey.
    assert missing == (["wait_sleep"] if playbook == "sync_exchange_connectors" else [])


def test_its_command_asks_for_one_and_does_not_wait(simulator: Simulator, tmp_path: Path) -> None:
    stage = Stage(simulator, tmp_path)
    (command,) = code_blocks(GUIDE, "shell")
    run = stage.command(command)
    assert (run.returncode, stage.triggers(), stage.triggers(CONTOSO)) == (0, 1, 1), run.stdout + run.stderr
    assert "Microsoft Graph accepted a deltaSync" in run.stdout
    assert "completed" not in run.stdout


def test_the_variables_of_the_set_up_are_those_of_its_role() -> None:
    head = (ROOT / "playbooks/awx_setup.yml").read_text(encoding="utf-8")
    specs = yaml.safe_load((ROOT / "roles/awx_setup/meta/argument_specs.yml").read_text(encoding="utf-8"))
    assert set(re.findall(r"^#   (\w+)  ", head, re.MULTILINE)) <= set(specs["argument_specs"]["main"]["options"])
