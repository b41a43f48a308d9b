# Copyright (c) 2026 the msgraph.intune maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# PRIVATE to this collection: it changes without notice, so nothing outside msgraph.intune should import it.

"""The options that all modules share, with their environment variables.

Modules, actions and the event source use :func:`collect_options`. In options and environment variables, an empty text
counts as not set, because job templates send such values. Each value has its source for messages.

AnsibleModule also fills in defaults and environment variables, from the argument spec. These values are marked with
:class:`SuppliedText` or :class:`SuppliedNumber`. They are ignored, and the environment is read here.
"""

from __future__ import annotations

import dataclasses
import enum
import os
import re
import typing as t

from ..masking import SECRETS, SHORTEST_SAFE_SECRET
from .proxy import user_info_secrets
from .values import is_omitted, is_unset

if t.TYPE_CHECKING:
    from collections.abc import Mapping


class Option(t.NamedTuple):
    """An option.

    :param environment: its environment variables. The first variable that is not empty is used.
    :param duration: whether false and the text "false" count as not set, as "none" and "null" do.
    :param keep_whitespace: whether whitespace at the ends is a part of the value, as in a password.
    """

    name: str
    aliases: tuple[str, ...] = ()
    environment: tuple[str, ...] = ()
    type: str = "str"
    default: str | int | bool | None = None
    duration: bool = False
    secret: bool = False
    keep_whitespace: bool = False

    def __str__(self) -> str:
        """Return the name and the environment variables, for messages."""
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
        # Ansible can mask only a whole value, so the whole URL is secret there. Here only its user info is secret.
        Option("proxy", environment=("MSGRAPH_PROXY",), secret=True),
    )
}

# Two naming schemes use the prefix AZURE_: the scheme of Ansible's Azure collection and AWX, and the scheme of
# azure-identity. If both are set, a credential belongs to the tenant of its own scheme. These are names of the first.
_COLLECTION_SCHEME: t.Final = ("AZURE_TENANT", "AZURE_SECRET", "AZURE_X509_CERTIFICATE_PATH", "AZURE_AD_USER")

# An Azure platform sets such a pair of variables if it has a managed identity for the workload. With only one variable
# of a pair, msal would send a request to the metadata endpoint of virtual machines.
# Source: https://learn.microsoft.com/azure/app-service/overview-managed-identity
_IDENTITY_PAIRS: t.Final = (
    ("IDENTITY_ENDPOINT", "IDENTITY_HEADER"),
    ("IDENTITY_ENDPOINT", "IMDS_ENDPOINT"),
    ("MSI_ENDPOINT", "MSI_SECRET"),
)
_IDENTITY_SECRETS: t.Final = ("IDENTITY_HEADER", "MSI_SECRET")

# In upper and in lower case.
_PROXY_VARIABLES: t.Final = ("HTTPS_PROXY", "HTTP_PROXY", "ALL_PROXY")
# The variables that requests reads for https, in its order.
_HTTPS_PROXY_VARIABLES: t.Final = ("HTTPS_PROXY", "ALL_PROXY")

# Matches a key, a certificate or a token instead of a path.
_FILE_CONTENT: t.Final = r"-----BEGIN|^eyJ|[\x00-\x1f]"


class Precedence(enum.IntEnum):
    """The source of a credential. Under ``auto``, the lowest number takes precedence."""

    OPTION = 0
    ENVIRONMENT = 1
    PLATFORM = 2


@dataclasses.dataclass(frozen=True)
class Value:
    """The value of an option.

    :param env_var: the environment variable that it comes from; ``None`` for a value of the option.
    :param alternatives: the values of other environment variables for the same option, which are not used.
    """

    content: t.Any = dataclasses.field(repr=False)
    env_var: str | None = None
    alternatives: tuple[Value, ...] = dataclasses.field(default=(), repr=False)

    def source(self, name: str) -> str:
        """Return the source of the value, such as "the option proxy" or "the environment variable HTTPS_PROXY"."""
        return f"the option {name}" if self.env_var is None else f"the environment variable {self.env_var}"


class SuppliedText(str):
    """A default or the content of a variable, from the argument spec. The task does not set the option."""

    __slots__ = ()


class SuppliedNumber(int):
    """A number from the argument spec. The task does not set the option."""


class ProvidedOptions(dict[str, Value]):
    """The values of options and environment variables by option name, without empty, blank and null values."""

    announces_identity: bool = False
    """Whether environment variables show that this host has a managed identity."""
    secrets: tuple[str, ...] = ()
    """All secrets of the task, including secrets of the platform."""
    environment_proxy: Value | None = None
    """The proxy for https from the environment."""
    no_proxy: str = ""
    """The content of the environment variable NO_PROXY."""


