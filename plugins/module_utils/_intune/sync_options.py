# Copyright (c) 2026 the msgraph.intune maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# PRIVATE to this collection: it changes without notice, so nothing outside msgraph.intune should import it.

"""What is asked of a sync run, read once from a module's options."""

from __future__ import annotations

import typing as t

from .._graph.config.values import MAX_AGE, is_not_given, parse_duration

if t.TYPE_CHECKING:
    from collections.abc import Mapping

    from .selection import Selection, SelectionOptions

# Durations are texts: parse_duration() reads them.
ARGUMENT_SPEC: t.Final[dict[str, dict[str, t.Any]]] = {
    "if_older_than": {"type": "str"},
    "wait": {"type": "bool", "default": False},
    "wait_timeout": {"type": "str", "default": "900"},
    "wait_sleep": {"type": "str", "default": "30"},
}


class WaitOptions(t.NamedTuple):
    """How long to wait for syncs to complete, and how often to look, in seconds."""

    timeout: float
    sleep: float


class SyncOptions(t.NamedTuple):
    """What is asked of a run.

    :param if_older_than: seconds; members whose last sync is younger are skipped.
    :param wait_options: how to wait for the syncs to complete; ``None`` not to wait.
    :param diff: whether states are to be shown as they were before and after.
    """

    sync_type: str
    selection: Selection
    check_mode: bool = False
    diff: bool = False
    if_older_than: float | None = None
    wait_options: WaitOptions | None = None

    @property
    def needs_current_state(self) -> bool:
        """Whether the members must be read; to trigger them, their ids are enough."""
        return (
            self.check_mode
            or self.diff
            or self.if_older_than is not None
            or self.wait_options is not None
            or not self.selection.ids
        )


def read_sync_options(
    params: Mapping[str, t.Any], options: SelectionOptions, *, check_mode: bool, diff: bool
) -> SyncOptions:
    """Read a module's options.

    :raises OptionsError: one does not fit.
    """

    def duration(name: str, *, zero: bool = True) -> float:
        value = params.get(name)
        return parse_duration(name, ARGUMENT_SPEC[name]["default"] if is_not_given(value) else value, zero=zero)

    age = params.get("if_older_than")
    # Read even when the task does not wait: a typing error is an error in any case.
    wait_options = WaitOptions(duration("wait_timeout"), duration("wait_sleep", zero=False))
    return SyncOptions(
        sync_type=params["sync_type"],
        selection=options.require(params),
        check_mode=check_mode,
        diff=diff,
        if_older_than=None if is_not_given(age) else parse_duration("if_older_than", age, max_seconds=MAX_AGE),
        wait_options=wait_options if params.get("wait") else None,
    )
