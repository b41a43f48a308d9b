# Copyright (c) 2026 the msgraph.intune maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import os
import typing as t

from ansible.plugins.action import ActionBase
from ansible.utils.display import Display
from ansible_collections.msgraph.intune.plugins.module_utils._argument_spec import shared_options
from ansible_collections.msgraph.intune.plugins.module_utils._graph.auth.delegated import CachedUser
from ansible_collections.msgraph.intune.plugins.module_utils._graph.auth.device_code import DeviceLogin, SignedInUser
from ansible_collections.msgraph.intune.plugins.module_utils._graph.auth.msal_client import MsalTokenClient, full_scopes
from ansible_collections.msgraph.intune.plugins.module_utils._graph.auth.token_cache import TokenCache
from ansible_collections.msgraph.intune.plugins.module_utils._graph.clock import Clock
from ansible_collections.msgraph.intune.plugins.module_utils._graph.config import options
from ansible_collections.msgraph.intune.plugins.module_utils._graph.config.proxy import label_proxy
from ansible_collections.msgraph.intune.plugins.module_utils._graph.config.settings import read_settings
from ansible_collections.msgraph.intune.plugins.module_utils._graph.config.values import is_omitted
from ansible_collections.msgraph.intune.plugins.module_utils._graph.dependencies import explain_in_image
from ansible_collections.msgraph.intune.plugins.module_utils._graph.errors import (
    GraphError,
    OptionsError,
    error_context,
)
from ansible_collections.msgraph.intune.plugins.module_utils._graph.http.retry import Retry
from ansible_collections.msgraph.intune.plugins.module_utils._graph.http.transport import Transport
from ansible_collections.msgraph.intune.plugins.module_utils._graph.masking import SECRETS
from ansible_collections.msgraph.intune.plugins.module_utils._intune.resources.exchange_connector import (
    READ_WRITE,
)
from ansible_collections.msgraph.intune.plugins.plugin_utils._module_environment import module_environment
from ansible_collections.msgraph.intune.plugins.plugin_utils._task_args import prepared_args

# The shared options that apply to a device login. Options of other sign-in methods are not included.
OPTIONS = (
    "tenant_id",
    "client_id",
    "username",
    "token_cache_path",
    "cloud",
    "authority_url",
    "graph_url",
    "timeout",
    "retries",
    "retry_budget",
    "validate_certs",
    "ca_path",
    "proxy",
)
# How often to display the remaining time.
_REMINDER_SECONDS = 30

display = Display()


class ActionModule(ActionBase):
    """Signs a person in by device code. It is an action, because a module cannot display the code while it waits."""

    # Run once per play and not for each host, because one person signs in and the cache is on the controller.
    BYPASS_HOST_LOOP = True
    TRANSFERS_FILES = False
    _requires_connection = False

    def run(self, tmp: str | None = None, task_vars: dict[str, t.Any] | None = None) -> dict[str, t.Any]:
        """Run the task and return its result, also if the task fails."""
        result: dict[str, t.Any] = super().run(tmp, task_vars)
        shared = shared_options()
        spec = {**{name: shared[name] for name in OPTIONS}, "scopes": {"type": "list", "elements": "str"}}
        self._task.args = prepared_args(self._task.args, spec)
        _result, params = self.validate_argument_spec(argument_spec=spec)
        warnings: list[str] = []
        try:
            with module_environment(self._loader.get_basedir()), error_context("sign in by device code"):
                result.update(self._sign_in(params, warnings.append))
        except GraphError as exc:
            error = explain_in_image(exc, os.environ)
            result.update(failed=True, changed=False, msg=str(error), error=error.as_dict())
        if warnings:
            result["warnings"] = warnings
        return SECRETS.mask(result)

    def _sign_in(self, params: dict[str, t.Any], on_warning: t.Callable[[str], None]) -> dict[str, t.Any]:
        provided = options.collect_options({name: params.get(name) for name in OPTIONS}, os.environ)
        if "token_cache_path" not in provided:
            raise OptionsError(
                f"there is no {options.OPTIONS['token_cache_path']} to keep the sign-in in",
                hint="Name a file; later tasks name the same one.",
            )
        settings = read_settings(provided)
        user = CachedUser.read(provided, explicit=True)
        user.validate()
        requested = [
            scope.strip()
            for scope in params["scopes"] or []
            if scope.strip() not in ("", "None") and not is_omitted(scope)
        ]
        scopes = full_scopes(settings.cloud, requested or [READ_WRITE.name])
        for warning in settings.warnings:
            on_warning(warning)
        cache = TokenCache(str(settings.token_cache_path), on_warning=on_warning)
        common = {"token_cache_path": cache.path, "scopes": list(scopes)}
        # Read the cache before the sign-in starts, so that an unusable cache fails the task first.
        account = user.account_in(cache, settings.cloud)

        if self._task.check_mode:
            return {**common, "changed": account is None, "msg": "Check mode starts no sign-in.", "account": None}
        transport = Transport(
            timeout=settings.timeout, verify=settings.verify, proxy=settings.proxy, proxy_label=label_proxy(provided)
        )
        retry = Retry(settings.retry, clock=Clock(), on_retry=_log)
        if account is not None and self._is_still_valid(
            user, MsalTokenClient(transport, settings.cloud, scopes, cache), retry
        ):
            signed_in = SignedInUser(account.username, account.home_tenant or user.tenant)
            return {**common, **_message(signed_in, "is signed in already"), "changed": False}
        login = DeviceLogin(
            transport,
            settings.cloud,
            cache,
            tenant_id=user.tenant,
            client_id=user.client,
            scopes=scopes,
            username=user.name,
            retry=retry,
        )
        signed_in = self._show_code(login)
        return {**common, **_message(signed_in, "signed in"), "changed": True}

    def _is_still_valid(self, user: CachedUser, token_client: MsalTokenClient, retry: Retry) -> bool:
        """Return whether the login service returns a token for the user in the cache."""
        try:
            retry.run(lambda _attempt: user.acquire(lambda: token_client))
        except GraphError as exc:
            _log(f"The sign-in in the cache is not valid any more: {exc}")
            return False
        return True

    def _show_code(self, login: DeviceLogin) -> SignedInUser:
        """Display the device code, and wait until the person has signed in."""
        device_code = login.start()
        _show(
            f"\nTo sign in, open {device_code.verification_url} in a browser on any device and enter the code"
            f" {device_code.user_code} ({_minutes(device_code.expires_in)} left).\n",
            color="bright yellow",
        )
        displayed = device_code.expires_in

        def on_wait(remaining: float) -> None:
            nonlocal displayed
            if displayed - remaining >= _REMINDER_SECONDS:
                displayed = remaining
                _show(f"Waiting for code {device_code.user_code}: {_minutes(remaining)} left.")

        return login.wait(on_wait)


def _show(text: str, **options: t.Any) -> None:
    display.display(SECRETS.mask(text), **options)


def _log(text: str) -> None:
    display.vvv(SECRETS.mask(text))


def _message(user: SignedInUser, verb: str) -> dict[str, t.Any]:
    """Return the message and the account for the result."""
    return {
        "msg": f"{user.username or 'A user'} {verb} to tenant {user.tenant_id}.",
        "account": {"username": user.username, "tenant_id": user.tenant_id},
    }


def _minutes(seconds: float) -> str:
    return f"{int(seconds) // 60} min {int(seconds) % 60:02} s"
