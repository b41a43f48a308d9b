# Copyright (c) 2026 the msgraph.intune maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# PRIVATE to this collection: it changes without notice, so nothing outside msgraph.intune should import it.

"""The options that every module shares: what they are called, and where else their values may stand.

The environment is read here, once, for modules, actions and the event source: an empty string counts as unset in
options and environment alike (job templates deliver those), and each value remembers where it came from. The argument
spec shows defaults and variables to AnsibleModule as well; what it supplies is marked, and read here anew.
"""

from __future__ import annotations

import dataclasses
import enum
import os
import re
import typing as t

from ..masking import SECRETS, SHORTEST_SAFE_SECRET
from .values import is_not_given, is_omitted

if t.TYPE_CHECKING:
    from collections.abc import Mapping


class Option(t.NamedTuple):
    """One option: its names, the environment variables that stand in for it (first non-empty wins), its secrecy."""

    name: str
    aliases: tuple[str, ...] = ()
    environment: tuple[str, ...] = ()
    type: str = "str"
    default: str | int | bool | None = None
    # A duration: false, and the words "false", "none" and "null", count as not given as well.
    duration: bool = False
    secret: bool = False
    # Blanks at its ends belong to it, as they may to a password.
    keep_whitespace: bool = False

    def __str__(self) -> str:
        """The option and its environment names, for messages."""
        return f"{self.name} (environment: {', '.join(self.environment)})"


