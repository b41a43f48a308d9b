# Copyright (c) 2026 the msgraph.intune maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import typing as t

import pytest
from ansible_collections.msgraph.intune.plugins.module_utils._graph.errors import OptionsError
from ansible_collections.msgraph.intune.plugins.module_utils._intune.resources.exchange_connector import SELECTION
from ansible_collections.msgraph.intune.plugins.module_utils._intune.selection import Selection
from ansible_collections.msgraph.intune.plugins.module_utils._intune.sync_options import (
    SyncOptions,
    WaitOptions,
    read_sync_options,
)

IDS = Selection(ids=("a",))


def read(**params: t.Any) -> SyncOptions:
    provided = {"sync_type": "deltaSync", "connector_id": ["a"], **params}
    return read_sync_options(provided, SELECTION, check_mode=False, diff=False)


def test_ids_alone_are_triggered_unread_and_not_waited_for() -> None:
    request = read()
    assert request == SyncOptions("deltaSync", IDS)
    assert not request.needs_current_state


# Ansible makes the text "False" of false.
@pytest.mark.parametrize("blank", [None, "", " ", "None", "null", "False", False])
def test_what_surveys_send_for_nothing_is_the_default(blank: t.Any) -> None:
    assert read(if_older_than=blank, wait_timeout=blank, wait_sleep=blank) == SyncOptions("deltaSync", IDS)
    assert read(wait=True, wait_timeout=blank, wait_sleep=blank).wait_options == WaitOptions(900.0, 30.0)


def test_a_wait_takes_durations() -> None:
    assert read(wait=True, wait_timeout="60", wait_sleep="0.3").wait_options == WaitOptions(60.0, 0.3)
    assert read(wait=True, wait_timeout="15m", wait_sleep="2s").wait_options == WaitOptions(900.0, 2.0)
    assert read(wait=True, wait_timeout="0").wait_options == WaitOptions(0.0, 30.0)


@pytest.mark.parametrize("wait", [False, None])
def test_without_wait_there_is_no_patience(wait: bool | None) -> None:
    assert read(wait=wait, wait_timeout="60").wait_options is None


@pytest.mark.parametrize(("age", "seconds"), [("0", 0.0), ("90", 90.0), ("1.5h", 5400.0), ("100w", 60_480_000.0)])
def test_an_age_is_a_duration_that_may_be_longer_than_a_day(age: str, seconds: float) -> None:
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
def test_what_does_not_fit_is_refused(params: dict[str, t.Any], words: str) -> None:
    with pytest.raises(OptionsError, match=words):
        read(**params)


@pytest.mark.parametrize(
    "request_",
    [
        SyncOptions("x", IDS, check_mode=True),
        SyncOptions("x", IDS, diff=True),
        SyncOptions("x", IDS, if_older_than=0),
        SyncOptions("x", IDS, wait_options=WaitOptions(900.0, 30.0)),
        SyncOptions("x", Selection(names=("a",))),
        SyncOptions("x", Selection(all=True)),
    ],
)
def test_everything_else_is_read_first(request_: SyncOptions) -> None:
    assert request_.needs_current_state
