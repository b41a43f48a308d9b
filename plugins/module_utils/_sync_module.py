# Copyright (c) 2026 the msgraph.intune maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# PRIVATE to this collection: it changes without notice, so nothing outside msgraph.intune should import it.

"""Build a sync module from a resource."""

from __future__ import annotations

import typing as t

from ._intune.sync import SyncRun
from ._intune.sync_options import read_sync_options, sync_argument_spec
from ._intune.sync_report import diff, message
from ._intune.sync_target import count_targets, target_results
from ._module import ModuleResult, ModuleSpec

if t.TYPE_CHECKING:
    from collections.abc import Callable

    from ._graph.client import GraphClient
    from ._intune.resource import Resource
    from ._module import ModuleContext


def build_sync_module(resource: Resource) -> ModuleSpec:
    """Return the module that syncs the objects of a resource.

    :param resource: a resource with an action.
    """
    action = resource.action
    if action is None:
        raise ValueError(f"{resource.plural} have no action")

    def run(context: ModuleContext, connect: Callable[[], GraphClient]) -> ModuleResult:
        options = read_sync_options(context.params, resource, check_mode=context.check_mode, diff=context._diff)
        sync = SyncRun(connect, resource, action, options)
        sync.run()
        return ModuleResult(
            changed=any(target.changed for target in sync.targets),
            msg=message(sync),
            data={
                resource.result_key: target_results(sync.targets, sync.failure, with_sync_type=bool(action.sync_types)),
                "counts": count_targets(sync.targets),
            },
            failure=sync.failure,
            warnings=tuple(sync.warnings),
            diff=diff(sync) if options.diff else None,
        )

    return ModuleSpec(
        options=sync_argument_spec(resource),
        run=run,
        empty_result={resource.result_key: [], "counts": count_targets([])},
        rate_limit=resource.rate_limit,
    )
