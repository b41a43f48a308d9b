# Copyright (c) 2026 the msgraph.intune maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import http.client
import logging
import re
import socket
import ssl
import threading
import typing as t

import pytest
import requests
from ansible_collections.msgraph.intune.plugins.module_utils._graph.errors import GraphError
from ansible_collections.msgraph.intune.plugins.module_utils._graph.http.proxy_label import ProxyLabel
from ansible_collections.msgraph.intune.plugins.module_utils._graph.http.transport import (
    USER_AGENT,
    Transport,
)
from ansible_collections.msgraph.intune.tests.unit.fakes import FakeSession, Reply, Scripted

URL = "https://graph.example/v1.0/things"


def make_transport(*script: Scripted, verify: bool | str = True) -> tuple[Transport, FakeSession]:
    session = FakeSession(*script)
    return Transport(timeout=7.0, verify=verify, session=session), session


def test_a_request_carries_token_user_agent_and_limits() -> None:
    transport, session = make_transport(Reply(200, "fine"), verify="/some/ca.pem")
    answer = transport.send("POST", URL, headers={"Accept": "application/json"}, body=b"{}", token="tok")
    (sent,) = session.sent
    assert (answer.status, answer.text) == (200, "fine")
    assert sent.headers["Authorization"] == "Bearer tok"
    assert sent.headers["User-Agent"] == USER_AGENT
    assert (sent.method, sent.url, sent.body) == ("POST", URL, b"{}")
    assert (sent.timeout, sent.verify, sent.follows_redirects) == ((7.0, 7.0), "/some/ca.pem", False)
    assert not sent.is_read_at_once


def test_without_a_token_no_authorization_is_sent_even_with_a_netrc(
    monkeypatch: pytest.MonkeyPatch, tmp_path: t.Any
) -> None:
    netrc = tmp_path / "netrc"
    netrc.write_text("machine graph.example login eve password stolen\n")
    netrc.chmod(0o600)
    monkeypatch.setenv("NETRC", str(netrc))
    seen: list[t.Any] = []

    class Adapter(requests.adapters.BaseAdapter):
        def send(self, request: t.Any, *_args: t.Any, **_kwargs: t.Any) -> requests.Response:
            seen.append(request.headers.get("Authorization"))
            return Reply(200).as_response()

        def close(self) -> None:
            pass

    session = requests.Session()
    session.mount("https://", Adapter())
    transport = Transport(timeout=1.0, verify=True, session=session)
    transport.send("GET", URL, headers={})
    transport.send("GET", URL, headers={}, token="ours")
    assert seen == [None, "Bearer ours"]


def test_failed_requests_count_as_sent() -> None:
    transport, _session = make_transport(Reply(200), Reply(500), requests.ConnectionError())
    transport.send("GET", URL, headers={})
    transport.send("GET", URL, headers={})
    with pytest.raises(GraphError):
        transport.send("GET", URL, headers={})
    assert transport.sent == 3


@pytest.mark.parametrize(
    ("raised", "kind", "words"),
    [
        (
            requests.exceptions.SSLError(ssl.SSLError("CERTIFICATE_VERIFY_FAILED")),
            "network",
            "CERTIFICATE_VERIFY_FAILED",
        ),
        (requests.exceptions.ProxyError("http://user:pass-phrase@proxy"), "network", "the proxy failed on the way"),
        (requests.exceptions.ConnectTimeout(), "timeout", "did not answer in 7 s"),
        (requests.exceptions.ReadTimeout(), "timeout", "did not answer in 7 s"),
        (requests.exceptions.ConnectionError(socket.gaierror("Name unknown")), "network", "Name unknown"),
        (requests.exceptions.ChunkedEncodingError("x"), "protocol", "broke off its answer"),
        (requests.exceptions.ContentDecodingError("x"), "protocol", "a damaged answer"),
        (requests.exceptions.InvalidHeader("x"), "protocol", "InvalidHeader"),
        (OSError("no certificate in that file"), "network", "no certificate in that file"),
    ],
)
def test_each_exception_is_converted_to_its_kind(raised: Exception, kind: str, words: str) -> None:
    transport, _session = make_transport(raised)
    with pytest.raises(GraphError) as caught:
        transport.send("GET", URL, headers={})
    assert caught.value.kind == kind
    assert words in str(caught.value)
    assert "graph.example" in str(caught.value)
    assert "/v1.0" not in str(caught.value)
    assert caught.value.hint
    assert "pass-phrase" not in str(caught.value)


