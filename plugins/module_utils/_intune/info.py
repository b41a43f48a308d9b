# Copyright (c) 2026 the msgraph.intune maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# PRIVATE to this collection: it changes without notice, so nothing outside msgraph.intune should import it.

"""Read objects with the age of their last sync and their health."""

from __future__ import annotations

import dataclasses
import time
import typing as t

from .._graph.errors import GraphError
from .health import HEALTH_VALUES, UNKNOWN, seconds_since
from .read import read_selected
from .times import TICKS_PER_SECOND

if t.TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from .._graph.client import GraphClient
    from .fields import State
    from .resource import Resource
    from .selection import Selection

# Ticks from the year 1 to the beginning of Unix time.
_EPOCH: t.Final = 62_135_596_800 * TICKS_PER_SECOND


@dataclasses.dataclass
class ReadResult:
    """The objects that were found, and the error of the first missing object."""

    objects: list[State] = dataclasses.field(default_factory=list)
    failure: GraphError | None = None
    warnings: list[str] = dataclasses.field(default_factory=list)


def read_info(
    connect: Callable[[], GraphClient],
    resource: Resource,
    selection: Selection,
    *,
    clock: Callable[[], float] = time.time,
) -> ReadResult:
    """Read the selected objects, each with ``seconds_since_last_sync``, ``health`` and ``health_reason``.

    :param connect: returns the client. It is not called for an empty selection.
    :param clock: returns the time of this host in Unix seconds. It is used if the response has no valid ``Date``
        header.
    :raises GraphError: the objects could not be read.
    """
    result = ReadResult()
    if selection.is_empty:
        return result
    snapshot = read_selected(connect(), resource, selection, resource.read_permission)
    if selection.all and not snapshot.states:
        result.warnings.append(f"The tenant has no {resource.plural}. {resource.support_notice}".rstrip())
    result.warnings.extend(snapshot.warnings(resource))
    present = {key: state for key, state in snapshot.states.items() if not isinstance(state, GraphError)}
    result.failure = next((state for state in snapshot.states.values() if isinstance(state, GraphError)), None)
    now = snapshot.server_time
    if now is None:
        now = _EPOCH + int(clock() * TICKS_PER_SECOND)
        if present:
            result.warnings.append(
                "The response has no valid Date header, so ages are computed with the clock of this host."
            )
    for key, state in present.items():
        age = seconds_since(state, resource.last_sync_key, now)
        health, reason = resource.health.judge(state, now, sync_time_unknown=key in snapshot.unreadable_sync_times)
        result.objects.append({**state, "seconds_since_last_sync": age, "health": health, "health_reason": reason})
    return result


def filter_by_value(result: ReadResult, key: str, values: Sequence[str] | None, known: Sequence[str]) -> None:
    """Keep only the objects whose value of ``key`` is in ``values``; ``None`` keeps all objects.

    :param values: in lower case, as ``read_values`` returns them.
    :param known: the documented values. A value that is neither documented nor present may be a typo, so add a warning.
    """
    if values is None:
        return
    present = {(state[key] or "").casefold() for state in result.objects}
    unknown = [value for value in values if value not in present and value not in {one.casefold() for one in known}]
    if unknown:
        result.warnings.append(f"Unknown {key}: {', '.join(map(repr, unknown))}. Known values: {', '.join(known)}.")
    result.objects = [state for state in result.objects if (state[key] or "").casefold() in values]


def filter_by_age(result: ReadResult, *, older_than: float | None, younger_than: float | None) -> None:
    """Keep only the objects whose last sync is at least ``older_than`` and less than ``younger_than`` seconds ago.

    An object without a known age counts as older than every limit, so that a report about old objects includes it.
    """

    def fits(state: State) -> bool:
        age = state["seconds_since_last_sync"]
        if older_than is not None and age is not None and age < older_than:
            return False
        return younger_than is None or (age is not None and age < younger_than)

    result.objects = [state for state in result.objects if fits(state)]


def count_values(states: Sequence[State], key: str, known: Sequence[str]) -> dict[str, int]:
    """Return the number of objects by the value of a key: each known value, and any other that occurs."""
    counts = dict.fromkeys(known, 0)
    for value in (state[key] for state in states):
        if value is not None:
            counts[value] = counts.get(value, 0) + 1
    return counts


def count_objects(resource: Resource, states: Sequence[State]) -> dict[str, t.Any]:
    """Return the ``counts`` of a result: in all, by health and by status."""
    by_status = {} if resource.status_key is None else count_values(states, resource.status_key, resource.statuses)
    return {"total": len(states), "health": count_values(states, "health", HEALTH_VALUES), "status": by_status}


def flatten_counts(counts: Mapping[str, t.Any]) -> dict[str, int]:
    """Return the counts on one level, as in version 1.0.0.

    If a status has the same name as a health value or ``total``, the count of the status is dropped.
    """
    return {**counts["status"], **counts["health"], "total": counts["total"]}


def health_summary(resource: Resource, states: Sequence[State]) -> str:
    """Return the health of the only object, or counts: "3 VPP tokens: 2 healthy, 1 warning, 0 unhealthy."."""
    if resource.is_singleton and states:
        return f"{resource.noun[0].upper()}{resource.noun[1:]} is {states[0]['health']}."
    by_health = count_values(states, "health", HEALTH_VALUES)
    words = [word for word in (*HEALTH_VALUES, UNKNOWN) if word in by_health]
    return f"{resource.count_phrase(len(states))}: {', '.join(f'{by_health[word]} {word}' for word in words)}."
