# Copyright (c) 2026 the msgraph.intune maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# PRIVATE to this collection: it changes without notice, so nothing outside msgraph.intune should import it.

"""The work of a module that syncs members of a resource."""

from __future__ import annotations

import typing as t

from ._intune._request import ARGUMENT_SPEC, read_request
from ._intune._sync import SyncRun
from ._intune._target import count_targets, target_results
from ._module import Job, Report

if t.TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from ._graph._client import GraphClient
    from ._intune._resource import SyncResource
    from ._intune._selection import SelectionOptions
    from ._module import Task


def sync_job(resource: SyncResource, selection: SelectionOptions, sync_types: Sequence[str]) -> Job:
    """Return the job of a sync module.

    :param sync_types: the choices of the option ``sync_type``; the first one is its default.
    """

    def work(task: Task, connect: Callable[[], GraphClient]) -> Report:
        request = read_request(task.params, selection, check_mode=task.check_mode, diff=task._diff)
        run = SyncRun(connect, resource, request)
        run.run()
        return Report(
            changed=any(target.changed for target in run.targets),
            msg=run.message(),
            data={
                "connectors": target_results(run.targets, run.failure),
                "counts": count_targets(run.targets),
            },
            failure=run.failure,
            warnings=tuple(run.warnings),
            diff=run.diff() if request.diff else None,
        )

    return Job(
        own_options={
            **selection.argument_spec,
            **ARGUMENT_SPEC,
            "sync_type": {"type": "str", "choices": list(sync_types), "default": sync_types[0]},
        },
        work=work,
        nothing_done={"connectors": [], "counts": count_targets([])},
    )
