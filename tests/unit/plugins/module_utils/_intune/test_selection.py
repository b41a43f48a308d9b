# Copyright (c) 2026 the msgraph.intune maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import typing as t

import pytest
from ansible_collections.msgraph.intune.plugins.module_utils._graph._errors import OptionsError
from ansible_collections.msgraph.intune.plugins.module_utils._intune._selection import read_ids

ID = "7ce3b1f5-9b53-4b0c-8a8e-3c5f3a0f1d11"


def test_ids_are_stripped_and_each_taken_once_in_the_order_given() -> None:
    assert read_ids("connector_id", [" b ", "a", "b", "a\n", "c"]) == ["b", "a", "c"]


def test_an_empty_list_means_none_of_them() -> None:
    assert read_ids("connector_id", []) == []


@pytest.mark.parametrize(
    "items", [None, [""], ["  ", "\n"], ["False"], [False], ["None", ""], [None], ["null"], ["false"]]
)
def test_what_is_not_given_is_refused_and_never_means_all_or_none(items: list[t.Any] | None) -> None:
    with pytest.raises(OptionsError, match="connector_id is empty"):
        read_ids("connector_id", items)


def test_blank_items_beside_an_id_are_left_out() -> None:
    assert read_ids("connector_id", ["", ID, "None"]) == [ID]


@pytest.mark.parametrize(
    "hostile",
    [
        "../x",
        "a/b",
        "?",
        "a?b",
        "a#b",
        "a\\b",
        "a\nb",
        "a\x00b",
        ".",
        "..",
        "a\u2028b",
        "a\u200bb",
        "a\ud800b",
        "/",
        "\x7f",
        "[]",
        "<id>",
        "{{ id }}",
        {"id": ID},
        [ID],
    ],
)
def test_an_id_that_could_leave_its_place_in_the_url_is_refused(hostile: t.Any) -> None:
    with pytest.raises(OptionsError, match="which is not an id"):
        read_ids("connector_id", [ID, hostile])
