# Copyright (c) 2026 the msgraph.intune maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The files and targets in the map and in CONTRIBUTING.md exist, and the map lists all files of the libraries."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

COLLECTION = Path(__file__).parents[2]
DOCUMENTS = ("docs/map.md", "CONTRIBUTING.md")
PAGES = [path for pattern in ("*.md", "docs/*.md", "roles/*/README.md") for path in COLLECTION.glob(pattern)]
if not (COLLECTION / "galaxy.yml").exists():
    pytest.skip("the published collection lacks files of the repository", allow_module_level=True)


@pytest.mark.parametrize("document", sorted(str(path.relative_to(COLLECTION)) for path in PAGES))
def test_each_link_to_a_file_has_a_target(document: str) -> None:
    text = (COLLECTION / document).read_text(encoding="utf-8")
    links = re.findall(r"\]\((?!https?://|#)([^)#]+)", text)
    folder = (COLLECTION / document).parent
    assert [link for link in links if not (folder / link).exists()] == []


def quoted_texts(document: str) -> set[str]:
    """Return the texts in backticks of a document, without its code blocks."""
    text = (COLLECTION / document).read_text(encoding="utf-8")
    return set(re.findall(r"`([^`\n]+)`", re.sub(r"^```.*?^```$", "", text, flags=re.MULTILINE | re.DOTALL)))


def files() -> set[str]:
    utils = [*(COLLECTION / "plugins/module_utils").rglob("*.py"), *(COLLECTION / "plugins/plugin_utils").rglob("*.py")]
    return {path.stem for path in utils}


@pytest.mark.parametrize("document", DOCUMENTS)
def test_each_path_exists(document: str) -> None:
    folders = {path.name for path in COLLECTION.iterdir() if path.is_dir()}
    paths = {word for word in quoted_texts(document) if word.partition("/")[0] in folders}
    paths |= {word for word in quoted_texts(document) if re.fullmatch(r"[A-Z]+\.md|[a-z]+\.(yml|toml)", word)}
    assert paths, "the document contains nothing to check"
    assert [path for path in sorted(paths) if not (COLLECTION / path).exists()] == []


@pytest.mark.parametrize("document", DOCUMENTS)
def test_each_private_name_is_a_file_or_a_folder(document: str) -> None:
    private = {word.removesuffix(".py") for word in quoted_texts(document) if re.fullmatch(r"_[a-z_]+(\.py)?", word)}
    assert private - files() - {"_graph", "_intune"} == set()


def test_the_map_lists_each_file_of_the_libraries() -> None:
    assert files() - quoted_texts("docs/map.md") == set()


@pytest.mark.parametrize("document", DOCUMENTS)
def test_each_make_target_exists(document: str) -> None:
    text = (COLLECTION / document).read_text(encoding="utf-8")
    targets = set(re.findall(r"^([a-z-]+):", (COLLECTION / "Makefile").read_text(encoding="utf-8"), re.MULTILINE))
    named = set(re.findall(r"(?:^|`)(?:[A-Z_]+=\S+ )*make ([a-z-]+)", text, re.MULTILINE))
    assert named, "the document contains nothing to check"
    assert named - targets == set()
