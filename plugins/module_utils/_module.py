# Copyright (c) 2026 the msgraph.intune maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# PRIVATE to this collection: it changes without notice, so nothing outside msgraph.intune should import it.

"""The shell around a module's work: options in, a client built, a report out, every error into one kind of result.

The work does not see who runs it: AnsibleModule on a managed host, or an action within Ansible's own process.
"""

from __future__ import annotations

import os
import typing as t

from ._argument_spec import shared_options
from ._graph.client import EMPTY_STATS
from ._graph.clock import Clock
from ._graph.config.options import collect_options
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
except ImportError:  # ansible-core before 2.22 masks results, and those alone
    register_secret = None

# From this verbosity on a result tells of each request that was sent again.
_RETRY_LOG_VERBOSITY = 3


class ModuleResult(t.NamedTuple):
    """What a module has to say at its end.

    :param data: the keys of the result that are the module's own.
    :param diff: what changed, in the form that Ansible shows; ``None`` where nobody asked for it.
    :param failure: set when the task is to fail; what happened all the same is in ``changed`` and ``data``.
    """

    changed: bool
    msg: str
    data: Mapping[str, t.Any]
    failure: GraphError | None = None
    warnings: tuple[str, ...] = ()
    diff: list[dict[str, t.Any]] | None = None


class ModuleContext(t.Protocol):
    """What runs a job, and what it was given; AnsibleModule is one.

    :param no_log_values: what is masked in the result, and in all else that Ansible says of the task.
    """

    params: MutableMapping[str, t.Any]
    check_mode: bool
    no_log_values: set[str]
    _diff: bool
    _verbosity: int

    def warn(self, warning: str) -> None:
        """Show a warning beside the result."""

    def log(self, msg: str) -> None:
        """Tell at once whoever wonders what the task is doing."""


class ModuleSpec(t.NamedTuple):
    """What a module is, but for its documentation.

    :param options: those that are not shared, in the form that AnsibleModule takes.
    :param run: is given the task, and a function that makes the client, for when it needs one. It raises a GraphError
        if nothing happened before; else it reports the failure beside what did happen.
    :param empty_result: the module's own keys for a task that failed before it did anything.
    :param rate_limit: the documented limit of writes.
    """

    options: Mapping[str, t.Any]
    run: Callable[[ModuleContext, Callable[[], GraphClient]], ModuleResult]
    empty_result: Mapping[str, t.Any]
    rate_limit: RateLimit

    def argument_spec(self) -> dict[str, t.Any]:
        """The shared options and the module's own."""
        return {**shared_options(), **self.options}


def run_module(module: AnsibleModule, spec: ModuleSpec) -> None:
    """Do the job, and end the process."""
    result = run_spec(module, spec)
    if "error" in result:
        module.fail_json(**result)
    else:
        module.exit_json(**result)


def run_spec(task: ModuleContext, spec: ModuleSpec) -> dict[str, t.Any]:
    """Do the job, and return the task's result; the result of a failed task has an ``error``.

    Secrets in the result are masked, dictionary keys and encoded forms included. Numbers are left to Ansible.
    """
    with SECRETS.forwarded_to(lambda secret: _register(task, secret)):
        return SECRETS.mask(_run(task, spec))


def _run(task: ModuleContext, spec: ModuleSpec) -> dict[str, t.Any]:
    provided = collect_options(task.params, os.environ)
    _correct_masking(task, provided.secrets)
    client: GraphClient | None = None
    retries: list[str] = []

    def warn(text: str) -> None:
        task.warn(SECRETS.mask(text))

    def on_retry(sentence: str) -> None:
        retries.append(sentence)
        # At once, so that a person can see what the task is waiting for.
        task.log(SECRETS.mask(sentence))

    def connect() -> GraphClient:
        nonlocal client
        client = connect_to_graph(
            provided, rate_limit=spec.rate_limit, clock=Clock(), on_warning=warn, on_retry=on_retry
        )
        return client

    try:
        report = spec.run(task, connect)
    except GraphError as exc:
        error = explain_in_image(exc, os.environ)
        report = ModuleResult(changed=False, msg=str(error), data=spec.empty_result, failure=error)
    finally:
        if client is not None:
            client.close()
    for warning in report.warnings:
        warn(warning)
    result = {
        "changed": report.changed,
        "msg": report.msg,
        **report.data,
        "graph": EMPTY_STATS if client is None else client.stats(),
    }
    if report.diff is not None:
        result["diff"] = report.diff
    if retries and task._verbosity >= _RETRY_LOG_VERBOSITY:
        result["retry_log"] = retries
    if report.failure is not None:
        result["error"] = report.failure.as_dict()
    return result


def masked_by_ansible() -> bool:
    """Whether Ansible masks whatever it shows, and wants results as they are, as ansible-core does from 2.22 on."""
    return register_secret is not None


def _correct_masking(task: ModuleContext, secrets: Iterable[str]) -> None:
    """Correct what the argument spec alone makes Ansible mask."""
    proxy = task.params.get("proxy")
    if proxy:
        from ._graph.config.proxy import without_user_info

        # No verbosity shows it: parts of a URL that are masked one by one could leave the user's name.
        task.params["proxy"] = without_user_info(proxy)
    # The argument spec takes for a secret what is none: a blank, which would star out each blank of the result, and an
    # address of a proxy that anyone may see.
    task.no_log_values.difference_update(
        [value for value in task.no_log_values if not value.strip() or value == task.params.get("proxy")]
    )
    if any(len(secret) < SHORTEST_SAFE_SECRET for secret in secrets):
        task.warn(
            f"A secret of fewer than {SHORTEST_SAFE_SECRET} characters was given: Ansible masks these characters"
            " wherever they appear in the result, also inside ordinary words."
        )


def _register(task: ModuleContext, secret: str) -> None:
    """Have Ansible mask a secret as well: it adds data of its own, such as the invocation."""
    task.no_log_values.add(secret)
    if register_secret is not None:
        register_secret(secret)
