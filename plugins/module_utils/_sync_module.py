# Copyright (c) 2026 the msgraph.intune maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# PRIVATE to this collection: it changes without notice, so nothing outside msgraph.intune should import it.

"""Build a module that syncs the objects of a resource."""

from __future__ import annotations

import typing as t

from ._intune.sync import SyncRun
from ._intune.sync_options import ARGUMENT_SPEC, read_sync_options
from ._intune.sync_target import count_targets, target_results
from ._module import ModuleResult, ModuleSpec

if t.TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from ._graph.client import GraphClient
    from ._intune.resource import SyncResource
    from ._intune.selection import SelectionOptions
    from ._module import ModuleContext


def build_sync_module(resource: SyncResource, selection: SelectionOptions, sync_types: Sequence[str]) -> ModuleSpec:
    """Return the spec of a sync module.

    :param sync_types: the choices of the option ``sync_type``; the first choice is the default.
    """

    def run(context: ModuleContext, connect: Callable[[], GraphClient]) -> ModuleResult:
        options = read_sync_options(context.params, selection, check_mode=context.check_mode, diff=context._diff)
        sync = SyncRun(connect, resource, options)
        sync.run()
        return ModuleResult(
            changed=any(target.changed for target in sync.targets),
            msg=sync.message(),
            data={
                "connectors": target_results(sync.targets, sync.failure),
                "counts": count_targets(sync.targets),
            },
            failure=sync.failure,
            warnings=tuple(sync.warnings),
            diff=sync.diff() if options.diff else None,
        )

    return ModuleSpec(
        options={
            **selection.argument_spec,
            **ARGUMENT_SPEC,
            "sync_type": {"type": "str", "choices": list(sync_types), "default": sync_types[0]},
        },
        run=run,
        empty_result={"connectors": [], "counts": count_targets([])},
        rate_limit=resource.rate_limit,
    )
