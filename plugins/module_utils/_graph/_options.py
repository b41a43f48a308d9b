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
import re
import ssl
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
    # Blanks at its ends belong to it, as they may to a password.
    verbatim: bool = False

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
        Option(
            "certificate_path",
            aliases=("x509_certificate_path",),
            environment=("AZURE_CLIENT_CERTIFICATE_PATH", "AZURE_X509_CERTIFICATE_PATH"),
            type="path",
        ),
        Option("certificate_password", environment=("AZURE_CLIENT_CERTIFICATE_PASSWORD",), secret=True, verbatim=True),
        Option("client_secret", aliases=("secret",), environment=("AZURE_CLIENT_SECRET", "AZURE_SECRET"), secret=True),
        Option("federated_token", aliases=("oidc_token",), environment=("AZURE_FEDERATED_TOKEN",), secret=True),
        Option(
            "federated_token_file",
            aliases=("oidc_token_file_path",),
            environment=("AZURE_FEDERATED_TOKEN_FILE",),
            type="path",
        ),
        Option("username", aliases=("ad_user",), environment=("AZURE_USERNAME", "AZURE_AD_USER")),
        Option("password", environment=("AZURE_PASSWORD",), secret=True, verbatim=True),
        Option("refresh_token", environment=("MSGRAPH_REFRESH_TOKEN",), secret=True),
        Option("token_cache_path", environment=("MSGRAPH_TOKEN_CACHE",), type="path"),
        Option("cloud", aliases=("cloud_environment",), environment=("AZURE_CLOUD_ENVIRONMENT",)),
        Option("authority_url", aliases=("authority_host",), environment=("AZURE_AUTHORITY_HOST",)),
        Option("graph_url", environment=("MSGRAPH_URL",)),
        Option("timeout", environment=("MSGRAPH_TIMEOUT",), type="raw"),
        Option("validate_certs", environment=("MSGRAPH_VALIDATE_CERTS",), type="raw"),
        Option("ca_path", environment=("MSGRAPH_CA_PATH",), type="path"),
    )
}

# Two naming schemes share the prefix AZURE_: that of Ansible's Azure collection and AWX, and that of azure-identity.
# Where both are set, a credential belongs to the tenant of its own scheme; these are the first scheme's names.
_COLLECTION_SCHEME: t.Final = ("AZURE_TENANT", "AZURE_SECRET", "AZURE_X509_CERTIFICATE_PATH", "AZURE_AD_USER")

# By these pairs an Azure platform announces that it has an identity for the workload: an endpoint, and what it must be
# shown or where else it is. Half a pair would make msal ask a metadata address.
# Source: https://learn.microsoft.com/azure/app-service/overview-managed-identity
_IDENTITY_PAIRS: t.Final = (
    ("IDENTITY_ENDPOINT", "IDENTITY_HEADER"),
    ("IDENTITY_ENDPOINT", "IMDS_ENDPOINT"),
    ("MSI_ENDPOINT", "MSI_SECRET"),
)
_IDENTITY_SECRETS: t.Final = ("IDENTITY_HEADER", "MSI_SECRET")

# What is no path, but the beginning of a key, a certificate or a token that was put in the place of one.
_CONTENT: t.Final = re.compile(r"-----BEGIN|^eyJ|[\x00-\x1f]")

# No wait for an answer is worth longer, and operating systems refuse much more.
_DAY: t.Final = 86_400

# How strongly something was asked for: the lower, the more.
RANK_OPTION: t.Final = 0
RANK_ENVIRONMENT: t.Final = 1
RANK_AMBIENT: t.Final = 2


@dataclasses.dataclass(frozen=True)
class Value:
    """What the user gave, and where: in the environment variable ``variable``, or as the option when that is None.

    ``others`` are the values of further variables for the same option, which this one came before.
    """

    content: t.Any = dataclasses.field(repr=False)
    variable: str | None = None
    others: tuple[Value, ...] = dataclasses.field(default=(), repr=False)


class Given(dict[str, Value]):
    """The values given, by option name: options and environment merged, what is empty, blank or null left out."""

    announces_identity: bool = False
    """Whether the platform announces a managed identity."""
    secrets: tuple[str, ...] = ()
    """What must never be shown, the platform's own included."""


@dataclasses.dataclass(frozen=True)
class Settings:
    """What the options mean: made once, at the door; from here on nobody looks at options or environment again."""

    cloud: Cloud
    auth_method: str
    given: Given = dataclasses.field(repr=False)
    """The values that may say who signs in."""
    token_cache_path: str | None
    timeout: float
    """Seconds to connect, and between two reads."""
    verify: bool | str
    """As for requests: check certificates, do not, or check them against the CA file or folder of that path."""

    @property
    def warnings(self) -> tuple[str, ...]:
        """What is allowed, and should be thought of twice."""
        if self.verify is not False:
            return ()
        return ("validate_certs is false: whoever is between this host and Microsoft can read and use the token.",)