def wrap(cause: Exception, outer: type[Exception] = requests.exceptions.ConnectionError) -> Exception:
    exc = outer("Max retries exceeded")
    exc.__context__ = cause
    return exc


UNKNOWN_CA = wrap(ssl.SSLCertVerificationError(1, "unable to get local issuer"), requests.exceptions.SSLError)
TUNNEL_FAILED = "Tunnel connection failed: "


@pytest.mark.parametrize(
    ("raised", "connection_lost"),
    [
        (wrap(ConnectionRefusedError(111, "refused")), True),
        (wrap(ConnectionResetError(104, "reset")), True),
        (wrap(http.client.RemoteDisconnected("closed")), True),
        (wrap(TimeoutError(110, "timed out")), True),
        (wrap(socket.gaierror(socket.EAI_AGAIN, "try again")), True),
        (wrap(socket.gaierror(socket.EAI_NONAME, "unknown")), False),
        (requests.exceptions.ReadTimeout(), True),
        (requests.exceptions.ConnectTimeout(), True),
        (wrap(socket.timeout("timed out")), True),
        (requests.exceptions.ChunkedEncodingError("x"), True),
        (requests.exceptions.ContentDecodingError("x"), False),
        (wrap(ssl.SSLEOFError(8, "EOF occurred"), requests.exceptions.SSLError), True),
        (wrap(ssl.SSLZeroReturnError(6, "closed"), requests.exceptions.SSLError), True),
        (wrap(ssl.SSLCertVerificationError(1, "self-signed"), requests.exceptions.SSLError), False),
        (wrap(ConnectionRefusedError(111, "refused"), requests.exceptions.ProxyError), True),
        (wrap(socket.gaierror(socket.EAI_NONAME, "unknown"), requests.exceptions.ProxyError), False),
        (wrap(OSError(f"{TUNNEL_FAILED}500 Internal Server Error"), requests.exceptions.ProxyError), False),
        (wrap(OSError(f"{TUNNEL_FAILED}502 Bad Gateway"), requests.exceptions.ProxyError), True),
        (wrap(OSError(f"{TUNNEL_FAILED}503 Service Unavailable"), requests.exceptions.ProxyError), True),
        (wrap(OSError(f"{TUNNEL_FAILED}504 Gateway Timeout"), requests.exceptions.ProxyError), True),
        (wrap(OSError(f"{TUNNEL_FAILED}403 Forbidden"), requests.exceptions.ProxyError), False),
        (wrap(OSError(f"{TUNNEL_FAILED}407 Proxy Authentication Required"), requests.exceptions.ProxyError), False),
        (requests.exceptions.InvalidHeader("x"), False),
    ],
)
def test_only_lost_connections_are_transient(raised: Exception, connection_lost: bool) -> None:
    transport, _session = make_transport(raised)
    with pytest.raises(GraphError) as caught:
        transport.send("GET", URL, headers={})
    assert caught.value.connection_lost is connection_lost
    assert caught.value.transient is connection_lost
    assert caught.value.hint


@pytest.mark.parametrize(
    ("raised", "kind", "words"),
    [
        (wrap(socket.timeout("timed out")), "timeout", "did not answer in 7 s"),
        (wrap(TimeoutError(110, "Connection timed out")), "network", "could not be reached: .*timed out"),
        (
            wrap(ssl.SSLEOFError(8, "EOF"), requests.exceptions.SSLError),
            "network",
            "^graph.example .*: the connection was closed",
        ),
        (
            wrap(OSError(f"{TUNNEL_FAILED}407 x"), requests.exceptions.ProxyError),
            "network",
            "user and a password on the way to graph.example .407.",
        ),
        (
            wrap(OSError(f"{TUNNEL_FAILED}403 x"), requests.exceptions.ProxyError),
            "network",
            "refused to connect to graph.example .403.",
        ),
    ],
)
def test_the_message_depends_on_the_root_cause(raised: Exception, kind: str, words: str) -> None:
    transport, _session = make_transport(raised)
    with pytest.raises(GraphError, match=words) as caught:
        transport.send("GET", URL, headers={})
    assert caught.value.kind == kind


