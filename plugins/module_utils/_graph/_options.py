# Copyright (c) 2026 the msgraph.intune maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# PRIVATE to this collection: it changes without notice, so nothing outside msgraph.intune should import it.

"""The options that every module shares: what they are called, where else their values may stand, and what they mean.

The environment is read here, once, and not by the argument spec's ``fallback``: an empty string counts as unset in
options and environment alike (job templates deliver those), and each value remembers where it came from.
"""

from __future__ import annotations

import dataclasses
import math
import os
import typing as t

from ._clouds import Cloud, find_cloud
from ._errors import OptionsError

if t.TYPE_CHECKING:
    from collections.abc import Mapping


@dataclasses.dataclass(frozen=True)
class Option:
    """One option: its names, the environment variables that stand in for it (first non-empty wins), its secrecy."""

    name: str
    aliases: tuple[str, ...] = ()
    environment: tuple[str, ...] = ()
    # "raw" where Ansible's own type would refuse the empty string that a job template sends for "not given".
    type: str = "str"
    secret: bool = False

    def __str__(self) -> str:
        """The option and its environment names, for messages."""
        return f"{self.name} (environment: {', '.join(self.environment)})"


OPTIONS: t.Final = {
    option.name: option
    for option in (
        Option("auth_method", environment=("MSGRAPH_AUTH_METHOD",)),
        Option("access_token", environment=("MSGRAPH_ACCESS_TOKEN",), secret=True),
        Option("tenant_id", aliases=("tenant",), environment=("AZURE_TENANT_ID", "AZURE_TENANT")),
        Option("client_id", environment=("AZURE_CLIENT_ID",)),
        Option("client_secret", aliases=("secret",), environment=("AZURE_CLIENT_SECRET", "AZURE_SECRET"), secret=True),
        Option("cloud", aliases=("cloud_environment",), environment=("AZURE_CLOUD_ENVIRONMENT",)),
        Option("authority_url", aliases=("authority_host",), environment=("AZURE_AUTHORITY_HOST",)),
        Option("graph_url", environment=("MSGRAPH_URL",)),
        Option("timeout", environment=("MSGRAPH_TIMEOUT",), type="raw"),
        Option("validate_certs", environment=("MSGRAPH_VALIDATE_CERTS",), type="raw"),
        Option("ca_path", environment=("MSGRAPH_CA_PATH",), type="path"),
    )
}

# Two naming schemes share the prefix AZURE_: that of Ansible's Azure collection and AWX, and that of azure-identity.
# Where both are set, a secret belongs to the tenant of its own scheme.
_TENANT_BESIDE_SECRET: t.Final = {"AZURE_SECRET": ("AZURE_TENANT", "AZURE_TENANT_ID")}


@dataclasses.dataclass(frozen=True)
class Value:
    """What the user gave, and where: in the environment variable ``variable``, or as the option when that is None."""

    content: t.Any = dataclasses.field(repr=False)
    variable: str | None = None


@dataclasses.dataclass(frozen=True)
class Settings:
    """What the options mean: made once, at the door; from here on nobody looks at options or environment again."""

    cloud: Cloud
    auth_method: str
    credentials: Mapping[str, Value] = dataclasses.field(repr=False)
    """The values given that may say who signs in, by option name."""
    timeout: float
    """Seconds to connect, and between two reads."""
    verify: bool | str
    """As for requests: check certificates, do not, or check them against the CA file or folder of that path."""
    secrets: tuple[str, ...] = dataclasses.field(repr=False)
    """What must never be shown."""


def argument_spec() -> dict[str, dict[str, t.Any]]:
    """The shared options in the form that AnsibleModule takes."""
    return {
        option.name: {"type": option.type, "aliases": list(option.aliases), "no_log": option.secret}
        for option in OPTIONS.values()
    }


def given_values(params: Mapping[str, t.Any], environ: Mapping[str, str]) -> dict[str, Value]:
    """Merge options and environment, option by option; what is empty, blank or null is left out.

    :param params: values by option name; names that are not shared options are ignored.
    """
    given = {}
    for option in OPTIONS.values():
        value = _first(option, params, environ, option.environment)
        if value is not None:
            given[option.name] = value
    secret = given.get("client_secret")
    variables = _TENANT_BESIDE_SECRET.get((secret and secret.variable) or "")
    if variables:
        tenant = _first(OPTIONS["tenant_id"], params, environ, variables)
        if tenant is not None:
            given["tenant_id"] = tenant
    return given


def secrets_of(given: Mapping[str, Value]) -> tuple[str, ...]:
    """The values among these that must never be shown."""
    return tuple(str(value.content) for name, value in given.items() if OPTIONS[name].secret)


def read_settings(given: Mapping[str, Value]) -> Settings:
    """Give the values their meaning.

    :raises OptionsError: one does not fit; the message names the option or variable, and never shows a secret.
    """

    def text(name: str) -> str | None:
        return str(given[name].content) if name in given else None

    return Settings(
        cloud=find_cloud(text("cloud") or "global", graph_url=text("graph_url"), authority_url=text("authority_url")),
        auth_method=text("auth_method") or "auto",
        credentials=given,
        timeout=_seconds("timeout", given, default=30.0),
        verify=_verify(given),
        secrets=secrets_of(given),
    )


def describe(name: str, value: Value) -> str:
    """How to call the value in a message: by its option, or by the variable that it came from."""
    return name if value.variable is None else f"{name} (from the environment variable {value.variable})"


def _first(
    option: Option, params: Mapping[str, t.Any], environ: Mapping[str, str], variables: tuple[str, ...]
) -> Value | None:
    candidates = [Value(params.get(option.name))]
    candidates += [Value(environ.get(variable), variable) for variable in variables]
    for candidate in candidates:
        content = candidate.content
        if isinstance(content, str):
            content = content.strip()
        if content is not None and content != "":
            return dataclasses.replace(candidate, content=content)
    return None


def _verify(given: Mapping[str, Value]) -> bool | str:
    if not _boolean("validate_certs", given, default=True):
        return False
    if "ca_path" not in given:
        return True
    path = os.path.expanduser(str(given["ca_path"].content))
    if not os.path.exists(path):
        raise OptionsError(
            f"{describe('ca_path', given['ca_path'])} names {path!r}, which does not exist on this host",
            hint="Give a PEM file of CA certificates, or a folder of them, on the host that runs the module.",
        )
    return path


def _boolean(name: str, given: Mapping[str, Value], *, default: bool) -> bool:
    if name not in given:
        return default
    content = given[name].content
    word = content.lower() if isinstance(content, str) else content
    if word in (True, "true", "yes", "on", "y", "t", "1"):
        return True
    if word in (False, "false", "no", "off", "n", "f", "0"):
        return False
    raise OptionsError(f"{describe(name, given[name])} is not a boolean", hint="Give true or false.")


def _seconds(name: str, given: Mapping[str, Value], *, default: float) -> float:
    if name not in given:
        return default
    content = given[name].content
    try:
        seconds = math.nan if isinstance(content, bool) else float(content)
    except (TypeError, ValueError):
        seconds = math.nan
    if not 0 < seconds < math.inf:
        raise OptionsError(
            f"{describe(name, given[name])} is not a number of seconds above 0", hint="Give a number, such as 30."
        )
    return seconds
