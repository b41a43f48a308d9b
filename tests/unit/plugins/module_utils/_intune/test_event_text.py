# Copyright (c) 2026 the msgraph.intune maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import typing as t

import pytest
from ansible_collections.msgraph.intune.plugins.module_utils._graph.masking import SECRETS
from ansible_collections.msgraph.intune.plugins.module_utils._intune.event_text import safe_event
from hypothesis import given
from hypothesis import strategies as st

SECRET = "an-invented-{secret}"


@pytest.fixture
def secret() -> t.Iterator[str]:
    SECRETS.add(SECRET)
    yield SECRET
    SECRETS.clear()


@pytest.mark.parametrize(
    ("text", "safe"),
    [
        ("{{ lookup('pipe', 'id') }}", "(( lookup('pipe', 'id') ))"),
        ("{% raw %}{# x #}", "(% raw %)(# x #)"),
        ("}{", ")("),
        (r"'\x7b\x7b'", "'/x7b/x7b'"),
        (r"CONTOSO\mailbox", "CONTOSO/mailbox"),
        ("#jinja2:variable_start_string:'[%'", "# jinja 2:variable_start_string:'[%'"),
        ("jinja2:", "jinja 2:"),
        ("#", "# "),
        ("#ji", "# ji"),
        ("a\n#jinja2: x", "a\n# jinja 2: x"),
        ("$ANSIBLE_VAULT;1.1;AES256", "$ANSIBLE _VAULT;1.1;AES256"),
    ],
)
def test_template_syntax_is_replaced(text: str, safe: str) -> None:
    assert safe_event(text) == safe


@pytest.mark.parametrize(
    "text",
    [
        "",
        "EXCH01.contoso.example",
        "#1 server",
        "guest_fabrikam.example#EXT#@contoso.example",
        "EXCH01$",
        "2024-02-12T06:30:12.1234567Z",
        "100% of [a] <b>, 'c' & \"d\"",
        "schön 你好",
    ],
)
def test_other_text_is_unchanged(text: str) -> None:
    assert safe_event({text: [text]}) == {text: [text]}


def test_template_syntax_is_replaced_in_all_strings_and_keys_of_an_event() -> None:
    event = {"{a}": [{"b\\": "{"}, ("}",), 1, None, True]}
    assert safe_event(event) == {"(a)": [{"b/": "("}, [")"], 1, None, True]}
    assert event == {"{a}": [{"b\\": "{"}, ("}",), 1, None, True]}


def test_secrets_are_masked_before_braces_are_replaced(secret: str) -> None:
    assert safe_event({"name": f"x{secret}y", secret: 1}) == {"name": "x********y", "********": 1}


WORDS = ["#jinja2:", "jinja2:", "$ANSIBLE_VAULT"]
PIECES = st.text(st.sampled_from("{}%#\\jina2:\n $ANSIBLE_VT")) | st.sampled_from(WORDS)


@given(st.lists(PIECES))
def test_joined_strings_contain_no_template_syntax(pieces: list[str]) -> None:
    joined = "".join(safe_event(piece) for piece in pieces)
    assert not set("{}\\") & set(joined)
    assert "#jinja2:" not in joined


@given(PIECES)
def test_a_string_after_a_number_sign_of_the_rulebook_is_not_a_jinja2_header(piece: str) -> None:
    assert not f"#{safe_event(piece)}".startswith("#jinja2:")
