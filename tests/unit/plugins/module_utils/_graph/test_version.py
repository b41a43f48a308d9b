# Copyright (c) 2026 the msgraph.intune maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

from pathlib import Path

import yaml
from ansible_collections.msgraph.intune.plugins.module_utils._graph.version import COLLECTION, VERSION


def test_name_and_version_match_galaxy_yml() -> None:
    galaxy = yaml.safe_load((Path(__file__).parents[5] / "galaxy.yml").read_text(encoding="utf-8"))
    assert (f"{galaxy['namespace']}.{galaxy['name']}", galaxy["version"]) == (COLLECTION, VERSION)
