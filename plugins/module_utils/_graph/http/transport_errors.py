# Copyright (c) 2026 the msgraph.intune maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# PRIVATE to this collection: it changes without notice, so nothing outside msgraph.intune should import it.

"""Explain why a request got no usable response, and whether a retry can help."""

from __future__ import annotations

import http.client
import os
import re
import socket
import ssl
import typing as t

from ..errors import GraphError, GraphTimeoutError, NetworkError, ProtocolError
from .session import MAX_RESPONSE_BYTES, ResponseTooLargeError

if t.TYPE_CHECKING:
    from collections.abc import Iterator

    from .proxy_label import ProxyLabel

_PROXY_HINT = "Check proxy, or the environment variables HTTPS_PROXY, ALL_PROXY and NO_PROXY."
# Errors of an established connection. RemoteDisconnected is a ConnectionResetError.
_LOSSES = (ConnectionResetError, ConnectionAbortedError, BrokenPipeError)
# X509_V_ERR_* codes of OpenSSL (https://docs.openssl.org/master/man3/X509_STORE_CTX_get_error/).
_NAME_MISMATCH: t.Final = (62, 63, 64)
_NOT_VALID_NOW: t.Final = (9, 10)
_UNKNOWN_CA: t.Final = (None, 0, 1, 2, 18, 19, 20, 21)
# The message of http.client when a proxy refuses CONNECT (RFC 9110, section 9.3.6).
_TUNNEL = re.compile(r"Tunnel connection failed: ([0-9]{3})")


class CertificateCheck(t.NamedTuple):
    """The CA certificates that a request used.

    :param verify: True for the bundle of requests, False for no check, or the path of a file or folder.
    :param source: the option or the environment variable that holds the path; ``None`` when it is unknown.
    """

    verify: bool | str
    source: str | None = None


def find_ca_variable() -> str | None:
    """Return "the environment variable …" for the variable by which requests finds a CA file, or ``None``."""
    # In the order of requests.
    name = next((name for name in ("REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE") if os.environ.get(name)), None)
    return None if name is None else f"the environment variable {name}"


def convert_exception(
    exc: Exception,
    errors: t.Any,
    host: str,
    timeout: float,
    check: CertificateCheck,
    *,
    proxy: ProxyLabel | None = None,
) -> GraphError:
    """Convert an exception of requests or of a lower library into a GraphError.

    The message contains no text of an exception that could hold a part of the request or the password of a proxy.

    :param errors: the module ``requests.exceptions``.
    :param proxy: how messages name the proxy; ``None`` when it is unknown.
    """
    error: GraphError
    if any(isinstance(link, ResponseTooLargeError) for link in _chain(exc)):
        return ProtocolError(
            f"{host} sent an answer of more than {MAX_RESPONSE_BYTES} bytes",
            hint="Check graph_url and authority_url, and the proxies on the way.",
            outcome_unknown=True,
        )
    # Subclasses first: several of these classes inherit from others in this list.
    if isinstance(exc, errors.SSLError):
        error = _tls_error(exc, host, check, proxy)
    elif isinstance(exc, errors.ProxyError) or _is_from_socks(exc):
        error = _proxy_error(exc, host, check, proxy)
    elif isinstance(exc, errors.Timeout) or _timed_out(exc):
        error = GraphTimeoutError(
            f"{host} did not answer in {timeout:g} s{_via(proxy)}",
            hint=f"{_hint('Check the network of this host', host, proxy)} Or raise timeout.",
            connection_lost=True,
            outcome_unknown=not isinstance(exc, errors.ConnectTimeout),
        )
    elif isinstance(exc, errors.ChunkedEncodingError):
        error = incomplete_response(host, proxy)
    elif isinstance(exc, errors.ContentDecodingError):
        error = ProtocolError(
            f"{host} sent a damaged answer", hint="Check the proxies on the way.", outcome_unknown=True
        )
    elif isinstance(exc, errors.ConnectionError):
        error = _connection_error(exc, host, proxy)
    elif isinstance(exc, OSError) and not isinstance(exc, errors.RequestException):
        error = NetworkError(
            f"{host} could not be asked: {exc}",
            hint="Check ca_path, or the environment variables REQUESTS_CA_BUNDLE and CURL_CA_BUNDLE.",
        )
    else:
        error = ProtocolError(f"the request to {host} could not be made ({type(exc).__name__})", hint=_PROXY_HINT)
    return error


def _via(proxy: ProxyLabel | None) -> str:
    return "" if proxy is None else proxy.via


def _hint(advice: str, host: str, proxy: ProxyLabel | None) -> str:
    """Return the advice as a sentence, with advice about the proxy."""
    return f"{advice}, and its proxy." if proxy is None else f"{advice}. {proxy.hint(host)}"


def _tls_error(exc: Exception, host: str, check: CertificateCheck, proxy: ProxyLabel | None = None) -> GraphError:
    cause = _root_cause(exc)
    if isinstance(cause, (ssl.SSLEOFError, ssl.SSLZeroReturnError)):
        # Not an error of TLS: the connection ended during the handshake.
        return _lost(host, "the connection was closed", proxy)
    return NetworkError(
        f"the TLS connection to {host} failed: {_exception_text(cause)}", hint=_tls_hint(cause, host, check)
    )


