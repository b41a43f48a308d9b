# Copyright (c) 2026 the msgraph.intune maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# PRIVATE to this collection: it changes without notice, so nothing outside msgraph.intune should import it.

"""What is asked of a sync run, read once from a module's options."""

from __future__ import annotations

import typing as t

from .._graph._values import is_blank, read_boolean, read_seconds

if t.TYPE_CHECKING:
    from collections.abc import Mapping

    from ._selection import Selection, SelectionOptions

# Raw, for Ansible's own types refuse what surveys send for "not given".
ARGUMENT_SPEC: t.Final[dict[str, dict[str, t.Any]]] = {
    name: {"type": "raw"} for name in ("if_older_than", "wait", "wait_timeout", "wait_sleep")
}


class Patience(t.NamedTuple):
    """How long to wait for syncs to complete, and how often to look, in seconds."""

    timeout: float = 900.0
    sleep: float = 30.0


class Request(t.NamedTuple):
    """What is asked of a run.

    :param if_older_than: seconds; members whose last sync is younger are skipped.
    :param patience: how to wait for the syncs to complete; ``None`` not to wait.
    :param diff: whether states are to be shown as they were before and after.
    """

    sync_type: str
    selection: Selection
    check_mode: bool = False
    diff: bool = False
    if_older_than: int | None = None
    patience: Patience | None = None

    @property
    def reads(self) -> bool:
        """Whether the members must be read; to trigger them, their ids are enough."""
        return (
            self.check_mode
            or self.diff
            or self.if_older_than is not None
            or self.patience is not None
            or not self.selection.ids
        )


def read_request(params: Mapping[str, t.Any], options: SelectionOptions, *, check_mode: bool, diff: bool) -> Request:
    """Read a module's options.

    :raises OptionsError: one does not fit.
    """

    def seconds(name: str, default: float, *, zero: bool) -> float:
        value = params.get(name)
        return default if is_blank(value) else read_seconds(name, value, zero=zero)

    def age(name: str) -> int | None:
        if is_blank(params.get(name)):
            return None
        from ._times import read_age

        return read_age(name, params[name])

    wait = params.get("wait")
    # Read in any case: a typing error is one whether it is waited or not.
    usual = Patience()
    patience = Patience(
        seconds("wait_timeout", usual.timeout, zero=True), seconds("wait_sleep", usual.sleep, zero=False)
    )
    return Request(
        sync_type=params["sync_type"],
        selection=options.require(params),
        check_mode=check_mode,
        diff=diff,
        if_older_than=age("if_older_than"),
        patience=patience if not is_blank(wait) and read_boolean("wait", wait) else None,
    )
