# Copyright (c) 2026 the msgraph.intune maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# PRIVATE to this collection: it changes without notice, so nothing outside msgraph.intune should import it.

"""Read the objects of a resource, with the age of the last sync and the health of each."""

from __future__ import annotations

import dataclasses
import time
import typing as t

from .._graph.errors import GraphError
from .last_sync import UNKNOWN, seconds_since_last_sync
from .read import read_selected
from .times import TICKS_PER_SECOND

if t.TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from .._graph.client import GraphClient
    from .resource import Resource, State
    from .selection import Selection

# Ticks from the year 1 to the start of Unix time.
_UNIX_EPOCH: t.Final = 62_135_596_800 * TICKS_PER_SECOND


@dataclasses.dataclass
class ReadResult:
    """The result of reading the selected objects.

    :param objects: the objects that exist.
    :param failure: the error of the first selected object that does not exist, or ``None``.
    """

    objects: list[State] = dataclasses.field(default_factory=list)
    failure: GraphError | None = None
    warnings: list[str] = dataclasses.field(default_factory=list)


def read_info(
    connect: Callable[[], GraphClient],
    resource: Resource,
    selection: Selection,
    health: Callable[[int | None], str],
    *,
    clock: Callable[[], float] = time.time,
) -> ReadResult:
    """Read the selected objects, and add ``seconds_since_last_sync`` and ``health`` to each.

    :param health: returns the health for the seconds since the last sync; ``None`` means that the object never synced.
    :param clock: returns the Unix time of this host in seconds; it is used if the service sends no time.
    :raises GraphError: the objects could not be read.
    """
    info = ReadResult()
    if selection.is_empty:
        return info
    snapshot = read_selected(connect(), resource, selection, resource.read_permission)
    if selection.all and not snapshot.states:
        info.warnings.append(f"The tenant has no {resource.noun}s. {resource.support_notice}")
    info.warnings.extend(snapshot.warnings(resource))
    present = {key: state for key, state in snapshot.states.items() if not isinstance(state, GraphError)}
    info.failure = next((state for state in snapshot.states.values() if isinstance(state, GraphError)), None)
    now = snapshot.server_time
    if now is None:
        now = _UNIX_EPOCH + int(clock() * TICKS_PER_SECOND)
        if present:
            info.warnings.append("The service did not tell the time: ages are by the clock of this host.")
    for key, state in present.items():
        age = seconds_since_last_sync(resource, state, now)
        object_health = UNKNOWN if key in snapshot.unreadable else health(age)
        info.objects.append({**state, "seconds_since_last_sync": age, "health": object_health})
    return info


def filter_by(info: ReadResult, key: str, values: Sequence[str] | None, documented: Sequence[str]) -> None:
    """Remove the objects whose value of a key is not in ``values``; ``None`` removes no object.

    Add a warning for each value that is not documented and that no object has, because it may be a typing error.

    :param values: values in lower case.
    :param documented: the documented values of the key.
    """
    if values is None:
        return
    present = {(state[key] or "").casefold() for state in info.objects}
    known = present | {value.casefold() for value in documented}
    unknown = [value for value in values if value not in known]
    if unknown:
        info.warnings.append(f"No {key} is called {', '.join(map(repr, unknown))}. Known are {', '.join(documented)}.")
    info.objects = [state for state in info.objects if (state[key] or "").casefold() in values]


def count(objects: Sequence[State], key: str, documented: Sequence[str]) -> dict[str, int]:
    """Return the number of objects for each value of a key; a documented value that no object has counts as 0."""
    counts = dict.fromkeys(documented, 0)
    for value in (state[key] for state in objects):
        if value is not None:
            counts[value] = counts.get(value, 0) + 1
    return counts