def _tls_hint(cause: BaseException, host: str, check: CertificateCheck) -> str:
    verify_code = getattr(cause, "verify_code", None)
    if getattr(cause, "reason", None) in ("WRONG_VERSION_NUMBER", "HTTP_REQUEST"):
        hint = "What answers does not speak TLS: check graph_url, authority_url and their ports, and the proxies."
    elif not isinstance(cause, ssl.SSLCertVerificationError):
        hint = (
            f"Check graph_url, authority_url and the proxies, and which TLS versions and certificates {host} demands."
        )
    elif verify_code in _NAME_MISMATCH:
        hint = "The certificate is for another host: check graph_url, authority_url and the proxies."
    elif verify_code in _NOT_VALID_NOW:
        hint = "Check the clock of this host; if it is right, the certificate has to be renewed."
    elif verify_code in _UNKNOWN_CA:
        hint = _ca_hint(host, check)
    else:
        hint = f"OpenSSL on this host does not accept the certificate of {host}: have it replaced."
    return hint


def _ca_hint(host: str, check: CertificateCheck) -> str:
    if not isinstance(check.verify, str):
        return "If a proxy inspects TLS here, or the service has a private CA, name its PEM file in ca_path."
    source = "" if check.source is None else f" (the path comes from {check.source})"
    advice = "Set ca_path to a PEM file that contains this CA."
    if os.path.isdir(check.verify):
        return (
            f"The folder {check.verify} does not contain the CA of {host}, or was not prepared with 'openssl rehash'"
            f"{source}. {advice}"
        )
    return f"{check.verify} does not contain the CA of {host}{source}. {advice}"


def _proxy_error(exc: Exception, host: str, check: CertificateCheck, proxy: ProxyLabel | None) -> GraphError:
    cause = _root_cause(exc)
    label, hint = "the proxy", _PROXY_HINT
    if proxy is not None:
        label, hint = f"the proxy {proxy.address} (from {proxy.source})", proxy.hint(host)
    if isinstance(cause, ssl.SSLError):
        return _tls_error(exc, f"{label} on the way to {host}", check)
    refusal = _TUNNEL.search(str(cause))
    status = int(refusal.group(1)) if refusal else 0
    if status == 407:
        if proxy is not None and proxy.has_user:
            return NetworkError(
                f"{label} refused the user or the password on the way to {host} (407)",
                hint=f"Correct them in {proxy.source}. Special characters must be percent-encoded.",
            )
        return NetworkError(
            f"{label} asks for a user and a password on the way to {host} (407)",
            hint="Give them in the option proxy, as http://user:password@host:port.",
        )
    if refusal:
        # These statuses are transient, like those of a gateway.
        return NetworkError(
            f"{label} refused to connect to {host} ({status})",
            hint=hint,
            connection_lost=status in (502, 503, 504),
        )
    # Only the text of the operating system. Other texts can contain the URL of the proxy with its password.
    why = f": {cause.strerror}" if isinstance(cause, OSError) and cause.strerror else ""
    return NetworkError(f"{label} failed on the way to {host}{why}", hint=hint, connection_lost=_is_transient(cause))


def _is_from_socks(exc: Exception) -> bool:
    """Return whether PySocks raised an exception of the chain. requests reports it as a ConnectionError."""
    return any(type(link).__module__ == "socks" for link in _chain(exc))


def _connection_error(exc: Exception, host: str, proxy: ProxyLabel | None) -> GraphError:
    cause = _root_cause(exc)
    # The response is not HTTP. RemoteDisconnected is an HTTPException, too, but it means a lost connection.
    if isinstance(cause, http.client.HTTPException) and not isinstance(cause, ConnectionError):
        return ProtocolError(
            f"{host} did not answer in HTTP ({type(cause).__name__}){_via(proxy)}",
            hint=_hint("Check graph_url and authority_url", host, proxy),
        )
    if isinstance(cause, _LOSSES):
        return _lost(host, _exception_text(cause), proxy)
    return NetworkError(
        f"{host} could not be reached: {_exception_text(cause)}",
        hint="Check name resolution, routes, firewall and proxy of the host that runs the module.",
        connection_lost=_is_transient(cause),
    )


def _lost(host: str, why: str, proxy: ProxyLabel | None) -> NetworkError:
    return NetworkError(
        f"{host} broke the connection: {why}{_via(proxy)}",
        hint=_hint("Run the task again; check the firewalls on the way", host, proxy),
        connection_lost=True,
        outcome_unknown=True,
    )


def incomplete_response(host: str, proxy: ProxyLabel | None = None) -> ProtocolError:
    """Return the error of a response that is not complete."""
    return ProtocolError(
        f"{host} broke off its answer{_via(proxy)}",
        hint=_hint("Run the task again; check the firewalls on the way", host, proxy),
        connection_lost=True,
        outcome_unknown=True,
    )


def _is_transient(cause: BaseException) -> bool:
    """Return whether a retry can help. A host name that does not exist is permanent; a failed lookup is transient."""
    return not isinstance(cause, socket.gaierror) or cause.errno == socket.EAI_AGAIN


def _timed_out(exc: BaseException) -> bool:
    """Return whether our own timeout expired. A timeout of the operating system has an error number."""
    return any(isinstance(link, socket.timeout) and link.errno is None for link in _chain(exc))


def _exception_text(cause: BaseException) -> str:
    """Return the text of an exception, or the name of its class."""
    return str(cause) or type(cause).__name__


def _root_cause(exc: BaseException) -> BaseException:
    """Return the first network error of the chain. urllib3 can raise further exceptions while it handles one."""
    chain = list(_chain(exc))
    causes = [link for link in chain if isinstance(link, (OSError, http.client.HTTPException))]
    return (causes or chain)[-1]


def _chain(exc: BaseException) -> Iterator[BaseException]:
    seen: set[int] = set()
    inner: BaseException | None = exc
    while inner is not None and id(inner) not in seen:
        yield inner
        seen.add(id(inner))
        reason = getattr(inner, "reason", None)
        inner = (
            reason
            if isinstance(reason, BaseException)
            else inner.__cause__
            or inner.__context__
            or next((arg for arg in inner.args if isinstance(arg, BaseException)), None)
        )
