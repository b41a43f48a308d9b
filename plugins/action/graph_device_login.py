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
    EXCHANGE_CONNECTOR,
)
from ansible_collections.msgraph.intune.plugins.plugin_utils._module_environment import module_environment
from ansible_collections.msgraph.intune.plugins.plugin_utils._task_args import prepared_args

# The shared options that a person's sign-in has a use for: it takes no other credential.
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
# How often the time that is left is shown.
_REMINDER_SECONDS = 30

display = Display()


class ActionModule(ActionBase):
    """Shows the code while it waits, which no module could, and fills the cache on the controller."""

    # Once per play, whatever the hosts: it is a person who signs in, and the cache is the controller's.
    BYPASS_HOST_LOOP = True
    TRANSFERS_FILES = False
    _requires_connection = False

    def run(self, tmp: str | None = None, task_vars: dict[str, t.Any] | None = None) -> dict[str, t.Any]:
        """Return the task's result; a failure is a result, too."""
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
        explicit = [
            scope.strip()
            for scope in params["scopes"] or []
            if scope.strip() not in ("", "None") and not is_omitted(scope)
        ]
        scopes = full_scopes(settings.cloud, explicit or [EXCHANGE_CONNECTOR.sync_permission.name])
        for warning in settings.warnings:
            on_warning(warning)
        cache = TokenCache(str(settings.token_cache_path), on_warning=on_warning)
        kept = {"token_cache_path": cache.path, "scopes": list(scopes)}
        # Before anybody is asked for anything: a cache that cannot be used is refused here.
        present = user.account_in(cache, settings.cloud)

        if self._task.check_mode:
            return {**kept, "changed": present is None, "msg": "Check mode starts no sign-in.", "account": None}
        transport = Transport(
            timeout=settings.timeout, verify=settings.verify, proxy=settings.proxy, proxy_label=label_proxy(provided)
        )
        retry = Retry(settings.retry, clock=Clock(), on_retry=_log)
        if present is not None and self._still_good(
            user, MsalTokenClient(transport, settings.cloud, scopes, cache), retry
        ):
            person = SignedInUser(present.username, present.home_tenant or user.tenant)
            return {**kept, **_message(person, "is signed in already"), "changed": False}
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
        person = self._show_code(login)
        return {**kept, **_message(person, "signed in"), "changed": True}

    def _still_good(self, user: CachedUser, login: MsalTokenClient, retry: Retry) -> bool:
        try:
            retry.run(lambda _attempt: user.acquire(lambda: login))
        except GraphError as exc:
            _log(f"The sign-in in the cache is not valid any more: {exc}")
            return False
        return True

    def _show_code(self, login: DeviceLogin) -> SignedInUser:
        invitation = login.start()
        _show(
            f"\nTo sign in, open {invitation.verification_url} in a browser on any device and enter the code"
            f" {invitation.user_code} ({_minutes(invitation.expires_in)} left).\n",
            color="bright yellow",
        )
        told = invitation.expires_in

        def on_wait(remaining: float) -> None:
            nonlocal told
            if told - remaining >= _REMINDER_SECONDS:
                told = remaining
                _show(f"Waiting for code {invitation.user_code}: {_minutes(remaining)} left.")

        return login.wait(on_wait)


def _show(text: str, **how: t.Any) -> None:
    display.display(SECRETS.mask(text), **how)


def _log(text: str) -> None:
    display.vvv(SECRETS.mask(text))


def _message(person: SignedInUser, happened: str) -> dict[str, t.Any]:
    return {
        "msg": f"{person.username or 'A user'} {happened} to tenant {person.tenant_id}.",
        "account": {"username": person.username, "tenant_id": person.tenant_id},
    }


def _minutes(seconds: float) -> str:
    return f"{int(seconds) // 60} min {int(seconds) % 60:02} s"
