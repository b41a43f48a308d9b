# Copyright (c) 2026 the msgraph.intune maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import dataclasses
import json
import re
import typing as t

import pytest
from ansible_collections.msgraph.intune.plugins.module_utils._graph.auth.aadsts import (
    DEVICE_LOGIN,
    GENERAL_HINTS,
    HINTS,
    METHOD_HINTS,
)
from ansible_collections.msgraph.intune.plugins.module_utils._graph.auth.entra_errors import read_error
from ansible_collections.msgraph.intune.plugins.module_utils._graph.auth.managed_identity_errors import (
    read_error as read_identity_error,
)
from ansible_collections.msgraph.intune.plugins.module_utils._graph.auth.methods import METHOD_NAMES, credential_class
from ansible_collections.msgraph.intune.plugins.module_utils._graph.config.options import OPTIONS
from ansible_collections.msgraph.intune.plugins.module_utils._graph.http.transport import Response
from requests.structures import CaseInsensitiveDict


def response(status: int, body: t.Any, **headers: str) -> Response:
    content = body if isinstance(body, bytes) else json.dumps(body).encode()
    return Response(status, CaseInsensitiveDict({name.replace("_", "-"): v for name, v in headers.items()}), content)


WRONG_SECRET = {
    "error": "invalid_client",
    "error_description": (
        "AADSTS7000215: Invalid client secret provided."
        " Trace ID: t-1 Correlation ID: c-9 Timestamp: 2026-01-01 00:00:00Z"
    ),
    "error_codes": [7000215],
    "trace_id": "t-1",
    "correlation_id": "c-9",
}


def test_a_refused_sign_in_has_code_ids_message_and_hint() -> None:
    error = read_error(response(401, WRONG_SECRET), "c-1")
    assert (error.kind, error.status, error.code) == ("authentication", 401, "AADSTS7000215")
    assert (error.request_id, error.client_request_id) == ("t-1", "c-9")
    assert error.message == "Invalid client secret provided."
    assert error.hint == HINTS[7000215]


def test_the_code_is_read_from_the_description() -> None:
    body = {"error": "invalid_grant", "error_description": "AADSTS65001: No consent."}
    assert read_error(response(400, body), "c-1").hint == HINTS[65001]


def test_without_an_aadsts_code_the_hint_does_not_mention_one() -> None:
    error = read_error(response(400, {"error": "invalid_client"}), "c-1")
    assert (error.code, error.message) == ("invalid_client", "invalid_client")
    assert "AADSTS" not in (error.hint or "")


def test_the_first_of_several_codes_is_used() -> None:
    body = {"error": "invalid_grant", "error_description": "Something went wrong.", "error_codes": [65001, "x"]}
    error = read_error(response(400, body), "c-1")
    assert (error.code, error.hint) == ("AADSTS65001", HINTS[65001])


def test_only_the_first_code_is_removed_from_the_description() -> None:
    body = {"error": "invalid_grant", "error_description": "AADSTS65001: No consent; see AADSTS50034: no user."}
    assert read_error(response(400, body), "c-1").message == "No consent; see AADSTS50034: no user."


def test_a_long_description_is_truncated() -> None:
    body = {"error": "invalid_grant", "error_description": "x" * 5000}
    assert len(read_error(response(400, body), "c-1").message) == 1000


@pytest.mark.parametrize(("status", "kind"), [(400, "authentication"), (499, "authentication"), (500, "service")])
def test_a_server_error_has_another_kind_than_a_refusal(status: int, kind: str) -> None:
    assert read_error(response(status, {"error": "x"}), "c-1").kind == kind


def test_an_unknown_code_is_in_the_message() -> None:
    body = {"error": "invalid_grant", "error_description": "AADSTS999999: Something new. Trace ID: t", "trace_id": "t"}
    error = read_error(response(400, body), "c-1")
    assert (error.kind, error.code, error.request_id) == ("authentication", "AADSTS999999", "t")
    assert "AADSTS999999: Something new" in str(error)


@pytest.mark.parametrize(
    ("status", "kind"), [(429, "throttled"), (500, "service"), (503, "service"), (404, "protocol"), (200, "protocol")]
)
@pytest.mark.parametrize("body", [b"", b"<html></html>", b"[]", b"{}", b"null", b'"text"', b'{"error_codes": "x"}'])
def test_an_answer_without_error_code_has_a_kind_by_status(status: int, kind: str, body: bytes) -> None:
    error = read_error(response(status, body, x_ms_request_id="r-1"), "c-1")
    assert (error.kind, error.request_id, error.client_request_id) == (kind, "r-1", "c-1")


