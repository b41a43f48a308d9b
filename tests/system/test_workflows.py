# Copyright (c) 2026 the msgraph.intune maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Check the workflows of GitHub: pinned actions, existing make targets and minimal permissions."""

from __future__ import annotations

import json
import os
import re
import subprocess
import typing as t
from pathlib import Path

import pytest
import yaml
from ansible_collections.msgraph.intune.plugins.module_utils._graph.clouds import CLOUDS
from ansible_collections.msgraph.intune.plugins.module_utils._graph.version import VERSION

ROOT = Path(__file__).parents[2]
GITHUB = ROOT / ".github"
WORKFLOWS = sorted((GITHUB / "workflows").glob("*.yml"))
if not (ROOT / "galaxy.yml").exists():
    pytest.skip("the published collection has no workflows", allow_module_level=True)


def read(path: Path) -> dict[str, t.Any]:
    return t.cast("dict[str, t.Any]", yaml.safe_load(path.read_text(encoding="utf-8")))


def steps(path: Path) -> list[dict[str, t.Any]]:
    return [step for job in read(path)["jobs"].values() for step in job["steps"]]


def run_step(workflow: str, name: str, **environment: str) -> subprocess.CompletedProcess[str]:
    """Run the commands of a step like GitHub does; the first failure ends the step."""
    candidates = steps(GITHUB / "workflows" / workflow)
    (step,) = (step for step in candidates if name in (step.get("name"), step.get("id")))
    return subprocess.run(
        ["bash", "-e", "-c", step["run"]],
        cwd=ROOT,
        env={**os.environ, **environment},
        check=False,
        capture_output=True,
        text=True,
    )


@pytest.mark.parametrize("path", WORKFLOWS, ids=lambda path: path.name)
def test_each_action_is_pinned_to_a_commit_with_its_release_in_a_comment(path: Path) -> None:
    used = re.findall(r"uses: (.*)", path.read_text(encoding="utf-8"))
    assert used
    assert [action for action in used if not re.fullmatch(r"[\w./-]+@[0-9a-f]{40}  # v\d+\.\d+\.\d+", action)] == []


@pytest.mark.parametrize("path", WORKFLOWS, ids=lambda path: path.name)
def test_each_target_of_make_exists(path: Path) -> None:
    targets = set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(encoding="utf-8"), re.MULTILINE))
    used = {target for step in steps(path) for target in re.findall(r"\bmake ([a-z-]+)", step.get("run", ""))}
    used |= {
        target
        for job in read(path)["jobs"].values()
        for target in job.get("strategy", {}).get("matrix", {}).get("target", [])
    }
    assert used
    assert used - targets == set()


def test_the_tests_run_on_two_pythons_and_from_a_path_with_a_blank() -> None:
    matrix = read(GITHUB / "workflows/ci.yml")["jobs"]["make"]["strategy"]["matrix"]
    (extra,) = matrix["include"]
    assert (matrix["python"], extra["target"], extra["python"]) == (["3.13"], "test", "3.11")
    assert " " in extra["folder"]


@pytest.mark.parametrize("path", WORKFLOWS, ids=lambda path: path.name)
def test_a_workflow_has_minimal_permissions_and_no_secret(path: Path) -> None:
    assert read(path)["permissions"] in ({}, {"contents": "read"})
    assert "secrets." not in path.read_text(encoding="utf-8")
    checkouts = [step for step in steps(path) if step.get("uses", "").startswith("actions/checkout@")]
    assert all(step["with"]["persist-credentials"] is False for step in checkouts)
    # A value such as the name of a branch must not become a part of a command.
    assert [step["run"] for step in steps(path) if "${{" in step.get("run", "")] == []


def test_only_a_job_without_code_of_the_repository_can_publish_the_site() -> None:
    jobs = read(GITHUB / "workflows/docs.yml")["jobs"]
    publishers = [job for job in jobs.values() if job["permissions"] != {"contents": "read"}]
    assert publishers == [jobs["publish"]]
    assert [set(step) for step in jobs["publish"]["steps"]] == [{"id", "uses"}]
    assert jobs["publish"]["if"] == "github.ref == 'refs/heads/main'"


@pytest.mark.parametrize(("tag", "status"), [(VERSION, 0), (f"v{VERSION}", 1), ("9.9.9", 1)])
def test_a_release_needs_a_tag_that_equals_the_version(tag: str, status: int) -> None:
    assert run_step("release.yml", "The tag is the version", GITHUB_REF_NAME=tag).returncode == status


def test_the_matrix_has_each_supported_ansible_core(tmp_path: Path) -> None:
    output = tmp_path / "output"
    run = run_step("ci.yml", "list", GITHUB_OUTPUT=str(output))
    assert run.returncode == 0, run.stderr
    names = json.loads(output.read_text().removeprefix("names="))
    from ansible_collections.msgraph.intune.tests.matrix.cores import CORES

    assert names == [core.name for core in CORES]


def test_the_bug_form_lists_the_clouds() -> None:
    form = read(GITHUB / "ISSUE_TEMPLATE/1-bug.yml")
    (clouds,) = (part["attributes"]["options"] for part in form["body"] if part.get("id") == "cloud")
    assert clouds == [*CLOUDS, "another"]
