# Copyright (c) 2026 the msgraph.intune maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import base64
import html
import json
import typing as t
from urllib.parse import quote, quote_plus

import pytest
from ansible_collections.msgraph.intune.plugins.module_utils._graph._secrets import SECRETS, Secrets, clip

SECRET = 'p@ss/w\u00f6rd+1="x" <y>'


def masking(*secrets: str) -> Secrets:
    registry = Secrets()
    registry.add(*secrets)
    return registry


@pytest.mark.parametrize(
    "shown",
    [
        SECRET,
        quote(SECRET, safe=""),
        quote(SECRET),
        quote(SECRET, safe="").lower(),
        quote_plus(SECRET),
        json.dumps(SECRET)[1:-1],
        json.dumps(SECRET, ensure_ascii=False)[1:-1],
        html.escape(SECRET),
    ],
)
def test_a_secret_is_masked_in_each_form(shown: str) -> None:
    assert masking(SECRET).mask(f"before {shown} after") == "before ******** after"


@pytest.mark.parametrize("before", ["", "a", "ab", "user:", "Basic "])
@pytest.mark.parametrize("encode", [base64.b64encode, base64.urlsafe_b64encode])
def test_a_secret_is_masked_in_base64_whatever_is_encoded_with_it(
    before: str, encode: t.Callable[[bytes], bytes]
) -> None:
    secret = "\u00ff\u00fe?>~long-enough"
    encoded = encode(f"{before}{secret} after".encode()).decode()
    masked = masking(secret).mask(encoded)
    kept, _mask, rest = masked.partition("********")
    assert len(masked) < len(encoded)
    # What is left decodes to less than half of the secret's bytes.
    assert len(kept) * 6 // 8 <= len(before.encode()) + 2
    assert len(rest) * 6 // 8 <= len(" after") + 4


def test_a_secret_that_was_made_printable_or_put_on_one_line_is_masked() -> None:
    secret = "-----BEGIN KEY-----\nMIIEvQ\tIBADAN\n\n-----END KEY-----"
    registry = masking(secret)
    assert registry.mask(secret.replace("\n", " ").replace("\t", " ")) == "********"
    assert registry.mask(" ".join(secret.split())) == "********"


def test_keys_and_values_of_structures_are_masked_and_other_types_kept() -> None:
    value = {"secret-value": ["a secret-value", 1, None, True, ("secret-value", 2.5)], "plain": {"secret-value": 3}}
    assert masking("secret-value").mask(value) == {
        "********": ["a ********", 1, None, True, ("********", 2.5)],
        "plain": {"********": 3},
    }


def test_a_value_without_a_secret_is_returned_itself() -> None:
    value = {"a": ["b"]}
    assert masking("secret-value").mask(value) is value


def test_a_short_secret_is_masked_in_values_alone_and_only_as_it_is() -> None:
    registry = masking("p%ss")
    assert registry.mask({"p%ss": "p%ss and p%25ss"}) == {"p%ss": "******** and p%25ss"}


def test_the_longest_secret_is_masked_first() -> None:
    assert masking("token", "token-longer").mask("token-longer and token") == "******** and ********"


@pytest.mark.parametrize("nothing", ["", " ", "\n", None])
def test_what_is_blank_is_no_secret(nothing: str | None) -> None:
    registry = Secrets()
    registry.add(nothing)
    assert registry.mask("a b\nc") == "a b\nc"


def test_a_listener_gets_known_secrets_and_new_ones_each_once_until_its_block_ends() -> None:
    registry = masking("known-before")
    heard: list[str] = []
    with registry.forwarded_to(heard.append):
        registry.add("new-one", "known-before")
        registry.add("new-one")
    registry.add("too-late")
    assert heard == ["known-before", "new-one"]


def test_text_is_masked_before_it_is_cut() -> None:
    SECRETS.add("secret-value")
    assert clip("a  secret-value\nb", 6) == "a ****"
