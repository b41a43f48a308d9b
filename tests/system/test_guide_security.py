# Copyright (c) 2026 the msgraph.intune maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The guide to security and support: what it says is supported and asked for is what the collection says elsewhere."""

from __future__ import annotations

import re
import typing as t

import yaml
from ansible_collections.msgraph.intune.plugins.module_utils._graph.masking import SHORTEST_SAFE_SECRET
from ansible_collections.msgraph.intune.plugins.module_utils._graph.version import VERSION
from ansible_collections.msgraph.intune.plugins.module_utils._intune.resources.exchange_connector import (
    EXCHANGE_CONNECTOR,
)
from ansible_collections.msgraph.intune.tests.system.guides import GUIDES, ROOT, Stage, code_blocks, rows

if t.TYPE_CHECKING:
    from pathlib import Path

    from ansible_collections.msgraph.intune.tests.graph_simulator.handle import Simulator

GUIDE = GUIDES / "guide_security.rst"
SUPPORTED = dict(rows(GUIDE, "What"))


def read(path: str) -> t.Any:
    return yaml.safe_load((ROOT / path).read_text(encoding="utf-8"))


def test_the_range_of_ansible_core_is_what_is_required_and_tested() -> None:
    oldest, newest = SUPPORTED["ansible-core"].split(" to ")
    assert read("meta/runtime.yml")["requires_ansible"] == f">={oldest}.0"
    tested = (ROOT / "tests/requirements/ansible-core.txt").read_text(encoding="utf-8")
    major, minor = newest.split(".")
    assert f"\nansible-core>={oldest}.0,<{major}.{int(minor) + 1}\n" in tested


def test_the_oldest_python_is_the_one_that_sanity_goes_by() -> None:
    (oldest,) = re.findall(r"^([\d.]+) to ", SUPPORTED["Python that runs the modules"])
    assert read("tests/config.yml")["modules"]["python_requires"] == f">={oldest}"


def test_the_permissions_are_those_that_the_modules_name() -> None:
    assert [permission.strip("`") for _task, permission in rows(GUIDE, "To")] == [
        EXCHANGE_CONNECTOR.sync_permission.name,
        EXCHANGE_CONNECTOR.read_permission.name,
    ]


def test_a_short_secret_is_what_the_module_warns_of() -> None:
    assert f"A secret of fewer than {SHORTEST_SAFE_SECRET} characters" in GUIDE.read_text(encoding="utf-8")


def test_vulnerabilities_are_reported_by_one_form() -> None:
    repository = read("galaxy.yml")["repository"]
    form = f"{repository}/security/advisories/new"
    (link,) = read("docs/docsite/links.yml")["extra_links"]
    assert link["url"] == form
    for place in (GUIDE, ROOT / "SECURITY.md"):
        assert form in place.read_text(encoding="utf-8")


def test_what_a_report_is_to_hold_is_told_by_its_commands(simulator: Simulator, tmp_path: Path) -> None:
    (commands,) = code_blocks(GUIDE, "shell")
    run = Stage(simulator, tmp_path).command(f"set -e\n{commands}")
    assert run.returncode == 0, run.stdout + run.stderr
    for told in (r"^ansible.* \[core ", rf"^msgraph\.intune +{re.escape(VERSION)}", r"^requests +\d", r"^msal +\d"):
        assert re.search(told, run.stdout, re.MULTILINE), told