def argument_spec() -> dict[str, dict[str, t.Any]]:
    """The shared options in the form that AnsibleModule takes."""
    return {
        option.name: {"type": option.type, "aliases": list(option.aliases), "no_log": option.secret}
        for option in OPTIONS.values()
    }


def gather(params: Mapping[str, t.Any], environ: Mapping[str, str]) -> Given:
    """Merge options and environment, option by option.

    :param params: values by option name; names that are not shared options are ignored.
    """
    given = Given()
    for option in OPTIONS.values():
        candidates = [Value(params.get(option.name))]
        candidates += [Value(environ.get(variable), variable) for variable in option.environment]
        present = [value for value in (_cleaned(option, one) for one in candidates) if value is not None]
        if present:
            given[option.name] = dataclasses.replace(present[0], others=tuple(present[1:]))
    given.announces_identity = any(
        all(environ.get(variable, "").strip() for variable in pair) for pair in _IDENTITY_PAIRS
    )
    everything = [(OPTIONS[name], one) for name, value in given.items() for one in (value, *value.others)]
    given.secrets = (
        *(str(value.content) for option, value in everything if option.secret or _is_content(option, value)),
        *(environ[variable] for variable in _IDENTITY_SECRETS if environ.get(variable)),
    )
    return given


def _is_content(option: Option, value: Value) -> bool:
    return option.type == "path" and _CONTENT.search(str(value.content)) is not None


def beside(given: Given, name: str, neighbour: Value | None) -> Value | None:
    """The value that goes with ``neighbour``: of the same naming scheme, where both come from the environment."""
    value = given.get(name)
    if value is None or value.variable is None or neighbour is None or neighbour.variable is None:
        return value
    in_scheme = neighbour.variable in _COLLECTION_SCHEME
    return next((one for one in (value, *value.others) if (one.variable in _COLLECTION_SCHEME) == in_scheme), value)


def read_settings(given: Given) -> Settings:
    """Give the values their meaning.

    :raises OptionsError: one does not fit; the message names the option or variable, and never shows a secret.
    """
    for name, value in given.items():
        _check_text(name, value)

    def text(name: str) -> str | None:
        return str(given[name].content) if name in given else None

    return Settings(
        cloud=find_cloud(
            text("cloud") or "global",
            graph_url=text("graph_url"),
            authority_url=text("authority_url"),
            called=lambda name: describe(name, given[name]) if name in given else name,
        ),
        auth_method=text("auth_method") or "auto",
        given=given,
        token_cache_path=text("token_cache_path"),
        timeout=_seconds("timeout", given, default=30.0),
        verify=_verify(given),
    )


def _check_text(name: str, value: Value) -> None:
    if _is_content(OPTIONS[name], value):
        raise OptionsError(
            f"{describe(name, value)} holds what belongs in a file",
            hint="Write it to a file and give that file's path.",
        )
    try:
        str(value.content).encode()
    except UnicodeEncodeError as exc:
        raise OptionsError(
            f"{describe(name, value)} holds characters that are not text", hint="Give it in UTF-8."
        ) from exc


def describe(name: str, value: Value) -> str:
    """How to call the value in a message: by its option, or by the variable that it came from."""
    return name if value.variable is None else f"{name} (from the environment variable {value.variable})"


def _cleaned(option: Option, value: Value) -> Value | None:
    content = value.content
    if isinstance(content, str):
        content = content if option.verbatim and content.strip() else content.strip()
    if option.type == "path" and content:
        content = os.path.expanduser(str(content))
    return None if content is None or content == "" else dataclasses.replace(value, content=content)


def _verify(given: Mapping[str, Value]) -> bool | str:
    if not _boolean("validate_certs", given, default=True):
        return False
    if "ca_path" not in given:
        return True
    path = str(given["ca_path"].content)
    problem = _problem_with_ca(path)
    if problem:
        raise OptionsError(
            f"{describe('ca_path', given['ca_path'])} names {path!r}, {problem}",
            hint="Give a PEM file of CA certificates, or a folder of them, on the host that runs the module.",
        )
    return path


def _problem_with_ca(path: str) -> str | None:
    if not os.path.exists(path):
        return "which does not exist on this host"
    if os.path.isdir(path):
        return None
    if not os.path.isfile(path):
        return "which is neither a file nor a folder"
    try:
        ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT).load_verify_locations(cafile=path)
    except OSError as exc:  # ssl.SSLError is one
        return f"which holds no CA certificate that can be read ({exc.strerror or exc})"
    return None


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
    except (TypeError, ValueError, OverflowError):
        seconds = math.nan
    if not 0 < seconds <= _DAY:
        raise OptionsError(
            f"{describe(name, given[name])} is not a number of seconds between 0 and {_DAY}",
            hint="Give a number, such as 30.",
        )
    return seconds
