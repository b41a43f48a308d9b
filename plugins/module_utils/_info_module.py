# Copyright (c) 2026 the msgraph.intune maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# PRIVATE to this collection: it changes without notice, so nothing outside msgraph.intune should import it.

"""Build a module that reads the objects of a resource."""

from __future__ import annotations

import typing as t

from ._intune.info import filter_by, read_info
from ._intune.last_sync import UNKNOWN
from ._intune.selection import Selection, read_values
from ._module import ModuleResult, ModuleSpec

if t.TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from ._graph.client import GraphClient
    from ._intune.resource import Resource, State
    from ._intune.selection import SelectionOptions
    from ._module import ModuleContext


def build_info_module(
    resource: Resource,
    selection: SelectionOptions,
    *,
    statuses: Sequence[str],
    healths: Sequence[str],
    health: Callable[[int | None], str],
    count: Callable[[Sequence[State]], dict[str, int]],
) -> ModuleSpec:
    """Return the spec of an info module.

    :param statuses: the documented values of the option ``status``.
    :param healths: the values that ``health`` returns, in the order of the message.
    :param health: returns the health for the seconds since the last sync; ``None`` means that the object never synced.
    :param count: returns the ``counts`` of the result for the objects.
    """

    def run(context: ModuleContext, connect: Callable[[], GraphClient]) -> ModuleResult:
        selected = selection.read(context.params) or Selection(all=True)
        values = read_values(context.params["status"])
        info = read_info(connect, resource, selected, health)
        filter_by(info, "status", values, statuses)
        counts = count(info.objects)
        summary = f"{resource.count_phrase(counts['total'])}: "
        summary += ", ".join(f"{counts[value]} {value}" for value in (*healths, UNKNOWN) if value in counts) + "."
        return ModuleResult(
            changed=False,
            msg=summary if info.failure is None else f"{info.failure} {summary}",
            # If an object is missing, the counts would be wrong. Monitoring that reads only the counts must fail.
            data={"connectors": info.objects, **({"counts": counts} if info.failure is None else {})},
            failure=info.failure,
            warnings=tuple(info.warnings),
        )

    return ModuleSpec(
        options={**selection.argument_spec, "status": {"type": "list", "elements": "str"}},
        run=run,
        empty_result={"connectors": []},
        rate_limit=resource.rate_limit,
    )