OPTIONS: t.Final = {
    option.name: option
    for option in (
        Option("auth_method", environment=("MSGRAPH_AUTH_METHOD",), default="auto"),
        Option("access_token", environment=("MSGRAPH_ACCESS_TOKEN",), secret=True),
        Option("tenant_id", aliases=("tenant",), environment=("AZURE_TENANT_ID", "AZURE_TENANT")),
        Option("client_id", environment=("AZURE_CLIENT_ID",)),
        Option(
            "certificate_path",
            aliases=("x509_certificate_path",),
            environment=("AZURE_CLIENT_CERTIFICATE_PATH", "AZURE_X509_CERTIFICATE_PATH"),
            type="path",
        ),
        Option(
            "certificate_password",
            environment=("AZURE_CLIENT_CERTIFICATE_PASSWORD",),
            secret=True,
            keep_whitespace=True,
        ),
        Option("client_secret", aliases=("secret",), environment=("AZURE_CLIENT_SECRET", "AZURE_SECRET"), secret=True),
        Option("federated_token", aliases=("oidc_token",), environment=("AZURE_FEDERATED_TOKEN",), secret=True),
        Option(
            "federated_token_file",
            aliases=("oidc_token_file_path",),
            environment=("AZURE_FEDERATED_TOKEN_FILE",),
            type="path",
        ),
        Option("username", aliases=("ad_user",), environment=("AZURE_USERNAME", "AZURE_AD_USER")),
        Option("password", environment=("AZURE_PASSWORD",), secret=True, keep_whitespace=True),
        Option("refresh_token", environment=("MSGRAPH_REFRESH_TOKEN",), secret=True),
        Option("token_cache_path", environment=("MSGRAPH_TOKEN_CACHE",), type="path"),
        Option("cloud", aliases=("cloud_environment",), environment=("AZURE_CLOUD_ENVIRONMENT",), default="global"),
        Option("authority_url", aliases=("authority_host",), environment=("AZURE_AUTHORITY_HOST",)),
        Option("graph_url", environment=("MSGRAPH_URL",)),
        Option("timeout", environment=("MSGRAPH_TIMEOUT",), default="30", duration=True),
        Option("retries", environment=("MSGRAPH_RETRIES",), type="int", default=4),
        Option("retry_budget", environment=("MSGRAPH_RETRY_BUDGET",), default="120", duration=True),
        Option("validate_certs", environment=("MSGRAPH_VALIDATE_CERTS",), type="bool", default=True),
        Option("ca_path", environment=("MSGRAPH_CA_PATH",), type="path"),
        # Secret as a whole to Ansible, which knows no secret within a value; to us its user info alone is.
        Option("proxy", environment=("MSGRAPH_PROXY",), secret=True),
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

# In either case, as for all that goes by the environment.
_PROXY_VARIABLES: t.Final = ("HTTPS_PROXY", "HTTP_PROXY", "ALL_PROXY")
# Those that requests reads for https, in its order.
_HTTPS_PROXY_VARIABLES: t.Final = ("HTTPS_PROXY", "ALL_PROXY")

# What is no path, but the beginning of a key, a certificate or a token that was put in the place of one.
_CONTENT: t.Final = r"-----BEGIN|^eyJ|[\x00-\x1f]"


# How strongly something was asked for: the lower, the more.
class Precedence(enum.IntEnum):
    """Where a credential comes from; under ``auto`` the lowest number wins."""

    OPTION = 0
    ENVIRONMENT = 1
    PLATFORM = 2


@dataclasses.dataclass(frozen=True)
class Value:
    """What the user gave, and where: in the environment variable ``variable``, or as the option when that is None.

    ``others`` are the values of further variables for the same option, which this one came before.
    """

    content: t.Any = dataclasses.field(repr=False)
    env_var: str | None = None
    alternatives: tuple[Value, ...] = dataclasses.field(default=(), repr=False)


class SuppliedText(str):
    """A default, or the content of a variable, that the argument spec supplied: the task does not set the option."""

    __slots__ = ()


class SuppliedNumber(int):
    """The same as a number."""


class ProvidedOptions(dict[str, Value]):
    """The values given, by option name: options and environment merged, what is empty, blank or null left out."""

    announces_identity: bool = False
    """Whether the platform announces a managed identity."""
    secrets: tuple[str, ...] = ()
    """What must never be shown, the platform's own included."""
    environment_proxy: Value | None = None
    """The proxy that the environment names for https."""
    no_proxy: str = ""
    """The hosts to which the environment allows no proxy."""


def collect_options(params: Mapping[str, t.Any], environ: Mapping[str, str]) -> ProvidedOptions:
    """Merge options and environment, option by option, and register the secrets among the values.

    :param params: values by option name; names that are not shared options are ignored.
    """
    provided = ProvidedOptions()
    for option in OPTIONS.values():
        content = params.get(option.name)
        by_task = None if isinstance(content, (SuppliedText, SuppliedNumber)) else _cleaned(option, Value(content))
        present = [*([] if by_task is None else [by_task]), *from_environment(option, environ)]
        if present:
            provided[option.name] = dataclasses.replace(present[0], alternatives=tuple(present[1:]))
    provided.announces_identity = any(
        all(environ.get(variable, "").strip() for variable in pair) for pair in _IDENTITY_PAIRS
    )
    everything = [(OPTIONS[name], one) for name, value in provided.items() for one in (value, *value.alternatives)]
    proxies = [environ.get(name) for variable in _PROXY_VARIABLES for name in (variable, variable.lower())]
    provided.secrets = (
        *(secret for option, value in everything for secret in _secrets(option, value)),
        *(environ[variable] for variable in _IDENTITY_SECRETS if environ.get(variable)),
        # Not given for this collection's sake, so a short one is left alone: it would make holes in every result.
        *(secret for url in proxies if url for secret in _secrets_in_proxy(url) if len(secret) >= SHORTEST_SAFE_SECRET),
    )
    SECRETS.add(*provided.secrets)
    provided.environment_proxy = _environment_proxy(environ)
    provided.no_proxy = environ.get("no_proxy") or environ.get("NO_PROXY") or ""
    return provided


def from_environment(option: Option, environ: Mapping[str, str]) -> list[Value]:
    """Return the values of an option's environment variables, without those that are unset or blank."""
    values = [_cleaned(option, Value(environ.get(variable), variable)) for variable in option.environment]
    return [value for value in values if value is not None]


def _environment_proxy(environ: Mapping[str, str]) -> Value | None:
    for name in _HTTPS_PROXY_VARIABLES:
        # The lower case comes first, even when it is empty, as in Python's urllib.request.getproxies.
        variable = name.lower() if name.lower() in environ else name
        if environ.get(variable):
            return Value(environ[variable], variable)
    return None


def _secrets(option: Option, value: Value) -> tuple[str, ...]:
    content = str(value.content)
    if option.name == "proxy":
        return _secrets_in_proxy(content)
    return (content,) if option.secret or is_content(option, value) else ()


def _secrets_in_proxy(url: str) -> tuple[str, ...]:
    from .proxy import user_info_secrets

    return user_info_secrets(url)


def is_content(option: Option, value: Value) -> bool:
    """Whether the value is what belongs into a file, where the option takes a path."""
    return option.type == "path" and re.search(_CONTENT, str(value.content)) is not None


def same_scheme_value(provided: ProvidedOptions, name: str, neighbour: Value | None) -> Value | None:
    """The value that goes with ``neighbour``: of the same naming scheme, where both come from the environment."""
    value = provided.get(name)
    if value is None or value.env_var is None or neighbour is None or neighbour.env_var is None:
        return value
    in_scheme = neighbour.env_var in _COLLECTION_SCHEME
    return next(
        (one for one in (value, *value.alternatives) if (one.env_var in _COLLECTION_SCHEME) == in_scheme), value
    )


def describe(name: str, value: Value) -> str:
    """How to call the value in a message: by its option, or by the variable that it came from."""
    return name if value.env_var is None else f"{name} (from the environment variable {value.env_var})"


def source_of(name: str, value: Value) -> str:
    """Return where the value came from, such as "the option proxy" or "the environment variable HTTPS_PROXY"."""
    return f"the option {name}" if value.env_var is None else f"the environment variable {value.env_var}"


def _cleaned(option: Option, value: Value) -> Value | None:
    # Ansible makes the text "False" of false, and a file of that name would be created.
    is_switched_off = (option.duration or option.type == "path") and is_not_given(value.content)
    content = None if is_omitted(value.content) or is_switched_off else value.content
    if isinstance(content, str):
        content = content if option.keep_whitespace and content.strip() else content.strip()
    if option.type == "path" and content:
        content = _expand_home(str(content))
    return None if content is None or content == "" else dataclasses.replace(value, content=content)


def _expand_home(path: str) -> str:
    """Expand ``~`` and ``~user``; return the path unchanged when that home folder is unknown."""
    user, _separator, rest = path.partition("/")
    # An empty HOME would become the root folder.
    if not user.startswith("~") or (user == "~" and not os.environ.get("HOME", "/").strip()):
        return path
    try:
        home = os.path.expanduser(user)
    except ValueError:
        return path
    # HOME can be the root folder, which ends with the separator.
    return os.path.join(home, rest) if os.path.isabs(home) else path
