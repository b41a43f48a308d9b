# Copyright (c) 2026 the msgraph.intune maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""No code block of a document is left out: ``code_blocks.yml`` names the test of each, or why there is none."""

from __future__ import annotations

import re
from collections import Counter
from pathlib import Path

import pytest
import yaml
from ansible_collections.msgraph.intune.tests.system.guides import GUIDES, ROOT, all_code_blocks

HERE = Path(__file__).parent
# From a document to the first lines of its blocks by what becomes of them.
BLOCKS: dict[str, dict[str, list[str]]] = yaml.safe_load((HERE / "code_blocks.yml").read_text(encoding="utf-8"))
NOT_RUN = "not run: "


def documents() -> list[str]:
    """What users and contributors read, and copy from."""
    found = [
        *ROOT.glob("*.md"),
        *ROOT.glob("roles/*/README.md"),
        *ROOT.glob("extensions/**/*.md"),
        *GUIDES.glob("*.rst"),
    ]
    # It lists what changed, and is written by a tool.
    return sorted(str(path.relative_to(ROOT)) for path in found if path.name != "CHANGELOG.md")


@pytest.mark.parametrize("document", documents())
def test_each_block_of_a_document_is_listed_and_no_other(document: str) -> None:
    shown = Counter(block.strip().partition("\n")[0] for _language, block in all_code_blocks(ROOT / document))
    listed = Counter(line for lines in BLOCKS.get(document, {}).values() for line in lines)
    assert shown == listed


@pytest.mark.parametrize("document", documents())
def test_no_block_is_written_in_a_way_that_is_overlooked(document: str) -> None:
    text = (ROOT / document).read_text(encoding="utf-8")
    if document.endswith(".rst"):
        other = r"^ *\.\. (?:code|sourcecode|parsed-literal|literalinclude)::|^(?! *\.\. ).*::$"
        assert re.findall(other, text, re.MULTILINE) == []
        fences = re.findall(r"code-block::", text)
    else:
        fences = re.findall(r"^ *(?:```|~~~)(?=\w)|^ *(?:```|~~~)$", text, re.MULTILINE)[::2]
    assert len(fences) == len(all_code_blocks(ROOT / document))


def test_no_other_document_is_listed() -> None:
    assert set(BLOCKS) <= set(documents())


@pytest.mark.parametrize("held_by", sorted({one for blocks in BLOCKS.values() for one in blocks}))
def test_each_block_has_a_test_that_there_is_or_a_reason(held_by: str) -> None:
    if held_by.startswith(NOT_RUN):
        assert held_by.removeprefix(NOT_RUN)
        return
    file, name = held_by.split("::")
    assert f"\ndef {name}(" in (HERE / file).read_text(encoding="utf-8")


@pytest.mark.parametrize("document", BLOCKS)
def test_a_test_of_a_document_reads_that_document(document: str) -> None:
    files = {held_by.partition("::")[0] for held_by in BLOCKS[document] if not held_by.startswith(NOT_RUN)}
    for file in files:
        assert Path(document).stem in (HERE / file).read_text(encoding="utf-8"), file
