# Copyright (c) 2026 the msgraph.intune maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Check the references in the documentation of the modules."""

from __future__ import annotations

from pathlib import Path

import pytest
from ansible_collections.msgraph.intune.tests.system.documentation import MODULES, see_also

COLLECTION = Path(__file__).parents[2]
REPOSITORY = "https://github.com/msgraph-intune/msgraph.intune/blob/main/"


@pytest.mark.parametrize("module", [*MODULES, "graph_device_login"])
def test_each_reference_is_an_existing_module_or_link(module: str) -> None:
    references = see_also(module)
    # ansible-doc turns a "ref" into a link to a site that does not contain this collection.
    assert [entry for entry in references if set(entry) not in ({"module"}, {"name", "description", "link"})] == []
    modules = [entry["module"].removeprefix("msgraph.intune.") for entry in references if "module" in entry]
    assert [name for name in modules if not (COLLECTION / f"plugins/modules/{name}.py").is_file()] == []
    links = [entry["link"] for entry in references if "link" in entry]
    assert [link for link in links if not link.startswith("https://")] == []
    guides = [link.removeprefix(REPOSITORY) for link in links if link.startswith(REPOSITORY)]
    assert guides
    assert [guide for guide in guides if not (COLLECTION / guide).is_file()] == []