@pytest.mark.parametrize(
    "body",
    [
        {"error": "x", "error_description": ["x"], "error_codes": ["x"], "trace_id": 7, "correlation_id": {}},
        {"error": "x", "error_codes": [True]},
        {"error": "x", "error_codes": {}},
        {"error": "x", "error_codes": []},
        {"error": "x", "error_codes": 7},
    ],
)
def test_fields_of_wrong_types_are_ignored(body: t.Any) -> None:
    error = read_error(response(400, body), "c-1")
    assert (error.kind, error.code, error.message) == ("authentication", "x", "x")
    assert (error.request_id, error.client_request_id) == (None, "c-1")


def test_an_empty_error_code_is_ignored() -> None:
    assert read_error(response(400, {"error": ""}), "c-1").code is None


@pytest.mark.parametrize("body", [{"error": {"code": "InvalidAuthenticationToken"}}, {"error": None}, {"error": 5}])
def test_an_error_in_another_format_is_a_protocol_error(body: t.Any) -> None:
    error = read_error(response(401, body), "c-1")
    assert (error.kind, error.hint) == ("protocol", "Check authority_url and the proxies on the way.")


@pytest.mark.parametrize("code", [65001, 65004, 65005, 90094])
def test_a_missing_consent_names_the_requested_permissions(code: int) -> None:
    body = {"error": "invalid_grant", "error_description": "no", "error_codes": [code]}
    single = read_error(response(400, body), "c-1", None, ("A.Read.All",)).hint or ""
    assert "the delegated permission A.Read.All" in single
    several = read_error(response(400, body), "c-1", None, ("A.Read.All", "B.Read.All")).hint or ""
    assert "the delegated permissions A.Read.All and B.Read.All" in several


def test_the_hint_on_a_refused_secret_names_the_usual_mistakes() -> None:
    for words in ("not its ID", "without quotes", "another application"):
        assert words in HINTS[7000215]


def test_every_hint_is_a_sentence() -> None:
    hints = [*HINTS.values(), *METHOD_HINTS.values(), *GENERAL_HINTS.values()]
    assert [hint for hint in hints if not hint.endswith(".")] == []


@pytest.mark.parametrize(
    ("code", "method", "hint"),
    [
        (700024, "certificate", "this host's clock, by which the assertion is dated, and that the certificate"),
        (500133, "certificate", "this host's clock, by which the assertion is dated, and that the certificate"),
        (700024, "federated_token", "fresh federated token"),
        (700024, None, "fresh federated token"),
        (50027, "certificate", "Register the certificate"),
        (700027, "federated_token", "issuer, subject and audience"),
        (700027, "certificate", "Register the certificate"),
        (500011, "client_secret", "the login service does not know the address in graph_url"),
        (65005, "client_secret", "app registration"),
    ],
)
def test_the_hint_depends_on_code_and_method(code: int, method: str | None, hint: str) -> None:
    body = {"error": "invalid_client", "error_codes": [code]}
    assert hint in (read_error(response(401, body), "c-1", method).hint or "")


CODES = sorted({*HINTS, *(code for code, _method in METHOD_HINTS)})
SIGN_INS = {
    **{method: credential_class(method) for method in METHOD_NAMES if method != "access_token"},
    DEVICE_LOGIN: credential_class("token_cache"),
}
# The options that only some methods read.
CREDENTIAL_OPTIONS = {
    field.name for credential in SIGN_INS.values() for field in dataclasses.fields(t.cast("t.Any", credential))
}


@pytest.mark.parametrize("method", SIGN_INS)
@pytest.mark.parametrize("service", [read_error, read_identity_error])
def test_no_hint_names_an_option_that_the_method_does_not_read(method: str, service: t.Any) -> None:
    if (service is read_identity_error) is not (method == "managed_identity"):
        return
    read_options = {field.name for field in dataclasses.fields(t.cast("t.Any", SIGN_INS[method]))}
    for code in CODES:
        for status in (400, 429, 500):
            body = {"error": "x", "error_description": f"AADSTS{code}: words", "error_codes": [code]}
            options = {} if service is read_identity_error else {"auth_method": method}
            hint = service(response(status, body), "c-1", **options).hint
            assert hint
            for name in CREDENTIAL_OPTIONS - read_options:
                # The hint must not name the option, its aliases or its environment variables.
                for word in (name, name.replace("_", " "), *OPTIONS[name].environment, *OPTIONS[name].aliases):
                    assert not re.search(rf"\b{word}\b", hint), (code, word, hint)


