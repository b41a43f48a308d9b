# Copyright (c) 2026 the msgraph.intune maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import typing as t

import pytest
from ansible.module_utils.common.arg_spec import ArgumentSpecValidator
from ansible_collections.msgraph.intune.plugins.plugin_utils._task_args import prepared_args

SPEC: dict[str, t.Any] = {
    "retries": {"type": "int", "aliases": ["tries"], "default": 4},
    "names": {"type": "raw"},
    "timeout": {"type": "str", "default": "30"},
}


@pytest.mark.parametrize("value", [0, 4, "4", " 4 ", "-1", 4.0, ""])
def test_valid_values_are_unchanged(value: t.Any) -> None:
    assert prepared_args({"retries": value, "timeout": "5m"}, SPEC) == {"retries": value, "timeout": "5m"}


@pytest.mark.parametrize("name", ["retries", "tries"])
@pytest.mark.parametrize(
    "value",
    ["1e99999999", "1e999999", "inf", "nan", float("inf"), float("nan"), "\u0663", "+5", "1_0", "9" * 5000, 10**50],
)
def test_a_number_that_ansible_cannot_convert_is_refused_with_a_message(name: str, value: t.Any) -> None:
    checked = ArgumentSpecValidator(SPEC).validate(prepared_args({name: value}, SPEC))
    (message,) = checked.error_messages
    assert "unable to convert to int" in message
    assert len(message) < 250


@pytest.mark.parametrize("name", ["timeout", "names"])
def test_a_huge_number_becomes_a_text_for_any_option(name: str) -> None:
    huge = 10**5000
    assert prepared_args({name: huge}, SPEC) == {name: "a number of more than 40 digits"}
    assert prepared_args({name: [huge, 7]}, SPEC) == {name: ["a number of more than 40 digits", 7]}


def test_null_counts_as_not_given() -> None:
    assert prepared_args({"retries": None, "names": None, "timeout": "5"}, SPEC) == {"timeout": "5"}
