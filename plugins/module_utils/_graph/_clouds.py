# Copyright (c) 2026 the msgraph.intune maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# PRIVATE to this collection: it changes without notice, so nothing outside msgraph.intune should import it.

"""Which Graph root and which login authority belong together, and what a user may put in their place.

Source of the endpoints: https://learn.microsoft.com/graph/deployments
"""

from __future__ import annotations

import dataclasses
import re
import typing as t
from urllib.parse import SplitResult, urlsplit

from ._errors import OptionsError


@dataclasses.dataclass(frozen=True)
class Cloud:
    """One national cloud: its name, the root of its Graph (no version) and its login authority (no tenant)."""

    name: str
    graph_url: str
    authority_url: str


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


def find_cloud(name: str, *, graph_url: str | None = None, authority_url: str | None = None) -> Cloud:
    """Return the cloud of that name or alias, with either URL replaced where one is given.

    :raises OptionsError: no such cloud, or a URL that could send a credential astray.
    """
    cloud = CLOUDS.get(ALIASES.get(name, name))
    if cloud is None:
        known = ", ".join((*CLOUDS, *ALIASES))
        raise OptionsError(f"The cloud {name!r} is unknown", hint=f"Set cloud to one of {known}.")
    if graph_url is not None:
        cloud = dataclasses.replace(cloud, graph_url=_graph_root(graph_url))
    if authority_url is not None:
        cloud = dataclasses.replace(cloud, authority_url=_authority(authority_url))
    return cloud


def origin(url: str) -> tuple[str, str, int]:
    """Scheme, host and port of a URL, the default port filled in (RFC 6454): what must agree before a secret is sent.

    :raises ValueError: the port is no number.
    """
    parts = urlsplit(url)
    port = parts.port or {"https": 443, "http": 80}.get(parts.scheme, 0)
    return parts.scheme.lower(), (parts.hostname or "").lower(), port


def _authority(text: str) -> str:
    parts = _https("authority_url", text if "://" in text else f"https://{text}")
    if parts.path.strip("/"):
        raise OptionsError(
            f"authority_url {text!r} has a path",
            hint="Give the host alone, as in https://login.microsoftonline.com; the tenant belongs into tenant_id.",
        )
    return f"https://{parts.netloc}"


def _graph_root(text: str) -> str:
    parts = _https("graph_url", text)
    path = parts.path.rstrip("/")
    if path.endswith(("/v1.0", "/beta")):
        raise OptionsError(
            f"graph_url {text!r} ends with an API version",
            hint="Give the root alone, as in https://graph.microsoft.com.",
        )
    return f"https://{parts.netloc}{path}"


# Stricter than the grammar of URLs: what parsers read differently (user info, backslashes, spaces) is not let in.
_PLAIN_HOST = re.compile(r"(?:[A-Za-z0-9.-]+|\[[0-9A-Fa-f:.]+\])(?::[0-9]{1,5})?")


def _https(option: str, text: str) -> SplitResult:
    parts = urlsplit(text) if text.isprintable() else SplitResult("", "", "", "", "")
    plain = parts.scheme == "https" and _PLAIN_HOST.fullmatch(parts.netloc) and not (parts.query or parts.fragment)
    if not plain:
        # The text itself is not shown: what is wrong with it may be a password in it.
        raise OptionsError(
            f"{option} is not a plain https URL",
            hint="It must start with https:// and hold a host, without user, query or fragment.",
        )
    return parts