@pytest.mark.parametrize(
    ("code", "method", "hint"),
    [
        (700027, "managed_identity", "the identity is assigned to this host"),
        (90002, "managed_identity", "the identity is assigned to this host"),
        (7000215, "managed_identity", "the identity is assigned to this host"),
        (7000215, "certificate", "Check tenant_id, client_id and certificate_path."),
        (700027, "client_secret", "Check tenant_id, client_id and client_secret."),
        (7000222, "federated_token", "Check tenant_id, client_id and the federated token."),
        (50076, "password", "no password can satisfy"),
        (50076, "token_cache", "sign in again with the playbook msgraph.intune.device_login"),
        (50076, "refresh_token", "set refresh_token to one of a sign-in with a second factor"),
        (50076, DEVICE_LOGIN, "complete the second factor in the browser"),
        (700082, "refresh_token", "set refresh_token to a new one"),
        (700082, "token_cache", "sign in again with the playbook msgraph.intune.device_login"),
        (70020, DEVICE_LOGIN, "to get a new code"),
        (70020, "password", "Check tenant_id, client_id, username and password."),
    ],
)
def test_a_hint_mentions_only_the_credential_of_the_method(code: int, method: str, hint: str) -> None:
    body = {"error": "x", "error_description": f"AADSTS{code}: words"}
    if method == "managed_identity":
        assert hint in (read_identity_error(response(400, body), "c-1").hint or "")
    else:
        assert hint in (read_error(response(400, body), "c-1", method).hint or "")


@pytest.mark.parametrize("method", ["client_secret", "certificate", None])
def test_methods_without_own_hint_use_the_common_hint(method: str | None) -> None:
    body = {"error": "invalid_client", "error_codes": [90002]}
    assert read_error(response(400, body), "c-1", method).hint == HINTS[90002]


@pytest.mark.parametrize(("status", "error"), [(500, "server_error"), (503, "x"), (400, "temporarily_unavailable")])
def test_an_unknown_code_of_a_server_error_is_a_service_error(status: int, error: str) -> None:
    result = read_error(response(status, {"error": error, "error_codes": [90033]}), "c-1")
    assert (result.kind, result.code) == ("service", "AADSTS90033")
    assert (result.hint or "").startswith("The login service failed; run the task again later.")
    assert "Look the AADSTS code up" in (result.hint or "")


@pytest.mark.parametrize(
    ("status", "error", "transient"),
    [
        (429, "x", True),
        (500, "server_error", True),
        (501, "x", True),
        (400, "temporarily_unavailable", True),
        (200, "temporarily_unavailable", True),
        (400, " temporarily_unavailable ", True),
        (400, {"code": "temporarily_unavailable"}, True),
        (400, {"code": "\ttemporarily_unavailable"}, True),
        (400, {"message": "temporarily_unavailable"}, False),
        (400, "invalid_grant", False),
        (404, "x", False),
        (410, "x", False),
    ],
)
def test_transient_errors_of_the_login_service_are_retried(status: int, error: t.Any, transient: bool) -> None:
    assert read_error(response(status, {"error": error}), "c-1").transient is transient


def test_an_error_in_another_format_keeps_code_and_message() -> None:
    body = {"error": {"code": "Forbidden", "message": "Not\nhere"}}
    error = read_error(response(200, body), "c-1")
    assert (error.kind, error.code, error.message) == ("protocol", "Forbidden", "Not here")


def test_a_long_description_is_read_in_linear_time() -> None:
    description = "AADSTS" + " " * 300_000 + "AADSTS12" * 100_000
    error = read_error(response(400, {"error": "x", "error_description": description}), "c-1")
    assert len(error.message) <= 1000


def test_ids_of_the_service_are_truncated() -> None:
    error = read_error(response(400, {"error": "x", "trace_id": "t" * 5000, "correlation_id": "c" * 5000}), "c-1")
    assert (error.request_id, error.client_request_id) == ("t" * 100, "c" * 100)
