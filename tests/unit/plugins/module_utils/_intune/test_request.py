# Copyright (c) 2026 the msgraph.intune maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import typing as t

import pytest
from ansible_collections.msgraph.intune.plugins.module_utils._graph._errors import OptionsError
from ansible_collections.msgraph.intune.plugins.module_utils._intune._exchange_connector import SELECTION
from ansible_collections.msgraph.intune.plugins.module_utils._intune._request import (
    Patience,
    Request,
    read_request,
)
from ansible_collections.msgraph.intune.plugins.module_utils._intune._selection import Selection

IDS = Selection(ids=("a",))


def read(**params: t.Any) -> Request:
    given = {"sync_type": "deltaSync", "connector_id": ["a"], **params}
    return read_request(given, SELECTION, check_mode=False, diff=False)


def test_ids_alone_are_triggered_unread_and_not_waited_for() -> None:
    request = read()
    assert request == Request("deltaSync", IDS)
    assert not request.reads


@pytest.mark.parametrize("blank", [None, "", " ", "None"])
def test_what_surveys_send_for_nothing_is_the_default(blank: t.Any) -> None:
    assert read(if_older_than=blank, wait=blank, wait_timeout=blank, wait_sleep=blank) == Request("deltaSync", IDS)


@pytest.mark.parametrize("wait", [True, "true", "yes", "1"])
def test_a_wait_has_its_documented_patience_or_the_given_one(wait: t.Any) -> None:
    assert read(wait=wait).patience == Patience(900.0, 30.0)
    assert read(wait=wait, wait_timeout="60", wait_sleep=2).patience == Patience(60.0, 2.0)
    assert read(wait=wait, wait_timeout=0).patience == Patience(0.0, 30.0)


@pytest.mark.parametrize("wait", [False, "false", "no", "0", None])
def test_no_wait_has_none(wait: t.Any) -> None:
    assert read(wait=wait, wait_timeout=60).patience is None


@pytest.mark.parametrize(
    ("params", "words"),
    [
        ({"wait": "perhaps"}, "wait is not a boolean"),
        ({"wait_timeout": "soon"}, "wait_timeout is not a number of seconds"),
        ({"wait_timeout": -1}, "wait_timeout is not a number of seconds"),
        ({"wait_sleep": 0}, "wait_sleep is not a number of seconds"),
        ({"wait_sleep": True}, "wait_sleep is not a number of seconds"),
        ({"if_older_than": "soon"}, "if_older_than is 'soon', which is not an age"),
        ({"connector_id": None}, "None of connector_id"),
    ],
)
def test_what_does_not_fit_is_refused(params: dict[str, t.Any], words: str) -> None:
    with pytest.raises(OptionsError, match=words):
        read(**params)


@pytest.mark.parametrize(
    "request_",
    [
        Request("x", IDS, check_mode=True),
        Request("x", IDS, diff=True),
        Request("x", IDS, if_older_than=0),
        Request("x", IDS, patience=Patience()),
        Request("x", Selection(names=("a",))),
        Request("x", Selection(all=True)),
    ],
)
def test_everything_else_is_read_first(request_: Request) -> None:
    assert request_.reads