def test_a_server_without_tls_is_reported() -> None:
    class WrongVersion(ssl.SSLError):
        reason = "WRONG_VERSION_NUMBER"

    transport, _session = make_transport(wrap(WrongVersion(1, "wrong version number"), requests.exceptions.SSLError))
    with pytest.raises(GraphError, match="does not speak TLS"):
        transport.send("GET", URL, headers={})


def test_after_a_503_the_next_request_gets_a_new_connection() -> None:
    closed: list[int] = []

    class SessionWithLog(FakeSession):
        def close(self) -> None:
            closed.append(len(self.sent))

    transport = Transport(
        timeout=1.0, verify=True, session=SessionWithLog(Reply(200), Reply(503), Reply(502), Reply(504))
    )
    for _request in range(4):
        transport.send("GET", URL, headers={})
    assert closed == [2]


def test_the_root_cause_is_found_in_the_context() -> None:
    transport, _session = make_transport(wrap(ConnectionRefusedError(111, "Connection refused")))
    with pytest.raises(GraphError, match=r"could not be reached: \[Errno 111\] Connection refused"):
        transport.send("GET", URL, headers={})


def test_the_root_cause_is_found_in_the_cause() -> None:
    raised = requests.exceptions.ConnectionError("Max retries exceeded")
    raised.__cause__ = ConnectionRefusedError(111, "Connection refused")
    transport, _session = make_transport(raised)
    with pytest.raises(GraphError, match="Connection refused"):
        transport.send("GET", URL, headers={})


def test_the_root_cause_is_found_in_the_attribute_reason() -> None:
    class RetriesExceeded(Exception):
        reason = ConnectionRefusedError(111, "Connection refused")

    transport, _session = make_transport(requests.exceptions.ConnectionError(RetriesExceeded("too many")))
    with pytest.raises(GraphError, match=r"could not be reached: \[Errno 111\] Connection refused"):
        transport.send("GET", URL, headers={})


def test_an_exception_without_a_text_is_shown_by_its_class() -> None:
    transport, _session = make_transport(wrap(ConnectionResetError()))
    with pytest.raises(GraphError, match="broke the connection: ConnectionResetError"):
        transport.send("GET", URL, headers={})


def test_a_cycle_of_exceptions_is_followed_only_once() -> None:
    outer, inner = requests.exceptions.ConnectionError("outer"), OSError("inner")
    outer.__context__, inner.__context__ = inner, outer
    transport, _session = make_transport(outer)
    with pytest.raises(GraphError, match="could not be reached: inner"):
        transport.send("GET", URL, headers={})


@pytest.mark.parametrize("status", [101, 103, 199, 300, 301, 302, 304, 307, 308, 399])
def test_an_unexpected_status_is_refused(status: int) -> None:
    transport, session = make_transport(Reply(status, headers={"Location": "https://evil.example/"}))
    with pytest.raises(GraphError, match=f"^graph.example answered {status}, which neither") as caught:
        transport.send("GET", URL, headers={}, token="tok")
    assert caught.value.kind == "protocol"
    assert caught.value.hint
    assert len(session.sent) == 1


@pytest.mark.parametrize("status", [200, 299, 400, 599])
def test_successes_and_errors_are_read(status: int) -> None:
    transport, _session = make_transport(Reply(status, "words"))
    answer = transport.send("GET", URL, headers={})
    assert (answer.status, answer.text) == (status, "words")


def test_a_response_that_never_ends_times_out() -> None:
    over = threading.Event()
    holds_the_process: list[bool] = []

    class Endless(FakeSession):
        def request(self, *args: t.Any, **kwargs: t.Any) -> requests.Response:
            holds_the_process.append(not threading.current_thread().daemon)
            over.wait(10)
            raise requests.ConnectionError

    transport = Transport(timeout=0.01, verify=True, session=Endless())
    with pytest.raises(GraphError, match="^graph.example did not complete its answer in 0.04 s") as caught:
        transport.send("GET", URL, headers={})
    over.set()
    assert holds_the_process == [False]
    assert (caught.value.kind, caught.value.transient, caught.value.outcome_unknown) == ("timeout", False, True)
    assert caught.value.hint


