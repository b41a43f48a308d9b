# Copyright (c) 2026 the msgraph.intune maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# PRIVATE to this collection: it changes without notice, so nothing outside msgraph.intune should import it.

"""The proxy that a task goes by, and the secrets in the address of one."""

from __future__ import annotations

import re
from urllib.parse import unquote, urlsplit

from ._clouds import is_plain_host
from ._errors import OptionsError

# By these names requests finds a proxy, in either case.
_MASK = "********"
_SCHEME = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*://")


def read_proxy(called: str, text: str) -> str:
    """Return the proxy's URL, its scheme filled in where only a host was given.

    :param called: what messages call it.
    :raises OptionsError: it is no URL of an HTTP proxy; the message does not show it, as it may hold a password.
    """
    url = text if _SCHEME.match(text) else f"http://{text}"
    try:
        parts = urlsplit(url) if url.isprintable() and " " not in url else None
        host = "" if parts is None or parts.port == 0 else parts.netloc.rpartition("@")[2]
    except ValueError:
        parts, host = None, ""
    if (
        parts is None
        or not is_plain_host(host)
        or parts.scheme not in ("http", "https")
        or parts.path not in ("", "/")
        or parts.query
        or parts.fragment
    ):
        raise OptionsError(
            f"{called} is not the URL of an HTTP proxy",
            hint="Give it as http://host:port or https://host:port, where it needs them with user:password@ before the"
            " host, special characters in them percent-encoded.",
        )
    return url


def user_info_secrets(url: str) -> tuple[str, ...]:
    """What must never be shown of a proxy's URL: its user info as a whole, and the password, encoded and decoded."""
    info = _user_info(url)
    password = info.partition(":")[2]
    return tuple(dict.fromkeys(secret for secret in (info, password, unquote(password)) if secret.strip()))


def without_user_info(url: str) -> str:
    """The URL, fit to be shown."""
    info = _user_info(url)
    return url.replace(f"{info}@", f"{_MASK}@", 1) if info else url


def _user_info(url: str) -> str:
    # By hand, for a URL that no parser takes may hold a password, too.
    scheme = _SCHEME.match(url)
    return url[scheme.end() if scheme else 0 :].rpartition("@")[0]
