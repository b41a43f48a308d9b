# Copyright (c) 2026 the msgraph.intune maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Check the versions, permissions, links and commands in the guide to security and support."""

from __future__ import annotations

import re
import typing as t

import yaml
from ansible_collections.msgraph.intune.plugins.module_utils._graph.version import VERSION
from ansible_collections.msgraph.intune.plugins.module_utils._intune.resources.exchange_connector import (
    EXCHANGE_CONNECTOR,
    READ_WRITE,
)
from ansible_collections.msgraph.intune.tests.system.guides import GUIDES, ROOT, ExampleRunner, code_blocks, table_rows

if t.TYPE_CHECKING:
    from pathlib import Path

    from ansible_collections.msgraph.intune.tests.graph_simulator.handle import Simulator

GUIDE = GUIDES / "guide_security.rst"
SUPPORTED = dict(table_rows(GUIDE, "What"))


def read(path: str) -> t.Any:
    return yaml.safe_load((ROOT / path).read_text(encoding="utf-8"))


def test_the_range_of_ansible_core_matches_runtime_yml_and_the_requirements() -> None:
    oldest, newest = SUPPORTED["ansible-core"].split(" to ")
    assert read("meta/runtime.yml")["requires_ansible"] == f">={oldest}.0"
    tested = (ROOT / "tests/requirements/ansible-core.txt").read_text(encoding="utf-8")
    major, minor = newest.split(".")
    assert f"\nansible-core>={oldest}.0,<{major}.{int(minor) + 1}\n" in tested


def test_the_oldest_python_is_that_of_the_sanity_tests() -> None:
    (oldest,) = re.findall(r"^([\d.]+) to ", SUPPORTED["Python that runs the modules"])
    assert read("tests/config.yml")["modules"]["python_requires"] == f">={oldest}"


def test_the_permissions_are_those_of_the_resource() -> None:
    assert [permission.strip("`") for _task, permission in table_rows(GUIDE, "To")] == [
        READ_WRITE.name,
        EXCHANGE_CONNECTOR.read_permission.name,
    ]


def test_each_document_links_to_the_form_for_vulnerabilities() -> None:
    repository = read("galaxy.yml")["repository"]
    form = f"{repository}/security/advisories/new"
    (link,) = read("docs/docsite/links.yml")["extra_links"]
    assert link["url"] == form
    for document in (GUIDE, ROOT / "SECURITY.md"):
        assert form in document.read_text(encoding="utf-8")


def test_the_commands_for_a_bug_report_print_the_versions(simulator: Simulator, tmp_path: Path) -> None:
    (commands,) = code_blocks(GUIDE, "shell")
    run = ExampleRunner(simulator, tmp_path).run_shell(f"set -e\n{commands}")
    assert run.returncode == 0, run.stdout + run.stderr
    for pattern in (r"^ansible.* \[core ", rf"^msgraph\.intune +{re.escape(VERSION)}", r"^requests +\d", r"^msal +\d"):
        assert re.search(pattern, run.stdout, re.MULTILINE), pattern
