# Copyright (c) 2026 the msgraph.intune maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# PRIVATE to this collection: it changes without notice, so nothing outside msgraph.intune should import it.

"""Tells apart the ways in which a request gets no usable answer."""

from __future__ import annotations

import http.client
import typing as t

from ._errors import DeadlineError, GraphError, NetworkError, ProtocolError

_PROXY_HINT = "Check the environment variables HTTPS_PROXY, ALL_PROXY and NO_PROXY."


def explain(exc: Exception, errors: t.Any, host: str, timeout: float, verify: bool | str) -> GraphError:
    """Turn an exception of requests, or of what it uses, into ours.

    No text of an exception is shown that could hold a part of the request or the password of a proxy.

    :param errors: the module ``requests.exceptions``.
    """
    # From the special to the general: several of these classes inherit from others of them.
    error: GraphError
    if isinstance(exc, errors.SSLError):
        error = NetworkError(
            f"the TLS connection to {host} failed: {_innermost(exc)}",
            hint=f"No CA in {verify} vouches for it; a folder must be prepared with 'openssl rehash'."
            if isinstance(verify, str)
            else "If a proxy inspects TLS here, or the service has a private CA, name its PEM file in ca_path.",
        )
    elif isinstance(exc, errors.ProxyError):
        error = NetworkError(f"the proxy on the way to {host} failed", hint=_PROXY_HINT)
    elif isinstance(exc, errors.Timeout):
        error = DeadlineError(
            f"{host} did not answer in {timeout:g} s", hint="Check the network of this host, or raise timeout."
        )
    elif isinstance(exc, (errors.ChunkedEncodingError, errors.ContentDecodingError)):
        error = ProtocolError(
            f"{host} broke off its answer, or sent it damaged", hint="Run the task again; check the proxies on the way."
        )
    elif isinstance(exc, errors.ConnectionError):
        error = _connection_error(exc, host)
    elif isinstance(exc, OSError) and not isinstance(exc, errors.RequestException):
        error = NetworkError(
            f"{host} could not be asked: {exc}",
            hint="Check ca_path, or the environment variables REQUESTS_CA_BUNDLE and CURL_CA_BUNDLE.",
        )
    else:
        error = ProtocolError(f"the request to {host} could not be made ({type(exc).__name__})", hint=_PROXY_HINT)
    return error


def _connection_error(exc: Exception, host: str) -> GraphError:
    cause = _deepest(exc)
    # What answered does not speak HTTP; a connection that just ends is a class of that, too, and means no answer.
    if isinstance(cause, http.client.HTTPException) and not isinstance(cause, ConnectionError):
        return ProtocolError(
            f"{host} did not answer in HTTP ({type(cause).__name__})",
            hint="Check graph_url, authority_url and proxies.",
        )
    return NetworkError(
        f"{host} could not be reached: {_innermost(exc)}",
        hint="Check name resolution, routes, firewall and proxy of the host that runs the module.",
    )


def _innermost(exc: BaseException) -> str:
    """The text of the first cause: the only one in the chain that is written for people."""
    cause = _deepest(exc)
    return str(cause) or type(cause).__name__


def _deepest(exc: BaseException) -> BaseException:
    seen = {id(exc)}
    while True:
        reason = getattr(exc, "reason", None)
        inner = reason if isinstance(reason, BaseException) else exc.__cause__ or exc.__context__
        inner = inner or next((arg for arg in exc.args if isinstance(arg, BaseException)), None)
        if inner is None or id(inner) in seen:
            return exc
        seen.add(id(inner))
        exc = inner
