# Copyright (c) 2026 the msgraph.intune maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# PRIVATE to this collection: it changes without notice, so nothing outside msgraph.intune should import it.

"""The Graph and login URLs of each national cloud, and checks for URLs.

Source of the endpoints: https://learn.microsoft.com/graph/deployments
"""

from __future__ import annotations

import re
import typing as t
from urllib.parse import SplitResult, unquote, urlsplit

from .errors import OptionsError

if t.TYPE_CHECKING:
    from collections.abc import Callable


# Paths that are encoded more often are refused.
_MAX_DECODINGS: t.Final = 5
# Servers refuse longer URLs.
_MAX_URL: t.Final = 16 * 1024
_MAX_HOST: t.Final = 300


class Cloud(t.NamedTuple):
    """A national cloud: its name, its Graph URL without version, and its login URL without tenant."""

    name: str
    graph_url: str
    authority_url: str

    @property
    def login_host(self) -> str:
        """The host name of the login service, which identifies the cloud in the cache of msal."""
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

# The names of the same clouds in Azure tools, in the credential type of AWX and in Microsoft licenses.
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
    label: Callable[[str], str] = str,
) -> Cloud:
    """Return the cloud with this name or alias.

    :param graph_url: replaces the Graph URL of the cloud.
    :param authority_url: replaces the login URL of the cloud.
    :param label: returns the label of an option for messages.
    :raises OptionsError: the cloud is unknown, or a URL could send a credential to another host.
    """
    cloud = CLOUDS.get(ALIASES.get(name, name))
    if cloud is None:
        names = ", ".join((*CLOUDS, *ALIASES))
        raise OptionsError(f"{label('cloud')} is {name!r}, which is no known cloud", hint=f"Set it to one of {names}.")
    if graph_url is not None:
        cloud = cloud._replace(graph_url=_read_graph_url(label("graph_url"), graph_url))
    if authority_url is not None:
        cloud = cloud._replace(authority_url=_read_authority_url(label("authority_url"), authority_url))
    return cloud


def origin(url: str) -> tuple[str, str | None, int]:
    """Return the origin of a URL (RFC 6454): scheme, host, and port or default port.

    :raises ValueError: the port is invalid.
    """
    parts = urlsplit(url)
    port = parts.port or {"https": 443, "http": 80}.get(parts.scheme, 0)
    return parts.scheme, parts.hostname, port


def same_origin(url: object, root: str) -> bool:
    """Return whether a URL from a response has the origin of ``root``.

    Return False for a URL that parsers may read in different ways, for example with a backslash before an @.
    """
    if not isinstance(url, str) or not url.isprintable() or " " in url or "\\" in url:
        return False
    try:
        return is_plain_host(urlsplit(url).netloc) and origin(url) == origin(root)
    except ValueError:
        return False


def is_below(url: object, root: str) -> bool:
    """Return whether a URL has the origin of ``root`` and a path below that of ``root``.

    Check the path before and after each percent-decoding, with its dot segments resolved. Clients and gateways may
    decode and resolve the path more than once.
    """
    if not isinstance(url, str) or len(url) > _MAX_URL or not same_origin(url, root):
        return False
    path, base = urlsplit(url).path, urlsplit(root).path
    if not base:
        return True
    for _round in range(_MAX_DECODINGS):
        # Check with and without empty segments: some servers remove these before they resolve "..".
        if not all(_has_prefix(_resolve(path, empty), _resolve(base, empty)) for empty in (True, False)):
            return False
        # unquote replaces bytes that are not UTF-8 by U+FFFD, for example an overlong form of a dot.
        if "\\" in path or "\ufffd" in path or not path.isprintable():
            return False
        decoded = unquote(path)
        if decoded == path:
            return True
        path, base = decoded, unquote(base)
    return False


def _resolve(path: str, keep_empty: bool) -> list[str]:
    """Return the segments of a path with its dot segments resolved (RFC 3986, section 5.2.4)."""
    segments: list[str] = []
    for segment in path.split("/")[1:]:
        # Some servers treat "..;x" as "..", and a decoded "#" or "?" as the end of the path.
        name = re.split("[;?#]", segment, maxsplit=1)[0]
        if name == "..":
            del segments[-1:]
        elif name != "." and (segment or keep_empty):
            segments.append(segment)
    return segments


def _has_prefix(segments: list[str], base: list[str]) -> bool:
    return segments[: len(base)] == base


# YAML and Ansible convert a value that disables an option to these texts.
_DISABLING_TEXTS: t.Final = ("true", "false", "yes", "no", "on", "off", "none", "null")


def _read_authority_url(label: str, text: str) -> str:
    if text.lower() in _DISABLING_TEXTS or text.isdigit():
        raise OptionsError(
            f"{label} is {text!r}, which is not a host",
            hint="Give the host, such as https://login.microsoftonline.com, or leave the option out.",
        )
    parts = _parse_https_url(label, text if "://" in text else f"https://{text}")
    if parts.path.strip("/"):
        raise OptionsError(
            f"{label} has a path",
            hint="Give the host alone, such as https://login.microsoftonline.com; the tenant belongs in tenant_id.",
        )
    return f"https://{parts.netloc}"


def _read_graph_url(label: str, text: str) -> str:
    parts = _parse_https_url(label, text)
    path = parts.path.rstrip("/")
    if {"v1.0", "beta"} & set(path.split("/")):
        raise OptionsError(
            f"{label} holds an API version",
            hint="Give the root alone, such as https://graph.microsoft.com.",
        )
    root = f"https://{parts.netloc}{path}"
    if not is_below(f"{root}/", root):
        raise OptionsError(
            f"{label} has a path that is not plain",
            hint="Give the path without blanks, backslashes and percent-encoded percent signs.",
        )
    return root


# Stricter than the syntax of URLs: refuse what parsers read in different ways (user info, backslashes, spaces), and
# invalid host names.
_LABEL = r"[A-Za-z0-9_](?:[A-Za-z0-9_-]{0,61}[A-Za-z0-9_])?"
_PLAIN_HOST: t.Final = rf"(?:{_LABEL}(?:\.{_LABEL})*|\[[0-9A-Fa-f:.]+\])(?::[0-9]{{1,5}})?"


def is_plain_host(text: str) -> bool:
    """Return whether a text is a host name or address, with or without a port, that all parsers read the same way."""
    return len(text) <= _MAX_HOST and re.fullmatch(_PLAIN_HOST, text) is not None


def _parse_https_url(label: str, text: str) -> SplitResult:
    try:
        parts = urlsplit(text) if text.isprintable() else None
        plain = parts is not None and parts.port != 0 and is_plain_host(parts.netloc)
    except ValueError:
        parts, plain = None, False
    if parts is None or not plain or parts.scheme != "https" or parts.query or parts.fragment:
        # The message does not contain the text, because it may contain a password.
        raise OptionsError(
            f"{label} is not a plain https URL",
            hint="It must start with https:// and hold a host, without user, query or fragment.",
        )
    return parts
