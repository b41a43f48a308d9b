# Copyright (c) 2026 the msgraph.intune maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What ansible-builder makes of the collection and of the example of an execution environment, an image if it can."""

from __future__ import annotations

import json
import shutil
import typing as t
from pathlib import Path

import pytest
import yaml
from ansible_collections.msgraph.intune.tests.graph_simulator.ansible_environment import clean_environment
from ansible_collections.msgraph.intune.tests.system.commands import run_command

if t.TYPE_CHECKING:
    from ansible_collections.msgraph.intune.tests.graph_simulator.handle import Simulator
    from ansible_collections.msgraph.intune.tests.system.engines import Engines

ROOT = Path(__file__).parents[2]
EXAMPLE = ROOT / "roles/awx_setup/files/execution-environment.yml"
INFO = "msgraph.intune.intune_exchange_connector_info"
TAG = "localhost/msgraph-intune-ee:test"


@pytest.fixture
def builder(engines: Engines) -> str:
    return engines.command("ansible-builder")


def requirements() -> list[str]:
    lines = (ROOT / "requirements.txt").read_text(encoding="utf-8").splitlines()
    return [line for line in lines if line and not line.startswith("#")]


def test_the_collection_asks_for_its_python_packages_and_for_nothing_else(
    builder: str, installed_collections: Path
) -> None:
    run = run_command([builder, "introspect", str(installed_collections)], clean_environment())
    assert run.returncode == 0, run.stderr
    found = yaml.safe_load(run.stdout.partition("---\n")[2])
    assert [line.partition("  #")[0] for line in found["python"]] == requirements()
    assert found["system"] == []


def test_the_example_makes_a_context(builder: str, tmp_path: Path) -> None:
    flags = ["--file", str(EXAMPLE), "--context", str(tmp_path), "--output-filename", "Containerfile"]
    run = run_command([builder, "create", *flags], clean_environment())
    assert run.returncode == 0, run.stdout + run.stderr
    recipe = (tmp_path / "Containerfile").read_text(encoding="utf-8")
    example = yaml.safe_load(EXAMPLE.read_text(encoding="utf-8"))
    assert example["images"]["base_image"]["name"] in recipe
    for package in ("ansible_core", "ansible_runner"):
        assert example["dependencies"][package]["package_pip"] in recipe
    asked = yaml.safe_load((tmp_path / "_build/requirements.yml").read_text(encoding="utf-8"))
    assert asked == example["dependencies"]["galaxy"]


@pytest.fixture
def containers(engines: Engines) -> str:
    """A program that can build images and run them here."""
    reasons = []
    for name in ("podman", "docker"):
        if shutil.which(name) is None:
            reasons.append(f"there is no {name}")
            continue
        run = run_command([name, "info", "--format", "{{json .}}"], clean_environment())
        if run.returncode == 0 and not json.loads(run.stdout).get("ServerErrors"):
            engines.note(run_command([name, "--version"], clean_environment()).stdout.strip())
            return name
        reasons.append(f"{name} cannot reach its service")
    pytest.skip(", and ".join(reasons))


def test_an_image_runs_the_module(
    containers: str, builder: str, installed_collections: Path, simulator: Simulator, tmp_path: Path
) -> None:
    """With this collection's own tarball in the place of the one from Galaxy."""
    definition = yaml.safe_load(EXAMPLE.read_text(encoding="utf-8"))
    (tarball,) = installed_collections.glob("*.tar.gz")
    definition["dependencies"]["galaxy"] = {"collections": [{"name": str(tarball), "type": "file"}]}
    path = tmp_path / "execution-environment.yml"
    path.write_text(yaml.safe_dump(definition), encoding="utf-8")
    build = [builder, "build", "--file", str(path), "--context", str(tmp_path / "context"), "--tag", TAG]
    built = run_command([*build, "--container-runtime", containers], clean_environment())
    assert built.returncode == 0, built.stdout + built.stderr
    environment = {
        "AZURE_TENANT_ID": simulator.tenant_id,
        "AZURE_CLIENT_ID": simulator.client_id,
        "AZURE_CLIENT_SECRET": simulator.client_secret,
        "AZURE_AUTHORITY_HOST": simulator.authority_url,
        "MSGRAPH_URL": simulator.graph_url,
        "MSGRAPH_CA_PATH": "/ca.pem",
    }
    # By name alone: the values are taken from the environment of the command, which no list of processes shows.
    passed = [flag for name in environment for flag in ("--env", name)]
    start = [
        containers,
        "run",
        "--rm",
        "--network",
        "host",
        "--volume",
        f"{simulator.ca_path}:/ca.pem:ro,z",
        *passed,
        TAG,
    ]
    python = "ansible_python_interpreter={{ ansible_playbook_python }}"
    ran = run_command(
        [*start, "ansible", "localhost", "-m", INFO, "-e", python], {**clean_environment(), **environment}
    )
    assert ran.returncode == 0, ran.stdout + ran.stderr
    assert simulator.connector_ids[0] in ran.stdout
