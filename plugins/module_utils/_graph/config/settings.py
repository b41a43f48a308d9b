# Copyright (c) 2026 the msgraph.intune maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# PRIVATE to this collection: it changes without notice, so nothing outside msgraph.intune should import it.

"""What the options mean: the settings of a task, read once from the values that were given."""

from __future__ import annotations

import dataclasses
import os
import ssl
import typing as t

from ..clouds import Cloud, find_cloud
from ..errors import OptionsError
from ..http.retry import RetryPolicy
from .options import OPTIONS, ProvidedOptions, Value, describe, is_content, source_of
from .values import parse_duration, read_boolean, read_count

if t.TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    T = t.TypeVar("T")

# A task that waits for a service to recover needs retry_budget, not more retries.
MAX_RETRIES: t.Final = 100

# The bundle of all public CAs is smaller than 300 KB.
_MAX_CA_BYTES: t.Final = 10 * 1024 * 1024


@dataclasses.dataclass(frozen=True)
class Settings:
    """What the options mean: made once, at the door; from here on nobody looks at options or environment again."""

    cloud: Cloud
    auth_method: str
    provided: ProvidedOptions = dataclasses.field(repr=False)
    """The values that may say who signs in."""
    token_cache_path: str | None
    timeout: float
    """Seconds to connect, and between two reads."""
    retry: RetryPolicy
    verify: bool | str
    """As for requests: check certificates, do not, or check them against the CA file or folder of that path."""
    proxy: str | None = dataclasses.field(repr=False)
    """The URL of the proxy for every request; ``None`` to go by the environment, as requests does."""
    ca_source: str | None = None
    """The option or the environment variable that names the CA file, for messages; ``None`` when neither does."""

    @property
    def warnings(self) -> tuple[str, ...]:
        """What is allowed, and should be thought of twice."""
        if self.verify is not False:
            return ()
        return ("validate_certs is false: whoever is between this host and Microsoft can read and use the token.",)


def read_settings(provided: ProvidedOptions) -> Settings:
    """Give the values their meaning.

    :raises OptionsError: one does not fit; the message names the option or variable, and never shows a secret.
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
        timeout=setting("timeout", parse_duration, zero=False),
        retry=RetryPolicy(
            retries=setting("retries", read_count, most=MAX_RETRIES),
            budget=setting("retry_budget", parse_duration),
        ),
        verify=_verify(provided) if setting("validate_certs", read_boolean) else False,
        proxy=_proxy(provided, cloud),
        ca_source=source_of("ca_path", provided["ca_path"]) if "ca_path" in provided else None,
    )


def _proxy(provided: ProvidedOptions, cloud: Cloud) -> str | None:
    if "proxy" in provided:
        from .proxy import read_proxy

        return read_proxy(describe("proxy", provided["proxy"]), str(provided["proxy"].content))
    found = provided.environment_proxy
    if found is not None:
        from .proxy import bypasses_proxy, check_environment_proxy

        # With an access token there is no sign-in.
        urls = [cloud.graph_url] if "access_token" in provided else [cloud.graph_url, cloud.authority_url]
        if not all(bypasses_proxy(url, provided.no_proxy) for url in urls):
            check_environment_proxy(str(found.env_var), str(found.content))
    return None


def _check_text(name: str, value: Value) -> None:
    if is_content(OPTIONS[name], value):
        raise OptionsError(
            f"{describe(name, value)} holds what belongs in a file",
            hint="Write it to a file and give that file's path.",
        )
    # _options expands it where it can.
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
    problem = _problem_with_ca(path)
    if problem:
        raise OptionsError(
            f"{describe('ca_path', provided['ca_path'])} names {path!r}, {problem}",
            hint="Give a PEM file of CA certificates, or a folder of them, on the host that runs the module.",
        )
    return path


def _problem_with_ca(path: str) -> str | None:
    from ..files import FileReadError, read_file

    try:
        if os.path.isdir(path):
            return None if os.access(path, os.X_OK) else "a folder that this user may not open"
        # The TLS library would read without a limit, and wait for a pipe.
        read_file(path, _MAX_CA_BYTES)
        ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT).load_verify_locations(cafile=path)
    except FileReadError as exc:
        return "which does not exist on this host" if exc.missing else f"which cannot be read: {exc.reason}"
    except OSError as exc:  # ssl.SSLError is one
        return f"which holds no CA certificate that can be read ({exc.strerror or exc})"
    return None
