# Copyright (c) 2026 the msgraph.intune maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import base64
import typing as t

import pytest
from ansible_collections.msgraph.intune.plugins.module_utils._graph.masking import SECRETS, Secrets, clip

SECRET = "Q~Abc8Q+dEf.gh/ij=kl'\"m(n)\\!<o&p> \u00e9"


def registry_with(*secrets: str) -> Secrets:
    registry = Secrets()
    registry.add(*secrets)
    return registry


@pytest.mark.parametrize(
    "shown",
    [
        pytest.param(SECRET, id="as given"),
        pytest.param("Q~Abc8Q%2BdEf.gh%2Fij%3Dkl%27%22m%28n%29%5C%21%3Co%26p%3E%20%C3%A9", id="Python"),
        pytest.param("Q~Abc8Q%2bdEf.gh%2fij%3dkl%27%22m%28n%29%5c%21%3co%26p%3e+%c3%a9", id="lower case"),
        pytest.param("Q%7EAbc8Q%2BdEf.gh%2Fij%3Dkl%27%22m(n)%5C!%3Co%26p%3E+%C3%A9", id="WebUtility of .NET"),
        pytest.param("Q~Abc8Q%2BdEf.gh%2Fij%3Dkl'%22m(n)%5C!%3Co%26p%3E%20%C3%A9", id="encodeURIComponent"),
        pytest.param(
            "Q%257EAbc8Q%252BdEf.gh%252Fij%253Dkl'%2522m(n)%255C!%253Co%2526p%253E%2520%25C3%25A9", id="twice"
        ),
        pytest.param(
            r"Q~Abc8Q\u002BdEf.gh/ij=kl\u0027\u0022m(n)\\!\u003Co\u0026p\u003E \u00E9",
            id="JSON of .NET",
        ),
        pytest.param(r"""Q~Abc8Q+dEf.gh\/ij=kl'\"m(n)\\!<o&p> \u00e9""", id="JSON of PHP"),
        pytest.param(r"Q~Abc8Q+dEf.gh/ij=kl&#39;&quot;m(n)\!&lt;o&amp;p&gt; &#xE9;", id="HTML"),
    ],
)
def test_a_secret_is_masked_in_each_encoding(shown: str) -> None:
    assert registry_with(SECRET).mask(f"before {shown} after") == "before ******** after"


def test_a_secret_is_masked_in_base64_of_utf_16() -> None:
    encoded = base64.b64encode("secret-value".encode("utf-16-le")).decode()
    assert len(registry_with("secret-value").mask(f"<{encoded}>")) < 15


def test_a_secret_without_letters_and_digits_is_masked_when_encoded() -> None:
    assert registry_with("~!~!~!~!~!").mask("a %7E%21~!%7e%21~%21~! b") == "a ******** b"


@pytest.mark.parametrize("before", ["", "a", "ab", "user:", "Basic "])
@pytest.mark.parametrize("encode", [base64.b64encode, base64.urlsafe_b64encode])
def test_a_secret_is_masked_within_base64_of_a_longer_text(before: str, encode: t.Callable[[bytes], bytes]) -> None:
    secret = "\u00ff\u00fe?>~long-enough"
    encoded = encode(f"{before}{secret} after".encode()).decode()
    masked = registry_with(secret).mask(encoded)
    start, _mask, rest = masked.partition("********")
    assert len(masked) < len(encoded)
    # The visible characters contain less than half of the bytes of the secret.
    assert len(start) * 6 // 8 <= len(before.encode()) + 2
    assert len(rest) * 6 // 8 <= len(" after") + 4


def test_a_secret_with_replaced_line_breaks_is_masked() -> None:
    secret = "-----BEGIN KEY-----\nMIIEvQ\tIBADAN\n\n-----END KEY-----"
    registry = registry_with(secret)
    assert registry.mask(secret.replace("\n", " ").replace("\t", " ")) == "********"
    assert registry.mask(" ".join(secret.split())) == "********"


def test_keys_and_values_of_structures_are_masked() -> None:
    value = {"secret-value": ["a secret-value", 1, None, True, ("secret-value", 2.5)], "plain": {"secret-value": 3}}
    assert registry_with("secret-value").mask(value) == {
        "********": ["a ********", 1, None, True, ("********", 2.5)],
        "plain": {"********": 3},
    }


def test_a_secret_is_masked_anywhere_in_a_large_value() -> None:
    value = [{"name": f"{number:0200}"} for number in range(2000)]
    value[1999]["name"] = "the secret-value"
    assert registry_with("secret-value").mask(value) == [*value[:1999], {"name": "the ********"}]


def test_a_value_without_a_secret_is_not_copied() -> None:
    value = {"a": ["b"]}
    assert registry_with("secret-value").mask(value) is value


def test_a_short_secret_is_masked_only_unencoded_and_in_values() -> None:
    registry = registry_with("p%ss")
    assert registry.mask({"p%ss": "p%ss and p%25ss"}) == {"p%ss": "******** and p%25ss"}


def test_the_longest_secret_is_masked_first() -> None:
    assert registry_with("token", "token-longer").mask("token-longer and token") == "******** and ********"


def test_short_secrets_from_answers_are_ignored() -> None:
    registry = Secrets()
    registry.add_long("e", "connect", None, "long-enough")
    assert registry.mask("connected: long-enough") == "connected: ********"


def test_only_the_oldest_secrets_from_answers_are_removed() -> None:
    registry = registry_with("given-by-the-user")
    registry.add_long("first-token", "second-token")
    registry.add_long("first-token")
    registry.add_long(*[f"token-number-{number}" for number in range(999)])
    assert registry.mask("given-by-the-user first-token second-token") == "******** ******** second-token"


@pytest.mark.parametrize("blank", ["", " ", "\n", None])
def test_blank_values_are_not_secrets(blank: str | None) -> None:
    registry = Secrets()
    registry.add(blank)
    assert registry.mask("a b\nc") == "a b\nc"


def test_a_listener_gets_known_and_new_secrets_once() -> None:
    registry = registry_with("known-before")
    received: list[str] = []
    with registry.forwarded_to(received.append):
        registry.add("new-one", "known-before")
        registry.add("new-one")
    registry.add("too-late")
    assert received == ["known-before", "new-one"]


def test_text_is_masked_before_it_is_truncated() -> None:
    SECRETS.add("secret-value")
    assert clip("a  secret-value\nb", 6) == "a ****"
