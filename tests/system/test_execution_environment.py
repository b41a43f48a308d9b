# Copyright (c) 2026 the msgraph.intune maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Run ansible-builder with the example of an execution environment; build an image if a container engine exists."""

from __future__ import annotations

import os
import pwd
import shutil
import sys
import typing as t
from pathlib import Path

import pytest
import yaml
from ansible_collections.msgraph.intune.tests.graph_simulator.ansible_environment import clean_environment
from ansible_collections.msgraph.intune.tests.system.commands import run_command
from ansible_collections.msgraph.intune.tests.system.playbooks import result_of

if t.TYPE_CHECKING:
    from ansible_collections.msgraph.intune.tests.graph_simulator.handle import Simulator
    from ansible_collections.msgraph.intune.tests.system.engines import Engines

ROOT = Path(__file__).parents[2]
EXAMPLE = ROOT / "roles/awx_setup/files/execution-environment.yml"
INFO = "msgraph.intune.intune_exchange_connector_info"
# podman and docker need the home folder of the account, not that of the tests.
ACCOUNT = {**os.environ, "HOME": pwd.getpwuid(os.getuid()).pw_dir}
TAG = "localhost/msgraph-intune-ee:test"


@pytest.fixture
def builder(engines: Engines) -> str:
    return engines.command("ansible-builder")


@pytest.fixture
def example() -> dict[str, t.Any]:
    return t.cast("dict[str, t.Any]", yaml.safe_load(EXAMPLE.read_text(encoding="utf-8")))


@pytest.fixture
def with_tarball(example: dict[str, t.Any], installed_collections: Path, tmp_path: Path) -> Path:
    """Return the path of the example, with the tarball of this collection instead of the one from Galaxy."""
    (tarball,) = installed_collections.glob("*.tar.gz")
    # ansible-galaxy runs inside the image, which contains only files of the build context.
    example["additional_build_files"] = [{"src": str(tarball), "dest": "."}]
    example["dependencies"]["galaxy"] = {"collections": [{"name": tarball.name, "type": "file"}]}
    path = tmp_path / "execution-environment.yml"
    path.write_text(yaml.safe_dump(example), encoding="utf-8")
    return path


def requirements() -> list[str]:
    lines = (ROOT / "requirements.txt").read_text(encoding="utf-8").splitlines()
    return [line for line in lines if line and not line.startswith("#")]


def create(builder: str, definition: Path, context: Path) -> Path:
    """Create a build context, and return its folder with files for the build."""
    # Without this flag the name of the file depends on whether podman is installed.
    flags = ["--file", str(definition), "--context", str(context), "--output-filename", "Containerfile"]
    run = run_command([builder, "create", *flags], clean_environment())
    assert run.returncode == 0, run.stdout + run.stderr
    return context / "_build"


def test_the_collection_requires_its_python_packages_and_no_system_packages(
    builder: str, installed_collections: Path
) -> None:
    run = run_command([builder, "introspect", str(installed_collections)], clean_environment())
    assert run.returncode == 0, run.stderr
    dependencies = yaml.safe_load(run.stdout.partition("---\n")[2])
    assert [line.partition("  #")[0] for line in dependencies["python"]] == requirements()
    assert dependencies["system"] == []


def test_ansible_builder_creates_a_context_from_the_example(
    builder: str, example: dict[str, t.Any], tmp_path: Path
) -> None:
    files = create(builder, EXAMPLE, tmp_path)
    containerfile = (tmp_path / "Containerfile").read_text(encoding="utf-8")
    python, *packages = (
        example["dependencies"][name] for name in ("python_interpreter", "ansible_core", "ansible_runner")
    )
    arguments = {
        "EE_BASE_IMAGE": example["images"]["base_image"]["name"],
        "PYCMD": python["python_path"],
        "PYPKG": python["package_system"],
        "PKGMGR": example["options"]["package_manager_path"],
        "ANSIBLE_INSTALL_REFS": " ".join(package["package_pip"] for package in packages),
    }
    assert {f'ARG {name}="{value}"' for name, value in arguments.items()} <= set(containerfile.splitlines())
    collections = yaml.safe_load((files / "requirements.yml").read_text(encoding="utf-8"))
    assert collections == example["dependencies"]["galaxy"]


