# Copyright (c) 2026 the msgraph.intune maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Each code block of a document has a marker with the file that tests it, or with a reason; see guides.py."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from ansible_collections.msgraph.intune.tests.system.guides import ROOT, all_code_blocks, documents

TESTS = Path(__file__).parent
DOCUMENTS = [pytest.param(path, id=str(path.relative_to(ROOT))) for path in documents()]
# Code blocks that all_code_blocks() does not find: another directive, or a paragraph that ends with "::".
OTHER_RST_FORMS = r"^ *\.\. (?:code|sourcecode|parsed-literal|literalinclude)::|^(?! *\.\. ).*::$"


@pytest.mark.parametrize("document", DOCUMENTS)
def test_each_code_block_names_a_test_file_that_reads_the_document(document: Path) -> None:
    for block in all_code_blocks(document):
        assert block.marker, f"put '.. test: FILE' or '.. not tested: REASON' before this block:\n{block.text}"
        if block.test_file:
            source = (TESTS / block.test_file).read_text(encoding="utf-8")
            assert document.stem in source, f"{block.test_file} does not read {document.name}"


@pytest.mark.parametrize("document", DOCUMENTS)
def test_each_code_block_has_a_form_that_the_tests_find(document: Path) -> None:
    text = document.read_text(encoding="utf-8")
    if document.suffix == ".rst":
        assert re.findall(OTHER_RST_FORMS, text, re.MULTILINE) == []
        starts = re.findall(r"code-block::", text)
    else:
        starts = re.findall(r"^ *(?:```|~~~)(?=\w)|^ *(?:```|~~~)$", text, re.MULTILINE)[::2]
    assert len(starts) == len(all_code_blocks(document))
