# Copyright (c) 2026 the msgraph.intune maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# PRIVATE to this collection: it changes without notice, so nothing outside msgraph.intune should import it.

"""Check the ids of Graph objects, and name objects in messages."""

from __future__ import annotations

import typing as t

from .._graph.masking import clip

if t.TYPE_CHECKING:
    from collections.abc import Sequence

# The first group would end the path segment of the id, or begin another part of the URL. The second group comes from a
# list or a placeholder that was used as an id.
_FORBIDDEN: t.Final = "/?#\\" + "[]{}<>\"'"
_MAX_ID_LENGTH: t.Final = 256
_MAX_SHOWN_NAME: t.Final = 80
# A message lists at most so many objects; the result has all of them.
_MAX_LISTED: t.Final = 10


def is_id(text: str) -> bool:
    """Return whether a text can be an id: it stays in its segment of the path, quoted or not."""
    return (
        0 < len(text) <= _MAX_ID_LENGTH
        and text.isprintable()
        and text not in (".", "..")
        and not any(character in text for character in _FORBIDDEN)
    )


def name_and_id(object_id: str, name: str | None) -> str:
    """Return a name and an id for messages, or the id without a name."""
    return f"'{object_id}'" if name is None else f"{clip(name, _MAX_SHOWN_NAME)} ({object_id})"


def shorten(name: str) -> str:
    """Return a name on one line, cut to the length that messages show."""
    return clip(name, _MAX_SHOWN_NAME)


def join_limited(texts: Sequence[str], separator: str = ", ") -> str:
    """Return the first ten texts, and the number of the others."""
    shown = separator.join(texts[:_MAX_LISTED])
    if len(texts) <= _MAX_LISTED:
        return shown
    return f"{shown}{separator if separator != ', ' else ' '}and {len(texts) - _MAX_LISTED} more"