def test_the_proxy_option_applies_unless_a_request_bypasses_it() -> None:
    session = FakeSession(Reply(200), Reply(200))
    transport = Transport(timeout=1.0, verify=True, proxy="http://proxy.example:8080", session=session)
    transport.send("GET", URL, headers={})
    transport.send("GET", URL, headers={}, bypass_proxy=True)
    assert [sent.proxies for sent in session.sent] == [
        {"http": "http://proxy.example:8080", "https": "http://proxy.example:8080"},
        None,
    ]


@pytest.mark.parametrize(
    ("cause", "kind"),
    [
        (http.client.BadStatusLine("SSH-2.0"), "protocol"),
        (http.client.HTTPException("got more than 100 headers"), "protocol"),
        (http.client.RemoteDisconnected("closed"), "network"),
        (ConnectionResetError(104, "reset"), "network"),
    ],
)
def test_a_response_that_is_not_http_differs_from_a_lost_connection(cause: Exception, kind: str) -> None:
    transport, _session = make_transport(requests.exceptions.ConnectionError("x", cause))
    with pytest.raises(GraphError) as caught:
        transport.send("GET", URL, headers={})
    assert caught.value.kind == kind
    assert caught.value.hint
    if kind == "protocol":
        assert f"did not answer in HTTP ({type(cause).__name__})" in caught.value.message


@pytest.mark.parametrize("problem", [ValueError("bad header b'Bearer top-secret'"), UnicodeError("top-secret")])
def test_the_error_of_an_invalid_request_shows_no_part_of_it(problem: Exception) -> None:
    transport, _session = make_transport(problem)
    with pytest.raises(GraphError) as caught:
        transport.send("GET", URL, headers={})
    assert caught.value.kind == "protocol"
    assert "top-secret" not in str(caught.value)


@pytest.mark.parametrize(
    ("verify", "words"),
    [
        (True, "name its PEM file in ca_path"),
        ("/the/ca.pem", "Hint: /the/ca.pem does not contain the CA of graph.example."),
        ("/", "Hint: The folder / does not contain the CA of graph.example, or was not prepared with 'openssl rehash'"),
    ],
)
def test_the_hint_on_a_certificate_depends_on_the_ca_file(
    monkeypatch: pytest.MonkeyPatch, verify: bool | str, words: str
) -> None:
    for name in ("REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE"):
        monkeypatch.delenv(name, raising=False)
    transport, _session = make_transport(UNKNOWN_CA, verify=verify)
    with pytest.raises(GraphError) as caught:
        transport.send("GET", URL, headers={})
    assert words in f"Hint: {caught.value.hint}"


def test_the_hint_names_the_ca_file_of_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", "/etc/company.pem")
    transport, _session = make_transport(UNKNOWN_CA)
    with pytest.raises(GraphError, match="/etc/company.pem does not contain the CA of graph.example") as caught:
        transport.send("GET", URL, headers={})
    assert caught.value.hint == (
        "/etc/company.pem does not contain the CA of graph.example (the path comes from the environment variable"
        " REQUESTS_CA_BUNDLE). Set ca_path to a PEM file that contains this CA."
    )


@pytest.mark.parametrize("path", ["/the/ca.pem", "/"])
def test_the_hint_names_the_source_of_the_ca_path(monkeypatch: pytest.MonkeyPatch, path: str) -> None:
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", "/etc/company.pem")
    session = FakeSession(UNKNOWN_CA)
    transport = Transport(timeout=1.0, verify=path, ca_source="the option ca_path", session=session)
    with pytest.raises(GraphError, match=r"\(the path comes from the option ca_path\)\. Set ca_path to a PEM file"):
        transport.send("GET", URL, headers={})


@pytest.mark.parametrize(
    ("code", "words"), [(62, "for another host"), (10, "clock"), (9, "clock"), (20, "ca_path"), (66, "replaced")]
)
def test_the_hint_on_a_certificate_depends_on_the_error_of_openssl(
    monkeypatch: pytest.MonkeyPatch, code: int, words: str
) -> None:
    monkeypatch.delenv("REQUESTS_CA_BUNDLE", raising=False)
    monkeypatch.delenv("CURL_CA_BUNDLE", raising=False)
    problem = ssl.SSLCertVerificationError(1, "certificate verify failed")
    problem.verify_code = code
    transport, _session = make_transport(wrap(problem, requests.exceptions.SSLError))
    with pytest.raises(GraphError) as caught:
        transport.send("GET", URL, headers={})
    assert words in str(caught.value.hint)


