# Copyright (c) 2026 the msgraph.intune maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# PRIVATE to this collection: it changes without notice, so nothing outside msgraph.intune should import it.

"""Convert the provided options to the settings of a task."""

from __future__ import annotations

import dataclasses
import os
import ssl
import typing as t

from ..clouds import Cloud, find_cloud
from ..errors import OptionsError
from ..files import FileReadError, read_file
from ..http.retry import RetryPolicy
from .options import OPTIONS, ProvidedOptions, Value, describe, has_file_content
from .proxy import bypasses_proxy, check_environment_proxy, read_proxy
from .values import parse_boolean, parse_count, parse_duration

if t.TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    T = t.TypeVar("T")

# More retries are not useful: to wait longer for a service, users set retry_budget.
MAX_RETRIES: t.Final = 100

# The bundle of all public CAs is smaller than 300 KB.
_MAX_CA_BYTES: t.Final = 10 * 1024 * 1024


@dataclasses.dataclass(frozen=True)
class Settings:
    """The settings of a task. Other code reads them instead of options and environment variables."""

    cloud: Cloud
    auth_method: str
    provided: ProvidedOptions = dataclasses.field(repr=False)
    """The options, from which the credential is read."""
    token_cache_path: str | None
    timeout: float
    """The timeout in seconds to connect, and between two reads."""
    retry: RetryPolicy
    verify: bool | str
    """The argument ``verify`` of requests: whether to verify certificates, or the path of a CA file or folder."""
    proxy: str | None = dataclasses.field(repr=False)
    """The URL of the proxy for all requests; ``None`` to use the environment variables, as requests does."""
    ca_source: str | None = None
    """The option or the environment variable that contains the path of the CA file, for messages; else ``None``."""

    @property
    def warnings(self) -> tuple[str, ...]:
        """Warnings about insecure settings."""
        if self.verify is not False:
            return ()
        return ("validate_certs is false: whoever is between this host and Microsoft can read and use the token.",)


def read_settings(provided: ProvidedOptions) -> Settings:
    """Return the settings for the provided options.

    :raises OptionsError: a value is invalid. The message names the option or variable, and does not contain secrets.
    """
    for name, value in provided.items():
        _check_text(name, value)

    def content(name: str) -> t.Any:
        return provided[name].content if name in provided else OPTIONS[name].default

    def text(name: str) -> str | None:
        return None if content(name) is None else str(content(name))

    def label(name: str) -> str:
        return describe(name, provided[name]) if name in provided else name

    def setting(name: str, read: Callable[..., T], **limits: t.Any) -> T:
        return read(label(name), content(name), **limits)

    cloud = find_cloud(
        str(content("cloud")), graph_url=text("graph_url"), authority_url=text("authority_url"), label=label
    )
    return Settings(
        cloud=cloud,
        auth_method=str(content("auth_method")),
        provided=provided,
        token_cache_path=text("token_cache_path"),
        timeout=setting("timeout", parse_duration, allow_zero=False),
        retry=RetryPolicy(
            retries=setting("retries", parse_count, maximum=MAX_RETRIES),
            budget=setting("retry_budget", parse_duration),
        ),
        verify=_verify(provided) if setting("validate_certs", parse_boolean) else False,
        proxy=_proxy(provided, cloud),
        ca_source=provided["ca_path"].source("ca_path") if "ca_path" in provided else None,
    )


def _proxy(provided: ProvidedOptions, cloud: Cloud) -> str | None:
    if "proxy" in provided:
        return read_proxy(describe("proxy", provided["proxy"]), str(provided["proxy"].content))
    proxy = provided.environment_proxy
    if proxy is not None:
        # With an access token, the task does not sign in.
        urls = [cloud.graph_url] if "access_token" in provided else [cloud.graph_url, cloud.authority_url]
        if not all(bypasses_proxy(url, provided.no_proxy) for url in urls):
            check_environment_proxy(str(proxy.env_var), str(proxy.content))
    return None


def _check_text(name: str, value: Value) -> None:
    if has_file_content(OPTIONS[name], value):
        raise OptionsError(
            f"{describe(name, value)} holds what belongs in a file",
            hint="Write it to a file and give that file's path.",
        )
    # collect_options has expanded "~" if the home folder is known.
    if OPTIONS[name].type == "path" and str(value.content).startswith("~"):
        raise OptionsError(
            f"{describe(name, value)} names {value.content!r}, whose '~' cannot be expanded: no such home folder",
            hint="Give an absolute path. For a file whose name begins with '~' put ./ before the name.",
        )
    try:
        str(value.content).encode()
    except UnicodeEncodeError as exc:
        raise OptionsError(
            f"{describe(name, value)} holds characters that are not text", hint="Give it in UTF-8."
        ) from exc


def _verify(provided: Mapping[str, Value]) -> bool | str:
    if "ca_path" not in provided:
        return True
    path = str(provided["ca_path"].content)
    problem = _find_ca_problem(path)
    if problem:
        raise OptionsError(
            f"{describe('ca_path', provided['ca_path'])} names {path!r}, {problem}",
            hint="Give a PEM file of CA certificates, or a folder of them, on the host that runs the module.",
        )
    return path


def _find_ca_problem(path: str) -> str | None:
    try:
        if os.path.isdir(path):
            return None if os.access(path, os.X_OK) else "a folder that this user may not open"
        # Read the file first: the TLS library would read it without a size limit, and block on a pipe.
        read_file(path, _MAX_CA_BYTES)
        ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT).load_verify_locations(cafile=path)
    except FileReadError as exc:
        return "which does not exist on this host" if exc.missing else f"which cannot be read: {exc.reason}"
    except OSError as exc:  # ssl.SSLError is a subclass.
        return f"which holds no CA certificate that can be read ({exc.strerror or exc})"
    return None
