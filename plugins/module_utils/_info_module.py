# Copyright (c) 2026 the msgraph.intune maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# PRIVATE to this collection: it changes without notice, so nothing outside msgraph.intune should import it.

"""Build an info module from a resource."""

from __future__ import annotations

import typing as t

from ._graph.config.values import MAX_AGE, is_unset, parse_duration
from ._intune.info import (
    count_objects,
    filter_by_age,
    filter_by_value,
    flatten_counts,
    health_summary,
    read_info,
)
from ._intune.resource import SINGLETON_ID
from ._intune.selection import Selection, read_values
from ._module import ModuleResult, ModuleSpec

if t.TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from ._graph.client import GraphClient
    from ._intune.resource import Resource
    from ._module import ModuleContext

_AGE_OPTIONS: t.Final = ("last_sync_older_than", "last_sync_younger_than")


def build_info_module(resource: Resource, *, flat_counts: bool = False, filters_by_status: bool = False) -> ModuleSpec:
    """Return the module that reads the objects of a resource.

    :param flat_counts: whether ``counts`` has one level, as in version 1.0.0.
    :param filters_by_status: whether the module has the option ``status``.
    """

    def run(context: ModuleContext, connect: Callable[[], GraphClient]) -> ModuleResult:
        params = context.params
        values = read_values(params["status"]) if filters_by_status else None
        older_than, younger_than = (_age(params, name) for name in _AGE_OPTIONS)
        info = read_info(connect, resource, _selection(resource, params))
        filter_by_value(info, resource.status_key or "", values, resource.statuses)
        filter_by_age(info, older_than=older_than, younger_than=younger_than)
        counts = count_objects(resource, info.objects)
        if flat_counts:
            counts = flatten_counts(counts)
        summary = health_summary(resource, info.objects)
        return ModuleResult(
            changed=False,
            msg=summary if info.failure is None else f"{info.failure} {summary}",
            # Without all objects the counts would be wrong, and a probe that reads only them must fail.
            data={resource.result_key: info.objects, **({"counts": counts} if info.failure is None else {})},
            failure=info.failure,
            warnings=tuple(info.warnings),
        )

    selection = {} if resource.selection is None else resource.selection.argument_spec
    status: Mapping[str, t.Any] = {"status": {"type": "list", "elements": "str"}} if filters_by_status else {}
    return ModuleSpec(
        options={**selection, **status, **{name: {"type": "str"} for name in _AGE_OPTIONS}},
        run=run,
        empty_result={resource.result_key: []},
        rate_limit=resource.rate_limit,
    )


def _selection(resource: Resource, params: Mapping[str, t.Any]) -> Selection:
    if resource.selection is None:
        return Selection(ids=(SINGLETON_ID,))
    return resource.selection.read(params) or Selection(all=True)


def _age(params: Mapping[str, t.Any], name: str) -> float | None:
    value = params.get(name)
    return None if is_unset(value) else parse_duration(name, value, max_seconds=MAX_AGE)
