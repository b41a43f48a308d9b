# Copyright (c) 2026 the msgraph.intune maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

from pathlib import Path

import pytest
from ansible_collections.msgraph.intune.plugins.modules import intune_vpp_token_info
from ansible_collections.msgraph.intune.tests.tools.module_parts import generate

FOLDER = Path(intune_vpp_token_info.__file__ or "").parent


@pytest.mark.parametrize("file", sorted(FOLDER.glob("*.py")), ids=lambda file: str(file.stem))
def test_the_generated_parts_are_up_to_date(file: Path) -> None:
    assert file.read_text(encoding="utf-8") == generate(file), "run `make module-docs`"


def test_an_outdated_part_is_replaced(tmp_path: Path) -> None:
    module = FOLDER / "intune_vpp_token_info.py"
    copy = tmp_path / module.name
    copy.write_text(module.read_text(encoding="utf-8").replace("The connection to Microsoft Graph", "Something else"))
    assert generate(copy) == module.read_text(encoding="utf-8")
