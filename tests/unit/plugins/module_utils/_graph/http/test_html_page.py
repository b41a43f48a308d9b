# Copyright (c) 2026 the msgraph.intune maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import pytest
from ansible_collections.msgraph.intune.plugins.module_utils._graph.http.html_page import is_page, page_text
from ansible_collections.msgraph.intune.plugins.module_utils._graph.masking import SECRETS
from ansible_collections.msgraph.intune.tests.unit.strategies import for_any
from hypothesis import given
from hypothesis import strategies as st


@pytest.mark.parametrize(
    ("page", "text"),
    [
        ("<html>Sign in to this network</html>", "Sign in to this network"),
        ("<HTML><Title>502</TITLE>\r\n<H1>502</H1> Bad\tgateway", "502 Bad gateway"),
        ("<title>Access Denied</title><body>Reference &#35;7 &lt;x&gt;", "Access Denied: Reference #7 <x>"),
        ("<title>Access Denied</title><body> </body>", "Access Denied"),
        ("<html><style>a > b {}</style><SCRIPT src='x'>if (a < b) {'</p>'}</Script >after", "after"),
        ("<html><!-- a > b <p>hidden</p> -->after", "after"),
        ("<html>1 < 2 and 3", "1 2 and 3"),
        ("<html><script>never closed", ""),
        ("<html>before<a href='", "before"),
        ("<html>&#" + "9" * 5000, "&#" + "9" * 198),
        ("<html>\x1b[31mred\u202e", "[31mred"),
        ("<html>" + "x" * 300, "x" * 200),
        ("<html>", ""),
    ],
)
def test_a_page_is_reduced_to_one_short_line(page: str, text: str) -> None:
    assert is_page(page)
    assert page_text(page) == text


@pytest.mark.parametrize(
    "text", ["", "Bad gateway", "Value <null> is not allowed", '{"error": "x"}', "x" * 20_000 + "<html>"]
)
def test_another_text_is_not_a_page(text: str) -> None:
    assert not is_page(text)


def test_a_page_without_a_title_is_skipped_on_request() -> None:
    assert page_text("<html>anything", untitled=False) == ""
    assert page_text("<html><title>502</title>Bad gateway", untitled=False) == "502: Bad gateway"


def test_only_the_beginning_of_a_page_is_read_and_secrets_are_masked_before_the_cut() -> None:
    SECRETS.add("correct-horse-battery-staple")
    page = f"<html><style>{'x' * (16 * 1024 - 25)}</style>correct-horse-battery-staple"
    assert "correct" not in page_text(page)
    assert page_text("<html>" + "<p>" * 10_000 + "late") == ""


@for_any
@given(
    parts=st.lists(st.sampled_from(["<", ">", "/", "!--", "-->", "script", "style", "title", "p", "&#", "9" * 20, " "]))
)
def test_any_markup_is_reduced_to_a_short_line(parts: list[str]) -> None:
    text = page_text("<html>" + "".join(parts))
    assert text.isprintable()
    assert len(text) <= 200
