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
from urllib.parse import SplitResult, unquote, urlsplit

from .errors import OptionsError

if t.TYPE_CHECKING:
    from collections.abc import Callable


# A path is decoded this often at most; one that is encoded more often has no honest purpose.
_MAX_DECODINGS: t.Final = 5
# Servers refuse longer URLs.
_MAX_URL: t.Final = 16 * 1024
_MAX_HOST: t.Final = 300


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
    label: Callable[[str], str] = str,
) -> Cloud:
    """Return the cloud of that name or alias, with either URL replaced where one is given.

    :param called: from an option's name to what messages call it.
    :raises OptionsError: no such cloud, or a URL that could send a credential astray.
    """
    cloud = CLOUDS.get(ALIASES.get(name, name))
    if cloud is None:
        known = ", ".join((*CLOUDS, *ALIASES))
        raise OptionsError(f"{label('cloud')} is {name!r}, which is no known cloud", hint=f"Set it to one of {known}.")
    if graph_url is not None:
        cloud = cloud._replace(graph_url=_graph_root(label("graph_url"), graph_url))
    if authority_url is not None:
        cloud = cloud._replace(authority_url=_authority(label("authority_url"), authority_url))
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


def is_below(url: object, root: str) -> bool:
    """Return whether a URL has the origin of ``root`` and a path below that of ``root``.

    The path is checked as it is written and after each round of percent-decoding, its dot segments resolved: clients
    and gateways decode and resolve it as well, some of them twice.
    """
    if not isinstance(url, str) or len(url) > _MAX_URL or not same_origin(url, root):
        return False
    path, base = urlsplit(url).path, urlsplit(root).path
    if not base:
        return True
    for _round in range(_MAX_DECODINGS):
        # With and without empty segments, which some servers drop before they resolve "..".
        if not all(_starts_with(_resolve(path, keep), _resolve(base, keep)) for keep in (True, False)):
            return False
        # unquote makes U+FFFD of bytes that are not UTF-8, such as an overlong form of a dot.
        if "\\" in path or "\ufffd" in path or not path.isprintable():
            return False
        decoded = unquote(path)
        if decoded == path:
            return True
        path, base = decoded, unquote(base)
    return False


def _resolve(path: str, keep_empty: bool) -> list[str]:
    """Return the segments of a path after its dot segments are resolved (RFC 3986, section 5.2.4)."""
    segments: list[str] = []
    for segment in path.split("/")[1:]:
        # To some servers "..;x" is "..", and a decoded "#" or "?" ends the path.
        name = re.split("[;?#]", segment, maxsplit=1)[0]
        if name == "..":
            del segments[-1:]
        elif name != "." and (segment or keep_empty):
            segments.append(segment)
    return segments


def _starts_with(segments: list[str], base: list[str]) -> bool:
    return segments[: len(base)] == base


# What YAML and Ansible make of a value that was meant to switch the option off.
_NO_HOSTS: t.Final = ("true", "false", "yes", "no", "on", "off", "none", "null")


def _authority(label: str, text: str) -> str:
    if text.lower() in _NO_HOSTS or text.isdigit():
        raise OptionsError(
            f"{label} is {text!r}, which is not a host",
            hint="Give the host, such as https://login.microsoftonline.com, or leave the option out.",
        )
    parts = _https(label, text if "://" in text else f"https://{text}")
    if parts.path.strip("/"):
        raise OptionsError(
            f"{label} has a path",
            hint="Give the host alone, such as https://login.microsoftonline.com; the tenant belongs in tenant_id.",
        )
    return f"https://{parts.netloc}"


def _graph_root(label: str, text: str) -> str:
    parts = _https(label, text)
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


# Stricter than the grammar of URLs: what parsers read differently (user info, backslashes, spaces) is not let in, nor
# are host names that no resolver takes.
_LABEL = r"[A-Za-z0-9_](?:[A-Za-z0-9_-]{0,61}[A-Za-z0-9_])?"
_PLAIN_HOST: t.Final = rf"(?:{_LABEL}(?:\.{_LABEL})*|\[[0-9A-Fa-f:.]+\])(?::[0-9]{{1,5}})?"


def is_plain_host(text: str) -> bool:
    """Whether it is the name or address of a host, with a port or without, that nobody reads differently."""
    return len(text) <= _MAX_HOST and re.fullmatch(_PLAIN_HOST, text) is not None


def _https(label: str, text: str) -> SplitResult:
    try:
        parts = urlsplit(text) if text.isprintable() else None
        plain = parts is not None and parts.port != 0 and is_plain_host(parts.netloc)
    except ValueError:
        parts, plain = None, False
    if parts is None or not plain or parts.scheme != "https" or parts.query or parts.fragment:
        # The text itself is not shown: what is wrong with it may be a password in it.
        raise OptionsError(
            f"{label} is not a plain https URL",
            hint="It must start with https:// and hold a host, without user, query or fragment.",
        )
    return parts
