# Copyright (c) 2026 the msgraph.intune maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Server-driven paging (OData 4.01, part 1, section 11.2.6.7)."""

from __future__ import annotations

import base64
import binascii
import typing as t

from .errors import bad_request

if t.TYPE_CHECKING:
    from ..http_messages import HttpRequest

T = t.TypeVar("T")

_PREFIX = b"offset:"


def page(request: HttpRequest, items: t.Sequence[T], size: int, url: str) -> tuple[t.Sequence[T], str | None]:
    """Return the page of ``$skiptoken``, and the link to the next page or None; raise ODataError."""
    offset = _offset(request.query["$skiptoken"]) if "$skiptoken" in request.query else 0
    next_offset = offset + size
    link = None if next_offset >= len(items) else f"{url}?$skiptoken={_token(next_offset)}"
    return items[offset:next_offset], link


def _token(offset: int) -> str:
    return base64.urlsafe_b64encode(_PREFIX + str(offset).encode()).decode().rstrip("=")


def _offset(token: str) -> int:
    try:
        prefix, separator, offset = base64.urlsafe_b64decode(token + "=" * (-len(token) % 4)).partition(_PREFIX)
        if prefix or not separator:
            raise ValueError
        return int(offset)
    except (ValueError, binascii.Error):
        raise bad_request("The $skiptoken query option is not valid.") from None
