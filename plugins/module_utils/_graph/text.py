# Copyright (c) 2026 the msgraph.intune maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# PRIVATE to this collection: it changes without notice, so nothing outside msgraph.intune should import it.

"""Makes text from outside safe to show."""

from __future__ import annotations

import re

# Characters that a terminal or a viewer obeys instead of showing: control characters, line and paragraph separators,
# and the controls of writing direction (https://www.unicode.org/reports/tr9/), which can make text read as other text.
_CONTROLS = re.compile("[\x00-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u206f\ufff9-\ufffb]")
# Half of a pair: JSON can hold one in an escape sequence, but it cannot be encoded as UTF-8.
_SURROGATES = re.compile("[\ud800-\udfff]")

_GUID = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.IGNORECASE)


def is_guid(text: str) -> bool:
    """Return whether a text has the form of a GUID, as the ids of Microsoft's services have."""
    return _GUID.fullmatch(text) is not None


def printable(text: str) -> str:
    """Return the text with each control and bidirectional character replaced by a blank.

    Apply it where a text of a service enters our objects, so that nothing has to be checked where it leaves.
    """
    if text.isprintable():
        return text
    return _SURROGATES.sub("\ufffd", _CONTROLS.sub(" ", text))
