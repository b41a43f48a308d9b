# Copyright (c) 2026 the msgraph.intune maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# PRIVATE to this collection: it changes without notice, so nothing outside msgraph.intune should import it.

"""Run a module: collect the options, build the client on demand, and convert the outcome or an error to a result.

The same code runs in AnsibleModule on a managed host and in Ansible's worker process on the controller.
"""

from __future__ import annotations

import os
import typing as t

from ._argument_spec import shared_options
from ._graph.client import EMPTY_STATS
from ._graph.clock import Clock
from ._graph.config.options import collect_options
from ._graph.config.proxy import without_user_info
from ._graph.connect import connect as connect_to_graph
from ._graph.dependencies import explain_in_image
from ._graph.errors import GraphError
from ._graph.masking import SECRETS, SHORTEST_SAFE_SECRET

if t.TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, MutableMapping

    from ansible.module_utils.basic import AnsibleModule

    from ._graph.client import GraphClient
    from ._graph.http.rate_limit import RateLimit

try:
    from ansible.module_utils.secrets import register_secret
except ImportError:  # ansible-core before 2.22 masks secrets only in results
    register_secret = None

# The minimum verbosity (-vvv) at which the result contains the retry log.
_RETRY_LOG_VERBOSITY = 3


class ModuleResult(t.NamedTuple):
    """The outcome of a module.

    :param data: the module's own keys of the result.
    :param diff: the changes in Ansible's format of a diff; ``None`` if the task does not request a diff.
    :param failure: the error if the task fails. ``changed`` and ``data`` still contain what happened before.
    """

    changed: bool
    msg: str
    data: Mapping[str, t.Any]
    failure: GraphError | None = None
    warnings: tuple[str, ...] = ()
    diff: list[dict[str, t.Any]] | None = None


class ModuleContext(t.Protocol):
    """What a module needs from its caller: the options, the mode and the log. AnsibleModule implements it.

    :param no_log_values: the values that Ansible masks in the result and in other output of the task.
    """

    params: MutableMapping[str, t.Any]
    check_mode: bool
    no_log_values: set[str]
    _diff: bool
    _verbosity: int

    def warn(self, warning: str) -> None:
        """Add a warning to the result."""

    def log(self, msg: str) -> None:
        """Log a message immediately, while the task runs."""


class ModuleSpec(t.NamedTuple):
    """The options and the code of a module.

    :param options: the argument spec of the module's own options, without the shared options.
    :param run: runs the module. It receives the context and a function that builds the client. It raises a GraphError
        if the task fails before it changes anything; later failures are in its result.
    :param empty_result: the module's own keys of the result for a task that fails before it changes anything.
    :param rate_limit: the documented rate limit of writes.
    """

    options: Mapping[str, t.Any]
    run: Callable[[ModuleContext, Callable[[], GraphClient]], ModuleResult]
    empty_result: Mapping[str, t.Any]
    rate_limit: RateLimit

    def argument_spec(self) -> dict[str, t.Any]:
        """Return the argument spec of the shared options and the module's own options."""
        return {**shared_options(), **self.options}


def run_module(module: AnsibleModule, spec: ModuleSpec) -> None:
    """Run a module and exit the process."""
    result = run_spec(module, spec)
    if "error" in result:
        module.fail_json(**result)
    else:
        module.exit_json(**result)


def run_spec(context: ModuleContext, spec: ModuleSpec) -> dict[str, t.Any]:
    """Run a module and return the result of the task. The result of a failed task has the key ``error``.

    Secrets in the result are masked, also in dictionary keys and in encoded forms. Ansible masks numbers.
    """
    with SECRETS.forwarded_to(lambda secret: _register(context, secret)):
        return SECRETS.mask(_run(context, spec))


def _run(context: ModuleContext, spec: ModuleSpec) -> dict[str, t.Any]:
    provided = collect_options(context.params, os.environ)
    _correct_masking(context, provided.secrets)
    client: GraphClient | None = None
    retry_log: list[str] = []

    def warn(text: str) -> None:
        context.warn(SECRETS.mask(text))

    def on_retry(sentence: str) -> None:
        retry_log.append(sentence)
        # Log it immediately, so that a person can see what the task is waiting for.
        context.log(SECRETS.mask(sentence))

    def connect() -> GraphClient:
        nonlocal client
        client = connect_to_graph(
            provided, rate_limit=spec.rate_limit, clock=Clock(), on_warning=warn, on_retry=on_retry
        )
        return client

    try:
        outcome = spec.run(context, connect)
    except GraphError as exc:
        error = explain_in_image(exc, os.environ)
        outcome = ModuleResult(changed=False, msg=str(error), data=spec.empty_result, failure=error)
    finally:
        if client is not None:
            client.close()
    for warning in outcome.warnings:
        warn(warning)
    result = {
        "changed": outcome.changed,
        "msg": outcome.msg,
        **outcome.data,
        "graph": EMPTY_STATS if client is None else client.stats(),
    }
    if outcome.diff is not None:
        result["diff"] = outcome.diff
    if retry_log and context._verbosity >= _RETRY_LOG_VERBOSITY:
        result["retry_log"] = retry_log
    if outcome.failure is not None:
        result["error"] = outcome.failure.as_dict()
    return result


def masked_by_ansible() -> bool:
    """Return whether Ansible masks all its output and expects unmasked results (ansible-core 2.22 and later)."""
    return register_secret is not None


def _correct_masking(context: ModuleContext, secrets: Iterable[str]) -> None:
    """Correct the values that Ansible masks because of ``no_log`` in the argument spec."""
    proxy = context.params.get("proxy")
    if proxy:
        # Remove user and password from the option. Masking only parts of the URL could leave the user's name visible.
        context.params["proxy"] = without_user_info(proxy)
    # Unmask two values that are not secret. A blank would mask each blank of the result. The URL of a proxy without
    # user and password is public.
    context.no_log_values.difference_update(
        [value for value in context.no_log_values if not value.strip() or value == context.params.get("proxy")]
    )
    if any(len(secret) < SHORTEST_SAFE_SECRET for secret in secrets):
        context.warn(
            f"A secret of fewer than {SHORTEST_SAFE_SECRET} characters was given: Ansible masks these characters"
            " wherever they appear in the result, also inside ordinary words."
        )


def _register(context: ModuleContext, secret: str) -> None:
    """Register a secret with Ansible, because Ansible adds data to the result, such as the invocation."""
    context.no_log_values.add(secret)
    if register_secret is not None:
        register_secret(secret)
