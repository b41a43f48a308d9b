# Copyright (c) 2026 the msgraph.intune maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# PRIVATE to this collection: it changes without notice, so nothing outside msgraph.intune should import it.

"""Read the options of a sync module."""

from __future__ import annotations

import typing as t

from .._graph.config.values import MAX_AGE, is_not_given, parse_duration

if t.TYPE_CHECKING:
    from collections.abc import Mapping

    from .selection import Selection, SelectionOptions

# Durations have the type str, because parse_duration() reads them.
ARGUMENT_SPEC: t.Final[dict[str, dict[str, t.Any]]] = {
    "if_older_than": {"type": "str"},
    "wait": {"type": "bool", "default": False},
    "wait_timeout": {"type": "str", "default": "900"},
    "wait_sleep": {"type": "str", "default": "30"},
}


class WaitOptions(t.NamedTuple):
    """How long to wait for syncs to complete, and how long to sleep between two polls, in seconds."""

    timeout: float
    sleep: float


class SyncOptions(t.NamedTuple):
    """The options of a sync run.

    :param if_older_than: seconds; objects whose last sync is younger are skipped.
    :param wait_options: how to wait for the syncs to complete; ``None`` to not wait.
    :param diff: whether to return the states before and after the sync.
    """

    sync_type: str
    selection: Selection
    check_mode: bool = False
    diff: bool = False
    if_older_than: float | None = None
    wait_options: WaitOptions | None = None

    @property
    def needs_current_state(self) -> bool:
        """Return whether the objects must be read before the sync. To only trigger syncs, the IDs are enough."""
        return (
            self.check_mode
            or self.diff
            or self.if_older_than is not None
            or self.wait_options is not None
            or not self.selection.ids
        )


def read_sync_options(
    params: Mapping[str, t.Any], selection_options: SelectionOptions, *, check_mode: bool, diff: bool
) -> SyncOptions:
    """Read the options of a sync module.

    :raises OptionsError: an option is invalid, or no object is selected.
    """

    def duration(name: str, *, zero: bool = True) -> float:
        value = params.get(name)
        return parse_duration(name, ARGUMENT_SPEC[name]["default"] if is_not_given(value) else value, zero=zero)

    age = params.get("if_older_than")
    # Read the durations even if the task does not wait, so that a typing error is always reported.
    wait_options = WaitOptions(duration("wait_timeout"), duration("wait_sleep", zero=False))
    return SyncOptions(
        sync_type=params["sync_type"],
        selection=selection_options.require(params),
        check_mode=check_mode,
        diff=diff,
        if_older_than=None if is_not_given(age) else parse_duration("if_older_than", age, max_seconds=MAX_AGE),
        wait_options=wait_options if params.get("wait") else None,
    )
