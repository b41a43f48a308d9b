# Copyright (c) 2026 the msgraph.intune maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# PRIVATE to this collection: it changes without notice, so nothing outside msgraph.intune should import it.

"""Detect an error in the JSON of a response, for all services."""

from __future__ import annotations

import typing as t


def holds_error(body: t.Any) -> bool:
    """Return whether the JSON of a response reports an error.

    Graph sends an object, even an empty one. Entra sends a code. Null, false and a blank are not errors.

    :param body: parsed JSON of any shape.
    """
    error = body.get("error") if isinstance(body, dict) else None
    return isinstance(error, dict) or bool(error.strip() if isinstance(error, str) else error)
