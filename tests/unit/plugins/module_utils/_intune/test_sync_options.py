# Copyright (c) 2026 the msgraph.intune maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import typing as t

import pytest
from ansible_collections.msgraph.intune.plugins.module_utils._graph.errors import OptionsError
from ansible_collections.msgraph.intune.plugins.module_utils._intune.resources.exchange_connector import (
    EXCHANGE_CONNECTOR,
)
from ansible_collections.msgraph.intune.plugins.module_utils._intune.selection import Selection
from ansible_collections.msgraph.intune.plugins.module_utils._intune.sync_options import (
    SyncOptions,
    WaitOptions,
    read_sync_options,
)

IDS = Selection(ids=("a",))


def read(**params: t.Any) -> SyncOptions:
    provided = {"sync_type": "deltaSync", "connector_id": ["a"], **params}
    return read_sync_options(provided, EXCHANGE_CONNECTOR, check_mode=False, diff=False)


def test_with_only_ids_objects_are_not_read_before_the_sync() -> None:
    request = read()
    assert request == SyncOptions(IDS, "deltaSync")
    assert not request.needs_state


# Ansible makes the text "False" of false.
@pytest.mark.parametrize("blank", [None, "", " ", "None", "null", "False", False])
def test_a_blank_value_of_a_survey_means_the_default(blank: t.Any) -> None:
    assert read(if_older_than=blank, wait_timeout=blank, wait_sleep=blank) == SyncOptions(IDS, "deltaSync")
    assert read(wait=True, wait_timeout=blank, wait_sleep=blank).wait_options == WaitOptions(900.0, 30.0)


def test_wait_timeout_and_wait_sleep_are_durations() -> None:
    assert read(wait=True, wait_timeout="60", wait_sleep="0.3").wait_options == WaitOptions(60.0, 0.3)
    assert read(wait=True, wait_timeout="15m", wait_sleep="2s").wait_options == WaitOptions(900.0, 2.0)
    assert read(wait=True, wait_timeout="0").wait_options == WaitOptions(0.0, 30.0)


@pytest.mark.parametrize("wait", [False, None])
def test_without_wait_there_are_no_wait_options(wait: bool | None) -> None:
    assert not read(wait=wait, wait_timeout="60").wait


@pytest.mark.parametrize(("age", "seconds"), [("0", 0.0), ("90", 90.0), ("1.5h", 5400.0), ("100w", 60_480_000.0)])
def test_if_older_than_is_a_duration_that_may_be_longer_than_a_day(age: str, seconds: float) -> None:
    assert read(if_older_than=age).if_older_than == seconds


@pytest.mark.parametrize(
    ("params", "words"),
    [
        ({"wait_timeout": "soon"}, "wait_timeout is 'soon'; it must be a duration from 0 to 1d"),
        ({"wait_timeout": "-1"}, "wait_timeout is '-1'; it must be a duration"),
        ({"wait_timeout": "2d"}, "wait_timeout is '2d'; it must be a duration"),
        ({"wait_sleep": "0"}, "wait_sleep is '0'; it must be a duration longer than 0 and at most 1d"),
        ({"wait_sleep": "True"}, "wait_sleep is 'True'; it must be a duration"),
        ({"if_older_than": "soon"}, "if_older_than is 'soon'; it must be a duration from 0 to 36500d"),
        ({"connector_id": None}, "None of connector_id"),
    ],
)
def test_an_invalid_option_is_refused(params: dict[str, t.Any], words: str) -> None:
    with pytest.raises(OptionsError, match=words):
        read(**params)


@pytest.mark.parametrize(
    "request_",
    [
        SyncOptions(IDS, "x", check_mode=True),
        SyncOptions(IDS, "x", diff=True),
        SyncOptions(IDS, "x", if_older_than=0),
        SyncOptions(IDS, "x", wait=True),
        SyncOptions(Selection(names=("a",)), "x"),
        SyncOptions(Selection(all=True), "x"),
    ],
)
def test_all_other_options_need_the_current_state(request_: SyncOptions) -> None:
    assert request_.needs_state


@pytest.mark.parametrize("percentage", [-1, 101])
def test_a_percentage_outside_of_0_to_100_is_refused(percentage: int) -> None:
    with pytest.raises(OptionsError, match=f"max_fail_percentage is {percentage}, which is not a percentage"):
        read(max_fail_percentage=percentage)
