# Copyright (c) 2026 the msgraph.intune maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import json
import typing as t

import pytest
from ansible_collections.msgraph.intune.plugins.module_utils._graph.auth.managed_identity_errors import read_error
from ansible_collections.msgraph.intune.plugins.module_utils._graph.http.transport import Response
from ansible_collections.msgraph.intune.tests.unit.fakes import retry_policy
from requests.structures import CaseInsensitiveDict


def response(status: int, body: t.Any, **headers: str) -> Response:
    content = body if isinstance(body, bytes) else json.dumps(body).encode()
    return Response(status, CaseInsensitiveDict({name.replace("_", "-"): v for name, v in headers.items()}), content)


@pytest.mark.parametrize(
    ("body", "message"),
    [
        ({"statusCode": 400, "message": "No such identity"}, "No such identity"),
        ({"error": {"code": "unknown", "message": "No such identity"}}, "No such identity"),
        ({"error": "invalid_request", "error_description": "Identity not found"}, "Identity not found"),
        ({"error": "invalid_request"}, "invalid_request"),
        ({"message": " \n", "error": {"message": "", "code": "unknown"}}, "unknown"),
    ],
)
def test_the_format_of_each_platform_is_read(body: t.Any, message: str) -> None:
    error = read_error(response(400, body), "c-1")
    assert (error.kind, error.message, error.client_request_id) == ("authentication", message, "c-1")
    assert "user-assigned" in (error.hint or "")


def test_an_error_has_status_request_id_and_retry_after() -> None:
    error = read_error(response(429, {"message": "slow down"}, x_ms_request_id="r-1", Retry_After="7"), "c-1")
    assert (error.status, error.request_id, error.retry_after) == (429, "r-1", 7.0)
    assert str(error).startswith("The managed identity endpoint of this host answered 429: slow down")


def test_a_long_message_is_truncated() -> None:
    assert len(read_error(response(400, {"message": "x" * 5000}), "c-1").message) == 1000


def test_an_answer_without_message_has_a_default_message() -> None:
    assert read_error(response(400, {}), "c-1").message == "the answer is not one of such an endpoint"


@pytest.mark.parametrize(
    ("status", "kind"),
    [
        (200, "protocol"),
        (404, "protocol"),
        (429, "throttled"),
        (499, "protocol"),
        (500, "service"),
        (503, "service"),
    ],
)
@pytest.mark.parametrize(
    "body", [b"", b"<html>", b"[]", b"null", b'{"message": 5}', b'{"error": {}}', b'{"error": []}']
)
def test_an_invalid_answer_has_a_kind_by_status(status: int, kind: str, body: bytes) -> None:
    assert read_error(response(status, body), "c-1").kind == kind


@pytest.mark.parametrize(
    ("status", "transient"),
    [(400, False), (404, True), (410, True), (429, True), (500, True), (501, True), (200, False)],
)
@pytest.mark.parametrize("body", [b"", {"error": "invalid_request", "error_description": "Identity not found"}])
def test_documented_transient_errors_are_retried(status: int, transient: bool, body: t.Any) -> None:
    assert read_error(response(status, body), "c-1").transient is transient


def test_retries_after_410_take_70_seconds() -> None:
    error = read_error(response(410, b""), "c-1")
    assert (error.kind, error.retry_after) == ("service", None)
    assert "up to 70 seconds" in (error.hint or "")
    waits = [retry_policy().delay(error, tries, waited=0.0, jitter=0.1) for tries in range(1, 5)]
    assert sum(waits) == 70
    assert retry_policy().delay(error, 4, waited=115.0, jitter=1.0) == 5
    with_retry_after = read_error(response(410, b"", Retry_After="3"), "c-1")
    assert retry_policy().delay(with_retry_after, 1, waited=0.0, jitter=1.0) == 3


@pytest.mark.parametrize("code", [65005, 70011, 500011])
def test_the_hint_on_an_unknown_resource_names_graph_url_and_cloud(code: int) -> None:
    body = {"error": "invalid_resource", "error_description": f"AADSTS{code}: The resource was not found."}
    error = read_error(response(400, body), "c-1")
    assert (error.kind, error.code) == ("authentication", f"AADSTS{code}")
    assert (error.hint or "").startswith("Check graph_url and cloud: a managed identity")


def test_invalid_resource_counts_as_an_unknown_resource() -> None:
    error = read_error(response(400, {"error": "invalid_resource", "error_description": "Not found."}), "c-1")
    assert error.code == "invalid_resource"
    assert (error.hint or "").startswith("Check graph_url and cloud")


def test_the_code_of_an_error_is_kept() -> None:
    body = {"error": {"code": "unknown", "message": "No such identity"}}
    assert read_error(response(400, body), "c-1").code == "unknown"
