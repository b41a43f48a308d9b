# Copyright (c) 2026 the msgraph.intune maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Check that the changelog and the action group list the content of the collection."""

from __future__ import annotations

import typing as t
from pathlib import Path

import pytest
import yaml
from ansible_collections.msgraph.intune.plugins.doc_fragments import _graph
from ansible_collections.msgraph.intune.plugins.module_utils._graph.version import VERSION

COLLECTION = Path(__file__).parents[2]
MODULES = sorted(path.stem for path in (COLLECTION / "plugins/modules").glob("*.py"))
GRAPH_FRAGMENTS = {"msgraph.intune._graph", "msgraph.intune._graph.connection"}
GROUP_FRAGMENT = "msgraph.intune._attributes.actiongroup_graph"


def read(name: str) -> t.Any:
    return yaml.safe_load((COLLECTION / name).read_bytes())


def documentation(module: str) -> dict[str, t.Any]:
    """Return the documentation of a module, without its fragments."""
    source = (COLLECTION / f"plugins/modules/{module}.py").read_text()
    return t.cast("dict[str, t.Any]", yaml.safe_load(source.split('DOCUMENTATION = r"""')[1].split('"""')[0]))


def fragments(module: str) -> set[str]:
    """Return the documentation fragments of a module."""
    return set(documentation(module).get("extends_documentation_fragment", []))


def announced_by_next_release(kind: str) -> list[str]:
    """Return the names that the next release announces: new modules, and objects in changelog fragments."""
    if kind == "modules":
        return [
            name for name in MODULES if version_tuple(documentation(name)["version_added"]) > version_tuple(VERSION)
        ]
    files = (COLLECTION / "changelogs/fragments").glob("*.yml")
    content = [yaml.safe_load(file.read_bytes()) for file in files]
    return [entry["name"] for fragment in content for entry in fragment.get(f"add object.{kind}", [])]


def version_tuple(version: str) -> tuple[int, ...]:
    return tuple(int(part) for part in version.split("."))


class TestChangelog:
    releases: t.ClassVar[t.Mapping[str, t.Any]] = read("changelogs/changelog.yaml")["releases"]

    def test_the_changelog_has_this_version(self) -> None:
        assert VERSION in self.releases
        assert read("galaxy.yml")["version"] == VERSION

    @pytest.mark.parametrize(
        ("kind", "present"),
        [
            ("modules", MODULES),
            ("role", [path.name for path in (COLLECTION / "roles").iterdir()]),
            ("playbook", [path.stem for path in (COLLECTION / "playbooks").glob("*.yml")]),
        ],
    )
    def test_the_changelog_announces_each_module_role_and_playbook(self, kind: str, present: list[str]) -> None:
        announced = [
            entry["name"]
            for release in self.releases.values()
            for entry in release.get(kind, []) or release.get("objects", {}).get(kind, [])
        ]
        assert sorted([*announced, *announced_by_next_release(kind)]) == sorted(present)


class TestActionGroup:
    """Each module of the group needs all shared options, because module_defaults of the group apply to each module."""

    modules: t.ClassVar[list[str]] = read("meta/runtime.yml")["action_groups"]["graph"]

    def test_the_group_contains_the_modules_with_all_shared_options(self) -> None:
        assert sorted(self.modules) == [module for module in MODULES if fragments(module) >= GRAPH_FRAGMENTS]

    def test_the_modules_of_the_group_document_the_group(self) -> None:
        assert sorted(self.modules) == [module for module in MODULES if GROUP_FRAGMENT in fragments(module)]

    def test_the_fragments_contain_all_shared_options(self) -> None:
        assert {name for name in vars(_graph.ModuleDocFragment) if name.isupper()} == {"DOCUMENTATION", "CONNECTION"}
