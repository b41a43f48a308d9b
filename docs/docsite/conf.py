# Copyright (c) 2026 the msgraph.intune maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""How Sphinx makes a site of what antsibull-docs writes; `make docs` runs both."""

from __future__ import annotations

import itertools
import re
import typing as t
from pathlib import Path

from docutils.nodes import reference
from sphinx.util import logging

if t.TYPE_CHECKING:
    from docutils.nodes import document
    from sphinx.addnodes import pending_xref
    from sphinx.application import Sphinx

project = "msgraph.intune"
project_copyright = "the msgraph.intune maintainers"

extensions = ["sphinx_antsibull_ext"]
# An index of environment variables, which modules cannot have: it is empty and linked from nowhere.
exclude_patterns = ["environment_variables.rst"]
highlight_language = "YAML+Jinja"
# A reference that leads nowhere is a warning, and `make docs` fails for one.
nitpicky = True

html_title = "The Ansible collection msgraph.intune"
html_short_title = "msgraph.intune"
html_theme = "sphinx_ansible_theme"
# The theme is made for a site that Ansible hosts.
html_theme_options = {"show_extranav": False, "show_rtd_ethical_ads": False}
html_static_path = ["static"]
html_css_files = ["site.css"]
html_copy_source = False
html_show_sphinx = False
html_use_index = False

# The pages of Ansible's own documentation, by their labels. sphinx.ext.intersphinx would need the network to find them.
ANSIBLE = "https://docs.ansible.com/projects/ansible/devel/"
PAGES = (
    (r"action_plugins", "plugins/action.html"),
    (r"common_return_values", "reference_appendices/common_return_values.html"),
    (r"ansible_collections\.ansible\.builtin\.(\w+_module)", r"collections/ansible/builtin/\1.html"),
)

# The guides link to files of the repository, so that the links work on GitHub too. The site has a page for each file.
PAGE_OF_FILE = (
    (r"(?:docsite/)?(guide_\w+)\.rst", r"docsite/\1"),
    (r"\.\./\.\./\.\./plugins/modules/(\w+)\.py", r"\1_module"),
    (r"\.\./\.\./\.\./roles/(\w+)/README\.md", r"\1_role"),
)


def link_to_pages(app: Sphinx, text: document, page: str) -> None:
    """Replace links to files of the repository by links to the pages of the site; warn when a file has no page."""
    for link in text.findall(reference):
        file, _separator, anchor = link.get("refuri", "").partition("#")
        if not file or re.match(r"[a-z]+:", file) or file.endswith(".html"):
            continue
        targets = (re.sub(old, new, file) for old, new in PAGE_OF_FILE if re.fullmatch(old, file))
        target = next(targets, None)
        if target not in app.env.found_docs or (anchor and anchor not in app.env.get_doctree(target).ids):
            logging.getLogger(__name__).warning("no page for the link %s", link["refuri"], location=link)
            continue
        link["refuri"] = app.builder.get_relative_uri(page, target) + (anchor and f"#{anchor}")
        link["internal"] = True


def change_first_page(_app: Sphinx, page: str, source: list[str]) -> None:
    """Change the first page, which antsibull-docs writes: it begins with start.rst, and the menu has short titles."""
    if page != "index":
        return
    start = Path(__file__).with_name("start.rst").read_text(encoding="utf-8")
    text = source[0].replace("Msgraph.Intune\n", "msgraph.intune\n", 1)
    text = text.replace(".. contents::\n   :local:\n   :depth: 1\n", start, 1)
    text = text.replace("Role Index\n----------\n", "Roles\n-----\n")
    # Move the author, the versions and the links to the end. An empty list of pages follows them.
    text = re.sub(r"(?s)(Description\n-+\n.*?)\.\. toctree::\n    :maxdepth: 1\n(.*)", r"\2\n\n\1", text, count=1)
    text = re.sub(r"(?m)^    (\w+)_(module|role)$", r"    \1 <\1_\2>", text)
    source[0] = "\n".join(add_captions(text.splitlines()))


def add_captions(lines: list[str]) -> t.Iterator[str]:
    """Give each list of pages the heading above it as its caption, which the menu shows."""
    heading = ""
    for line, next_line in itertools.pairwise([*lines, ""]):
        if re.fullmatch("-+|~+", next_line):
            heading = line
        yield line
        if line == ".. toctree::":
            yield f"    :caption: {heading}"


def link_to_ansible(_app: Sphinx, _env: t.Any, node: pending_xref, text: reference) -> reference | None:
    """Return a link to a page of Ansible for a reference that Sphinx cannot resolve."""
    for pattern, page in PAGES:
        if match := re.fullmatch(pattern, node["reftarget"]):
            return reference("", "", text, internal=False, refuri=ANSIBLE + match.expand(page))
    return None


def link_home(_app: Sphinx, _page: str, _template: str, context: dict[str, t.Any], _doctree: t.Any) -> None:
    """Let the theme's logo lead to the first page, wherever the site lies; to the theme it lies at a host's root."""
    context["theme_documentation_home_url"] = context["pathto"]("index")


def setup(app: Sphinx) -> None:
    """Sphinx calls this."""
    app.connect("source-read", change_first_page)
    app.connect("doctree-resolved", link_to_pages)
    app.connect("missing-reference", link_to_ansible)
    app.connect("html-page-context", link_home)
