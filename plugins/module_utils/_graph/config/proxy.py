# Copyright (c) 2026 the msgraph.intune maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# PRIVATE to this collection: it changes without notice, so nothing outside msgraph.intune should import it.

"""Check the proxy from the option or the environment, and find the secrets in its URL."""

from __future__ import annotations

import re
import typing as t
from urllib.parse import SplitResult, unquote, urlsplit

from ..clouds import is_plain_host
from ..dependencies import install_command, is_installed
from ..errors import OptionsError
from ..http.proxy_label import ProxyLabel
from ..masking import MASK

if t.TYPE_CHECKING:
    from .options import ProvidedOptions

_HTTP_SCHEMES = ("http", "https")
_SOCKS_SCHEMES = ("socks4", "socks4a", "socks5", "socks5h")
# The default ports of urllib3 and PySocks.
_DEFAULT_PORTS: t.Final = {"http": 80, "https": 443}
_SOCKS_PORT: t.Final = 1080
_SCHEME = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*://")


def read_proxy(label: str, text: str) -> str:
    """Return the URL of an HTTP proxy. Add the scheme to a value that is only a host.

    :param label: the name of the value in messages.
    :raises OptionsError: the value is not the URL of an HTTP proxy. The message does not contain the value, because it
        may contain a password.
    """
    url = _with_scheme(text)
    parts = _split(url)
    if (
        parts is None
        or not is_plain_host(parts.netloc.rpartition("@")[2])
        or parts.scheme not in _HTTP_SCHEMES
        or parts.path not in ("", "/")
        or parts.query
        or parts.fragment
    ):
        raise OptionsError(
            f"{label} is not the URL of an HTTP proxy",
            hint="Give it as http://host:port or https://host:port, where it needs them with user:password@ before the"
            " host, special characters in them percent-encoded.",
        )
    return url


def check_environment_proxy(env_var: str, text: str) -> None:
    """Check that requests can use a proxy variable.

    requests accepts more than :func:`read_proxy`: SOCKS proxies, and a path, which it ignores.

    :raises OptionsError: the variable does not contain the URL of a proxy, or its scheme needs a package that is
        missing. The message does not contain the URL, because it may contain a password.
    """
    parts = _split(_with_scheme(text))
    # An @ after the host belongs to a password that contains a slash, a question mark or a hash.
    if (
        parts is None
        or parts.scheme not in (*_HTTP_SCHEMES, *_SOCKS_SCHEMES)
        or "@" in parts.path + parts.query + parts.fragment
    ):
        raise OptionsError(
            f"The environment variable {env_var} is not the URL of a proxy",
            hint="Correct or remove it, or set the option proxy, which comes first. Special characters in user and"
            " password must be percent-encoded.",
        )
    if parts.scheme in _SOCKS_SCHEMES and not is_installed("socks"):
        raise OptionsError(
            f"The environment variable {env_var} names a SOCKS proxy, for which the Python package PySocks is missing",
            hint=f"Run {install_command('PySocks')}, or set the option proxy to the URL of an HTTP proxy.",
        )


def label_proxy(provided: ProvidedOptions) -> ProxyLabel | None:
    """Return the label of the proxy for messages, or ``None`` if no proxy is configured."""
    value = provided.get("proxy") or provided.environment_proxy
    parts = _split(_with_scheme(str(value.content))) if value is not None else None
    if value is None or parts is None:
        return None
    host = parts.netloc.rpartition("@")[2].rstrip(":")
    address = host if parts.port is not None else f"{host}:{_DEFAULT_PORTS.get(parts.scheme, _SOCKS_PORT)}"
    return ProxyLabel(address, value.source("proxy"), "proxy" not in provided, "@" in parts.netloc)


def bypasses_proxy(url: str, no_proxy: str) -> bool:
    """Return whether requests bypasses the proxy for this URL, with this content of the variable NO_PROXY."""
    parts = urlsplit(url)
    hosts = (parts.hostname or "", parts.netloc.lower())
    names = [name.strip().lower().lstrip(".") for name in no_proxy.split(",") if name.strip()]
    return any(name == "*" or host.endswith(name) for name in names for host in hosts)


def user_info_secrets(url: str) -> tuple[str, ...]:
    """Return the secrets in the URL of a proxy: its whole user info, and its password, encoded and decoded."""
    info = _user_info(url)
    password = info.partition(":")[2]
    return tuple(dict.fromkeys(secret for secret in (info, password, unquote(password)) if secret.strip()))


def without_user_info(url: str) -> str:
    """Return the URL with its user info masked."""
    info = _user_info(url)
    return url.replace(f"{info}@", f"{MASK}@", 1) if info else url


def _with_scheme(text: str) -> str:
    return text if _SCHEME.match(text) else f"http://{text}"


def _split(url: str) -> SplitResult | None:
    """Return the parts of a URL, or ``None`` if it has no host or an invalid port."""
    try:
        parts = urlsplit(url) if url.isprintable() and " " not in url else None
        return parts if parts is not None and parts.hostname and parts.port != 0 else None
    except ValueError:
        return None


def _user_info(url: str) -> str:
    # Do not use urlsplit here: an invalid URL may also contain a password.
    scheme = _SCHEME.match(url)
    return url[scheme.end() if scheme else 0 :].rpartition("@")[0]
