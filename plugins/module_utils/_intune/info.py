# Copyright (c) 2026 the msgraph.intune maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# PRIVATE to this collection: it changes without notice, so nothing outside msgraph.intune should import it.

"""What is to be known of members of a resource: their states, the age of their last syncs, and their health."""

from __future__ import annotations

import dataclasses
import time
import typing as t

from .._graph.errors import GraphError
from .last_sync import UNKNOWN, seconds_since_last_sync
from .read import read_selected
from .times import TICKS

if t.TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from .._graph.client import GraphClient
    from .resource import Resource, State
    from .selection import Selection

# Ticks from the year 1 to the beginning of Unix time.
_EPOCH: t.Final = 62_135_596_800 * TICKS


@dataclasses.dataclass
class ReadResult:
    """Members that were asked for and are there; ``failure`` tells of the first that is not."""

    members: list[State] = dataclasses.field(default_factory=list)
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
    """Read the members that were selected, each with ``seconds_since_last_sync`` and ``health``.

    :param health: from the seconds since the last sync, ``None`` when there never was one, to a word.
    :param clock: seconds of Unix time on this host, for when the service does not tell its own.
    :raises GraphError: they could not be read.
    """
    info = ReadResult()
    if selection.is_empty:
        return info
    snapshot = read_selected(connect(), resource, selection, resource.read_permission)
    if selection.all and not snapshot.states:
        info.warnings.append(f"The tenant has no {resource.noun}s. {resource.support_notice}")
    info.warnings.extend(snapshot.warnings(resource))
    present = {key: state for key, state in snapshot.states.items() if not isinstance(state, GraphError)}
    info.failure = next((one for one in snapshot.states.values() if isinstance(one, GraphError)), None)
    now = snapshot.server_time
    if now is None:
        now = _EPOCH + int(clock() * TICKS)
        if present:
            info.warnings.append("The service did not tell the time: ages are by the clock of this host.")
    for key, state in present.items():
        age = seconds_since_last_sync(resource, state, now)
        word = UNKNOWN if key in snapshot.unreadable else health(age)
        info.members.append({**state, "seconds_since_last_sync": age, "health": word})
    return info


def filter_by(info: ReadResult, key: str, values: Sequence[str] | None, known: Sequence[str]) -> None:
    """Leave those members alone that have one of the words under a key; ``None`` keeps all.

    :param known: the words that are documented; another one that no member has may be a typing error.
    """
    if values is None:
        return
    present = {(member[key] or "").casefold() for member in info.members}
    strange = [word for word in values if word not in present and word not in {one.casefold() for one in known}]
    if strange:
        info.warnings.append(f"No {key} is called {', '.join(map(repr, strange))}. Known are {', '.join(known)}.")
    info.members = [member for member in info.members if (member[key] or "").casefold() in values]


def count(members: Sequence[State], key: str, known: Sequence[str]) -> dict[str, int]:
    """How many members have each word under a key: the words known, and any other that occurs."""
    counts = dict.fromkeys(known, 0)
    for word in (member[key] for member in members):
        if word is not None:
            counts[word] = counts.get(word, 0) + 1
    return counts
