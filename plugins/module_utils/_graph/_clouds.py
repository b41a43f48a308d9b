# Copyright (c) 2026 the msgraph.intune maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# PRIVATE to this collection: it changes without notice, so nothing outside msgraph.intune should import it.

"""Which Graph root and which login authority belong together, and what a user may put in their place.

Source of the endpoints: https://learn.microsoft.com/graph/deployments
"""

from __future__ import annotations

import re
import typing as t
from urllib.parse import SplitResult, urlsplit

from ._errors import OptionsError

if t.TYPE_CHECKING:
    from collections.abc import Callable


class Cloud(t.NamedTuple):
    """One national cloud: its name, the root of its Graph (no version) and its login authority (no tenant)."""

    name: str
    graph_url: str
    authority_url: str

    @property
    def login_host(self) -> str:
        """The login service's host name, by which msal's cache tells clouds apart."""
        return urlsplit(self.authority_url).hostname or ""


CLOUDS: t.Final = {
    cloud.name: cloud
    for cloud in (
        Cloud("global", "https://graph.microsoft.com", "https://login.microsoftonline.com"),
        Cloud("us_gov_l4", "https://graph.microsoft.us", "https://login.microsoftonline.us"),
        Cloud("us_gov_l5", "https://dod-graph.microsoft.us", "https://login.microsoftonline.us"),
        Cloud("china", "https://microsoftgraph.chinacloudapi.cn", "https://login.partner.microsoftonline.cn"),
    )
}

# The names that Azure's tools, AWX's credential and Microsoft's licences use for the same clouds.
ALIASES: t.Final = {
    "AzureCloud": "global",
    "AzureUSGovernment": "us_gov_l4",
    "AzureChinaCloud": "china",
    "gcc_high": "us_gov_l4",
    "dod": "us_gov_l5",
}


def find_cloud(
    name: str,
    *,
    graph_url: str | None = None,
    authority_url: str | None = None,
    called: Callable[[str], str] = str,
) -> Cloud:
    """Return the cloud of that name or alias, with either URL replaced where one is given.

    :param called: from an option's name to what messages call it.
    :raises OptionsError: no such cloud, or a URL that could send a credential astray.
    """
    cloud = CLOUDS.get(ALIASES.get(name, name))
    if cloud is None:
        known = ", ".join((*CLOUDS, *ALIASES))
        raise OptionsError(f"{called('cloud')} is {name!r}, which is no known cloud", hint=f"Set it to one of {known}.")
    if graph_url is not None:
        cloud = cloud._replace(graph_url=_graph_root(called("graph_url"), graph_url))
    if authority_url is not None:
        cloud = cloud._replace(authority_url=_authority(called("authority_url"), authority_url))
    return cloud


def origin(url: str) -> tuple[str, str | None, int]:
    """Scheme, host and port of a URL, the default port filled in (RFC 6454): what must agree before a secret is sent.

    :raises ValueError: the port is no number.
    """
    parts = urlsplit(url)
    port = parts.port or {"https": 443, "http": 80}.get(parts.scheme, 0)
    return parts.scheme, parts.hostname, port


def same_origin(url: object, root: str) -> bool:
    """Whether what an answer gives as a URL leads to the origin of ``root``.

    One that two parsers could read differently, as a backslash before an @ makes them, counts as leading elsewhere.
    """
    if not isinstance(url, str) or not url.isprintable() or " " in url or "\\" in url:
        return False
    try:
        return is_plain_host(urlsplit(url).netloc) and origin(url) == origin(root)
    except ValueError:
        return False


# What YAML and Ansible make of a value that was meant to switch the option off.
_NO_HOSTS: t.Final = ("true", "false", "yes", "no", "on", "off", "none", "null")


def _authority(called: str, text: str) -> str:
    if text.lower() in _NO_HOSTS or text.isdigit():
        raise OptionsError(
            f"{called} is {text!r}, which is not a host",
            hint="Give the host, such as https://login.microsoftonline.com, or leave the option out.",
        )
    parts = _https(called, text if "://" in text else f"https://{text}")
    if parts.path.strip("/"):
        raise OptionsError(
            f"{called} has a path",
            hint="Give the host alone, such as https://login.microsoftonline.com; the tenant belongs in tenant_id.",
        )
    return f"https://{parts.netloc}"


def _graph_root(called: str, text: str) -> str:
    parts = _https(called, text)
    path = parts.path.rstrip("/")
    if {"v1.0", "beta"} & set(path.split("/")):
        raise OptionsError(
            f"{called} holds an API version",
            hint="Give the root alone, such as https://graph.microsoft.com.",
        )
    return f"https://{parts.netloc}{path}"


# Stricter than the grammar of URLs: what parsers read differently (user info, backslashes, spaces) is not let in, nor
# are host names that no resolver takes.
_LABEL = r"[A-Za-z0-9_](?:[A-Za-z0-9_-]{0,61}[A-Za-z0-9_])?"
_PLAIN_HOST: t.Final = rf"(?:{_LABEL}(?:\.{_LABEL})*|\[[0-9A-Fa-f:.]+\])(?::[0-9]{{1,5}})?"


def is_plain_host(text: str) -> bool:
    """Whether it is the name or address of a host, with a port or without, that nobody reads differently."""
    return re.fullmatch(_PLAIN_HOST, text) is not None


def _https(called: str, text: str) -> SplitResult:
    try:
        parts = urlsplit(text) if text.isprintable() else None
        plain = parts is not None and parts.port != 0 and is_plain_host(parts.netloc)
    except ValueError:
        parts, plain = None, False
    if parts is None or not plain or parts.scheme != "https" or parts.query or parts.fragment:
        # The text itself is not shown: what is wrong with it may be a password in it.
        raise OptionsError(
            f"{called} is not a plain https URL",
            hint="It must start with https:// and hold a host, without user, query or fragment.",
        )
    return parts