def test_a_context_with_the_tarball_installs_offline(builder: str, with_tarball: Path, tmp_path: Path) -> None:
    files = create(builder, with_tarball, tmp_path / "context")
    (collection,) = yaml.safe_load((files / "requirements.yml").read_text(encoding="utf-8"))["collections"]
    assert collection["name"] in {path.name for path in files.iterdir()}
    # The Containerfile runs this command in a copy of the folder.
    target = tmp_path / "collections"
    galaxy = [sys.executable, "-m", "ansible", "galaxy", "collection", "install", "--offline"]
    flags = ["--requirements-file", "requirements.yml", "--collections-path", str(target)]
    environment = {**clean_environment(), "ANSIBLE_COLLECTIONS_PATH": str(target)}
    run = run_command([*galaxy, *flags], environment, folder=files)
    assert run.returncode == 0, run.stdout + run.stderr
    assert (target / "ansible_collections/msgraph/intune/MANIFEST.json").is_file()


@pytest.fixture
def containers(engines: Engines, example: dict[str, t.Any]) -> str:
    """Return the name of a container engine that can pull the base image; skip the test without one."""
    base = example["images"]["base_image"]["name"]
    reasons = []
    for name in ("podman", "docker"):
        if shutil.which(name) is None:
            reasons.append(f"there is no {name}")
            continue
        pull = run_command([name, "pull", "--quiet", base], ACCOUNT)
        if pull.returncode == 0:
            engines.note(run_command([name, "--version"], ACCOUNT).stdout.strip())
            return name
        reasons.append(f"{name} cannot pull {base}: {' '.join(pull.stderr.split())}")
    pytest.skip("; ".join(reasons))


@pytest.fixture
def image(containers: str, builder: str, with_tarball: Path, tmp_path: Path) -> t.Iterator[str]:
    flags = ["--file", str(with_tarball), "--context", str(tmp_path / "context"), "--tag", TAG]
    run = run_command([builder, "build", *flags, "--container-runtime", containers], ACCOUNT)
    assert run.returncode == 0, run.stdout + run.stderr
    yield TAG
    run_command([containers, "rmi", "--force", TAG], ACCOUNT)


def test_an_image_runs_the_module(containers: str, image: str, simulator: Simulator, tmp_path: Path) -> None:
    # Only this user can read the CA file of the simulator, and the image has another user.
    authority = tmp_path / "ca.pem"
    shutil.copyfile(simulator.ca_path, authority)
    authority.chmod(0o644)
    environment = {
        "AZURE_TENANT_ID": simulator.tenant_id,
        "AZURE_CLIENT_ID": simulator.client_id,
        "AZURE_CLIENT_SECRET": simulator.client_secret,
        "AZURE_AUTHORITY_HOST": simulator.authority_url,
        "MSGRAPH_URL": simulator.graph_url,
        "MSGRAPH_CA_PATH": "/ca.pem",
        # podman and docker pass the proxies of the machine to the container.
        "NO_PROXY": "localhost,127.0.0.1",
    }
    flags = ["--rm", "--network", "host", "--volume", f"{authority}:/ca.pem:ro,z"]
    # The flags contain only names. podman reads the values from its environment, so process lists do not show them.
    flags += [flag for name in environment for flag in ("--env", name)]
    run = run_command(
        [containers, "run", *flags, image, "ansible", "localhost", "-m", INFO], {**ACCOUNT, **environment}
    )
    assert run.returncode == 0, run.stdout + run.stderr
    assert {connector["id"] for connector in result_of(run)["connectors"]} == set(simulator.connector_ids)
