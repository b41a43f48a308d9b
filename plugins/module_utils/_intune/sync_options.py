# Copyright (c) 2026 the msgraph.intune maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# PRIVATE to this collection: it changes without notice, so nothing outside msgraph.intune should import it.

"""Read the options of a sync module."""

from __future__ import annotations

import typing as t

from .._graph.config.values import MAX_AGE, is_unset, parse_duration
from .._graph.errors import OptionsError
from .resource import SINGLETON_ID
from .selection import Selection

if t.TYPE_CHECKING:
    from collections.abc import Mapping

    from .resource import Resource

_WAIT_TIMEOUT: t.Final = "900"
_WAIT_SLEEP: t.Final = "30"


class WaitOptions(t.NamedTuple):
    """How long to wait, and how long to sleep between two polls, in seconds."""

    timeout: float
    sleep: float


class SyncOptions(t.NamedTuple):
    """The options of a sync run.

    :param sync_type: the value of the parameter ``syncType``; ``None`` for an action without it.
    :param if_older_than: seconds; objects whose last sync is younger are skipped.
    :param wait: whether to wait until the syncs have completed.
    :param wait_options: how to wait: for syncs, and for the end of a minimum interval.
    :param max_fail_percentage: the share of objects that may fail or stay pending while the task still succeeds.
    :param cooldown: what to do while the minimum interval of the service is not over: ``skip``, ``fail`` or ``wait``.
    :param diff: whether to show the states before and after.
    """

    selection: Selection
    sync_type: str | None = None
    check_mode: bool = False
    diff: bool = False
    if_older_than: float | None = None
    wait: bool = False
    wait_options: WaitOptions = WaitOptions(float(_WAIT_TIMEOUT), float(_WAIT_SLEEP))
    max_fail_percentage: int = 0
    cooldown: str = "skip"

    @property
    def needs_state(self) -> bool:
        """Whether the run must read the objects. Their ids are enough to trigger them."""
        return self.check_mode or self.diff or self.if_older_than is not None or self.wait or not self.selection.ids


def sync_argument_spec(resource: Resource) -> dict[str, dict[str, t.Any]]:
    """Return the options of a sync module in the form that AnsibleModule takes, without the shared options."""
    action = resource.action
    spec: dict[str, dict[str, t.Any]] = {} if resource.selection is None else dict(resource.selection.argument_spec)
    # Durations are texts: parse_duration() reads them.
    spec |= {
        "if_older_than": {"type": "str"},
        "wait": {"type": "bool", "default": False},
        "wait_timeout": {"type": "str", "default": _WAIT_TIMEOUT},
        "wait_sleep": {"type": "str", "default": _WAIT_SLEEP},
        "max_fail_percentage": {"type": "int", "default": 0},
    }
    if action is not None and action.sync_types:
        spec["sync_type"] = {"type": "str", "choices": list(action.sync_types), "default": action.sync_types[0]}
    if action is not None and action.minimum_interval:
        spec["cooldown"] = {"type": "str", "choices": ["skip", "fail", "wait"], "default": "skip"}
    return spec


def read_sync_options(params: Mapping[str, t.Any], resource: Resource, *, check_mode: bool, diff: bool) -> SyncOptions:
    """Read the options of a sync module.

    :raises OptionsError: an option is missing or invalid.
    """
    spec = sync_argument_spec(resource)

    def duration(name: str, *, allow_zero: bool = True) -> float:
        value = params.get(name)
        return parse_duration(name, spec[name]["default"] if is_unset(value) else value, allow_zero=allow_zero)

    age = params.get("if_older_than")
    percentage = params.get("max_fail_percentage") or 0
    if not 0 <= percentage <= 100:
        raise OptionsError(
            f"max_fail_percentage is {percentage}, which is not a percentage", hint="Set it to a number from 0 to 100."
        )
    selection = resource.selection
    return SyncOptions(
        selection=Selection(ids=(SINGLETON_ID,)) if selection is None else selection.require(params),
        sync_type=params.get("sync_type"),
        check_mode=check_mode,
        diff=diff,
        if_older_than=None if is_unset(age) else parse_duration("if_older_than", age, max_seconds=MAX_AGE),
        wait=bool(params.get("wait")),
        # Read in any case, so that an invalid value is an error in a task that does not wait, too.
        wait_options=WaitOptions(duration("wait_timeout"), duration("wait_sleep", allow_zero=False)),
        max_fail_percentage=percentage,
        cooldown=params.get("cooldown") or "skip",
    )
