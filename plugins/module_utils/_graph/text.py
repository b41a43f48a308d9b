# Copyright (c) 2026 the msgraph.intune maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# PRIVATE to this collection: it changes without notice, so nothing outside msgraph.intune should import it.

"""Make text of services and files safe to print."""

from __future__ import annotations

import re

# Characters that control a terminal: control characters, line and paragraph separators, and bidirectional controls
# (https://www.unicode.org/reports/tr9/), which can change the order of the visible text.
_CONTROLS = re.compile("[\x00-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u206f\ufff9-\ufffb]")
# JSON can contain a single surrogate as an escape sequence, but UTF-8 cannot encode it.
_SURROGATES = re.compile("[\ud800-\udfff]")

_GUID = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.IGNORECASE)


def is_guid(text: str) -> bool:
    """Return whether a text has the format of a GUID, as IDs of Microsoft services have."""
    return _GUID.fullmatch(text) is not None


def printable(text: str) -> str:
    """Return the text with each control and bidirectional character replaced by a space.

    Call it where the text of a service is read, so that code that prints the text does not need to.
    """
    if text.isprintable():
        return text
    return _SURROGATES.sub("\ufffd", _CONTROLS.sub(" ", text))