def test_json_that_is_nested_too_deeply_raises_a_value_error() -> None:
    transport, _session = make_transport(Reply(200, "[" * 200_000))
    with pytest.raises(ValueError, match="."):
        transport.send("GET", URL, headers={}).json()


def test_the_hint_on_another_failed_handshake_does_not_name_the_ca() -> None:
    alert = wrap(ssl.SSLError(1, "[SSL: TLSV1_ALERT_PROTOCOL_VERSION]"), requests.exceptions.SSLError)
    transport, _session = make_transport(alert, verify="/the/ca.pem")
    with pytest.raises(GraphError, match="which TLS versions and certificates graph.example demands") as caught:
        transport.send("GET", URL, headers={})
    assert "/the/ca.pem" not in str(caught.value)


@pytest.mark.parametrize(
    ("raised", "words"),
    [
        (
            requests.exceptions.ReadTimeout(),
            "graph.example did not answer in 7 s, through the proxy proxy.example:8080",
        ),
        (wrap(ConnectionResetError(104, "reset")), "broke the connection: .*, through the proxy proxy.example:8080"),
        (wrap(http.client.BadStatusLine("<html>")), "did not answer in HTTP .BadStatusLine., through the proxy"),
        (requests.exceptions.ChunkedEncodingError("x"), "broke off its answer, through the proxy proxy.example:8080"),
    ],
)
def test_an_error_behind_a_proxy_names_the_proxy(raised: Exception, words: str) -> None:
    label = ProxyLabel("proxy.example:8080", "the option proxy", has_exceptions=False)
    transport = Transport(
        timeout=7.0, verify=True, proxy="http://proxy.example:8080", proxy_label=label, session=FakeSession(raised)
    )
    with pytest.raises(GraphError, match=words) as caught:
        transport.send("GET", URL, headers={})
    assert "Check whether the proxy runs and allows connections to graph.example" in str(caught.value.hint)


