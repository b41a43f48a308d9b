# Copyright (c) 2026 the msgraph.intune maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# PRIVATE to this collection: it changes without notice, so nothing outside msgraph.intune should import it.

"""Build a Graph client from the options of a user."""

from __future__ import annotations

import typing as t

from .auth.methods import choose_credential
from .auth.token_cache import TokenCache
from .client import GraphClient
from .config.proxy import label_proxy
from .config.settings import read_settings
from .http.rate_limit import RateLimiter
from .http.retry import Retry
from .http.transport import Transport

if t.TYPE_CHECKING:
    from collections.abc import Callable

    from .clock import Clock
    from .config.options import ProvidedOptions
    from .http.rate_limit import RateLimit


def connect(
    provided: ProvidedOptions,
    *,
    rate_limit: RateLimit,
    clock: Clock,
    on_warning: Callable[[str], None],
    on_retry: Callable[[str], None],
) -> GraphClient:
    """Build a client. This sends no request.

    :param rate_limit: the documented limit of the resource that the client is for.
    :param on_warning: receives warnings about options that are allowed and risky.
    :param on_retry: receives a sentence with the reason and the length of the wait before each retry.
    :raises GraphError: an option is invalid, or a package is missing: kind options or dependency.
    """
    settings = read_settings(provided)
    cache = None
    if settings.token_cache_path is not None:
        path = settings.token_cache_path
        cache = TokenCache(path, on_warning=on_warning, monotonic=clock.now, sleep=clock.sleep)
    label = None
    if settings.proxy is not None or provided.environment_proxy is not None:
        label = label_proxy(provided)
    credential = choose_credential(settings, cache)
    for warning in settings.warnings:
        on_warning(warning)
    return GraphClient(
        Transport(
            timeout=settings.timeout,
            verify=settings.verify,
            ca_source=settings.ca_source,
            proxy=settings.proxy,
            proxy_label=label,
        ),
        settings.cloud,
        credential,
        cache=cache,
        retry=Retry(settings.retry, clock=clock, on_retry=on_retry),
        rate_limiter=RateLimiter(clock, rate_limit),
        clock=clock,
    )
