# Copyright (c) 2026 the msgraph.intune maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# PRIVATE to this collection: it changes without notice, so nothing outside msgraph.intune should import it.

"""What the sync run needs to know of a resource; the run itself never names one."""

from __future__ import annotations

import dataclasses
import typing as t
from urllib.parse import quote

if t.TYPE_CHECKING:
    from collections.abc import Callable

    from .._graph._permission import Permission


@dataclasses.dataclass(frozen=True)
class SyncResource:
    """An Intune resource with a sync action.

    :param noun: what one of them is called, in the singular.
    :param collection: path of the collection, below the API version.
    :param sync_action: name of the action, below a member's path.
    :param sync_body: from the type of sync to the action's body.
    :param state: from a member's JSON to what results show of it, its ``id`` included; raises a ProtocolError.
    :param not_found_hint: what to do when there is no such member.
    """

    noun: str
    collection: str
    sync_action: str
    sync_body: Callable[[str], dict[str, t.Any]]
    state: Callable[[t.Any], dict[str, t.Any]]
    not_found_hint: str
    read_permission: Permission
    sync_permission: Permission

    def path(self, member_id: str) -> str:
        """The path of one member; its id is quoted whole."""
        return f"{self.collection}/{quote(member_id, safe='')}"

    def named(self, member_id: str) -> str:
        """One member, for messages."""
        return f"{self.noun} '{member_id}'"

    def counted(self, number: int) -> str:
        """So many of them, for messages."""
        return f"{number} {self.noun}{'' if number == 1 else 's'}"
