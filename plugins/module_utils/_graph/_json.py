# Copyright (c) 2026 the msgraph.intune maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# PRIVATE to this collection: it changes without notice, so nothing outside msgraph.intune should import it.

"""JSON from the wire, as harmless as it can be made."""

from __future__ import annotations

import json
import typing as t


def parse_json(text: str | bytes) -> t.Any:
    """Parse JSON that a stranger wrote.

    Half a surrogate pair, which an escape can smuggle into a string and no encoder takes, is replaced.

    :raises ValueError: it is none, or is nested beyond reason.
    """
    try:
        value = json.loads(text)
        return _encodable(value) if "\\ud" in str(text).lower() else value
    except RecursionError as exc:
        raise ValueError("nested too deeply") from exc


def _encodable(value: t.Any) -> t.Any:
    if isinstance(value, str):
        return value.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    if isinstance(value, list):
        return [_encodable(item) for item in value]
    if isinstance(value, dict):
        return {_encodable(key): _encodable(item) for key, item in value.items()}
    return value