def test_an_error_of_a_host_in_no_proxy_does_not_name_the_proxy(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HTTPS_PROXY", "http://proxy.example:8080")
    monkeypatch.setenv("NO_PROXY", "graph.example")
    label = ProxyLabel("proxy.example:8080", "the environment variable HTTPS_PROXY", has_exceptions=True)
    session = FakeSession(requests.exceptions.ReadTimeout())
    transport = Transport(timeout=7.0, verify=True, proxy_label=label, session=session)
    with pytest.raises(GraphError) as caught:
        transport.send("GET", URL, headers={})
    assert "proxy.example" not in str(caught.value)


def test_urllib3_logs_nothing() -> None:
    make_transport()
    assert not logging.getLogger("urllib3.connectionpool").isEnabledFor(logging.CRITICAL)


# --- the limits of a response


def test_compression_is_neither_requested_nor_accepted() -> None:
    transport, session = make_transport(
        Reply(200, b"x", {"Content-Encoding": "gzip", "request-id": "r-1"}), Reply(200, b"x")
    )
    with pytest.raises(GraphError, match="sent a compressed answer") as caught:
        transport.send("GET", URL, headers={})
    assert session.sent[0].headers["Accept-Encoding"] == "identity"
    assert (caught.value.kind, caught.value.request_id, caught.value.transient) == ("protocol", "r-1", False)
    assert caught.value.status == 200
    assert "Check graph_url" in str(caught.value)


@pytest.mark.parametrize("encoding", ["identity", " Identity ", ""])
def test_a_response_with_the_encoding_identity_is_read(encoding: str) -> None:
    transport, _session = make_transport(Reply(200, b"x", {"Content-Encoding": encoding}))
    assert transport.send("GET", URL, headers={}).text == "x"


def test_a_body_shorter_than_content_length_is_incomplete() -> None:
    transport, _session = make_transport(
        Reply(200, b"half", {"Content-Length": "8"}), Reply(200, b"whole", {"Content-Length": "5"})
    )
    with pytest.raises(GraphError, match="broke off its answer") as caught:
        transport.send("GET", URL, headers={})
    assert (caught.value.kind, caught.value.transient, caught.value.outcome_unknown) == ("protocol", True, True)
    assert transport.send("GET", URL, headers={}).text == "whole"


def test_a_byte_order_mark_before_json_is_ignored() -> None:
    transport, _session = make_transport(Reply(200, b"\xef\xbb\xbf{}"))
    assert transport.send("GET", URL, headers={}).json() == {}


def test_an_untrusted_certificate_of_the_proxy_is_a_permanent_error() -> None:
    untrusted = ssl.SSLCertVerificationError(1, "CERTIFICATE_VERIFY_FAILED")
    transport, _session = make_transport(wrap(untrusted, requests.exceptions.ProxyError))
    with pytest.raises(
        GraphError, match="connection to the proxy on the way to .* CERTIFICATE_VERIFY_FAILED"
    ) as caught:
        transport.send("GET", URL, headers={})
    assert (caught.value.kind, caught.value.transient) == ("network", False)
    assert "ca_path" in str(caught.value)


def test_an_unreachable_proxy_is_reported_with_the_error_of_the_system() -> None:
    refused = ConnectionRefusedError(111, "Connection refused")
    transport, _session = make_transport(wrap(refused, requests.exceptions.ProxyError))
    with pytest.raises(GraphError, match="the proxy failed on the way to graph.example: Connection refused"):
        transport.send("GET", URL, headers={})


@pytest.mark.parametrize("cause", [OSError("user:pass-phrase"), http.client.BadStatusLine("user:pass-phrase")])
def test_other_texts_of_proxy_errors_are_not_shown(cause: Exception) -> None:
    transport, _session = make_transport(wrap(cause, requests.exceptions.ProxyError))
    with pytest.raises(GraphError, match="the proxy failed on the way to graph.example. Check proxy"):
        transport.send("GET", URL, headers={})


PROXY = "http://proxy.example:8080"
LABEL = ProxyLabel("proxy.example:8080", "the option proxy", has_exceptions=False)
LABEL_TEXT = "the proxy proxy.example:8080 (from the option proxy)"


@pytest.mark.parametrize(
    ("cause", "words"),
    [
        (
            ConnectionRefusedError(111, "Connection refused"),
            "failed on the way to graph.example: Connection refused. Check whether the proxy runs and allows"
            " connections to graph.example.",
        ),
        (OSError(f"{TUNNEL_FAILED}403 x"), "refused to connect to graph.example (403). Check whether the proxy runs"),
        (
            OSError(f"{TUNNEL_FAILED}407 x"),
            "asks for a user and a password on the way to graph.example (407). Give them in the option proxy",
        ),
        (ssl.SSLCertVerificationError(1, "untrusted"), "on the way to graph.example failed: "),
    ],
)
def test_an_error_of_the_proxy_names_its_address_and_source(cause: Exception, words: str) -> None:
    session = FakeSession(wrap(cause, requests.exceptions.ProxyError))
    transport = Transport(timeout=1.0, verify=True, proxy=PROXY, proxy_label=LABEL, session=session)
    with pytest.raises(GraphError) as caught:
        transport.send("GET", URL, headers={})
    assert f"{LABEL_TEXT} {words}" in str(caught.value)
    assert "NO_PROXY" not in str(caught.value)


def test_an_error_of_a_socks_proxy_is_not_reported_as_an_error_of_the_service() -> None:
    class ProxyConnectionError(OSError):
        """An exception like those of PySocks."""

    ProxyConnectionError.__module__ = "socks"
    refused = ConnectionRefusedError(111, "Connection refused")
    error = ProxyConnectionError("Error connecting to SOCKS5 proxy")
    error.__context__ = refused
    transport = Transport(timeout=1.0, verify=True, proxy=PROXY, proxy_label=LABEL, session=FakeSession(wrap(error)))
    with pytest.raises(
        GraphError, match=f"{re.escape(LABEL_TEXT)} failed on the way to graph.example: Connection refused"
    ):
        transport.send("GET", URL, headers={})


def test_an_earlier_exception_of_urllib3_is_not_the_root_cause() -> None:
    lost = ConnectionResetError(104, "Connection reset by peer")
    lost.__context__ = TypeError("getresponse() got an unexpected keyword argument 'buffering'")
    transport, _session = make_transport(wrap(lost))
    with pytest.raises(GraphError, match="broke the connection: .*Connection reset by peer"):
        transport.send("GET", URL, headers={})


def test_a_thread_that_cannot_be_started_raises_a_graph_error() -> None:
    transport, _session = make_transport(RuntimeError("can't start new thread"))
    with pytest.raises(GraphError, match="could not be made .RuntimeError."):
        transport.send("GET", URL, headers={})