def collect_options(params: Mapping[str, t.Any], environ: Mapping[str, str]) -> ProvidedOptions:
    """Collect the values of options and environment variables, and register their secrets.

    :param params: values by option name. Names of other options are ignored.
    """
    provided = ProvidedOptions()
    for option in OPTIONS.values():
        content = params.get(option.name)
        from_task = None if isinstance(content, (SuppliedText, SuppliedNumber)) else _clean(option, Value(content))
        values = [*([] if from_task is None else [from_task]), *from_environment(option, environ)]
        if values:
            provided[option.name] = dataclasses.replace(values[0], alternatives=tuple(values[1:]))
    provided.announces_identity = any(
        all(environ.get(variable, "").strip() for variable in pair) for pair in _IDENTITY_PAIRS
    )
    all_values = [(OPTIONS[name], item) for name, value in provided.items() for item in (value, *value.alternatives)]
    proxies = [environ.get(name) for variable in _PROXY_VARIABLES for name in (variable, variable.lower())]
    provided.secrets = (
        *(secret for option, value in all_values for secret in _secrets(option, value)),
        *(environ[variable] for variable in _IDENTITY_SECRETS if environ.get(variable)),
        # These variables are not specific to this collection. A short secret is skipped: to mask it would also mask
        # parts of ordinary words in all results.
        *(secret for url in proxies if url for secret in user_info_secrets(url) if len(secret) >= SHORTEST_SAFE_SECRET),
    )
    SECRETS.add(*provided.secrets)
    provided.environment_proxy = _environment_proxy(environ)
    provided.no_proxy = environ.get("no_proxy") or environ.get("NO_PROXY") or ""
    return provided


def from_environment(option: Option, environ: Mapping[str, str]) -> list[Value]:
    """Return the values of the environment variables of an option, without unset and blank variables."""
    values = [_clean(option, Value(environ.get(variable), variable)) for variable in option.environment]
    return [value for value in values if value is not None]


def _environment_proxy(environ: Mapping[str, str]) -> Value | None:
    for name in _HTTPS_PROXY_VARIABLES:
        # The lower-case name takes precedence, even if it is empty, as in urllib.request.getproxies.
        variable = name.lower() if name.lower() in environ else name
        if environ.get(variable):
            return Value(environ[variable], variable)
    return None


def _secrets(option: Option, value: Value) -> tuple[str, ...]:
    content = str(value.content)
    if option.name == "proxy":
        return user_info_secrets(content)
    return (content,) if option.secret or has_file_content(option, value) else ()


def has_file_content(option: Option, value: Value) -> bool:
    """Return whether the option expects a path, but the value is the content of a file."""
    return option.type == "path" and re.search(_FILE_CONTENT, str(value.content)) is not None


def same_scheme_value(provided: ProvidedOptions, name: str, credential: Value | None) -> Value | None:
    """Return the value of an option that belongs to a credential.

    If both come from the environment, prefer a variable of the same naming scheme. Otherwise return the usual value.
    """
    value = provided.get(name)
    if value is None or value.env_var is None or credential is None or credential.env_var is None:
        return value
    in_scheme = credential.env_var in _COLLECTION_SCHEME
    return next(
        (item for item in (value, *value.alternatives) if (item.env_var in _COLLECTION_SCHEME) == in_scheme), value
    )


def describe(name: str, value: Value) -> str:
    """Return the label of a value for messages: its option and, if it comes from there, its environment variable."""
    return name if value.env_var is None else f"{name} (from the environment variable {value.env_var})"


def _clean(option: Option, value: Value) -> Value | None:
    # Ansible converts false to the text "False". As a path, it would create a file with this name.
    is_switched_off = (option.duration or option.type == "path") and is_unset(value.content)
    content = None if is_omitted(value.content) or is_switched_off else value.content
    if isinstance(content, str):
        content = content if option.keep_whitespace and content.strip() else content.strip()
    if option.type == "path" and content:
        content = _expand_home(str(content))
    return None if content is None or content == "" else dataclasses.replace(value, content=content)


def _expand_home(path: str) -> str:
    """Expand ``~`` and ``~user``. Return the path unchanged if the home folder is unknown."""
    user, _separator, rest = path.partition("/")
    # expanduser would replace an empty HOME by the root folder.
    if not user.startswith("~") or (user == "~" and not os.environ.get("HOME", "/").strip()):
        return path
    try:
        home = os.path.expanduser(user)
    except ValueError:
        return path
    # Use join, because HOME may be the root folder, which ends with the separator.
    return os.path.join(home, rest) if os.path.isabs(home) else path
