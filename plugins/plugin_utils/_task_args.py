# Copyright (c) 2026 the msgraph.intune maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# PRIVATE to this collection: it changes without notice, so nothing outside msgraph.intune should import it.

"""The arguments of a task before Ansible checks them."""

from __future__ import annotations

import typing as t

if t.TYPE_CHECKING:
    from collections.abc import Mapping


def without_null(args: Mapping[str, t.Any]) -> dict[str, t.Any]:
    """Return the arguments of a task without those that are null, which count as not given.

    Ansible refuses null for an option that has a default: for a boolean or a number always, for a text before
    ansible-core 2.19.
    """
    return {name: value for name, value in args.items() if value is not None}
